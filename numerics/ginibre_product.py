"""Eigenvalues of a product of square complex Gaussian matrices, each scaled by 1/√n: the modulus of one of them."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

from eigenlaw.numerics.law import Floats, Law
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rectangular_product import RectangularProduct
from eigenlaw.theory.errors import InputError


def _checked(name: str, value: int) -> None:
    if value < 1:
        raise InputError.of(name, value, "expected a whole number, at least 1")


@dataclass(frozen=True)
class GinibreProduct(Law):
    """Limit law of |λ|: the m-th power of a uniform point of the unit disc, P(|λ| ≤ r) = r^{2/m} on [0, 1].

    Attributes:
        factors: m, at least 1; for m = 1 this is the circular law.

    Source: Dees et al., Theorem II.6, in polar coordinates.

    Example:
        >>> law = GinibreProduct(4)
        >>> law.distribution(arb("0.25")).contains(arb("0.5")), law.moment(1)
        (True, [0.333333333333333 +/- 3.71e-16])
    """

    factors: int

    name = "ginibre-product"

    def __post_init__(self) -> None:
        _checked("factors", self.factors)

    def support(self) -> tuple[Any, Any]:
        """Return 0 and 1."""
        return arb(0), arb(1)

    def density(self, x: Any) -> Any:
        """Return (2/m) x^{2/m − 1}; infinite at 0 for m > 2."""
        if x < 0 or x > 1:
            return arb(0)
        if x == 0:
            return arb(0) if self.factors == 1 else arb(1) if self.factors == 2 else arb("inf")
        if not x > 0:
            return (2 * x.max(arb(0)) if self.factors == 1 else arb(1)).union(arb(0)) if self.factors < 3 else arb.nan()
        inside = 2 * x ** fmpq(2 - self.factors, self.factors) / self.factors
        return inside if x <= 1 else inside.union(arb(0))

    def distribution(self, x: Any) -> Any:
        """Return x^{2/m}."""
        if x <= 0 or x >= 1:
            return arb(0) if x <= 0 else arb(1)
        return x.max(arb(0)).min(arb(1)).root(self.factors) ** 2

    def survival(self, x: Any) -> Any:
        """Return 1 − x^{2/m}, with relative accuracy also next to 1."""
        if not x > 0:
            return 1 - self.distribution(x)
        return -(2 * x.min(arb(1)).log() / self.factors).expm1()

    def known_quantile(self, u: Any) -> Any:
        """Return u^{m/2}."""
        return arb(u).sqrt() ** self.factors

    def moment(self, n: int) -> Any:
        """Return 2/(2 + nm)."""
        return arb(2) / (2 + n * self.factors)

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw U^{m/2}."""
        return np.asarray(rng.random(size) ** (self.factors / 2))

    def densities(self, x: Floats) -> Floats:
        """Return (2/m) x^{2/m − 1} in float64."""
        with np.errstate(divide="ignore"):
            value = 2 / self.factors * np.clip(x, 0, 1) ** (2 / self.factors - 1)
        return np.where((x < 0) | (x > 1), 0.0, value)

    def distributions(self, x: Floats) -> Floats:
        """Return x^{2/m} in float64."""
        return np.asarray(np.clip(x, 0, 1) ** (2 / self.factors))

    def survivals(self, x: Floats) -> Floats:
        """Return 1 − x^{2/m} in float64."""
        with np.errstate(divide="ignore"):
            return np.asarray(-np.expm1(2 / self.factors * np.log(np.clip(x, 0, 1))))

    def quantiles(self, u: Floats) -> Floats:
        """Return u^{m/2} in float64."""
        return np.where((u >= 0) & (u <= 1), np.clip(u, 0, 1) ** (self.factors / 2), np.nan)


def _square(x: Any) -> Any:
    """Return x², which is narrower than the working precision where x is exact."""
    with working(2 * ctx.prec):
        return x * x


@dataclass(frozen=True)
class FiniteGinibreProduct(Law):
    """Law of |λ| for m complex Gaussian n × n matrices, each scaled by 1/√n: |λ|² is a rectangular product's.

    Attributes:
        factors: m, at least 1.
        size: n, at least 1.

    Source: Akemann and Burda, J. Phys. A 45 (2012); see ``rectangular_product``.

    Example:
        >>> law = FiniteGinibreProduct(1, 1)
        >>> (law.survival(arb(2)) - arb(-4).exp()).contains(0)
        True
    """

    factors: int
    size: int

    name = "ginibre-product"

    def __post_init__(self) -> None:
        _checked("factors", self.factors)
        _checked("size", self.size)

    @cached_property
    def squared(self) -> RectangularProduct:
        """The law of |λ|²."""
        return RectangularProduct((self.size,) * self.factors, Fraction(1, self.size**self.factors))

    def support(self) -> tuple[Any, Any]:
        """Return 0 and ∞."""
        return arb(0), arb("inf")

    def density(self, x: Any) -> Any:
        """Return 2x times the density of |λ|² at x²."""
        if x <= 0:
            return arb(0)
        return 2 * x * self.squared.density(_square(x))

    def distribution(self, x: Any) -> Any:
        """Return P(|λ| ≤ x)."""
        return arb(0) if x <= 0 else self.squared.distribution(_square(x.max(arb(0))))

    def survival(self, x: Any) -> Any:
        """Return P(|λ| > x)."""
        return arb(1) if x <= 0 else self.squared.survival(_square(x.max(arb(0))))

    def known_quantile(self, u: Any) -> Any:
        """Return the root of the quantile of |λ|²."""
        return self.squared.known_quantile(u).sqrt()

    def moment(self, n: int) -> Any:
        """Return E |λ|ⁿ, a mean over i of products of Γ(i + n/2)/Γ(i)."""
        if n % 2 == 0:
            return self.squared.moment(n // 2)
        half = arb(fmpq(n, 2))
        scale = arb(self.size) ** (-half * self.factors)
        terms = (((i + half).gamma() / arb(i).gamma()) ** self.factors for i in range(1, self.size + 1))
        return scale * sum(terms, start=arb(0)) / self.size

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw independent numbers, each from matrices of its own."""
        return np.sqrt(self.squared.sample(rng, size))

    def densities(self, x: Floats) -> Floats:
        """Return the density in float64."""
        inside = np.where(x > 0, x, 1.0)
        return np.where(x > 0, 2 * inside * self.squared.densities(inside**2), 0.0)

    def distributions(self, x: Floats) -> Floats:
        """Return P(|λ| ≤ x) in float64."""
        return self.squared.distributions(np.clip(x, 0, None) ** 2)

    def survivals(self, x: Floats) -> Floats:
        """Return P(|λ| > x) in float64."""
        return self.squared.survivals(np.clip(x, 0, None) ** 2)

    def quantiles(self, u: Floats) -> Floats:
        """Return the quantiles in float64."""
        return np.sqrt(self.squared.quantiles(u))
