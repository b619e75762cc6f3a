"""The Porter–Thomas law, Section 4: components of singular vectors, at finite size and in the limit."""

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb

from eigenlaw.numerics.porter_thomas import PorterThomas
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rules import gauss_legendre
from eigenlaw.theory import porter_thomas as theory
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
from eigenlaw.verify.entry_laws import ENTRY_LAWS
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.haar_moments import component_moment
from eigenlaw.verify.law_integrals import largest_distance
from eigenlaw.verify.random_spectra import random_matrices

DIMENSIONS = (2, 3, 4, 5, 6, 8, 9, 12, 16, 17, 25, 40, 64, 65, 100, 150, 256, 301, 400, 512)
ORDERS = (1, 2, 3)


def _sizes(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"m": m} for m in (1, *DIMENSIONS)]


def _larger_sizes(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"m": m} for m in DIMENSIONS]


def _gaussian_moment() -> Any:
    """E X^{2j} of the Gaussian law of mean 0 and standard deviation 1/√m."""
    import sympy

    j, m = symbols("j m")
    return sympy.factorial2(2 * j - 1) / m**j


def _gaussian(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(j=j, m=instance["m"]) for j in ORDERS]


def _exact(instance: Instance, _: Rng) -> Sequence[Any]:
    return [component_moment(instance["m"], j) for j in ORDERS]


def _norm_and_exact(instance: Instance, _: Rng) -> Sequence[Any]:
    return [component_moment(instance["m"], j) for j in (0, *ORDERS)]


def _density() -> Any:
    return theory.porter_thomas_density(*symbols("m x"))


def _integrals(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """∫ x^{2j} p(x) dx by rules that are exact: the density is a polynomial, or with x = cos θ a trigonometric one."""
    m = instance["m"]
    count = m // 2 + ORDERS[-1] + 1
    if m % 2:
        nodes = gauss_legendre(count)
    else:
        angles = [arb.pi() * (2 * k + 1) / (2 * count) for k in range(count)]
        nodes = [(angle.cos(), arb.pi() / count * angle.sin()) for angle in angles]
    values = [(x, weight * value(m=m, x=x)) for x, weight in nodes]
    return [sum((weighted * x ** (2 * j) for x, weighted in values), arb(0)) for j in (0, *ORDERS)]


# the limit


def _power() -> Any:
    """The same moment with g for (2j − 1)!!."""
    g, j, m = symbols("g j m")
    return g / m**j


def _constants(instance: Instance) -> dict[str, Fraction]:
    j = instance["j"]
    return {"j": Fraction(j), "g": Fraction(math.prod(range(1, 2 * j, 2)))}


def _rising() -> Any:
    """The exact moments in another form: (2j − 1)!! over the product of m + 2i, i < j."""
    import sympy

    j, i, m = symbols("j i m")
    return sympy.Product((2 * i + 1) / (m + 2 * i), (i, 0, j - 1))


def _orders(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"j": j} for j in range(1, budget.of(5, 6, 8))]


BITS, FARTHEST = 40, 8.0


@lru_cache(maxsize=64)
def _distance(m: int) -> Any:
    """Enclose sup |F_m − Φ| of √m v and a standard normal number: half of that of their absolute values."""
    law, root = PorterThomas(m), arb(m).sqrt()

    def exact(x: Any) -> Any:
        return arb(0) if x == 0 else 1 - 2 * law.survival(x / root)

    with working(BITS):
        return largest_distance(exact, lambda x: (x / arb(2).sqrt()).erf(), FARTHEST, 1 / (100 * m)) / 2


def _rate() -> Any:
    import sympy

    (m,) = symbols("m")
    return sympy.Rational(9, 50) / m


def _distances(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"m": m} for m in (3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 16, 18, 20, 24, 28, 32, 40, 48, 64)]


# random matrices

LAWS = tuple(ENTRY_LAWS)
RATIOS = ("1", "2/3", "1/2", "1/3")
WIDTHS = (12, 18, 26, 42)


def _matrices(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": law, "ratio": ratio} for ratio in RATIOS for law in LAWS]


def _vector_moments(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    """m^{j−1} Σ_i v_i^{2j}, j = 2 and 3, averaged over the right singular vectors of the middle half."""
    rows = int(width / Fraction(instance["ratio"]))
    if instance["entries"] == "one column":
        return np.stack([np.full(n, float(width)) + rng.random(n), np.full(n, float(width**2)) + rng.random(n)], axis=1)
    W = random_matrices(rng, instance["entries"], rows, width, n)
    vectors = np.linalg.eigh(np.swapaxes(W, 1, 2) @ W)[1][:, :, width // 4 : width - width // 4]
    return np.stack([width ** (j - 1) * (vectors ** (2 * j)).sum(axis=1).mean(axis=1) for j in (2, 3)], axis=1)


def _at_limit(_: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(j=j, m=1) for j in (2, 3)]


def _gaussian_matrices(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"n": n, "m": m} for m in (2, 3, 4, 5, 6, 8, 10) for n in (m, m + 1, 2 * m)]


def _components(instance: Instance, _width: int, rng: Rng, n: int) -> Draws:
    """Means over all right singular vectors of v², v⁴, v⁶ in the first component, and over all components."""
    W = rng.standard_normal((n, instance["n"], instance["m"]))
    vectors = np.linalg.eigh(np.swapaxes(W, 1, 2) @ W)[1]
    return np.stack([(vectors ** (2 * j)).mean(axis=(1, 2)) for j in (2, 3)], axis=1)


def _product_values(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(j=j, m=instance["m"]) for j in (2, 3)]


INDEPENDENT = Hypothesis(r"\text{independent entries of equal variance}", lambda i: i["entries"] in LAWS)
MOMENTS = r"E\,v_i^{2j},\ j=1,2,3,\ v\text{ uniform on the unit sphere of }\mathbb R^m"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "thamm:porter-thomas.1",
        "printed",
        "Section 4, components are Gaussian, at every size",
        MOMENTS,
        Formula(_gaussian_moment),
        Value(_sizes, _gaussian, _exact),
        note="A component of a unit vector is at most 1, so that it is Gaussian in the limit alone; mean 0 and "
        "standard deviation 1/√m are exact.",
    ),
    Claim(
        "thamm:porter-thomas.1",
        "corrected",
        "Section 4, (1 + v_i)/2 has the law Beta((m − 1)/2, (m − 1)/2)",
        r"E\,v_i^{2j},\ j=0,\dots,3",
        Formula(_density, derived=True),
        Value(_larger_sizes, _integrals, _norm_and_exact),
    ),
    Claim(
        "thamm:porter-thomas.2",
        "printed",
        "Section 4, components are Gaussian as m grows",
        r"E\,v_i^{2j},\ g=(2j-1)!!",
        Formula(_power),
        Asymptotic(
            "~",
            "m",
            _orders,
            _constants,
            lambda _: [64, 128, 256, 512, 1024],
            lambda i, indices: [component_moment(m, i["j"]) for m in indices],
            lambda _: Envelope(Formula(_rising, derived=True), "~"),
        ),
    ),
    Claim(
        "thamm:porter-thomas.2",
        "sharp",
        "Section 4, how far one component is from Gaussian",
        r"\sup_x|P(\sqrt m\,v_i\le x)-\Phi(x)|",
        Formula(_rate),
        Value(_distances, lambda i, value: [value(m=i["m"])], lambda i, _: [_distance(i["m"])], "<="),
        (Hypothesis(r"m\ge3", lambda i: i["m"] >= 3, lambda i: i["m"] == 3),),
        note="By enclosure of all x, at twenty sizes; m times the supremum falls from 0.172 at m = 3 towards 0.138.",
    ),
    Claim(
        "thamm:porter-thomas.3",
        "printed",
        "Section 4, right singular vectors of random matrices",
        r"m^{j-1}\sum_iv_{ik}^{2j},\ j=2,3,\ m\to\infty",
        Formula(_gaussian_moment),
        Sample(
            _matrices,
            _at_limit,
            _vector_moments,
            lambda b: b.of(60, 250, 1200),
            WIDTHS,
            (Fraction(1), Fraction(2)),
            controls=({"entries": "one column", "ratio": "1"},),
        ),
        (INDEPENDENT,),
        note="Six laws of entries, vectors of the middle half of the spectrum; the finite-size error is in powers of "
        "1/m.",
    ),
    Claim(
        "thamm:porter-thomas.3",
        "new",
        "Section 4, right singular vectors of Gaussian matrices, at every size",
        r"\langle v_{ik}^{2j}\rangle,\ j=2,3",
        Formula(_rising, derived=True),
        Sample(_gaussian_matrices, _product_values, _components, lambda b: b.of(2000, 8000, 40000), (1,)),
        note="For Gaussian entries V is Haar distributed whatever n is, so that the Beta law is exact.",
    ),
)
