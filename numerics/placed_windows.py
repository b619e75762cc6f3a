"""Number variance of windows that an eigenvalue places: it is their left end, or their centre (Palm measure).

``start``: the eigenvalues in (0, L], given one at 0. With p_k(L) the chance of k of them, E(k; L) that of k in an
interval placed anywhere, dE(k; L)/dL = p_{k−1} − p_k, so that d E N²/dL = 2m₁ + 1 and d E N³/dL = 3m₂ + 3m₁ + 1 give
the moments m₁, m₂ of the window. N is ⌈N/2⌉ + ⌊N/2⌋; for the GOE the two are sums of independent Bernoulli numbers,
with the eigenvalues of K_+ and of K_− as chances; for the GUE N is such a sum with both. Their traces are in
``sine_kernel``.

``centre``: the eigenvalues in [−L/2, L/2] other than the one at 0. Both halves are start windows; what they have to do
with each other is the integral of the three-level correlation R₃(−u, 0, v) over a square, by Gauss–Legendre.

The deviation is from L, not from the mean, as in thamm, §3: E (N − L)².
"""

import math
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from flint import arb, ctx

from eigenlaw.numerics.fredholm import choose_rule
from eigenlaw.numerics.law import Quantity
from eigenlaw.numerics.number_variance import (
    AsymptoticNumberVariance,
    GOENumberVariance,
    GUENumberVariance,
    variance_slope,
)
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rules import gauss_legendre, legendre_error
from eigenlaw.numerics.sine_kernel import Parity, powers
from eigenlaw.theory.errors import InputError

Place = Literal["start", "centre"]
LONGEST = 256
_GUARD = 16


def placed_variance(beta: int, length: Any, place: Place, counted: bool) -> Any:
    """Return E (N − L)² for a window of length L that begins at an eigenvalue or has one in its centre, as a ball.

    Args:
        beta: 1 (GOE) or 2 (GUE).
        length: L, a number from 0 to 256.
        place: "start" or "centre".
        counted: whether the eigenvalue that places the window is one of the N.

    Raises:
        InputError: an argument is not one of these.

    Example:
        >>> [placed_variance(1, arb(1), place, True).str(8, radius=False) for place in ("start", "centre")]
        ['0.69601419', '0.41415306']
    """
    if beta not in (1, 2):
        raise InputError.of("beta", beta, "expected 1 (GOE) or 2 (GUE)")
    if place not in ("start", "centre"):
        raise InputError.of("place", place, "expected start or centre")
    window = arb(length)
    if not 0 <= window <= LONGEST:
        raise InputError.of("length", length, f"expected a length from 0 to {LONGEST}")
    if window.is_zero():
        return arb(int(counted))
    with working(ctx.prec + _GUARD + 4 * math.ceil(math.log2(2 + float(window)))):
        first, second = start_moments(beta, window) if place == "start" else _centre_moments(beta, window)
        extra = int(counted)
        return second + 2 * extra * first + extra - 2 * window * (first + extra) + window**2


@dataclass(frozen=True)
class PlacedVariance(Quantity):
    """E (N − L)² of windows that an eigenvalue places, as a function of L from 0 to 256.

    Attributes:
        beta: 1 (GOE) or 2 (GUE).
        place: "start" or "centre".
        counted: whether the eigenvalue that places the window is one of the N.

    Example:
        >>> from flint import fmpq
        >>> PlacedVariance(1, "start", True).value(fmpq(1)).str(8, radius=False)
        '0.69601419'
    """

    beta: int
    place: Place
    counted: bool

    name = "placed number variance"

    def value(self, x: Any) -> Any:
        """Return E (N − L)² at an exact ``fmpq``.

        Raises:
            InputError: the length is not from 0 to 256.
        """
        if not 0 <= x <= LONGEST:
            raise InputError.of("at", x, f"expected a length from 0 to {LONGEST}")
        return placed_variance(self.beta, x, self.place, self.counted)


def number_variance_of(
    beta: int, window: Literal["anywhere"] | Place = "anywhere", *, counted: bool = False, limit: bool = False
) -> Quantity:
    """Return the number variance of windows placed anywhere or by an eigenvalue, or the asymptote of the former.

    Raises:
        InputError: ``counted`` without an eigenvalue that places the window, or ``limit`` with one.

    Example:
        >>> number_variance_of(1, "centre", counted=True)
        PlacedVariance(beta=1, place='centre', counted=True)
    """
    if window == "anywhere":
        if counted:
            raise InputError.of("counted", "true", "no eigenvalue places the window; expected --window start or centre")
        return AsymptoticNumberVariance(beta) if limit else (GOENumberVariance() if beta == 1 else GUENumberVariance())
    if limit:
        raise InputError.of("limit", "true", "the asymptote is that of windows placed anywhere; expected no --window")
    return PlacedVariance(beta, window, counted)


goe_number_variance = partial(number_variance_of, 1)
gue_number_variance = partial(number_variance_of, 2)


def start_moments(beta: int, length: Any) -> tuple[Any, Any]:
    """Return the first two moments of the number of eigenvalues in (0, L], given one at 0."""
    first = (variance_slope(beta, length) + 2 * length - 1) / 2
    return first, (cubic_slope(beta, length) - 3 * first - 1) / 3


def cubic_slope(beta: int, length: Any) -> Any:
    """Return d E N³/dL, N the number of eigenvalues in a stationary interval of length L."""
    if beta == 2:
        even, odd = powers(length, 1), powers(length, -1)
        both = tuple([p + q for p, q in zip(mine, other, strict=True)] for mine, other in zip(even, odd, strict=True))
        return _bernoulli_slopes(both[0], both[1])[1]
    (square, cube), (other_square, other_cube) = (_bernoulli_slopes(*powers(length, sign)) for sign in _signs())
    # N³ = 4(P³ + Q³) − 3(P² − Q²) for P = ⌈N/2⌉, Q = ⌊N/2⌋
    return 4 * (cube + other_cube) - 3 * (square - other_square)


def _signs() -> tuple[Parity, Parity]:
    return 1, -1


def _bernoulli_slopes(traces: list[Any], slopes: list[Any]) -> tuple[Any, Any]:
    """Return the derivatives of E M² and E M³ for a sum M of independent Bernoulli numbers, from Σp, Σp², Σp³."""
    mean, spread = traces[0], traces[0] - traces[1]
    mean_slope, spread_slope = slopes[0], slopes[0] - slopes[1]
    skew_slope = slopes[0] - 3 * slopes[1] + 2 * slopes[2]
    square = spread_slope + 2 * mean * mean_slope
    return square, skew_slope + 3 * (mean_slope * spread + mean * spread_slope) + 3 * mean**2 * mean_slope


def _centre_moments(beta: int, length: Any) -> tuple[Any, Any]:
    half = length / 2
    first, second = start_moments(beta, half)
    return 2 * first, 2 * second + 2 * both_sides(beta, half)


def both_sides(beta: int, half: Any) -> Any:
    """Return ∫_0^h ∫_0^h R₃(−u, 0, v) du dv as a ball.

    On the ellipse |R₃| ≤ 1 + 3·2m² + 8m³ ≤ 15m³, m the largest of 1 and the entries of the 2 × 2 blocks: |s| ≤ e,
    |s'| ≤ πe/2, |∫_0^z s| ≤ |z|e with e = e^{π|Im z|}. Both rules are wrong by h ε at most, ε the error of one.
    """
    size = float(half.upper())

    def log_bound(rho: float) -> float:
        wide, high = size / 2 * (rho + 1 / rho) / 2, size / 2 * (rho - 1 / rho) / 2
        return math.log(15) + 3 * (math.pi * high + math.log(2 + 1.5 * size + wide)) + 1e-9 * (high + 1)

    rho, count = choose_rule(log_bound, -(ctx.prec + 8) * math.log(2), size / 2)
    nodes = [(half / 2 * (1 + node), half / 2 * weight) for node, weight in gauss_legendre(count)]
    blocks = [_block(u) for u, _ in nodes]
    total = arb(0)
    for i, (u, p) in enumerate(nodes):
        for j in range(i + 1):
            v, q = nodes[j]
            total += (1 if i == j else 2) * p * q * _three_levels(beta, blocks[i], blocks[j], _block(u + v))
    error = 2 * half * legendre_error(arb(log_bound(rho)), half / 2, rho, count)
    return total + arb(0, error.upper())


def _block(r: Any) -> tuple[Any, Any, Any]:
    """Return s(r), s'(r) and −∫_r^∞ s for r > 0."""
    turn = arb.pi() * r
    sine, cosine = turn.sin_cos()
    s = sine / turn
    return s, (cosine - s) / r, turn.si() / arb.pi() - arb(1) / 2


def _three_levels(beta: int, one: Any, two: Any, outer: Any) -> Any:
    """Return R₃ at three points with gaps u and v: 1 − ΣY₂ + Y₃, from the blocks at u, v and u + v.

    For the GOE Y₃ is the trace of σ(−u) σ(−v) σ(u + v), σ = [[s, s'], [J, s]] with s even, s' and J odd.
    """
    if beta == 2:
        return 1 - one[0] ** 2 - two[0] ** 2 - outer[0] ** 2 + 2 * one[0] * two[0] * outer[0]
    (a, b, c), (d, e, f), (g, h, k) = one, two, outer
    pairs = a * a - b * c + d * d - e * f + g * g - h * k
    corner, right, lower, last = a * d + b * f, -(a * e + b * d), -(c * d + a * f), c * e + a * d
    return 1 - pairs + corner * g + right * k + lower * h + last * g
