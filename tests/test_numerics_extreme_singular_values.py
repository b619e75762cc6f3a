"""Extreme singular values: integrals over all matrices of two columns, closed laws, sampled matrices."""

import math
from fractions import Fraction
from functools import partial
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb, fmpq
from scipy.stats import chi, kstest

from eigenlaw.numerics.extreme_singular_values import (
    ExtremeSingularValue,
    Field,
    HardEdge,
    LargestSingularValue,
    SmallestSingularValue,
    tracy_widom_scaling,
)
from eigenlaw.numerics.laguerre_extremes import Laguerre, sharpened
from eigenlaw.numerics.law import What, law_values
from eigenlaw.numerics.precision import is_accurate, working
from eigenlaw.theory.errors import InputError

SHAPES = [(3, 3), (5, 2), (4, 6), (1, 4)]
FIELDS: list[Field] = ["real", "complex"]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("rows", [2, 3, 5])
def test_two_columns_by_integration(rows: int, field: Field) -> None:
    """The joint density (y − x)^β (xy)^{a−1} e^{−x−y} of two points, integrated by mpmath."""
    beta = 1 if field == "real" else 2
    a, cut = mpmath.mpf(beta * (rows - 1)) / 2, mpmath.mpf("1.3")

    def mass(low: float, high: float) -> mpmath.mpf:
        def outer(y: mpmath.mpf) -> mpmath.mpf:
            if beta == 1:
                below = [mpmath.gammainc(a + k, low, y) for k in (0, 1)]
                inner = y * below[0] - below[1]
            else:
                below = [mpmath.gammainc(a + k, low, y) for k in (0, 1, 2)]
                inner = y * y * below[0] - 2 * y * below[1] + below[2]
            return y ** (a - 1) * mpmath.exp(-y) * inner

        return mpmath.quad(outer, [low, *[v for v in (1, 2, 5, 12) if low < v < high], high])

    whole = mass(0, mpmath.inf)
    points = Laguerre(2, fmpq(beta * (rows - 1), 2), 1 if beta == 1 else 2)
    above, below = (points.one_sided(arb("1.3"), upper)[0] for upper in (True, False))
    assert float(above) == pytest.approx(float(mass(cut, mpmath.inf) / whole), rel=1e-9)
    assert float(below) == pytest.approx(float(mass(0, cut) / whole), rel=1e-9)


@pytest.mark.parametrize("n", [1, 2, 5, 8])
@pytest.mark.parametrize("field", FIELDS)
def test_the_closed_law_of_square_matrices_is_the_determinant(n: int, field: Field) -> None:
    law = SmallestSingularValue(n, n, field)
    for x in (fmpq(1, 8), fmpq(1)):
        with working(100):
            chance, slope = sharpened_pair(law, x)
            assert chance.overlaps(law.survival(arb(x)))
            assert slope.overlaps(law.density(arb(x)))
            assert is_accurate(law.density(arb(x)), 25)
            assert chance.rel_accuracy_bits() > 60


def sharpened_pair(law: ExtremeSingularValue, x: fmpq) -> tuple[arb, ...]:
    def part(k: int) -> arb:
        return law._one_sided(x, True)[k]

    return tuple(sharpened(partial(part, k), law.rows) for k in (0, 1))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("kind", [SmallestSingularValue, LargestSingularValue])
def test_dense_matrices_follow_the_law(
    kind: type[SmallestSingularValue] | type[LargestSingularValue], shape: tuple[int, int], field: Field
) -> None:
    rng, law = np.random.default_rng(4), kind(*shape, field)
    W = rng.normal(size=(3000, *shape)).astype(complex)
    if field == "complex":
        W = (W + 1j * rng.normal(size=W.shape)) / math.sqrt(2)
    singular = np.linalg.svd(W, compute_uv=False)[:, -1 if kind is SmallestSingularValue else 0]
    grid = np.quantile(singular, np.linspace(0.02, 0.98, 40))
    cdf = np.interp(singular, grid, law.distributions(grid))
    inside = (singular > grid[0]) & (singular < grid[-1])
    spread = (cdf[inside] - law.distributions(grid)[0]) / np.ptp(law.distributions(grid))
    assert kstest(spread, "uniform").pvalue > 1e-6
    for u, x in zip(np.linspace(0.02, 0.98, 40), law.distributions(grid), strict=True):
        assert abs(x - u) < 6 * math.sqrt(u * (1 - u) / 3000)
    drawn = law.sample(np.random.default_rng(5), 3000)
    assert kstest(drawn, singular).pvalue > 1e-6
    assert kstest(drawn * 1.2, singular).pvalue < 1e-6


def test_the_slope_is_the_derivative() -> None:
    step = arb(2) ** -60
    with working(300):
        for law in (LargestSingularValue(6, 3), SmallestSingularValue(5, 3), LargestSingularValue(4, 4, "complex")):
            for x in (arb(1) / 2, arb(2)):
                slope = (law.distribution(x + step) - law.distribution(x - step)) / (2 * step)
                assert abs(slope / law.density(x) - 1) < arb(2) ** -100


def test_one_column_is_chi() -> None:
    for law in (LargestSingularValue(5, 1), SmallestSingularValue(1, 5)):
        x = np.array([0.5, 2.0, 4.5])
        np.testing.assert_allclose(law.distributions(x), chi(5).cdf(x), rtol=1e-12)
        np.testing.assert_allclose(law.densities(x), chi(5).pdf(x), rtol=1e-12)
        assert float(law.moment(3)) == pytest.approx(chi(5).moment(3), rel=1e-12)


@pytest.mark.parametrize(
    "law", [SmallestSingularValue(4, 4), SmallestSingularValue(4, 4, "complex"), HardEdge("real"), HardEdge("complex")]
)
def test_closed_moments_are_integrals(law: SmallestSingularValue | HardEdge) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(60)
    points = 4 * (nodes + 1)
    for n in (1, 2, 5):
        integral = np.sum(4 * weights * n * points ** (n - 1) * law.survivals(points))
        assert float(law.moment(n)) == pytest.approx(integral, rel=1e-8)
    assert law.moment(0) == 1


def test_the_hard_edge_is_approached() -> None:
    """√n σ_min, with an error of order 1/n."""
    x = np.array([0.2, 0.7, 1.5])
    limit = HardEdge("real").survivals(x)
    errors = [np.abs(SmallestSingularValue(n, n).survivals(x / math.sqrt(n)) - limit).max() for n in (20, 80)]
    assert errors[1] < errors[0] / 3.5 < 0.01
    assert HardEdge("complex").distributions(x) == pytest.approx(
        SmallestSingularValue(7, 7, "complex").distributions(x / math.sqrt(7)), rel=1e-14
    )
    drawn = HardEdge("real").sample(np.random.default_rng(0), 20_000)
    assert kstest(HardEdge("real").distributions(drawn), "uniform").pvalue > 1e-6


def test_the_soft_edge_is_approached() -> None:
    """The median of the scaled σ_max² against those of the Tracy–Widom laws, −1.2686 and −1.8049 (Bornemann 2010)."""
    medians: list[tuple[Field, float]] = [("real", -1.2686), ("complex", -1.8049)]
    for field, median in medians:
        centre, scale = (float(part) for part in tracy_widom_scaling(60, 20, field))
        law = LargestSingularValue(60, 20, field)
        half = law.distributions(np.array([math.sqrt(centre + scale * median)]))[0]
        assert half == pytest.approx(0.5, abs=0.02)
        assert law.distributions(np.array([math.sqrt(centre + scale * (median + 0.3))]))[0] > 0.55


def test_fifty_digits_deep_in_the_tails() -> None:
    """Chances down to e^{−1000}; a square complex matrix has e^{−nx²} through the determinant as well."""
    points = [Fraction(1, 3), Fraction(5, 3), Fraction(20)]
    both: tuple[What, What] = ("pdf", "cdf")
    for law in (LargestSingularValue(12, 9), SmallestSingularValue(9, 12), LargestSingularValue(7, 7, "complex")):
        for what in both:
            result = law_values(law, what, points, 50)
            assert result.reached
            assert result.certified
    result = law_values(SmallestSingularValue(6, 6), "quantile", [Fraction(1, 2), Fraction(1, 10**12)], 40)
    assert result.reached
    with working(400):
        chance = Laguerre(10, fmpq(1), 2).one_sided(arb(100), True)[0]
        assert chance.overlaps((-arb(1000)).exp())
    zero = law_values(SmallestSingularValue(5, 5), "pdf", [Fraction(0), Fraction(-1)], 30)
    assert zero.balls[1].is_zero()
    assert float(zero.balls[0]) == pytest.approx(float(SmallestSingularValue(5, 5).density(arb(1e-13))), rel=1e-11)


def test_what_is_refused() -> None:
    other: Any = "quaternion"
    for build, said in (
        (lambda: SmallestSingularValue(0, 3), "rows=0"),
        (lambda: LargestSingularValue(3, 3, other), "field=quaternion"),
        (lambda: HardEdge(other), "field=quaternion"),
        (lambda: tracy_widom_scaling(0, 1), "sizes=0,1"),
        (lambda: LargestSingularValue(3, 2).moment(1), "moment=1"),
    ):
        with pytest.raises(InputError, match=said):
            build()
