"""The kernels of one hidden layer against the Jacobian, in floats, stacked, and exact."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from eigenlaw.verify.one_hidden_layer import hidden_layer, inner_factors, inner_kernel, outer_kernel

F = Fraction


def cubic(z: Any) -> Any:
    return z**3 - 2 * z


def relu(z: Any) -> Any:
    return np.where(z < 0, 0 * z, z)


def random(seed: int, n: int, d: int, m: int) -> tuple[Any, Any, Any]:
    rng = np.random.default_rng(seed)
    return rng.standard_normal((n, d)), rng.standard_normal((m, d)), rng.standard_normal(m)


def output(X: Any, W: Any, a: Any) -> Any:
    return cubic(X @ W.T) @ a


@pytest.mark.parametrize("seed", range(3))
def test_kernels_are_those_of_the_jacobian(seed: int) -> None:
    X, W, a = random(seed, n=4, d=3, m=5)
    step, inner = 1e-5, []
    for index in np.ndindex(W.shape):
        moved = np.zeros_like(W)
        moved[index] = step
        inner.append((output(X, W + moved, a) - output(X, W - moved, a)) / (2 * step))
    outer = [output(X, W, unit) for unit in np.eye(5)]
    J = np.array(inner).T
    assert np.allclose(inner_kernel(inner_factors(cubic, W, a, X), X), J @ J.T, rtol=1e-6)
    assert np.allclose(outer_kernel(cubic, W, X), np.array(outer).T @ np.array(outer))
    assert np.allclose(hidden_layer(cubic, W, X), np.array(outer).T)


def test_stacked_and_exact_networks() -> None:
    X = np.array([[F(1)], [F(-2)]], dtype=object)
    W, a = np.array([[F(1)], [F(-1, 2)]], dtype=object), np.array([F(3), F(1)], dtype=object)
    assert inner_factors(relu, W, a, X).tolist() == [[3, 0], [0, 1]]
    assert inner_kernel(inner_factors(relu, W, a, X), X).tolist() == [[9, 0], [0, 4]]
    assert outer_kernel(relu, W, X).tolist() == [[1, 0], [0, 1]]
    many = [random(seed, n=3, d=2, m=4) for seed in range(5)]
    inputs = many[0][0]
    Ws, weights = np.array([W for _, W, _ in many]), np.array([a for *_, a in many])
    stacked = inner_kernel(inner_factors(cubic, Ws, weights, inputs), inputs)
    for found, (_, W, a) in zip(stacked, many, strict=True):
        assert np.allclose(found, inner_kernel(inner_factors(cubic, W, a, inputs), inputs))
    assert outer_kernel(cubic, Ws, inputs).shape == (5, 3, 3)
