"""Composition f∘z of power series whose coefficients are not negative, z(1) ≤ 1, and what a cut of f leaves out.

For 0 < r ≤ 1 the coefficient [ρ^p] z(ρ)^k is at most r^{−p} z(r)^k, and z(r) ≤ 1: it is at most r^{−p} z(r)^K for every
k ≥ K, so that the terms f_k z^k, k ≥ K, add at most r^{−p} z(r)^K Σ_{k≥K} f_k to the coefficient of ρ^p.
"""

import math
import operator
from collections.abc import Mapping, Sequence
from itertools import accumulate, repeat
from typing import Any

from flint import arb, arb_poly, arb_series, ctx

from eigenlaw.numerics.correlation import coefficients_of, series_terms
from eigenlaw.numerics.precision import working

_BITS = 64
_RADII = (1.0, 0.97, 0.9, 0.8, 0.65, 0.5, 0.35, 0.2, 0.1, 0.03)
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


def cut_order(
    coefficients: Sequence[Any], start: Any, scale: Any, x: PowerBounds, order: int, goals: Goals
) -> tuple[int, Any]:
    """Return where f(b + sx(ρ)) may be cut as a power series in x, and a bound of what is cut off at x = 1.

    Σ_{j>J} of the coefficients of f(b + st), none negative, is at most t^{−J−1} f(b + st) for t ≥ 1.

    Args:
        coefficients: those of f, none negative.
        start: b ≥ 0.
        scale: s ≥ 0.
        x: the bounds of x.
        order: the last power of ρ of interest, where nothing is left out.
        goals: for some p, what may be left out of the coefficient of ρ^p.
    """
    with working(_BITS):
        outer = arb_poly([abs(c).upper() for c in coefficients])
        sizes = [(t, outer(abs(start).upper() + scale * t).upper()) for t in map(arb, _GROWTHS)]

        def rest(order: int) -> Any:
            return min((size / t ** (order + 1)).upper() for t, size in sizes)

        low, high = 1, order
        while low < high:
            middle = (low + high) // 2
            if all(rest(middle) * x.at(middle + 1, p) <= goal for p, goal in goals.items()):
                high = middle
            else:
                low = middle + 1
        return low, rest(low) if low < order else arb(0)


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
