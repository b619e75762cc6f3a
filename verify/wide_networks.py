"""Networks with several outputs in the parametrisation of the Fisher information paper, and their signals.

    u^l = W^l h^{l-1} + b^l,   h^l = phi(u^l)  (l < L),   f = u^L,   h^0 = x,
    delta_k^L = e_k,   delta_k^l = phi'(u^l) * (W^{l+1})^T delta_k^{l+1}.

Source: Karakida et al., (1)-(6). Weights and biases include their scale: W^l_ij ~ N(0, sigma_w2 / M_{l-1}),
b^l_i ~ N(0, sigma_b2). All arrays hold floats, or exact rationals (dtype object). Several networks of one shape, each
with its own inputs, are one network whose arrays have a leading axis.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.dual_numbers import ArrayFunction, derivative

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class WideParameters:
    """The parameters of one network.

    Args:
        weights: W^1 ... W^L, of shape (M_l, M_{l-1}), or (count, M_l, M_{l-1}) for several networks.
        biases: b^1 ... b^L, of shape (M_l,), or (count, M_l).
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...]

    @property
    def layers(self) -> int:
        """L, the number of weight layers."""
        return len(self.weights)

    @property
    def widths(self) -> tuple[int, ...]:
        """(M_0, ..., M_L)."""
        return (self.weights[0].shape[-1], *(weight.shape[-2] for weight in self.weights))


@dataclass(frozen=True, slots=True)
class Signals:
    """What flows through a network for T inputs.

    Args:
        h: h^0 ... h^{L-1}, of shape (T, M_l).
        delta: delta^1 ... delta^L, of shape (C, T, M_l): the derivative of output k by u^l at input t.
        outputs: f, of shape (T, C). For several networks each has a leading axis.
    """

    h: tuple[Array, ...]
    delta: tuple[Array, ...]
    outputs: Array


def layer_widths(alphas: Sequence[Any], width: int, outputs: int) -> tuple[int, ...]:
    """Return (M_0, ..., M_L) with M_l = alpha_l M and M_L = C.

    Raises:
        ValueError: an alpha_l M is no positive integer.

    Example:
        >>> layer_widths([1, 2, Fraction(1, 2)], 6, 3)
        (6, 12, 3, 3)
    """
    widths = [Fraction(alpha) * width for alpha in alphas]
    if any(value.denominator != 1 or value < 1 for value in widths):
        raise ValueError(f"width={width}: expected alpha_l M to be a positive integer for alpha={list(alphas)}")
    return (*(int(value) for value in widths), outputs)


def sample_network(
    widths: Sequence[int],
    sigma_w2: Sequence[float],
    sigma_b2: Sequence[float],
    rng: np.random.Generator,
    count: int | None = None,
) -> WideParameters:
    """Draw a network, the lowest layer first, its weights before its biases.

    Args:
        widths: M_0, ..., M_L.
        sigma_w2: the variances of the layers 1 ... L, short of 1/M_{l-1}.
        sigma_b2: the variances of the biases of the layers 1 ... L.
        rng: source of randomness.
        count: how many networks, on a leading axis; one without that axis if not given.

    Example:
        >>> network = sample_network((2, 5, 3), (1.0, 1.0), (0.0, 1.0), np.random.default_rng(0))
        >>> [weight.shape for weight in network.weights], bool(network.biases[0].any())
        ([(5, 2), (3, 5)], False)
    """
    lead = () if count is None else (count,)
    weights, biases = [], []
    for (fan_in, fan_out), weight, bias in zip(pairwise(widths), sigma_w2, sigma_b2, strict=True):
        weights.append(rng.standard_normal((*lead, fan_out, fan_in)) * np.sqrt(weight / fan_in))
        biases.append(rng.standard_normal((*lead, fan_out)) * np.sqrt(bias))
    return WideParameters(tuple(weights), tuple(biases))


def sample_inputs(samples: int, dimension: int, rng: np.random.Generator, count: int | None = None) -> Array:
    """Draw inputs with independent standard normal entries, one a row: (6); for several networks if count is given.

    Example:
        >>> sample_inputs(4, 2, np.random.default_rng(0)).shape
        (4, 2)
    """
    return rng.standard_normal((samples, dimension) if count is None else (count, samples, dimension))


def rational_network(
    widths: Sequence[int], rng: np.random.Generator, *, bias: bool = True, size: int = 6, denominator: int = 3
) -> WideParameters:
    """Draw a network with exact rational parameters: numerators uniform in -size ... size over one denominator.

    Example:
        >>> rational_network((2, 2, 1), np.random.default_rng(0)).weights[0].dtype
        dtype('O')
    """
    weights = [rational_array((fan_out, fan_in), rng, size, denominator) for fan_in, fan_out in pairwise(widths)]
    biases = [rational_array((fan_out,), rng, size if bias else 0, denominator) for fan_out in widths[1:]]
    return WideParameters(tuple(weights), tuple(biases))


def rational_array(shape: tuple[int, ...], rng: np.random.Generator, size: int = 6, denominator: int = 3) -> Array:
    """Draw an array of rationals with numerators uniform in -size ... size over one denominator.

    Example:
        >>> rational_array((2,), np.random.default_rng(0), size=0).tolist()
        [Fraction(0, 1), Fraction(0, 1)]
    """
    numerators = rng.integers(-size, size, size=shape, endpoint=True)
    fraction = np.vectorize(lambda entry: Fraction(int(entry), denominator), otypes=[object])
    return np.asarray(fraction(numerators))


def propagate(network: WideParameters, phi: ArrayFunction | Sequence[ArrayFunction], X: Array) -> Signals:
    """Return the signals of a network, forward and backward, for all inputs and all outputs: (1)-(3).

    Args:
        network: the parameters.
        phi: the activation of all hidden layers, a plain function of an array, or a sequence of L - 1 of them.
        X: inputs, one a row, of shape (T, M_0), or (count, T, M_0) for several networks.

    Raises:
        ValueError: X or the activations do not fit.

    Example:
        >>> network = WideParameters((np.full((1, 1), 2.0), np.full((1, 1), 3.0)), (np.ones(1), np.zeros(1)))
        >>> found = propagate(network, lambda x: x * x, np.array([[1.0]]))  # f(x) = 3 (2 x + 1)^2
        >>> float(found.outputs[0, 0]), float(found.delta[0][0, 0, 0])
        (27.0, 18.0)
    """
    hidden = network.layers - 1
    functions = [phi] * hidden if callable(phi) else list(phi)
    if len(functions) != hidden or X.ndim != network.weights[0].ndim or X.shape[-1] != network.widths[0]:
        raise ValueError(f"X (shape {X.shape}), {len(functions)} activations: expected them to fit {network.widths}")
    h, slopes = [X], []
    for W, b, function in zip(network.weights, network.biases, functions, strict=False):
        value, slope = derivative(function, _affine(h[-1], W, b))
        h.append(value)
        slopes.append(slope)
    outputs = _affine(h[-1], network.weights[-1], network.biases[-1])
    *lead, samples, count = outputs.shape
    zero, one = (Fraction(0), Fraction(1)) if X.dtype == object else (0.0, 1.0)
    top = np.full((*lead, count, samples, count), zero, dtype=X.dtype)
    for k in range(count):
        top[..., k, :, k] = one
    delta = [top]
    for W, slope in zip(reversed(network.weights), reversed(slopes), strict=False):
        delta.append((delta[-1] @ W[..., None, :, :]) * slope[..., None, :, :])
    return Signals(tuple(h), tuple(reversed(delta)), outputs)


def _affine(h: Array, W: Array, b: Array) -> Array:
    return np.asarray(h @ W.swapaxes(-1, -2) + b[..., None, :])
