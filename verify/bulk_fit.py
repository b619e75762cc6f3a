"""The Marchenko–Pastur law in float64 held against singular values: strict, with σ fitted, and with a free edge.

All functions take the m singular values of an n × m matrix, n ≥ m, in rising order; σ̃ = σ√n.
"""

import functools
import math
from dataclasses import dataclass

import numpy as np
import scipy.optimize
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bulk_integral(x: Floats, low: float, high: float) -> Floats:
    """Return ∫ √((high² − t²)(t² − low²))/t dt from low to x, in closed form; constant outside the edges.

    Args:
        x: points.
        low: lower edge, at least 0.
        high: upper edge, above it.

    Example:
        >>> float(bulk_integral(np.array([3.0]), 1.0, 3.0)[0] / np.pi)  # (high − low)²/4
        1.0
    """
    A, B = low * low, high * high
    square = np.clip(x, low, high) ** 2
    root = np.sqrt((B - square) * (square - A))
    first = (A + B) / 2 * np.arctan2(2 * square - A - B, 2 * root)
    second = low * high * np.arctan2((A + B) * square - 2 * A * B, 2 * low * high * root)
    return np.asarray((root + first - second) / 2 + math.pi / 8 * (high - low) ** 2)


def strict_distribution(values: Floats, rows: int, columns: int, scale: float) -> Floats:
    """Return the distribution function of (2), edges σ̃(1 ∓ √(m/n)).

    Args:
        values: points.
        rows: n.
        columns: m ≤ n.
        scale: σ̃.
    """
    ratio = math.sqrt(columns / rows)
    whole = rows / columns / (math.pi * scale**2)
    return whole * bulk_integral(values, scale * (1 - ratio), scale * (1 + ratio))


def entry_scale(values: Floats) -> float:
    """Return σ̃ from the entries, whose mean square is Σν²/(nm); the mean of the entries counts as zero."""
    return math.sqrt(float(values @ values) / len(values))


def bulk_scale(values: Floats, rows: int) -> float:
    """Return σ̃ from the median singular value, which few large ones cannot move."""
    return float(np.median(values)) / _median(rows, len(values))


@functools.lru_cache(maxsize=256)
def _median(rows: int, columns: int) -> float:
    ratio = math.sqrt(columns / rows)
    middle = scipy.optimize.brentq(
        lambda x: float(strict_distribution(np.array([x]), rows, columns, 1.0)[0]) - 0.5,
        1 - ratio,
        1 + ratio,
        xtol=1e-14,
    )
    return float(middle)


def distance(values: Floats, distribution: Floats) -> float:
    """Return the Kolmogorov–Smirnov distance of sorted numbers from a law, given its distribution function there."""
    steps = np.arange(len(values) + 1) / len(values)
    return float(max((steps[1:] - distribution).max(), (distribution - steps[:-1]).max()))


@dataclass(frozen=True)
class ModifiedFit:
    """The modified law of section 4: (2) with the lower edge at the smallest value and two fitted parameters.

    Attributes:
        low: ν_min, the smallest singular value.
        high: ν_max, fitted.
        scale: σ̃, fitted.
        fraction: the integral of the law, about the part of the spectrum that is random; 1 if the edges are those
            of the strict law.
        misfit: the largest difference of the two distribution functions below ν_max.
    """

    low: float
    high: float
    scale: float
    fraction: float
    misfit: float

    def counting(self, x: Floats, rows: int, columns: int) -> Floats:
        """Return the mean number of the m singular values up to x."""
        return rows / (math.pi * self.scale**2) * bulk_integral(x, self.low, self.high)


def fit_modified(values: Floats, rows: int) -> ModifiedFit:
    """Fit ν_max and σ to the spectrum by least squares on bins of equal numbers of singular values.

    σ enters linearly, as 1/σ̃², and is solved for; ν_max is found on a grid and then refined. A bin beyond ν_max
    costs no more than its share, however far an outlier lies.

    Args:
        values: singular values in rising order.
        rows: n.

    Example:
        >>> values = np.sort(np.linalg.svd(np.random.default_rng(0).normal(size=(400, 200)))[1])
        >>> fit = fit_modified(values, 400)
        >>> abs(fit.fraction - 1) < 0.05, abs(fit.scale / 20 - 1) < 0.05
        (True, True)
    """
    columns = len(values)
    places = np.unique(np.linspace(0, columns, min(100, 8 + 2 * math.isqrt(columns)) + 1).astype(int))
    edges = np.concatenate([values[:1], (values[places[1:-1] - 1] + values[places[1:-1]]) / 2, values[-1:]])
    shares = np.diff(places) / columns

    def solve(high: float) -> tuple[float, float]:
        """Return the amplitude for an edge and the sum of squares that it leaves."""
        model = np.diff(bulk_integral(edges, low, high))
        amplitude = float(model @ shares) / float(model @ model)
        return amplitude, float(((shares - amplitude * model) ** 2).sum())

    low = float(values[0])
    tops = np.append(np.unique(edges[len(edges) // 2 :]), values[-1] * np.array([1.02, 1.05, 1.1]))
    best = int(np.argmin([solve(float(top))[1] for top in tops]))
    bounds = tops[max(best - 1, 0)], tops[min(best + 1, len(tops) - 1)]
    high = float(
        scipy.optimize.minimize_scalar(
            lambda top: solve(top)[1], bounds=bounds, method="bounded", options={"xatol": 1e-7 * bounds[1]}
        ).x
    )
    amplitude = solve(high)[0]
    inside = values[values <= high]
    steps = np.arange(len(inside) + 1) / columns
    model = amplitude * bulk_integral(inside, low, high)
    misfit = float(max(np.abs(steps[1:] - model).max(), np.abs(model - steps[:-1]).max()))
    scale = math.sqrt(rows / columns / (math.pi * amplitude))
    return ModifiedFit(low, high, scale, amplitude * math.pi / 4 * (high - low) ** 2, misfit)
