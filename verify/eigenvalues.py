"""All eigenvalues of a symmetric matrix: rational ones exactly, the others as certified balls."""

from itertools import pairwise
from typing import Any

from flint import arb, fmpq, fmpq_mat

from eigenlaw.verify.formula import ball, rational

_SCALE = fmpq(2) ** 160
"""Balls are replaced by a multiple of its inverse, within their radius and one half of it."""


def eigenvalues(matrix: Any) -> tuple[Any, ...]:
    """Return the eigenvalues of a symmetric matrix, largest first, with multiplicity.

    Args:
        matrix: of shape (n, n), n ≥ 1; entries exact rationals or balls, alike across the diagonal. If one is a ball,
            so is every eigenvalue.

    Raises:
        ArithmeticError: two eigenvalues that are not equal cannot be told apart at the working precision.

    Example:
        >>> eigenvalues([[1, 2], [2, 1]])
        (3, -1)
    """
    entries = [[rational(entry) for entry in row] for row in matrix]
    if all(isinstance(entry, fmpq) for row in entries for entry in row):
        return _of_rational(entries)
    centre = [[_near(entry) for entry in row] for row in entries]
    distances = [
        sum((abs(ball(entry) - ball(middle)) for entry, middle in zip(*rows, strict=True)), arb(0))
        for rows in zip(entries, centre, strict=True)
    ]
    radius = max((distance.upper() for distance in distances), key=float)  # bounds the norm of the difference
    return tuple(ball(value) + arb(0, radius) for value in _of_rational(centre))


def _near(value: Any) -> Any:
    if isinstance(value, fmpq):
        return value
    nearest = (value.mid() * arb(_SCALE)).floor().unique_fmpz()
    if nearest is None:
        raise ArithmeticError(f"entry={value}: expected a finite ball of moderate size")
    return fmpq(nearest) / _SCALE


def _of_rational(entries: list[list[Any]]) -> tuple[Any, ...]:
    """Factor the characteristic polynomial: all roots are real, and factors that differ share none."""
    found: list[Any] = []
    _, factors = fmpq_mat(entries).charpoly().factor()
    for factor, multiplicity in factors:
        if factor.degree() == 1:
            roots = [-factor[0] / factor[1]]
        else:
            roots = [root.real for root, _ in factor.numer().complex_roots()]
        found += [root for root in roots for _ in range(multiplicity)]
    found.sort(key=lambda value: ball(value).mid(), reverse=True)
    for larger, smaller in pairwise(found):
        if larger is not smaller and not ball(larger) > ball(smaller):
            raise ArithmeticError(f"eigenvalues={larger}, {smaller}: expected balls apart; raise the precision")
    return tuple(found)
