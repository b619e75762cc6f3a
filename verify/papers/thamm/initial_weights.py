"""Glorot's initial weights, Section 4: their spectra at every size and in the limit, against (2)."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.theory import matrices as theory
from eigenlaw.verify.claim import (
    Asymptotic,
    Budget,
    Claim,
    Draws,
    Envelope,
    Evaluate,
    Instance,
    Rng,
    Sample,
    Value,
)
from eigenlaw.verify.entry_laws import ENTRY_LAWS
from eigenlaw.verify.formula import Formula, rational, summation, symbols
from eigenlaw.verify.papers.thamm.marchenko_pastur import LAWS, SHAPES, TALL, entry_cases, scaled_moment
from eigenlaw.verify.random_spectra import random_matrices, singular_values
from eigenlaw.verify.surds import root
from eigenlaw.verify.trace_moments import limit_moment, mean_trace


def _narayana_sum() -> Any:
    """∫ ν^{2k} P(ν) dν of (2) for entries of variance 2/(n + m), as n → ∞ with m = cn."""
    import sympy

    k, r, c = symbols("k r c")
    number = sympy.binomial(k, r) * sympy.binomial(k, r - 1) / k
    return (2 / (1 + c)) ** k * summation(number * c ** (r - 1), (r, 1, k))


def _glorot_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    shapes = [*SHAPES, (6, 5), (12, 12)]
    return [{"n": n, "m": m, "k": k} for n, m in shapes for k in (2, 3)]


def _glorot_moment(n: int, m: int, k: int) -> Any:
    """E tr (WᵀW)^k/m for entries uniform on ±√(6/(n + m))."""
    return mean_trace(n, m, k, ENTRY_LAWS["uniform"].moment) * fmpq(2, n + m) ** k / m


def _glorot(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(k=instance["k"], c=Fraction(instance["m"], instance["n"]))]


def _glorot_mean(instance: Instance, _: Rng) -> Sequence[Any]:
    return [_glorot_moment(instance["n"], instance["m"], instance["k"])]


def _second_moment() -> Any:
    """E tr (WᵀW)²/m at every size, for entries of any law of mean 0; κ = E W⁴/σ⁴."""
    n, m, sigma, kappa = symbols("n m sigma kappa")
    return n * sigma**4 * (n + m - 2 + kappa)


def _second_exact(instance: Instance, value: Evaluate) -> Sequence[Any]:
    given = {"n": instance["n"], "m": instance["m"], "sigma": root(rational(Fraction(instance["variance"])))}
    return [value(**given, kappa=ENTRY_LAWS[instance["entries"]].moment(4))]


def _second_measured(instance: Instance, _: Rng) -> Sequence[Any]:
    return [mean_trace(instance["n"], instance["m"], 2, scaled_moment(instance)) / instance["m"]]


def _growing(budget: Budget, _: Rng) -> Iterable[Instance]:
    ratios = ("1", "1/2", "1/3", "2/3", "1/10")[: budget.of(3, 4, 5)]
    return [{"c": c, "k": k} for c in ratios for k in (1, 2, 3, 4)[: budget.of(3, 4, 4)]]


def _glorot_terms(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    c = Fraction(instance["c"])
    return [_glorot_moment(c.denominator * q, c.numerator * q, instance["k"]) for q in indices]


def _glorot_limit(instance: Instance) -> Envelope:
    c, k = Fraction(instance["c"]), instance["k"]
    value = limit_moment(rational(c), k) * (2 / (1 + rational(c))) ** k
    return Envelope(Formula(lambda: _sympy_rational(value), derived=True), "~")


def _sympy_rational(value: Any) -> Any:
    import sympy

    return sympy.Rational(int(value.p), int(value.q))


PLACES = ("1/5", "2/5", "3/5", "4/5")
GLOROT_RATIOS = ("4/5", "2/3", "1/2", "1/3")
GLOROT_WIDTHS = (12, 20, 28, 44)


def _distribution() -> Any:
    return theory.marchenko_pastur_distribution()


def _spectra(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": law, "ratio": ratio} for ratio in GLOROT_RATIOS for law in LAWS]


def _thresholds(ratio: Fraction) -> list[Fraction]:
    """Places at equal distances between the edges of (2), for σ̃ = 1, rounded."""
    spread = math.sqrt(ratio)
    return [Fraction(round(1000 * (1 + spread * (2 * float(Fraction(u)) - 1))), 1000) for u in PLACES]


def _glorot_shares(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    """The shares of the singular values below the places, of weights of variance 2/(n + m)."""
    ratio = Fraction(instance["ratio"])
    rows = round(width / ratio)
    weights = random_matrices(rng, instance["entries"], rows, width, n) * math.sqrt(2 / (rows + width))
    scale = math.sqrt(2 * rows / (rows + width))
    values = singular_values(weights) / scale
    return np.stack([(values <= float(place)).mean(axis=1) for place in _thresholds(ratio)], axis=1)


def _predicted_shares(instance: Instance, value: Evaluate) -> Sequence[Any]:
    ratio = Fraction(instance["ratio"])
    return [value(C=ratio, x=place) for place in _thresholds(ratio)]


UNIFORM_NOTE = "Exact means for entries that are uniform on ±√(6/(n + m))."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "thamm:init-marchenko-pastur.1",
        "printed",
        "Section 4, initial weights follow (2), at every size",
        r"E\,\mathrm{tr}(W^TW)^k/m,\ W_{ij}\sim U(\pm\sqrt{6/(n+m)})",
        Formula(_narayana_sum),
        Value(_glorot_cases, _glorot, _glorot_mean),
        (TALL,),
        note=f"{UNIFORM_NOTE} (2) is a limit: at 512 × 512 the second moment is less by 1/5120 of it.",
    ),
    Claim(
        "thamm:init-marchenko-pastur.1",
        "corrected",
        "Section 4, the second moment of the spectrum at every size",
        r"E\,\mathrm{tr}(W^TW)^2/m",
        Formula(_second_moment),
        Value(entry_cases, _second_exact, _second_measured),
        (TALL,),
        note="Exact for six laws of entries. (2) has n + m in the bracket: Glorot's uniform entries, κ = 9/5, give "
        "1/5 less, Gaussian ones, κ = 3, one more.",
    ),
    Claim(
        "thamm:init-marchenko-pastur.2",
        "printed",
        "Section 4, initial weights follow (2), as their size grows",
        r"E\,\mathrm{tr}(W^TW)^k/m,\ W_{ij}\sim U(\pm\sqrt{6/(n+m)})",
        Formula(_narayana_sum),
        Asymptotic(
            "~",
            "q",
            _growing,
            lambda i: {"c": Fraction(i["c"]), "k": Fraction(i["k"])},
            lambda _: [8, 16, 32, 64, 128],
            _glorot_terms,
            _glorot_limit,
        ),
        note=f"{UNIFORM_NOTE} The size is q times the smallest matrix of the ratio m/n = c.",
    ),
    Claim(
        "thamm:init-marchenko-pastur.3",
        "new",
        "Section 4, the spectrum of initial weights against the distribution function of (2)",
        r"F(\nu)\text{ at four places, weights of variance }2/(n+m),\ m\to\infty",
        Formula(_distribution, derived=True),
        Sample(
            _spectra,
            _predicted_shares,
            _glorot_shares,
            lambda b: b.of(150, 400, 2000),
            GLOROT_WIDTHS,
            (Fraction(1), Fraction(2)),
        ),
        note="Uniform entries and five other laws of the same variance; the finite-size error is in powers of 1/m.",
    ),
)
