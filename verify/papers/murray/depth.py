"""The power series of every layer: Theorem 3.1, Lemma B.2 and Corollary B.4, for polynomial activations exactly."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from flint import fmpq, fmpq_poly

from eigenlaw.theory import layers
from eigenlaw.verify.averages import polynomial_derivative
from eigenlaw.verify.claim import Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols, undefined
from eigenlaw.verify.judge import evaluator
from eigenlaw.verify.papers.murray.common import UNIT_VARIANCE
from eigenlaw.verify.papers.murray.polynomial_layers import (
    Rows,
    bound,
    exact_layers,
    exact_mu,
    exact_variances,
    general_cases,
    layer_series,
    limit_series,
    polynomial,
    polynomial_cases,
    recursive_rows,
)

ORDER = 5

EVERY = polynomial_cases((1, 2, 3, 4), ORDER)
FROM_TWO = polynomial_cases((2, 3, 4), ORDER)
FROM_THREE = polynomial_cases((3, 4), ORDER)
GENERAL = general_cases((2, 3, 4), ORDER)

# (30), (32) and (36): the series of Σ^(l) and Σ̇^(l)


def _alpha_printed() -> Any:
    """(7) and (30)."""
    import sympy

    p, k, layer, sigma_w2, sigma_b2 = symbols("p k l sigma_w2 sigma_b2")
    second = sigma_w2 * indexed("mu")[p] ** 2 + sympy.KroneckerDelta(p, 0) * sigma_b2
    deeper = summation(undefined("alpha")(k, 2) * undefined("F")(p, k, layer - 1), (k, 0, sympy.oo))
    return sympy.Piecewise((second, sympy.Eq(layer, 2)), (deeper, True))


def _upsilon_printed() -> Any:
    """(8) and (32)."""
    import sympy

    p, k, layer, sigma_w2 = symbols("p k l sigma_w2")
    slope = indexed("nu")
    deeper = summation(sigma_w2 * slope[k] ** 2 * undefined("F")(p, k, layer - 1), (k, 0, sympy.oo))
    return sympy.Piecewise((sigma_w2 * slope[p] ** 2, sympy.Eq(layer, 2)), (deeper, True))


def _by_derivative_rule() -> Any:
    """(36) at l ≥ 3."""
    import sympy

    p, k, layer = symbols("p k l")
    terms = (k + 1) * undefined("alpha")(k + 1, 2) * undefined("F")(p, k, layer - 1)
    return summation(terms, (k, 0, sympy.oo))


@cache
def _slope_mu(name: str) -> Callable[[int], Any]:
    """Return k ↦ μ_k(φ')."""
    slopes = ",".join(map(str, polynomial_derivative(polynomial(name))))
    return lambda k: exact_mu(f"polynomial({slopes})", k)


def _first_row(instance: Instance) -> list[Any]:
    """Σ^(1) = γ_w² ρ + γ_b²."""
    found = exact_variances(instance)
    return [rational(found["gamma_b2"]), rational(found["gamma_w2"])]


@cache
def _law(name: str, form: str) -> Evaluate:
    """The formula of α_{p,l} or υ_{p,l} as a function: as printed, or that of eigenlaw.theory."""
    printed = {"alpha": _alpha_printed, "upsilon": _upsilon_printed}
    derived = {"alpha": layers.alpha_law, "upsilon": layers.upsilon_law}
    return evaluator(Formula(printed[name]).tree if form == "printed" else derived[name]())


@cache
def _alpha_rows(form: str, items: tuple[tuple[str, Any], ...]) -> Rows:
    instance = dict(items)
    return recursive_rows(instance, _law("alpha", form), _first_row(instance))


@cache
def _upsilon_row(form: str, items: tuple[tuple[str, Any], ...], layer: int) -> list[Any]:
    return _upsilon_at(dict(items), layer, form, _law("upsilon", form))


def _upsilon_at(instance: Instance, layer: int, form: str, value: Evaluate) -> list[Any]:
    given = bound(instance, _alpha_rows(form, tuple(instance.items())), layer)
    nu = _slope_mu(instance["activation"])
    return [value(p=p, l=layer, nu=nu, **given) for p in range(instance["order"] + 1)]


def _alpha_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    rows = recursive_rows(instance, value, _first_row(instance))
    return list(rows(instance["layers"])[: instance["order"] + 1])


def _upsilon_value(form: str) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    return lambda instance, value: _upsilon_at(instance, instance["layers"], form, value)


# off unit variance: μ_k belongs to φ(√v x), v the variance of the layer below


def _general_bindings(instance: Instance, rows: Rows, layer: int) -> dict[str, Any]:
    name, given = instance["activation"], bound(instance, rows, layer)

    @cache
    def variance(at: int) -> Any:
        if at == 1:
            return given["gamma_w2"] + given["gamma_b2"]
        if not 1 < at < layer:
            raise IndexError(f"l={at}: expected a layer below {layer}")
        squares = sum((exact_mu(name, k, variance(at - 1)) ** 2 for k in range(given["oo"] + 1)), fmpq(0))
        return given["sigma_w2"] * squares + given["sigma_b2"]

    return {**given, "v": variance, "mu": lambda k, at: exact_mu(name, k, variance(at))}


def _general_rows(instance: Instance, value: Evaluate) -> Rows:
    rows: Rows = recursive_rows(
        instance, lambda **given: value(**{**given, **_general_bindings(instance, rows, given["l"])}),
        _first_row(instance),
    )  # fmt: skip
    return rows


def _general_alpha(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return _general_rows(instance, value)(instance["layers"])[: instance["order"] + 1]


def _general_upsilon(instance: Instance, value: Evaluate) -> Sequence[Any]:
    layer = instance["layers"]
    rows = _general_rows(instance, evaluator(layers.alpha_law(unit_variance=False)))
    given = _general_bindings(instance, rows, layer)
    return [value(p=p, l=layer, **given) for p in range(instance["order"] + 1)]


# (33) and (35): the sums


def _whole(which: str) -> Callable[[Instance, Rng], Sequence[Any]]:
    """Σ_p |coefficient| of a kernel of the last layer."""
    return lambda instance, _: [sum(map(abs, getattr(exact_layers(instance)[-1], which).coeffs()), fmpq(0))]


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def _no_symbols(_instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value()]


def _powers(instance: Instance, _: Rng) -> Sequence[Any]:
    """Σ_p |F(p, k, ᾱ_l) ρ^p| for k = 0, …, order at ρ = 1, where it is largest, and at ρ = −1/2."""
    series = exact_layers(instance)[-1].covariance
    absolute = fmpq_poly([abs(c) for c in series.coeffs()])
    return [(absolute**k)(rho) for rho in (fmpq(1), fmpq(1, 2)) for k in range(instance["order"] + 1)]


def _chi_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(chi=slope_variance(instance), l=instance["layers"])]


def slope_variance(instance: Instance) -> Any:
    """χ = σ_w² E[φ'(Z)²], as the sum of the squared Hermite coefficients of φ'."""
    nu, degree = _slope_mu(instance["activation"]), len(polynomial(instance["activation"])) - 1
    squares = sum((nu(k) ** 2 for k in range(degree + 1)), fmpq(0))
    return rational(exact_variances(instance)["sigma_w2"]) * squares


def _zero() -> Any:
    import sympy

    return sympy.Integer(0)


def _each_above_zero(names: Sequence[str]) -> Value:
    """The check that the coefficients of these kernels are at least 0."""

    def measured(instance: Instance, rng: Rng) -> Sequence[Any]:
        return [c for name in names for c in layer_series(name)(instance, rng)]

    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        return [value() for _ in range(len(names) * (instance["order"] + 1))]

    return Value(FROM_TWO, predicted, measured, ">=")


# (5) and (6)


def _kappa_printed() -> Any:
    """(6)."""
    import sympy

    p, q, layer, gamma_w2, gamma_b2 = symbols("p q l gamma_w2 gamma_b2")
    first = sympy.KroneckerDelta(p, 0) * gamma_b2 + sympy.KroneckerDelta(p, 1) * gamma_w2
    alpha, kappa, upsilon = (undefined(name) for name in ("alpha", "kappa", "upsilon"))
    later = alpha(p, layer) + summation(kappa(q, layer - 1) * upsilon(p - q, layer), (q, 0, p))
    return sympy.Piecewise((first, sympy.Eq(layer, 1)), (later, True))


def _kappa_value(form: str) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        items, given = tuple(instance.items()), exact_variances(instance)
        weights = {name: rational(given[name]) for name in ("gamma_w2", "gamma_b2")}

        def alpha(p: int, layer: int) -> Any:
            return _alpha_rows(form, items)(_from(2, layer))[_from(0, p)]

        def upsilon(p: int, layer: int) -> Any:
            return _upsilon_row(form, items, _from(2, layer))[_from(0, p)]

        @cache
        def kappa(p: int, layer: int) -> Any:
            def below(q: int, at: int) -> Any:
                if not 1 <= at < layer:
                    raise IndexError(f"kappa({q}, {at}): expected a layer below {layer}")
                return kappa(_from(0, q), at)

            return value(p=p, l=layer, alpha=alpha, upsilon=upsilon, kappa=below, **weights)

        return [kappa(p, instance["layers"]) for p in range(instance["order"] + 1)]

    return predicted


def _from(first: int, index: int) -> int:
    if index < first:
        raise IndexError(f"index={index}: expected at least {first}")
    return index


SERIES = r"[\rho^p]\,"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:thm-3.1.1",
        "printed",
        "Theorem 3.1, (5)-(8)",
        r"\kappa_{p,l}",
        Formula(_kappa_printed),
        Value(EVERY, _kappa_value("printed"), limit_series),
        (UNIT_VARIANCE,),
        note="Right for γ_b = 0. For γ_b > 0 (7) and (8) have x·y where the first preactivations have γ_w² x·y + γ_b².",
    ),
    Claim(
        "murray:thm-3.1.1",
        "corrected",
        "Theorem 3.1, α and υ from ᾱ_1 = (γ_b², γ_w², 0, …)",
        r"\kappa_{p,l}",
        Formula(layers.kappa_law, derived=True),
        Value(EVERY, _kappa_value("corrected"), limit_series),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:thm-3.1.2",
        "printed",
        "Theorem 3.1, κ ≥ 0",
        r"\kappa_{p,l}",
        Formula(_zero),
        _each_above_zero(("kernel",)),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:thm-3.1.3",
        "sharp",
        "Theorem 3.1, absolute convergence: the sum itself",
        r"\sum_p|\kappa_{p,l}|",
        Formula(layers.trace_law, derived=True),
        Value(EVERY, _chi_value, _whole("kernel")),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:lem-b.2.1",
        "printed",
        "Lemma B.2, (29) and (30)",
        rf"{SERIES}\Sigma^{{(l)}}",
        Formula(_alpha_printed),
        Value(FROM_TWO, _alpha_value, layer_series("covariance")),
        (UNIT_VARIANCE,),
        note="Right for γ_b = 0; otherwise the first preactivations have the correlation γ_w² x·y + γ_b², not x·y.",
    ),
    Claim(
        "murray:lem-b.2.1",
        "corrected",
        "Lemma B.2, (30) from ᾱ_1 = (γ_b², γ_w², 0, …)",
        rf"{SERIES}\Sigma^{{(l)}}",
        Formula(layers.alpha_law, derived=True),
        Value(FROM_TWO, _alpha_value, layer_series("covariance")),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:lem-b.2.2",
        "printed",
        "Lemma B.2, (31) and (32)",
        rf"{SERIES}\dot\Sigma^{{(l)}}",
        Formula(_upsilon_printed),
        Value(FROM_TWO, _upsilon_value("printed"), layer_series("slope")),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:lem-b.2.2",
        "corrected",
        "Lemma B.2, (32) from ᾱ_1 = (γ_b², γ_w², 0, …)",
        rf"{SERIES}\dot\Sigma^{{(l)}}",
        Formula(layers.upsilon_law, derived=True),
        Value(FROM_TWO, _upsilon_value("corrected"), layer_series("slope")),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:lem-b.2.3",
        "printed",
        "Lemma B.2, α ≥ 0 and υ ≥ 0",
        r"\alpha_{p,l},\ \upsilon_{p,l}",
        Formula(_zero),
        _each_above_zero(("covariance", "slope")),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:lem-b.2.4",
        "printed",
        "Lemma B.2, (33)",
        r"\sum_p|\alpha_{p,l}|",
        Formula(_one),
        Value(FROM_TWO, _no_symbols, _whole("covariance")),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:lem-b.2.5",
        "printed",
        "Lemma B.2, (35)",
        r"\sum_p|F(p,k,\bar\alpha_l)\rho^p|",
        Formula(_one),
        Value(FROM_TWO, lambda i, value: [value() for _ in range(2 * i["order"] + 2)], _powers, "<="),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:lem-b.2.6",
        "new",
        "(30) off unit variance",
        rf"{SERIES}\Sigma^{{(l)}}",
        Formula(lambda: layers.alpha_law(unit_variance=False), derived=True),
        Value(GENERAL, _general_alpha, layer_series("covariance")),
    ),
    Claim(
        "murray:lem-b.2.7",
        "new",
        "(32) off unit variance",
        rf"{SERIES}\dot\Sigma^{{(l)}}",
        Formula(lambda: layers.upsilon_law(unit_variance=False), derived=True),
        Value(GENERAL, _general_upsilon, layer_series("slope")),
    ),
    Claim(
        "murray:cor-b.4.2",
        "printed",
        "Corollary B.4 (36), l ≥ 3",
        rf"{SERIES}\dot\Sigma^{{(l)}}",
        Formula(_by_derivative_rule),
        Value(FROM_THREE, _upsilon_value("printed"), layer_series("slope")),
        (UNIT_VARIANCE,),
        note="Right for γ_b = 0, as (32) is.",
    ),
    Claim(
        "murray:cor-b.4.2",
        "corrected",
        "Corollary B.4 (36), l ≥ 3, from ᾱ_1 = (γ_b², γ_w², 0, …)",
        rf"{SERIES}\dot\Sigma^{{(l)}}",
        Formula(layers.upsilon_law, derived=True),
        Value(FROM_THREE, _upsilon_value("corrected"), layer_series("slope")),
        (UNIT_VARIANCE,),
    ),
)
