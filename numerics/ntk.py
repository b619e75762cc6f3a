"""The limit NTK of a network with any number of layers: its values, and the coefficients of its power series.

On inputs of norm 1 with correlation ρ, Θ^(l)(ρ) = Σ_p κ_{p,l} ρ^p follows the recursion of ``layers``, (11)–(12) of
Murray et al. 2023. With v = γ_w² + γ_b², β = γ_b²/v, ω = γ_w²/v and A_p the coefficients of R(β + ωρ), for 2 layers

    κ_p = σ_w² (p+1) (A_p + (γ_b²/γ_w²) A_{p+1}) + δ_{p0} σ_b²,

and at γ_b = 0, where A_p = μ_p², κ_p = σ_w² (p+1) μ_p² + δ_{p0} σ_b²: (9) of the paper. ``theory.ntk`` derives it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from eigenlaw.numerics.dual import ClosedDual
from eigenlaw.numerics.dual_integrals import IntegralDual
from eigenlaw.numerics.hermite_dual import HermiteDual
from eigenlaw.numerics.layers import Dual, LayeredKernel, correlation_in_range, dual_of, layered_kernel
from eigenlaw.numerics.precision import bits_for, until_accurate
from eigenlaw.numerics.variances import Variances, hyper_parameters
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

__all__ = [
    "Coefficients",
    "LayeredKernel",
    "Variances",
    "dual_values",
    "hyper_parameters",
    "layered_kernel",
    "ntk_coefficients",
    "ntk_values",
]

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


def ntk_coefficients(
    activation: Activation, order: int, digits: int, variances: Variances, layers: int = 2
) -> Coefficients:
    """Return κ_0 … κ_order of Θ^(l)(ρ) = Σ κ_p ρ^p, every infinite sum included in full.

    Args:
        activation: φ.
        order: the last p, at least 0.
        digits: |radius| <= 10^-digits |value|; zeros are exact.
        variances: the hyper-parameters.
        layers: l, the number of weight layers, at least 1.

    Raises:
        InputError: for an argument out of range, a jump of φ, or φ not shown to be in L²(γ).

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> erf = activation("erf")
        >>> ntk_coefficients(erf, 2, 20, hyper_parameters(erf, digits=20)).balls[1].overlaps(8 / (3 * arb.pi()))
        True
    """
    if order < 0:
        raise InputError.of("order", order, "expected an integer of at least 0")
    kernel = layered_kernel(activation, variances, layers)
    if not variances.gamma_w2:
        value = ntk_values(activation, [Fraction(0)], digits, variances, layers)
        return Coefficients([*value.balls, *[arb(0)] * order], value.certified, value.reached, "constant")
    first = bits_for(digits) + _series_guard(kernel, order)
    last: list[Any] = []

    def compute(bits: int) -> list[Any]:
        del bits
        if not (last and _exhausted(kernel.duals)):
            last[:] = kernel.series(order)
        return list(last)

    balls, reached = until_accurate(compute, digits, first, 8 * (first + order) + 4096)
    return Coefficients(list(balls), kernel.certified, reached, _method(kernel.duals))


def ntk_values(
    activation: Activation, points: Sequence[Fraction], digits: int, variances: Variances, layers: int = 2
) -> Coefficients:
    """Return Θ^(l)(ρ) at the points, ρ = ±1 included.

    Args:
        activation: φ.
        points: rationals ρ from −1 to 1.
        digits: |radius| <= 10^-digits |value|; zeros are exact.
        variances: the hyper-parameters.
        layers: l, the number of weight layers, at least 1.

    Raises:
        InputError: for an argument out of range, a jump of φ, or φ or φ' not shown to be in L²(γ).

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> tanh = activation("tanh")
        >>> ntk_values(tanh, [Fraction(1)], 20, hyper_parameters(tanh, digits=20)).balls[0].str(12, radius=False)
        '1.46440290245'
    """
    kernel = layered_kernel(activation, variances, layers)
    balls, reached = _at_points(kernel.value, lambda: kernel.duals, points, digits)
    return Coefficients(balls, kernel.certified, reached, _method(kernel.duals))


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
    dual = dual_of(activation, variance)
    balls, reached = _at_points(lambda rho: dual.value(correlation_in_range(rho)), lambda: [dual], points, digits)
    return Coefficients(balls, True, reached, _method([dual]))


def _series_guard(kernel: LayeredKernel, order: int) -> int:
    """Return about what the recursion on power series loses: a little in every layer, more in Newton's iterations."""
    if any(isinstance(dual, HermiteDual) for dual in kernel.duals):
        return 18 + min(96, kernel.layers // 2)
    return 16 + order.bit_length() ** 2 // 2 + min(96, 3 * kernel.layers // 2)


def _at_points(
    function: Callable[[Any], Any], duals: Callable[[], list[Dual]], points: Sequence[Any], digits: int
) -> tuple[list[Any], bool]:
    """Return the values and whether all have the digits; a point where a dual is exhausted is not tried again."""
    settled: dict[int, Any] = {}

    def compute(bits: int) -> list[Any]:
        del bits
        out = []
        for index, rho in enumerate(points):
            _restart(duals())
            out.append(settled[index] if index in settled else function(rho))
            if _exhausted(duals()):
                settled[index] = out[-1]
        return out

    first = bits_for(digits) + _GUARD_BITS
    general = any(isinstance(dual, HermiteDual) and dual.activation.family == "expression" for dual in duals())
    balls, reached = until_accurate(compute, digits, first, 4 * first if general else 16 * first + 4096)
    return list(balls), reached


def _method(duals: list[Dual]) -> str:
    return _METHODS[type(duals[0])] if duals else "exact"


def _exhausted(duals: list[Dual]) -> bool:
    return any(isinstance(dual, HermiteDual) and dual.exhausted for dual in duals)


def _restart(duals: list[Dual]) -> None:
    for dual in duals:
        if isinstance(dual, HermiteDual):
            dual.exhausted = False
