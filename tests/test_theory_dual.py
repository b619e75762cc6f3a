"""Dual activations against quadrature over pairs, against Stein's rules, and against what must not have one."""

import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import sympy
from scipy import special

from eigenlaw.theory.activations import CATALOGUE, activation
from eigenlaw.theory.bivariate import BivariateMoments, Factor, dual_by_rules
from eigenlaw.theory.dual import (
    arc_cosine,
    correlation_symbol,
    derive_dual,
    dual_activation,
    dual_derivative,
)
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.hermite import hermite_coefficient
from eigenlaw.theory.terms import pieces_of_activation

Array = np.ndarray[Any, Any]
rho = correlation_symbol()


def _bell(s: float) -> Callable[[Array], Array]:
    return lambda x: np.exp(-(x**2) / (2 * s**2)) / (s * math.sqrt(2 * math.pi))


# (φ, φ') once more as plain functions, kinks at 0 only.
PLAIN: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array] | None]] = {
    "linear": (lambda x: x, np.ones_like),
    "relu": (lambda x: np.maximum(x, 0), lambda x: (x > 0) * 1.0),
    "leaky_relu(0.1)": (lambda x: np.where(x > 0, x, x / 10), lambda x: np.where(x > 0, 1.0, 0.1)),
    "abs": (np.abs, np.sign),
    "heaviside": (lambda x: (x > 0) * 1.0, None),
    "sign": (np.sign, None),
    "monomial(3)": (lambda x: x**3, lambda x: 3 * x**2),
    "polynomial(1,2,0,1/3)": (lambda x: 1 + 2 * x + x**3 / 3, lambda x: 2 + x**2),
    "hermite(3)": (lambda x: (x**3 - 3 * x) / math.sqrt(6), lambda x: (3 * x**2 - 3) / math.sqrt(6)),
    "rectified_monomial(2)": (lambda x: np.maximum(x, 0) ** 2, lambda x: 2 * np.maximum(x, 0)),
    "rectified_monomial(3)": (lambda x: np.maximum(x, 0) ** 3, lambda x: 3 * np.maximum(x, 0) ** 2),
    "erf(1/2)": (lambda x: special.erf(x / 2), lambda x: np.exp(-(x**2) / 4) / math.sqrt(math.pi)),
    "gelu": (lambda x: x * special.ndtr(x), lambda x: special.ndtr(x) + x * _bell(1)(x)),
    "gaussian(2)": (_bell(2), lambda x: -x / 4 * _bell(2)(x)),
    "sin(2)": (lambda x: np.sin(2 * x), lambda x: 2 * np.cos(2 * x)),
    "cos(1/2)": (lambda x: np.cos(x / 2), lambda x: -np.sin(x / 2) / 2),
    "exp(1/2)": (lambda x: np.exp(x / 2), lambda x: np.exp(x / 2) / 2),
}
EXPRESSIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "abs(x)+x*erf(x)": (
        lambda x: np.abs(x) + x * special.erf(x),
        lambda x: np.sign(x) + special.erf(x) + x * 2 / math.sqrt(math.pi) * np.exp(-(x**2)),
    ),
    "x*exp(x/2)+1": (lambda x: x * np.exp(x / 2) + 1, lambda x: (1 + x / 2) * np.exp(x / 2)),
    "x**2*exp(-x**2/3)": (lambda x: x**2 * np.exp(-(x**2) / 3), lambda x: (2 * x - x**3 * 2 / 3) * np.exp(-(x**2) / 3)),
    "max(x,0)**2-x/2": (lambda x: np.maximum(x, 0) ** 2 - x / 2, lambda x: 2 * np.maximum(x, 0) - 0.5),
}


def _mean_product(f: Callable[[Array], Array], correlation: float, variance: float) -> float:
    """Return E[f(U) f(V)] in polar coordinates: the four half-planes of U and V cut the angle where kinks lie."""
    z, w = np.polynomial.legendre.leggauss(60)
    theta = math.acos(correlation)
    kinks = sorted(angle % (2 * math.pi) for base in (0, theta) for angle in (base + math.pi / 2, base - math.pi / 2))
    edges = [kinks[-1] - 2 * math.pi, *kinks]
    radius = np.concatenate([start + (z + 1) / 2 for start in range(14)])
    weight = np.tile(w / 2, 14) * radius * np.exp(-(radius**2) / 2) / (2 * math.pi)
    total = 0.0
    for low, high in pairwise(edges):
        angle = low + (high - low) * (z + 1) / 2
        u = math.sqrt(variance) * np.outer(np.cos(angle), radius)
        v = math.sqrt(variance) * np.outer(np.cos(angle - theta), radius)
        total += float((high - low) / 2 * w @ (f(u) * f(v)) @ weight)
    return total


@pytest.mark.parametrize(("name", "functions"), [*PLAIN.items(), *EXPRESSIONS.items()])
def test_dual_is_the_expectation(name: str, functions: tuple[Any, Any]) -> None:
    for variance in (sympy.Integer(1), sympy.Rational(3, 2)) if name in PLAIN else (sympy.Rational(3, 2),):
        dual, slope = dual_activation(name, variance), dual_derivative(name, variance)
        assert dual is not None
        assert (slope is None) == (functions[1] is None)
        for correlation in (-0.7, 0.3, 0.9):
            wanted = _mean_product(functions[0], correlation, float(variance))
            assert float(dual.subs(rho, correlation)) == pytest.approx(wanted, rel=1e-10, abs=1e-12)
            if slope is not None:
                wanted = _mean_product(functions[1], correlation, float(variance))
                assert float(slope.subs(rho, correlation)) == pytest.approx(wanted, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("name", [n for n in PLAIN if not n.startswith("monomial")])
def test_closed_forms_agree_with_the_rules(name: str) -> None:
    for variance in (sympy.Integer(1), sympy.Rational(3, 2)):
        general = dual_by_rules(pieces_of_activation(activation(name)), rho, variance)
        known = dual_activation(name, variance)
        assert general is not None
        assert known is not None
        for correlation in (sympy.Rational(-2, 3), sympy.Rational(1, 5)):
            assert abs(sympy.N((general - known).subs(rho, correlation), 30)) < 1e-25


@pytest.mark.parametrize(
    "name", ["relu", "erf(2)", "gelu", "gaussian(2)", "sin(2)", "exp(1/2)", "rectified_monomial(3)"]
)
def test_taylor_coefficients_are_squared_hermite_coefficients(name: str) -> None:
    # Lemma B.1: [ρ^k] E[φ(U)φ(V)] = μ_k².
    dual = dual_activation(name)
    assert dual is not None
    for k in range(7):
        taylor = sympy.diff(dual, rho, k).subs(rho, 0) / sympy.factorial(k)
        assert abs(sympy.N(taylor - hermite_coefficient(name, k) ** 2, 20)) < 1e-18


@pytest.mark.parametrize("name", ["relu", "leaky_relu(0.1)", "gelu", "erf", "gaussian(1)", "rectified_monomial(2)"])
def test_symbolic_variance(name: str) -> None:
    v = sympy.Symbol("v", positive=True)
    symbolic, concrete = dual_activation(name, v), dual_activation(name, sympy.Rational(7, 3))
    assert symbolic is not None
    assert concrete is not None
    assert abs(sympy.N((symbolic.subs(v, sympy.Rational(7, 3)) - concrete).subs(rho, sympy.Rational(1, 3)), 25)) < 1e-20


def test_arc_cosine_at_the_ends() -> None:
    # ρ = 1: E[max(Z,0)^{2n}] = (2n−1)!!/2; ρ = −1: 0.
    for n in range(6):
        assert sympy.simplify(arc_cosine(n, sympy.Integer(1)) - sympy.factorial2(2 * n - 1) / sympy.Integer(2)) == 0
        assert sympy.simplify(arc_cosine(n, sympy.Integer(-1))) == 0


def test_every_family_has_a_dual_or_says_why_not() -> None:
    without = set()
    for name, family in CATALOGUE.items():
        needs = {"monomial": "(3)", "rectified_monomial": "(2)", "hermite": "(2)", "polynomial": "(1,2)"}.get(name, "")
        found = derive_dual(name + needs)
        assert found.note
        assert family.convention
        if found.expression is None:
            without.add(name)
            assert "no closed form" in found.note
    assert without == {"tanh", "sigmoid", "softplus", "silu", "elu", "selu", "hard_tanh"}


def test_moments_of_pairs() -> None:
    # E[X³ Y] = 3 c E[X²] = 3·(1/2)·2, E[X² Y²] = xx·yy + 2 c²
    moments = BivariateMoments(sympy.Integer(2), sympy.Rational(1, 2), sympy.Integer(3))
    assert moments.of(Factor(n=3), Factor(n=1)) == 3
    assert moments.of(Factor(n=2), Factor(n=2)) == sympy.Rational(13, 2)
    assert moments.of(Factor(sign=True, r=sympy.Integer(1)), Factor(sign=True)) is None


@pytest.mark.parametrize("variance", [0, -1, sympy.nan, sympy.oo])
def test_bad_variance(variance: Any) -> None:
    with pytest.raises(InputError, match="variance="):
        dual_activation("relu", variance)


def test_no_second_moment_is_refused() -> None:
    # E exp(2q Z²) < ∞ for q < 1/4 only; E exp(q Z²) is finite up to 1/2.
    assert dual_activation("exp(x**2/5)") is not None
    with pytest.raises(InputError, match="variance=1"):
        dual_activation("exp(x**2/3)")


def test_bad_order() -> None:
    with pytest.raises(InputError, match="n=-1"):
        arc_cosine(-1, rho)
