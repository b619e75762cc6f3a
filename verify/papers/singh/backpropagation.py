"""The derivatives by the weights of one layer: (7)–(10)."""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.theory.hessian_blocks import weight_gradient
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.linear_chains import identity
from eigenlaw.verify.papers.karakida.exact_networks import at, by_layer, entries
from eigenlaw.verify.papers.singh.exact_networks import AT_KINK, LOSSES, NO_KINK, Array, Case, case_of, cases
from eigenlaw.verify.second_derivatives import gradient, propagate, variables, with_variables

# (7), (8): Jacobians


def _jacobian() -> Any:
    k, c, i, j = symbols("k c i j")
    J, slope, F = indexed("J"), indexed("Lambda"), indexed("F")
    return J[k + 1, c, i] * slope[k, i] * F[k - 1, j]


def _elementary() -> Any:
    k, i, j = symbols("k i j")
    return indexed("Lambda")[k, i] * indexed("W")[k, i, j]


def _chain() -> Any:
    k, c, i, m, width = symbols("k c i m M")
    J, elementary = indexed("J"), indexed("E")
    return summation(J[k + 2, c, m] * elementary[k + 1, m, i], (m, 1, width))


def _given(case: Case) -> dict[str, Any]:
    """The symbols of (7)–(10): Jacobians composed of Λ^l W^l, slopes and signals layer by layer."""
    return {
        "J": by_layer(case.backward),
        "Lambda": by_layer(dict(enumerate(case.slopes, 1))),
        "W": by_layer(dict(enumerate(case.weights, 1))),
        "F": by_layer(dict(enumerate(case.signals))),
        "delta": at(case.residual),
        "K": len(case.y),
    }


def _layers(case: Case) -> range:
    return range(1, case.layers + 1)


def _predicted_jacobian(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = case_of(instance)
    given = _given(case)
    return [
        value(k=k, c=c + 1, i=i + 1, j=j + 1, **given)
        for k in _layers(case)
        for c, (i, j) in product(range(len(case.y)), np.ndindex(case.weights[k - 1].shape))
    ]


def _by_weights(instance: Instance, _: Rng) -> Sequence[Any]:
    """∂F by vec_r(W^k), layer by layer."""
    case = case_of(instance)
    found: list[Any] = []
    for k in _layers(case):
        layers = with_variables(case.weights, [k - 1], order=1)
        outputs = propagate(layers, case.x, case.sigmas)[-1]
        found += entries([gradient(output, case.weights[k - 1].size) for output in outputs])
    return found


def _by_signal(case: Case, start: int, stop: int) -> Array:
    """∂F^{stop:1} by F^{start:1}(x), by jets sent through the layers between."""
    signal = case.signals[start]
    jets = variables(list(signal), order=1)
    outputs = propagate(case.weights[start:stop], jets, case.sigmas[start:stop])[-1]
    return np.array([gradient(output, len(signal)) for output in outputs])


def _predicted_elementary(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = case_of(instance)
    given = _given(case)
    places = [(k, place) for k in _layers(case) for place in np.ndindex(case.weights[k - 1].shape)]
    return [value(k=k, i=i + 1, j=j + 1, **given) for k, (i, j) in places]


def _elementary_jacobians(instance: Instance, _: Rng) -> Sequence[Any]:
    case = case_of(instance)
    return [entry for k in _layers(case) for entry in entries(_by_signal(case, k - 1, k))]


def _predicted_chain(instance: Instance, value: Evaluate) -> Sequence[Any]:
    case = case_of(instance)
    L = case.layers
    given = {
        "J": by_layer({k + 1: _by_signal(case, k, L) for k in range(1, L + 1)}),
        "E": by_layer({k: _by_signal(case, k - 1, k) for k in _layers(case)}),
    }
    return [
        value(k=k, c=c + 1, i=i + 1, M=len(case.signals[k + 1]), **given)
        for k in range(L)
        for c, i in np.ndindex(len(case.y), len(case.signals[k]))
    ]


def _partial_jacobians(instance: Instance, _: Rng) -> Sequence[Any]:
    case = case_of(instance)
    return [entry for k in range(case.layers) for entry in entries(_by_signal(case, k, case.layers))]


# (9), (10): gradients


def _backward_forward() -> Any:
    k, c, i, j, u, K, d = symbols("k c i j u K d")
    up, delta, down, x = indexed("up"), indexed("delta"), indexed("down"), indexed("x")
    return summation(up[k, c, i] * delta[c], (c, 1, K)) * summation(down[k, j, u] * x[u], (u, 1, d))


def _expanded() -> Any:
    k, c, i, j, u, v, K, d = symbols("k c i j u v K d")
    up, P, down, x, y = indexed("up"), indexed("P"), indexed("down"), indexed("x"), indexed("y")
    bracket = summation(P[c, v] * x[v] * x[u], (v, 1, d)) - y[c] * x[u]
    return summation(summation(up[k, c, i] * bracket * down[k, j, u], (u, 1, d)), (c, 1, K))


def _printed_gradient() -> Any:
    k, c, i, j, K = symbols("k c i j K")
    J, delta, F = indexed("J"), indexed("delta"), indexed("F")
    return summation(J[k + 1, c, i] * delta[c], (c, 1, K)) * F[k - 1, j]


def linear_given(case: Case) -> dict[str, Any]:
    """Return the symbols of (9): products of weights, input, target and residual F − y."""
    L, d = case.layers, len(case.x)
    up, down = {L: identity(len(case.y))}, {1: identity(d)}
    for layer in range(1, L):
        down[layer + 1] = case.weights[layer - 1] @ down[layer]
    for layer in range(L, 0, -1):
        up[layer - 1] = up[layer] @ case.weights[layer - 1]
    given = {"up": by_layer(up), "down": by_layer(down), "P": at(up[0]), "x": at(case.x), "y": at(case.y)}
    return given | {"delta": at(case.signals[-1] - case.y), "K": len(case.y), "d": d}


def _gradient_by(given: Callable[[Case], dict[str, Any]]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        case = case_of(instance)
        known = given(case)
        places = [(k, place) for k in _layers(case) for place in np.ndindex(case.weights[k - 1].shape)]
        return [value(k=k, i=i + 1, j=j + 1, **known) for k, (i, j) in places]

    return predicted


@lru_cache(maxsize=256)
def _loss_gradient(text: str) -> Sequence[Any]:
    import json

    case = case_of(json.loads(text))
    outputs = propagate(with_variables(case.weights, order=1), case.x, case.sigmas)[-1]
    return entries(gradient(case.loss(outputs, case.y), case.parameters))


def _measured_gradient(instance: Instance, _: Rng) -> Sequence[Any]:
    return _loss_gradient(instance_text(instance))


def _degree() -> Any:
    import sympy

    k, m = symbols("k m")
    return 2 - sympy.KroneckerDelta(k, m)


def _degrees(instance: Instance, value: Evaluate) -> Sequence[Any]:
    layers = range(1, len(instance["widths"]))
    return [value(k=k, m=m) for k in layers for m in layers]


def _measured_degrees(instance: Instance, _: Rng) -> Sequence[Any]:
    """The degree in t of the gradient by W^k of a network with t W^m for W^m, from its values at t = 0 … 4."""
    case = case_of(instance)
    found = []
    for k, m in product(_layers(case), repeat=2):
        values = []
        for t in range(5):
            weights = [weight * (t if layer == m else 1) for layer, weight in enumerate(case.weights, 1)]
            outputs = propagate(with_variables(weights, [k - 1], order=1), case.x)[-1]
            values.append(gradient(case.loss(outputs, case.y), weights[k - 1].size))
        differences, degree = np.array(values), -1
        while differences.any():
            differences, degree = np.diff(differences, axis=0), degree + 1
        found.append(fmpq(degree))
    return found


def _products_do_not_vanish(instance: Instance) -> bool:
    """Whether W^{k+1:L} F(x) ≠ 0 and F^{k−1:1}(x) ≠ 0 for every k."""
    case = case_of(instance)
    backward = [case.backward[k + 1].T @ case.signals[-1] for k in _layers(case)]
    return all(vector.any() for vector in (*backward, *case.signals[:-1]))


def linear_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return small linear networks, then random ones."""
    return cases(("linear",), last=False, counts=(20, 40, 100))(budget, rng)


_ALL = cases()
_ANY_LOSS = cases(losses=tuple(LOSSES))
LINEAR = Hypothesis(r"\sigma(x)=x", lambda instance: instance["activation"] == "linear")
CURVED_NETWORK = {"activation": "monomial(2)", "widths": [1, 1, 1], "draw": 3}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:eq-7",
        "printed",
        "(7)",
        r"\left(\frac{\partial F}{\partial\mathbf W^k}\right)_{c,(i,j)}",
        Formula(_jacobian),
        Value(_ALL, _predicted_jacobian, _by_weights, controls=(AT_KINK,)),
        (NO_KINK,),
        note="Weights row by row; also with an activation on the last layer, where Λ^L is not the identity.",
    ),
    Claim(
        "singh:eq-8.1",
        "printed",
        "(8)",
        r"(\mathbf J^k)_{ij}",
        Formula(_elementary),
        Value(_ALL, _predicted_elementary, _elementary_jacobians, controls=(AT_KINK,)),
        (NO_KINK,),
        note="The derivative of F^k by what it takes in.",
    ),
    Claim(
        "singh:eq-8.2",
        "printed",
        "(8), composition",
        r"(\mathbf J^{L:k+1})_{ci}",
        Formula(_chain),
        Value(_ALL, _predicted_chain, _partial_jacobians),
        (NO_KINK,),
        note="J^{L:k+1} = J^{L:k+2} J^{k+1}, every factor differentiated on its own; k = 0 … L − 1.",
    ),
    Claim(
        "singh:eq-9.1",
        "printed",
        "(9), backward times forward",
        r"\left(\frac{\partial\ell}{\partial\mathbf W^k}\right)_{ij}",
        Formula(_backward_forward),
        Value(linear_cases, _gradient_by(linear_given), _measured_gradient, controls=(CURVED_NETWORK,)),
        (LINEAR,),
        activations=1,
    ),
    Claim(
        "singh:eq-9.2",
        "printed",
        "(9), expanded",
        r"\left(\frac{\partial\ell}{\partial\mathbf W^k}\right)_{ij}",
        Formula(_expanded),
        Value(linear_cases, _gradient_by(linear_given), _measured_gradient, controls=(CURVED_NETWORK,)),
        (LINEAR,),
        activations=1,
    ),
    Claim(
        "singh:eq-9.3",
        "printed",
        "below (9)",
        r"\deg_{\mathbf W^m}\frac{\partial\ell}{\partial\mathbf W^k}",
        Formula(_degree),
        Value(linear_cases, _degrees, _measured_degrees, controls=({**AT_KINK, "activation": "linear"},)),
        (LINEAR, Hypothesis(r"\mathbf W^{k+1:L}F,\mathbf W^{k-1:1}\mathbf x\ne0", _products_do_not_vanish)),
        note="First order in W^k, second order in the other matrices.",
        activations=1,
    ),
    Claim(
        "singh:eq-10",
        "printed",
        "(10)",
        r"\left(\frac{\partial\ell}{\partial\mathbf W^k}\right)_{ij}",
        Formula(_printed_gradient),
        Value(_ANY_LOSS, _gradient_by(_given), _measured_gradient),
        (NO_KINK,),
        note="Λ^k is missing, which (7) has; it is the identity for linear networks only.",
    ),
    Claim(
        "singh:eq-10",
        "corrected",
        "(10) with Λ^k",
        r"\left(\frac{\partial\ell}{\partial\mathbf W^k}\right)_{ij}",
        Formula(weight_gradient, derived=True),
        Value(_ANY_LOSS, _gradient_by(_given), _measured_gradient, controls=(AT_KINK,)),
        (NO_KINK,),
        note="For every loss and activation, also on the last layer: ∂ℓ/∂W^k = Λ^k (J^{L:k+1})ᵀ ∂ℓ · F^{k−1:1}ᵀ.",
    ),
)
