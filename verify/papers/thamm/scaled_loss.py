"""(3): softmax(α z) with the cross-entropy over α², and what α does to the gradients and to the updates.

With p = softmax(α z) the loss has the gradient (p − y)/(Nα) by the outputs. All derivatives are taken of the loss as it
is printed, by dual numbers with balls as entries, on small networks with rational weights.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.precision import working
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.dual_numbers import Dual
from eigenlaw.verify.formula import Formula, ball, indexed, summation, symbols
from eigenlaw.verify.papers.thamm.small_networks import (
    HOMOGENEOUS,
    NO_KINK,
    Network,
    cases,
    combined,
    differentiable,
    outputs,
    parameters,
    rational_data,
    rational_network,
)

ROW = "thamm:eq-3"
LAZY, ANY = ("1001/1000", "2", "5"), ("1/20", "1/2", "1", "2", "5", "50")
BITS = 1024
"""1 − p_y is as small as exp(−α z)."""
NAMES = ("relu", "leaky_relu", "square", "linear", "abs")

ABOVE_ONE = Hypothesis(r"\alpha>1", lambda i: _alpha(i) > 1)
NO_OUTPUT = Hypothesis(r"z=0", lambda i: i["last"] == "zero")
HOMOGENEOUS_UNITS = Hypothesis(
    r"\phi(cx)=c\,\phi(x)\text{ for }c>0,\ \text{no biases}", lambda i: i["activation"] in HOMOGENEOUS
)


def _alpha(instance: Instance) -> Any:
    numerator, _, denominator = str(instance["alpha"]).partition("/")
    return fmpq(int(numerator), int(denominator or 1))


def printed_loss(alpha: Any, z: Sequence[Sequence[Any]], labels: Sequence[int]) -> Any:
    """Return (3) for outputs that are dual numbers, one input a row."""
    total: Any = fmpq(0)
    for row, label in zip(z, labels, strict=True):
        raised = [np.exp(alpha * _balls(entry)) for entry in row]
        total = total + np.log(raised[label] / sum(raised[1:], raised[0]))
    return total * (-1 / (len(labels) * alpha * alpha))


def _balls(entry: Dual) -> Dual:
    return Dual(ball(entry.value.item()), entry.slope)


def weight_gradient(network: Network, instance: Instance, alpha: Any, directions: Any = None) -> list[Any]:
    """Return the gradient of (3) by all weights and biases, or its slopes along directions."""
    inputs, labels = rational_data(instance)
    dual = differentiable(network, directions)
    z = [outputs(dual, instance["activation"], x) for x in inputs]
    return list(printed_loss(alpha, z, labels).slope)


def _output_gradient(instance: Instance, alpha: Any) -> list[Any]:
    """The gradient of (3) by the outputs, one after the other over the inputs."""
    inputs, labels = rational_data(instance)
    found = []
    for x, label in zip(inputs, labels, strict=True):
        z = outputs(rational_network(instance), instance["activation"], x)
        units = np.array([[fmpq(int(i == j)) for j in range(len(z))] for i in range(len(z))], dtype=object)
        row = [Dual(value, unit) for value, unit in zip(z, units, strict=True)]
        found += list(printed_loss(alpha, [row], [label]).slope / len(labels))
    return found


def _softmax_terms(alpha: Any) -> tuple[Any, Any, Any, Any]:
    """p_{nk} as a tree in z, with its symbols n and k."""
    import sympy

    n, k, j, K = symbols("n k j K")
    z = indexed("z")
    p = sympy.exp(alpha * z[n, k]) / summation(sympy.exp(alpha * z[n, j]), (j, 1, K))
    return p, n, k, K


def _residual_at_one() -> Any:
    """Σ_k |p_k − y_k|/N of one input at α = 1."""
    import sympy

    p, n, k, K = _softmax_terms(sympy.Integer(1))
    (N,) = symbols("N")
    return summation(sympy.Abs(p - indexed("y")[n, k]), (k, 1, K)) / N


def _bindings(instance: Instance) -> dict[str, Any]:
    inputs, labels = rational_data(instance)
    z = [outputs(rational_network(instance), instance["activation"], x) for x in inputs]
    return {
        "alpha": _alpha(instance),
        "N": len(labels),
        "K": len(z[0]),
        "z": lambda n, k: z[n - 1][k - 1],
        "y": lambda n, k: fmpq(int(labels[n - 1] == k - 1)),
    }


def _one_by_one(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = _bindings(instance)
    return [value(**bound, n=n) for n in range(1, bound["N"] + 1)]


def _moduli(instance: Instance, _: Rng) -> Sequence[Any]:
    with working(BITS):
        slopes, size = _output_gradient(instance, _alpha(instance)), instance["widths"][-1]
    return [sum(map(abs, slopes[start : start + size])) for start in range(0, len(slopes), size)]


def _symbol(name: str) -> Callable[[], Any]:
    return lambda: symbols(name)[0]


def _gradient_at_one(instance: Instance, value: Evaluate) -> Sequence[Any]:
    slopes = weight_gradient(rational_network(instance), instance, fmpq(1))
    return [value(G_1=sum(map(abs, slopes), fmpq(0)))]


def _gradient_size(instance: Instance, _: Rng) -> Sequence[Any]:
    return [sum(map(abs, weight_gradient(rational_network(instance), instance, _alpha(instance))), fmpq(0))]


NEAR_MINIMUM: Instance = {
    "activation": "linear", "widths": [1, 2], "samples": 3, "alpha": "2", "weights": ["7/10", "0"], "labels": [0, 0, 1]
}  # fmt: skip
"""Three equal inputs, two of one class: the gradient nearly vanishes at α = 1, where softmax(z) is near (2/3, 1/3)."""


def _with_minimum(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield NEAR_MINIMUM
    yield from cases(NAMES, LAZY)(budget, rng)


def _gradient_formula() -> Any:
    """1/(Nα) Σ_n Σ_k (p_{nk} − y_{nk}) ∂z_{nk}/∂w."""
    (alpha, N, w) = symbols("alpha N w")
    p, n, k, K = _softmax_terms(alpha)
    inner = summation((p - indexed("y")[n, k]) * indexed("J")[n, k, w], (k, 1, K))
    return summation(inner, (n, 1, N)) / (N * alpha)


def _jacobian(instance: Instance) -> list[list[Any]]:
    """The gradients of z_{nk}, over n and k."""
    dual = differentiable(rational_network(instance))
    return [[z.slope for z in outputs(dual, instance["activation"], x)] for x in rational_data(instance)[0]]


def _by_formula(instance: Instance, value: Evaluate) -> Sequence[Any]:
    jacobian, bound = _jacobian(instance), _bindings(instance)
    return [value(**bound, w=w, J=lambda n, k, w: jacobian[n - 1][k - 1][w]) for w in _some(instance)]


def _some(instance: Instance) -> range:
    """Every third of the weights and biases."""
    return range(instance["draw"] % 3, len(parameters(rational_network(instance))), 3)


def _measured_gradient(instance: Instance, _: Rng) -> Sequence[Any]:
    return weight_gradient(rational_network(instance), instance, _alpha(instance))


def _some_measured(instance: Instance, rng: Rng) -> Sequence[Any]:
    slopes = _measured_gradient(instance, rng)
    return [slopes[w] for w in _some(instance)]


def _over_alpha() -> Any:
    alpha, g = symbols("alpha g_1")
    return g / alpha


def _scaled_down(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [
        value(alpha=_alpha(instance), g_1=g) for g in weight_gradient(rational_network(instance), instance, fmpq(1))
    ]


def _speed_formula() -> Any:
    """−1/N Σ_m Σ_j Θ_{nk,mj} (p_{mj} − y_{mj}), the speed of α z_{nk} under gradient flow of (3)."""
    import sympy

    alpha, N = symbols("alpha N")
    p, m, j, K = _softmax_terms(alpha)
    n, k = symbols("a b")
    inner = summation(indexed("Theta")[n, k, m, j] * (p - indexed("y")[m, j]), (j, 1, K))
    return sympy.Integer(-1) * summation(inner, (m, 1, N)) / N


def _speeds(instance: Instance, value: Evaluate) -> Sequence[Any]:
    jacobian, bound = _jacobian(instance), _bindings(instance)

    def kernel(a: int, b: int, n: int, j: int) -> Any:
        return sum(jacobian[a - 1][b - 1] * jacobian[n - 1][j - 1], fmpq(0))

    pairs = [(a, b) for a in range(1, bound["N"] + 1) for b in range(1, bound["K"] + 1)]
    return [value(**bound, a=a, b=b, Theta=_renamed(kernel)) for a, b in pairs]


def _renamed(kernel: Callable[[int, int, int, int], Any]) -> Callable[..., Any]:
    return lambda a, b, n, j: kernel(a, b, n, j)


def _measured_speeds(instance: Instance, _: Rng) -> Sequence[Any]:
    """α dz along the direction of steepest descent of (3)."""
    network, alpha = rational_network(instance), _alpha(instance)
    slopes = iter([-slope for slope in weight_gradient(network, instance, alpha)])
    down = combined(lambda _: next(slopes), network)
    dual = differentiable(network, [down])
    return [alpha * z.slope[0] for x in rational_data(instance)[0] for z in outputs(dual, instance["activation"], x)]


def _larger_start() -> Any:
    """α^{1/L − 2} times the gradient of the usual loss at weights α^{1/L} as large."""
    import sympy

    alpha, L, g = symbols("alpha L g")
    return alpha ** (1 / L - sympy.Integer(2)) * g


def _scale(instance: Instance) -> Any:
    """α of an instance that states its L-th root."""
    return _alpha(instance) ** (len(instance["widths"]) - 1)


def _from_larger(instance: Instance, value: Evaluate) -> Sequence[Any]:
    root = _alpha(instance)
    larger = combined(lambda entry: root * entry, rational_network(instance))
    slopes = weight_gradient(larger, instance, fmpq(1), _weights_only(larger))
    return [value(alpha=_scale(instance), L=len(instance["widths"]) - 1, g=g) for g in slopes]


def _weights_only(network: Network) -> list[Network]:
    """Unit directions along the weights, not the biases."""
    places = [(a, b, c) for a, layer in enumerate(network) for b, row in enumerate(layer) for c in range(len(row) - 1)]
    found = []
    for place in places:
        unit = [[[fmpq(0)] * len(row) for row in layer] for layer in network]
        unit[place[0]][place[1]][place[2]] = fmpq(1)
        found.append(unit)
    return found


def _homogeneous_gradient(instance: Instance, _: Rng) -> Sequence[Any]:
    network = rational_network(instance)
    return weight_gradient(network, instance, _scale(instance), _weights_only(network))


_ONE = {"samples": 1, "draw": 0}
BELOW_ONE: Instance = {"activation": "relu", "widths": [2, 2, 2], "alpha": "1/2", **_ONE}
NOT_CENTRED: Instance = {"activation": "relu", "widths": [2, 2, 2], "alpha": "2", "last": "random", **_ONE}
SQUARES: Instance = {
    "activation": "square",
    "widths": [2, 2, 2],
    "alpha": "2",
    "biases": "none",
    "samples": 2,
    "draw": 1,
}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        f"{ROW}.1",
        "printed",
        "(3): large α scales down the gradient by the outputs",
        r"\sum_k|\partial\ell/\partial z_{nk}|",
        Formula(_residual_at_one),
        Value(cases(HOMOGENEOUS, LAZY), _one_by_one, _moduli, "<", (BELOW_ONE,)),
        (ABOVE_ONE,),
        note="For each input, whatever the outputs: (1 − p_y)/α falls with α. At α < 1 the gradient is scaled up.",
    ),
    Claim(
        f"{ROW}.2",
        "printed",
        "(3): large α scales down the gradient by the weights",
        r"\sum_w|\partial\ell/\partial w|",
        Formula(_symbol("G_1")),
        Value(_with_minimum, _gradient_at_one, _gradient_size, "<"),
        (ABOVE_ONE,),
        note="Read as: at the same weights the gradient is smaller than at α = 1, G₁. False near a minimum of the loss "
        "at α = 1, where the inputs' gradients cancel; α moves p = softmax(αz) as well.",
    ),
    Claim(
        f"{ROW}.2",
        "corrected",
        "(3): the gradient by the weights",
        r"\partial\ell/\partial w",
        Formula(_gradient_formula),
        Value(cases(NAMES, ANY), _by_formula, _some_measured),
        (NO_KINK,),
        note="The factor is 1/α at equal p: the gradient of the usual cross-entropy with αz in the place of z, over α.",
    ),
    Claim(
        f"{ROW}.3",
        "new",
        "(3), at outputs 0",
        r"\partial\ell/\partial w",
        Formula(_over_alpha),
        Value(cases(NAMES, ANY, last="zero"), _scaled_down, _measured_gradient, controls=(NOT_CENTRED,)),
        (NO_OUTPUT,),
        note="Exactly 1/α of the gradient at α = 1 where all outputs vanish, as they do when the initial ones are "
        "subtracted; not so with Glorot weights in the last layer, where αz is no longer small.",
    ),
    Claim(
        f"{ROW}.4",
        "new",
        "(3): the outputs that enter the softmax move at the same speed for every α",
        r"\frac{d(\alpha z_{ab})}{dt}\text{ for }\dot w=-\nabla\ell",
        Formula(_speed_formula),
        Value(cases(NAMES, ANY), _speeds, _measured_speeds),
        (NO_KINK,),
        note="Θ is the tangent kernel; α enters through p only. Per unit of learning the weights move 1/α as far: this "
        "is what makes large α lazy.",
    ),
    Claim(
        f"{ROW}.5",
        "new",
        "(3): α as the scale of the initial weights",
        r"\partial\ell_\alpha/\partial w\,(W)",
        Formula(_larger_start),
        Value(
            cases(HOMOGENEOUS, ("1/2", "3/2", "2", "1"), biases="none"),
            _from_larger,
            _homogeneous_gradient,
            controls=(SQUARES,),
        ),
        (HOMOGENEOUS_UNITS, NO_KINK),
        note="g is the gradient of the usual cross-entropy at weights α^{1/L} W. So training with α and rate η is the "
        "usual training from α^{1/L} times the weights, at rate η α^{2/L − 2}: lazy is a large start.",
    ),
)
