"""The law of p(U), p a rational polynomial and U uniform on [0, 1], from the real roots of p − x: p need not rise."""

from functools import reduce
from itertools import pairwise
from typing import Any

from flint import arb, fmpq

from eigenlaw.verify.formula import ball


def _roots_inside(p: Any) -> list[Any]:
    """Return balls around the real roots of a polynomial in (0, 1), in order."""
    if p.degree() < 1:
        return []
    real = [root.real for root, _ in p.complex_roots() if root.imag == 0]
    return sorted((root for root in real if root > 0 and root < 1), key=lambda root: float(root.mid()))


def _value(p: Any, u: Any) -> Any:
    """Return p(u) for a ball u, by Horner's rule."""
    return reduce(lambda total, c: total * u + ball(c), reversed(p.coeffs()), arb(0))


def measure_below(p: Any, x: Any) -> Any:
    """Return P(p(U) ≤ x), a ball; x is an exact rational.

    Example:
        >>> from flint import fmpq_poly
        >>> measure_below(fmpq_poly([0, 0, 1]), fmpq(1, 4)).contains(arb(1) / 2)
        True
    """
    shifted = p - x
    ends = [arb(0), *_roots_inside(shifted), arb(1)]
    total = arb(0)
    for left, right in pairwise(ends):
        if _value(shifted, (left.mid() + right.mid()) / 2) < 0:
            total += right - left
    return total


def quantile_of_image(p: Any, u: Any, digits: int = 15) -> Any:
    """Return a ball that holds inf {x : P(p(U) ≤ x) ≥ u}, by bisection.

    Args:
        p: a polynomial that is not constant.
        u: an exact rational, 0 < u < 1.
        digits: of the ball, relative to the width of the range.

    Example:
        >>> from flint import fmpq_poly
        >>> abs(quantile_of_image(fmpq_poly([0, -1, 1]), fmpq(1, 2)) + arb(3) / 16) < 1e-14  # not monotone
        True
    """
    low, high = (_rational(end) for end in extremes(p))
    steps = int(3.33 * digits) + 4
    for _ in range(steps):
        middle = (low + high) / 2
        if measure_below(p, middle) >= u:
            high = middle
        else:
            low = middle
    return arb(low).union(arb(high))


def _rational(x: Any) -> Any:
    mantissa, exponent = x.mid().man_exp()
    return fmpq(mantissa) * fmpq(2) ** int(exponent)


def extremes(p: Any) -> tuple[Any, Any]:
    """Return balls of the least and the largest value of p on [0, 1].

    Example:
        >>> from flint import fmpq_poly
        >>> [float(x) for x in extremes(fmpq_poly([0, -1, 1]))]
        [-0.25, 0.0]
    """
    values = [arb(p(fmpq(0))), arb(p(fmpq(1))), *(_value(p, root) for root in _roots_inside(p.derivative()))]
    return reduce(lambda a, b: a.min(b), values), reduce(lambda a, b: a.max(b), values)


def mean_of_image(p: Any) -> Any:
    """Return E p(U), exactly.

    Example:
        >>> from flint import fmpq_poly
        >>> mean_of_image(fmpq_poly([0, 0, 1]))
        1/3
    """
    return p.integral()(fmpq(1))
