"""Singular values and right singular vectors of a weight matrix, and how far its largest values leave the bulk."""

import functools
import math
from dataclasses import dataclass

import numpy as np
import scipy.linalg
from flint import fmpq

from eigenlaw.numerics.tracy_widom import TracyWidom
from eigenlaw.theory.errors import InputError
from eigenlaw.verify.bulk_fit import Floats, bulk_scale

ROWS = 256
"""Rows that are multiplied at a time."""

FEWEST = 24
"""The smaller side of the smallest matrix whose statistics are taken."""

EDGE_LEVEL = 0.99
"""The chance that the largest singular value of a random matrix lies below the edge, if no other is asked for."""


@dataclass(frozen=True)
class Decomposition:
    """W = U S Vᵀ without U.

    Attributes:
        rows: n, the larger side.
        values: the m singular values in rising order.
        vectors: m × m; column k is the right singular vector of the k-th value.
    """

    rows: int
    values: Floats
    vectors: Floats


def check_sides(rows: int, columns: int) -> None:
    """Refuse a matrix that is too small, also before its numbers are read.

    Raises:
        InputError: the smaller side, the number of columns, is below 24.

    Example:
        >>> check_sides(40, 24)
    """
    if not rows >= columns >= FEWEST:
        raise InputError.of("matrix", f"{rows} × {columns}", f"expected both sides of at least {FEWEST}, rows first")


def decompose(matrix: Floats) -> Decomposition:
    """Return singular values and right singular vectors of an n × m matrix, n ≥ m ≥ 24.

    The vectors are eigenvectors of WᵀW; the values are the lengths of W v, which keeps their absolute error at a few
    rounding units of the largest one. Beyond W itself, memory for two m × m matrices is used.

    Raises:
        InputError: the matrix is too small, or has not full rank.

    Example:
        >>> found = decompose(np.vstack([np.diag(np.arange(30.0, 0.0, -1.0)), np.zeros((5, 30))]))
        >>> found.values[:3].round(12).tolist(), found.rows
        ([1.0, 2.0, 3.0], 35)
    """
    rows, columns = matrix.shape
    check_sides(rows, columns)
    size = float(max(matrix.max(), -matrix.min()))
    if size and not 1e-100 < size < 1e100:
        scaled = decompose(matrix / size)
        return Decomposition(rows, size * scaled.values, scaled.vectors)
    gram = matrix.T @ matrix
    _, vectors = scipy.linalg.eigh(gram.T, overwrite_a=True, check_finite=False, driver="evr")
    del gram
    squares = np.zeros(columns)
    for start in range(0, rows, ROWS):
        squares += ((matrix[start : start + ROWS] @ vectors) ** 2).sum(axis=0)
    values = np.sqrt(squares)
    if np.any(np.diff(values) < 0):
        order = np.argsort(values)
        values, vectors = values[order], vectors[:, order]
    rank = int((values > 8 * np.finfo(float).eps * rows * values[-1]).sum())
    if rank < columns:
        raise InputError.of("matrix", f"{rows} × {columns}", f"its rank is {rank}: expected full rank, without zeros")
    return Decomposition(rows, values, vectors)


@dataclass(frozen=True)
class Outliers:
    """Singular values above the edge of the bulk.

    Attributes:
        level: the chance that the largest singular value of a random matrix of this shape and scale is below the edge.
        edge: of the bulk.
        values: those beyond it, in rising order.
        largest: the largest singular value in Tracy–Widom units.
    """

    level: float
    edge: float
    values: Floats
    largest: float


def outliers(values: Floats, rows: int, level: float = EDGE_LEVEL) -> Outliers:
    """Return the singular values beyond the Tracy–Widom edge; σ is taken from the median singular value.

    The edge is at the quantile of the Tracy–Widom law, β = 1, that belongs to the level.

    Args:
        values: singular values in rising order, length m.
        rows: n ≥ m.
        level: the chance that all singular values of a random matrix lie below the edge.

    Raises:
        InputError: the level is no probability.

    Example:
        >>> values = np.sort(np.linalg.svd(np.random.default_rng(0).normal(size=(80, 40)))[1])
        >>> values[-1] *= 1.5
        >>> len(outliers(values, 80).values)
        1
    """
    sigma = bulk_scale(values, rows) / math.sqrt(rows)
    centre, scale = _soft_edge(rows, len(values))
    edge = sigma * math.sqrt(centre + _edge_quantile(level) * scale)
    return Outliers(level, edge, values[values > edge], largest_in_units(values, rows))


def largest_in_units(values: Floats, rows: int) -> float:
    """Return the largest singular value in Tracy–Widom units, σ from the median: (ν²/σ² − μ)/scale."""
    sigma = bulk_scale(values, rows) / math.sqrt(rows)
    centre, scale = _soft_edge(rows, len(values))
    return (float(values[-1] / sigma) ** 2 - centre) / scale


@functools.lru_cache(maxsize=64)
def _edge_quantile(level: float) -> float:
    found = TracyWidom(1).nearby_quantile(fmpq(*level.as_integer_ratio())) if 0 < level < 1 else None
    if found is None:
        raise InputError.of("level", level, "expected a probability between 0 and 1")
    return found


def _soft_edge(rows: int, columns: int) -> tuple[float, float]:
    """Return μ and scale of the largest eigenvalue μ + scale·TW₁ of WᵀW, entries standard Gaussian.

    μ = (√(n−1) + √m)² and scale = (√(n−1) + √m)(1/√(n−1) + 1/√m)^(1/3) (Johnstone 2001, theorem 1.1).
    """
    root = math.sqrt(rows - 1) + math.sqrt(columns)
    return root**2, root * (1 / math.sqrt(rows - 1) + 1 / math.sqrt(columns)) ** (1 / 3)
