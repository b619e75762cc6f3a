"""Moduli of products of square matrices, one component of a unit vector, and numbers of real eigenvalues."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq
from scipy import integrate, stats

from eigenlaw.numerics.ginibre_product import FiniteGinibreProduct, GinibreProduct
from eigenlaw.numerics.law import Law, What, law_values, quantile
from eigenlaw.numerics.porter_thomas import PorterThomas, PorterThomasLimit
from eigenlaw.numerics.precision import working
from eigenlaw.theory.errors import InputError

LAWS: list[Law] = [
    *(GinibreProduct(m) for m in (1, 2, 5)),
    *(FiniteGinibreProduct(m, n) for m, n in ((1, 1), (1, 6), (3, 4))),
    *(PorterThomas(m) for m in (2, 3, 4, 17, 512)),
    PorterThomasLimit(9),
]


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_density_distribution_moments_and_draws_agree(law: Law) -> None:
    low, high = (float(quantile(law, fmpq(k, 10))) for k in (2, 7))
    mass = integrate.fixed_quad(law.densities, low, high, n=60)[0]
    assert mass == pytest.approx(0.5, abs=1e-10)
    x = np.linspace(low, high, 4)
    for name in ("density", "distribution", "survival"):
        fast = {"density": law.densities, "distribution": law.distributions, "survival": law.survivals}[name](x)
        assert np.allclose(fast, [float(getattr(law, name)(arb(float(v)))) for v in x], rtol=1e-10)
    assert np.allclose(law.quantiles(np.array([0.2, 0.7])), [low, high], rtol=1e-9)
    draws = law.sample(np.random.default_rng(3), 20000)
    assert stats.kstest(law.distributions(draws), "uniform").pvalue > 1e-4
    for n in (1, 2, 4):
        powers = draws**n
        assert abs(powers.mean() - float(law.moment(n))) < 5 * powers.std() / np.sqrt(len(draws))


@pytest.mark.parametrize("law", LAWS, ids=repr)
def test_more_digits_give_smaller_balls_that_overlap(law: Law) -> None:
    points = [Fraction(1, 10**30), Fraction(1, 7), Fraction(9, 10)]
    questions: tuple[What, ...] = ("pdf", "cdf", "quantile")
    for what in questions:
        coarse, fine = (law_values(law, what, points, digits) for digits in (15, 45))
        assert coarse.reached and fine.reached and coarse.certified
        assert all(a.overlaps(b) for a, b in zip(coarse.balls, fine.balls, strict=True))


def test_moduli_of_simulated_products() -> None:
    """Three 4 × 4 factors scaled by 1/2: the exact law holds, the limit law is rejected."""
    rng, count = np.random.default_rng(8), 10000
    factors = rng.standard_normal((2, 3, count, 4, 4)) / np.sqrt(8)
    a, b, c = factors[0] + 1j * factors[1]
    moduli = np.abs(np.linalg.eigvals(a @ b @ c))[:, 0]
    order = np.abs(np.linalg.eigvals(a @ b @ c))[np.arange(count), rng.integers(0, 4, count)]
    assert moduli.shape == order.shape
    assert stats.kstest(FiniteGinibreProduct(3, 4).distributions(order), "uniform").pvalue > 1e-4
    assert stats.kstest(GinibreProduct(3).distributions(order), "uniform").pvalue < 1e-9


def test_one_square_factor_has_incomplete_gamma_functions() -> None:
    """n |λ|² is Γ(i), i uniform: E |λ| = n^{−1/2} mean of Γ(i + ½)/Γ(i)."""
    law = FiniteGinibreProduct(1, 2)
    with working(150):
        assert law.moment(1).overlaps(arb.pi().sqrt() * fmpq(5, 8) / arb(2).sqrt())
        x = arb("0.9")
        y = 2 * x * x
        assert law.survival(x).overlaps((-y).exp() * (1 + y / 2))


@pytest.mark.parametrize("dimension", [1, 2, 3, 5, 40])
def test_components_of_unit_vectors(dimension: int) -> None:
    rng = np.random.default_rng(dimension)
    vectors = rng.standard_normal((20000, dimension))
    component = vectors[:, 0] / np.linalg.norm(vectors, axis=1)
    law = PorterThomas(dimension)
    if dimension == 1:
        assert set(component) == {-1.0, 1.0} == {float(place) for place, _ in law.atoms()}
        assert law.distribution(arb(0)) == 0.5 and law.distribution(arb(1)) == 1 and law.distribution(arb(-2)) == 0
        assert law_values(law, "quantile", [Fraction(1, 2), Fraction(51, 100)], 10).balls == [-1, 1]
        return
    assert stats.kstest(law.distributions(component), "uniform").pvalue > 1e-4
    assert (
        stats.kstest(PorterThomas(dimension + 2).distributions(component), "uniform").pvalue < 1e-2 or dimension == 40
    )
    if dimension <= 5:
        assert stats.kstest(PorterThomasLimit(dimension).distributions(component), "uniform").pvalue < 1e-9


def test_tails_of_one_component_keep_their_relative_accuracy() -> None:
    """P(X ≤ −1 + g) is (g/2)^a/(a B(a, a)) to leading order, a = (m − 1)/2."""
    with working(400):
        gap, a = arb("1e-40"), arb(5) / 2
        beta = a.gamma() ** 2 / (2 * a).gamma()
        value = PorterThomas(6).distribution(-1 + gap)
        assert abs(value / ((gap / 2) ** a / (a * beta)) - 1) < arb("1e-38")
        assert value.overlaps(PorterThomas(6).survival(1 - gap))


def test_the_gaussian_limit_of_one_component() -> None:
    x = np.linspace(-3, 3, 25)
    gaps = []
    for m in (10, 100, 1000):
        at = x / np.sqrt(m)
        gaps.append(np.max(np.abs(PorterThomas(m).distributions(at) - PorterThomasLimit(m).distributions(at))))
    assert 8 < gaps[0] / gaps[1] < 13 and 8 < gaps[1] / gaps[2] < 12


def test_the_ends_are_exact() -> None:
    for law in (GinibreProduct(3), PorterThomas(2), PorterThomas(7)):
        values = law_values(law, "cdf", [Fraction(-3), Fraction(1), Fraction(4)], 30)
        assert values.balls == [0, 1, 1] and values.reached
    assert law_values(GinibreProduct(3), "quantile", [Fraction(1, 2)], 40).balls[0].overlaps(arb("0.5") ** arb("1.5"))


@pytest.mark.parametrize("make", [GinibreProduct, PorterThomas, PorterThomasLimit])
def test_sizes_below_one_are_refused(make: type) -> None:
    with pytest.raises(InputError, match="=0: expected a whole number"):
        make(0)
