"""Theorem 3.1: the coefficients and the kernel of eigenlaw.numerics and eigenlaw.theory at every depth."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from eigenlaw.numerics.ntk import ntk_coefficients, ntk_values
from eigenlaw.numerics.variances import Variances
from eigenlaw.theory.deep_ntk import derive_deep_ntk
from eigenlaw.theory.ntk import Hyperparameters
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, evaluate, indexed, summation, symbols, undefined
from eigenlaw.verify.limits import layer_kernels
from eigenlaw.verify.networks import HyperParameters
from eigenlaw.verify.papers.murray.common import UNIT_VARIANCE, phi_of
from eigenlaw.verify.papers.murray.deep_sampling import (
    DIGITS,
    KERNEL,
    correlations,
    deep_cases,
    extrapolated,
    sampled_kernels,
    variances,
)
from eigenlaw.verify.papers.murray.polynomial_layers import (
    VARIANCES,
    exact_mu,
    exact_variances,
    general_cases,
    layer_series,
    polynomial,
    polynomial_cases,
)


def _power_series() -> Any:
    import sympy

    p, rho = symbols("p rho")
    return summation(indexed("kappa")[p] * rho**p, (p, 0, sympy.oo))


def _inner_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Inputs whose correlations are so small that few coefficients are enough."""
    vectors = [["1", "0"], ["3/5", "4/5"], ["-3/5", "4/5"], ["5/13", "-12/13"]]
    return [{**instance, "X": vectors} for instance in deep_cases((3, 4, 5))(budget, rng)]


TERMS = 40


@cache
def _coefficients(name: str, sigma_w2: str, gamma_b2: str, count: int) -> Sequence[Any]:
    given = variances({"activation": name, "sigma_w2": sigma_w2, "gamma_b2": gamma_b2})
    return ntk_coefficients(phi_of(name), TERMS, DIGITS, given, layers=count).balls


def _summed(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = _coefficients(*(instance[name] for name in ("activation", "sigma_w2", "gamma_b2", "layers")))

    def kappa(p: int) -> Any:
        return found[_index(p, TERMS)]

    return [value(rho=rho, kappa=kappa, oo=TERMS) for rho in correlations(instance)]


def _index(p: int, order: int) -> int:
    if not 0 <= p <= order:
        raise IndexError(f"p={p}: expected an index from 0 to {order}")
    return p


def _general(budget: Budget, rng: Rng) -> Iterable[Instance]:
    given = (("1/2", "1/4"), ("3/2", "0"), ("1", "1/2"))
    return [
        {**instance, **dict(zip(VARIANCES, (*given[index % 3], "3/4", "1/10"), strict=True))}
        for index, instance in enumerate(deep_cases((4, 3, 5))(budget, rng))
    ]


def _theta() -> Any:
    (rho,) = symbols("rho")
    return undefined("Theta")(rho)


def _values(instance: Instance, value: Evaluate) -> Sequence[Any]:
    def theta(rho: Any) -> Any:
        return _numeric_value(instance["activation"], _given(instance), instance["layers"], str(rho))

    return [value(rho=rho, Theta=theta) for rho in correlations(instance)]


def _given(instance: Instance) -> tuple[str, ...]:
    return tuple(instance[name] for name in VARIANCES)


@cache
def _numeric_value(name: str, given: tuple[str, ...], count: int, rho: str) -> Any:
    gamma_w2, gamma_b2, sigma_w2, sigma_b2 = map(Fraction, given)
    found = ntk_values(
        phi_of(name), [Fraction(rho)], DIGITS, Variances(gamma_w2, gamma_b2, sigma_w2, sigma_b2), layers=count
    )
    return found.balls[0]


def _kappa() -> Any:
    (p,) = symbols("p")
    return indexed("kappa")[p]


def _exact_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [*polynomial_cases((2, 3, 4), 5)(budget, rng), *general_cases((2, 3, 5), 5)(budget, rng)]


def _numeric_coefficients(instance: Instance, value: Evaluate) -> Sequence[Any]:
    gamma_w2, gamma_b2, sigma_w2, sigma_b2 = exact_variances(instance).values()
    given = Variances(gamma_w2, gamma_b2, sigma_w2, sigma_b2)
    order = instance["order"]
    found = ntk_coefficients(phi_of(instance["activation"]), order, 25, given, layers=instance["layers"]).balls
    return [value(p=p, kappa=lambda at: found[_index(at, order)]) for p in range(order + 1)]


def _symbolic_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [
        *list(polynomial_cases((3,), 3)(budget, rng))[:: budget.of(2, 1, 1)],
        *general_cases((2, 3, 4), 3)(budget, rng),
    ]


@cache
def _derived(name: str, given: tuple[Fraction, ...], count: int, order: int) -> tuple[list[Any], list[Any]]:
    """κ_0, …, κ_order of eigenlaw.theory: for the activation, and for symbols μ_k that then get its values."""
    import sympy

    h = Hyperparameters(*(sympy.Rational(number.numerator, number.denominator) for number in given))
    scaled = {f"mu_{layer}": q for layer, q in enumerate(_exact_chain(name, given, count), start=1)}

    def coefficient(variance: Any) -> Callable[[int], Any]:
        return lambda k: exact_mu(name, k, variance)

    bound: dict[str, Any] = {key: coefficient(q) for key, q in scaled.items()} | {"oo": len(polynomial(name)) - 1}
    found = []
    for derived in (derive_deep_ntk(name, order, count, h), derive_deep_ntk(None, order, count, h, unit=False)):
        values = dict(bound)
        for definition in derived.definitions:
            values[str(definition.symbol)] = evaluate(definition.expression, values)
        found.append([evaluate(expression, values) for expression in derived.coefficients])
    return found[0], found[1]


def _exact_chain(name: str, given: tuple[Fraction, ...], count: int) -> list[Any]:
    """The variances of the layers, by exact moments."""
    return [layer.variance for layer in layer_kernels(polynomial(name), HyperParameters(*given), count)]


def _symbolic_coefficients(instance: Instance, value: Evaluate) -> Sequence[Any]:
    name, given, order = instance["activation"], tuple(exact_variances(instance).values()), instance["order"]

    def entry(row: list[Any]) -> Callable[[int], Any]:
        return lambda p: row[_index(p, order)]

    rows = _derived(name, given, instance["layers"], order)
    return [value(p=p, kappa=entry(row)) for row in rows for p in range(order + 1)]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:thm-3.1.4",
        "new",
        "Theorem 3.1, the coefficients of eigenlaw.numerics, polynomial activations, l ≤ 5",
        r"\kappa_{p,l}",
        Formula(_kappa),
        Value(_exact_cases, _numeric_coefficients, layer_series("kernel")),
    ),
    Claim(
        "murray:thm-3.1.5",
        "new",
        "(5), the coefficients of eigenlaw.numerics, l = 3, 4, 5",
        KERNEL,
        Formula(_power_series),
        extrapolated(_inner_cases, _summed, sampled_kernels()),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:thm-3.1.6",
        "new",
        "(5), the kernel of eigenlaw.numerics off unit variance, l = 3, 4, 5",
        KERNEL,
        Formula(_theta),
        extrapolated(_general, _values, sampled_kernels()),
    ),
    Claim(
        "murray:thm-3.1.7",
        "new",
        "Theorem 3.1, the coefficients of eigenlaw.theory, numbers and symbols, polynomial activations, l ≤ 4",
        r"\kappa_{p,l}",
        Formula(_kappa),
        Value(_symbolic_cases, _symbolic_coefficients, lambda i, r: [*layer_series("kernel")(i, r)] * 2),
    ),
)
