"""Composition f∘z of power series whose coefficients are not negative, z(1) ≤ 1, and what a cut of f leaves out.

For 0 < r ≤ 1 the coefficient [ρ^p] z(ρ)^k is at most r^{−p} z(r)^k, and z(r) ≤ 1: it is at most r^{−p} z(r)^K for every
k ≥ K, so that the terms f_k z^k, k ≥ K, add at most r^{−p} z(r)^K Σ_{k≥K} f_k to the coefficient of ρ^p.
"""

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat
from typing import Any

from flint import arb, arb_poly, arb_series, ctx

from eigenlaw.numerics.correlation import coefficients_of, series_terms
from eigenlaw.numerics.precision import working

_BITS = 64
_RADII = (1.0, 0.95, 0.85, 0.65, 0.4, 0.15, 0.03)
_GROWTHS = (1.0, 1.1, 1.3, 1.7, 2.5, 5.0, 20.0, 200.0)
_BLOCK = 64

Goals = Mapping[int, Any]
"""For some p, what may be left out of the coefficient of ρ^p."""


class PowerBounds:
    """Upper bounds of the coefficients of z^k for all k ≥ K at once.

    Attributes:
        sizes: pairs of r and an upper bound of z(r).
    """

    def __init__(self, coefficients: Sequence[Any]) -> None:
        """Take the first coefficients of z; none is negative, and all of them sum to at most 1."""
        with working(_BITS):
            known = arb_poly([abs(c).upper() for c in coefficients])
            rest = (1 - sum((c.abs_lower() for c in coefficients), arb(0))).upper().max(arb(0))
            self.sizes = []
            for radius in map(arb, _RADII):
                size = known(radius) + rest * radius ** len(coefficients)
                self.sizes.append((radius, size.upper().min(arb(1))))

    def at(self, power: int, p: int) -> Any:
        """Return the bound of [ρ^p] z^k, k ≥ power."""
        with working(_BITS):
            return min((size**power / radius**p).upper() for radius, size in self.sizes)

    def until(self, power: int, order: int) -> list[Any]:
        """Return the bounds of [ρ^p] z^k, k ≥ power, for p = 0 … order."""
        with working(_BITS):
            rows = [
                list(accumulate(repeat(1 / radius, order), operator.mul, initial=size**power))
                for radius, size in self.sizes
            ]
            return [min(column).upper() for column in zip(*rows, strict=True)]


@dataclass(frozen=True)
class Expansion:
    """A polynomial around a point: f(z) = Σ_j c_j y^j and terms that were cut, y = (z − start)/scale, none negative.

    The cut terms have any power of y, up to the degree; as y(1) ≤ 1 for every series that is put in, they add at most
    their sum at y = 1 to each of its coefficients.

    Attributes:
        start: the point, at least 0.
        scale: at least 1 − start; 1 where the point is 0.
        coefficients: c_0, c_1, … as they are without what was cut.
        degree: of f.
        cut: an upper bound of the cut terms at y = 1.
    """

    start: Any
    scale: Any
    coefficients: Sequence[Any]
    degree: int
    cut: Any

    def composed(self, z: Sequence[Any], goals: Goals, spare: Any = None) -> tuple[list[Any], "Expansion"]:
        """Return the coefficients of f∘z, as many as z has, and the expansion of f around z(0).

        Args:
            z: the first coefficients of a series, none negative and all with sum at most 1; z(0) ≥ start.
            goals: for some p, what may be left out of the coefficient of ρ^p.
            spare: if given, the expansion keeps terms until their rest is below it.
        """
        order = len(z) - 1
        y = [(z[0] - self.start) / self.scale, *(c / self.scale for c in z[1:])]
        scale = _above(1 - y[0])
        x = [arb(0), *(c / scale for c in y[1:])]
        bounds, rests = PowerBounds(x), _Rests(self.coefficients, y[0], scale)

        def negligible(last: int) -> bool:
            return all(rests.after(last) * bounds.at(last + 1, p) <= goal for p, goal in goals.items())

        last = _least(negligible, 1, order)
        keep = last if spare is None else max(last, _least(lambda j: rests.after(j) <= spare, 1, self.degree))
        floor = min(goals.values(), default=arb(2) ** -ctx.prec) / self.degree
        floor = floor if spare is None else floor.min(spare)
        outer = taylor_shift(self.coefficients, y[0], scale, keep, floor)
        with series_terms(order + 1):
            found = coefficients_of(at_series(outer[: last + 1], arb_series(x)), order)
        rest = rests.after(last) if last < order else arb(0)
        missed = [self.cut + rest * bound for bound in bounds.until(last + 1, order)]
        cut = rests.after(keep) + self.cut * (y[0] + scale).max(arb(1)) ** self.degree
        around = Expansion(z[0], self.scale * scale, outer, self.degree, cut.upper())
        return [c + arb(0, m.upper()) for c, m in zip(found, missed, strict=True)], around


class _Rests:
    """Bounds of Σ_{j>J} of the coefficients in x of f(b + sx), none negative: t^{−J−1} f(b + st) for every t ≥ 1."""

    def __init__(self, coefficients: Sequence[Any], start: Any, scale: Any) -> None:
        with working(_BITS):
            outer = arb_poly([abs(c).upper() for c in coefficients])
            self._sizes = [(t, outer(abs(start).upper() + scale * t).upper()) for t in map(arb, _GROWTHS)]

    def after(self, order: int) -> Any:
        with working(_BITS):
            return min((size / t ** (order + 1)).upper() for t, size in self._sizes)


def _least(holds: Callable[[int], bool], low: int, high: int) -> int:
    """Return the least integer from low to high for which a property holds that larger ones share, or high."""
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def taylor_shift(coefficients: Sequence[Any], start: Any, scale: Any, order: int, floor: Any) -> list[Any]:
    """Return the coefficients 0 … order in x of f(b + sx) = Σ c_k (b + sx)^k, by halves: f = g + (b + sx)^h k.

    Args:
        coefficients: c_0, c_1, …, balls.
        start: b, a ball.
        scale: s, a ball.
        order: the last p.
        floor: what is smaller needs no digits; a product is computed with as many bits as that leaves.
    """
    line = arb_poly([start, scale])
    blocks = [list(coefficients[i : i + _BLOCK]) for i in range(0, len(coefficients), _BLOCK)]
    bits = [_bits_above(floor, block) for block in blocks]
    with series_terms(order + 1):
        parts = []
        for block, enough in zip(blocks, bits, strict=True):
            with working(enough):
                parts.append(arb_series(arb_poly(block)(line).coeffs()[: order + 1]))
        power = arb_series((line**_BLOCK).coeffs()[: order + 1])
        while len(parts) > 1:
            power = arb_series([c if abs(c) > floor else arb(0, c.abs_upper()) for c in power.coeffs()])
            joined = []
            for low, high, enough in zip(parts[::2], parts[1::2], bits[1::2], strict=False):
                with working(enough):
                    product = power * high
                joined.append(low + product)
            parts, bits = joined + parts[len(joined) * 2 :], bits[::2]
            power = power * power
        return coefficients_of(parts[0], order)


def _bits_above(floor: Any, block: Sequence[Any]) -> int:
    """Return the bits that numbers as large as the first few of a block need above the floor, with some to spare."""
    size = max(abs(c).upper() for c in block[:4])
    enough = 32 + max(0, _exponent(size) - _exponent(floor))
    return enough if enough < ctx.prec else int(ctx.prec)


def _exponent(ball: Any) -> int:
    """Return an integer e with |x| < 2^e for every number of the ball, e = −2^60 for 0."""
    upper = ball.abs_upper()
    if upper.is_zero():
        return -(1 << 60)
    mantissa, exponent = upper.man_exp()
    return int(mantissa).bit_length() + int(exponent)


def at_series(coefficients: Sequence[Any], x: Any) -> Any:
    """Return Σ c_j x^j, x(0) = 0, by FLINT's composition or, which is faster for few c_j, in blocks of √J of them."""
    count = len(coefficients)
    if 4 * count > ctx.cap:
        return arb_series(list(coefficients))(x)
    step = math.isqrt(count - 1) + 1 if count > 1 else 1
    powers = list(accumulate(repeat(x, step), operator.mul, initial=arb_series([1])))
    total = arb_series([0])
    for i in reversed(range(0, count, step)):
        block = sum(map(operator.mul, powers, coefficients[i : i + step]), arb_series([0]))
        total = total * powers[step] + block
    return total


def _above(value: Any) -> Any:
    """Return a number of few digits slightly above a positive ball."""
    mantissa, exponent = (int(part) for part in value.upper().man_exp())
    drop = max(0, mantissa.bit_length() - 30)
    return arb((mantissa >> drop) + 1) * arb(2) ** (exponent + drop)
