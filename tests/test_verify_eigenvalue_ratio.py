"""Eigenvalues that compare exactly: against LAPACK away from ties, and at ties of rational and irrational values."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from eigenlaw.verify.eigenvalue_ratio import EigenvalueRatio
from eigenlaw.verify.spectra import compare_eigenvalues, compare_largest

ENTRIES = st.integers(-4, 4)


def symmetric(entries: list[int], n: int) -> list[list[int]]:
    found = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            found[i][j] = found[j][i] = entries[i * (i + 1) // 2 + j]
    return found


MATRICES = st.integers(1, 4).flatmap(
    lambda n: st.lists(ENTRIES, min_size=n * (n + 1) // 2, max_size=n * (n + 1) // 2).map(lambda e: symmetric(e, n))
)


def spectrum(matrix: Any) -> Any:
    return np.linalg.eigvalsh(np.array(matrix, dtype=float))[::-1]


@settings(deadline=None, max_examples=80)
@given(MATRICES, MATRICES)
def test_every_pair_of_eigenvalues_is_compared_as_by_lapack(A: Any, B: Any) -> None:
    for k, x in enumerate(spectrum(A), start=1):
        for j, y in enumerate(spectrum(B), start=1):
            found = compare_eigenvalues(A, k, B, j)
            assert found == (0 if abs(x - y) < 1e-9 else 1 if x > y else -1)
    assert compare_eigenvalues(A, 1, B, 1) == compare_largest(A, B)


def test_ties_and_near_ties() -> None:
    golden = [[2, 1], [1, 1]]  # (3 ± sqrt 5)/2
    shifted = [[3, 1, 0], [1, 2, 0], [0, 0, 0]]  # one more, and 0
    up = [[entry + (Fraction(i == j) if i < 2 else 0) for j, entry in enumerate(row)] for i, row in enumerate(golden)]
    assert [compare_eigenvalues(up, k, shifted, k) for k in (1, 2)] == [0, 0]
    tiny = Fraction(1, 10**40)
    for step in (-tiny, tiny):
        moved = [[x + step * (i == j) for j, x in enumerate(row)] for i, row in enumerate(golden)]
        assert compare_eigenvalues(moved, 2, golden, 2) == (1 if step > 0 else -1)
    ones = [[1, 1, 1]] * 3
    assert [compare_eigenvalues(ones, 2, ones, k) for k in (1, 2, 3)] == [-1, 0, 0]


@pytest.mark.parametrize(("k", "j"), [(0, 1), (3, 1), (1, 0), (1, 2)])
def test_an_index_beyond_the_matrix_is_refused(k: int, j: int) -> None:
    with pytest.raises(ValueError, match="expected an index"):
        compare_eigenvalues([[1, 0], [0, 2]], k, [[1]], j)


@settings(deadline=None, max_examples=50)
@given(MATRICES, MATRICES)
def test_ratios_compare_as_floats_do(A: Any, B: Any) -> None:
    top = spectrum(B)[0]
    assume(top > 1e-6)
    ratio = EigenvalueRatio(A, len(A), B, 1)
    expected = spectrum(A)[-1] / top
    assert float(ratio) == pytest.approx(expected, abs=1e-12)
    for step in (-0.01, 0.01):
        bound = Fraction(expected + step).limit_denominator(10**6)
        exact = fmpq(bound.numerator, bound.denominator)
        assert (ratio <= exact) == (step > 0)
        assert (ratio > exact) == (step < 0)


def test_a_vanishing_denominator_has_a_meaning() -> None:
    ones = [[1, 1], [1, 1]]
    assert EigenvalueRatio(ones, 2, ones, 2) <= 1
    assert EigenvalueRatio(ones, 1, ones, 2) > 10**9
