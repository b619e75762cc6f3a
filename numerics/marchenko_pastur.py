"""The Marchenko–Pastur law, for singular values and for eigenvalues, of any aspect ratio."""

import math
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.edges import sine_mass
from eigenlaw.numerics.law import Floats, Law
from eigenlaw.numerics.precision import working
from eigenlaw.theory.errors import InputError

Of = Literal["singular-values", "eigenvalues"]

_SERIES_ANGLE = 1.25


class MarchenkoPastur(Law):
    r"""The limit of the singular spectrum of W/√n, W n × m with independent entries of variance 1, C = m/n.

    * ``of="singular-values"``: the min(m, n) singular values ν, that is σ̃ = 1,
      $P(\nu) = \sqrt{(\nu_+^2-\nu^2)(\nu^2-\nu_-^2)}/(\pi\min(1,C)\,\nu)$, ν_± = |1 ± √C|;
    * ``of="eigenvalues"``: the eigenvalues t of the m × m Gram WᵀW/n,
      $\sqrt{(\nu_+^2-t)(t-\nu_-^2)}/(2\pi C\,t)$ and, for C > 1, an atom 1 − 1/C at zero.

    The edge ν_− is |1 − C|/(1 + √C) with 1 − C exact, so that C → 1 loses nothing; at C = 1 it is zero.

    Args:
        ratio: C = m/n > 0, exact.
        of: which spectrum.

    Raises:
        InputError: the ratio is not positive, or there is no such spectrum.

    Source: Thamm et al., (2), which is C ≤ 1.

    Example:
        >>> law = MarchenkoPastur(Fraction(1, 4))
        >>> [float(end) for end in law.support()], float(law.moment(2))
        ([0.5, 1.5], 1.0)
        >>> float(MarchenkoPastur(Fraction(4), "eigenvalues").distribution(arb(0)))
        0.75
    """

    name = "marchenko-pastur"

    def __init__(self, ratio: Fraction, of: Of = "singular-values") -> None:
        if ratio <= 0:
            raise InputError.of("ratio", ratio, "expected a positive ratio m/n")
        if of not in ("singular-values", "eigenvalues"):
            raise InputError.of("of", of, "expected singular-values or eigenvalues")
        self.ratio, self.of = Fraction(ratio), of
        self._exact = fmpq(self.ratio.numerator, self.ratio.denominator)
        self._squared = of == "eigenvalues"
        self._has_atom = self._squared and self.ratio > 1

    def __repr__(self) -> str:
        return f"MarchenkoPastur({self.ratio!r}, {self.of!r})"

    def edges(self) -> tuple[Any, Any]:
        """Return ν_− and ν_+, the edges of the singular values."""
        top = 1 + arb(self._exact).sqrt()
        return arb(abs(1 - self._exact)) / top, top

    def support(self) -> tuple[Any, Any]:
        """Return the edges, squared for eigenvalues; from 0 where there is an atom."""
        low, high = self.edges()
        if self._squared:
            return (arb(0) if self._has_atom else low**2), high**2
        return low, high

    def atoms(self) -> tuple[tuple[Any, Any], ...]:
        """Return the atom 1 − 1/C at zero of the eigenvalues for C > 1."""
        return ((arb(0), arb(1 - 1 / self._exact)),) if self._has_atom else ()

    def side(self, x: Any) -> int:
        """Return −1 or 1 at and beyond the ends, decided exactly: t is outside where (t − 1 − C)² ≥ 4C."""
        t = x if self._squared else x * abs(x)
        if self._has_atom and 0 < t < 1 + self._exact:
            return 0
        if t <= 0 and not (self._exact == 1 and t == 0):
            return -1
        off = t - 1 - self._exact
        return 0 if off * off < 4 * self._exact else (1 if off > 0 else -1)

    def density_at(self, x: Any) -> Any:
        """Return the density at an exact ``fmpq``, an exact zero outside the bulk and at its edges."""
        off = (x if self._squared else x * abs(x)) - 1 - self._exact
        outside = off * off > 4 * self._exact or (off * off == 4 * self._exact and x != 0)
        return arb(0) if outside else self.density(arb(x))

    def distribution_at(self, x: Any) -> Any:
        """Return P(X ≤ x) at an exact ``fmpq``, exact outside the bulk."""
        if self._has_atom and x >= 0:
            off = x - 1 - self._exact
            if off < 0 and off * off >= 4 * self._exact:
                return arb(1 - 1 / self._exact)
        return super().distribution_at(x)

    def density(self, x: Any) -> Any:
        """Return the density of the continuous part; at zero for C = 1 it is 2/π, or ∞ for eigenvalues."""
        low, high = self.edges()
        if self._squared:
            low, high = low**2, high**2
        if x < low or x > high:
            return arb(0)
        scale = arb.pi() * (2 * self._exact if self._squared else min(fmpq(1), self._exact))
        if self._squared and self._exact == 1 and x.is_zero():
            return arb.pos_inf()
        if self._squared:
            return ((x - low).max(arb(0)) * (high - x).max(arb(0))).sqrt() / (scale * x)
        if self._exact == 1:
            return ((high - x).max(arb(0)) * (high + x)).sqrt() / scale
        return ((x - low).max(arb(0)) * (high - x).max(arb(0)) * (x + low) * (high + x)).sqrt() / (scale * x)

    def distribution(self, x: Any) -> Any:
        """Return P(X ≤ x), in angles that vanish with the distance from the lower edge."""
        if self._has_atom and x < 0:
            return arb(0)
        below, above = self._distances(x)
        if below <= 0 or above <= 0:
            bulk = arb(0) if below <= 0 else arb(1)
        else:
            bulk = self._mass(below.max(arb(0)).sqrt(), above.max(arb(0)).sqrt(), -1)
        if not self._has_atom:
            return bulk
        held = 1 - 1 / self._exact
        return (arb(held) if x >= 0 else arb(0).union(arb(held))) + bulk / self._exact

    def survival(self, x: Any) -> Any:
        """Return P(X > x), in angles that vanish with the distance from the upper edge."""
        if self._has_atom and not x >= 0:
            return 1 - self.distribution(x)
        below, above = self._distances(x)
        if below <= 0 or above <= 0:
            bulk = arb(1) if below <= 0 else arb(0)
        else:
            bulk = self._mass(below.max(arb(0)).sqrt(), above.max(arb(0)).sqrt(), 1)
        return bulk / self._exact if self._has_atom else bulk

    def _distances(self, x: Any) -> tuple[Any, Any]:
        """Return t − ν_−² and ν_+² − t."""
        low, high = self.edges()
        if self._squared:
            return x - low**2, high**2 - x
        inside = x.max(arb(0))
        return (inside - low) * (inside + low), (high - inside) * (high + inside)

    def _mass(self, below: Any, above: Any, side: int) -> Any:
        """Return the mass of the bulk below (side −1) or above (1) the point with √(t − ν_−²) and √(ν_+² − t)."""
        low, high = self.edges()
        near, far = (below, above) if side < 0 else (above, below)
        angle = 2 * arb.atan2(near, far)
        total = (1 + self._exact) * angle - side * below * above
        if self._exact != 1:
            weights = (high, low) if side < 0 else (low, high)
            total -= abs(1 - self._exact) * 2 * arb.atan2(weights[0] * near, weights[1] * far)
        return total / (2 * arb.pi() * min(fmpq(1), self._exact))

    def known_quantile(self, u: Any) -> Any | None:
        """Return 0 up to the mass of the atom."""
        return arb(0) if self._has_atom and u <= 1 - 1 / self._exact else None

    def moment(self, n: int) -> Any:
        """Return E Xⁿ: with t = ν², E t^s = ₂F₁(−s, 1 − s; 2; C) for C ≤ 1, a sum of Narayana numbers for whole s.

        For C > 1 the non-zero t are C times those of 1/C.
        """
        if n == 0:
            return arb(1)
        small = min(self._exact, 1 / self._exact)
        s = fmpq(n) if self._squared else fmpq(n, 2)
        if s.q == 1:
            value = arb(_narayana(int(s.p), small))
        elif small == 1:
            value = arb(1 + 2 * s).gamma() / (arb(2 + s).gamma() * arb(1 + s).gamma())
        else:
            value = arb(small).hypgeom_2f1(arb(-s), arb(1 - s), arb(2))
        if self._exact > 1:
            value *= arb(self._exact).sqrt() ** int(2 * s) / (self._exact if self._squared else 1)
        return value

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw by rejection in the angle of t = 1 + C + 2√C cos θ, from a law of Beta; at least 0.38 are accepted.

        The angle has density (2/π) sin²θ/|1 + √c e^{iθ}|², c = min(C, 1/C), which is at most (2/π) sin²θ/(1 − √c)² and
        at most (2/π) sin²(θ/2)/√c.
        """
        root = math.sqrt(min(self.ratio, 1 / self.ratio))
        drawn = np.empty(0)
        while len(drawn) < size:
            count = int(2.7 * (size - len(drawn))) + 16
            if root > (1 - root) ** 2:
                half = rng.beta(1.5, 0.5, count)  # sin²(θ/2)
                accept = 4 * root * (1 - half) / ((1 - root) ** 2 + 4 * root * (1 - half))
            else:
                half = rng.beta(1.5, 1.5, count)
                accept = (1 - root) ** 2 / ((1 - root) ** 2 + 4 * root * (1 - half))
            drawn = np.concatenate([drawn, half[rng.random(count) < accept]])
        gap = float(1 - self.ratio) / (1 + math.sqrt(self.ratio))
        t = gap**2 + 4 * math.sqrt(self.ratio) * (1 - drawn[:size])
        if self._has_atom:
            t = np.where(rng.random(size) * float(self.ratio) < 1, t, 0.0)
        return t if self._squared else np.sqrt(t)

    def densities(self, x: Floats) -> Floats:
        """Return the density in float64."""
        below, above = self._float_distances(x)
        scale = np.pi * (2 * float(self.ratio) if self._squared else min(1.0, float(self.ratio)))
        inside = (below >= 0) & (above >= 0) & (x >= 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            level = np.sqrt(np.maximum(below, 0)) * np.sqrt(np.maximum(above, 0)) / (scale * x)
        if self.ratio == 1:
            level = np.where(x == 0, np.inf if self._squared else 2 / np.pi, level)
        return np.where(inside, level, 0.0)

    def distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x) in float64, with all its digits relative to it near the lower edge too."""
        lower = self._float_masses(x)[0].reshape(np.shape(x))
        if self._has_atom:
            lower = np.where(x >= 0, 1 - (1 - lower) / float(self.ratio), 0.0)
        return np.asarray(np.where(np.isnan(x), np.nan, lower))

    def survivals(self, x: Floats) -> Floats:
        """Return P(X > x) in float64, with all its digits relative to it near the upper edge too."""
        upper = self._float_masses(x)[1].reshape(np.shape(x))
        if self._has_atom:
            upper = np.where(x >= 0, upper / float(self.ratio), 1.0)
        return np.asarray(np.where(np.isnan(x), np.nan, upper))

    def _float_distances(self, x: Floats) -> tuple[Floats, Floats]:
        """Return t − ν_−² and ν_+² − t."""
        (low, low_rest), (high, high_rest) = self._split_edges
        if self._squared:
            return (x - low) - low_rest, (high - x) + high_rest
        inside = np.maximum(x, 0.0)
        return ((inside - low) - low_rest) * (inside + low), ((high - inside) + high_rest) * (high + inside)

    @cached_property
    def _split_edges(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """Return each edge as a sum of two floats, so that a small distance from it keeps its digits."""
        with working(160):
            low, high = self.edges()
            edges = (low**2, high**2) if self._squared else (low, high)
            low, high = ((float(edge), float(edge - float(edge))) for edge in edges)
            return low, high

    def _float_masses(self, x: Floats) -> tuple[Floats, Floats]:
        """Return the masses of the bulk below and above: Gauss' rule near its own edge, else the closed form."""
        ratio, root = float(self.ratio), math.sqrt(self.ratio)
        gap = float(abs(1 - self.ratio))
        low, high = gap / (1 + root), 1 + root
        below, above = (np.sqrt(np.maximum(part, 0)) for part in self._float_distances(np.atleast_1d(x)))
        angle, rest = 2 * np.arctan2(below, above), 2 * np.arctan2(above, below)
        scale = 2 * np.pi * min(1.0, ratio)
        closed = (1 + ratio) * angle + below * above - gap * 2 * np.arctan2(high * below, low * above)
        near = min(_SERIES_ANGLE, abs(math.log1p(float(self.ratio - 1))) / 2)
        lower, upper = closed / scale, 1 - closed / scale
        part = angle < near
        lower[part] = sine_mass(angle[part], lambda half: 4 * ratio / (low**2 + 4 * root * half)) / scale
        upper[part] = 1 - lower[part]
        part = (rest < _SERIES_ANGLE) & ~part
        upper[part] = sine_mass(rest[part], lambda half: 4 * ratio / (high**2 - 4 * root * half)) / scale
        lower[part] = 1 - upper[part]
        return lower, upper


def _narayana(k: int, c: Any) -> Any:
    """Return Σ_r N(k, r) c^{r−1} exactly."""
    return sum((fmpq(math.comb(k, r) * math.comb(k, r - 1), k) * c ** (r - 1) for r in range(1, k + 1)), fmpq(0))
