"""Gradient descent in floating-point numbers, with the weights at chosen steps.

The weights are dyadic rationals: what is counted of them later, such as a rank, can be counted exactly.
"""

from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.network_hessian import Smooth, forward, gradients, weight_gradients

Array = NDArray[np.float64]
Weights = tuple[Array, ...]
Gradient = Callable[[Sequence[Array]], Sequence[Any]]


def glorot(widths: Sequence[int], rng: np.random.Generator) -> Weights:
    """Return W^1 … W^L with independent entries, uniform of variance 2/(M_{l−1} + M_l).

    Example:
        >>> [weight.shape for weight in glorot((3, 2, 1), np.random.default_rng(0))]
        [(2, 3), (1, 2)]
    """
    return tuple(rng.uniform(-1, 1, (above, below)) * np.sqrt(6 / (below + above)) for below, above in pairwise(widths))


def descend(weights: Weights, gradient: Gradient, rate: float, steps: Collection[int]) -> dict[int, Weights]:
    """Return the weights after the given numbers of steps of gradient descent.

    Example:
        >>> found = descend((np.ones((1, 1)),), lambda w: w, 0.5, [0, 2])  # ½ w²
        >>> {step: float(weights[0][0, 0]) for step, weights in found.items()}
        {0: 1.0, 2: 0.25}
    """
    kept = {}
    for step in range(max(steps) + 1):
        if step in steps:
            kept[step] = weights
        weights = tuple(weight - rate * slope for weight, slope in zip(weights, gradient(weights), strict=True))
    return kept


def teacher_gradient(sigma: Array, teacher: Array) -> Gradient:
    """Return the gradient of ½ E‖(W^{L:1} − T) x‖², E x xᵀ = Σ, of a deep linear network.

    Args:
        sigma: Σ, of shape (d, d).
        teacher: T, of shape (K, d).
    """

    def gradient(weights: Sequence[Array]) -> Sequence[Any]:
        below = [np.eye(len(sigma))]
        for weight in weights:
            below.append(weight @ below[-1])
        up = (below.pop() - teacher) @ sigma
        found: list[Any] = []
        for weight, down in zip(reversed(weights), reversed(below), strict=True):
            found.insert(0, up @ down.T)
            up = weight.T @ up
        return found

    return gradient


def squared_error_gradient(X: Array, targets: Array, activation: Smooth) -> Gradient:
    """Return the gradient of the mean of ½‖F − y‖².

    Args:
        X: inputs, one a row, shape (N, d).
        targets: of shape (N, K).
        activation: that of the hidden layers.
    """

    def gradient(weights: Sequence[Array]) -> Sequence[Any]:
        signals = forward(weights, X, activation, curved=False)
        return weight_gradients(signals, gradients(weights, signals, signals.outputs - targets))

    return gradient
