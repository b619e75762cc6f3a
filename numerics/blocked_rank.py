"""The rank of a large matrix modulo a prime of 30 bits, by block elimination in products of floats that are exact.

A factor is split into two limbs of 15 bits, low + 2^15 high, and the other one, b, joined by 2^15 b modulo the prime: a
product of 64 columns is then a sum of 128 products below 2^45, which a float64 holds without rounding.
"""

from typing import Any

import numpy as np
from flint import nmod_mat
from numpy.typing import NDArray

BITS = 30
LIMB = 2.0**15
BLOCK = 64
STRIP = 64
"""Rows that are updated at a time, so that they stay in the cache."""
Floats = NDArray[np.float64]


def blocked_rank(matrix: NDArray[Any], prime: int, rng: np.random.Generator) -> int:
    """Return the rank of an integer matrix modulo a prime: never more, less with a chance of about 128/p in each block.

    Args:
        matrix: array of two axes, of an integer dtype.
        prime: a prime below 2^30, as of ``random_prime(rng, 30)``.
        rng: the source of the order of rows and columns, and of their mixtures where a block is short of pivots.

    Raises:
        TypeError: the entries are not integers.
        ValueError: the prime is too large.

    Example:
        >>> blocked_rank(np.outer(np.arange(50), np.arange(50)), 2**29 - 3, np.random.default_rng(0))
        1
    """
    if not np.issubdtype(matrix.dtype, np.integer):
        raise TypeError(f"matrix.dtype={matrix.dtype}: expected integers; a float has no exact rank")
    if prime >= 2**BITS:
        raise ValueError(f"prime={prime}: expected one below 2^{BITS}")
    rest = (matrix % prime).astype(np.float64)
    rest = rest[rng.permutation(rest.shape[0])][:, rng.permutation(rest.shape[1])]
    found = 0
    while rest.size:
        size = min(BLOCK, *rest.shape)
        inverse, rows, columns = _pivots(rest[:size, :size], prime)
        if 2 * len(rows) < size:
            if not _reduce(rest, prime).any():
                return found
            _mix(rest, size, prime, rng)
            _mix(rest.T, size, prime, rng)
            inverse, rows, columns = _pivots(rest[:size, :size], prime)
        count = len(rows)
        if count == 0:
            return found
        if count < size:
            rest[:size] = rest[rows + _others(rows, size)]
            rest[:, :size] = rest[:, columns + _others(columns, size)]
        found += count
        across = np.zeros((count, rest.shape[1] - count))
        _subtract_product(across, prime - inverse, _reduce(rest[:count, count:], prime), prime)
        below, rest = _reduce(rest[count:, :count], prime), rest[count:, count:]
        _subtract_product(rest, below, _reduce(across, prime), prime)
    return found


def _pivots(block: Floats, prime: int) -> tuple[Floats, list[int], list[int]]:
    """Return rows and columns of a largest invertible part of a square block, and its inverse."""
    matrix = _flint(_reduce(block, prime), prime)
    rows = columns = list(range(len(block)))
    try:
        inverse = matrix.inv()
    except ZeroDivisionError:
        rows, columns = _pivot_columns(matrix.transpose()), _pivot_columns(matrix)
        inverse = _flint(block[np.ix_(rows, columns)], prime).inv()
    entries = np.array([int(entry) for entry in inverse.entries()], dtype=np.float64)
    return entries.reshape(len(rows), len(rows)), rows, columns


def _pivot_columns(matrix: Any) -> list[int]:
    reduced, rank = matrix.rref()
    return [next(place for place, entry in enumerate(row) if entry != 0) for row in reduced.tolist()[:rank]]


def _flint(block: Floats, prime: int) -> Any:
    return nmod_mat(*block.shape, block.astype(np.int64).ravel().tolist(), prime)


def _others(chosen: list[int], size: int) -> list[int]:
    return [place for place in range(size) if place not in chosen]


def _mix(matrix: Floats, size: int, prime: int, rng: np.random.Generator) -> None:
    """Add random multiples of all other rows to the first ones, in place."""
    for start in range(size, len(matrix), BLOCK):
        part = matrix[start : start + BLOCK]
        _subtract_product(matrix[:size], rng.integers(0, prime, (size, len(part))), _reduce(part, prime), prime)


def _reduce(matrix: Floats, prime: int) -> Floats:
    """Bring integers of at most 2^52 to 0 … p − 1 in place, and return them."""
    matrix -= np.floor(matrix * (1 / prime)) * prime
    matrix += prime * (matrix < 0)  # a quotient just below an integer, or just above, may have been rounded across it
    matrix -= prime * (matrix >= prime)
    return matrix


def _subtract_product(matrix: Floats, first: NDArray[Any], second: Floats, prime: int) -> None:
    """Subtract a product of residues, the first of at most 64 columns, in place, to −p … 2p."""
    high = np.floor(first / LIMB)
    left = np.concatenate([first - LIMB * high, high], axis=1)
    right = np.concatenate([second, _reduce(LIMB * second, prime)])
    buffer = np.empty((min(STRIP, len(matrix)), matrix.shape[1]))
    for start in range(0, len(matrix), STRIP):
        part = matrix[start : start + STRIP]
        product = buffer[: len(part)]
        np.matmul(left[start : start + STRIP], right, out=product)
        part -= product
        np.multiply(part, 1 / prime, out=product)
        np.floor(product, out=product)
        product *= prime
        part -= product
