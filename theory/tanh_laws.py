"""Hermite laws of the tanh family: no closed form is known, one integral holds for symbolic k.

From tanh y = ∫_0^∞ sin(ω y)/sinh(πω/2) dω and E sin(ω(Z + t)) = e^{−ω²/2} sin(ω t). The integrands do not change sign.
"""

from collections.abc import Callable
from typing import Any

from eigenlaw.theory.hermite_polynomials import index_symbol
from eigenlaw.theory.laws import is_even, is_odd


def _fourier_moment(power: Any, kernel: Callable[[Any], Any]) -> Any:
    """Return ∫_0^∞ u^power e^{−u²/2} kernel(u) du, unevaluated."""
    import sympy

    u = sympy.Symbol("u", positive=True)
    return sympy.Integral(u**power * sympy.exp(-(u**2) / 2) * kernel(u), (u, 0, sympy.oo))


def _csch(c: Any) -> Callable[[Any], Any]:
    def kernel(u: Any) -> Any:
        import sympy

        return 1 / sympy.sinh(c * u)

    return kernel


def tanh(a: Any) -> Any:
    """Return μ_k(tanh(a x)) as an integral that holds for symbolic k and does not oscillate.

    tanh y = ∫_0^∞ sin(ω y)/sinh(πω/2) dω and the law of the sine give, with u = a ω, for odd k
    μ_k = (−1)^{(k−1)/2}/(a √(k!)) ∫_0^∞ u^k e^{−u²/2}/sinh(πu/(2a)) du; 0 for even k.

    Expanding 1/sinh in exponentials sums parabolic cylinder functions over the poles iπ(j+½)/a of tanh(a x):
    μ_k = (−1)^{(k−1)/2} (2√(k!)/a) Σ_{j≥0} e^{c_j²/4} D_{−k−1}(c_j), c_j = (2j+1)π/(2a).
    """
    import sympy

    k = index_symbol()
    front = (-1) ** ((k - 1) / 2) / (a * sympy.sqrt(sympy.factorial(k)))
    return sympy.Piecewise((front * _fourier_moment(k, _csch(sympy.pi / (2 * a))), is_odd(k)), (0, True))


def sigmoid() -> Any:
    """Return μ_k of 1/(1+e^{−x}) = (1 + tanh(x/2))/2.

    μ_0 = 1/2; for odd k, μ_k = (−1)^{(k−1)/2}/√(k!) ∫_0^∞ u^k e^{−u²/2}/sinh(πu) du; 0 for even k ≥ 2.
    """
    import sympy

    k = index_symbol()
    value = (-1) ** ((k - 1) / 2) / sympy.sqrt(sympy.factorial(k)) * _fourier_moment(k, _csch(sympy.pi))
    return sympy.Piecewise((sympy.Rational(1, 2), sympy.Eq(k, 0)), (value, is_odd(k)), (0, True))


def softplus() -> Any:
    """Return μ_k of log(1+e^x), whose derivative is the sigmoid: μ_k = μ_{k−1}(sigmoid)/√k for k ≥ 1.

    For even k ≥ 2, μ_k = (−1)^{k/2−1}/√(k!) ∫_0^∞ u^{k−1} e^{−u²/2}/sinh(πu) du, and from
    log cosh y = ∫_0^∞ (1 − cos ωy)/(ω sinh(πω/2)) dω, μ_0 = log 2 + ∫_0^∞ (1 − e^{−u²/2})/(u sinh(πu)) du;
    μ_1 = 1/2; 0 for odd k ≥ 3.
    """
    import sympy

    k, u = index_symbol(), sympy.Symbol("u", positive=True)
    value = (-1) ** (k / 2 - 1) / sympy.sqrt(sympy.factorial(k)) * _fourier_moment(k - 1, _csch(sympy.pi))
    rest = sympy.Integral((1 - sympy.exp(-(u**2) / 2)) / (u * sympy.sinh(sympy.pi * u)), (u, 0, sympy.oo))
    return sympy.Piecewise(
        (sympy.log(2) + rest, sympy.Eq(k, 0)),
        (sympy.Rational(1, 2), sympy.Eq(k, 1)),
        (value, is_even(k)),
        (0, True),
    )


def silu() -> Any:
    """Return μ_k of x/(1+e^{−x}), by x h_k = √(k+1) h_{k+1} + √k h_{k−1} from the sigmoid.

    μ_0 = ∫_0^∞ u e^{−u²/2}/sinh(πu) du, μ_1 = 1/2; for even k ≥ 2 the two integrals are one after integration by parts:
    μ_k = (−1)^{k/2−1} π/√(k!) ∫_0^∞ u^k e^{−u²/2} cosh(πu)/sinh²(πu) du; 0 for odd k ≥ 3.
    """
    import sympy

    k, pi = index_symbol(), sympy.pi
    moment = _fourier_moment(k, lambda u: sympy.cosh(pi * u) / sympy.sinh(pi * u) ** 2)
    value = (-1) ** (k / 2 - 1) * pi / sympy.sqrt(sympy.factorial(k)) * moment
    return sympy.Piecewise(
        (_fourier_moment(1, _csch(pi)), sympy.Eq(k, 0)),
        (sympy.Rational(1, 2), sympy.Eq(k, 1)),
        (value, is_even(k)),
        (0, True),
    )
