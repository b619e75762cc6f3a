"""Sequences c_j with a known tail, and large data sets of a given rank for which the least eigenvalue is known."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb, fmpq

from eigenlaw.verify.circles import CircleProduct, highest_eigenvalue
from eigenlaw.verify.claim import Instance
from eigenlaw.verify.formula import rational


@dataclass(frozen=True)
class Sequence:
    """c_j = ℓ(j) for a decreasing ℓ with one parameter.

    Attributes:
        coefficient: (scale, j) ↦ ℓ(j) for j ≥ 1; c_0 is ℓ(0) where it is finite, else 0.
        integral: (scale, x) ↦ ∫_x^∞ ℓ.
    """

    coefficient: Callable[[Any, int], Any]
    integral: Callable[[Any, Any], Any]


def _stretched_integral(alpha: Any, x: Any) -> Any:
    root = alpha * arb(x).sqrt()
    return 2 * (-root).exp() * (root + 1) / alpha**2


SEQUENCES = {
    "power": Sequence(
        lambda alpha, j: rational(Fraction(j)) ** int(-alpha) if j else fmpq(0),
        lambda alpha, x: arb(x) ** (1 - arb(rational(alpha))) / (rational(alpha) - 1),
    ),
    "stretched": Sequence(
        lambda alpha, j: (-arb(rational(alpha)) * arb(j).sqrt()).exp(),
        lambda alpha, x: _stretched_integral(arb(rational(alpha)), x),
    ),
    "exponential": Sequence(
        lambda alpha, j: (-arb(rational(alpha)) * j).exp(),
        lambda alpha, x: (-arb(rational(alpha)) * x).exp() / arb(rational(alpha)),
    ),
    "geometric": Sequence(
        lambda a, j: rational(a) ** j,
        lambda a, x: -(arb(rational(a)) ** x) / arb(rational(a)).log(),
    ),
}
"""j^{−α}, e^{−α√j}, e^{−αj} and a^j."""


def truncation(n: int, r: int) -> int:
    """Return m(n) = ⌊(n/2)^{1/r}⌋, the largest m with 2 m^r ≤ n.

    Example:
        >>> truncation(2 * 7**7, 7), truncation(2 * 7**7 - 1, 7)
        (7, 6)
    """
    m = 0
    while 2 * (m + 1) ** r <= n:
        m += 1
    return m


def circle_data(rank: int, points: int) -> CircleProduct:
    """Return data of the given rank on a product of circles, with so many points each."""
    rest = Fraction(1, rank) if rank % 2 else Fraction(0)
    return CircleProduct(rank // 2, points, rest)


def least_eigenvalue(instance: Instance) -> Any:
    """Return a ball that holds the eigenvalue of K at the highest frequency, which is not below λ_n(K).

    Args:
        instance: names a sequence, its scale, the rank r and the points a circle.
    """
    return _least(instance["sequence"], Fraction(instance["scale"]), instance["r"], instance["points"])


@cache
def _least(name: str, scale: Fraction, rank: int, points: int) -> Any:
    sequence, data = SEQUENCES[name], circle_data(rank, points)
    count = 2 * max(20, data.circles * points)
    return highest_eigenvalue(
        data, lambda j: sequence.coefficient(scale, j), lambda J: sequence.integral(scale, J - 1), count
    )
