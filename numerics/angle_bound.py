"""How large Θ(cos θ) is on an ellipse around a panel of angles: a proven bound from the boundary alone.

Θ is real at real angles, so the upper half of the boundary is enough; it is cut into arcs, and these are enclosed in
boxes. All functions below are entire, or roots and arcsines of entire ones, on a convex region D around the panel.

* If an entire h, real at real angles, avoids (−∞, 0] on ∂D, its argument does not wind around ∂D, so that h has no zero
  in D, is positive on its real part, and √h is analytic in D with the principal value there and on ∂D.
* If y avoids the cuts (−∞, −1] and [1, ∞) on ∂D, then 1 − y² avoids (−∞, 0] there: arcsin y and 1/√(1−y²) are analytic
  in D with their principal values on ∂D.

For a smooth activation it follows that a finite Θ on every box of ∂D proves that Θ is analytic in D, and the maximum
principle that |Θ| is largest on ∂D. With a kink it follows in the same way for one layer that θ' is analytic in D. What
it takes in D lies in every convex set that contains what it takes on ∂D (the maximum principle for Re e^{iα} θ'): in an
ellipse D' around the images of the boxes. Then the next layer is done on D', and

    max |Θ^(j+1)| ≤ σ_w² (q^{n−1} max |S_1| max |Θ^(j)| + q^n max |R_1|) + σ_b².
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flint import acb, arb

from eigenlaw.numerics.continuation import AnalyticKernel, Step
from eigenlaw.numerics.precision import working

_BITS = 64
_FIRST_ARCS = 8
_MOST_ARCS = 8 << 5
_ROOMS = (1.005, 1.01, 1.02, 1.05, 1.1, 1.2)
"""What an ellipse around boxes may be wider than they are; the smallest ellipse is taken."""
_ROUNDING = 2.0**-30
_WIDEST = 0.15
_WIDEST_IN_ALL = 0.4
"""Images of arcs are at most so wide, next to the height of the ellipse, in one layer and in all layers together."""


@dataclass(frozen=True)
class Ellipse:
    """A closed ellipse with a horizontal axis on the real line.

    Attributes:
        middle: its centre.
        width: half-axis along the real line.
        height: half-axis across.
    """

    middle: float
    width: float
    height: float

    def arc(self, index: int, count: int) -> Any:
        """Return a box that contains one of ``count`` arcs of the upper half."""
        half = arb.pi() / (2 * count)
        sine, cosine = ((2 * index + 1) * half + arb(0, half.upper())).sin_cos()
        return acb(self.middle + self.width * cosine, self.height * sine)

    def contains(self, box: Any) -> bool:
        """Tell whether a box surely lies inside."""
        x, y = abs(box.real - self.middle).upper() / self.width, abs(box.imag).upper() / self.height
        return bool(x * x + y * y < 1)


def ellipse_around(boxes: list[Any]) -> Ellipse | None:
    """Return an ellipse around boxes and their mirror images, or None if none is found."""
    left, right = min(float(box.real.lower()) for box in boxes), max(float(box.real.upper()) for box in boxes)
    middle, half = (left + right) / 2, (right - left) / 2
    places = [(float(abs(box.real - middle).upper()) / half, float(abs(box.imag).upper())) for box in boxes]
    heights = {room: max(y / math.sqrt(1 - (x / room) ** 2) for x, y in places) for room in _ROOMS}
    room = min(heights, key=lambda room: room * heights[room])
    found = Ellipse(middle, half * room, heights[room] * (1 + _ROUNDING))
    return found if all(found.contains(box) for box in boxes) else None


class AngleBound:
    """Upper bounds of |Θ(cos θ)| for one kernel; what is known of an ellipse is remembered."""

    def __init__(self, kernel: AnalyticKernel) -> None:
        self._kernel = kernel
        self._known: dict[Ellipse, Any] = {}
        self._steps_known: dict[tuple[Ellipse, int | None], list[Step] | None] = {}

    def on(self, ellipse: Ellipse) -> Any:
        """Return an upper bound of |Θ(cos θ)| on an ellipse, or None if Θ is not shown to be analytic there."""
        if ellipse not in self._known:
            with working(_BITS):
                self._known[ellipse] = self._smooth(ellipse) if self._kernel.smooth else self._kinked(ellipse)
        return self._known[ellipse]

    def _smooth(self, ellipse: Ellipse) -> Any:
        values = _along(ellipse, self._kernel.at_angle)
        return None if values is None else max(value.abs_upper() for value in values)

    def _kinked(self, ellipse: Ellipse) -> Any:
        gamma_w2, gamma_b2, sigma_w2, sigma_b2, *scales = self._kernel.constants()
        power, shares = self._kernel.power, _merged(self._kernel.shares())
        total = gamma_w2 * arb(ellipse.height).cosh() + gamma_b2
        region: Ellipse | None = ellipse
        if self._kernel.biased:
            images = _along(ellipse, self._kernel.first_on_box)
            region = None if images is None else ellipse_around(images)
        for q, (key, share) in zip(scales, [*shares, (None, None)], strict=True):
            steps = None if region is None else self._steps(region, key, share)
            if steps is None or region is None:
                return None
            value, slope = max(s.value.abs_upper() for s in steps), max(s.slope.abs_upper() for s in steps)
            total = sigma_w2 * q**power * (total * slope / q + value) + sigma_b2
            if share is not None and not all(region.contains(step.image) for step in steps):
                region = ellipse_around([step.image for step in steps])
        return total.upper()

    def _steps(self, region: Ellipse, key: int | None, share: Any) -> list[Step] | None:
        """Return the layer on every arc; without a share only R_1 and S_1, which those with one have as well."""
        for known in (key,) if key is not None else (0, None):
            if self._steps_known.get((region, known)) is not None:
                return self._steps_known[region, known]
        if (region, key) not in self._steps_known:
            self._steps_known[region, key] = _steps_along(self._kernel, region, share)
        return self._steps_known[region, key]


def _merged(shares: list[Any]) -> list[tuple[int, Any]]:
    """Return the shares with a number each; shares that are equal up to rounding as one ball with one number."""
    if not shares:
        return []
    union = shares[0]
    for share in shares[1:]:
        union = union.union(share)
    return [(0, union)] * len(shares) if union.rad() < _ROUNDING * union.mid() else list(enumerate(shares))


def _steps_along(kernel: AnalyticKernel, region: Ellipse, share: Any) -> list[Step] | None:
    widest = min(_WIDEST, _WIDEST_IN_ALL / kernel.kernel.layers) * region.height

    def look(box: Any) -> Any:
        step = kernel.step_on_box(box, share)
        narrow = step.image.real.rad() < widest and step.image.imag.rad() < widest
        return step if narrow else None

    return _along(region, look)


def _along(ellipse: Ellipse, look: Callable[[Any], Any]) -> list[Any] | None:
    """Return what is found on the arcs of the upper half, halved where it is not finite; None if that fails."""
    pending, out = [(index, _FIRST_ARCS) for index in range(_FIRST_ARCS)], []
    while pending:
        index, count = pending.pop()
        found = look(ellipse.arc(index, count))
        if found is not None and (isinstance(found, Step) or found.is_finite()):
            out.append(found)
        elif count == _MOST_ARCS:
            return None
        else:
            pending += [(2 * index, 2 * count), (2 * index + 1, 2 * count)]
    return out
