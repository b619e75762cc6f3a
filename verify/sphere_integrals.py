"""Certified integrals over the sphere: the eigenvalue of a kernel in closed form, with no use of its power series."""

from collections.abc import Callable
from functools import cache
from typing import Any

from flint import acb, arb

from eigenlaw.verify.harmonics import rodrigues_derivative


def sphere_volume(d: int) -> Any:
    """Return the surface of S^d: 2 and 2π for two points and the circle, then 2π/(d−1) times that of S^{d−2}.

    Example:
        >>> sphere_volume(2).overlaps(4 * arb.pi())
        True
    """
    if d < 2:
        return arb(2) if d == 0 else 2 * arb.pi()
    return 2 * arb.pi() / (d - 1) * sphere_volume(d - 2)


@cache
def zonal_coefficients(k: int, d: int) -> tuple[Any, ...]:
    """Return the coefficients of P_{k,d}, the polynomial of degree k that ∫ … (1−t²)^{(d−2)/2} dt makes orthogonal.

    It is the derivative in Rodrigues' formula, scaled to the value 1 at t = 1; exact.

    Example:
        >>> zonal_coefficients(2, 2)
        (-1/2, 0, 3/2)
    """
    q = rodrigues_derivative(k, d)
    return tuple((q / q(1)).coeffs())


def eigenvalue_integral(kernel: Callable[[Any], Any], k: int, d: int) -> Any:
    """Return Vol(S^{d−1}) ∫_0^π Θ(cos θ) P_{k,d}(cos θ) sin^{d−1}θ dθ as a ball at the working precision.

    Args:
        kernel: θ ↦ Θ(cos θ), an analytic function of ``acb`` around [0, π].
        k: the frequency.
        d: the dimension of the sphere.

    Example:
        >>> eigenvalue_integral(lambda theta: theta.cos(), 1, 2).overlaps(4 * arb.pi() / 3)
        True
    """
    coefficients = [arb(c) for c in zonal_coefficients(k, d)]

    def integrand(theta: Any, _: bool) -> Any:
        t, zonal = theta.cos(), acb(0)
        for c in reversed(coefficients):
            zonal = zonal * t + c
        return kernel(theta) * zonal * theta.sin() ** (d - 1)

    return sphere_volume(d - 1) * acb.integral(integrand, acb(0), acb.pi()).real
