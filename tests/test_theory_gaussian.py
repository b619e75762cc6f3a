"""Gaussian expectations in one variable against quadrature, textbook formulas, and what is refused."""

import mpmath as mp
import pytest
import sympy

from eigenlaw.theory.errors import InputError
from eigenlaw.theory.gaussian import (
    erf_product,
    gaussian_expectation,
    normal_cdf,
    shifted_probit,
)

x = sympy.Symbol("x", real=True)
erf, exp, half = sympy.erf, sympy.exp, sympy.Rational(1, 2)

LINE = [
    x**8 - 3 * x**5 + x,
    x**3 * exp(-(x**2) / 3 + x / 2 + 1),
    x**5 * erf(2 * x),
    x**2 * erf(x / 2 + 1),
    exp(x / 3) * erf(x - 1) * x,
    erf(x) * erf(3 * x) * x**2,
    erf(x) ** 2,
    erf(x) * erf(2 * x) * erf(x / 2) * x**2,
    sympy.erfc(x) * x,
    x**4 * sympy.cos(2 * x),
    x * sympy.sin(x) * exp(-(x**2)),
    exp(x) * sympy.cos(x) ** 2,
    sympy.cosh(x / 2) * x**2,
    3**x,
]
KINKED = [
    sympy.Abs(x) * x**4,
    sympy.Max(x, half) ** 3,
    sympy.sign(x) * erf(x),
    sympy.Heaviside(x) * x**3 * exp(-x / 2),
    sympy.Piecewise((exp(x), x < -1), (x**2, x < half), (1, True)),
    sympy.Max(x, 0) ** 2 * erf(x) ** 2,
    sympy.Heaviside(x) * x * erf(x / sympy.sqrt(2)) ** 2,
    sympy.Abs(x) * erf(x) * x,
]


def _error(found: sympy.Expr, expression: sympy.Expr, low: float = -14, high: float = 14) -> float:
    """Return the difference between a closed form and quadrature."""
    with mp.workdps(30):
        f = sympy.lambdify(x, expression, "mpmath")
        points = [p for p in (-14, -8, -4, -2, -1, 0, mp.mpf("0.5"), 1, 2, 4, 8, 14) if low < p < high]
        value = mp.quad(lambda t: f(t) * mp.npdf(t), [low, *points, high])
        return float(abs(mp.mpf(str(sympy.N(found, 28))) - value))


@pytest.mark.parametrize("expression", LINE + KINKED, ids=str)
def test_closed_form_is_the_integral(expression: sympy.Expr) -> None:
    found = gaussian_expectation(expression, x)
    assert found is not None
    assert not found.has(sympy.I, sympy.Integral)
    assert _error(found, expression) < 1e-24


@pytest.mark.parametrize(
    ("expression", "low", "high"),
    [(x**3 * exp(x), -1, 2), (x**2 * exp(-(x**2)), half, 3), (erf(x / sympy.sqrt(2)) * x, -1, 2), (x**4, 1, 14)],
    ids=str,
)
def test_limits(expression: sympy.Expr, low: sympy.Expr, high: sympy.Expr) -> None:
    found = gaussian_expectation(expression, x, low, high)
    assert found is not None
    assert _error(found, expression, float(low), float(high)) < 1e-24
    assert _error(found + sympy.Rational(1, 10**20), expression, float(low), float(high)) > 1e-21


def test_symbolic_parameters() -> None:
    a, b = sympy.symbols("a b")
    found = gaussian_expectation(normal_cdf(a + b * x), x)
    assert found is not None
    values = {a: sympy.Rational(1, 3), b: 2}
    assert abs(sympy.N((found - shifted_probit(a, b)).subs(values), 20)) < 1e-18
    product = gaussian_expectation(erf(a * x) * erf(b * x), x)
    assert product is not None
    assert abs(sympy.N((product - erf_product(a, b)).subs(values), 20)) < 1e-18
    cosine = gaussian_expectation(sympy.cos(a * x), x)
    assert sympy.simplify(cosine - exp(-(a**2) / 2)) == 0


def test_textbook_forms_are_the_integrals() -> None:
    third = sympy.Rational(1, 3)
    probit = mp.quad(lambda t: mp.ncdf(mp.mpf(1) / 3 + 2 * t) * mp.npdf(t), [-12, -2, 0, 2, 12])
    assert abs(probit - float(shifted_probit(third, 2))) < 1e-13
    product = mp.quad(lambda t: mp.erf(t) * mp.erf(2 * t) * mp.npdf(t), [-12, -2, 0, 2, 12])
    assert abs(product - float(erf_product(1, 2))) < 1e-13
    assert abs(product - float(erf_product(1, 1))) > 1e-3


@pytest.mark.parametrize("expression", [sympy.tanh(x) ** 2, exp(sympy.sin(x)), 1 / (1 + x**2), sympy.log(1 + x**2)])
def test_what_has_no_rule_is_said_so(expression: sympy.Expr) -> None:
    assert gaussian_expectation(expression, x) is None


def test_shifted_erf_on_a_half_line_has_no_elementary_form() -> None:
    assert gaussian_expectation(erf(x + 1), x, 0) is None


@pytest.mark.parametrize("expression", [exp(x**2), x * exp(x**2 / 2), exp(x**2) * erf(x)])
def test_divergence_is_refused(expression: sympy.Expr) -> None:
    with pytest.raises(InputError, match="integrable"):
        gaussian_expectation(expression, x)


def test_symbolic_breakpoint_is_refused() -> None:
    b = sympy.Symbol("b", real=True)
    with pytest.raises(InputError, match="breakpoints"):
        gaussian_expectation(sympy.Max(x, b), x)
