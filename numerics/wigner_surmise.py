"""Wigner's surmise for the spacing of neighbouring eigenvalues: the exact law of 2 × 2 matrices of the GOE."""

import math
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.law import Floats, Law


class WignerSurmise(Law):
    """The law with density (πs/2) e^{−πs²/4} on s ≥ 0, of mean 1.

    Source: thamm, (1); Mehta, Random Matrices, 3rd ed., (1.5.1).

    Example:
        >>> law = WignerSurmise()
        >>> law.moment(1), law.distribution(arb(1)).str(10, radius=False)
        (1.00000000000000, '0.5440618722')
    """

    name = "wigner-surmise"

    def support(self) -> tuple[Any, Any]:
        """Return 0 and infinity."""
        return arb(0), arb(math.inf)

    def density(self, x: Any) -> Any:
        """Return (πx/2) e^{−πx²/4}."""
        if x <= 0:
            return arb(0)
        value = arb.pi() / 2 * x * (-arb.pi() / 4 * x * x).exp()
        return value if x > 0 else value.union(arb(0))

    def distribution(self, x: Any) -> Any:
        """Return 1 − e^{−πx²/4}."""
        inside = arb(0) if x <= 0 else x.nonnegative_part()
        return -(-arb.pi() / 4 * inside * inside).expm1()

    def survival(self, x: Any) -> Any:
        """Return e^{−πx²/4}."""
        inside = arb(0) if x <= 0 else x.nonnegative_part()
        return (-arb.pi() / 4 * inside * inside).exp()

    def moment(self, n: int) -> Any:
        """Return (4/π)^{n/2} Γ(1 + n/2)."""
        if n < 2:
            return arb(1)
        return (4 / arb.pi()) ** (arb(n) / 2) * arb.gamma_fmpq(fmpq(n + 2, 2))

    def known_quantile(self, u: Any) -> Any:
        """Return 2 √(−log(1 − u)/π)."""
        return 2 * (-(-arb(u)).log1p() / arb.pi()).sqrt()

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw 2 √(E/π) with E of the standard exponential law."""
        return np.asarray(2 * np.sqrt(rng.standard_exponential(size) / math.pi))

    def densities(self, x: Floats) -> Floats:
        """Return the density at many points in float64."""
        inside = np.maximum(np.asarray(x, np.float64), 0.0)
        return np.asarray(math.pi / 2 * inside * np.exp(-math.pi / 4 * inside * inside))

    def distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x) at many points in float64."""
        inside = np.maximum(np.asarray(x, np.float64), 0.0)
        return np.asarray(-np.expm1(-math.pi / 4 * inside * inside))

    def survivals(self, x: Floats) -> Floats:
        """Return P(X > x) at many points in float64."""
        inside = np.maximum(np.asarray(x, np.float64), 0.0)
        return np.asarray(np.exp(-math.pi / 4 * inside * inside))

    def quantiles(self, u: Floats) -> Floats:
        """Return the quantiles at many points of [0, 1] in float64; NaN elsewhere."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(2 * np.sqrt(-np.log1p(-np.asarray(u, np.float64)) / math.pi))
