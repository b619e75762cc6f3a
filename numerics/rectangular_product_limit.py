"""Eigenvalues of a product of large rectangular complex Gaussian matrices: the limit law of their squared moduli.

A_j is n_j × n_{j+1}, n_{k+1} = n_1 the smallest. As n_1 → ∞ with n_j/n_1 → α_j, the squared moduli of the eigenvalues
of A_1 ⋯ A_k, every factor scaled by 1/√n_1, have the law of U(U − 1 + α_2) ⋯ (U − 1 + α_k), U uniform on [0, 1].
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq, fmpq_poly

from eigenlaw.numerics.law import Floats, Law
from eigenlaw.numerics.rectangular_product import checked_scale, checked_sizes
from eigenlaw.theory.errors import InputError

_FLOAT_STEPS = 60


@dataclass(frozen=True)
class RectangularProductLimit(Law):
    """Law of scale · U(U − 1 + α_2) ⋯ (U − 1 + α_k), U uniform on [0, 1].

    With x = scale · e^{h(v)}, v = log u, h(v) = v + Σ_j log(e^v + α_j − 1), h' lies between 1 and k: Newton's steps
    propose v, and the true one is within |h(v) − log(x/scale)| of it.

    Attributes:
        ratios: α_2 … α_k, each at least 1.
        scale: a positive rational.

    Source: Dees et al., Theorem II.7.

    Example:
        >>> law = RectangularProductLimit((Fraction(2),))
        >>> law.distribution(arb("0.75")).contains(arb("0.5")), law.moment(1).contains(arb(5) / 6)
        (True, True)
    """

    ratios: tuple[Fraction, ...]
    scale: Fraction = Fraction(1)

    name = "rectangular-product"

    def __post_init__(self) -> None:
        checked_scale(self.scale)
        if self.ratios and min(self.ratios) < 1:
            raise InputError.of("ratios", min(self.ratios), "expected n_j/n_1 of at least 1, the smallest size first")

    @classmethod
    def of_sizes(cls, sizes: Sequence[int]) -> "RectangularProductLimit":
        """Return the law for α_j = n_j/n_1, every factor scaled by 1/√n_1."""
        first, *rest = checked_sizes(sizes)
        return cls(tuple(Fraction(n, first) for n in rest))

    @classmethod
    def normalised(cls, sizes: Sequence[int], variance: Fraction = Fraction(1)) -> "RectangularProductLimit":
        """Return the law for α_j = n_j/n_1, entries of a variance, the factor A_j scaled by 1/√n_j."""
        ratios = cls.of_sizes(sizes).ratios
        return cls(ratios, variance ** len(sizes) / math.prod(ratios))

    @cached_property
    def _gaps(self) -> list[Any]:
        return [fmpq(a.numerator, a.denominator) - 1 for a in self.ratios]

    def _map(self, u: Any) -> Any:
        return checked_scale(self.scale) * math.prod((u + gap for gap in self._gaps), start=u)

    def support(self) -> tuple[Any, Any]:
        """Return 0 and scale · α_2 ⋯ α_k."""
        return arb(0), arb(self._map(fmpq(1)))

    def _log_root(self, x: Any) -> Any:
        """Return log u for 0 < x."""
        gaps, target = self._gaps, (x / checked_scale(self.scale)).log()
        v = min(target.mid(), arb(0))
        for _ in range(4 * ctx.prec):
            excess = v + sum(((v.exp() + gap).log() for gap in gaps), start=arb(0)) - target
            if abs(excess.mid()) <= (abs(v) + 1).mid() * arb(2) ** (-ctx.prec) or abs(excess.mid()) < excess.rad():
                break
            v = (v - (excess / self._slope(v)).mid()).mid()
        return v + arb(0, abs(excess).upper())

    def _slope(self, v: Any) -> Any:
        """Return h'(v)."""
        u = v.exp()
        return 1 + sum((u / (u + gap) for gap in self._gaps), start=arb(0))

    def density(self, x: Any) -> Any:
        """Return u/(x h'(log u)); at 0 it is infinite where some α_j is 1."""
        if x < 0 or x > self.support()[1]:
            return arb(0)
        if x == 0:
            return arb("inf") if 0 in self._gaps else 1 / arb(checked_scale(self.scale) * math.prod(self._gaps))
        if not x > 0:
            return arb.nan()
        v = self._log_root(x).min(arb(0))
        inside = v.exp() / (x * self._slope(v))
        return inside if x <= self.support()[1] else inside.union(arb(0))

    def distribution(self, x: Any) -> Any:
        """Return u."""
        if x <= 0 or x >= self.support()[1]:
            return arb(0) if x <= 0 else arb(1)
        return self._log_root(x).exp().min(arb(1)) if x > 0 else arb(0).union(self.distribution(x.upper()))

    def known_quantile(self, u: Any) -> Any:
        """Return scale · u(u − 1 + α_2) ⋯ (u − 1 + α_k), rounded once."""
        return arb(self._map(u))

    def moment(self, n: int) -> Any:
        """Return the integral of the n-th power of the polynomial, exact before it is rounded."""
        polynomial = math.prod((fmpq_poly([gap, 1]) for gap in self._gaps), start=fmpq_poly([0, 1]))
        return arb(checked_scale(self.scale) ** n * (polynomial**n).integral()(fmpq(1)))

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw the polynomial of uniform numbers."""
        return self.quantiles(rng.random(size))

    def quantiles(self, u: Floats) -> Floats:
        """Return scale · u(u − 1 + α_2) ⋯ (u − 1 + α_k) in float64."""
        value = np.asarray(float(self.scale) * np.prod([u, *(u + float(a - 1) for a in self.ratios)], axis=0))
        return np.where((u >= 0) & (u <= 1), value, np.nan)

    def distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x) in float64, by Newton's steps for log u."""
        return np.where(x >= float(self.support()[1]), 1.0, np.where(x <= 0, 0.0 * x, self._roots(x)))

    def densities(self, x: Floats) -> Floats:
        """Return the density in float64."""
        u = self._roots(x)
        slope = 1 + sum((u / (u + float(a - 1)) for a in self.ratios), start=np.zeros(u.shape))
        with np.errstate(divide="ignore", invalid="ignore"):
            value = np.where(x == 0, float(self.density(arb(0))), u / (x * slope))
        return np.where((x < 0) | (x > float(self.support()[1])), 0.0, value)

    def _roots(self, x: Floats) -> Floats:
        """Return u in (0, 1] where 0 < x < the end of the support, anything elsewhere."""
        target = np.log(np.clip(np.asarray(x) / float(self.scale), 1e-300, None))
        v = np.minimum(target, 0.0)
        gaps = [float(a - 1) for a in self.ratios]
        for _ in range(_FLOAT_STEPS):
            u = np.exp(v)
            slope = 1 + sum((u / (u + gap) for gap in gaps), start=np.zeros(u.shape))
            v = np.minimum(v - (v + sum(np.log(u + gap) for gap in gaps) - target) / slope, 0.0)
        return np.asarray(np.exp(v))
