"""Autoencoders of Dees et al. and their Jacobians, in floating-point numbers or in exact rationals.

An encoder of affine maps with a ReLU after each but the last, a decoder likewise with tanh at its end; a weight is
stored as output × input. Jacobians are made layer by layer, by the chain rule with H(0) = 0 at a kink, from the columns
of the identity. Each simplification of the theory of products of random matrices can be switched on by itself: entries
Gaussian or complex in the place of uniform, gates by coin or none in the place of those of the ReLU, no biases, no
tanh. Nothing here knows a formula for an eigenvalue.

An eigenvalue can be zero because of the structure: J_L is a product of matrices, and what passes a hidden layer has
the rank of its open gates at most. So many eigenvalues of the floating-point matrix are rounding, without an argument.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.standard_networks import uniform

Array = NDArray[Any]
Entries = Literal["uniform", "gaussian", "complex"]
Gates = Literal["relu", "coin", "none"]
Squash = Callable[[Array], Array]

HIDDEN = (128, 64, 32)
"""Widths of the hidden layers of the encoder; the decoder has them in reverse."""
PIXELS = 784
LATENT = tuple(range(2, 21))
"""The latent dimensions of the paper."""


@dataclass(frozen=True, slots=True)
class Layer:
    """An affine map and what stands behind it.

    Attributes:
        weight: of shape (output, input), or (n, output, input) for n networks at once, each with its own input.
        bias: of shape (output,) or (n, output).
        gate: whether a ReLU follows; or fixed gates in its place, zeros and ones of the shape of the bias.
    """

    weight: Array
    bias: Array
    gate: bool | Array = False


@dataclass(frozen=True)
class Autoencoder:
    """An encoder, a decoder, and what its last affine map is put through.

    Attributes:
        encoder: its layers.
        decoder: its layers.
        squash: tanh, or any function y with y' = 1 − y²; None for the identity.
    """

    encoder: tuple[Layer, ...]
    decoder: tuple[Layer, ...]
    squash: Squash | None = np.tanh

    @property
    def latent(self) -> int:
        """The latent dimension."""
        return int(self.encoder[-1].weight.shape[-2])

    @property
    def pixels(self) -> int:
        """The dimension of the inputs."""
        return int(self.encoder[0].weight.shape[-1])


@dataclass(frozen=True)
class Signals:
    """What arrives at the end of a chain of layers.

    Attributes:
        values: of shape (n, output).
        tangents: derivatives along q directions, of shape (n, output, q).
        gates: for each layer with gates whether they are open, of shape (n, width).
        kink: whether a preactivation is exactly at the kink of its ReLU.
    """

    values: Array
    tangents: Array
    gates: tuple[Array, ...] = ()
    kink: bool = False


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of Jacobians, the largest first.

    Attributes:
        moduli: of shape (n, d), zero where the structure says so.
        arguments: |θ| in [0, π], of shape (n, d), NaN where the eigenvalue is zero.
        nonzero: how many are not zero, of shape (n,).
    """

    moduli: NDArray[np.float64]
    arguments: NDArray[np.float64]
    nonzero: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


def widths(latent: int, hidden: Sequence[int] = HIDDEN, pixels: int = PIXELS) -> tuple[int, ...]:
    """Return the widths of all layers, inputs and outputs included.

    Source: Dees et al., Section III and Appendix A.

    Example:
        >>> widths(2)
        (784, 128, 64, 32, 2, 32, 64, 128, 784)
    """
    return (pixels, *hidden, latent, *reversed(hidden), pixels)


def initial_layer(rng: np.random.Generator, shape: tuple[int, ...], entries: Entries = "uniform") -> Layer:
    """Draw an affine map as PyTorch's ``torch.nn.Linear`` does, or with other entries of the same variance.

    Weights **and biases** are uniform between ±1/√input there: Kaiming's law with a = √5, whose bound is
    √(6/((1 + a²) input)).

    Args:
        rng: source of randomness.
        shape: (output, input), or (n, output, input).
        entries: of the weights; ``complex`` has half of the variance in each of the two parts.

    Example:
        >>> layer = initial_layer(np.random.default_rng(0), (2, 25))
        >>> bool(abs(layer.weight).max() <= 0.2), bool(abs(layer.bias).max() <= 0.2), layer.gate
        (True, True, False)
    """
    bias = uniform(rng, shape[:-1], shape[-1])
    if entries == "uniform":
        return Layer(uniform(rng, shape, shape[-1]), bias)
    weight: Array = rng.standard_normal(shape) / math.sqrt(3 * shape[-1])
    if entries == "complex":
        weight = (weight + 1j * rng.standard_normal(shape) / math.sqrt(3 * shape[-1])) / math.sqrt(2)
    return Layer(weight, bias)


def initial(
    latent: int,
    rng: np.random.Generator,
    hidden: Sequence[int] = HIDDEN,
    pixels: int = PIXELS,
    *,
    copies: int | None = None,
    entries: Entries = "uniform",
    gates: Gates = "relu",
    bias: bool = True,
    squash: Squash | None = np.tanh,
) -> Autoencoder:
    """Draw an autoencoder at initialisation.

    Args:
        latent: the latent dimension.
        rng: source of randomness.
        hidden: widths of the hidden layers of the encoder.
        pixels: dimension of the inputs.
        copies: how many networks, each for one input of its own; one network for any number of inputs by default.
        entries: of the weights.
        gates: those of the ReLU; open or closed by a fair coin, whatever the input; or none, which is all open.
        bias: whether there are biases.
        squash: see ``Autoencoder``.

    Raises:
        ValueError: complex entries with the gates of a ReLU.

    Example:
        >>> net = initial(2, np.random.default_rng(0), hidden=(4, 3), pixels=5)
        >>> [layer.weight.shape for layer in (*net.encoder, *net.decoder)]
        [(4, 5), (3, 4), (2, 3), (3, 2), (4, 3), (5, 4)]
    """
    if entries == "complex" and (gates == "relu" or bias or squash is not None):
        raise ValueError("entries=complex: expected no ReLU, no biases and no tanh; a complex number has no sign")
    layers, half, front = [], len(hidden) + 1, () if copies is None else (copies,)
    for position, (below, above) in enumerate(pairwise(widths(latent, hidden, pixels))):
        layer = initial_layer(rng, (*front, above, below), entries)
        own = layer.bias if bias else np.zeros((*front, above))
        last = position + 1 in (half, 2 * half)
        gate: bool | Array = gates == "relu" and not last
        if gates == "coin" and not last:
            gate = rng.integers(0, 2, (*front, above))
        layers.append(Layer(layer.weight, own, gate))
    return Autoencoder(tuple(layers[:half]), tuple(layers[half:]), squash)


def simplified(
    net: Autoencoder,
    rng: np.random.Generator,
    *,
    gates: Gates = "relu",
    bias: bool = True,
    squash: Squash | None = np.tanh,
) -> Autoencoder:
    """Return a network with the same weights, simplified; for the options see ``initial``.

    Args:
        net: a network with the gates of a ReLU.
        rng: source of the coins, if they make the gates.
        gates: those in the place of its own.
        bias: whether the biases are kept.
        squash: what is in the place of its own.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> linear = simplified(initial(2, rng, (4,), 5), rng, gates="none", bias=False, squash=None)
        >>> bool(np.allclose(decode(linear, 2 * np.eye(2)).values, 2 * decode(linear, np.eye(2)).values))
        True
    """

    def changed(layer: Layer) -> Layer:
        gate: bool | Array = layer.gate
        if layer.gate is True and gates != "relu":
            gate = gates == "coin" and rng.integers(0, 2, layer.bias.shape)
        return Layer(layer.weight, layer.bias if bias else np.zeros_like(layer.bias), gate)

    return Autoencoder(tuple(map(changed, net.encoder)), tuple(map(changed, net.decoder)), squash)


def _applied(weight: Array, values: Array) -> Array:
    if weight.ndim == 2:
        return np.asarray(values @ weight.T)
    return np.asarray(np.matmul(weight, values[:, :, None])[:, :, 0])


def through(layers: Sequence[Layer], values: Array, tangents: Array) -> Signals:
    """Send values and tangents through layers.

    Args:
        layers: affine maps with or without gates behind them.
        values: of shape (n, input), floats or exact rationals (dtype object).
        tangents: of shape (n, input, q) or (input, q).

    Example:
        >>> relu = Layer(np.array([[1.0], [-1.0]]), np.zeros(2), gate=True)
        >>> found = through([relu], np.array([[3.0], [0.0]]), np.eye(1))
        >>> found.tangents[:, :, 0].tolist()  # H(0) = 0
        [[1.0, 0.0], [0.0, 0.0]]
    """
    opened, kink = [], False
    for layer in layers:
        values = _applied(layer.weight, values) + layer.bias
        tangents = np.matmul(layer.weight, tangents)
        if layer.gate is False:
            continue
        if layer.gate is True:
            kink = kink or bool(np.any(values == 0))
            gate = (values > 0).astype(bool)
        else:
            gate = np.broadcast_to(np.asarray(layer.gate, dtype=bool), values.shape)
        opened.append(gate)
        values, tangents = np.where(gate, values, 0), np.where(gate[:, :, None], tangents, 0)
    if tangents.ndim == 2:
        tangents = np.broadcast_to(tangents, (len(values), *tangents.shape))
    return Signals(values, tangents, tuple(opened), kink)


def squashed(net: Autoencoder, signals: Signals) -> Signals:
    """Put what the last affine map of the decoder gives through tanh, whose derivative is 1 − tanh²."""
    if net.squash is None:
        return signals
    y = net.squash(signals.values)
    slopes = 1 - y * y
    return Signals(y, signals.tangents * slopes[:, :, None], signals.gates, signals.kink)


def _identity(size: int, like: Array) -> Array:
    eye = np.eye(size, dtype=int if like.dtype == object else np.float64)
    return eye.astype(object) if like.dtype == object else eye


def encode(net: Autoencoder, x: Array) -> Signals:
    """Return z = f_enc(x) and Df_enc(x); inputs one a row."""
    return through(net.encoder, x, _identity(net.pixels, x))


def decode(net: Autoencoder, z: Array) -> Signals:
    """Return y = f_dec(z) and Df_dec(z); latent points one a row."""
    return squashed(net, through(net.decoder, z, _identity(net.latent, z)))


def latent_points(net: Autoencoder, x: Array) -> Array:
    """Return f_enc(x), without derivatives."""
    return through(net.encoder, x, np.zeros((net.pixels, 0), dtype=x.dtype)).values


def latent_jacobian(net: Autoencoder, z: Array) -> Signals:
    """Return f_enc(f_dec(z)) and J_L = Df_enc(y) Df_dec(z), y = f_dec(z), of shape (n, d, d).

    Source: Dees et al., Section II, where the points are printed in exchanged order.
    """
    inner = decode(net, z)
    outer = through(net.encoder, inner.values, inner.tangents)
    return Signals(outer.values, outer.tangents, inner.gates + outer.gates, inner.kink or outer.kink)


def input_jacobian(net: Autoencoder, x: Array) -> Signals:
    """Return f_dec(f_enc(x)) and J_I = Df_dec(z) Df_enc(x), z = f_enc(x), of shape (n, N, N).

    Source: Dees et al., Section II.
    """
    inner = encode(net, x)
    outer = squashed(net, through(net.decoder, inner.values, inner.tangents))
    return Signals(outer.values, outer.tangents, inner.gates + outer.gates, inner.kink or outer.kink)


def passing(signals: Signals, latent: int) -> NDArray[np.int64]:
    """Return the least of the latent dimension and the numbers of open gates: the rank is not above it; shape (n,)."""
    counts = [np.full(len(signals.values), latent), *(gate.sum(axis=1) for gate in signals.gates)]
    return np.asarray(np.min(counts, axis=0), dtype=np.int64)


def spectrum(jacobians: Array, nonzero: NDArray[np.int64]) -> Spectrum:
    """Return the eigenvalues of square matrices, of which the smallest are zero by structure.

    Args:
        jacobians: of shape (n, d, d).
        nonzero: how many eigenvalues are not zero, of shape (n,).

    Example:
        >>> found = spectrum(np.array([[[0.0, -2.0], [2.0, 0.0]], [[-3.0, 0.0], [0.0, 1e-30]]]), np.array([2, 1]))
        >>> found.moduli.round(9).tolist(), (found.arguments / np.pi).tolist()
        ([[2.0, 2.0], [3.0, 0.0]], [[0.5, 0.5], [1.0, nan]])
    """
    values: Array = np.linalg.eigvals(jacobians)
    order = np.argsort(-abs(values), axis=1, kind="stable")
    values = np.take_along_axis(values, order, axis=1)
    kept = np.arange(values.shape[1]) < nonzero[:, None]
    return Spectrum(np.where(kept, abs(values), 0.0), np.where(kept, abs(np.angle(values)), np.nan), nonzero)


def latent_spectrum(net: Autoencoder, x: Array) -> Spectrum:
    """Return the eigenvalues of J_L at the latent points of inputs, one a row.

    Example:
        >>> net = initial(2, np.random.default_rng(0), hidden=(8,), pixels=5)
        >>> latent_spectrum(net, np.ones((3, 5))).moduli.shape
        (3, 2)
    """
    found = latent_jacobian(net, latent_points(net, x))
    return spectrum(found.tangents, passing(found, net.latent))
