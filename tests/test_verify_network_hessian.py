"""Hessians of dense networks against second differences, exact second derivatives and the linear formulas."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from eigenlaw.verify import chain_hessians
from eigenlaw.verify.dual_numbers import derivative
from eigenlaw.verify.germs import Germ
from eigenlaw.verify.linear_chains import LinearNetwork
from eigenlaw.verify.network_hessian import (
    ACTIVATIONS,
    LossName,
    Smooth,
    forward,
    gradients,
    loss_derivatives,
    loss_hessians,
    weight_gradients,
)

WIDTHS = (3, 4, 3, 2)


def drawn(rng: np.random.Generator, widths: tuple[int, ...] = WIDTHS) -> list[Any]:
    return [rng.standard_normal((above, below)) for below, above in pairwise(widths)]


def exact(rng: np.random.Generator, *shape: int) -> Any:
    return np.vectorize(lambda k: Fraction(int(k), 4), otypes=[object])(rng.integers(-20, 21, shape))


def loss_of(weights: list[Any], X: Any, targets: Any, activation: Smooth, name: LossName) -> float:
    F = forward(weights, X, activation, curved=False).outputs
    if name == "mse":
        return float(((F - targets) ** 2).sum()) / (2 * len(X))
    return float((targets * (np.log(np.exp(F).sum(axis=1, keepdims=True)) - F)).sum()) / len(X)


def shifted(weights: list[Any], step: Any) -> list[Any]:
    ends = np.cumsum([weight.size for weight in weights])
    return [w + part.reshape(w.shape) for w, part in zip(weights, np.split(step, ends[:-1]), strict=True)]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_slope_is_the_derivative_of_the_activation(name: str) -> None:
    x = np.array([-2.0, -0.5, 0.25, 3.0])
    value, slope = derivative(ACTIVATIONS[name].phi, x)
    np.testing.assert_allclose(value, ACTIVATIONS[name].phi(x))
    np.testing.assert_allclose(slope, ACTIVATIONS[name].slope(x))


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("loss", ["mse", "cross-entropy"])
def test_gradient_and_hessian_against_differences_of_the_loss(name: str, loss: LossName) -> None:
    rng = np.random.default_rng(1)
    weights, X, targets = drawn(rng), rng.standard_normal((5, 3)), np.eye(2)[rng.integers(0, 2, 5)]
    phi, p, step = ACTIVATIONS[name], 3 * 4 + 4 * 3 + 3 * 2, 1e-5

    def slope(moved: list[Any]) -> Any:
        signals = forward(moved, X, phi)
        delta, _ = loss_derivatives(loss, signals.outputs, targets)
        return np.concatenate([g.ravel() for g in weight_gradients(signals, gradients(moved, signals, delta))])

    directions = np.eye(p) * step
    found = [
        (loss_of(shifted(weights, v), X, targets, phi, loss) - loss_of(shifted(weights, -v), X, targets, phi, loss))
        / (2 * step)
        for v in directions
    ]
    np.testing.assert_allclose(slope(weights), found, atol=1e-7)
    H = np.array([(slope(shifted(weights, v)) - slope(shifted(weights, -v))) / (2 * step) for v in directions])
    np.testing.assert_allclose(sum(loss_hessians(weights, X, targets, phi, loss)), H, atol=1e-6)


def test_exact_relu_hessian_against_germs() -> None:
    """v ᵀ H v is twice the coefficient of eps² of the loss at θ + eps v, for unit vectors and their sums."""
    rng, widths = np.random.default_rng(3), (2, 3, 2, 2)
    weights = [exact(rng, above, below) for below, above in pairwise(widths)]
    X, targets = exact(rng, 4, 2), exact(rng, 4, 2)
    H_o, H_f = loss_hessians(weights, X, targets, ACTIVATIONS["relu"])
    H = H_o + H_f
    p = len(H)
    germ = np.frompyfunc(lambda a, v: Germ((a, v, Fraction(0))), 2, 1)

    def curvature(v: Any) -> Any:
        h = germ(X, X * 0)
        moved = [germ(w, s - w) for w, s in zip(weights, shifted(weights, v), strict=True)]
        for weight in moved[:-1]:
            z = h @ weight.T
            h = np.where(z > 0, z, z * Fraction(0))
        rest = h @ moved[-1].T - targets
        return (rest * rest).sum().coefficients[2] / len(X)

    unit = np.eye(p, dtype=int).astype(object)
    own = [curvature(unit[i]) for i in range(p)]
    assert own == [H[i, i] for i in range(p)]
    for i, j in rng.integers(0, p, (30, 2)):
        if i != j:
            assert curvature(unit[i] + unit[j]) - own[i] - own[j] == 2 * H[i, j]


def test_linear_networks_have_the_hessian_of_the_chain() -> None:
    rng = np.random.default_rng(4)
    weights = [exact(rng, above, below) for below, above in pairwise(WIDTHS)]
    X, targets = exact(rng, 5, 3), exact(rng, 5, 2)
    H_o, H_f = loss_hessians(weights, X, targets, ACTIVATIONS["linear"])
    network = LinearNetwork(tuple(weights))
    delta = network.outputs(X.T) - targets.T
    assert (H_o * 5 == chain_hessians.outer_hessian(network, X.T @ X)).all()
    assert (H_f * 5 == chain_hessians.functional_hessian(network, delta @ X)).all()
