"""Table 1 and the figures that the text takes from it; F(p, k, ā) of (4)."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import numpy as np
from flint import acb, arb, fmpq, fmpq_poly

from eigenlaw.theory import effective_rank, power_coefficient
from eigenlaw.theory.expression import mul
from eigenlaw.theory.ntk import hyperparameters
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, evaluate, rational, symbols, undefined
from eigenlaw.verify.integrals import activation_mean, derivative_pieces
from eigenlaw.verify.papers.murray.common import phi_of
from eigenlaw.verify.papers.murray.hermite import measured_coefficient
from eigenlaw.verify.papers.murray.moments import mean_square

PRINTED: dict[str, tuple[str, ...]] = {
    "relu": ("43.944", "77.277", "93.192", "93.192", "95.403", "95.403"),
    "tanh": ("41.362", "91.468", "91.468", "97.487", "97.487", "99.090"),
    "sigmoid": ("91.557", "99.729", "99.729", "99.977", "99.977", "99.997"),
    "gaussian": ("95.834", "95.834", "98.729", "98.729", "99.634", "99.634"),
}
"""Table 1: rows ReLU, Tanh, Sigmoid, Gaussian; columns T = 0, …, 5."""


@cache
def mean_square_slope(name: str) -> Any:
    """E[φ'²] by rigorous integration."""
    phi = phi_of(name)
    return activation_mean(phi, lambda _: acb(1), 0, [mul(node, node) for node in derivative_pieces(phi)])


def _kappa(name: str, p: int) -> Any:
    """κ_{p,2} at γ_w² = σ_w² = 1, γ_b = 0, σ_b² = 1 − E[φ²]: the limit of Σ_p κ_p ρ^p is checked by (9)."""
    square = measured_coefficient(name, p) ** 2 * (1 + p)
    return square + (1 - mean_square(name)) if p == 0 else square


def _total(name: str) -> Any:
    return 1 + mean_square_slope(name)


def share(name: str, last: int) -> Any:
    """100 Σ_{p≤last} κ_p/Σ_p κ_p, the total being Θ(1) = 1 + E[φ'²]."""
    return 100 * sum((_kappa(name, p) for p in range(last + 1)), arb(0)) / _total(name)


def rounded(value: Any, decimals: int) -> Any:
    """The one decimal to which every number of the ball rounds; no number if the ball is too wide to tell."""
    scaled = (value * 10**decimals + arb(1) / 2).floor().unique_fmpz()
    return arb("nan") if scaled is None else arb(fmpq(scaled, 10**decimals))


def _entries(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"activation": name, "T": column} for name in PRINTED for column in range(6)]


def _measured_entry(instance: Instance, _: Rng) -> Sequence[Any]:
    return [rounded(share(instance["activation"], instance["T"]), 3)]


def _entry() -> Any:
    (column,) = symbols("T")
    return undefined("entry")(column)


def _printed_entry(instance: Instance, value: Evaluate) -> Sequence[Any]:
    row = PRINTED[instance["activation"]]

    def entry(column: int) -> Fraction:
        if not 0 <= column < len(row):
            raise IndexError(f"T={column}: expected a column of the table")
        return Fraction(row[column])

    return [value(T=instance["T"], entry=entry)]


CLOSED = ("relu", "gaussian", "erf", "abs", "leaky_relu(1/10)", "sin")


def _closed_entries(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"activation": name, "T": column} for name in CLOSED for column in range(4)]


@cache
def _closed_percentage(name: str, column: int) -> Any:
    return evaluate(effective_rank.percentage(name, column, hyperparameters(name)), {})


def _closed_entry(instance: Instance, value: Evaluate) -> Sequence[Any]:
    name = instance["activation"]

    return [value(T=instance["T"], entry=lambda column: _closed_percentage(name, column))]


def _share_of(instance: Instance, _: Rng) -> Sequence[Any]:
    return [share(instance["activation"], instance["T"])]


def _ratio(_instance: Instance, _rng: Rng) -> Sequence[Any]:
    return [(_total("relu") - _kappa("relu", 0)) / _kappa("relu", 1)]


def _bounds(which: int) -> Callable[[], Any]:
    def build() -> Any:
        found = effective_rank.effective_rank_bounds("relu", hyperparameters("relu"))
        if found is None:
            raise LookupError("activation=relu: expected closed coefficients")
        return found[which]

    return build


def _whole_ratio(_instance: Instance, _rng: Rng) -> Sequence[Any]:
    return [_total("relu") / _kappa("relu", 0)]


def _ratio_printed() -> Any:
    import sympy

    return sympy.Rational(13, 10)


def _no_symbols(_instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value()]


# (4)


def _sequences(budget: Budget, _: Rng) -> Iterable[Instance]:
    sequences = [["1", "1", "1"], ["0", "1", "2"], ["1/2", "-1", "1/3", "2"], ["0", "0", "1", "1/5", "3"]]
    size = budget.of(5, 6, 7)
    return [{"a": a, "p": p, "k": k} for p in range(size) for k in range(size) for a in sequences]


def _sequence(instance: Instance) -> list[Fraction]:
    return [Fraction(a) for a in instance["a"]]


def _by_enumeration(instance: Instance, _: Rng) -> Sequence[Any]:
    """The sum over all k-tuples of non-negative integers with sum p, as (4) defines it."""
    a, p, k = _sequence(instance), instance["p"], instance["k"]
    entries = [*a, *[Fraction(0)] * (p + 1)]
    total = Fraction(0)
    for indices in product(range(p + 1), repeat=k):
        if sum(indices) == p:
            term = Fraction(1)
            for j in indices:
                term *= entries[j]
            total += term
    return [rational(total)]


def _by_power(instance: Instance, _: Rng) -> Sequence[Any]:
    """The coefficient of t^p in (Σ_j a_j t^j)^k, as the proof uses it in (34)."""
    series = fmpq_poly([fmpq(a.numerator, a.denominator) for a in _sequence(instance)])
    return [(series ** instance["k"])[instance["p"]]]


def _f() -> Any:
    p, k = symbols("p k")
    return undefined("F")(p, k)


def _by_definition(instance: Instance, value: Evaluate) -> Sequence[Any]:
    def f(p: int, k: int) -> Any:
        return _by_enumeration({**instance, "p": p, "k": k}, np.random.default_rng(0))[0]

    return [value(p=instance["p"], k=instance["k"], F=f)]


def _theory_f(instance: Instance, value: Evaluate) -> Sequence[Any]:
    a, p, k = _sequence(instance), instance["p"], instance["k"]

    def by_value(p: int, k: int) -> Any:
        return evaluate(power_coefficient.PowerCoefficient(p, k).value(a), {})

    def by_recurrence(p: int, k: int) -> Any:
        return evaluate(power_coefficient.power_coefficients(p, k, a)[p], {})

    def by_series(p: int, k: int) -> Any:
        import sympy

        series = power_coefficient.PowerCoefficient(p, k).generating_function(a)
        return evaluate(sympy.Poly(series, sympy.Symbol("t")).coeff_monomial(sympy.Symbol("t") ** p), {})

    return [value(p=p, k=k, F=f) for f in (by_value, by_recurrence, by_series)]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-4",
        "printed",
        "(4), as (34) uses it",
        r"[t^p]\Bigl(\sum_ja_jt^j\Bigr)^k",
        Formula(_f, opaque="a sum over tuples, by enumeration"),
        Value(_sequences, _by_definition, _by_power),
    ),
    Claim(
        "murray:eq-4",
        "new",
        "F of eigenlaw.theory: the value, and Miller's recurrence",
        r"\sum_{(j_i)\in J(p,k)}\prod_{i=1}^ka_{j_i}",
        Formula(_f),
        Value(_sequences, _theory_f, lambda i, r: [*_by_enumeration(i, r)] * 3),
    ),
    Claim(
        "murray:table-1",
        "printed",
        "Table 1",
        r"100\sum_{p\le T}\kappa_{p,2}/\sum_p\kappa_{p,2}\text{ to three decimals}",
        Formula(_entry, opaque="a table of 24 numbers"),
        Value(_entries, _printed_entry, _measured_entry),
        note="The Gaussian is that of variance 1.",
    ),
    Claim(
        "murray:table-1",
        "new",
        "Table 1, closed forms of eigenlaw.theory",
        r"100\sum_{p\le T}\kappa_{p,2}/\sum_p\kappa_{p,2}",
        Formula(_entry),
        Value(_closed_entries, _closed_entry, _share_of),
    ),
    Claim(
        "murray:remark-4.3",
        "printed",
        "after Theorem 4.3: roughly 1.3",
        r"\sum_{p\ge1}\kappa_{p,2}/\kappa_{1,2}\text{ to one decimal}",
        Formula(_ratio_printed),
        Value(lambda _b, _r: [{}], _no_symbols, lambda i, r: [rounded(x, 1) for x in _ratio(i, r)], minimum=1),
    ),
    Claim(
        "murray:remark-4.3",
        "corrected",
        "after Theorem 4.3: 1.68…",
        r"\sum_{p\ge1}\kappa_{p,2}/\kappa_{1,2}",
        Formula(_bounds(1), derived=True),
        Value(lambda _b, _r: [{}], _no_symbols, _ratio, minimum=1),
    ),
    Claim(
        "murray:remark-4.3",
        "new",
        "the bound of Theorem 4.1 for ReLU, 2.28…, of eigenlaw.theory",
        r"\sum_p\kappa_{p,2}/\kappa_{0,2}",
        Formula(_bounds(0), derived=True),
        Value(lambda _b, _r: [{}], _no_symbols, _whole_ratio, minimum=1),
    ),
)
