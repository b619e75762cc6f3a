"""Tangent kernels in the standard parametrisation, dense and convolutional, against differences in every parameter."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from eigenlaw.verify.convolution import (
    ConvolutionParameters,
    convolution_parameters,
    convolution_tangent_kernel,
)
from eigenlaw.verify.standard_networks import (
    StandardParameters,
    default_parameters,
    first_layer,
    standard_tangent_kernel,
    uniform,
)

Array = np.ndarray[Any, np.dtype[np.float64]]


def relu(x: Any) -> Any:
    return np.where(x > 0, x, 0 * x)


def kernel_by_differences(f: Callable[[list[Array]], Array], parameters: list[Array]) -> Array:
    """Central differences in every parameter."""
    step, rows = 1e-6, []
    for which, array in enumerate(parameters):
        for place in np.ndindex(array.shape):
            outputs = []
            for sign in (1, -1):
                moved = [a.copy() for a in parameters]
                moved[which][place] += sign * step
                outputs.append(f(moved))
            rows.append((outputs[0] - outputs[1]) / (2 * step))
    J = np.array(rows)
    return np.asarray(J.T @ J)


@pytest.mark.parametrize("phi", [np.tanh, relu, lambda x: x])
@pytest.mark.parametrize("hidden", [(5,), (4, 3), (3, 4, 2, 3)])
def test_the_dense_kernel(phi: Any, hidden: tuple[int, ...]) -> None:
    rng = np.random.default_rng(len(hidden))
    X = rng.standard_normal((4, 3))
    p = default_parameters((3, *hidden, 1), rng)

    def output(arrays: list[Array]) -> Array:
        f = X
        for layer in range(len(hidden) + 1):
            g = f @ arrays[2 * layer].T + arrays[2 * layer + 1]
            f = phi(g) if layer < len(hidden) else g
        return f[:, 0]

    arrays = [array for pair in zip(p.weights, p.biases, strict=True) for array in pair]
    found = standard_tangent_kernel(p, phi, first_layer(p, X))
    np.testing.assert_allclose(found, kernel_by_differences(output, arrays), rtol=1e-6, atol=1e-8)


def convolve(f: Array, weight: Array, bias: Array) -> Array:
    """Cross-correlation without padding, written out."""
    n, _, height, width = f.shape
    k = weight.shape[2]
    g = np.empty((n, len(weight), height - k + 1, width - k + 1))
    for i in range(g.shape[2]):
        for j in range(g.shape[3]):
            window = f[:, :, i : i + k, j : j + k]
            g[:, :, i, j] = np.einsum("ncab,ocab->no", window, weight) + bias
    return g


@pytest.mark.parametrize("phi", [np.tanh, relu])
@pytest.mark.parametrize(("layers", "side"), [(2, 5), (3, 6), (4, 7)])
def test_the_convolutional_kernel(phi: Any, layers: int, side: int) -> None:
    rng = np.random.default_rng(layers)
    images = rng.standard_normal((3, 2, side, side))
    p = convolution_parameters(rng, side, layers, channels=2, filter_size=3, colours=2)
    assert p.filter_size == 3

    def output(arrays: list[Array]) -> Array:
        f = images
        for layer in range(layers - 1):
            f = phi(convolve(f, arrays[2 * layer], arrays[2 * layer + 1]))
        return np.asarray(f.reshape(3, -1) @ arrays[-2] + arrays[-1])

    pairs = zip(p.filters, p.biases, strict=True)
    arrays = [*(array for pair in pairs for array in pair), p.output, np.zeros(())]
    found = convolution_tangent_kernel(p, phi, images)
    np.testing.assert_allclose(found, kernel_by_differences(output, arrays), rtol=1e-6, atol=1e-8)


def test_chunks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    p, images = convolution_parameters(rng, 9, 3, 2), rng.standard_normal((5, 3, 9, 9))
    whole = convolution_tangent_kernel(p, np.tanh, images)
    monkeypatch.setattr("eigenlaw.verify.convolution._CHUNK", 2 * 75 * 25)
    np.testing.assert_allclose(convolution_tangent_kernel(p, np.tanh, images), whole, rtol=1e-12)


def test_the_default_initialisation_is_uniform_with_variance_a_third_of_the_inverse_fan_in() -> None:
    draws = uniform(np.random.default_rng(0), (40_000,), 12)
    assert np.abs(draws).max() <= 12**-0.5
    assert draws.var() == pytest.approx(1 / 36, rel=0.02)
    assert draws.mean() == pytest.approx(0, abs=0.005)
    p = convolution_parameters(np.random.default_rng(1), side=9, layers=3, channels=50)
    bounds = [75**-0.5, 1250**-0.5]
    for weight, bias, bound in zip(p.filters, p.biases, bounds, strict=True):
        assert 0.99 * bound < np.abs(weight).max() <= bound
        assert 0.8 * bound < np.abs(bias).max() <= bound
    assert p.output.shape == (50,)


def test_images_that_are_too_small_are_refused() -> None:
    with pytest.raises(ValueError, match="side=16: expected at least 17"):
        convolution_parameters(np.random.default_rng(0), side=16, layers=5, channels=2)
    assert isinstance(convolution_parameters(np.random.default_rng(0), 17, 5, 2), ConvolutionParameters)
    assert isinstance(default_parameters((2, 3, 1), np.random.default_rng(0)), StandardParameters)
