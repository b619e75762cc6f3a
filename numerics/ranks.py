"""Exact ranks: over the rationals, and modulo a random prime of 61 bits, which never exceeds the rational rank."""

from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat, fmpz, nmod, nmod_mat
from numpy.typing import NDArray

BITS = 61
Array = NDArray[Any]


def random_prime(rng: np.random.Generator) -> int:
    """Return a prime, uniform among those of 61 bits.

    Example:
        >>> random_prime(np.random.default_rng(0)).bit_length()
        61
    """
    while True:
        candidate = int(rng.integers(2 ** (BITS - 1), 2**BITS)) | 1
        if fmpz(candidate).is_prime():
            return candidate


def residue(value: Any, prime: int) -> Any:
    """Return an int, a rational or a residue as an element of F_p.

    Raises:
        ZeroDivisionError: the prime divides the denominator.

    Example:
        >>> residue(Fraction(1, 2), 7)
        4
    """
    if isinstance(value, nmod):
        return value
    if isinstance(value, int | np.integer):
        return nmod(int(value), prime)
    if isinstance(value, fmpq):
        return nmod(int(value.p), prime) / nmod(int(value.q), prime)
    fraction = Fraction(value)
    return nmod(fraction.numerator, prime) / nmod(fraction.denominator, prime)


def residues(matrix: Array, prime: int) -> Array:
    """Return an array of exact numbers as one of elements of F_p (dtype object), of the same shape."""
    flat = np.empty(matrix.size, dtype=object)
    flat[:] = [residue(value, prime) for value in matrix.ravel()]
    return flat.reshape(matrix.shape)


def rank(matrix: Array) -> int:
    """Return the rank of a matrix of exact numbers of one kind: over Q, or over F_p if the entries are ``flint.nmod``.

    The rank modulo a prime is at most that of a rational matrix with these residues.

    Args:
        matrix: array of two axes, dtype object, of ints, ``Fraction``, ``flint.fmpq`` or ``flint.nmod``.

    Raises:
        TypeError: an entry is a float.

    Example:
        >>> rank(np.array([[1, 2], [2, 4]], dtype=object))
        1
    """
    rows, columns = matrix.shape
    if rows == 0 or columns == 0:
        return 0
    entries = list(matrix.ravel())
    modular = next((entry for entry in entries if isinstance(entry, nmod)), None)
    if modular is not None:
        return int(nmod_mat(rows, columns, [int(entry) for entry in entries], int(modular.modulus())).rank())
    return int(fmpq_mat(rows, columns, [_rational(entry) for entry in entries]).rank())


def missed_rank(rank: int, degree: int, prime: int) -> Fraction:
    """Return a bound on the chance that a random point of F_p has a lower rank than the generic one.

    A minor of that size, of entries of the degree, is a polynomial of degree rank × degree that is not zero; at a point
    uniform in F_p it vanishes with a chance of at most its degree over p (Schwartz and Zippel).

    Example:
        >>> float(missed_rank(1000, 6, 2**61 - 1)) < 1e-14
        True
    """
    return Fraction(rank * degree, prime)


def _rational(entry: Any) -> Any:
    if isinstance(entry, float):
        raise TypeError(f"entry={entry}: expected exact numbers; a float has no exact rank")
    return fmpq(entry.numerator, entry.denominator) if isinstance(entry, Fraction) else fmpq(entry)
