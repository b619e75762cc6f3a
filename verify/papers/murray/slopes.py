"""The coefficients of the derivative's kernel: Corollary B.4 (36) and (41), over the rationals."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import fmpq_poly

from eigenlaw.theory import shallow
from eigenlaw.verify.averages import mean_product, polynomial_derivative
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols, undefined
from eigenlaw.verify.networks import HyperParameters
from eigenlaw.verify.papers.murray.common import UNIT_VARIANCE, bindings, phi_of


def _derivative_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    shapes = [
        ["0", "1"],
        ["0", "0", "1"],
        ["1", "1"],
        ["1", "-1/2", "1/3"],
        ["0", "1", "0", "1/6"],
        ["2", "0", "1", "1"],
    ]
    shapes += [[str(int(c)) for c in rng.integers(-2, 3, 3)] + ["1"] for _ in range(budget.of(3, 10, 40))]
    return [
        {"activation": f"polynomial({','.join(shape)})", "sigma_w2": "1/30", "gamma_b2": gamma, "p": p}
        for p in range(4)
        for gamma in ("0", "1/3")
        for shape in shapes
    ]


@cache
def _products(name: str, gamma_b2: str, slopes: bool) -> tuple[Fraction, ...]:
    """E[φ(U)φ(V)], or of φ', as a polynomial in x·y, by exact averages."""
    phi = phi_of(name).parameters
    factor = polynomial_derivative(phi) if slopes else phi
    bias = Fraction(gamma_b2)
    return mean_product(factor, factor, HyperParameters(1 - bias, bias, Fraction(1), Fraction(0)))


def _series_of(instance: Instance, gamma_b2: str, slopes: bool) -> fmpq_poly:
    """Σ^(2), or Σ̇^(2), as a polynomial in x·y."""
    weight = Fraction(instance["sigma_w2"])
    found = [weight * c for c in _products(instance["activation"], gamma_b2, slopes)]
    if not slopes:
        found[0] += Fraction(str(bindings(instance)["sigma_b2"]))
    return fmpq_poly([rational(c) for c in found])


def _entry_of(series: fmpq_poly) -> Callable[[int], Any]:
    def entry(p: int) -> Any:
        if p < 0:
            raise IndexError(f"p={p}: expected an index of at least 0")
        return series[p]

    return entry


def _slope_printed() -> Any:
    (p,) = symbols("p")
    return (p + 1) * indexed("alpha")[p + 1]


def truncated_printed() -> Any:
    """Return (41) at l = 2, as printed."""
    import sympy

    (p,) = symbols("p")
    return sympy.sqrt(p + 1) * indexed("alpha")[p + 1]


def _slope_value(gamma_b2: Callable[[Instance], str]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        alpha = _entry_of(_series_of(instance, gamma_b2(instance), slopes=False))
        return [value(p=instance["p"], alpha=alpha, gamma_w2=1 - Fraction(gamma_b2(instance)))]

    return predicted


def _slope_measured(gamma_b2: Callable[[Instance], str]) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: [_series_of(instance, gamma_b2(instance), slopes=True)[instance["p"]]]


def _of_hermite(_instance: Instance) -> str:
    """(7) and (8) define α and υ by Hermite coefficients, which are the series for γ_b = 0."""
    return "0"


def _of_network(instance: Instance) -> str:
    return str(instance["gamma_b2"])


def truncated_printed_deep() -> Any:
    """Return (41) at l ≥ 3, as printed."""
    import sympy

    p, k, layer, last = symbols("p k l T")
    alpha, F = indexed("alpha"), undefined("F")
    return summation(sympy.sqrt(k + 1) * alpha[p + 1] * F(p, k, layer), (k, 0, last))


def _deep_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """At l = 3; F(p, k, l) is the coefficient of t^p in the k-th power of the series of Σ^(l)."""
    second = _series_of(instance, "0", slopes=False)
    sigma = {2: second, 3: second(second)}

    def power(p: int, k: int, layer: int) -> Any:
        if layer not in sigma or p < 0 or k < 0:
            raise IndexError(f"F({p}, {k}) of layer {layer}: expected layer 2 or 3 and indices of at least 0")
        return (sigma[layer] ** k)[p]

    return [value(p=instance["p"], l=3, T=second.degree(), alpha=_entry_of(second), F=power)]


def _deep_measured(instance: Instance, _: Rng) -> Sequence[Any]:
    """Σ̇^(3) as a power series: that of Σ̇^(2) at the correlation Σ^(2)."""
    slope, second = _series_of(instance, "0", slopes=True), _series_of(instance, "0", slopes=False)
    return [slope(second)[instance["p"]]]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:cor-b.4.1",
        "printed",
        "Corollary B.4 (36), α and υ as (7) and (8) define them",
        r"\upsilon_{p,2}",
        Formula(_slope_printed),
        Value(_derivative_cases, _slope_value(_of_hermite), _slope_measured(_of_hermite)),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:cor-b.4.1",
        "new",
        "Corollary B.4 (36), α and υ the coefficients of Σ^{(2)} and its derivative in x·y",
        r"\upsilon_{p,2}",
        Formula(shallow.slope_law, derived=True),
        Value(_derivative_cases, _slope_value(_of_network), _slope_measured(_of_network)),
        (UNIT_VARIANCE,),
        note="With a first-layer bias the factor 1/γ_w² appears.",
    ),
    Claim(
        "murray:eq-41.1",
        "printed",
        "(41), l = 2",
        r"\hat\upsilon_{p,2}",
        Formula(truncated_printed),
        Value(_derivative_cases, _slope_value(_of_hermite), _slope_measured(_of_hermite)),
        (UNIT_VARIANCE,),
        note="By (36) the factor is p + 1, not its square root.",
    ),
    Claim(
        "murray:eq-41.1",
        "corrected",
        "(41), l = 2, with p + 1",
        r"\hat\upsilon_{p,2}",
        Formula(shallow.truncated_slope_law, derived=True),
        Value(_derivative_cases, _slope_value(_of_hermite), _slope_measured(_of_hermite)),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:eq-41.2",
        "printed",
        "(41), l = 3",
        r"\hat\upsilon_{p,3}",
        Formula(truncated_printed_deep),
        Value(_derivative_cases, _deep_value, _deep_measured),
        (UNIT_VARIANCE,),
        note="The sum runs over k, so that the coefficient is (k+1) α_{k+1,2}, and F belongs to layer l − 1.",
    ),
    Claim(
        "murray:eq-41.2",
        "corrected",
        "(41), l = 3, with (k+1) α_{k+1,2} and layer l − 1",
        r"\hat\upsilon_{p,3}",
        Formula(shallow.truncated_deep_slope_law, derived=True),
        Value(_derivative_cases, _deep_value, _deep_measured),
        (UNIT_VARIANCE,),
    ),
)
