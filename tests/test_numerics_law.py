"""Exact zeros, ones, centres and atoms; quantiles at points that hit; infinite supports; refusals; the inverse."""

import math
from fractions import Fraction
from typing import Any, get_args

import numpy as np
import pytest
from flint import arb, ctx, fmpq

from eigenlaw.numerics.circular import Circular
from eigenlaw.numerics.invert import invert, invert_floats, refine
from eigenlaw.numerics.law import Floats, Law, Quantity, What, law_values, quantile
from eigenlaw.numerics.marchenko_pastur import MarchenkoPastur
from eigenlaw.numerics.precision import is_accurate, working
from eigenlaw.numerics.semicircle import Semicircle
from eigenlaw.theory.errors import InputError


class Logistic(Law):
    """A law on the whole line with two atoms of 1/4, at −1 and 2, and no fast routes."""

    name = "logistic"

    def support(self) -> tuple[Any, Any]:
        return arb.neg_inf(), arb.pos_inf()

    def atoms(self) -> tuple[tuple[Any, Any], ...]:
        return (arb(-1), arb(1) / 4), (arb(2), arb(1) / 4)

    def density(self, x: Any) -> Any:
        return 1 / (8 * (x / 2).cosh() ** 2)

    def distribution(self, x: Any) -> Any:
        held = sum(mass if x >= place else arb(0) for place, mass in self.atoms())
        return held + 1 / (2 * (1 + (-x).exp()))

    def moment(self, n: int) -> Any:
        raise NotImplementedError

    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        raise NotImplementedError


class Square(Quantity):
    name = "square"

    def value(self, x: Any) -> Any:
        return arb(x * x)


def test_outside_the_support_and_at_its_ends_all_is_exact() -> None:
    for law, ends in ((Semicircle(), (-2, 2)), (Circular(), (0, 1)), (MarchenkoPastur(Fraction(1)), (0, 2))):
        low, high = (Fraction(end) for end in ends)
        tiny = Fraction(1, 10**400)
        result = law_values(law, "cdf", [low - 1, low - tiny, low, high, high + tiny, high + 1], 20)
        assert result.balls == [0, 0, 0, 1, 1, 1]
        assert all(ball.is_exact() for ball in result.balls)
        assert all(ball.is_zero() for ball in law_values(law, "pdf", [low - tiny, high + tiny], 20).balls)


def test_a_centre_an_end_and_a_point_that_bisection_hits() -> None:
    assert law_values(Semicircle(), "quantile", [Fraction(1, 2)], 50).balls[0].is_zero()
    for u, root in ((fmpq(1, 4), arb(1) / 2), (fmpq(9, 16), arb(3) / 4)):
        with working(200):
            found = invert(lambda x: x * x, lambda x: 2 * x, u, arb(0), arb(1))
            assert found.contains(root)
            assert is_accurate(found, 55)


@pytest.mark.parametrize("u", [Fraction(1, 10**25), Fraction(1, 3), 1 - Fraction(1, 10**25)])
def test_quantiles_are_where_the_distribution_is(u: Fraction) -> None:
    for law in (Semicircle(), MarchenkoPastur(Fraction(2, 7)), MarchenkoPastur(Fraction(5, 2), "eigenvalues")):
        result = law_values(law, "quantile", [u], 40)
        assert result.reached
        if law.atoms() and u < Fraction(3, 5):
            assert result.balls[0].is_zero()
            continue
        with working(600):
            x = result.balls[0]
            assert law.distribution(x.lower()) <= fmpq(u.numerator, u.denominator) <= law.distribution(x.upper())


def test_a_law_on_the_line_with_atoms_inside() -> None:
    law, below = Logistic(), [1 / (2 * (1 + math.exp(-place))) for place in (-1, 2)]
    points = [0.01, below[0] + 0.1, 0.5, below[1] + 0.3, 0.999]
    found = law.quantiles(np.array(points))
    assert found[1] == -1
    assert found[3] == 2
    for u, x in zip(points, found, strict=True):
        exact = quantile(law, fmpq(int(u * 2**60), 2**60))
        assert float(exact) == pytest.approx(x, rel=1e-12)
    assert float(quantile(law, fmpq(1, 10**30))) == pytest.approx(math.log(2e-30), rel=1e-12)
    assert law.side(fmpq(10**9)) == 0


def test_floats_are_those_of_the_balls() -> None:
    law = Semicircle()
    x = np.array([-2.5, -2 + 1e-9, -0.5, 0.0, 1.9, 3.0])
    for fast, slow in (
        (law.densities, super(Semicircle, law).densities),
        (law.distributions, super(Semicircle, law).distributions),
        (law.survivals, super(Semicircle, law).survivals),
    ):
        np.testing.assert_allclose(fast(x), slow(x), rtol=4e-15, atol=0)
    assert law.upper_quantiles(np.array([1e-30]))[0] == pytest.approx(2, rel=3e-16)
    below = law.quantiles(np.array([1e-12]))
    assert law.distributions(below)[0] == pytest.approx(1e-12, rel=1e-6)


def test_inverses_in_float64() -> None:
    u = np.array([[0.0, 1e-300, 0.25], [1.0, -0.1, math.nan]])
    found = invert_floats(lambda x, u: x * x - u, lambda x: 2 * x, u, 0.0, 1.0)
    np.testing.assert_allclose(found[0], [0, 1e-150, 0.5], rtol=1e-15)
    assert found[1, 0] == 1
    assert np.isnan(found[1, 1:]).all()
    tall = invert_floats(lambda x, u: -np.expm1(-x) - u, lambda x: np.exp(-x), np.array([0.5, 1e-9]), 0.0, math.inf)
    np.testing.assert_allclose(tall, -np.log1p([-0.5, -1e-9]), rtol=1e-15)


def test_a_distribution_that_cannot_be_told_from_u_gives_a_wide_ball_and_no_loop() -> None:
    found = invert(lambda x: arb(0.5, 0.4), lambda x: arb(1), fmpq(1, 2), arb(0), arb(1))
    assert found.contains(0)
    assert found.contains(1)


def test_questions_that_are_none() -> None:
    law, precision = Semicircle(), ctx.prec
    cases: list[tuple[What, Fraction, str]] = [("quantile", Fraction(2), "at=2"), ("moment", Fraction(1, 2), "at=1/2")]
    for what, point, said in cases:
        with pytest.raises(InputError, match=said):
            law_values(law, what, [point], 15)
    with pytest.raises(InputError, match="what=value"):
        law_values(law, "value", [Fraction(1)], 15)
    with pytest.raises(InputError, match="what=pdf"):
        law_values(Square(), "pdf", [Fraction(1)], 15)
    with pytest.raises(InputError, match="infinite"):
        law_values(Logistic(), "quantile", [Fraction(1)], 15)
    assert law_values(Square(), "value", [Fraction(3, 2)], 15).balls == [arb(9) / 4]
    assert ctx.prec == precision
    assert "value" in get_args(What)


def test_one_hard_point_does_not_spoil_the_others() -> None:
    result = law_values(Semicircle(), "cdf", [Fraction(-2) + Fraction(1, 10**60), Fraction(0)], 30)
    assert result.reached
    assert is_accurate(result.balls[0], 30)


def test_refinement_proves_its_ball_and_refuses_a_wrong_guess() -> None:
    """Ten values are enough for 300 digits of √2/2; a guess that is off, or a density of zero, proves nothing."""
    calls = []

    def square(x: Any) -> Any:
        calls.append(x)
        return x * x

    with working(1000):
        found = refine(square, lambda x: 2 * x, fmpq(1, 2), math.sqrt(0.5))
        assert found is not None and found.overlaps(arb("0.5").sqrt()) and found.rel_accuracy_bits() > 980
        assert len(calls) < 10
        assert not found.overlaps(arb("0.5").sqrt() + arb(10) ** -290)
    assert refine(square, lambda x: 2 * x, fmpq(1, 2), 0.7072) is None
    assert refine(square, lambda x: 0 * x, fmpq(1, 2), math.sqrt(0.5)) is None
    assert refine(square, lambda x: 2 * x, fmpq(0), 0.0) is None
