"""What the Hermite coefficients beyond K can add: proven bounds of |μ_k| and of Σ_{k>K} μ_k².

For every square-integrable activation Parseval's identity gives the sum as E φ² − Σ_{k≤K} μ_k². For the tanh family an
explicit bound needs no sweep. With β = π/(2α), u = βt and the positive representations of ``tanh_family``,

    √(k!) |μ_k| ≤ 2F ∫_0^∞ t^k e^{−t²/2 − βt} (p_0 + p_1/u + p_2/u²) dt,

by 1/sinh u ≤ 2e^{−u}(1 + 1/(2u)) and coth u ≤ 1 + 1/u. From k log t ≤ (k/2) log k + √k t − k, for 0 < a ≤ β,
∫_0^∞ t^k e^{−t²/2 − at} dt ≤ (k/e)^{k/2} √(2π) e^{a²/2 − a√k}, and √(k!) ≥ (2πk)^{1/4} (k/e)^{k/2}. So for k ≥ k_0

    |μ_k| ≤ C k^{−1/4} e^{−a√k},   C = 2F (2π)^{1/4} e^{a²/2} Σ_i p_i ρ_i β^{−i},
    ρ_i = (k_0/(k_0−i))^{1/4} √((k_0−i)!/k_0!) e^{a(√k_0 − √(k_0−i))},

and Σ_{k>K} μ_k² ≤ C² ∫_K^∞ x^{−1/2} e^{−2a√x} dx = C² e^{−2a√K}/a. Where 2a√K ≥ 1, x^{1/2} e^{−2a√x} decreases, and

    Σ_{k>K} k μ_k² ≤ C² ∫_K^∞ x^{1/2} e^{−2a√x} dx = C² e^{−2a√K} (K/a + √K/a² + 1/(2a³)).
"""

from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from typing import Any

from flint import arb

from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.recurrences import rational, signed_root
from eigenlaw.numerics.second_moments import second_moment_ball
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError


@dataclass(frozen=True)
class CoefficientBound:
    """|μ_k| <= constant k^(-1/4) exp(-rate √k) for all k >= first.

    Attributes:
        constant: C, a ball.
        rate: a, a ball.
        first: k_0.
    """

    constant: Any
    rate: Any
    first: int

    def at(self, k: int) -> Any:
        """Return the bound of |μ_k|, an upper end."""
        if k < self.first:
            raise InputError.of("k", k, f"expected at least {self.first}")
        return (self.constant * (-self.rate * arb(k).sqrt()).exp() / arb(k).root(4)).upper()

    def tail(self, order: int) -> Any:
        """Return the bound of Σ_{k > order} μ_k², an upper end."""
        if order < self.first - 1:
            raise InputError.of("order", order, f"expected at least {self.first - 1}")
        return (self.constant**2 * (-2 * self.rate * arb(order).sqrt()).exp() / self.rate).upper()

    def slope_tail(self, order: int) -> Any:
        """Return the bound of Σ_{k > order} k μ_k², an upper end; infinite where 2a√order < 1."""
        root, a = arb(order).sqrt(), self.rate
        if order < self.first - 1 or not 2 * a * root >= 1:
            return arb("inf")
        return (self.constant**2 * (-2 * a * root).exp() * (order / a + root / a**2 + 1 / (2 * a**3))).upper()


def _weights(activation: Activation, alpha: Any, beta: Any) -> tuple[Any, tuple[Any, Any, Any]] | None:
    """Return (F, (p_0, p_1, p_2)) of the module's docstring, None outside of the tanh family."""
    half = arb(1) / 2
    match activation.family:
        case "tanh":
            return 1 / alpha, (arb(1), half, arb(0))
        case "sigmoid":
            return half / alpha, (arb(1), half, arb(0))
        case "silu":
            return beta, (arb(1), 3 * half, half)
        case "softplus":
            return beta, (arb(0), arb(1), half)
        case _:
            return None


def coefficient_bound(
    activation: Activation, bits: int, variance: Any = Fraction(1), *, first: int = 3, rate: Fraction | None = None
) -> CoefficientBound | None:
    """Return a proven bound of |μ_k| of φ(√v x) for k ≥ first, or None outside of the tanh family.

    Args:
        activation: φ.
        bits: working precision.
        variance: v, positive; a rational or a ball.
        first: k_0, at least 3; a larger one gives a smaller constant.
        rate: a, at most π/(2α) where tanh(αx) is the activation's core; that value if None.

    Raises:
        InputError: if ``first`` is less than 3 or ``rate`` is too large.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> coefficient_bound(activation("tanh"), 64).at(100) < 1e-5
        True
    """
    if first < 3:
        raise InputError.of("first", first, "expected at least 3")
    scale = activation.parameters[0] if activation.family == "tanh" else Fraction(1, 2)
    with working(bits):
        alpha = rational(scale) * signed_root(variance)
        beta = arb.pi() / (2 * alpha)
        weights = _weights(activation, alpha, beta)
        if weights is None:
            return None
        a = beta if rate is None else arb(rate.numerator) / rate.denominator
        if not (rate is None or (a > 0 and a <= beta)):
            raise InputError.of("rate", rate, "expected a positive rate of at most π/(2α)")
        total, falling, start = arb(0), arb(1), arb(first)
        for i, p in enumerate(weights[1]):
            below = start - i
            total += p / beta**i * (start / below).root(4) / falling.sqrt() * (a * (start.sqrt() - below.sqrt())).exp()
            falling *= below
        return CoefficientBound(2 * weights[0] * (2 * arb.pi()).root(4) * (a**2 / 2).exp() * total, a, first)


def tail_bound(activation: Activation, order: int, bits: int, variance: Fraction = Fraction(1)) -> Any:
    """Return a proven upper bound of Σ_{k > order} μ_k² of φ(√v x); an exact zero for polynomials of that degree.

    Args:
        activation: φ.
        order: K, the last coefficient that is not in the sum, at least 0.
        bits: working precision; Parseval's difference is known to about 2^-bits E φ².
        variance: v, positive.

    Raises:
        InputError: for an order out of range, or if φ cannot be shown to be square-integrable.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> tail_bound(activation("relu"), 1, 64).str(5, radius=False)
        '0.090845'
    """
    coefficients = activation.polynomial
    if coefficients is not None and order >= len(coefficients) - 1:
        return arb(0)
    if activation.family == "hermite" and order >= activation.parameters[0]:
        return arb(0)
    values = hermite_sweep(activation, order, bits, variance)
    total = second_moment_ball(activation, bits, variance)
    with working(bits):
        rest = (total - sum((mu * mu for mu in values), arb(0))).upper().max(arb(0))
        if order < 2:
            return rest
        explicit = explicit_bound(activation, order, bits, variance)
        return rest if explicit is None else rest.min(explicit.tail(order)).upper()


def explicit_bound(
    activation: Activation, order: int, bits: int, variance: Any = Fraction(1)
) -> CoefficientBound | None:
    """Return the bound of |μ_k| for k > order that needs no sweep, at the rate near √order or π/(2α), the lesser.

    Args:
        activation: φ.
        order: at least 2.
        bits: working precision.
        variance: v, positive; a rational or a ball.

    Returns:
        The bound, or None outside of the tanh family.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> explicit_bound(activation("tanh"), 100, 64).slope_tail(100) < 1e-8
        True
    """
    if activation.family not in {"tanh", "sigmoid", "silu", "softplus"}:
        return None
    scale = float(activation.parameters[0]) if activation.family == "tanh" else 0.5
    slow = Fraction(sqrt(order)).limit_denominator(1000)
    limit = 1.5707 / (scale * sqrt(float(variance)))
    return coefficient_bound(activation, bits, variance, first=order + 1, rate=slow if float(slow) < limit else None)
