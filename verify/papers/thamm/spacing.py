"""The spacing law, (1): its integrals, its distance from the law of the GOE, and spacings of rectangular matrices."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.precision import working
from eigenlaw.numerics.spacings import GOESpacing
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Hypothesis, Instance, Rng, Sample, Value
from eigenlaw.verify.formula import Formula, indexed, rational, symbols
from eigenlaw.verify.law_integrals import entire_integral, largest_distance
from eigenlaw.verify.random_spectra import random_matrices, singular_values, unfolded


def _density() -> Any:
    import sympy

    (s,) = symbols("s")
    return sympy.pi * s / 2 * sympy.exp(-sympy.pi / 4 * s**2)


# ∫ = 1, mean 1


def _orders(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"order": 0}, {"order": 1}]


def _integrals(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """On the ellipse |P| ≤ (π/2)|z| e^{π y²/4} with y ≤ 15/8; beyond 16 at most 17 e^{−64π} is left."""
    k = instance["order"]
    whole = entire_integral(lambda s: s**k * value(s=s), 0, 16, lambda middle: arb(4) + (k + 1) * (middle + 4).log())
    return [whole + arb(0, (17 * (-64 * arb.pi()).exp()).upper())]


# the law of the GOE


def _lengths(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"s": str(Fraction(k, 8))} for k in range(1, budget.of(25, 33, 49))]


def _at_length(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(s=Fraction(instance["s"]))]


def _exact_density(instance: Instance, _: Rng) -> Sequence[Any]:
    return [GOESpacing().density_at(rational(Fraction(instance["s"])))]


FARTHEST, TOLERANCE, BITS = 5.0, 4e-4, 40


@cache
def _distance(law: str) -> Any:
    exact = GOESpacing()
    with working(BITS):
        return largest_distance(exact.distribution, lambda s: 1 - (-arb.pi() * s * s / 4).exp(), FARTHEST, TOLERANCE)


def _one(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"law": "goe"}]


def _seven_thousandths() -> Any:
    import sympy

    return sympy.Rational(7, 1000)


# spacings of random matrices

LAWS = ("gaussian", "uniform", "signs", "laplace", "sparse", "skewed")
RATIOS = ("1", "2/3", "1/2", "1/3")
WIDTHS = (12, 18, 26, 42)
MANY = 50
"""Spectra of the control that make one draw."""


def _matrices(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": law, "ratio": ratio} for ratio in RATIOS for law in LAWS]


def _central_spacings(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    """Powers 1 to 3 of the spacings in the middle third of the spectrum of m = width singular values, averaged."""
    rows = int(width / Fraction(instance["ratio"]))
    if instance["entries"] == "independent levels":
        levels = np.sort(rng.uniform(0, width, (MANY * n, width)), axis=1)
    else:
        levels = unfolded(singular_values(random_matrices(rng, instance["entries"], rows, width, n)), rows)
    spacings = np.diff(levels[:, width // 3 : width - width // 3], axis=1)
    return np.stack([(spacings**k).reshape(n, -1).mean(axis=1) for k in (1, 2, 3)], axis=1)


def _moment() -> Any:
    (k,) = symbols("k")
    return indexed("M")[k]


@cache
def _exact_moment(k: int) -> Any:
    with working(BITS):
        return GOESpacing().moment(k)


def _moments(_: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(M=_exact_moment, k=k) for k in (1, 2, 3)]


def _sampled(predicted: Any) -> Sample:
    return Sample(
        _matrices,
        predicted,
        _central_spacings,
        lambda b: b.of(150, 600, 3000),
        WIDTHS,
        (Fraction(1), Fraction(2)),
        controls=({"entries": "independent levels", "ratio": "1"},),
    )


INDEPENDENT = Hypothesis(
    r"W_{ij}\text{ real, independent, of mean 0 and equal variance}", lambda i: i["entries"] in LAWS
)
SQUARE = Hypothesis(r"m\le n", lambda i: Fraction(i["ratio"]) <= 1, lambda i: Fraction(i["ratio"]) == 1)
SPACINGS = r"\langle s^k\rangle,\ k=1,2,3,\text{ in the middle third of the spectrum},\ m\to\infty"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "thamm:eq-1.1",
        "printed",
        "(1), a density of mean 1",
        r"1",
        Formula(_density),
        Value(_orders, _integrals, lambda i, r: [fmpq(1)], minimum=2),
        note="Integrals of s^k P(s) over the half-line, k = 0 and 1, by a rule with a proven error.",
    ),
    Claim(
        "thamm:eq-1.2",
        "printed",
        "(1) as the law of the spacings of the GOE",
        r"p_{\mathrm{GOE}}(s)=\frac{d^2}{ds^2}\det(1-K_+)",
        Formula(_density),
        Value(_lengths, _at_length, _exact_density),
        note="(1) is the law of two levels, not of many: the exact law is Gaudin's.",
    ),
    Claim(
        "thamm:eq-1.2",
        "corrected",
        "(1) as an approximation of the law of the spacings of the GOE",
        r"\sup_s|F_{\mathrm{GOE}}(s)-1+e^{-\pi s^2/4}|",
        Formula(_seven_thousandths),
        Value(
            lambda _b, _r: [{"law": "goe"}],
            lambda _, value: [value()],
            lambda i, r: [_distance(i["law"])],
            "<=",
            minimum=1,
        ),
        note="The supremum is 0.0066, near s = 0.7, by enclosure of all s. A Kolmogorov–Smirnov test at 5 % would need "
        "about 40 000 spacings to see it: no matrix of the paper has as many.",
    ),
    Claim(
        "thamm:eq-1.3",
        "new",
        "singular values of real random matrices have the spacings of the GOE",
        SPACINGS,
        Formula(_moment),
        _sampled(_moments),
        (INDEPENDENT, SQUARE),
        note="M_k are the moments of the exact law; widths are extrapolated with an error in powers of 1/m.",
    ),
)
