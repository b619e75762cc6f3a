"""ReLU gates opened at random: Theorem C.5 and its steps, by the exact law of the gates of all neurons."""

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Literal

import numpy as np
from flint import fmpq

from eigenlaw.theory import finite_width
from eigenlaw.verify.chances import binomial_cdf
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.eigenvalues import eigenvalues
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.gates import gate_patterns, multinomial
from eigenlaw.verify.papers.murray.exact_networks import fractions, gram
from eigenlaw.verify.papers.murray.sampled_layers import bounded_ratio, sampled_cases
from eigenlaw.verify.papers.murray.widths import at_numbers, wide_enough, with_least_width
from eigenlaw.verify.quantiles import UNDEFINED, Quantile, quantile_of_law

Data = tuple[tuple[str, ...], ...]
Side = Literal["above", "below", "both"]

LINES: tuple[Data, ...] = (
    (("1",),),
    (("1",), ("-1",)),
    (("1",), ("2",), ("-3",)),
    (("1", "0"), ("1", "0"), ("-1", "0"), ("-1/2", "0")),
)
PLANES: tuple[Data, ...] = (
    (("1", "0"), ("0", "1")),
    (("1", "0"), ("0", "2")),
    (("1", "0"), ("-1", "0"), ("0", "1")),
    (("1", "0"), ("-1", "0"), ("0", "1"), ("0", "-1")),
    (("1", "0"), ("1", "1")),
    (("1", "0"), ("1", "1"), ("0", "1")),
)
AXES = PLANES[0]
MOST_CELLS = 400
"""How many ways to fill the cells an instance may have."""


@cache
def _law(points: Data, neurons: int) -> list[tuple[Fraction, Any, int]]:
    """Chance, eff(K_inner)/eff(XXᵀ) and the least number of open gates of an input, for each way the gates can open.

    All |a_l| are equal, so that K_inner is R² times a sum of one kernel for each pattern of gates.
    """
    X = fractions(points)
    patterns = gate_patterns(X)
    data = gram(X)
    kernels = [data * np.outer(pattern, pattern) for pattern in patterns]
    opened = np.array(list(patterns), dtype=int)
    whole = _effective_rank(data)
    found = []
    for counts, chance in multinomial(list(patterns.values()), neurons):
        kernel = sum((count * part for count, part in zip(counts, kernels, strict=True)), 0 * data)
        ratio = _effective_rank(kernel) / whole if any(kernel.diagonal()) else None
        found.append((chance, ratio, int((np.array(counts) @ opened).min())))
    return found


def _effective_rank(matrix: Any) -> Any:
    trace = rational(sum(matrix.diagonal(), Fraction(0)))
    return trace / eigenvalues(matrix)[0]


def _outcomes(instance: Instance) -> list[tuple[Fraction, Any, int]]:
    """The law; in a control some outer weights are zero, or no gate opens."""
    points = tuple(tuple(row) for row in instance["X"])
    if instance.get("gates") == "closed":
        return [(Fraction(1), None, 0)]
    return _law(points, instance.get("nonzero", instance["m"]))


def _ratio_quantile(side: Side, inverse: bool = False) -> Callable[[Instance, Rng], Sequence[Any]]:
    """The (1 − ε)-quantile of r, of max(r, 1/r), or of min(r, 1/r) if ``inverse``; r = 0/0 keeps to no bound."""

    def value(ratio: Any) -> Any:
        if ratio is None:
            return fmpq(0) if side == "below" or inverse else UNDEFINED
        if side == "both":
            other = 1 / ratio
            return min(ratio, other) if inverse else max(ratio, other)
        return ratio

    def measured(instance: Instance, _: Rng) -> Sequence[Any]:
        law = [(rational(chance), value(ratio)) for chance, ratio, _ in _outcomes(instance)]
        p = 1 - rational(Fraction(instance["epsilon"]))
        return [quantile_of_law(law, p, rising=side != "below" and not inverse)]

    return measured


def _opened(instance: Instance, _: Rng) -> Sequence[Quantile]:
    law = [(rational(chance), fmpq(opened)) for chance, _, opened in _outcomes(instance)]
    return [quantile_of_law(law, 1 - rational(Fraction(instance["epsilon"])), rising=False)]


def _ways(points: Data, neurons: int) -> int:
    cells = len(gate_patterns(fractions(points))) - 1
    return math.comb(neurons + cells, cells)


def _cases(width: Formula) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(budget: Budget, _: Rng) -> Iterable[Instance]:
        levels = [("9/10", "9/10"), ("3/4", "1/2"), ("1/2", "1/4"), ("1/4", "1/10"), ("1/8", "1/10")]
        found: list[Instance] = []
        for points in LINES + PLANES:
            for delta, epsilon in levels:
                start: Instance = {"X": points, "n": len(points), "delta": delta, "epsilon": epsilon}
                case = with_least_width(width, start)
                wider = {**case, "m": case["m"] + 1}
                found += [i for i in (case, wider) if _ways(points, i["m"]) <= budget.of(1, 3, 10) * MOST_CELLS]
        return found

    return instances


def _printed_width() -> Any:
    import sympy

    n, delta, epsilon = symbols("n delta epsilon")
    return 4 * sympy.log(n / epsilon) / delta**2


def _printed_top() -> Any:
    (delta,) = symbols("delta")
    return 4 / (1 - delta) ** 2


def _printed_bottom() -> Any:
    (delta,) = symbols("delta")
    return (1 - delta) ** 2 / 4


def _printed_count() -> Any:
    m, delta = symbols("m delta")
    return m / 2 * (1 - delta)


PRINTED = Formula(_printed_width)
TOP = Formula(lambda: finite_width.top_width("fixed"), derived=True)
BOTTOM = Formula(lambda: finite_width.bottom_width("fixed"), derived=True)
WIDE = wide_enough(r"m\ge4\log(n/\varepsilon)/\delta^2", PRINTED)
EQUAL = Hypothesis(r"|a_\ell|=R>0", lambda i: "nonzero" not in i)
UNIFORM = Hypothesis(r"w_\ell/\|w_\ell\|\text{ uniform}", lambda i: "gates" not in i)
NEEDS = (WIDE, EQUAL, UNIFORM)
CONTROLS: tuple[Instance, ...] = (
    {"X": AXES, "n": 2, "delta": "1/2", "epsilon": "1/10", "m": 1},
    {"X": AXES, "n": 2, "delta": "1/2", "epsilon": "1/10", "m": 60, "nonzero": 1},
    {"X": AXES, "n": 2, "delta": "1/2", "epsilon": "1/10", "m": 60, "gates": "closed"},
)


def _more_inputs(width: Formula) -> Callable[[Budget, Rng], Iterable[Instance]]:
    return sampled_cases(width, "inner", ((8, 3), (16, 5)), weights="signs")


_ONE: Instance = {"layers": "inner", "weights": "signs", "data": "sphere", "n": 1, "d": 1, "m": 1}
ONE_GATE: Instance = {**_ONE, "delta": "1/4", "epsilon": "1/5", "draws": 800}

# the Chernoff bound


DELTAS = tuple(Fraction(j, 20) for j in range(1, 20))


def _tails(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"m": m} for m in [*range(1, budget.of(41, 201, 401)), 500, 1000]]


def _tail(deltas: Sequence[Fraction]) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda i, _: [binomial_cdf(i["m"], int(i["m"] * (1 - delta) / 2)) for delta in deltas]


def _tail_value(deltas: Sequence[Fraction]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    return lambda i, value: [value(m=i["m"], delta=delta) for delta in deltas]


def _printed_tail() -> Any:
    import sympy

    m, delta = symbols("m delta")
    return sympy.exp(-(delta**2) * m / 4)


_SHARP_WIDTH = r"m\ge8\log(2/\varepsilon)/\delta^2"
_EFF = r"r=\mathrm{eff}(K_{\mathrm{inner}})/\mathrm{eff}(XX^T)"
_QUANTILE = r"(1-\varepsilon)\text{-quantile of }"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:thm-c.5.1",
        "printed",
        "Theorem C.5, both sides at once",
        _QUANTILE + rf"\max(r,1/r),\ {_EFF}",
        Formula(_printed_top),
        Value(_cases(PRINTED), at_numbers, _ratio_quantile("both"), "<=", controls=CONTROLS),
        NEEDS,
        activations=1,
    ),
    Claim(
        "murray:thm-c.5.1",
        "sharp",
        "Theorem C.5, upper side, m ≥ 8 log(2/ε)/δ²",
        _QUANTILE + _EFF,
        Formula(finite_width.top_factor, derived=True),
        Value(_cases(TOP), at_numbers, _ratio_quantile("above"), "<=", controls=CONTROLS),
        (wide_enough(_SHARP_WIDTH, TOP), EQUAL, UNIFORM),
        note="The width does not depend on n, and the limit 2 is best possible.",
        activations=1,
    ),
    Claim(
        "murray:thm-c.5.2",
        "printed",
        "Theorem C.5, both sides at once",
        _QUANTILE + rf"\min(r,1/r),\ {_EFF}",
        Formula(_printed_bottom),
        Value(_cases(PRINTED), at_numbers, _ratio_quantile("both", inverse=True), ">=", controls=CONTROLS),
        NEEDS,
        activations=1,
    ),
    Claim(
        "murray:thm-c.5.2",
        "sharp",
        "Theorem C.5, lower side, m ≥ 2 log(1/ε)/δ²",
        _QUANTILE + _EFF,
        Formula(lambda: finite_width.bottom_factor("fixed"), derived=True),
        Value(_cases(BOTTOM), at_numbers, _ratio_quantile("below"), ">=", controls=CONTROLS),
        (wide_enough(r"m\ge2\log(1/\varepsilon)/\delta^2", BOTTOM), EQUAL, UNIFORM),
        note="The width does not depend on n, and without it the limit ½ is best possible.",
        activations=1,
    ),
    Claim(
        "murray:thm-c.5.3",
        "printed",
        "proof of Theorem C.5, Chernoff bound",
        r"P\bigl(\mathrm{Bin}(m,\tfrac12)\le\tfrac m2(1-\delta)\bigr)",
        Formula(_printed_tail),
        Value(_tails, _tail_value(DELTAS), _tail(DELTAS), "<="),
        note="True; the exponent may be doubled.",
        activations=1,
    ),
    Claim(
        "murray:thm-c.5.3",
        "sharp",
        "proof of Theorem C.5, Chernoff bound with the relative entropy",
        r"P\bigl(\mathrm{Bin}(m,\tfrac12)\le\tfrac m2(1-\delta)\bigr)",
        Formula(finite_width.half_binomial_tail, derived=True),
        Value(_tails, _tail_value((*DELTAS, Fraction(1))), _tail((*DELTAS, Fraction(1))), "<="),
        activations=1,
    ),
    Claim(
        "murray:thm-c.5.4",
        "printed",
        "proof of Theorem C.5, number of open gates",
        _QUANTILE + r"\min_j\sum_\ell I[\langle w_\ell,x_j\rangle\ge0]",
        Formula(_printed_count),
        Value(_cases(PRINTED), at_numbers, _opened, ">=", controls=CONTROLS[::2]),
        NEEDS,
        activations=1,
    ),
    Claim(
        "murray:thm-c.5.5",
        "printed",
        "Theorem C.5 for more inputs, both sides at once",
        _QUANTILE + rf"\max(r,1/r),\ {_EFF}",
        Formula(_printed_top),
        Value(_more_inputs(PRINTED), at_numbers, bounded_ratio("both"), "<=", (ONE_GATE,), sampled=True),
        NEEDS,
        activations=1,
    ),
    Claim(
        "murray:thm-c.5.5",
        "sharp",
        "Theorem C.5 for more inputs, upper side, m ≥ 8 log(2/ε)/δ²",
        _QUANTILE + _EFF,
        Formula(finite_width.top_factor, derived=True),
        Value(_more_inputs(TOP), at_numbers, bounded_ratio("above"), "<=", (ONE_GATE,), sampled=True),
        (wide_enough(_SHARP_WIDTH, TOP), EQUAL, UNIFORM),
        activations=1,
    ),
)
