"""The paper's sizes at finite n, without gates: exact median and maximum for complex Gaussian entries."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rectangular_product import RectangularProduct
from eigenlaw.theory.finite_spectra import chance_beyond
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Instance, Rng, Sample, Value
from eigenlaw.verify.formula import Formula, symbols, undefined
from eigenlaw.verify.matrix_ensembles import gaussian_chain_spectra, in_batches
from eigenlaw.verify.papers.dees.quoted_figures import HALF, limit_median, steps
from eigenlaw.verify.papers.dees.rescaled_law import HIDDEN

BITS = 64


def sizes_at(n: int) -> tuple[int, ...]:
    """Return n_1 … n_8 of the paper's autoencoder."""
    return (n, *HIDDEN)


@cache
def exact_law(n: int) -> RectangularProduct:
    """Return the law of |λ|² for complex Gaussian entries of variance 1/3 at the paper's sizes."""
    return RectangularProduct.normalised(sizes_at(n), Fraction(1, 3))


def _below(n: int, x: Any) -> Any:
    with working(BITS):
        return exact_law(n).distribution(x)


@cache
def _limit_median_chance(n: int) -> Any:
    return _below(n, limit_median(n))


def _few(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"n_1": n} for n in (2, 3, 5, 8, 12, 20)[: budget.of(5, 5, 6)]]


def _smallest(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"n_1": n} for n in (2, 3, 4)]


def _chance() -> Any:
    return undefined("F")(symbols("n_1")[0])


def _chance_at(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n_1=instance["n_1"], F=_limit_median_chance)]


def squares(n: int, rng: Rng, count: int) -> Any:
    """Draw |λ|² at the paper's sizes, complex Gaussian entries of variance 1/3."""
    sizes = sizes_at(n)
    return np.abs(gaussian_chain_spectra(sizes, rng, count)) ** 2 / (3.0 ** len(sizes) * prod(sizes))


def _counted(instance: Instance, _width: int, rng: Rng, n: int) -> Draws:
    place = float(arb(limit_median(instance["n_1"])))
    return in_batches(lambda c: np.mean(squares(instance["n_1"], rng, c) <= place, axis=1)[:, None], n, 4096)


@cache
def _separating(n: int) -> Any:
    """A number between the medians of the exact laws of n and of n + 1."""
    high, low = (float(exact_law(m).quantiles(np.array([0.5]))[0]) for m in (n, n + 1))
    return fmpq(*((high + low) / 2).as_integer_ratio())


def _apart(instance: Instance, _: Rng) -> Sequence[Any]:
    """½ − F_n(x) and F_{n+1}(x) − ½ at one x: both positive where x lies between the medians."""
    n = instance["n_1"]
    place = _separating(n)
    return [HALF - _below(n, place), _below(n + 1, place) - HALF]


def _zero() -> Any:
    import sympy

    return sympy.Integer(0)


@cache
def _gamma_chances(n: int, share: Fraction) -> list[Any]:
    """P(∏_j Γ(i + ν_j) ≤ share · ∏ n_j), i = 1 … n: i times a mean over 1 … i, less i − 1 times one over 1 … i − 1."""
    sizes = sizes_at(n)
    with working(BITS):
        place = arb(prod(sizes) * fmpq(share.numerator, share.denominator))
        means = [arb(0)]
        for i in range(1, n + 1):
            means.append(i * RectangularProduct(tuple(size - n + i for size in sizes)).distribution(place))
        return [b - a for a, b in pairwise(means)]


def _beyond() -> Any:
    return chance_beyond(symbols("n_1")[0])


SHARES = (Fraction(1, 4), Fraction(1))


def _beyond_at(instance: Instance, value: Evaluate) -> Sequence[Any]:
    n = instance["n_1"]
    known = [dict(enumerate(_gamma_chances(n, share), 1)) for share in SHARES]
    return [value(n_1=n, F=chances.__getitem__) for chances in known]


def _any_beyond(instance: Instance, _width: int, rng: Rng, n: int) -> Draws:
    places = np.array([float(share) for share in SHARES]) * 3.0**-8

    def exceeds(count: int) -> Any:
        return 1.0 * (squares(instance["n_1"], rng, count).max(axis=1)[:, None] > places)

    return in_batches(exceeds, n, 4096)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:medians.4",
        "new",
        "Section II, the median at finite n",
        r"P(|\lambda|^2\le y(\tfrac12))",
        Formula(_chance, derived=True, opaque="a contour integral in ball arithmetic"),
        Sample(_few, _chance_at, _counted, lambda b: b.of(12000, 16000, 60000), (1,), minimum=5),
        note="Complex Gaussian factors of the paper's sizes and of variance 1/3, no gates. The limit's median is too "
        "low: the exact one is 7.6899e-5 for n_1 = 2 and 2.15250e-5 for n_1 = 20.",
    ),
    Claim(
        "dees:median-decreases.2",
        "new",
        "Section II, the median at finite n",
        r"\tfrac12-F_{n_1}(x),\ F_{n_1+1}(x)-\tfrac12,\ x\text{ between the medians of }n_1\text{ and }n_1+1",
        Formula(_zero, derived=True),
        Value(steps, lambda i, value: [value(), value()], _apart, relation=">", minimum=18),
        note="F is the exact law of |λ|² for complex Gaussian factors of the paper's sizes: its median decreases too.",
    ),
    Claim(
        "dees:maximum.3",
        "new",
        "Section II, the maximum at finite n",
        r"P(\max|\lambda|^2>t\,3^{-8}),\ t=\tfrac14,1",
        Formula(_beyond, derived=True),
        Sample(_smallest, _beyond_at, _any_beyond, lambda b: b.of(60000, 80000, 400000), (1,), minimum=3),
        note="Complex Gaussian factors of the paper's sizes and of variance 1/3, no gates: 3^-8 ends the limit law but "
        "is exceeded with chance 0.448 for n_1 = 2 and 0.694 for n_1 = 20.",
    ),
)
