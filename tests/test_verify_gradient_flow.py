"""Power series of matrices, and the gradient flow of linear networks, against independent routes."""

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import sympy
from flint import fmpq

from eigenlaw.verify.gradient_flow import flow, path, squared_error
from eigenlaw.verify.linear_chains import low_rank, rational_draw
from eigenlaw.verify.matrix_series import determinant, minor, product, rank_to_order, transposed
from eigenlaw.verify.network_hessian import ACTIVATIONS, forward
from eigenlaw.verify.training import descend, glorot, squared_error_gradient, teacher_gradient


def to_sympy(matrix: Any) -> Any:
    return sympy.Matrix([[sympy.Rational(int(e.p), int(e.q)) for e in row] for row in matrix])


def test_products_and_determinants_against_sympy() -> None:
    draw, t = rational_draw(np.random.default_rng(0)), sympy.Symbol("t")
    A, B = ([draw((3, 3)) for _ in range(3)] for _ in range(2))
    left, right = (sum((to_sympy(c) * t**n for n, c in enumerate(s)), sympy.zeros(3)) for s in (A, B))
    whole = (left * right.T).applyfunc(sympy.expand)
    for n, coefficient in enumerate(product(A, transposed(B))):
        assert to_sympy(coefficient) == whole.applyfunc(lambda e, n=n: e.coeff(t, n))
    det = sympy.Poly(sympy.expand(left.det()), t).all_coeffs()[::-1]
    assert [Fraction(int(c.p), int(c.q)) for c in determinant(A)] == [Fraction(int(c.p), int(c.q)) for c in det]
    assert to_sympy([[minor(A[0], 1, 2)]])[0] == to_sympy(A[0]).minor(1, 2)


def test_the_rank_to_an_order_counts_invariant_factors() -> None:
    draw = rational_draw(np.random.default_rng(1))
    U, V = draw((4, 4)), draw((4, 4))
    middle = [np.diag([int(n == v) for v in (0, 1, 1, 3)]).astype(object) for n in range(4)]
    series = [U @ coefficient @ V for coefficient in middle]
    assert [rank_to_order(series[: n + 1]) for n in range(4)] == [1, 3, 3, 4]


def test_the_velocity_is_minus_the_gradient() -> None:
    """Against the derivative of the loss by SymPy, with a symbol for each weight."""
    rng = np.random.default_rng(2)
    draw, widths = rational_draw(rng), (2, 3, 2)
    weights = [draw((above, below)) for below, above in pairwise(widths)]
    X, Y = draw((2, 4)), draw((2, 4))
    rates = [fmpq(1, 2), fmpq(2, 3)]
    series = flow(weights, squared_error(X @ X.T / fmpq(4), Y @ X.T / fmpq(4)), 1, rates)
    symbols = [sympy.Matrix(*w.shape, sympy.symbols(f"w{k}_:{w.size}")) for k, w in enumerate(weights)]
    rest = symbols[1] * symbols[0] * to_sympy(X) - to_sympy(Y)
    loss = sum(entry**2 for entry in rest) / 8
    values = {s: v for S, w in zip(symbols, weights, strict=True) for s, v in zip(S, to_sympy(w), strict=True)}
    for own, S, rate in zip(series, symbols, rates, strict=True):
        slope = S.applyfunc(lambda s: sympy.diff(loss, s).subs(values))
        assert to_sympy(own[1]) == -slope * sympy.Rational(int(rate.p), int(rate.q))


def test_the_series_solves_the_scalar_equation() -> None:
    """Two weights w = v with Ω = w v: w' = −w³, so w = (1 + 2t)^(−1/2)."""
    one = np.array([[fmpq(1)]], dtype=object)
    series = flow([one, one], squared_error(one, 0 * one), 5, [fmpq(1), fmpq(1)])
    t = sympy.Symbol("t")
    wanted = sympy.Poly(sympy.series((1 + 2 * t) ** sympy.Rational(-1, 2), t, 0, 6).removeO(), t).all_coeffs()[::-1]
    assert [to_sympy(c)[0] for c in series[0]] == wanted


def test_a_path_of_omega_is_used_power_by_power() -> None:
    one = np.array([[fmpq(1)]], dtype=object)
    series = flow([one], path([one, 2 * one]), 3, [fmpq(1)])
    assert [int(c[0, 0]) for c in series[0]] == [1, -1, -1, 0]


def test_ranks_grow_from_weights_that_are_not_balanced() -> None:
    draw = rational_draw(np.random.default_rng(5))
    weights = [low_rank(2, 2, 1, draw), low_rank(2, 2, 1, draw)]
    series = flow(weights, path([draw((2, 2)), draw((2, 2))]), 2, [fmpq(1), fmpq(1)])
    assert rank_to_order(series[0][:1]) == 1
    assert rank_to_order(series[0]) == 2


def test_the_gradients_of_training_agree() -> None:
    rng = np.random.default_rng(6)
    X, T = rng.standard_normal((20, 4)), rng.standard_normal((2, 4))
    weights = glorot((4, 3, 3, 2), rng)
    by_sigma = teacher_gradient(X.T @ X / 20, T)(weights)
    by_samples = squared_error_gradient(X, X @ T.T, ACTIVATIONS["linear"])(weights)
    for one, other in zip(by_sigma, by_samples, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_descent_lowers_the_loss_of_a_relu_network() -> None:
    rng = np.random.default_rng(7)
    X, Y = rng.standard_normal((12, 5)), rng.standard_normal((12, 2))
    relu = ACTIVATIONS["relu"]
    found = descend(glorot((5, 8, 2), rng), squared_error_gradient(X, Y, relu), 0.05, [0, 10, 200])
    errors = [float(((forward(weights, X, relu).outputs - Y) ** 2).sum()) for weights in found.values()]
    assert list(found) == [0, 10, 200]
    assert errors[0] > errors[1] > errors[2]
