"""What a law has beyond a square-root edge, in float64 and to its last digits."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


def sine_mass(angle: Floats, weight: Callable[[Floats], Floats | float]) -> Floats:
    """Return ∫ sin²t · weight(sin²(t/2)) dt over [0, angle] by Gauss' rule, without the cancellation of a closed form.

    Args:
        angle: numbers from 0 to about 1.5, any shape.
        weight: positive and smooth on the scale of each angle.

    Example:
        >>> bool(np.isclose(sine_mass(np.array([0.5]), lambda _: 1)[0], 0.25 - np.sin(1) / 4, rtol=1e-14))
        True
    """
    half = np.asarray(angle)[..., None] / 2
    points = half * (_NODES + 1)
    return np.asarray(np.sum(np.sin(points) ** 2 * weight(np.sin(points / 2) ** 2) * _WEIGHTS * half, axis=-1))
