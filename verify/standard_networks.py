"""Dense networks in the standard parametrisation, initialised as PyTorch does, and their tangent kernels.

    g^(l) = W^(l) f^(l-1) + b^(l),  f^(l) = phi(g^(l)),  f^(0) = x,  with a scalar g^(L) as the output;

all weights and biases of a layer are uniform between -1/sqrt(fan-in) and 1/sqrt(fan-in), as by Kaiming's initialisation
with a = sqrt(5). The kernel is the sum over all parameters of products of derivatives. Nothing here knows a formula
for its limit.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.dual_numbers import ArrayFunction, derivative

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class StandardParameters:
    """The parameters of one network.

    Args:
        weights: one array a layer, of shape (m_l, m_{l-1}); the last has one row.
        biases: one array a layer, of shape (m_l,).
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]


@dataclass(frozen=True, slots=True)
class FirstLayer:
    """What the first layer computes, the same for every activation.

    Args:
        preactivation: g^(1) at the inputs, of shape (n, m_1).
        products: x_i . x_j + 1, the products of the derivatives of a neuron by its own parameters, of shape (n, n).
    """

    preactivation: Array
    products: Array


def uniform(rng: np.random.Generator, shape: Sequence[int], fan_in: int) -> Array:
    """Draw weights or biases uniform between -1/sqrt(fan_in) and 1/sqrt(fan_in)."""
    bound = 1 / math.sqrt(fan_in)
    return rng.uniform(-bound, bound, tuple(shape))


def default_parameters(widths: Sequence[int], rng: np.random.Generator) -> StandardParameters:
    """Draw the parameters of a network.

    Args:
        widths: (d, m_1, ..., m_{L-1}, 1).
        rng: source of randomness.

    Example:
        >>> p = default_parameters((4, 9, 1), np.random.default_rng(0))
        >>> [w.shape for w in p.weights], bool(abs(p.weights[0]).max() <= 1 / 2), bool(abs(p.biases[1]).max() <= 1 / 3)
        ([(9, 4), (1, 9)], True, True)
    """
    layers = [(uniform(rng, (out, fan), fan), uniform(rng, (out,), fan)) for fan, out in pairwise(widths)]
    return StandardParameters(tuple(w for w, _ in layers), tuple(b for _, b in layers))


def first_layer(parameters: StandardParameters, X: Array) -> FirstLayer:
    """Evaluate the first layer at the inputs X, one a row."""
    return FirstLayer(X @ parameters.weights[0].T + parameters.biases[0], X @ X.T + 1)


def standard_tangent_kernel(parameters: StandardParameters, phi: ArrayFunction, first: FirstLayer) -> Array:
    """Return <grad f(x_i), grad f(x_j)> over all parameters, of shape (n, n), by backpropagation.

    Args:
        parameters: the network, of at least 2 layers.
        phi: activation, a plain function of an array.
        first: what its first layer computes at the inputs.

    Example:
        >>> p = StandardParameters((np.full((1, 1), 2.0), np.full((1, 1), 3.0)), (np.ones(1), np.ones(1)))
        >>> X = np.array([[1.0], [-1.0]])
        >>> standard_tangent_kernel(p, lambda x: x * x, first_layer(p, X)).tolist()  # f(x) = 3 (2 x + 1)^2 + 1
        [[730.0, 10.0], [10.0, 74.0]]
    """
    products, slopes = [first.products], []
    g = first.preactivation
    for weight, bias in zip(parameters.weights[1:], parameters.biases[1:], strict=True):
        f, slope = derivative(phi, g)
        slopes.append(slope)
        products.append(f @ f.T + 1)
        g = f @ weight.T + bias
    kernel = products[-1]
    backward: Array = parameters.weights[-1]
    for layer in range(len(slopes) - 1, -1, -1):
        delta = backward * slopes[layer]
        kernel = kernel + (delta @ delta.T) * products[layer]
        if layer:
            backward = delta @ parameters.weights[layer]
    return np.asarray(kernel)
