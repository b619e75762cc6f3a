"""(6): the linearised network, exactly: what it has in common with the network, and where it is the network.

Linearised around one weight matrix, as in Figure 4, the other weights stay as they are after training. The network on
the straight line from W_0 to W is a polynomial in the place on it, as long as no gate changes: its coefficients are
found from exact values of the network alone, while the gradients of (6) come from dual numbers.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.dual_numbers import Dual
from eigenlaw.verify.formula import Formula, indexed, summation, symbols, undefined
from eigenlaw.verify.papers.thamm.small_networks import (
    ACTIVATIONS,
    NO_KINK,
    Network,
    cases,
    combined,
    differentiable,
    gates,
    outputs,
    parameters,
    rational_data,
    rational_network,
)

ROW = "thamm:eq-6"
PIECEWISE = ("relu", "leaky_relu", "abs", "linear")
NAMES = ("relu", "square", "cube", "linear")
SHAPES = ((1, 1, 1), (1, 2, 2), (2, 3, 2), (3, 2, 3), (1, 2, 2, 2), (2, 2, 3, 2))
DEGREE = 13
"""Of the networks with cubes in their two hidden layers, at most."""
SMALL = "1/20"


def _layer_cases(names: Sequence[str], step: str, last: bool = True) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Architectures, with each layer in turn, perhaps without the last; W − W_0 is random, times ``step``."""

    def instances(budget: Budget, _: Rng) -> Iterable[Instance]:
        for draw in range(budget.of(5, 10, 30)):
            for number, shape in enumerate(SHAPES):
                name = names[(draw + number) % len(names)]
                for layer in range(1, len(shape) - 1 + last):
                    yield _case(name, shape, draw, layer, step)

    return instances


def _case(name: str, shape: Sequence[int], draw: int, layer: int, step: str) -> Instance:
    return {"activation": name, "widths": list(shape), "samples": 3, "draw": draw, "layer": layer, "step": step}


def _shift(instance: Instance) -> Network:
    """W − W_0, nowhere but in the instance's layer if it has one."""
    numerator, _, denominator = str(instance.get("step", "1")).partition("/")
    step = fmpq(int(numerator), int(denominator or 1))
    shift = combined(lambda entry: step * entry, rational_network(instance, draw=1))
    if "layer" not in instance:
        return shift
    return [layer if number == instance["layer"] else [[fmpq(0)] * len(row) for row in layer]
            for number, layer in enumerate(shift, 1)]  # fmt: skip


def _moved(instance: Instance, place: Any = 1) -> Network:
    return combined(lambda start, shift: start + place * shift, rational_network(instance), _shift(instance))


def _values(network: Network, instance: Instance) -> list[Any]:
    return [z for x in rational_data(instance)[0] for z in outputs(network, instance["activation"], x)]


def _same_gates(instance: Instance) -> bool:
    inputs, name = rational_data(instance)[0], instance["activation"]
    return gates(rational_network(instance), name, inputs) == gates(_moved(instance), name, inputs)


def _printed() -> Any:
    """f_0 + Σ_w (W_w − W_{0,w}) ∂_w f."""
    w, P, f0 = symbols("w P f_0")
    return f0 + summation((indexed("W")[w] - indexed("V")[w]) * indexed("g")[w], (w, 1, P))


def _tangent(instance: Instance, value: Evaluate) -> Sequence[Any]:
    start, end = parameters(rational_network(instance)), parameters(_moved(instance))
    bound = {"P": len(start), "V": lambda w: start[w - 1], "W": lambda w: end[w - 1]}
    found = _values(differentiable(rational_network(instance)), instance)
    return [value(**bound, f_0=z.value.item(), g=_entries(z.slope)) for z in found]


def _entries(slope: Any) -> Callable[[int], Any]:
    return lambda w: fmpq(slope[w - 1])


def line_coefficients(instance: Instance) -> list[list[Any]]:
    """Return, for each output, the coefficients of the polynomial that it is on the line from W_0, near W_0."""
    inputs, name = rational_data(instance)[0], instance["activation"]
    start, step = gates(rational_network(instance), name, inputs), fmpq(1)
    while name in PIECEWISE and gates(_moved(instance, step), name, inputs) != start:
        step /= 2
    places = [step * k / DEGREE for k in range(DEGREE + 1)]
    powers = fmpq_mat([[place**k for k in range(DEGREE + 1)] for place in places])
    values = fmpq_mat([_values(_moved(instance, place), instance) for place in places])
    return list(powers.solve(values).transpose().tolist())


def _start_and_slope(instance: Instance, _: Rng) -> Sequence[Any]:
    return [row[0] + row[1] for row in line_coefficients(instance)]


def _moved_outputs(instance: Instance, _: Rng) -> Sequence[Any]:
    return _values(_moved(instance), instance)


def _second_order() -> Any:
    """Σ_j (d_j φ'(h_j) s_j + a_j φ''(h_j) s_j²/2)."""
    import sympy

    j, M = symbols("j M")
    a, d, s, h = (indexed(name) for name in "adsh")
    first, second = undefined("dphi"), undefined("ddphi")
    term = d[j] * first(h[j]) * s[j] + a[j] * second(h[j]) * s[j] ** 2 * sympy.Rational(1, 2)
    return summation(term, (j, 1, M))


def _first_derivative(name: str) -> Callable[[Any], Any]:
    return lambda h: fmpq(_slope_of(ACTIVATIONS[name](Dual(fmpq(h), fmpq(1)))))


def _slope_of(dual: Dual) -> Any:
    return dual.slope.item()


SECOND_DERIVATIVES: dict[str, Callable[[Any], Any]] = {"square": lambda h: 2, "cube": lambda h: 6 * h}


def _two_layer_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    for instance in _layer_cases(NAMES, "1")(budget, rng):
        if len(instance["widths"]) == 3 and instance["layer"] == 1:
            yield {key: value for key, value in instance.items() if key not in {"layer", "step"}}
    for draw in range(8):
        yield {"activation": NAMES[draw % 4], "widths": [2, 2, 1], "samples": 2, "draw": draw}


def _second_predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    (inner, outer), (inner_shift, outer_shift) = rational_network(instance), _shift(instance)
    name, found = instance["activation"], []
    for x in rational_data(instance)[0]:
        h, s = (_affine(rows, x) for rows in (inner, inner_shift))
        for row, moved in zip(outer, outer_shift, strict=True):
            bound = {letter: _entries(entries) for letter, entries in zip("adsh", (row, moved, s, h), strict=True)}
            slopes = {"dphi": _first_derivative(name), "ddphi": SECOND_DERIVATIVES.get(name, lambda h: 0)}
            found.append(value(**bound, **slopes, M=len(h)))
    return found


def _affine(rows: Sequence[Sequence[Any]], x: Sequence[Any]) -> list[Any]:
    return [row[-1] + sum((w * entry for w, entry in zip(row[:-1], x, strict=True)), fmpq(0)) for row in rows]


def _second_measured(instance: Instance, _: Rng) -> Sequence[Any]:
    return [row[2] for row in line_coefficients(instance)]


def _count() -> Any:
    return symbols("n")[0]


def _right(values: Sequence[Any], instance: Instance) -> Any:
    """How many inputs have their largest output at their class."""
    _, labels = rational_data(instance)
    rows = np.array(values, dtype=object).reshape(len(labels), -1)
    return fmpq(sum(max(range(len(row)), key=row.__getitem__) == y for row, y in zip(rows, labels, strict=True)))


def _right_in_full(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n=_right(_values(_moved(instance), instance), instance))]


def _right_linearised(instance: Instance, _: Rng) -> Sequence[Any]:
    found = _values(differentiable(rational_network(instance), [_shift(instance)]), instance)
    return [_right([z.value.item() + z.slope[0] for z in found], instance)]


LAST = Hypothesis(r"l=L", lambda i: i["layer"] == len(i["widths"]) - 1)
KEPT_GATES = Hypothesis(r"\text{no gate changes between }W_0\text{ and }W", _same_gates)
INNER = _case("square", (2, 3, 2), 0, 1, "1")
CROSSED = _case("relu", (2, 3, 2), 0, 1, "4")

CLAIMS: tuple[Claim, ...] = (
    Claim(
        f"{ROW}.1",
        "printed",
        "(6)",
        r"f_{W_0}+\frac{d}{dt}f_{W_0+t(W-W_0)}\Big|_{t=0}",
        Formula(_printed),
        Value(cases(NAMES, ("1",)), _tangent, _start_and_slope),
        (NO_KINK,),
        note="Value and slope along the line to W, from exact values of the network on it: (6) leaves an error of "
        "second order in W − W₀.",
    ),
    Claim(
        f"{ROW}.2",
        "new",
        "(6): what it leaves out, for one hidden layer",
        r"\tfrac12\frac{d^2}{dt^2}f_{W_0+t(W-W_0)}\Big|_{t=0}",
        Formula(_second_order),
        Value(_two_layer_cases, _second_predicted, _second_measured),
        (NO_KINK,),
        note="h, a: inputs of the hidden units and their outgoing weights at W₀; s, d: what W − W₀ makes of the same "
        "input, and its outgoing weights. For ReLU the second term vanishes: the error is the product of both changes.",
    ),
    Claim(
        f"{ROW}.3",
        "new",
        "(6), around the last layer only",
        r"f_W",
        Formula(_printed),
        Value(_layer_cases(NAMES, "1"), _tangent, _moved_outputs, controls=(INNER,)),
        (LAST, NO_KINK),
        note="Exact however far the last layer has moved: there the criterion of Appendix D says nothing.",
    ),
    Claim(
        f"{ROW}.4",
        "new",
        "(6), around one layer only, piecewise linear units",
        r"f_W",
        Formula(_printed),
        Value(_layer_cases(PIECEWISE, SMALL, last=False), _tangent, _moved_outputs, controls=(CROSSED,)),
        (KEPT_GATES, NO_KINK),
        note="Exact as long as no unit changes its side: around one layer, only changed gates tell rich from lazy.",
    ),
    Claim(
        "thamm:eq-7.3",
        "new",
        "(7) around the last layer only",
        r"N\,\mathcal A(\tilde f_W)",
        Formula(_count),
        Value(_layer_cases(NAMES, "1"), _right_in_full, _right_linearised),
        (LAST, NO_KINK),
        note="n inputs classified rightly by the network: (7) holds with equality, whatever the regime.",
    ),
)
