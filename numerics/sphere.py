"""The eigenvalues of an NTK of any depth on the sphere S^d: the route that suits the kernel, with proven radii.

λ_k = E[Θ(T) P_{k,d}(T)], T = x·y of independent uniform points x, y of S^d ⊂ R^{d+1}, for the probability measure, and
Vol(S^d) times that for the surface measure (Murray et al. 2023, Theorem 4.6 and (55); ``theory.sphere``). The routes:

* in closed form (``rectifier_eigenvalues``): piecewise linear φ with a kink at 0 and max(x, 0)^n, 2 layers, γ_b = 0;
* by quadrature in the angle (``sphere_quadrature``): other kernels of these φ, whose power series decay slowly;
* from the power series (``sphere_series``): every other φ.
"""

import math
from dataclasses import replace
from fractions import Fraction
from math import factorial
from typing import Any

from flint import arb

from eigenlaw.numerics.continuation import AnalyticKernel, analytic_kernel
from eigenlaw.numerics.layers import LayeredKernel, layered_kernel
from eigenlaw.numerics.ntk import Coefficients
from eigenlaw.numerics.precision import bits_for, is_accurate, until_accurate, working
from eigenlaw.numerics.recurrences import rational
from eigenlaw.numerics.sphere_quadrature import SphereIntegrals
from eigenlaw.numerics.sphere_series import series_eigenvalues
from eigenlaw.numerics.variances import Variances
from eigenlaw.theory.activations import Activation, activation
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import ZERO
from eigenlaw.theory.sphere import Measure, check_measure
from eigenlaw.theory.structure import piece, polynomial

_GUARD_BITS = 32
_GUARD_DIGITS = 2


def sphere_eigenvalues(
    activation: Activation,
    order: int,
    digits: int,
    variances: Variances,
    *,
    dimension: int = 2,
    layers: int = 2,
    measure: Measure = "probability",
) -> Coefficients:
    """Return λ_0 … λ_order of the NTK Θ^(l) on S^d, each with the multiplicity N(d, k) of ``theory.sphere``.

    Args:
        activation: φ.
        order: the last k, at least 0.
        digits: |radius| <= 10^-digits |value|; zeros are exact.
        variances: the hyper-parameters.
        dimension: d of S^d ⊂ R^{d+1}, at least 1, the circle.
        layers: l, the number of weight layers, at least 1.
        measure: ``probability``, or ``surface`` for the measure of total Vol(S^d).

    Returns:
        The balls; ``method`` says by which route. ``reached`` is False where the digits were not.

    Raises:
        InputError: for an argument out of range, a jump of φ, or φ or φ' not shown to be in L²(γ).

    Example:
        >>> from eigenlaw.numerics.variances import hyper_parameters
        >>> from eigenlaw.theory.activations import activation
        >>> relu = activation("relu")
        >>> found = sphere_eigenvalues(relu, 3, 20, hyper_parameters(relu, digits=20))
        >>> [ball.str(8, radius=False) for ball in found.balls], found.method
        (['0.75000000', '0.16666667', '0.039062500', '0'], 'closed form')
    """
    for name, value, least in (("order", order, 0), ("dimension", dimension, 1)):
        if value < least:
            raise InputError.of(name, value, f"expected an integer of at least {least}")
    check_measure(measure)
    phi, inside = as_rectifier(activation, variances)
    kernel = layered_kernel(phi, inside, layers)
    balls, method = _by_some_route(kernel, order, dimension, digits + _GUARD_DIGITS)
    if measure == "surface":
        with working(bits_for(digits) + max(ball.bits() for ball in balls) + _GUARD_BITS):
            volume = sphere_volume(dimension)
            balls = [ball * volume for ball in balls]
    return Coefficients(balls, kernel.certified, all(is_accurate(ball, digits) for ball in balls), method)


def sphere_volume(dimension: int) -> Any:
    """Return Vol(S^d) = 2π^h/Γ(h), h = (d+1)/2, at the working precision."""
    h = arb(dimension + 1) / 2
    return 2 * arb.pi() ** h / h.gamma()


def multiplicity(k: int, dimension: int) -> int:
    """Return N(d, k), the number of independent spherical harmonics of degree k on S^d.

    Example:
        >>> [multiplicity(k, 2) for k in range(4)], [multiplicity(k, 1) for k in range(3)]
        ([1, 3, 5, 7], [1, 2, 2])
    """
    all_of_degree = math.comb(k + dimension, dimension)
    return all_of_degree - math.comb(k + dimension - 2, dimension) if k + dimension >= 2 else all_of_degree


def as_rectifier(phi: Activation, variances: Variances) -> tuple[Activation, Variances]:
    """Return a typed a x for x < 0, b x for x > 0 as a leaky_relu of the same kernel; anything else as it is.

    b leaky_relu(a/b), or |a| relu if b = 0 by the symmetry of the normal law; the factor goes into σ_w².

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> given = Variances(Fraction(1), Fraction(0), Fraction(1), Fraction(0))
        >>> phi, inside = as_rectifier(activation("max(3*x, x)"), given)
        >>> phi.name, inside.sigma_w2
        ('leaky_relu(1/3)', Fraction(9, 1))
    """
    if phi.family != "expression" or phi.breakpoints != (ZERO,):
        return phi, variances
    slopes = _slopes(phi)
    if slopes is None:
        return phi, variances
    left, right = slopes
    factor, given = (right or left) ** 2, variances.refresh

    def scaled(sigma_w2: Any) -> Any:
        return sigma_w2 * (factor if isinstance(sigma_w2, Fraction) else rational(factor))

    def refresh() -> tuple[Any, Any]:
        assert given is not None
        sigma_w2, sigma_b2 = given()
        return scaled(sigma_w2), sigma_b2

    inside = replace(variances, sigma_w2=scaled(variances.sigma_w2), refresh=refresh if given is not None else None)
    return activation(f"leaky_relu({left / right})" if right else "relu"), inside


def _slopes(phi: Activation) -> tuple[Fraction, Fraction] | None:
    """Return a and b of a x for x < 0, b x for x > 0, or None if φ is no such function."""
    found = [polynomial(piece(phi.tree, side)) for side in (0, 1)]
    if any(coefficients is None or len(coefficients) > 2 or coefficients[0] for coefficients in found):
        return None
    left, right = (Fraction(0) if c is None or len(c) < 2 else c[1] for c in found)
    return left, right


def _by_some_route(kernel: LayeredKernel, order: int, dimension: int, digits: int) -> tuple[list[Any], str]:
    """Return the eigenvalues for the probability measure and how they were found."""
    analytic = analytic_kernel(kernel) if kernel.variances.gamma_w2 else None
    if analytic is not None and not analytic.smooth:
        if kernel.layers == 2 and not kernel.variances.gamma_b2:
            return rectifier_eigenvalues(kernel, order, dimension, digits), "closed form"
        found = quadrature_eigenvalues(analytic, order, dimension, digits)
        if found is not None:
            return found, "quadrature in the angle"
    balls, reached = series_eigenvalues(kernel, order, dimension, digits)
    if not reached and analytic is not None:
        found = quadrature_eigenvalues(analytic, order, dimension, digits)
        if found is not None:
            return found, "quadrature in the angle"
    return balls, "power series"


def quadrature_eigenvalues(kernel: AnalyticKernel, order: int, dimension: int, digits: int) -> list[Any] | None:
    """Return λ_0 … λ_order for the probability measure by quadrature in the angle.

    Args:
        kernel: Θ.
        order: the last k.
        dimension: d.
        digits: of every λ_k that is not proved to vanish, as far as the largest working precision allows.

    Returns:
        The balls, or None where Θ is not shown to be analytic around the angles.
    """
    integrals = SphereIntegrals(kernel, order, dimension)
    first = bits_for(digits) + _GUARD_BITS + 2 * order.bit_length() + multiplicity(order, dimension).bit_length()
    if integrals.panels(-float(first)) is None:
        return None

    def compute(bits: int) -> list[Any]:
        del bits
        return integrals.eigenvalues()

    return list(until_accurate(compute, digits, first, 4 * first + 1024)[0])


def rectifier_eigenvalues(kernel: LayeredKernel, order: int, dimension: int, digits: int) -> list[Any]:
    """Return λ_0 … λ_order for the probability measure in closed form; 2 layers, γ_b = 0, a kink at 0.

    For max(x, 0)^n with r and s those of the arc-cosine kernels R_n and R_{n−1},

        λ_k = σ_w² v^n (r_k + n² ((k+d−1) s_{k+1} + k s_{k−1})/(2k+d−1)) + δ_{k0} σ_b²

    (``theory.sphere``). a x + (1−a) max(x, 0) = ((1+a) x + (1−a) |x|)/2: R and S have no mixed terms, so that this is
    λ_1 of ReLU times (1+a)², and λ_k times (1−a)² for even k.

    Args:
        kernel: of relu, leaky_relu, abs or rectified_monomial.
        order: the last k.
        dimension: d.
        digits: of every λ_k; zeros are exact.
    """
    phi, variances, d = kernel.activation, kernel.variances, dimension
    n = int(phi.parameters[0]) if phi.family == "rectified_monomial" else 1
    a = {"leaky_relu": phi.parameters[:1], "abs": (Fraction(-1),)}.get(phi.family, ())
    odd, even = ((1 + a[0]) ** 2, (1 - a[0]) ** 2) if a else (Fraction(1), Fraction(1))

    def compute(bits: int) -> list[Any]:
        del bits
        upper, lower = _arc_cosine(n, order, d), _arc_cosine(n - 1, order + 1, d)
        scale = variances.sigma_w2_ball() * rational(variances.variance) ** n
        out = [scale * rational(even) * (upper[0] + n**2 * lower[1])]
        for k in range(1, order + 1):
            mean = ((k + d - 1) * lower[k + 1] + k * lower[k - 1]) / (2 * k + d - 1)
            out.append(scale * rational(odd if k % 2 else even) * (upper[k] + n**2 * mean))
        out[0] += variances.sigma_b2_ball()
        return out

    return list(until_accurate(compute, digits, bits_for(digits) + _GUARD_BITS, 8 * bits_for(digits) + 4096)[0])


def _arc_cosine(n: int, order: int, d: int) -> list[Any]:
    """Return n!² 2^{−n−2} Γ(h) Γ(n+h) u_k² for k = 0 … order, u_k = 1/(Γ((n−k)/2+1) Γ((n+k)/2+h)), h = (d+1)/2.

    u_{k+2} = u_k (n−k)/(n+k+2h).
    """
    h = arb(d + 1) / 2
    front = arb(factorial(n)) ** 2 * arb(2) ** (-n - 2) * h.gamma() * (n + h).gamma()
    u = [(arb(n - k) / 2 + 1).rgamma() * (arb(n + k) / 2 + h).rgamma() for k in (0, 1)]
    for k in range(order - 1):
        u.append(u[k] * (n - k) / (n + k + d + 1))
    return [front * value * value for value in u[: order + 1]]
