"""Networks with softmax outputs: exact ones with their scores, random ones in batches, and the limiting Gram."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, arb_series
from numpy.typing import NDArray

from eigenlaw.numerics.arrays import numpy_function
from eigenlaw.theory.activations import activation
from eigenlaw.verify.claim import Budget, Instance, Rng
from eigenlaw.verify.formula import rational
from eigenlaw.verify.germs import Place, coefficient, outputs_along
from eigenlaw.verify.papers.karakida.common import functions_of, network_of, samples_of
from eigenlaw.verify.parameter_metrics import parameter_gradients
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

Array = NDArray[Any]
Direction = Mapping[Place, Array]

EXACT = ("linear", "monomial(2)", "polynomial(1,-1/2,1/3)", "rectified_monomial(2)")
"""Activations whose derivatives are rational on rationals, without a kink."""

SHAPES = ((1, 1, 2), (1, 2, 2), (2, 2, 3), (1, 2, 1, 3), (1, 1, 1), (2, 1, 2, 2))
"""Widths M_0 … M_L."""


def exact_networks(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Networks of growing size with each of the activations in turn, then random ones."""
    found = [(name, shape, 1 + index % 2, index) for index, shape in enumerate(SHAPES) for name in EXACT]
    for _ in range(budget.of(0, 8, 80)):
        name, shape = EXACT[int(rng.integers(len(EXACT)))], SHAPES[int(rng.integers(len(SHAPES)))]
        found.append((name, shape, int(rng.integers(1, 3)), int(rng.integers(10**6))))
    return [
        {"activation": name, "widths": list(shape), "samples": samples, "draw": draw}
        for name, shape, samples, draw in found
    ]


def drawn(instance: Instance) -> tuple[WideParameters, Array]:
    """The network and its inputs, with entries of order 1, so that the softmax is not saturated."""
    rng = np.random.default_rng([instance["draw"], *instance["widths"]])
    network = rational_network(instance["widths"], rng, size=4, denominator=5)
    return network, rational_array((instance["samples"], instance["widths"][0]), rng, size=4, denominator=3)


def _phi(instance: Instance) -> list[Any]:
    return [numpy_function(activation(instance["activation"]).tree)] * (len(instance["widths"]) - 2)


def gradients(instance: Instance) -> Array:
    """The gradients of all outputs at all inputs by backpropagation, of shape (C, T, P)."""
    network, X = drawn(instance)
    return parameter_gradients(propagate(network, _phi(instance), X))


def directions(instance: Instance, count: int) -> list[Array]:
    """Random steps of the parameters, of shape (P,)."""
    rng = np.random.default_rng([7, instance["draw"], *instance["widths"]])
    P = gradients(instance).shape[2]
    return [rational_array((P,), rng, size=3, denominator=2) for _ in range(count)]


def _by_place(widths: Sequence[int], step: Array) -> Direction:
    found: dict[Place, Array] = {}
    start = 0
    for layer in range(1, len(widths)):
        shape = (widths[layer], widths[layer - 1])
        middle = start + shape[0] * shape[1]
        found["W", layer] = step[start:middle].reshape(shape)
        found["b", layer] = step[middle : middle + shape[0]]
        start = middle + shape[0]
    return found


def softmax_along(instance: Instance, step: Array) -> list[list[tuple[Any, Any]]]:
    """The softmax outputs and their derivatives along a step, as balls, by power series: T rows of C pairs."""
    network, X = drawn(instance)
    germs = outputs_along(network, _phi(instance), X, _by_place(network.widths, step))
    rows = []
    for f, slope in zip(coefficient(germs, 0), coefficient(germs, 1), strict=True):
        outputs = [arb_series([arb(rational(a)), arb(rational(b))], 2) for a, b in zip(f, slope, strict=True)]
        found = [1 / _relative(outputs, k) for k in range(len(outputs))]
        rows.append([(share[0], share[1]) for share in found])
    return rows


def _relative(outputs: Sequence[Any], k: int) -> Any:
    """Σ_j exp(f_j − f_k), exactly 1 for a single output."""
    one = arb_series([1, 0], 2)
    return sum(((other - outputs[k]).exp() for j, other in enumerate(outputs) if j != k), one)


def softmax_outputs(instance: Instance) -> list[list[Any]]:
    """The softmax outputs as balls, from the exponentials of the outputs: T rows of C."""
    network, X = drawn(instance)
    rows = [[arb(rational(f)).exp() for f in row] for row in propagate(network, _phi(instance), X).outputs]
    return [[power / sum(row) if len(row) > 1 else arb(1) for power in row] for row in rows]


def shares(outputs: int, samples: int, draw: int) -> list[list[str]]:
    """Random rational softmax outputs: T rows of C positive numbers that sum to 1."""
    counts = np.random.default_rng([outputs, samples, draw]).integers(1, 9, (samples, outputs))
    return [[str(Fraction(int(n), int(row.sum()))) for n in row] for row in counts]


def rows_of(instance: Instance) -> Array:
    """The softmax outputs of an instance, exactly, of shape (T, C)."""
    return np.asarray(np.vectorize(Fraction, otypes=[object])(np.array(instance["g"], dtype=object)))


def share_cases(
    smallest: Sequence[Sequence[Sequence[str]]], more: Callable[[int], Mapping[str, Any]]
) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Given softmax outputs, then random ones of growing size, each with what ``more`` adds to the number of cases."""
    shapes = [(C, T) for T in (1, 2, 3) for C in (2, 3, 4)] + [(5, 2), (2, 5), (3, 6), (6, 3), (4, 5)]

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        found: list[Any] = [*smallest, *(shares(*shape, draw) for draw in (0, 1) for shape in shapes)]
        for _ in range(budget.of(0, 8, 80)):
            found.append(shares(int(rng.integers(2, 7)), int(rng.integers(1, 7)), int(rng.integers(10**6))))
        return [{"g": g, **more(index)} for index, g in enumerate(found)]

    return instances


def batch(instance: Instance, width: int, rng: Rng, count: int) -> tuple[WideParameters, Signals]:
    """Draw networks of an instance with M = width, each with T inputs of its own, and return their signals."""
    network = network_of(instance)
    widths = layer_widths(network.alphas, width, instance["outputs"])
    weights, biases = ([float(value) for value in values] for values in (network.sigma_w2, network.sigma_b2))
    parameters = sample_network(widths, weights, biases, rng, count)
    X = sample_inputs(samples_of(instance, width), widths[0], rng, count)
    return parameters, propagate(parameters, functions_of(instance), X)
