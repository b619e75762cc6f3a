from fractions import Fraction
from typing import Any

import pytest
from flint import arb

from eigenlaw.numerics.hermite import hermite_balls
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.tails import CoefficientBound, coefficient_bound, tail_bound
from eigenlaw.theory.activations import activation
from eigenlaw.theory.errors import InputError


def bounded(name: str, *arguments: Any, **options: Any) -> CoefficientBound:
    found = coefficient_bound(activation(name), 64, *arguments, **options)
    assert found is not None
    return found


FAMILY = ["tanh", "tanh(3)", "sigmoid", "silu", "softplus"]


@pytest.mark.parametrize("variance", [Fraction(1), Fraction(1, 5), Fraction(4)], ids=str)
@pytest.mark.parametrize("name", FAMILY)
def test_no_coefficient_exceeds_its_bound(name: str, variance: Fraction) -> None:
    phi = activation(name)
    balls = hermite_balls(phi, 300, 20, variance=variance).balls
    bound = bounded(name, variance)
    slower = bounded(name, variance, first=11, rate=Fraction(1, 5))
    for k in range(3, 301):
        assert abs(balls[k]) < bound.at(k)
        if k >= 11:
            assert abs(balls[k]) < slower.at(k)


def test_the_bound_is_of_the_right_size() -> None:
    """At α = 1 the bound is within a factor 10 of the coefficients; without its factor 2 it would fail for large α."""
    balls = hermite_balls(activation("tanh"), 401, 20).balls
    bound = bounded("tanh")
    assert all(abs(balls[k]) > bound.at(k) / 10 for k in range(5, 402, 2))
    steep = hermite_balls(activation("tanh(100)"), 401, 20).balls
    large = bounded("tanh(100)")
    assert abs(steep[3]) > large.at(3) / 4


@pytest.mark.parametrize("name", [*FAMILY, "relu", "gelu", "x*tanh(x)", "sign", "gaussian(2)"])
def test_tails_cover_what_is_left_out(name: str) -> None:
    phi = activation(name)
    balls = hermite_balls(phi, 200, 40).balls
    for order in (0, 1, 5, 40):
        tail = tail_bound(phi, order, 200)
        with working(200):
            part = sum((mu * mu for mu in balls[order + 1 :]), arb(0))
        assert part <= tail or part.overlaps(tail)
        assert tail < part + 0.06


def test_the_explicit_tail_covers_and_wins_at_low_precision() -> None:
    phi = activation("tanh")
    balls = hermite_balls(phi, 900, 20).balls
    bound = bounded("tanh", first=101).tail(100)
    with working(100):
        assert sum((mu * mu for mu in balls[101:]), arb(0)) < bound
    assert tail_bound(phi, 900, 40) < 1e-30


def test_polynomials_have_no_tail() -> None:
    for name in ("linear", "polynomial(1,2,3)", "hermite(5)", "x**3 + 1"):
        assert tail_bound(activation(name), 5, 64).is_zero()
        assert tail_bound(activation(name), 0, 64) > 0
    assert tail_bound(activation("hermite(5)"), 4, 64) >= 1


def test_other_families_and_bad_arguments() -> None:
    assert coefficient_bound(activation("relu"), 64) is None
    with pytest.raises(InputError, match="first=2"):
        coefficient_bound(activation("tanh"), 64, first=2)
    with pytest.raises(InputError, match="rate=2"):
        coefficient_bound(activation("tanh"), 64, rate=Fraction(2))
    with pytest.raises(InputError, match="k=2"):
        bounded("tanh").at(2)
