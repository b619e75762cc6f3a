"""What the claims of Appendix C.2 measure, against other routes: sampled kernels, laws of gates, worst margins."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb

from eigenlaw.numerics.precision import working
from eigenlaw.verify.claim import Instance
from eigenlaw.verify.infinite_width import inner_limit, outer_limit
from eigenlaw.verify.papers.murray import gaussian_weights, random_gates, sampled_layers

NO_RNG: Any = None


@pytest.fixture(autouse=True)
def precise() -> Iterator[None]:
    with working(256):
        yield


@pytest.mark.parametrize("kind", sampled_layers.DATA)
@pytest.mark.parametrize(("layers", "weights"), [("inner", "normal"), ("inner", "signs"), ("outer", ""), ("both", "")])
def test_sampled_kernels_have_the_means_of_infinite_width(kind: str, layers: str, weights: str) -> None:
    instance: Instance = {"data": kind, "n": 4, "d": 2, "m": 50, "layers": layers, "weights": weights, "nu_1": "1/2"}
    X = [[Fraction(x) for x in row] for row in sampled_layers.data(instance).tolist()]
    inner, outer = (np.array([[float(e) for e in row] for row in limit(X)]) for limit in (inner_limit, outer_limit))
    expected = {"inner": inner, "outer": outer / 4, "both": inner + outer / 4}[layers]
    found = sampled_layers.kernels(instance, np.random.default_rng(1), 400)
    deviation = found.std(axis=0) / np.sqrt(400)
    assert np.all(np.abs(found.mean(axis=0) - 50 * expected) <= 6 * deviation + 1e-9)


def test_effective_ranks_and_undefined_ratios() -> None:
    ranks = sampled_layers.effective_ranks(np.array([np.eye(3), np.ones((3, 3)), np.zeros((3, 3))]))
    assert ranks[:2] == pytest.approx([3, 1])
    assert ranks[2] == np.inf
    one: Instance = {"data": "sphere", "n": 1, "d": 1, "m": 1, "layers": "inner", "draws": 400}
    for side, low, high in (("above", 1, 1e9), ("below", 0, 1), ("both", 1, 1e9)):
        found = sampled_layers.ratio_quantile(one, np.random.default_rng(0), 0.5, side=side)
        assert found.contains(low)
        assert found.contains(high)


def test_the_law_of_the_gates_is_that_of_sampled_networks() -> None:
    points, neurons = random_gates.PLANES[5], 4
    law = random_gates._law(points, neurons)
    assert sum(chance for chance, _, _ in law) == 1
    X = np.array([[float(Fraction(x)) for x in row] for row in points])
    rng = np.random.default_rng(0)
    gates = rng.standard_normal((20000, neurons, 2)) @ X.T >= 0
    kernels = (gates.swapaxes(1, 2).astype(float) @ gates) * (X @ X.T)
    ratios = sampled_layers.effective_ranks(kernels) / sampled_layers.effective_ranks(X @ X.T)
    for bound in (1.0001, 1.2, 1.5):
        exact = sum(float(chance) for chance, ratio, _ in law if ratio is not None and float(ratio) <= bound)
        assert np.mean(ratios <= bound) == pytest.approx(exact, abs=0.02)
    least = gates.sum(axis=1).min(axis=1)
    assert np.mean(least >= 2) == pytest.approx(sum(float(c) for c, _, opened in law if opened >= 2), abs=0.02)


def test_the_chance_of_the_worst_margin_encloses_that_of_opposite_inputs() -> None:
    """For x and −x the margin is √(AB/(A+B))."""
    m, rng = 40, np.random.default_rng(0)
    squares, gates = rng.standard_normal((20000, m)) ** 2, rng.integers(0, 2, (20000, m))
    A, B = (squares * gates).sum(axis=1), (squares * (1 - gates)).sum(axis=1)
    chance = gaussian_weights._margin_chance({"n": 2, "m": m, "nu": "2"})
    alone = gaussian_weights._margin_chance({"n": 1, "m": m, "nu": "2"})
    for t in (2.0, 5.0, 6.0, 7.0):
        enclosure = chance(arb(t))
        sampled = np.mean(2 * np.sqrt(A * B / (A + B)) >= t)
        assert float(enclosure.lower()) - 0.02 <= sampled <= float(enclosure.upper()) + 0.02
        assert float(alone(arb(t))) == pytest.approx(np.mean(2 * np.sqrt(A) >= t), abs=0.02)
