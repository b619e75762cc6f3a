"""Ranks modulo a prime against exact ones, and the residues that stand for points."""

import numpy as np
import pytest

from eigenlaw.numerics.ranks import rank
from eigenlaw.verify.ranks import PRIME, random_residues, rank_modulo


def reduced(points: np.ndarray) -> np.ndarray:
    return points % PRIME


@pytest.mark.parametrize(("n", "r", "degrees"), [(6, 2, [0, 1]), (9, 3, [0, 2]), (4, 2, [3]), (8, 2, [0, 1, 2])])
def test_integer_points_have_the_same_rank_modulo_the_prime(n: int, r: int, degrees: list[int]) -> None:
    points = np.random.default_rng(n).integers(-9, 10, (n, r))
    gram = points.astype(object) @ points.astype(object).T
    exact = rank(np.array([[int(sum(x**j for j in degrees)) for x in row] for row in gram], dtype=object))
    assert rank_modulo(reduced(points), degrees) == exact
    copies = np.concatenate([points, points[:2]])
    assert rank_modulo(reduced(copies), degrees) == exact


@pytest.mark.parametrize("r", [1, 2, 5])
def test_residues_of_the_sphere_have_norm_one(r: int) -> None:
    points = random_residues(np.random.default_rng(r), 20, r, unit=True)
    assert points.shape == (20, r)
    assert all(sum(int(x) ** 2 for x in row) % PRIME == 1 for row in points)
    assert ((points >= 0) & (points < PRIME)).all()


def test_no_degree_has_rank_zero() -> None:
    assert rank_modulo(random_residues(np.random.default_rng(0), 3, 2, unit=False), []) == 0
