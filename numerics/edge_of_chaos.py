"""Fixed points of wide networks, their slopes and depth scales, and the edge of chaos, in balls.

With R_q(c) = E φ(U)φ(V) and S_q(c) = E φ'(U)φ'(V), U, V ~ N(0, q) of correlation c, the variance of the
pre-activations is fixed where q = σ_w² R_q(1) + σ_b², their correlation where q c = σ_w² R_q(c) + σ_b². The latter has
the root c = 1, stable for χ_1 = σ_w² S_q(1) < 1; beyond, as R_q is convex on [0, 1], there is one more, in [0, 1).

A root is enclosed by a change of sign between two rationals, so that it is proved to be there.
Source: Poole et al. 2016; Schoenholz et al. 2017; Karakida et al. 2019, Remark 1.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from eigenlaw.numerics.correlation import exact
from eigenlaw.numerics.derivative import require_derivative
from eigenlaw.numerics.layers import dual_of
from eigenlaw.numerics.precision import bits_for, working
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

_GUARD_BITS = 40
_FARTHEST = 2**40
_ONE = Fraction(1)


@dataclass(frozen=True)
class FixedPoint:
    """A stable fixed point of the map from layer to layer: there the map crosses the diagonal from above.

    Attributes:
        variance: q*.
        correlation: c*, exactly 1 where χ_1 < 1.
        chi_1: χ_1 = σ_w² S_q(1), the slope of the correlations' map at 1.
        chi_c: σ_w² S_q(c*), its slope at c*.
        depth: ξ_c = −1/log χ_c, in layers.
    """

    variance: Any
    correlation: Any
    chi_1: Any
    chi_c: Any
    depth: Any


def critical_variances(phi: Activation, variance: Fraction, digits: int) -> tuple[Any, Any]:
    """Return (σ_w², σ_b²) on the edge of chaos, where q is fixed and χ_1 = 1: 1/S_q(1) and q − R_q(1)/S_q(1).

    Args:
        phi: φ, without jumps.
        variance: q, a rational above 0; the curve ends where σ_b² becomes negative.
        digits: of the working precision.

    Raises:
        InputError: if φ has a jump, or φ or φ' cannot be shown to be square-integrable.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> [value.str(6, radius=False) for value in critical_variances(activation("tanh"), Fraction(1, 2), 15)]
        ['1.68798', '0.0380412']
    """
    require_derivative(phi)
    with working(bits_for(digits) + _GUARD_BITS):
        dual = dual_of(phi, variance)
        sigma_w2 = 1 / arb(dual.slope(_ONE))
        return sigma_w2, exact(variance) - sigma_w2 * dual.value(_ONE)


def fixed_point(phi: Activation, sigma_w2: Fraction, sigma_b2: Fraction, digits: int) -> FixedPoint:
    """Return a stable fixed point, q* and c* to about so many digits.

    Args:
        phi: φ, without jumps.
        sigma_w2: σ_w² above 0.
        sigma_b2: σ_b², at least 0.
        digits: at least 1.

    Raises:
        InputError: if φ has a jump, q grows without end as far as is seen, or χ_1 is too near 1 to tell the phase.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> found = fixed_point(activation("erf"), Fraction(9), Fraction(1), 15)
        >>> [getattr(found, name).str(6, radius=False) for name in ("variance", "correlation", "chi_1", "depth")]
        ['8.02832', '0.400307', '1.99137', '3.11360']
    """
    require_derivative(phi)
    weight, bias = exact(sigma_w2), exact(sigma_b2)
    with working(bits_for(digits) + _GUARD_BITS):

        def rise(q: Fraction) -> Any:
            return weight * dual_of(phi, q).value(_ONE) + bias - exact(q)

        top = _ONE
        while not rise(top) < 0:
            top *= 2
            if top > _FARTHEST:
                raise InputError.of("sigma_w2", sigma_w2, "expected less: the variance is not seen to stay bounded")
        low = top
        while not rise(low) > 0:
            low /= 2
            if low * _FARTHEST < 1:
                raise InputError.of("sigma_w2", sigma_w2, "expected more: the variance tends to 0, or is too small")
        q = _enclosed(rise, low, top, digits + 4)
        dual = dual_of(phi, q)
        chi_1 = weight * dual.slope(_ONE)
        if chi_1 < 1:
            return FixedPoint(q, arb(1), chi_1, chi_1, -1 / chi_1.log())
        if not chi_1 > 1:
            raise InputError.of("sigma_w2", sigma_w2, "on the edge of chaos as far as is seen; expected another number")

        def above(c: Fraction) -> Any:
            return weight * dual.value(c) + bias - q * exact(c)

        c = arb(0) if above(Fraction(0)) == 0 else _enclosed(above, Fraction(0), _below_one(above), digits)
        chi_c = weight * dual.slope(Fraction(0) if c == 0 else c)
        return FixedPoint(q, c, chi_1, chi_c, -1 / chi_c.log())


def _below_one(rise: Callable[[Fraction], Any]) -> Fraction:
    """Return a correlation below 1 where the map falls under the diagonal, as it does next to 1 for χ_1 > 1."""
    gap = Fraction(1, 2)
    while not rise(1 - gap) < 0:
        gap /= 2
        if gap * _FARTHEST < 1:
            raise InputError.of("sigma_w2", "(given)", "too near the edge of chaos to see c*; expected another number")
    return 1 - gap


def _enclosed(rise: Callable[[Fraction], Any], low: Fraction, high: Fraction, digits: int) -> Any:
    """Return a ball of a root between low, where the function is not negative, and high, where it is negative.

    It halves the interval as long as signs are proved; where one is not, the root is near and the interval is kept.
    """
    goal = Fraction(1, 10 ** (digits + 2))
    while high - low > goal * high:
        middle = (low + high) / 2
        sign = rise(middle)
        if sign > 0:
            low = middle
        elif sign < 0:
            high = middle
        else:
            break
    return arb(exact(low)).union(arb(exact(high)))
