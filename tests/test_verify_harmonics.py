"""Means over the sphere and harmonic polynomials, by other ways of integration."""

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq, fmpq_poly

from eigenlaw.numerics.precision import working
from eigenlaw.verify.harmonics import (
    coordinates,
    correlation_mean,
    harmonic,
    kernel_image,
    polynomial_value,
    rodrigues_derivative,
    sphere_mean,
)
from eigenlaw.verify.sphere_integrals import eigenvalue_integral, sphere_volume, zonal_coefficients


@pytest.mark.parametrize("d", [1, 2, 5])
def test_means_do_not_change_under_a_rotation(d: int) -> None:
    y, z = coordinates(2)
    f = y**6 + 3 * y**2 * z**2 - y * z**3
    turned = f.compose((3 * y + 4 * z) / 5, (-4 * y + 3 * z) / 5)
    assert sphere_mean(turned, d) == sphere_mean(f, d)


def test_means_on_the_circle_are_those_over_equally_spaced_points() -> None:
    y, z = coordinates(2)
    angles = 2 * math.pi * np.arange(12) / 12
    for a, b in ((2, 0), (4, 2), (0, 6), (3, 1), (1, 0)):
        exact = sphere_mean(y**a * z**b, 1)
        assert float(exact.p) / float(exact.q) == pytest.approx(np.mean(np.cos(angles) ** a * np.sin(angles) ** b))


@pytest.mark.parametrize("k", range(6))
def test_harmonic_polynomials_are_homogeneous_and_in_the_kernel_of_the_laplacian(k: int) -> None:
    rng = np.random.default_rng(k)
    for count in (2, 3, 4):
        y = coordinates(count)
        f = harmonic(rng, k, y)
        assert f != 0
        assert {sum(map(int, exponents)) for exponents in f.to_dict()} == {k}
        assert sum((f.derivative(i).derivative(i) for i in range(count)), 0 * y[0]) == 0


def test_harmonics_of_different_degree_are_orthogonal() -> None:
    rng, y = np.random.default_rng(0), coordinates(3)
    found = [harmonic(rng, k, y) for k in range(5)]
    for i, f in enumerate(found):
        for j, g in enumerate(found):
            assert (sphere_mean(f * g, 2) == 0) == (i != j)


def test_the_image_of_a_kernel_is_that_of_a_sum_over_a_design() -> None:
    # the octahedron integrates polynomials of degree up to 3 on S²
    y = coordinates(3)
    f = 1 + y[0] - 2 * y[2]
    x = [Fraction(2, 3), Fraction(-1, 3), Fraction(2, 3)]
    points = [[sign * (i == j) for j in range(3)] for i in range(3) for sign in (1, -1)]
    total = fmpq(0)
    for point in points:
        rho = sum((a * b for a, b in zip(x, point, strict=True)), Fraction(0))
        kernel = 1 + rho / 2 + 3 * rho**2
        total += fmpq(kernel.numerator, kernel.denominator) * polynomial_value(f, [Fraction(a) for a in point])
    assert kernel_image([Fraction(1), Fraction(1, 2), Fraction(3)], x, f, 2, y) == total / 6


@pytest.mark.parametrize("d", [1, 2, 3, 6])
def test_zonal_polynomials_are_orthogonal_and_one_at_one(d: int) -> None:
    polynomials = [fmpq_poly(list(zonal_coefficients(k, d))) for k in range(6)]
    for i, p in enumerate(polynomials):
        assert p(1) == 1
        assert p.degree() == i
        for q in polynomials[:i]:
            assert correlation_mean(p * q, d) == 0
    assert rodrigues_derivative(0, d) == fmpq_poly([1])


@pytest.mark.parametrize("d", [1, 2, 3, 4, 7])
def test_integrals_agree_with_exact_means(d: int) -> None:
    with working(120):
        one = eigenvalue_integral(lambda theta: 1 + 0 * theta, 0, d)
        assert one.overlaps(sphere_volume(d))
        kernel = fmpq_poly([1, 2, 0, 5])
        for k in range(5):
            exact = correlation_mean(kernel * fmpq_poly(list(zonal_coefficients(k, d))), d)
            found = eigenvalue_integral(lambda theta: 1 + 2 * theta.cos() + 5 * theta.cos() ** 3, k, d)
            assert found.overlaps(arb(exact) * sphere_volume(d))
            assert found.rad() < 1e-25
