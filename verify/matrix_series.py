"""Power series in t with matrices of exact rationals for coefficients: products, determinants, ranks.

A series A_0 + A_1 t + … + A_n tⁿ is a sequence of object arrays of one shape, that hold ints or ``flint.fmpq``.
"""

from collections.abc import Sequence
from functools import reduce
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import rank

Array = NDArray[Any]
Series = Sequence[Array]


def product(*factors: Series) -> list[Array]:
    """Return the product of series of one length, cut after the same power.

    Example:
        >>> one_plus_t = [np.array([[1]], dtype=object)] * 2
        >>> [int(c[0, 0]) for c in product(one_plus_t, one_plus_t, one_plus_t)]
        [1, 3]
    """
    return reduce(_product, map(list, factors))


def _product(left: list[Array], right: list[Array]) -> list[Array]:
    return [sum((left[a] @ right[n - a] for a in range(1, n + 1)), left[0] @ right[n]) for n in range(len(left))]


def transposed(series: Series) -> list[Array]:
    """Return the transposed matrices."""
    return [coefficient.T for coefficient in series]


def determinant(series: Series) -> list[Any]:
    """Return all coefficients of det(A_0 + A_1 t + … + A_n tⁿ), found by interpolation.

    If the series goes on, those of tⁿ and lower powers are right.

    Example:
        >>> determinant([np.array([[1, 2], [3, 4]], dtype=object), np.eye(2, dtype=int).astype(object)])
        [-2, 5, 1]
    """
    size = len(series[0])
    nodes = range(size * (len(series) - 1) + 1)
    values = [_at(series, t).det() for t in nodes]
    powers = fmpq_mat([[fmpq(t) ** k for k in nodes] for t in nodes])
    return list(powers.solve(fmpq_mat([[value] for value in values])).entries())


def _at(series: Series, t: int) -> Any:
    value = sum((coefficient * t**n for n, coefficient in enumerate(series[1:], start=1)), series[0])
    return fmpq_mat(*value.shape, [fmpq(entry) for entry in value.ravel()])


def rank_to_order(series: Series) -> int:
    """Return the rank that shows in the coefficients up to tⁿ.

    It is the number of invariant factors t^v, v ≤ n, of the matrix over the ring of power series: at most the rank for
    small t ≠ 0, and equal to it for n large enough.

    Example:
        >>> zero, one = np.array([[0]], dtype=object), np.array([[1]], dtype=object)
        >>> rank_to_order([zero]), rank_to_order([zero, one])
        (0, 1)
    """
    return _toeplitz_rank(series) - _toeplitz_rank(series[:-1])


def _toeplitz_rank(series: Series) -> int:
    """The rank of the matrix with the blocks A_{i−j}: each invariant factor t^v counts n + 1 − v times."""
    if not series:
        return 0
    zero = np.zeros(series[0].shape, dtype=int).astype(object)
    size = range(len(series))
    return rank(np.block([[series[i - j] if i >= j else zero for j in size] for i in size]))


def minor(matrix: Array, row: int, column: int) -> Any:
    """Return the determinant without a row and a column; 1 for a matrix of size 1.

    Example:
        >>> minor(np.array([[1, 2], [3, 4]], dtype=object), 0, 1)
        3
    """
    rest = np.delete(np.delete(matrix, row, axis=0), column, axis=1)
    return fmpq_mat(*rest.shape, [fmpq(entry) for entry in rest.ravel()]).det() if rest.size else fmpq(1)
