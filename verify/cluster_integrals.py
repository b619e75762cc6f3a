"""The number variance of the GOE by integrating its two-level cluster function, with a proven error."""

import math
from typing import Any

from flint import arb

from eigenlaw.verify.law_integrals import entire_integral


def variance_by_integration(length: Any) -> Any:
    """Return L − 2 ∫_0^L (L − r) Y₂(r) dr, Y₂ = s² + s' ∫_r^∞ s with s = sin(πr)/(πr), as a ball.

    On the ellipses |s| ≤ e^{π|y|}, |s'| ≤ π e^{π|y|} and |∫_0^z s| ≤ |z| e^{π|y|} with |y| ≤ 15/8.

    Args:
        length: L, an exact positive rational.

    Source: Mehta, Random Matrices, 3rd ed., chapters 7 and 16.

    Example:
        >>> from flint import fmpq
        >>> variance_by_integration(fmpq(1)).str(10, radius=False)
        '0.4463336243'
    """
    pi, window = arb.pi(), arb(length)
    panels = math.ceil(float(window) / 2)
    step = window / (2 * panels)  # at most 1, so that the ellipses shrink

    def integrand(u: Any) -> Any:
        r = step * u
        sine, cosine = (pi * r).sin_cos()
        s = sine / (pi * r)
        tail = arb(1) / 2 - (pi * r).si() / pi
        return step * (window - r) * (s**2 + (cosine - s) / r * tail)

    def log_bound(middle: Any) -> Any:
        reach = middle + 4
        return 2 * pi * 15 / 8 + (window + reach).log() + (1 + pi * (1 + reach)).log()

    return window - 2 * entire_integral(integrand, 0, 2 * panels, log_bound)
