"""Where a tree is analytic and how large it is off the real axis: certified, box by box.

The half-plane Im z ≥ 0 is cut into dyadic squares. A square on which the ball evaluator stays finite is one on which
the function is analytic and bounded by the value found; real functions need no other half.
"""

import math
from collections.abc import Iterator
from typing import Any

from flint import acb, arb

from eigenlaw.numerics.activation import acb_value
from eigenlaw.numerics.precision import working
from eigenlaw.theory.expression import Node

_BITS = 53
_REFINEMENTS = 3
_SLACK = 1e-9

Square = tuple[int, int, int]


class Sheet:
    """The size of z ↦ f(sz) on dyadic squares, for one smooth tree f; remembered from one question to the next."""

    def __init__(self, tree: Node, scale: Any) -> None:
        self.tree = tree
        self.scale = scale
        self._known: dict[Square, Any] = {}

    def _log_size(self, square: Square) -> Any:
        """Return an upper bound of log|f(sz)| on the square, or None if f is not shown to be analytic there."""
        if square not in self._known:
            level, i, j = square
            side = arb(2) ** -level
            with working(_BITS):
                middle = acb((i + arb(1) / 2) * side, (j + arb(1) / 2) * side)
                box = middle + acb(arb(0, side / 2), arb(0, side / 2))
                value = acb_value(self.tree, box * self.scale)
                size = value.abs_upper() if value.is_finite() else None
                tiny = arb(2) ** -10000
                self._known[square] = None if size is None else size.max(tiny).log().upper()
        return self._known[square]

    def log_bound(self, middle: float, width: float, height: float, r: float, power: int) -> Any:
        """Return an upper bound of p log|f(sz)| − x²/(2(1+r)) + y²/(2(1−r)) on a closed ellipse, or None.

        Args:
            middle: its centre on the real axis.
            width: half-axis along the real axis.
            height: half-axis across.
            r: 0 ≤ r < 1, see ``quadrature``.
            power: p.
        """
        level = max(-1, math.ceil(-math.log2(height / 2)))
        best = None
        with working(_BITS):
            for square in self._cover(level, middle, width * (1 + _SLACK) + _SLACK * height, height * (1 + _SLACK)):
                if (size := self._log_size(square)) is None:
                    return None
                near, high = _extent(square)
                total = power * size - near * near / (2 * (1 + arb(r))) + high * high / (2 * (1 - arb(r)))
                best = total if best is None else best.max(total)
        return None if best is None else best.upper()

    def _cover(self, level: int, middle: float, width: float, height: float) -> Iterator[Square]:
        """Yield squares that cover the upper half of the ellipse, upper ones first, refined where f is not finite."""
        side = math.ldexp(1.0, -level)
        for j in range(math.floor(height / side), -1, -1):
            reach = width * math.sqrt(max(0.0, 1 - (j * side / height) ** 2))
            for i in range(math.floor((middle - reach) / side), math.floor((middle + reach) / side) + 1):
                yield from self._refined((level, i, j), middle, width, height, _REFINEMENTS)

    def _refined(self, square: Square, middle: float, width: float, height: float, left: int) -> Iterator[Square]:
        level, i, j = square
        side = math.ldexp(1.0, -level)
        gap = max(0.0, i * side - middle, middle - (i + 1) * side)
        if (gap / width) ** 2 + (j * side / height) ** 2 > 1:
            return
        if left == 0 or self._log_size(square) is not None:
            yield square
            return
        for child in ((level + 1, 2 * i + a, 2 * j + b) for b in (1, 0) for a in (0, 1)):
            yield from self._refined(child, middle, width, height, left - 1)


def _extent(square: Square) -> tuple[Any, Any]:
    """Return the least |x| and the greatest y on a square."""
    level, i, j = square
    side = arb(2) ** -level
    return (arb(0) if -1 <= i <= 0 and not i * (i + 1) else (arb(i) if i > 0 else arb(-i - 1))) * side, (j + 1) * side
