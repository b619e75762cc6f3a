"""Exact moments of one component of a unit vector of uniform direction, from those of Gaussian numbers alone."""

import math
from typing import Any

from flint import fmpq, fmpq_poly


def square_norm_moment(dimension: int, order: int) -> Any:
    """Return E (g_1² + … + g_m²)^j for standard Gaussian g: the multinomial sum, by powers of one generating function.

    Example:
        >>> [square_norm_moment(2, j) for j in range(4)]  # an exponential of mean 2
        [1, 2, 8, 48]
    """
    single = fmpq_poly([fmpq(_gaussian(a), math.factorial(a)) for a in range(order + 1)])
    power = fmpq_poly([1])
    for bit in bin(dimension)[2:]:
        power = _cut(power * power, order)
        if bit == "1":
            power = _cut(power * single, order)
    return power[order] * math.factorial(order)


def component_moment(dimension: int, order: int) -> Any:
    """Return E v^{2j} for one component v of a uniform unit vector of R^m: g = |g|v with |g| and v independent.

    Example:
        >>> component_moment(3, 1), component_moment(3, 2)
        (1/3, 1/5)
    """
    return fmpq(_gaussian(order)) / square_norm_moment(dimension, order)


def _gaussian(order: int) -> int:
    """E g^{2j}."""
    return math.prod(range(1, 2 * order, 2))


def _cut(polynomial: Any, order: int) -> Any:
    return fmpq_poly(polynomial.coeffs()[: order + 1])
