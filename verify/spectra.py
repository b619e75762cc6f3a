"""Exact statements on the eigenvalues of symmetric rational matrices, from their characteristic polynomials.

All roots of such a polynomial are real, so that Descartes' rule of signs is exact: the number of positive roots, with
multiplicity, is the number of sign changes of the coefficients.
"""

from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from flint import arb, ctx, fmpq, fmpq_mat, fmpq_poly

Matrix = Any  # rows of exact rationals: nested sequences, or an object array of shape (n, n)


def count_at_least(matrix: Matrix, t: Fraction) -> int:
    """Return the number of eigenvalues that are at least t, with multiplicity.

    Args:
        matrix: symmetric, of exact rationals, of shape (n, n), n >= 1.
        t: exact rational.

    Returns:
        A number from 0 to n.

    Raises:
        ValueError: the matrix is not square, symmetric and exact, or is empty; t is not exact.

    Example:
        >>> count_at_least([[2, 1], [1, 2]], Fraction(1)), count_at_least([[2, 1], [1, 2]], Fraction(3, 2))
        (2, 1)
    """
    return _roots_at_least(_flint_matrix(matrix).charpoly(), _rational(t))


def compare_largest(A: Matrix, B: Matrix) -> Literal[-1, 0, 1]:
    """Return the sign of lambda_max(A) - lambda_max(B), decided exactly, ties included.

    Args:
        A: symmetric, of exact rationals, of shape (n, n), n >= 1.
        B: symmetric, of exact rationals, of shape (m, m), m >= 1.

    Raises:
        ValueError: a matrix is not square, symmetric and exact, or is empty.

    Example:
        >>> compare_largest([[1, 1], [1, 1]], [[2]]), compare_largest([[1, 2], [2, 1]], [[2]])
        (0, 1)
    """
    p, q = (_squarefree(_flint_matrix(matrix).charpoly()) for matrix in (A, B))
    common = p.gcd(q)
    # the roots of these three are distinct, and lambda_max(A), lambda_max(B) are among their largest ones
    contenders = [(0, common), (1, _quotient(p, common)), (-1, _quotient(q, common))]
    brackets = [(sign, polynomial, _bracket(polynomial)) for sign, polynomial in contenders if polynomial.degree() > 0]
    while len(brackets) > 1:
        lowest = max(lower for _, _, (lower, _) in brackets)
        brackets = [entry for entry in brackets if entry[2][1] > lowest]
        if len(brackets) > 1:
            brackets = [(sign, polynomial, _halved(polynomial, *ends)) for sign, polynomial, ends in brackets]
    sign = brackets[0][0]
    return 1 if sign > 0 else -1 if sign < 0 else 0


def compare_eigenvalues(A: Matrix, k: int, B: Matrix, j: int) -> Literal[-1, 0, 1]:
    """Return the sign of lambda_k(A) - lambda_j(B), the largest first, decided exactly, ties included.

    Args:
        A: symmetric, of exact rationals, of shape (n, n).
        k: from 1 to n.
        B: symmetric, of exact rationals, of shape (m, m).
        j: from 1 to m.

    Raises:
        ValueError: a matrix is not square, symmetric and exact, or is empty; there is no such eigenvalue.

    Example:
        >>> compare_eigenvalues([[1, 2], [2, 1]], 2, [[-1]], 1), compare_eigenvalues([[2, 1], [1, 2]], 2, [[2]], 1)
        (0, -1)
    """
    p, q = (_flint_matrix(matrix).charpoly() for matrix in (A, B))
    for name, index, polynomial in (("k", k, p), ("j", j, q)):
        if not 1 <= index <= polynomial.degree():
            raise ValueError(f"{name}={index}: expected an index from 1 to {polynomial.degree()}")
    distinct = _squarefree(p * q)
    lower, upper = _bracket(distinct)
    # (lower, upper] holds lambda_j(B); halve it until no other eigenvalue of A or B is left in it
    while _roots_above(distinct, lower) - _roots_above(distinct, upper) > 1:
        middle = (lower + upper) / 2
        lower, upper = (middle, upper) if _roots_above(q, middle) >= j else (lower, middle)
    if _roots_above(p, upper) >= k:
        return 1
    return 0 if _roots_above(p, lower) >= k else -1


def largest_eigenvalue(matrix: Matrix, bits: int) -> arb:
    """Return a ball that holds lambda_max, certified, of radius at most 2^-bits |lambda_max|; 0 is exact.

    Args:
        matrix: symmetric, of exact rationals, of shape (n, n), n >= 1.
        bits: relative accuracy in bits, at least 1.

    Raises:
        ValueError: the matrix is not square, symmetric and exact, or is empty; bits is below 1.

    Example:
        >>> largest_eigenvalue([[2, 1], [1, 0]], bits=40)  # 1 + sqrt(2)
        [2.41421356237 +/- 3.34e-12]
    """
    if bits < 1:
        raise ValueError(f"bits={bits}: expected at least 1")
    polynomial = _squarefree(_flint_matrix(matrix).charpoly())
    if polynomial[0] == 0 and _roots_at_least(polynomial, fmpq(0)) == 1:
        return arb(0)
    lower, upper = _bracket(polynomial)
    # the interval (lower, upper] leaves 0 out before its length is compared with its smaller end
    while lower * upper <= 0 or (upper - lower) * 2**bits > min(abs(lower), abs(upper)):
        lower, upper = _halved(polynomial, lower, upper)
    with ctx.workprec(bits + 10):
        return arb(lower).union(arb(upper))


def _roots_at_least(polynomial: fmpq_poly, t: fmpq) -> int:
    """Count the roots >= t of a polynomial with real roots only, with multiplicity."""
    shifted = polynomial(fmpq_poly([t, 1])).coeffs()
    zero_roots = next(k for k, coefficient in enumerate(shifted) if coefficient != 0)
    signs = [coefficient > 0 for coefficient in shifted if coefficient != 0]
    return int(zero_roots + sum(a != b for a, b in pairwise(signs)))


def _roots_above(polynomial: fmpq_poly, t: fmpq) -> int:
    """Count the roots > t of a polynomial with real roots only, with multiplicity."""
    signs = [coefficient > 0 for coefficient in polynomial(fmpq_poly([t, 1])).coeffs() if coefficient != 0]
    return int(sum(a != b for a, b in pairwise(signs)))


def _squarefree(polynomial: fmpq_poly) -> fmpq_poly:
    return _quotient(polynomial, polynomial.gcd(polynomial.derivative()))


def _quotient(polynomial: fmpq_poly, divisor: fmpq_poly) -> fmpq_poly:
    quotient, _ = divmod(polynomial, divisor)
    return quotient


def _bracket(polynomial: fmpq_poly) -> tuple[fmpq, fmpq]:
    """Return an interval (lower, upper] that holds the largest root, with dyadic ends: Cauchy's bound."""
    coefficients = polynomial.coeffs()
    bound = 1 + max(abs(coefficient / coefficients[-1]) for coefficient in coefficients[:-1])
    power = fmpq(2) ** int(bound.ceil()).bit_length()
    return -power, power


def _halved(polynomial: fmpq_poly, lower: fmpq, upper: fmpq) -> tuple[fmpq, fmpq]:
    """Halve an interval (lower, upper] that holds the largest root."""
    middle = (lower + upper) / 2
    return (middle, upper) if _roots_above(polynomial, middle) else (lower, middle)


def _flint_matrix(matrix: Matrix) -> fmpq_mat:
    rows = [[_rational(entry) for entry in row] for row in matrix]
    if any(len(row) != len(rows) for row in rows) or not rows:
        raise ValueError(f"matrix ({len(rows)} rows): expected a square matrix with at least one row")
    found = fmpq_mat(rows)
    if found != found.transpose():
        raise ValueError("matrix: expected a symmetric one; give exact rationals, equal across the diagonal")
    return found


def _rational(value: Any) -> fmpq:
    if isinstance(value, fmpq):
        return value
    if isinstance(value, float):
        raise ValueError(f"entry={value}: expected an exact rational; give a Fraction")
    return fmpq(int(value.numerator), int(value.denominator))
