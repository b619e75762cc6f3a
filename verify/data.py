"""Inputs for sampled networks: points on the unit sphere, in floats or exact, and points with a given Gram matrix."""

from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def unit_vectors(rng: np.random.Generator, n: int, d: int) -> NDArray[np.float64]:
    """Draw n independent points, uniform on the unit sphere of R^d; one a row.

    Example:
        >>> X = unit_vectors(np.random.default_rng(0), n=3, d=5)
        >>> X.shape, bool(np.allclose((X * X).sum(axis=1), 1))
        ((3, 5), True)
    """
    X = rng.standard_normal((n, d))
    return np.asarray(X / np.sqrt((X * X).sum(axis=1, keepdims=True)))


def with_gram(gram: Array) -> NDArray[np.float64]:
    """Return points whose inner products are the given ones, in as few dimensions as floats can tell.

    Args:
        gram: symmetric positive semidefinite matrix of floats, of shape (n, n).

    Returns:
        X of shape (n, rank) with X X^T = gram up to rounding; at least one column.

    Raises:
        ValueError: the matrix is not square, symmetric, finite and positive semidefinite.

    Example:
        >>> X = with_gram(np.array([[1, -1], [-1, 1]]))
        >>> X.shape, np.round(X @ X.T, 12).tolist()
        ((2, 1), [[1.0, -1.0], [-1.0, 1.0]])
    """
    matrix = np.asarray(gram, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or not np.isfinite(matrix).all():
        raise ValueError(f"gram (shape {matrix.shape}): expected a square matrix of finite numbers")
    values, vectors = np.linalg.eigh(matrix)
    rounding = 4 * len(matrix) * np.finfo(np.float64).eps * float(np.abs(values).max())
    asymmetry = float(np.abs(matrix - matrix.T).max())
    if asymmetry > rounding or values[0] < -rounding:
        raise ValueError(
            f"gram (smallest eigenvalue {values[0]:.3g}, asymmetry {asymmetry:.3g}): "
            "expected a symmetric positive semidefinite matrix; correct it"
        )
    kept = values > rounding
    kept[-1] = True
    return np.asarray(vectors[:, kept] * np.sqrt(np.maximum(values[kept], 0)))


def rational_unit_vectors(
    rng: np.random.Generator, n: int, d: int, *, duplicates: int = 0, antipodes: int = 0, size: int = 3
) -> Array:
    """Draw n exact points on the unit sphere of R^d with rational coordinates, by stereographic projection.

    Args:
        rng: source of randomness.
        n: number of points, duplicates and antipodes included.
        d: dimension, at least 1.
        duplicates: so many of the points equal an earlier one.
        antipodes: so many of the points are opposite to an earlier one.
        size: the projections have numerators up to size and denominators up to size.

    Returns:
        Object array of Fractions, of shape (n, d); but for duplicates and antipodes no two points are equal or
        opposite.

    Raises:
        ValueError: the sphere has not so many rational points of this size.

    Example:
        >>> X = rational_unit_vectors(np.random.default_rng(0), n=3, d=2, antipodes=1)
        >>> [sum(entry**2 for entry in row) for row in X], bool((X[2] == -X[0]).all())
        ([Fraction(1, 1), Fraction(1, 1), Fraction(1, 1)], True)
    """
    distinct = n - duplicates - antipodes
    if d < 1 or distinct < 1:
        raise ValueError(f"n={n}, d={d}: expected at least one dimension and one point that is no copy")
    points: list[tuple[Fraction, ...]] = []
    for _ in range(100 * distinct):
        point = _stereographic(rng, d, size)
        if point not in points and tuple(-entry for entry in point) not in points:
            points.append(point)
        if len(points) == distinct:
            break
    else:
        raise ValueError(f"n={n}: expected fewer points for d={d} and size={size}; raise size or d")
    copies = [points[i % distinct] for i in range(duplicates)]
    opposites = [tuple(-entry for entry in points[i % distinct]) for i in range(antipodes)]
    return np.array([*points, *copies, *opposites], dtype=object)


def _stereographic(rng: np.random.Generator, d: int, size: int) -> tuple[Fraction, ...]:
    """Return (2t, |t|^2 - 1) / (|t|^2 + 1) for a random rational t of R^(d-1)."""
    numerators = rng.integers(-size, size, size=d - 1, endpoint=True)
    denominators = rng.integers(1, size, size=d - 1, endpoint=True)
    t = [Fraction(int(a), int(b)) for a, b in zip(numerators, denominators, strict=True)]
    square = sum((entry * entry for entry in t), Fraction(0))
    return (*(2 * entry / (square + 1) for entry in t), (square - 1) / (square + 1))
