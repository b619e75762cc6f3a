"""The dual of an activation and of its derivative at correlation 1 and −1, as one-dimensional Gaussian means.

R(±1) = E[φ(x)φ(±x)] and S(±1) = E[φ'(x)φ'(±x)], x = √v Z. With φ = e + o, even and odd, R(−1) = R(1) − 2 E o² and
S(−1) = 2 E o'² − S(1). For the tanh family everything is a mean of He_j(Z) t(Z), t(Z) = tanh(αZ), which are √(j!) m_j
with m_j its Hermite coefficients, by t' = α(1 − t²), t'² = (2α/3) t' − t'''/(6α) and E He_j t^{(n)} = E He_{j+n} t.
"""

from fractions import Fraction
from typing import Any

from flint import arb, ctx

from eigenlaw.numerics import quadrature, tanh_family
from eigenlaw.numerics.derivative import derivative
from eigenlaw.numerics.recurrences import rational, selu_constants, signed_root
from eigenlaw.numerics.second_moments import second_moment_ball
from eigenlaw.numerics.variance_balls import middle
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.expression import HALF, ZERO, Node, add, mul, negative
from eigenlaw.theory.structure import flattened, parity, reflected

_ELEMENTARY = {"elu", "selu", "hard_tanh"}  # their formulas take a ball of the variance


def value_at_end(activation: Activation, variance: Any, sign: int) -> Any:
    """Return R(sign) as a ball at the working precision.

    Args:
        activation: φ, without closed dual.
        variance: v, positive; a rational or a ball.
        sign: 1 or −1.

    Raises:
        InputError: if φ cannot be shown to be square-integrable.
    """
    if isinstance(variance, Fraction) or activation.family in _ELEMENTARY:
        return _value(activation, variance, sign)
    near = middle(activation, variance)
    shift = near.value_shift(second_moment_ball(activation, ctx.prec, near.variance))
    return _value(activation, near.variance, sign) + arb(0, shift)


def _value(activation: Activation, variance: Any, sign: int) -> Any:
    if sign < 0 and activation.family in {"elu", "selu"}:
        scale2, a = elu_constants(activation)
        return -2 * scale2 * a * rational(variance) * _corner(variance)
    here = second_moment_ball(activation, ctx.prec, variance)
    kind = activation.parity
    if sign > 0 or kind == "even":
        return here
    match activation.family:
        case "tanh" | "hard_tanh":
            return -here
        case "sigmoid":
            return arb(1) / 2 - here
        case "softplus" | "silu":
            return here - rational(variance) / 2
    if kind == "odd":
        return -here
    if _vanishes(activation.tree):
        return arb(0)
    odd = mul(HALF, add(activation.tree, negative(reflected(activation.tree))))
    return here - 2 * quadrature.square_integral(odd, variance)


def slope_at_end(activation: Activation, variance: Any, sign: int) -> Any:
    """Return S(sign) as a ball at the working precision.

    Args:
        activation: φ, without closed dual and without jumps.
        variance: v, positive; a rational or a ball.
        sign: 1 or −1.

    Raises:
        InputError: if φ' cannot be shown to be square-integrable.
    """
    if isinstance(variance, Fraction) or activation.family in _ELEMENTARY:
        return _slope(activation, variance, sign)
    near = middle(activation, variance)
    return _slope(activation, near.variance, sign) + arb(0, near.slope_shift)


def _slope(activation: Activation, variance: Any, sign: int) -> Any:
    match activation.family:
        case "elu" | "selu":
            return _elu_slope(activation, variance, sign)
        case "hard_tanh":
            return (1 / signed_root(2 * variance)).erf()
        case "tanh":
            return _tanh_slope(variance, activation.parameters[0])
        case "sigmoid":
            return _tanh_slope(variance, Fraction(1, 2)) / 4
        case "softplus":
            here = (1 + tanh_family.second_moment(variance, Fraction(1, 2))) / 4
            return here if sign > 0 else arb(1) / 2 - here
        case "silu":
            here = _silu_slope(variance)
            return here if sign > 0 else arb(1) / 2 - here
    slope = derivative(activation.tree)
    here = quadrature.square_integral(slope, variance)
    kind = activation.parity or {"even": "odd", "odd": "even"}.get(parity(slope) or "")
    if sign > 0 or kind == "odd":
        return here
    if kind == "even":
        return -here
    if _vanishes(slope):
        return arb(0)
    even = mul(HALF, add(slope, reflected(slope)))  # the derivative of the odd part
    return 2 * quadrature.square_integral(even, variance) - here


def _vanishes(tree: Node) -> bool:
    """Tell whether f(x) f(−x) is zero on every piece, as it is for one-sided functions."""
    return flattened(mul(tree, reflected(tree))) == ZERO


def elu_constants(activation: Activation) -> tuple[Any, Any]:
    """Return (λ², a) of λ elu(a)."""
    if activation.family == "elu":
        return arb(1), rational(activation.parameters[0])
    scale, alpha = selu_constants()
    return scale**2, alpha


def _corner(variance: Any) -> Any:
    """Return e^{v/2} Φ(−√v) = E[e^{x}; x < 0]."""
    return (rational(variance) / 2).exp() * (signed_root(variance) / arb(2).sqrt()).erfc() / 2


def _elu_slope(activation: Activation, variance: Any, sign: int) -> Any:
    """Return λ²(1/2 + a² E[e^{2x}; x < 0]) or λ² 2a E[e^{x}; x < 0]."""
    scale2, a = elu_constants(activation)
    if sign < 0:
        return 2 * scale2 * a * _corner(variance)
    return scale2 * (arb(1) / 2 + a**2 * _corner(4 * variance))


def _tanh_slope(variance: Fraction, a: Fraction) -> Any:
    """Return a²(2/3 m_1/α − √6 m_3/(6α³)) = E[(tanh(ax))'²], α = a√v."""
    m = tanh_family.tanh(3, variance, a)
    alpha = signed_root(a**2 * variance)
    return rational(a**2) * (2 * m[1] / (3 * alpha) - m[3] / (arb(6).sqrt() * alpha**3))


def _silu_slope(variance: Fraction) -> Any:
    """Return 1/4 + E[(t + Z t')²]/4, silu = (x + x t)/2 and α = √v/2.

    E t² = 1 − m_1/α, E[2 Z t t'] = E[He_2 t²] = −√6 m_3/α, and E[Z² t'²] = (2α/3)(√6 m_3 + m_1) −
    (√120 m_5 + √6 m_3)/(6α).
    """
    m = tanh_family.tanh(5, variance, Fraction(1, 2))
    alpha = signed_root(variance) / 2
    first, third, fifth = m[1], arb(6).sqrt() * m[3], arb(120).sqrt() * m[5]
    square = 1 - first / alpha
    mixed = -third / alpha
    last = 2 * alpha * (third + first) / 3 - (fifth + third) / (6 * alpha)
    return (1 + square + mixed + last) / 4
