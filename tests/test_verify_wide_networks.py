"""Networks of the Fisher information paper and their Grams: by hand, parameter by parameter, and in full."""

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_mat, fmpq_poly

from eigenlaw.verify.germs import Place, coefficient, outputs_along
from eigenlaw.verify.metric_grams import (
    centred_gram,
    feature_gradients,
    feature_gram,
    gradient_gram,
    output_block,
    softmax,
    softmax_gram,
)
from eigenlaw.verify.parameter_metrics import (
    feature_gradient,
    mean_outer_products,
    parameter_blocks,
    parameter_gradients,
)
from eigenlaw.verify.wide_networks import (
    Signals,
    WideParameters,
    layer_widths,
    propagate,
    rational_array,
    rational_network,
    sample_inputs,
    sample_network,
)

Function = Callable[[Any], Any]


def bend(x: Any) -> Any:
    return np.where(np.less(x, 0), x * Fraction(-1, 3) if x.dtype == object else x / -3, x)


EXACT: dict[str, Function] = {"square": lambda x: x * x - x, "cube": lambda x: x**3, "bend": bend}


def tiny(name: str, widths: Sequence[int], samples: int = 3) -> tuple[WideParameters, Any, Signals]:
    rng = np.random.default_rng([len(widths), *widths])
    network = rational_network(widths, rng, denominator=7)
    X = rational_array((samples, widths[0]), rng, denominator=11)
    return network, X, propagate(network, EXACT[name], X)


def by_hand(network: WideParameters, phis: Sequence[Function], x: Any) -> tuple[list[Any], list[Any]]:
    """h^0, …, h^{L−1}, and f, entry by entry."""
    h, out = [list(x)], []
    for layer, (W, b) in enumerate(zip(network.weights, network.biases, strict=True)):
        u = [sum(W[i, j] * h[-1][j] for j in range(W.shape[1])) + b[i] for i in range(W.shape[0])]
        out = u
        if layer + 1 < network.layers:
            h.append([phis[layer](entry) for entry in u])
    return h, out


def test_the_signals_are_equations_1_and_2() -> None:
    rng = np.random.default_rng(0)
    network = sample_network((3, 4, 2, 5, 2), (2.0, 1.0, 3.0, 1.0), (0.1, 0.0, 0.5, 1.0), rng)
    X = sample_inputs(3, 3, rng)
    found = propagate(network, [np.tanh, np.sin, np.exp], X)
    for t in range(3):
        h, out = by_hand(network, [math.tanh, math.sin, math.exp], X[t])
        for layer, expected in enumerate(h):
            np.testing.assert_allclose(found.h[layer][t], expected, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(found.outputs[t], out, rtol=1e-12)


def test_rational_networks_stay_rational() -> None:
    network, X, found = tiny("square", (2, 3, 2, 2))
    h, out = by_hand(network, [lambda u: u * u - u] * 2, X[1])
    assert found.outputs[1].tolist() == out
    assert [part[1].tolist() for part in found.h] == h
    arrays = [*found.h, *found.delta, found.outputs]
    assert all(isinstance(entry, Fraction) for array in arrays for entry in array.ravel())


def test_stacked_networks_are_the_single_ones() -> None:
    rng = np.random.default_rng(3)
    stack = sample_network((2, 3, 4, 2), (1.0, 2.0, 1.0), (0.2, 0.0, 0.1), rng, 3)
    X = sample_inputs(5, 2, rng, 3)
    whole = propagate(stack, np.tanh, X)
    for n in range(3):
        one = WideParameters(tuple(W[n] for W in stack.weights), tuple(b[n] for b in stack.biases))
        single = propagate(one, np.tanh, X[n])
        np.testing.assert_allclose(whole.outputs[n], single.outputs, rtol=1e-12)
        for many, alone in zip((*whole.h, *whole.delta), (*single.h, *single.delta), strict=True):
            np.testing.assert_allclose(many[n], alone, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(gradient_gram(whole)[n], gradient_gram(single), rtol=1e-10)


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize("widths", [(1, 2, 1), (2, 2, 3, 2)])
def test_gradients_are_those_of_the_outputs_moved_along_each_parameter(name: str, widths: tuple[int, ...]) -> None:
    network, X, found = tiny(name, widths)
    phi, columns = [EXACT[name]] * (network.layers - 1), []
    places: list[tuple[Place, Any]] = []
    for layer, (W, b) in enumerate(zip(network.weights, network.biases, strict=True), start=1):
        places += [(("W", layer), W), (("b", layer), b)]
    for place, array in places:
        for index in np.ndindex(array.shape):
            v = np.full(array.shape, Fraction(0), dtype=object)
            v[index] = Fraction(1)
            columns.append(coefficient(outputs_along(network, phi, X, {place: v}), 1).T)
    assert np.array_equal(parameter_gradients(found), np.stack(columns, axis=2))


def test_gradients_of_floats_are_difference_quotients() -> None:
    rng, step = np.random.default_rng(5), 1e-5
    network = sample_network((3, 4, 3, 2), (2.0, 1.0, 1.0), (0.3, 0.1, 0.0), rng)
    X = sample_inputs(4, 3, rng)
    found = propagate(network, np.tanh, X)
    gradients = parameter_gradients(found)
    place = 0
    for arrays in zip(network.weights, network.biases, strict=True):
        for array in arrays:
            for index in np.ndindex(array.shape):
                kept = array[index]
                array[index] = kept + step
                above = propagate(network, np.tanh, X).outputs
                array[index] = kept - step
                below = propagate(network, np.tanh, X).outputs
                array[index] = kept
                np.testing.assert_allclose(gradients[:, :, place], (above - below).T / (2 * step), atol=1e-8)
                place += 1
    assert place == gradients.shape[2]
    shifted = propagate(network, np.tanh, X + step * np.eye(3)[1]).outputs - found.outputs
    np.testing.assert_allclose(feature_gradient(found, network)[:, :, 1], shifted.T / step, atol=1e-3)


# the P × P matrix and the CT × CT dual


def charpoly(matrix: Any) -> fmpq_poly:
    return fmpq_mat([[fmpq(e.numerator, e.denominator) for e in row] for row in matrix]).charpoly()


def same_spectrum(large: Any, small: Any) -> bool:
    """Whether two exact matrices have the same eigenvalues, but for zeros."""
    x = fmpq_poly([0, 1])
    return bool(charpoly(large) * x ** len(small) == charpoly(small) * x ** len(large))


@pytest.mark.parametrize("name", EXACT)
@pytest.mark.parametrize(("widths", "samples"), [((1, 2, 2), 3), ((2, 2, 1, 2), 2), ((2, 2, 2, 1), 4)])
def test_metrics_and_their_duals_have_one_spectrum_exactly(name: str, widths: tuple[int, ...], samples: int) -> None:
    network, _, found = tiny(name, widths, samples)
    gradients = parameter_gradients(found)
    F, gram = mean_outer_products(gradients), gradient_gram(found)
    assert same_spectrum(F.sum(axis=0), gram / samples)
    assert not same_spectrum(F.sum(axis=0), gradient_gram(found, biases=0) / samples)
    for k in range(widths[-1]):
        assert same_spectrum(F[k], output_block(gram, widths[-1], k) / samples)
    for layer, (weights, biases) in enumerate(parameter_blocks(tuple(widths)), start=1):
        part = slice(weights.start, biases.stop)
        assert same_spectrum(F.sum(axis=0)[part, part], gradient_gram(found, [layer]) / samples)
    centred = gradients - gradients.sum(axis=1, keepdims=True) / samples
    assert same_spectrum(mean_outer_products(centred).sum(axis=0), centred_gram(gram, widths[-1]) / samples)
    A = mean_outer_products(feature_gradient(found, network)).sum(axis=0)
    assert same_spectrum(A, feature_gram(found, network) / samples)
    size = widths[0]
    assert same_spectrum(A[:size, :size], feature_gram(found, network, [0]) / samples)


def test_factors_scale_the_gradients() -> None:
    _, _, found = tiny("square", (2, 3, 2, 2))
    weights, biases = [Fraction(2), Fraction(1, 3), Fraction(5)], [Fraction(0), Fraction(7), Fraction(1, 2)]
    gradients = parameter_gradients(found)
    expected = 0 * gradient_gram(found)
    for (w, b), factor, other in zip(parameter_blocks((2, 3, 2, 2)), weights, biases, strict=True):
        for part, scale in ((w, factor), (b, other)):
            rows = gradients[:, :, part].reshape(len(expected), -1)
            expected = expected + scale * (rows @ rows.T)
    assert np.array_equal(gradient_gram(found, weights=weights, biases=biases), expected)


def test_the_spectra_agree_in_floats_and_with_the_softmax() -> None:
    rng = np.random.default_rng(8)
    network = sample_network((3, 4, 2, 3), (2.0, 2.0, 1.0), (0.3, 0.1, 0.2), rng)
    found = propagate(network, np.tanh, sample_inputs(4, 3, rng))
    gradients, gram = parameter_gradients(found), gradient_gram(found)
    size = len(gram)

    def top(matrix: Any) -> Any:
        return np.sort(np.linalg.eigvalsh(matrix))[::-1][:size]

    np.testing.assert_allclose(top(mean_outer_products(gradients).sum(axis=0)), top(gram / 4), atol=1e-12)
    g = softmax(found.outputs)
    np.testing.assert_allclose(g.sum(axis=1), 1)
    cross = np.zeros((gradients.shape[2],) * 2)
    for t in range(4):
        Q = np.diag(g[t]) - np.outer(g[t], g[t])
        cross += gradients[:, t].T @ Q @ gradients[:, t] / 4
    np.testing.assert_allclose(top(cross), top(softmax_gram(gram, g) / 4), atol=1e-12)


def test_feature_gradients_are_the_derivatives_by_the_signals() -> None:
    network, X, found = tiny("cube", (2, 2, 3, 2), 2)
    for layer, width in enumerate((2, 2, 3)):
        expected = feature_gradients(found, network, layer).reshape(2, 2, width)
        for i in range(width):
            unit = np.array([Fraction(int(i == j)) for j in range(width)], dtype=object)
            moved = outputs_along(network, [EXACT["cube"]] * 2, X, {("h", layer): unit})
            assert np.array_equal(coefficient(moved, 1).T, expected[:, :, i])


# (4)–(6)


def test_the_ensemble_has_the_variances_of_equations_4_to_6() -> None:
    rng, count = np.random.default_rng(1), 20000
    widths = layer_widths([1, 2, Fraction(1, 2)], 4, 3)
    assert widths == (4, 8, 2, 3)
    network = sample_network(widths, (2.0, 3.0, 0.5), (0.3, 0.0, 1.0), rng, count)
    for (fan_in, fan_out), W, b, weight, bias in zip(
        pairwise(widths), network.weights, network.biases, (2.0, 3.0, 0.5), (0.3, 0.0, 1.0), strict=True
    ):
        assert W.shape == (count, fan_out, fan_in)
        for array, variance in ((W, weight / fan_in), (b, bias)):
            error = 6 / math.sqrt(array.size)
            assert abs(array.mean()) <= error * math.sqrt(variance)
            assert abs(array.var() - variance) <= error * math.sqrt(2) * variance
            assert abs((array**4).mean() - 3 * variance**2) <= error * 10 * variance**2
    X = sample_inputs(5, 4, rng, count)
    assert abs(X.var() - 1) <= 6 * math.sqrt(2 / X.size)
    assert abs((X[:, 0] * X[:, 1]).mean()) <= 6 / math.sqrt(count * 4)


def test_what_does_not_fit_is_refused() -> None:
    rng = np.random.default_rng(0)
    network = sample_network((2, 3, 1), (1.0, 1.0), (0.0, 0.0), rng)
    for X, phi in ((np.zeros((1, 3)), np.tanh), (np.zeros(2), np.tanh), (np.zeros((1, 2)), [np.tanh] * 2)):
        with pytest.raises(ValueError, match="expected them to fit"):
            propagate(network, phi, X)
    for width in (3, 0):
        with pytest.raises(ValueError, match="positive integer"):
            layer_widths([1, Fraction(1, 2)], width, 1)
