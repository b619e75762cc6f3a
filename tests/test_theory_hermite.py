"""Hermite laws and coefficients against quadrature, the rules against the catalogue, and what is refused."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import mpmath as mp
import pytest
import sympy

from eigenlaw.theory.activations import CATALOGUE, activation
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.hermite import defining_integral, derive_hermite, hermite_coefficient, hermite_law, recognised
from eigenlaw.theory.hermite_polynomials import hermite_at_zero, hermite_polynomial, hermite_recurrences, index_symbol
from eigenlaw.theory.symbolic import x_symbol
from eigenlaw.theory.synthesis import synthesise

DIGITS = 32
ORDER = 60
EDGE = 18  # |h_k(x)| e^{−x²/4} ≤ 1.09 (Cramér), so what lies beyond is below e^{−81} times the activation

Real = Callable[[Any], Any]

# φ as plain functions, written down again and not taken from the library: (φ, places of kinks).
PLAIN: dict[str, tuple[Real, tuple[int, ...]]] = {
    "linear": (lambda x: x, ()),
    "relu": (lambda x: max(x, mp.mpf(0)), (0,)),
    "leaky_relu(0.1)": (lambda x: x if x > 0 else x / 10, (0,)),
    "abs": (abs, (0,)),
    "heaviside": (lambda x: mp.mpf(x > 0), (0,)),
    "sign": (lambda x: mp.sign(x), (0,)),
    "monomial(4)": (lambda x: x**4, ()),
    "monomial(7)": (lambda x: x**7, ()),
    "rectified_monomial(1)": (lambda x: max(x, mp.mpf(0)), (0,)),
    "rectified_monomial(2)": (lambda x: max(x, mp.mpf(0)) ** 2, (0,)),
    "rectified_monomial(5)": (lambda x: max(x, mp.mpf(0)) ** 5, (0,)),
    "polynomial(1,-2,0,1/3)": (lambda x: 1 - 2 * x + x**3 / 3, ()),
    "hermite(4)": (lambda x: (x**4 - 6 * x**2 + 3) / mp.sqrt(24), ()),
    "erf(1/2)": (lambda x: mp.erf(x / 2), ()),
    "erf(-2)": (lambda x: mp.erf(-2 * x), ()),
    "gelu": (lambda x: x * mp.ncdf(x), ()),
    "tanh": (mp.tanh, ()),
    "tanh(2)": (lambda x: mp.tanh(2 * x), ()),
    "sigmoid": (lambda x: 1 / (1 + mp.exp(-x)), ()),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), ()),
    "silu": (lambda x: x / (1 + mp.exp(-x)), ()),
    "elu": (lambda x: x if x > 0 else mp.expm1(x), (0,)),
    "elu(1/3)": (lambda x: x if x > 0 else mp.expm1(x) / 3, (0,)),
    "gaussian(2)": (lambda x: mp.npdf(x, 0, 2), ()),
    "gaussian(1/2)": (lambda x: mp.npdf(x, 0, 0.5), ()),
    "sin(2)": (lambda x: mp.sin(2 * x), ()),
    "cos(1/2)": (lambda x: mp.cos(x / 2), ()),
    "exp(-1/2)": (lambda x: mp.exp(-x / 2), ()),
    "hard_tanh": (lambda x: min(max(x, mp.mpf(-1)), mp.mpf(1)), ()),
}

EXPRESSIONS: dict[str, Real] = {
    "x*tanh(x)": lambda x: x * mp.tanh(x),
    "x**2*tanh(x/2)": lambda x: x**2 * mp.tanh(x / 2),
    "x*tanh(x+1)": lambda x: x * mp.tanh(x + 1),
    "x**2*erf(x)": lambda x: x**2 * mp.erf(x),
    "x*erf(x+1)": lambda x: x * mp.erf(x + 1),
    "exp(x-x**2/2)": lambda x: mp.exp(x - x**2 / 2),
    "exp(x**2/8+x)": lambda x: mp.exp(x**2 / 8 + x),
    "x*sin(2*x)**2": lambda x: x * mp.sin(2 * x) ** 2,
    "exp(x)*cos(x)": lambda x: mp.exp(x) * mp.cos(x),
    "max(x,1)*x": lambda x: max(x, mp.mpf(1)) * x,
    "abs(x)*x**2": lambda x: abs(x) ** 3,
    "x*exp(x) if x < 0 else x": lambda x: x if x > 0 else x * mp.exp(x),
    "log(1+exp(2*x))": lambda x: mp.log1p(mp.exp(2 * x)),
    "1/(1+exp(-3*x))": lambda x: 1 / (1 + mp.exp(-3 * x)),
}


@cache
def _panel() -> list[tuple[Any, Any]]:
    """Return the 48 Gauss–Legendre nodes and weights on [−1, 1]."""
    from mpmath.calculus.quadrature import GaussLegendre

    with mp.workdps(DIGITS + 10):
        nodes: list[tuple[Any, Any]] = GaussLegendre(mp.mp).calc_nodes(5, mp.mp.prec)
    return nodes


@cache
def _nodes(low: int, high: int) -> tuple[list[Any], list[Any]]:
    """Return points and weights on [low, high], in panels of length 1, so that kinks may lie at integers only."""
    with mp.workdps(DIGITS + 8):
        pairs = [(start + (node + 1) / 2, weight / 2) for start in range(low, high) for node, weight in _panel()]
    return [point for point, _ in pairs], [weight for _, weight in pairs]


@cache
def _hermite_weights() -> list[list[Any]]:
    """Return weight · h_k(x) n(x) at all nodes of [−EDGE, EDGE], for k = 0 … ORDER, by the recurrence (25)."""
    with mp.workdps(DIGITS + 8):
        points, weights = _nodes(-EDGE, EDGE)
        rows = [[w * mp.npdf(x) for x, w in zip(points, weights, strict=True)]]
        rows.append([x * value for x, value in zip(points, rows[0], strict=True)])
        for k in range(1, ORDER):
            a, b = 1 / mp.sqrt(k + 1), mp.sqrt(k) / mp.sqrt(k + 1)
            rows.append([a * x * v - b * u for x, v, u in zip(points, rows[k], rows[k - 1], strict=True)])
    return rows


def _coefficients(phi: Real, orders: Sequence[int]) -> dict[int, Any]:
    """Return E[φ(Z) h_k(Z)] for the given k from the defining integral."""
    values = [phi(x) for x in _nodes(-EDGE, EDGE)[0]]
    return {k: mp.fdot(values, _hermite_weights()[k]) for k in orders}


def _number(expression: Any) -> Any:
    """Return a SymPy number whose integrals run over (0, ∞) or the line, the integrals by quadrature."""
    values = {}
    for integral in expression.atoms(sympy.Integral):
        variable, low, _ = integral.limits[0]
        f = sympy.lambdify(variable, integral.function, "mpmath")
        points, weights = _nodes(0 if low == 0 else -EDGE, EDGE)
        value = mp.fdot(map(f, points), weights)
        values[integral] = sympy.Float(str(value), DIGITS)
    return mp.mpf(str(sympy.N(expression.xreplace(values), DIGITS)))


def _selu() -> Real:
    a, e = mp.erfc(1 / mp.sqrt(2)), mp.e
    alpha = -mp.sqrt(2 / mp.pi) / (a * mp.sqrt(e) - 1)
    inside = 2 * mp.erfc(mp.sqrt(2)) * e**2 + mp.pi * a**2 * e - 2 * (2 + mp.pi) * a * mp.sqrt(e) + mp.pi + 2
    scale = (1 - a * mp.sqrt(e)) * mp.sqrt(2 * mp.pi) / mp.sqrt(inside)
    return lambda x: scale * (x if x > 0 else alpha * mp.expm1(x))


@pytest.mark.parametrize("name", [*PLAIN, "selu"])
def test_law_is_the_defining_integral(name: str) -> None:
    with mp.workdps(DIGITS + 8):
        phi = _selu() if name == "selu" else PLAIN[name][0]
        law = hermite_law(name)
        assert law is not None
        orders = [*range(8), 31, 32, 59, 60] if law.kind == "integral" else [*range(16), 31, 32, 45, 46, 59, 60]
        for k, wanted in _coefficients(phi, orders).items():
            assert abs(_number(law.coefficient(k)) - wanted) < mp.mpf(10) ** -26, (name, k)


def test_every_family_has_a_law() -> None:
    tested = {name.partition("(")[0] for name in PLAIN} | {"selu"}
    assert tested == set(CATALOGUE)


def test_selu_is_centred_exactly() -> None:
    law = hermite_law("selu")
    assert law is not None
    assert law.coefficient(0) == 0


def test_a_wrong_law_is_seen() -> None:
    # Lemma A.4 as printed, without the sign, agrees at k = 2 and not at k = 4.
    with mp.workdps(DIGITS + 8):
        wanted = _coefficients(PLAIN["relu"][0], [2, 4])
        k = index_symbol()
        printed = sympy.factorial2(k - 3) / sympy.sqrt(2 * sympy.pi * sympy.factorial(k))
        assert abs(_number(printed.subs(k, 2)) - wanted[2]) < mp.mpf(10) ** -25
        assert abs(_number(printed.subs(k, 4)) - wanted[4]) > 0.1


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_rules_reach_expressions(text: str) -> None:
    with mp.workdps(DIGITS + 8):
        made = synthesise(activation(text))
        assert made.expression is not None
        assert not made.missing
        for k, wanted in _coefficients(EXPRESSIONS[text], [0, 1, 2, 3, 6, 13]).items():
            value = made.expression.subs(index_symbol(), k).doit(integrals=False)
            assert abs(_number(value) - wanted) < mp.mpf(10) ** -20, (text, k)


@pytest.mark.parametrize("name", ["relu", "leaky_relu(0.1)", "hard_tanh", "gelu", "erf(2)", "elu(1/3)", "gaussian(2)"])
def test_rules_agree_with_the_catalogue(name: str) -> None:
    made, law = synthesise(activation(name)), hermite_law(name)
    assert made.expression is not None
    assert law is not None
    for k in range(12):
        value = made.expression.subs(index_symbol(), k).doit()
        assert abs(sympy.N(value - law.coefficient(k), 20)) < 1e-18, (name, k)


def test_concrete_coefficients_where_no_law_is_known() -> None:
    text = "exp(-x**2/2)*erf(x)*x"
    assert hermite_law(text) is None
    with mp.workdps(DIGITS + 8):
        for k, wanted in _coefficients(lambda x: mp.exp(-(x**2) / 2) * mp.erf(x) * x, range(7)).items():
            value = hermite_coefficient(text, k)
            assert not value.has(sympy.Integral)
            assert abs(_number(value) - wanted) < mp.mpf(10) ** -25


def test_derivative_rule() -> None:
    # Lemma B.3: μ_k(φ') = √(k+1) μ_{k+1}(φ), for erf and its Gaussian derivative.
    for k in range(9):
        slope = hermite_coefficient("2/sqrt(pi)*exp(-x**2)", k)
        assert sympy.simplify(slope - sympy.sqrt(k + 1) * hermite_coefficient("erf", k + 1)) == 0


def test_parseval_for_a_polynomial() -> None:
    # E[(1 − 2x + x³/3)²] = 1 + 4 − 4/3·3 + 15/9 by moments 1, 3, 15
    total = sum(hermite_coefficient("polynomial(1,-2,0,1/3)", k) ** 2 for k in range(5))
    assert sympy.nsimplify(total) == 1 + 4 - 4 + sympy.Rational(5, 3)


def test_expressions_are_recognised() -> None:
    assert recognised("x*(1+erf(x/sqrt(2)))/2").family == "gelu"
    assert recognised("log(1+exp(x))").family == "softplus"
    assert recognised(sympy.Max(0, sympy.Symbol("y"))).family == "relu"
    assert recognised("x*tanh(x)").family == "expression"


def test_derivation_is_honest() -> None:
    product = derive_hermite("x*tanh(x)", 3)
    assert product.law is not None
    assert product.law.kind == "integral"
    assert product.left
    assert any("Fourier" in step for step in product.done)
    assert dict(product.values)[1] == 0
    nothing = derive_hermite("exp(sin(x))", 2)
    assert nothing.law is None
    assert any("exp(sin(x))" in line for line in nothing.left)
    assert all(value.has(sympy.Integral) for _, value in nothing.values)
    assert nothing.integral.has(sympy.hermite_prob)
    closed = derive_hermite("gelu", 3)
    assert closed.left == ()
    assert dict(closed.values)[2] == 3 * sympy.sqrt(2) / (8 * sympy.sqrt(sympy.pi))


def test_defining_integral_can_be_done() -> None:
    assert defining_integral("x**2", 2).doit() == sympy.sqrt(2)


def test_recurrences_hold_and_a_wrong_one_does_not() -> None:
    found = hermite_recurrences()
    for n in range(1, 13):
        assert found.at(n) == (0, 0, 0)
    x, k = x_symbol(), found.k
    wrong = sympy.sqrt(k) * hermite_polynomial(k, x) - found.derivative.lhs
    assert sympy.expand(wrong.subs(k, 3).doit()) != 0
    with pytest.raises(InputError, match="n=0"):
        found.at(0)


def test_polynomials_are_orthonormal() -> None:
    x = x_symbol()
    moment = {n: sympy.factorial2(n - 1) if n % 2 == 0 else 0 for n in range(17)}  # E[Z^n], a plain list
    for i in range(8):
        for j in range(8):
            poly = sympy.Poly(sympy.expand(hermite_polynomial(i, x) * hermite_polynomial(j, x)), x)
            mean = sum(c * moment[n] for (n,), c in poly.terms())
            assert sympy.simplify(mean) == (1 if i == j else 0)


def test_value_at_zero() -> None:
    for n in range(15):
        assert sympy.simplify(hermite_at_zero(n) - hermite_polynomial(n, sympy.Integer(0))) == 0


@pytest.mark.parametrize("k", [-1, 1.0, True])
def test_bad_index(k: Any) -> None:
    with pytest.raises(InputError, match="k="):
        hermite_coefficient("relu", k)


def test_divergent_mean_is_refused() -> None:
    with pytest.raises(InputError, match="integrable"):
        hermite_law("exp(x**2)")
