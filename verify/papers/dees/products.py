"""Products of square and of rectangular random matrices: Theorems II.6 and II.7."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import prod
from typing import Any

import numpy as np
from flint import acb, arb, fmpq

from eigenlaw.numerics.law import quantile
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rectangular_product import RectangularProduct
from eigenlaw.numerics.rectangular_product_limit import RectangularProductLimit
from eigenlaw.theory.finite_spectra import modulus_moment
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Hypothesis, Instance, Rng, Sample, Value
from eigenlaw.verify.formula import Formula, symbols, undefined
from eigenlaw.verify.judge import WORKING_BITS
from eigenlaw.verify.matrix_ensembles import in_batches, matrices, product_spectra
from eigenlaw.verify.papers.dees.discs import disc_means

BIAS = (Fraction(1), Fraction(2))
SIGN_WIDTHS = (20, 26, 34, 46)

# Theorem II.6: square factors


def _planar() -> Any:
    import sympy

    a, b, m = symbols("a b m")
    inside = 1 / (sympy.pi * m * (a**2 + b**2) ** ((m - 1) / m))
    return sympy.Piecewise((inside, sympy.Le(a**2 + b**2, 1)), (sympy.Integer(0), True))


def _places(budget: Budget, rng: Rng) -> Iterable[Instance]:
    count = budget.of(30, 60, 300)
    drawn = [[Fraction(int(n), 12) for n in rng.integers(1, 13, 2)] for _ in range(count)]
    return [
        {"m": m, "a": str(a), "b": str(-b)}
        for number, (a, b) in enumerate([(Fraction(3, 5), Fraction(4, 5)), (Fraction(1, 2), Fraction(1)), *drawn])
        for m in [1 + number % 8]
    ]


def _at_place(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(a=Fraction(instance["a"]), b=Fraction(instance["b"]), m=instance["m"])]


def _from_preimages(instance: Instance, _: Rng) -> Sequence[Any]:
    """The density at z of the m-th power of a uniform point w: 1/π over |dw^m/dw|², summed over the m roots w of z."""
    m, a, b = instance["m"], Fraction(instance["a"]), Fraction(instance["b"])
    if a * a + b * b > 1:
        return [fmpq(0)]
    z = acb(fmpq(a.numerator, a.denominator), fmpq(b.numerator, b.denominator))
    roots = [z.root(m) * acb(arb(fmpq(2 * k, m)).cos_pi(), arb(fmpq(2 * k, m)).sin_pi()) for k in range(m)]
    return [sum((1 / abs(m * w ** (m - 1)) ** 2 for w in roots), arb(0)) / arb.pi()]


def _square_products(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    laws = ("complex gaussian", "unit circle", "ring", "gaussian", "uniform")
    return [{"entries": law, "m": m, "factors": "independent"} for law in laws for m in (2, 3)]


def _sign_products(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": "rademacher", "m": m, "factors": "independent"} for m in (2, 3)]


def _square_spectra(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    m = instance["m"]

    def statistics(count: int) -> Any:
        if instance["factors"] == "independent":
            found = product_spectra(instance["entries"], (width,) * m, rng, count)
        else:
            A = matrices(instance["entries"], rng, (count, width, width))
            found = np.linalg.eigvals(A @ np.conj(np.swapaxes(A, 1, 2)))
        found = found / width ** (m / 2)
        size = np.abs(found)
        return np.stack([size ** (2 / m), size ** (4 / m), size, found.real**2], -1).mean(axis=1)

    return in_batches(statistics, n, 256)


def _of_planar(instance: Instance, value: Evaluate) -> Sequence[Any]:
    m = instance["m"]

    def modulus(a: Any, b: Any) -> Any:
        return (a * a + b * b).sqrt()

    return disc_means(
        lambda a, b: value(a=a, b=b, m=m),
        (
            lambda a, b: modulus(a, b).root(m) ** 2,
            lambda a, b: modulus(a, b).root(m) ** 4,
            modulus,
            lambda a, _: a * a,
        ),
        m,
    )


INDEPENDENT = Hypothesis("the factors are independent", lambda i: i["factors"] == "independent")
ADJOINT: Instance = {"entries": "complex gaussian", "m": 2, "factors": "the second is the adjoint of the first"}


def _discs(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"m": m, "r": f"{k}/12"} for m in range(1, budget.of(5, 8, 12)) for k in range(1, 12)]


def _uniform_mass() -> Any:
    return symbols("r")[0] ** 2


def _at_radius(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(r=Fraction(instance["r"]))]


def _mass_of_power(instance: Instance, _: Rng) -> Sequence[Any]:
    """|z^m| ≤ r where |z| ≤ r^{1/m}, a disc of r^{2/m} of the area."""
    r, m = Fraction(instance["r"]), instance["m"]
    exact = fmpq(r.numerator, r.denominator)
    return [exact**2 if m == 1 else exact if m == 2 else arb(exact).root(m) ** 2]


SEVERAL = Hypothesis(r"m\ge2", lambda i: i["m"] >= 2, lambda i: i["m"] == 2)

# Theorem II.7: rectangular factors


def _limit() -> Any:
    import sympy

    u, j, k = symbols("U j k")
    return u * sympy.Product(u - 1 + undefined("alpha")(j), (j, 2, k))


RATIOS = (("1",), ("1", "2"), ("1", "1", "3/2"), ("1", "2", "3", "2"))
WIDTHS = (4, 8, 12, 18)
TURNED: Instance = {"entries": "complex gaussian", "ratios": ["1", "1/2"]}
"""The smallest size is not the first: half of the eigenvalues are 0, and the formula is no law of squares."""


def _rectangular(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": "complex gaussian", "ratios": list(ratios)} for ratios in RATIOS]


def sizes_of(instance: Instance, width: int) -> tuple[int, ...]:
    """Return n_j = α_j n_1 for n_1 = width."""
    return tuple(int(Fraction(ratio) * width) for ratio in instance["ratios"])


def _rectangular_moduli(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    sizes = sizes_of(instance, width)

    def statistics(count: int) -> Any:
        square = np.abs(product_spectra(instance["entries"], sizes, rng, count)) ** 2 / float(width) ** len(sizes)
        return np.stack([np.sqrt(square), square], -1).mean(axis=1)

    return in_batches(statistics, n, 256)


@cache
def _uniform_nodes() -> list[tuple[Any, Any]]:
    """Points and weights of Gauss' rule on [0, 1] in t, u = t², so that a root of u does no harm."""
    points, weights = np.polynomial.legendre.leggauss(20)
    with working(WORKING_BITS):
        half = [((1 + arb(float(x))) / 2, arb(float(w)) / 2) for x, w in zip(points, weights, strict=True)]
        return [(t * t, 2 * t * w) for t, w in half]


def moments_over_uniform(law: Callable[[Any], Any]) -> list[Any]:
    """Return the means of √|y| and y for y = law(U), to some 10 digits."""
    found = [(law(u), weight) for u, weight in _uniform_nodes()]
    return [sum((w * abs(y).sqrt() for y, w in found), arb(0)), sum((w * y for y, w in found), arb(0))]


def bound_ratios(ratios: Sequence[Fraction]) -> Mapping[str, Any]:
    """Return k and α as a function of j."""
    return {"k": len(ratios), "alpha": lambda j: ratios[j - 1]}


def _moments_of_limit(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = bound_ratios([Fraction(ratio) for ratio in instance["ratios"]])
    return moments_over_uniform(lambda u: value(U=u, **bound))


SMALLEST = Hypothesis(
    r"n_1=\min n_j", lambda i: min(map(Fraction, i["ratios"])) == 1, lambda i: i["ratios"].count("1") > 1
)

# The exact law at finite n

SIZES = ((1, 2), (2, 2), (2, 3), (3, 5), (2, 3, 4), (3, 3, 3), (1, 4, 2, 3), (2, 4, 8, 4), (4,), (5, 6))


def _finite(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": "complex gaussian", "sizes": list(sizes)} for sizes in SIZES]


def _exact_moments(instance: Instance, value: Evaluate) -> Sequence[Any]:
    sizes = instance["sizes"]
    bound = {"n_1": sizes[0], "k": len(sizes), "nu": lambda j: sizes[j - 1] - sizes[0]}
    scale = prod(sizes)
    return [value(s=fmpq(s, 2), **bound) / arb(scale) ** fmpq(s, 2) for s in (1, 2)]


def _finite_moduli(instance: Instance, _width: int, rng: Rng, n: int) -> Draws:
    sizes = instance["sizes"]

    def statistics(count: int) -> Any:
        square = np.abs(product_spectra(instance["entries"], sizes, rng, count)) ** 2 / prod(sizes)
        return np.stack([np.sqrt(square), square], -1).mean(axis=1)

    return in_batches(statistics, n, 4096)


LEVELS = (fmpq(1, 4), fmpq(1, 2), fmpq(3, 4), fmpq(1))


@cache
def _places_of(sizes: tuple[int, ...]) -> list[Any]:
    """Quartiles and maximum of the limit law, as exact binary numbers."""
    law = RectangularProductLimit.of_sizes(sizes)
    return [quantile(law, u).mid() * sizes[0] ** len(sizes) for u in LEVELS]


@cache
def _chances_of(sizes: tuple[int, ...]) -> list[Any]:
    with working(64):
        law = RectangularProduct(sizes)
        return [law.distribution(x) for x in _places_of(sizes)]


def _finite_law() -> Any:
    return undefined("F")(*symbols("u"))


def _exact_chances(instance: Instance, value: Evaluate) -> Sequence[Any]:
    sizes = tuple(instance["sizes"])
    known = dict(zip(range(len(LEVELS)), _chances_of(sizes), strict=True))
    return [value(u=number, F=known.__getitem__) for number in known]


def _counted(instance: Instance, _width: int, rng: Rng, n: int) -> Draws:
    sizes = tuple(instance["sizes"])
    places = np.array([float(x) for x in _places_of(sizes)])

    def shares(count: int) -> Any:
        square = np.abs(product_spectra(instance["entries"], sizes, rng, count)) ** 2
        return (square[:, :, None] <= places).mean(axis=1)

    return in_batches(shares, n, 4096)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:thm-ii.6.1",
        "printed",
        "Theorem II.6 and the sentence after it",
        r"\text{density of }z^m,\ z\text{ uniform on the unit disc}",
        Formula(_planar),
        Value(_places, _at_place, _from_preimages),
        note="From the m roots of each point; 0 outside the disc.",
    ),
    Claim(
        "dees:thm-ii.6.2",
        "printed",
        "Theorem II.6",
        r"\lim E\frac1n\sum_if(\lambda_i(P_n)),\ f=|\lambda|^{2/m},|\lambda|^{4/m},|\lambda|,(\Re\lambda)^2",
        Formula(_planar),
        Sample(
            _square_products,
            _of_planar,
            _square_spectra,
            lambda b: b.of(200, 600, 4000),
            (6, 12, 18, 30),
            BIAS,
            (ADJOINT,),
            minimum=10,
        ),
        (INDEPENDENT,),
        note="m = 2 and 3, five entry laws; for entries ±1 see dees:thm-ii.6.4. As printed, the theorem does not say "
        "that the factors are independent: the control has A_2 = A_1*, whose entries are as the theorem wants them, "
        "and a real positive spectrum.",
    ),
    Claim(
        "dees:thm-ii.6.4",
        "printed",
        "Theorem II.6, entries ±1",
        r"\lim E\frac1n\sum_if(\lambda_i(P_n)),\ f=|\lambda|^{2/m},|\lambda|^{4/m},|\lambda|,(\Re\lambda)^2",
        Formula(_planar),
        Sample(
            _sign_products, _of_planar, _square_spectra, lambda b: b.of(500, 1200, 4000), SIGN_WIDTHS, BIAS, minimum=2
        ),
        note="m = 2 and 3, from n = 20 on: the chance that a matrix of ±1 is singular falls as fast as 2^−n, which no "
        "power of 1/n follows. It is 0.63 at n = 6 and 0.11 at n = 14, where it shifts the means; 0.0002 at n = 24.",
    ),
    Claim(
        "dees:thm-ii.6.3",
        "printed",
        "after Theorem II.6: 'for m ≥ 1, this distribution is hence more concentrated around 0'",
        r"P(|z^m|\le r)",
        Formula(_uniform_mass),
        Value(_discs, _at_radius, _mass_of_power, relation=">"),
        note="For m = 1 the two laws are one.",
    ),
    Claim(
        "dees:thm-ii.6.3",
        "corrected",
        "after Theorem II.6, for m ≥ 2",
        r"P(|z^m|\le r)",
        Formula(_uniform_mass),
        Value(_discs, _at_radius, _mass_of_power, relation=">", controls=({"m": 1, "r": "1/2"},)),
        (SEVERAL,),
    ),
    Claim(
        "dees:thm-ii.7.1",
        "printed",
        "Theorem II.7",
        r"\lim E|\lambda|^{2s}=\int_0^1y(U)^s\,dU,\ s=\tfrac12,1,\ y(U)",
        Formula(_limit),
        Sample(
            _rectangular,
            _moments_of_limit,
            _rectangular_moduli,
            lambda b: b.of(900, 1800, 10000),
            WIDTHS,
            BIAS,
            (TURNED,),
            minimum=4,
        ),
        (SMALLEST,),
        note="In the control the smallest size comes second.",
    ),
    Claim(
        "dees:thm-ii.7.2",
        "new",
        "Theorem II.7, at finite n",
        r"E|\lambda|^{2s},\ s=\tfrac12,1",
        Formula(modulus_moment, derived=True),
        Sample(
            _finite,
            _exact_moments,
            _finite_moduli,
            lambda b: b.of(15000, 30000, 200000),
            (1,),
            controls=({"entries": "gaussian", "sizes": [2, 3]},),
            minimum=10,
        ),
        (Hypothesis("complex Gaussian entries", lambda i: i["entries"] == "complex gaussian"),),
        note="The squared moduli are, as a set, products of independent Gamma variables. For real entries it is false.",
    ),
    Claim(
        "dees:thm-ii.7.3",
        "new",
        "Theorem II.7, at finite n",
        r"P(|\lambda|^2\le x_u),\ x_u=n_1^k\,u\prod_{j\ge2}(u-1+\alpha_j)",
        Formula(_finite_law, derived=True, opaque="a contour integral in ball arithmetic"),
        Sample(_finite, _exact_chances, _counted, lambda b: b.of(12000, 24000, 200000), (1,), minimum=10),
        note="The exact law at the quartiles and the maximum, u = 1/4, 1/2, 3/4, 1, of the limit law.",
    ),
)
