"""Finite networks against a plain restatement of equation (1), entry by entry."""

import ast
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eigenlaw import verify
from eigenlaw.verify.networks import (
    Architecture,
    HyperParameters,
    Parameters,
    forward,
    measure_networks,
    rational_parameters,
    sample_parameters,
    square_root,
)

HYPER = HyperParameters(0.7, 0.3, 1.6, 0.2)


def by_hand(parameters: Parameters, k: int, x: Any, hyper: HyperParameters, output_bias: bool) -> list[list[float]]:
    """Return g^(1), g^(2), ... of network k at x with phi = tanh, in plain Python."""
    f, layers = [float(entry) for entry in x], []
    for index, (W, b) in enumerate(zip(parameters.weights, parameters.biases, strict=True)):
        m, d = W[k].shape
        w_factor = math.sqrt(hyper.gamma_w2 if index == 0 else hyper.sigma_w2 / d)
        b_factor = math.sqrt(hyper.gamma_b2 if index == 0 else hyper.sigma_b2)
        if index == parameters.layers - 1 and not output_bias:
            b_factor = 0.0
        g = [w_factor * sum(W[k, i, j] * f[j] for j in range(d)) + b_factor * b[k, i] for i in range(m)]
        layers.append(g)
        f = [math.tanh(entry) for entry in g]
    return layers


@pytest.mark.parametrize("widths", [(3, 5, 1), (1, 1, 1), (2, 4, 3, 1), (4, 2, 1, 3, 1)])
@pytest.mark.parametrize("output_bias", [True, False])
def test_forward_is_equation_1(widths: tuple[int, ...], output_bias: bool) -> None:
    rng = np.random.default_rng(10)
    parameters = sample_parameters(Architecture(widths), rng, count=3)
    X = rng.standard_normal((4, widths[0]))
    found = forward(parameters, HYPER, np.tanh, X, slopes=True, output_bias=output_bias)
    for k in range(3):
        for i in range(4):
            expected = by_hand(parameters, k, X[i], HYPER, output_bias)
            for layer, g in enumerate(expected):
                np.testing.assert_allclose(found.preactivations[layer][k, i], g, rtol=1e-12, atol=1e-14)
                last = layer == len(expected) - 1
                np.testing.assert_allclose(found.activations[layer][k, i], g if last else np.tanh(g), rtol=1e-12)
                slope = np.ones(1) if last else 1 / np.cosh(np.array(g)) ** 2
                np.testing.assert_allclose(found.slopes[layer][k, i], slope, rtol=1e-12)


def test_forward_stops_where_it_is_told() -> None:
    parameters = sample_parameters(Architecture((2, 3, 4, 1)), np.random.default_rng(0), count=2)
    X = np.eye(2)
    whole = forward(parameters, HYPER, np.tanh, X)
    part = forward(parameters, HYPER, np.tanh, X, layers=2, output_bias=False)
    assert len(part.preactivations) == 2
    assert whole.slopes == ()
    np.testing.assert_array_equal(part.activations[1], whole.activations[1])
    assert forward(parameters, HYPER, np.tanh, X, layers=0).activations == ()


def test_rational_forward_agrees_with_floats_and_stays_exact() -> None:
    rng = np.random.default_rng(11)
    hyper = HyperParameters(Fraction(9, 16), Fraction(1, 4), Fraction(4), Fraction(1, 9))
    parameters = rational_parameters(Architecture((2, 4, 1, 1)), rng, count=2)
    X = np.array([[Fraction(3, 5), Fraction(4, 5)], [Fraction(-1), Fraction(0)]], dtype=object)
    exact = forward(parameters, hyper, lambda x: np.where(x < 0, 0, x * x), X)
    floats = Parameters(
        tuple(W.astype(float) for W in parameters.weights), tuple(b.astype(float) for b in parameters.biases)
    )
    rounded = forward(floats, hyper, lambda x: np.where(x < 0, 0, x * x), X.astype(float))
    for g, h in zip(exact.preactivations, rounded.preactivations, strict=True):
        assert all(isinstance(entry, int | Fraction) for entry in g.flat)
        np.testing.assert_allclose(g.astype(float), h, rtol=1e-13, atol=1e-13)
    # one neuron by hand
    W, b = parameters.weights[0][1, 2], parameters.biases[0][1, 2]
    assert exact.preactivations[0][1, 0, 2] == Fraction(3, 4) * (W[0] * X[0, 0] + W[1] * X[0, 1]) + Fraction(1, 2) * b


def test_parameters_are_standard_normal_and_independent() -> None:
    draws = sample_parameters(Architecture((2, 2, 1)), np.random.default_rng(12), count=40_000)
    rows = flat(draws)
    assert rows.shape[1] == Architecture((2, 2, 1)).size == 9
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=0.025)  # 5 standard errors
    np.testing.assert_allclose(rows.T @ rows / 40_000, np.eye(9), atol=0.036)
    np.testing.assert_allclose((rows**4).mean(axis=0), 3, atol=0.25)


def flat(parameters: Parameters) -> np.ndarray[Any, Any]:
    arrays = (*parameters.weights, *parameters.biases)
    return np.concatenate([array.reshape(parameters.count, -1) for array in arrays], axis=1)


def test_draws_do_not_depend_on_the_chunks() -> None:
    architecture = Architecture((3, 2, 1))
    whole = flat(sample_parameters(architecture, np.random.default_rng(5), count=10))
    for chunk in (None, 1, 3, 10, 20):
        found = measure_networks(flat, architecture, np.random.default_rng(5), count=10, chunk=chunk)
        np.testing.assert_array_equal(found, whole)


def test_part_and_shapes() -> None:
    parameters = sample_parameters(Architecture((3, 2, 1)), np.random.default_rng(5), count=6)
    part = parameters.part(2, 4)
    assert (part.count, part.layers, part.exact) == (2, 2, False)
    assert part.architecture == Architecture((3, 2, 1))
    np.testing.assert_array_equal(part.weights[0], parameters.weights[0][2:4])


@pytest.mark.parametrize("widths", [(3, 1), (0, 2, 1), (2, 2, 2), ()])
def test_impossible_architectures_are_refused(widths: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="widths="):
        Architecture(widths)


@pytest.mark.parametrize("value", [-1, math.nan, math.inf, Fraction(-1, 2)])
def test_impossible_variances_are_refused(value: float) -> None:
    with pytest.raises(ValueError, match="sigma_w2="):
        HyperParameters(1, 0, value, 0)


def test_unusable_inputs_are_refused() -> None:
    rng = np.random.default_rng(0)
    exact = rational_parameters(Architecture((2, 2, 1)), rng, count=1)
    one = np.array([[Fraction(1), Fraction(0)]], dtype=object)
    with pytest.raises(ValueError, match="shape"):
        forward(exact, HYPER, np.tanh, one[:, :1])
    with pytest.raises(ValueError, match="dtype"):
        forward(exact, HYPER, np.tanh, one.astype(float))
    with pytest.raises(ValueError, match="give a Fraction"):
        forward(exact, HYPER, lambda x: x, one)
    with pytest.raises(ValueError, match="variance=1/2"):
        forward(exact, HyperParameters(Fraction(1), Fraction(1), Fraction(1), Fraction(1)), lambda x: x, one)
    assert square_root(Fraction(0)) == 0


@pytest.mark.parametrize("name", ["networks", "measure", "dual_numbers", "data", "averages", "spectra"])
def test_what_measures_a_network_knows_no_theory(name: str) -> None:
    tree = ast.parse((Path(verify.__path__[0]) / f"{name}.py").read_text(encoding="utf-8"))
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    allowed = {"numpy", "flint", "math", "collections", "dataclasses", "fractions", "itertools", "typing"}
    own = {f"eigenlaw.verify.{other}" for other in ("networks", "dual_numbers")}
    assert {
        module for module in modules if module and module not in own and module.split(".")[0] not in allowed
    } == set()
