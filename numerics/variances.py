"""The variances γ_w², γ_b², σ_w², σ_b² of a network, with the defaults of Assumption 2 of Murray et al. 2023."""

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from flint import ctx, fmpq

from eigenlaw.numerics.precision import bits_for, until_accurate, working
from eigenlaw.numerics.recurrences import rational
from eigenlaw.numerics.second_moments import exact_second_moment, second_moment_ball
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

Unit = Literal["unit"]


@dataclass(frozen=True)
class Variances:
    """γ_w², γ_b², σ_w², σ_b² of (1) in Murray et al. 2023.

    Attributes:
        gamma_w2: variance of the first layer's weights, rational.
        gamma_b2: variance of the first layer's biases, rational.
        sigma_w2: variance of the later layers' weights; a rational, or a ball where it is none.
        sigma_b2: variance of the later layers' biases; a rational, or a ball where it is none.
        refresh: how to compute (σ_w², σ_b²) anew at the working precision; without it a ball stays as it is.
        normalised: whether σ_w² E[φ(Z)²] + σ_b² = 1 by construction, so that pre-activations of variance 1 keep it.

    Example:
        >>> Variances(Fraction(1), Fraction(0), Fraction(1), Fraction(1, 2)).variance
        Fraction(1, 1)
    """

    gamma_w2: Fraction
    gamma_b2: Fraction
    sigma_w2: Any
    sigma_b2: Any
    refresh: Callable[[], tuple[Any, Any]] | None = field(default=None, repr=False, compare=False)
    normalised: bool = field(default=False, compare=False)

    @property
    def variance(self) -> Fraction:
        """The variance v = γ_w² + γ_b² of the first pre-activations on ‖x‖ = 1."""
        return self.gamma_w2 + self.gamma_b2

    @property
    def exact(self) -> tuple[Fraction, Fraction] | None:
        """(σ_w², σ_b²) if both are rational, else None."""
        sigma_w2, sigma_b2 = _rational(self.sigma_w2), _rational(self.sigma_b2)
        return None if sigma_w2 is None or sigma_b2 is None else (sigma_w2, sigma_b2)

    def sigma_w2_ball(self, bits: int | None = None) -> Any:
        """Return σ_w² at ``bits`` bits, by default the working precision."""
        return self._ball(0, bits)

    def sigma_b2_ball(self, bits: int | None = None) -> Any:
        """Return σ_b² at ``bits`` bits, by default the working precision."""
        return self._ball(1, bits)

    def _ball(self, which: int, bits: int | None) -> Any:
        given = (self.sigma_w2, self.sigma_b2)[which]
        exact = _rational(given)
        with working(bits or ctx.prec):
            if exact is not None:
                return rational(exact)
            return given if self.refresh is None else self.refresh()[which]


def _rational(value: Any) -> Fraction | None:
    if isinstance(value, int | Fraction):
        return Fraction(value)
    return Fraction(int(value.p), int(value.q)) if isinstance(value, fmpq) else None


def hyper_parameters(
    activation: Activation,
    *,
    gamma_b2: Fraction = Fraction(0),
    gamma_w2: Fraction | None = None,
    sigma_w2: Fraction | Unit = Fraction(1),
    sigma_b2: Fraction | None = None,
    digits: int,
) -> Variances:
    """Return the variances with γ_w² = 1 − γ_b² and σ_b² = 1 − σ_w² E[φ(Z)²], Z standard normal, unless given.

    Args:
        activation: φ.
        gamma_b2: γ_b² ≥ 0.
        gamma_w2: γ_w² ≥ 0; if not given, γ_b² must be at most 1.
        sigma_w2: σ_w² ≥ 0, or "unit" for 1/E[φ(Z)²].
        sigma_b2: σ_b² ≥ 0.
        digits: relative digits of a σ_w² or σ_b² that is a ball; zero only where zero is proved.

    Raises:
        InputError: if a variance is negative or γ_w² + γ_b² = 0, or if φ cannot be shown to be in L²(γ).

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> hyper_parameters(activation("relu"), digits=15).sigma_b2
        Fraction(1, 2)
    """
    bias = _variance("gamma_b2", gamma_b2)
    if gamma_w2 is None and bias > 1:
        raise InputError.of("gamma_b2", gamma_b2, "expected a rational from 0 to 1, or give gamma_w2 as well")
    weight = 1 - bias if gamma_w2 is None else _variance("gamma_w2", gamma_w2)
    if not weight + bias:
        raise InputError.of("gamma_w2", gamma_w2, "expected gamma_w2 + gamma_b2 above 0")
    if sigma_w2 != "unit":
        sigma_w2 = _variance("sigma_w2", sigma_w2)
    if sigma_b2 is not None:
        sigma_b2 = _variance("sigma_b2", sigma_b2)
    if sigma_w2 == "unit":
        sigma_b2 = Fraction(0) if sigma_b2 is None else sigma_b2
        return _unit(activation, weight, bias, sigma_b2, digits)
    if sigma_b2 is not None:
        return Variances(weight, bias, sigma_w2, sigma_b2)
    return _remainder(activation, weight, bias, sigma_w2, digits)


def _variance(name: str, value: Any) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction) or value < 0:
        raise InputError.of(name, value, "expected a rational of at least 0")
    return Fraction(value)


def _unit(activation: Activation, weight: Fraction, bias: Fraction, sigma_b2: Fraction, digits: int) -> Variances:
    """Return the variances with σ_w² = 1/E[φ²]."""
    exact = exact_second_moment(activation)
    if exact == 0:
        raise InputError.of("sigma_w2", "unit", "expected an activation other than 0, or give sigma_w2 as a number")
    normalised = not sigma_b2
    if exact is not None:
        return Variances(weight, bias, 1 / exact, sigma_b2, normalised=normalised)

    def refresh() -> tuple[Any, Any]:
        return 1 / second_moment_ball(activation, ctx.prec), rational(sigma_b2)

    return Variances(weight, bias, _first(refresh, 0, digits), sigma_b2, refresh, normalised)


def _remainder(activation: Activation, weight: Fraction, bias: Fraction, sigma_w2: Fraction, digits: int) -> Variances:
    """Return the variances with σ_b² = 1 − σ_w² E[φ²].

    Raises:
        InputError: if it is negative, or not shown to be at least 0.
    """
    exact = exact_second_moment(activation) if sigma_w2 else Fraction(0)
    if exact is not None:
        rest = 1 - sigma_w2 * exact
        if rest < 0:
            raise _negative(sigma_w2, str(rest))
        return Variances(weight, bias, sigma_w2, rest, normalised=True)

    def refresh() -> tuple[Any, Any]:
        return rational(sigma_w2), 1 - rational(sigma_w2) * second_moment_ball(activation, ctx.prec)

    ball = _first(refresh, 1, digits)
    if ball.contains(0):
        text = f"could not tell sigma_b2 = 1 - sigma_w2*E[phi^2] from 0 (it is {ball.str(3)}); give sigma_b2 as well"
        raise InputError.of("sigma_w2", sigma_w2, text)
    if not ball > 0:
        raise _negative(sigma_w2, ball.str(6))
    return Variances(weight, bias, sigma_w2, ball, refresh, normalised=True)


def _negative(sigma_w2: Fraction, rest: str) -> InputError:
    text = f"expected sigma_w2*E[phi^2] of at most 1 (sigma_b2 would be {rest}); lower it, or give sigma_b2 as well"
    return InputError.of("sigma_w2", sigma_w2, text)


def _first(refresh: Callable[[], tuple[Any, Any]], which: int, digits: int) -> Any:
    need = bits_for(digits)
    balls, _ = until_accurate(lambda bits: [refresh()[which]], digits, need + 32, 4 * need + 256)
    return balls[0]
