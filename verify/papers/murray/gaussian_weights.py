"""Gaussian outer weights: Lemma C.6, Theorem C.7 and Corollary C.8.

They are held for all inputs at once, by the exact law of the weights behind open gates and one union bound.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, fmpq

from eigenlaw.theory import finite_width
from eigenlaw.verify.chances import chi_square_tails, open_share_cdf, open_square_cdf
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, ball, rational, symbols
from eigenlaw.verify.papers.murray.exact_networks import margin_squared, random_network
from eigenlaw.verify.papers.murray.widths import numbers, wide_enough, with_least_width
from eigenlaw.verify.quantiles import Quantile
from eigenlaw.verify.surds import root

BERNSTEIN = {"c": Fraction(1, 8), "K": 1}
"""The absolute constants of Theorem C.7, which the paper does not give: Laurent and Massart's bound admits them."""

_SLACKS = (fmpq(1, 4), fmpq(1))


def _normal_cdf(x: Any) -> Any:
    return (1 + (ball(x) / arb(2).sqrt()).erf()) / 2


def _band() -> Any:
    """P = P(½ ≤ |z| ≤ 1)."""
    return 2 * (_normal_cdf(1) - _normal_cdf(fmpq(1, 2)))


def _band_printed() -> Any:
    """P = 2 (Φ(1) − Φ(½)), for the printed widths."""
    import sympy

    return sympy.erf(1 / sympy.sqrt(2)) - sympy.erf(sympy.Rational(1, 2) / sympy.sqrt(2))


def _band_value() -> Any:
    import sympy

    return sympy.Rational(3, 10)


def _rounded_band(_instance: Instance, _: Rng) -> Sequence[Any]:
    scaled = (10 * _band() + arb(1) / 2).floor().unique_fmpz()
    return [arb("nan") if scaled is None else arb(fmpq(scaled, 10))]


# Lemma C.6


def _margin_chance(instance: Instance) -> Callable[[Any], Any]:
    """T ↦ P(α ≥ t) for the least favourable n inputs other than 0, enclosed; exact for one input.

    With b = a/‖a‖, α ≥ min_i A_i/‖a‖; A_i has the law of A for each input, ‖a‖² that of χ²_m. If x and −x are among the
    inputs, α ≤ ½‖a‖.
    """
    n, m, nu = instance["n"], instance["m"], ball(Fraction(instance["nu"]))

    def chance(t: Any) -> Any:
        scaled = ball(t) / nu
        if n == 1:
            return 1 - open_square_cdf(m, scaled * scaled)
        fails = [
            n * open_square_cdf(m, scaled * (m * (1 + slack)).sqrt()) + chi_square_tails(m, m * (1 + slack))[m]
            for slack in map(arb, _SLACKS)
        ]
        return (1 - min(fails, key=float)).union(chi_square_tails(m, 4 * scaled * scaled)[m])

    return chance


def _margin_quantile(instance: Instance, p: Any) -> Quantile:
    return Quantile(_margin_chance(instance), p, rising=False, exact=False)


def _margin_at(p: Callable[[Instance], Any]) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda i, _: [_margin_quantile(i, p(i))]


def _kept_once(instance: Instance) -> Any:
    return 1 - rational(Fraction(instance["epsilon"]))


def _kept_twice(instance: Instance) -> Any:
    return (1 - rational(Fraction(instance["epsilon"]))) ** 2


def _printed_width() -> Any:
    import sympy

    n, delta, epsilon = symbols("n delta epsilon")
    return 4 * sympy.log(n / epsilon) / (delta**2 * (1 - delta) * _band_printed())


def _printed_margin() -> Any:
    import sympy

    nu, m, delta, p = symbols("nu m delta p")
    return nu / 8 * (1 - delta) ** sympy.Rational(3, 2) * sympy.sqrt(p) * sympy.sqrt(m)


def _with_band(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**numbers(instance), p=_band())]


def _sizes(width: Formula, counts: Sequence[int]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(budget: Budget, _: Rng) -> Iterable[Instance]:
        levels = [("2/3", "3/10"), ("1/2", "1/4"), ("9/10", "1/10"), ("1/2", "1/20"), ("1/5", "1/10")]
        starts = [
            {"n": n, "nu": nu, "delta": delta, "epsilon": epsilon}
            for n, nu in zip(counts, ("1", "1/2", "3", "1", "1/100", "1"), strict=False)
            for delta, epsilon in levels[: budget.of(4, 5, 5)]
        ]
        return [with_least_width(width, start) for start in starts]

    return instances


PRINTED = Formula(_printed_width)
SHARP = Formula(finite_width.gaussian_margin_width, derived=True)
WIDE = wide_enough(r"m\ge4\log(n/\varepsilon)/(\delta^2(1-\delta)p)", PRINTED)
NARROW: Instance = {"n": 1, "nu": "1", "delta": "1/2", "epsilon": "1/10", "m": 1}


def _pairs(budget: Budget, _: Rng) -> Iterable[Instance]:
    found = []
    for draw in range(budget.of(36, 80, 200)):
        case = random_network("relu", n=1 + draw % 3, d=1 + draw % 3, m=2 + draw % 5, draw=draw)
        found.append({**case, "X": [*case["X"], [str(-Fraction(entry)) for entry in case["X"][0]]]})
    return [i for i in found if _no_gate_on_edge(i)]


def _no_gate_on_edge(instance: Instance) -> bool:
    X, W = ([[Fraction(entry) for entry in row] for row in instance[name]] for name in ("X", "W"))
    return all(sum(w * x for w, x in zip(row, X[0], strict=True)) != 0 for row in W)


def _exact_margin(instance: Instance, _: Rng) -> Sequence[Any]:
    return [root(margin_squared(instance))]


def _norm(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(norm_a=root(rational(sum((Fraction(entry) ** 2 for entry in instance["a"]), Fraction(0)))))]


HOLDS_OPPOSITES = Hypothesis(
    r"x\text{ and }-x\text{ are inputs}",
    lambda i: [str(-Fraction(entry)) for entry in i["X"][0]] in [list(row) for row in i["X"]],
)
ALONE: Instance = {"activation": "relu", "X": [["1"]], "W": [["1"]], "a": ["1"]}

# Theorem C.7 and Corollary C.8


def _ratio_chance(instance: Instance) -> Callable[[Any], Any]:
    """C ↦ P(max(r, 1/r) ≤ C), at least, for n inputs other than 0.

    K_inner = 0 has probability at most 2^{−m}, exactly that for one input, and otherwise max(r, 1/r) ≤ n; by Corollary
    C.2 it is at most ‖a‖²/α² ≤ (S/min_i A_i)².
    """
    n, m = instance["n"], instance["m"]

    def chance(bound: Any) -> Any:
        limit = ball(bound)
        if n == 1:
            return 1 - fmpq(1, 2**m) if limit >= 1 else fmpq(0)
        if limit >= n:
            return arb(1 - fmpq(1, 2**m)).union(arb(1))
        if not limit > 1:
            return arb(0).union(arb(1))
        fails = n * open_share_cdf(m, 1 / limit.sqrt())
        return (1 - fails).union(arb(1))

    return chance


def _ratio(failures: int, inverse: bool = False) -> Callable[[Instance, Rng], Sequence[Any]]:
    """The (1 − failures·ε)-quantile of max(r, 1/r), or of its inverse."""

    def measured(instance: Instance, _: Rng) -> Sequence[Any]:
        p = 1 - failures * rational(Fraction(instance["epsilon"]))
        chance = _ratio_chance(instance)
        within = (lambda bound: chance(1 / ball(bound))) if inverse else chance
        return [Quantile(within, p, rising=not inverse, exact=False)]

    return measured


def _constant() -> Any:
    import sympy

    m, delta, epsilon, p, c, K = symbols("m delta epsilon p c K")
    return 64 / ((1 - delta) ** 3 * p) * (1 + sympy.Max(K * sympy.log(1 / epsilon) / c, m * K) / m)


def _inverse_constant() -> Any:
    return 1 / _constant()


def _at_constants(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**numbers(instance), **BERNSTEIN, p=_band())]


def _corollary_width() -> Any:
    import sympy

    n, epsilon = symbols("n epsilon")
    return 32 * sympy.log(3 * n / epsilon) / _band_printed()


def _corollary_constant() -> Any:
    (p,) = symbols("p")
    return 1024 / p


def _bernstein() -> Any:
    import sympy

    m, t, c, K = symbols("m t c K")
    return sympy.exp(-c * sympy.Min(t**2 / (m * K**2), t / K))


_EXCESSES = tuple(Fraction(j, 8) for j in (0, 1, 2, 4, 8, 12, 16, 32, 64))
"""T/m."""


def _excesses(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"m": m} for m in [*range(1, budget.of(31, 101, 201)), 300, 1000]]


def _at_excess(instance: Instance, value: Evaluate) -> Sequence[Any]:
    m = instance["m"]
    return [value(m=m, t=m * excess, **BERNSTEIN) for excess in _EXCESSES]


def _excess(instance: Instance, _: Rng) -> Sequence[Any]:
    m = instance["m"]
    return [chi_square_tails(m, rational(m * (1 + excess)))[m] for excess in _EXCESSES]


THREEFOLD = Hypothesis(r"\varepsilon<1/3", lambda i: Fraction(i["epsilon"]) < Fraction(1, 3))
LONE_NEURON: Instance = {"n": 1, "nu": "1", "delta": "1/2", "epsilon": "1/10", "m": 1}


CROWDS = (1, 2, 100, 1000, 10**5)
COROLLARY = Formula(_corollary_width)
WIDER = wide_enough(r"m\ge32\log(3n/\varepsilon)/p", COROLLARY)

_R = r"r=\mathrm{eff}(K_{\mathrm{inner}})/\mathrm{eff}(XX^T)"
_WORST = "For n = 1 the chance is exact; otherwise it is enclosed, for the least favourable inputs other than 0."
_ANY_DATA = "For n = 1 the chance is exact; otherwise it is a lower bound that serves all inputs other than 0."
_WITNESS = "The absolute constants are not given; c = 1/8 and K = 1 serve. "

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:lem-c.6.1",
        "printed",
        "Lemma C.6, value of p",
        r"P(|z|\in[\tfrac12,1])\text{ to one decimal}",
        Formula(_band_value),
        Value(lambda _b, _r: [{}], lambda _, value: [value()], _rounded_band, minimum=1),
        activations=1,
    ),
    Claim(
        "murray:lem-c.6.2",
        "printed",
        "Lemma C.6",
        r"\inf_X(1-\varepsilon)^2\text{-quantile of }\alpha",
        Formula(_printed_margin),
        Value(_sizes(PRINTED, (1, 2, 10, 100, 1000)), _with_band, _margin_at(_kept_twice), ">=", controls=(NARROW,)),
        (WIDE,),
        note=_WORST,
        activations=1,
    ),
    Claim(
        "murray:lem-c.6.2",
        "sharp",
        "Lemma C.6, with b = a/‖a‖ and m ≥ 12 log((n+1)/ε)/δ²",
        r"\inf_X(1-\varepsilon)\text{-quantile of }\alpha",
        Formula(finite_width.gaussian_margin, derived=True),
        Value(_sizes(SHARP, (1, 2, 10, 100, 1000)), _with_band, _margin_at(_kept_once), ">=", controls=(NARROW,)),
        (wide_enough(r"m\ge12\log((n+1)/\varepsilon)/\delta^2", SHARP),),
        note=_WORST,
        activations=1,
    ),
    Claim(
        "murray:lem-c.6.2",
        "new",
        "after Lemma C.6: no margin is above ½‖a‖ where x and −x are inputs",
        r"\alpha",
        Formula(finite_width.antipodal_margin, derived=True),
        Value(_pairs, _norm, _exact_margin, "<=", controls=(ALONE,)),
        (HOLDS_OPPOSITES,),
        activations=1,
    ),
    Claim(
        "murray:thm-c.7.1",
        "printed",
        "Theorem C.7, both sides at once",
        r"(1-3\varepsilon)\text{-quantile of }\max(r,1/r),\ " + _R,
        Formula(_constant),
        Value(_sizes(PRINTED, CROWDS), _at_constants, _ratio(3), "<=", controls=(LONE_NEURON,)),
        (WIDE, THREEFOLD),
        note=_WITNESS + "As 1/n ≤ r ≤ n, the statement says nothing but K_inner ≠ 0 for n ≤ 427. " + _ANY_DATA,
        activations=1,
    ),
    Claim(
        "murray:thm-c.7.2",
        "printed",
        "Theorem C.7, both sides at once",
        r"(1-3\varepsilon)\text{-quantile of }\min(r,1/r),\ " + _R,
        Formula(_inverse_constant),
        Value(_sizes(PRINTED, CROWDS), _at_constants, _ratio(3, inverse=True), ">=", controls=(LONE_NEURON,)),
        (WIDE, THREEFOLD),
        note=_WITNESS + _ANY_DATA,
        activations=1,
    ),
    Claim(
        "murray:thm-c.7.3",
        "printed",
        "proof of Theorem C.7, Bernstein's inequality",
        r"P(\|a/\nu\|_2^2-m\ge t)",
        Formula(_bernstein),
        Value(_excesses, _at_excess, _excess, "<="),
        note=_WITNESS,
        activations=1,
    ),
    Claim(
        "murray:thm-c.7.4",
        "printed",
        "Corollary C.8, both sides at once, m ≥ 32 log(3n/ε)/p",
        r"(1-\varepsilon)\text{-quantile of }\max(r,1/r),\ " + _R,
        Formula(_corollary_constant),
        Value(_sizes(COROLLARY, CROWDS), _with_band, _ratio(1), "<=", controls=(LONE_NEURON,)),
        (WIDER,),
        note="The absolute constants are those that Theorem C.7 gives at δ = ½. " + _ANY_DATA,
        activations=1,
    ),
)
