"""Inverse Mellin transforms along a vertical line by the trapezoidal rule, with a proven bound of what it misses.

For a positive random number Z with M(s) = E Z^s and the line Re s = c, q = e^{2π/h}, Poisson's summation formula says

    (h/2π) Σ_m g(c + imh) y^{−c−imh} = y^{−c} Σ_{l∈ℤ} (y q^l)^c f(y q^l),

exactly, where g is the Mellin transform ∫ f(z) z^{s−1} dz of f. What the rule adds to f(y) are values of f at points
that are a factor q apart, and those are bounded by moments on either side of c:

* f(z) = P(Z > z), c > 0, g = M(s)/s: P(Z > z) ≤ M(a) z^{−a} for a > c, and P(Z > z) = 1 − P(Z ≤ z) with
  P(Z ≤ z) ≤ M(a) z^{−a} for a < 0; the ones sum to 1/(q^c − 1) and are taken off exactly.
* f = any function with |f(z)| ≤ B(a) z^{−a}, a on both sides of c.

The sum over m stops where a factor of Gamma functions is small: Im ψ(a + it) ≥ arctan(t/a) for a, t > 0, so
|Γ(a + it)| ≤ |Γ(a + iT)| e^{−(t−T) arctan(T/a)} for t ≥ T.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flint import acb, arb, ctx

from eigenlaw.numerics.precision import working

_STRIDE = 8
_MOST_NODES = 200_000
_SEARCH = 18
_THIRDS = 60
_SHIFTS = (0.0, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
_MOST_LOST = 0.5
_LEAST_LOG = 1e-9
_FURTHEST = 1e8


@dataclass(frozen=True)
class Line:
    """Where to integrate: the abscissa c, the logarithm of q, the exponents a of the bounds below and above c.

    ``lost`` bits cancel in the sum.
    """

    c: float
    log_q: float
    below: float
    above: float
    lost: int = 0


def plan(
    log_moment: Callable[[float], float], log_y: float, ends: tuple[float, float], lowest: float, bits: float
) -> Line:
    """Choose a line and its step; only a heuristic.

    On the line through the saddle point of M(s) y^{−s} nothing cancels; on one further to the right some bits are lost,
    but the step may be longer.

    Args:
        log_moment: log M(a), convex.
        log_y: log y, any finite number.
        ends: open interval of the exponents a for which M is finite; the upper end may be infinite.
        lowest: the abscissa must be at least this.
        bits: wanted accuracy relative to the value at the saddle point.
    """
    first = max(lowest, _saddle(log_moment, log_y, ends))
    height = log_moment(first) - first * log_y
    lines = []
    for step in _SHIFTS:
        c = first + step * (1 + abs(first))
        if c < ends[1]:
            lost = max(0.0, log_moment(c) - c * log_y - height) / math.log(2)
            if lost <= _MOST_LOST * bits:
                lines.append(replace(spaced(log_moment, c, log_y, ends, bits + lost), lost=math.ceil(lost)))
    return min(lines, key=lambda line: line.log_q * (bits + line.lost))


def spaced(
    log_moment: Callable[[float], float], c: float, log_y: float, ends: tuple[float, float], bits: float
) -> Line:
    """Choose the step on the line Re s = c that makes the bounds fall below 2^−bits M(c) y^{−c}; only a heuristic."""
    here = log_moment(c)

    def wanted(a: float) -> float:
        return (log_moment(a) - here + bits * math.log(2)) / abs(a - c) - (log_y if a > c else -log_y)

    near = [1 - 0.6**p for p in range(1, _SEARCH)]
    far = [0.1 * (1 + abs(c)) * 1.6**p for p in range(_SEARCH)]
    above = min(
        (c + (step if math.isinf(ends[1]) else (ends[1] - c) * part) for step, part in zip(far, near, strict=False)),
        key=wanted,
    )
    below = min((c - (c - ends[0]) * part for part in near), key=wanted)
    return Line(c, max(wanted(above), wanted(below), _LEAST_LOG), below, above)


def _saddle(log_moment: Callable[[float], float], log_y: float, ends: tuple[float, float]) -> float:
    """Return where log M(a) − a log y is least, by thirds."""
    low, high = ends
    if math.isinf(high):
        high = low + 2
        while high < _FURTHEST and log_moment(2 * high) - log_moment(high) < high * log_y:
            high *= 2
        high *= 2
    for _ in range(_THIRDS):
        left, right = low + (high - low) / 3, high - (high - low) / 3
        if log_moment(left) - left * log_y < log_moment(right) - right * log_y:
            high = right
        else:
            low = left
    return (low + high) / 2


def trapezoid(transform: Callable[[Any], Any], tail: Callable[[Any, Any], tuple[Any, Any]], y: Any, line: Line) -> Any:
    """Return (h/2π) Σ_m g(c + imh) y^{−c−imh}, the part left out added to the radius.

    Args:
        transform: g on ``acb``, real on the real axis.
        tail: for (c, T) two numbers b and r, |g(c + it)| ≤ b e^{−r(t−T)} for t ≥ T.
        y: a positive ball; where bits cancel it should be narrower than the working precision.
        line: the abscissa and log q.
    """
    aim = arb(2) ** -ctx.prec
    with working(ctx.prec + line.lost):
        c, h = arb(line.c), 2 * arb.pi() / arb(line.log_q)
        log_y = arb(y).log()
        turn = -h * log_y
        total, rest = transform(acb(c)).real / 2, arb("inf")
        for m in range(1, _MOST_NODES):
            total += (transform(acb(c, m * h)) * acb(0, m * turn).exp()).real
            if m % _STRIDE == 0:
                size, rate = tail(c, m * h)
                rest = (size / (rate * h).expm1()).upper()
                if rest < abs(total).mid() * aim or rest < total.rad():
                    break
        return (total + arb(0, rest)) * h / arb.pi() * (-c * log_y).exp()


def aliases(bound: Callable[[Any], Any], log_y: Any, line: Line) -> Any:
    """Return an upper end of y^{−c} Σ_{l≠0} (y q^l)^c |f(y q^l)| from |f(z)| ≤ bound(a) z^{−a} below and above c."""
    total = arb(0)
    for end in (arb(line.below), arb(line.above)):
        rise = (abs(end - arb(line.c)) * arb(line.log_q)).expm1()
        total += bound(end) * (-end * log_y).exp() / rise
    return total.upper()
