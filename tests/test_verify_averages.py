"""Exact averages against Gauss-Hermite quadrature over all parameters of tiny networks, and by hand."""

from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from eigenlaw.verify.averages import mean_product, mean_tangent_kernel, polynomial_derivative
from eigenlaw.verify.measure import tangent_kernel
from eigenlaw.verify.networks import Architecture, HyperParameters, split_parameters

F = Fraction
UNIT = HyperParameters(F(1), F(0), F(1), F(0))
GENERAL = HyperParameters(F(2, 3), F(1, 5), F(7, 4), F(1, 3))


def gauss_hermite(nodes: int, variables: int) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Points and weights that average polynomials over a standard normal vector, exact below degree 2 nodes."""
    z, w = np.polynomial.hermite_e.hermegauss(nodes)
    points = np.array(list(product(z, repeat=variables)))
    weights = np.prod(list(product(w / w.sum(), repeat=variables)), axis=1)
    return points, weights


@pytest.mark.parametrize("output_bias", [True, False])
@pytest.mark.parametrize(
    ("coefficients", "hidden", "nodes"),
    [
        ((F(1, 2), F(-1), F(1, 3)), (1,), 5),
        ((F(1, 2), F(-1), F(1, 3), F(2)), (1,), 7),
        ((F(1), F(2)), (2, 1), 3),
        ((F(1, 2), F(-1), F(1, 3)), (1, 1), 5),
    ],
)
def test_mean_kernel_is_the_quadrature_of_measured_kernels(
    coefficients: tuple[Fraction, ...], hidden: tuple[int, ...], nodes: int, output_bias: bool
) -> None:
    architecture = Architecture((2, *hidden, 1))
    points, weights = gauss_hermite(nodes, architecture.size)
    correlations = np.array([1.0, 0.8, 0.1, -0.5, -1.0])
    X = np.stack([correlations, np.sqrt(1 - correlations**2)], axis=1)

    def phi(x: Any) -> Any:
        return sum(float(a) * x**k for k, a in enumerate(coefficients))

    kernels = tangent_kernel(
        split_parameters(points, architecture), GENERAL, phi, np.vstack([[1.0, 0.0], X]), output_bias=output_bias
    )
    measured = np.tensordot(weights, kernels[:, 0, 1:], axes=1)
    kappa = mean_tangent_kernel(coefficients, GENERAL, hidden, output_bias)
    expected = np.polynomial.polynomial.polyval(correlations, [float(k) for k in kappa])
    np.testing.assert_allclose(measured, expected, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize(
    ("coefficients", "hyper", "hidden", "kappa"),
    [
        # linear networks: one term c a layer; with biases 1: c + 1, then 2 c + 2 + 1 (+ ...)
        ((F(0), F(1)), UNIT, (1,), (0, 2)),
        ((F(0), F(1)), UNIT, (1, 1), (0, 3)),
        ((F(0), F(1)), UNIT, (3, 2), (0, 3)),
        ((F(0), F(1)), HyperParameters(F(1), F(1), F(1), F(1)), (1,), (3, 2)),
        # squares: c E[2U 2V] + E[U^2 V^2] = 4 c^2 + 1 + 2 c^2; cubes: 9 c (1 + 2 c^2) + 9 c + 6 c^3
        ((F(0), F(0), F(1)), UNIT, (1,), (1, 0, 6)),
        ((F(0), F(0), F(0), F(1)), UNIT, (1,), (0, 18, 0, 24)),
        # constants have the output layer only
        ((F(3),), UNIT, (1,), (9,)),
        ((F(0),), UNIT, (1,), (0,)),
    ],
)
def test_means_known_by_hand(
    coefficients: tuple[Fraction, ...], hyper: HyperParameters, hidden: tuple[int, ...], kappa: tuple[int, ...]
) -> None:
    assert mean_tangent_kernel(coefficients, hyper, hidden) == kappa


def test_width_matters_from_two_hidden_layers_on() -> None:
    coefficients = (F(1), F(-1, 2), F(1, 3))
    one_layer = {mean_tangent_kernel(coefficients, GENERAL, (m,)) for m in (1, 2, 3)}
    assert len(one_layer) == 1
    assert mean_tangent_kernel(coefficients, GENERAL, (1, 1)) != mean_tangent_kernel(coefficients, GENERAL, (2, 1))


def test_output_bias_adds_its_variance() -> None:
    coefficients = (F(1), F(-1, 2), F(1, 3), F(2))
    with_bias = mean_tangent_kernel(coefficients, GENERAL)
    without = mean_tangent_kernel(coefficients, GENERAL, output_bias=False)
    assert with_bias == (without[0] + F(1, 3), *without[1:])


def test_mean_product_by_quadrature() -> None:
    f, g = (F(1), F(2), F(0), F(-1, 3)), (F(1, 2), F(0), F(1), F(0), F(1, 5))
    points, weights = gauss_hermite(5, 3)
    exact = [float(k) for k in mean_product(f, g, GENERAL)]
    for c in (1.0, 0.6, -0.3):
        s = np.sqrt(1 - c * c)
        U = np.sqrt(2 / 3) * points[:, 0] + np.sqrt(1 / 5) * points[:, 2]
        V = np.sqrt(2 / 3) * (c * points[:, 0] + s * points[:, 1]) + np.sqrt(1 / 5) * points[:, 2]
        values = [np.polynomial.polynomial.polyval(u, [float(a) for a in p]) for u, p in ((U, f), (V, g))]
        assert np.dot(weights, values[0] * values[1]) == pytest.approx(np.polynomial.polynomial.polyval(c, exact))


def test_mean_product_known_by_hand() -> None:
    cube = (F(0), F(0), F(0), F(1))
    assert mean_product(cube, cube, UNIT) == (F(0), F(9), F(0), F(6))
    assert mean_product((F(1),), (F(2),), UNIT) == (F(2),)
    one = (F(0), F(1))
    assert mean_product(one, one, GENERAL) == (F(1, 5), F(2, 3))


def test_polynomial_derivative() -> None:
    assert polynomial_derivative((F(1), F(2), F(3), F(4, 5))) == (F(2), F(6), F(12, 5))
    assert polynomial_derivative((F(7),)) == (F(0),)


def test_degree_6_is_fast_and_all_there() -> None:
    kappa = mean_tangent_kernel(tuple(F(1, k + 1) for k in range(7)), GENERAL)
    assert len(kappa) == 7
    assert min(kappa) > 0


def test_inexact_input_is_refused() -> None:
    inexact: Any = (0.5,)
    with pytest.raises(ValueError, match="give a Fraction"):
        mean_tangent_kernel((F(1), F(1)), HyperParameters(0.5, 0.5, 1.0, 0.0))
    with pytest.raises(ValueError, match="give a Fraction"):
        mean_product(inexact, (F(1),), UNIT)
    with pytest.raises(ValueError, match="hidden_widths"):
        mean_tangent_kernel((F(1), F(1)), UNIT, ())
