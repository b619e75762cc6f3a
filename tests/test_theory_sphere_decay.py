"""Decay of eigenvalues on the sphere: the leading terms against certified sums, and what they are made of."""

from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any

import pytest
import sympy
from flint import arb

from eigenlaw.numerics.precision import working
from eigenlaw.numerics.sphere_sums import binomial_eigenvalue, summed_eigenvalue
from eigenlaw.theory import sphere_decay as decay
from eigenlaw.theory.decay import LeadingTerm, index_symbol
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.sphere import sphere_volume, weight

HALF = sympy.Rational(1, 2)
K = decay.frequency_symbol()


def number(expression: Any, k: int) -> Any:
    """A closed form at a frequency, as a ball of 40 digits."""
    return arb(str(sympy.N(expression.subs(K, k), 40)))


def distance(value: Any, expression: Any, k: int) -> float:
    return abs(float(value / number(expression, k) - 1))


def rational(value: Any) -> Any:
    return sympy.Rational(value.numerator, value.denominator)


def stretched(k: int, d: int, a: Fraction, b: int) -> Any:
    rate = arb(a.numerator) / a.denominator

    def tail(p: int) -> Any:
        root = arb(p).sqrt()
        # p^b e^{-a sqrt(p)/2} falls for p > (2b/a)^2, and the rest is summed by half its integral
        small = rate / 2
        return arb(p) ** b * (-rate * root).exp() * (1 + (small * root + 1) / small**2)

    return summed_eigenvalue(k, d, lambda p: arb(p) ** b * (-rate * arb(p).sqrt()).exp(), tail)


def approaches(values: Callable[[int], Any], expression: Any, frequencies: tuple[int, int], last: float) -> None:
    first, end = (distance(values(k), expression, k) for k in frequencies)
    assert end < last
    assert 3 * end < first


@pytest.mark.parametrize(("a", "d"), [("1", 2), ("3/2", 3), ("7/3", 2), ("2", 6), ("1/2", 4)])
def test_a_power_of_p_becomes_a_power_of_k(a: str, d: int) -> None:
    power = Fraction(a)

    def values(k: int) -> Any:
        return binomial_eigenvalue(k, d, power, Fraction(1))

    with working(200):
        approaches(values, decay.power_leading(1, rational(power), d), (30, 1000), 0.02)
        refined = decay.power_refined(rational(power), d)
        assert distance(values(1000), refined, 1000) < 3e-5
        assert distance(values(7), decay.power_exact(rational(power), d), 7) < 1e-35


@pytest.mark.parametrize(("a", "b", "d"), [("1", 0, 2), ("2", 0, 3), ("1/2", 0, 5), ("2", 1, 2), ("3/2", -1, 4)])
def test_a_stretched_exponential_becomes_one_in_two_thirds(a: str, b: int, d: int) -> None:
    rate = Fraction(a)
    values = cache(lambda k: stretched(k, d, rate, b))

    with working(200):
        approaches(values, decay.stretched_leading(1, b, rational(rate), d), (30, 300), 0.08)
        refined = decay.stretched_refined(b, rational(rate), d)
        assert distance(values(300), refined, 300) < 0.002


@pytest.mark.parametrize(("a", "b", "d"), [("101/100", HALF, 2), ("2", HALF, 5), ("2", 0, 3), ("5", 2, 2)])
def test_a_geometric_sequence_keeps_a_geometric_rate(a: str, b: Any, d: int) -> None:
    ratio, power = Fraction(a), Fraction(str(b))
    expression = decay.geometric_leading(1, b, rational(ratio), d)
    with working(200):
        first, end = (distance(binomial_eigenvalue(k, d, -power, ratio), expression, k) for k in (40, 2000))
    assert end < 0.01
    assert end < 1e-30 or 10 * end < first


@pytest.mark.parametrize("d", [1, 2, 3, 4, 7])
def test_the_kernel_of_poisson_has_the_geometric_leading_term_itself(d: int) -> None:
    power = sympy.Rational(d - 1, 2)
    expression = decay.geometric_leading(1, power, sympy.Rational(3, 2), d)
    with working(200):
        value = binomial_eigenvalue(3, d, -Fraction(d - 1, 2), Fraction(3, 2))
        assert distance(value, expression, 3) < 1e-35


def test_the_rate_of_a_geometric_sequence_lies_between_the_printed_ones() -> None:
    a, d = decay.rate_symbols()
    for ratio in (sympy.Rational(101, 100), sympy.Integer(2), sympy.Integer(30)):
        base = (1 / decay.geometric_rate(0, ratio, 1)).subs(K, 1)
        assert bool(ratio < base) and bool(base < 2 * ratio)
    quotient = decay.geometric_leading(1, HALF) / decay.geometric_rate(HALF)
    assert sympy.simplify(sympy.diff(sympy.log(quotient.subs({a: 2, d: 3})), K)) == 0


def test_shapes_are_taken_apart() -> None:
    p = index_symbol()
    gamma = sympy.Symbol("gamma_w2", positive=True)
    shape = decay.shape_of(sympy.pi * p**-HALF * (1 + 1 / gamma) ** (-p))
    assert (shape.power, shape.root_rate) == (-HALF, 0)
    assert sympy.simplify(shape.ratio - 1 - 1 / gamma) == 0
    assert sympy.simplify(shape.constant - sympy.pi) == 0
    for wrong in (p**2 + 1, sympy.exp(-(p**2)), sympy.gamma(p)):
        with pytest.raises(InputError, match="expression="):
            decay.shape_of(wrong)


def test_leading_terms_of_coefficients_become_those_of_eigenvalues() -> None:
    p = index_symbol()
    volume = sphere_volume(3)
    cases = (
        (5 * p**-2, decay.power_leading(5, 2, 3)),
        (p * sympy.exp(-3 * sympy.sqrt(p)), decay.stretched_leading(1, 1, 3, 3)),
        (sympy.sqrt(p) * 4**-p, decay.geometric_leading(1, HALF, 4, 3)),
    )
    for coefficient, surface in cases:
        found = decay.eigenvalue_leading(coefficient, 3, "surface")
        assert abs(float(sympy.N((found / surface).subs(K, 7)) - 1)) < 1e-12
        probability = decay.eigenvalue_leading(coefficient, 3)
        assert abs(float(sympy.N((surface / volume / probability).subs(K, 7)) - 1)) < 1e-12
    with pytest.raises(InputError, match="two"):
        decay.eigenvalue_leading(2**-p * sympy.exp(-sympy.sqrt(p)), 3)
    with pytest.raises(InputError, match="dimension="):
        decay.eigenvalue_leading(2**-p, 0)
    with pytest.raises(InputError, match="a="):
        decay.power_leading(a=0, d=2)
    with pytest.raises(InputError, match="a="):
        decay.geometric_leading(a=1, d=2)


def test_a_parity_of_the_coefficients_is_that_of_the_eigenvalues() -> None:
    for name, parity in (("relu", "even"), ("tanh", "odd"), ("erf", "odd"), ("gaussian(1)", "even")):
        without, within = (decay.ntk_leading(name, bias=bias, d=2) for bias in (False, True))
        assert without is not None and within is not None
        assert (without.parity, within.parity) == (parity, None)
    assert decay.ntk_leading("sin", bias=False, d=2) is None


def test_the_places_in_the_list_are_counted_with_multiplicity() -> None:
    ell = decay.order_symbol()
    every = decay.ordered(LeadingTerm(1 / K, None), 3)
    second = decay.ordered(LeadingTerm(1 / K, "even"), 3)
    # up to k there are k³/3 harmonics on S³ to leading order, half of them of one parity
    assert sympy.simplify(every.subs(ell, sympy.Rational(1, 3) * 8000**3) - sympy.Rational(1, 8000)) == 0
    assert sympy.simplify(second.subs(ell, sympy.Rational(1, 6) * 8000**3) - sympy.Rational(1, 8000)) == 0


@pytest.mark.parametrize("parity", [None, "even", "odd"])
def test_the_last_place_of_a_frequency_on_the_two_sphere(parity: Any) -> None:
    ell = decay.order_symbol()
    for k in (4, 5, 20, 21):
        if parity is not None and (k % 2 == 0) != (parity == "even"):
            continue
        counted = [j for j in range(k + 1) if parity is None or (k - j) % 2 == 0]
        place = sum(2 * j + 1 for j in counted)
        assert decay.last_frequency(parity).subs(ell, place) == k


@pytest.mark.parametrize(("a", "d"), [(0, 2), (1, 2), (sympy.Rational(3, 2), 3)])
def test_the_largest_summand(a: Any, d: int) -> None:
    k = 160

    def size(p: int) -> float:
        return float(sympy.N(weight(p, k, d, "surface") * p ** -sympy.sympify(a), 20))

    peak = int(decay.summand_peak(a, d).subs(K, k))
    around = [size(2 * (int(peak * share) // 2)) for share in (0.8, 1, 1.2)]
    assert max(around) == around[1]
    # the summand is 2 (2πe)^{d/2} f_a(p) to leading order
    found = float(
        sympy.N(decay.summand_maximum(a, d).subs(K, k) * 2 * (2 * sympy.pi * sympy.E) ** (sympy.Integer(d) / 2))
    )
    assert around[1] == pytest.approx(found, rel=0.06)
