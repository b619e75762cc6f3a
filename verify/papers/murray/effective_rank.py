"""Effective rank: (10), Theorems 4.1 and 4.3, Observations 4.2 and 4.4, decided over the rationals."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.gram import kernel_matrix
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.data import rational_unit_vectors
from eigenlaw.verify.effective_rank import EffectiveRank, EffectiveRankRatio, trace
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.spectra import count_at_least

SERIES: tuple[tuple[str, ...], ...] = (
    ("1", "0", "0"),
    ("1", "1", "0"),
    ("1", "1/2", "1/4"),
    ("1/3", "2", "0", "1/5"),
    ("1/100", "1", "3"),
    ("2", "1/7", "1", "1", "1/2"),
)


def _coefficients(instance: Instance) -> list[Fraction]:
    return [Fraction(c) for c in instance["c"]]


def _data(instance: Instance) -> Any:
    """Rational points on the unit sphere, or what a control puts in their place."""
    if "points" in instance:
        return np.array([[Fraction(entry) for entry in row] for row in instance["points"]], dtype=object)
    rng = np.random.default_rng(instance["draw"])
    n, copies = instance["n"], instance.get("duplicates", 0)
    return rational_unit_vectors(rng, n, instance["d"], duplicates=copies, size=max(3, n))


def _kernel(coefficients: Sequence[Fraction]) -> Callable[[Any], Any]:
    return lambda rho: sum((c * rho**p for p, c in enumerate(coefficients)), Fraction(0))


def _gram(instance: Instance, first: int = 0) -> Any:
    """K, or with first = 1 the centred kernel without its constant term."""
    c = _coefficients(instance)
    return kernel_matrix(_kernel([Fraction(0)] * first + c[first:]), _data(instance))


def _instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
    shapes = [(1, 1, 0), (2, 2, 0), (3, 2, 0), (3, 3, 1), (4, 3, 0), (5, 3, 2), (6, 2, 0), (8, 4, 0)]
    shapes += [(int(rng.integers(3, 12)), int(rng.integers(2, 5)), 0) for _ in range(budget.of(2, 12, 60))]
    return [
        {"c": list(c), "n": n, "d": d, "duplicates": copies, "draw": position}
        for position, (n, d, copies) in enumerate(shapes)
        for c in SERIES
    ]


def _bound(first: int) -> Callable[[], Any]:
    def build() -> Any:

        p, last = symbols("p P")
        c = indexed("c")
        return summation(c[p], (p, first, last)) / c[first]

    return build


def _bound_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    c = _coefficients(instance)

    def term(p: int) -> Fraction:
        if not 0 <= p < len(c):
            raise IndexError(f"p={p}: expected an index from 0 to {len(c) - 1}")
        return c[p]

    return [value(c=term, P=len(c) - 1)]


def _unit(instance: Instance) -> bool:
    return all(sum(entry * entry for entry in row) == 1 for row in _data(instance))


UNIT_NORM = Hypothesis(r"\|x_i\|=1", _unit)
NONNEGATIVE = Hypothesis(r"c_p\ge0", lambda i: min(_coefficients(i)) >= 0, tight=lambda i: 0 in _coefficients(i))
FIRST = Hypothesis(r"c_0\ne0", lambda i: _coefficients(i)[0] != 0)
SECOND = Hypothesis(r"c_1\ne0", lambda i: _coefficients(i)[1] != 0)

TRIANGLE = [["1", "0"], ["-3/5", "4/5"], ["-3/5", "-4/5"]]
LONG = [["3", "0", "0"], ["0", "3", "0"], ["0", "0", "3"]]


def _share(instance: Instance, _: Rng) -> Sequence[Any]:
    return [EffectiveRank(_gram(instance))]


def _spectrum(instance: Instance) -> list[Fraction]:
    return [Fraction(value) for value in instance["spectrum"]]


def _rotated(instance: Instance) -> Any:
    """Q diag(spectrum) Qᵀ with Q a product of rational reflections, so that the spectrum is known by construction."""
    values = _spectrum(instance)
    n = len(values)
    matrix = np.array([[values[i] if i == j else Fraction(0) for j in range(n)] for i in range(n)], dtype=object)
    rng = np.random.default_rng(instance["draw"])
    for _ in range(2):
        v = np.array([Fraction(int(a)) for a in rng.integers(-3, 4, n)], dtype=object)
        if not (norm := v @ v):
            continue
        reflection = np.eye(n, dtype=object) * Fraction(1) - 2 * np.outer(v, v) / norm
        matrix = reflection @ matrix @ reflection.T
    return matrix


def _psd_instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
    spectra = [["1"], ["1", "1"], ["2", "1"], ["1", "0"], ["1", "1", "1"], ["5", "1", "1/2"], ["4", "2", "2", "1"]]
    for _ in range(budget.of(4, 20, 80)):
        size = int(rng.integers(2, 7))
        spectra.append(
            [f"{int(a)}/{int(b)}" for a, b in zip(rng.integers(0, 9, size), rng.integers(1, 5, size), strict=True)]
        )
    levels = ("1", "1/2", "1/5")
    return [
        {"spectrum": s, "level": c, "draw": k}
        for k, s in enumerate(spectra)
        if max(map(Fraction, s)) > 0
        for c in levels
    ]


PSD = Hypothesis(r"A\succeq0", lambda i: min(_spectrum(i)) >= 0, tight=lambda i: min(_spectrum(i)) == 0)


def _count(instance: Instance, _: Rng) -> Sequence[Any]:
    matrix = _rotated(instance)
    return [fmpq(count_at_least(matrix, Fraction(instance["level"]) * max(_spectrum(instance))))]


def _markov() -> Any:
    eff, c = symbols("eff c")
    return eff / c


def _markov_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    values = _spectrum(instance)
    return [value(eff=sum(values) / max(values), c=Fraction(instance["level"]))]


def _ranked(instance: Instance) -> Iterable[int]:
    return range(1, len(_spectrum(instance)) + 1)


def _share_at_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_p/λ₁ for each p: the largest t of the spectrum that at least p eigenvalues reach."""
    matrix, values = _rotated(instance), sorted(set(_spectrum(instance)), reverse=True)
    found = [next(t for t in values if count_at_least(matrix, t) >= p) for p in _ranked(instance)]
    return [fmpq(t.numerator, t.denominator) / fmpq(values[0].numerator, values[0].denominator) for t in found]


def _rank_bound() -> Any:
    eff, p = symbols("eff p")
    return eff / p


def _rank_bound_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    values = _spectrum(instance)
    return [value(eff=sum(values) / max(values), p=p) for p in _ranked(instance)]


NOT_PSD: Instance = {"spectrum": ["1", "1", "-1", "-1"], "level": "1", "draw": 0}


def _near_copies(budget: Budget, _: Rng) -> Iterable[Instance]:
    sizes = range(2, budget.of(9, 16, 30))
    return [{"c": list(c), "n": n, "d": 2 + n % 3, "draw": n} for n in sizes for c in SERIES]


def _outlier_count(instance: Instance, _: Rng) -> Sequence[Any]:
    """Eigenvalues of nK at or above Tr(nK)/(2·Σc/c₀), a threshold of at most λ₁/2 by Theorem 4.1."""
    matrix = _gram(instance)
    c = _coefficients(instance)
    return [fmpq(count_at_least(matrix, trace(matrix) * c[0] / sum(c) / 2))]


def _outlier_bound() -> Any:

    p, last = symbols("p P")
    c = indexed("c")
    return 2 * summation(c[p], (p, 0, last)) / c[0]


def _low_rank(budget: Budget, _: Rng) -> Iterable[Instance]:
    sizes = range(3, budget.of(9, 14, 24))
    return [{"c": list(c), "n": n, "d": d, "draw": n} for n in sizes for d in (2, 3) for c in SERIES if c[1] != "0"]


def _inherited_bound() -> Any:

    p, last, d = symbols("p P d")
    c = indexed("c")
    return d * summation(c[p], (p, 1, last)) / c[1]


def _inherited_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    c = _coefficients(instance)
    return [value(c=lambda p: c[p], P=len(c) - 1, d=instance["d"])]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-10.1",
        "printed",
        "(10)",
        r"|\{p:\lambda_p(A)\ge c\lambda_1(A)\}|",
        Formula(_markov),
        Value(_psd_instances, _markov_value, _count, "<=", controls=(NOT_PSD,)),
        (PSD,),
    ),
    Claim(
        "murray:eq-10.2",
        "printed",
        "after (10)",
        r"\lambda_p(A)/\lambda_1(A)",
        Formula(_rank_bound),
        Value(_psd_instances, _rank_bound_value, _share_at_rank, "<=", controls=(NOT_PSD,)),
        (PSD,),
    ),
    Claim(
        "murray:thm-4.1",
        "printed",
        "Theorem 4.1",
        r"\mathrm{eff}(K)",
        Formula(_bound(0)),
        Value(
            _instances,
            _bound_value,
            lambda i, _: [EffectiveRank(_gram(i))],
            "<=",
            controls=(
                {"c": ["1", "2", "-2"], "points": TRIANGLE},
                {"c": ["1", "1", "0"], "points": LONG},
            ),
        ),
        (UNIT_NORM, NONNEGATIVE, FIRST),
    ),
    Claim(
        "murray:obs-4.2.1",
        "printed",
        "Observation 4.2",
        r"\mathrm{Tr}(K)/\lambda_1(K)\text{ for every }n",
        Formula(_bound(0)),
        Value(_near_copies, _bound_value, _share, "<="),
        (UNIT_NORM, NONNEGATIVE, FIRST),
        note="The share of the trace is at least a constant that does not depend on n.",
    ),
    Claim(
        "murray:obs-4.2.2",
        "printed",
        "Observation 4.2",
        r"|\{p:\lambda_p(K)\ge\tfrac12\lambda_1(K)\}|\text{ for every }n",
        Formula(_outlier_bound),
        Value(_near_copies, _bound_value, _outlier_count, "<="),
        (UNIT_NORM, NONNEGATIVE, FIRST),
        note="Counted at a threshold that is not above half the largest eigenvalue.",
    ),
    Claim(
        "murray:obs-4.2.3",
        "printed",
        "Observation 4.4",
        r"\mathrm{eff}(\tilde K)\text{ for data of rank }d",
        Formula(_inherited_bound),
        Value(_low_rank, _inherited_value, lambda i, _: [EffectiveRank(_gram(i, 1))], "<="),
        (UNIT_NORM, NONNEGATIVE, SECOND),
    ),
    Claim(
        "murray:thm-4.3",
        "printed",
        "Theorem 4.3",
        r"\mathrm{eff}(\tilde K)/\mathrm{eff}(XX^T)",
        Formula(_bound(1)),
        Value(
            _instances,
            _bound_value,
            lambda i, _: [EffectiveRankRatio(_gram(i, 1), _gram({**i, "c": ["0", "1"]}))],
            "<=",
            controls=({"c": ["0", "1", "-2"], "points": TRIANGLE},),
        ),
        (UNIT_NORM, NONNEGATIVE, SECOND),
    ),
)
