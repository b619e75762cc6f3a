"""The Tracy–Widom laws of the largest eigenvalue, β = 1 and 2, from Fredholm determinants with proven errors."""

import math
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any, ClassVar

import numpy as np
from flint import arb
from scipy.special import airy

from eigenlaw.numerics.airy_kernel import LEAST, MOST, determinant, determinants, log_trace_norm
from eigenlaw.numerics.invert import invert_floats
from eigenlaw.numerics.law import Floats, What
from eigenlaw.numerics.smooth_law import Panels, SmoothLaw
from eigenlaw.theory.errors import InputError

_REACH = (-8.0, 8.0)
_SERVED = (-12, 40)
_DEGREE = 15
_FLOAT_NODES = 64
_MOMENT_NODES = 112
_ROUNDING = 2e-14


class TracyWidom(SmoothLaw):
    """The law of the largest eigenvalue at a soft edge, F_1 = det(I − B_s) or F_2 = det(I − B_s) det(I + B_s).

    Attributes:
        beta: 1 or 2.
        estimated: the questions whose answers are estimates; all others are proved.

    Source: Tracy and Widom (1994, 1996); the determinants, Ferrari and Spohn (2005); the numbers, Bornemann (2010).

    Example:
        >>> TracyWidom(2).distribution(arb(-2)).str(10, radius=False)
        '0.4132241425'
    """

    name = "tracy-widom"
    estimated: ClassVar[tuple[What, ...]] = ("moment",)

    def __init__(self, beta: int) -> None:
        """Take β.

        Raises:
            InputError: β is neither 1 nor 2.
        """
        if beta not in (1, 2):
            raise InputError.of("beta", beta, "expected 1 or 2")
        self.beta = beta

    def support(self) -> tuple[Any, Any]:
        """Return −∞ and ∞."""
        return arb(-math.inf), arb(math.inf)

    def density(self, x: Any) -> Any:
        """Return F'(x), −40 ≤ x ≤ 400; not finite elsewhere."""
        even, odd = (determinants(x)[sign] for sign in (1, -1)) if self.beta == 2 else (determinants(x)[1], (1, 0))
        return even[1] * odd[0] + even[0] * odd[1]

    def distribution(self, x: Any) -> Any:
        """Return F(x); below −40 and above 400 no more than that F(x) ≤ F(−40) or F(x) ≥ F(400)."""
        if x < LEAST:
            return arb(0).union(self.distribution(arb(LEAST)).upper())
        if x > MOST:
            return arb(1).union(1 - self._right(arb(MOST)))
        even = determinant(x, 1)
        return even * determinant(x, -1) if self.beta == 2 else even

    def density_at(self, x: Any) -> Any:
        """Return F'(x) at an exact ``fmpq`` from −12 to 40."""
        return self.density(_served(x))

    def distribution_at(self, x: Any) -> Any:
        """Return F(x) at an exact ``fmpq`` from −12 to 40."""
        return self.distribution(_served(x))

    def densities(self, x: Floats) -> Floats:
        """Return F'(x) in float64; 0 below −12 and above 40, where it is less than 1e-34."""
        return _with_tails(super().densities, x, 0.0, 0.0)

    def distributions(self, x: Floats) -> Floats:
        """Return F(x) in float64; 0 below −12 and 1 above 40."""
        return _with_tails(super().distributions, x, 0.0, 1.0)

    def survivals(self, x: Floats) -> Floats:
        """Return 1 − F(x) in float64; 1 below −12 and 0 above 40."""
        return _with_tails(super().survivals, x, 1.0, 0.0)

    def nearby_quantile(self, u: Any) -> float | None:
        """Return the quantile of an exact ``fmpq`` in float64, by Newton's steps without the tables."""

        def part(index: int, x: Floats) -> Floats:
            return np.array([_float_values(float(s))[self.beta - 1][index] for s in x])

        return float(
            invert_floats(lambda x, v: part(1, x) - v, partial(part, 0), np.array([float(arb(u))]), *_REACH)[0]
        )

    def reach(self) -> tuple[float, float]:
        """Return −8 and 8."""
        return _REACH

    def tabled_densities(self, x: Floats) -> Floats:
        """Return the density, to about 13 digits after the point."""
        return np.maximum(_tables(self.beta)[0](x), 0.0)

    def tabled_distributions(self, x: Floats) -> Floats:
        """Return F(x), to about 14 digits after the point."""
        return np.clip(_tables(self.beta)[1](x), 0.0, 1.0)

    def moment(self, n: int) -> Any:
        """Return E Xⁿ = n∫_0^∞ x^{n−1}(1 − F) dx − n∫_{−∞}^0 x^{n−1}F dx, an estimate of about 13 digits.

        The integrals are Gauss–Legendre sums of float64 determinants; the radius is what a quarter of the nodes
        changes, and what rounding may do. Nothing is proved of it.
        """
        if n == 0:
            return arb(1)
        fine, coarse = (_float_moment(self.beta, n, count) for count in (_MOMENT_NODES, 3 * _MOMENT_NODES // 4))
        return arb(fine, abs(fine - coarse) + _ROUNDING * (n + abs(fine)))

    def _right(self, x: Any) -> Any:
        """Return a bound of 1 − F(x), from |1 − det(I ∓ B)| ≤ t e^{1+t} and |det| ≤ e^t, t the trace norm."""
        norm = log_trace_norm(x, arb(0)).exp()
        single = norm * (1 + norm).exp()
        return single * (1 + norm.exp()) if self.beta == 2 else single


def _served(x: Any) -> Any:
    """Return an exact ``fmpq`` as a ball.

    Raises:
        InputError: it is so far out that its digits would take minutes.
    """
    if not _SERVED[0] <= x <= _SERVED[1]:
        tails = "below it F is less than 1e-35, above it 1 − F is less than 1e-70"
        raise InputError.of("at", x, f"expected a point from −12 to 40; {tails}")
    return arb(x)


def _with_tails(values: Callable[[Floats], Floats], x: Floats, below: float, above: float) -> Floats:
    """Return the values at many points, and a constant on either side of what is served."""
    points = np.asarray(x, np.float64)
    low, high = points < _SERVED[0], points > _SERVED[1]
    return np.where(low, below, np.where(high, above, values(np.where(low | high, 0.0, points))))


@lru_cache(maxsize=2)
def _tables(beta: int) -> tuple[Panels, Panels]:
    """Return tables of the density and of F on (−8, 8), from float64 determinants."""
    edges = [float(edge) for edge in np.arange(_REACH[0], _REACH[1] + 1)]

    def fit(index: int) -> Panels:
        return Panels.fit(lambda x: np.array([_float_values(float(s))[beta - 1][index] for s in x]), edges, _DEGREE)

    return fit(0), fit(1)


@lru_cache(maxsize=64)
def _float_moment(beta: int, n: int, count: int) -> float:
    """Return E Xⁿ by so many nodes on each side of 0."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    total, least = 0.0, 4 * -(-n // 4)  # so that four moments share their nodes
    for end in (-12.0 - least, 14.0 + 2 * least):
        for node, weight in zip(nodes, weights, strict=True):
            x = end / 2 * (1 + node)
            height = _float_values(x)[beta - 1][1]
            total += end / 2 * weight * n * x ** (n - 1) * (1 - height if end > 0 else height)
    return float(total)


@lru_cache(maxsize=1)
def _float_rule() -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(_FLOAT_NODES)
    return nodes, weights


@lru_cache(maxsize=2048)
def _float_values(s: float) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return density and distribution function in float64, for β = 1 and for β = 2."""
    nodes, weights = _float_rule()
    half = max(16 - s, 12.0) / 2
    x, root = half * (1 + nodes), np.sqrt(half * weights)
    value, slope = np.empty((len(x), len(x))), np.empty((len(x), len(x)))
    lower = np.tril_indices(len(x))
    value[lower], slope[lower], _, _ = airy(x[lower[0]] + x[lower[1]] + s)
    value, slope = np.tril(value), np.tril(slope)
    value, slope = value + np.tril(value, -1).T, slope + np.tril(slope, -1).T
    matrix, moved, unit = root[:, None] * root * value, root[:, None] * root * slope, np.eye(len(x))
    heights = [float(np.linalg.det(unit - sign * matrix)) for sign in (1, -1)]
    slopes = [-sign * float(np.trace(np.linalg.solve(unit - sign * matrix, moved))) for sign in (1, -1)]
    both = heights[0] * heights[1]
    return (heights[0] * slopes[0], heights[0]), (both * (slopes[0] + slopes[1]), both)
