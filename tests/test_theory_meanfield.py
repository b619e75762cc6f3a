"""Order parameters in symbols: against quadrature, against certified numbers, and where they are known by hand."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy

from eigenlaw.numerics.meanfield import order_parameters
from eigenlaw.theory import meanfield
from eigenlaw.theory.activations import activation
from eigenlaw.theory.dual import correlation_symbol
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.wide_network import wide_network

CLOSED = ["linear", "relu", "leaky_relu(1/10)", "abs", "erf", "gelu", "sin", "cos", "exp(1/2)", "gaussian(1)"]
CLOSED += ["polynomial(1,-1/2,1/3)", "rectified_monomial(2)"]
Q, RHO = meanfield.variance_symbol(), correlation_symbol()


def mean(f: Callable[[Any], Any], variance: float) -> Any:
    root = mpmath.sqrt(variance)
    return mpmath.quad(lambda x: f(root * x) * mpmath.npdf(x), [-14, -6, -2, 0, 2, 6, 14])


@pytest.mark.parametrize("name", CLOSED)
def test_the_means_of_one_variable_by_quadrature(name: str) -> None:
    """E φ(U)², E φ'(U)² and the derivative of the former in q, each from φ itself."""
    phi = activation(name)
    found = meanfield.layer_map(phi)
    assert found.closed
    x = sympy.Symbol("x", real=True)
    expression = phi.expression()
    value, slope = (sympy.lambdify(x, e, "mpmath") for e in (expression, expression.diff(x)))
    q = 0.7
    assert float(found.own.subs(Q, q)) == pytest.approx(float(mean(lambda u: value(u) ** 2, q)))
    steep = float(mean(lambda u: mpmath.re(slope(u or mpmath.mpf("1e-30"))) ** 2, q))
    assert float(found.own_slope.subs(Q, q)) == pytest.approx(steep)
    chi_1, chi_c, chi_q = meanfield.slopes(found, 3)
    rate = (mean(lambda u: value(u) ** 2, q + 1e-4) - mean(lambda u: value(u) ** 2, q - 1e-4)) / 2e-4
    assert float(chi_q.subs(Q, q)) == pytest.approx(3 * float(rate), rel=1e-6)
    assert float(chi_1.subs(Q, q)) == pytest.approx(3 * steep)
    near = sympy.Float("0.999999999999", 30)
    assert float(chi_c.subs(RHO, near).subs(Q, q)) == pytest.approx(3 * steep, rel=1e-4)


@pytest.mark.parametrize("name", ["relu", "erf", "sin", "gelu", "polynomial(1,-1/2,1/3)"])
def test_the_recursion_gives_the_certified_numbers(name: str) -> None:
    sigmas = (Fraction(3, 2), Fraction(1, 5))
    numbers = [sympy.Rational(s.numerator, s.denominator) for s in sigmas]
    known: dict[Any, Any] = {}
    for layer in meanfield.order_recursion(meanfield.layer_map(activation(name)), 4, *numbers):
        known[layer.symbol.name] = sympy.N(
            layer.expression.subs({sympy.Symbol(n, real=True): v for n, v in known.items()}), 25
        )
    certified = order_parameters(wide_network(name, 4, *sigmas), 20)
    families = {"qhat": certified.q_hat, "qhat_st": certified.q_hat_st}
    families |= {"qtilde": certified.q_tilde, "qtilde_st": certified.q_tilde_st}
    for family, balls in families.items():
        for number, ball in balls.items():
            assert abs(mpmath.mpf(str(known[f"{family}_{number}"])) - mpmath.mpf(ball.str(20, radius=False))) < 1e-14


@pytest.mark.parametrize("name", ["erf", "sin", "gelu", "gaussian(1)"])
def test_on_the_edge_of_chaos_the_fixed_point_is_marginal(name: str) -> None:
    """Iterated in floats from (σ_w²(q), σ_b²(q)), the variance ends at q, and there χ_1 = 1."""
    found = meanfield.layer_map(activation(name))
    q = 0.6
    sigma_w2, sigma_b2 = (float(e.subs(Q, q)) for e in meanfield.edge_of_chaos(found))
    step = sympy.lambdify(Q, sigma_w2 * found.own + sigma_b2)
    assert step(q) == pytest.approx(q)
    assert float(meanfield.slopes(found, sigma_w2)[0].subs(Q, q)) == pytest.approx(1)
    equation = meanfield.fixed_variance(found, sigma_w2, sigma_b2)
    assert float((equation.lhs - equation.rhs).subs(Q, q)) == pytest.approx(0, abs=1e-12)


def test_homogeneous_activations_exactly() -> None:
    w, b = meanfield.sigma_symbols()
    for name, half in (
        ("relu", sympy.Rational(1, 2)),
        ("abs", sympy.Integer(1)),
        ("leaky_relu(1/3)", sympy.Rational(5, 9)),
    ):
        found = meanfield.layer_map(activation(name))
        assert found.homogeneous and sympy.simplify(found.own - half * Q) == 0 and found.own_slope == half
        assert meanfield.edge_of_chaos(found) == (1 / half, 0)
        fixed = meanfield.fixed_variance(found, w, b)
        assert sympy.simplify(w * half * fixed + b - fixed) == 0
    assert not meanfield.layer_map(activation("erf")).homogeneous


def test_without_closed_form_the_series_is_that_of_mehler() -> None:
    """Put the Hermite coefficients of x³ into the series for any φ: the closed form of a cubic comes out."""
    found, cubic = meanfield.layer_map(None), meanfield.layer_map(activation("monomial(3)"))
    assert not found.closed and cubic.closed
    mu = {1: 3 * Q ** sympy.Rational(3, 2), 3: sympy.sqrt(6) * Q ** sympy.Rational(3, 2)}
    base = sympy.IndexedBase("mu")
    values = {base[k]: mu.get(k, 0) for k in range(4)}
    for name in ("own", "overlap", "own_slope", "overlap_slope"):
        series = getattr(found, name)
        finite = series.replace(sympy.Sum, lambda term, bounds: sympy.Sum(term, (bounds[0], bounds[1], 3))).doit()
        assert sympy.expand(finite.subs(values) - getattr(cubic, name)) == 0
    tanh = meanfield.layer_map(activation("tanh"))
    assert not tanh.closed and tanh.overlap.has(sympy.Sum)
    integrand = sympy.lambdify(tanh.own.variables[0], tanh.own.function.subs(Q, 2), "mpmath")
    own = mpmath.quad(integrand, [-14, -3, 0, 3, 14])
    assert float(own) == pytest.approx(float(mean(lambda u: mpmath.tanh(u) ** 2, 2)))


def test_depth_scales() -> None:
    assert meanfield.depth_scale(sympy.exp(-sympy.Rational(1, 7))) == 7
    assert float(meanfield.depth_scale(-sympy.Rational(1, 2))) == pytest.approx(1.4426950408889634)


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="no jumps"):
        meanfield.layer_map(activation("sign"))
    with pytest.raises(InputError, match="layers=1"):
        meanfield.order_recursion(meanfield.layer_map(None), 1, 1, 1)
