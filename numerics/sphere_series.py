"""Funk–Hecke eigenvalues from the power series of a kernel: sums of terms that are not negative, with proven tails.

For Θ(ρ) = Σ c_p ρ^p on S^d and the probability measure, h = (d+1)/2, ``theory.sphere`` derives

    λ_k = Σ_{p=k,k+2,…} c_p w_{p,k},   w_{p,k} = 2^{−p} p!/(((p−k)/2)! (h)_{(p+k)/2}),
    w_{p+2,k}/w_{p,k} = (p+1)(p+2)/((p−k+2)(p+k+d+1)),

a ratio that decreases in p while it is above 1, and is not above it from there on (with c = k(k+d−1) and s = p+2 it is
above 1 if ds < c, and its derivative has the sign of ds² − 2cs + c). What is left after p = P, from p₁ on, is at
most the least of

* 0, if the kernel is a polynomial of degree at most P;
* Θ(r) r^{−p₁} w_{p₁,k}/(1 − q), q = r^{−2} max(1, w_{p₁+2,k}/w_{p₁,k}) < 1, for any r > 1 inside the disc of
  convergence (c_p ≤ Θ(r) r^{−p});
* (Θ(1) − Σ_{p≤P} c_p) times the largest of the weights that are left.
"""

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import Any

from flint import arb

from eigenlaw.numerics.continuation import AnalyticKernel, analytic_kernel
from eigenlaw.numerics.kernel_degrees import Degrees, kernel_degrees
from eigenlaw.numerics.layers import LayeredKernel
from eigenlaw.numerics.ntk import ntk_coefficients, ntk_values
from eigenlaw.numerics.precision import bits_for, is_accurate, working

_BITS = 64
_GUARD_BITS = 32
_GUARD_DIGITS = 4
_FEWEST_TERMS = 128
_ATTEMPTS = 12
_LARGEST_RADIUS = 14
_BISECTIONS = 12
_MOST_TERMS = {"expression": 1 << 11}
_MOST_TERMS_OTHERWISE = 1 << 15
_MOST_TERMS_KINKED = 1 << 12


class Weights:
    """The three factors 2^{−p} p!, 1/((p−k)/2)! and 1/(h)_{(p+k)/2} of w_{p,k}, at the working precision.

    Attributes:
        dimension: d.
    """

    def __init__(self, dimension: int, last: int) -> None:
        self.dimension = dimension
        steps = range(1, last + 1)
        self._tops = list(accumulate(steps, lambda value, p: value * p / 2, initial=arb(1)))
        self._halves = list(accumulate(steps[: last // 2 + 1], lambda value, m: value / m, initial=arb(1)))
        self._bottoms = list(accumulate(steps, lambda value, j: value * 2 / (dimension + 2 * j - 1), initial=arb(1)))

    def at(self, p: int, k: int) -> Any:
        """Return w_{p,k}, p − k even and not negative."""
        return self._tops[p] * self._halves[(p - k) // 2] * self._bottoms[(p + k) // 2]

    def sums(self, coefficients: Sequence[Any], order: int) -> list[Any]:
        """Return Σ_p c_p w_{p,k} over the given coefficients for k = 0 … order."""
        scaled = list(map(operator.mul, coefficients, self._tops))
        out = []
        for k in range(order + 1):
            weights = map(operator.mul, self._halves, self._bottoms[k:])
            out.append(sum(map(operator.mul, scaled[k::2], weights), arb(0)))
        return out

    def growth(self, p: int, k: int) -> float:
        """Return w_{p+2,k}/w_{p,k}."""
        return (p + 1) * (p + 2) / ((p - k + 2) * (p + k + self.dimension + 1))


def largest_weight(p: int, k: int, dimension: int) -> Any:
    """Return an upper bound of w_{q,k} over q = p, p+2, …, of the parity of k, p ≥ k.

    The weights rise up to the q at which their ratio falls to 1: dq = k² + (d−1)k − 2d.

    Example:
        >>> float(largest_weight(2, 2, 2)), float(largest_weight(0, 0, 2))
        (0.13333333333333333, 1.0)
    """
    peak = (k * k + (dimension - 1) * k - 2 * dimension) // dimension
    top = max(p, peak + 2 + (peak - k) % 2)
    with working(_BITS):
        weights = [_weight(q, k, dimension) for q in range(max(p, top - 4), top + 1, 2)]
        return max(weight.upper() for weight in weights)


def _weight(p: int, k: int, dimension: int) -> Any:
    h = arb(dimension + 1) / 2
    front = arb(2) ** (-p) * arb(p + 1).gamma() * h.gamma()
    return front / (arb((p - k) // 2 + 1).gamma() * (h + (p + k) // 2).gamma())


@dataclass(frozen=True)
class Tails:
    """What is known of the coefficients c_p of a kernel for large p.

    Attributes:
        degrees: up to which even and odd p there are any.
        sizes: pairs of r > 1 and an upper bound of Θ(r).
        dimension: d.
    """

    degrees: Degrees
    sizes: tuple[tuple[Any, Any], ...]
    dimension: int

    @cached_property
    def _logs(self) -> list[tuple[float, float]]:
        return [(float(size.log()), float(r.log())) for r, size in self.sizes]

    @property
    def known(self) -> bool:
        """Whether the geometric bounds, or the degrees alone, bound what is left of every sum."""
        return bool(self.sizes) or self.degree is not None

    @property
    def degree(self) -> int | None:
        """The degree of a polynomial kernel, else None."""
        even, odd = self.degrees.even, self.degrees.odd
        return None if even is None or odd is None else max(even, odd)

    def geometric(self, weights: Weights, last: int, order: int) -> list[Any]:
        """Return the bounds of what the terms p > last add to λ_0 … λ_order, infinite where nothing is known."""
        with working(_BITS):
            bounds = sorted(((size / r ** (last + 1)).upper(), r) for r, size in self.sizes)
            return [self._at(k, bounds, weights, last) for k in range(order + 1)]

    def _at(self, k: int, bounds: list[tuple[Any, Any]], weights: Weights, last: int) -> Any:
        first = next_index(last, k)
        if self.degrees.vanishes(first):
            return arb(0)
        growth = max(1.0, weights.growth(first, k) * (1 + 1e-12))
        for bound, r in bounds:
            q = growth / (r * r)
            if q < 1:
                return (bound * r ** (last + 1 - first) * weights.at(first, k) / (1 - q)).upper()
        return arb("inf")

    def log_size(self, p: int) -> float:
        """Return an estimate of the logarithm of the least bound of c_p."""
        return min(size - p * rate for size, rate in self._logs)


def next_index(last: int, k: int) -> int:
    """Return the least p > last with p ≥ k and p − k even."""
    return max(k, last + 1 + (last + 1 - k) % 2)


def tails_of(kernel: LayeredKernel, dimension: int) -> Tails:
    """Return what is known of the coefficients of a kernel."""
    analytic = analytic_kernel(kernel)
    sizes = _sizes(analytic) if analytic is not None and analytic.smooth else ()
    return Tails(kernel_degrees(kernel), tuple(sizes), dimension)


def _sizes(kernel: AnalyticKernel) -> list[tuple[Any, Any]]:
    """Return pairs of r > 1 and Θ(r): powers of 2, and radii close to the radius of convergence if that is finite."""
    found: list[tuple[Any, Any]] = []

    def size(r: float) -> bool:
        value = kernel.at_correlation(arb(r))
        if value.is_finite():
            found.append((arb(r), value.upper()))
        return bool(value.is_finite())

    with working(_BITS):
        inside, outside = 1.0, None
        for j in range(2 * _LARGEST_RADIUS):
            if not size(2.0 ** (j / 2 + 0.5)):
                outside = 2.0 ** (j / 2 + 0.5)
                break
            inside = 2.0 ** (j / 2 + 0.5)
        if outside is not None:
            for _ in range(_BISECTIONS):
                middle = math.sqrt(inside * outside)
                inside, outside = (middle, outside) if size(middle) else (inside, middle)
            for j in range(2, 2 * _BISECTIONS, 2):
                size(inside * (outside / inside) ** -(2.0**j))
    return [(r, value) for r, value in found if r > 1]


def series_eigenvalues(kernel: LayeredKernel, order: int, dimension: int, digits: int) -> tuple[list[Any], bool]:
    """Return λ_0 … λ_order for the probability measure, and whether all of them have the digits.

    Args:
        kernel: Θ, of any activation.
        order: the last k.
        dimension: d.
        digits: |radius| <= 10^-digits |value|; zeros that follow from ``kernel_degrees`` are exact.
    """
    return SphereSeries(kernel, order, dimension, digits).eigenvalues()


class SphereSeries:
    """The sums of one kernel on one sphere, with as many terms as the digits need.

    Attributes:
        kernel: Θ.
        order: K.
        dimension: d.
        digits: relative, of every λ_k.
        tails: what is known of the coefficients.
        most: the limit on P.
    """

    def __init__(self, kernel: LayeredKernel, order: int, dimension: int, digits: int) -> None:
        self.kernel, self.order, self.dimension, self.digits = kernel, order, dimension, digits
        self.tails = tails_of(kernel, dimension)
        self.most = _most_terms(kernel)

    def eigenvalues(self) -> tuple[list[Any], bool]:
        """Return λ_0 … λ_order and whether all of them have the digits."""
        last, wanted = min(self._first_guess(), self.most), self.digits + _GUARD_DIGITS
        for _ in range(_ATTEMPTS):
            found = ntk_coefficients(self.kernel.activation, last, wanted, self.kernel.variances, self.kernel.layers)
            with working(bits_for(wanted) + _GUARD_BITS):
                sums, rests, noise = self._sums(found.balls, wanted)
                balls = [value + arb(0, rest) for value, rest in zip(sums, rests, strict=True)]
            short = [k for k, ball in enumerate(balls) if not is_accurate(ball, self.digits)]
            missing = [self._missing(sums[k], rests[k]) for k in short if sums[k] > 0]
            unclear = [self._missing(sums[k], noise[k]) for k in short if sums[k] > 0]
            if not short or not found.reached or not missing:
                break
            finer, longer = max(unclear) > -1, max(missing) > 0
            if longer and last >= self.most and not finer:
                break
            if finer or not longer:
                wanted += math.ceil(max(0.0, *unclear)) + _GUARD_DIGITS
            if longer:
                last = min(self.most, self._longer(last, max(missing), found.balls))
        return balls, not short

    def _sums(self, coefficients: Sequence[Any], wanted: int) -> tuple[list[Any], list[Any], list[Any]]:
        """Return the sums over the coefficients, the bounds of the rests, and what of these is rounding."""
        last, indices = len(coefficients) - 1, range(self.order + 1)
        weights = Weights(self.dimension, last + self.order + 4)
        sums = weights.sums(coefficients, self.order)
        if self.tails.known:
            return sums, self.tails.geometric(weights, last, self.order), [arb(0) for _ in indices]
        kernel = self.kernel
        total = ntk_values(kernel.activation, [Fraction(1)], wanted, kernel.variances, kernel.layers).balls[0]
        left = total - sum(coefficients, arb(0))
        firsts = [next_index(last, k) for k in indices]
        largest = [
            arb(0) if self.tails.degrees.vanishes(first) else largest_weight(first, k, self.dimension)
            for k, first in enumerate(firsts)
        ]
        rests, noise = ([(part * weight).upper() for weight in largest] for part in (left.upper(), left.rad()))
        return sums, rests, noise

    def _missing(self, value: Any, radius: Any) -> float:
        """Return the decimal digits by which a radius is too large."""
        with working(_BITS):
            return float(((radius + arb(2) ** -(10**6)) / value).log() / arb(10).log()) + self.digits + 1

    def _first_guess(self) -> int:
        """Return P at which the terms of λ_K are small, by the bounds of the coefficients."""
        if not self.tails.sizes:
            return self.tails.degree if self.tails.degree is not None else 2 * self.order + _FEWEST_TERMS
        p, k, h, largest = self.order, self.order, (self.dimension + 1) / 2, -math.inf
        while p < (self.most if self.tails.degree is None else self.tails.degree):
            log_weight = math.lgamma(p + 1) - math.lgamma((p - k) // 2 + 1) - math.lgamma((p + k) // 2 + h)
            size = self.tails.log_size(p) - p * math.log(2) + log_weight
            largest = max(largest, size)
            if size < largest - (self.digits + 2) * math.log(10):
                break
            p += 2 + p // 100 * 2
        return p + 2

    def _longer(self, last: int, missing: float, coefficients: Sequence[Any]) -> int:
        """Return a P with so many digits more, from the rate of decay at ``last``."""
        nats = (missing + 1) * math.log(10)
        if self.tails.known:
            rate = self.tails.log_size(last) - self.tails.log_size(last + 1)
            return last + 8 + math.ceil(nats / rate)
        places = [p for p in (last, last - 1) if coefficients[p] > 0]
        if not places or not coefficients[places[0] // 4 * 2 + places[0] % 2] > 0:
            return 2 * last
        high, low = places[0], places[0] // 4 * 2 + places[0] % 2
        with working(_BITS):
            slope = float((coefficients[low] / coefficients[high]).log()) / (math.sqrt(high) - math.sqrt(low))
        grown = (math.sqrt(last) + 1.05 * nats / slope) ** 2 if slope > 0 else math.inf
        return math.ceil(min(max(grown, 1.1 * last), 4 * last))


def _most_terms(kernel: LayeredKernel) -> int:
    if kernel.takes_complex:
        return _MOST_TERMS_OTHERWISE
    if kernel.activation.breakpoints:
        return _MOST_TERMS_KINKED if kernel.activation.family != "expression" else _MOST_TERMS["expression"] // 4
    return _MOST_TERMS.get(kernel.activation.family, _MOST_TERMS_OTHERWISE)
