"""The law of the rescaled product: its range, its quantiles by substitution, its mean."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_poly

from eigenlaw.theory.finite_spectra import rescaled_mean, square_mean_over_median
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.dees.products import bound_ratios
from eigenlaw.verify.papers.dees.rescaled_law import HIDDEN, printed_law
from eigenlaw.verify.uniform_images import extremes, mean_of_image, quantile_of_image


def exact(value: Fraction | int | str) -> Any:
    """Return a number as ``fmpq``."""
    number = Fraction(value)
    return fmpq(number.numerator, number.denominator)


def polynomial(ratios: Sequence[Fraction], variance: Fraction = Fraction(1, 3)) -> Any:
    """Return σ^{2k} u ∏_{j≥2} ((u − 1)/α_j + 1) as a polynomial in u, α_1 = 1 the first of the ratios."""
    p = fmpq_poly([0, exact(variance ** len(ratios))])
    for ratio in ratios[1:]:
        p *= fmpq_poly([1 - 1 / exact(ratio), 1 / exact(ratio)])
    return p


def architecture(n: int) -> list[Fraction]:
    """Return α_1 … α_8 of the paper's autoencoder of latent dimension n."""
    return [Fraction(1), *(Fraction(size, n) for size in HIDDEN)]


def _chosen(budget: Budget, rng: Rng) -> Iterable[Instance]:
    drawn = []
    for _ in range(budget.of(24, 40, 150)):
        count = int(rng.integers(1, 6))
        drawn.append({"ratios": ["1", *(str(1 + Fraction(int(n), 6)) for n in rng.integers(0, 18, count))]})
    few = [{"ratios": ["1"]}, {"ratios": ["1", "1"]}, {"ratios": ["1", "7/6"]}]
    return [*few, *({"ratios": [str(r) for r in architecture(n)]} for n in (2, 9, 20)), *drawn]


def ratios_of(instance: Instance) -> list[Fraction]:
    """Return α_1 … α_k as fractions."""
    return [Fraction(ratio) for ratio in instance["ratios"]]


def _range(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(k=len(instance["ratios"]), end=end) for end in (0, 1)]


def _ends() -> Any:
    import sympy

    k, end = symbols("k end")
    return sympy.Piecewise((1 / sympy.Integer(3) ** k, sympy.Eq(end, 1)), (sympy.Integer(0), True))


def _measured_range(instance: Instance, _: Rng) -> Sequence[Any]:
    return list(extremes(polynomial(ratios_of(instance))))


PLACES = (fmpq(1, 4), fmpq(1, 2), fmpq(7, 8))


def _substituted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = bound_ratios(ratios_of(instance))
    return [value(U=u, **bound) for u in PLACES]


def _measured_quantiles(instance: Instance, _: Rng) -> Sequence[Any]:
    p = polynomial(ratios_of(instance))
    return [quantile_of_image(p, u) for u in PLACES]


def _pairs(budget: Budget, rng: Rng) -> Iterable[Instance]:
    for number, instance in enumerate(_chosen(budget, rng)):
        low, high = sorted(int(n) for n in rng.choice(61, 2, replace=False))
        yield {**instance, "from": "0" if number % 4 == 0 else f"{low}/60", "to": f"{high}/60"}


def _rise(instance: Instance, _: Rng) -> Sequence[Any]:
    p = polynomial(ratios_of(instance))
    return [p(exact(instance["to"])) - p(exact(instance["from"]))]


def _nothing() -> Any:
    import sympy

    return sympy.Integer(0)


AT_LEAST_ONE = Hypothesis(
    r"\alpha_j\ge1", lambda i: min(map(Fraction, i["ratios"])) >= 1, lambda i: i["ratios"][1:2] == ["1"]
)
BELOW_ONE: Instance = {"ratios": ["1", "1/4"]}

# The mean


def _at_half(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(U=fmpq(1, 2), **bound_ratios(ratios_of(instance)))]


def _exact_mean(instance: Instance, _: Rng) -> Sequence[Any]:
    return [mean_of_image(polynomial(ratios_of(instance)))]


def _elementary(instance: Instance, value: Evaluate) -> Sequence[Any]:
    p = fmpq_poly([1])
    for ratio in ratios_of(instance)[1:]:
        p *= fmpq_poly([1, 1 / exact(ratio)])
    return [value(q=len(instance["ratios"]) - 1, e=lambda m: p[m])]


def _latent(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"n_1": n, "ratios": [str(r) for r in architecture(n)]} for n in range(2, 21)]


def mean_over_median(instance: Instance, _: Rng) -> Sequence[Any]:
    """Return E y(U)/y(½), exactly."""
    p = polynomial(ratios_of(instance))
    return [mean_of_image(p) / p(fmpq(1, 2))]


def _squares(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"ratios": ["1"] * k} for k in range(1, 21)]


def _by_factors(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(k=len(instance["ratios"]))]


SEVERAL = Hypothesis(r"k\ge2", lambda i: len(i["ratios"]) >= 2)


def _bound() -> Any:
    import sympy

    return sympy.Rational(91, 50)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:law-range.1",
        "printed",
        "Section II, 'It is plain that the minimum …'",
        r"\min_Uy(U),\ \max_Uy(U)",
        Formula(_ends),
        Value(_chosen, _range, _measured_range, controls=(BELOW_ONE,)),
        (AT_LEAST_ONE,),
        note="Limit law only: at finite n the spectrum has no such bound, see dees:maximum. The control has α_2 = 1/4.",
    ),
    Claim(
        "dees:law-range.2",
        "printed",
        "Section II, median by substitution",
        r"\text{quantiles of }y(U)\text{ at }u=\tfrac14,\tfrac12,\tfrac78",
        Formula(printed_law),
        Value(_chosen, _substituted, _measured_quantiles, controls=(BELOW_ONE,)),
        (AT_LEAST_ONE,),
        note="Measured by root isolation, which does not suppose that y rises.",
    ),
    Claim(
        "dees:law-range.3",
        "printed",
        "Section II, 'the above expression is increasing in U'",
        r"y(v)-y(u),\ u<v",
        Formula(_nothing),
        Value(
            _pairs,
            lambda i, value: [value()],
            _rise,
            relation=">",
            controls=({**BELOW_ONE, "from": "0", "to": "1/4"},),
        ),
        (AT_LEAST_ONE,),
        note="Each factor 1 − (1 − U)/α_j is positive and rises.",
    ),
    Claim(
        "dees:mean-remark.1",
        "printed",
        "Section II, 'this method would fail'",
        r"E\,y(U)",
        Formula(printed_law),
        Value(_chosen, _at_half, _exact_mean, relation=">", controls=({"ratios": ["1"]},), minimum=17),
        (SEVERAL,),
        note="The mean is always above the value at U = ½, for y is convex; equal for one factor, the control.",
    ),
    Claim(
        "dees:mean-remark.2",
        "new",
        "Section II, 'would fail spectacularly', at the paper's sizes",
        r"E\,y(U)/y(\tfrac12),\ n_1=2,\dots,20",
        Formula(_bound),
        Value(_latent, lambda i, value: [value()], mean_over_median, relation="<=", minimum=19),
        note="'Spectacularly' is no number, so that it is neither true nor false: the mean is above the median by 4 % "
        "at n_1 = 2 and by 81 % at n_1 = 20. The bound is this largest ratio, rounded up.",
    ),
    Claim(
        "dees:mean-remark.3",
        "new",
        "Section II, the mean",
        r"E\,y(U)",
        Formula(lambda: rescaled_mean(symbols("q")[0], Fraction(1, 3)), derived=True),
        Value(_chosen, _elementary, _exact_mean),
        note="The mean has a closed form, in the elementary symmetric functions e(m) of n_1/n_2, …, "
        "n_1/n_k; q = k − 1.",
    ),
    Claim(
        "dees:mean-remark.4",
        "new",
        "Section II, square factors",
        r"E\,y(U)/y(\tfrac12),\ n_1=\cdots=n_k",
        Formula(lambda: square_mean_over_median(symbols("k")[0]), derived=True),
        Value(_squares, _by_factors, mean_over_median),
        note="Here the method does fail spectacularly: by a factor of 28 for eight square factors.",
    ),
)
