"""Frozen distributions against those of SciPy, and by integrals where SciPy has none."""

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.random import mtrand
from scipy.stats import beta, kstest, powerlaw, semicircular

from eigenlaw.numerics.circular import Circular
from eigenlaw.numerics.extreme_singular_values import HardEdge, LargestSingularValue, SmallestSingularValue
from eigenlaw.numerics.frozen import Frozen
from eigenlaw.numerics.law import Law
from eigenlaw.numerics.marchenko_pastur import MarchenkoPastur
from eigenlaw.numerics.semicircle import Semicircle
from eigenlaw.theory.errors import InputError


@pytest.mark.parametrize(
    ("law", "theirs"),
    [
        (Semicircle(), semicircular(scale=2)),
        (Circular(), powerlaw(2)),
        (MarchenkoPastur(Fraction(1), "eigenvalues"), None),
    ],
)
def test_it_does_what_scipy_does(law: Law, theirs: Any) -> None:
    theirs = theirs or beta(0.5, 1.5, scale=4)
    ours = Frozen(law)
    low, high = ours.support()
    x = np.linspace(low - 0.1, high + 0.1, 8).reshape(2, 4)
    q = np.array([0.0, 1e-9, 0.3, 0.9, 1.0, 1.1])
    for name, argument in (("pdf", x), ("cdf", x), ("sf", x), ("logcdf", x), ("logsf", x), ("ppf", q), ("isf", q)):
        found, expected = getattr(ours, name)(argument), getattr(theirs, name)(argument)
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=2e-9, atol=1e-14)
    for name in ("mean", "var", "std", "median", "entropy"):
        assert getattr(ours, name)() == pytest.approx(float(getattr(theirs, name)()), rel=1e-8, abs=1e-14)
    assert ours.stats("mvsk") == pytest.approx([float(part) for part in theirs.stats("mvsk")], abs=1e-7)
    assert ours.moment(3) == pytest.approx(float(theirs.moment(3)), abs=1e-12)
    assert ours.interval(0.9) == pytest.approx(theirs.interval(0.9), rel=1e-12)
    assert isinstance(ours.cdf(0.5), float)
    assert kstest(ours.rvs(2000, random_state=3), ours.cdf).pvalue > 1e-6


def test_shapes_and_seeds_of_samples() -> None:
    law = Frozen(Semicircle())
    assert isinstance(law.rvs(), float)
    assert law.rvs((2, 3), random_state=1).shape == (2, 3)
    first, again = (law.rvs(5, random_state=np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, law.rvs(5, random_state=8))
    legacy = mtrand.RandomState(1)
    with pytest.raises(InputError, match="random_state"):
        law.rvs(5, random_state=legacy)


def test_atoms_are_in_the_moments() -> None:
    law = MarchenkoPastur(Fraction(3), "eigenvalues")
    frozen = Frozen(law)
    assert (frozen.mean(), frozen.var()) == pytest.approx((1, 3))
    assert frozen.expect(lambda x: np.ones_like(x)) == pytest.approx(1, abs=1e-13)
    assert frozen.expect(lambda x: x**3) == pytest.approx(float(law.moment(3)), rel=1e-12)
    assert frozen.median() == 0
    with pytest.raises(InputError, match="atoms"):
        frozen.entropy()


def test_moments_that_are_not_closed_are_integrated() -> None:
    """The squares of the two singular values of a 3 × 2 matrix sum to 6 in the mean."""
    low, high = Frozen(SmallestSingularValue(3, 2, "complex")), Frozen(LargestSingularValue(3, 2, "complex"))
    assert low.moment(2) + high.moment(2) == pytest.approx(6, rel=1e-9)
    assert high.var() == pytest.approx(high.moment(2) - high.mean() ** 2, rel=1e-9)
    assert Frozen(HardEdge("complex")).mean() == pytest.approx(math.sqrt(math.pi) / 2, rel=1e-14)
    assert Frozen(HardEdge("complex")).isf(1e-100) == pytest.approx(math.sqrt(100 * math.log(10)), rel=1e-13)
    assert Frozen(HardEdge("real")).median() == pytest.approx(math.sqrt(1 + 2 * math.log(2)) - 1, rel=1e-14)


def test_what_is_refused() -> None:
    with pytest.raises(InputError, match="order=-1"):
        Frozen(Circular()).moment(-1)
    with pytest.raises(InputError, match="moments=q"):
        Frozen(Circular()).stats("q")
