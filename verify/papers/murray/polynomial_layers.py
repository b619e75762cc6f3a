"""Polynomial activations at every depth: exact instances, their Hermite coefficients, and the series of each layer."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import fmpq, fmpq_poly

from eigenlaw.theory.laws import monomial_coefficient
from eigenlaw.verify.claim import Budget, Evaluate, Instance, Rng
from eigenlaw.verify.formula import evaluate, rational
from eigenlaw.verify.limits import Layer, layer_kernels, limit_kernel
from eigenlaw.verify.networks import HyperParameters
from eigenlaw.verify.papers.murray.common import bindings, phi_of
from eigenlaw.verify.surds import root

SHAPES = (
    *(("0,1", "1/2"), ("0,0,1", "1/3"), ("1,1", "1/2"), ("0,1,1", "1/8"), ("1,-1/2,1/3", "2/5")),
    *(("0,1", "1"), ("0,1,0,1/6", "2/5")),
)
"""Coefficients of an activation, and a σ_w² that Assumption 2 admits; σ_b = 0 for some."""

VARIANCES = ("gamma_w2", "gamma_b2", "sigma_w2", "sigma_b2")


def polynomial_cases(layers: Sequence[int], order: int) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Polynomial activations under Assumption 2, without and with γ_b, at these numbers of weight layers.

    The first few ask for the coefficient of index 0 alone, so that a counterexample can be as small as that.
    """

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        drawn = [",".join(str(int(c)) for c in [*rng.integers(-2, 3, 2), 1]) for _ in range(budget.of(1, 6, 20))]
        shapes = [*SHAPES, *((shape, "1/20") for shape in drawn)]
        small = [(max(2, min(layers)), 0, g, shape) for g in ("0", "1/3") for shape in SHAPES[:2]]
        full = [(count, order, g, shape) for count in layers for g in ("0", "1/3") for shape in shapes]
        return [
            {"activation": f"polynomial({c})", "gamma_b2": g, "sigma_w2": s, "layers": count, "order": last}
            for count, last, g, (c, s) in small + full
        ]

    return instances


def general_cases(layers: Sequence[int], order: int) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Polynomial activations at variances that need not be 1."""

    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        variances = [("1/2", "0"), ("3/2", "1/2"), ("1", "1/4")]
        return [
            {"activation": f"polynomial({c})", **dict(zip(VARIANCES, (w, b, "1/4", "1/10"), strict=True)), **depth}
            for depth in ({"layers": count, "order": order} for count in layers)
            for w, b in variances
            for c in ("0,1", "0,0,1", "1,-1/2,1/3")
        ]

    return instances


def polynomial(name: str) -> tuple[Fraction, ...]:
    """Return the coefficients of a polynomial activation, constant term first."""
    found = phi_of(name).polynomial
    if found is None:
        raise ValueError(f"activation={name}: expected a polynomial")
    return found


def exact_variances(instance: Instance) -> dict[str, Fraction]:
    """Return the four variances: those given, or those of Assumption 2."""
    given = instance if "gamma_w2" in instance else bindings(instance)
    return {name: Fraction(str(given[name])) for name in VARIANCES}


def rational_variances(instance: Instance) -> dict[str, Any]:
    """Return the four variances as what a formula binds."""
    return {name: rational(number) for name, number in exact_variances(instance).items()}


@cache
def _layers(name: str, variances: tuple[Fraction, ...], count: int) -> tuple[Layer, ...]:
    return layer_kernels(polynomial(name), HyperParameters(*variances), count)


def exact_layers(instance: Instance) -> tuple[Layer, ...]:
    """Return the kernels of the layers, from (11) and (12) with exact moments."""
    return _layers(instance["activation"], tuple(exact_variances(instance).values()), instance["layers"])


def layer_series(which: str) -> Callable[[Instance, Rng], Sequence[Any]]:
    """The coefficients 0, …, order of a kernel of the last layer, such as ``covariance``, by exact moments."""

    def measured(instance: Instance, _: Rng) -> Sequence[Any]:
        series = getattr(exact_layers(instance)[-1], which)
        return [series[p] for p in range(instance["order"] + 1)]

    return measured


@cache
def _limit(name: str, variances: tuple[Fraction, ...], layers: int) -> tuple[Fraction, ...]:
    return limit_kernel(polynomial(name), HyperParameters(*variances), layers)


def network_series(instance: Instance) -> Sequence[Fraction]:
    """The coefficients of Θ in powers of the correlation, in the wide limit of networks."""
    return _limit(instance["activation"], tuple(exact_variances(instance).values()), instance["layers"])


def limit_series(instance: Instance, rng: Rng) -> Sequence[Any]:
    """The coefficients of Θ: of networks where these reach, that is, for at most 3 layers and degree 2."""
    name, layers = instance["activation"], instance["layers"]
    if not 2 <= layers <= 3 or len(polynomial(name)) > 3:
        return layer_series("kernel")(instance, rng)
    found = network_series(instance)
    return [rational(found[p]) if p < len(found) else fmpq(0) for p in range(instance["order"] + 1)]


@cache
def exact_mu(name: str, k: int, variance: Any = 1) -> Any:
    """Return μ_k of φ(√variance x), as a root of a rational."""
    if k < 0:
        raise IndexError(f"k={k}: expected an index of at least 0")
    total: Any = fmpq(0)
    for n, c in enumerate(polynomial(name)):
        if c and n >= k:
            total = rational(c) * root(rational(variance) ** n) * evaluate(monomial_coefficient(n, k), {}) + total
    return total


Rows = Callable[[int], Sequence[Any]]


def recursive_rows(instance: Instance, value: Evaluate, first: Sequence[Any]) -> Rows:
    """Return l ↦ (α_{0,l}, α_{1,l}, …) by the formula of α_{p,l}, from the row of l = 1; see ``bound``."""
    size = max(instance["order"], len(polynomial(instance["activation"]))) + 1
    found: dict[int, list[Any]] = {1: [*first, *[fmpq(0)] * size][:size]}

    def rows(layer: int) -> Sequence[Any]:
        if layer < 1:
            raise IndexError(f"l={layer}: expected a layer from 1")
        if layer not in found:
            found[layer] = [value(p=p, l=layer, **bound(instance, rows, layer)) for p in range(size)]
        return found[layer]

    return rows


def bound(instance: Instance, rows: Rows, layer: int) -> dict[str, Any]:
    """Return what a formula of layer l needs: the variances, μ_k, F(p, k, l), α_{k,l}, and where k ends."""
    name = instance["activation"]

    def entry(k: int, at: int) -> Any:
        if not (0 <= k < len(rows(1)) and at < layer):
            raise IndexError(f"alpha({k}, {at}): expected a coefficient of a layer below {layer}")
        return rows(at)[k]

    def power(p: int, k: int, below: int) -> Any:
        if not (0 <= p < len(rows(1)) and k >= 0 and below < layer):
            raise IndexError(f"F({p}, {k}) of layer {below}: expected indices of at least 0 and a layer below {layer}")
        return (fmpq_poly(list(rows(below))) ** k)[p]

    return {
        "F": power,
        "alpha": entry,
        "mu": lambda k: exact_mu(name, k),
        "oo": len(polynomial(name)) - 1,
        **rational_variances(instance),
    }
