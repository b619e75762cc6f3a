"""Exact spacing laws: against their own integrals, published numbers, and circular ensembles."""

from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from flint import arb
from scipy.stats import kstest

from eigenlaw.numerics.law import law_values
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.spacings import GOESpacing, GUESpacing, Spacing
from eigenlaw.numerics.wigner_surmise import WignerSurmise

LAWS = [GOESpacing(), GUESpacing()]
NODES, WEIGHTS = np.polynomial.legendre.leggauss(80)


def integral(values: np.ndarray, low: float, high: float) -> float:
    return float(np.sum(WEIGHTS * values) * (high - low) / 2)


@cache
def moment_of(law: Spacing, n: int) -> arb:
    with working(50):
        return law.moment(n)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_distribution_and_moments_are_integrals_of_the_density(law: Spacing) -> None:
    for x in (0.5, 1.0, 3.0):
        s = x * (1 + NODES) / 2
        assert float(law.distribution(arb(x)).mid()) == pytest.approx(integral(law.densities(s), 0, x), rel=1e-11)
    s = 8 * (1 + NODES) / 2
    for n in (0, 1, 2, 5):
        found, moment = integral(s**n * law.densities(s), 0, 8), moment_of(law, n)
        assert moment.rel_accuracy_bits() > 40
        assert float(moment.mid()) == pytest.approx(found, rel=1e-11)


@pytest.mark.parametrize(("law", "variance"), [(LAWS[0], 0.2855306557), (LAWS[1], 0.1799938776)])
def test_published_variances(law: Spacing, variance: float) -> None:
    """Bornemann, On the numerical evaluation of distributions in random matrix theory (2010)."""
    with working(50):
        assert float((moment_of(law, 2) - 1).mid()) == pytest.approx(variance, abs=5e-10)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_fifty_digits(law: Spacing) -> None:
    points = [Fraction(1, 10**12), Fraction(1), Fraction(9)]
    for what in ("pdf", "cdf"):
        found = law_values(law, what, points, 50)
        assert found.reached and found.certified
    assert law_values(law, "cdf", [Fraction(-1), Fraction(0)], 20).balls == [0, 0]
    level = Fraction(1, 3)
    quantile = law_values(law, "quantile", [level], 50).balls[0]
    with working(300):
        low, high = (law.distribution(end) for end in (quantile.lower(), quantile.upper()))
        assert low < arb(1) / 3 < high and high - low < arb(10) ** -48


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_float_tables_follow_the_balls(law: Spacing) -> None:
    x = np.array([1e-6, 0.5, 1.5, 6.2])
    pairs = ((law.densities, law.density), (law.distributions, law.distribution), (law.survivals, law.survival))
    with working(120):
        for fast, slow in pairs:
            np.testing.assert_allclose(fast(x), [float(slow(arb(v)).mid()) for v in x], rtol=2e-12)
    u = np.array([1e-9, 1e-3, 0.5, 0.999999])
    np.testing.assert_allclose(law.distributions(law.quantiles(u)), u, rtol=1e-11)
    assert law.densities(np.array([-1.0]))[0] == 0 and law.distributions(np.array([-1.0]))[0] == 0


def circular_spacings(beta: int, size: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Spacings of COE or CUE eigenphases, of uniform density by symmetry: no unfolding."""
    out = []
    for _ in range(count):
        z = rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))
        q, r = np.linalg.qr(z)
        unitary = q * (np.diag(r) / np.abs(np.diag(r)))
        matrix = unitary.T @ unitary if beta == 1 else unitary
        phases = np.sort(np.angle(np.linalg.eigvals(matrix)))
        out.append(np.diff(phases)[::2] * size / (2 * np.pi))
    return np.concatenate(out)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_circular_ensembles(law: Spacing) -> None:
    """Every second spacing of matrices of size 40; the law is off by about 1/40² there, a scale by 10 % is seen."""
    rng = np.random.default_rng(2)
    spacings = circular_spacings(law.beta, 40, 300, rng)
    assert kstest(law.distributions(spacings), "uniform").pvalue > 1e-3
    assert kstest(law.distributions(1.1 * spacings), "uniform").pvalue < 1e-3


def test_the_sampler_draws_from_the_law_and_not_from_the_surmise() -> None:
    for law, count in zip(LAWS, (200_000, 50_000), strict=True):
        draws = law.sample(np.random.default_rng(3), count)
        if law is LAWS[0]:
            assert kstest(WignerSurmise().distributions(draws), "uniform").pvalue < 1e-4
        assert kstest(law.distributions(draws), "uniform").pvalue > 1e-4
        again = [law.sample(np.random.default_rng(7), 50) for _ in range(2)]
        assert np.array_equal(again[0], again[1])
    s = np.linspace(0.01, 5, 400)
    distance = np.abs(LAWS[0].distributions(s) - WignerSurmise().distributions(s)).max()
    assert 0.004 < distance < 0.01


def test_far_tails_stay_enclosures() -> None:
    for law in LAWS:
        with working(200):
            assert 0 < 1 - law.distribution(arb(100)).lower() < 1e-20
        assert not law.density(arb(100)).is_finite()
        with working(80):
            assert 0 < law.survival(arb(12)) < arb(10) ** -35
