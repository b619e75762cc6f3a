"""Kernels of finite random networks against sampled ones: Theorems C.7 (sharp), C.15 and 4.5, C.2.6."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import ceil, log, sqrt
from typing import Any

import numpy as np

from eigenlaw.theory import finite_width
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.eigenvalues import eigenvalues
from eigenlaw.verify.formula import Formula, ball, evaluate, rational, symbols
from eigenlaw.verify.infinite_width import outer_limit
from eigenlaw.verify.papers.murray.exact_networks import inputs, random_network, squared_norms
from eigenlaw.verify.papers.murray.sampled_layers import (
    SIZES,
    bounded_ratio,
    data,
    draws_needed,
    sampled_cases,
    share_quantile,
    starts,
)
from eigenlaw.verify.papers.murray.widths import at_numbers, wide_enough


def _too_narrow(layers: str) -> Instance:
    """One neuron and one input: K = 0 with probability ½."""
    start = {"layers": layers, "data": "sphere", "n": 1, "d": 1, "delta": "1/2", "epsilon": "1/10"}
    return {**start, "m": 1, "nu_1": "1", "nu_2": "1", "draws": 800}


def _widths(setting: Any) -> Formula:
    return Formula(lambda: finite_width.top_width(setting), derived=True)


def _says(factor: int, failures: int) -> str:
    return rf"m\ge{factor}\log({failures}/\varepsilon)/\delta^2"


GAUSSIAN, OUTER, BOTH = (_widths(setting) for setting in ("gaussian", "outer", "both"))
BOTTOM = Formula(lambda: finite_width.bottom_width("gaussian"), derived=True)


def _two_sides() -> Any:
    """The width for both sides of the inner kernel, each of which may fail with probability ε/2."""
    (epsilon,) = symbols("epsilon")
    return finite_width.top_width("gaussian").subs(epsilon, epsilon / 2)


def _six() -> Any:
    import sympy

    (delta,) = symbols("delta")
    return finite_width.top_factor().subs(delta, sympy.Rational(1, 2))


TWO_SIDES = Formula(_two_sides, derived=True)
AT_HALF = Hypothesis(r"\delta=1/2", lambda i: i["delta"] == "1/2")

# Theorem C.15


def _norms(instance: Instance) -> tuple[float, float]:
    """M and λ_1(Σ) at ν = 1, by floats; Σ_ij = (√(‖x‖²‖y‖² − (x·y)²) + x·y (π − θ))/(2π)."""
    X = data(instance)
    gram = X @ X.T
    lengths = np.sqrt(np.outer(gram.diagonal(), gram.diagonal()))
    angle = np.arccos(np.clip(gram / lengths, -1, 1))
    sigma = (lengths * np.sin(angle) + gram * (np.pi - angle)) / (2 * np.pi)
    return float(np.sqrt(gram.diagonal().max())), float(np.linalg.eigvalsh(sigma)[-1])


def _covariance_constant(K: float) -> float:
    _, C = finite_width.covariance_constants("relu")
    return float(ball(evaluate(C, {"K": Fraction(K)})))


def _concentrated(instance: Instance, less: int = 0) -> bool:
    """√m > √d + √(2 log(2/ε)) and max(δ, δ²) ≤ λ_1(Σ)/2, with the constant C_K that serves in Lemma C.14."""
    m, n, eps, nu = instance["m"] - less, instance["n"], float(Fraction(instance["epsilon"])), _scale(instance)
    M, top = _norms(instance)
    delta = _covariance_constant(M * nu * sqrt(n)) * (sqrt(n / m) + sqrt(log(2 / eps) / m)) if m else 2.0
    return sqrt(m) > sqrt(instance["d"]) + sqrt(2 * log(2 / eps)) and max(delta, delta**2) <= nu**2 * top / 2


def _scale(instance: Instance) -> float:
    return float(Fraction(instance["nu_1"]))


def _concentrated_cases(_budget: Budget, _: Rng) -> Iterable[Instance]:
    """K = M ν √n is about 1, and m the least width."""
    found = []
    for eps, draws in (("1/6", 40), ("1/8", 60), ("1/10", 84)):
        for start in starts(((1, 1), (2, 1), (2, 2)), "outer"):
            M, top = _norms(start)
            nu, n = Fraction(1 / (M * sqrt(start["n"]))).limit_denominator(1000), start["n"]
            root = _covariance_constant(M * float(nu) * sqrt(n)) * (sqrt(n) + sqrt(log(2 / Fraction(eps))))
            m = ceil((2 * root / (float(nu) ** 2 * top)) ** 2)
            found.append({**start, "epsilon": eps, "nu_1": str(nu), "m": m, "draws": draws})
    return found


def _conditioned() -> Any:
    import sympy

    m, d, epsilon = symbols("m d epsilon")
    t = sympy.sqrt(2 * sympy.log(2 / epsilon))
    return 12 * ((sympy.sqrt(m) + sympy.sqrt(d) + t) / (sympy.sqrt(m) - sympy.sqrt(d) - t)) ** 2


CONCENTRATED = Hypothesis(
    r"\sqrt m>\sqrt d+\sqrt{2\log(2/\varepsilon)},\ \max(\delta,\delta^2)\le\tfrac12\lambda_1(\Sigma)",
    _concentrated,
    tight=lambda i: not _concentrated(i, less=1),
)

# Corollary C.16 and Theorem 4.5, with constants

OMEGA, O_NU = 272, 100
"""The hidden constants: m ≥ 272 max(λ_1(Σ)^{−2}, 1) max(n, log(1/ε)) and ν_1 ≤ 100/(M√m)."""


def _scaled_width(instance: Instance) -> float:
    _, top = _norms(instance)
    sigma = _scale(instance) ** 2 * top
    return float(OMEGA * max(sigma**-2, 1) * max(instance["n"], -log(Fraction(instance["epsilon"]))))


def _linear_cases(layers: str) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(budget: Budget, _: Rng) -> Iterable[Instance]:
        found = []
        for start in starts(((1, 1), (2, 1), (3, 1), (3, 2), (4, 2), (5, 3), (6, 2))[: budget.of(6, 7, 7)], layers):
            for eps in ("1/4", "1/8")[: budget.of(1, 2, 2)]:
                M, _top = _norms(start)
                m = ceil(OMEGA * max(start["n"], -log(Fraction(eps))))
                nu = str(Fraction(O_NU / (M * sqrt(m))).limit_denominator(100) - Fraction(1, 100))
                more = {"epsilon": eps, "draws": draws_needed(eps) + budget.of(1, 60, 600)}
                found.append({**start, **more, "m": m, "nu_1": nu, "nu_2": "1"})
        return found

    return instances


LINEAR = Hypothesis(
    r"m=\Omega(\max(\lambda_1(\Sigma)^{-2},1)\max(n,\log(1/\varepsilon)))",
    lambda i: i["m"] >= _scaled_width(i),
    tight=lambda i: i["m"] - 1 < _scaled_width(i),
)
SMALL_WEIGHTS = Hypothesis(r"\nu_1=O(1/(M\sqrt m))", lambda i: _scale(i) * _norms(i)[0] * sqrt(i["m"]) <= O_NU)
MANY = Hypothesis(r"n\ge d", lambda i: i["n"] >= i["d"], tight=lambda i: i["n"] == i["d"])
SMALL_EPSILON = Hypothesis(r"\varepsilon\le1/4", lambda i: Fraction(i["epsilon"]) <= Fraction(1, 4))
HIDDEN = (LINEAR, SMALL_WEIGHTS, MANY, SMALL_EPSILON)


def _constant() -> Any:
    import sympy

    return sympy.Integer(6)


def _second_moments(budget: Budget, _: Rng) -> Iterable[Instance]:
    shapes = [(n, d, m) for n in (1, 2, 4) for d in (1, 2, 3) for m in (1, 10, 100)[: budget.of(3, 3, 3)]]
    found = [
        {"X": random_network("relu", *shape, draw=3)["X"], "m": shape[2], "c": c}
        for shape in shapes
        for c in ("1", "5/2")
    ]
    return [{"X": [["1"], ["1"], ["1"]], "m": 7, "c": "2"}, *found]


def _largest_moment(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_1(Σ) for ν_1 = c/(M√m)."""
    X = inputs(instance)
    scale = rational(Fraction(instance["c"])) ** 2 / (max(squared_norms(X)) * instance["m"])
    return [scale * eigenvalues(outer_limit(X))[0]]


def _moment_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(c=Fraction(instance["c"]), n=len(instance["X"]), m=instance["m"])]


# C.2.6


def _shares(least: bool) -> Callable[[Instance, Rng], Sequence[Any]]:
    def measured(instance: Instance, rng: Rng) -> Sequence[Any]:
        found = share_quantile(instance, rng, 1 - Fraction(instance["epsilon"]), least=least)
        return [found / (instance["n"] if least else 1)]

    return measured


def _six_d() -> Any:
    (d,) = symbols("d")
    return 6 * d


def _six_d_over_n() -> Any:
    d, n = symbols("d n")
    return 6 * d / n


_INNER = r"r=\mathrm{eff}(K_{\mathrm{inner}})/\mathrm{eff}(XX^T)"
_OUTER = r"\mathrm{eff}(K_{\mathrm{outer}})/\mathrm{eff}(XX^T)"
_WHOLE = r"\mathrm{eff}(K)/\mathrm{eff}(XX^T)"
_OF = r"(1-\varepsilon)\text{-quantile of }"
_FREE = "The width depends neither on n nor on d, and the limit 2 of the factor is best possible."
_CONSTANTS = "The hidden constants are not given; 272 in Ω, 100 in O and C = 6 serve, for ε ≤ 1/4."
TOP_FACTOR = Formula(finite_width.top_factor, derived=True)
NARROW = {layers: _too_narrow(layers) for layers in ("inner", "outer", "both")}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:thm-c.7.1",
        "sharp",
        "Theorem C.7, upper side, m ≥ 24 log(2/ε)/δ²",
        _OF + _INNER,
        TOP_FACTOR,
        Value(
            sampled_cases(GAUSSIAN, "inner"), at_numbers, bounded_ratio("above"), "<=", (NARROW["inner"],), sampled=True
        ),
        (wide_enough(_says(24, 2), GAUSSIAN),),
        note=_FREE,
        activations=1,
    ),
    Claim(
        "murray:thm-c.7.2",
        "sharp",
        "Theorem C.7, lower side, m ≥ 12 log(2/ε)/δ²",
        _OF + _INNER,
        Formula(lambda: finite_width.bottom_factor("gaussian"), derived=True),
        Value(
            sampled_cases(BOTTOM, "inner"), at_numbers, bounded_ratio("below"), ">=", (NARROW["inner"],), sampled=True
        ),
        (wide_enough(_says(12, 2), BOTTOM),),
        note="The width depends neither on n nor on d, and without n the limit ½ of the factor is best possible.",
        activations=1,
    ),
    Claim(
        "murray:thm-c.7.4",
        "sharp",
        "Corollary C.8 with C = 6, both sides at once, m ≥ 96 log(4/ε)",
        _OF + r"\max(r,1/r),\ " + _INNER,
        Formula(_six, derived=True),
        Value(
            sampled_cases(TWO_SIDES, "inner", (*SIZES, (6, 4))),
            at_numbers,
            bounded_ratio("both"),
            "<=",
            (NARROW["inner"],),
            sampled=True,
        ),
        (wide_enough(r"m\ge96\log(4/\varepsilon)", TWO_SIDES), AT_HALF),
        activations=1,
    ),
    Claim(
        "murray:thm-c.15.1",
        "printed",
        "Theorem C.15",
        r"(1-3\varepsilon)\text{-quantile of }" + _OUTER,
        Formula(_conditioned),
        Value(_concentrated_cases, at_numbers, bounded_ratio("above", 3), "<=", (NARROW["outer"],), sampled=True),
        (CONCENTRATED,),
        note="The constant C_K is not given; 5 √(ln 9) max(K, K²) serves.",
        activations=1,
    ),
    Claim(
        "murray:thm-c.15.1",
        "sharp",
        "Theorem C.15, m ≥ 34 log(2/ε)/δ²",
        _OF + _OUTER,
        TOP_FACTOR,
        Value(
            sampled_cases(OUTER, "outer"), at_numbers, bounded_ratio("above"), "<=", (NARROW["outer"],), sampled=True
        ),
        (wide_enough(_says(34, 2), OUTER),),
        note=_FREE,
        activations=1,
    ),
    Claim(
        "murray:thm-c.15.2",
        "printed",
        "Corollary C.16",
        _OF + _OUTER,
        Formula(_constant),
        Value(_linear_cases("outer"), at_numbers, bounded_ratio("above"), "<=", (NARROW["outer"],), sampled=True),
        HIDDEN,
        note=_CONSTANTS,
        activations=1,
    ),
    Claim(
        "murray:thm-4.5.1",
        "printed",
        "Theorem 4.5",
        _OF + _WHOLE,
        Formula(_constant),
        Value(_linear_cases("both"), at_numbers, bounded_ratio("above"), "<=", (NARROW["both"],), sampled=True),
        HIDDEN,
        note=_CONSTANTS,
        activations=1,
    ),
    Claim(
        "murray:thm-4.5.1",
        "sharp",
        "Theorem 4.5, m ≥ 34 log(4/ε)/δ²",
        _OF + _WHOLE,
        TOP_FACTOR,
        Value(
            sampled_cases(BOTH, "both", nu_1="1/2", nu_2="1"),
            at_numbers,
            bounded_ratio("above"),
            "<=",
            (NARROW["both"],),
            sampled=True,
        ),
        (wide_enough(_says(34, 4), BOTH),),
        note=_FREE,
        activations=1,
    ),
    Claim(
        "murray:thm-4.5.2",
        "new",
        "Theorem 4.5 and Corollary C.16: what their hypotheses say of the width",
        r"\lambda_1(\Sigma)\text{ at }\nu_1=c/(M\sqrt m)",
        Formula(finite_width.second_moment_bound, derived=True),
        Value(_second_moments, _moment_value, _largest_moment, "<="),
        note="So m ≥ C λ_1(Σ)^{−2} n, m ≥ C n and ν_1 ≤ c/(M√m) force C n ≤ m ≤ c⁴n/(4C): wide networks are left out.",
        activations=1,
    ),
    Claim(
        "murray:magnitude-c.2.6.2",
        "printed",
        "C.2.6, large eigenvalues",
        _OF + r"\max_i i\,\lambda_i(K)/\lambda_1(K)",
        Formula(_six_d),
        Value(_linear_cases("both"), at_numbers, _shares(False), "<=", sampled=True),
        HIDDEN,
        note=_CONSTANTS,
        activations=1,
    ),
    Claim(
        "murray:magnitude-c.2.6.3",
        "printed",
        "C.2.6, the smallest eigenvalue and the condition number",
        _OF + r"\lambda_n(K)/\lambda_1(K)",
        Formula(_six_d_over_n),
        Value(_linear_cases("both"), at_numbers, _shares(True), "<=", sampled=True),
        HIDDEN,
        note=_CONSTANTS,
        activations=1,
    ),
)
