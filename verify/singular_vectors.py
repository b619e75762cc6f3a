"""Entries of singular vectors held against the Porter–Thomas law, the Gaussian of mean 0 and variance 1/m."""

import functools
import math

import numpy as np
import scipy.interpolate
import scipy.special
import scipy.stats

from eigenlaw.verify.bulk_fit import Floats

COLUMNS = 64
"""Vectors that are sorted at a time."""


FEW = 8
"""P-values that are computed one by one, each in up to 6 milliseconds; more are read off a table."""

CENTRE = (0.2, 2.6)
"""The distances that are in the table, times the root of the number of numbers."""


def entry_distances(vectors: Floats, fitted: bool = False) -> Floats:
    """Return the Kolmogorov–Smirnov distance of the entries of each vector from the Gaussian law.

    Args:
        vectors: unit vectors as columns, m × k.
        fitted: hold them against the Gaussian with their own mean and deviation instead of 0 and 1/√m.

    Example:
        >>> entry_distances(np.eye(4))[:2].round(3).tolist()
        [0.5, 0.5]
    """
    length = vectors.shape[0]
    parts = []
    for start in range(0, vectors.shape[1], COLUMNS):
        entries = np.sort(vectors[:, start : start + COLUMNS], axis=0)
        if fitted:
            entries = (entries - entries.mean(axis=0)) / entries.std(axis=0)
        else:
            entries *= math.sqrt(length)
        law = scipy.special.ndtr(entries)
        steps = np.arange(length + 1)[:, None] / length
        parts.append(np.maximum((steps[1:] - law).max(axis=0), (law - steps[:-1]).max(axis=0)))
    return np.concatenate(parts)


def textbook_p_values(distances: Floats, count: int) -> Floats:
    """Return the p-values of the Kolmogorov–Smirnov test for so many independent numbers.

    Exact for a few distances; beyond, within 1e-4 of that from 15 numbers on (relatively, within 1 %), by a spline and
    in the far tail by Smirnov's law.

    Example:
        >>> textbook_p_values(np.linspace(0, 0.5, 11), 10).round(3).tolist()[3:8]
        [0.954, 0.749, 0.484, 0.271, 0.134]
    """
    if distances.size <= FEW:
        return np.asarray(scipy.stats.kstwo.sf(distances, count), dtype=np.float64)
    low, high = (end / math.sqrt(count) for end in CENTRE)
    found = np.clip(_table(count)(np.clip(distances, low, high)), 0, 1)
    return np.where(distances > high, 2 * scipy.special.smirnov(count, np.clip(distances, 0, 1)), found)


@functools.lru_cache(maxsize=64)
def _table(count: int) -> scipy.interpolate.CubicSpline:
    nodes = np.linspace(*CENTRE, 49) / math.sqrt(count)
    return scipy.interpolate.CubicSpline(nodes, scipy.stats.kstwo.sf(nodes, count))


def window_averages(values: Floats, window: int) -> Floats:
    """Return the averages over each run of neighbours, one fewer than the window shorter than the values.

    Example:
        >>> window_averages(np.array([1.0, 2.0, 6.0, 4.0]), 2).tolist()
        [1.5, 4.0, 5.0]
    """
    return np.convolve(values, np.full(window, 1 / window), "valid")


def random_frames(rng: np.random.Generator, length: int, width: int, count: int) -> Floats:
    """Return count × length × width: frames of orthonormal columns, uniform in direction, as in a Haar matrix."""
    frames, triangle = np.linalg.qr(rng.standard_normal((count, length, width)))
    return np.asarray(frames * np.sign(np.diagonal(triangle, axis1=1, axis2=2))[:, None, :])
