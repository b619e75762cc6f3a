"""Wallis bounds: exact comparisons, sharpness, and the printed form that fails."""

import pytest
import sympy

from eigenlaw.theory.bounds import sharp_wallis_bounds, wallis_bounds, wallis_ratio
from eigenlaw.theory.errors import InputError


def _below(smaller: sympy.Expr, larger: sympy.Expr) -> bool:
    return bool(sympy.N(larger - smaller, 30) > 1e-25)


def test_ratio_is_a_central_binomial() -> None:
    for p in range(0, 40, 2):
        assert wallis_ratio(p) == sympy.Rational(sympy.binomial(p, p // 2), 2**p)


@pytest.mark.parametrize("p", [*range(0, 42, 2), 200, 1000])
def test_bounds_hold(p: int) -> None:
    bound = wallis_bounds(p)
    assert _below(bound.lower, bound.value)
    assert _below(bound.value, bound.upper)
    for first in (0, 2, 6):
        sharp = sharp_wallis_bounds(p, first)
        if p > first:
            assert _below(sharp.lower, sharp.value)
            assert _below(bound.lower, sharp.lower)
        if p == first:
            assert sympy.simplify(sharp.lower - sharp.value) == 0
        assert _below(sharp.value, sharp.upper)


def test_upper_constant_cannot_be_raised() -> None:
    theta = [1 / (sympy.pi * wallis_ratio(p) ** 2) - sympy.Rational(p, 2) for p in (2, 20, 200, 2000)]
    numbers = [float(sympy.N(value, 30)) for value in theta]
    assert numbers == sorted(numbers, reverse=True)
    assert 0.25 < numbers[-1] < 0.2501


def test_printed_form_fails_at_two() -> None:
    # (37) with p for p/2: 1/2 < 1/√(π(2 + 1/4)) is false.
    assert not _below(wallis_ratio(2), 1 / sympy.sqrt(sympy.pi * (2 + sympy.Rational(1, 4))))


def test_symbolic_bound_is_a_formula_in_p() -> None:
    bound = wallis_bounds()
    [p] = bound.lower.free_symbols
    assert bound.lower.subs(p, 6) == wallis_bounds(6).lower
    assert bound.value.subs(p, 6) == sympy.Rational(5, 16)


@pytest.mark.parametrize("p", [3, -2])
def test_odd_or_negative(p: int) -> None:
    with pytest.raises(InputError, match="p="):
        wallis_ratio(p)
