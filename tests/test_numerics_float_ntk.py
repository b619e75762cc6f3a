"""The float64 series of the NTK against balls: the relative error of every single coefficient."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb

from eigenlaw.numerics.float_ntk import float_coefficients, product
from eigenlaw.numerics.layers import layered_kernel
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.variances import Variances, hyper_parameters
from eigenlaw.theory.activations import activation
from eigenlaw.theory.errors import InputError

SMALL = Fraction(1, 20)
CLOSED = [
    *[
        (name, Fraction(1))
        for name in ("relu", "leaky_relu(-1/2)", "abs", "erf", "gelu", "gaussian(1/2)", "sin", "linear")
    ],
    *[(name, SMALL) for name in ("cos(3/2)", "exp(1/2)", "rectified_monomial(3)", "polynomial(0,1,1/5)", "hermite(3)")],
]


def largest_error(name: str, order: int, layers: int, variances: Variances) -> float:
    """The largest relative error of a coefficient; infinite where a zero is missed."""
    phi = activation(name)
    found = float_coefficients(phi, order, variances, layers)
    assert found.shape == (order + 1,)
    worst = 0.0
    with working(200 + order // 4):
        for value, ball in zip(found, layered_kernel(phi, variances, layers).series(order), strict=True):
            if ball.is_zero():
                worst = max(worst, 0.0 if value == 0 else np.inf)
            elif ball > 1e-290:
                assert ball.rel_accuracy_bits() > 80
                worst = max(worst, float((abs(arb(float(value)) - ball) / ball).upper()))
    return worst


@pytest.mark.parametrize("gamma_b2", [Fraction(0), Fraction(1, 2)], ids=str)
def test_relu_ten_layers_order_2000(gamma_b2: Fraction) -> None:
    variances = hyper_parameters(activation("relu"), gamma_b2=gamma_b2, sigma_w2=Fraction(2), digits=20)
    assert largest_error("relu", 2000, 10, variances) < 1e-12


@pytest.mark.parametrize(("name", "sigma_w2"), CLOSED)
def test_every_closed_dual_at_several_depths(name: str, sigma_w2: Fraction) -> None:
    for layers in (1, 2, 4):
        for gamma_b2 in (Fraction(0), Fraction(1, 2)):
            variances = hyper_parameters(activation(name), gamma_b2=gamma_b2, sigma_w2=sigma_w2, digits=20)
            assert largest_error(name, 120, layers, variances) < 3e-14


@pytest.mark.parametrize("name", ["relu", "erf", "gelu", "gaussian(1)", "sin"])
def test_variances_that_grow_with_depth(name: str) -> None:
    variances = Variances(Fraction(5, 2), Fraction(1, 3), Fraction(3, 2), Fraction(1, 7))
    assert largest_error(name, 150, 4, variances) < 1e-13


def test_product_is_the_cauchy_product() -> None:
    rng = np.random.default_rng(0)
    left, right = rng.random(7), rng.random(7)
    wanted = [sum(left[i] * right[p - i] for i in range(p + 1)) for p in range(7)]
    assert product(left, right) == pytest.approx(wanted, rel=1e-15)


def test_order_zero_is_the_kernel_at_zero() -> None:
    variances = hyper_parameters(activation("relu"), digits=20)
    assert float_coefficients(activation("relu"), 0, variances)[0] == pytest.approx(0.5 + 1 / (2 * np.pi), rel=1e-15)


@pytest.mark.parametrize(
    ("name", "order", "variances"),
    [
        ("tanh", 3, Variances(Fraction(1), Fraction(0), Fraction(1), Fraction(0))),
        ("sign", 3, Variances(Fraction(1), Fraction(0), Fraction(1), Fraction(0))),
        ("relu", -1, Variances(Fraction(1), Fraction(0), Fraction(1), Fraction(0))),
        ("relu", 3, Variances(Fraction(0), Fraction(1), Fraction(1), Fraction(0))),
        ("relu", 3, Variances(Fraction(1), Fraction(0), Fraction(0), Fraction(1))),
    ],
)
def test_what_it_cannot_do_is_refused(name: str, order: int, variances: Variances) -> None:
    with pytest.raises(InputError):
        float_coefficients(activation(name), order, variances, 3)
