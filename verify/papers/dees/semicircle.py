"""Wigner's semicircle law: Theorem II.2."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.precision import working
from eigenlaw.theory.finite_spectra import wigner_fourth_moment
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Hypothesis, Instance, Rng, Sample, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.judge import WORKING_BITS
from eigenlaw.verify.matrix_ensembles import hermitian, in_batches

WIDTHS = (8, 16, 32, 48)
BIAS = (Fraction(1), Fraction(2))
NODES = 32
LAWS = ("gaussian", "uniform", "rademacher", "three points", "complex gaussian", "unit circle")
FIXED = (fmpq(-9, 4), fmpq(-2), fmpq(2), fmpq(17, 8))


def _density() -> Any:
    import sympy

    (x,) = symbols("x")
    root = sympy.sqrt(4 - x**2) / (2 * sympy.pi)
    return sympy.Piecewise((root, sympy.Le(sympy.Abs(x), 2)), (sympy.Integer(0), True))


@cache
def _nodes() -> list[tuple[Any, Any]]:
    """Points and weights of the midpoint rule in φ, x = 2 cos φ: exact for polynomials of degree below 2·NODES."""
    with working(WORKING_BITS):
        angles = [arb(fmpq(2 * k + 1, 2 * NODES)) for k in range(NODES)]
        return [(2 * angle.cos_pi(), 2 * angle.sin_pi() * arb.pi() / NODES) for angle in angles]


def _means(value: Evaluate, *statistics: Any) -> list[Any]:
    """Return ∫ f(x) ρ(x) dx for each statistic f."""
    found = [(x, weight * value(x=x)) for x, weight in _nodes()]
    return [sum((f(x) * mass for x, mass in found), arb(0)) for f in statistics]


# Normalisation and moments


def _orders(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"order": n} for n in range(budget.of(17, 25, 33))]


def _integrals(instance: Instance, value: Evaluate) -> Sequence[Any]:
    order = instance["order"]
    return [*_means(value, lambda x: x**order), *(value(x=x) for x in FIXED)]


def walks(steps: int) -> int:
    """Count the walks of ±1 steps from 0 to 0 that never go below 0: the pairings of a trace that survive n → ∞.

    Example:
        >>> [walks(n) for n in range(7)]
        [1, 0, 1, 0, 2, 0, 5]
    """
    heights = {0: 1}
    for _ in range(steps):
        moved: dict[int, int] = {}
        for height, count in heights.items():
            for after in (height - 1, height + 1):
                if after >= 0:
                    moved[after] = moved.get(after, 0) + count
        heights = moved
    return heights.get(0, 0)


def _pairings(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(walks(instance["order"])), fmpq(0), fmpq(0), fmpq(0), fmpq(0)]


# A finite matrix, enumerated

POINTS: dict[str, tuple[tuple[Fraction | int, Fraction], ...]] = {
    "rademacher": ((-1, Fraction(1, 2)), (1, Fraction(1, 2))),
    "-1/2, 2": ((Fraction(-1, 2), Fraction(4, 5)), (2, Fraction(1, 5))),
    "-2, 0, 2": ((-2, Fraction(1, 8)), (0, Fraction(3, 4)), (2, Fraction(1, 8))),
    "-1/3, 3": ((Fraction(-1, 3), Fraction(9, 10)), (3, Fraction(1, 10))),
    "-2/3, 3/2": ((Fraction(-2, 3), Fraction(9, 13)), (Fraction(3, 2), Fraction(4, 13))),
}
"""Entries of mean 0 and variance 1 with few values, and their chances."""


def enumerated(entries: str, places: int) -> Iterator[tuple[tuple[Fraction, ...], Fraction]]:
    """Yield every choice of so many independent entries, with its chance."""
    for choice in itertools.product(POINTS[entries], repeat=places):
        chance = Fraction(1)
        for _, p in choice:
            chance *= p
        yield tuple(Fraction(x) for x, _ in choice), chance


def _small(budget: Budget, _: Rng) -> Iterable[Instance]:
    most = budget.of(2, 3, 3)
    found = [{"entries": name, "n": n} for n in range(1, most + 1) for name in POINTS]
    return [*found, {"entries": "rademacher", "n": 3}]


def _fourth(instance: Instance, _: Rng) -> Sequence[Any]:
    """E (1/n) tr (A/√n)⁴ over all matrices with these entries on and above the diagonal."""
    n = instance["n"]
    places = list(itertools.combinations_with_replacement(range(n), 2))
    total = Fraction(0)
    for values, chance in enumerated(instance["entries"], len(places)):
        A = np.zeros((n, n), dtype=object)
        for (i, j), x in zip(places, values, strict=True):
            A[i, j] = A[j, i] = x
        square = A @ A
        total += chance * np.sum(square * square)
    total /= n**3
    return [fmpq(total.numerator, total.denominator)]


def _fourth_of_law(_: Instance, value: Evaluate) -> Sequence[Any]:
    return _means(value, lambda x: x**4)


def fourth_moment(entries: str) -> Fraction:
    """Return E x⁴ of entries with few values.

    Example:
        >>> fourth_moment("rademacher"), fourth_moment("-2, 0, 2")
        (Fraction(1, 1), Fraction(4, 1))
    """
    return sum((p * Fraction(x) ** 4 for x, p in POINTS[entries]), Fraction(0))


def _fourth_exact(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n=instance["n"], mu_4=fourth_moment(instance["entries"]))]


def _fourth_formula() -> Any:
    return wigner_fourth_moment(*symbols("n mu_4"))


# Large matrices, sampled


def _ensembles(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": name, "scale": "1"} for name in LAWS]


def _sampled(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    def spectra(count: int) -> Any:
        A = hermitian(instance["entries"], rng, count, width)
        if instance["scale"] != "1":
            rows: Any = np.where(np.arange(width) % 2 == 0, np.sqrt(3 / 2), np.sqrt(1 / 2))
            A = A * rows[:, None] * rows
        found = np.linalg.eigvalsh(A / np.sqrt(width))
        return np.stack([found**4, found**6, np.cos(found), np.cos(2 * found)], -1).mean(axis=1)

    return in_batches(spectra, n, 256)


def _limits(_: Instance, value: Evaluate) -> Sequence[Any]:
    return _means(value, lambda x: x**4, lambda x: x**6, lambda x: x.cos(), lambda x: (2 * x).cos())


IDENTICAL = Hypothesis("the entries are identically distributed", lambda i: i["scale"] == "1")
UNEQUAL: Instance = {"entries": "gaussian", "scale": "3/2 or 1/2 by row and by column"}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:thm-ii.2.1",
        "printed",
        "Theorem II.2, the density",
        r"\rho(x)\text{ with }\int x^n\rho=\#\{\text{non-negative walks of }n\text{ steps from 0 to 0}\}",
        Formula(_density),
        Value(_orders, _integrals, _pairings, minimum=17),
        note="Normalisation, all moments of a range, and the zero outside [−2, 2]; the walks count the pairings of a "
        "trace that survive as n → ∞.",
    ),
    Claim(
        "dees:thm-ii.2.2",
        "printed",
        "Theorem II.2: 'the empirical spectral distribution … is given by the following density'",
        r"E\tfrac1n\operatorname{tr}(A_n/\sqrt n)^4",
        Formula(_density),
        Value(_small, _fourth_of_law, _fourth, minimum=11),
        note="Read word for word, for each n: the conclusion names no limit and no mode of convergence, though the "
        "text before it announces limits and the appendix says that 'converges almost surely in distribution' stands "
        "in it.",
    ),
    Claim(
        "dees:thm-ii.2.2",
        "corrected",
        "Theorem II.2, as n → ∞",
        r"\lim_{n\to\infty}E\tfrac1n\sum_if(\lambda_i(A_n/\sqrt n)),\ f=x^4,x^6,\cos x,\cos2x",
        Formula(_density),
        Sample(_ensembles, _limits, _sampled, lambda b: b.of(500, 1600, 8000), WIDTHS, BIAS, (UNEQUAL,), minimum=6),
        (IDENTICAL,),
        note="Six entry laws, real and complex; means over many matrices. In the control entries are independent of "
        "variance s_i s_j, s = 3/2 or 1/2, 1 on average.",
    ),
    Claim(
        "dees:thm-ii.2.3",
        "new",
        "Theorem II.2, at finite n",
        r"E\tfrac1n\operatorname{tr}(A_n/\sqrt n)^4",
        Formula(_fourth_formula, derived=True),
        Value(_small, _fourth_exact, _fourth, minimum=11),
        note="Exact over all matrices with entries of few values; the limit's 2 is missed by (μ_4 − 2)/n.",
    ),
)
