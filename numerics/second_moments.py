"""E φ(√v Z)² as a ball, and as a rational where it is one.

The closed forms are elementary Gaussian integrals; c = 1/s, s = √v, Φ and w are the normal distribution and density.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb

from eigenlaw.numerics import quadrature, tanh_family
from eigenlaw.numerics.precision import bits_for, until_accurate, working
from eigenlaw.numerics.recurrences import hermite_polynomial, rational, selu_constants, signed_root
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.structure import polynomial

Moment = Callable[..., Any]

LONGEST = 4096
"""Bits of the denominator of a number that is still carried exactly from layer to layer."""


def exact_second_moment(activation: Activation, variance: Fraction = Fraction(1)) -> Fraction | None:
    """Return E φ(√v Z)² if it is known to be rational, and None otherwise.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> exact_second_moment(activation("relu")), exact_second_moment(activation("selu"))
        (Fraction(1, 2), Fraction(1, 1))
    """
    v, family = variance, activation.family
    match family, activation.parameters:
        case "relu", ():
            return v / 2
        case "leaky_relu", (a,):
            return v * (1 + a**2) / 2
        case "elu", (a,) if a == 0:
            return v / 2
        case "abs", ():
            return v
        case "heaviside", ():
            return Fraction(1, 2)
        case "sign", ():
            return Fraction(1)
        case "rectified_monomial", (n,):
            return v ** int(n) * _moment(2 * int(n)) / 2
        case "selu", () if v == 1:
            return Fraction(1)
        case "hermite", (n,):
            return _square_moment(hermite_polynomial(int(n)), v) / math.factorial(int(n))
    coefficients = activation.polynomial if family != "expression" else polynomial(activation.tree)
    return None if coefficients is None else _square_moment(coefficients, v)


def short_second_moment(activation: Activation, variance: Any) -> Fraction | None:
    """Return E φ(√v Z)² if v is a Fraction and the moment is known to be rational and is not too long, else None.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> short_second_moment(activation("relu"), Fraction(3)), short_second_moment(activation("relu"), 1.5)
        (Fraction(3, 2), None)
    """
    moment = exact_second_moment(activation, variance) if isinstance(variance, Fraction) else None
    return moment if moment is not None and moment.denominator.bit_length() < LONGEST else None


def _moment(n: int) -> int:
    """Return E Z^n for even n, (n−1)!!."""
    return math.prod(range(n - 1, 0, -2))


def _square_moment(coefficients: tuple[Fraction, ...], variance: Fraction) -> Fraction:
    """Return E p(√v Z)²; only even powers, so no root of v, survive."""
    total = Fraction(0)
    for i, a in enumerate(coefficients):
        for j in range(i % 2, len(coefficients), 2):
            total += a * coefficients[j] * variance ** ((i + j) // 2) * _moment(i + j)
    return total


def _erf(variance: Fraction, a: Fraction) -> Any:
    t = 2 * a**2 * variance
    return 2 * rational(t / (1 + t)).asin() / arb.pi()


def _gelu(variance: Fraction) -> Any:
    """Return v(¼ + asin(v/(1+v))/(2π) + v/(π(1+v)√(1+2v))), by E Z²F = E F + E F'' for F = Φ(sZ)²."""
    v, pi = rational(variance), arb.pi()
    angle = rational(variance / (1 + variance)).asin() / (2 * pi)
    return v * (arb(1) / 4 + angle + v / (pi * (1 + v) * (1 + 2 * v).sqrt()))


def _elu(variance: Any, a: Any) -> Any:
    """Return v/2 + a²(e^{2v}Φ(−2s) − 2e^{v/2}Φ(−s) + ½)."""
    v, s = rational(variance), signed_root(variance)
    root = arb(2).sqrt()
    left = (2 * v).exp() * (2 * s / root).erfc() / 2 - (v / 2).exp() * (s / root).erfc() + arb(1) / 2
    return v / 2 + a**2 * left


def _selu(variance: Any) -> Any:
    scale, alpha = selu_constants()
    return scale**2 * _elu(variance, alpha)


def _hard_tanh(variance: Any) -> Any:
    """Return E min(vZ², 1) = v(erf(c/√2) − 2c w(c)) + erfc(c/√2)."""
    v, c = rational(variance), 1 / signed_root(variance)
    angle, density = c / arb(2).sqrt(), (-c * c / 2).exp() / (2 * arb.pi()).sqrt()
    return v * (angle.erf() - 2 * c * density) + angle.erfc()


def _gaussian(variance: Fraction, width: Fraction) -> Any:
    return 1 / (2 * arb.pi() * rational(width**2) * rational(1 + 2 * variance / width**2).sqrt())


_CLOSED: dict[str, Moment] = {
    "erf": _erf,
    "gelu": _gelu,
    "elu": lambda v, a: _elu(v, rational(a)),
    "selu": _selu,
    "hard_tanh": _hard_tanh,
    "gaussian": _gaussian,
    "sin": lambda v, a: (1 - rational(-2 * a**2 * v).exp()) / 2,
    "cos": lambda v, a: (1 + rational(-2 * a**2 * v).exp()) / 2,
    "exp": lambda v, a: rational(2 * a**2 * v).exp(),
    "tanh": tanh_family.second_moment,
    "sigmoid": lambda v: (1 + tanh_family.second_moment(v, Fraction(1, 2))) / 4,
    "silu": tanh_family.silu_second_moment,
    "softplus": tanh_family.softplus_second_moment,
}


def second_moment_ball(activation: Activation, bits: int, variance: Any = Fraction(1)) -> Any:
    """Return a ball of E φ(√v Z)² from one evaluation with ``bits`` bits.

    Args:
        activation: φ.
        bits: working precision.
        variance: v, positive; a rational, or for elu, selu and hard_tanh a ball.

    Raises:
        InputError: if φ cannot be shown to be square-integrable.
    """
    exact = exact_second_moment(activation, variance) if isinstance(variance, Fraction) else None
    with working(bits):
        if exact is not None:
            return rational(exact)
        if activation.family in _CLOSED:
            return _CLOSED[activation.family](variance, *activation.parameters)
        return quadrature.square_integral(activation.tree, variance)


def second_moment(activation: Activation, digits: int, variance: Fraction = Fraction(1)) -> Any:
    """Return E φ(√v Z)² as a ball with |radius| <= 10^-digits |value| wherever the precision cap allows it.

    Args:
        activation: φ.
        digits: relative digits, at least 1.
        variance: v, positive.

    Raises:
        InputError: if φ cannot be shown to be square-integrable.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> second_moment(activation("gelu"), 20).str(12, radius=False)
        '0.425221482570'
    """
    need = bits_for(digits)
    balls, _ = until_accurate(
        lambda bits: [second_moment_ball(activation, bits, variance)], digits, need + 32, 16 * need + 4096
    )
    return balls[0]
