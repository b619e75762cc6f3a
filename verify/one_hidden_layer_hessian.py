"""Networks F = W σ(V x) of one hidden layer over the rationals: slopes, Jacobian, H_o and H_f, and those of one neuron.

The Jacobian comes from algorithmic differentiation, the Hessians from ``network_hessian``.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.network_hessian import (
    Pass,
    Smooth,
    forward,
    functional_hessian,
    outer_hessian,
)
from eigenlaw.verify.second_derivatives import gradient, hessian, propagate, with_variables

Array = NDArray[Any]


def piecewise_linear(below: Any, above: Any) -> Smooth:
    """Return the function of slope ``below`` for z ≤ 0 and ``above`` for z > 0, continuous at 0.

    Example:
        >>> piecewise_linear(0, 1).phi(np.array([-2, 3], dtype=object)).tolist()
        [0, 3]
    """
    return Smooth(
        lambda z: np.where(z > 0, above * z, below * z),
        lambda z: np.where(z > 0, above + 0 * z, below + 0 * z),
    )


ACTIVATIONS: dict[str, Smooth] = {
    "linear": piecewise_linear(1, 1),
    "relu": piecewise_linear(0, 1),
    "leaky_relu(1/10)": piecewise_linear(Fraction(1, 10), 1),
    "leaky_relu(2)": piecewise_linear(2, 1),
    "abs": piecewise_linear(-1, 1),
    "monomial(2)": Smooth(lambda z: z * z, lambda z: 2 * z),
    "monomial(3)": Smooth(lambda z: z * z * z, lambda z: 3 * z * z),
    "1 + x^2": Smooth(lambda z: 1 + z * z, lambda z: 2 * z),
}
"""Piecewise linear activations, of σ(z) = σ'(z) z, and some that are not."""


@dataclass(frozen=True, eq=False)
class HiddenLayer:
    """A network F = W σ(V x) with its samples.

    Args:
        V: of shape (M, d).
        W: of shape (K, M).
        X: inputs, one a column, of shape (d, N).
        delta: residuals δ_n = ∂ℓ, one a column, of shape (K, N).
        activation: σ, one of ``ACTIVATIONS``.
    """

    V: Array
    W: Array
    X: Array
    delta: Array
    activation: str

    @cached_property
    def preactivations(self) -> Array:
        """V X, of shape (M, N)."""
        return np.asarray(self.V @ self.X)

    @cached_property
    def slopes(self) -> Array:
        """σ'(V x), of shape (M, N): row i is the diagonal of Λ^i."""
        return np.asarray(ACTIVATIONS[self.activation].slope(self.preactivations))

    @cached_property
    def hidden(self) -> Array:
        """σ(V X), of shape (M, N)."""
        return np.asarray(ACTIVATIONS[self.activation].phi(self.preactivations))

    @property
    def active(self) -> list[int]:
        """The neurons whose slope is not 0 at every sample."""
        return [i for i, row in enumerate(self.slopes) if any(row != 0)]

    def gated(self, i: int) -> Array:
        """Return XΛ^i, of shape (d, N)."""
        return np.asarray(self.X * self.slopes[i])

    def omega(self, i: int) -> Array:
        """Return N Ω_i = Σ_n σ'(V_i x_n) δ_n x_nᵀ, of shape (K, d)."""
        return np.asarray(self.delta @ self.gated(i).T)

    def unit(self, i: int) -> "HiddenLayer":
        """Return the network of neuron i alone."""
        return HiddenLayer(self.V[i : i + 1], self.W[:, i : i + 1], self.X, self.delta, self.activation)

    @cached_property
    def _pass(self) -> Pass:
        return forward([self.V, self.W], self.X.T, ACTIVATIONS[self.activation])

    @cached_property
    def outer(self) -> Array:
        """N H_o for squared error, of shape (p, p), from V, row by row, and W, row by row."""
        K, N = self.delta.shape
        return outer_hessian(
            [self.V, self.W], self._pass, np.broadcast_to(np.eye(K, dtype=int).astype(object), (N, K, K))
        )

    @cached_property
    def functional(self) -> Array:
        """N H_f, the second derivative of Σ_n ⟨δ_n, F(x_n)⟩."""
        return functional_hessian([self.V, self.W], self._pass, self.delta.T)

    @property
    def differentiated_functional(self) -> Array:
        """The same as ``functional``, by algorithmic differentiation."""
        layers = with_variables([self.V, self.W])
        p = self.V.size + self.W.size
        total = np.zeros((p, p), dtype=int).astype(object)
        for x, delta in zip(self.X.T, self.delta.T, strict=True):
            outputs = propagate(layers, x, [ACTIVATIONS[self.activation].phi])[-1]
            total = total + sum(hessian(output, p) * weight for output, weight in zip(outputs, delta, strict=True))
        return np.asarray(total)

    def unit_jacobian(self, i: int) -> Array:
        """Return the transposed derivatives of F_i = W_i σ(V_i X) by V and W, shape (p, N K), samples first.

        They are found by algorithmic differentiation.
        """
        V, W = with_variables([self.V, self.W], order=1)
        p = self.V.size + self.W.size
        layers = [V[i : i + 1], W[:, i : i + 1]]
        columns = [
            gradient(output, p)
            for x in self.X.T
            for output in propagate(layers, x, [ACTIVATIONS[self.activation].phi])[-1]
        ]
        return np.stack(columns, axis=1)
