"""The semicircle law of radius 2."""

from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.edges import sine_mass
from eigenlaw.numerics.law import Floats, Law


class Semicircle(Law):
    """The law with density √(4 − x²)/(2π) on [−2, 2]: the eigenvalues of W/√n, W symmetric with entries of variance 1.

    Source: Dees et al., Theorem II.2.

    Example:
        >>> law = Semicircle()
        >>> float(law.distribution(arb(0))), float(law.moment(4))
        (0.5, 2.0)
    """

    name = "semicircle"

    def support(self) -> tuple[Any, Any]:
        """Return −2 and 2."""
        return arb(-2), arb(2)

    def density(self, x: Any) -> Any:
        """Return √(4 − x²)/(2π)."""
        square = (2 - x) * (2 + x)
        return arb(0) if square <= 0 else square.max(arb(0)).sqrt() / (2 * arb.pi())

    def distribution(self, x: Any) -> Any:
        """Return (θ − sin θ cos θ)/π, x = −2 cos θ."""
        if x <= -2 or x >= 2:
            return arb(0) if x <= -2 else arb(1)
        low, high = (2 + x).max(arb(0)), (2 - x).max(arb(0))
        angle = 2 * arb.atan2(low.sqrt(), high.sqrt())
        return (angle + (low * high).sqrt() * (low - high) / 8) / arb.pi()

    def survival(self, x: Any) -> Any:
        """Return P(X ≤ −x)."""
        return self.distribution(-x)

    def known_quantile(self, u: Any) -> Any | None:
        """Return 0 for one half."""
        return arb(0) if u == fmpq(1, 2) else None

    def moment(self, n: int) -> Any:
        """Return the Catalan number of n/2, or 0 where n is odd."""
        if n % 2:
            return arb(0)
        return arb.bin_uiui(n, n // 2) / (n // 2 + 1)

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw 4B − 2 with B of the law Beta(3/2, 3/2)."""
        return np.asarray(4 * rng.beta(1.5, 1.5, size) - 2)

    def densities(self, x: Floats) -> Floats:
        """Return √(4 − x²)/(2π) in float64."""
        return np.sqrt(np.maximum((2 - x) * (2 + x), 0)) / (2 * np.pi)

    def distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x) in float64, with all its digits relative to it near −2 too."""
        inside = np.clip(x, -2, 2)
        angle = 2 * np.arctan2(np.sqrt(2 + inside), np.sqrt(2 - inside))
        closed = (angle - np.sin(angle) * np.cos(angle)) / np.pi
        return np.where(angle < 1, sine_mass(np.minimum(angle, 1), lambda _: 2 / np.pi), closed)

    def survivals(self, x: Floats) -> Floats:
        """Return P(X > x) in float64."""
        return self.distributions(-x)
