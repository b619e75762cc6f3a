"""Marchenko–Pastur, strict and with free edges, the semicircle and the modulus of the circular law."""

import math
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import acb, arb, fmpq
from scipy.stats import binom, kstest

from eigenlaw.numerics.circular import Circular
from eigenlaw.numerics.law import Law, What, law_values
from eigenlaw.numerics.marchenko_pastur import MarchenkoPastur, Of
from eigenlaw.numerics.modified_marchenko_pastur import ModifiedMarchenkoPastur
from eigenlaw.numerics.precision import is_accurate, working
from eigenlaw.numerics.semicircle import Semicircle
from eigenlaw.theory.errors import InputError

RATIOS = [Fraction(1, 9), Fraction(2, 7), Fraction(999_999, 1_000_000), Fraction(1), Fraction(5, 2)]
SPECTRA: list[Of] = ["singular-values", "eigenvalues"]
NEAR_ONE = 1 - Fraction(1, 10**25)


def in_angle(ratio: Fraction, s: Fraction, start: float, stop: float) -> mpmath.mpf:
    """∫ t^s dP over α in the range, t = 1 + C + 2√C cos α: an integral of sines, by mpmath, no law of ours."""
    root = mpmath.sqrt(mpmath.mpf(ratio.numerator) / ratio.denominator)
    least = min(1, root**2)

    def weight(angle: mpmath.mpf) -> mpmath.mpf:
        t = abs(1 + root * mpmath.expjpi(angle / mpmath.pi)) ** 2
        return 2 * root**2 * mpmath.sin(angle) ** 2 * t ** (mpmath.mpf(s.numerator) / s.denominator - 1)

    return mpmath.quad(weight, mpmath.linspace(start, stop, 5)) / (mpmath.pi * least)


@pytest.mark.parametrize("ratio", [Fraction(1, 9), Fraction(2, 7), Fraction(1), Fraction(5, 2)])
@pytest.mark.parametrize("of", SPECTRA)
def test_cdf_and_moments_are_integrals(ratio: Fraction, of: Of) -> None:
    law, power = MarchenkoPastur(ratio, of), 2 if of == "eigenvalues" else 1
    share = 1 / ratio if of == "eigenvalues" and ratio > 1 else Fraction(1)
    with mpmath.workdps(25), working(120):
        for angle in ("0.3", "1.1", "2.9"):
            t = 1 + float(ratio) + 2 * math.sqrt(ratio) * math.cos(float(angle))
            x = t if power == 2 else math.sqrt(t)
            cosine = (mpmath.mpf(x) ** (3 - power) - 1 - mpmath.mpf(ratio.numerator) / ratio.denominator) / 2
            exact = mpmath.acos(cosine / mpmath.sqrt(mpmath.mpf(ratio.numerator) / ratio.denominator))
            above = in_angle(ratio, Fraction(0), 0, exact) * share.numerator / share.denominator
            assert float(law.survival(arb(x))) == pytest.approx(float(above), rel=1e-13)
            assert float(law.distribution(arb(x))) == pytest.approx(float(1 - above), rel=1e-13)
        for n in range(1, 6):
            moment = in_angle(ratio, Fraction(n * power, 2), 0, mpmath.pi) * share.numerator / share.denominator
            assert float(law.moment(n)) == pytest.approx(float(moment), rel=1e-13)
        assert law.moment(0) == 1


@pytest.mark.parametrize("ratio", [Fraction(2, 7), Fraction(1), Fraction(5, 2)])
@pytest.mark.parametrize("of", SPECTRA)
def test_the_density_integrates_to_the_cdf(ratio: Fraction, of: Of) -> None:
    """By Arb's certified integral between two points of the bulk."""
    law = MarchenkoPastur(ratio, of)
    low, high = (float(end) for end in MarchenkoPastur(ratio, of).edges())
    if of == "eigenvalues":
        low, high = low**2, high**2
    start, stop = (Fraction(low + part * (high - low)).limit_denominator(64) for part in (0.2, 0.8))
    a, b, c = (fmpq(v.numerator, v.denominator) for v in (start, stop, ratio))
    with working(150):

        def density(z: acb, analytic: bool) -> acb:
            t = z if of == "eigenvalues" else z * z
            front = 2 * arb(c) if of == "eigenvalues" else arb(min(c, fmpq(1)))
            root = (4 * arb(c) - (t - 1 - arb(c)) ** 2).sqrt(analytic=analytic)
            return root / (arb.pi() * front * z)

        integral = acb.integral(density, acb(arb(a)), acb(arb(b))).real
        assert (law.distribution(arb(b)) - law.distribution(arb(a))).overlaps(integral)
        assert integral.rel_accuracy_bits() > 100
        point = arb(a + b) / 2
        assert density(acb(point), False).real.overlaps(law.density(point))


def test_fifty_digits_up_to_the_edges() -> None:
    """Points at 10^−40 from an irrational edge and a rational one, C = 1 − 10^−25 with its edge at 5·10^−26."""
    both: tuple[What, What] = ("pdf", "cdf")
    for ratio in (Fraction(1, 9), Fraction(2, 7), NEAR_ONE, Fraction(1), Fraction(3)):
        for of in SPECTRA:
            law = MarchenkoPastur(ratio, of)
            with working(400):
                low, high = (end.mid() for end in law.support())
                inner = [low + arb(10) ** -40, high - arb(10) ** -40, (low + high) / 2]
            points = [Fraction(int(p.man_exp()[0])) * Fraction(2) ** int(p.man_exp()[1]) for p in map(arb.mid, inner)]
            for what in both:
                result = law_values(law, what, points, 50)
                assert result.reached
                assert result.certified
            assert law_values(law, "moment", [Fraction(k) for k in range(6)], 50).reached
    ninth = MarchenkoPastur(Fraction(1, 9))
    for what in both:
        assert law_values(ninth, what, [Fraction(2, 3)], 50).balls[0].is_zero()
    assert law_values(ninth, "cdf", [Fraction(4, 3)], 50).balls == [1]
    low = law_values(MarchenkoPastur(NEAR_ONE), "quantile", [Fraction(0)], 30).balls[0]
    with working(150):
        assert abs(low * 2 * arb(10) ** 25 - 1) < arb("1e-24")


def test_the_atom_and_the_gap_of_wide_matrices() -> None:
    law = MarchenkoPastur(Fraction(3), "eigenvalues")
    points = [Fraction(-1), Fraction(0), Fraction(1, 4), Fraction(8)]
    zero, *held, one = law_values(law, "cdf", points, 50).balls
    assert zero.is_zero()
    assert all(ball.overlaps(arb(2) / 3) and is_accurate(ball, 49) for ball in held)
    assert one == 1
    assert [ball.is_zero() for ball in law_values(law, "pdf", points, 50).balls] == [True] * 4
    quantiles = law_values(law, "quantile", [Fraction(1, 3), Fraction(2, 3), Fraction(2, 3) + Fraction(1, 10**20)], 30)
    assert [ball.is_zero() for ball in quantiles.balls] == [True, True, False]
    assert float(quantiles.balls[2]) == pytest.approx((math.sqrt(3) - 1) ** 2, rel=1e-9)
    assert law.quantiles(np.array([2 / 3 - 1e-9, 0.5])).tolist() == [0, 0]


def test_a_hard_edge() -> None:
    """C = 1: the singular values are a quarter circle, the eigenvalues have the density ∞ at 0."""
    law = MarchenkoPastur(Fraction(1))
    assert law_values(law, "pdf", [Fraction(0)], 30).balls[0].overlaps(2 / arb.pi())
    semicircle = Semicircle()
    for x in ("0.3", "1.7"):
        assert law.distribution(arb(x)).overlaps(2 * semicircle.distribution(arb(x)) - 1)
    with pytest.raises(InputError, match="infinite"):
        law_values(MarchenkoPastur(Fraction(1), "eigenvalues"), "pdf", [Fraction(0)], 15)


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("of", SPECTRA)
def test_float64_keeps_its_digits_at_both_edges(ratio: Fraction, of: Of) -> None:
    law = MarchenkoPastur(ratio, of)
    low, high = (float(end) for end in law.support())
    near = np.logspace(-13, -1, 13)
    x = np.concatenate([[low - 0.01], low + near, np.linspace(low, high, 9)[1:-1], high - near, [high + 0.01]])
    for name in ("densities", "distributions", "survivals"):
        np.testing.assert_allclose(getattr(law, name)(x), getattr(super(type(law), law), name)(x), rtol=1e-14, atol=0)


@pytest.mark.parametrize(("n", "m"), [(120, 40), (60, 60), (40, 120)])
@pytest.mark.parametrize("of", SPECTRA)
def test_matrices_of_signs_follow_it(n: int, m: int, of: Of) -> None:
    """Moments of random signs against the law, within five standard errors and the 1/n of the theory."""
    rng, law = np.random.default_rng(6), MarchenkoPastur(Fraction(m, n), of)
    W = rng.choice([-1.0, 1.0], size=(60, n, m)) / math.sqrt(n)
    spectra = np.linalg.svd(W, compute_uv=False)
    if of == "eigenvalues":
        spectra = np.concatenate([spectra**2, np.zeros((60, max(0, m - n)))], axis=1)
    for power in (1, 2, 3):
        means = (spectra**power).mean(axis=1)
        error = 5 * means.std() / math.sqrt(60) + 2 * float(law.moment(power)) / n
        assert means.mean() == pytest.approx(float(law.moment(power)), abs=error)
        assert error < 0.08 * float(law.moment(power))
    grid = law.quantiles(np.array([0.2, 0.5, 0.8]))
    assert np.abs((spectra[..., None] <= grid).mean(axis=(0, 1)) - law.distributions(grid)).max() < 0.01


@pytest.mark.parametrize(
    "law",
    [
        *(MarchenkoPastur(ratio, of) for ratio in (Fraction(1, 16), Fraction(1), Fraction(3)) for of in SPECTRA),
        ModifiedMarchenkoPastur(Fraction(1, 3), Fraction(5)),
        Semicircle(),
        Circular(),
    ],
    ids=repr,
)
def test_samples_follow_the_law(law: Law) -> None:
    drawn = law.sample(np.random.default_rng(1), 40_000)
    held = float(sum(mass for _, mass in law.atoms()))
    free = drawn[drawn != 0] if held else drawn
    assert binom.cdf(len(drawn) - len(free), 40_000, held) > 1e-6
    assert binom.sf(len(drawn) - len(free) - 1, 40_000, held) > 1e-6
    ranks = (law.distributions(free) - held) / (1 - held)
    assert kstest(ranks, "uniform").pvalue > 1e-6
    assert kstest(ranks**1.05, "uniform").pvalue < 1e-6
    assert np.array_equal(drawn, law.sample(np.random.default_rng(1), 40_000))
    u = np.linspace(held + 1e-3, 0.999, 50)
    np.testing.assert_allclose(law.distributions(law.quantiles(u)), u, rtol=1e-13)


def test_free_edges() -> None:
    """The strict law of σ = 2, 300 × 100, and a curve over 0.8 of its width."""
    n, m, variance = 300, 100, 4
    edges = [2 * (math.sqrt(n) + sign * math.sqrt(m)) for sign in (-1, 1)]
    low, high = (Fraction(edge).limit_denominator(10**12) for edge in edges)
    law = ModifiedMarchenkoPastur(low, high, Fraction(variance * m))
    assert float(law.fraction) == pytest.approx(1, abs=1e-12)
    strict, scale = MarchenkoPastur(Fraction(m, n)), 2 * math.sqrt(n)
    x = np.linspace(edges[0], edges[1], 12)[1:-1]
    np.testing.assert_allclose(law.densities(x), strict.densities(x / scale) / scale, rtol=1e-9)
    narrow = ModifiedMarchenkoPastur(low + (high - low) / 5, high, Fraction(variance * m))
    assert float(narrow.fraction) == pytest.approx(0.64, abs=1e-12)
    left, right = (float(edge) for edge in narrow.support())
    curve = np.sqrt((right**2 - x**2) * np.maximum(x**2 - left**2, 0)) / (np.pi * variance * m * x)
    np.testing.assert_allclose(float(narrow.fraction) * narrow.densities(x), curve, rtol=1e-12)
    from_zero = ModifiedMarchenkoPastur(Fraction(0), Fraction(6))
    assert float(from_zero.moment(2)) == pytest.approx(9)
    assert law_values(from_zero, "pdf", [Fraction(0)], 30).balls[0].overlaps(2 / (3 * arb.pi()))
    assert law_values(narrow, "cdf", [narrow.lower, narrow.upper], 30).balls == [0, 1]


def test_what_is_refused() -> None:
    rows: Any = "rows"
    for build, said in (
        (lambda: MarchenkoPastur(Fraction(0)), "ratio=0"),
        (lambda: MarchenkoPastur(Fraction(1), rows), "of=rows"),
        (lambda: ModifiedMarchenkoPastur(Fraction(-1), Fraction(1)), "lower=-1"),
        (lambda: ModifiedMarchenkoPastur(Fraction(1), Fraction(1)), "upper=1"),
        (lambda: ModifiedMarchenkoPastur(Fraction(1), Fraction(2), Fraction(0)), "sigma2_m=0"),
    ):
        with pytest.raises(InputError, match=said):
            build()
