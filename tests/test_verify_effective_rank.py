"""The effective rank against closed forms and floating-point spectra, and its exact comparisons."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from eigenlaw.verify.effective_rank import EffectiveRank, EffectiveRankRatio, trace

ENTRIES = st.integers(-3, 3)


def gram(rows: list[list[int]]) -> list[list[Fraction]]:
    return [[Fraction(sum(a * b for a, b in zip(u, v, strict=True)), 7) for v in rows] for u in rows]


NONZERO = st.integers(2, 4).flatmap(
    lambda n: st.lists(st.lists(ENTRIES, min_size=3, max_size=3), min_size=n, max_size=n).filter(
        lambda rows: any(any(row) for row in rows)
    )
)


def numeric(matrix: Any) -> float:
    values = np.linalg.eigvalsh(np.array(matrix, dtype=float))
    return float(values.sum() / values[-1])


@settings(deadline=None, max_examples=50)
@given(NONZERO)
def test_floats_and_comparisons_agree_with_lapack(rows: list[list[int]]) -> None:
    matrix = gram(rows)
    found, expected = EffectiveRank(matrix), numeric(matrix)
    assert float(found) == pytest.approx(expected, rel=1e-10)
    for factor in (Fraction(99, 100), Fraction(101, 100)):
        bound = Fraction(expected).limit_denominator(10**6) * factor
        assert (found <= bound) == (factor > 1)
        assert (found > bound) == (factor < 1)
        assert (found <= fmpq(bound.numerator, bound.denominator)) == (factor > 1)


@settings(deadline=None, max_examples=40)
@given(NONZERO, NONZERO)
def test_ratios_agree_with_lapack(one: list[list[int]], other: list[list[int]]) -> None:
    a, b = gram(one), gram(other)
    found, expected = EffectiveRankRatio(a, b), numeric(a) / numeric(b)
    assert float(found) == pytest.approx(expected, rel=1e-10)
    for factor in (Fraction(99, 100), Fraction(101, 100)):
        bound = Fraction(expected).limit_denominator(10**6) * factor
        assert (found <= bound) == (found < bound) == (factor > 1)
        assert (found > bound) == (found >= bound) == (factor < 1)


@pytest.mark.parametrize("n", [1, 2, 5])
def test_equality_counts_and_is_exact(n: int) -> None:
    identity = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    ones = [[Fraction(1)] * n for _ in range(n)]
    tiny = Fraction(1, 10**40)
    for matrix, value in ((identity, n), (ones, 1)):
        assert EffectiveRank(matrix) <= value
        assert EffectiveRank(matrix) > value - tiny
        assert not EffectiveRank(matrix) <= value - tiny
    assert EffectiveRankRatio(identity, ones) <= n
    assert EffectiveRankRatio(identity, ones) >= n
    assert not EffectiveRankRatio(identity, ones) < n
    assert not EffectiveRankRatio(identity, ones) > n
    assert EffectiveRankRatio(identity, ones) > n - tiny
    assert EffectiveRankRatio(identity, ones) < n + tiny
    assert EffectiveRankRatio(ones, identity) <= Fraction(1, n)
    assert trace(identity) == n


def test_irrational_values_are_compared_beyond_floating_point() -> None:
    golden = [[2, 1], [1, 1]]  # eff = 3/((3 + sqrt 5)/2) = 6/(3 + sqrt 5) = (9 - 3 sqrt 5)/2
    root = Fraction(2236067977499789696409173668731276235, 10**36)
    value, step = (9 - 3 * root) / 2, Fraction(1, 10**34)
    assert EffectiveRank(golden) <= value + step
    assert EffectiveRank(golden) > value - step
    assert EffectiveRankRatio(golden, [[1]]) > value - step
    assert EffectiveRankRatio(golden, [[1]]) <= value + step


@pytest.mark.parametrize("bound", [0, -1, Fraction(-1, 3)])
def test_nothing_positive_is_at_most_zero(bound: Any) -> None:
    assert EffectiveRank([[1]]) > bound
    assert not EffectiveRank([[1]]) <= bound
    assert EffectiveRankRatio([[1]], [[2]]) > bound


def test_scaling_changes_nothing() -> None:
    matrix = [[3, 1], [1, 2]]
    scaled = [[Fraction(x, 10**12) for x in row] for row in matrix]
    assert float(EffectiveRank(matrix)) == pytest.approx(float(EffectiveRank(scaled)), rel=1e-14)
    assert EffectiveRankRatio(matrix, scaled) <= 1
    assert not EffectiveRankRatio(matrix, scaled) <= Fraction(10**9 - 1, 10**9)
