"""Exact ranks: over the rationals, and modulo a random prime of 61 bits, which never exceeds the rational rank."""

from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat, fmpz, nmod, nmod_mat
from numpy.typing import NDArray

BITS = 61
DIRECT = 8
"""The inner size from which on a product goes through FLINT."""
Array = NDArray[Any]


def random_prime(rng: np.random.Generator, bits: int = BITS) -> int:
    """Return a prime, uniform among those of so many bits.

    Example:
        >>> random_prime(np.random.default_rng(0)).bit_length()
        61
    """
    while True:
        candidate = int(rng.integers(2 ** (bits - 1), 2**bits)) | 1
        if fmpz(candidate).is_prime():
            return candidate


def residue(value: Any, prime: int) -> Any:
    """Return an int, a rational or a residue as an element of F_p.

    Raises:
        TypeError: the value is a float.
        ZeroDivisionError: the prime divides the denominator.

    Example:
        >>> residue(Fraction(1, 2), 7)
        4
    """
    if isinstance(value, nmod):
        return value
    if isinstance(value, float):
        raise TypeError(f"value={value}: expected an exact number; a float has no residue")
    if isinstance(value, fmpq):
        return nmod(int(value.p), prime) / nmod(int(value.q), prime)
    fraction = Fraction(value)
    return nmod(int(fraction.numerator), prime) / nmod(int(fraction.denominator), prime)


def residues(matrix: Array, prime: int) -> Array:
    """Return an array of exact numbers as one of elements of F_p (dtype object), of the same shape."""
    flat = np.empty(matrix.size, dtype=object)
    flat[:] = [residue(value, prime) for value in matrix.ravel()]
    return flat.reshape(matrix.shape)


def rank(matrix: Array) -> int:
    """Return the rank of a matrix of exact numbers of one kind: over Q, or over F_p if some are ``flint.nmod``.

    The rank modulo a prime is at most that of a rational matrix with these residues.

    Args:
        matrix: array of two axes, dtype object, of ints, ``Fraction``, ``flint.fmpq`` or ``flint.nmod``.

    Raises:
        TypeError: an entry is a float.

    Example:
        >>> rank(np.array([[1, 2], [2, 4]], dtype=object))
        1
    """
    return int(_flint(matrix, _modulus(matrix)).rank()) if matrix.size else 0


def row_space(matrix: Array) -> Array:
    """Return a basis of the space that the rows of a matrix span, one a row.

    Raises:
        TypeError: an entry is a float.

    Example:
        >>> row_space(np.array([[1, 2], [2, 4]], dtype=object)).tolist()
        [[1, 2]]
    """
    if not matrix.size:
        return matrix[:0]
    reduced, found = _flint(matrix, _modulus(matrix)).rref()
    return _array(reduced)[:found]


def multiply(first: Array, second: Array) -> Array:
    """Return the product of two matrices of exact numbers of one kind, through FLINT where it is long.

    Over Q, a long product has entries of ``flint.fmpq``.

    Raises:
        TypeError: an entry is a float.

    Example:
        >>> a = np.array([[1, Fraction(1, 2)]], dtype=object)
        >>> multiply(a, a.T).tolist()
        [[Fraction(5, 4)]]
    """
    if first.shape[1] < DIRECT:
        return np.asarray(first @ second)
    modulus = _modulus(first) or _modulus(second)
    return _array(_flint(first, modulus) * _flint(second, modulus))


def missed_rank(rank: int, degree: int, prime: int) -> Fraction:
    """Return a bound on the chance that a random point of F_p has a lower rank than the generic one.

    A minor of that size, of entries of the degree, is a polynomial of degree rank × degree that is not zero; at a point
    uniform in F_p it vanishes with a chance of at most its degree over p (Schwartz and Zippel).

    Example:
        >>> float(missed_rank(1000, 6, 2**61 - 1)) < 1e-14
        True
    """
    return Fraction(rank * degree, prime)


def _modulus(matrix: Array) -> int:
    """Return the modulus of the first entry that has one, or 0."""
    return next((int(entry.modulus()) for entry in matrix.ravel() if isinstance(entry, nmod)), 0)


def _flint(matrix: Array, modulus: int) -> Any:
    """Return a matrix of FLINT, which refuses floats and residues modulo another number."""
    entries = matrix.ravel().tolist()
    entries = [fmpq(entry.numerator, entry.denominator) if isinstance(entry, Fraction) else entry for entry in entries]
    return nmod_mat(*matrix.shape, entries, modulus) if modulus else fmpq_mat(*matrix.shape, entries)


def _array(matrix: Any) -> Array:
    flat = np.empty(matrix.nrows() * matrix.ncols(), dtype=object)
    flat[:] = matrix.entries()
    return flat.reshape(matrix.nrows(), matrix.ncols())
