"""Initialisations over Q: what defines each of them holds exactly, and modulo a prime they are the residues."""

from itertools import pairwise

import numpy as np
import pytest

from eigenlaw.numerics.ranks import rank, residues
from eigenlaw.verify.linear_chains import identity
from eigenlaw.verify.rational_weights import INITIALISATIONS, Initialisation, initial_weights, orthogonal

PRIME = 2**61 - 1
SHAPES = [(2, 2, 2), (3, 5, 2, 4), (1, 3, 1, 2), (4, 3, 3, 3, 1)]


def weights(name: Initialisation, widths: tuple[int, ...], seed: int = 0, prime: int | None = None) -> list[np.ndarray]:
    return list(initial_weights(name, widths, np.random.default_rng(seed), prime))


@pytest.mark.parametrize("size", [1, 2, 5])
def test_orthogonal_matrices_are_orthogonal_and_not_diagonal(size: int) -> None:
    Q = orthogonal(size, np.random.default_rng(size))
    assert (identity(size) == Q.T @ Q).all()
    assert sum(entry != 0 for entry in Q.ravel()) == size * size


@pytest.mark.parametrize("widths", SHAPES)
def test_orthogonal_weights_have_orthonormal_rows_or_columns(widths: tuple[int, ...]) -> None:
    for W in weights("orthogonal", widths):
        least = min(W.shape)
        assert ((W @ W.T if W.shape[0] == least else W.T @ W) == identity(least)).all()


@pytest.mark.parametrize("widths", SHAPES)
def test_balanced_weights_are_balanced_and_of_the_rank_of_the_narrowest_layer(widths: tuple[int, ...]) -> None:
    found = weights("balanced", widths)
    assert all((above.T @ above == below @ below.T).all() for below, above in pairwise(found))
    assert [rank(W) for W in found] == [min(widths)] * len(found)
    others = weights("uniform", widths)
    assert not all((above.T @ above == below @ below.T).all() for below, above in pairwise(others))


@pytest.mark.parametrize("name", INITIALISATIONS)
def test_residues_are_those_of_the_rational_weights(name: Initialisation) -> None:
    for exact, modular in zip(weights(name, (3, 4, 2)), weights(name, (3, 4, 2), prime=PRIME), strict=True):
        assert (residues(exact, PRIME) == modular).all()
        assert exact.shape == modular.shape
    assert not (weights(name, (3, 4, 2))[0] == weights(name, (3, 4, 2), seed=1)[0]).all()


def test_sizes_of_random_entries() -> None:
    uniform, gaussian = (np.array(weights(name, (100, 50))[0], dtype=float) for name in ("uniform", "gaussian"))
    assert 0.99 < np.abs(uniform).max() <= 1
    assert 0.3 < (uniform**2).mean() < 0.37
    assert 0.0095 < (gaussian**2).mean() < 0.0105
