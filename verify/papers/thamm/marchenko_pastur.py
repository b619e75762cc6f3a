"""The Marchenko–Pastur law, (2): integral, moments, scale and edges."""

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb, fmpq

from eigenlaw.verify.claim import (
    Budget,
    Claim,
    Draws,
    Evaluate,
    Hypothesis,
    Instance,
    Rng,
    Sample,
    Value,
)
from eigenlaw.verify.entry_laws import ENTRY_LAWS
from eigenlaw.verify.formula import Formula, ball, rational, symbols
from eigenlaw.verify.law_integrals import square_integral
from eigenlaw.verify.random_spectra import random_matrices, singular_values
from eigenlaw.verify.surds import root
from eigenlaw.verify.trace_moments import limit_moment, mean_trace

SHAPES = (
    *((1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (4, 3), (5, 2), (7, 7), (8, 1), (10, 7), (16, 9), (25, 1), (64, 48)),
    *((100, 1), (512, 512), (1024, 512), (3072, 1024), (4096, 4096), (4096, 1000), (9216, 4096), (25088, 4096)),
)
"""n and m, of the smallest matrices and of layers of the networks in Table 1."""

SCALES = ("1", "1/2", "3", "2/7")
TALL = Hypothesis(r"m\le n", lambda i: i["m"] <= i["n"], lambda i: i["m"] == i["n"])


def density() -> Any:
    """The first line of (2), with ν between its edges."""
    import sympy

    n, m, scale, nu, low, high = symbols("n m sigma_t nu nu_min nu_max")
    return n / m / (sympy.pi * scale**2 * nu) * sympy.sqrt((high**2 - nu**2) * (nu**2 - low**2))


def _edge() -> Any:
    """ν_max for s = 1 and ν_min for s = −1."""
    import sympy

    s, n, m, scale = symbols("s n m sigma_t")
    return scale * (1 + s * sympy.sqrt(m / n))


def nodes_for(ratio: Fraction) -> int:
    """How many nodes leave an error c^(N−1) below 10⁻¹⁵ for the integral of (2); at c = 1 it is a polynomial."""
    return 4 if ratio == 1 else 2 + math.ceil(35 / -math.log(ratio))


def _scaled(budget: Budget, _: Rng) -> Iterable[Instance]:
    scales = SCALES[: budget.of(1, 2, 4)]
    return [{"n": n, "m": m, "sigma_t": scale} for scale in scales for n, m in SHAPES]


def _parameters(instance: Instance) -> dict[str, Any]:
    return {"n": instance["n"], "m": instance["m"], "sigma_t": Fraction(instance["sigma_t"])}


def _edges(instance: Instance) -> tuple[Any, Any]:
    scale, root_ = ball(Fraction(instance["sigma_t"])), (arb(instance["m"]) / instance["n"]).sqrt()
    return abs(scale * (1 - root_)) if instance["m"] != instance["n"] else arb(0), scale * (1 + root_)


def _integral(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """∫ P by the midpoint rule in the angle: it misses c^(N−1)(1 − c)/(1 − c^N) at most, c = min(m/n, n/m)."""
    low, high = _edges(instance)
    ratio = min(Fraction(instance["m"], instance["n"]), Fraction(instance["n"], instance["m"]))
    nodes, given = nodes_for(ratio), _parameters(instance)
    error = arb(rational(ratio)) ** (nodes - 1) if ratio != 1 else 0
    return [square_integral(lambda nu: value(nu=nu, nu_min=low, nu_max=high, **given), low, high, error, nodes)]


POWERS = (1, 2, 3, 4)


def _moments(instance: Instance, value: Evaluate) -> Sequence[Any]:
    low, high = _edges(instance)
    given = {**_parameters(instance), "nu_min": low, "nu_max": high}
    return _even_moments(lambda nu: value(nu=nu, **given), low, high)


def _even_moments(curve: Callable[[Any], Any], low: Any, high: Any) -> list[Any]:
    """∫ ν^{2k} f(ν) dν, for which so few nodes are exact."""

    def moment(k: int) -> Any:
        return square_integral(lambda nu: nu ** (2 * k) * curve(nu), low, high, 0, 6)

    return [moment(k) for k in POWERS]


@cache
def _limit(n: int, m: int, k: int) -> Any:
    return limit_moment(fmpq(m, n), k)


def _limits(instance: Instance, _: Rng) -> Sequence[Any]:
    scale = rational(Fraction(instance["sigma_t"]))
    return [scale ** (2 * k) * _limit(instance["n"], instance["m"], k) for k in POWERS]


# the edges


def _moments_between(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The moments of the curve of (2) between edges by the formula, and whether these are positive."""
    given = _parameters(instance)
    low, high = ball(value(s=-1, **given)), ball(value(s=1, **given))
    scale, ratio = ball(given["sigma_t"]), fmpq(instance["m"], instance["n"])

    def curve(x: Any) -> Any:
        return ((high**2 - x**2) * (x**2 - low**2)).sqrt() / (arb.pi() * scale**2 * ratio * x)

    return [*_even_moments(curve, low, high), abs(high) - high, abs(low) - low]


def _limits_and_zeros(instance: Instance, rng: Rng) -> Sequence[Any]:
    return [*_limits(instance, rng), fmpq(0), fmpq(0)]


LAWS = tuple(ENTRY_LAWS)
EXTREME_RATIOS = ("2/3", "1/2", "1/3", "1/5")
EXTREME_WIDTHS = (12, 20, 34, 56)


def _extreme_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": law, "ratio": ratio} for ratio in EXTREME_RATIOS for law in LAWS]


def _extremes(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    rows = round(width / Fraction(instance["ratio"]))
    values = singular_values(random_matrices(rng, instance["entries"], rows, width, n)) / math.sqrt(rows)
    return values[:, [0, -1]]


def _both_edges(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(s=s, n=1, m=Fraction(instance["ratio"]), sigma_t=1) for s in (-1, 1)]


# the scale


def _scale() -> Any:
    n, sigma = symbols("n sigma")
    return sigma**2 * n


VARIANCES = ("1/4", "1", "2", "9/4", "1/300")


def entry_cases(budget: Budget, _: Rng) -> Iterable[Instance]:
    """Shapes, laws of the entries and variances."""
    shapes = SHAPES[: budget.of(8, 12, 21)]
    cases = [(law, variance) for law in LAWS for variance in VARIANCES]
    return [
        {"n": n, "m": m, "entries": law, "variance": variance}
        for n, m in shapes
        for law, variance in (cases if n <= 4 else cases[::7])
    ]


def scaled_moment(instance: Instance) -> Callable[[int], Any]:
    """The moments of an entry: those of even order, which alone are asked for at powers 1 and 2."""
    variance, moment = rational(Fraction(instance["variance"])), ENTRY_LAWS[instance["entries"]].moment
    return lambda k: moment(k) * variance ** (k // 2)


def _mean_square(instance: Instance, _: Rng) -> Sequence[Any]:
    return [mean_trace(instance["n"], instance["m"], 1, scaled_moment(instance)) / instance["m"]]


def _from_variance(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n=instance["n"], sigma=Fraction(instance["variance"]))]


def _from_deviation(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n=instance["n"], sigma=root(rational(Fraction(instance["variance"]))))]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "thamm:eq-2-density.1",
        "printed",
        "(2), a density",
        "1",
        Formula(density),
        Value(_scaled, _integral, lambda i, r: [fmpq(1)], controls=({"n": 1, "m": 2, "sigma_t": "1"},)),
        (TALL,),
        note="For m > n it integrates to n/m. The integral is certified, square matrices included.",
    ),
    Claim(
        "thamm:eq-2-density.2",
        "printed",
        "(2), the law of the singular values of large random matrices",
        r"\lim_{n\to\infty}\sigma^{2k}E\,\mathrm{tr}(W^TW)^k/m,\ k=1,\dots,4",
        Formula(density),
        Value(_scaled, _moments, _limits),
        (TALL,),
        note="The limits are exact, by counting equal indices, and the same for every law of independent entries with "
        "mean 0 and all moments; σ̃ is the standard deviation times √n.",
    ),
    Claim(
        "thamm:eq-2-variance",
        "printed",
        "(2), σ as the variance of the entries and σ̃ = σ√n",
        r"E\,\mathrm{tr}(W^TW)/m=\int\nu^2P(\nu)\,d\nu",
        Formula(_scale),
        Value(entry_cases, _from_variance, _mean_square),
        (TALL,),
        note="Exact means for six laws of entries.",
    ),
    Claim(
        "thamm:eq-2-variance",
        "corrected",
        "(2), σ as the standard deviation of the entries and σ̃ = σ√n",
        r"E\,\mathrm{tr}(W^TW)/m=\int\nu^2P(\nu)\,d\nu",
        Formula(_scale),
        Value(entry_cases, _from_deviation, _mean_square),
        (TALL,),
    ),
    Claim(
        "thamm:eq-2-edges.1",
        "printed",
        "(2), ν_max and ν_min = σ̃(1 ± √(m/n))",
        r"\lim_{n\to\infty}\sigma^{2k}E\,\mathrm{tr}(W^TW)^k/m,\ k=1,\dots,4",
        Formula(_edge),
        Value(_scaled, _moments_between, _limits_and_zeros),
        (TALL,),
        note="The text has ν_max on the left alone; the two signs are those of ν_max and ν_min. With these edges "
        "the moments of (2) are those of random matrices.",
    ),
    Claim(
        "thamm:eq-2-edges.2",
        "new",
        "(2), the edges as the limits of the smallest and largest singular value",
        r"\nu_{\min},\ \nu_{\max}\text{ of }W/(\sigma\sqrt n),\ m\to\infty",
        Formula(_edge),
        Sample(
            _extreme_cases,
            _both_edges,
            _extremes,
            lambda b: b.of(60, 200, 1000),
            EXTREME_WIDTHS,
            (Fraction(2, 3), Fraction(4, 3)),
        ),
        note="Six laws of entries; the finite-size error is that of the Tracy–Widom scale, powers of m^{−2/3}.",
    ),
)
