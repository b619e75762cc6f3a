"""Fredholm determinants: kernels whose determinant is known, and the proven error of the sine kernel's."""

import math
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from flint import arb

from eigenlaw.numerics.fredholm import determinant_estimate, nystrom_determinant
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.sine_kernel import gap, gue_gap, powers


def test_estimate_of_a_kernel_with_a_closed_determinant() -> None:
    """e^{x+y} has rank one, and xy + x²y² the determinant (1 − 1/3)(1 − 1/5) − 1/16."""
    value, reached = determinant_estimate(lambda x, y: (x + y).exp(), arb(0), arb(1), 30)
    with working(200):
        assert reached and value.contains(1 - ((arb(2)).exp() - 1) / 2)
        assert value.rad() < arb(10) ** -29
    value, reached = determinant_estimate(lambda x, y: x * y + x * x * y * y, 0, 1, 20)
    with working(200):
        assert reached and abs(value - (arb(2) / 3 * 4 / 5 - arb(1) / 16)) < 1e-18


def test_estimate_says_when_it_fails() -> None:
    value, reached = determinant_estimate(lambda x, y: abs(x - y).sqrt(), 0, 1, 12)
    assert not reached and value.rad() > 1e-14


@pytest.mark.parametrize("s", ["1/7", "1", "5/2", "5"])
def test_sine_determinants_against_the_plain_kernel(s: str) -> None:
    """The undivided sine kernel on [0, s], discretised without use of parity, at three times the nodes it needs."""
    top, _, bottom = s.partition("/")
    with working(150):
        length = arb(int(top)) / int(bottom or 1)
        plain = nystrom_determinant(lambda x, y: (x - y).sinc_pi(), arb(0), length, 60)
        even, odd = gap(length, 1)[0], gap(length, -1)[0]
        assert even.rel_accuracy_bits() > 120 and odd.rel_accuracy_bits() > 120
        assert plain.overlaps(even * odd) and gue_gap(length)[0].overlaps(plain)


def test_derivatives_are_difference_quotients() -> None:
    with working(400):
        s, h = arb(3) / 2, arb(2) ** -60
        functions: list[Callable[[Any], Any]] = [partial(gap, sign=1), partial(gap, sign=-1), gue_gap]
        for function in functions:
            before, here, after = (function(at) for at in (s - h, s, s + h))
            assert abs((after[0] - before[0]) / (2 * h) - here[1]) < arb(2) ** -110
            assert abs((after[1] - before[1]) / (2 * h) - here[2]) < arb(2) ** -110


def test_more_precision_shrinks_to_an_overlapping_ball() -> None:
    for s in ("0.01", "2", "11"):
        balls = []
        for bits in (53, 106, 212, 424):
            with working(bits):
                balls.append(gap(arb(s).mid() if bits == 424 else arb(float(s)), 1))
        for k in range(3):
            assert all(ball[k].rad() > 0 for ball in balls)
            assert all(one[k].overlaps(two[k]) for one, two in pairwise(balls[:3]))
            assert balls[2][k].rel_accuracy_bits() > 150


def test_the_proven_radius_is_no_smaller_than_the_error() -> None:
    """With few nodes the error of the rule is large enough to be seen; the ball must still hold the value."""
    from eigenlaw.numerics import sine_kernel

    with working(200):
        for s in (arb(1), arb(4)):
            exact = gap(s, 1)[0]
            for bits in (4, 10, 20, 40):
                rho, count = sine_kernel.rule_for(float(s), bits)
                matrix, _, _ = sine_kernel._matrices(s, 1, count)
                rough = (sine_kernel._identity(count // 2) - matrix).det()
                assert abs(rough - exact) < sine_kernel._error(s, rho, count)


def test_small_intervals_follow_the_series() -> None:
    """E_GOE'' = π²s/6 and E_GUE'' = π²s²/3 to leading order."""
    with working(300):
        s = arb(10) ** -12
        assert abs(gap(s, 1)[2] / s - arb.pi() ** 2 / 6) < 1e-10
        assert abs(gue_gap(s)[2] / s**2 - arb.pi() ** 2 / 3) < 1e-10


def test_traces_of_powers() -> None:
    """tr K = s, and tr K² = ∫∫ S² = ∫ 2(s − r) S(r)² dr, by a rule of NumPy's."""
    with working(100):
        both = [powers(arb(2), sign) for sign in (1, -1)]
    nodes, weights = np.polynomial.legendre.leggauss(40)
    r = 1 + nodes
    second = float(np.sum(weights * 2 * (2 - r) * np.sinc(r) ** 2))
    assert float(both[0][0][0] + both[1][0][0]) == pytest.approx(2, rel=1e-14)
    assert float(both[0][0][1] + both[1][0][1]) == pytest.approx(second, rel=1e-13)
    assert float(both[0][1][0] + both[1][1][0]) == pytest.approx(1, rel=1e-14)


def test_far_arguments_are_not_answered() -> None:
    assert all(not ball.is_finite() for ball in gap(arb(65), 1))
    assert not math.isfinite(float(gap(arb("nan"), 1)[0].mid()))
