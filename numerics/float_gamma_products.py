"""The law of a product of independent Gamma variables at many points, in float64.

The same integrals as in ``gamma_products`` with SciPy's log Γ: points are sorted to a few abscissas c next to their
saddle points, and all points of an abscissa share its nodes. The step aims at 2^−50 of M(c) y^{−c}; measured errors are
below 1e-11 of the smaller of P(Y ≤ y) and P(Y > y), for P(Y ≤ y) down to about 1e-30.
"""

import math
from itertools import pairwise
from typing import Any

import numpy as np

from eigenlaw.numerics.gamma_products import GammaProduct
from eigenlaw.numerics.law import Floats
from eigenlaw.numerics.mellin import spaced

_BITS = 50.0
_DECAY = 37.0
_BLOCK = 2_000_000
_GRID = 513
_NEWTON_STEPS = 40
_NEWTON_ENOUGH = 1e-9
_LOWEST = [-1 + 0.5**p for p in range(7, 0, -1)]


def densities(law: GammaProduct, y: Floats) -> Floats:
    """Return the density at many points, 0 for y < 0.

    Example:
        >>> densities(GammaProduct((0,), 1), np.array([-1.0, 2.0])).round(12)
        array([0.        , 0.13533528])
    """
    inside = (y > 0) & np.isfinite(y)
    found = np.zeros(y.shape)
    found[inside] = _integrals(law, np.log(y[inside]), density=True)[0] / y[inside]
    found[y == 0] = float(law.at_zero())
    return np.where(np.isnan(y), y, found)


def chances(law: GammaProduct, y: Floats) -> tuple[Floats, Floats]:
    """Return P(Y ≤ y) and P(Y > y), each to its own relative accuracy.

    Example:
        >>> chances(GammaProduct((0,), 1), np.array([0.0, 2.0]))[1].round(12)
        array([1.        , 0.13533528])
    """
    below, above = (y == np.inf).astype(float), (y <= 0).astype(float)
    inside = (y > 0) & np.isfinite(y)
    value, upper = _integrals(law, np.log(y[inside]), density=False)
    below[inside], above[inside] = np.where(upper, 1 - value, value), np.where(upper, value, 1 - value)
    return np.where(np.isnan(y), y, below), np.where(np.isnan(y), y, above)


def quantiles(law: GammaProduct, u: Floats) -> Floats:
    """Return the quantiles of many u, by Newton's steps for log y on the logarithm of the smaller tail.

    Example:
        >>> quantiles(GammaProduct((0,), 1), np.array([0.0, 0.5, 1.0, 2.0]))
        array([0.        , 0.69314718,        inf,        nan])
    """
    found = np.where(u == 0, 0.0, np.where(u == 1, np.inf, np.nan))
    inside = (u > 0) & (u < 1)
    if not inside.any():
        return found
    target = u[inside]
    grid = _grid(law, float(target.min()), float((1 - target).min()))
    t = np.interp(target, chances(law, np.exp(grid))[0], grid)
    upper = target > 0.5
    goal = np.log(np.where(upper, 1 - target, target))
    for _ in range(_NEWTON_STEPS):
        y = np.exp(t)
        below, above = chances(law, y)
        tail = np.where(upper, above, below)
        step = (np.log(tail) - goal) * tail / (y * densities(law, y))
        t = np.clip(t + np.clip(np.where(upper, step, -step), -1, 1), grid[0], grid[-1])
        if np.max(np.abs(step)) < _NEWTON_ENOUGH:
            break
    found[inside] = np.exp(t)
    return found


def _grid(law: GammaProduct, low: float, high: float) -> Floats:
    """Return points log y from where P(Y ≤ y) < low to where P(Y > y) < high."""
    centre = (law.log_moment(1e-3) - law.log_moment(-1e-3)) / 2e-3
    left = right = 1.0
    while chances(law, np.exp(np.array([centre - left])))[0][0] >= low:
        left *= 2
    while chances(law, np.exp(np.array([centre + right])))[1][0] >= high:
        right *= 2
    return np.linspace(centre - left, centre + right, _GRID)


def _integrals(law: GammaProduct, log_y: Floats, *, density: bool) -> tuple[Floats, Any]:
    """Return y·density, or the smaller tail by its own integral, and where that is the upper one."""
    lines = _abscissas(law, float(log_y.max(initial=-math.inf)))
    saddles = [(law.log_moment(c * (1 + 1e-4)) - law.log_moment(c)) / (c * 1e-4) for c in lines]
    chosen = np.searchsorted(np.array([(a + b) / 2 for a, b in pairwise(saddles)]), log_y)
    value = np.zeros(log_y.shape)
    for group in np.unique(chosen):
        mask = chosen == group
        value[mask] = _line(law, lines[group], log_y[mask], density=density)
    return np.maximum(value, 0.0), np.array(lines)[chosen] > 0


def _abscissas(law: GammaProduct, highest: float) -> list[float]:
    """Return abscissas whose saddle points cover everything up to the highest log y, or to a tail below 1e-300."""
    lines = [*_LOWEST, 0.5]
    while True:
        c = lines[-1]
        saddle = (law.log_moment(c * (1 + 1e-4)) - law.log_moment(c)) / (c * 1e-4)
        if saddle > highest or law.log_moment(c) - c * saddle < -700:
            return lines
        lines.append(1.5 * c)


def _line(law: GammaProduct, c: float, log_y: Floats, *, density: bool) -> Floats:
    """Return (h/2π) Σ_m g(c + imh) y^{−c−imh} with g = M, or M(s)/|s| so that the value is a tail."""
    ends = (-1.0, math.inf) if density else ((0.0, math.inf) if c > 0 else (-1.0, 0.0))
    extremes = (float(log_y.min()), float(log_y.max()))
    h = 2 * math.pi / max(spaced(law.log_moment, c, at, ends, _BITS).log_q for at in extremes)
    top = law.log_moment(c)
    reach = h
    while _size(law, complex(c, reach)) - top > -_DECAY:
        reach *= 1.5
    s = c + 1j * h * np.arange(math.ceil(reach / h) + 1)
    weights = _moments(law, s, top)
    if not density:
        weights = weights / (s if c > 0 else -s)
    weights[0] /= 2
    total = np.empty(log_y.shape)
    step = max(1, _BLOCK // len(s))
    for start in range(0, len(log_y), step):
        part = log_y[start : start + step]
        total[start : start + step] = (np.exp(-1j * np.outer(part, s.imag)) @ weights).real
    return np.asarray(total * np.exp(top - c * log_y) * h / np.pi)


def _moments(law: GammaProduct, s: Any, top: float) -> Any:
    """Return M(s) e^{−top} at complex points."""
    from scipy.special import loggamma

    total = np.zeros(s.shape, np.complex128)
    term = sum((loggamma(1 + v + s) - loggamma(1.0 + v) for v in law.excess), start=np.zeros(s.shape, np.complex128))
    for i in range(1, law.count + 1):
        total += np.exp(term - top)
        term = term + sum(np.log1p(s / (i + v)) for v in law.excess)
    return total / law.count


def _size(law: GammaProduct, s: complex) -> float:
    """Return the logarithm of the largest of the n terms of |M(s)|, which may cancel one another."""
    from scipy.special import loggamma

    shapes = np.add.outer(np.arange(1, law.count + 1), np.array(law.excess))
    return float(np.max(np.sum((loggamma(shapes + s) - loggamma(shapes.astype(float))).real, axis=1)))
