"""Exact ranks and products over Q and modulo a prime, against determinants, planted ranks and each other."""

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpz, nmod

from eigenlaw.numerics.blocked_rank import blocked_rank
from eigenlaw.numerics.ranks import missed_rank, multiply, random_prime, rank, residue, residues, row_space

PRIME = 2**61 - 1
SMALL = 2**29 - 3


def planted(rng: np.random.Generator, rows: int, columns: int, size: int) -> Any:
    """A matrix of small integers whose rank is known: unit triangular factors around a partial identity."""
    left = np.tril(rng.integers(-3, 4, (rows, rows)), -1) + np.eye(rows, dtype=int)
    right = np.triu(rng.integers(-3, 4, (columns, columns)), 1) + np.eye(columns, dtype=int)
    middle = np.eye(rows, columns, dtype=int)
    middle[size:] = 0
    return left.astype(object) @ middle @ right


@pytest.mark.parametrize(("rows", "columns", "size"), [(1, 1, 1), (4, 6, 3), (7, 5, 5), (6, 6, 0), (20, 20, 13)])
def test_a_planted_rank_is_found_in_every_kind_of_number(rows: int, columns: int, size: int) -> None:
    integers = planted(np.random.default_rng(size), rows, columns, size)
    thirds = np.array([[Fraction(entry, 3) for entry in row] for row in integers], dtype=object)
    for matrix in (
        integers,
        thirds,
        integers * fmpq(2, 7),
        residues(integers, PRIME),
        residues(thirds, PRIME),
        integers.T,
    ):
        assert rank(matrix) == size
        assert len(row_space(matrix)) == size


def test_an_empty_matrix_has_rank_zero() -> None:
    for shape in ((0, 0), (0, 3), (3, 0)):
        assert rank(np.zeros(shape, dtype=object)) == 0
        assert row_space(np.zeros(shape, dtype=object)).shape == (0, shape[1])


def test_the_rank_modulo_a_prime_falls_where_the_prime_divides_the_minors() -> None:
    matrix = np.array([[1, 2], [3, 13]], dtype=object)  # determinant 7
    assert rank(matrix) == 2
    assert rank(residues(matrix, 7)) == 1
    assert blocked_rank(matrix.astype(int), 7, np.random.default_rng(0)) == 1


def test_floats_and_foreign_residues_are_refused() -> None:
    for entry in (0.5, np.float64(1), 2.0):
        with pytest.raises(TypeError, match="float"):
            rank(np.array([[1, entry]], dtype=object))
        with pytest.raises(TypeError, match="float"):
            rank(np.array([[nmod(1, 7), entry]], dtype=object))
        with pytest.raises(TypeError, match="float"):
            residue(entry, 7)
        with pytest.raises(TypeError, match="float"):
            blocked_rank(np.array([[entry]]), SMALL, np.random.default_rng(0))
    with pytest.raises(ValueError, match="different n"):
        rank(np.array([[nmod(1, 7), nmod(1, 11)]], dtype=object))
    with pytest.raises(ValueError, match="prime="):
        blocked_rank(np.eye(2, dtype=int), 2**30 + 3, np.random.default_rng(0))


def test_a_residue_is_the_quotient_in_the_field() -> None:
    values: tuple[Any, ...] = (5, -5, np.int64(12), Fraction(-3, 4), fmpq(7, 9), nmod(3, 101))
    for value in values:
        found = residue(value, 101)
        assert int(found.modulus()) == 101
        if not isinstance(value, nmod):
            fraction = Fraction(int(value.p), int(value.q)) if isinstance(value, fmpq) else Fraction(value)
            assert found * int(fraction.denominator) == int(fraction.numerator)
    with pytest.raises(ZeroDivisionError):
        residue(Fraction(1, 101), 101)


@pytest.mark.parametrize("inner", [1, 7, 8, 30])
def test_products_are_those_of_the_definition(inner: int) -> None:
    rng = np.random.default_rng(inner)
    first, second = rng.integers(-99, 100, (5, inner)).astype(object), rng.integers(-99, 100, (inner, 4)).astype(object)
    expected = first @ second
    assert (multiply(first, second) == expected).all()
    assert (multiply(first * fmpq(1, 3), second) * 3 == expected).all()
    assert (multiply(residues(first, PRIME), second) == residues(expected, PRIME)).all()
    assert (multiply(first, residues(second, PRIME)) == residues(expected, PRIME)).all()
    assert multiply(first[:0], second).shape == (0, 4)


def test_the_rows_span_the_same_space_as_their_basis() -> None:
    matrix = planted(np.random.default_rng(3), 6, 5, 3)
    basis = row_space(matrix)
    assert rank(np.concatenate([matrix, basis])) == len(basis) == 3


@pytest.mark.parametrize("bits", [30, 61])
def test_a_random_prime_is_a_prime_of_the_wanted_size(bits: int) -> None:
    rng = np.random.default_rng(bits)
    primes = {random_prime(rng, bits) for _ in range(50)}
    assert len(primes) == 50
    assert all(fmpz(prime).is_prime() and prime.bit_length() == bits for prime in primes)


def test_the_bound_on_missed_ranks_holds_for_every_point_of_a_small_field() -> None:
    """det [[x, y], [z, w]] vanishes at p³ + p² − p of the p⁴ points."""
    for prime in (3, 5, 7):
        points = np.array(np.meshgrid(*[range(prime)] * 4)).reshape(4, -1)
        misses = int(((points[0] * points[3] - points[1] * points[2]) % prime == 0).sum())
        assert misses == prime**3 + prime**2 - prime
        assert Fraction(misses, prime**4) <= missed_rank(2, 1, prime) < 2 * Fraction(misses, prime**4)


@pytest.mark.parametrize(
    ("rows", "columns", "size"),
    [(1, 1, 1), (5, 9, 4), (31, 33, 31), (64, 64, 64), (100, 70, 70), (90, 130, 33), (150, 150, 1), (120, 120, 0)],
)
def test_block_elimination_finds_planted_ranks(rows: int, columns: int, size: int) -> None:
    rng = np.random.default_rng(rows + size)
    for prime in (SMALL, random_prime(rng, 30), random_prime(rng, 20)):
        left, right = rng.integers(0, prime, (rows, size)), rng.integers(0, prime, (size, columns))
        product = (
            left.astype(object) @ right.astype(object) if size else np.zeros((rows, columns), dtype=object)
        ) % prime
        assert blocked_rank(product.astype(np.int64), prime, rng) == size
        assert size == 0 or rank(residues(product, prime)) == size


def test_block_elimination_takes_matrices_with_few_entries() -> None:
    """Where blocks are short of pivots: permutations, one dense corner, zero diagonal blocks, negative entries."""
    rng = np.random.default_rng(0)
    permutation = np.eye(200, dtype=int)[rng.permutation(200)]
    assert blocked_rank(permutation, SMALL, rng) == 200
    assert blocked_rank(permutation[:, :77], SMALL, rng) == 77
    corner = np.zeros((200, 200), dtype=int)
    corner[-70:, -70:] = rng.integers(-9, 10, (70, 70))
    corner[-1] = corner[-2]
    assert blocked_rank(corner, SMALL, rng) == rank(corner.astype(object)) == 69
    wings = np.zeros((180, 180), dtype=int)
    wings[:40, 40:] = rng.integers(-9, 10, (40, 140))
    assert blocked_rank(wings + wings.T, SMALL, rng) == 80


@pytest.mark.parametrize("seed", range(6))
def test_block_elimination_of_sparse_matrices_of_low_rank(seed: int) -> None:
    """Blocks of low rank between zeros, as in Hessians, where only some of the pivots of a block are there."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(150, 250))
    matrix = np.zeros((size, size), dtype=int)
    for _ in range(6):
        rows, columns = np.sort(rng.integers(0, size, (2, 2)), axis=1)
        inner = int(rng.integers(1, 30))
        left = rng.integers(-9, 10, (rows[1] - rows[0], inner))
        matrix[slice(*rows), slice(*columns)] = left @ rng.integers(-9, 10, (inner, columns[1] - columns[0]))
    matrix += matrix.T
    assert 0 < rank(matrix.astype(object)) < size
    assert blocked_rank(matrix, random_prime(rng, 30), rng) == rank(matrix.astype(object))


def test_exact_products_of_the_largest_residues() -> None:
    """All entries p − 1: one ulp lost in a product would leave a rank above one."""
    for prime in (SMALL, 2**30 - 35):
        ones = np.full((300, 300), prime - 1)
        ones[:, 0] = 1
        assert blocked_rank(ones, prime, np.random.default_rng(1)) == 1
        full = ones - np.eye(300, dtype=int)
        assert blocked_rank(full, prime, np.random.default_rng(1)) == rank(residues(full.astype(object), prime)) == 300
