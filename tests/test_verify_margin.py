"""The exact margin against values known by hand and against many directions."""

from typing import Any

import numpy as np
import pytest
from flint import fmpq

from eigenlaw.verify.margin import largest_margin_squared


@pytest.mark.parametrize(
    ("rows", "square"),
    [
        ([[3, 4]], fmpq(25)),
        ([[1, 0], [0, 1]], fmpq(1, 2)),
        ([[1, 0], [-1, 0], [2, 0]], fmpq(1)),
        ([[1, 0], [0, 0]], fmpq(0)),
        ([[1, 0, 0], [0, 1, 0], [0, 0, 1]], fmpq(1, 3)),
        ([[2, 1], [1, 2]], fmpq(9, 2)),
        ([[5, 1], [1, 0]], fmpq(1)),
    ],
)
def test_margins_known_by_hand(rows: Any, square: Any) -> None:
    assert largest_margin_squared(rows) == square


@pytest.mark.parametrize("seed", range(6))
def test_margins_against_all_directions_of_the_plane(seed: int) -> None:
    Y = np.random.default_rng(seed).integers(-4, 5, (5, 2))
    Y[~Y.any(axis=1)] = 1
    angles = np.linspace(0, np.pi, 200001)
    best = np.abs(Y @ np.array([np.cos(angles), np.sin(angles)])).min(axis=0).max()
    assert float(largest_margin_squared(Y.tolist())) == pytest.approx(best**2, rel=1e-4)


def test_margins_in_space_are_bounds_that_no_direction_crosses() -> None:
    rng = np.random.default_rng(1)
    for _ in range(5):
        Y = rng.integers(-3, 4, (6, 3))
        b = rng.standard_normal((3, 200000))
        found = (np.abs(Y @ b) / np.linalg.norm(b, axis=0)).min(axis=0).max() ** 2
        exact = float(largest_margin_squared(Y.tolist()))
        assert found <= exact * (1 + 1e-12)
        assert found >= 0.97 * exact
