"""Compositions of series without negative coefficients: the bounds of what is cut, the exponents that vanish."""

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, arb_poly, arb_series

from eigenlaw.numerics import support
from eigenlaw.numerics.composition import Expansion, PowerBounds, at_series, taylor_shift
from eigenlaw.numerics.correlation import coefficients_of, series_terms
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.precision import working
from eigenlaw.theory.activations import activation


def pgf(order: int) -> list[Any]:
    """0.4 + 0.6 Σ_{p>=1} 2^-p ρ^p, of which only a part is handed over."""
    return [arb("0.4"), *(arb("0.6") * arb(2) ** -p for p in range(1, order + 1))]


def test_bounds_of_powers_hold_and_are_of_use() -> None:
    order = 40
    with working(120), series_terms(order + 1):
        z = arb_series(pgf(order))
        bounds = PowerBounds(pgf(order))
        for least in (5, 60, 400):
            found = bounds.until(least, order)
            assert all(abs(a / bounds.at(least, p) - 1) < 1e-12 for p, a in enumerate(found))
            for power in (least, least + 1, least + 25):
                exact = coefficients_of(z**power, order)
                assert not any(c > bound for c, bound in zip(exact, found, strict=True))
        assert found[20] < 1e-60 and bounds.at(20, 2) < 1e-3


@pytest.mark.parametrize("start", ["0.01", "0.5", "0.97"])
@pytest.mark.parametrize("order", [3, 45, 299])
def test_taylor_shift_is_flint_s(start: str, order: int) -> None:
    with working(200):
        c = [mu * mu for mu in hermite_sweep(activation("tanh"), 300, 200)]
        b = arb(start)
        whole = arb_poly(c)(arb_poly([b, 1 - b])).coeffs()
        floor = arb(2) ** -190 * min(abs(whole[p]) for p in range(order + 1))
        found = taylor_shift(c, b, 1 - b, order, floor)
        for one, other in zip(found, whole[: order + 1], strict=True):
            assert one.overlaps(other) and one.rel_accuracy_bits() > 150
        # a coarse floor costs digits, never the truth
        coarse = taylor_shift(c, b, 1 - b, order, arb(2) ** -20)
        assert all(one.overlaps(other) for one, other in zip(coarse, whole, strict=False))


@pytest.mark.parametrize("count", [1, 2, 7, 30, 300])
def test_both_ways_to_compose_agree(count: int) -> None:
    with working(150), series_terms(121):
        c = [arb(1) / (k + 1) ** 2 for k in range(count)]
        x = arb_series([arb(0), *(arb(3) ** -p for p in range(1, 121))])
        found, other = coefficients_of(at_series(c, x), 120), horner(c, x.coeffs(), 120)
        assert all(a.overlaps(b) for a, b in zip(found, other, strict=True))
        assert min(ball.rel_accuracy_bits() for ball in found if not ball.is_zero()) > 100


def horner(coefficients: list[Any], z: list[Any], order: int) -> list[Any]:
    """Σ c_k z^k to the order."""
    with series_terms(order + 1):
        total, inner = arb_series([0]), arb_series(z)
        for c in reversed(coefficients):
            total = total * inner + c
        return coefficients_of(total, order)


def towards_one(order: int, start: str) -> list[Any]:
    """A series with z(1) = 1 and the constant term given."""
    rest = [(1 - arb(start)) * arb(2) ** -p for p in range(1, order)]
    return [arb(start), *rest, 1 - arb(start) - sum(rest, arb(0))]


@pytest.mark.parametrize("loose", [False, True])
def test_a_polynomial_composed_with_one_series_after_the_other(loose: bool) -> None:
    """The expansions follow each other towards 1; what they leave out is within the radii, and is what was allowed."""
    order = 40
    with working(260):
        c = [mu * mu for mu in hermite_sweep(activation("tanh"), 400, 260)]
        goals = {p: arb(2) ** (-20 if loose else -200) for p in (0, order // 2, order)}
        known = Expansion(arb(0), arb(1), c, 400, arb(0))
        for start in ("0.3", "0.7", "0.9", "0.99"):
            z = towards_one(order, start)
            found, known = known.composed(z, goals, goals[0] / 1000)
            for p, (ball, exact) in enumerate(zip(found, horner(c, z, order), strict=True)):
                assert ball.overlaps(exact)
                assert ball.rad() < arb(2) ** -190 or (loose and ball.rad() < arb(2) ** -18), p
            assert known.start.overlaps(z[0]) and not known.cut.is_zero() and known.cut < 2 * goals[0]
            assert known.scale >= 1 - z[0] and not known.scale > (1 - z[0]) * (1 + arb(2) ** -20)
        assert len(known.coefficients) < (20 if loose else 90)
        if loose:
            assert max(ball.rad() for ball in found) > arb(2) ** -40


def test_an_expansion_without_a_bound_of_its_rest_would_be_wrong() -> None:
    order = 30
    with working(200):
        c = [mu * mu for mu in hermite_sweep(activation("relu"), 200, 200)]
        goals = {order: arb(2) ** -20}
        z, further = towards_one(order, "0.3"), towards_one(order, "0.6")
        _, known = Expansion(arb(0), arb(1), c, 200, arb(0)).composed(z, goals)
        exact = horner(c, further, order)
        found, _ = known.composed(further, goals)
        unbounded, _ = replace(known, cut=arb(0)).composed(further, {order: arb(2) ** -150})
        assert all(a.overlaps(b) for a, b in zip(found, exact, strict=True))
        assert not all(a.overlaps(b) for a, b in zip(unbounded, exact, strict=True))


def exponents_by_hand(outer: set[int], inner: set[int], order: int) -> set[int]:
    """All sums of k exponents of the inner series, k an exponent of the outer one."""
    out = set()
    for k in outer:
        sums = {0}
        for _ in range(k):
            sums = {a + b for a, b in itertools.product(sums, inner) if a + b <= order}
        out |= sums
    return out


def bits(exponents: set[int]) -> int:
    return sum(1 << p for p in exponents)


@pytest.mark.parametrize("inner", [{1}, {0, 1}, {2}, {0, 2}, {1, 3}, {0, 3, 5}, {2, 3}])
@pytest.mark.parametrize("outer", [{0}, {1}, {3}, {0, 2}, {1, 3}, {0, 1, 4}])
def test_exponents_of_a_composition(outer: set[int], inner: set[int]) -> None:
    assert support.composed((bits(outer), True), bits(inner), 12) == bits(exponents_by_hand(outer, inner, 12))
    assert support.sums(bits(outer), bits(inner), 12) == bits({a + b for a in outer for b in inner})


@pytest.mark.parametrize("inner", [{1, 3, 5, 7, 9, 11}, {0, 2, 4, 6, 8, 10, 12}, {2, 4, 8}, {1, 2, 4}, {0, 1, 3}])
def test_no_exponent_of_an_infinite_series_is_lost(inner: set[int]) -> None:
    for name, outer in (
        ("tanh", set(range(1, 13, 2))),
        ("cos", set(range(0, 13, 2))),
        ("relu", {0, 1, *range(2, 13, 2)}),
    ):
        known = support.hermite_support(activation(name), Fraction(1), 12)
        assert not known[1] and bits(outer) & ~known[0] == 0
        assert bits(exponents_by_hand(outer, inner, 12)) & ~support.composed(known, bits(inner), 12) == 0


def test_a_ball_of_the_variance_claims_no_zero_of_its_midpoint() -> None:
    square = activation("polynomial(-1,0,1)")  # He_2: its mean vanishes at variance 1 alone
    assert support.hermite_support(square, Fraction(1), 6) == (0b100, True)
    assert support.hermite_support(square, arb(1), 6) == (0b101, True)
    assert support.hermite_support(activation("selu"), Fraction(1), 3) == (0b1110, False)
    assert support.hermite_support(activation("selu"), arb(1), 3) == (0b1111, False)
