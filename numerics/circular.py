"""The circular law: the modulus of an eigenvalue."""

from typing import Any

import numpy as np
from flint import arb

from eigenlaw.numerics.law import Floats, Law


class Circular(Law):
    """The law of |λ| under the circular law, P(|λ| ≤ r) = r² on [0, 1]: W/√n, n × n with independent entries.

    Source: Dees et al., Theorem II.3.

    Example:
        >>> law = Circular()
        >>> float(law.distribution(arb("0.5"))), float(law.moment(2))
        (0.25, 0.5)
    """

    name = "circular"

    def support(self) -> tuple[Any, Any]:
        """Return 0 and 1."""
        return arb(0), arb(1)

    def density(self, x: Any) -> Any:
        """Return 2x, at the end 1 too."""
        if x < 0 or x > 1:
            return arb(0)
        inside = 2 * x.max(arb(0))
        return inside if x <= 1 else inside.union(arb(0))

    def distribution(self, x: Any) -> Any:
        """Return x²."""
        if x <= 0 or x >= 1:
            return arb(0) if x <= 0 else arb(1)
        return x.max(arb(0)).min(arb(1)) ** 2

    def survival(self, x: Any) -> Any:
        """Return (1 − x)(1 + x)."""
        inside = x.max(arb(0)).min(arb(1))
        return (1 - inside) * (1 + inside)

    def known_quantile(self, u: Any) -> Any | None:
        """Return √u."""
        return arb(u.p).sqrt() / arb(u.q).sqrt()

    def moment(self, n: int) -> Any:
        """Return 2/(n + 2)."""
        return arb(2) / (n + 2)

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw the root of a uniform number."""
        return np.sqrt(rng.random(size))

    def densities(self, x: Floats) -> Floats:
        """Return 2x in float64."""
        return np.where((x >= 0) & (x <= 1), 2 * x, 0.0)

    def distributions(self, x: Floats) -> Floats:
        """Return x² in float64."""
        return np.asarray(np.clip(x, 0, 1) ** 2)

    def survivals(self, x: Floats) -> Floats:
        """Return (1 − x)(1 + x) in float64."""
        inside = np.clip(x, 0, 1)
        return np.asarray((1 - inside) * (1 + inside))

    def quantiles(self, u: Floats) -> Floats:
        """Return √u in float64."""
        return np.where((u >= 0) & (u <= 1), np.sqrt(np.clip(u, 0, 1)), np.nan)
