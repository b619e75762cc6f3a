"""Unfolding of singular values to mean spacing one, and the statistics that are universal after it.

Edge rule, for both ways of unfolding: the mean density is estimated from all levels, but the first `half_width` and
the last `half_width` levels of the stretch are then left out, since (4) has no width for them.
"""

import math
from typing import Literal

import numpy as np
import scipy.special

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.bulk_fit import Floats, ModifiedFit, distance

Placement = Literal["levels", "even"]

BLOCK = 2**18
"""Terms of the sum of (5) that are computed at a time."""


def unfold_by_fit(values: Floats, rows: int, fit: ModifiedFit, half_width: int) -> Floats:
    """Return ξ = m F(ν) with the fitted law, for the levels below its upper edge, less half_width at both ends.

    Args:
        values: singular values in rising order.
        rows: n.
        fit: the modified law.
        half_width: a, the number of levels that are dropped at either end.
    """
    inside = values[values < fit.high]
    return fit.counting(inside, rows, len(values))[half_width : len(inside) - half_width]


def broadening_widths(values: Floats, half_width: int) -> Floats:
    """Return σ_k = (ν_{k+a} − ν_{k−a})/2 of (4).

    Where an index leaves 1…m it stops there, and σ_k is scaled up to the 2a spacings that it should span.

    Raises:
        InputError: several equal singular values leave no width.
    """
    index = np.arange(len(values))
    low, high = np.maximum(index - half_width, 0), np.minimum(index + half_width, len(values) - 1)
    widths = half_width * (values[high] - values[low]) / (high - low)
    if not widths.min() > 0:
        raise InputError.of("half_width", half_width, "as many singular values are equal: expected a wider window")
    return np.asarray(widths)


def unfold_by_broadening(values: Floats, half_width: int) -> Floats:
    """Return ξ_i = F(ν_i) with (4) and (5), for the levels a+1…m−a.

    Args:
        values: singular values in rising order, more than 2a of them.
        half_width: a; the window of (4) is 2a.

    Example:
        >>> np.diff(unfold_by_broadening(np.arange(1.0, 100.0), 5))[40:42].round(9).tolist()
        [1.0, 1.0]
    """
    widths = broadening_widths(values, half_width)
    points = values[half_width : len(values) - half_width]
    step = max(1, BLOCK // len(values))
    parts = []
    for start in range(0, len(points), step):
        scaled = (points[start : start + step, None] - values) / widths
        parts.append(scipy.special.ndtr(scaled).sum(axis=1))
    return np.concatenate(parts)


def wigner_distance(unfolded: Floats) -> float:
    """Return the Kolmogorov–Smirnov distance of the spacings from (1), with distribution function 1 − e^(−πs²/4)."""
    spacings = np.sort(np.diff(unfolded))
    return distance(spacings, -np.expm1(-math.pi / 4 * spacings**2))


def number_variance(unfolded: Floats, lengths: tuple[float, ...], placement: Placement = "levels") -> Floats:
    """Return the mean of (N(l) − l)² over windows of length l that lie within the levels; NaN if none does.

    Args:
        unfolded: levels in rising order, of mean spacing one.
        lengths: l, each above 0.
        placement: windows centred at each level, as section 3 of the paper has it (the level itself is counted), or
            spread evenly, a quarter of a spacing apart.

    Example:
        >>> number_variance(np.arange(100.0), (1.0, 2.5), "even").round(2).tolist()
        [0.0, 0.25]
    """
    result = []
    first, last = unfolded[0], unfolded[-1]
    for length in lengths:
        if placement == "levels":
            starts = unfolded[(unfolded - length / 2 >= first) & (unfolded + length / 2 <= last)] - length / 2
        else:
            starts = np.arange(first, last - length, 0.25)
        counts = np.searchsorted(unfolded, starts + length, "right") - np.searchsorted(unfolded, starts, "right")
        result.append(float(((counts - length) ** 2).mean()) if len(counts) else math.nan)
    return np.array(result)
