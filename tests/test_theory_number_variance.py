"""The derivation of the number variance, and that the numerics evaluate what it derives."""

import mpmath
import pytest
import sympy
from flint import arb

from eigenlaw.numerics.number_variance import asymptotic_variance, variance, variance_slope
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.number_variance import asymptote, cluster_function, length_symbol, number_variance, residual

L = length_symbol()


@pytest.mark.parametrize("beta", [1, 2])
def test_the_formula_is_proved(beta: int) -> None:
    assert residual(beta) == (0, 0, 0)


@pytest.mark.parametrize("beta", [1, 2])
def test_numerics_evaluate_the_formula(beta: int) -> None:
    value = sympy.lambdify(L, number_variance(beta), "mpmath")
    slope = sympy.lambdify(L, sympy.diff(number_variance(beta), L), "mpmath")
    limit = sympy.lambdify(L, asymptote(beta), "mpmath")
    for length in (0.25, 1.0, 7.5):
        at = mpmath.mpf(length)
        assert abs(float(value(at)) - float(variance(beta, arb(length)).mid())) < 1e-13
        assert abs(float(slope(at)) - float(variance_slope(beta, arb(length)).mid())) < 1e-13
        assert abs(float(limit(at)) - float(asymptotic_variance(beta, arb(length)).mid())) < 1e-13
    assert abs(float(value(mpmath.mpf(200))) - float(limit(mpmath.mpf(200)))) < 1e-4


@pytest.mark.parametrize("beta", [1, 2])
def test_the_cluster_function_is_a_perfect_hole(beta: int) -> None:
    """Y₂(0) = 1 and ∫Y₂ = 1 over the line: an eigenvalue repels exactly one."""
    y = sympy.lambdify(L, cluster_function(beta), "mpmath")
    assert abs(float(y(mpmath.mpf("1e-8"))) - 1) < 1e-7
    slope = sympy.lambdify(L, sympy.diff(number_variance(beta), L), "mpmath")
    assert abs(float(slope(mpmath.mpf(10) ** 4))) < 1e-4


def test_other_ensembles_are_refused() -> None:
    for function in (cluster_function, number_variance, asymptote):
        with pytest.raises(InputError, match="beta=4"):
            function(4)
