"""The inverse of a distribution function, enclosed: bisection, Newton's steps, and two signs that prove the ball."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from flint import arb, ctx
from numpy.typing import NDArray

from eigenlaw.numerics.precision import working

Function = Callable[[Any], Any]
Floats = NDArray[np.float64]

_DOUBLINGS = 200  # of a bracket that starts at ±2
_WIDENINGS = 8
_BESIDE = 2.0**-40  # of a guess
_NEAR = 2.0**-38  # relative to a guess, which is better than that
_SLOPE_BITS = 64
_FIRST_BITS = 96
_MOST_BITS_MORE = 512
_SPARE_BITS = 10
_FLOAT_STEPS = 1500  # bisection every third step crosses the whole range of float64
_CLOSE = 2.0**-51


def refine(distribution: Function, density: Function, u: Any, guess: float) -> Any | None:
    """Return a ball that holds the point where the distribution function passes the exact u; None if nothing is proved.

    By the theorem of the mean the point lies in N = x − (F(x) − u)/F'(X) if N lies in the interval X about x. The slope
    is wanted to no more bits than x has, so that the last step costs one value of F to the working precision.

    Args:
        distribution: the distribution function F of a ball.
        density: its derivative, not negative.
        u: an exact number.
        guess: the point to about 12 digits, in float64.

    Example:
        >>> refine(lambda x: x * x, lambda x: 2 * x, arb("0.25"), 0.5 + 2.0**-45).contains(arb("0.5"))
        True
    """
    if guess == 0 or not math.isfinite(guess):
        return None
    x, reach, bits, known = arb(guess), abs(arb(guess)) * _NEAR, _FIRST_BITS, 0
    while True:
        here = x + arb(0, reach)
        with working(min(max(_SLOPE_BITS, known), ctx.prec)):
            slope = density(here)
        if not (slope.is_finite() and slope > 0):
            return None
        with working(bits):
            found = x - (distribution(x) - u) / slope
        accuracy = found.rel_accuracy_bits() if found.is_finite() and here.contains(found) else 0
        if accuracy >= ctx.prec - _SPARE_BITS or (bits >= ctx.prec and 0 < accuracy <= known + 4):
            return found
        if not accuracy and (bits > _MOST_BITS_MORE + 8 * ctx.prec or (found.is_finite() and not here.overlaps(found))):
            return None
        if accuracy == 0 or accuracy <= known + 4 or accuracy >= bits - _SPARE_BITS:
            bits = min(2 * bits, ctx.prec + 2 * _SPARE_BITS) if bits < ctx.prec else 2 * bits
        if accuracy:
            x, reach, known = found.mid(), (2 * found.rad()).upper(), accuracy


def invert(distribution: Function, density: Function, u: Any, low: Any, high: Any, guess: float | None = None) -> Any:
    """Return a ball that holds the point where the distribution function passes the exact u, 0 < u < 1.

    Newton's steps on midpoints only propose; what is returned lies between two points at which balls of the
    distribution function are surely below and above u, or the ends of the support. It is wide where no two points
    closer than that can be told from u.

    Args:
        distribution: the distribution function of a ball.
        density: its derivative; steps that it spoils are replaced by bisection.
        u: an exact number.
        low: lower end of the support, it may be −∞.
        high: upper end, it may be ∞.
        guess: where it may be, in float64; a good one saves most of the steps.

    Example:
        >>> from flint import fmpq
        >>> invert(lambda x: x * x, lambda x: 2 * x, fmpq(1, 9), arb(0), arb(1)).contains(arb(1) / 3)
        True
    """
    low, high = _around(distribution, u, low, high, guess)
    low, high = _bracket(distribution, u, low, high)
    x = ((low + high) / 2).mid()
    for _ in range(4 * ctx.prec):
        excess = distribution(x) - u
        undecided = not (excess > 0 or excess < 0)
        if excess > 0:
            high = x
        elif excess < 0:
            low = x
        slope = density(x)
        step = excess / slope if slope > 0 else arb.nan()
        if undecided or (step.is_finite() and abs(step) < abs(x) * arb(2) ** (-ctx.prec // 2)):
            return _enclose(distribution, u, low, high, x, step)
        x = (x - step).mid() if step.is_finite() else arb.nan()
        if not (x > low and x < high):
            x = ((low + high) / 2).mid()
    return low.union(high)


def _enclose(distribution: Function, u: Any, low: Any, high: Any, x: Any, step: Any) -> Any:
    """Return the union of two points around the root near x, within [low, high], that the function tells from u."""
    if step.is_finite():
        x = (x - step.mid()).mid()
        reach = 2 * step.rad() + abs(step.mid()) * arb(2) ** (-ctx.prec // 2)
    else:
        reach = arb(0)
    reach = (reach + (abs(x) + (high - low)) * arb(2) ** (-ctx.prec - 2)).mid()
    left, right = low, high
    for _ in range(2 * ctx.prec):
        near, far = (x - reach).mid(), (x + reach).mid()
        if left is low and near > low and distribution(near) < u:
            left = near
        if right is high and far < high and distribution(far) > u:
            right = far
        if (left is not low or not near > low) and (right is not high or not far < high):
            break
        reach = (reach * _WIDENINGS).mid()
    return left.union(right)


def _around(distribution: Function, u: Any, low: Any, high: Any, guess: float | None) -> tuple[Any, Any]:
    """Return the ends, moved to just beside the guess where the signs there prove it."""
    if guess is None or not math.isfinite(guess):
        return low, high
    reach = arb(abs(guess)) * _BESIDE
    near, far = (arb(guess) - reach).mid(), (arb(guess) + reach).mid()
    if near > low and distribution(near) < u:
        low = near
    if far < high and distribution(far) > u:
        high = far
    return low, high


def _bracket(distribution: Function, u: Any, low: Any, high: Any) -> tuple[Any, Any]:
    """Return finite ends with P(X ≤ low) < u < P(X ≤ high), surely, where such can be found."""
    reach = arb(1)
    for _ in range(_DOUBLINGS):
        if low.is_finite() and high.is_finite():
            break
        reach *= 2
        if not low.is_finite() and distribution(-reach) < u:
            low = -reach
        if not high.is_finite() and distribution(reach) > u:
            high = reach
    return low, high


def invert_floats(
    excess: Callable[[Floats, Floats], Floats], slope: Callable[[Floats], Floats], u: Floats, low: float, high: float
) -> Floats:
    """Return for each u of [0, 1] the least x with excess(x, u) ≥ 0 in float64; the ends for 0 and 1, NaN elsewhere.

    Args:
        excess: increasing in x, such as F(x) − u, for arrays of one shape.
        slope: its derivative in x, used for Newton's steps where they stay in the bracket.
        u: any shape.
        low: lower end, it may be −∞.
        high: upper end, it may be ∞.

    Example:
        >>> invert_floats(lambda x, u: x * x - u, lambda x: 2 * x, np.array([0.0, 0.25, 2.0]), 0.0, 1.0)
        array([0. , 0.5, nan])
    """
    flat = np.asarray(u, np.float64).ravel()
    result = np.where(flat == 0, low, np.where(flat == 1, high, np.nan))
    active = np.flatnonzero((flat > 0) & (flat < 1))
    left, right = _float_bracket(excess, flat[active], low, high)
    done = np.isfinite(left) & (excess(left, flat[active]) >= 0)
    result[active] = np.where(done, left, right)
    active, left, right = active[~done], left[~done], right[~done]
    x = left + (right - left) / 2
    for count in range(_FLOAT_STEPS):
        if not len(active):
            break
        over = excess(x, flat[active])
        left, right = np.where(over >= 0, left, x), np.where(over >= 0, x, right)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            newton = x - over / slope(x)
        inside = (newton >= left) & (newton <= right)
        middle = left + (right - left) / 2
        settled = inside & (np.abs(newton - x) <= _CLOSE * np.abs(x))
        closed = (middle == left) | (middle == right)
        result[active] = np.where(closed & ~settled, right, newton)
        kept = ~(settled | closed)
        x = np.where(inside & (count % 3 != 2), newton, middle)[kept]
        active, left, right = active[kept], left[kept], right[kept]
    return result.reshape(np.shape(u))


def _float_bracket(
    excess: Callable[[Floats, Floats], Floats], u: Floats, low: float, high: float
) -> tuple[Floats, Floats]:
    """Return finite ends of a bracket for each u, as far as float64 reaches."""
    left, right = np.full(u.shape, low), np.full(u.shape, high)
    reach = 1.0
    while reach < 2.0**1000 and (np.isinf(left).any() or np.isinf(right).any()):
        reach *= 2
        ends = np.full(u.shape, reach)
        left[np.isinf(left) & (excess(-ends, u) < 0)] = -reach
        right[np.isinf(right) & (excess(ends, u) >= 0)] = reach
    return left, right
