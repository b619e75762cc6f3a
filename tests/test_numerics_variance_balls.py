"""What a ball of the variance adds: the bounds hold at its ends, and they are not far above the truth."""

from fractions import Fraction

import pytest
from flint import arb, ctx

from eigenlaw.numerics.dual_ends import slope_at_end, value_at_end
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.hermite_dual import HermiteDual
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.variance_balls import middle
from eigenlaw.theory.activations import activation

MIDDLE, STEP = Fraction(5, 4), Fraction(1, 2**40)
NAMES = ["tanh", "sigmoid", "softplus", "silu", "x*tanh(x)", "max(x, 1/2)"]


@pytest.mark.parametrize("name", NAMES)
def test_coefficients_and_means_stay_within_the_bounds(name: str) -> None:
    phi, order = activation(name), 12
    with working(150):
        ball = arb(5, 2.0**-38) / 4
        found = middle(phi, ball)
        assert found.variance == MIDDLE
        here = hermite_sweep(phi, order, ctx.prec, MIDDLE)
        second = value_at_end(phi, MIDDLE, 1)
        for end in (MIDDLE - STEP, MIDDLE + STEP):
            there = hermite_sweep(phi, order, ctx.prec, end)
            distance = sum(((a - b) ** 2 for a, b in zip(here, there, strict=True)), arb(0)).sqrt()
            assert distance <= found.shift and found.shift < 3 * distance
            for sign in (1, -1):
                assert abs(value_at_end(phi, end, sign) - value_at_end(phi, MIDDLE, sign)) <= found.value_shift(second)
                assert abs(slope_at_end(phi, end, sign) - slope_at_end(phi, MIDDLE, sign)) <= found.slope_shift
                assert value_at_end(phi, ball, sign).overlaps(value_at_end(phi, end, sign))
                assert slope_at_end(phi, ball, sign).overlaps(slope_at_end(phi, end, sign))


@pytest.mark.parametrize("name", ["tanh", "softplus"])
def test_the_dual_at_a_ball_encloses_those_at_its_ends(name: str) -> None:
    phi, z = activation(name), Fraction(-2, 3)
    with working(150):
        whole = HermiteDual(phi, arb(5, 2.0**-38) / 4)
        for end in (MIDDLE - STEP, MIDDLE, MIDDLE + STEP):
            part = HermiteDual(phi, end)
            assert whole.value(z).contains(part.value(z).mid()) and whole.slope(z).contains(part.slope(z).mid())
        assert 30 < whole.value(z).rel_accuracy_bits() < 60


def test_a_rational_adds_nothing_and_a_wide_ball_everything() -> None:
    tanh = activation("tanh")
    exact = middle(tanh, Fraction(1, 3))
    assert exact.shift.is_zero() and exact.slope_shift.is_zero() and exact.variance == Fraction(1, 3)
    assert not middle(tanh, arb(1, 0.5)).shift.is_finite()
