"""The inner layer's kernel of any finite network: Theorem C.1, Corollaries C.2 and C.3, Lemma C.4, all exact."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq

from eigenlaw.theory import finite_width
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.papers.murray.exact_networks import (
    SLOPES,
    factors,
    inner_ratio,
    inputs,
    margin_squared,
    networks,
    orthogonal,
    random_network,
    squared_norms,
    weights,
)
from eigenlaw.verify.surds import root

ANY = ("relu", "leaky_relu(1/10)", "abs", "hard_tanh", "linear", "monomial(2)", "polynomial(1,-1/2,1/3)")
BOUNDED = ("relu", "leaky_relu(1/10)", "abs", "hard_tanh", "linear")
STEEP = ("linear", "leaky_relu(1/10)", "leaky_relu(1/2)", "leaky_relu(3/4)", "x + max(x, -x/2)")
RATIO = r"\mathrm{eff}(K_{\mathrm{inner}})/\mathrm{eff}(XX^T)"

ANTIPODES: Instance = {"activation": "relu", "X": [["1"], ["-1"]], "W": [["1"], ["-1"]], "a": ["1", "1"]}
HALF_CLOSED = orthogonal(["1", "-1"], ["1", "1"], "relu")


def _measured(instance: Instance, _: Rng) -> Sequence[Any]:
    return [inner_ratio(instance)]


def _one_side(function: Callable[[], tuple[Any, Any]], side: int) -> Formula:
    return Formula(lambda: function()[side], derived=True)


# Theorem C.1


def _printed_bottom() -> Any:
    low, high = symbols("y_min y_max")
    return low / high


def _printed_top() -> Any:
    high, alpha2 = symbols("y_max alpha2")
    return high / alpha2


def _mixture(instance: Instance, Y: Any) -> Any:
    """min_i Y_iᵀ ρ Y_i for ρ the unit matrix over m, or the mean of Y_j Y_jᵀ over its trace."""
    squares = squared_norms(Y)
    if instance["rho"] == "unit":
        return min(squares) / len(Y[0])
    overlaps = [sum((rational(y @ z) ** 2 for z in Y), fmpq(0)) for y in Y]
    return min(overlaps) / sum(squares, fmpq(0))


def _norms(instance: Instance, value: Evaluate) -> Sequence[Any]:
    Y, X = factors(instance), inputs(instance)
    squares, lengths = squared_norms(Y), squared_norms(X)
    mean = sum((y * x for y, x in zip(squares, lengths, strict=True)), fmpq(0)) / sum(lengths, fmpq(0))
    beta = margin_squared(instance) if "rho" not in instance else _mixture(instance, Y)
    return [value(y_min=min(squares), y_max=max(squares), y_mean=mean, alpha2=beta, beta=beta)]


def _mixtures(budget: Budget, rng: Rng) -> Iterable[Instance]:
    cases = [i for i in networks(ANY, (ANTIPODES,))(budget, rng) if ALPHA.met(i)]
    return [{**i, **rho} for i in cases for rho in ({}, {"rho": "unit"}, {"rho": "own"})]


ALPHA = Hypothesis(r"\alpha>0", lambda i: margin_squared(i) > 0)


# Corollaries C.2 and C.3


def _slopes(instance: Instance) -> tuple[Fraction, Fraction]:
    low, high = (Fraction(slope) for slope in instance.get("slopes") or SLOPES[instance["activation"]])
    return low, max(abs(low), abs(high))


def _true_slopes(instance: Instance) -> bool:
    return instance["activation"] in SLOPES and "slopes" not in instance


BOUNDED_SLOPE = Hypothesis(r"\phi'_{\max}=\sup|\phi'|<\infty", _true_slopes)
STEEP_SLOPE = Hypothesis(
    r"\phi'\in[\phi'_{\min},\phi'_{\max}],\ \phi'_{\min}>0",
    lambda i: _true_slopes(i) and _slopes(i)[0] > 0,
    tight=lambda i: _slopes(i)[0] == _slopes(i)[1],
)


def _by_margin(instance: Instance, value: Evaluate) -> Sequence[Any]:
    norm = sum((Fraction(entry) ** 2 for entry in instance["a"]), Fraction(0))
    return [value(alpha2=margin_squared(instance), phi_max=_slopes(instance)[1], a2=norm)]


def _margin_bottom() -> Any:
    alpha2, slope, norm = symbols("alpha2 phi_max a2")
    return alpha2 / (slope**2 * norm)


def _margin_top() -> Any:
    alpha2, slope, norm = symbols("alpha2 phi_max a2")
    return slope**2 * norm / alpha2


def _by_slopes(instance: Instance, value: Evaluate) -> Sequence[Any]:
    low, high = _slopes(instance)
    return [value(phi_min=low, phi_max=high, s_min=low, s_max=high, n=len(instance["X"]))]


def _slope_bottom() -> Any:
    low, high = symbols("phi_min phi_max")
    return low**2 / high**2


def _slope_top() -> Any:
    low, high = symbols("phi_min phi_max")
    return high**2 / low**2


def _extremes(first_slope_small: bool) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """One input, of the smaller slope, leads XXᵀ and not K_inner; or, of the larger slope, K_inner and not XXᵀ."""

    def instances(budget: Budget, _: Rng) -> Iterable[Instance]:
        found = []
        for n in range(1, budget.of(7, 9, 12)):
            for name in STEEP:
                low, high = (Fraction(slope) for slope in SLOPES[name])
                signs = ["-1" if first_slope_small else "1", *["1" if first_slope_small else "-1"] * (n - 1)]
                others = str(low / high) if first_slope_small else "1"
                found.append(orthogonal(signs, ["1", *[others] * (n - 1)], name))
        return found

    return instances


# Lemma C.4


def _bounded_weights(instance: Instance) -> list[int]:
    low, high = Fraction(instance["R"][0]), Fraction(instance["R"][1])
    return [k for k, entry in enumerate(instance["a"]) if low <= abs(Fraction(entry)) <= high]


def _gates(instance: Instance) -> Any:
    W, _ = weights(instance)
    return inputs(instance) @ W.T >= 0


def _by_gates(instance: Instance, value: Evaluate) -> Sequence[Any]:
    tau, (low, high) = _bounded_weights(instance), instance["R"]
    shared = min(int(row[tau].sum()) for row in _gates(instance))
    return [value(R_min=Fraction(low), R_max=Fraction(high), T=shared, tau=len(tau))]


def _printed_margin() -> Any:
    import sympy

    low, high, shared, size = symbols("R_min R_max T tau")
    return low**2 / high * shared / sympy.sqrt(size)


SUBSETS: Instance = {
    "activation": "relu",
    "X": [["-3", "1", "1"], ["1", "-3", "1"], ["1", "1", "-3"]],
    "W": [["1", "0", "0"], ["0", "1", "0"], ["0", "0", "1"]],
    "a": ["2", "-2", "2"],
    "R": ["2", "2"],
}


def _weighted(budget: Budget, rng: Rng) -> Iterable[Instance]:
    ranges = (["1", "1"], ["1/2", "1"], ["1/2", "3"], ["1/3", "2"])
    cases = [ANTIPODES, *networks(("relu",))(budget, rng)]
    cases += [random_network("relu", n, d, m, draw=1) for n, d, m in ((1, 2, 5), (2, 2, 7), (6, 3, 8), (3, 3, 9))]
    return [SUBSETS, *({**i, "R": list(limits)} for i in cases for limits in ranges)]


NONEMPTY = Hypothesis(
    r"\tau\ne\emptyset", lambda i: bool(_bounded_weights(i)), tight=lambda i: len(_bounded_weights(i)) == 1
)
OPEN_AT_ZERO = Hypothesis(r"\phi'(0)=1", lambda i: "slope_at_zero" not in i)
ON_THE_EDGE: Instance = {
    "activation": "relu",
    "X": [["0", "1"]],
    "W": [["1", "0"]],
    "a": ["1"],
    "R": ["1", "1"],
    "slope_at_zero": "0",
}


def _margin(instance: Instance, _: Rng) -> Sequence[Any]:
    return [root(margin_squared(instance))]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:thm-c.1.1",
        "printed",
        "Theorem C.1, lower bound",
        RATIO,
        Formula(_printed_bottom),
        Value(networks(ANY, (ANTIPODES,)), _norms, _measured, ">="),
        (ALPHA,),
    ),
    Claim(
        "murray:thm-c.1.1",
        "sharp",
        r"Theorem C.1, lower bound, with the mean of ‖Y_i‖² weighted by ‖x_i‖²",
        RATIO,
        _one_side(finite_width.inner_factors_bounds, 0),
        Value(networks(ANY, (ANTIPODES,)), _norms, _measured, ">="),
        (ALPHA,),
    ),
    Claim(
        "murray:thm-c.1.2",
        "printed",
        "Theorem C.1, upper bound",
        RATIO,
        Formula(_printed_top),
        Value(networks(ANY, (ANTIPODES,)), _norms, _measured, "<="),
        (ALPHA,),
        note="α² is exact: the squared distance from 0 to the convex hull of the vectors ±Y_j, for the best signs.",
    ),
    Claim(
        "murray:thm-c.1.2",
        "sharp",
        r"Theorem C.1, upper bound, with the weighted mean of ‖Y_i‖² and any density matrix ρ in the place of bbᵀ",
        RATIO,
        _one_side(finite_width.inner_factors_bounds, 1),
        Value(_mixtures, _norms, _measured, "<="),
        (ALPHA,),
    ),
    Claim(
        "murray:cor-c.2.1",
        "printed",
        "Corollary C.2, lower bound",
        RATIO,
        Formula(_margin_bottom),
        Value(networks(BOUNDED, (ANTIPODES,)), _by_margin, _measured, ">="),
        (ALPHA, BOUNDED_SLOPE),
    ),
    Claim(
        "murray:cor-c.2.2",
        "printed",
        "Corollary C.2, upper bound",
        RATIO,
        Formula(_margin_top),
        Value(
            networks(BOUNDED, (ANTIPODES,)),
            _by_margin,
            _measured,
            "<=",
            controls=({"activation": "monomial(2)", "X": [["1"]], "W": [["1"]], "a": ["1"], "slopes": ["0", "1"]},),
        ),
        (ALPHA, BOUNDED_SLOPE),
    ),
    Claim(
        "murray:cor-c.3.1",
        "printed",
        "Corollary C.3, lower bound",
        RATIO,
        Formula(_slope_bottom),
        Value(
            networks(STEEP, (orthogonal(["1", "-1"], ["1", "1"], "leaky_relu(1/2)"),)),
            _by_slopes,
            _measured,
            ">=",
            controls=({**HALF_CLOSED, "slopes": ["9/10", "1"]},),
        ),
        (STEEP_SLOPE,),
    ),
    Claim(
        "murray:cor-c.3.1",
        "sharp",
        "Corollary C.3: no larger lower constant will do, as n → ∞",
        rf"\inf {RATIO}",
        _one_side(finite_width.slope_extremes, 0),
        Value(_extremes(False), _by_slopes, _measured, "<="),
        (STEEP_SLOPE,),
    ),
    Claim(
        "murray:cor-c.3.2",
        "printed",
        "Corollary C.3, upper bound",
        RATIO,
        Formula(_slope_top),
        Value(networks(STEEP), _by_slopes, _measured, "<=", controls=({**ANTIPODES, "slopes": ["9/10", "1"]},)),
        (STEEP_SLOPE,),
    ),
    Claim(
        "murray:cor-c.3.2",
        "sharp",
        "Corollary C.3: no smaller upper constant will do, as n → ∞",
        rf"\sup {RATIO}",
        _one_side(finite_width.slope_extremes, 1),
        Value(_extremes(True), _by_slopes, _measured, ">="),
        (STEEP_SLOPE,),
    ),
    Claim(
        "murray:lem-c.4",
        "printed",
        "Lemma C.4",
        r"\alpha",
        Formula(_printed_margin),
        Value(_weighted, _by_gates, _margin, ">=", controls=(ON_THE_EDGE,)),
        (NONEMPTY, OPEN_AT_ZERO),
        activations=1,
    ),
    Claim(
        "murray:lem-c.4",
        "sharp",
        "Lemma C.4, without the factor R_min/R_max",
        r"\alpha",
        Formula(finite_width.margin_bound, derived=True),
        Value(_weighted, _by_gates, _margin, ">=", controls=(ON_THE_EDGE,)),
        (NONEMPTY, OPEN_AT_ZERO),
        activations=1,
    ),
)
