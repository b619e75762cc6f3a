"""The metrics of parameters, inputs and features: (7), (10), (11), (13) and (14), exactly."""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols, undefined
from eigenlaw.verify.germs import Place, coefficient, outputs_along
from eigenlaw.verify.metric_grams import feature_gradients
from eigenlaw.verify.papers.karakida.exact_networks import (
    KINKED,
    NO_KINK,
    SMOOTH,
    Array,
    at,
    by_layer,
    derivatives,
    drawn,
    entries,
    exact_cases,
    phi_of,
    signals_of,
)
from eigenlaw.verify.papers.karakida.signals import AT_KINK
from eigenlaw.verify.parameter_metrics import feature_gradient, mean_outer_products, parameter_gradients
from eigenlaw.verify.wide_networks import rational_array

_CASES = exact_cases(SMOOTH + KINKED, {})


# (7), (11), (14): the response to a perturbation, to second order


def _quadratic_form() -> Any:
    i, j, size, d, metric = *symbols("i j P"), indexed("d"), indexed("F")
    return summation(d[i] * summation(metric[i, j] * d[j], (j, 1, size)), (i, 1, size))


def _directions(instance: Instance) -> dict[Place, Array]:
    """One random vector for every place, in the order of a gradient."""
    rng, widths = np.random.default_rng([1, instance["draw"]]), instance["widths"]
    shapes: dict[Place, tuple[int, ...]] = {("h", 0): (widths[0],)}
    for layer in range(1, len(widths)):
        shapes[("W", layer)], shapes[("b", layer)] = (widths[layer], widths[layer - 1]), (widths[layer],)
        if layer < len(widths) - 1:
            shapes[("h", layer)] = (widths[layer],)
    return {place: rational_array(shape, rng, size=4, denominator=3) for place, shape in shapes.items()}


def _only(kinds: str, last: int | None = None) -> Callable[[Place], bool]:
    return lambda place: place[0] in kinds and (last is None or place[1] <= last)


def _factors(instance: Instance) -> list[Fraction]:
    """What the perturbation is multiplied by at each input: 1 if it does not depend on the input."""
    return [Fraction(t if instance.get("dependent") else 1) for t in range(1, instance["samples"] + 1)]


def _response(taken: Callable[[Place], bool]) -> Callable[[Instance, Rng], Sequence[Any]]:
    """The coefficients of ε⁰, ε¹ and ε² in E|f_k(… + ε v) − f_k|², output by output."""

    def measured(instance: Instance, _: Rng) -> Sequence[Any]:
        network, X = drawn(instance)
        column = np.array(_factors(instance), dtype=object)[:, None]
        chosen = {place: v for place, v in _directions(instance).items() if taken(place)}
        direction = {place: column * v if place[0] == "h" else v for place, v in chosen.items()}
        moved = outputs_along(network, phi_of(instance), X, direction, order=2)
        change = moved - coefficient(moved, 0)
        powers = [coefficient(change * change, power).sum(axis=0) / len(X) for power in range(3)]
        return [rational(entry) for entry in np.array(powers).T.ravel()]

    return measured


def _form(
    taken: Callable[[Place], bool], metric: Callable[[Instance], Array]
) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    """0, 0 and vᵀ F_k v with a metric from backpropagation."""

    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        factors = _factors(instance)
        mean = sum(factors, Fraction(0)) / len(factors)
        d = np.concatenate([v.ravel() * mean for place, v in _directions(instance).items() if taken(place)])
        return [n for F in metric(instance) for n in (fmpq(0), fmpq(0), value(d=at(d), F=at(F), P=len(d)))]

    return predicted


def _parameter_metric(instance: Instance) -> Array:
    return mean_outer_products(parameter_gradients(signals_of(instance)))


def _feature_metric(instance: Instance) -> Array:
    return mean_outer_products(feature_gradient(signals_of(instance), drawn(instance)[0]))


def _input_metric(instance: Instance) -> Array:
    signals, network = signals_of(instance), drawn(instance)[0]
    gradients = feature_gradients(signals, network, 0)
    return mean_outer_products(gradients.reshape(*signals.delta[0].shape[:2], -1))


INDEPENDENT = Hypothesis(r"dh\text{ does not depend on }x", lambda instance: not instance.get("dependent"))
_DEPENDENT = {"activation": "polynomial(1,-1/2,1/3)", "widths": [2, 2, 1], "samples": 2, "draw": 1, "dependent": True}


# (10), (13): the blocks


def _block_cases(first: int, more: Mapping[str, Any]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """One output and one pair of layers of each network, the lowest layer being ``first``."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        for number, case in enumerate(exact_cases(SMOOTH + KINKED, more)(budget, rng)):
            layers = len(case["widths"]) - 1
            low, high = first + number % layers, first + (number // 2) % layers
            yield {**case, "k": 1 + number % case["widths"][-1], "block": [low, high]}

    return instances


def _kronecker() -> Any:
    """The places of row r and column c of ⊗ are those of two weights, r = i M_{l−1} + j, all counted from 0."""
    row, column, layer, other, t, size, fan_in, other_fan_in = symbols("r c l m t T M_l M_m")
    delta, h, quotient, remainder = indexed("delta"), indexed("h"), undefined("quo"), undefined("rem")
    first = delta[layer, t, quotient(row, fan_in)] * h[layer - 1, t, remainder(row, fan_in)]
    second = delta[other, t, quotient(column, other_fan_in)] * h[other - 1, t, remainder(column, other_fan_in)]
    return summation(first * second, (t, 1, size)) / size


def _from_zero(arrays: Callable[..., Any]) -> Callable[..., Any]:
    return lambda layer, t, place: arrays(layer, t, place + 1)


def _signals(instance: Instance, *, biases: bool) -> dict[str, Any]:
    """δ_k^l by its definition, h^l from the network, with a component 1 at its end if the biases count as weights."""
    layers, k = range(1, len(instance["widths"])), instance["k"] - 1
    one = np.full((instance["samples"], 1), Fraction(1), dtype=object)
    h = [np.concatenate([part, one], axis=1) if biases else part for part in signals_of(instance).h]
    return {
        "delta": by_layer({layer: derivatives(instance, "u", layer)[k] for layer in layers}),
        "h": by_layer(dict(enumerate(h))),
    }


def _blocks(*, biases: bool) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        (low, high), widths = instance["block"], instance["widths"]
        fan_in, other = (widths[layer - 1] + biases for layer in (low, high))
        given: dict[str, Any] = {"l": low, "m": high, "T": instance["samples"], "M_l": fan_in, "M_m": other}
        signals = {name: _from_zero(part) for name, part in _signals(instance, biases=biases).items()}
        given |= {"quo": operator.floordiv, "rem": operator.mod}
        sizes = widths[low] * fan_in, widths[high] * other
        return [value(r=r, c=c, **given, **signals) for r, c in np.ndindex(*sizes)]

    return predicted


def _gradient_blocks(*, biases: bool) -> Callable[[Instance, Rng], Sequence[Any]]:
    """E ∇f_k ∇f_kᵀ with gradients taken parameter by parameter, in the order of the instance."""

    def measured(instance: Instance, _: Rng) -> Sequence[Any]:
        k, parts = instance["k"] - 1, []
        for layer in instance["block"]:
            found = derivatives(instance, "W", layer)[k]
            if biases:
                found = np.concatenate([found, derivatives(instance, "b", layer)[k][:, :, None]], axis=2)
            if instance["vec"] == "column":
                found = found.swapaxes(1, 2)
            parts.append(found.reshape(len(found), -1))
        return entries(parts[0].T @ parts[1] / instance["samples"])

    return measured


def _feature_block() -> Any:
    a, b, layer, other, i, j, t, size = symbols("a b l m i j t T")
    W, delta, M = indexed("W"), indexed("delta"), indexed("M")
    mean = summation(delta[layer + 1, t, i] * delta[other + 1, t, j], (t, 1, size)) / size
    inner = summation(mean * W[other + 1, j, b], (j, 1, M[other + 1]))
    return summation(W[layer + 1, i, a] * inner, (i, 1, M[layer + 1]))


def _feature_blocks(instance: Instance, value: Evaluate) -> Sequence[Any]:
    (low, high), (network, _) = instance["block"], drawn(instance)
    given = {
        "W": by_layer(dict(enumerate(network.weights, 1))),
        "M": at(np.array(network.widths[1:], dtype=object)),
        "delta": _signals(instance, biases=False)["delta"],
    }
    sizes = network.widths[low], network.widths[high]
    return [value(a=a + 1, b=b + 1, l=low, m=high, T=instance["samples"], **given) for a, b in np.ndindex(*sizes)]


def _feature_gradients(instance: Instance, _: Rng) -> Sequence[Any]:
    first, second = (derivatives(instance, "h", layer)[instance["k"] - 1] for layer in instance["block"])
    return entries(first.T @ second / instance["samples"])


ROW_MAJOR = Hypothesis(r"\operatorname{vec}W\text{ row by row}", lambda instance: instance["vec"] == "row")
_COLUMNS = {
    "activation": "monomial(2)",
    "widths": [2, 2, 3, 1],
    "samples": 2,
    "draw": 1,
    "vec": "column",
    "k": 1,
    "block": [1, 2],
}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:eq-7",
        "printed",
        "(7)",
        r"[\varepsilon^2]\,E|f_k(x;\theta+\varepsilon\,d\theta)-f_k(x;\theta)|^2",
        Formula(_quadratic_form),
        Value(_CASES, _form(_only("Wb"), _parameter_metric), _response(_only("Wb")), controls=(AT_KINK,)),
        (NO_KINK,),
        note="The coefficients of 1 and ε vanish. In the null directions of F_k, P − T or more, ~ says no more.",
    ),
    Claim(
        "karakida:eq-10",
        "printed",
        "(10), weights",
        r"(F_k^{ll'})_{rc}",
        Formula(_kronecker),
        Value(
            _block_cases(1, {"vec": "row"}), _blocks(biases=False), _gradient_blocks(biases=False), controls=(_COLUMNS,)
        ),
        (NO_KINK, ROW_MAJOR),
        note="Row r is the place of W_ij^l, i = quo(r, M_{l−1}) and j = rem(r, M_{l−1}) from 0; so is column c.",
    ),
    Claim(
        "karakida:eq-10",
        "new",
        "(10), weights and biases",
        r"(F_k^{ll'})_{rc}",
        Formula(_kronecker),
        Value(
            _block_cases(1, {"vec": "row"}), _blocks(biases=True), _gradient_blocks(biases=True), controls=(_COLUMNS,)
        ),
        (NO_KINK, ROW_MAJOR),
        note="With a last component 1 in each h^{l−1}, and b^l as the last column of W^l, (10) is the whole block.",
    ),
    Claim(
        "karakida:eq-11",
        "printed",
        "(11), (12)",
        r"[\varepsilon^2]\,E|f_k(h+\varepsilon\,dh;\theta)-f_k(h;\theta)|^2",
        Formula(_quadratic_form),
        Value(_CASES, _form(_only("h"), _feature_metric), _response(_only("h")), controls=(AT_KINK, _DEPENDENT)),
        (NO_KINK, INDEPENDENT),
        note="dh^l is added to h^l on the way through the network, at all layers at once.",
    ),
    Claim(
        "karakida:eq-13",
        "printed",
        "(13)",
        r"(A_k^{ll'})_{ab}",
        Formula(_feature_block),
        Value(_block_cases(0, {}), _feature_blocks, _feature_gradients),
        (NO_KINK,),
    ),
    Claim(
        "karakida:eq-14",
        "printed",
        "(14)",
        r"[\varepsilon^2]\,E|f_k(x+\varepsilon\,dx;\theta)-f_k(x;\theta)|^2",
        Formula(_quadratic_form),
        Value(_CASES, _form(_only("h", 0), _input_metric), _response(_only("h", 0)), controls=(AT_KINK, _DEPENDENT)),
        (NO_KINK, INDEPENDENT),
    ),
)
