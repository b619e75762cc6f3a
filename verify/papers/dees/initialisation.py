"""Section II and III.A: the weights of PyTorch's Linear, and what the gates of ReLU do to a product of such matrices.

The expected squared norm of a Jacobian is enumerated: weights and biases of fixed size with all signs, in dyadic
numbers without rounding. Laws with symmetric entries, such as the uniform one, are mixtures of these.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.theory.gated_products import expected_squared_norm
from eigenlaw.verify.autoencoders import (
    Autoencoder,
    Layer,
    initial_layer,
    input_jacobian,
    latent_jacobian,
    latent_points,
    widths,
)
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Hypothesis, Instance, Rng, Sample, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.surds import root

Array = NDArray[Any]

SHAPES = ((1, 1, 1), (2, 1, 1), (2, 1, 2), (1, 2, 1), (3, 1, 1), (1, 1, 1, 1), (2, 1, 1, 1), (3, 1, 2), (1, 1, 2, 1))
_FRACTION = 2.0**-9
"""Biases are odd multiples of its powers, so that no preactivation is zero."""


def _bound() -> Any:
    import sympy

    return 1 / sympy.sqrt(symbols("n")[0])


def _kaiming(instance: Instance, _: Rng) -> Sequence[Any]:
    """√3 · gain/√n with gain² = 2/(1 + a²), a = √5: what the method ``reset_parameters`` of the layer calls for."""
    gain = fmpq(2, 1 + 5)
    return [root(3 * gain / instance["input"])]


def _moment() -> Any:
    n, p = symbols("n p")
    return 1 / ((2 * p + 1) * n**p)


def _moments(instance: Instance, _width: int, rng: Rng, n: int) -> Draws:
    """The means of w², w⁴ and b² over a layer."""
    layer = initial_layer(rng, (n, instance["output"], instance["input"]))
    weight = layer.weight.reshape(n, -1)
    return np.stack([(weight**2).mean(axis=1), (weight**4).mean(axis=1), (layer.bias**2).mean(axis=1)], axis=1)


def _fans(_: Budget, __: Rng) -> Iterable[Instance]:
    return [{"input": n, "output": 8} for n in range(2, 24)]


def _signs(bits: int) -> Array:
    """All patterns of signs, one a row."""
    return 1.0 - 2.0 * ((np.arange(2**bits)[:, None] >> np.arange(bits)) & 1)


def _networks(instance: Instance) -> Autoencoder:
    """All networks of an instance at once: weights ±a_l, biases ±b_l."""
    shape, rng = instance["widths"], np.random.default_rng(instance["draw"])
    sizes = widths(shape[-1], shape[1:-1], shape[0])
    pairs = list(pairwise(sizes))
    half = len(pairs) // 2
    bits = sum(above * below + above for below, above in pairs) - sizes[-1]
    signs, position, layers = _signs(bits), 0, []
    for number, (below, above) in enumerate(pairs, start=1):
        weight = signs[:, position : position + above * below].reshape(-1, above, below)
        position += above * below
        bias = np.zeros((len(signs), above))
        if number < 2 * half:  # without tanh the last bias plays no part
            size = (2 * rng.integers(0, 4) + 1) * _FRACTION**number
            bias = size * signs[:, position : position + above]
            position += above
        gate = instance["gates"] == "relu" and number not in (half, 2 * half)
        layers.append(Layer(weight * instance["sizes"][number - 1], bias, gate))
    return Autoencoder(tuple(layers[:half]), tuple(layers[half:]), None)


def _mean_square(instance: Instance, _: Rng) -> Sequence[Any]:
    """The mean of ‖J‖_F² over all signs; Jacobians of integers, so that nothing is rounded."""
    net, rng = _networks(instance), np.random.default_rng([instance["draw"], 1])
    count = len(net.encoder[0].weight)
    x = np.broadcast_to(rng.integers(-8, 9, net.pixels) / 4, (count, net.pixels))
    if instance["point"] == "x":
        found = input_jacobian(net, x)
    else:
        fixed = np.broadcast_to(rng.integers(-8, 9, net.latent) / 4, (count, net.latent))
        found = latent_jacobian(net, fixed if instance["point"] == "z" else latent_points(net, x))
    if found.kink:
        raise ArithmeticError("preactivation: expected none to be zero")
    return [fmpq(int((found.tangents**2).sum()), count)]


def _norm() -> Any:
    n, h, v = symbols("n h v")
    return expected_squared_norm(n, [v], h)


def _norm_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    shape = instance["widths"]
    sizes = widths(shape[-1], shape[1:-1], shape[0])
    scales = prod(below * size**2 for (below, _), size in zip(pairwise(sizes), instance["sizes"], strict=True))
    return [value(n=shape[0] if instance["point"] == "x" else shape[-1], v=scales, h=2 * (len(shape) - 2))]


def _norm_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    found = []
    for shape in SHAPES[: budget.of(6, 9, 9)]:
        for point in ("x", "z"):
            for draw in (0, 1):
                sizes = [int(size) for size in np.random.default_rng(draw).integers(1, 4, 2 * len(shape) - 2)]
                found.append({"widths": list(shape), "sizes": sizes, "point": point, "gates": "relu", "draw": draw})
    return found


GATED = Hypothesis("a ReLU follows each hidden layer", lambda i: i["gates"] == "relu")
FIXED_POINT = Hypothesis("the point does not depend on the weights", lambda i: i["point"] != "f_enc(x)")
_CONTROL: Instance = {"widths": [1, 2, 1], "sizes": [1, 1, 1, 1], "point": "x", "gates": "none", "draw": 0}
_ENCODED: Instance = {"widths": [1, 1, 1, 1], "sizes": [1] * 6, "point": "f_enc(x)", "gates": "relu", "draw": 0}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:torch-init.1",
        "printed",
        "Section II: torch.nn.Linear draws from [−1/√input, 1/√input]",
        r"\sqrt3\,\sqrt{\frac2{1+a^2}}\,\frac1{\sqrt n},\ a=\sqrt5",
        Formula(_bound),
        Value(lambda _, __: [{"input": n} for n in range(1, 41)], lambda i, v: [v(n=i["input"])], _kaiming),
        note="The layer calls for Kaiming's uniform law with a = √5, which is this one. The paper does not say that "
        "the biases have the same law. PyTorch stores a weight as output × input.",
        activations=1,
    ),
    Claim(
        "dees:torch-init.2",
        "new",
        "Section II",
        r"\mathrm E\,w^{2p}\ (p=1,2),\ \mathrm E\,b^2\ (p=1)",
        Formula(_moment),
        Sample(
            _fans,
            lambda i, value: [value(n=i["input"], p=p) for p in (1, 2, 1)],
            _moments,
            lambda budget: budget.of(2000, 4000, 20000),
            (1,),
        ),
        note="Of the initialisation used here, weights and biases: variance 1/(3 input).",
        activations=1,
    ),
    Claim(
        "dees:order-of-magnitude.5",
        "new",
        "Section III.A",
        r"\mathrm E\,\|J\|_F^2,\ J=J_{\mathcal I}(x)\text{ or }J_{\mathcal L}(z)",
        Formula(_norm, derived=True),
        Value(_norm_cases, _norm_value, _mean_square, controls=(_CONTROL, _ENCODED)),
        (GATED, FIXED_POINT),
        note="Why the observed eigenvalues are smaller: each of the h hidden layers halves the expected squared norm, "
        "whatever the symmetric law of the entries, the biases and the point. v is the product of fan-in times "
        "variance: with the six of the paper ‖J_L‖_F² has mean d 3^{−8} 2^{−6} without tanh; tanh′ ≤ 1 lowers it.",
        activations=1,
    ),
)
