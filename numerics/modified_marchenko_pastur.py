"""The Marchenko–Pastur law of singular values with free edges, as fitted to the bulk of trained weights."""

from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.law import Floats, Law
from eigenlaw.numerics.marchenko_pastur import MarchenkoPastur
from eigenlaw.theory.errors import InputError


class ModifiedMarchenkoPastur(Law):
    r"""The law with density ∝ $\sqrt{(\nu_+^2-\nu^2)(\nu^2-\nu_-^2)}/\nu$ between free edges ν_− and ν_+.

    The fitted curve of the paper is $(n/m)\sqrt{\cdots}/(\pi\tilde\sigma^2\nu)$, σ̃² = σ²n, with ν_−, ν_+ and σ free. It
    integrates to the fraction of the spectrum that it covers,

        fraction = (ν_+ − ν_−)²/(4σ²m),

    which is 1 for the strict law, where ν_± = σ(√n ± √m). Divided by it the curve depends on its edges alone, and it is
    a strict law of another shape: that of r ν', r = (ν_+ + ν_−)/2, with ν' of the ratio ((ν_+ − ν_−)/(ν_+ + ν_−))².
    This class is that normalised law; ``sigma2_m`` = σ²m only sets ``fraction``.

    Args:
        lower: ν_− ≥ 0, exact.
        upper: ν_+ > ν_−.
        sigma2_m: σ²m > 0, the variance of an entry times the lesser side; without it the fraction is 1.

    Raises:
        InputError: the edges are out of order, or σ²m is not positive.

    Source: Thamm et al., Section 4.

    Example:
        >>> law = ModifiedMarchenkoPastur(Fraction(1, 2), Fraction(3, 2), Fraction(5, 16))
        >>> law.fraction, float(law.moment(2))  # the law of ratio 1/4
        (Fraction(4, 5), 1.0)
    """

    name = "modified-marchenko-pastur"

    def __init__(self, lower: Fraction, upper: Fraction, sigma2_m: Fraction | None = None) -> None:
        if lower < 0:
            raise InputError.of("lower", lower, "expected a singular value, at least 0")
        if upper <= lower:
            raise InputError.of("upper", upper, "expected more than the lower edge")
        if sigma2_m is not None and sigma2_m <= 0:
            raise InputError.of("sigma2_m", sigma2_m, "expected a positive variance times the lesser side")
        self.lower, self.upper = Fraction(lower), Fraction(upper)
        self.fraction = Fraction(1) if sigma2_m is None else (self.upper - self.lower) ** 2 / (4 * Fraction(sigma2_m))
        self.strict = MarchenkoPastur(((self.upper - self.lower) / (self.upper + self.lower)) ** 2)
        self._low, self._high = (fmpq(edge.numerator, edge.denominator) for edge in (self.lower, self.upper))
        self._scale = (self._low + self._high) / 2

    def __repr__(self) -> str:
        return f"ModifiedMarchenkoPastur({self.lower!r}, {self.upper!r}, fraction={self.fraction!r})"

    def support(self) -> tuple[Any, Any]:
        """Return ν_− and ν_+."""
        return arb(self._low), arb(self._high)

    def side(self, x: Any) -> int:
        """Return −1 or 1 at and beyond the edges, decided exactly."""
        return self.strict.side(x / self._scale)

    def density_at(self, x: Any) -> Any:
        """Return the density at an exact ``fmpq``, an exact zero outside the bulk and at its edges but for ν_− = 0."""
        return self.strict.density_at(x / self._scale) / self._scale

    def density(self, x: Any) -> Any:
        """Return the normalised density."""
        return self.strict.density(x / self._scale) / self._scale

    def distribution(self, x: Any) -> Any:
        """Return P(X ≤ x)."""
        return self.strict.distribution(x / self._scale)

    def survival(self, x: Any) -> Any:
        """Return P(X > x)."""
        return self.strict.survival(x / self._scale)

    def moment(self, n: int) -> Any:
        """Return E Xⁿ = rⁿ E ν'ⁿ."""
        return self.strict.moment(n) * arb(self._scale) ** n

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw r ν'."""
        return np.asarray(self._float_scale * self.strict.sample(rng, size))

    def densities(self, x: Floats) -> Floats:
        """Return the normalised density in float64."""
        return np.asarray(self.strict.densities(x / self._float_scale) / self._float_scale)

    def distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x) in float64."""
        return self.strict.distributions(x / self._float_scale)

    def survivals(self, x: Floats) -> Floats:
        """Return P(X > x) in float64."""
        return self.strict.survivals(x / self._float_scale)

    @property
    def _float_scale(self) -> float:
        return float((self.lower + self.upper) / 2)
