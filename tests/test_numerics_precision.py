import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import arb, ctx, fmpq
from hypothesis import given
from hypothesis import strategies as st

from eigenlaw.numerics.precision import Ball, bits_for, decimal, is_accurate, until_accurate, working
from eigenlaw.theory.errors import InputError

VALUE = re.compile(r"^(-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?|-?inf)$")
RADIUS = re.compile(r"^[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$")


def exact(part: Any) -> Fraction:
    """The rational that an exact arb stands for."""
    mantissa, exponent = (int(x) for x in part.man_exp())
    return Fraction(mantissa) * Fraction(2) ** exponent


def test_working_restores_the_precision_also_after_an_exception() -> None:
    before = ctx.prec
    with working(321):
        assert ctx.prec == 321
        with working(77):
            assert ctx.prec == 77
        assert ctx.prec == 321
    with pytest.raises(ZeroDivisionError), working(500):
        raise ZeroDivisionError
    assert ctx.prec == before


def test_working_and_bits_for_refuse_what_makes_no_sense() -> None:
    with pytest.raises(InputError, match="bits=1"), working(1):
        pass
    with pytest.raises(InputError, match="digits=0"):
        bits_for(0)


@pytest.mark.parametrize("digits", [1, 15, 50, 1000])
def test_bits_for_is_the_least_that_holds_the_digits(digits: int) -> None:
    assert 2 ** bits_for(digits) >= 10**digits > 2 ** (bits_for(digits) - 1)


@given(
    st.integers(-(10**60), 10**60),
    st.integers(-400, 400),
    st.integers(0, 10**6),
    st.integers(-450, 300),
    st.integers(1, 60),
)
def test_decimal_encloses_the_ball(mantissa: int, exponent: int, radius: int, scale: int, digits: int) -> None:
    ball = arb((mantissa, exponent), (radius, scale))
    value, printed = decimal(ball, digits)
    assert VALUE.match(value) and RADIUS.match(printed)
    off = abs(Fraction(value) - exact(ball.mid()))
    assert off + exact(ball.rad()) <= Fraction(printed)


def test_decimal_of_an_accurate_ball_has_a_radius_below_the_wanted_digits() -> None:
    for digits in (5, 30, 200):
        with working(bits_for(digits) + 10):
            ball = arb(10) ** -37 * arb(2).sqrt()
        assert is_accurate(ball, digits)
        value, radius = decimal(ball, digits)
        assert Fraction(radius) < Fraction(value) / 10**digits


def test_decimal_of_exact_numbers_has_radius_zero() -> None:
    assert decimal(arb(0), 20) == ("0", "0")
    assert decimal(arb(-3) / 4, 20) == ("-0.75", "0")
    assert decimal(arb(1200), 3) == ("1200", "0")


def test_decimal_shows_a_last_digit_that_is_off_by_one() -> None:
    with working(200):
        third = arb(1) / 3
    value, radius = decimal(third, 40)
    assert abs(Fraction(value) - Fraction(1, 3)) <= Fraction(radius)
    wrong = value[:-1] + str((int(value[-1]) + 1) % 10)
    assert abs(Fraction(wrong) - Fraction(1, 3)) > Fraction(radius)


def test_decimal_of_extreme_exponents() -> None:
    for sign in (1, -1):
        value, radius = decimal(arb((3, sign * 10**12)), 12)
        assert VALUE.match(value) and RADIUS.match(radius)
        assert abs(int(value.split("e")[1])) > 10**11
        assert int(radius.split("e")[1]) < int(value.split("e")[1]) - 12


def test_decimal_refuses_what_is_not_finite() -> None:
    for ball in (arb("nan"), arb("inf"), arb(0, "inf")):
        with pytest.raises(InputError):
            decimal(ball, 10)


def test_balls_are_exact_copies_whatever_the_precision_of_mpmath() -> None:
    with working(700):
        ball = arb(2).sqrt()
    with mpmath.workdps(5):
        copy = Ball.from_arb(ball)
        back = copy.to_arb()
    assert back.mid() == ball.mid() and back.contains(ball)
    assert exact(ball.rad()) <= exact(back.rad()) <= exact(ball.rad()) * Fraction(1000001, 1000000)
    assert mpmath.mp.dps == 15


def test_balls_overlap_and_contain() -> None:
    wide, narrow, far = (Ball.from_arb(arb(1, r)) for r in (0.5, 0.25, 0.125))
    far = Ball.from_arb(arb(3, 0.125))
    assert wide.overlaps(narrow) and wide.contains(narrow) and not narrow.contains(wide)
    assert not wide.overlaps(far) and wide.contains(mpmath.mpf("1.5")) and not wide.contains(mpmath.mpf("1.51"))
    assert wide.decimal(5) == ("1", "0.501")
    nothing = Ball.from_arb(arb("nan"))
    assert not nothing.overlaps(nothing) and not nothing.overlaps(wide) and not wide.overlaps(nothing)


def test_accuracy_is_relative_and_zero_needs_radius_zero() -> None:
    assert is_accurate(arb(10) ** -300, 10) and is_accurate(arb(0), 10)
    assert not is_accurate(arb(0, 1e-300), 10)
    assert not is_accurate(arb("nan"), 1) and not is_accurate(arb("inf"), 1) and not is_accurate(arb(0, "inf"), 1)
    assert not is_accurate(arb(1, 1e-9), 10)


def test_until_accurate_raises_the_precision_as_far_as_needed() -> None:
    used = []

    def cancelling(bits: int) -> list[Any]:
        used.append(bits)
        assert ctx.prec == bits
        return [(arb(10) ** 100 + arb(2).sqrt()) - arb(10) ** 100, arb(0)]

    balls, reached = until_accurate(cancelling, 50, 100, 10_000)
    assert reached and len(used) > 1 and used == sorted(set(used))
    with working(400):
        assert balls[0].overlaps(arb(2).sqrt()) and is_accurate(balls[0], 50)


@pytest.mark.parametrize("hopeless", [lambda bits: [arb(0, 2.0**-bits)], lambda bits: [arb("nan")]])
def test_until_accurate_stops_at_the_cap(hopeless: Callable[[int], list[Any]]) -> None:
    balls, reached = until_accurate(hopeless, 10, 64, 500)
    assert not reached and len(balls) == 1


def test_rational_zero_radius_is_kept_by_fmpq() -> None:
    assert is_accurate(arb(fmpq(1, 4)), 10_000)
