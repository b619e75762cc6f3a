"""Ranks of sums of Hadamard powers: against exact ranks of random matrices, and against counted polynomials."""

from itertools import combinations_with_replacement
from math import comb

import numpy as np
import pytest
from flint import fmpq, fmpq_mat

from eigenlaw.theory import tail_rank
from eigenlaw.verify.data import rational_unit_vectors


def rank(points: np.ndarray, coefficients: list[int]) -> int:
    gram = [[fmpq(int(x.numerator), int(x.denominator)) for x in row] for row in points @ points.T]
    return int(fmpq_mat([[sum(c * x**j for j, c in enumerate(coefficients)) for x in row] for row in gram]).rank())


@pytest.mark.parametrize(("r", "m"), [(1, 3), (2, 1), (2, 4), (3, 3), (4, 2)])
@pytest.mark.parametrize("sign", [1, -1])
def test_generic_points_attain_the_number_of_monomials(r: int, m: int, sign: int) -> None:
    monomials = sum(len(list(combinations_with_replacement(range(r), j))) for j in range(m))
    assert tail_rank.head_rank(r, m) == monomials
    points = np.random.default_rng(r).integers(-20, 21, (monomials + 3, r)).astype(object)
    coefficients = [sign**j * (j + 1) for j in range(m)]
    assert rank(points, coefficients) == monomials
    assert rank(points[: monomials - 1], coefficients) == monomials - 1


@pytest.mark.parametrize(("r", "m"), [(2, 1), (2, 4), (3, 2), (3, 4), (4, 3)])
def test_points_of_the_sphere_attain_the_number_of_harmonics(r: int, m: int) -> None:
    harmonics = sum(comb(r + k - 1, r - 1) - (comb(r + k - 3, r - 1) if k > 1 else 0) for k in range(m))
    assert tail_rank.sphere_head_rank(r, m) == harmonics
    points = rational_unit_vectors(np.random.default_rng(1), harmonics + 2, r, size=harmonics + 5)
    assert rank(points, [1] * m) == harmonics


@pytest.mark.parametrize(
    ("coefficients", "even", "odd"),
    [([0, 0, 1], 2, -1), ([1, 0, 3], 2, -1), ([0, 1, 0, 2], -1, 3), ([1, 0, 0, 1], 0, 3)],
)
def test_only_the_largest_even_and_odd_degree_count_on_the_sphere(coefficients: list[int], even: int, odd: int) -> None:
    points = rational_unit_vectors(np.random.default_rng(2), 20, 3, size=20)
    assert rank(points, coefficients) == tail_rank.sphere_rank(3, 20, even, odd) < 20
    assert rank(points[:4], coefficients) == tail_rank.sphere_rank(3, 4, even, odd)


@pytest.mark.parametrize("first", [1, 2, 7])
def test_the_best_constant_is_attained_at_the_first_rank_alone(first: int) -> None:
    ratios = {
        (r, m): tail_rank.head_rank(r, m) / (tail_rank.power_constant(first) * m**r)
        for r in range(first, first + 6)
        for m in range(r, r + 12)
    }
    equal = {key for key, ratio in ratios.items() if ratio == 1}
    assert max(ratios.values()) == 1
    assert (first, first) in equal
    if first > 1:
        assert equal == {(first, first)}


def test_the_effective_rank_of_a_power_is_at_most_its_rank() -> None:
    points = rational_unit_vectors(np.random.default_rng(3), 30, 3, size=30).astype(float)
    for m in (1, 2, 3, 5):
        values = np.linalg.eigvalsh((points @ points.T) ** m)
        assert values.sum() / values[-1] <= tail_rank.power_effective_rank(3, m)
        assert (values > 1e-9).sum() == min(30, tail_rank.power_effective_rank(3, m))
