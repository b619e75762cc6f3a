"""Networks and inputs over the rationals, and their derivatives without backpropagation."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.numerics.arrays import ArrayFunction, numpy_function
from eigenlaw.theory.activations import activation
from eigenlaw.verify.claim import Budget, Hypothesis, Instance, Rng
from eigenlaw.verify.formula import rational
from eigenlaw.verify.germs import Place, coefficient, outputs_along
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.wide_networks import (
    Signals,
    WideParameters,
    propagate,
    rational_array,
    rational_network,
)

Array = NDArray[Any]

SMOOTH = ("linear", "monomial(2)", "polynomial(1,-1/2,1/3)", "rectified_monomial(2)", "monomial(3)")
KINKED = ("relu", "leaky_relu(1/10)", "abs", "hard_tanh", "x + max(x, -x/2)")
SHAPES = ((1, 1, 1), (2, 1, 2), (1, 2, 1, 1), (2, 2, 3, 1), (3, 2, 1, 2), (1, 2, 1, 2, 1))
"""Widths M_0 … M_L."""


def exact_cases(names: Sequence[str], more: Mapping[str, Any]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Networks of growing size with each of the activations in turn, then random ones."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        found = [
            (name, shape, 1 + index % 3, index)
            for index, shape in enumerate(SHAPES[:4])
            for name in names[:: 1 + index // 2]
        ]
        for _ in range(budget.of(4, 15, 100)):
            name, shape = names[int(rng.integers(len(names)))], SHAPES[int(rng.integers(len(SHAPES)))]
            found.append((name, shape, int(rng.integers(1, 4)), int(rng.integers(10**6))))
        return [
            {"activation": name, "widths": list(widths), "samples": samples, "draw": draw, **more}
            for name, widths, samples, draw in found
        ]

    return instances


@cache
def _phi(name: str) -> ArrayFunction:
    return numpy_function(activation(name).tree)


def phi_of(instance: Instance) -> list[ArrayFunction]:
    """φ_1 … φ_{L−1}."""
    return [_phi(instance["activation"])] * (len(instance["widths"]) - 2)


def drawn(instance: Instance) -> tuple[WideParameters, Array]:
    """The network and its inputs; with ``kink``: l the pre-activation u_1^l is 0 at the first input."""
    rng = np.random.default_rng([instance["draw"], *instance["widths"]])
    network = rational_network(instance["widths"], rng, size=7, denominator=5)
    X = rational_array((instance["samples"], instance["widths"][0]), rng, size=9, denominator=4)
    if layer := instance.get("kink"):
        h = propagate(network, phi_of(instance), X).h[layer - 1]
        network.biases[layer - 1][0] = -(network.weights[layer - 1][0] @ h[0])
    return network, X


def signals_of(instance: Instance) -> Signals:
    """The signals, by backpropagation."""
    network, X = drawn(instance)
    return propagate(network, phi_of(instance), X)


def preactivations(instance: Instance) -> list[Array]:
    """u^1 … u^L, of shape (T, M_l)."""
    network, _ = drawn(instance)
    h = signals_of(instance).h
    return [below @ W.T + b for below, W, b in zip(h, network.weights, network.biases, strict=True)]


def _avoids_kinks(instance: Instance) -> bool:
    places = {Fraction(place.value) for place in activation(instance["activation"]).breakpoints}
    smooth = instance["activation"] in SMOOTH
    return smooth or not any(entry in places for u in preactivations(instance)[:-1] for entry in u.ravel())


NO_KINK = Hypothesis(r"\phi\text{ is differentiable at every }u_i^l(t)", _avoids_kinks)


def unit(shape: tuple[int, ...], index: tuple[int, ...]) -> Array:
    """An array of zeros with a single one."""
    found = np.full(shape, Fraction(0), dtype=object)
    found[index] = Fraction(1)
    return found


@cache
def _derivatives(text: str, kind: Any, layer: int) -> Array:
    instance = json.loads(text)
    network, X = drawn(instance)
    widths = network.widths
    shape = (widths[layer], widths[layer - 1]) if kind == "W" else (widths[layer],)
    place: Place = (kind, layer)
    found = [
        coefficient(outputs_along(network, phi_of(instance), X, {place: unit(shape, index)}), 1).T
        for index in np.ndindex(shape)
    ]
    return np.stack(found, axis=2).reshape(widths[-1], len(X), *shape)


def derivatives(instance: Instance, kind: str, layer: int) -> Array:
    """The derivatives of every output at every input by W^l, b^l, u^l or h^l, one by one: (C, T, …)."""
    plain = {name: instance[name] for name in ("activation", "widths", "samples", "draw", "kink") if name in instance}
    return _derivatives(instance_text(plain), kind, layer)


def entries(array: Any) -> list[Any]:
    """The entries of an array, as a formula's numbers."""
    return [rational(entry) for entry in np.asarray(array).ravel()]


def at(array: Any) -> Callable[..., Any]:
    """(i, j, …) ↦ the entry of an array, indices from 1; an index out of range has no value."""

    def entry(*place: int) -> Any:
        if any(not 1 <= index <= size for index, size in zip(place, array.shape, strict=True)):
            raise IndexError(f"index={place}: expected 1 to {array.shape}")
        return array[tuple(index - 1 for index in place)]

    return entry


def by_layer(arrays: Mapping[int, Any]) -> Callable[..., Any]:
    """(l, i, j, …) ↦ an entry of the array of layer l."""
    return lambda layer, *place: at(arrays[layer])(*place)
