"""The circular law, the disc of radius 1/√3, and the arguments of eigenvalues: Theorem II.3 and Corollary II.4."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.real_eigenvalues import expected_number, one_matrix
from eigenlaw.theory.finite_spectra import mean_square_eigenvalue, real_share, variance_of_mean_square
from eigenlaw.theory.ginibre import real_eigenvalues_asymptote
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
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.matrix_ensembles import in_batches, product_spectra
from eigenlaw.verify.papers.dees.discs import disc_means
from eigenlaw.verify.papers.dees.semicircle import POINTS, enumerated, fourth_moment

WIDTHS = (8, 16, 24, 40)
BIAS = (Fraction(1), Fraction(2))
LAWS = ("gaussian", "uniform", "rademacher", "three points", "complex gaussian", "unit circle")
TURNS = (Fraction(1, 6), Fraction(1, 4), Fraction(1, 2), Fraction(3, 4))
UNIFORM = "uniform on [-1, 1]"


def _density() -> Any:
    import sympy

    a, b = symbols("a b")
    return sympy.Piecewise((1 / sympy.pi, sympy.Le(a**2 + b**2, 1)), (sympy.Integer(0), True))


def _ensembles(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": name} for name in LAWS]


def spectra(entries: str, width: int, rng: Rng, count: int) -> Any:
    """Draw the eigenvalues of A_n/√n, shape (count, n)."""
    if entries == UNIFORM:
        return spectra("uniform", width, rng, count) / np.sqrt(3)
    if entries == "symmetric":
        A = rng.standard_normal((count, width, width))
        return np.linalg.eigvals((A + np.swapaxes(A, 1, 2)) / np.sqrt(2 * width))
    return product_spectra(entries, (width,), rng, count) / np.sqrt(width)


def _statistics(found: Any) -> Any:
    square = np.abs(found) ** 2
    parts = [square, square**2, found.real**2, found.real**2 * square]
    return np.stack(parts, -1).mean(axis=1)


def _sampled(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    return in_batches(lambda count: _statistics(spectra(instance["entries"], width, rng, count)), n, 256)


def _over_disc(value: Evaluate, radius: Any) -> list[Any]:
    def squares(a: Any, b: Any) -> Any:
        return (a * a + b * b) * radius**2

    return disc_means(
        lambda a, b: value(a=a, b=b),
        (
            squares,
            lambda a, b: squares(a, b) ** 2,
            lambda a, _: (a * radius) ** 2,
            lambda a, b: (a * radius) ** 2 * squares(a, b),
        ),
    )


def _of_density(_: Instance, value: Evaluate) -> Sequence[Any]:
    return _over_disc(value, fmpq(1))


NOT_SYMMETRIC = Hypothesis("all entries are independent", lambda i: i["entries"] != "symmetric")

# The radius 1/√3


def _radius() -> Any:
    import sympy

    return 1 / sympy.sqrt(3)


def _uniform(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": UNIFORM}]


def _moduli(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    def means(count: int) -> Any:
        found = spectra(instance["entries"], width, rng, count)
        size = np.abs(found)
        return np.stack([size, size**2, size**4, found.real**2], -1).mean(axis=1)

    return in_batches(means, n, 256)


def _of_radius(_: Instance, value: Evaluate) -> Sequence[Any]:
    """Uniform on the disc of radius R: E |λ| = 2R/3, E |λ|² = R²/2, E |λ|⁴ = R⁴/3, E (Re λ)² = R²/4."""
    radius = value()
    return [2 * radius / 3, radius**2 / 2, radius**4 / 3, radius**2 / 4]


# Arguments


def _share() -> Any:
    import sympy

    (t,) = symbols("t")
    return t / sympy.pi


def _arguments(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    limits = np.pi * np.array([float(turn) for turn in TURNS]) + 1e-9

    def shares(count: int) -> Any:
        found = np.abs(np.angle(spectra(instance["entries"], width, rng, count)))
        return (found[:, :, None] <= limits).mean(axis=1)

    return in_batches(shares, n, 256)


def _of_shares(_: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(t=arb.pi() * fmpq(turn.numerator, turn.denominator)) for turn in TURNS]


def _sizes(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"entries": "gaussian", "n": n} for n in range(2, budget.of(12, 12, 24))]


def _on_the_axis(instance: Instance, _width: int, rng: Rng, n: int) -> Draws:
    """The share of the eigenvalues with argument 0 or π."""

    def shares(count: int) -> Any:
        return np.mean(spectra("gaussian", instance["n"], rng, count).imag == 0, axis=1)[:, None]

    return in_batches(shares, n, 4096)


def _at_size(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n=instance["n"])]


def _from_sum(instance: Instance, _: Rng) -> Sequence[Any]:
    return [expected_number([instance["n"]]) / instance["n"]]


def _asymptote() -> Any:
    (n,) = symbols("n")
    return real_eigenvalues_asymptote(n) / n


def _parities(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"entries": "gaussian", "start": start} for start in (20, 21, 25)]


def _growing(instance: Instance) -> Sequence[int]:
    return [instance["start"] * factor for factor in (1, 3, 9, 17, 31)]


def _atoms(_: Instance, indices: Sequence[int]) -> Sequence[Any]:
    pairs = [one_matrix(n) for n in indices]
    return [(a + b * arb(2).sqrt()) / n for (a, b), n in zip(pairs, indices, strict=True)]


def _wallis() -> Any:
    """(4j−1)!!/(4j)!! is C(4j, 2j)/16^j, next to 1/√(2πj); √2 times the sum over j below n/2 is next to √(2n/π)."""
    import sympy

    (n,) = symbols("n")
    return sympy.sqrt(2) * 2 * sympy.sqrt(n / 2) / sympy.sqrt(2 * sympy.pi) / n


def _no_parameters(_: Instance) -> Mapping[str, Fraction]:
    return {}


# E λ² at finite n


def _enumerable(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    single = [{"entries": name, "sizes": [n]} for n in (1, 2) for name in POINTS]
    longer = [{"entries": name, "sizes": [1, n]} for n in (1, 2, 3) for name in POINTS]
    return [*single, *longer, {"entries": "rademacher", "sizes": [3]}, {"entries": "rademacher", "sizes": [2, 2]}]


def _traces(instance: Instance) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield (1/n_1) Σ λ² of every matrix, with its chance."""
    sizes = instance["sizes"]
    shapes = list(zip(sizes, [*sizes[1:], sizes[0]], strict=True))
    ends = list(itertools.accumulate((r * c for r, c in shapes), initial=0))
    scale = sizes[0] * prod(sizes)
    for values, chance in enumerated(instance["entries"], ends[-1]):
        P = np.eye(sizes[0], dtype=object)
        for start, shape in zip(ends, shapes, strict=False):
            P = P @ np.array(values[start : start + shape[0] * shape[1]], dtype=object).reshape(shape)
        yield Fraction(np.trace(P @ P)) / scale, chance


def _mean_square(instance: Instance, _: Rng) -> Sequence[Any]:
    return [_exact(sum(chance * x for x, chance in _traces(instance)))]


def _variance(instance: Instance, _: Rng) -> Sequence[Any]:
    pairs = list(_traces(instance))
    mean = sum(chance * x for x, chance in pairs)
    return [_exact(sum(chance * (x - mean) ** 2 for x, chance in pairs))]


def _exact(number: Fraction | int) -> Any:
    return fmpq(*number.as_integer_ratio())


def _square_of(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n_1=instance["sizes"][0])]


def _single(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    pairs = [name for name, points in POINTS.items() if len(points) == 2]
    return [{"entries": name, "sizes": [n]} for n, names in ((1, POINTS), (2, POINTS), (3, pairs)) for name in names]


def _variance_of(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n=instance["sizes"][0], mu_4=fourth_moment(instance["entries"]))]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:thm-ii.3.1",
        "printed",
        "Theorem II.3",
        r"\lim\frac1n\sum_if(\lambda_i(A_n/\sqrt n)),\ f=|\lambda|^2,|\lambda|^4,(\Re\lambda)^2,"
        r"(\Re\lambda)^2|\lambda|^2",
        Formula(_density),
        Sample(
            _ensembles,
            _of_density,
            _sampled,
            lambda b: b.of(250, 900, 6000),
            WIDTHS,
            BIAS,
            ({"entries": "symmetric"},),
            minimum=6,
        ),
        (NOT_SYMMETRIC,),
        note="Six entry laws, real and complex; the control is symmetric. What is tested are means over many matrices; "
        "'almost surely' only in dees:thm-ii.3.3, for one statistic.",
    ),
    Claim(
        "dees:thm-ii.3.2",
        "printed",
        "Corollary II.4, the radius",
        r"R\text{ with }E|\lambda|\to2R/3,\ E|\lambda|^2\to R^2/2,\ E|\lambda|^4\to R^4/3,\ E(\Re\lambda)^2\to R^2/4",
        Formula(_radius),
        Sample(_uniform, _of_radius, _moduli, lambda b: b.of(2500, 8000, 30000), WIDTHS, BIAS, minimum=1),
        note="Entries uniform on [−1, 1] over √n. The sentence after it speaks of A_n/√(3n), which has this radius "
        "only if A_n is the one before the corollary, with entries on [−√3, √3].",
    ),
    Claim(
        "dees:thm-ii.3.3",
        "new",
        "Theorem II.3, 'almost surely'",
        r"\operatorname{Var}\frac1n\sum_i\lambda_i(A_n/\sqrt n)^2",
        Formula(lambda: variance_of_mean_square(*symbols("n mu_4")), derived=True),
        Value(_single, _variance_of, _variance, minimum=14),
        note="Exact over all matrices with entries of few values. Of order 1/n², so that its sum over n is finite and "
        "the mean of λ² converges almost surely (Borel and Cantelli), if μ_4 is finite.",
    ),
    Claim(
        "dees:cor-ii.4-arguments.1",
        "printed",
        "Corollary II.4, the arguments",
        r"\lim P(|\arg\lambda|\le t)",
        Formula(_share),
        Sample(_uniform, _of_shares, _arguments, lambda b: b.of(3000, 8000, 30000), WIDTHS, BIAS, minimum=1),
        note="t = π/6, π/4, π/2, 3π/4; real entries, uniform on [−1, 1].",
    ),
    Claim(
        "dees:cor-ii.4-arguments.2",
        "new",
        "Corollary II.4, at finite n",
        r"P(\arg\lambda\in\{0,\pi\})",
        Formula(real_share, derived=True),
        Sample(_sizes, _at_size, _on_the_axis, lambda b: b.of(20000, 24000, 100000), (1,), minimum=10),
        note="Real Gaussian entries (Edelman, Kostlan and Shub): at each finite n the law of the arguments has two "
        "atoms, 35 % of the mass together at n = 6 and 26 % at n = 20.",
    ),
    Claim(
        "dees:cor-ii.4-arguments.3",
        "new",
        "Corollary II.4, at finite n",
        r"P(\arg\lambda\in\{0,\pi\})",
        Formula(real_share, derived=True),
        Value(lambda b, _: [{"entries": "gaussian", "n": n} for n in range(2, b.of(24, 32, 60))], _at_size, _from_sum),
        note="The finite sum against the hypergeometric form.",
    ),
    Claim(
        "dees:cor-ii.4-arguments.4",
        "new",
        "Corollary II.4, how fast",
        r"P(\arg\lambda\in\{0,\pi\})",
        Formula(_asymptote, derived=True),
        Asymptotic(
            "~",
            "n",
            _parities,
            _no_parameters,
            _growing,
            _atoms,
            lambda _: Envelope(Formula(_wallis, derived=True), "~"),
        ),
        note="So the atoms vanish, but slowly: 8 % of the arguments are exactly 0 or π at n = 100.",
    ),
    Claim(
        "dees:cor-ii.4-arguments.5",
        "new",
        "Corollary II.4, every real entry law",
        r"E\frac1{n_1}\sum\lambda^2,\ \prod_jA_j/\sqrt{n_j}",
        Formula(lambda: mean_square_eigenvalue(*symbols("n_1")), derived=True),
        Value(_enumerable, _square_of, _mean_square),
        note="Exact over all matrices with entries of few values; it would be 0 if the spectrum were invariant under "
        "rotation, at any n.",
    ),
)
