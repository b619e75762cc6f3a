"""The limit NTK of a network with one hidden layer (2 weight layers), and the coefficients of its power series.

On inputs of norm 1 with correlation ρ the pre-activations (U, V) of a hidden unit are centred Gaussian with variance
v = γ_w² + γ_b² and covariance c(ρ) = γ_w² ρ + γ_b². By (11)–(12) of Murray et al. 2023

    Θ(ρ) = c(ρ) σ_w² S(c/v) + σ_w² R(c/v) + σ_b² = Σ_p κ_p ρ^p,   R(z) = E[φ(U)φ(V)], S(z) = E[φ'(U)φ'(V)] = R'(z)/v.

With A_p the coefficients in ρ of R(β + ωρ), β = γ_b²/v, ω = γ_w²/v, this is for γ_w > 0

    κ_p = σ_w² (p+1) (A_p + (γ_b²/γ_w²) A_{p+1}) + δ_{p0} σ_b²,

and at γ_b = 0, where A_p = μ_p², κ_p = σ_w² (p+1) μ_p² + δ_{p0} σ_b²: (9) of the paper. ``theory.ntk`` derives it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from eigenlaw.numerics import quadrature
from eigenlaw.numerics.derivative import require_derivative
from eigenlaw.numerics.dual import ClosedDual, closed_dual
from eigenlaw.numerics.dual_integrals import IntegralDual, integral_dual
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.hermite_dual import HermiteDual
from eigenlaw.numerics.precision import bits_for, until_accurate
from eigenlaw.numerics.recurrences import rational
from eigenlaw.numerics.variances import Variances, hyper_parameters
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

__all__ = [
    "Coefficients",
    "ShallowKernel",
    "Variances",
    "dual_values",
    "hyper_parameters",
    "shallow_coefficients",
    "shallow_kernel",
    "shallow_values",
]

Dual = ClosedDual | IntegralDual | HermiteDual
_METHODS: dict[type[Any], str] = {ClosedDual: "closed dual", IntegralDual: "integrals", HermiteDual: "hermite series"}
_GUARD_BITS = 32


@dataclass(frozen=True)
class Coefficients:
    """Numbers with radii.

    Attributes:
        balls: ``flint.arb``; zero with radius zero where zero is proved.
        certified: whether every radius is a proof.
        reached: whether every radius is within the wanted digits; if not, the limit on terms or precision was met.
        method: how they were computed.
    """

    balls: list[Any]
    certified: bool
    reached: bool
    method: str


@dataclass(frozen=True)
class ShallowKernel:
    """The NTK of a network with one hidden layer; every method computes at the working precision, with a radius.

    Attributes:
        variances: the hyper-parameters.
        dual: R and S, in closed form, by integrals or as Hermite series.
        certified: whether φ is proved to be free of jumps; every radius is a proof then.
    """

    variances: Variances
    dual: Dual
    certified: bool

    def first(self, rho: Any) -> Any:
        """Return Θ^(1)(ρ) = γ_w² ρ + γ_b²."""
        return rational(self._covariance(rho))

    def covariance(self, rho: Any) -> Any:
        """Return Σ^(2)(ρ) = σ_w² E[φ(U)φ(V)] + σ_b²."""
        return self.variances.sigma_w2_ball() * self.dual.value(self._correlation(rho)) + self.variances.sigma_b2_ball()

    def slope(self, rho: Any) -> Any:
        """Return σ_w² E[φ'(U)φ'(V)]."""
        return self.variances.sigma_w2_ball() * self.dual.slope(self._correlation(rho))

    def value(self, rho: Any) -> Any:
        """Return Θ^(2)(ρ) = Θ^(1)(ρ) σ_w² E[φ'(U)φ'(V)] + Σ^(2)(ρ)."""
        if isinstance(self.dual, ClosedDual) and self.dual.squares is not None and self.variances.exact is not None:
            sigma_w2, sigma_b2 = self.variances.exact
            z = self._correlation(rho)  # c S(z) = z R'(z), a polynomial: summed exactly, so that a zero is one
            terms = ((k + 1) * square * z**k for k, square in enumerate(self.dual.squares))
            return rational(sigma_w2 * sum(terms, Fraction(0)) + sigma_b2)
        return self.first(rho) * self.slope(rho) + self.covariance(rho)

    def _covariance(self, rho: Any) -> Fraction:
        return self.variances.gamma_w2 * _inside(rho) + self.variances.gamma_b2

    def _correlation(self, rho: Any) -> Fraction:
        return self._covariance(rho) / self.variances.variance


def shallow_kernel(activation: Activation, variances: Variances) -> ShallowKernel:
    """Return the NTK of a network with one hidden layer.

    Args:
        activation: φ.
        variances: the hyper-parameters, from ``hyper_parameters``.

    Raises:
        InputError: if φ has a jump; the methods raise it if φ or φ' cannot be shown to be in L²(γ).

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> relu = activation("relu")
        >>> kernel = shallow_kernel(relu, hyper_parameters(relu, digits=15))
        >>> kernel.value(Fraction(1)).overlaps(arb(3) / 2)
        True
    """
    certified = require_derivative(activation)
    return ShallowKernel(variances, _dual(activation, variances.variance), certified)


def _dual(activation: Activation, variance: Fraction) -> Dual:
    return closed_dual(activation, variance) or integral_dual(activation, variance) or HermiteDual(activation, variance)


def shallow_coefficients(activation: Activation, order: int, digits: int, variances: Variances) -> Coefficients:
    """Return κ_0 … κ_order of Θ(ρ) = Σ κ_p ρ^p for 2 weight layers, every infinite sum included in full.

    Args:
        activation: φ.
        order: the last p, at least 0.
        digits: |radius| <= 10^-digits |value|; zeros are exact.
        variances: the hyper-parameters.

    Raises:
        InputError: for an argument out of range, a jump of φ, or φ not shown to be in L²(γ).

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> erf = activation("erf")
        >>> shallow_coefficients(erf, 2, 20, hyper_parameters(erf, digits=20)).balls[1].overlaps(8 / (3 * arb.pi()))
        True
    """
    if order < 0:
        raise InputError.of("order", order, "expected an integer of at least 0")
    certified = require_derivative(activation)
    if not variances.gamma_w2:
        value = shallow_values(activation, [Fraction(0)], digits, variances)
        return Coefficients([*value.balls, *[arb(0)] * order], value.certified, value.reached, "constant")
    first = bits_for(digits) + _GUARD_BITS + 2 * order.bit_length()
    if not variances.gamma_b2:
        compute, method = _from_hermite(activation, order, variances), "hermite coefficients"
        if _guarded(activation):
            first += quadrature.guard_bits(order)
    elif (closed := closed_dual(activation, variances.variance)) is not None:
        compute, method = _from_closed_dual(closed, order, variances), "closed dual"
        if closed.squares is None:
            first += order // 16
    else:
        shifted = HermiteDual(activation, variances.variance)
        compute, method = _from_shift(shifted, order, digits, variances), "taylor shift"
    balls, reached = until_accurate(compute, digits, first, 8 * (first + order) + 4096)
    return Coefficients(list(balls), certified, reached, method)


def _guarded(activation: Activation) -> bool:
    return activation.family == "expression" and activation.polynomial is None


def _from_hermite(activation: Activation, order: int, variances: Variances) -> Callable[[int], list[Any]]:
    """Return κ_p = σ_w² (p+1) μ_p² + δ_{p0} σ_b², for γ_b = 0."""

    def compute(bits: int) -> list[Any]:
        mu = hermite_sweep(activation, order, bits, variances.variance)
        sigma_w2 = variances.sigma_w2_ball()
        out = [sigma_w2 * (p + 1) * value * value for p, value in enumerate(mu)]
        out[0] += variances.sigma_b2_ball()
        return out

    return compute


def _from_closed_dual(dual: ClosedDual, order: int, variances: Variances) -> Callable[[int], list[Any]]:
    """Return the coefficients of (γ_w² ρ + γ_b²) σ_w² S + σ_w² R + σ_b², R and S as power series around β."""
    v = variances.variance

    def compute(bits: int) -> list[Any]:
        del bits
        value, slope = dual.series(variances.gamma_b2 / v, variances.gamma_w2 / v, order)
        gamma_w2, gamma_b2 = rational(variances.gamma_w2), rational(variances.gamma_b2)
        sigma_w2 = variances.sigma_w2_ball()
        out = [sigma_w2 * (r + gamma_b2 * s) for r, s in zip(value, slope, strict=True)]
        for p in range(1, order + 1):
            out[p] += sigma_w2 * gamma_w2 * slope[p - 1]
        out[0] += variances.sigma_b2_ball()
        return out

    return compute


def _from_shift(dual: HermiteDual, order: int, digits: int, variances: Variances) -> Callable[[int], list[Any]]:
    """Return κ_p = σ_w² (p+1) (A_p + (γ_b²/γ_w²) A_{p+1}) + δ_{p0} σ_b², A_p from the Taylor shift."""
    last: list[Any] = []

    def compute(bits: int) -> list[Any]:
        del bits
        if dual.exhausted:
            return last
        a = dual.shifted(variances.gamma_b2 / variances.variance, order + 1, bits_for(digits) + 8)
        ratio, sigma_w2 = rational(variances.gamma_b2 / variances.gamma_w2), variances.sigma_w2_ball()
        last[:] = [sigma_w2 * (p + 1) * (a[p] + ratio * a[p + 1]) for p in range(order + 1)]
        last[0] += variances.sigma_b2_ball()
        return list(last)

    return compute


def shallow_values(
    activation: Activation, points: Sequence[Fraction], digits: int, variances: Variances
) -> Coefficients:
    """Return Θ(ρ) for 2 weight layers at the points, ρ = ±1 included.

    Args:
        activation: φ.
        points: rationals ρ from −1 to 1.
        digits: |radius| <= 10^-digits |value|; zeros are exact.
        variances: the hyper-parameters.

    Raises:
        InputError: for an argument out of range, a jump of φ, or φ or φ' not shown to be in L²(γ).

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> tanh = activation("tanh")
        >>> shallow_values(tanh, [Fraction(1)], 20, hyper_parameters(tanh, digits=20)).balls[0].str(12, radius=False)
        '1.46440290245'
    """
    kernel = shallow_kernel(activation, variances)
    return _at_points(kernel.dual, kernel.value, points, digits, kernel.certified)


def dual_values(
    activation: Activation, points: Sequence[Fraction], digits: int, variance: Fraction = Fraction(1)
) -> Coefficients:
    """Return E[φ(U)φ(V)] for centred Gaussian U, V of variance v and correlation ρ at the points, ρ = ±1 included.

    Args:
        activation: φ, also one with jumps.
        points: rationals ρ from −1 to 1.
        digits: |radius| <= 10^-digits |value|; zeros are exact.
        variance: v, positive.

    Raises:
        InputError: for an argument out of range, or if φ is not shown to be in L²(γ).

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> dual_values(activation("sign"), [Fraction(1, 2)], 20).balls[0].overlaps(arb(1) / 3)
        True
    """
    dual = _dual(activation, variance)
    return _at_points(dual, lambda rho: dual.value(_inside(rho)), points, digits, True)


def _at_points(
    dual: Dual, function: Callable[[Any], Any], points: Sequence[Any], digits: int, certified: bool
) -> Coefficients:
    settled: dict[int, Any] = {}  # points at which more precision does not help

    def compute(bits: int) -> list[Any]:
        del bits
        out = []
        for index, rho in enumerate(points):
            if isinstance(dual, HermiteDual):
                dual.exhausted = False
            out.append(settled[index] if index in settled else function(rho))
            if isinstance(dual, HermiteDual) and dual.exhausted:
                settled[index] = out[-1]
        return out

    first = bits_for(digits) + _GUARD_BITS
    general = isinstance(dual, HermiteDual) and dual.activation.family == "expression"
    balls, reached = until_accurate(compute, digits, first, 4 * first if general else 16 * first + 4096)
    method = _METHODS[type(dual)]
    return Coefficients(list(balls), certified, reached, method)


def _inside(rho: Any) -> Fraction:
    """Return ρ as a Fraction in [−1, 1]."""
    at = Fraction(int(rho.p), int(rho.q)) if hasattr(rho, "p") else Fraction(rho)
    if not -1 <= at <= 1:
        raise InputError.of("rho", rho, "expected a rational from -1 to 1")
    return at
