"""The number variance, Section 3: the logarithm, its prefactor and constant, and where the windows are placed."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import numpy as np
from flint import arb

from eigenlaw.numerics.number_variance import orthogonal_variance
from eigenlaw.numerics.placed_windows import placed_variance
from eigenlaw.numerics.precision import working
from eigenlaw.theory import number_variance as theory
from eigenlaw.verify.claim import (
    Asymptotic,
    Budget,
    Claim,
    Draws,
    Envelope,
    Evaluate,
    Hypothesis,
    Instance,
    Rng,
    Sample,
    Value,
)
from eigenlaw.verify.cluster_integrals import variance_by_integration
from eigenlaw.verify.formula import Formula, rational, symbols, undefined
from eigenlaw.verify.judge import WORKING_BITS
from eigenlaw.verify.random_spectra import circular_counts, circular_levels, random_matrices, singular_values, unfolded

# the logarithm


def _lengths(budget: Budget, _: Rng) -> Iterable[Instance]:
    whole = [*range(1, 13), 15, 20, 32, 50, 64, *range(70, budget.of(71, 90, 130), 4)]
    return [{"l": length} for length in ("1/2", "3/2", "7/4", "5/2", "10/3", "21/4", *map(str, whole))]


@lru_cache(maxsize=1024)
def _variance(length: Fraction) -> Any:
    with working(WORKING_BITS):
        return variance_by_integration(rational(length))


def _length(instance: Instance) -> Fraction:
    return Fraction(instance["l"])


def _proportional() -> Any:
    import sympy

    (length,) = symbols("l")
    return sympy.log(2 * sympy.pi * length) / sympy.log(2 * sympy.pi)


def _closed() -> Any:
    return theory.number_variance(1).subs(theory.length_symbol(), symbols("l")[0])


def _asymptote() -> Any:
    return theory.asymptote(1).subs(theory.length_symbol(), symbols("l")[0])


def _logarithm() -> Any:
    import sympy

    (length,) = symbols("l")
    return sympy.log(2 * sympy.pi * length)


def _with_prefactor() -> Any:
    import sympy

    return 2 / sympy.pi**2 * _logarithm()


def _remainder() -> Any:
    import sympy

    (length,) = symbols("l")
    return 1 / (2 * sympy.pi**4 * length**2)


def _distance(instance: Instance, _: Rng) -> Sequence[Any]:
    length = arb(rational(_length(instance)))
    euler = arb.const_euler()
    printed = 2 / arb.pi() ** 2 * ((2 * arb.pi() * length).log() + euler + 1 - arb.pi() ** 2 / 8)
    return [abs(_variance(_length(instance)) - printed)]


def _growing(kind: Any) -> Asymptotic:
    return Asymptotic(
        kind,
        "l",
        lambda _b, _r: [{"ensemble": "GOE"}],
        lambda _: {},
        lambda _: [1, 2, 4, 8, 16, 32, 64],
        lambda _, indices: [_variance(Fraction(k)) for k in indices],
        lambda _: Envelope(Formula(_asymptote, derived=True), "~"),
        minimum=1,
    )


# where the windows are


def _variance_symbol() -> Any:
    return undefined("Sigma2")(*symbols("l"))


def _anywhere(length: Any) -> Any:
    return orthogonal_variance(arb(rational(length))) if length > 0 else arb("nan")


@lru_cache(maxsize=1024)
def _placed(place: Any, length: Any, bits: int = 64) -> Any:
    if not length > 0:
        return arb("nan")
    with working(bits):
        return placed_variance(1, arb(length), place, True)


def _around(length: Any) -> Any:
    return _placed("centre", rational(length))


def _after(length: Any) -> Any:
    return _placed("start", rational(length))


def _of(function: Any, instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(l=Fraction(length), Sigma2=function) for length in instance["l"]]


def _single_lengths(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"l": [str(Fraction(k, 4))]} for k in range(2, budget.of(22, 26, 34))]


def _certified_around(instance: Instance, _: Rng) -> Sequence[Any]:
    return [_placed("centre", rational(Fraction(instance["l"][0])), 80)]


def _window_lengths(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"l": [str(Fraction(k, 8)), str(Fraction(k + 4, 8))]} for k in range(2, 22)]


CIRCLE = (10, 14, 20)
"""Sizes of the circular matrices; the error is even in 1/N."""


@lru_cache(maxsize=64)
def _levels(width: int, n: int, seed: int) -> Draws:
    return circular_levels(np.random.default_rng(seed), width, n)


def _squares(instance: Instance, width: int, rng: Rng, n: int, places: tuple[str, ...]) -> Draws:
    """(N − l)² averaged over the windows of one spectrum: at each level, or as many placed anywhere."""
    if instance.get("independent"):
        levels = np.sort(rng.uniform(0, width, (n, width)), axis=1)
    else:
        levels = _levels(width, n, int(rng.integers(2**62)))
    anywhere = rng.uniform(0, width, (n, 1)) + np.arange(width)
    found = []
    for place in places:
        for text in instance["l"]:
            length = float(Fraction(text))
            starts = {"centre": levels - length / 2, "start": levels, "anywhere": anywhere}[place]
            found.append(((circular_counts(levels, starts, length) - length) ** 2).mean(axis=1))
    return np.stack(found, axis=1)


def _around_and_after(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [*_of(_around, instance, value), *_of(_after, instance, value)]


def _circular(predicted: Any, *places: str) -> Sample:
    return Sample(
        _window_lengths,
        predicted,
        partial(_squares, places=places),
        lambda b: b.of(120, 400, 3000),
        CIRCLE,
        (Fraction(2),),
        controls=({"l": ["3", "4"], "independent": True},),
    )


DEPENDENT = Hypothesis(r"\text{levels of the GOE}", lambda i: not i.get("independent"))

# singular values

LAWS = ("gaussian", "uniform", "signs", "laplace", "sparse", "skewed")
WIDTHS = (20, 30, 44, 66)
LENGTHS = (1.0, 2.0)


def _matrices(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": law, "ratio": ratio, "l": ["1", "2"]} for ratio in ("1", "2/3", "1/2", "1/3") for law in LAWS]


def _of_matrices(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    """(N − l)² averaged over windows that are placed anywhere, half a spacing apart, in the middle third."""
    rows = int(width / Fraction(instance["ratio"]))
    levels = unfolded(singular_values(random_matrices(rng, instance["entries"], rows, width, n)), rows)
    starts = np.arange(width / 3, width - width / 3 - 2, 0.5)[None, :] + rng.uniform(0, 0.5, (n, 1))
    found = []
    for length in LENGTHS:
        counts = [(levels[:, None, :] <= starts[:, :, None] + end).sum(axis=2) for end in (0, length)]
        found.append(((counts[1] - counts[0] - length) ** 2).mean(axis=1))
    return np.stack(found, axis=1)


INTEGRAL = r"\Sigma^2(l)=l-2\int_0^l(l-r)Y_2(r)\,dr"
CIRCULAR = r"\langle(N(l)-l)^2\rangle\text{ in the circular orthogonal ensemble},\ N\to\infty"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "thamm:number-variance-log.1",
        "printed",
        "Section 3, Σ² ∝ ln(2πl), as a proportionality",
        r"\Sigma^2(l)/\Sigma^2(1)",
        Formula(_proportional),
        Value(
            _lengths,
            lambda i, value: [value(l=_length(i))],
            lambda i, _: [_variance(_length(i)) / _variance(Fraction(1))],
        ),
        (Hypothesis(r"l\ge1", lambda i: _length(i) >= 1, lambda i: _length(i) == 1),),
        note="There is a constant beside the logarithm: Σ² at l = 64 is 3.0 times that at l = 1, not 3.3 times.",
    ),
    Claim(
        "thamm:number-variance-log.1",
        "corrected",
        "Section 3, Σ² of the GOE in closed form",
        INTEGRAL,
        Formula(_closed, derived=True),
        Value(_lengths, lambda i, value: [value(l=_length(i))], lambda i, _: [_variance(_length(i))]),
    ),
    Claim(
        "thamm:number-variance-log.1",
        "sharp",
        "Section 3, how far Σ² is from (2/π²)(ln 2πl + γ + 1 − π²/8)",
        r"|\Sigma^2(l)-\tfrac2{\pi^2}(\ln2\pi l+\gamma+1-\tfrac{\pi^2}8)|",
        Formula(_remainder),
        Value(_lengths, lambda i, value: [value(l=_length(i))], _distance, "<="),
        note="So the asymptote is good to 4 % already at l = 1, which is the regime that the paper names.",
    ),
    Claim(
        "thamm:number-variance-log.2",
        "printed",
        "Section 3, Σ² ∝ ln(2πl), as a rate of growth",
        INTEGRAL,
        Formula(_logarithm),
        _growing("Theta"),
    ),
    Claim(
        "thamm:number-variance-log.2",
        "sharp",
        "Section 3, with the prefactor 2/π²",
        INTEGRAL,
        Formula(_with_prefactor),
        _growing("~"),
    ),
    Claim(
        "thamm:number-variance-window.1",
        "printed",
        "Section 3, windows around each singular value have the number variance of the GOE",
        r"E(N(l)-l)^2\text{ for a window around a level, which is counted}",
        Formula(_variance_symbol),
        Value(_single_lengths, partial(_of, _anywhere), _certified_around),
        note="A level repels its neighbours, so that a window around it is no window placed anywhere: 0.414 against "
        "0.446 at l = 1. Σ² ∝ ln(2πl) belongs to the latter; the two come closer as l grows.",
    ),
    Claim(
        "thamm:number-variance-window.1",
        "corrected",
        "Section 3, windows that know nothing of the levels",
        CIRCULAR,
        Formula(_closed, derived=True),
        _circular(partial(_of, _anywhere), "anywhere"),
        (DEPENDENT,),
        note="Uniform density, so that nothing is unfolded.",
    ),
    Claim(
        "thamm:number-variance-window.1",
        "new",
        "Section 3, windows around a level, and windows that begin at one, by their exact laws",
        CIRCULAR,
        Formula(_variance_symbol),
        _circular(_around_and_after, "centre", "start"),
        (DEPENDENT,),
        note="The level that places the window is counted. Windows that begin at a level are farther still: 0.696 at "
        "l = 1.",
    ),
    Claim(
        "thamm:number-variance-window.2",
        "new",
        "Section 3, singular values of real random matrices, windows placed anywhere",
        r"\langle(N(l)-l)^2\rangle\text{ in the middle third of the unfolded singular values},\ m\to\infty",
        Formula(_closed, derived=True),
        Sample(_matrices, partial(_of, _anywhere), _of_matrices, lambda b: b.of(80, 250, 1500), WIDTHS, (Fraction(1),)),
        (Hypothesis(r"m\le n", lambda i: Fraction(i["ratio"]) <= 1, lambda i: Fraction(i["ratio"]) == 1),),
        note="Six laws of entries; the finite-size error is of order 1/m.",
    ),
)
