"""Jets against SymPy's derivatives, and the analytic Hessian of linear networks against the jets."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from flint import fmpq

from eigenlaw.numerics.ranks import random_prime
from eigenlaw.verify.chain_hessians import functional_hessian, jacobian, residual_covariance, sampled_outer_hessian
from eigenlaw.verify.linear_chains import LinearNetwork, random_network, rational_draw, residue_draw
from eigenlaw.verify.second_derivatives import (
    Jet,
    compose,
    exponential,
    gradient,
    hessian,
    logarithm,
    propagate,
    variables,
    with_variables,
)

x, y = sympy.symbols("x y", real=True)
POINT = {x: sympy.Rational(3, 2), y: sympy.Rational(-1, 3)}


@pytest.mark.parametrize(
    "expression",
    [
        lambda x, y: x * y**2 - 3 * x + 1,
        lambda x, y: x / (1 + y**2),
        lambda x, y: (x - y) ** 3 / (x * y),
        lambda x, y: 2 - x / 4 + 1 / y,
        lambda x, y: x**2 * abs(y),
        lambda x, y: -(1 - x) * (y - 1),
    ],
)
def test_jets_have_sympys_derivatives(expression: Callable[..., Any]) -> None:
    def number(value: sympy.Rational) -> fmpq:
        return fmpq(int(value.p), int(value.q))

    jets = variables([number(POINT[x]), number(POINT[y])])
    found = expression(*jets)
    tree = expression(x, y)
    assert found.value == number(tree.subs(POINT))
    assert found.slope.tolist() == [number(sympy.diff(tree, u).subs(POINT)) for u in (x, y)]
    second = [[number(sympy.diff(tree, u, v).subs(POINT)) for v in (x, y)] for u in (x, y)]
    assert found.curvature.tolist() == second
    first_only = expression(*variables([number(value) for value in POINT.values()], order=1))
    assert first_only.curvature is None
    assert first_only.slope.tolist() == found.slope.tolist()


def test_exponentials_and_logarithms_of_symbols() -> None:
    """The Hessian of log(1 + e^{xy}), on SymPy symbols, is SymPy's."""
    jets = variables([x, y])
    found = logarithm(exponential(jets[0] * jets[1], sympy.exp(x * y)) + 1)
    tree = sympy.log(1 + sympy.exp(x * y))
    difference = np.array(sympy.hessian(tree, (x, y))) - found.curvature
    assert [sympy.simplify(entry) for entry in difference.ravel()] == [0] * 4


def test_a_kink_is_left_to_the_side_of_the_first_variable() -> None:
    for signs, slope in (((-1, 1), 0), ((1, -1), 1)):
        u = Jet(fmpq(0), np.array(signs, dtype=object))
        found = np.where(np.array([u]) < 0, np.array([0 * u]), np.array([u]))[0]
        assert found.slope.tolist() == [slope * sign for sign in signs]
    a, b = variables([fmpq(0), fmpq(0)])
    assert (a * a > 0, a > b, b - a < 0, a == b, a - a == 0) == (True, True, True, False, True)


def test_composition_is_by_given_derivatives() -> None:
    a, b = variables([Fraction(2), Fraction(5)])
    assert (hessian(compose(a * b, 100, 20, 2), 2) == hessian((a * b) ** 2, 2)).all()


@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("field", ["Q", "p"])
@pytest.mark.parametrize("widths", [(1, 1, 1), (3, 2, 2), (2, 1, 3, 2), (2, 2, 1, 2, 1)])
def test_the_blocks_of_a_linear_network_are_second_derivatives(widths: tuple[int, ...], field: str, bias: bool) -> None:
    rng = np.random.default_rng([len(widths), *widths, bias])
    draw = rational_draw(rng) if field == "Q" else residue_draw(rng, random_prime(rng))
    network, K, N = random_network(widths, draw, bias=bias), widths[-1], 3
    X, Y, root = draw((widths[0], N)), draw((K, N)), draw((K, K))
    layers = list(network.weights)
    if bias:
        pairs = zip(network.weights, network.biases, strict=True)
        layers = [np.concatenate([weight, b[:, None]], axis=1) for weight, b in pairs]
    jets, p = with_variables(layers), sum(layer.size for layer in layers)
    outputs = [propagate(jets, inputs)[-1] for inputs in X.T]
    # ℓ = (F − y)ᵀ R Rᵀ (F − y), so that ∂ℓ = 2 R Rᵀ (F − y) and ∂²ℓ = 2 R Rᵀ
    loss = sum(((root.T @ (F - target)) ** 2).sum() for F, target in zip(outputs, Y.T, strict=True))
    metric = 2 * root @ root.T
    residuals = metric @ (network.outputs(X) - Y)
    outer = sampled_outer_hessian(network, X, np.array([metric] * N))
    functional = functional_hessian(network, residual_covariance(network, X, residuals))
    assert (hessian(loss, p) == outer + functional).all()
    found = np.array([[gradient(z, p) for z in F] for F in outputs])
    assert (found.transpose(2, 0, 1) == jacobian(network, X)).all()


def test_the_whole_hessian_of_a_tiny_network_in_symbols() -> None:
    """Widths 1, 2, 1 under squared error: every entry is SymPy's second derivative."""
    a, b, c, d = parameters = sympy.symbols("a b c d")
    layers = [np.array([[a], [b]], dtype=object), np.array([[c, d]], dtype=object)]
    loss = (propagate(with_variables(layers), np.array([x], dtype=object))[-1][0] - y) ** 2 / 2
    tree = ((c * a + d * b) * x - y) ** 2 / 2
    found = np.array(sympy.hessian(tree, parameters)) - hessian(loss, 4)
    assert [sympy.expand(entry) for entry in found.ravel()] == [0] * 16
    network = LinearNetwork(tuple(layers))
    X, residual = np.array([[x]], dtype=object), np.array([[(c * a + d * b) * x - y]], dtype=object)
    analytic = functional_hessian(network, residual_covariance(network, X, residual))
    one = np.array([[[sympy.Integer(1)]]], dtype=object)
    analytic = analytic + sampled_outer_hessian(network, X, one)
    assert [sympy.expand(entry) for entry in (analytic - hessian(loss, 4)).ravel()] == [0] * 16


def test_activations_layers_and_constants() -> None:
    square = [lambda u: u * u]
    layers = [np.array([[fmpq(2)]]), np.array([[fmpq(3)]])]
    chosen = propagate(with_variables(layers, [1]), np.array([fmpq(1)]), square)[-1][0]
    assert (chosen.value, gradient(chosen, 1).tolist(), hessian(chosen, 1).tolist()) == (12, [4], [[0]])
    both = propagate(with_variables(layers), np.array([fmpq(1)]), square * 2)[-1][0]  # (3 (2 x)²)²
    assert (both.value, gradient(both, 2).tolist()) == (144, [288, 96])
    assert gradient(fmpq(1), 2).tolist() == [0, 0]
    assert hessian(variables([1], order=1)[0], 1).tolist() == [[0]]
