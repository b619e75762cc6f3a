"""Algorithmic differentiation to second order in all parameters at once, over any field: the second route to a Hessian.

A jet is a polynomial v + Σ g_i ε_i + ½ Σ H_ij ε_i ε_j in as many infinitesimals as there are variables, cut after
degree 2. A plain function of jets yields its value, gradient and Hessian; only the rules of arithmetic, of exp and of
log stand here, no formula for a network, an activation or a loss. Numbers are exact: rationals (``flint.fmpq``),
elements of a prime field (``flint.nmod``) or SymPy expressions. Jets are compared lexicographically, as if
ε_1 ≫ ε_2 ≫ … > 0, so that a piecewise polynomial takes one branch on one side of its kink.
"""

from collections.abc import Callable, Sequence
from functools import total_ordering
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Function = Callable[[Any], Any]


@total_ordering
class Jet:
    """A number that carries its first and, if wanted, second derivatives.

    Args:
        value: v.
        slope: g, of shape (p,).
        curvature: H, of shape (p, p); None where derivatives end at the first.

    Example:
        >>> x, y = variables([3, 5])
        >>> z = x * x * y
        >>> z.value, z.slope.tolist(), z.curvature.tolist()
        (45, [30, 9], [[10, 6], [6, 0]])
    """

    __slots__ = ("curvature", "slope", "value")

    def __init__(self, value: Any, slope: Array, curvature: Array | None = None) -> None:
        self.value, self.slope, self.curvature = value, slope, curvature

    def __repr__(self) -> str:
        return f"Jet({self.value!r}, {self.slope!r}, {self.curvature!r})"

    def __hash__(self) -> int:
        return id(self)

    def _linear(self, factor: Any) -> "Jet":
        curvature = None if self.curvature is None else self.curvature * factor
        return Jet(self.value * factor, self.slope * factor, curvature)

    def __add__(self, other: Any) -> "Jet":
        if not isinstance(other, Jet):
            return Jet(self.value + other, self.slope, self.curvature)
        value, slope = self.value + other.value, self.slope + other.slope
        if self.curvature is None or other.curvature is None:
            return Jet(value, slope)
        return Jet(value, slope, self.curvature + other.curvature)

    __radd__ = __add__

    def __neg__(self) -> "Jet":
        return self._linear(-1)

    def __sub__(self, other: Any) -> "Jet":
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> "Jet":
        return self.__neg__().__add__(other)

    def __mul__(self, other: Any) -> "Jet":
        if not isinstance(other, Jet):
            return self._linear(other)
        slope = self.slope * other.value + other.slope * self.value
        if self.curvature is None or other.curvature is None:
            return Jet(self.value * other.value, slope)
        mixed = self.slope[:, None] * other.slope
        curvature = self.curvature * other.value + other.curvature * self.value + mixed + mixed.T
        return Jet(self.value * other.value, slope, curvature)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> "Jet":
        return (
            self.__mul__(_reciprocal(other)) if isinstance(other, Jet) else self._linear(1 / (other + self.value * 0))
        )

    def __rtruediv__(self, other: Any) -> "Jet":
        return _reciprocal(self).__mul__(other)

    def __pow__(self, n: int) -> "Jet":
        found = self
        for _ in range(n - 1):
            found = found * self
        return found

    def __abs__(self) -> "Jet":
        return -self if self < 0 else self

    def __eq__(self, other: object) -> bool:
        return all(entry == 0 for entry in _coefficients(self - other))

    def __lt__(self, other: Any) -> bool:
        return bool(next((entry for entry in _coefficients(self - other) if entry != 0), 0) < 0)


def compose(jet: Jet, value: Any, first: Any, second: Any) -> Jet:
    """Return f(jet) of a function of which the value and two derivatives at the point are given.

    Example:
        >>> compose(variables([2])[0], 8, 12, 12).curvature.tolist()  # x³ at 2
        [[12]]
    """
    if jet.curvature is None:
        return Jet(value, jet.slope * first)
    mixed = jet.slope[:, None] * jet.slope
    return Jet(value, jet.slope * first, jet.curvature * first + mixed * second)


def exponential(jet: Jet, value: Any) -> Jet:
    """Return exp(jet), where any number may stand for the exponential of the value.

    Over the rationals e^v is transcendental; every identity between rational functions of v and e^v holds for any
    number in its place.

    Example:
        >>> exponential(variables([0])[0], 7).slope.tolist()
        [7]
    """
    return compose(jet, value, value, value)


def logarithm(jet: Jet) -> Jet:
    """Return log(jet) up to a constant: the value, which no derivative depends on, is left at 0."""
    inverse = 1 / jet.value
    return compose(jet, 0 * inverse, inverse, -inverse * inverse)


def variables(values: Sequence[Any], order: int = 2) -> Array:
    """Return independent variables at these values, as an array of jets.

    Args:
        values: exact numbers of one kind.
        order: 1 or 2, the highest derivative that is carried.

    Example:
        >>> [variable.slope.tolist() for variable in variables([3, 5], order=1)]
        [[1, 0], [0, 1]]
    """
    p = len(values)
    units, zeros = np.eye(p, dtype=int).astype(object), np.zeros((p, p), dtype=int).astype(object)
    found = np.empty(p, dtype=object)
    found[:] = [Jet(value, units[i], zeros if order == 2 else None) for i, value in enumerate(values)]
    return found


def propagate(layers: Sequence[Array], x: Array, activations: Sequence[Function] = ()) -> list[Array]:
    """Return h^0 = x, h^1, …, h^L of a plain network, in any numbers: h^l = σ_l(W^l h^{l−1} + b^l).

    Args:
        layers: W^l of shape (M_l, M_{l−1}), or [W^l, b^l] of shape (M_l, M_{l−1} + 1).
        x: one input, of shape (d,).
        activations: σ_1, σ_2, …, plain functions of an array; the layers beyond them are linear.

    Example:
        >>> propagate([np.array([[2]]), np.array([[3, 1]])], np.array([5]))[-1].tolist()
        [31]
    """
    signals = [x]
    for number, matrix in enumerate(layers):
        width = len(signals[-1])
        u = matrix[:, :width] @ signals[-1]
        if matrix.shape[1] > width:
            u = u + matrix[:, width]
        signals.append(activations[number](u) if number < len(activations) else u)
    return signals


def with_variables(layers: Sequence[Array], chosen: Sequence[int] = (), order: int = 2) -> list[Array]:
    """Return the layers with all entries as variables, row by row, or those of the chosen ones, counted from 0."""
    places = list(chosen) or range(len(layers))
    jets = variables([entry for place in places for entry in layers[place].ravel()], order)
    found, start = list(layers), 0
    for place in places:
        stop = start + layers[place].size
        found[place], start = jets[start:stop].reshape(layers[place].shape), stop
    return found


def gradient(jet: Any, p: int) -> Array:
    """Return the gradient of a jet in p variables, or of a constant."""
    return jet.slope if isinstance(jet, Jet) else np.zeros(p, dtype=int).astype(object)


def hessian(jet: Any, p: int) -> Array:
    """Return the Hessian of a jet in p variables, or of a constant."""
    if isinstance(jet, Jet) and jet.curvature is not None:
        return jet.curvature
    return np.zeros((p, p), dtype=int).astype(object)


def _reciprocal(jet: Jet) -> Jet:
    inverse = 1 / jet.value
    return compose(jet, inverse, -inverse * inverse, 2 * inverse * inverse * inverse)


def _coefficients(jet: Jet) -> list[Any]:
    rest = [] if jet.curvature is None else list(jet.curvature.ravel())
    return [jet.value, *jet.slope, *rest]
