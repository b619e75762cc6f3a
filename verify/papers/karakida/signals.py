"""The signals of exact networks: gradients by backpropagation, (3), and the sums of (15) and (18)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from eigenlaw.verify.claim import Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.dual_numbers import derivative, evaluated
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.metric_grams import backward_gram, forward_gram, output_block
from eigenlaw.verify.papers.karakida.exact_networks import (
    KINKED,
    NO_KINK,
    SMOOTH,
    at,
    by_layer,
    derivatives,
    drawn,
    entries,
    exact_cases,
    phi_of,
    preactivations,
    signals_of,
)

AT_KINK = {"activation": "relu", "widths": [1, 1, 1, 1], "samples": 1, "draw": 9, "kink": 2}
"""u² = 0 at the only neuron: the output is not differentiable by what lies below."""

_CASES = exact_cases(SMOOTH + KINKED, {})


def _layers(instance: Instance) -> range:
    return range(1, len(instance["widths"]))


def _all(instance: Instance, kind: str, layers: Sequence[int]) -> list[Any]:
    """The derivatives by W, b or u of these layers, layer by layer, output by output, input by input."""
    return [entry for layer in layers for entry in entries(derivatives(instance, kind, layer))]


def _places(instance: Instance, layers: Sequence[int], *, weights: bool) -> list[dict[str, int]]:
    """The indices of the same numbers in the same order, counted from 1."""
    widths = instance["widths"]
    found = []
    for layer in layers:
        shape = [widths[-1], instance["samples"], widths[layer], *([widths[layer - 1]] if weights else [])]
        for place in np.ndindex(*shape):
            found.append({"l": layer, **dict(zip("ktij", (index + 1 for index in place), strict=False))})
    return found


def _signals(instance: Instance) -> dict[str, Any]:
    """h^l from the network, δ^l as the derivative by u^l that defines it."""
    h = signals_of(instance).h
    deltas = {layer: derivatives(instance, "u", layer) for layer in _layers(instance)}
    return {"h": by_layer(dict(enumerate(h))), "delta": by_layer(deltas)}


def _by_weights() -> Any:
    k, layer, t, i, j = symbols("k l t i j")
    return indexed("delta")[layer, k, t, i] * indexed("h")[layer - 1, t, j]


def _weights(instance: Instance, value: Evaluate) -> Sequence[Any]:
    signals = _signals(instance)
    return [value(**place, **signals) for place in _places(instance, _layers(instance), weights=True)]


def _by_biases() -> Any:
    k, layer, t, i = symbols("k l t i")
    return indexed("delta")[layer, k, t, i]


def _biases(instance: Instance, value: Evaluate) -> Sequence[Any]:
    signals = _signals(instance)
    return [value(**place, **signals) for place in _places(instance, _layers(instance), weights=False)]


def _step() -> Any:
    k, layer, t, i, j = symbols("k l t i j")
    above = indexed("delta")[layer + 1, k, t, j] * indexed("W")[layer + 1, j, i]
    return indexed("slope")[layer, t, i] * summation(above, (j, 1, indexed("M")[layer + 1]))


def _recursion() -> Any:
    import sympy

    k, layer, i, last = symbols("k l i L")
    start = sympy.KroneckerDelta(k, i)
    return sympy.Piecewise((start, sympy.Eq(layer, last)), (_step(), True))


def _from_above(instance: Instance, value: Evaluate, layers: Sequence[int], start: dict[int, Any]) -> Sequence[Any]:
    """δ^l from the top layer down, each from the one above as the formula gives it."""
    network, _ = drawn(instance)
    last = network.layers
    slopes = [derivative(phi, u)[1] for phi, u in zip(phi_of(instance), preactivations(instance), strict=False)]
    known = dict(start)
    found: dict[int, list[Any]] = {}
    for layer in reversed(layers):
        bound = {
            "delta": by_layer(known),
            "slope": by_layer(dict(enumerate(slopes, 1))),
            "W": by_layer(dict(enumerate(network.weights, 1))),
            "M": at(np.array(network.widths[1:], dtype=object)),
            "L": last,
        }
        found[layer] = [value(**place, **bound) for place in _places(instance, [layer], weights=False)]
        shape = (network.widths[-1], instance["samples"], network.widths[layer])
        known[layer] = np.array(found[layer], dtype=object).reshape(shape)
    return [entry for layer in layers for entry in found[layer]]


def _below_the_top(instance: Instance, value: Evaluate) -> Sequence[Any]:
    last = len(instance["widths"]) - 1
    return _from_above(instance, value, range(1, last), {last: derivatives(instance, "u", last)})


def _whole(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return _from_above(instance, value, _layers(instance), {})


def _measured_below(instance: Instance, _: Rng) -> Sequence[Any]:
    return _all(instance, "u", _layers(instance)[:-1])


# (15), (18): the sums that are called order parameters


def _average() -> Any:
    layer, s, t, i, size = symbols("l s t i M")
    h = indexed("h")
    return summation(h[layer, s, i] * h[layer, t, i], (i, 1, size)) / size


def _total() -> Any:
    k, layer, s, t, i, size = symbols("k l s t i M")
    delta = indexed("delta")
    return summation(delta[layer, k, s, i] * delta[layer, k, t, i], (i, 1, size))


def _pairs(instance: Instance) -> list[tuple[int, int]]:
    return [(s + 1, t + 1) for s, t in np.ndindex(instance["samples"], instance["samples"])]


def _averages(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """With the activities applied one by one to the pre-activations."""
    functions, u = phi_of(instance), preactivations(instance)
    h = {0: drawn(instance)[1]} | {n: evaluated(phi, u[n - 1]) for n, phi in enumerate(functions, 1)}
    bound, sizes = by_layer(h), instance["widths"]
    return [value(l=n, s=s, t=t, h=bound, M=sizes[n]) for n in h for s, t in _pairs(instance)]


def _totals(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """With δ as the derivatives of the outputs by each pre-activation."""
    bound, sizes = _signals(instance)["delta"], instance["widths"]
    outputs, layers = range(1, sizes[-1] + 1), _layers(instance)
    return [
        value(l=n, k=k, s=s, t=t, delta=bound, M=sizes[n]) for n in layers for k in outputs for s, t in _pairs(instance)
    ]


def _forward_grams(instance: Instance, _: Rng) -> Sequence[Any]:
    signals, sizes = signals_of(instance), instance["widths"]
    return [entry for n in range(len(sizes) - 1) for entry in entries(forward_gram(signals, n) / sizes[n])]


def _backward_grams(instance: Instance, _: Rng) -> Sequence[Any]:
    signals, outputs = signals_of(instance), instance["widths"][-1]
    return [
        entry
        for layer in _layers(instance)
        for k in range(outputs)
        for entry in entries(output_block(backward_gram(signals, layer), outputs, k))
    ]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:eq-15.2",
        "printed",
        "(15)",
        r"\hat q^l(s,t)",
        Formula(_average),
        Value(_CASES, _averages, _forward_grams),
        note="The definition, against the Grams from which all statistics are made.",
    ),
    Claim(
        "karakida:eq-18.2",
        "printed",
        "(18)",
        r"\tilde q_k^l(s,t)",
        Formula(_total),
        Value(_CASES, _totals, _backward_grams, controls=(AT_KINK,)),
        (NO_KINK,),
        note="The definition, against the Grams from which all statistics are made.",
    ),
    Claim(
        "karakida:eq-3.1",
        "printed",
        "(3), weights",
        r"\partial f_k/\partial W_{ij}^l",
        Formula(_by_weights),
        Value(_CASES, _weights, lambda instance, _: _all(instance, "W", _layers(instance)), controls=(AT_KINK,)),
        (NO_KINK,),
        note="The derivatives are read off the outputs of a network moved along each parameter, exactly.",
    ),
    Claim(
        "karakida:eq-3.2",
        "printed",
        "(3), biases",
        r"\partial f_k/\partial b_i^l",
        Formula(_by_biases),
        Value(_CASES, _biases, lambda instance, _: _all(instance, "b", _layers(instance))),
        (NO_KINK,),
    ),
    Claim(
        "karakida:eq-3.3",
        "printed",
        "(3), backpropagation, l < L",
        r"\delta_{k,i}^l=\partial f_k/\partial u_i^l",
        Formula(_step),
        Value(_CASES, _below_the_top, _measured_below, controls=(AT_KINK,)),
        (NO_KINK,),
        note="Printed for l = 1, …, L; at l = L there is no layer above, and the start δ^L is not printed.",
    ),
    Claim(
        "karakida:eq-3.3",
        "new",
        "(3), backpropagation with its start",
        r"\delta_{k,i}^l=\partial f_k/\partial u_i^l",
        Formula(_recursion),
        Value(_CASES, _whole, lambda instance, _: _all(instance, "u", _layers(instance)), controls=(AT_KINK,)),
        (NO_KINK,),
        note="With a linear output δ^L is the unit vector e_k.",
    ),
)
