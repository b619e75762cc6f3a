"""Eigenvalues of a product of rectangular complex Gaussian matrices: the squared modulus of one of them.

A_j is n_j × n_{j+1} with independent standard complex Gaussian entries, n_{k+1} = n_1 the smallest. As a set, the
squared moduli of the n_1 eigenvalues of A_1 ⋯ A_k are independent products ∏_j Γ(i + n_j − n_1), i = 1 … n_1, of
independent Gamma variables (Adhikari, Reddy, Reddy and Saha, Ann. Inst. H. Poincaré 52 (2016), cited for
Theorem II.7 by Dees et al.; Akemann and Burda 2012 for square factors). A uniformly chosen one has the law of
``gamma_products``.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

from eigenlaw.numerics.float_gamma_products import chances, densities, quantiles
from eigenlaw.numerics.gamma_products import GammaProduct
from eigenlaw.numerics.invert import invert, refine
from eigenlaw.numerics.law import Floats, Law
from eigenlaw.numerics.precision import working
from eigenlaw.theory.errors import InputError

_ROUGH_BITS = 64


def checked_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """Return the sizes n_1 … n_k.

    Raises:
        InputError: there are none, one is less than 1, or the first is not the smallest.

    Example:
        >>> checked_sizes([2, 3, 2])
        (2, 3, 2)
    """
    shown = ",".join(map(str, sizes))
    if not sizes or min(sizes) < 1:
        raise InputError.of("sizes", shown, "expected at least one size, each at least 1")
    if min(sizes) != sizes[0]:
        hint = "turn the cycle to begin there: that changes no eigenvalue but adds or drops zeros"
        raise InputError.of("sizes", shown, f"expected the smallest size first; {hint}")
    return tuple(sizes)


def checked_scale(scale: Fraction) -> Any:
    """Return a positive scale as ``fmpq``.

    Raises:
        InputError: it is not positive.
    """
    if scale <= 0:
        raise InputError.of("scale", scale, "expected a positive number")
    return fmpq(scale.numerator, scale.denominator)


@dataclass(frozen=True)
class RectangularProduct(Law):
    """Law of scale · |λ|², λ a uniformly chosen eigenvalue of A_1 ⋯ A_k.

    Attributes:
        sizes: n_1 … n_k, the first the smallest.
        scale: a positive rational.

    Source: Dees et al., Theorem II.7, at finite size; see the module.

    Example:
        >>> law = RectangularProduct((2, 3))
        >>> law.moment(1), law.survival(arb(5)).str(10, radius=False)
        (4.00000000000000, '0.2628282119')
    """

    sizes: tuple[int, ...]
    scale: Fraction = Fraction(1)

    name = "rectangular-product"

    def __post_init__(self) -> None:
        checked_sizes(self.sizes)
        checked_scale(self.scale)

    @classmethod
    def normalised(cls, sizes: Sequence[int], variance: Fraction = Fraction(1)) -> "RectangularProduct":
        """Return the law for entries of a variance, the factor A_j scaled by 1/√n_j."""
        return cls(tuple(sizes), variance ** len(sizes) / math.prod(sizes))

    @cached_property
    def product(self) -> GammaProduct:
        """The law of |λ|² itself."""
        return GammaProduct(tuple(sorted(n - self.sizes[0] for n in self.sizes)), self.sizes[0])

    def _unscaled(self, x: Any) -> Any:
        with working(2 * ctx.prec):
            return arb(x) / checked_scale(self.scale)

    def support(self) -> tuple[Any, Any]:
        """Return 0 and ∞."""
        return arb(0), arb("inf")

    def density(self, x: Any) -> Any:
        """Return the density; at 0 it is infinite where a second factor is n_1 × n_1."""
        y = self._unscaled(x)
        if y < 0 or y == 0:
            return (arb(0) if y < 0 else self.product.at_zero()) / checked_scale(self.scale)
        return self.product.density(y) / checked_scale(self.scale) if y > 0 else arb.nan()

    def distribution(self, x: Any) -> Any:
        """Return P(X ≤ x), with relative accuracy also next to 0."""
        y = self._unscaled(x)
        if y > 0:
            return self.product.distribution(y) if y.is_finite() else arb(1)
        return arb(0) if y <= 0 else arb(0).union(self.product.distribution(y.upper()))

    def survival(self, x: Any) -> Any:
        """Return P(X > x), with relative accuracy also far out."""
        y = self._unscaled(x)
        if y > 0:
            return self.product.survival(y) if y.is_finite() else arb(0)
        return arb(1) if y <= 0 else arb(1).union(self.product.survival(y.upper()))

    def known_quantile(self, u: Any) -> Any:
        """Return the quantile; where float64 is no help, found on a logarithmic scale at low precision first."""
        guess = self.nearby_quantile(u) if len(self.sizes) > 1 else None  # one factor costs less than float64
        found = None if guess is None else refine(self.distribution, self.density, u, guess)
        if found is not None:
            return found
        with working(min(_ROUGH_BITS, ctx.prec)):
            infinity = arb("inf")
            log = invert(self._log_distribution, self._log_density, u, -infinity, infinity)
        low, high = log.lower().exp().lower(), log.upper().exp().upper()
        return invert(self.distribution, self.density, u, low, high)

    def _log_distribution(self, t: Any) -> Any:
        return self.distribution(t.exp())

    def _log_density(self, t: Any) -> Any:
        return t.exp() * self.density(t.exp())

    def moment(self, n: int) -> Any:
        """Return scaleⁿ (1/n_1) Σ_i ∏_j (i + ν_j)(i + ν_j + 1) ⋯ (i + ν_j + n − 1), ν_j = n_j − n_1."""
        shapes = ([i + v for v in self.product.excess] for i in range(1, self.sizes[0] + 1))
        total = sum(math.prod(math.prod(range(a, a + n)) for a in each) for each in shapes)
        return arb(checked_scale(self.scale) ** n * fmpq(total, self.sizes[0]))

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw independent numbers, each from matrices of its own."""
        index = rng.integers(1, self.sizes[0] + 1, size)
        return np.asarray(float(self.scale) * np.prod([rng.gamma(index + v) for v in self.product.excess], axis=0))

    def spectra(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw the n_1 numbers of whole products, shape (size, n_1); only the set has the law, not the order."""
        shapes = np.broadcast_to(np.arange(1, self.sizes[0] + 1), (size, self.sizes[0]))
        return np.asarray(float(self.scale) * np.prod([rng.gamma(shapes + v) for v in self.product.excess], axis=0))

    def densities(self, x: Floats) -> Floats:
        """Return the density in float64."""
        return densities(self.product, np.asarray(x) / float(self.scale)) / float(self.scale)

    def distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x) in float64."""
        return chances(self.product, np.asarray(x) / float(self.scale))[0]

    def survivals(self, x: Floats) -> Floats:
        """Return P(X > x) in float64."""
        return chances(self.product, np.asarray(x) / float(self.scale))[1]

    def quantiles(self, u: Floats) -> Floats:
        """Return the quantiles in float64."""
        return float(self.scale) * quantiles(self.product, np.asarray(u, np.float64))
