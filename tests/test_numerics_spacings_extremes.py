"""Spacings far out and next to 0: what is answered is enclosed, what is not is refused in a line."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq

from eigenlaw.numerics.law import What, law_values
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.spacings import GOESpacing, GUESpacing
from eigenlaw.theory.errors import InputError

TINY = Fraction(1, 10**30)


@pytest.mark.parametrize("law", [GUESpacing()])
def test_the_quantile_next_to_1_leaves_what_it_should(law: GUESpacing) -> None:
    """P(X > x) at the quantile of 1 − 1e-30 is 1e-30, and the two enclosures differ in precision only."""
    (rough,) = law_values(law, "quantile", [1 - TINY], 5).balls
    fine = law_values(law, "quantile", [1 - TINY], 20)
    assert fine.reached and rough.overlaps(fine.balls[0])
    with working(120):
        assert law.survival(fine.balls[0]).overlaps(arb(fmpq(1, 10**30)))
    assert law.upper_quantiles(np.array([1e-30]))[0] == pytest.approx(float(rough), rel=1e-4)


def test_the_bound_of_the_tail_is_one() -> None:
    """Where the bound takes over it lies above the determinant, but below the 1e-60 that the message names."""
    law = GOESpacing()
    with working(40):
        bound = law._tail_bound(arb(32.5))
        assert law.survival(arb(32.5)) < bound < arb("1e-60")
    assert law._tail_bound(arb(20)) == 1
    far = law_values(law, "cdf", [Fraction(100)], 50)
    assert far.reached and far.balls[0].contains(1)


@pytest.mark.parametrize(
    ("what", "point"),
    [("pdf", Fraction(100)), ("pdf", TINY**10), ("cdf", TINY**10), ("quantile", TINY**10), ("quantile", 1 - TINY**10)],
)
def test_what_is_out_of_range_is_refused(what: What, point: Fraction) -> None:
    """Not a number that is none, nor a stall: one line that tells the range."""
    with pytest.raises(InputError, match=r"^at=.*expected"):
        law_values(GOESpacing(), what, [point], 20)


def test_moments_beyond_the_range_are_refused_and_those_within_grow() -> None:
    """Order 17 is refused; the tenth is near that of the surmise, whose tail is a little heavier."""
    with pytest.raises(InputError, match="order 16 at most"):
        law_values(GOESpacing(), "moment", [Fraction(17)], 5)
    (tenth,) = law_values(GOESpacing(), "moment", [Fraction(10)], 5).balls
    assert abs(float(tenth) * (np.pi / 4) ** 5 / 120 - 1) < 0.5


def test_float64_is_zero_far_out() -> None:
    """Density and survival beyond 32 are 0, not NaN."""
    points = np.array([1.0, 40.0, 1e6, np.inf])
    assert (GOESpacing().densities(points)[1:] == 0).all() and (GOESpacing().survivals(points)[1:] == 0).all()
