"""Convolutional networks in the standard parametrisation of PyTorch, and their tangent kernels.

Layers of k x k filters without padding, each followed by phi, then one linear output of everything; weights and biases
are uniform between -1/sqrt(fan-in) and 1/sqrt(fan-in). The derivatives by the filters are formed input by input, a
chunk at a time, and only their inner products are kept of a layer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from eigenlaw.verify.dual_numbers import ArrayFunction, derivative
from eigenlaw.verify.standard_networks import uniform

Array = NDArray[np.float64]

_CHUNK = 2**22  # numbers in the largest array of a chunk of inputs


@dataclass(frozen=True, slots=True)
class ConvolutionParameters:
    """The parameters of one network.

    Args:
        filters: one array a layer, of shape (channels, channels below, k, k).
        biases: one array a layer, of shape (channels,).
        output: of shape (channels * height * width,), for the last layer's values.
    """

    filters: tuple[Array, ...]
    biases: tuple[Array, ...]
    output: Array

    @property
    def filter_size(self) -> int:
        """The side k of the filters."""
        return int(self.filters[0].shape[2])


def convolution_parameters(
    rng: np.random.Generator, side: int, layers: int, channels: int, *, filter_size: int = 5, colours: int = 3
) -> ConvolutionParameters:
    """Draw the parameters of a network for square images; its output bias does not matter for the kernel.

    Args:
        rng: source of randomness.
        side: of the images.
        layers: weight layers, the output included, at least 2.
        channels: of every layer of filters.
        filter_size: side of the filters.
        colours: channels of the images.

    Raises:
        ValueError: the images are too small for so many layers without padding.

    Example:
        >>> p = convolution_parameters(np.random.default_rng(0), side=12, layers=3, channels=4)
        >>> [f.shape for f in p.filters], p.output.shape
        ([(4, 3, 5, 5), (4, 4, 5, 5)], (64,))
    """
    left = side - (layers - 1) * (filter_size - 1)
    if left < 1:
        raise ValueError(f"side={side}: expected at least {side - left + 1} for {layers} layers of this size")
    below = [colours, *[channels] * (layers - 2)]
    fans = [c * filter_size**2 for c in below]
    filters = tuple(uniform(rng, (channels, c, filter_size, filter_size), f) for c, f in zip(below, fans, strict=True))
    biases = tuple(uniform(rng, (channels,), fan) for fan in fans)
    last = channels * left**2
    return ConvolutionParameters(filters, biases, uniform(rng, (last,), last))


def convolution_tangent_kernel(parameters: ConvolutionParameters, phi: ArrayFunction, images: Array) -> Array:
    """Return <grad f(x_i), grad f(x_j)> over all parameters, of shape (n, n).

    Args:
        parameters: the network.
        phi: activation, a plain function of an array.
        images: of shape (n, colours, side, side).

    Example:
        >>> rng = np.random.default_rng(0)
        >>> p = convolution_parameters(rng, side=6, layers=2, channels=2)
        >>> K = convolution_tangent_kernel(p, np.tanh, rng.standard_normal((3, 3, 6, 6)))
        >>> K.shape, bool(np.linalg.eigvalsh(K)[0] > 0)
        ((3, 3), True)
    """
    side, n = images.shape[2], len(images)
    largest = max(f[0].size * (side - (i + 1) * (f.shape[2] - 1)) ** 2 for i, f in enumerate(parameters.filters))
    step = max(1, _CHUNK // largest)
    parts = [_gradients(parameters, phi, images[start : start + step]) for start in range(0, n, step)]
    kernel = np.ones((n, n))  # from the output's bias
    for blocks in zip(*parts, strict=True):
        rows = np.concatenate(blocks)
        kernel += rows @ rows.T
    return kernel


def _gradients(parameters: ConvolutionParameters, phi: ArrayFunction, images: Array) -> list[Array]:
    """The derivatives by all parameters but the output's bias, a block of columns for each array of parameters."""
    k, n, f = parameters.filter_size, len(images), images
    seen: list[tuple[Array, Array, tuple[int, ...]]] = []
    for weight, bias in zip(parameters.filters, parameters.biases, strict=True):
        windows = sliding_window_view(f, (k, k), axis=(2, 3)).transpose(0, 2, 3, 1, 4, 5)
        height, width = windows.shape[1:3]
        columns = windows.reshape(n, height * width, -1)
        value, slope = derivative(phi, columns @ weight.reshape(len(weight), -1).T + bias)
        seen.append((columns, slope, f.shape))
        f = value.transpose(0, 2, 1).reshape(n, -1, height, width)
    blocks = [f.reshape(n, -1)]
    backward = np.broadcast_to(parameters.output, (n, parameters.output.size)).reshape(f.shape)
    for layer in range(len(seen) - 1, -1, -1):
        columns, slope, shape = seen[layer]
        delta = backward.reshape(n, slope.shape[2], -1).transpose(0, 2, 1) * slope
        blocks += [(delta.transpose(0, 2, 1) @ columns).reshape(n, -1), delta.sum(axis=1)]
        if layer:
            backward = _scattered(delta @ parameters.filters[layer].reshape(slope.shape[2], -1), shape, k)
    return blocks


def _scattered(columns: Array, shape: tuple[int, ...], k: int) -> Array:
    """Add every window's values to the places that it was taken from: the transpose of taking windows."""
    n, channels, height, width = shape
    windows = columns.reshape(n, height - k + 1, width - k + 1, channels, k, k).transpose(0, 3, 1, 2, 4, 5)
    total = np.zeros(shape)
    for i in range(k):
        for j in range(k):
            total[:, :, i : i + height - k + 1, j : j + width - k + 1] += windows[..., i, j]
    return total
