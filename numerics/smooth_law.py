"""Laws whose distribution function is smooth and dear: quantiles by Newton's method, and tables for float64."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.polynomial import chebyshev

from eigenlaw.numerics.law import Floats, Law

_FLOAT_STEPS = 5
_GRID = 4096


@dataclass(frozen=True)
class Panels:
    """A smooth function of float64 numbers, a Chebyshev polynomial on each of the panels between the edges."""

    edges: Floats
    coefficients: Floats

    @classmethod
    def fit(cls, values: Callable[[Floats], Floats], edges: Sequence[float], degree: int) -> "Panels":
        """Interpolate in the Chebyshev points of each panel; ``values`` takes and returns arrays."""
        nodes = chebyshev.chebpts1(degree + 1)
        rows = []
        for left, right in pairwise(edges):
            here = values((left + right) / 2 + (right - left) / 2 * nodes)
            basis = 2 * np.cos(np.outer(np.arange(degree + 1), np.arccos(nodes))) @ here / (degree + 1)
            rows.append(np.concatenate([basis[:1] / 2, basis[1:]]))
        return cls(np.array(edges, dtype=np.float64), np.array(rows))

    def __call__(self, x: Floats) -> Floats:
        """Return the values at points between the first edge and the last, by Clenshaw's recurrence."""
        panel = np.clip(np.searchsorted(self.edges, x, side="right") - 1, 0, len(self.coefficients) - 1)
        left, right = self.edges[panel], self.edges[panel + 1]
        t = (2 * x - left - right) / (right - left)
        own = self.coefficients[panel]
        later, last = np.zeros_like(t), np.zeros_like(t)
        for k in range(own.shape[1] - 1, 0, -1):
            later, last = own[:, k] + 2 * t * later - last, later
        return np.asarray(own[:, 0] + t * later - last)


class SmoothLaw(Law):
    """A law with a positive density on its support, whose float64 values come from tables on ``reach``."""

    @abstractmethod
    def reach(self) -> tuple[float, float]:
        """Return the ends of the tables."""

    @abstractmethod
    def tabled_densities(self, x: Floats) -> Floats:
        """Return the density at points within reach, one axis."""

    @abstractmethod
    def tabled_distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x) at points within reach, one axis."""

    def tabled_survivals(self, x: Floats) -> Floats:
        """Return P(X > x) at points within reach, one axis."""
        return np.asarray(1 - self.tabled_distributions(x))

    def densities(self, x: Floats) -> Floats:
        """Return the density at many points in float64, by balls one at a time where the tables do not reach."""
        return self._spread(x, self.tabled_densities, super().densities)

    def distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x) at many points in float64, by balls one at a time where the tables do not reach."""
        return self._spread(x, self.tabled_distributions, super().distributions)

    def survivals(self, x: Floats) -> Floats:
        """Return P(X > x) at many points in float64, by balls one at a time where the tables do not reach."""
        return self._spread(x, self.tabled_survivals, super().survivals)

    def _spread(self, x: Floats, tabled: Callable[[Floats], Floats], slow: Callable[[Floats], Floats]) -> Floats:
        flat = np.asarray(x, dtype=np.float64).ravel()
        low, high = self.reach()
        near = (flat > low) & (flat < high)
        out = np.empty(len(flat))
        out[near] = tabled(flat[near])
        out[~near] = slow(flat[~near])
        return out.reshape(np.shape(x))

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw independent numbers: quantiles, to about 1e-9, of uniform numbers.

        A cell of a grid is found by search, and Newton's steps stay in it; what is beyond is inverted singly.
        """
        u = rng.random(size)
        low, high = self.reach()
        grid = np.linspace(low, high, _GRID + 1)[1:-1]
        heights = self.tabled_distributions(grid)
        beyond = (u <= heights[0]) | (u >= min(heights[-1], 1 - 1e-12))
        cell = np.clip(np.searchsorted(heights, u), 1, len(grid) - 1)
        left, right = grid[cell - 1], grid[cell]
        x = (left + right) / 2
        for _ in range(_FLOAT_STEPS):
            slope = np.maximum(self.tabled_densities(x), 1e-300)
            x = np.clip(x - (self.tabled_distributions(x) - u) / slope, left, right)
        x[beyond] = self.quantiles(u[beyond])
        return np.asarray(x)
