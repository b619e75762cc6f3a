"""Ball, complex and NumPy evaluators of one tree: they agree, they enclose, and they give nothing at singularities."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import acb, arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from eigenlaw.numerics.activation import acb_value, arb_constant, arb_value
from eigenlaw.numerics.arrays import numpy_function
from eigenlaw.numerics.precision import working
from eigenlaw.theory.activations import activation
from eigenlaw.theory.parse import parse_expression

SMOOTH = (
    "tanh", "sigmoid", "softplus", "silu", "gelu", "erf(1/2)", "gaussian(2)", "sin(2)", "cos", "exp(1/2)",
    "hermite(5)", "x**-3 + atan(x)", "1/(4 + x**2)", "sqrt(4 + x**2)", "log(5 + x)", "asin(x/5)*acos(x/5)",
    "(5 + x)**(1/3)", "cosh(x) - sinh(x)", "erfc(x)", "tan(x/4)",
)  # fmt: skip
KINKED = ("relu", "leaky_relu(0.1)", "abs", "elu", "selu", "hard_tanh", "rectified_monomial(2)", "sign", "heaviside")
DYADIC = st.integers(-255, 255).filter(lambda n: n % 64).map(lambda n: Fraction(n, 64))


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SMOOTH + KINKED), DYADIC)
def test_real_balls_and_numpy_agree(name: str, place: Fraction) -> None:
    tree = activation(name).tree
    ball = arb_value(tree, arb(fmpq(place.numerator, place.denominator)))
    found = np.broadcast_to(numpy_function(tree)(np.array([float(place)])), 1)
    assert ball.is_finite()
    assert float(found[0]) == pytest.approx(float(ball.mid()), rel=1e-12, abs=1e-13)


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SMOOTH), DYADIC)
def test_complex_balls_agree_with_real_ones_on_the_line(name: str, place: Fraction) -> None:
    tree = activation(name).tree
    x = arb(fmpq(place.numerator, place.denominator))
    complex_value = acb_value(tree, acb(x))
    assert complex_value.is_finite()
    assert complex_value.real.overlaps(arb_value(tree, x))
    assert complex_value.imag.contains(0)
    assert complex_value.rad() < 1e-9 * (1 + abs(complex_value))


MPMATH = {
    "tanh(x)*exp(x/2)": lambda z: mpmath.tanh(z) * mpmath.exp(z / 2),
    "log(1 + exp(x))": lambda z: mpmath.log(1 + mpmath.exp(z)),
    "erf(x)/sqrt(5 + x)": lambda z: mpmath.erf(z) / mpmath.sqrt(5 + z),
    "asin(x/5) + atan(x/3) - acos(x/5)": lambda z: mpmath.asin(z / 5) + mpmath.atan(z / 3) - mpmath.acos(z / 5),
    "(7 + x)**(2/3)*erfc(x)": lambda z: (7 + z) ** (mpmath.mpf(2) / 3) * mpmath.erfc(z),
}


@pytest.mark.parametrize("text", MPMATH)
@pytest.mark.parametrize("place", [complex(0.5, 0.75), complex(-1.25, 0.5), complex(2, -1)])
def test_complex_values_agree_with_mpmath(text: str, place: complex) -> None:
    with working(200), mpmath.workdps(50):
        found = acb_value(parse_expression(text), acb(place.real, place.imag))
        expected = MPMATH[text](mpmath.mpc(place))
        size = acb(str(expected.real), str(expected.imag)) - found
        assert abs(size) < arb("1e-45") * (1 + abs(found))
        assert found.rad() < arb("1e-45") * (1 + abs(found))


@settings(deadline=None, max_examples=80)
@given(
    st.sampled_from([*SMOOTH, *KINKED, "x**2", "x**4 - x**3"]),
    st.floats(-3, 3, allow_nan=False),
    st.floats(0.001, 1),
    st.floats(-1, 1),
)
def test_a_ball_of_arguments_encloses_every_value(name: str, middle: float, radius: float, part: float) -> None:
    tree = activation(name).tree
    ball = arb_value(tree, arb(middle, radius))
    inner = arb_value(tree, arb(middle) + arb(part) * arb(radius))
    if ball.is_finite():
        assert ball.overlaps(inner)
        assert ball.lower() <= inner.upper()
    else:
        assert name == "x**-3 + atan(x)"
        assert abs(middle) <= radius


@pytest.mark.parametrize("n", [2, 3, 7])
def test_powers_at_a_ball_around_zero_are_enclosed(n: int) -> None:
    ball = arb_value(parse_expression(f"x**{n}"), arb(0, 0.5))
    assert ball.is_finite()
    assert ball.contains(arb(0.5) ** n)
    assert abs(ball) < 0.51**n


@pytest.mark.parametrize(
    ("text", "middle"),
    [("1/x", 0), ("x**-2", 0), ("log(x)", 0), ("log(x)", -1), ("sqrt(x)", 0), ("x**(1/3)", 0), ("tan(x)", 1.57),
     ("asin(x)", 1), ("acos(x)", -1), ("1/sin(x)", 3.1), ("log(x - pi)", 3.2)],
)  # fmt: skip
def test_real_boxes_over_singularities_are_not_finite(text: str, middle: float) -> None:
    assert not arb_value(parse_expression(text), arb(middle, 0.1)).is_finite()


@pytest.mark.parametrize(
    ("text", "centre"),
    [("tanh(x)", 1.57j), ("sigmoid(x)", 3.14j), ("log(1 + exp(x))", 3.14j), ("log(1 + exp(x))", 1 + 3.14j), ("1/x", 0),
     ("log(x)", -2), ("sqrt(x)", -1), ("x**(1/3)", -1), ("x**(-1/2)", 0), ("asin(x)", 2), ("acos(x)", -2),
     ("atan(x)", 2j), ("atan(x)", -1j), ("tan(x)", 1.57), ("1/(1 + x**2)", 1j), ("sqrt(1 + x**2)", 2j),
     ("x**pi", -1), ("1/cosh(x)", 1.57j)],
)  # fmt: skip
def test_complex_boxes_over_poles_and_cuts_are_not_finite(text: str, centre: complex) -> None:
    tree = parse_expression(text)
    centre = complex(centre)
    box = acb(arb(centre.real, 0.05), arb(centre.imag, 0.05))
    assert not acb_value(tree, box).is_finite()
    aside = acb(arb(centre.real + 0.3, 0.02), arb(centre.imag + 0.2, 0.02))
    assert acb_value(tree, aside).is_finite()


def test_balls_across_a_breakpoint_are_unions_of_the_pieces() -> None:
    relu = activation("relu").tree
    assert arb_value(relu, arb(-1, 0.5)) == 0
    assert arb_value(relu, arb(2)) == 2
    across = arb_value(relu, arb(0, 1))
    assert across.contains(0)
    assert across.contains(1)
    jump = arb_value(activation("sign").tree, arb(0))
    assert jump.contains(1)
    assert jump.contains(-1)
    far = arb_value(parse_expression("1/x if x > 1 else 0"), arb(0.5, 0.2))
    assert far == 0
    at_pi = arb_value(parse_expression("x if x < pi else -x"), arb.pi())
    assert at_pi.contains(arb.pi())
    assert at_pi.contains(-arb.pi())


def test_a_number_that_is_none_has_no_value() -> None:
    for name in ("relu", "tanh", "sign", "monomial(2)"):
        assert not arb_value(activation(name).tree, arb("nan")).is_finite() or name == "sign"
    with pytest.raises(TypeError, match="piecewise"):
        acb_value(activation("relu").tree, acb(1))


def test_constants_have_the_working_precision() -> None:
    tree = parse_expression("sqrt(2)*pi/3 + exp(1)**2 - erfc(1/2)")
    with working(400):
        found = arb_constant(tree)
        with mpmath.workdps(110):
            expected = mpmath.sqrt(2) * mpmath.pi / 3 + mpmath.e**2 - mpmath.erfc(mpmath.mpf(1) / 2)
            assert abs(found - arb(mpmath.nstr(expected, 105))) < arb("1e-100")
    assert found.rad() < arb("1e-110")


def test_arrays_of_rationals_stay_exact() -> None:
    f = numpy_function(parse_expression("max(x, x/3)**2 + 1/2 - 2*x**-2"))
    exact = f(np.array([Fraction(-3, 2), Fraction(2, 5)], dtype=object))
    assert exact.tolist() == [
        Fraction(1, 4) + Fraction(1, 2) - Fraction(8, 9),
        Fraction(4, 25) + Fraction(1, 2) - Fraction(25, 2),
    ]
    with pytest.raises(TypeError, match="irrational"):
        numpy_function(parse_expression("pi*x"))(np.array([Fraction(1)], dtype=object))


def test_numpy_takes_the_right_piece_beside_a_breakpoint() -> None:
    f = numpy_function(parse_expression("0 if x < sqrt(2) else 1"))
    below = math.nextafter(math.sqrt(2), 0)
    assert f(np.array([below, math.nextafter(math.sqrt(2), 2)])).tolist() == [0, 1]
