"""Small networks with rational weights, and their derivatives by all parameters at once, by dual numbers.

A network is a list of layers, a layer a list of rows, a row the weights of a unit and, last, its bias. Entries are
rationals, or dual numbers whose slopes are vectors over the parameters.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.verify.claim import Budget, Hypothesis, Instance, Rng
from eigenlaw.verify.dual_numbers import Dual

Network = list[list[list[Any]]]

ACTIVATIONS: Mapping[str, Callable[[Any], Any]] = {
    "linear": lambda x: x,
    "relu": lambda x: np.where(x > 0, x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, x * fmpq(1, 4)),
    "abs": lambda x: np.where(x > 0, x, -x),
    "square": lambda x: x * x,
    "cube": lambda x: x * x * x,
}
HOMOGENEOUS = ("linear", "relu", "leaky_relu", "abs")
SHAPES = ((1, 2), (1, 1, 2), (2, 2, 2), (2, 3, 3), (1, 2, 2, 2), (2, 2, 2, 3))


def cases(names: Sequence[str], alphas: Sequence[str], **more: Any) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Return small architectures by size, with an activation and an α each in turn."""

    def instances(budget: Budget, _: Rng) -> Iterable[Instance]:
        for draw in range(budget.of(5, 10, 30)):
            for number, shape in enumerate(SHAPES):
                turn = draw * len(SHAPES) + number
                yield {
                    "activation": names[(turn + draw) % len(names)],
                    "widths": list(shape),
                    "samples": 1 + turn % 3,
                    "alpha": alphas[turn % len(alphas)],
                    "draw": draw,
                    **more,
                }

    return instances


def rational_network(instance: Instance, draw: int = 0) -> Network:
    """Return the network of an instance: as written there, or random, with a last layer of zeros or without biases."""
    if "weights" in instance:
        return [[[fmpq(*map(int, weight.split("/"))), fmpq(0)] for weight in instance["weights"]]]
    rng = np.random.default_rng([instance["draw"], draw, *instance["widths"]])
    network = [
        [[fmpq(int(rng.integers(-8, 9)), 5) for _ in range(below + 1)] for _ in range(above)]
        for below, above in pairwise(instance["widths"])
    ]
    if instance.get("biases") == "none":
        network = [[[*row[:-1], fmpq(0)] for row in layer] for layer in network]
    if instance.get("last") == "zero":
        network[-1] = [[fmpq(0)] * len(row) for row in network[-1]]
    return network


def rational_data(instance: Instance) -> tuple[list[list[Any]], list[int]]:
    """Return inputs, one a row, and the numbers of their classes."""
    if "labels" in instance:
        return [[fmpq(1)]] * len(instance["labels"]), list(instance["labels"])
    rng = np.random.default_rng([instance["draw"], 99, *instance["widths"]])
    size, classes = instance["widths"][0], instance["widths"][-1]
    inputs = [[fmpq(int(rng.integers(-6, 7)), 4) for _ in range(size)] for _ in range(instance["samples"])]
    return inputs, [int(rng.integers(classes)) for _ in inputs]


def parameters(network: Network) -> list[Any]:
    """Return all weights and biases in order."""
    return [entry for layer in network for row in layer for entry in row]


def combined(function: Callable[..., Any], *networks: Network) -> Network:
    """Return the network whose entries are a function of those of others."""
    return [
        [[function(*entries) for entries in zip(*rows, strict=True)] for rows in zip(*layers, strict=True)]
        for layers in zip(*networks, strict=True)
    ]


def differentiable(network: Network, directions: Sequence[Network] | None = None) -> Network:
    """Return the network as dual numbers, with slopes by each of its parameters or along each of some directions."""
    if directions is not None:
        return combined(lambda entry, *slopes: Dual(entry, np.array(slopes, dtype=object)), network, *directions)
    size = len(parameters(network))
    units = iter([np.array([fmpq(int(i == j)) for j in range(size)], dtype=object) for i in range(size)])
    return combined(lambda entry: Dual(entry, next(units)), network)


def outputs(network: Network, activation: str, x: Sequence[Any], hidden: list[Any] | None = None) -> list[Any]:
    """Return the outputs z for one input, and append the inputs of the hidden units to ``hidden``."""
    signal: list[Any] = list(x)
    for number, layer in enumerate(network):
        signal = [row[-1] + sum((w * s for w, s in zip(row[:-1], signal, strict=True)), fmpq(0)) for row in layer]
        if number < len(network) - 1:
            if hidden is not None:
                hidden += signal
            signal = [_plain(ACTIVATIONS[activation](s)) for s in signal]
    return signal


def _plain(value: Any) -> Any:
    """Return the entry of an array of no dimension, or the number itself."""
    return value.item() if isinstance(value, np.ndarray) else value


def gates(network: Network, activation: str, inputs: Sequence[Sequence[Any]]) -> list[int]:
    """Return the signs of the inputs of all hidden units, for all inputs of the network."""
    hidden: list[Any] = []
    for x in inputs:
        outputs(network, activation, x, hidden)
    return [(value > 0) - (value < 0) for value in hidden]


NO_KINK = Hypothesis(
    r"\text{no unit at a kink}",
    lambda i: 0 not in gates(rational_network(i), i["activation"], rational_data(i)[0]),
)
