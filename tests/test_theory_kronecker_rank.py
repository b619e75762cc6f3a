"""The ranks of stacked Kronecker products against NumPy's Kronecker product, and as identities of symbols."""

from itertools import product

import numpy as np
import pytest
import sympy

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory.kronecker_rank import crossed_rank, stacked_products_rank, stacked_rank


def of_rank(rng: np.random.Generator, rows: int, columns: int, wanted: int) -> np.ndarray:
    found = rng.integers(-20, 21, (rows, wanted)) @ rng.integers(-20, 21, (wanted, columns))
    assert np.linalg.matrix_rank(found) == wanted
    return found


def exact(*parts: np.ndarray) -> int:
    return rank(np.concatenate(parts).astype(object))


@pytest.mark.parametrize(("a", "b"), list(product(range(3), range(3))))
def test_crossed_products(a: int, b: int) -> None:
    rng = np.random.default_rng([a, b])
    A, B = of_rank(rng, 3, 2, a), of_rank(rng, 2, 4, b)
    found = exact(np.kron(np.eye(4, dtype=int), A), np.kron(B, np.eye(2, dtype=int)))
    assert found == crossed_rank(a, b, 4, 2)


@pytest.mark.parametrize("shared", [0, 1, 2])
def test_products_that_share_rows(shared: int) -> None:
    rng = np.random.default_rng(shared)
    A1, A2 = of_rank(rng, 2, 4, 2), of_rank(rng, 3, 3, 1)
    B = np.concatenate([A1[:shared], of_rank(rng, 1, 4, 1)])
    found = exact(np.kron(A1, A2), np.kron(B, np.eye(3, dtype=int)))
    assert found == stacked_rank(1, 3, shared + 1, 3)
    B2 = np.concatenate([A2[:1], of_rank(rng, 1, 3, 1)])
    found = exact(np.kron(A1, A2), np.kron(B, B2))
    assert found == stacked_products_rank((2, 1), (shared + 1, exact(B2)), (3, exact(A2, B2)))


def test_the_lemmas_are_cases_of_the_general_rank() -> None:
    a, b, q, n, both = sympy.symbols("a b q n c")
    general = stacked_products_rank((q, a), (b, n), (q, n))
    assert sympy.expand(general - crossed_rank(a, b, q, n)) == 0
    assert sympy.expand(stacked_rank(a, q, b, n) - crossed_rank(a, b, q, n)) == 0
    first = sympy.Symbol("a_1")
    general = stacked_products_rank((first, a), (b, n), (both, n))
    assert sympy.expand(general - stacked_rank(a, both, b, n)) == 0
