"""The expressions for products of Gaussian matrices, held against the numerical laws and against one another."""

from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
import sympy
from flint import arb

from eigenlaw.numerics.porter_thomas import PorterThomas, PorterThomasLimit
from eigenlaw.numerics.real_eigenvalues import expected_number
from eigenlaw.numerics.rectangular_product import RectangularProduct
from eigenlaw.theory import ginibre
from eigenlaw.theory.porter_thomas import porter_thomas_density, porter_thomas_limit


@pytest.mark.parametrize("sizes", [(3,), (2, 2), (2, 3), (2, 3, 5)], ids=str)
def test_the_meijer_function_is_the_density(sizes: tuple[int, ...]) -> None:
    y = sympy.Symbol("y", positive=True)
    density = ginibre.squared_modulus_density(sizes, y)
    for at in (sympy.Rational(1, 4), sympy.Integer(6)):
        value = float(RectangularProduct(sizes).density(arb(float(at))))
        assert float(density.subs(y, at).evalf(15)) == pytest.approx(value, rel=1e-10)
    for n in (1, 2, 3):
        assert (
            RectangularProduct(sizes).moment(n).contains(arb(int(ginibre.squared_modulus_moment(sizes, n) * 12)) / 12)
        )


def test_the_modulus_law_integrates_to_one_and_has_its_quantile() -> None:
    r, u, m = sympy.symbols("r u m", positive=True)
    distribution = sympy.integrate(ginibre.modulus_density(m, r), (r, 0, r))
    assert sympy.simplify(distribution.subs(r, ginibre.modulus_quantile(m, u)) - u) == 0
    assert sympy.simplify(2 * sympy.pi * r * ginibre.planar_density(m, r) - ginibre.modulus_density(m, r)) == 0


def test_medians_fall_with_the_latent_dimension_and_stay_below_the_maximum() -> None:
    u, n = sympy.symbols("u n", positive=True)
    others = (32, 64, 128, 784, 128, 64, 32)
    quantile = ginibre.normalised_quantile((n, *others), u, sympy.Rational(1, 3))
    assert quantile.subs(u, 1) == sympy.Rational(1, 3**8)
    medians = [quantile.subs({u: sympy.Rational(1, 2), n: size}) for size in range(2, 21)]
    assert all(a > b for a, b in pairwise(medians))
    scale = sympy.Rational(1, 3**8) * sympy.Mul(*(n / size for size in others))
    assert sympy.simplify(quantile - scale * ginibre.limit_quantile((n, *others), u)) == 0


def test_real_eigenvalues_of_one_matrix() -> None:
    for n in range(1, 9):
        closed, total = ginibre.expected_real_eigenvalues(n), ginibre.expected_real_eigenvalues_sum(n)
        assert abs(float(closed.evalf(20) - total.evalf(20))) < 1e-15
        assert float(expected_number([n])) == pytest.approx(float(total), rel=1e-13)
    assert ginibre.all_real_probability(2) * 2 == ginibre.expected_real_eigenvalues_sum(2)
    ratio = float(expected_number([4000])) / float(ginibre.real_eigenvalues_asymptote(4000))
    assert 1 < ratio < 1.011


def test_porter_thomas() -> None:
    x = sympy.Symbol("x", real=True)
    for m in (2, 4, 5, 9):
        density = porter_thomas_density(m, x)
        for at in (Fraction(-1, 3), Fraction(3, 4)):
            value = float(density.subs(x, sympy.Rational(at.numerator, at.denominator)))
            assert value == pytest.approx(float(PorterThomas(m).densities(np.array([float(at)]))[0]), rel=1e-12)
        limit = float(porter_thomas_limit(m, sympy.Rational(1, 4)))
        assert limit == pytest.approx(float(PorterThomasLimit(m).density(arb("0.25"))), rel=1e-12)
        assert mpmath.quad(sympy.lambdify(x, density, "mpmath"), [-1, 0, 1]) == pytest.approx(1, abs=1e-6)
