"""The rank laws of a piecewise linear hidden layer against ranks of Jacobians that are written down in floats."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from eigenlaw.theory import piecewise_linear_rank as law
from eigenlaw.theory.hessian_rank import outer_rank_of_products

Array = np.ndarray


def relu_jacobian(V: Array, W: Array, X: Array) -> Array:
    """The derivatives of W max(V x, 0) at the rows of X, of shape (N K, p)."""
    gates = (X @ V.T > 0).astype(float)
    hidden = np.maximum(X @ V.T, 0)
    inner = np.einsum("km,nm,nj->nkmj", W, gates, X)
    outer = np.einsum("kc,nm->nkcm", np.eye(len(W)), hidden)
    return np.concatenate([part.reshape(len(X) * len(W), -1) for part in (inner, outer)], axis=1)


@pytest.mark.parametrize(("r", "M", "K"), [(1, 1, 1), (2, 3, 2), (3, 2, 4), (3, 4, 1)])
def test_many_samples_and_directions_attain_the_bound(r: int, M: int, K: int) -> None:
    rng = np.random.default_rng([r, M, K])
    V, W = rng.standard_normal((M, r)), rng.standard_normal((K, M))
    J = relu_jacobian(V, W, rng.standard_normal((40 * M * r, r)))
    assert np.linalg.matrix_rank(J) == law.outer_rank(M, r, K)


def test_opposite_neurons_miss_the_bound_and_parallel_ones_follow_their_own_law() -> None:
    rng = np.random.default_rng(1)
    r, K = 3, 2
    V, X = rng.standard_normal((2, r)), rng.standard_normal((300, r))
    W = rng.standard_normal((K, 4))
    crossed = np.linalg.matrix_rank(relu_jacobian(np.concatenate([V, -V]), W[:1], X))
    assert crossed == law.all_gates_rank(2, 1, r) < law.outer_rank(4, r, 1)
    doubled = np.concatenate([V, 2 * V])
    expected = sum(law.same_gates_rank(r, K, 2, 1) for _ in range(2))
    assert np.linalg.matrix_rank(relu_jacobian(doubled, W, X)) == expected < law.outer_rank(4, r, K)


@pytest.mark.parametrize("opposite", [0, 1])
def test_the_span_of_all_gated_inputs(opposite: int) -> None:
    rng = np.random.default_rng(2)
    V, X = rng.standard_normal((3, 2)), rng.standard_normal((400, 2))
    V = np.concatenate([V, -V[:1]]) if opposite else V
    stacked = np.concatenate([X.T * gates for gates in (X @ V.T > 0).T])
    assert np.linalg.matrix_rank(stacked) == law.all_gates_rank(3, opposite, 2)


def test_one_linear_group_is_a_deep_linear_network() -> None:
    for r, M, K in product(range(1, 5), repeat=3):
        products = law.same_gates_rank(r, K, min(M, K), min(M, r))
        assert products == outer_rank_of_products([r, min(M, r)], [min(M, K), K])


def test_the_chance_of_full_rank_is_that_of_coins() -> None:
    for N, r in ((1, 1), (4, 2), (6, 3), (5, 4), (2, 3)):
        heads = sum(sum(coins) >= r for coins in product((0, 1), repeat=N))
        assert law.full_rank_chance(N, r) == Fraction(heads, 2**N)


def test_the_bounds_do_not_add_up_to_the_rank_of_the_sum() -> None:
    for M, r, K in product(range(1, 4), repeat=3):
        assert law.functional_rank(min(r, K)) * M == law.functional_rank_bound(M, r, K)
        assert law.loss_rank(M, r, K) < law.outer_rank(M, r, K) + law.functional_rank_bound(M, r, K)
