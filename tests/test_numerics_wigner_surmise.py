"""Wigner's surmise against integrals of its density and against 2 × 2 matrices."""

from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from flint import arb
from scipy.integrate import quad
from scipy.stats import kstest

from eigenlaw.numerics.law import law_values
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.wigner_surmise import WignerSurmise

LAW = WignerSurmise()


def test_distribution_and_moments_are_integrals_of_the_density() -> None:
    for x in (0.3, 1.0, 2.5):
        assert float(LAW.distribution(arb(x)).mid()) == pytest.approx(
            quad(lambda s: float(LAW.densities(np.array(s))), 0, x)[0], rel=1e-12
        )
    for n in range(6):
        found = quad(lambda s, n=n: s**n * float(LAW.densities(np.array(s))), 0, 12)[0]
        assert float(LAW.moment(n).mid()) == pytest.approx(found, rel=1e-10)


def test_fifty_digits_and_tails() -> None:
    points = [Fraction(1, 10**30), Fraction(1, 2), Fraction(15)]
    for what in ("pdf", "cdf"):
        assert law_values(LAW, what, points, 50).reached
    levels = [Fraction(1, 10**40), Fraction(1, 3), 1 - Fraction(1, 10**40)]
    found = law_values(LAW, "quantile", levels, 50)
    assert found.reached and found.certified
    with working(600):
        for level, ball in zip(levels, found.balls, strict=True):
            back = LAW.distribution(ball)
            assert back.contains(arb(level.numerator) / level.denominator)
    assert law_values(LAW, "cdf", [Fraction(-1), Fraction(0)], 50).balls == [0, 0]


def test_float_values_follow_the_balls() -> None:
    x = np.array([-1.0, 0.0, 1e-9, 0.4, 2.0, 7.0])
    for fast, slow in (
        (LAW.densities, LAW.density),
        (LAW.distributions, LAW.distribution),
        (LAW.survivals, LAW.survival),
    ):
        np.testing.assert_allclose(fast(x), [float(slow(arb(v)).mid()) for v in x], rtol=1e-14)
    u = np.array([1e-12, 0.2, 0.9])
    np.testing.assert_allclose(LAW.distributions(LAW.quantiles(u)), u, rtol=1e-13)


def test_it_is_the_law_of_two_by_two_matrices() -> None:
    rng = np.random.default_rng(1)
    diagonal, off = rng.normal(0, sqrt(2), (20000, 2)), rng.normal(size=20000)
    spacing = np.hypot(diagonal[:, 0] - diagonal[:, 1], 2 * off)
    assert kstest(LAW.distributions(spacing / np.sqrt(2 * np.pi)), "uniform").pvalue > 1e-4
    assert kstest(LAW.distributions(LAW.sample(rng, 20000)), "uniform").pvalue > 1e-4
    assert kstest(LAW.distributions(1.03 * spacing / np.sqrt(2 * np.pi)), "uniform").pvalue < 1e-4
