"""Gauss–Legendre panels with a proven error, for functions bounded on a Bernstein ellipse.

Where f is analytic with |f| ≤ M on the closed ellipse with foci at the ends of a panel of half-length ℓ and half-axes
ℓ(ρ ± 1/ρ)/2, its Chebyshev coefficients are at most 2Mρ^{−j}; n nodes integrate degrees up to 2n − 1 exactly, odd ones
cancel, and |∫T_j| + |Q(T_j)| ≤ 2 + 2/(4n² − 1). So |error| ≤ ℓ (64/15) M ρ^{−2n}/(1 − ρ^{−2}) for n ≥ 2.
"""

import math
from functools import lru_cache
from typing import Any

from flint import arb, ctx

LEGENDRE = 64 / 15


@lru_cache(maxsize=128)
def _legendre(count: int, bits: int) -> tuple[tuple[Any, Any], ...]:
    return tuple(arb.legendre_p_root(count, k, True) for k in range((count + 1) // 2))


def gauss_legendre(count: int) -> list[tuple[Any, Any]]:
    """Return the n nodes and weights of (−1, 1) as balls at the working precision.

    Example:
        >>> [(node.str(5), weight.str(5)) for node, weight in gauss_legendre(1)]
        [('0', '2.0000')]
    """
    half = _legendre(count, ctx.prec)
    return [*half, *((-node, weight) for node, weight in half[: count // 2])]


def legendre_count(log_bound: float, log_tolerance: float, half: float, rho: float) -> int:
    """Return the least n ≥ 2 with an error of at most e^{log_tolerance}, to float accuracy."""
    excess = log_bound - log_tolerance + math.log(LEGENDRE * half / (1 - rho**-2))
    return max(2, math.ceil(excess / (2 * math.log(rho))))


def legendre_error(log_bound: Any, half: Any, rho: float, count: int) -> Any:
    """Return ℓ (64/15) M ρ^{−2n}/(1 − ρ^{−2}) as a ball, M = e^{log_bound}."""
    ratio = arb(rho) ** -2
    return half * 64 / 15 * log_bound.exp() * ratio**count / (1 - ratio)
