"""The exact law of gates, and the kernels of infinite width, against sampled weights."""

from collections import Counter
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq

from eigenlaw.verify.gates import gate_patterns, multinomial, weight_cells
from eigenlaw.verify.infinite_width import both_open, inner_limit, outer_limit

DATA = {
    "line": [[1], [-2]],
    "axes": [[1, 0, 0], [0, 3, 0], [0, -1, 0]],
    "octants": [[1, 0], [2, 2], [-1, 1], [0, -3]],
}


@pytest.mark.parametrize("name", DATA)
def test_patterns_have_the_frequencies_of_sampled_weights(name: str) -> None:
    X, draws = np.array(DATA[name]), 40000
    law = gate_patterns(X)
    assert sum(law.values()) == 1
    W = np.random.default_rng(0).standard_normal((draws, X.shape[1]))
    found = Counter(map(tuple, (W @ X.T >= 0).tolist()))
    assert set(found) == set(law)
    for pattern, chance in law.items():
        deviation = (float(chance) * (1 - float(chance)) * draws) ** 0.5
        assert abs(found[pattern] - float(chance) * draws) < 6 * deviation


@pytest.mark.parametrize("X", [[[1, 2], [1, 0]], [[1, 1, 0]], [[0, 0]]])
def test_other_inputs_are_refused(X: Any) -> None:
    with pytest.raises(ValueError, match="X: expected"):
        weight_cells(np.array(X))


def test_multinomial_counts_have_total_one_and_the_right_means() -> None:
    chances = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    law = list(multinomial(chances, 5))
    assert len(law) == 21
    assert sum(chance for _, chance in law) == 1
    for cell, chance in enumerate(chances):
        assert sum(weight * counts[cell] for counts, weight in law) == 5 * chance
    joint = sum(weight * counts[0] * counts[1] for counts, weight in law)
    assert joint == 20 * chances[0] * chances[1]


@pytest.mark.parametrize(
    ("x", "y", "chance"),
    [
        ([1, 0], [5, 0], fmpq(1, 2)),
        ([1, 0], [0, 1], fmpq(1, 4)),
        ([1, 0], [-2, 0], fmpq(0)),
        ([1, 0], [-1, 1], fmpq(1, 8)),
        ([1, 1, 0], [0, 1, 1], fmpq(1, 3)),
        ([1, 1, 0], [0, 1, -1], fmpq(1, 3)),
        ([1, 1, 0], [-1, 0, 1], fmpq(1, 6)),
        ([1, 0, 0, 0], [3, 1, 1, 1], fmpq(5, 12)),
    ],
)
def test_angles_of_root_systems_are_exact(x: Any, y: Any, chance: Any) -> None:
    assert both_open(x, y) == chance
    angle = np.arccos(np.clip(np.dot(x, y) / np.linalg.norm(x) / np.linalg.norm(y), -1, 1))
    assert float(chance) == pytest.approx((np.pi - angle) / (2 * np.pi), abs=1e-9)


def test_other_angles_are_balls_and_limits_are_means_over_weights() -> None:
    assert isinstance(both_open([1, 0], [1, 2]), arb)
    X = np.array([[1, 0], [1, 2], [-2, 1], [0, 0]])
    hidden = np.random.default_rng(0).standard_normal((200000, 2)) @ X.T
    gates, outputs = (hidden >= 0).astype(float), np.maximum(hidden, 0)
    inner = (gates.T @ gates / len(hidden)) * (X @ X.T)
    outer = outputs.T @ outputs / len(hidden)
    for limit, sampled in ((inner_limit(X.tolist()), inner), (outer_limit(X.tolist()), outer)):
        assert np.allclose([[float(entry) for entry in row] for row in limit], sampled, atol=0.04)
