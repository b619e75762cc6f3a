"""The rank that singular values in floats suggest, for comparison with the exact one; no verdict rests on it.

The usual rule counts the singular values above σ_max · max(rows, columns) · ε. It knows neither the size of the small
singular values nor the errors of the entries, and for Hessians it is known to err where

* the residual is small, near interpolation: what H_f adds to the rank of H_o falls below the threshold;
* the network is deep: the singular values of a product of many matrices spread out geometrically;
* the arithmetic is of single precision: both happen eight digits earlier.
"""

from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import DTypeLike, NDArray

Array = NDArray[Any]


def float_rank(matrix: Array, dtype: DTypeLike = np.float64) -> int:
    """Return the number of singular values above σ_max · max(rows, columns) · ε, the entries rounded to the type.

    Args:
        matrix: exact numbers (int, ``Fraction``, ``flint.fmpq``; dtype object) or floats, of two axes.
        dtype: ``numpy.float64`` or ``numpy.float32``.

    Example:
        >>> from fractions import Fraction
        >>> tiny = Fraction(1, 10**20)
        >>> float_rank(np.array([[1, 0], [0, tiny]], dtype=object)), float_rank(np.array([[1, 0], [0, 0.1]]))
        (1, 2)
    """
    return int(np.linalg.matrix_rank(rounded(matrix, dtype)))


def rounded(matrix: Array, dtype: DTypeLike = np.float64) -> Array:
    """Return an array of exact numbers as floats, each the nearest one up to the last digit.

    Example:
        >>> rounded(np.array([[fmpq(1, 3)]], dtype=object)).tolist() == [[1 / 3]]
        True
    """
    if matrix.dtype != object:
        return matrix.astype(dtype)
    flat = [int(x.p) / int(x.q) if isinstance(x, fmpq) else float(x) for x in matrix.ravel()]
    return np.array(flat, dtype=dtype).reshape(matrix.shape)
