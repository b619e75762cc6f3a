"""Dual numbers against numerical differentiation at 40 digits, exact polynomials and known branches."""

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from scipy import special

from eigenlaw.numerics.arrays import numpy_function
from eigenlaw.theory.activations import activation
from eigenlaw.verify.dual_numbers import Dual, derivative, evaluated, filled

POINTS = np.array([-0.9, -0.37, 0.11, 0.5, 0.83])


def numerical_slopes(phi: Any, points: np.ndarray[Any, Any]) -> list[float]:
    with mpmath.workdps(40):
        return [float(mpmath.diff(phi, mpmath.mpf(float(point)))) for point in points]


@pytest.mark.parametrize(
    ("ufunc", "reference"),
    [
        (np.exp, mpmath.exp),
        (np.sin, mpmath.sin),
        (np.cos, mpmath.cos),
        (np.tan, mpmath.tan),
        (np.sinh, mpmath.sinh),
        (np.cosh, mpmath.cosh),
        (np.tanh, mpmath.tanh),
        (np.arcsin, mpmath.asin),
        (np.arccos, mpmath.acos),
        (np.arctan, mpmath.atan),
        (special.erf, mpmath.erf),
        (special.erfc, mpmath.erfc),
        (np.negative, lambda x: -x),
        (np.positive, lambda x: x),
        (lambda x: np.sqrt(x + 2), lambda x: mpmath.sqrt(x + 2)),
        (lambda x: np.log(x + 2), lambda x: mpmath.log(x + 2)),
        (lambda x: x**5 - 2 * x, lambda x: x**5 - 2 * x),
        (lambda x: np.power(x + 2, -1.5), lambda x: (x + 2) ** mpmath.mpf(-1.5)),
        (lambda x: 3 / (x * x + 1), lambda x: 3 / (x * x + 1)),
        (lambda x: (x - 3) / (2 - x), lambda x: (x - 3) / (2 - x)),
        (lambda x: x / 4 + x * np.exp(-x) * np.sin(3 * x), lambda x: x / 4 + x * mpmath.exp(-x) * mpmath.sin(3 * x)),
    ],
)
def test_slope_is_the_derivative(ufunc: Any, reference: Any) -> None:
    value, slope = derivative(ufunc, POINTS)
    np.testing.assert_array_equal(value, ufunc(POINTS))
    np.testing.assert_allclose(slope, numerical_slopes(reference, POINTS), rtol=2e-14)


SMOOTH = ["linear", "monomial(3)", "polynomial(1,2,3)", "hermite(4)", "erf(2)", "gelu", "tanh", "sigmoid", "softplus"]
SMOOTH += ["silu", "gaussian(2)", "sin(2)", "cos", "exp"]
KINKED = [
    "relu",
    "leaky_relu(1/10)",
    "abs",
    "rectified_monomial(2)",
    "elu(2)",
    "selu",
    "hard_tanh",
    "heaviside",
    "sign",
]


@pytest.mark.parametrize("name", SMOOTH + KINKED)
def test_slope_of_the_catalogue_by_finite_differences(name: str) -> None:
    phi = numpy_function(activation(name).tree)
    points, step = np.linspace(-2.95, 2.95, 60), 1e-5
    found, slope = derivative(phi, points)
    expected = (evaluated(phi, points + step) - evaluated(phi, points - step)) / (2 * step)
    np.testing.assert_allclose(found, evaluated(phi, points), rtol=1e-15)
    np.testing.assert_allclose(slope, expected, rtol=1e-7, atol=1e-8)


def test_rationals_are_exact() -> None:
    x = np.array([[Fraction(1, 3), Fraction(-2, 5)]], dtype=object)
    value, slope = derivative(lambda u: np.where(u < 0, u / 7, u**3 + 2 * u), x)
    assert value.tolist() == [[Fraction(1, 27) + Fraction(2, 3), Fraction(-2, 35)]]
    assert slope.tolist() == [[Fraction(1, 3) + 2, Fraction(1, 7)]]


@pytest.mark.parametrize("exact", [False, True])
def test_constants_and_steps_have_slope_zero(exact: bool) -> None:
    x = np.array([Fraction(-1), Fraction(1)], dtype=object) if exact else np.array([-1.0, 1.0])
    for phi, values in ((lambda u: 3, [3, 3]), (lambda u: np.where(u < 0, 0, 1), [0, 1]), (lambda u: u**0, [1, 1])):
        value, slope = derivative(phi, x)
        assert value.tolist() == values
        assert slope.tolist() == [0, 0]
        assert value.dtype == slope.dtype == x.dtype


def test_kink_takes_the_slope_of_the_branch_that_holds_it() -> None:
    x = np.array([0.0])
    assert derivative(lambda u: np.where(u < 0, 0, u), x)[1].tolist() == [1]
    assert derivative(lambda u: np.where(u > 0, u, 0), x)[1].tolist() == [0]


def test_branch_not_taken_may_leave_its_domain() -> None:
    value, slope = derivative(lambda u: np.where(u <= 0, u, np.sqrt(u) * np.log(u)), np.array([-1.0, 0.0, 1.0]))
    np.testing.assert_allclose(value, [-1, 0, 0])
    np.testing.assert_allclose(slope, [1, 1, 1])


def test_comparisons_are_plain_arrays() -> None:
    x = Dual(np.array([-1.0, 0.0, 2.0]), 1.0)
    found = [x < 0, x <= 0, x > 0, x >= 0, x == 0, x != 0]
    expected = ["100", "110", "001", "011", "010", "101"]
    assert ["".join(str(int(entry)) for entry in row) for row in found] == expected
    assert all(row.dtype == bool for row in found)


@pytest.mark.parametrize(
    ("phi", "message"),
    [
        (np.floor, "ufunc=floor"),
        (lambda u: 2**u, "constant exponent"),
        (lambda u: np.add(u, 1, where=np.array([True])), "without options"),
        (lambda u: np.add.reduce(u), "reduce"),
        (np.sum, "function=sum|reduce"),
        (lambda u: np.where(u, 1, 2), "function=where"),
    ],
)
def test_what_has_no_rule_is_refused(phi: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        derivative(phi, np.array([1.0]))


def test_dual_looks_like_an_array() -> None:
    x = Dual(np.zeros((2, 3)), 1.0)
    assert x.shape == (2, 3)
    assert x.ndim == 2
    assert x.dtype == np.dtype(np.float64)
    assert repr(Dual([1.0], 2.0)) == "Dual(array([1.]), array(2.))"
    with pytest.raises(TypeError, match="exact"):
        filled([0.5], np.array([Fraction(0)], dtype=object))
    assert filled(1, np.array([Fraction(0)], dtype=object)).tolist() == [Fraction(1)]
