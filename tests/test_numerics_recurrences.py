"""Closed forms against float quadrature of the trees and against rational arithmetic; zeros, large k, variances."""

import itertools
from collections.abc import Callable
from fractions import Fraction
from math import comb, factorial, sqrt
from typing import Any

import numpy as np
import pytest
from flint import arb

from eigenlaw.numerics.arrays import numpy_function
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.precision import working
from eigenlaw.theory.activations import Activation, activation
from eigenlaw.theory.expression import constant_float

ORDER = 12
NAMES = [
    "linear",
    "relu",
    "leaky_relu(1/5)",
    "abs",
    "heaviside",
    "sign",
    "monomial(4)",
    "rectified_monomial(3)",
    "polynomial(1,-2,1/3,0,5)",
    "hermite(4)",
    "erf(3/2)",
    "erf(-1)",
    "gelu",
    "elu(2)",
    "elu",
    "selu",
    "gaussian(2)",
    "sin(-3/2)",
    "cos(2)",
    "exp(-1/2)",
    "hard_tanh",
    "tanh(2)",
    "sigmoid",
    "softplus",
    "silu",
]


def float_coefficients(phi: Activation, order: int, variance: Fraction) -> Any:
    """E φ(√v Z) h_k(Z) by NumPy's Gauss–Legendre rule on panels that end at the breakpoints."""
    s = sqrt(variance)
    edges = sorted({-14.0, -5.0, 0.0, 5.0, 14.0, *(constant_float(place) / s for place in phi.breakpoints)})
    nodes, weights = np.polynomial.legendre.leggauss(80)
    total = np.zeros(order + 1)
    for left, right in itertools.pairwise(edges):
        x = (left + right) / 2 + (right - left) / 2 * nodes
        common = weights * (right - left) / 2 * numpy_function(phi.tree)(s * x) * np.exp(-(x**2) / 2) / sqrt(2 * np.pi)
        before, now = np.zeros_like(x), np.ones_like(x)
        for k in range(order + 1):
            total[k] += np.sum(common * now)
            before, now = now, (x * now - sqrt(k) * before) / sqrt(k + 1)
    return total


@pytest.mark.parametrize("variance", [Fraction(1), Fraction(2, 7), Fraction(3)], ids=str)
@pytest.mark.parametrize("name", NAMES)
def test_sweeps_agree_with_float_quadrature_of_the_tree(name: str, variance: Fraction) -> None:
    phi = activation(name)
    values = hermite_sweep(phi, ORDER, 120, variance)
    assert len(values) == ORDER + 1
    np.testing.assert_allclose([float(value) for value in values], float_coefficients(phi, ORDER, variance), atol=1e-11)
    assert all(value.is_zero() or value.rel_accuracy_bits() > 80 for value in values)


def test_relu_coefficients_are_the_printed_surds() -> None:
    """Murray et al., Lemma A.4: μ_k = (−1)^{k/2−1} (k−3)!!/√(2π k!) for even k ≥ 2."""
    values = hermite_sweep(activation("relu"), 1000, 200)
    with working(260):
        assert values[0].overlaps(1 / (2 * arb.pi()).sqrt()) and values[1] == arb(1) / 2
        for k in (2, 4, 6, 50, 998, 1000):
            double = factorial(k - 2) // (2 ** ((k - 2) // 2) * factorial((k - 2) // 2))  # (k−3)!!
            wanted = (-1) ** (k // 2 - 1) * double / (2 * arb.pi() * factorial(k)).sqrt()
            assert values[k].overlaps(wanted) and values[k].rel_accuracy_bits() > 180
    assert all(values[k].is_zero() and values[k].is_exact() for k in range(3, 1000, 2))


def test_erf_coefficients_at_large_k_keep_relative_accuracy() -> None:
    """S(t) = erf(t/√3): μ_{2m+1} = (2/√π) (−1)^m 3^{−m−1/2} √((2m+1)!)/(m! (2m+1))."""
    values = hermite_sweep(activation("erf"), 801, 150)
    with working(200):
        for k in (1, 3, 5, 401, 801):
            m = k // 2
            root = arb(factorial(k)).sqrt() / (factorial(m) * k)
            wanted = 2 / arb.pi().sqrt() * (-1) ** m * root / (arb(3) ** m * arb(3).sqrt())
            assert values[k].overlaps(wanted) and values[k].rel_accuracy_bits() > 130


def test_gaussian_coefficients_are_those_of_the_paper() -> None:
    """Murray et al.: μ_p² = p!/((p/2)!² 2^p 2π (σ²+1)^{p+1}) for even p."""
    values = hermite_sweep(activation("gaussian(2)"), 300, 200)
    with working(260):
        for p in (0, 2, 4, 150, 300):
            wanted = arb(comb(p, p // 2)) / (2**p * 2 * arb.pi() * arb(5) ** (p + 1))
            assert (values[p] ** 2).overlaps(wanted) and values[p].rel_accuracy_bits() > 180
            assert (values[p] > 0) == (p % 4 == 0)


@pytest.mark.parametrize("name", ["relu", "erf", "gelu", "elu", "elu(3)", "selu", "hard_tanh", "exp(3)", "sin(5)"])
def test_a_sweep_contains_the_better_one(name: str) -> None:
    """A rounding error that is not counted, of one unit in the last place, moves a ball off the finer one."""
    phi = activation(name)
    coarse, fine = hermite_sweep(phi, 400, 100), hermite_sweep(phi, 400, 700)
    assert all(a.contains(b) for a, b in zip(coarse, fine, strict=True))
    assert all(b.is_zero() or b.rel_accuracy_bits() > 500 for b in fine)


def test_zeros_are_exact() -> None:
    zero_at: dict[str, Callable[[int], bool]] = {
        "linear": lambda k: k != 1,
        "abs": lambda k: k % 2 == 1,
        "sign": lambda k: k % 2 == 0,
        "heaviside": lambda k: k > 0 and k % 2 == 0,
        "leaky_relu(1/3)": lambda k: k > 1 and k % 2 == 1,
        "leaky_relu(-1)": lambda k: k % 2 == 1,
        "leaky_relu(1)": lambda k: k != 1,
        "monomial(3)": lambda k: k not in {1, 3},
        "rectified_monomial(2)": lambda k: k > 2 and k % 2 == 0,
        "hermite(3)": lambda k: k != 3,
        "erf": lambda k: k % 2 == 0,
        "gelu": lambda k: k > 1 and k % 2 == 1,
        "gaussian": lambda k: k % 2 == 1,
        "sin": lambda k: k % 2 == 0,
        "cos": lambda k: k % 2 == 1,
        "hard_tanh": lambda k: k % 2 == 0,
        "elu(0)": lambda k: k > 1 and k % 2 == 1,
        "selu": lambda k: k == 0,
        "exp": lambda k: False,
    }
    for name, rule in zero_at.items():
        values = hermite_sweep(activation(name), 20, 100)
        for k, value in enumerate(values):
            assert value.is_zero() == rule(k), (name, k)
            assert rule(k) or not value.contains(0), (name, k)


def test_zeros_that_depend_on_the_variance() -> None:
    assert hermite_sweep(activation("hard_tanh"), 6, 100, Fraction(1, 3))[5].is_zero()
    assert not hermite_sweep(activation("hard_tanh"), 6, 100, Fraction(1, 4))[5].contains(0)
    assert not hermite_sweep(activation("selu"), 0, 100, Fraction(2))[0].contains(0)
    assert hermite_sweep(activation("polynomial(-1,0,1)"), 2, 100)[0].is_zero()
    assert not hermite_sweep(activation("polynomial(-1,0,1)"), 2, 100, Fraction(2))[0].contains(0)


def test_hermite_polynomials_of_other_variance_expand_in_the_normal_ones() -> None:
    """h_2(√v x) = (v x² − 1)/√2 = v h_2(x) + (v − 1)/√2."""
    values = hermite_sweep(activation("hermite(2)"), 3, 100, Fraction(3))
    with working(120):
        assert values[0].overlaps(arb(2).sqrt()) and values[2].overlaps(arb(3)) and values[3].is_zero()
    assert hermite_sweep(activation("hermite(7)"), 7, 100)[7] == 1
