"""Multiplicities of eigenvalues against matrices that are built with them."""

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq

from eigenlaw.verify.plateaus import blocks, distinct, multiplicities, plateaus, zeros
from eigenlaw.verify.rational_weights import orthogonal


def built(values: list[int], draw: int) -> np.ndarray:
    turn = orthogonal(len(values), np.random.default_rng(draw))
    return np.asarray((turn * np.array([fmpq(value) for value in values], dtype=object)) @ turn.T)


@pytest.mark.parametrize("values", [[3], [2, 2, 2], [5, 5, -1, 0, 0], [1, 2, 3, 4]])
def test_built_spectra_are_found(values: list[int]) -> None:
    found = multiplicities(built(values, 1))
    assert found == {(fmpq(-value), fmpq(1)): values.count(value) for value in values}
    assert zeros(built(values, 1)) == values.count(0)


def test_irrational_eigenvalues_count_by_their_number() -> None:
    matrix = np.kron(np.eye(3, dtype=int), np.array([[1, 1], [1, 2]])).astype(object)
    (one,) = plateaus(matrix, least=3)
    assert len(one[0]) == 3
    assert one[1] == 3
    assert distinct([one]) == 2
    assert plateaus(matrix, least=4) == []


def test_hidden_blocks_share_eigenvalues() -> None:
    matrix = np.array([[0, 0, 2, 0], [0, 2, 0, 0], [2, 0, 0, 0], [0, 0, 0, 0]], dtype=object)
    assert blocks(matrix) == [[0, 2], [1], [3]]
    assert multiplicities(matrix) == {(-2, 1): 2, (2, 1): 1, (0, 1): 1}
    assert distinct(plateaus(matrix)) == 2


def test_fractions_are_exact() -> None:
    matrix = np.array([[Fraction(1, 3), 0], [0, Fraction(1, 3)]], dtype=object)
    assert multiplicities(matrix) == {(fmpq(-1, 3), fmpq(1)): 2}
