"""The exact laws of the spacing of neighbouring eigenvalues in the bulk, GOE (Gaudin) and GUE, at mean spacing 1."""

import math
from abc import abstractmethod
from functools import cache, lru_cache
from typing import Any, ClassVar

import numpy as np
from flint import arb, ctx

from eigenlaw.numerics.fredholm import RATIOS
from eigenlaw.numerics.law import Floats
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rules import gauss_legendre, legendre_count, legendre_error
from eigenlaw.numerics.sine_kernel import FARTHEST, gap, gap_value, gue_gap
from eigenlaw.numerics.smooth_law import Panels, SmoothLaw

_REACH = 8.0
_TABLE_BITS = 72
_DEGREE = 19
_PANEL = 2.0


class Spacing(SmoothLaw):
    """A law with the density E''(s), E(s) the chance that an interval of length s is empty; P(X ≤ s) = 1 + E'(s)."""

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
        """Return 1 + E'(x); at x > 64 only that it is between 1 − e^{−(x−1)/2} and 1.

        E is convex and E(s) ≤ exp(−tr K), so that −E'(x) ≤ E(x − 1) ≤ e^{−(x−1)/2}.
        """
        if x > FARTHEST:
            return 1 - arb(0).union((-(x - 1) / 2).exp())
        return self._at(x, lambda gaps: 1 + gaps[1], 1)

    def survival(self, x: Any) -> Any:
        """Return −E'(x), precise where it is small."""
        if x > FARTHEST:
            return arb(0).union((-(x - 1) / 2).exp())
        return arb(1) if x <= 0 else self._at(x, lambda gaps: -gaps[1], 0)

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
        """Return E Xⁿ = n(n − 1) ∫ s^{n−2} E(s) ds, n ≥ 2; the first two are 1."""
        if n < 2:
            return arb(1)
        with working(ctx.prec + 16):
            return n * (n - 1) * self._integral(n - 2)

    def _integral(self, power: int) -> Any:
        """Return ∫_0^∞ s^power E(s) ds: panels up to a length T, and a bound of the rest.

        |E(s)| ≤ e^X for complex s with X = β|s| sinh(π Im s)/(π Im s)/2 ≥ ‖K‖₁ (GOE: the trace norm of K_+ alone).
        The rest is at most T^{power+1} Σ_k (k+1)^power q^k.
        """
        nats = ctx.prec * math.log(2)
        far = math.ceil(math.sqrt(16 * (nats + 10 * power + 20) / self.beta) / math.pi) + 1
        total = arb(0)
        for k in range(math.ceil(far / _PANEL)):
            total += self._panel(power, k * _PANEL, nats)
        length = math.ceil(far / _PANEL) * _PANEL
        chance = self.log_tail(arb(length)).exp()
        ratio = chance * (arb(3) / 2) ** power
        if not ratio < 1:
            return arb("nan")
        rest = arb(length) ** (power + 1) * arb(2) ** power * chance / (1 - ratio)
        return total + arb(0).union(rest)

    def _panel(self, power: int, left: float, nats: float) -> Any:
        """Return the integral over a panel that begins at ``left``."""
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
