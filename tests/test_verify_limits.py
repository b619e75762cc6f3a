"""Exact wide limits: two routes against each other, against quadrature, and with more widths than are needed."""

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from flint import fmpq, fmpq_poly

from eigenlaw.verify.averages import mean_product, mean_tangent_kernel, polynomial_derivative
from eigenlaw.verify.limits import layer_kernels, limit_kernel, limit_product, pair_mean, wide_limit
from eigenlaw.verify.networks import HyperParameters

F = Fraction
GENERAL = HyperParameters(F(2, 3), F(1, 5), F(3, 4), F(1, 3))
SQUARE = (F(0), F(0), F(1))
MIXED = (F(1), F(-1, 2), F(1, 3))
LINE = (F(0), F(1))


def series(entries: Any) -> fmpq_poly:
    return fmpq_poly([fmpq(entry.numerator, entry.denominator) for entry in entries])


def test_a_polynomial_in_the_inverse_width_has_its_constant_term_as_limit() -> None:
    def mean(m: int) -> tuple[Fraction, ...]:
        return F(3) + F(5, m) - F(1, m**2), F(7, m**3)

    assert wide_limit(mean, degree=3) == (F(3), F(0))
    assert wide_limit(mean, degree=2) != (F(3), F(0))


def test_entries_that_some_widths_lack_are_zero() -> None:
    assert wide_limit(lambda m: (F(1),) if m > 1 else (F(1), F(2)), degree=1) == (F(1), F(-2))


@pytest.mark.parametrize("phi", [(F(1), F(2)), SQUARE, MIXED])
def test_networks_and_the_recursion_have_the_same_limit(phi: tuple[Fraction, ...]) -> None:
    layers = layer_kernels(phi, GENERAL, 3)
    slopes = polynomial_derivative(phi)
    for count in (2, 3):
        assert series(limit_kernel(phi, GENERAL, count)) == layers[count - 1].kernel
        above = [series(limit_product(f, f, phi, GENERAL, count - 1)) for f in (phi, slopes)]
        assert fmpq(3, 4) * above[0] + fmpq(1, 3) == layers[count - 1].covariance
        assert fmpq(3, 4) * above[1] == layers[count - 1].slope
    at_one = [layer.covariance(fmpq(1)) for layer in layers]
    assert at_one == [layer.variance for layer in layers]


def test_affine_networks_reach_any_depth() -> None:
    phi = (F(-1, 2), F(2))
    assert series(limit_kernel(phi, GENERAL, 5)) == layer_kernels(phi, GENERAL, 5)[4].kernel


def test_another_width_changes_nothing() -> None:
    """The degree in 1/m is what the argument says: with one more width the extrapolation is the same."""

    def kernel(m: int) -> tuple[Fraction, ...]:
        return mean_tangent_kernel(SQUARE, GENERAL, (m, 1))

    assert wide_limit(kernel, 2) == wide_limit(kernel, 1) != wide_limit(kernel, 0)
    cubes = (F(0), F(0), F(0), F(1))

    def square(m: int) -> tuple[Fraction, ...]:
        return mean_product(cubes, LINE, GENERAL, SQUARE, (m,))

    assert wide_limit(square, 2) == wide_limit(square, 1) == limit_product(cubes, LINE, SQUARE, GENERAL, layer=2)


def test_the_width_of_the_last_hidden_layer_does_not_matter() -> None:
    assert mean_tangent_kernel(SQUARE, GENERAL, (2, 1)) == mean_tangent_kernel(SQUARE, GENERAL, (2, 2))


def test_given_inputs_of_any_norm() -> None:
    x, y = (F(1, 2), F(1), F(0)), (F(-1), F(1, 3), F(2))
    inner = {a + b: sum((s * t for s, t in zip(u, v, strict=True)), F(0)) for (a, u), (b, v) in product(
        [("x", x), ("y", y)], repeat=2)}  # fmt: skip
    first = {pair: F(2, 3) * value + F(1, 5) for pair, value in inner.items()}
    entries = [fmpq(first[pair].numerator, first[pair].denominator) for pair in ("xx", "xy", "yy")]
    found = limit_product(MIXED, SQUARE, MIXED, GENERAL, 1, (x, y))
    assert series(found) == fmpq_poly([pair_mean(MIXED, SQUARE, *entries)])
    turned = ((F(1, 2), F(0), F(1)), (F(-1), F(2), F(1, 3)))
    assert limit_kernel(SQUARE, GENERAL, 3, inputs=(x, y)) == limit_kernel(SQUARE, GENERAL, 3, inputs=turned)


def test_without_an_output_bias_its_variance_is_missing() -> None:
    whole, without = (limit_kernel(SQUARE, GENERAL, 3, output_bias=bias) for bias in (True, False))
    assert series(whole) - series(without) == fmpq_poly([fmpq(1, 3)])


def test_pair_means_are_the_quadrature() -> None:
    z, w = np.polynomial.hermite_e.hermegauss(8)
    u, v = np.meshgrid(z, z)
    weights = np.outer(w, w) / w.sum() ** 2
    a, c, b = 0.75, -0.25, 1.5
    U, V = np.sqrt(a) * u, c / np.sqrt(a) * u + np.sqrt(b - c * c / a) * v
    f, g = (F(1), F(-1), F(0), F(2), F(1, 3)), (F(2), F(1, 2), F(1))
    values = np.polynomial.polynomial.polyval(U, list(map(float, f))) * np.polynomial.polynomial.polyval(
        V, list(map(float, g))
    )
    exact = pair_mean(f, g, fmpq(3, 4), fmpq(-1, 4), fmpq(3, 2))
    assert float(exact.p) / float(exact.q) == pytest.approx(float((weights * values).sum()), rel=1e-12)


def test_what_is_out_of_reach_is_refused() -> None:
    for layers in (1, 4):
        with pytest.raises(ValueError, match=f"layers={layers}: expected 2 or 3"):
            limit_kernel(SQUARE, GENERAL, layers)
    with pytest.raises(ValueError, match="layer=3: expected 1 or 2"):
        limit_product(LINE, LINE, SQUARE, GENERAL, 3)
