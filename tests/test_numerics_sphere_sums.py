"""Eigenvalues of kernels with known power series, against integrals that do not use it."""

from fractions import Fraction

import pytest
from flint import arb, ctx

from eigenlaw.numerics.precision import working
from eigenlaw.numerics.sphere_sums import binomial_eigenvalue, summed_eigenvalue
from eigenlaw.verify.sphere_integrals import eigenvalue_integral


@pytest.mark.parametrize("d", [2, 3, 5])
@pytest.mark.parametrize("k", [0, 1, 2, 9, 30])
def test_the_sum_of_an_exponential_kernel(k: int, d: int) -> None:
    with working(160):
        factorials = [arb(1)]
        for p in range(1, 400):
            factorials.append(factorials[-1] / p)
        found = summed_eigenvalue(k, d, lambda p: factorials[p], lambda p: 2 * factorials[p])
        assert found.overlaps(eigenvalue_integral(lambda theta: theta.cos().exp(), k, d))
        assert found.rel_accuracy_bits() > ctx.prec - 24


@pytest.mark.parametrize("d", [2, 3, 5])
@pytest.mark.parametrize("k", [1, 2, 9, 30])
def test_binomial_kernels(k: int, d: int) -> None:
    with working(200):
        smooth = eigenvalue_integral(lambda theta: arb(3).gamma() * (1 - theta.cos() / 4) ** -3, k, d)
        assert binomial_eigenvalue(k, d, Fraction(-2), Fraction(4)).overlaps(smooth)
        root = eigenvalue_integral(
            lambda theta: arb(-0.5).gamma() * arb(2).sqrt() * (theta / 2).sin(), k, d
        )  # Γ(−1/2) (1−t)^{1/2}
        assert binomial_eigenvalue(k, d, Fraction(3, 2), Fraction(1)).overlaps(root)


@pytest.mark.parametrize("k", [2, 3, 10, 11])
def test_an_alternating_binomial_kernel(k: int) -> None:
    # the terms c_k, −c_{k+2}, c_{k+4}, … of (1 − t/2)^{−2}: a part of the kernel at t·i, up to a power of i
    with working(200):
        found = binomial_eigenvalue(k, 2, Fraction(-1), Fraction(2), alternating=True)
        direct = summed_eigenvalue(
            k, 2, lambda p: (-1) ** ((p - k) // 2) * (p + 1) * arb(2) ** -p, lambda p: 4 * (p + 1) * arb(2) ** -p
        )
        assert found.overlaps(direct)
        assert direct.rel_accuracy_bits() > 100


def test_a_polynomial_ends_its_sum() -> None:
    with working(100):
        found = summed_eigenvalue(2, 3, lambda p: 1 if p == 4 else 0, lambda p: 0 if p > 4 else 1)
        assert found.overlaps(eigenvalue_integral(lambda theta: theta.cos() ** 4, 2, 3))


def test_a_tail_that_is_too_small_shows() -> None:
    """A planted error: without the tail the ball would not hold the value."""
    with working(100):
        true = eigenvalue_integral(lambda theta: arb(-0.5).gamma() * arb(2).sqrt() * (theta / 2).sin(), 5, 2)
        coefficient = binomial_coefficients(2000)
        short = summed_eigenvalue(5, 2, lambda p: coefficient[p], lambda p: arb(0))
        assert not short.overlaps(true)


def binomial_coefficients(count: int) -> list[arb]:
    """Γ(p − 1/2)/p!."""
    found = [arb(-0.5).gamma()]
    for p in range(1, count):
        found.append(found[-1] * (p - 1.5) / p)
    return found
