"""What it adds to know a variance only as a ball: proven radii for Hermite coefficients and Gaussian means.

Let φ_q(x) = φ(√q x), and s₋ ≤ q, q* ≤ s₊. The normal density of a variance in [s₋, s₊] is at most √(s₊/s₋) times that
of s₊. With B = √(s₊/s₋) E[U²φ'(U)²] and C = √(s₊/s₋) E[φ'(U)²], U ~ N(0, s₊), and Δ = |q − q*|/(2s₋):

    ‖φ_q − φ_{q*}‖ ≤ Δ √B =: δ,    since d/ds φ(√s x) = Uφ'(U)/(2s) at U = √s x,

so every Hermite coefficient moves by at most δ, and E[φ(U)φ(V)], whatever the correlation, by at most
δ(‖φ_q‖ + ‖φ_{q*}‖). The derivative of the density by s is (u²/s − 1)/(2s) times the density, so E[φ'(U)φ'(±U)] moves by
at most Δ(B/s₋ + C).
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import arb

from eigenlaw.numerics import quadrature
from eigenlaw.numerics.derivative import derivative
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.recurrences import rational
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import Node, X, mul

_BITS = 64
_SPREAD = Fraction(1, 2**24)
_STEEPEST = {"softplus": Fraction(1), "silu": Fraction(11, 10)}
"""Bounds of |φ'| for φ that grow: their variances may, too, and the moments of φ' cost more and more."""


@dataclass(frozen=True)
class Middle:
    """A rational variance q* that stands for a ball of q, with what the difference adds.

    Attributes:
        variance: q*.
        shift: δ, an upper bound of ‖φ_q − φ_{q*}‖ for every q in the ball.
        slope_shift: an upper bound of what E[φ'(U)φ'(±U)] moves by.
    """

    variance: Fraction
    shift: Any
    slope_shift: Any

    def value_shift(self, second_moment: Any) -> Any:
        """Return an upper bound of what E[φ(U)φ(V)] moves by, from E φ(√q* Z)²."""
        return (self.shift * (2 * second_moment.upper().sqrt() + self.shift)).upper()


def middle(activation: Activation, variance: Any) -> Middle:
    """Return q* and the bounds for a variance; they are 0 for a rational one.

    Args:
        activation: φ, without jumps, φ' in L² of the normal law.
        variance: a ``Fraction``, or an ``arb`` that is positive.

    Raises:
        InputError: if φ' is not shown to be square-integrable.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> found = middle(activation("tanh"), arb(2, 1e-20))
        >>> found.variance, found.shift < 1e-20
        (Fraction(2, 1), True)
    """
    if isinstance(variance, Fraction):
        return Middle(variance, arb(0), arb(0))
    mantissa, exponent = (int(part) for part in variance.mid().man_exp())
    exact = Fraction(mantissa) * Fraction(2) ** exponent
    near = Fraction(float(exact))
    low, high = near * (1 - _SPREAD), near * (1 + _SPREAD)
    with working(_BITS):
        if not (variance > rational(low) and variance < rational(high)):
            return Middle(exact, arb("inf"), arb("inf"))
        if activation.family in _STEEPEST:
            square = rational(_STEEPEST[activation.family] ** 2)
            moved, plain = square * rational(high), square
        else:
            high, moments = _above(activation.tree, high)
            moved, plain = (rational(high / low).sqrt() * moment for moment in moments)
        step = variance.rad() / (2 * rational(low))
        return Middle(exact, (step * moved.sqrt()).upper(), (step * (moved / rational(low) + plain)).upper())


def _above(tree: Node, variance: Fraction) -> tuple[Fraction, tuple[Any, Any]]:
    """Return s₊ at or above the variance, and the moments there.

    The powers of 2^{1/8} serve as s₊, so that the layers of a network share a few of them; s₊ is the variance itself
    only where φ' grows so fast that the moments exist at the variance but are not shown to at the power above it.
    """
    power = Fraction(2.0 ** (math.ceil(8 * math.log2(variance) + 1e-9) / 8))
    try:
        return power, _slope_moments(tree, power)
    except InputError:
        return variance, _slope_moments(tree, variance)


@lru_cache(maxsize=256)
def _slope_moments(tree: Node, variance: Fraction) -> tuple[Any, Any]:
    """Return E[U²φ'(U)²] and E[φ'(U)²] for U of the given variance."""
    slope = derivative(tree)
    with working(_BITS):
        return quadrature.square_integral(mul(X, slope), variance), quadrature.square_integral(slope, variance)
