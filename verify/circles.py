r"""Data on a product of circles, for which a dot-product kernel has known eigenvalues: chances of a random walk.

The points are (√s, √t cos θ_1, √t sin θ_1, …, √t cos θ_q, √t sin θ_q), s + q t = 1, with every θ_i a multiple of
2π/N: n = N^q points of rank 2q, or 2q + 1 if s > 0, on the unit sphere. The entries of K depend on differences of
angles only: the characters are its eigenvectors, and x·y = s + t Σ cos θ_i is the characteristic function of one
step of a lazy walk S_j on Z^q, which stays with chance s, else moves one coordinate by one. Hence the eigenvalue
of nK = Σ_j c_j (XXᵀ)^{∘j} at the frequency f ∈ (Z/N)^q is n Σ_j c_j P(S_j ≡ f mod N).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from flint import arb, arb_poly, fmpq, fmpz
from numpy.typing import NDArray


@dataclass(frozen=True)
class CircleProduct:
    """N^q points on a product of q circles.

    Attributes:
        circles: q, at least 1.
        points: N, at least 2, points a circle.
        rest: s, the square of the constant coordinate, from 0 to below 1.

    Example:
        >>> CircleProduct(3, 120, Fraction(1, 7)).rank, CircleProduct(2, 3).count
        (7, 9)
    """

    circles: int
    points: int
    rest: Fraction = Fraction(0)

    @property
    def rank(self) -> int:
        """Rank of the data, if there are more than two points a circle."""
        return 2 * self.circles + (self.rest > 0)

    @property
    def count(self) -> int:
        """Number of points n."""
        return int(self.points**self.circles)

    def data(self) -> NDArray[np.float64]:
        """Return the points in floats, one a row, of shape (n, rank)."""
        radius = math.sqrt((1 - self.rest) / self.circles)
        angles = 2 * np.pi / self.points * np.array(list(product(range(self.points), repeat=self.circles)))
        circles = radius * np.concatenate([np.cos(angles), np.sin(angles)], axis=1)
        constant = np.full((self.count, int(self.rest > 0)), math.sqrt(self.rest))
        return np.concatenate([constant, circles], axis=1)


@cache
def walk_chances(data: CircleProduct, frequency: int, count: int) -> tuple[Any, ...]:
    """Return P(S_j ≡ (f, …, f) mod N) for j < count, as balls at the working precision.

    The chances of one coordinate are binomials over 2^j; those of q of them have the product of the exponential
    generating functions, at t/q of the time.

    Example:
        >>> [round(float(p), 12) for p in walk_chances(CircleProduct(1, 4), frequency=2, count=5)]
        [0.0, 0.0, 0.5, 0.0, 0.5]
    """
    share = arb(fmpq(1) - _exact(data.rest)) / data.circles
    factorials = [fmpz.fac_ui(j) for j in range(count)]
    one = arb_poly([_on_one_circle(data.points, frequency, j) * share**j / factorials[j] for j in range(count)])
    stay = arb_poly([arb(_exact(data.rest) ** j) / factorials[j] for j in range(count)])
    found = stay
    for _ in range(data.circles):
        found = (found * one).truncate(count)
    return tuple(found[j] * factorials[j] for j in range(count))


def _on_one_circle(points: int, frequency: int, j: int) -> Any:
    lowest = frequency - points * ((frequency + j) // points)
    ups = ((j + end) // 2 for end in range(lowest, j + 1, points) if (j + end) % 2 == 0)
    return arb(sum(fmpz.bin_uiui(j, up) for up in ups)) / fmpz(2) ** j


def _exact(value: Fraction) -> Any:
    return fmpq(value.numerator, value.denominator)


def highest_eigenvalue(
    data: CircleProduct, coefficient: Callable[[int], Any], tail: Callable[[int], Any], count: int
) -> Any:
    """Return the eigenvalue of K at the highest frequency (⌊N/2⌋, …, ⌊N/2⌋), as a ball: λ_n(K) or above it.

    Args:
        data: the points.
        coefficient: j ↦ c_j ≥ 0.
        tail: J ↦ an upper bound of Σ_{j≥J} c_j.
        count: an even number of terms to sum; the others are at most P(S_count ≡ 0) Σ_{j≥count} c_j, for by the
            inequality of Cauchy and Schwarz no chance is larger from there on.

    Example:
        >>> print(highest_eigenvalue(CircleProduct(1, 4), lambda j: fmpq(j == 2), lambda J: fmpq(0), count=4))
        0.500000000000000
    """
    chances = walk_chances(data, data.points // 2, count)
    head = sum((coefficient(j) * chance for j, chance in enumerate(chances) if not chance.is_zero()), arb(0))
    rest = walk_chances(data, 0, count + 1)[count] * tail(count)
    return head + arb(0).union(arb(rest))


def circle_spectrum(kernel: Callable[[Any], Any], n: int) -> tuple[Any, ...]:
    """Return the eigenvalues of K for n equidistant points of the circle, frequency 0 first, as balls.

    Args:
        kernel: Θ as a function of the correlation, a ball.
        n: number of points.

    Example:
        >>> [round(float(value), 12) for value in circle_spectrum(lambda rho: rho, 3)]
        [0.0, 0.5, 0.5]
    """
    row = [kernel((2 * arb(i) / n).cos_pi()) / n for i in range(n)]
    cosines = [(2 * arb(i) / n).cos_pi() for i in range(n)]
    return tuple(sum((row[i] * cosines[i * f % n] for i in range(n)), arb(0)) for f in range(n))
