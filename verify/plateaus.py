"""The multiplicities of the eigenvalues of a symmetric rational matrix, exactly.

A matrix that falls apart into blocks, once its rows and columns are put in order, has the eigenvalues of its blocks.
The characteristic polynomial of each block is factored over Q: all roots are real, those of an irreducible factor are
distinct, and those of different factors differ.
"""

from collections import Counter
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat, fmpq_poly
from numpy.typing import NDArray

from eigenlaw.verify.formula import rational

Array = NDArray[Any]
Factor = tuple[Any, ...]
"""The coefficients of a monic irreducible polynomial, the constant one first."""


def blocks(matrix: Array) -> list[list[int]]:
    """Return the sets of indices that entries other than 0 connect, in order.

    Example:
        >>> blocks(np.array([[1, 0, 2], [0, 3, 0], [2, 0, 0]]))
        [[0, 2], [1]]
    """
    linked = np.asarray(matrix != 0, dtype=bool)
    left, found = set(range(len(matrix))), []
    while left:
        block, fresh = set(), {min(left)}
        while fresh:
            block |= fresh
            fresh = {int(j) for i in fresh for j in np.flatnonzero(linked[i] | linked[:, i])} - block
        found.append(sorted(block))
        left -= block
    return found


def characteristic(matrix: Array) -> fmpq_poly:
    """Return det(x − A) of an array of exact numbers.

    Example:
        >>> str(characteristic(np.array([[1, 2], [2, 1]], dtype=object)))
        'x^2 + (-2)*x + (-3)'
    """
    return fmpq_mat([[rational(entry) for entry in row] for row in matrix]).charpoly()


def multiplicities(matrix: Array) -> Counter[Factor]:
    """Return how often the roots of each irreducible factor are eigenvalues; a factor has as many as its degree.

    Example:
        >>> multiplicities(np.array([[2, 0], [0, 2]], dtype=object))
        Counter({(-2, 1): 2})
    """
    found: Counter[Factor] = Counter()
    known: dict[Factor, list[tuple[Factor, int]]] = {}
    for block in blocks(matrix):
        polynomial = characteristic(matrix[np.ix_(block, block)])
        text = tuple(polynomial.coeffs())
        if text not in known:
            _, factors = polynomial.factor()
            known[text] = [(tuple((factor / factor[factor.degree()]).coeffs()), n) for factor, n in factors]
        for factor, n in known[text]:
            found[factor] += n
    return found


def zeros(matrix: Array) -> int:
    """Return how often 0 is an eigenvalue.

    Example:
        >>> zeros(np.array([[1, 1], [1, 1]], dtype=object))
        1
    """
    return multiplicities(matrix)[(fmpq(0), fmpq(1))]


def plateaus(matrix: Array, least: int = 1) -> list[tuple[Factor, int]]:
    """Return the factors whose roots are eigenvalues at least so often, but for that of 0, and how often they are.

    Example:
        >>> [n for _, n in plateaus(np.diag([0, 0, 3, 3, 4]).astype(object), least=2)]
        [2]
    """
    nonzero = [(factor, n) for factor, n in multiplicities(matrix).items() if factor != (fmpq(0), fmpq(1))]
    return sorted(((factor, n) for factor, n in nonzero if n >= least), key=lambda pair: (len(pair[0]), pair[1]))


def distinct(found: list[tuple[Factor, int]]) -> int:
    """Return the number of different eigenvalues among plateaus.

    Example:
        >>> distinct(plateaus(np.diag([0, 0, 3, 3, 4]).astype(object)))
        2
    """
    return sum(len(factor) - 1 for factor, _ in found)
