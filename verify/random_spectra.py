"""Spectra of many random matrices at a time: rectangular ones of independent entries, and circular ones."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.bulk_fit import strict_distribution
from eigenlaw.verify.entry_laws import ENTRY_LAWS

Floats = NDArray[np.float64]


def singular_values(matrices: NDArray[Any]) -> Floats:
    """Return the singular values of n × m matrices, n ≥ m, stacked along the first axis, in rising order.

    Example:
        >>> singular_values(np.array([[[3.0, 0.0], [0.0, -4.0], [0.0, 0.0]]]))
        array([[3., 4.]])
    """
    gram = np.swapaxes(matrices.conj(), 1, 2) @ matrices
    return np.asarray(np.sqrt(np.maximum(np.linalg.eigvalsh(gram), 0)), np.float64)


def random_matrices(rng: np.random.Generator, law: str, rows: int, columns: int, count: int) -> Floats:
    """Return count × n × m independent entries of variance 1 of a law of ``ENTRY_LAWS``."""
    return ENTRY_LAWS[law].draw(rng, (count, rows, columns))


def unfolded(values: Floats, rows: int) -> Floats:
    """Return m F(ν) with the distribution function F of (2), entries of variance 1; one spectrum a line."""
    columns = values.shape[1]
    counted = columns * strict_distribution(values.ravel(), rows, columns, math.sqrt(rows))
    return np.asarray(counted.reshape(values.shape))


def circular_levels(rng: np.random.Generator, size: int, count: int) -> Floats:
    """Return the angles of the eigenvalues of symmetric unitary matrices UᵀU, U Haar, in units of the mean spacing.

    This is the circular orthogonal ensemble; its density is constant, so that nothing has to be unfolded.

    Example:
        >>> levels = circular_levels(np.random.default_rng(0), 6, 2)
        >>> levels.shape, bool((levels >= 0).all() and (levels < 6).all())
        ((2, 6), True)
    """
    draws = rng.standard_normal((2, count, size, size))
    frames, triangles = np.linalg.qr(draws[0] + 1j * draws[1])
    phases = np.diagonal(triangles, axis1=1, axis2=2)
    frames = frames * (phases / np.abs(phases))[:, None, :]
    angles = np.angle(np.linalg.eigvals(np.swapaxes(frames, 1, 2) @ frames))
    return np.sort(np.mod(angles / (2 * np.pi) * size, size), axis=1)


def circular_counts(levels: Floats, starts: Floats, length: float) -> Floats:
    """Return how many levels lie in the arc of that length that begins at each start.

    Args:
        levels: one spectrum a line, angles from 0 to the number of levels.
        starts: one line of starts for each spectrum.
        length: at most the number of levels.

    Example:
        >>> circular_counts(np.array([[0.0, 1.0, 2.5]]), np.array([[2.0, 0.5]]), 1.25)
        array([[2., 1.]])
    """
    size = levels.shape[1]
    ahead = np.mod(levels[:, None, :] - starts[:, :, None], size)
    return np.asarray((ahead <= length).sum(axis=2), np.float64)
