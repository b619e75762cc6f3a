"""The range of the kernels of each layer and the trace: Lemma A.2 and Corollary A.3, for polynomial activations."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from operator import mul
from typing import Any

from flint import fmpq, fmpq_poly

from eigenlaw.theory import layers
from eigenlaw.verify.averages import polynomial_derivative
from eigenlaw.verify.claim import Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational, symbols, undefined
from eigenlaw.verify.limits import pair_mean
from eigenlaw.verify.papers.murray.polynomial_layers import network_series, polynomial, rational_variances
from eigenlaw.verify.papers.murray.unit_variance import correlation_map
from eigenlaw.verify.papers.murray.wide_limits import (
    CUBIC,
    LONG,
    LOUD,
    UNIT,
    UNIT_PAIRS,
    alone,
    at_top,
    inputs_of,
    network_covariance,
    network_kernel,
    network_slope,
    network_variance,
    off_unit,
    sum_of_squares,
    unit_cases,
    unit_instance,
)

LOUD_PAIR: Instance = off_unit(sigma_w2="1", y=["1", "0"])
STEEP: Instance = unit_instance("0,1", "1/2", "0", 3, UNIT_PAIRS[0])
UNIT_CASES = unit_cases((2, 3, 4, 5))
SLOPE_CASES = unit_cases((2, 3), CUBIC)

# Lemma A.2


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def _no_symbols(_instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value()]


def _size_of(quantity: Callable[[Instance, int], Any]) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: [abs(quantity(instance, instance["layers"]))]


def _chi() -> Any:
    (chi,) = symbols("chi")
    return chi


def _chi_of(instance: Instance) -> Fraction:
    return Fraction(instance["sigma_w2"]) * sum_of_squares(polynomial_derivative(polynomial(instance["activation"])))


def _chi_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(chi=_chi_of(instance), l=instance["layers"])]


def _negative(quantity: Callable[[Instance, int], Any]) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: [-quantity(instance, instance["layers"])]


def _greatest_negative(*, slopes: bool) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        phi, given = polynomial(instance["activation"]), rational_variances(instance)
        f = polynomial_derivative(phi) if slopes else phi
        odd = [c if k % 2 else Fraction(0) for k, c in enumerate(f)]
        mean = pair_mean(f, (Fraction(1),), fmpq(1), fmpq(1), fmpq(1))
        constant = fmpq(0) if slopes else given["sigma_b2"]
        return [value(mean=mean, odd=sum_of_squares(odd), b=constant, sigma_w2=given["sigma_w2"])]

    return predicted


def _dot_product() -> Any:
    (product,) = symbols("xy")
    return undefined("Theta")(product)


def _by_dot_product(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """Θ as a polynomial in c, of networks with inputs (1, 0) and (c, s), at c = x·y."""
    theta = fmpq_poly([rational(c) for c in network_series(instance)])
    x, y = inputs_of(instance)
    return [value(xy=sum(map(mul, x, y), Fraction(0)), Theta=lambda c: theta(rational(c)))]


def _nested_printed() -> Any:
    (product,) = symbols("xy")
    return undefined("R")(product)


def _nested_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The innermost R of R(…R(R(x·y))), which is Σ^(2)."""
    R, (x, y) = correlation_map(instance), inputs_of(instance)
    return [value(xy=sum(map(mul, x, y), Fraction(0)), R=lambda z: R(rational(z)))]


def _by_first_correlation(instance: Instance, value: Evaluate) -> Sequence[Any]:
    given, phi, (x, y) = rational_variances(instance), polynomial(instance["activation"]), inputs_of(instance)
    first = {1: given["gamma_w2"] * rational(sum(map(mul, x, y), Fraction(0))) + given["gamma_b2"]}

    def dual(v: Any, z: Any) -> Any:
        return pair_mean(phi, phi, rational(v), rational(v) * rational(z), rational(v))

    return [value(l=2, rho=first.__getitem__, v={1: fmpq(1)}.__getitem__, R=dual, **given)]


# Corollary A.3


def _trace(instance: Instance, _: Rng) -> Sequence[Any]:
    """Tr(K_l) = (1/n) Σ_i Θ^(l)(x_i, x_i) on the two inputs."""
    kernels = [network_kernel(alone(instance, which), instance["layers"]) for which in "xy"]
    return [sum(kernels, fmpq(0)) / 2]


def _depth() -> Any:
    (layer,) = symbols("l")
    return layer


CHI_ONE = Hypothesis(r"\chi=1", lambda i: _chi_of(i) == 1)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:lem-a.2.1",
        "printed",
        "Lemma A.2, entries of G_l",
        r"|[G_l]_{ij}|",
        Formula(_one),
        Value(unit_cases((1, 2, 3, 4)), _no_symbols, _size_of(network_covariance), "<=", controls=(LOUD_PAIR,)),
        (UNIT,),
    ),
    Claim(
        "murray:lem-a.2.1",
        "sharp",
        "Lemma A.2, the greatest negative entry of G_l, attained by activations that are odd up to a constant",
        r"-[G_l]_{ij}",
        Formula(layers.greatest_negative_mean, derived=True),
        Value(UNIT_CASES, _greatest_negative(slopes=False), _negative(network_covariance), "<="),
        (UNIT,),
    ),
    Claim(
        "murray:lem-a.2.2",
        "printed",
        "Lemma A.2, diagonal of G_l",
        r"[G_l]_{ii}",
        Formula(_one),
        Value(
            unit_cases((1, 2, 3, 4)),
            _no_symbols,
            lambda i, _: [network_variance(i, i["layers"])],
            controls=(LONG, LOUD),
        ),
        (UNIT,),
    ),
    Claim(
        "murray:lem-a.2.3",
        "printed",
        "Lemma A.2, entries of Ġ_l",
        r"|[\dot G_l]_{ij}|",
        Formula(_chi),
        Value(SLOPE_CASES, _chi_value, _size_of(network_slope), "<="),
        (UNIT,),
    ),
    Claim(
        "murray:lem-a.2.3",
        "sharp",
        "Lemma A.2, the greatest negative entry of Ġ_l, attained by activations that are even up to a linear term",
        r"-[\dot G_l]_{ij}",
        Formula(layers.greatest_negative_mean, derived=True),
        Value(SLOPE_CASES, _greatest_negative(slopes=True), _negative(network_slope), "<="),
        (UNIT,),
    ),
    Claim(
        "murray:lem-a.2.4",
        "printed",
        "Lemma A.2, diagonal of Ġ_l",
        r"[\dot G_l]_{ii}",
        Formula(_chi),
        Value(SLOPE_CASES, _chi_value, lambda i, _: [network_slope(alone(i), i["layers"])], controls=(LONG,)),
        (UNIT,),
    ),
    Claim(
        "murray:lem-a.2.5",
        "printed",
        "Lemma A.2, Θ is a function of x·y",
        r"\Theta^{(l)}(x,y)",
        Formula(_dot_product),
        Value(unit_cases((2, 3)), _by_dot_product, at_top(network_kernel), controls=(LONG,)),
        (UNIT,),
    ),
    Claim(
        "murray:lem-a.2.6",
        "printed",
        "proof of Lemma A.2, Σ^{(l)} = R(…R(R(x·y)))",
        r"\Sigma^{(2)}(x,y)",
        Formula(_nested_printed),
        Value(unit_cases((2,), CUBIC), _nested_value, at_top(network_covariance)),
        (UNIT,),
        note="The innermost argument is ρ^{(1)} = γ_w² x·y + γ_b²; the print has its value for γ_b = 0.",
    ),
    Claim(
        "murray:lem-a.2.6",
        "corrected",
        "proof of Lemma A.2, with ρ^{(1)}",
        r"\Sigma^{(2)}(x,y)",
        Formula(layers.correlation_law, derived=True),
        Value(unit_cases((2,), CUBIC), _by_first_correlation, at_top(network_covariance)),
        (UNIT,),
    ),
    Claim(
        "murray:cor-a.3.1",
        "printed",
        "Corollary A.3 (21)",
        r"\mathrm{Tr}(K_l)",
        Formula(_depth),
        Value(UNIT_CASES, lambda i, value: [value(l=i["layers"])], _trace, controls=(STEEP,)),
        (UNIT, CHI_ONE),
    ),
    Claim(
        "murray:cor-a.3.1",
        "sharp",
        "Corollary A.3 for every χ",
        r"\mathrm{Tr}(K_l)",
        Formula(layers.trace_law, derived=True),
        Value(UNIT_CASES, _chi_value, _trace, controls=(LONG,)),
        (UNIT,),
    ),
)
