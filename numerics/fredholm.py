"""Fredholm determinants by Gauss–Legendre quadrature (Bornemann 2010), with a proven error where the kernel is a Gram.

Let K(x, y) = ⟨f_x, g_y⟩ in a Hilbert space, ‖f_x‖², ‖g_x‖² ≤ β(x), both analytic in x. By the Cauchy–Schwarz inequality
in the exterior power and Hadamard's, |det K(x_i, x_j)| ≤ Π β(x_i), also where one of the points leaves the interval. So
Fredholm's series and the determinant det(δ_ij − w_j K(x_i, x_j)), which is the same series with sums for integrals,
differ at most by

    Σ_n n X^{n−1} ε M/n! = e^X ε M,

X ≥ ∫β and Σ w_j β(x_j), M ≥ β on the ellipse of Bernstein parameter ρ, ε M the error of one rule (``rules``). A kernel
of which nothing is proved still has an estimate, from two numbers of nodes.
"""

import math
from collections.abc import Callable
from typing import Any

from flint import arb, arb_mat, ctx

from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rules import LEGENDRE, gauss_legendre, legendre_error

RATIOS = tuple(1 + 0.05 * 1.25**k for k in range(32))
_GUARD = 30
_MOST_NODES = 640


def choose_rule(log_bound: Callable[[float], float], log_tolerance: float, half: float = 1.0) -> tuple[float, int]:
    """Return the ρ of RATIOS that needs the fewest nodes, and their number, even and at least 2.

    Args:
        log_bound: logarithm of e^X M as a function of ρ; infinite where nothing is proved.
        log_tolerance: logarithm of the error wanted.
        half: half the length of the interval.
    """
    best = (RATIOS[0], 1 << 30)
    for rho in RATIOS:
        log_front = log_bound(rho)
        if math.isfinite(log_front):
            excess = log_front - log_tolerance + math.log(LEGENDRE * half / (1 - rho**-2))
            count = max(2, 2 * math.ceil(excess / (4 * math.log(rho))))
            best = min(best, (rho, count), key=lambda pair: pair[1])
    return best


def gram_radius(total: Any, log_peak: Any, half: Any, rho: float, count: int) -> Any:
    """Return e^X ε M, the largest distance of Fredholm determinant and matrix determinant, as an upper bound.

    Args:
        total: X, a ball.
        log_peak: log M, a ball.
        half: half the length of the interval.
        rho: Bernstein parameter ρ > 1 of the ellipse on which M is a bound.
        count: number of nodes.
    """
    return legendre_error(total + log_peak, half, rho, count).upper()


def nystrom_determinant(kernel: Callable[[Any, Any], Any], left: Any, right: Any, count: int) -> Any:
    """Return det(δ_ij − w_j K(x_i, x_j)) over so many Gauss–Legendre nodes, a ball that knows its rounding only.

    Example:
        >>> nystrom_determinant(lambda x, y: x * y, arb(0), arb(1), 3).str(10, radius=False)  # 1 − ∫x²
        '0.6666666667'
    """
    middle, half = (left + right) / 2, (right - left) / 2
    rule = [(middle + half * node, half * weight) for node, weight in gauss_legendre(count)]
    rows = [[int(i == j) - w * kernel(x, y) for j, (y, w) in enumerate(rule)] for i, (x, _) in enumerate(rule)]
    return arb_mat(rows).det()


def determinant_estimate(kernel: Callable[[Any, Any], Any], left: Any, right: Any, digits: int) -> tuple[Any, bool]:
    """Return det(I − K) on [left, right] for a smooth kernel, an estimate, and whether it has the digits.

    The number of nodes doubles until two determinants differ by less than the digits ask for; the radius is that
    difference, which is the error of the coarser one, and nothing is proved of it.

    Args:
        kernel: takes and returns ``flint.arb``; smooth, also on the diagonal.
        left: left end, finite.
        right: right end, finite.
        digits: relative digits, at least 1.

    Example:
        >>> value, reached = determinant_estimate(lambda x, y: (x * y).exp() / 4, 0, 1, 15)
        >>> value.str(12, radius=False), reached
        ('0.643623104472', True)
    """
    with working(ctx.prec + _GUARD + math.ceil(3.33 * digits)):
        count, before = 20, nystrom_determinant(kernel, arb(left), arb(right), 10)
        while True:
            after = nystrom_determinant(kernel, arb(left), arb(right), count)
            distance = abs(after - before).upper()
            reached = bool(distance < abs(after) * arb(10) ** (-digits - 1))
            if reached or count >= _MOST_NODES:
                return after + arb(0, distance), reached
            count, before = 2 * count, after
