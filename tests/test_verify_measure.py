"""Measurements on networks against brute force, finite differences, known networks and exact averages."""

import tracemalloc
from fractions import Fraction
from functools import partial
from typing import Any, get_args

import numpy as np
import pytest
from scipy import special

from eigenlaw.verify import measure
from eigenlaw.verify.averages import mean_product, mean_tangent_kernel, polynomial_derivative
from eigenlaw.verify.data import rational_unit_vectors, unit_vectors, with_gram
from eigenlaw.verify.measure import Output, Quantity, jacobian, preactivation_covariance, tangent_kernel
from eigenlaw.verify.networks import (
    Architecture,
    HyperParameters,
    Parameters,
    forward,
    measure_networks,
    rational_parameters,
    sample_parameters,
    split_parameters,
)

Array = np.ndarray[Any, Any]
HYPER = HyperParameters(0.7, 0.3, 1.6, 0.2)
EXACT = HyperParameters(Fraction(9, 16), Fraction(1, 4), Fraction(4, 9), Fraction(1, 9))


def relu(x: Any) -> Any:
    return np.where(x < 0, 0, x)


def cubic(x: Any) -> Any:
    return x**3 - 2 * x**2 + Fraction(1, 3) * x + 1 if x.dtype == object else x**3 - 2 * x**2 + x / 3 + 1


def gelu(x: Any) -> Any:
    return x * (1 + special.erf(x / np.sqrt(2.0))) / 2


@pytest.mark.parametrize("phi", [relu, cubic])
@pytest.mark.parametrize("widths", [(2, 1, 1), (3, 4, 1), (2, 1, 4, 1), (2, 4, 1, 1, 1)])
@pytest.mark.parametrize("output_bias", [True, False])
def test_kernel_is_jacobian_times_transpose_exactly(phi: Any, widths: tuple[int, ...], output_bias: bool) -> None:
    rng = np.random.default_rng(20)
    parameters = rational_parameters(Architecture(widths), rng, count=2)
    X = rational_unit_vectors(rng, n=4, d=widths[0], duplicates=1, antipodes=1)
    for layer in (None, *range(1, len(widths))):
        for of in get_args(Output):
            J = jacobian(parameters, EXACT, phi, X, layer, of, output_bias=output_bias)
            kernel = tangent_kernel(parameters, EXACT, phi, X, layer, of, output_bias=output_bias)
            assert (J @ J.swapaxes(1, 2) == kernel).all()
            assert all(isinstance(entry, int | Fraction) for entry in kernel.flat)
            assert (kernel[:, 0] == kernel[:, 2]).all()  # the duplicate


@pytest.mark.parametrize("phi", [np.tanh, gelu, relu, lambda x: np.exp(-x * x / 2)])
@pytest.mark.parametrize("widths", [(3, 5, 1), (2, 3, 4, 1)])
@pytest.mark.parametrize("output_bias", [True, False])
def test_jacobian_and_kernel_by_finite_differences_of_the_network(
    phi: Any, widths: tuple[int, ...], output_bias: bool
) -> None:
    rng = np.random.default_rng(21)
    architecture, step = Architecture(widths), 1e-6
    theta, X = rng.standard_normal(architecture.size), unit_vectors(rng, 3, widths[0])

    def outputs(rows: Array) -> Array:
        found = forward(split_parameters(rows, architecture), HYPER, phi, X, output_bias=output_bias)
        return found.preactivations[-1][:, :, 0]

    steps = step * np.eye(architecture.size)
    expected = ((outputs(theta + steps) - outputs(theta - steps)) / (2 * step)).T
    parameters = split_parameters(theta[None], architecture)
    J = jacobian(parameters, HYPER, phi, X, output_bias=output_bias)[0]
    np.testing.assert_allclose(J, expected, rtol=1e-7, atol=1e-8)
    kernel = tangent_kernel(parameters, HYPER, phi, X, output_bias=output_bias)[0]
    np.testing.assert_allclose(kernel, J @ J.T, rtol=1e-13)


def test_known_network() -> None:
    # f(x) = sigma_w v (gamma_w w x + gamma_b b)^2 + sigma_b beta at x = 1: all five derivatives by hand
    w, b, v, beta = 0.5, -1.5, 2.0, 0.3
    parameters = Parameters((np.full((1, 1, 1), w), np.full((1, 1, 1), v)), (np.full((1, 1), b), np.full((1, 1), beta)))
    gw, gb, sw, sb = (np.sqrt(value) for value in (0.7, 0.3, 1.6, 0.2))
    g = gw * w + gb * b
    expected = [sw * v * 2 * g * gw, sw * v * 2 * g * gb, sw * g * g, sb]
    one = np.ones((1, 1))
    np.testing.assert_allclose(jacobian(parameters, HYPER, lambda x: x * x, one)[0, 0], expected, rtol=1e-14)
    kernel = tangent_kernel(parameters, HYPER, lambda x: x * x, one)
    np.testing.assert_allclose(kernel[0, 0, 0], sum(entry**2 for entry in expected), rtol=1e-14)


def test_deep_linear_network() -> None:
    # f(x) = sigma_w^2 gamma_w u v w x / 1 in widths (1, 1, 1, 1): three products of two weights
    u, v, w, x = 0.5, -2.0, 3.0, 1.5
    weights = tuple(np.full((1, 1, 1), value) for value in (u, v, w))
    parameters = Parameters(weights, (np.zeros((1, 1)),) * 3)
    hyper = HyperParameters(2.0, 0.0, 3.0, 0.0)
    kernel = tangent_kernel(parameters, hyper, lambda x: x, np.full((1, 1), x))
    np.testing.assert_allclose(kernel[0, 0, 0], 2 * 9 * x * x * ((v * w) ** 2 + (u * w) ** 2 + (u * v) ** 2))


def within(samples: Array, exact: Array, relative: float = 0.01) -> tuple[bool, bool]:
    """Whether the mean of the samples is within 5 standard errors of the exact mean; whether these are small."""
    error = samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    return bool((np.abs(samples.mean(axis=0) - exact) <= 5 * error).all()), bool((error <= relative * abs(exact)).all())


@pytest.mark.parametrize("output_bias", [True, False])
def test_sampled_kernel_of_a_polynomial_has_the_exact_mean(output_bias: bool) -> None:
    coefficients = (Fraction(1, 2), Fraction(1), Fraction(-1, 3))
    hyper = HyperParameters(Fraction(3, 4), Fraction(1, 4), Fraction(3, 2), Fraction(1, 5))
    gram = np.array([[1.0, 0.6], [0.6, 1.0]])
    X = with_gram(gram)

    def phi(x: Any) -> Any:
        return 0.5 + x - x * x / 3

    samples = measure_networks(
        lambda p: tangent_kernel(p, hyper, phi, X, output_bias=output_bias),
        Architecture((2, 10, 1)),
        np.random.default_rng(22),
        count=40_000,
    )
    kappa = [float(k) for k in mean_tangent_kernel(coefficients, hyper, output_bias=output_bias)]
    assert within(samples, np.polynomial.polynomial.polyval(gram, kappa)) == (True, True)
    for p in range(len(kappa)):  # one coefficient wrong by a tenth of the whole is seen
        wrong = [k + 0.1 * sum(kappa) * (j == p) for j, k in enumerate(kappa)]
        assert within(samples, np.polynomial.polynomial.polyval(gram, wrong))[0] is False


def test_sampled_products_have_the_exact_mean() -> None:
    coefficients = (Fraction(1, 2), Fraction(1), Fraction(-1, 3))
    hyper = HyperParameters(Fraction(3, 4), Fraction(1, 4), Fraction(3, 2), Fraction(1, 5))
    gram = np.array([[1.0, 0.8], [0.8, 1.0]])
    X = with_gram(gram)

    def phi(x: Any) -> Any:
        return 0.5 + x - x * x / 3

    slope, one = polynomial_derivative(coefficients), (Fraction(0), Fraction(1))
    quantities: list[tuple[Quantity, tuple[Fraction, ...]]] = [
        ("preactivation", mean_product(one, one, hyper)),
        ("activation", mean_product(coefficients, coefficients, hyper)),
        ("derivative", mean_product(slope, slope, hyper)),
    ]
    for of, exact in quantities:
        samples = measure_networks(
            partial(preactivation_covariance, hyper=hyper, phi=phi, X=X, layer=1, of=of),
            Architecture((2, 10, 1)),
            np.random.default_rng(23),
            count=20_000,
        )
        expected = np.polynomial.polynomial.polyval(gram, [float(k) for k in exact])
        assert within(samples, expected) == (True, True)
        assert within(samples, 1.1 * expected)[0] is False


@pytest.mark.parametrize("layer", [1, 2, 3])
def test_products_are_those_of_the_forward_pass(layer: int) -> None:
    rng = np.random.default_rng(24)
    parameters, X = sample_parameters(Architecture((3, 5, 4, 1)), rng, count=3), unit_vectors(rng, 4, 3)
    g = forward(parameters, HYPER, np.tanh, X).preactivations[layer - 1]
    quantities: list[tuple[Quantity, Array]] = [("preactivation", g), ("activation", np.tanh(g))]
    for of, q in [*quantities, ("derivative", 1 / np.cosh(g) ** 2)]:
        first = preactivation_covariance(parameters, HYPER, np.tanh, X, layer, of, neurons="first")
        np.testing.assert_allclose(first, q[:, :, None, 0] * q[:, None, :, 0], rtol=1e-12)
        mean = preactivation_covariance(parameters, HYPER, np.tanh, X, layer, of)
        expected = np.stack([[[np.mean(a * b) for b in network] for a in network] for network in q])
        np.testing.assert_allclose(mean, expected, rtol=1e-12)
    without = preactivation_covariance(parameters, HYPER, np.tanh, X, 3, output_bias=False)
    bias = np.sqrt(0.2) * parameters.biases[2][:, None, :]
    h = forward(parameters, HYPER, np.tanh, X).preactivations[2] - bias
    np.testing.assert_allclose(without, h @ h.swapaxes(1, 2), rtol=1e-12)


def test_chunks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(25)
    parameters, X = sample_parameters(Architecture((3, 5, 4, 1)), rng, count=7), unit_vectors(rng, 4, 3)
    for function in (tangent_kernel, preactivation_covariance):
        whole = function(parameters, HYPER, np.tanh, X)
        with monkeypatch.context() as patch:
            patch.setattr(measure, "_CHUNK", 41)
            np.testing.assert_allclose(function(parameters, HYPER, np.tanh, X), whole, rtol=1e-13)


def test_memory_stays_small() -> None:
    X, architecture = unit_vectors(np.random.default_rng(0), 4, 3), Architecture((3, 1000, 1))
    tracemalloc.start()
    measure_networks(lambda p: tangent_kernel(p, HYPER, gelu, X), architecture, np.random.default_rng(0), count=500)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6


@pytest.mark.parametrize("layer", [0, 3, -1])
def test_layers_that_do_not_exist_are_refused(layer: int) -> None:
    parameters = sample_parameters(Architecture((2, 3, 1)), np.random.default_rng(0), count=1)
    for function in (tangent_kernel, preactivation_covariance, jacobian):
        with pytest.raises(ValueError, match=f"layer={layer}"):
            function(parameters, HYPER, np.tanh, np.eye(2), layer)
