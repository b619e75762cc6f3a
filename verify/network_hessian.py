"""The Hessian of the loss of a dense network without biases, H_L = H_o + H_f, all samples at once.

With z_l = W^l h_{l−1}, h_l = φ(z_l), F = z_L, δ = ∂ℓ and g_l = ∂⟨δ, F⟩/∂z_l at fixed δ,

    H_o = E ∇Fᵀ ∂²ℓ ∇F,
    H_f = E ∂²⟨δ, F⟩, between W^l_{ij} and W^k_{ab}, k ≤ l:  E [h_{l−1,j} Q_{ia} h_{k−1,b} + g_{l,i} P_{ja} h_{k−1,b}],

Q = ∂²⟨δ, F⟩/∂z_l∂z_k, P = ∂h_{l−1}/∂z_k for k < l and 0 for k = l. Arrays hold floats, or exact numbers (dtype object)
where the activation is piecewise polynomial.

Source: Singh et al. 2021, S1.1, for every activation.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.dual_numbers import derivative

Array = NDArray[Any]
ArrayFunction = Callable[[Any], Any]
LossName = Literal["mse", "cross-entropy"]


@dataclass(frozen=True)
class Smooth:
    """An activation and its derivative, plain functions of an array.

    Args:
        phi: the activation.
        slope: its derivative, built from operators, ufuncs and ``numpy.where``.
    """

    phi: ArrayFunction
    slope: ArrayFunction


ACTIVATIONS: dict[str, Smooth] = {
    "linear": Smooth(lambda x: 1 * x, lambda x: 1 + 0 * x),
    "relu": Smooth(lambda x: np.where(x > 0, x, 0 * x), lambda x: np.where(x > 0, 1 + 0 * x, 0 * x)),
    "elu": Smooth(lambda x: np.where(x > 0, x, np.exp(x) - 1), lambda x: np.where(x > 0, 1 + 0 * x, np.exp(x))),
    "tanh": Smooth(np.tanh, lambda x: 1 - np.tanh(x) ** 2),
}
"""Those of Singh et al. 2021, S9.3."""


@dataclass(frozen=True)
class Pass:
    """What one forward pass leaves, one sample a row.

    Attributes:
        h: h_0 = x, …, h_{L−1}, of shapes (N, M_l).
        slopes: φ'(z_l), l = 1 … L − 1.
        curvatures: φ''(z_l), l = 1 … L − 1, if they are wanted.
        outputs: F, of shape (N, K).
    """

    h: list[Array]
    slopes: list[Array]
    curvatures: list[Array]
    outputs: Array


def forward(weights: Sequence[Array], X: Array, activation: Smooth, *, curved: bool = True) -> Pass:
    """Return the signals of a network.

    Args:
        weights: W^1 … W^L, of shapes (M_l, M_{l−1}).
        X: inputs, one a row, shape (N, d).
        activation: that of the hidden layers.
        curved: whether φ'' is wanted, which gradients do not need.

    Example:
        >>> forward([np.ones((2, 1)), np.ones((1, 2))], np.ones((3, 1)), ACTIVATIONS["relu"]).outputs.tolist()
        [[2.0], [2.0], [2.0]]
    """
    h, slopes, curvatures = [X], [], []
    for weight in weights[:-1]:
        z = h[-1] @ weight.T
        slope, curvature = derivative(activation.slope, z) if curved else (activation.slope(z), None)
        h.append(np.asarray(activation.phi(z)))
        slopes.append(slope)
        curvatures += [] if curvature is None else [curvature]
    return Pass(h, slopes, curvatures, h[-1] @ weights[-1].T)


def loss_derivatives(loss: LossName, outputs: Array, targets: Array) -> tuple[Array, Array]:
    """Return δ = ∂ℓ, of shape (N, K), and S = ∂²ℓ, of shape (N, K, K).

    Args:
        loss: ½‖F − y‖², or cross-entropy after softmax.
        outputs: F, of shape (N, K).
        targets: y, of shape (N, K); rows that sum to 1 for cross-entropy.

    Example:
        >>> delta, S = loss_derivatives("cross-entropy", np.zeros((1, 2)), np.array([[1.0, 0.0]]))
        >>> delta.tolist(), S.tolist()
        ([[-0.5, 0.5]], [[[0.25, -0.25], [-0.25, 0.25]]])
    """
    N, K = outputs.shape
    if loss == "mse":
        return outputs - targets, np.broadcast_to(np.eye(K, dtype=int).astype(outputs.dtype), (N, K, K))
    shifted = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    p = shifted / shifted.sum(axis=1, keepdims=True)
    return p - targets, np.eye(K) * p[:, None, :] - p[:, :, None] * p[:, None, :]


def gradients(weights: Sequence[Array], signals: Pass, delta: Array) -> list[Array]:
    """Return g_l = ∂⟨δ, F⟩/∂z_l at each sample, l = 1 … L, of shapes (N, M_l)."""
    g = [delta]
    for weight, slope in zip(reversed(weights[1:]), reversed(signals.slopes), strict=True):
        g.insert(0, slope * (g[0] @ weight))
    return g


def weight_gradients(signals: Pass, g: Sequence[Array]) -> list[Array]:
    """Return the gradients of the mean loss by W^1 … W^L."""
    N = len(signals.outputs)
    return [slope.T @ h / N for slope, h in zip(g, signals.h, strict=True)]


def outer_hessian(weights: Sequence[Array], signals: Pass, second: Array) -> Array:
    """Return N H_o = Σ_n ∇Fᵀ S ∇F, of shape (p, p), the weights layer by layer, row by row.

    Args:
        weights: W^1 … W^L.
        signals: of the forward pass.
        second: S, of shape (N, K, K).
    """
    N, K = signals.outputs.shape
    down = np.broadcast_to(np.eye(K, dtype=int).astype(signals.outputs.dtype), (N, K, K))
    parts: list[Array] = []
    for layer in range(len(weights), 0, -1):
        block = down[:, :, :, None] * signals.h[layer - 1][:, None, None, :]
        parts.insert(0, block.reshape(N, K, -1))
        if layer > 1:
            down = (down @ weights[layer - 1]) * signals.slopes[layer - 2][:, None, :]
    J = np.concatenate(parts, axis=2)
    weighted = (second @ J).reshape(N * K, -1)
    return np.asarray(J.reshape(N * K, -1).T @ weighted)


def functional_hessian(weights: Sequence[Array], signals: Pass, delta: Array) -> Array:
    """Return N H_f = Σ_n ∂²⟨δ, F⟩ at fixed δ, of shape (p, p)."""
    g, h, L = gradients(weights, signals, delta), signals.h, len(weights)
    N = len(delta)
    # z_m by z_k, for k ≤ m
    chains = {(m, m): _unit(N, weights[m - 1].shape[0], delta.dtype) for m in range(1, L + 1)}
    for k in range(1, L + 1):
        for m in range(k + 1, L + 1):
            chains[m, k] = weights[m - 1] @ (signals.slopes[m - 2][:, :, None] * chains[m - 1, k])
    starts = np.concatenate([[0], np.cumsum([weight.size for weight in weights])])
    H = np.zeros((starts[-1], starts[-1]), dtype=delta.dtype)
    for upper in range(1, L + 1):
        for lower in range(1, upper + 1):
            block = _bent(weights, signals, g, chains, upper, lower)
            if lower < upper:
                P = signals.slopes[upper - 2][:, :, None] * chains[upper - 1, lower]
                block = block + _contracted(g[upper - 1], h[lower - 1], P, (0, 2, 3, 1))
            rows, columns = slice(*starts[upper - 1 : upper + 1]), slice(*starts[lower - 1 : lower + 1])
            H[rows, columns] = block.reshape(rows.stop - rows.start, -1)
            H[columns, rows] = H[rows, columns].T
    return H


def loss_hessians(
    weights: Sequence[Array], X: Array, targets: Array, activation: Smooth, loss: LossName = "mse"
) -> tuple[Array, Array]:
    """Return H_o and H_f of the mean loss; their sum is H_L.

    Args:
        weights: W^1 … W^L, of shapes (M_l, M_{l−1}).
        X: inputs, one a row, shape (N, d).
        targets: of shape (N, K).
        activation: that of the hidden layers.
        loss: mean of ½‖F − y‖², or cross-entropy.

    Example:
        >>> one = np.ones((1, 1))
        >>> H_o, H_f = loss_hessians([2 * one, 3 * one], one, 5 * one, ACTIVATIONS["linear"])  # ½ (w v − 5)²
        >>> H_o.tolist(), H_f.tolist()
        ([[9.0, 6.0], [6.0, 4.0]], [[0.0, 1.0], [1.0, 0.0]])
    """
    signals = forward(weights, X, activation)
    delta, second = loss_derivatives(loss, signals.outputs, targets)
    N = len(X)
    return outer_hessian(weights, signals, second) / N, functional_hessian(weights, signals, delta) / N


def _unit(N: int, size: int, dtype: Any) -> Array:
    return np.broadcast_to(np.eye(size, dtype=int).astype(dtype), (N, size, size))


def _contracted(left: Array, right: Array, middle: Array, order: tuple[int, int, int, int]) -> Array:
    """Return Σ_n left_{n,i} right_{n,b} middle_{n,j,a}, axes (i, b, j, a) taken in the order."""
    N = len(left)
    pairs = (left[:, :, None] * right[:, None, :]).reshape(N, -1)
    found = pairs.T @ middle.reshape(N, -1)
    return np.asarray(found.reshape(left.shape[1], right.shape[1], *middle.shape[1:]).transpose(order))


def _bent(
    weights: Sequence[Array],
    signals: Pass,
    g: Sequence[Array],
    chains: dict[tuple[int, int], Array],
    upper: int,
    lower: int,
) -> Any:
    """Return the part of the block, of axes (i, j, a, b), that the curvature of the activation makes; 0 for none."""
    found: Any = 0
    for m in range(upper, len(weights)):
        bend = signals.curvatures[m - 1] * (g[m] @ weights[m])
        if np.any(bend != 0):
            found = found + (chains[m, upper] * bend[:, :, None]).swapaxes(1, 2) @ chains[m, lower]
    if isinstance(found, int):
        shape = (*weights[upper - 1].shape, *weights[lower - 1].shape)
        return np.zeros(shape, dtype=signals.outputs.dtype)
    return _contracted(signals.h[upper - 1], signals.h[lower - 1], found, (2, 0, 3, 1))
