"""Entries of singular vectors held against the Porter–Thomas law, the Gaussian of mean 0 and variance 1/m."""

import math

import numpy as np
import scipy.special
import scipy.stats

from eigenlaw.verify.bulk_fit import Floats

COLUMNS = 64
"""Vectors that are sorted at a time."""


NODES = 200
"""Textbook p-values that are computed exactly, as one takes up to 6 milliseconds."""


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

    Exact up to 200 distances; beyond, exact at 200 of their quantiles and linear between them, which is within 0.001.
    """
    if distances.size <= NODES:
        return np.asarray(scipy.stats.kstwo.sf(distances, count), dtype=np.float64)
    nodes = np.unique(np.quantile(distances, np.linspace(0, 1, NODES)))
    return np.interp(distances, nodes, scipy.stats.kstwo.sf(nodes, count))


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
