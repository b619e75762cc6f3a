"""Polynomials in an infinitesimal epsilon > 0, cut after some power; networks moved along them, exactly.

A germ c_0 + c_1 eps + c_2 eps^2 + ... is compared by the sign of its first coefficient that is not zero, so that a
piecewise polynomial activation takes the right branch to either side of a kink. The outputs of a network at
theta + eps v, written out as germs, have the derivatives along v as their coefficients: no backpropagation and no
derivative of the activation takes part.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import total_ordering
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.dual_numbers import ArrayFunction
from eigenlaw.verify.wide_networks import WideParameters

Array = NDArray[Any]
Place = tuple[Literal["W", "b", "u", "h"], int]
"""What is moved: W^l, b^l, all u^l, or all h^l, by its layer."""


@total_ordering
class Germ:
    """A polynomial in epsilon, cut after the last of its coefficients.

    Args:
        coefficients: c_0, c_1, ..., exact rationals.

    Example:
        >>> x = Germ((Fraction(0), Fraction(-1), Fraction(2)))
        >>> (x * x + 3).coefficients == (3, 0, 1), x < 0
        (True, True)
    """

    __slots__ = ("coefficients",)

    def __init__(self, coefficients: Sequence[Any]) -> None:
        self.coefficients: tuple[Any, ...] = tuple(coefficients)

    def __repr__(self) -> str:
        return f"Germ({self.coefficients!r})"

    def __hash__(self) -> int:
        return hash(self.coefficients)

    def _like(self, other: Any) -> tuple[Any, ...]:
        if isinstance(other, Germ):
            return other.coefficients
        return (other, *[0] * (len(self.coefficients) - 1))

    def __add__(self, other: Any) -> "Germ":
        return Germ([a + b for a, b in zip(self.coefficients, self._like(other), strict=True)])

    __radd__ = __add__

    def __neg__(self) -> "Germ":
        return Germ([-a for a in self.coefficients])

    def __sub__(self, other: Any) -> "Germ":
        return self.__add__(-other)

    def __rsub__(self, other: Any) -> "Germ":
        return self.__neg__().__add__(other)

    def __mul__(self, other: Any) -> "Germ":
        if not isinstance(other, Germ):
            return Germ([a * other for a in self.coefficients])
        a, b = self.coefficients, other.coefficients
        return Germ([sum((a[i] * b[n - i] for i in range(n + 1)), Fraction(0)) for n in range(len(a))])

    __rmul__ = __mul__

    def __pow__(self, n: int) -> "Germ":
        total = Germ(self._like(Fraction(1)))
        for _ in range(n):
            total = total * self
        return total

    def __eq__(self, other: object) -> bool:
        return self.coefficients == self._like(other)

    def __lt__(self, other: Any) -> bool:
        difference = next((a for a in (self - other).coefficients if a != 0), 0)
        return bool(difference < 0)


def outputs_along(
    network: WideParameters, phi: Sequence[ArrayFunction], X: Array, direction: Mapping[Place, Array], order: int = 1
) -> Array:
    """Return f at theta + eps v as germs, of shape (T, C).

    Args:
        network: exact parameters.
        phi: the L - 1 activations, plain functions of an array.
        X: exact inputs, one a row.
        direction: v: what is added to W^l (M_l, M_{l-1}), to b^l (M_l,), to u^l or to h^l, 1 <= l <= L and
            0 <= l < L, of a shape that broadcasts to (T, M_l).
        order: the highest power of eps that is kept.

    Example:
        >>> exact = lambda entries: np.vectorize(Fraction, otypes=[object])(np.array(entries))
        >>> network = WideParameters((exact([[2]]), exact([[3]])), (exact([1]), exact([0])))  # 3 (2 x + 1)^2
        >>> found = outputs_along(network, [lambda x: x * x], exact([[1]]), {("W", 1): exact([[1]])}, order=2)
        >>> [int(c) for c in found[0, 0].coefficients]  # 3 (3 + eps)^2
        [27, 18, 3]
    """

    def moved(values: Array, place: Place) -> Array:
        shift = direction.get(place, np.array(Fraction(0), dtype=object))
        germ = np.frompyfunc(lambda a, v: Germ((a, v, *[Fraction(0)] * (order - 1))), 2, 1)
        return np.asarray(germ(values, shift))

    def added(values: Array, place: Place) -> Array:
        return values + moved(np.zeros(values.shape, dtype=object), place) if place in direction else values

    h = moved(X, ("h", 0))
    for layer, (W, b) in enumerate(zip(network.weights, network.biases, strict=True), start=1):
        u = added(h @ moved(W, ("W", layer)).T + moved(b, ("b", layer)), ("u", layer))
        h = u if layer == network.layers else added(phi[layer - 1](u), ("h", layer))
    return h


def coefficient(germs: Array, power: int) -> Array:
    """Return the coefficients of one power of eps, of the shape of the germs."""
    return np.asarray(np.frompyfunc(lambda germ: germ.coefficients[power], 1, 1)(germs))
