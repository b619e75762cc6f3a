"""Dual activations: E[φ(U) φ(V)] for centred Gaussian U, V of variance v and correlation ρ, in closed form.

The conjugate kernel of Daniely et al. 2016 is the case v = 1; c = v ρ is the covariance. By Lemma B.1 of Murray et al.
2023 the dual at v = 1 is Σ_k μ_k(φ)² ρ^k, and under their Assumption 3 E[φ'(U) φ'(V)] = d/dc E[φ(U) φ(V)].
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from eigenlaw.theory.activations import Activation
from eigenlaw.theory.bivariate import dual_by_rules
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.hermite import recognised
from eigenlaw.theory.laws import monomial_coefficient, rational
from eigenlaw.theory.terms import is_continuous, pieces_of_activation


@cache
def correlation_symbol() -> Any:
    """Return the symbol ρ, real, in which every dual activation is written."""
    import sympy

    return sympy.Symbol("rho", real=True)


def arc_cosine_0(rho: Any, v: Any) -> Any:
    """Return E[1(U>0) 1(V>0)] = 1/4 + arcsin(ρ)/(2π): the angle of a wedge (Sheppard 1899)."""
    import sympy

    del v
    return sympy.Rational(1, 4) + sympy.asin(rho) / (2 * sympy.pi)


def arc_cosine_1(rho: Any, v: Any) -> Any:
    """Return E[max(U,0) max(V,0)] = v(√(1−ρ²) + ρ(π/2 + arcsin ρ))/(2π) (Cho and Saul 2009)."""
    import sympy

    return v * (sympy.sqrt(1 - rho**2) + rho * (sympy.pi / 2 + sympy.asin(rho))) / (2 * sympy.pi)


def arc_cosine(n: int, rho: Any, v: Any = 1) -> Any:
    """Return E[max(U,0)^n max(V,0)^n] = v^n (A_n(ρ)(π/2 + arcsin ρ) + B_n(ρ) √(1−ρ²)) (Cho and Saul 2009, order n).

    By symmetry A_n = E[(UV)^n]/(2π) at v = 1, and D_n' = n² D_{n−1} (derivative rule) gives the polynomial B_n from
    A_n + (1−ρ²) B_n' − ρ B_n = n² (1−ρ²) B_{n−1} and B_n(0) = D_n(0) − A_n(0) π/2, D_n(0) = E[max(Z,0)^n]².

    Raises:
        InputError: if n is negative.

    Example:
        >>> import sympy
        >>> arc_cosine(2, sympy.Integer(1))
        3/2
    """
    import sympy

    if n < 0:
        raise InputError.of("n", n, "expected an integer of at least 0")
    half = sympy.Rational(1, 2)
    a: list[Any] = [1 / (2 * sympy.pi)]
    b: list[Any] = [sympy.Integer(0)]
    for order in range(1, n + 1):
        moments = [monomial_coefficient(order, k) for k in range(order + 1)]
        a = [moment**2 / (2 * sympy.pi) for moment in moments]
        mean = 2 ** (order * half - 1) * sympy.gamma((order + 1) * half) / sympy.sqrt(sympy.pi)
        new = [sympy.simplify(mean**2 - a[0] * sympy.pi / 2)]
        for j in range(order - 1):
            lower = (b[j] if j < len(b) else 0) - (b[j - 2] if 2 <= j < len(b) + 2 else 0)
            new.append(sympy.expand(order**2 * lower - a[j] + (j * new[j - 1] if j else 0)) / (j + 1))
        b = new
    angle, root = sympy.pi / 2 + sympy.asin(rho), sympy.sqrt(1 - rho**2)
    first, second = (sympy.Add(*(value * rho**j for j, value in enumerate(poly))) for poly in (a, b))
    return v**n * (first * angle + second * root)


def _leaky_relu(rho: Any, v: Any, a: Any) -> Any:
    """Return a v ρ + (1−a)² E[max(U,0) max(V,0)]: φ = a x + (1−a) max(x, 0) and E[U max(V,0)] = c/2."""
    return a * v * rho + (1 - a) ** 2 * arc_cosine_1(rho, v)


def _abs(rho: Any, v: Any) -> Any:
    import sympy

    return 2 * v * (sympy.sqrt(1 - rho**2) + rho * sympy.asin(rho)) / sympy.pi


def _sign(rho: Any, v: Any) -> Any:
    import sympy

    del v
    return 2 * sympy.asin(rho) / sympy.pi


def _erf(rho: Any, v: Any, a: Any) -> Any:
    import sympy

    return 2 / sympy.pi * sympy.asin(2 * a**2 * v * rho / (1 + 2 * a**2 * v))


def gelu(rho: Any, v: Any) -> Any:
    """Return E[U Φ(U) V Φ(V)] = c/4 + (c/2π) arcsin(c/(1+v)) + (v² + c²(1−v)/(1+v))/(2π √((1+v)²−c²)).

    Stein's lemma twice, with E[Φ(U)Φ(V)] = 1/4 + arcsin(c/(1+v))/(2π) and E[n(U)n(V)] = 1/(2π √((1+v)²−c²)).
    """
    import sympy

    c = v * rho
    bells = 1 / (2 * sympy.pi * sympy.sqrt((1 + v) ** 2 - c**2))
    return c / 4 + c * sympy.asin(c / (1 + v)) / (2 * sympy.pi) + (v**2 + c**2 * (1 - v) / (1 + v)) * bells


def _gaussian(rho: Any, v: Any, s: Any) -> Any:
    import sympy

    return 1 / (2 * sympy.pi * sympy.sqrt((s**2 + v) ** 2 - (v * rho) ** 2))


def _sine(rho: Any, v: Any, a: Any) -> Any:
    import sympy

    return sympy.exp(-(a**2) * v) * sympy.sinh(a**2 * v * rho)


def _cosine(rho: Any, v: Any, a: Any) -> Any:
    import sympy

    return sympy.exp(-(a**2) * v) * sympy.cosh(a**2 * v * rho)


def _exponential(rho: Any, v: Any, a: Any) -> Any:
    import sympy

    return sympy.exp(a**2 * v * (1 + rho))


def polynomial(coefficients: tuple[Any, ...], rho: Any, v: Any) -> Any:
    """Return Σ_k μ_k² ρ^k for φ = Σ c_n x^n, with μ_k the Hermite coefficients of φ(√v x), finitely many."""
    import sympy

    total = sympy.Integer(0)
    for k in range(len(coefficients)):
        # μ_k = v^{k/2} Σ_n c_n v^{(n−k)/2} μ_k(x^n), n − k even
        addends = (c * v ** ((n - k) // 2) * monomial_coefficient(n, k) for n, c in enumerate(coefficients) if n >= k)
        total += sympy.expand(sympy.Add(*addends) ** 2) * v**k * rho**k
    return total


@dataclass(frozen=True)
class _Rule:
    dual: Callable[..., Any]
    note: str


_WAVES = "E cos(a(U ± V)) = exp(−a²(v ± c))"
RULES: dict[str, _Rule] = {
    "linear": _Rule(lambda rho, v: v * rho, "E[UV] = c"),
    "relu": _Rule(
        arc_cosine_1, "arc-cosine kernel of order 1 (Cho and Saul 2009): twice differentiated in c, a density"
    ),
    "leaky_relu": _Rule(_leaky_relu, "a x + (1 − a) max(x, 0), E[U max(V, 0)] = c/2, and the arc-cosine kernel"),
    "abs": _Rule(_abs, "|x| = 2 max(x, 0) − x, and the arc-cosine kernel of order 1"),
    "heaviside": _Rule(arc_cosine_0, "arc-cosine kernel of order 0: the angle of a wedge (Sheppard 1899)"),
    "sign": _Rule(_sign, "sign = 2 heaviside − 1: the arcsine law"),
    "rectified_monomial": _Rule(
        lambda rho, v, n: arc_cosine(int(n), rho, v), "arc-cosine kernel of order n, by D_n' = n² D_{n−1}"
    ),
    "erf": _Rule(_erf, "arcsine kernel (Williams 1997): d/dc is a Gaussian integral"),
    "gelu": _Rule(gelu, "Stein's lemma twice, E[Φ(U)Φ(V)] = 1/4 + arcsin(c/(1+v))/(2π)"),
    "gaussian": _Rule(_gaussian, "a Gaussian integral: 1/(2π √((s²+v)² − c²))"),
    "sin": _Rule(_sine, _WAVES),
    "cos": _Rule(_cosine, _WAVES),
    "exp": _Rule(_exponential, "E exp(a(U + V)) = exp(a²(v + c))"),
}
_POLYNOMIAL_NOTE = "a polynomial: Σ_k μ_k(φ(√v ·))² ρ^k has finitely many terms (Lemma B.1)"
_GENERAL_NOTE = "Stein's lemma in two variables, term by term, down to arcsines and Gaussian integrals"


@dataclass(frozen=True)
class DualActivation:
    """The dual of an activation and of its derivative.

    Attributes:
        activation: φ.
        variance: v, the common variance of U and V.
        expression: E[φ(U) φ(V)] as a SymPy expression in ``correlation_symbol()``; None if no closed form is known.
        derivative: E[φ'(U) φ'(V)]; None without closed form, or where φ' is not known to be in L²(γ).
        note: how it is derived, or why there is none.
    """

    activation: Activation
    variance: Any
    expression: Any | None
    derivative: Any | None
    note: str


def derive_dual(spec: object, variance: Any = 1) -> DualActivation:
    """Return the dual of an activation and of its derivative with the derivation.

    Args:
        spec: an activation, or what ``activation`` reads.
        variance: v > 0: a number, or a SymPy expression, a symbol for instance.

    Raises:
        InputError: if the activation or the variance cannot be used.

    Example:
        >>> derive_dual("relu").derivative
        (2*asin(rho) + pi)/(4*pi)
        >>> derive_dual("tanh").expression is None
        True
    """
    return _derived(recognised(spec), _variance(variance))


@cache
def _derived(phi: Activation, v: Any) -> DualActivation:
    expression, note = _dual(phi, correlation_symbol(), v)
    slope = None if expression is None else _derivative(phi, expression, v)
    return DualActivation(phi, v, expression, slope, note)


def dual_activation(spec: object, variance: Any = 1) -> Any | None:
    """Return E[φ(U) φ(V)] as a SymPy expression in ρ, or None if no closed form is known.

    Args:
        spec: an activation, or what ``activation`` reads.
        variance: v > 0: a number, or a SymPy expression, a symbol for instance.

    Raises:
        InputError: if the activation or the variance cannot be used.

    Example:
        >>> dual_activation("erf")
        2*asin(2*rho/3)/pi
    """
    return derive_dual(spec, variance).expression


def dual_derivative(spec: object, variance: Any = 1) -> Any | None:
    """Return E[φ'(U) φ'(V)] = (1/v) d/dρ E[φ(U) φ(V)], or None without closed form or where φ' is not in L²(γ).

    Source: Murray et al. 2023, (20), for v = 1.

    Raises:
        InputError: if the activation or the variance cannot be used.

    Example:
        >>> dual_derivative("sign") is None
        True
    """
    return derive_dual(spec, variance).derivative


def _variance(value: Any) -> Any:
    import sympy

    v = rational(value) if isinstance(value, Fraction) else sympy.sympify(value)
    if v.is_nonpositive or v.is_real is False or v.is_finite is False or v is sympy.nan:
        raise InputError.of("variance", value, "expected a number above 0")
    return v


def _dual(phi: Activation, rho: Any, v: Any) -> tuple[Any | None, str]:
    if phi.family in RULES:
        rule = RULES[phi.family]
        return rule.dual(rho, v, *map(rational, phi.parameters)), rule.note
    if phi.polynomial is not None:
        return polynomial(tuple(map(rational, phi.polynomial)), rho, v), _POLYNOMIAL_NOTE
    if phi.family == "hermite":
        from eigenlaw.theory.symbolic import x_symbol

        poly = phi.expression().as_poly(x_symbol())
        return polynomial(tuple(reversed(poly.all_coeffs())), rho, v), _POLYNOMIAL_NOTE
    general = dual_by_rules(pieces_of_activation(phi), rho, v)
    if general is not None:
        return general, _GENERAL_NOTE
    return None, f"no closed form is known for E[φ(U) φ(V)], φ = {phi.name}; the Hermite series Σ μ_k² ρ^k converges"


def _derivative(phi: Activation, expression: Any, v: Any) -> Any | None:
    import sympy

    smooth = phi.assumption_3
    if smooth is None:
        smooth = is_continuous(pieces_of_activation(phi))
    # exp grows faster than a polynomial, as Assumption 3 does not allow; the integration by parts holds all the same.
    if not smooth and phi.family != "exp":
        return None
    rho = correlation_symbol()
    if phi.family == "rectified_monomial":
        n = int(phi.parameters[0])
        return n**2 * arc_cosine(n - 1, rho, v)
    slope = sympy.diff(expression, rho) / v
    return sympy.simplify(slope)
