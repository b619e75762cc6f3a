"""Leading terms of μ_k and κ_{p,l} against certified coefficients: the distance must shrink as the terms say."""

from fractions import Fraction
from functools import cache
from typing import Any

import mpmath as mp
import pytest
import sympy

from eigenlaw.numerics.hermite import hermite_balls
from eigenlaw.numerics.ntk import hyper_parameters, ntk_coefficients
from eigenlaw.theory import decay
from eigenlaw.theory.activations import activation
from eigenlaw.theory.decay_deep import DeepLeadingTerm, deep_leading_term
from eigenlaw.theory.errors import InputError

SHARP = ["relu", "leaky_relu(1/10)", "abs", "rectified_monomial(2)", "erf", "erf(1/2)", "gaussian(1/2)", "gelu"]
STRETCHED = ["tanh", "tanh(2)", "sigmoid", "softplus", "silu"]
FIRST, LAST = 20, 320


@cache
def _kappa(name: str, gamma_b2: Fraction, sigma_w2: Any, layers: int) -> list[Any]:
    phi = activation(name)
    variances = hyper_parameters(phi, gamma_b2=gamma_b2, sigma_w2=sigma_w2, digits=15)
    return ntk_coefficients(phi, LAST + 1, 12, variances, layers).balls


def _number(expression: Any) -> Any:
    return mp.mpf(str(sympy.N(expression, 20)))


def _distances(terms: Any, expression: Any, shift: int, **values: Any) -> tuple[float, float]:
    """Return |log(term/expression)| at the ends of the indices of one parity."""
    table = {sympy.Symbol(name, positive=True): sympy.sympify(value) for name, value in values.items()}
    found = []
    for p in (FIRST + shift, LAST + shift):
        predicted = _number(expression.subs(decay.index_symbol(), p).subs(table))
        found.append(float(abs(mp.log(abs(mp.mpf(terms[p].str(15, radius=False)) / predicted)))))
    return found[0], found[1]


@pytest.mark.parametrize("name", [*SHARP, *STRETCHED])
def test_hermite_coefficients(name: str) -> None:
    term = decay.leading_term(name, "hermite")
    assert term is not None
    balls = hermite_balls(activation(name), LAST + 1, 12).balls
    shift = 0 if term.parity == "even" else 1
    start, end = _distances(balls, term.expression, shift)
    assert end < (start / 10 if name in SHARP else start / 3)  # 1/k and 1/√k over a factor of 16
    assert all(balls[k].is_zero() for k in range(4 - shift, LAST, 2) if (k + shift) % 2)


@pytest.mark.parametrize("gamma_b2", [Fraction(0), Fraction(1, 2), Fraction(1, 5)])
@pytest.mark.parametrize("name", ["relu", "leaky_relu(1/10)", "erf", "gaussian(2)", "gelu", "tanh(2)", "softplus"])
def test_shallow_kernel(name: str, gamma_b2: Fraction) -> None:
    term = decay.leading_term(name, "kappa", bias=bool(gamma_b2))
    assert term is not None
    kappa = _kappa(name, gamma_b2, Fraction(1, 2), 2)
    given = {"gamma_w2": sympy.Rational(1 - gamma_b2), "sigma_w2": sympy.Rational(1, 2)}
    assert (term.parity is None) == bool(gamma_b2)
    for shift in (0, 1):
        if term.parity not in (None, ("even", "odd")[shift]):
            assert kappa[LAST + shift].is_zero()
            continue
        start, end = _distances(kappa, term.expression, shift, **given)
        assert end < (start / 2.5 if name in {"tanh(2)", "softplus"} else start / 8)


def test_bias_makes_stretched_exponentials_faster() -> None:
    # e^{−2b√p} without bias, e^{−2b√p/γ_w} with it
    term = decay.leading_term("tanh", "kappa", bias=True)
    assert term is not None
    p, gamma_w2 = decay.index_symbol(), sympy.Symbol("gamma_w2", positive=True)
    rate = sympy.limit(sympy.log(term.expression.subs(gamma_w2, sympy.Rational(1, 4))) / sympy.sqrt(p), p, sympy.oo)
    assert sympy.simplify(rate + 2 * sympy.pi) == 0


def test_what_is_not_known() -> None:
    assert decay.leading_term("sin", "hermite") is None
    assert decay.leading_term("leaky_relu(1)", "kappa") is None
    assert deep_leading_term("tanh", 3) is None
    wrong: Any = "lambda"
    with pytest.raises(InputError, match="quantity=lambda"):
        decay.leading_term("relu", wrong)


def _constants(term: DeepLeadingTerm) -> tuple[Any, Any, Any]:
    """Return ρ* and the constants as numbers; where ρ* has no closed form, by bisection on its equation."""
    point = term.point
    (symbol,) = point.free_symbols or (sympy.Symbol("rho_star", positive=True),)
    if point.free_symbols:
        gap = sympy.lambdify(symbol, term.equation.lhs - term.equation.rhs, "mpmath")
        low, high = mp.mpf(1), _number(term.farthest)
        for _ in range(60):
            middle = (low + high) / 2
            value = gap(middle)
            beyond = (isinstance(value, mp.mpc) and value.imag) or mp.re(value) > 0
            low, high = (low, middle) if beyond else (middle, high)
        point = sympy.Float(mp.nstr(low, 18), 18)
    return point, *(constant.subs(symbol, point) for constant in (term.even, term.odd))


DEEP = [
    ("relu", 3, Fraction(0), Fraction(1)),
    ("relu", 4, Fraction(0), Fraction(1, 2)),
    ("relu", 3, Fraction(1, 4), "unit"),
    ("leaky_relu(1/10)", 3, Fraction(0), Fraction(1, 2)),
    ("abs", 3, Fraction(0), Fraction(1, 2)),
    ("erf", 3, Fraction(0), "unit"),
    ("erf", 3, Fraction(0), Fraction(1, 2)),
    ("erf", 3, Fraction(1, 4), "unit"),
    ("gaussian(1)", 3, Fraction(0), "unit"),
    ("gaussian(1)", 3, Fraction(1, 4), "unit"),
    ("gelu", 3, Fraction(0), "unit"),
]


@pytest.mark.parametrize(("name", "layers", "gamma_b2", "sigma_w2"), DEEP, ids=str)
def test_deep_kernel(name: str, layers: int, gamma_b2: Fraction, sigma_w2: Any) -> None:
    term = deep_leading_term(name, layers, gamma_b2=gamma_b2, sigma_w2=sigma_w2)
    assert term is not None
    kappa = _kappa(name, gamma_b2, sigma_w2, layers)
    point, even, odd = _constants(term)
    for shift, constant in enumerate((even, odd)):
        if constant == 0:
            assert kappa[LAST + shift].is_zero()
            continue
        leading = constant * decay.index_symbol() ** term.power * point ** (-decay.index_symbol())
        start, end = _distances(kappa, leading, shift)
        assert end < min(start / 8, 0.05)


def test_parity_of_the_deep_relu_and_the_shallow_case() -> None:
    third = deep_leading_term("relu", 3)
    assert third is not None
    assert 0 < sympy.N(third.odd) < sympy.N(third.even)
    for name in ("relu", "erf", "gaussian(1)", "gelu"):
        for gamma_b2 in (Fraction(0), Fraction(1, 3))[: 1 + (name == "erf")]:
            deep = deep_leading_term(name, 2, gamma_b2=gamma_b2)
            shallow = decay.leading_term(name, "kappa", bias=bool(gamma_b2))
            assert deep is not None
            assert shallow is not None
            plain = shallow.expression.subs(
                {
                    sympy.Symbol("gamma_w2", positive=True): sympy.Rational(1 - gamma_b2),
                    sympy.Symbol("sigma_w2", positive=True): 1,
                }
            )
            ratio = deep.expression(shallow.parity or "odd") / plain
            assert abs(sympy.N(ratio.subs(decay.index_symbol(), 40), 20) - 1) < 1e-15


def test_erf_keeps_its_radius_until_the_map_crosses() -> None:
    half, unit = (deep_leading_term("erf", 4, sigma_w2=s) for s in (Fraction(1, 2), "unit"))
    assert half is not None
    assert unit is not None
    assert half.point == sympy.Rational(3, 2)
    assert 1 < sympy.N(unit.point) < sympy.Rational(5, 4)
    moment = 2 * sympy.asin(sympy.Rational(2, 3)) / sympy.pi
    with pytest.raises(InputError, match="two singularities meet"):
        deep_leading_term("erf", 3, sigma_w2=1 / (2 * (1 - moment)))


@pytest.mark.parametrize(("layers", "gamma_b2"), [(1, 0), (3, 1)])
def test_unusable_arguments(layers: int, gamma_b2: int) -> None:
    with pytest.raises(InputError, match="expected"):
        deep_leading_term("relu", layers, gamma_b2=gamma_b2)
