"""The continuation of a kernel off the real axis, and the bounds on ellipses that follow from their boundaries."""

import math
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import acb, arb

from eigenlaw.numerics.angle_bound import AngleBound, Ellipse, ellipse_around
from eigenlaw.numerics.continuation import AnalyticKernel, analytic_kernel
from eigenlaw.numerics.layers import layered_kernel
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.variances import hyper_parameters
from eigenlaw.theory.activations import activation

HALF = Fraction(1, 2)


def kernel_of(name: str, layers: int = 2, **given: Any) -> AnalyticKernel:
    phi = activation(name)
    found = analytic_kernel(layered_kernel(phi, hyper_parameters(phi, digits=40, **given), layers))
    assert found is not None
    return found


def test_no_continuation_without_a_closed_dual() -> None:
    phi = activation("tanh")
    assert analytic_kernel(layered_kernel(phi, hyper_parameters(phi, digits=10), 3)) is None


@pytest.mark.parametrize("layers", [1, 2, 4])
@pytest.mark.parametrize("name", ["relu", "abs", "leaky_relu(1/10)", "gelu", "erf", "gaussian", "sin"])
def test_the_continuation_is_the_kernel_on_the_segment(name: str, layers: int) -> None:
    for given in ({}, {"gamma_b2": HALF}, {"gamma_w2": Fraction(2), "gamma_b2": Fraction(1, 3), "sigma_b2": HALF}):
        if name == "sin" and len(given) > 1:
            continue
        kernel = kernel_of(name, layers, **given)
        with working(120):
            for rho in (Fraction(-3, 5), Fraction(1, 7), Fraction(99, 100)):
                angle = (arb(rho.numerator) / rho.denominator).acos()
                found = kernel.at_angle(angle)
                assert found.overlaps(kernel.kernel.value(rho)) and found.rad() < 1e-28


def test_coefficients_are_below_the_value_at_a_larger_radius() -> None:
    kernel = kernel_of("gelu", 3, gamma_b2=HALF)
    with working(120):
        kappa = kernel.kernel.series(60)
        for r in (1.1, 1.5):
            size = kernel.at_correlation(arb(r))
            terms = [c * arb(r) ** p for p, c in enumerate(kappa)]
            assert all(term < size for term in terms) and sum(terms, arb(0)) < size
        assert sum((c * arb(1.1) ** p for p, c in enumerate(kappa)), arb(0)) > 0.999 * kernel.at_correlation(arb(1.1))
        assert not kernel.at_correlation(arb(4)).is_finite()


def relu_ntk(rho: Any, layers: int, gamma_b2: Any, sigma_w2: Any, sigma_b2: Any) -> Any:
    """(11)–(12) for ReLU at γ_w² + γ_b² = 1 and complex ρ, in mpmath."""
    z = covariance = theta = (1 - gamma_b2) * rho + gamma_b2
    q = mpmath.mpf(1)
    for _ in range(layers - 1):
        z = covariance / q
        angle = mpmath.pi - mpmath.acos(z)
        covariance = sigma_w2 * q * (mpmath.sqrt(1 - z) * mpmath.sqrt(1 + z) + z * angle) / (2 * mpmath.pi) + sigma_b2
        theta = theta * sigma_w2 * angle / (2 * mpmath.pi) + covariance
        q = sigma_w2 * q / 2 + sigma_b2
    return theta


@pytest.mark.parametrize("given", [{}, {"gamma_b2": HALF}, {"sigma_w2": Fraction(2)}])
def test_the_kernel_is_below_its_bound_on_ellipses(given: dict[str, Any]) -> None:
    kernel = kernel_of("relu", 4, **given)
    bound = AngleBound(kernel)
    s = given.get("sigma_w2", Fraction(1)).numerator
    g = mpmath.mpf(float(given.get("gamma_b2", Fraction(0))))
    for stretch in (0.2, 0.5):
        middle, half = math.pi / 2, math.pi / 2
        ellipse = Ellipse(middle, half * math.cosh(stretch), half * math.sinh(stretch))
        largest = bound.on(ellipse)
        assert largest is not None
        sizes = []
        for step in range(1, 20):
            a = mpmath.mpc(ellipse.middle + ellipse.width * math.cos(step * math.pi / 20),
                           ellipse.height * math.sin(step * math.pi / 20))  # fmt: skip
            if 0.05 < a.real < math.pi - 0.05:  # there the principal values are the continuation
                sizes.append(float(abs(relu_ntk(mpmath.cos(a), 4, g, s, 1 - mpmath.mpf(s) / 2))))
        assert max(sizes) < float(largest) < 20 * max(sizes)


def test_no_bound_around_a_singularity() -> None:
    """γ_w² cos θ + γ_b² = −1 at θ = π ± i arcosh(1 + 2γ_b²/γ_w²)."""
    kernel = kernel_of("relu", 2, gamma_b2=HALF)
    height = math.acosh(3)
    assert AngleBound(kernel).on(Ellipse(math.pi, 1.0, height * 1.02)) is None
    assert AngleBound(kernel).on(Ellipse(math.pi, 1.0, height * 0.97)) is not None
    smooth = kernel_of("gelu", 2)
    assert AngleBound(smooth).on(Ellipse(0.0, 1.0, math.acosh(2) * 1.02)) is None
    assert AngleBound(smooth).on(Ellipse(0.0, 1.0, math.acosh(2) * 0.97)) is not None
    with working(64):
        assert not smooth.at_angle(acb(arb(0, 1e-6), arb(math.acosh(2), 1e-6))).is_finite()


def test_one_layer_on_a_box_contains_what_it_takes_there() -> None:
    kernel = kernel_of("relu", 3)
    with working(64):
        share = kernel.shares()[0]
        for middle in (acb(0.1, 0.1), acb(0.3, 0.05), acb(1.5, 1.0), acb(3.4, 0.3), acb(-0.3, 0.2)):
            box = middle + acb(arb(0, 0.02), arb(0, 0.02))
            image = kernel.step_on_box(box, share).image
            assert image.is_finite()
            for corner in (acb(0.02, 0.02), acb(-0.02, 0.02), acb(0.01, -0.02), acb(0)):
                a = mpmath.mpmathify(complex(middle + corner))
                rise = (mpmath.pi * (1 - mpmath.cos(a)) - mpmath.sin(a) + a * mpmath.cos(a)) / (2 * mpmath.pi)
                known = 2 * mpmath.asin(a * mpmath.sqrt(rise / a**2 / 2))
                assert image.contains(acb(known.real, known.imag))


def test_an_ellipse_contains_what_it_is_put_around() -> None:
    boxes = [acb(arb(x, 0.1), arb(y, 0.05)) for x, y in ((-0.4, 0.1), (0.2, 1.1), (1.4, 0.6), (2.0, 0.0))]
    found = ellipse_around(boxes)
    assert found is not None and all(found.contains(box) for box in boxes)
    assert not found.contains(acb(arb(found.middle), arb(found.height)))
    arcs = [found.arc(index, 8) for index in range(8)]
    for step in range(41):
        angle = step * math.pi / 40
        point = acb(found.middle + found.width * math.cos(angle), found.height * math.sin(angle))
        assert any((arc + acb(arb(0, 1e-12), arb(0, 1e-12))).contains(point) for arc in arcs)
