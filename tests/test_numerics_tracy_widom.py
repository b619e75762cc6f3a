"""Tracy–Widom laws: published numbers, the Airy kernel itself, integrals of the density, and matrices."""

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from scipy.linalg import eigvalsh_tridiagonal

from eigenlaw.numerics import airy_kernel
from eigenlaw.numerics.airy_kernel import Sign, determinants
from eigenlaw.numerics.fredholm import determinant_estimate
from eigenlaw.numerics.law import law_values
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.tracy_widom import TracyWidom
from eigenlaw.theory.errors import InputError

LAWS = [TracyWidom(1), TracyWidom(2)]


@pytest.mark.parametrize(
    ("law", "mean", "variance"),
    [(LAWS[0], -1.2065335745820, 1.607781034581), (LAWS[1], -1.771086807411, 0.8131947928329)],
    ids=["1", "2"],
)
def test_published_moments(law: TracyWidom, mean: float, variance: float) -> None:
    """Bornemann, On the numerical evaluation of distributions in random matrix theory (2010)."""
    first, second = law.moment(1), law.moment(2)
    assert float(first.mid()) == pytest.approx(mean, abs=2e-12)
    assert float((second - first * first).mid()) == pytest.approx(variance, abs=2e-12)
    assert max(float(first.rad()), float(second.rad())) < 1e-12
    assert "moment" in law.estimated


def classical_kernel(x: arb, y: arb) -> arb:
    p, p_slope, _, _ = x.airy()
    if x.overlaps(y):
        return p_slope**2 - x * p**2
    q, q_slope, _, _ = y.airy()
    return (p * q_slope - p_slope * q) / (x - y)


@pytest.mark.parametrize("s", [-3, 1])
def test_f2_is_the_determinant_of_the_airy_kernel(s: int) -> None:
    """The classical kernel on (s, 14), which is another operator than the one in use."""
    with working(60):
        estimate, _ = determinant_estimate(classical_kernel, arb(s), arb(14), 14)
        assert abs(estimate - LAWS[1].distribution(arb(s))) < 1e-13


def test_balls_shrink_and_overlap() -> None:
    for s in (-4.0, 5.0):
        with working(53):
            rough = determinants(arb(s))
        with working(96):
            fine = determinants(arb(s))
        for first, second in zip(rough.values(), fine.values(), strict=True):
            for one, two in zip(first, second, strict=True):
                assert one.overlaps(two) and one.rad() > two.rad() > 0
                assert two.rel_accuracy_bits() > 76


@pytest.mark.parametrize("law", LAWS, ids=["1", "2"])
def test_distribution_is_the_integral_of_the_density(law: TracyWidom) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(60)
    for left, right in ((-5.0, -1.0), (-1.0, 2.0)):
        x = (left + right) / 2 + (right - left) / 2 * nodes
        found = float(np.sum(weights * law.densities(x))) * (right - left) / 2
        with working(60):
            exact = law.distribution(arb(right)) - law.distribution(arb(left))
        assert found == pytest.approx(float(exact.mid()), abs=1e-13)


def test_float_tables_follow_the_balls() -> None:
    x = np.array([-6.4, -1.2, 4.9])
    with working(60):
        parts = [determinants(arb(v)) for v in x]
        for law in LAWS:
            for fast, index in ((law.distributions, 0), (law.densities, 1)):
                exact = [float(part[1][index].mid()) for part in parts]
                if law.beta == 2:
                    exact = [float(_product(part)[index].mid()) for part in parts]
                np.testing.assert_allclose(fast(x), exact, rtol=0, atol=1e-13)
            assert law.density(arb(x[1])).overlaps(_product(parts[1])[1] if law.beta == 2 else parts[1][1][1])


def _product(part: dict[Sign, tuple[Any, Any]]) -> tuple[Any, Any]:
    return part[1][0] * part[-1][0], part[1][1] * part[-1][0] + part[1][0] * part[-1][1]


def test_the_bound_covers_coarse_discretisations() -> None:
    """With too few nodes, too short an interval or another ellipse the proven error is above the true one."""
    with working(110):
        for s in (-3.0, 1.0):
            exact, best = determinants(arb(s)), airy_kernel._plan(s, 80 * math.log(2))
            for count, end, rho in ((2, best.end, 1.6), (8, 3.0, 2.5), (16, best.end, 4.0), (30, 6.0, 4.0)):
                plan = replace(best, count=count, end=end, rho=rho)
                error = airy_kernel._error(arb(s), plan)
                matrix, moved = airy_kernel._matrices(arb(s), plan)
                unit = airy_kernel._identity(count)
                for sign, (value, slope) in exact.items():
                    found = airy_kernel._with_slope(unit - sign * matrix, sign * moved, arb(0))
                    assert 0 < abs(found[0] - value) < error and abs(found[1] - slope) < error / airy_kernel._CIRCLE


def test_quantiles() -> None:
    level = Fraction(95, 100)
    for law in LAWS:
        found = law_values(law, "quantile", [level], 15)
        assert found.reached
        ball = found.balls[0]
        with working(100):
            assert law.distribution(ball.lower()) < arb(19) / 20 < law.distribution(ball.upper())


def test_matrices() -> None:
    """Tridiagonal β-ensembles of size 160: mean and variance within the edge's error n^{−2/3}."""
    rng, size, count = np.random.default_rng(5), 160, 1000
    for law in LAWS:
        beta, values = law.beta, []
        for _ in range(count):
            diagonal = rng.normal(0, np.sqrt(2), size)
            off = np.sqrt(rng.chisquare(beta * np.arange(size - 1, 0, -1)))
            top = eigvalsh_tridiagonal(diagonal, off, select="i", select_range=(size - 1, size - 1))[0] / np.sqrt(beta)
            values.append((top - 2 * np.sqrt(size)) * size ** (1 / 6))
        mean = float(law.moment(1).mid())
        spread = np.sqrt(float((law.moment(2) - law.moment(1) ** 2).mid()))
        assert abs(np.mean(values) - mean) < 4 * spread / np.sqrt(count) + 2 * size ** (-2 / 3)
        assert abs(np.std(values) / spread - 1) < 0.08


def test_far_tails_and_refusals() -> None:
    with pytest.raises(InputError, match="beta=4"):
        TracyWidom(4)
    law = LAWS[0]
    assert 0 < law.distribution(arb(-9)) < arb(10) ** -15
    with working(400):
        assert law.distribution(arb(500)) > 1 - arb(10) ** -100
    assert not law.density(arb(500)).is_finite()
    draws = law.sample(np.random.default_rng(6), 20_000)
    assert abs(draws.mean() + 1.2065) < 0.04 and abs(draws.std() - np.sqrt(1.6078)) < 0.03


def test_points_that_would_take_minutes_are_refused() -> None:
    assert TracyWidom(1).distribution(arb(-12)) < arb("1e-35")
    assert TracyWidom(1)._right(arb(40)) < arb("1e-70")
    for what in ("pdf", "cdf"):
        for point in (-13, 41):
            with pytest.raises(InputError, match=r"at=-?\d+: expected a point from −12 to 40"):
                law_values(TracyWidom(2), what, [Fraction(point)], 15)


def test_float64_far_out() -> None:
    for law in LAWS:
        far = np.array([-1000.0, -12.5, 40.5, 1000.0])
        assert law.densities(far).tolist() == [0.0] * 4
        assert law.distributions(far).tolist() == [0.0, 0.0, 1.0, 1.0]
        assert law.survivals(far).tolist() == [1.0, 1.0, 0.0, 0.0]
        assert np.isnan(law.distributions(np.array([math.nan]))).all()
