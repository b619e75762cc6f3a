"""Exact solutions of A c = y over the rationals with few terms: the algebra runs modulo a prime, the answer is exact.

A system without solution modulo a large random prime has none over the rationals, but where the prime divides a
denominator of the solution; a solution is returned only after every equation was checked over the rationals.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import fmpq_mat, fmpz_mat, nmod_mat

Columns = Sequence[Sequence[int]]
ORDERS = 60
"""How many orders of the columns are tried in search of a solution with fewer terms."""


def consistent(columns: Columns, values: Sequence[int], prime: int) -> bool:
    """Tell whether a combination of the columns gives the values modulo a prime.

    Example:
        >>> consistent([[1, 1, 1], [0, 1, 2]], [3, 5, 7], 2**61 - 1), consistent([[1, 1]], [0, 1], 2**61 - 1)
        (True, False)
    """
    reduced, found = _reduced([*columns, values], prime)
    return not found or any(reduced[found - 1, j] for j in range(len(columns)))


def rank(columns: Columns, prime: int) -> int:
    """Return the rank of the columns modulo a prime.

    Example:
        >>> rank([[1, 1], [2, 2]], 2**61 - 1)
        1
    """
    return int(_reduced(columns, prime)[1]) if columns else 0


def sparse_solutions(
    columns: Columns, values: Sequence[int], prime: int, rng: np.random.Generator
) -> list[dict[int, Any]]:
    """Return the solutions with the fewest terms that were found, small coefficients first.

    Where several solutions exist, each order of the columns gives one on the first independent columns; many orders are
    tried, so that a solution with fewer terms may, rarely, be missed.

    Args:
        columns: the columns of A, of integers, the simplest first.
        values: y.
        prime: of about 61 bits.
        rng: draws the orders.

    Returns:
        The coefficients, ``flint.fmpq`` other than 0, by the numbers of their columns; no solution, no entry.

    Example:
        >>> sparse_solutions([[1, 1, 1], [0, 1, 2], [0, 1, 4]], [3, 5, 7], 2**61 - 1, np.random.default_rng(0))
        [{0: 3, 1: 2}]
    """
    rows = _echelon([*columns, values], prime)
    if rows and not any(rows[-1][:-1]):
        return []
    count = len(columns)
    supports = {_support(rows, range(count), prime)}
    for _ in range(ORDERS if len(rows) < count else 0):
        best = min(supports, key=len)
        last = int(rng.integers(len(best))) if best else 0
        early = [*best[:last], *best[last + 1 :]] if rng.integers(2) else []
        drop = set(early) | set(best[last : last + 1])
        middle = [int(i) for i in rng.permutation(count) if int(i) not in drop]
        supports.add(_support(rows, [*early, *middle, *best[last : last + 1]], prime))
    fewest = min(map(len, supports))
    found = [_exact(columns, values, support) for support in supports if len(support) == fewest]
    return sorted((solution for solution in found if solution is not None), key=_height)


def _reduced(columns: Columns, prime: int) -> tuple[Any, int]:
    """Return the reduced echelon form of the matrix with these columns, and its rank."""
    size = len(columns[0])
    flat = [entry for row in zip(*columns, strict=True) for entry in row]
    reduced, found = nmod_mat(fmpz_mat(size, len(columns), flat), prime).rref()
    return reduced, int(found)


def _echelon(columns: Columns, prime: int) -> list[list[int]]:
    """Return the rows other than 0 of the reduced echelon form."""
    reduced, found = _reduced(columns, prime)
    return [[int(reduced[i, j]) for j in range(len(columns))] for i in range(found)]


def _support(rows: list[list[int]], order: Sequence[int], prime: int) -> tuple[int, ...]:
    """Return the columns of the solution on the first independent columns in this order."""
    reduced = _echelon([[row[j] for row in rows] for j in (*order, -1)], prime) if rows else []
    pivots = (next(place for place, entry in enumerate(row) if entry) for row in reduced)
    return tuple(sorted(order[pivot] for pivot, row in zip(pivots, reduced, strict=True) if row[-1]))


def _exact(columns: Columns, values: Sequence[int], support: Sequence[int]) -> dict[int, Any] | None:
    """Return the solution over the rationals on independent columns, or None if some equation fails."""
    chosen = [columns[i] for i in support]
    if not chosen:
        return None if any(values) else {}
    A = fmpz_mat(len(values), len(chosen), [entry for row in zip(*chosen, strict=True) for entry in row])
    y = fmpz_mat(len(values), 1, list(values))
    try:
        solution = (A.transpose() * A).solve(A.transpose() * y)
    except ZeroDivisionError:
        return None
    if fmpq_mat(A) * solution != fmpq_mat(y):
        return None
    return {i: solution[place, 0] for place, i in enumerate(support) if solution[place, 0]}


def _height(solution: dict[int, Any]) -> tuple[int, list[int]]:
    return sum(abs(int(c.p)) + int(c.q) for c in solution.values()), sorted(solution)
