"""All Hermite coefficients μ_0 … μ_N of an activation in one sweep, every one with a proven radius.

Three routes: closed-form recurrences (``recurrences``), positive Fourier moments of the tanh family
(``tanh_family``), and panelled Gauss–Legendre quadrature of any other expression (``quadrature``).
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from eigenlaw.numerics import quadrature, recurrences, tanh_family
from eigenlaw.numerics.precision import bits_for, until_accurate, working
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

Sweep = Callable[..., list[Any]]


@dataclass(frozen=True)
class HermiteCoefficients:
    """μ_0 … μ_N with radii.

    Attributes:
        balls: N + 1 ``flint.arb``; zero with radius zero where zero is proved.
        certified: whether every radius is a proof.
        reached: whether every radius is within the wanted digits; if not, the precision cap was met first.
        method: "recurrence", "fourier" or "gauss-legendre".
    """

    balls: list[Any]
    certified: bool
    reached: bool
    method: str


def _polynomial(order: int, variance: Fraction, *coefficients: Fraction) -> list[Any]:
    return recurrences.polynomial(order, variance, coefficients, Fraction(1))


_RECURRENCES: dict[str, Sweep] = {
    "linear": lambda n, v: _polynomial(n, v, Fraction(0), Fraction(1)),
    "relu": lambda n, v: recurrences.rectified_monomial(n, v, 1),
    "leaky_relu": recurrences.leaky_relu,
    "abs": lambda n, v: recurrences.leaky_relu(n, v, Fraction(-1)),
    "heaviside": lambda n, v: recurrences.rectified_monomial(n, v, 0),
    "sign": recurrences.sign,
    "monomial": lambda n, v, power: _polynomial(n, v, *([Fraction(0)] * int(power)), Fraction(1)),
    "rectified_monomial": lambda n, v, power: recurrences.rectified_monomial(n, v, int(power)),
    "polynomial": _polynomial,
    "hermite": lambda n, v, degree: recurrences.hermite(n, v, int(degree)),
    "erf": recurrences.error_function,
    "gelu": recurrences.gelu,
    "elu": recurrences.rational_elu,
    "selu": recurrences.selu,
    "gaussian": recurrences.gaussian,
    "sin": lambda n, v, a: recurrences.trigonometric(n, v, a, 1),
    "cos": lambda n, v, a: recurrences.trigonometric(n, v, a, 0),
    "exp": recurrences.exponential,
    "hard_tanh": recurrences.hard_tanh,
}

_FOURIER: dict[str, Sweep] = {
    "tanh": tanh_family.tanh,
    "sigmoid": tanh_family.sigmoid,
    "softplus": tanh_family.softplus,
    "silu": tanh_family.silu,
}


def _route(activation: Activation) -> tuple[str, Sweep]:
    """Return (method, sweep), the sweep called as sweep(order, variance) at the working precision."""
    family, parameters = activation.family, activation.parameters
    if family in _RECURRENCES:
        return "recurrence", lambda n, v: _RECURRENCES[family](n, v, *parameters)
    if family in _FOURIER:
        return "fourier", lambda n, v: _FOURIER[family](n, v, *parameters)
    coefficients = activation.polynomial
    if coefficients is not None:
        return "recurrence", lambda n, v: _polynomial(n, v, *coefficients)
    return "gauss-legendre", lambda n, v: quadrature.hermite_coefficients(activation.tree, n, v)


def hermite_sweep(activation: Activation, order: int, bits: int, variance: Fraction = Fraction(1)) -> list[Any]:
    """Return μ_0 … μ_order of x ↦ φ(√v x) as balls from one pass with ``bits`` bits; the radii are what they are.

    Args:
        activation: φ.
        order: the last k, at least 0.
        bits: working precision.
        variance: v, positive.

    Raises:
        InputError: for an order or variance out of range, or if φ cannot be shown to be square-integrable.
    """
    _require(order, variance)
    _, sweep = _route(activation)
    with working(bits):
        return sweep(order, variance)


def hermite_balls(
    activation: Activation, order: int, digits: int, *, variance: Fraction = Fraction(1)
) -> HermiteCoefficients:
    """Return μ_0 … μ_order of x ↦ φ(√v x), each to ``digits`` relative digits.

    Args:
        activation: φ.
        order: the last k, at least 0.
        digits: |radius| <= 10^-digits |value|; zeros are exact.
        variance: v, positive.

    Raises:
        InputError: for an argument out of range, or if φ cannot be shown to be square-integrable.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> result = hermite_balls(activation("relu"), 3, 30)
        >>> [mu.str(8, radius=False) for mu in result.balls], result.certified
        (['0.39894228', '0.50000000', '0.28209479', '0'], True)
    """
    _require(order, variance)
    need = bits_for(digits)
    method, sweep = _route(activation)
    first = need + 20 + order.bit_length()
    cap = 3 * first + 4 * order if method == "gauss-legendre" else 8 * (first + order) + 4096
    balls, reached = until_accurate(lambda _: sweep(order, variance), digits, first, cap)
    return HermiteCoefficients(list(balls), True, reached, method)


def _require(order: int, variance: Fraction) -> None:
    if order < 0:
        raise InputError.of("order", order, "expected an integer of at least 0")
    if not variance > 0:
        raise InputError.of("variance", variance, "expected a positive rational")
