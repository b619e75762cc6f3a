"""Sums of kernels and kernels of infinite width: C.2.2 subadditivity, C.2.6, Theorem C.17, Corollary C.18."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.theory import finite_width
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.effective_rank import EffectiveRank, EffectiveRankRatio
from eigenlaw.verify.eigenvalues import eigenvalues
from eigenlaw.verify.formula import Formula, is_exact, rational, symbols
from eigenlaw.verify.infinite_width import inner_limit, outer_limit
from eigenlaw.verify.one_hidden_layer import inner_kernel, outer_kernel
from eigenlaw.verify.papers.murray.common import phi_array
from eigenlaw.verify.papers.murray.exact_networks import factors, gram, inputs, networks, random_network, weights

# C.2.2


def _rotated(spectrum: Sequence[str], draw: int) -> Any:
    """Q diag(spectrum) Qᵀ with Q a rational reflection, so that the spectrum is known."""
    n = len(spectrum)
    unit = np.array([[Fraction(int(i == j)) for j in range(n)] for i in range(n)], dtype=object)
    v = np.array([Fraction(int(a)) for a in np.random.default_rng(draw).integers(1, 4, n)], dtype=object)
    reflection = unit if draw == 0 else unit - 2 * np.outer(v, v) / (v @ v)
    return reflection @ (unit * np.array([Fraction(value) for value in spectrum], dtype=object)) @ reflection


def _spectra(budget: Budget, rng: Rng) -> Iterable[Instance]:
    pairs: list[tuple[list[str], list[str]]] = [(["1"], ["2"]), (["1", "0"], ["0", "1"]), (["1", "0"], ["1", "0"])]
    pairs += [(["2", "1", "0", "0"], ["0", "0", "1", "2"]), (["3", "0", "0"], ["0", "1", "1"])]
    for _ in range(budget.of(8, 30, 100)):
        n = int(rng.integers(2, 6))
        one, other = ([str(int(value)) for value in rng.integers(0, 6, n)] for _ in range(2))
        pairs.append((one, other))
    return [
        {"A": one, "B": other, "draw": draw}
        for one, other in pairs
        if any(value != "0" for value in one) and any(value != "0" for value in other)
        for draw in (0, 1, 2)
    ]


def _spectral_bound(instance: Instance, value: Evaluate) -> Sequence[Any]:
    A, B = ([Fraction(v) for v in instance[name]] for name in "AB")
    tops = {"lambda_A": max(A), "lambda_B": max(B)}
    return [value(trace_A=sum(A), trace_B=sum(B), **tops)]


def _sum(instance: Instance, _: Rng) -> Sequence[Any]:
    return [EffectiveRank(_rotated(instance["A"], 0) + _rotated(instance["B"], instance["draw"]))]


def _middle() -> Any:
    import sympy

    one, other, top, bottom = symbols("trace_A trace_B lambda_A lambda_B")
    return (one + other) / sympy.Max(top, bottom)


def _subadditive() -> Any:
    one, other, top, bottom = symbols("trace_A trace_B lambda_A lambda_B")
    return one / top + other / bottom


def _smallest(instance: Instance) -> Fraction:
    return min(Fraction(value) for name in "AB" for value in instance[name])


PSD = Hypothesis(r"A,B\succeq0", lambda i: _smallest(i) >= 0, tight=lambda i: _smallest(i) == 0)
INDEFINITE: Instance = {"A": ["2", "-1"], "B": ["-1", "2"], "draw": 0}


def _effective_rank(matrix: Any) -> Any:
    values = eigenvalues(matrix)
    return sum((rational(row[i]) for i, row in enumerate(matrix)), fmpq(0)) / values[0]


def _layers(instance: Instance) -> tuple[Any, Any]:
    (W, _), X = weights(instance), inputs(instance)
    return inner_kernel(factors(instance), X), outer_kernel(phi_array(instance["activation"]), W, X)


def _both_ranks(instance: Instance, value: Evaluate) -> Sequence[Any]:
    inner, outer = _layers(instance)
    return [value(eff_inner=_effective_rank(inner), eff_outer=_effective_rank(outer))]


def _whole_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    inner, outer = _layers(instance)
    return [_effective_rank(inner + outer)]


def _two_layers() -> Any:
    one, other = symbols("eff_outer eff_inner")
    return one + other


NOT_ZERO = Hypothesis(r"K_{\mathrm{inner}},K_{\mathrm{outer}}\ne0", lambda i: all(part.any() for part in _layers(i)))


# Theorem C.17, Corollary C.18 and C.2.6


def _roots(rng: Rng, n: int, d: int) -> list[list[str]]:
    """Inputs ±s e_i and s(±e_i ± e_j), s rational: their angles are multiples of 45° or 60°."""
    rows = []
    for _ in range(n):
        row, size = [Fraction(0)] * d, Fraction(int(rng.integers(1, 5)), int(rng.integers(1, 4)))
        for place in rng.choice(d, size=min(d, int(rng.integers(1, 3))), replace=False):
            row[place] = size * int(rng.choice([-1, 1]))
        rows.append([str(entry) for entry in row])
    return rows


def _opposites(d: int) -> list[list[str]]:
    return [[str(sign * int(i == j)) for j in range(d)] for i in range(d) for sign in (1, -1)]


def _root_systems(budget: Budget, rng: Rng) -> Iterable[Instance]:
    fixed = [[["1"]], [["1"], ["-1"]], [["1"], ["2"], ["-3"]], [["1", "0"], ["0", "1"]], [["0", "0"], ["1", "1"]]]
    fixed += [_opposites(d) for d in (2, 3)]
    fixed += [[["2", "0"], ["-2", "0"], ["1", "1"], ["-1", "-1"]]]
    shapes = [(int(n), int(d)) for n, d in rng.integers([2, 1], [8, 5], (budget.of(16, 60, 200), 2))]
    return [
        {"X": X} for X in [*fixed, *(_roots(rng, n, d) for n, d in shapes)] if any(any(map(_nonzero, x)) for x in X)
    ]


def _nonzero(entry: str) -> bool:
    return Fraction(entry) != 0


def _any_inputs(budget: Budget, rng: Rng) -> Iterable[Instance]:
    shapes = [(int(n), int(d)) for n, d in rng.integers([2, 2], [7, 4], (budget.of(12, 40, 100), 2))]
    found = [random_network("relu", n, d, 1, draw=k)["X"] for k, (n, d) in enumerate(shapes)]
    return [*_root_systems(budget, rng), *({"X": X} for X in found)]


def _limit_ratio(instance: Instance, _: Rng) -> Sequence[Any]:
    """eff(K_inner^∞)/eff(XXᵀ), exact for root systems."""
    X = inputs(instance)
    limit = inner_limit(X)
    if all(is_exact(entry) for row in limit for entry in row):
        exact = [[Fraction(int(entry.p), int(entry.q)) for entry in row] for row in limit]
        return [EffectiveRankRatio(exact, gram(X))]
    return [_effective_rank(limit) / _effective_rank(gram(X))]


def _constant(numerator: int, denominator: int = 1) -> Callable[[], Any]:
    def build() -> Any:
        import sympy

        return sympy.Rational(numerator, denominator)

    return build


def _factor(side: int) -> Formula:
    return Formula(lambda: finite_width.limit_factors()[side], derived=True)


def _no_symbols(_: Instance, value: Evaluate) -> Sequence[Any]:
    return [value()]


def _least_share(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_n(K_inner^∞)/λ_1(K_inner^∞)."""
    values = eigenvalues(inner_limit(inputs(instance)))
    return [values[-1] / values[0]]


def _last(instance: Instance, value: Evaluate) -> Sequence[Any]:
    X = instance["X"]
    return [value(d=len(X[0]), n=len(X), i=len(X))]


def _four_d_over_n() -> Any:
    d, n = symbols("d n")
    return 4 * d / n


def _shares(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_i/λ_1 of u K_inner^∞ + v K_outer^∞ for each i."""
    X, (u, v) = inputs(instance), (rational(Fraction(weight)) for weight in instance["layers"])
    pairs = zip(inner_limit(X), outer_limit(X), strict=True)
    values = eigenvalues([[u * a + v * b for a, b in zip(*rows, strict=True)] for rows in pairs])
    return [value / values[0] for value in values]


def _each(instance: Instance, value: Evaluate) -> Sequence[Any]:
    X = instance["X"]
    return [value(d=len(X[0]), i=i) for i in range(1, len(X) + 1)]


def _weighted(budget: Budget, rng: Rng) -> Iterable[Instance]:
    layers = (["1", "0"], ["1", "1"], ["0", "1"], ["1/3", "2"])
    return [{**case, "layers": layers[k % 4]} for k, case in enumerate(_any_inputs(budget, rng))]


def _rank_of_data(instance: Instance, _: Rng) -> Sequence[Any]:
    return [EffectiveRank(gram(inputs(instance)))]


def _dimension() -> Any:
    (d,) = symbols("d")
    return d


_RATIO = r"\mathrm{eff}(K^\infty_{\mathrm{inner}})/\mathrm{eff}(XX^T)"
NONZERO = Hypothesis(r"X\ne0", lambda i: any(Fraction(entry) != 0 for row in i["X"] for entry in row))

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:subadditivity.1",
        "printed",
        "C.2.2",
        r"\mathrm{eff}(A+B)",
        Formula(_middle),
        Value(_spectra, _spectral_bound, _sum, "<=", controls=(INDEFINITE,)),
        (PSD,),
        activations=1,
    ),
    Claim(
        "murray:subadditivity.2",
        "printed",
        "C.2.2",
        r"\mathrm{eff}(A+B)",
        Formula(_subadditive),
        Value(_spectra, _spectral_bound, _sum, "<=", controls=(INDEFINITE,)),
        (PSD,),
        note="An equality for A and B of orthogonal ranges and equal largest eigenvalues.",
        activations=1,
    ),
    Claim(
        "murray:subadditivity.3",
        "printed",
        "C.2.2",
        r"\mathrm{eff}(K)",
        Formula(_two_layers),
        Value(networks(("relu", "abs", "leaky_relu(1/10)", "monomial(2)")), _both_ranks, _whole_rank, "<="),
        (NOT_ZERO,),
    ),
    Claim(
        "murray:magnitude-c.2.6.1",
        "printed",
        "C.2.6",
        r"\mathrm{eff}(XX^T)",
        Formula(_dimension),
        Value(_root_systems, _last, _rank_of_data, "<="),
        (NONZERO,),
        activations=1,
    ),
    Claim(
        "murray:magnitude-c.2.6.2",
        "sharp",
        "C.2.6, in the limit of infinite width",
        r"\lambda_i(K^\infty)/\lambda_1(K^\infty)",
        Formula(finite_width.limit_eigenvalue_bound, derived=True),
        Value(_weighted, _each, _shares, "<="),
        (NONZERO,),
        activations=1,
    ),
    Claim(
        "murray:thm-c.17.1",
        "printed",
        "Theorem C.17, lower bound",
        _RATIO,
        Formula(_constant(1, 4)),
        Value(_any_inputs, _no_symbols, _limit_ratio, ">="),
        (NONZERO,),
        activations=1,
    ),
    Claim(
        "murray:thm-c.17.1",
        "sharp",
        "Theorem C.17, lower bound, with 1 for 1/4",
        _RATIO,
        _factor(0),
        Value(_any_inputs, _no_symbols, _limit_ratio, ">="),
        (NONZERO,),
        note="Attained by a single input.",
        activations=1,
    ),
    Claim(
        "murray:thm-c.17.2",
        "printed",
        "Theorem C.17, upper bound",
        _RATIO,
        Formula(_constant(4)),
        Value(_any_inputs, _no_symbols, _limit_ratio, "<="),
        (NONZERO,),
        activations=1,
    ),
    Claim(
        "murray:thm-c.17.2",
        "sharp",
        "Theorem C.17, upper bound, with 2 for 4",
        _RATIO,
        _factor(1),
        Value(_any_inputs, _no_symbols, _limit_ratio, "<="),
        (NONZERO,),
        note="Attained by x and −x.",
        activations=1,
    ),
    Claim(
        "murray:cor-c.18",
        "printed",
        "Corollary C.18",
        r"\lambda_n(K^\infty_{\mathrm{inner}})/\lambda_1(K^\infty_{\mathrm{inner}})",
        Formula(_four_d_over_n),
        Value(_any_inputs, _last, _least_share, "<="),
        (NONZERO,),
        activations=1,
    ),
    Claim(
        "murray:cor-c.18",
        "sharp",
        "Corollary C.18, with 2 for 4",
        r"\lambda_n(K^\infty_{\mathrm{inner}})/\lambda_1(K^\infty_{\mathrm{inner}})",
        Formula(finite_width.limit_eigenvalue_bound, derived=True),
        Value(_any_inputs, _last, _least_share, "<="),
        (NONZERO,),
        note="Attained by ±e_1, …, ±e_d.",
        activations=1,
    ),
)
