"""The entries of gradient and Hessian blocks, evaluated on integers, against NumPy's Kronecker products."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy
from flint import fmpq

from eigenlaw.theory.hessian_blocks import functional_block, outer_block, reduced_parameters, weight_gradient
from eigenlaw.verify.formula import evaluate

RNG = np.random.default_rng(0)
W = [RNG.integers(-4, 5, shape) for shape in ((2, 3), (2, 2), (3, 2))]
X, DELTA = RNG.integers(-3, 4, (3, 2)), RNG.integers(-3, 4, (3, 2))
METRICS = [np.eye(3, dtype=int), np.array([[2, 1, 0], [1, 3, -1], [0, -1, 4]])]


def chain(above: int, below: int, size: int) -> np.ndarray:
    found = np.eye(size, dtype=int)
    for layer in range(below, above + 1):
        found = W[layer - 1] @ found
    return found


UP = {layer: chain(3, layer + 1, W[layer - 1].shape[0]) for layer in (1, 2, 3)}
DOWN = {layer: chain(layer - 1, 1, 3) for layer in (1, 2, 3)}


def at(array: np.ndarray) -> Callable[..., Any]:
    return lambda *place: fmpq(int(array[tuple(index - 1 for index in place)]))


def block(tree: Any, k: int, m: int, **more: Any) -> np.ndarray:
    given = {
        "up": lambda layer, *place: at(UP[layer])(*place),
        "down": lambda layer, *place: at(DOWN[layer])(*place),
        **more,
    }
    rows, columns = W[k - 1].shape, W[m - 1].shape
    return np.array(
        [
            [evaluate(tree, {"k": k, "l": m, "i": i + 1, "j": j + 1, "a": a + 1, "b": b + 1, "K": 3, "D": 3, **given})
             for a, b in np.ndindex(columns)]
            for i, j in np.ndindex(rows)
        ]
    )  # fmt: skip


@pytest.mark.parametrize(("k", "m"), [(1, 1), (1, 3), (2, 3), (3, 1)])
def test_the_outer_block_is_a_sum_of_kronecker_products(k: int, m: int) -> None:
    found = block(outer_block(), k, m, S=at(np.array(METRICS)), x=at(X.T), N=2)
    expected = sum(
        np.kron(UP[k].T @ S @ UP[m], DOWN[k] @ np.outer(x, x) @ DOWN[m].T) for S, x in zip(METRICS, X.T, strict=True)
    )
    assert (2 * found == expected).all()


@pytest.mark.parametrize(("k", "m"), [(1, 2), (1, 3), (2, 3)])
def test_the_functional_block_is_the_mixed_difference_of_the_pairing(k: int, m: int) -> None:
    omega = DELTA @ X.T
    between = chain(m - 1, k + 1, W[k - 1].shape[0])
    found = block(functional_block(), k, m, Omega=at(omega), between=lambda _, __, b, i: at(between)(b, i))

    def pairing(i: int, a: int) -> Any:
        weights = [matrix.copy() for matrix in W]
        weights[k - 1].ravel()[i] += 1
        if a >= 0:
            weights[m - 1].ravel()[a] += 1
        return np.trace(omega.T @ weights[2] @ weights[1] @ weights[0])

    base = [matrix.copy() for matrix in W]
    for i in range(W[k - 1].size):
        for a in range(W[m - 1].size):
            alone = [matrix.copy() for matrix in base]
            alone[m - 1].ravel()[a] += 1
            other = np.trace(omega.T @ alone[2] @ alone[1] @ alone[0])
            zero = np.trace(omega.T @ base[2] @ base[1] @ base[0])
            assert found[i, a] == pairing(i, a) - pairing(i, -1) - other + zero


def test_the_gradient_has_the_slope_of_its_own_layer() -> None:
    free = {str(symbol) for symbol in weight_gradient().free_symbols if isinstance(symbol, sympy.Symbol)}
    assert {"Lambda", "J", "delta", "F"} <= free
    values = {"J": lambda k, c, i: k + 10 * c + 100 * i, "Lambda": lambda k, i: 7, "F": lambda k, j: k + j}
    found = evaluate(weight_gradient(), {"k": 2, "i": 1, "j": 3, "K": 2, "delta": lambda c: c, **values})
    assert found == 7 * (113 + 2 * 123) * 4


def test_dropping_inputs_drops_columns_of_the_first_layer() -> None:
    for d, M, r in ((5, 4, 3), (2, 1, 1), (4, 2, 4)):
        assert reduced_parameters(M * d + 3 * M, M, r, d) == M * r + 3 * M
