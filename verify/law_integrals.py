"""Certified integrals of densities that are given as functions of a ball, by rules whose error is proven."""

from collections.abc import Callable
from typing import Any

from flint import arb

from eigenlaw.numerics.rules import gauss_legendre, legendre_error

Function = Callable[[Any], Any]

_RHO = 4.0


def entire_integral(f: Function, low: int, high: int, log_bound: Function) -> Any:
    """Return the integral of an entire function over panels of length 2.

    Args:
        f: the function on the real line.
        low: an end, a whole number.
        high: the other, at an even distance.
        log_bound: a bound of log |f| on the ellipse around a panel, from the panel's middle; the ellipse reaches 17/8
            to either side and 15/8 up and down.

    Example:
        >>> entire_integral(lambda x: x.exp(), 0, 2, lambda middle: middle + 3).overlaps(arb(2).exp() - 1)
        True
    """
    nodes = 44
    total = arb(0)
    for middle in range(low + 1, high, 2):
        total += sum((weight * f(middle + node) for node, weight in gauss_legendre(nodes)), arb(0))
        total += arb(0, legendre_error(arb(log_bound(arb(middle))), arb(1), _RHO, nodes).upper())
    return total


def square_integral(f: Function, low: Any, high: Any, error: Any = 0, nodes: int = 24) -> Any:
    """Return ∫_low^high f, with ν² = (high² + low²)/2 + (high² − low²)/2 cos θ and the midpoint rule in θ.

    Exact where f(ν) dν is a trigonometric polynomial of a degree below 2·nodes, as for √((high²−ν²)(ν²−low²)) ν^{2k−1};
    otherwise ``error`` bounds what the rule misses.

    Example:
        >>> f = lambda x: (4 - x * x).sqrt() * x**3
        >>> square_integral(f, arb(0), arb(2)).overlaps(arb(64) / 15)  # not a polynomial: the nodes see it
        False
        >>> square_integral(lambda x: (4 - x * x).sqrt() * x * x, arb(0), arb(2)).overlaps(arb.pi())
        True
    """
    middle, half = (high**2 + low**2) / 2, (high**2 - low**2) / 2
    total = arb(0)
    for step in range(nodes):
        angle = arb.pi() * (2 * step + 1) / (2 * nodes)
        place = (middle + half * angle.cos()).sqrt()
        total += f(place) * half * angle.sin() / (2 * place)
    return total * arb.pi() / nodes + arb(0, arb(error).upper())


def largest_distance(one: Function, other: Function, high: float, tolerance: float) -> Any:
    """Return a ball that holds the largest |F − G| of two continuous distribution functions of the half-line.

    Both rise, so that between a and b F − G is at most F(b) − G(a): intervals are halved until none can exceed the
    largest difference that was met by more than the tolerance.

    Args:
        one: F, a function of a ball.
        other: G.
        high: where the intervals end; beyond, both are between their values there and 1.
        tolerance: the width of the ball, above 1 − F(high) and 1 − G(high).

    Example:
        >>> found = largest_distance(lambda x: x.min(arb(1)), lambda x: (2 * x).min(arb(1)), 1.0, 0.01)
        >>> found.contains(arb("0.5")), float(found.rad()) < 0.01
        (True, True)
    """
    value = {x: (one(arb(x)), other(arb(x))) for x in (0.0, high)}
    best = arb(0)

    def above(left: float, right: float) -> Any:
        (f, g), (F, G) = value[left], value[right]
        return (F - g).max(G - f)

    waiting, largest = [(0.0, high)], arb(0)
    while waiting:
        left, right = waiting.pop()
        bound = above(left, right)
        if bound <= best + tolerance:
            largest = largest.max(bound)
            continue
        middle = (left + right) / 2
        value[middle] = one(arb(middle)), other(arb(middle))
        best = best.max(abs(value[middle][0] - value[middle][1]).lower())
        waiting += [(left, middle), (middle, right)]
    beyond = (1 - value[high][0]).max(1 - value[high][1])
    return best.union(largest.max(beyond))
