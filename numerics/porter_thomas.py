"""One component of a unit vector of uniform direction in R^m: the exact law and its Gaussian limit.

X = 2B − 1 with B of the law Beta((m − 1)/2, (m − 1)/2); for m = 1 it is ±1, for m = 2 the arcsine law.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.law import Floats, Law
from eigenlaw.theory.errors import InputError


def _checked(dimension: int) -> None:
    if dimension < 1:
        raise InputError.of("dimension", dimension, "expected a whole number, at least 1")


@dataclass(frozen=True)
class PorterThomas(Law):
    """Law of one component of a unit vector of uniform direction in R^m.

    Attributes:
        dimension: m, at least 1.

    Source: Thamm et al., the Porter–Thomas law, before its limit m → ∞.

    Example:
        >>> law = PorterThomas(3)
        >>> float(law.density(arb("0.3"))), float(law.distribution(arb("0.5"))), PorterThomas(1).atoms()
        (0.5, 0.75, ((-1.00000000000000, 0.500000000000000), (1.00000000000000, 0.500000000000000)))
    """

    dimension: int

    name = "porter-thomas"

    def __post_init__(self) -> None:
        _checked(self.dimension)

    @property
    def _shape(self) -> Any:
        """Return a = (m − 1)/2."""
        return arb(self.dimension - 1) / 2

    def support(self) -> tuple[Any, Any]:
        """Return −1 and 1."""
        return arb(-1), arb(1)

    def atoms(self) -> tuple[tuple[Any, Any], ...]:
        """Return ±1 with one half each for m = 1, else nothing."""
        return ((arb(-1), arb(1) / 2), (arb(1), arb(1) / 2)) if self.dimension == 1 else ()

    def density(self, x: Any) -> Any:
        """Return Γ(m/2)/(√π Γ((m−1)/2)) (1 − x²)^{(m−3)/2}; at ±1 it is infinite for m = 2."""
        square = (1 - x) * (1 + x)
        if square < 0 or self.dimension == 1:
            return arb(0)
        a = self._shape
        front = (a + arb(1) / 2).gamma() / (a.gamma() * arb.pi().sqrt())
        if self.dimension == 2:
            inside = front / square.sqrt() if square > 0 else arb("inf") if square == 0 else arb.nan()
        else:
            inside = front * square.max(arb(0)) ** (a - 1) if self.dimension > 3 else front
        return inside if square >= 0 else inside.union(arb(0))

    def distribution(self, x: Any) -> Any:
        """Return the regularised incomplete Beta function I_{(1+x)/2}(a, a), a = (m − 1)/2."""
        if x >= 1 or x < -1:
            return arb(1) if x >= 1 else arb(0)
        if self.dimension == 1:
            return arb(1) / 2 if x >= -1 and x < 1 else arb(1).union(arb(0) if not x >= -1 else arb(1) / 2)
        if x == -1:
            return arb(0)
        low, high = ((1 + x) / 2).max(arb(0)), ((1 - x) / 2).max(arb(0))
        if self.dimension == 2:
            return 2 * arb.atan2(low.sqrt(), high.sqrt()) / arb.pi()
        if self.dimension == 3:
            return low.min(arb(1))
        return _incomplete(self._shape, low) if low < high else 1 - _incomplete(self._shape, high)

    def survival(self, x: Any) -> Any:
        """Return P(X > x), with relative accuracy also next to 1."""
        return 1 - self.distribution(x) if self.dimension == 1 else self.distribution(-x)

    def known_quantile(self, u: Any) -> Any | None:
        """Return 0 for one half; for m ≤ 3 −1 or 1, −cos(πu) and 2u − 1."""
        if self.dimension == 1:
            return arb(1) if u > fmpq(1, 2) else arb(-1)
        if u == fmpq(1, 2):
            return arb(0)
        if self.dimension == 2:
            return (arb(u - fmpq(1, 2))).sin_pi()
        return arb(2 * u - 1) if self.dimension == 3 else None

    def moment(self, n: int) -> Any:
        """Return 1 · 3 ⋯ (n − 1)/(m (m + 2) ⋯ (m + n − 2)) for even n, else 0."""
        if n % 2:
            return arb(0)
        below = math.prod(range(self.dimension, self.dimension + n, 2))
        return arb(fmpq(math.prod(range(1, n, 2)), below))

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw Z/√(Z² + χ²_{m−1}), Z standard normal."""
        first = rng.standard_normal(size)
        rest = rng.chisquare(self.dimension - 1, size) if self.dimension > 1 else np.zeros(size)
        return np.asarray(first / np.sqrt(first * first + rest))

    def densities(self, x: Floats) -> Floats:
        """Return the density in float64."""
        if self.dimension == 1:
            return 0.0 * x
        from scipy.special import gammaln

        a = (self.dimension - 1) / 2
        square = np.clip((1 - x) * (1 + x), 0, None)
        with np.errstate(divide="ignore", invalid="ignore"):
            power = np.zeros(x.shape) if self.dimension == 3 else (a - 1) * np.log(square)
            value = np.exp(gammaln(a + 0.5) - gammaln(a) + power) / np.sqrt(np.pi)
        return np.where(np.abs(x) > 1, 0.0, value)

    def distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x) in float64."""
        if self.dimension == 1:
            return np.where(x < -1, 0.0, np.where(x < 1, 0.5, 1.0)) + 0.0 * x
        from scipy.special import betainc

        a, inside = (self.dimension - 1) / 2, np.clip(x, -1, 1)
        low, high = betainc(a, a, (1 + inside) / 2), betainc(a, a, (1 - inside) / 2)
        return np.asarray(np.where(inside < 0, low, 1 - high))

    def survivals(self, x: Floats) -> Floats:
        """Return P(X > x) in float64."""
        return 1 - self.distributions(x) if self.dimension == 1 else self.distributions(-x)


def _incomplete(a: Any, z: Any) -> Any:
    """Return I_z(a, a) for 0 ≤ z ≤ 1/2, increasing in z."""
    if z.is_exact():
        return z.beta_lower(a, a, True)
    ends = (z.lower().max(arb(0)), z.upper().min(arb(1) / 2))
    return ends[0].beta_lower(a, a, True).union(ends[1].beta_lower(a, a, True))


@dataclass(frozen=True)
class PorterThomasLimit(Law):
    """The normal law of mean 0 and variance 1/m, which one component tends to as m → ∞.

    Attributes:
        dimension: m, at least 1.

    Source: Thamm et al., the Porter–Thomas law.

    Example:
        >>> law = PorterThomasLimit(4)
        >>> float(law.distribution(arb(0))), float(law.moment(4))
        (0.5, 0.1875)
    """

    dimension: int

    name = "porter-thomas"

    def __post_init__(self) -> None:
        _checked(self.dimension)

    def support(self) -> tuple[Any, Any]:
        """Return −∞ and ∞."""
        return arb("-inf"), arb("inf")

    def density(self, x: Any) -> Any:
        """Return √(m/2π) e^{−mx²/2}."""
        m = arb(self.dimension)
        return (m / (2 * arb.pi())).sqrt() * (-m * arb(x) ** 2 / 2).exp()

    def distribution(self, x: Any) -> Any:
        """Return erfc(−x√(m/2))/2."""
        return (-x * (arb(self.dimension) / 2).sqrt()).erfc() / 2

    def survival(self, x: Any) -> Any:
        """Return P(X ≤ −x)."""
        return self.distribution(-x)

    def known_quantile(self, u: Any) -> Any | None:
        """Return 0 for one half."""
        return arb(0) if u == fmpq(1, 2) else None

    def moment(self, n: int) -> Any:
        """Return 1 · 3 ⋯ (n − 1)/m^{n/2} for even n, else 0."""
        return arb(fmpq(math.prod(range(1, n, 2)), self.dimension ** (n // 2))) if n % 2 == 0 else arb(0)

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw normal numbers."""
        return np.asarray(rng.standard_normal(size) / np.sqrt(self.dimension))

    def densities(self, x: Floats) -> Floats:
        """Return the density in float64."""
        return np.asarray(np.sqrt(self.dimension / (2 * np.pi)) * np.exp(-self.dimension * x * x / 2))

    def distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x) in float64."""
        from scipy.special import ndtr

        return np.asarray(ndtr(x * np.sqrt(self.dimension)))

    def survivals(self, x: Floats) -> Floats:
        """Return P(X > x) in float64."""
        return self.distributions(-x)
