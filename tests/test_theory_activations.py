"""The catalogue of activations: conventions, parity, breakpoints, poles, and parameters that cannot be used."""

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from flint import acb, arb
from scipy import integrate, stats

from eigenlaw.numerics.activation import acb_value, arb_constant
from eigenlaw.numerics.arrays import numpy_function
from eigenlaw.theory.activations import CATALOGUE, activation
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import constant_float
from eigenlaw.theory.parse import parse_expression

E1 = math.erfc(1 / math.sqrt(2)) * math.sqrt(math.e)
SELU_ALPHA, SELU_LAMBDA = 1.6732632423543772, 1.0507009873554805  # Klambauer et al. 2017, to sixteen digits

MEANS: dict[str, Callable[[float], float]] = {
    "linear": lambda x: x,
    "relu": lambda x: max(x, 0),
    "leaky_relu": lambda x: x if x > 0 else x / 100,
    "leaky_relu(0.2)": lambda x: x if x > 0 else 0.2 * x,
    "abs": abs,
    "heaviside": lambda x: float(x > 0),
    "sign": lambda x: math.copysign(1, x),
    "monomial(3)": lambda x: x**3,
    "monomial(0)": lambda _: 1,
    "rectified_monomial(2)": lambda x: max(x, 0) ** 2,
    "polynomial(1,-1/2,1/3)": lambda x: 1 - x / 2 + x * x / 3,
    "hermite(3)": lambda x: (x**3 - 3 * x) / math.sqrt(6),
    "hermite(4)": lambda x: (x**4 - 6 * x**2 + 3) / math.sqrt(24),
    "erf": math.erf,
    "erf(1/2)": lambda x: math.erf(x / 2),
    "gelu": lambda x: x * stats.norm.cdf(x),
    "tanh": math.tanh,
    "tanh(3)": lambda x: math.tanh(3 * x),
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "silu": lambda x: x / (1 + math.exp(-x)),
    "elu": lambda x: x if x > 0 else math.expm1(x),
    "elu(1/2)": lambda x: x if x > 0 else math.expm1(x) / 2,
    "selu": lambda x: SELU_LAMBDA * (x if x > 0 else SELU_ALPHA * math.expm1(x)),
    "gaussian": stats.norm.pdf,
    "gaussian(2)": lambda x: stats.norm.pdf(x, scale=2),
    "sin(2)": lambda x: math.sin(2 * x),
    "cos": math.cos,
    "exp(1/2)": lambda x: math.exp(x / 2),
    "hard_tanh": lambda x: min(1, max(-1, x)),
}
PLACES = np.array([-2.75, -1.5, -0.3, 0.4, 1.25, 3.0])


def test_every_family_is_covered_here() -> None:
    covered = {name.partition("(")[0] for name in MEANS}
    assert covered == set(CATALOGUE)


@pytest.mark.parametrize("name", MEANS)
def test_the_convention_of_each_name(name: str) -> None:
    found = np.broadcast_to(numpy_function(activation(name).tree)(PLACES), PLACES.shape)
    np.testing.assert_allclose(found, [MEANS[name](x) for x in PLACES], rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("name", MEANS)
def test_names_are_read_back_and_compare_equal(name: str) -> None:
    phi = activation(name)
    assert activation(phi.name) == phi
    assert activation(phi) is phi
    assert str(phi) == phi.name
    assert phi.convention


@pytest.mark.parametrize("name", MEANS)
def test_parity_is_proved_exactly_where_the_values_show_one(name: str) -> None:
    f = MEANS[name]
    shown = None
    for kind, factor in (("even", 1), ("odd", -1)):
        if all(math.isclose(f(x), factor * f(-x), rel_tol=1e-12, abs_tol=1e-15) for x in PLACES):
            shown = kind
    assert activation(name).parity == shown


@pytest.mark.parametrize("name", MEANS)
def test_sympy_derivative_agrees_with_a_difference_quotient(name: str) -> None:
    import sympy

    phi = activation(name)
    (x,) = phi.expression().free_symbols or {sympy.Symbol("x", real=True)}
    slope = sympy.lambdify(x, phi.derivative(), modules=["scipy", "numpy"])
    h = 1e-5
    for place in PLACES:
        quotient = (MEANS[name](place + h) - MEANS[name](place - h)) / (2 * h)
        assert float(slope(place)) == pytest.approx(quotient, rel=1e-6, abs=1e-7)


@pytest.mark.parametrize(
    ("name", "places"),
    [("relu", [0]), ("hard_tanh", [-1, 1]), ("selu", [0]), ("sign", [0]), ("tanh", []), ("monomial(2)", [])],
)
def test_breakpoints(name: str, places: list[float]) -> None:
    assert [constant_float(b) for b in activation(name).breakpoints] == places


def test_what_the_catalogue_calls_kinked_has_breakpoints() -> None:
    for name in MEANS:
        words = CATALOGUE[name.partition("(")[0]].singularities
        assert bool(activation(name).breakpoints) == ("kink" in words or "jump" in words), name


def test_selu_has_mean_zero_and_second_moment_one() -> None:
    f = numpy_function(activation("selu").tree)

    def moment(power: int) -> float:
        def integrand(x: float) -> float:
            return float(f(np.array([x]))[0]) ** power * math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

        halves = [integrate.quad(integrand, *ends, epsabs=1e-13, epsrel=1e-13)[0] for ends in ((-12, 0), (0, 12))]
        return float(sum(halves))

    assert abs(moment(1)) < 1e-12
    assert abs(moment(2) - 1) < 1e-12


@pytest.mark.parametrize("name", [n for n in MEANS if activation(n).strip is not None])
def test_the_strip_is_the_distance_of_the_nearest_singularity(name: str) -> None:
    phi = activation(name)
    assert phi.strip is not None
    width = arb_constant(phi.strip)
    below, beyond = width * 0.999, width * 1.001
    for left in range(-6, 6):
        box = arb(left).union(arb(left + 1)) / 8
        steps = [acb(box, height) for height in _slices(below)]
        assert all(acb_value(phi.tree, z).is_finite() for z in steps)
    through = [acb(arb(0, 0.01), height) for height in _slices(beyond)]
    assert not all(acb_value(phi.tree, z).is_finite() for z in through)


def _slices(height: arb) -> list[arb]:
    """Cut [0, height] into thin balls."""
    return [(height * k / 400).union(height * (k + 1) / 400) for k in range(400)]


def test_entire_and_kinked_activations_have_no_strip() -> None:
    for name in MEANS:
        words = CATALOGUE[name.partition("(")[0]].singularities
        assert (activation(name).strip is not None) == ("±iπ" in words), name
    assert activation("x*tanh(x)").strip is None


def test_polynomials_are_exact() -> None:
    assert activation("polynomial(1,-1/2,0.25)").polynomial == (Fraction(1), Fraction(-1, 2), Fraction(1, 4))
    assert activation("monomial(2)").polynomial == (Fraction(0), Fraction(0), Fraction(1))
    assert activation("(x - 1)**2").polynomial == (Fraction(1), Fraction(-2), Fraction(1))
    assert activation("hermite(2)").polynomial is None  # sqrt(2) is not rational
    assert activation("relu").polynomial is None


def test_assumption_3_is_stated_only_where_known() -> None:
    assert activation("heaviside").assumption_3 is False
    assert activation("sign").assumption_3 is False
    assert activation("exp").assumption_3 is False
    assert activation("tanh").assumption_3 is True
    assert activation("x**3 - x").assumption_3 is True
    assert activation("x*tanh(x)").assumption_3 is None


def test_expressions_trees_and_sympy_are_accepted() -> None:
    import sympy

    z = sympy.Symbol("z")
    text = "x*tanh(x)"
    expected = activation(text)
    assert activation(parse_expression(text)) == expected
    assert activation(z * sympy.tanh(z)) == expected
    assert activation("tanh(x)**2").family == "expression"
    assert activation("exp(1)*(2)").family == "expression"
    assert activation("tanh( 1/2 )").parameters == (Fraction(1, 2),)
    with pytest.raises(InputError, match="single variable"):
        activation(z * sympy.Symbol("y"))
    with pytest.raises(InputError, match="parser knows"):
        activation(sympy.zeta(z))


BAD = (
    "relu6",
    "relu(1)",
    "monomial",
    "monomial()",
    "monomial(-1)",
    "monomial(1/2)",
    "monomial(101)",
    "monomial(1,2)",
    "hermite(101)",
    "rectified_monomial(0)",
    "tanh(0)",
    "tanh(-1)",
    "gaussian(0)",
    "gaussian(-1)",
    "erf(0)",
    "sin(0)",
    "leaky_relu(1/0)",
    "leaky_relu(0.1,)",
    "leaky_relu(1e999)",
    "leaky_relu(1e5e)",
    "leaky_relu(" + "1" * 50 + ")",
    "polynomial()",
    "polynomial(" + ",".join(["1"] * 102) + ")",
    "polynomial(1,,2)",
    "leaky_relu(nan)",
    "leaky_relu(inf)",
    "",
    "tanh(",
)


@pytest.mark.parametrize("spec", BAD)
def test_unusable_names_and_parameters_are_refused_in_one_line(spec: str) -> None:
    with pytest.raises(InputError) as caught:
        activation(spec)
    assert "\n" not in str(caught.value)
    assert "expected" in str(caught.value)


@pytest.mark.parametrize("spec", [None, 3, 1.5, ["relu"], b"relu"])
def test_what_is_no_activation_is_refused(spec: object) -> None:
    with pytest.raises(InputError, match="activation"):
        activation(spec)
