"""The kernels of a ReLU layer in the limit of infinite width: means over a standard Gaussian weight w.

The probability that two gates are open is (π − θ)/(2π) for inputs at the angle θ: the share of the circle, in their
plane, on which both inner products are positive. It is rational at the angles π/2, π/3, π/4, π/6, 0 and their
supplements, so that data of root systems give exact matrices.
"""

from collections.abc import Callable
from typing import Any

from flint import arb, fmpq

from eigenlaw.verify.formula import ball, rational

_ANGLES = {
    fmpq(0): fmpq(1, 2),
    fmpq(1, 4): fmpq(1, 3),
    fmpq(1, 2): fmpq(1, 4),
    fmpq(3, 4): fmpq(1, 6),
    fmpq(1): fmpq(0),
}
"""θ/π of the acute angle with a given cos²θ."""


def _dot(x: Any, y: Any) -> Any:
    return sum((rational(a) * rational(b) for a, b in zip(x, y, strict=True)), fmpq(0))


def both_open(x: Any, y: Any) -> Any:
    """Return P(⟨w, x⟩ ≥ 0 and ⟨w, y⟩ ≥ 0) for exact inputs other than 0: exact where it is known to be rational.

    Example:
        >>> both_open([1, 0], [1, 1]), both_open([1, 0], [-3, 0])
        (3/8, 0)
    """
    product, squares = _dot(x, y), _dot(x, x) * _dot(y, y)
    acute = _ANGLES.get(product * product / squares)
    if acute is None:
        return fmpq(1, 2) - (product / ball(squares).sqrt()).acos() / (2 * arb.pi())
    return (1 - acute) / 2 if product >= 0 else acute / 2


def inner_limit(X: Any) -> Any:
    """Return [K_inner^∞]_ij = ⟨x_i, x_j⟩ E[φ'(⟨x_i, w⟩) φ'(⟨x_j, w⟩)] for φ = ReLU.

    Source: murray, Theorem C.17.

    Args:
        X: exact inputs, one a row, of shape (n, d).

    Example:
        >>> inner_limit([[1, 0], [1, 1]])
        [[1/2, 3/8], [3/8, 1]]
    """
    return _matrix(X, lambda x, y: _dot(x, y) * both_open(x, y))


def outer_limit(X: Any) -> Any:
    """Return Σ_ij = E[φ(⟨x_i, w⟩) φ(⟨x_j, w⟩)] for φ = ReLU.

    Source: murray, Lemma C.14.

    Args:
        X: exact inputs, one a row, of shape (n, d).

    Example:
        >>> outer_limit([[1, 0], [-1, 0], [2, 0]])
        [[1/2, 0, 1], [0, 1/2, 0], [1, 0, 2]]
    """

    def entry(x: Any, y: Any) -> Any:
        product = _dot(x, y)
        sine = _dot(x, x) * _dot(y, y) - product * product
        aligned = product * both_open(x, y)
        return aligned if sine == 0 else aligned + ball(sine).sqrt() / (2 * arb.pi())

    return _matrix(X, entry)


def _matrix(X: Any, entry: Callable[[Any, Any], Any]) -> Any:
    return [[entry(x, y) if any(x) and any(y) else fmpq(0) for y in X] for x in X]
