"""Square roots of rationals: exact where they can be, held against high-precision decimals."""

import math
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from eigenlaw.verify.surds import Surd, root

POSITIVE = st.fractions(min_value=Fraction(1, 40), max_value=50, max_denominator=40)
SIGN = st.sampled_from([1, -1])


def exact(value: Fraction) -> fmpq:
    return fmpq(value.numerator, value.denominator)


def number(value: object) -> float:
    return float(value.ball()) if isinstance(value, Surd) else float(arb(value))


@given(POSITIVE)
def test_a_root_squares_back_and_is_rational_only_for_squares(q: Fraction) -> None:
    found = root(exact(q))
    assert found * found == exact(q)
    assert root(exact(q * q)) == exact(q)
    assert isinstance(root(exact(2 * q * q)), Surd)


@given(POSITIVE, POSITIVE, SIGN, SIGN)
def test_products_and_quotients_are_exact(p: Fraction, q: Fraction, s: int, t: int) -> None:
    a, b = s * root(exact(p)), t * root(exact(q))
    product, quotient = a * b, a / b
    assert product * product == exact(p * q)
    assert quotient * b == a
    assert number(product) == pytest.approx(s * t * math.sqrt(p * q), rel=1e-12)
    assert number(quotient) == pytest.approx(s * t * math.sqrt(p / q), rel=1e-12)


@given(POSITIVE, POSITIVE, POSITIVE)
def test_like_roots_add_exactly_and_others_become_balls(p: Fraction, a: Fraction, b: Fraction) -> None:
    surd = root(2 * exact(p) * exact(p))
    x, y = surd * exact(a), surd * exact(b)
    total = x + y
    assert isinstance(total, Surd)
    assert total == surd * exact(a + b)
    assert x - x == 0
    other = root(fmpq(3))
    assert (surd + other).overlaps(arb(2).sqrt() * arb(exact(p)) + arb(3).sqrt())
    assert (surd + other).rad() < 1e-10
    assert number(total) == pytest.approx(math.sqrt(2) * p * (a + b), rel=1e-12)


@given(POSITIVE, SIGN, st.integers(-7, 7))
def test_powers(q: Fraction, s: int, n: int) -> None:
    surd = Surd(s, 2 * exact(q) * exact(q))
    product: Any = fmpq(1)
    for _ in range(abs(n)):
        product = product * surd if n > 0 else product / surd
    assert surd**n == product


@pytest.mark.parametrize("other", [2, fmpq(2, 3), arb(5)])
def test_mixed_arithmetic_with_numbers_on_either_side(other: Any) -> None:
    surd, x, y = root(fmpq(7)), math.sqrt(7), float(arb(other))
    pairs = [
        (surd + other, x + y), (other + surd, y + x), (surd - other, x - y), (other - surd, y - x),
        (surd * other, x * y), (other * surd, y * x), (surd / other, x / y), (other / surd, y / x),
    ]  # fmt: skip
    for found, expected in pairs:
        assert number(found) == pytest.approx(expected, rel=1e-14)


def test_zero_absorbs_and_divides_nothing() -> None:
    surd = root(fmpq(2))
    assert surd * 0 == 0
    assert isinstance(surd * 0, fmpq)
    assert root(fmpq(0)) == 0
    assert surd + 0 == surd
    assert sum([surd, surd]) == root(fmpq(8))
    with pytest.raises(ZeroDivisionError):
        surd / fmpq(0)


def test_equality_is_exact() -> None:
    close = fmpq(2) + fmpq(1, 10**60)
    assert root(fmpq(2)) != root(close)
    assert root(fmpq(2)) == Surd(1, fmpq(4, 2))
    assert -root(fmpq(2)) == Surd(-1, fmpq(2))
    assert abs(-root(fmpq(2))) == root(fmpq(2))
    assert root(fmpq(2)) != fmpq(7, 5)
