"""Unit variance: (16)-(20), for networks with polynomial activations exactly."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq, fmpq_poly

from eigenlaw.theory import layers
from eigenlaw.verify.averages import polynomial_derivative
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational, symbols, undefined
from eigenlaw.verify.limits import pair_mean
from eigenlaw.verify.papers.murray.polynomial_layers import polynomial, rational_variances
from eigenlaw.verify.papers.murray.wide_limits import (
    CUBIC,
    LONG,
    LOUD,
    UNIT,
    UNIT_NORM,
    at_top,
    below,
    network_covariance,
    network_slope,
    network_variance,
    off_unit_cases,
    pair_cases,
    unit_cases,
)
from eigenlaw.verify.surds import root


def _moments(instance: Instance, slopes: bool) -> Callable[[Any, Any], Any]:
    """(v, z) ↦ E[φ(U)φ(V)], or of φ', at variance v and correlation z."""
    phi = polynomial(instance["activation"])
    factor = polynomial_derivative(phi) if slopes else phi

    def mean(v: Any, z: Any) -> Any:
        variance = rational(v)
        return pair_mean(factor, factor, variance, variance * z, variance)

    return mean


# (16) and (17)


def _variance_printed() -> Any:
    """(16)."""
    sigma_w2, sigma_b2, q = symbols("sigma_w2 sigma_b2 q")
    return sigma_w2 * undefined("E")(q) + sigma_b2


def _by_variance(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """V at Σ^(l−1)(x, x) of the networks."""
    top, mean = instance["layers"], _moments(instance, slopes=False)

    def variance(layer: int) -> Any:
        return network_variance(instance, below(layer, top))

    given = rational_variances(instance)
    return [value(q=variance(top - 1), l=top, v=variance, E=lambda q: mean(q, fmpq(1)), **given)]


# (18) and (19)


def _correlation(instance: Instance, layer: int) -> Any:
    """ρ^(l)(x, y) of networks, as (18) defines it."""
    product = network_variance(instance, layer, "x") * network_variance(instance, layer, "y")
    return network_covariance(instance, layer) / root(product)


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def _correlation_printed() -> Any:
    """(19) at ρ^(l−1)."""
    layer, sigma_w2, sigma_b2 = symbols("l sigma_w2 sigma_b2")
    return sigma_w2 * undefined("E")(undefined("rho")(layer - 1)) + sigma_b2


def _by_correlation(instance: Instance, value: Evaluate) -> Sequence[Any]:
    top, mean = instance["layers"], _moments(instance, slopes=False)
    given = {
        "rho": lambda layer: _correlation(instance, below(layer, top)),
        "v": lambda layer: network_variance(instance, below(layer, top)),
        "E": lambda z: mean(fmpq(1), rational(z)),
        "R": lambda v, z: mean(v, rational(z)),
    }
    return [value(l=top, **given, **rational_variances(instance))]


POINTS = ("-1", "-3/4", "-1/3", "0", "1/2", "1")


def _map_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [{**instance, "rho": list(POINTS)} for instance in unit_cases((2,), CUBIC)(budget, rng)]


def correlation_map(instance: Instance) -> fmpq_poly:
    """R(ρ) as a polynomial."""
    given, phi = rational_variances(instance), polynomial(instance["activation"])
    return given["sigma_w2"] * pair_mean(phi, phi, fmpq(1), fmpq_poly([0, 1]), fmpq(1)) + given["sigma_b2"]


def _map_sizes(instance: Instance, _: Rng) -> Sequence[Any]:
    R = correlation_map(instance)
    return [abs(R(rational(Fraction(rho)))) for rho in instance["rho"]]


def _fixed_point(instance: Instance, _: Rng) -> Sequence[Any]:
    """R(1), and V(1) as Σ^(2)(x, x) of networks."""
    return [correlation_map(instance)(fmpq(1)), network_variance(instance, 2)]


# (20)


def _map_slopes(instance: Instance, _: Rng) -> Sequence[Any]:
    derivative = correlation_map(instance).derivative()
    return [derivative(rational(Fraction(rho))) for rho in instance["rho"]]


def _slope_printed() -> Any:
    """(20)."""
    sigma_w2, rho = symbols("sigma_w2 rho")
    return sigma_w2 * undefined("E")(rho)


def _slope_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    mean, weight = _moments(instance, slopes=True), rational_variances(instance)["sigma_w2"]
    return [value(rho=Fraction(r), E=lambda z: mean(fmpq(1), rational(z)), sigma_w2=weight) for r in instance["rho"]]


def _slope_at_layer_printed() -> Any:
    """The display after (20)."""
    (layer,) = symbols("l")
    return undefined("R'")(undefined("rho")(layer))


def _by_slope(reach: int) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    """R' at correlations of the networks, of layers up to l + reach."""

    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        top, phi, given = instance["layers"], polynomial(instance["activation"]), rational_variances(instance)

        def slope(v: Any, z: Any) -> Any:
            v = rational(v)
            series = given["sigma_w2"] * pair_mean(phi, phi, v, fmpq_poly([0, v]), v)
            return series.derivative()(rational(z))

        def rho(layer: int) -> Any:
            return _correlation(instance, below(layer, top + reach + 1))

        def variance(layer: int) -> Any:
            return network_variance(instance, below(layer, top))

        return [value(l=top, rho=rho, v=variance, dR=slope, **{"R'": lambda z: slope(fmpq(1), z)})]

    return predicted


ANY = pair_cases((2, 3, 4, 5))
UNIT_CASES = unit_cases((2, 3, 4, 5))
SLOPE_CASES = unit_cases((2, 3), CUBIC)
SIGMA, SLOPE = r"\Sigma^{(l)}(x,y)", r"\dot\Sigma^{(l)}(x,y)"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-16.1",
        "printed",
        "(16), (17)",
        r"\Sigma^{(l)}(x,x)",
        Formula(_variance_printed),
        Value(ANY, _by_variance, lambda i, _: [network_variance(i, i["layers"])]),
        note="For inputs of any norm and all variances; exact in the wide limit of networks.",
    ),
    Claim(
        "murray:eq-16.1",
        "new",
        "(16), (17) in eigenlaw.theory",
        r"\Sigma^{(l)}(x,x)",
        Formula(layers.variance_law, derived=True),
        Value(ANY, _by_variance, lambda i, _: [network_variance(i, i["layers"])]),
    ),
    Claim(
        "murray:eq-18.1",
        "printed",
        "(18), ρ^{(l)} is a correlation",
        r"|\rho^{(l)}(x,y)|",
        Formula(_one),
        Value(
            pair_cases((1, 2, 3, 4)), lambda _, value: [value()], lambda i, _: [abs(_correlation(i, i["layers"]))], "<="
        ),
    ),
    Claim(
        "murray:eq-18.2",
        "printed",
        "(19), ρ^{(l)} = R(ρ^{(l-1)})",
        r"\rho^{(l)}(x,y)",
        Formula(_correlation_printed),
        Value(UNIT_CASES, _by_correlation, at_top(_correlation), controls=(LONG, LOUD)),
        (UNIT,),
    ),
    Claim(
        "murray:eq-18.2",
        "new",
        "(18), (19) off unit variance",
        r"\rho^{(l)}(x,y)",
        Formula(layers.correlation_law, derived=True),
        Value(lambda b, r: [*UNIT_CASES(b, r), *off_unit_cases((2, 3))(b, r)], _by_correlation, at_top(_correlation)),
        (UNIT_NORM,),
    ),
    Claim(
        "murray:eq-18.3",
        "printed",
        "R(1) = V(1) = 1",
        r"R(1),\ V(1)",
        Formula(_one),
        Value(unit_cases((2,), CUBIC), lambda _, value: [value(), value()], _fixed_point, controls=(LOUD,)),
        (UNIT,),
    ),
    Claim(
        "murray:eq-18.4",
        "printed",
        "(19), R maps [−1, 1] to itself",
        r"|R(\rho)|",
        Formula(_one),
        Value(_map_cases, lambda i, value: [value() for _ in i["rho"]], _map_sizes, "<="),
        (UNIT,),
    ),
    Claim(
        "murray:eq-20.1",
        "printed",
        "(20)",
        r"R'(\rho)",
        Formula(_slope_printed),
        Value(_map_cases, _slope_value, _map_slopes),
        (UNIT,),
    ),
    Claim(
        "murray:eq-20.3",
        "printed",
        "the display after (20)",
        SLOPE,
        Formula(_slope_at_layer_printed),
        Value(unit_cases((2, 3)), _by_slope(0), at_top(network_slope)),
        (UNIT,),
        note="Σ̇^{(l)} is R' at the correlation of the layer below, ρ^{(l-1)}.",
    ),
    Claim(
        "murray:eq-20.3",
        "corrected",
        "the display after (20), with ρ^{(l-1)}; off unit variance too",
        SLOPE,
        Formula(layers.slope_of_correlation, derived=True),
        Value(
            lambda b, r: [*SLOPE_CASES(b, r), *off_unit_cases((2, 3), CUBIC[0])(b, r)],
            _by_slope(-1),
            at_top(network_slope),
        ),
        (UNIT_NORM,),
    ),
)
