"""The shallow NTK: coefficients and values against SymPy, quadrature in the plane, and each other."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from flint import arb, arb_series, ctx, fmpq

from eigenlaw.numerics import hermite_dual
from eigenlaw.numerics.correlation import SeriesCorrelation, coefficients_of, series_terms
from eigenlaw.numerics.dual import ClosedDual, closed_dual
from eigenlaw.numerics.hermite import hermite_balls
from eigenlaw.numerics.hermite_dual import HermiteDual
from eigenlaw.numerics.ntk import (
    Variances,
    dual_values,
    hyper_parameters,
    layered_kernel,
    ntk_coefficients,
    ntk_values,
)
from eigenlaw.numerics.precision import is_accurate, working
from eigenlaw.numerics.recurrences import rational
from eigenlaw.numerics.second_moments import second_moment
from eigenlaw.theory.activations import activation
from eigenlaw.theory.errors import InputError

CLOSED = ["relu", "leaky_relu(1/10)", "abs", "rectified_monomial(2)", "erf", "gelu", "gaussian", "sin", "cos(2)", "exp"]
OTHERS = ["tanh", "sigmoid", "softplus", "silu", "elu", "selu", "hard_tanh"]
PLAIN = Variances(Fraction(1), Fraction(0), Fraction(1), Fraction(0))
BIASED = Variances(Fraction(2, 3), Fraction(1, 3), Fraction(3, 4), Fraction(1, 5))
UNEVEN = Variances(Fraction(1, 2), Fraction(7, 4), Fraction(2), Fraction(1, 3))  # v = 9/4


def taylor_shifted(name: str, order: int, variances: Variances, bits: int) -> list[Any]:
    """κ_p from the Hermite coefficients alone."""
    with working(bits), series_terms(order + 2):
        v = variances.variance
        z = arb_series([rational(variances.gamma_b2 / v), rational(variances.gamma_w2 / v)])
        a = coefficients_of(HermiteDual(activation(name), v).composed(SeriesCorrelation(z))[0], order + 1)
        ratio = rational(variances.gamma_b2 / variances.gamma_w2)
        kappa = [variances.sigma_w2_ball() * (p + 1) * (a[p] + ratio * a[p + 1]) for p in range(order + 1)]
        kappa[0] += variances.sigma_b2_ball()
        return kappa


@pytest.mark.parametrize("variances", [BIASED, UNEVEN])
@pytest.mark.parametrize("name", CLOSED)
def test_the_two_routes_to_the_coefficients_agree_to_45_digits(name: str, variances: Variances) -> None:
    found = ntk_coefficients(activation(name), 40, 45, variances)
    assert found.method == "closed dual" and found.reached and found.certified
    for one, other in zip(found.balls, taylor_shifted(name, 40, variances, 420), strict=True):
        assert one.overlaps(other)
        assert is_accurate(one, 45) and is_accurate(other, 45)


@pytest.mark.parametrize("name", [*CLOSED, *OTHERS, "x*tanh(x)"])
def test_without_bias_the_coefficients_are_squared_hermite_coefficients(name: str) -> None:
    phi = activation(name)
    variances = Variances(Fraction(3, 2), Fraction(0), Fraction(1, 3), Fraction(1, 7))
    found = ntk_coefficients(phi, 12, 30, variances)
    mu = hermite_balls(phi, 12, 40, variance=Fraction(3, 2)).balls
    with working(150):
        for p, kappa in enumerate(found.balls):
            assert is_accurate(kappa, 30)
            assert kappa.overlaps((p + 1) * mu[p] ** 2 / 3 + (arb(1) / 7 if p == 0 else 0))
            assert kappa.is_zero() == (mu[p].is_zero() and p > 0)


def test_coefficients_known_by_heart() -> None:
    relu = ntk_coefficients(activation("relu"), 4, 40, hyper_parameters(activation("relu"), digits=40)).balls
    erf = ntk_coefficients(activation("erf"), 3, 40, hyper_parameters(activation("erf"), digits=40)).balls
    with working(200):
        pi = arb.pi()
        for kappa, exact in zip(relu, [1 / (2 * pi) + 0.5, arb(0.5), 3 / (4 * pi), arb(0), 5 / (48 * pi)], strict=True):
            assert kappa.overlaps(exact)
        assert erf[1].overlaps(8 / (3 * pi)) and erf[0].overlaps(1 - 2 * (arb(2) / 3).asin() / pi)
        assert erf[3].overlaps(4 * (2 / pi) * (arb(2) / 3) ** 3 / 6)


@pytest.mark.parametrize("name", ["linear", "relu", "erf", "monomial(2)"])
def test_coefficients_with_bias_are_those_of_theory(name: str) -> None:
    import sympy

    from eigenlaw.theory.ntk import hyperparameters, kappa_shallow

    given = {"gamma_b2": Fraction(1, 4), "sigma_w2": Fraction(1, 3), "sigma_b2": Fraction(1, 5)}
    symbolic = hyperparameters(name, **given)
    found = ntk_coefficients(activation(name), 3, 30, hyper_parameters(activation(name), **given, digits=30))
    for p, kappa in enumerate(found.balls):
        exact = kappa_shallow(name, p, symbolic)
        with working(150):
            assert (kappa - arb(str(sympy.N(exact, 35)))).abs_upper() < 1e-28
        assert kappa.is_zero() == (exact == 0)


@pytest.mark.parametrize("name", ["relu", "linear", "erf", "gelu", "monomial(3)", "sin"])
@pytest.mark.parametrize(("weight", "bias"), [(Fraction(2), Fraction(0)), (Fraction(1, 3), Fraction(1, 5))])
def test_theory_and_numerics_give_the_same_bias_at_any_first_variance(
    name: str, weight: Fraction, bias: Fraction
) -> None:
    import sympy

    from eigenlaw.theory.ntk import hyperparameters

    given = {"gamma_w2": weight, "gamma_b2": bias, "sigma_w2": Fraction(1, 20)}
    exact = hyperparameters(name, **given).sigma_b2
    with working(150):
        found = hyper_parameters(activation(name), **given, digits=30).sigma_b2_ball()
        assert is_accurate(found, 30)
        assert (found - arb(str(sympy.N(exact, 40)))).abs_upper() < 1e-28
        # 1 − σ_w² E[φ(Z)²] with Z standard normal, whatever γ_w² + γ_b² is
        square = second_moment(activation(name), 35)
        assert found.overlaps(1 - square / 20)
        assert not second_moment(activation(name), 35, weight + bias).overlaps(square)


Function = Callable[[Any], Any]
FUNCTIONS: dict[str, tuple[Function, Function]] = {
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "softplus": (lambda x: np.logaddexp(0, x), lambda x: 1 / (1 + np.exp(-x))),
    "gelu": (
        lambda x: x * _normal_cdf(x),
        lambda x: _normal_cdf(x) + x * np.exp(-x * x / 2) / np.sqrt(2 * np.pi),
    ),
    "elu": (lambda x: np.where(x > 0, x, np.expm1(x)), lambda x: np.where(x > 0, 1, np.exp(np.minimum(x, 0)))),
    "hard_tanh": (lambda x: np.clip(x, -1, 1), lambda x: 1.0 * (abs(x) < 1)),
    "leaky_relu(1/10)": (lambda x: np.where(x > 0, x, x / 10), lambda x: np.where(x > 0, 1.0, 0.1)),
    "x*tanh(x)": (lambda x: x * np.tanh(x), lambda x: np.tanh(x) + x * (1 - np.tanh(x) ** 2)),
}


def _normal_cdf(x: Any) -> Any:
    from scipy.special import ndtr

    return ndtr(x)


def _plane_mean(f: Function, v: float, c: float) -> float:
    """E f(U) f(V) for variances v and covariance c by Gauss–Legendre rules on a grid cut at −1, 0 and 1."""
    nodes, weights = np.polynomial.legendre.leggauss(60)
    edges = [-9 * v**0.5, -1.0, 0.0, 1.0, 9 * v**0.5]
    x = np.concatenate([(a + b) / 2 + (b - a) / 2 * nodes for a, b in pairwise(edges)])
    w = np.concatenate([(b - a) / 2 * weights for a, b in pairwise(edges)]) * f(x)
    rest = v * v - c * c
    density = np.exp(-(v * x[:, None] ** 2 - 2 * c * np.outer(x, x) + v * x**2) / (2 * rest))
    return float(w @ density @ w / (2 * np.pi * rest**0.5))


@pytest.mark.parametrize("variances", [BIASED, UNEVEN])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_values_are_integrals_over_the_plane(name: str, variances: Variances) -> None:
    points = [Fraction(0), Fraction(1, 2), Fraction(-3, 4)]
    found = ntk_values(activation(name), points, 20, variances)
    assert found.certified and found.reached
    f, slope = FUNCTIONS[name]
    for rho, value in zip(points, found.balls, strict=True):
        v, c = float(variances.variance), float(variances.gamma_w2 * rho + variances.gamma_b2)
        expected = c * _plane_mean(slope, v, c) + _plane_mean(f, v, c)
        expected = float(variances.sigma_w2) * expected + float(variances.sigma_b2)
        assert float(value) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "variances"),
    [*product([*CLOSED, *OTHERS], [PLAIN, BIASED, UNEVEN]), ("x*tanh(x)", BIASED), ("exp(-abs(x))", PLAIN)],
)
def test_the_series_sums_to_the_kernel(name: str, variances: Variances) -> None:
    """Σ_{p>P} κ_p |ρ|^p <= |ρ|^{P+1} (Θ(1) − Σ_{p<=P} κ_p), for κ_p >= 0."""
    order, points = 60, [Fraction(1, 3), Fraction(-1, 2), Fraction(1)]
    kappa = ntk_coefficients(activation(name), order, 25, variances).balls
    values = ntk_values(activation(name), points, 25, variances).balls
    with working(150):
        rest = (values[2] - sum(kappa, arb(0))).upper()
        assert rest > 0
        for rho, value in zip(points[:2], values, strict=False):
            at = arb(fmpq(rho.numerator, rho.denominator))
            total = sum((c * at**p for p, c in enumerate(kappa)), arb(0))
            assert (total - value).abs_upper() <= abs(at) ** (order + 1) * rest + 1e-23
            assert (total * (1 + arb(10) ** -12) - value).abs_lower() > 1e-14  # the margin is small enough to see this


@pytest.mark.parametrize("name", [*CLOSED, *OTHERS, "linear", "hermite(3)"])
def test_at_correlation_1_the_kernel_is_two_second_moments(name: str) -> None:
    phi = activation(name)
    for variances in (PLAIN, UNEVEN):
        v = variances.variance
        with working(120):
            kernel = layered_kernel(phi, variances)
            square = variances.sigma_w2_ball() * second_moment(phi, 30, v) + variances.sigma_b2_ball()
            assert kernel.covariance(Fraction(1)).overlaps(square)
            assert layered_kernel(phi, variances, 1).value(Fraction(1)).overlaps(rational(v))
            near = kernel.value(Fraction(10**9 - 1, 10**9))
            assert 0 < kernel.value(fmpq(1)) - near < arb(1e-4) * (1 + kernel.value(fmpq(1)))


def test_sigma_b2_is_exact_where_it_can_be() -> None:
    def of(name: str, **given: Any) -> Variances:
        return hyper_parameters(activation(name), digits=30, **given)

    assert of("relu").sigma_b2 == Fraction(1, 2)
    assert of("relu", sigma_w2=Fraction(2)).sigma_b2 == 0
    assert of("selu").sigma_b2 == 0 and of("linear").sigma_b2 == 0
    assert of("relu", sigma_w2="unit") == Variances(Fraction(1), Fraction(0), Fraction(2), Fraction(0))
    unit = of("gelu", sigma_w2="unit", gamma_b2=Fraction(1, 4))
    assert (unit.gamma_w2, unit.sigma_b2) == (Fraction(3, 4), 0)
    assert unit.sigma_w2_ball(4000).rel_accuracy_bits() > 3900 and unit.sigma_b2_ball(4000).is_zero()
    with working(120):
        assert (unit.sigma_w2 * second_moment(activation("gelu"), 30)).overlaps(arb(1))
        tanh = of("tanh")
        assert tanh.sigma_b2.overlaps(1 - second_moment(activation("tanh"), 30)) and is_accurate(tanh.sigma_b2, 30)
    # the moment is the standard normal's, whatever the variance of the pre-activations
    assert of("relu", gamma_w2=Fraction(2), gamma_b2=Fraction(1)).sigma_b2 == Fraction(1, 2)
    assert of("relu", gamma_w2=Fraction(2), gamma_b2=Fraction(3), sigma_b2=Fraction(1)).variance == 5


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"gamma_b2": Fraction(2)}, "gamma_b2=2: .*gamma_w2"),
        ({"gamma_b2": Fraction(-1)}, "gamma_b2=-1: "),
        ({"gamma_w2": Fraction(-1)}, "gamma_w2=-1: "),
        ({"gamma_w2": Fraction(0)}, "gamma_w2=0: .*above 0"),
        ({"sigma_w2": Fraction(9)}, r"sigma_w2=9: .*at most 1.*sigma_b2"),
        ({"sigma_w2": Fraction(-1)}, "sigma_w2=-1: "),
        ({"sigma_w2": 0.5}, "sigma_w2=0.5: expected a rational"),
        ({"sigma_b2": Fraction(-1, 2)}, "sigma_b2=-1/2: "),
    ],
)
def test_unusable_variances_are_refused(given: dict[str, Any], message: str) -> None:
    for name in ("relu", "tanh"):
        with pytest.raises(InputError, match=message):
            hyper_parameters(activation(name), **given, digits=20)


def test_unusable_arguments_are_refused() -> None:
    relu = activation("relu")
    for name in ("sign", "heaviside", "x if x > 0 else 1"):
        with pytest.raises(InputError, match="without jumps"):
            ntk_coefficients(activation(name), 3, 10, PLAIN)
        with pytest.raises(InputError, match="without jumps"):
            ntk_values(activation(name), [Fraction(1, 2)], 10, BIASED)
    with pytest.raises(InputError, match="order=-1"):
        ntk_coefficients(relu, -1, 10, PLAIN)
    with pytest.raises(InputError, match="digits=0"):
        ntk_coefficients(relu, 2, 0, PLAIN)
    with pytest.raises(InputError, match="rho=3/2"):
        ntk_values(relu, [Fraction(3, 2)], 10, PLAIN)
    with pytest.raises(InputError, match=r"unit: .*other than 0"):
        hyper_parameters(activation("polynomial(0)"), sigma_w2="unit", digits=10)
    with pytest.raises(InputError, match="square-integrable"):
        hyper_parameters(activation("exp(x**2)"), digits=10)


@pytest.mark.parametrize("name", ["gelu", "tanh", "elu", "hard_tanh", "softplus"])
def test_more_digits_give_a_smaller_ball_that_overlaps(name: str) -> None:
    phi = activation(name)
    before = ctx.prec, ctx.cap
    last: Sequence[Any] = []
    for digits in (15, 50, 120):
        variances = hyper_parameters(phi, gamma_b2=Fraction(1, 3), sigma_w2="unit", digits=15)
        balls = ntk_coefficients(phi, 10, digits, variances).balls
        balls += ntk_values(phi, [Fraction(-1), Fraction(1, 4), Fraction(1)], digits, variances).balls
        assert all(is_accurate(ball, digits) for ball in balls)
        for old, new in zip(last, balls, strict=bool(last)):
            assert old.overlaps(new) and new.rad() < old.rad()
        last = balls
    assert (ctx.prec, ctx.cap) == before


def test_zeros_are_exact() -> None:
    odd = ntk_coefficients(activation("tanh"), 6, 20, hyper_parameters(activation("tanh"), digits=20)).balls
    assert [ball.is_zero() for ball in odd] == [False, False, True, False, True, False, True]
    cubic = ntk_coefficients(activation("polynomial(1,2,0,1)"), 5, 20, UNEVEN).balls
    assert [ball.is_zero() for ball in cubic] == [False] * 4 + [True] * 2
    constant = ntk_coefficients(activation("tanh"), 3, 20, Variances(Fraction(0), Fraction(2), Fraction(1), 0)).balls
    assert [ball.is_zero() for ball in constant] == [False, True, True, True]
    assert ntk_values(activation("tanh"), [Fraction(0)], 20, PLAIN).balls[0].is_zero()
    assert ntk_values(activation("relu"), [Fraction(-1)], 20, PLAIN).balls[0].is_zero()
    assert ntk_values(activation("2*max(x, 0)"), [Fraction(-1)], 20, PLAIN).balls[0].is_zero()
    # φ = 1 + x and γ_w² = v = 3: Θ(ρ) = 3ρ + 1 + 3ρ
    line = Variances(Fraction(3), Fraction(0), Fraction(1), Fraction(0))
    assert ntk_values(activation("polynomial(1,1)"), [Fraction(-1, 6)], 20, line).balls[0].is_zero()


def test_a_limit_that_is_met_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    phi, points = activation("tanh"), [Fraction(1, 2), Fraction(999, 1000)]
    full = ntk_values(phi, points, 30, BIASED)
    every = ntk_coefficients(phi, 10, 30, BIASED)
    assert full.reached and every.reached
    monkeypatch.setitem(hermite_dual._MOST_TERMS, "tanh", 64)
    short, few = ntk_values(phi, points, 30, BIASED), ntk_coefficients(phi, 10, 30, BIASED)
    assert not short.reached and not few.reached
    for less, more in ((short, full), (few, every)):
        assert all(a.overlaps(b) and a.is_finite() for a, b in zip(less.balls, more.balls, strict=True))
        assert not is_accurate(less.balls[-1], 30)


def test_dual_values_serve_jumps_as_well() -> None:
    points = [Fraction(-1), Fraction(0), Fraction(1, 2), Fraction(1)]
    with working(120):
        for name, exact in (("sign", [-1, 0, arb(1) / 3, 1]), ("heaviside", [0, 0.25, arb(1) / 3, 0.5])):
            for ball, value in zip(dual_values(activation(name), points, 30).balls, exact, strict=True):
                assert ball.overlaps(arb(value)) and is_accurate(ball, 30)
        mixed = dual_values(activation("x if x > 0 else 1"), points, 15)
        # E[(x₊ + 1_{x<0})(y₊ + 1_{y<0})] at ρ = ±1 and 0
        root = (2 * arb.pi()).sqrt()
        for ball, value in zip(mixed.balls, [2 / root, (1 / root + 0.5) ** 2, None, arb(1)], strict=True):
            assert value is None or ball.overlaps(value)


def test_planted_errors_show(monkeypatch: pytest.MonkeyPatch) -> None:
    name, order = "gelu", 12
    true = taylor_shifted(name, order, BIASED, 200)

    def wrong(*arguments: Any) -> Any:
        found = closed_dual(*arguments)
        assert found is not None
        value, slope = found.laws
        assert slope is not None
        return ClosedDual(found.variance, (value, lambda c: slope(c) * (1 + arb(2) ** -120)))

    monkeypatch.setattr("eigenlaw.numerics.layers.closed_dual", wrong)
    found = ntk_coefficients(activation(name), order, 45, BIASED).balls
    assert not any(one.overlaps(other) for one, other in zip(found, true, strict=True))
