"""Products of Gamma variables and of rectangular matrices: closed forms, quadrature, simulated matrices."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq
from scipy import integrate, stats

from eigenlaw.numerics.gamma_products import GammaProduct
from eigenlaw.numerics.law import Law, law_values, quantile
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rectangular_product import RectangularProduct
from eigenlaw.numerics.rectangular_product_limit import RectangularProductLimit
from eigenlaw.theory.errors import InputError

AUTOENCODER = (32, 64, 128, 784, 128, 64, 32)


@pytest.mark.parametrize("text", ["1e-40", "0.01", "0.3", "1", "7", "900"])
def test_two_unit_variables_are_bessel_functions(text: str) -> None:
    """Γ(1)Γ(1): density 2 K_0(2√y), P(Y > y) = 2√y K_1(2√y)."""
    with working(200):
        y, law = arb(text), GammaProduct((0, 0), 1)
        root = 2 * y.sqrt()
        assert law.density(y).overlaps(2 * root.bessel_k(0)) and law.density(y).rel_accuracy_bits() > 140
        assert law.survival(y).overlaps(root * root.bessel_k(1)) and law.survival(y).rel_accuracy_bits() > 140
        assert not law.survival(y).overlaps(root * root.bessel_k(1) * (1 + arb("1e-40")))
        assert law.distribution(y).overlaps(1 - root * root.bessel_k(1))


def test_the_lowest_poles_follow_the_logarithm() -> None:
    """For small y, P(Γ(1)Γ(1) ≤ y) = y (1 − 2γ − log y) + O(y² log y), though 1 − P(Y > y) has lost every digit."""
    with working(400):
        y = arb("1e-60")
        value = GammaProduct((0, 0), 1).distribution(y)
        assert abs(value / (y * (1 - 2 * arb.const_euler() - y.log())) - 1) < arb("1e-55")


@pytest.mark.parametrize("y", [0.4, 2.0, 40.0])
def test_the_line_integral_with_one_factor_is_the_exponential(y: float) -> None:
    with working(120):
        ball = GammaProduct((0,), 1).weight(arb(y))
        assert ball.overlaps((-arb(y)).exp()) and ball.rel_accuracy_bits() > 90


def test_one_factor_is_a_mean_of_incomplete_gamma_functions() -> None:
    law = RectangularProduct((5,))
    for y in (0.1, 3.0, 20.0):
        mean = np.mean([stats.gamma(i).cdf(y) for i in range(1, 6)])
        assert float(law.distribution(arb(y))) == pytest.approx(mean, rel=1e-13)
        assert float(law.density(arb(y))) == pytest.approx(np.mean([stats.gamma(i).pdf(y) for i in range(1, 6)]))


@pytest.mark.parametrize("sizes", [(1, 3), (3, 3), (4, 5, 9), (2, *AUTOENCODER)], ids=str)
def test_the_density_integrates_to_the_distribution_and_the_moments(sizes: tuple[int, ...]) -> None:
    law = RectangularProduct.normalised(sizes)
    low, high = np.log(law.quantiles(np.array([1e-13, 0.3]))), np.log(law.quantiles(np.array([0.6, 1 - 1e-13])))

    def weighted(t: float, power: int = 0) -> float:
        return float(np.exp(t * (1 + power)) * law.densities(np.array([np.exp(t)]))[0])

    mass = integrate.fixed_quad(np.vectorize(weighted), low[1], high[0], n=40)[0]
    between = law.distribution(arb(float(np.exp(high[0])))) - law.distribution(arb(float(np.exp(low[1]))))
    assert mass == pytest.approx(float(between), rel=1e-9)
    grid = np.linspace(low[0], high[1] + 1, 1500)
    first = integrate.simpson(np.exp(2 * grid) * law.densities(np.exp(grid)), x=grid)
    assert first == pytest.approx(float(law.moment(1)), rel=1e-5)


@pytest.mark.parametrize("sizes", [(1, 1), (3, 3), (4, 5, 9), (20, *AUTOENCODER), (1, 1000)], ids=str)
def test_float_agrees_with_the_balls(sizes: tuple[int, ...]) -> None:
    law = RectangularProduct.normalised(sizes, Fraction(1, 3))
    u = (
        np.array([1e-20, 0.02, 0.5, 1 - 1e-12])
        if len(sizes) > 3
        else np.array([1e-20, 1e-6, 0.02, 0.4, 0.5, 0.7, 0.999])
    )
    x = law.quantiles(u)
    assert np.all(np.abs(law.distributions(x) / u - 1) < 1e-10)
    for at, below, above, slope in zip(x, law.distributions(x), law.survivals(x), law.densities(x), strict=True):
        with working(120):
            balls = [float(f(arb(float(at)))) for f in (law.distribution, law.survival, law.density)]
        assert balls == pytest.approx([below, above, slope], rel=1e-10)


@pytest.mark.parametrize("sizes", [(2, 2), (3, 4, 5), (6, 8, 20)], ids=str)
def test_simulated_matrices_follow_the_law(sizes: tuple[int, ...]) -> None:
    """One eigenvalue of each simulated product; a law with one size two larger is rejected."""
    rng, count = np.random.default_rng(11), 14000
    product = np.eye(sizes[0])
    for rows, columns in zip(sizes, (*sizes[1:], sizes[0]), strict=True):
        factor = rng.standard_normal((2, count, rows, columns)) / np.sqrt(2)
        product = product @ (factor[0] + 1j * factor[1])
    values = np.linalg.eigvals(product)
    chosen = np.abs(values[np.arange(count), rng.integers(0, sizes[0], count)]) ** 2
    assert stats.kstest(RectangularProduct(sizes).distributions(chosen), "uniform").pvalue > 1e-4
    wrong = RectangularProduct((*sizes[:-1], sizes[-1] + 2))
    assert stats.kstest(wrong.distributions(chosen), "uniform").pvalue < 1e-9
    largest = np.max(np.abs(values) ** 2, axis=1)
    assert stats.ks_2samp(largest, RectangularProduct(sizes).spectra(rng, count).max(axis=1)).pvalue > 1e-4


@pytest.mark.parametrize(
    "law",
    [
        RectangularProduct((3, 4, 5), Fraction(1, 7)),
        RectangularProductLimit((Fraction(2), Fraction(1), Fraction(9, 2)), Fraction(1, 3)),
    ],
    ids=["exact", "limit"],
)
def test_draws_quantiles_and_digits(law: Law) -> None:
    draws = law.sample(np.random.default_rng(5), 20000)
    assert np.array_equal(draws, law.sample(np.random.default_rng(5), 20000))
    assert stats.kstest(law.distributions(draws), "uniform").pvalue > 1e-4
    for n in (1, 2):
        error = draws**n
        assert abs(error.mean() - float(law.moment(n))) < 5 * error.std() / np.sqrt(len(draws))
    coarse, fine = (law_values(law, "quantile", [Fraction(1, 3), Fraction(9, 10)], d) for d in (15, 40))
    for wide, narrow in zip(coarse.balls, fine.balls, strict=True):
        assert coarse.reached and fine.reached and wide.overlaps(narrow)
    with working(200):
        x = quantile(law, fmpq(1, 3))
        assert law.distribution(x).overlaps(arb(1) / 3) and not law.distribution(x * (1 + arb("1e-20"))).overlaps(
            arb(1) / 3
        )


def test_the_limit_is_reached_as_the_sizes_grow() -> None:
    """The largest distance of the two distribution functions shrinks as the sizes are multiplied."""
    u = np.linspace(0.05, 0.95, 19)
    x = RectangularProductLimit.of_sizes((2, 3, 4)).quantiles(u)
    distances = []
    for factor in (1, 4, 16):
        sizes = (2 * factor, 3 * factor, 4 * factor)
        law = RectangularProduct(sizes, Fraction(1, sizes[0] ** 3))
        distances.append(np.max(np.abs(law.distributions(x) - u)))
    assert distances[0] > 1.5 * distances[1] > 2.25 * distances[2] and distances[2] < 0.03


def test_limit_density_is_the_slope_of_the_distribution() -> None:
    law = RectangularProductLimit((Fraction(3, 2), Fraction(4)))
    with working(200):
        step = arb("1e-20")
        for text in ("1e-30", "0.2", "3", "5.9"):
            x = arb(text)
            change = law.distribution(x * (1 + step)) - law.distribution(x * (1 - step))
            assert abs(change / (2 * step * x) / law.density(x) - 1) < arb("1e-30")
    assert law.density(arb(0)).overlaps(arb(2) / 3) and law.density(arb(7)) == 0
    x = np.array([-1.0, 0.2, 3.0, 5.9, 6.1])
    assert np.allclose(law.densities(x), [float(law.density(arb(float(v)))) for v in x], rtol=1e-12)
    assert np.allclose(law.distributions(x), [float(law.distribution(arb(float(v)))) for v in x], rtol=1e-13)


def test_medians_of_the_autoencoder() -> None:
    """U = ½ in the limit law; the exact law of 20 eigenvalues has its median within 0.1 % of it, that of 2 does not."""
    for size, printed, close in ((2, "0.00013", False), (20, "0.000043", True)):
        limit = RectangularProductLimit.normalised((size, *AUTOENCODER), Fraction(1, 3))
        exact = RectangularProduct.normalised((size, *AUTOENCODER), Fraction(1, 3))
        half = Fraction(1, 2)
        for n in AUTOENCODER:
            half *= 1 - Fraction(size, 2 * n)
        median = quantile(limit, fmpq(1, 2))
        assert median.overlaps(arb(fmpq(half.numerator, half.denominator * 3**8)))
        assert limit.support()[1].overlaps(arb(3) ** -8)
        assert abs(2 * float(median) / float(printed) - 1) < 0.05, "the paper prints twice the median"
        assert (abs(float(quantile(exact, fmpq(1, 2)) / median) - 1) < 1e-3) is close


def test_ends_and_errors() -> None:
    law = RectangularProduct((2, 4))
    assert law.density(arb(-1)) == 0 and law.distribution(arb(0)) == 0 and law.survival(arb(0)) == 1
    assert law.density(arb(0)).overlaps(arb(1) / 4)
    assert law_values(law, "cdf", [Fraction(10) ** 300], 20).reached
    assert law.distribution(arb(0, 1e-3)).overlaps(law.distribution(arb("1e-3")))
    assert law.distribution(arb(3, 0.5)).contains(law.distribution(arb(3)))
    for sizes in ((), (3, 2), (0, 1)):
        with pytest.raises(InputError, match="sizes="):
            RectangularProduct(sizes)
    with pytest.raises(InputError, match="scale="):
        RectangularProduct((1,), Fraction(0))
    with pytest.raises(InputError, match="ratios="):
        RectangularProductLimit((Fraction(1, 2),))


@pytest.mark.parametrize("n", [1, 30, 1000])
def test_one_large_factor_has_its_digits_on_both_sides(n: int) -> None:
    """The sums of positive terms against incomplete Gamma functions at 40 times the precision, and a fast quantile."""
    law = GammaProduct((0,), n)
    for y in (arb("1e-9"), arb(n) / 2, arb(n), arb(2 * n)):
        found = law.distribution(y), law.survival(y), law.density(y)
        with working(2000 + 8 * n):
            upper, below = y.gamma_upper(n, 1), y.gamma_upper(n - 1, 1) if n > 1 else arb(0)
            above = upper - y / n * below
            for ball, exact in zip(found, (1 - above, above, upper / n), strict=True):
                assert ball.overlaps(exact) and ball.rel_accuracy_bits() > 30
    ball = law_values(RectangularProduct((n,)), "quantile", [Fraction(1, 2)], 15)
    assert ball.reached and law_values(RectangularProduct((n,)), "quantile", [Fraction(1, 2)], 40).balls[0].overlaps(
        ball.balls[0]
    )
