"""Small autoencoders over the rationals for the claims on Jacobians, rebuilt from an instance.

The reconstruction y is chosen: for every y in (−1, 1)^N there is a last bias that makes the tanh of the decoder give
it, which itself is never needed. So y = x, the reconstruction without error, is exact, and so is the slope 1 − y².
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from eigenlaw.verify.autoencoders import Autoencoder, Layer, decode, encode, initial, through
from eigenlaw.verify.claim import Hypothesis, Instance, Rng
from eigenlaw.verify.judge import instance_text

Array = NDArray[Any]

SHAPES = ((1, 1, 1), (2, 2, 1), (2, 3, 1), (2, 3, 2), (3, 2, 1), (3, 4, 2), (4, 3, 3), (4, 3, 2, 1), (4, 5, 4, 2))
"""Pixels, hidden widths of the encoder, latent dimension."""
SQUARE = ((1, 2, 1), (2, 2, 2), (2, 3, 2), (3, 4, 3), (3, 3, 4, 3))
"""Those whose latent points have the dimension of the inputs."""
_STEPS = 30


@dataclass(frozen=True)
class Exact:
    """An autoencoder, an input x, its latent point z, and the reconstruction y, all exact rationals."""

    net: Autoencoder
    x: Array

    @cached_property
    def z(self) -> Array:
        """The latent point f_enc(x), of shape (d,)."""
        return np.asarray(encode(self.net, self.x[None]).values[0])

    @cached_property
    def y(self) -> Array:
        """The reconstruction f_dec(z), of shape (N,)."""
        return np.asarray(decode(self.net, self.z[None]).values[0])

    def encoder_slopes(self, point: Array) -> Array:
        """Return Df_enc at a point, of shape (d, N)."""
        return np.asarray(encode(self.net, point[None]).tangents[0])

    def decoder_slopes(self, point: Array) -> Array:
        """Return Df_dec at a point, of shape (N, d); the slopes of tanh are those at y."""
        return np.asarray(decode(self.net, point[None]).tangents[0])

    def encoder_gates(self, point: Array) -> list[list[bool]]:
        """Return which units of the encoder are open at a point."""
        return [gate[0].tolist() for gate in encode(self.net, point[None]).gates]

    @property
    def input_jacobian(self) -> Array:
        """J_I = Df_dec(z) Df_enc(x)."""
        return np.asarray(self.decoder_slopes(self.z) @ self.encoder_slopes(self.x))

    @property
    def latent_jacobian(self) -> Array:
        """J_L = Df_enc(y) Df_dec(z)."""
        return np.asarray(self.encoder_slopes(self.y) @ self.decoder_slopes(self.z))


def rationals(rng: Rng, shape: Sequence[int], bound: int, denominator: int) -> Array:
    """Draw numbers k/denominator, −bound ≤ k ≤ bound."""
    drawn = rng.integers(-bound, bound + 1, tuple(shape))
    flat = np.empty(drawn.size, dtype=object)
    flat[:] = [fmpq(int(k), denominator) for k in drawn.ravel()]
    return flat.reshape(drawn.shape)


def exact(instance: Instance) -> Exact:
    """Return the autoencoder of an instance: its ``widths``, its ``draw``, and what ``output`` and ``latent`` are.

    ``output`` is where y lies: ``any``, ``input`` for y = x, ``near`` for the same gates of the encoder as x, ``fibre``
    for f_enc(y) = f_enc(x) with other gates (latent dimension 1 only). ``latent`` = ``input`` makes z = x. Instances
    with a ``special`` are built by hand.
    """
    return _exact(instance_text(instance))


@lru_cache(maxsize=64)
def _exact(text: str) -> Exact:
    instance = json.loads(text)
    if "special" in instance:
        return _SPECIAL[instance["special"]]()
    pixels, *hidden, latent = instance["widths"]
    rng = np.random.default_rng([instance["draw"], *instance["widths"]])
    plain = initial(latent, rng, hidden, pixels)
    encoder, decoder = (tuple(_rational(layer, rng) for layer in part) for part in (plain.encoder, plain.decoder))
    x = rationals(rng, (pixels,), 9, 10)
    if instance.get("latent") == "input":
        last = encoder[-1]
        at = through(encoder[:-1], x[None], x[:, None]).values[0]
        encoder = (*encoder[:-1], Layer(last.weight, x - last.weight @ at, last.gate))
    y = _output(instance.get("output", "any"), Autoencoder(encoder, decoder), x, rng)
    return Exact(Autoencoder(encoder, decoder, lambda values: np.broadcast_to(y, values.shape)), x)


def _rational(layer: Layer, rng: Rng) -> Layer:
    return Layer(
        rationals(rng, layer.weight.shape, 4 * 10**6, 10**6), rationals(rng, layer.bias.shape, 10**6, 10**6), layer.gate
    )


def _output(kind: str, net: Autoencoder, x: Array, rng: Rng) -> Array:
    if kind == "input":
        return x
    here = Exact(net, x)
    while True:
        y = rationals(rng, x.shape, 99, 100)
        if kind == "any":
            return y
        same = here.encoder_gates(y) == here.encoder_gates(x)
        if kind == "far" and not same:
            return y
        if kind == "near":
            for halving in range(_STEPS):
                nearer = x + (y - x) / 2**halving
                if here.encoder_gates(nearer) == here.encoder_gates(x):
                    return np.asarray(nearer)
        if kind == "fibre" and not same:
            slopes = here.encoder_slopes(y)[0]
            if not (slopes @ slopes):
                continue
            moved = y + (here.z[0] - encode(net, y[None]).values[0][0]) / (slopes @ slopes) * slopes
            if here.encoder_gates(moved) == here.encoder_gates(y) and max(abs(moved)) < 1:
                return np.asarray(moved)


def matrix(*rows: Sequence[int]) -> Array:
    """Return small integers as exact rationals."""
    found = np.empty((len(rows), len(rows[0])), dtype=object)
    found[:] = [[fmpq(entry) for entry in row] for row in rows]
    return found


def _layer(weight: Array, bias: int = 0, gate: bool = True) -> Layer:
    return Layer(weight, np.array([fmpq(bias)] * len(weight), dtype=object), gate)


def _still(net_y: Array) -> Callable[[Array], Array]:
    return lambda values: np.broadcast_to(net_y, values.shape)


def _kink() -> Exact:
    """f_enc(x) = relu(x) − relu(−x) = x, differentiable at x = 0, where all of its gates are closed."""
    both, apart = matrix([1], [-1]), matrix([1, -1])
    encoder = (_layer(both), _layer(apart, gate=False))
    zero = np.array([fmpq(0)], dtype=object)
    return Exact(Autoencoder(encoder, encoder, _still(zero)), zero)


def _nilpotent() -> Exact:
    """All gates open, and Df_enc Df_dec = 0: J_I is not zero, but its eigenvalues are."""
    encoder = (_layer(matrix([1, 0], [0, 1]), 9), _layer(matrix([0, 1]), gate=False))
    decoder = (_layer(matrix([1], [0]), 99), _layer(matrix([1, 0], [0, 0]), gate=False))
    half = np.array([fmpq(1, 2)] * 2, dtype=object)
    return Exact(Autoencoder(encoder, decoder, _still(half)), half)


_SPECIAL: dict[str, Callable[[], Exact]] = {"kink": _kink, "nilpotent": _nilpotent}


def quotient(f: Callable[[Array], Array], point: Array, direction: Array) -> Array:
    """Return the derivative of a piecewise affine map along a direction, by exact difference quotients on both sides.

    Raises:
        ArithmeticError: the two sides differ however near: there is no derivative.
    """
    here = f(point)
    for halving in range(4, 200, 8):
        step = fmpq(1, 2**halving)
        right, left = ((f(point + side * direction) - here) / side for side in (step, -step))
        if all(right == left):
            return np.asarray(right)
    raise ArithmeticError("derivative: expected the quotients on both sides to agree; the point is at a kink")


def characteristic(matrix_: Array) -> list[Any]:
    """Return c_0 = 1, c_1, …, c_n with det(λ − A) = Σ_k c_k λ^{n−k}."""
    size = len(matrix_)
    polynomial = fmpq_mat(size, size, list(matrix_.ravel())).charpoly()
    return [polynomial[size - k] for k in range(size + 1)]


def nonzero_eigenvalues(matrix_: Array) -> int:
    """Return how many eigenvalues are not zero, with multiplicity: the largest k with c_k ≠ 0."""
    return max(k for k, c in enumerate(characteristic(matrix_)) if c != 0)


def open_units(case: Exact) -> list[int]:
    """Return how many units each hidden layer of the encoder at x and of the decoder at z has open."""
    gates = [*encode(case.net, case.x[None]).gates, *decode(case.net, case.z[None]).gates]
    return [int(gate.sum()) for gate in gates]


def at_kink(case: Exact) -> bool:
    """Tell whether a preactivation is zero at x, at z or at y."""
    found = [encode(case.net, case.x[None]), decode(case.net, case.z[None]), encode(case.net, case.y[None])]
    return any(signals.kink for signals in found)


SMOOTH = Hypothesis("no preactivation is zero", lambda i: not at_kink(exact(i)))
SAME_GATES = Hypothesis(
    "the same units of the encoder are open at x and at y",
    lambda i: exact(i).encoder_gates(exact(i).x) == exact(i).encoder_gates(exact(i).y),
)
NO_ERROR = Hypothesis("y=x", lambda i: all(exact(i).y == exact(i).x))
GENERIC = Hypothesis("the weights are in general position", lambda i: "special" not in i)
