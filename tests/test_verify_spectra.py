"""Exact spectra of rational matrices against known eigenvalues, ties, near ties and floats."""

from fractions import Fraction
from typing import Any

import flint
import numpy as np
import pytest

from eigenlaw.verify.spectra import compare_largest, count_at_least, largest_eigenvalue

F = Fraction
Rows = list[list[Fraction]]


def with_eigenvalues(values: list[Fraction], seed: int = 0) -> Any:
    """Return Q diag(values) Q^T for an exact orthogonal Q, a product of rational reflections."""
    rng, n = np.random.default_rng(seed), len(values)
    matrix = np.array([[values[i] if i == j else F(0) for j in range(n)] for i in range(n)], dtype=object)
    for _ in range(3):
        v = np.array([F(int(entry)) for entry in rng.integers(1, 5, n)], dtype=object)
        Q = np.array([[F(int(i == j)) - 2 * v[i] * v[j] / (v @ v) for j in range(n)] for i in range(n)], dtype=object)
        matrix = Q @ matrix @ Q
    return matrix


def block(*blocks: Any) -> Rows:
    n = sum(len(part) for part in blocks)
    rows, start = [[F(0)] * n for _ in range(n)], 0
    for part in blocks:
        for i in range(len(part)):
            for j in range(len(part)):
                rows[start + i][start + j] = F(part[i][j])
        start += len(part)
    return rows


def test_counts_are_exact_at_the_eigenvalues() -> None:
    values = [F(-3), F(-3), F(0), F(1, 7), F(2), F(2), F(2), F(5)]
    matrix = with_eigenvalues(values)
    tiny = F(1, 10**40)
    for t in sorted(set(values)):
        assert count_at_least(matrix, t) == sum(value >= t for value in values)
        assert count_at_least(matrix, t + tiny) == sum(value > t for value in values)
        assert count_at_least(matrix, t - tiny) == sum(value >= t for value in values)
    assert count_at_least(matrix, F(-4)) == 8
    assert count_at_least(matrix, F(6)) == 0


def test_counts_and_enclosures_agree_with_floats() -> None:
    rng = np.random.default_rng(1)
    for n in (1, 2, 5, 12):
        A = rng.integers(-9, 10, (n, n))
        A = A + A.T
        values = np.linalg.eigvalsh(A.astype(float))
        for t in (-10, 0, 3, 10):
            assert count_at_least(A.tolist(), F(t) + F(1, 1000)) == (values >= t + 0.001).sum()
        ball = largest_eigenvalue(A.tolist(), 80)
        assert float(ball.mid()) == pytest.approx(values[-1], rel=1e-12)
        assert ball.rad() <= abs(ball.mid()) * flint.arb(2) ** -79


@pytest.mark.parametrize("bits", [1, 10, 53, 200])
def test_enclosure_holds_the_root_and_is_small(bits: int) -> None:
    ball = largest_eigenvalue([[2, 1], [1, 0]], bits)
    precision = flint.ctx.prec
    with flint.ctx.workprec(bits + 60):
        root = 1 + flint.arb(2).sqrt()
        assert ball.contains(root)
        assert not ball.contains(root * (1 + flint.arb(2) ** (3 - bits)))
        assert ball.rad() <= root * flint.arb(2) ** -bits
    assert flint.ctx.prec == precision


def test_enclosure_of_zero_negative_tiny_and_multiple_eigenvalues() -> None:
    zero = largest_eigenvalue([[0, 0], [0, -1]], 50)
    assert zero == 0
    assert zero.rad() == 0
    for top in (F(-3, 7), F(1, 10**30), F(1), F(8), F(10**20, 3)):
        ball = largest_eigenvalue(with_eigenvalues([top, top, top - 1, top - 5]), 60)
        with flint.ctx.workprec(200):
            assert ball.contains(flint.arb(flint.fmpq(top.numerator, top.denominator)))
        assert ball.rad() <= abs(ball.mid()) * flint.arb(2) ** -59


def test_comparison_decides_ties_and_near_ties() -> None:
    irrational = [[0, 1], [1, 1]]  # (1 + sqrt 5) / 2
    tie = block([[1]], [[0, 1], [1, 1]], [[-7]])
    assert compare_largest(irrational, tie) == 0
    tiny = F(1, 10**40)
    raised = block([[1]], [[tiny, 1], [1, 1 + tiny]])
    assert compare_largest(irrational, raised) == -1
    assert compare_largest(raised, irrational) == 1
    # a common eigenvalue that is not the largest of both
    assert compare_largest(block([[1]], [[2]]), block([[1]], [[3]])) == -1
    assert compare_largest(block([[1]], [[3]]), block([[3]], [[4]])) == -1
    assert compare_largest(block([[3]], [[4]]), block([[1]], [[3]])) == 1
    assert compare_largest([[2]], [[2]]) == 0
    assert compare_largest([[2]], [[F(2) + tiny]]) == -1


def test_comparison_of_similar_and_random_matrices() -> None:
    values = [F(1, 3), F(2), F(2), F(9, 4)]
    assert compare_largest(with_eigenvalues(values, seed=1), with_eigenvalues(values, seed=2)) == 0
    assert compare_largest(with_eigenvalues(values, seed=1), with_eigenvalues([*values[:3], F(10, 4)], seed=2)) == -1
    rng = np.random.default_rng(3)
    for _ in range(10):
        A, B = (M + M.T for M in rng.integers(-5, 6, (2, 4, 4)))
        gap = np.linalg.eigvalsh(A.astype(float))[-1] - np.linalg.eigvalsh(B.astype(float))[-1]
        assert compare_largest(A.tolist(), B.tolist()) == np.sign(gap)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [([[1, 2], [3, 4]], "symmetric"), ([[1, 2]], "square"), ([], "square"), ([[0.5]], "exact rational")],
)
def test_unusable_matrices_are_refused(matrix: Any, message: str) -> None:
    for function in (lambda: count_at_least(matrix, F(0)), lambda: largest_eigenvalue(matrix, 10)):
        with pytest.raises(ValueError, match=message):
            function()
    with pytest.raises(ValueError, match="bits=0"):
        largest_eigenvalue([[1]], 0)
