"""The exact laws of the spacing of neighbouring eigenvalues in the bulk, GOE (Gaudin) and GUE, at mean spacing 1."""

import math
from abc import abstractmethod
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, ClassVar

import numpy as np
from flint import arb, ctx, fmpq

from eigenlaw.numerics.fredholm import RATIOS
from eigenlaw.numerics.law import Floats
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rules import gauss_legendre, legendre_count, legendre_error
from eigenlaw.numerics.sine_kernel import FARTHEST, gap, gap_value, gue_gap
from eigenlaw.numerics.smooth_law import Panels, SmoothLaw
from eigenlaw.theory.errors import InputError

SERVED = 32
LEAST_EXPONENT = -250
MOST_MOMENT = 16
_LEAST = fmpq(1, 10**-LEAST_EXPONENT)
_BLOCK = 16
_REACH = 8.0
_TABLE_BITS = 72
_DEGREE = 19
_PANEL = 2.0
_LEAST_BITS = 24
_SPARE_NATS = 10.0
_TAIL_STEPS = 12
_FAR = 1e-15
_TAIL_ENOUGH = 1e-13


class Spacing(SmoothLaw):
    """A law with the density E''(s), E(s) the chance that an interval of length s is empty; P(X ≤ s) = 1 + E'(s).

    Exact points are served where determinants are quick: spacings from 1e-250 to 32 (the distribution function: from
    1e-250), probabilities from 1e-250 to 1 − 1e-250, moments of order 16 at most. In float64 the density and P(X > s)
    are 0 beyond 32.
    """

    beta: ClassVar[int]

    @abstractmethod
    def gap(self, s: Any) -> tuple[Any, Any, Any]:
        """Return E, E', E'' at s > 0."""

    @abstractmethod
    def gap_value(self, s: Any) -> Any:
        """Return E at s ≥ 0 with the working precision of absolute bits."""

    @abstractmethod
    def log_tail(self, far: Any) -> Any:
        """Return log q with E(s) ≤ q^k for s ≥ k·far, k = 1, 2, …, from the gap probability at ``far``."""

    def support(self) -> tuple[Any, Any]:
        """Return 0 and infinity."""
        return arb(0), arb(math.inf)

    def density(self, x: Any) -> Any:
        """Return E''(x)."""
        return self._at(x, lambda gaps: gaps[2], 0)

    def distribution(self, x: Any) -> Any:
        """Return 1 + E'(x); far out only how close to 1 it is, where that is enough."""
        rest = self._tail_bound(x)
        if x > FARTHEST or rest < arb(2) ** -ctx.prec:
            return 1 - arb(0).union(rest)
        return self._at(x, lambda gaps: 1 + gaps[1], 1)

    def survival(self, x: Any) -> Any:
        """Return −E'(x), precise where it is small; at x > 64 only a bound of it."""
        if x > FARTHEST:
            return arb(0).union(self._tail_bound(x))
        return arb(1) if x <= 0 else self._at(x, lambda gaps: -gaps[1], 0)

    def _tail_bound(self, x: Any) -> Any:
        """Return a bound of −E'(x), 1 unless x > 32: E is convex, so that it is at most E(x − 1) ≤ q^k, q at 16."""
        if not x > SERVED:
            return arb(1)
        return arb(0) if not x.is_finite() else ((float((x - 1).lower()) // _BLOCK) * _log_block(type(self))).exp()

    def density_at(self, x: Any) -> Any:
        """Return the density at an exact ``fmpq``.

        Raises:
            InputError: it is beyond 32, or above 0 and below 1e-250.
        """
        if x > SERVED:
            raise InputError.of("at", x, f"expected at most {SERVED} for a density; P(X > {SERVED}) is below 1e-60")
        return super().density_at(_checked(x))

    def distribution_at(self, x: Any) -> Any:
        """Return P(X ≤ x) at an exact ``fmpq``.

        Raises:
            InputError: it is above 0 and below 1e-250.
        """
        return super().distribution_at(_checked(x))

    def known_quantile(self, u: Any) -> Any | None:
        """Return the quantile, above one half from P(X > x), which is precise there; None otherwise.

        Raises:
            InputError: the probability or what it leaves to 1 is below 1e-250.
        """
        if min(u, 1 - u) < _LEAST:
            shown = f"1e{LEAST_EXPONENT}"
            raise InputError.of("at", u, f"expected 0, 1, or a probability from {shown} to 1 - {shown}")
        return self._quantile_above(1 - u) if u > fmpq(1, 2) else None

    def _quantile_above(self, rest: Any) -> Any | None:
        """Return a ball of the x with P(X > x) = rest, proved by its values at the ends; None if they do not."""
        aim = ctx.prec - 4
        with working(ctx.prec + 16):
            x, goal = arb(self.nearby_quantile(1 - rest)), arb(rest).log()
            for _ in range(math.ceil(math.log2(aim / 32)) if aim > 32 else 0):
                _, first, second = self.gap(x)
                step = ((-first).log() - goal) * first / second
                x = (x - step).mid() if step.is_finite() else x
            reach = (x * arb(2) ** -aim).mid()
            low, high = (x - reach).mid(), (x + reach).mid()
            return low.union(high) if self.survival(low) > rest and self.survival(high) < rest else None

    def nearby_quantile(self, u: Any) -> float | None:
        """Return the quantile to about 12 digits, far out from the tail."""
        rest = float(arb(1 - u))
        return self._far_quantile(rest) if rest < _FAR else super().nearby_quantile(u)

    def upper_quantiles(self, q: Floats) -> Floats:
        """Return the x with P(X > x) = q in float64, beyond the tables one at a time; 32 below 1e-250."""
        levels = np.asarray(q, np.float64)
        found = super().upper_quantiles(np.where(levels < _FAR, 0.0, levels))
        far = (levels < _FAR) & (levels > 0)
        found[far] = [self._far_quantile(float(level)) for level in levels[far]]
        return found

    def _far_quantile(self, rest: float) -> float:
        """Return the x with P(X > x) = rest in float64: Newton's steps for the logarithm, which is nearly −βπ²x²/16."""
        goal = math.log(max(rest, 10.0**LEAST_EXPONENT))
        x = 4 / math.pi * math.sqrt(-goal / self.beta)
        with working(_TABLE_BITS):
            for _ in range(_TAIL_STEPS):
                _, first, second = self.gap(arb(x))
                step = float(((-first).log() - goal) * first / second)
                x -= step
                if not abs(step) > _TAIL_ENOUGH * x:
                    break
        return x

    def _at(self, x: Any, what: Any, degree: int) -> Any:
        if x <= 0:
            return arb(0)
        if not x.is_finite():
            return arb("nan")
        small = max(0.0, -math.log2(max(float(abs(x).upper()), 1e-300)))
        with working(ctx.prec + 8 + math.ceil((self.beta + degree) * small)):
            value = what(self.gap(x))
        return value if x > 0 else value.union(what((arb(1), arb(-1), arb(0))))

    def moment(self, n: int) -> Any:
        """Return E Xⁿ = n(n − 1) ∫ s^{n−2} E(s) ds, n ≥ 2; the first two are 1.

        Raises:
            InputError: the order is above 16.
        """
        if n > MOST_MOMENT:
            raise InputError.of("at", n, f"expected a moment of order {MOST_MOMENT} at most")
        if n < 2:
            return arb(1)
        with working(ctx.prec + 16):
            return n * (n - 1) * self._integral(n - 2)

    def _integral(self, power: int) -> Any:
        """Return ∫_0^∞ s^power E(s) ds: panels up to a length T, and a bound of the rest.

        |E(s)| ≤ e^X for complex s with X = β|s| sinh(π Im s)/(π Im s)/2 ≥ ‖K‖₁ (GOE: the trace norm of K_+ alone).
        The rest is at most T^{power+1} Σ_k (k+1)^power q^k. Nothing depends on the height of the integrand but how
        many bits each panel gets.
        """
        rate = self.beta * math.pi**2 / 16
        summit = math.sqrt(power / (2 * rate))
        log_height = power * math.log(summit) - rate * summit**2 if power else 0.0
        nats = ctx.prec * math.log(2) - log_height
        far = summit + 1
        for _ in range(_TAIL_STEPS):
            far = math.sqrt((nats + power * math.log(2 * far) + _SPARE_NATS) / rate)
        total, count = arb(0), math.ceil(far / _PANEL)
        for k in range(count):
            bits = (nats + power * math.log((k + 1) * _PANEL)) / math.log(2)
            with working(max(_LEAST_BITS, math.ceil(bits))):
                part = self._panel(power, k * _PANEL, nats)
            total += part
        length = count * _PANEL
        chance = self.log_tail(arb(length)).exp()
        ratio = chance * (arb(3) / 2) ** power
        if not ratio < 1:
            return arb("nan")
        rest = arb(length) ** (power + 1) * arb(2) ** power * chance / (1 - ratio)
        return total + arb(0).union(rest)

    def _panel(self, power: int, left: float, nats: float) -> Any:
        """Return the integral over a panel that begins at ``left``, to about e^{−nats}."""
        half = _PANEL / 2
        middle = left + half
        choices = []
        for rho in RATIOS:
            wide, high = arb(half * (rho + 1 / rho) / 2), arb(half * (rho - 1 / rho) / 2)
            angle = arb.pi() * high
            height = (angle * angle / 6).min(angle).exp()
            bound = self.beta * (middle + wide) * height / 2 * (1 + arb(2) ** -40) + power * (middle + wide).log()
            choices.append((legendre_count(float(bound.upper()), -nats, half, rho), rho, bound))
        count, rho, bound = min(choices, key=lambda choice: choice[0])
        value = arb(0)
        for node, weight in gauss_legendre(count):
            s = middle + half * node
            value += half * weight * s**power * self.gap_value(s)
        return value + arb(0, legendre_error(bound, arb(half), rho, count).upper())

    def reach(self) -> tuple[float, float]:
        """Return 0 and 8."""
        return 0.0, _REACH

    def densities(self, x: Floats) -> Floats:
        """Return the density in float64."""
        return self._within(x, super().densities)

    def survivals(self, x: Floats) -> Floats:
        """Return P(X > x) in float64."""
        return self._within(x, super().survivals)

    def _within(self, x: Floats, function: Callable[[Floats], Floats]) -> Floats:
        """Return the function where x ≤ 32, 0 beyond."""
        points = np.asarray(x, np.float64)
        return np.where(points > SERVED, 0.0, function(np.where(points > SERVED, 1.0, points)))

    def tabled_densities(self, x: Floats) -> Floats:
        """Return the density, to about 12 relative digits."""
        return np.asarray(np.exp(_tables(type(self))[0](x)) * x**self.beta)

    def tabled_distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x), to about 12 relative digits."""
        return np.asarray(np.minimum(np.exp(_tables(type(self))[1](x)) * x ** (self.beta + 1), 1.0))

    def tabled_survivals(self, x: Floats) -> Floats:
        """Return P(X > x), to about 12 relative digits."""
        return np.asarray(np.exp(_tables(type(self))[2](x)))


class GOESpacing(Spacing):
    """The spacing law of the GOE, E = det(I − K_+) of the even sine kernel.

    Source: Gaudin (1961); Mehta, Random Matrices, 3rd ed., chapter 7; thamm, (1) is its approximation.

    Example:
        >>> law = GOESpacing()
        >>> law.density(arb(1)).str(10, radius=False), law.moment(2).str(10, radius=False)
        ('0.7018226476', '1.285530656')
    """

    name = "goe-spacing"
    beta = 1

    def gap(self, s: Any) -> tuple[Any, Any, Any]:
        """Return E, E', E''."""
        return gap(s, 1, _small_bits(s, 2))

    def gap_value(self, s: Any) -> Any:
        """Return E."""
        return gap_value(s, 1)

    def log_tail(self, far: Any) -> Any:
        """Return ½ log of the GUE's gap probability: D_+ ≤ D_−, and Fischer's inequality for D_+ D_−."""
        return gue_gap(far)[0].log() / 2


class GUESpacing(Spacing):
    """The spacing law of the GUE, E = det(I − K) of the sine kernel.

    Source: Gaudin (1961); Mehta, Random Matrices, 3rd ed., chapter 6.

    Example:
        >>> law = GUESpacing()
        >>> law.density(arb(1)).str(10, radius=False), law.moment(2).str(10, radius=False)
        ('0.9029037896', '1.179993878')
    """

    name = "gue-spacing"
    beta = 2

    def gap(self, s: Any) -> tuple[Any, Any, Any]:
        """Return E, E', E''."""
        return gue_gap(s)

    def gap_value(self, s: Any) -> Any:
        """Return E."""
        return gap_value(s, 1) * gap_value(s, -1)

    def log_tail(self, far: Any) -> Any:
        """Return log E, by Fischer's inequality."""
        return gue_gap(far)[0].log()


def _small_bits(s: Any, degree: int) -> float:
    """Return the bits by which s^degree is below 1."""
    return degree * max(0.0, -math.log2(max(float(abs(s).upper()), 1e-300)))


def _checked(x: Any) -> Any:
    if 0 < x < _LEAST:
        raise InputError.of("at", x, f"expected 0 or a spacing of at least 1e{LEAST_EXPONENT}")
    return x


@lru_cache(maxsize=4)
def _log_block(kind: type[Spacing]) -> Any:
    """Return log q of ``log_tail`` at 16, as a ball."""
    with working(_TABLE_BITS):
        return kind().log_tail(arb(_BLOCK))


@lru_cache(maxsize=4)
def _tables(kind: type[Spacing]) -> tuple[Panels, Panels, Panels]:
    """Return tables of log(p(s)/s^β), log(P(X ≤ s)/s^{β+1}) and log P(X > s) on (0, 8)."""
    law = kind()
    edges = [float(edge) for edge in np.arange(0, _REACH + 1)]

    @cache
    def logs(s: float) -> list[float]:
        with working(_TABLE_BITS):
            ball = arb(s)
            _, first, second = law.gap(ball)
            heights = (second / ball**law.beta, (1 + first) / ball ** (law.beta + 1), -first)
            return [float(height.log().mid()) for height in heights]

    def fit(index: int) -> Panels:
        return Panels.fit(lambda x: np.array([logs(float(s))[index] for s in x]), edges, _DEGREE)

    return fit(0), fit(1), fit(2)
