"""tanh, sigmoid, silu, softplus: against mpmath, against a plainer rule, large orders, large and small scales."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import arb, ctx

from eigenlaw.numerics import tanh_family
from eigenlaw.numerics.hermite import hermite_balls, hermite_sweep
from eigenlaw.numerics.precision import is_accurate, working
from eigenlaw.theory.activations import activation


def mpmath_coefficient(function: Callable[[Any], Any], k: int, digits: int) -> Any:
    with mpmath.workdps(digits + 5):

        def integrand(x: Any) -> Any:
            before, now = mpmath.mpf(0), mpmath.mpf(1)
            for j in range(k):
                before, now = now, (x * now - mpmath.sqrt(j) * before) / mpmath.sqrt(j + 1)
            return function(x) * now * mpmath.npdf(x)

        return mpmath.quad(integrand, mpmath.linspace(-16, 16, 13))


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("tanh", mpmath.tanh),
        ("tanh(3)", lambda x: mpmath.tanh(3 * x)),
        ("sigmoid", lambda x: 1 / (1 + mpmath.exp(-x))),
        ("silu", lambda x: x / (1 + mpmath.exp(-x))),
        ("softplus", lambda x: mpmath.log1p(mpmath.exp(x))),
    ],
)
def test_low_orders_agree_with_mpmath_quad(name: str, function: Callable[[Any], Any]) -> None:
    result = hermite_balls(activation(name), 8, 40)
    assert result.reached and result.certified and result.method == "fourier"
    for k in (0, 1, 2, 7, 8):
        wanted = mpmath_coefficient(function, k, 30)
        with mpmath.workdps(40):
            assert abs(mpmath.mpf(result.balls[k].mid()) - wanted) < mpmath.mpf(10) ** -28, k


@pytest.mark.parametrize("alpha", [Fraction(1, 50), Fraction(1, 3), Fraction(1), Fraction(7), Fraction(100)])
@pytest.mark.parametrize("poles", [0, 1, 4])
def test_any_number_of_corrected_poles_gives_the_same_balls(alpha: Fraction, poles: int) -> None:
    """Each number of poles has its own strip, step and error bound: a wrong residue or bound cannot agree."""
    with working(150):
        scale = arb(alpha.numerator) / alpha.denominator
        best = tanh_family.plan_trapezoid(float(alpha), 41, 110)
        other = tanh_family.plan_trapezoid(float(alpha), 41, 110, poles)
        a, b = (tanh_family.odd_coefficients(41, scale, plan) for plan in (best, other))
    assert other.poles <= poles
    assert all(u.overlaps(v) for u, v in zip(a, b, strict=True))
    assert all(min(u.rel_accuracy_bits(), v.rel_accuracy_bits()) > 95 for u, v in zip(a[1::2], b[1::2], strict=True))


@pytest.mark.parametrize("alpha", [Fraction(12), Fraction(40)])
def test_far_poles_allow_a_strip_of_any_height(alpha: Fraction) -> None:
    with working(150):
        scale, nats = arb(int(alpha)), 110 * math.log(2)
        free = tanh_family.plan_trapezoid(float(alpha), 41, 110)
        beta = math.pi / (2 * float(alpha))
        step = tanh_family._longest_step(float(alpha), beta, nats)
        full = tanh_family._plan(tanh_family._reach(41, beta, nats), step, 0, None)
        a, b = (tanh_family.odd_coefficients(41, scale, plan) for plan in (free, full))
        outside = tanh_family.TrapezoidPlan(free.step, free.count, 0, alpha + 1)
        assert not tanh_family._relative_error(outside, scale).is_finite()
    assert free.height is not None and full.height is None and free.count < full.count
    assert all(u.overlaps(v) for u, v in zip(a, b, strict=True))
    assert all(min(u.rel_accuracy_bits(), v.rel_accuracy_bits()) > 95 for u, v in zip(a[1::2], b[1::2], strict=True))


@pytest.mark.parametrize("flaw", ["no residues", "half the residue", "no value at 0", "wide step"])
def test_a_planted_error_in_the_rule_shows(flaw: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with working(150):
        plan = tanh_family.plan_trapezoid(1.0, 21, 110)
        good = tanh_family.odd_coefficients(21, arb(1), plan)
        assert plan.poles >= 2
        right = tanh_family.residue_nodes
        first = {"no residues": 1, "half the residue": 1, "no value at 0": 0}.get(flaw)

        def wrong(rule: Any, alpha: Fraction) -> tuple[list[Any], list[Any]]:
            nodes, weights = right(rule, alpha)
            factor = arb(1) / 2 if flaw == "half the residue" else arb(0)
            if first is not None:
                weights = [*weights[:first], weights[first] * factor, *weights[first + 1 :]]
            return nodes, weights

        monkeypatch.setattr(tanh_family, "residue_nodes", wrong)
        if flaw == "wide step":  # keeps the bound of the finer rule
            error = tanh_family._relative_error(plan, arb(1))
            monkeypatch.setattr(tanh_family, "_relative_error", lambda *_: error)
            plan = tanh_family.TrapezoidPlan(plan.step * 2, plan.count // 2, plan.poles)
        bad = tanh_family.odd_coefficients(21, arb(1), plan)
    assert not bad[1].overlaps(good[1])


@pytest.mark.parametrize("alpha", [Fraction(1, 4), Fraction(1), Fraction(5)])
def test_the_bound_of_the_rule_is_sharp_enough_and_true(alpha: Fraction) -> None:
    """The true error of a coarse rule is below its bound ε, and not below 10^-20 of it."""
    with working(200):
        scale = arb(alpha.numerator) / alpha.denominator
        exact = tanh_family.odd_coefficients(31, scale, tanh_family.plan_trapezoid(float(alpha), 31, 170))
        for bits in (20, 40):
            plan = tanh_family.plan_trapezoid(float(alpha), 31, bits)
            bound = tanh_family._relative_error(plan, scale)
            assert bound < 2.0 ** (1 - bits)
            rough = tanh_family.odd_coefficients(31, scale, plan)
            off = [abs(u.mid() / v - 1) for u, v in zip(rough[1::2], exact[1::2], strict=True)]
            assert all(u.contains(v.mid()) for u, v in zip(rough, exact, strict=True))
            assert any(error > bound * 1e-20 for error in off)


@pytest.mark.parametrize("name", ["tanh", "tanh(1/20)", "tanh(30)", "sigmoid", "silu", "softplus"])
def test_raising_the_digits_shrinks_to_an_overlapping_ball(name: str) -> None:
    phi = activation(name)
    coarse, fine = hermite_balls(phi, 60, 15), hermite_balls(phi, 60, 80)
    assert coarse.reached and fine.reached
    for a, b in zip(coarse.balls, fine.balls, strict=True):
        assert a.overlaps(b) and is_accurate(b, 80) and is_accurate(a, 15)
        assert b.rad() <= a.rad()


def test_order_1000_and_1000_digits() -> None:
    phi = activation("tanh")
    large = hermite_balls(phi, 1000, 1000)
    small = hermite_balls(phi, 1000, 20)
    assert large.reached and all(is_accurate(ball, 1000) for ball in large.balls)
    assert all(a.overlaps(b) for a, b in zip(large.balls, small.balls, strict=True))
    assert large.balls[1000].is_zero() and large.balls[999] < 0 < large.balls[997]


def test_signs_and_zeros() -> None:
    for k, ball in enumerate(hermite_balls(activation("tanh"), 200, 10).balls):
        assert ball.is_zero() if k % 2 == 0 else (ball > 0) == (k % 4 == 1)
    for name in ("silu", "softplus"):
        balls = hermite_balls(activation(name), 40, 10, variance=Fraction(2)).balls
        assert all(balls[k].is_zero() for k in range(3, 41, 2))
        with working(100):
            assert balls[1].overlaps(arb(2).sqrt() / 2)
    assert hermite_balls(activation("sigmoid"), 4, 10).balls[0] == arb(1) / 2


def test_derivatives_tie_the_family_together() -> None:
    """√k μ_k(softplus) = μ_{k−1}(sigmoid); tanh(x/2) = 2 sigmoid(x) − 1, so a variance is a scale."""
    order = 30
    sigmoid, tanh = (hermite_sweep(activation(name), order, 200) for name in ("sigmoid", "tanh(1/2)"))
    softplus = hermite_sweep(activation("softplus"), order + 1, 200)
    with working(200):
        for k in range(1, order + 1):
            assert (softplus[k + 1] * arb(k + 1).sqrt()).overlaps(sigmoid[k])
            assert (2 * sigmoid[k]).overlaps(tanh[k])
    quarter = hermite_sweep(activation("tanh"), order, 200, Fraction(1, 4))
    assert all(a.overlaps(b) for a, b in zip(quarter, tanh, strict=True))


def test_small_orders_and_the_precision_outside() -> None:
    before = ctx.prec
    for name in ("tanh", "sigmoid", "silu", "softplus"):
        for order in (0, 1, 2):
            result = hermite_balls(activation(name), order, 25)
            assert result.reached and len(result.balls) == order + 1
    assert ctx.prec == before


def test_log_cosh_moments() -> None:
    with working(120):
        for variance in (Fraction(1, 10**10), Fraction(1, 100), Fraction(1), Fraction(49)):
            first = tanh_family.log_cosh_moment(variance, 1)
            with mpmath.workdps(20):
                s = mpmath.sqrt(mpmath.mpf(variance.numerator) / variance.denominator)
                wanted = [
                    mpmath.quad(
                        lambda x, p=p, s=s: mpmath.log(2 * mpmath.cosh(s * x / 2)) ** p * mpmath.npdf(x),
                        [-14, -3, 0, 3, 14],
                    )
                    for p in (1, 2)
                ]
            assert abs(float(first.mid()) - wanted[0]) < 1e-14 and first.rel_accuracy_bits() > 100
            second = tanh_family.log_cosh_moment(variance, 2)
            assert abs(float(second.mid()) - wanted[1]) < 1e-13 and second > first * first
