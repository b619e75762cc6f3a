"""Finite networks in the parametrisation of the NTK power-series paper, equation (1), and data to feed them.

    g^(1)   = gamma_w W^(1) x + gamma_b b^(1),                              f^(1) = phi(g^(1)),
    g^(l)   = sigma_w / sqrt(m_{l-1}) W^(l) f^(l-1) + sigma_b b^(l),        f^(l) = phi(g^(l)),  l = 2..L,
    g^(L+1) = sigma_w / sqrt(m_L) W^(L+1) f^(L)  [+ sigma_b b^(L+1)],       f^(L+1) = g^(L+1).

Equation (1) prints no output bias and equation (12) has one; ``output_bias`` decides. ``layers`` counts weight
layers: L + 1 in the notation above. All arrays hold floats, or exact rationals (dtype object). Arrays of networks
have the networks first, then the inputs, then the neurons.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.dual_numbers import ArrayFunction, derivative, evaluated, filled

Array = NDArray[Any]
Number = float | Fraction


@dataclass(frozen=True, slots=True)
class HyperParameters:
    """The four variances of equation (1): of weights and biases, of the first layer (gamma) and the others (sigma).

    Args:
        gamma_w2: gamma_w**2, finite and at least 0.
        gamma_b2: gamma_b**2, finite and at least 0.
        sigma_w2: sigma_w**2, finite and at least 0.
        sigma_b2: sigma_b**2, finite and at least 0.

    Raises:
        ValueError: a variance is negative or not finite.

    Example:
        >>> HyperParameters(Fraction(3, 4), Fraction(1, 4), 1, 0).weight_variance(1, fan_in=5)
        Fraction(3, 4)
    """

    gamma_w2: Number
    gamma_b2: Number
    sigma_w2: Number
    sigma_b2: Number

    def __post_init__(self) -> None:
        for name in self.__slots__:
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise ValueError(f"{name}={value}: expected a finite variance, at least 0")

    def weight_variance(self, layer: int, fan_in: int, exact: bool = True) -> Number:
        """Return the squared factor of the weights of a layer: gamma_w2, or sigma_w2 / m_{l-1} from layer 2 on."""
        if layer == 1:
            return _as_number(self.gamma_w2, exact)
        return _as_number(self.sigma_w2, exact) / fan_in

    def bias_variance(self, layer: int, exact: bool = True) -> Number:
        """Return the squared factor of the biases of a layer: gamma_b2, or sigma_b2 from layer 2 on."""
        return _as_number(self.gamma_b2 if layer == 1 else self.sigma_b2, exact)


@dataclass(frozen=True, slots=True)
class Architecture:
    """The widths (d, m_1, ..., m_L, 1) of a network with a scalar output.

    Args:
        widths: input dimension, hidden widths, 1; all at least 1.

    Raises:
        ValueError: there is no hidden layer, a width is below 1, or the output is not scalar.

    Example:
        >>> Architecture((3, 5, 1)).layers, Architecture((3, 5, 1)).size
        (2, 26)
    """

    widths: tuple[int, ...]

    def __post_init__(self) -> None:
        if len(self.widths) < 3 or min(self.widths) < 1 or self.widths[-1] != 1:
            raise ValueError(f"widths={self.widths}: expected (d, m_1, ..., m_L, 1) with every width at least 1")

    @property
    def layers(self) -> int:
        """Number of weight layers."""
        return len(self.widths) - 1

    @property
    def size(self) -> int:
        """Number of parameters, the output bias included."""
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(self.widths))


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of several networks of one architecture.

    Args:
        weights: one array a layer, of shape (count, m_l, m_{l-1}).
        biases: one array a layer, of shape (count, m_l).
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    @property
    def count(self) -> int:
        """Number of networks."""
        return int(self.weights[0].shape[0])

    @property
    def layers(self) -> int:
        """Number of weight layers."""
        return len(self.weights)

    @property
    def exact(self) -> bool:
        """Whether the parameters are exact rationals."""
        return self.weights[0].dtype == object

    @property
    def architecture(self) -> Architecture:
        """The widths of the networks."""
        return Architecture((self.weights[0].shape[2], *(weight.shape[1] for weight in self.weights)))

    def part(self, start: int, stop: int) -> "Parameters":
        """Return the networks start, ..., stop - 1."""
        return Parameters(tuple(w[start:stop] for w in self.weights), tuple(b[start:stop] for b in self.biases))


@dataclass(frozen=True, slots=True)
class ForwardPass:
    """What a forward pass computes, one array of shape (count, n, m_l) for each layer l = 1, 2, ...

    Args:
        preactivations: g^(l).
        activations: f^(l); the last layer of the network has f = g.
        slopes: phi'(g^(l)), empty if they were not asked for; 1 in the last layer of the network.
    """

    preactivations: tuple[Array, ...]
    activations: tuple[Array, ...]
    slopes: tuple[Array, ...]


def split_parameters(rows: Array, architecture: Architecture) -> Parameters:
    """Return the networks whose parameters are the rows: W^(1) row by row, b^(1), W^(2), ...

    Args:
        rows: array of shape (count, architecture.size).
        architecture: the widths.

    Raises:
        ValueError: a row has another length.

    Example:
        >>> split_parameters(np.arange(5.0)[None], Architecture((2, 1, 1))).biases[0].tolist()
        [[2.0]]
    """
    if rows.ndim != 2 or rows.shape[1] != architecture.size:
        raise ValueError(f"rows (shape {rows.shape}): expected {architecture.size} parameters a row for {architecture}")
    weights, biases, start = [], [], 0
    for fan_in, fan_out in pairwise(architecture.widths):
        middle = start + fan_in * fan_out
        weights.append(rows[:, start:middle].reshape(len(rows), fan_out, fan_in))
        start = middle + fan_out
        biases.append(rows[:, middle:start])
    return Parameters(tuple(weights), tuple(biases))


def sample_parameters(architecture: Architecture, rng: np.random.Generator, count: int) -> Parameters:
    """Draw the parameters of ``count`` networks, independent and standard normal (Assumption 1).

    The draws of a network are consecutive, so that drawing a + b networks gives those of drawing a, then b.

    Args:
        architecture: the widths.
        rng: source of randomness.
        count: number of networks, at least 0.

    Returns:
        Weights and biases of all layers, that of the output included.

    Example:
        >>> parameters = sample_parameters(Architecture((3, 5, 1)), np.random.default_rng(0), count=7)
        >>> [weight.shape for weight in parameters.weights], [bias.shape for bias in parameters.biases]
        ([(7, 5, 3), (7, 1, 5)], [(7, 5), (7, 1)])
    """
    return split_parameters(rng.standard_normal((count, architecture.size)), architecture)


def rational_parameters(
    architecture: Architecture, rng: np.random.Generator, count: int, size: int = 8, denominator: int = 4
) -> Parameters:
    """Draw exact rational parameters: numerators uniform in -size, ..., size over one denominator.

    Example:
        >>> parameters = rational_parameters(Architecture((2, 2, 1)), np.random.default_rng(0), count=1)
        >>> parameters.exact
        True
    """
    numerators = rng.integers(-size, size, size=(count, architecture.size), endpoint=True)
    return split_parameters(_fractions(numerators, denominator), architecture)


def forward(
    parameters: Parameters,
    hyper: HyperParameters,
    phi: ArrayFunction,
    X: Array,
    *,
    layers: int | None = None,
    slopes: bool = False,
    output_bias: bool = True,
) -> ForwardPass:
    """Evaluate equation (1) on all inputs, for all networks at once.

    Args:
        parameters: the networks.
        hyper: the variances; with exact parameters, those used must have rational square roots.
        phi: activation, a plain function of an array.
        X: inputs, one a row, of shape (n, d).
        layers: stop after so many layers (0 to all of them, the default).
        slopes: whether to compute phi'(g) too, by dual numbers.
        output_bias: whether the last layer has its bias.

    Returns:
        Preactivations, activations and slopes of the layers.

    Raises:
        ValueError: X does not fit, or a square root that an exact evaluation needs is irrational.

    Example:
        >>> parameters = Parameters((np.full((1, 1, 1), 2.0), np.ones((1, 1, 1))), (np.zeros((1, 1)), np.ones((1, 1))))
        >>> found = forward(parameters, HyperParameters(1, 0, 1, 1), np.tanh, np.ones((1, 1)), layers=2)
        >>> bool(found.preactivations[1][0, 0, 0] == np.tanh(2.0) + 1)
        True
    """
    check_inputs(parameters, X)
    depth = parameters.layers if layers is None else layers
    preactivations: list[Array] = []
    activations: list[Array] = []
    derivatives: list[Array] = []
    f = X
    for layer in range(1, depth + 1):
        last = layer == parameters.layers
        g = preactivation(parameters, hyper, f, layer, output_bias=output_bias)
        if last:
            f, slope = g, filled(1, g)
        elif slopes:
            f, slope = derivative(phi, g)
        else:
            f = evaluated(phi, g)
        preactivations.append(g)
        activations.append(f)
        if slopes:
            derivatives.append(slope)
    return ForwardPass(tuple(preactivations), tuple(activations), tuple(derivatives))


def preactivation(
    parameters: Parameters, hyper: HyperParameters, f: Array, layer: int, *, output_bias: bool = True, neurons: int = -1
) -> Array:
    """Return g^(l) = w W^(l) f + b b^(l), where w, b are the factors of layer l in equation (1).

    Args:
        parameters: the networks.
        hyper: the variances.
        f: activations of the layer below, of shape (count, n, m_{l-1}), or the inputs, of shape (n, d).
        layer: l, from 1.
        output_bias: whether the last layer has its bias.
        neurons: compute only the first few neurons (default all).

    Returns:
        Array of shape (count, n, neurons).
    """
    W, b = parameters.weights[layer - 1], parameters.biases[layer - 1]
    if neurons >= 0:
        W, b = W[:, :neurons], b[:, :neurons]
    count, fan_out, fan_in = W.shape
    if f.ndim == 2:  # the inputs are common to all networks: one product of two matrices
        product = (W.reshape(-1, fan_in) @ f.T).reshape(count, fan_out, -1).swapaxes(1, 2)
    else:
        product = f @ W.swapaxes(1, 2)
    product = product * square_root(hyper.weight_variance(layer, fan_in, parameters.exact))
    variance = hyper.bias_variance(layer, parameters.exact)
    if variance == 0 or (layer == parameters.layers and not output_bias):
        return product
    return product + square_root(variance) * b[:, None, :]


def square_root(value: Number) -> Number:
    """Return the square root of a float, or that of an exact square of a rational.

    Raises:
        ValueError: a rational is not the square of a rational.

    Example:
        >>> square_root(Fraction(9, 4)), square_root(2.25)
        (Fraction(3, 2), 1.5)
    """
    if isinstance(value, float):
        return math.sqrt(value)
    root = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    if root * root != value:
        raise ValueError(f"variance={value}: expected the square of a rational; choose one, or use floats")
    return root


def measure_networks(
    measure: Callable[[Parameters], Array],
    architecture: Architecture,
    rng: np.random.Generator,
    count: int,
    chunk: int | None = None,
) -> Array:
    """Draw networks and measure them, a chunk at a time, so that memory stays small for any number of networks.

    Args:
        measure: takes the parameters of k networks and returns an array whose first axis has length k.
        architecture: the widths.
        rng: source of randomness; the draws do not depend on the chunks.
        count: number of networks, at least 1.
        chunk: networks at a time; by default, as many as have about 2**18 parameters.

    Returns:
        The measurements of all networks, first axis of length count.

    Example:
        >>> mean = measure_networks(lambda p: p.biases[0].mean(axis=1), Architecture((2, 4, 1)),
        ...                         np.random.default_rng(0), count=1000)
        >>> mean.shape
        (1000,)
    """
    size = chunk or max(1, 2**18 // architecture.size)
    first = measure(sample_parameters(architecture, rng, min(size, count)))
    found = np.empty((count, *first.shape[1:]), dtype=first.dtype)
    found[:size] = first
    for start in range(size, count, size):
        found[start : start + size] = measure(sample_parameters(architecture, rng, min(size, count - start)))
    return found


def check_inputs(parameters: Parameters, X: Array) -> None:
    """Check that the inputs have the dimension and the kind of number of the networks.

    Raises:
        ValueError: they have not.
    """
    dimension = parameters.weights[0].shape[2]
    if X.ndim != 2 or X.shape[1] != dimension:
        raise ValueError(f"X (shape {X.shape}): expected one input a row, of shape (n, {dimension})")
    if parameters.exact != (X.dtype == object):
        raise ValueError(
            f"X (dtype {X.dtype}): expected the kind of number of the parameters; give both exact or float"
        )


def _as_number(value: Number, exact: bool) -> Number:
    if not exact:
        return float(value)
    if isinstance(value, float):
        raise ValueError(f"variance={value}: expected an exact rational with exact parameters; give a Fraction")
    return Fraction(value)


def _fractions(numerators: Array, denominator: int) -> Array:
    fraction = np.vectorize(lambda entry: Fraction(int(entry), denominator), otypes=[object])
    return np.asarray(fraction(numerators))
