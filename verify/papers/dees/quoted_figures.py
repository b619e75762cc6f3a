"""Medians, norms and maximum that Section II quotes for the paper's autoencoders, digit by digit."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb, fmpq

from eigenlaw.theory.ginibre import normalised_quantile
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.dees.law_range import architecture, polynomial
from eigenlaw.verify.papers.dees.rescaled_law import HIDDEN
from eigenlaw.verify.surds import root
from eigenlaw.verify.uniform_images import extremes, quantile_of_image

HALF = fmpq(1, 2)


def _dimensions(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"n_1": n} for n in range(2, 21)]


def _quoted(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"n_1": 2}, {"n_1": 20}]


def _at(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n_1=instance["n_1"])]


def rounded(x: Any, unit: Fraction, *, cut: bool = False) -> Any:
    """Return a positive number rounded, or cut off, to a multiple of a unit.

    Args:
        x: exact, or a ball that decides.
        unit: the value of the last printed digit.
        cut: whether what follows is dropped.

    Example:
        >>> rounded(fmpq(27, 20), Fraction(1, 10)), rounded(fmpq(27, 20), Fraction(1, 10), cut=True)
        (7/5, 13/10)
    """
    step = fmpq(unit.numerator, unit.denominator)
    scaled = x / step + (0 if cut else HALF)
    if isinstance(scaled, arb):
        whole = scaled.floor().unique_fmpz()
        return arb("nan") if whole is None else fmpq(whole) * step
    return fmpq(scaled.p // scaled.q) * step


SQUARED = {2: Fraction(1, 10**5), 20: Fraction(1, 10**6)}
NORMS = {2: Fraction(1, 10**3), 20: Fraction(1, 10**4)}
"""What the last digit of a printed figure is worth."""


@cache
def limit_median(n: int) -> Any:
    """Return the median of |λ|² of the limit law at the paper's sizes, exactly."""
    return polynomial(architecture(n))(HALF)


def _measured_median(instance: Instance, _: Rng) -> Sequence[Any]:
    return [quantile_of_image(polynomial(architecture(instance["n_1"])), HALF)]


def _printed_median() -> Any:
    import sympy

    (n,) = symbols("n_1")
    half = sympy.Rational(1, 2)
    first, second, third, last = (n / size * (-half) + 1 for size in (32, 64, 128, 784))
    return 1 / sympy.Integer(3) ** 8 * half * first**2 * second**2 * third**2 * last


def _figures(low: tuple[int, int], high: tuple[int, int]) -> Any:
    """Return the figure printed for n_1 = 2 and the one for n_1 = 20."""
    import sympy

    (n,) = symbols("n_1")
    first, second = (sympy.Rational(*figure) for figure in (low, high))
    return sympy.Piecewise((first, sympy.Eq(n, 2)), (second, sympy.Eq(n, 20)))


def _printed_squares() -> Any:
    return _figures((13, 10**5), (43, 10**6))


def _printed_norms() -> Any:
    return _figures((11, 10**3), (66, 10**4))


def _rounded_median(instance: Instance, _: Rng) -> Sequence[Any]:
    n = instance["n_1"]
    return [rounded(limit_median(n), SQUARED[n])]


def _rounded_norm(instance: Instance, _: Rng) -> Sequence[Any]:
    n = instance["n_1"]
    return [rounded(arb(limit_median(n)).sqrt(), NORMS[n])]


def _norm_of_figure(instance: Instance, _: Rng) -> Sequence[Any]:
    n = instance["n_1"]
    square = fmpq(13, 10**5) if n == 2 else fmpq(43, 10**6)
    return [rounded(arb(square).sqrt(), NORMS[n])]


def _derived_median() -> Any:
    import sympy

    return normalised_quantile((symbols("n_1")[0], *HIDDEN), sympy.Rational(1, 2), sympy.Rational(1, 3))


def _derived_norm() -> Any:
    import sympy

    return sympy.sqrt(_derived_median())


def _twice_cut(instance: Instance, _: Rng) -> Sequence[Any]:
    """Twice the median, cut off after two digits."""
    n = instance["n_1"]
    return [rounded(2 * limit_median(n), SQUARED[n], cut=True)]


def steps(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    """Return the instances 2 … 19, to be compared with the next."""
    return [{"n_1": n} for n in range(2, 20)]


def _next_median(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(n_1=instance["n_1"] + 1)]


# The maximum


def _maximum() -> Any:
    import sympy

    return 1 / sympy.Integer(3) ** 8


def _measured_maximum(instance: Instance, _: Rng) -> Sequence[Any]:
    return [extremes(polynomial(architecture(instance["n_1"])))[1]]


def _printed_maxima() -> Any:
    import sympy

    (power,) = symbols("power")
    norm, square = sympy.Rational(12, 1000), sympy.Rational(15, 10**5)
    return sympy.Piecewise((norm, sympy.Eq(power, 1)), (square, sympy.Eq(power, 2)))


def _powers(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"power": 1}, {"power": 2}]


def _rounded_maximum(instance: Instance, _: Rng) -> Sequence[Any]:
    square = fmpq(1, 3**8)
    return [rounded(square, Fraction(1, 10**5)) if instance["power"] == 2 else rounded(fmpq(1, 81), Fraction(1, 1000))]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "dees:medians.1",
        "printed",
        "Section II, 'the predicted median squared norm'",
        r"\operatorname{median}|\lambda|^2",
        Formula(_printed_median),
        Value(_dimensions, _at, _measured_median, minimum=19),
        note="The formula is right; measured from the law by root isolation.",
    ),
    Claim(
        "dees:medians.2",
        "printed",
        "Section II, 'For n_1 = 2, this expression is about 0.00013'",
        r"\operatorname{median}|\lambda|^2\text{ to the digits printed},\ n_1=2,\ 20",
        Formula(_printed_squares),
        Value(_quoted, _at, _rounded_median, minimum=2),
        note="The expression just before is 6.8136e-5 and 2.1515e-5: its factor 0.5 was dropped.",
    ),
    Claim(
        "dees:medians.2",
        "corrected",
        "Section II, the median, exactly",
        r"\operatorname{median}|\lambda|^2",
        Formula(_derived_median, derived=True),
        Value(_dimensions, _at, lambda i, _: [limit_median(i["n_1"])], minimum=19),
        note="0.000068 for n_1 = 2 and 0.000022 for n_1 = 20.",
    ),
    Claim(
        "dees:medians.3",
        "new",
        "Section II, where the printed figures come from",
        r"2\operatorname{median}|\lambda|^2\text{ cut off after two digits},\ n_1=2,\ 20",
        Formula(_printed_squares),
        Value(_quoted, _at, _twice_cut, minimum=2),
        note="Cut off and not rounded: 0.000136… for n_1 = 2 would round to 0.00014.",
    ),
    Claim(
        "dees:implied-norms.1",
        "printed",
        "Section II, 'the implied median eigenvalue norm'",
        r"\operatorname{median}|\lambda|\text{ to the digits printed},\ n_1=2,\ 20",
        Formula(_printed_norms),
        Value(_quoted, _at, _rounded_norm, minimum=2),
        note="0.0083 and 0.0046: the printed ones are √2 too large, as the squares are 2 too large.",
    ),
    Claim(
        "dees:implied-norms.1",
        "corrected",
        "Section II, the implied median norm",
        r"\operatorname{median}|\lambda|",
        Formula(_derived_norm, derived=True),
        Value(_dimensions, _at, lambda i, _: [root(limit_median(i["n_1"]))], minimum=19),
        note="0.0083 for n_1 = 2 and 0.0046 for n_1 = 20.",
    ),
    Claim(
        "dees:implied-norms.2",
        "printed",
        "Section II, 'implied'",
        r"\sqrt{\text{the figure printed for }|\lambda|^2}\text{ to the digits printed}",
        Formula(_printed_norms),
        Value(_quoted, _at, _norm_of_figure, minimum=2),
        note="They do follow from the printed squares, here by rounding.",
    ),
    Claim(
        "dees:maximum.1",
        "printed",
        "Section II, 'the predicted maximum'",
        r"\max|\lambda|^2\text{ of the limit law}",
        Formula(_maximum),
        Value(_dimensions, _at, _measured_maximum, minimum=19),
    ),
    Claim(
        "dees:maximum.2",
        "printed",
        "Section II, 'constant at 3^{-8} ≈ 0.00015', '1/81 ≈ 0.012'",
        r"\max|\lambda|,\ \max|\lambda|^2\text{ of the limit law, to the digits printed}",
        Formula(_printed_maxima),
        Value(_powers, lambda i, value: [value(power=i["power"])], _rounded_maximum, minimum=2),
    ),
    Claim(
        "dees:median-decreases.1",
        "printed",
        "Section II, 'It decreases slowly in n_1 in the range [2, 20]'",
        r"\operatorname{median}|\lambda|^2\text{ at }n_1",
        Formula(_printed_median),
        Value(steps, _next_median, lambda i, _: [limit_median(i["n_1"])], relation=">", minimum=18),
        note="Predicted is the formula at n_1 + 1. Each of its factors falls as n_1 grows; by 3.17 in all.",
    ),
)
