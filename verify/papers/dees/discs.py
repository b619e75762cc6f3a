"""Integrals over the unit disc of a density under test."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.precision import working
from eigenlaw.verify.judge import WORKING_BITS

_RADII, _ANGLES = 10, 8

Density = Callable[[Any, Any], Any]


@cache
def _nodes(power: int) -> list[tuple[Any, Any, Any]]:
    """Points a, b of the disc and weights: Gauss' rule in t, |z| = t^power, and equal angles."""
    points, weights = np.polynomial.legendre.leggauss(_RADII)
    with working(WORKING_BITS):
        found = []
        for x, w in zip(points, weights, strict=True):
            t = (1 + arb(float(x))) / 2
            radius = t**power
            weight = arb(float(w)) / 2 * radius * power * t ** (power - 1) * 2 * arb.pi() / _ANGLES
            for k in range(_ANGLES):
                angle = arb(fmpq(2 * k + 1, _ANGLES))
                found.append((radius * angle.cos_pi(), radius * angle.sin_pi(), weight))
        return found


def disc_means(density: Density, statistics: Sequence[Density], power: int = 1) -> list[Any]:
    """Return ∫ f(a, b) g(a, b) da db over the unit disc for each statistic f, to some 13 digits.

    Args:
        density: g.
        statistics: polynomials in a, b of degree at most 6, and powers of the modulus.
        power: the variable of the radial rule is |z|^{1/power}; g |z|^{2 − 2/power} should be smooth.

    Example:
        >>> [mean] = disc_means(lambda a, b: 1 / arb.pi(), [lambda a, b: a * a])
        >>> abs(mean - arb("0.25")) < 1e-12
        True
    """
    found = [(a, b, weight * density(a, b)) for a, b, weight in _nodes(power)]
    return [sum((f(a, b) * mass for a, b, mass in found), arb(0)) for f in statistics]
