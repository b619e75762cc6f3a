"""The T-truncated power series of the NTK, Definition B.6 of Murray et al. 2023, and how far it is from the NTK.

Every series is cut after the index T, those over k in (40) and (41) as well. From α̂_{p,1} = κ̂_{p,1} = δ_{p0} γ_b² +
δ_{p1} γ_w², for p ≤ T,

    α̂_{p,l} = Σ_{k≤T} a_k F(p, k, ᾱ̂_{l−1}) + δ_{p0} σ_b²,   υ̂_{p,l} = Σ_{k≤T} b_k F(p, k, ᾱ̂_{l−1}),
    κ̂_{p,l} = α̂_{p,l} + Σ_{q≤p} κ̂_{q,l−1} υ̂_{p−q,l},       Θ_T(ρ) = Σ_{p≤T} κ̂_{p,l} ρ^p,

a_k = σ_w² μ_k², b_k = σ_w² (k+1) μ_{k+1}². At γ_b = 0 this is (38)–(40), and (41) as it must read: the print has
√(k+1) α̂_{p+1,2} for b_k and layer l for l − 1. Off unit variance μ_k belongs to φ(√q x), q the variance of the layer
below, and ᾱ̂_{l−1} is divided by q.

All terms are ≥ 0, so 0 ≤ κ̂_{p,l} ≤ κ_{p,l}, and |Θ − Θ_T| is largest on |ρ| ≤ r at ρ = r. For γ_b = 0, κ̂ = κ at every
p ≤ T if l = 2, if α_{0,2} = 0, or if φ is a polynomial of degree at most T; otherwise κ̂_{0,l} < κ_{0,l} for l ≥ 3.
"""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, arb_poly, arb_series, ctx

from eigenlaw.numerics import support
from eigenlaw.numerics.correlation import Correlation, SeriesCorrelation, coefficients_of, exact, series_terms
from eigenlaw.numerics.dual import polynomial_of
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.layers import Dual, LayeredKernel, correlation_in_range, layered_kernel
from eigenlaw.numerics.ntk import Coefficients
from eigenlaw.numerics.precision import bits_for, until_accurate
from eigenlaw.numerics.recurrences import rational
from eigenlaw.numerics.variances import Variances
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

_METHOD = "truncated series"
_GUARD_BITS = 32


def truncated_coefficients(
    activation: Activation, order: int, digits: int, variances: Variances, layers: int = 2
) -> Coefficients:
    """Return κ̂_0 … κ̂_T of the T-truncated NTK.

    Args:
        activation: φ.
        order: T, at least 0.
        digits: |radius| <= 10^-digits |value|; zeros are exact.
        variances: the hyper-parameters.
        layers: l, the number of weight layers, at least 1.

    Raises:
        InputError: for an argument out of range, a jump of φ, or φ not shown to be in L²(γ).

    Source: Murray et al. 2023, Definition B.6.

    Example:
        >>> from eigenlaw.numerics.variances import hyper_parameters
        >>> from eigenlaw.theory.activations import activation
        >>> relu = activation("relu")
        >>> truncated_coefficients(relu, 3, 15, hyper_parameters(relu, digits=15), 3).balls[0].str(6, radius=False)
        '1.09747'
    """
    kernel = _kernel(activation, order, variances, layers)
    return _accurate(lambda: _series(kernel, order), kernel, order, digits)


def truncated_values(
    activation: Activation, points: Sequence[Fraction], order: int, digits: int, variances: Variances, layers: int = 2
) -> Coefficients:
    """Return Θ_T(ρ) at the points.

    Args:
        activation: φ.
        points: rationals ρ from −1 to 1.
        order: T, at least 0.
        digits: |radius| <= 10^-digits |value|; zeros are exact.
        variances: the hyper-parameters.
        layers: l, the number of weight layers, at least 1.

    Raises:
        InputError: for an argument out of range, a jump of φ, or φ not shown to be in L²(γ).

    Source: Murray et al. 2023, (38).
    """
    places = [correlation_in_range(rho) for rho in points]
    kernel = _kernel(activation, order, variances, layers)

    def compute() -> list[Any]:
        polynomial = arb_poly(_series(kernel, order))
        return [polynomial(rational(rho)) for rho in places]

    return _accurate(compute, kernel, order, digits)


def truncation_errors(
    activation: Activation, points: Sequence[Fraction], order: int, digits: int, variances: Variances, layers: int = 2
) -> Coefficients:
    """Return |Θ(ρ) − Θ_T(ρ)| at the points; at r ≥ 0 it is the largest on |ρ| ≤ r.

    Args:
        activation: φ.
        points: rationals ρ from −1 to 1, both ends included.
        order: T, at least 0.
        digits: |radius| <= 10^-digits |value|; an error is 0 only where that is proved.
        variances: the hyper-parameters.
        layers: l, the number of weight layers, at least 1.

    Raises:
        InputError: for an argument out of range, a jump of φ, or φ or φ' not shown to be in L²(γ).

    Source: Murray et al. 2023, Definition B.6 and Figure 2.

    Example:
        >>> from eigenlaw.numerics.variances import hyper_parameters
        >>> from eigenlaw.theory.activations import activation
        >>> relu = activation("relu")
        >>> variances = hyper_parameters(relu, sigma_w2=Fraction(2), digits=15)
        >>> found = truncation_errors(relu, [Fraction(1, 2), Fraction(1)], 50, 6, variances)
        >>> [ball.str(3, radius=False) for ball in found.balls]
        ['2.08e-19', '0.0362']
    """
    places = [correlation_in_range(rho) for rho in points]
    kernel = _kernel(activation, order, variances, layers)

    def compute() -> list[Any]:
        found = _series(kernel, order)
        polynomial = arb_poly(found)
        return [
            arb(0) if _is_exact(kernel, order, rho, found[0]) else abs(kernel.value(rho) - polynomial(rational(rho)))
            for rho in places
        ]

    return _accurate(compute, kernel, order, digits)


def _kernel(activation: Activation, order: int, variances: Variances, layers: int) -> LayeredKernel:
    if order < 0:
        raise InputError.of("order", order, "expected an integer of at least 0")
    return layered_kernel(activation, variances, layers)


def _accurate(compute: Callable[[], list[Any]], kernel: LayeredKernel, order: int, digits: int) -> Coefficients:
    first = bits_for(digits) + _GUARD_BITS + 2 * order.bit_length()
    balls, reached = until_accurate(lambda _: compute(), digits, first, 8 * (first + order) + 4096)
    return Coefficients(list(balls), kernel.certified, reached, _METHOD)


def _series(kernel: LayeredKernel, order: int) -> list[Any]:
    """Return κ̂_0 … κ̂_order at the working precision."""
    variances, activation = kernel.variances, kernel.activation
    sigma_w2, sigma_b2 = variances.sigma_w2_ball(), variances.sigma_b2_ball()
    with series_terms(order + 1):
        covariance = theta = arb_series([rational(variances.gamma_b2), rational(variances.gamma_w2)])
        known = theta_known = support.exponents(coefficients_of(covariance, order))
        for q, dual in kernel.stages():
            squares = _squares(activation, q, dual, order + 1)
            z = coefficients_of(covariance * (1 / exact(q)), order)
            slopes = [k * square / rational(q) for k, square in enumerate(squares)][1:]
            outer = support.hermite_support(activation, q, order + 1)
            steps = support.composed((outer[0] >> 1, outer[1]), known, order)
            known = support.composed(outer, known, order) | (not sigma_b2.is_zero())
            theta_known = support.sums(theta_known, steps, order) | known
            covariance = _blanked(_substituted(squares[:-1], z) * sigma_w2 + sigma_b2, known, order)
            theta = _blanked(theta * (_substituted(slopes, z) * sigma_w2) + covariance, theta_known, order)
        return coefficients_of(theta, order)


def _squares(activation: Activation, q: Any, dual: Dual, order: int) -> list[Any]:
    """Return μ_0² … μ_order² of x ↦ φ(√q x)."""
    if isinstance(q, Fraction):
        return [mu * mu for mu in hermite_sweep(activation, order, ctx.prec, q)]
    with series_terms(order + 1):
        identity = SeriesCorrelation(arb_series([arb(0), arb(1)]), Correlation(Fraction(0)))
        return coefficients_of(dual.composed(identity)[0], order)


def _substituted(outer: Sequence[Any], inner: Sequence[Any]) -> Any:
    """Return Σ_k outer_k z^k, z = Σ_p inner_p ρ^p, to the order of FLINT's cap: expanded around z(0) first."""
    polynomial = arb_poly(list(outer))
    if not inner[0].is_zero():
        polynomial = polynomial(arb_poly([inner[0], 1]))
    if all(c.is_zero() for c in inner[1:]):
        return arb_series([polynomial[0]])
    return arb_series(polynomial.coeffs())(arb_series([arb(0), *inner[1:]]))


def _blanked(series: Any, known: int, order: int) -> Any:
    """Return the series with exact zeros at the exponents that are not known."""
    return arb_series([c if known >> p & 1 else arb(0) for p, c in enumerate(coefficients_of(series, order))])


def _is_exact(kernel: LayeredKernel, order: int, rho: Fraction, constant: Any) -> bool:
    """Tell whether Θ(ρ) = Θ_T(ρ) follows from the degree of φ, or at ρ = 0 from κ_0 = κ̂_0."""
    found = polynomial_of(kernel.activation)
    degree = None if found is None else len(found[0]) - 1
    if degree is not None and degree ** (kernel.layers - 1) <= order and order > 0:
        return True
    shallow = kernel.layers <= 2 and not kernel.variances.gamma_b2
    return rho == 0 and (shallow or bool(constant.is_zero()) or (degree is not None and degree <= order))
