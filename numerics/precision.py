"""Working precision, balls for the user, and decimals that enclose.

Arb computes inside ``working(bits)`` and the precision outside never changes. A user gets a ``Ball`` of two mpmath
numbers, exact copies of Arb's midpoint and radius, or two decimal strings whose interval contains Arb's ball.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flint import arb, ctx, fmpz

from eigenlaw.theory.errors import InputError

BITS_PER_DIGIT = math.log2(10)
_GUARD_DIGITS = 4
_MARGIN_BITS = 3
_GROWTH = 1.5


@contextmanager
def working(bits: int) -> Iterator[None]:
    """Compute with ``bits`` bits inside the block; the precision outside is restored, also after an exception.

    Raises:
        InputError: if ``bits`` is less than 2.

    Example:
        >>> with working(100):
        ...     root = arb(2).sqrt()
        >>> root.rel_accuracy_bits() >= 98
        True
    """
    if bits < 2:
        raise InputError.of("bits", bits, "expected a working precision of at least 2")
    before = ctx.prec
    ctx.prec = bits
    try:
        yield
    finally:
        ctx.prec = before


def bits_for(digits: int) -> int:
    """Return the bits that hold ``digits`` decimal digits.

    Raises:
        InputError: if ``digits`` is less than 1.

    Example:
        >>> bits_for(50)
        167
    """
    if digits < 1:
        raise InputError.of("digits", digits, "expected an integer of at least 1")
    return math.ceil(digits * BITS_PER_DIGIT)


def is_accurate(ball: Any, digits: int) -> bool:
    """Tell whether |radius| <= 10^-digits |value| with room for rounding in print; an exact zero is accurate.

    Example:
        >>> is_accurate(arb(0), 50), is_accurate(arb(0, 1e-60), 50), is_accurate(arb("nan"), 1)
        (True, False, False)
    """
    return bool(ball.is_finite()) and bool(ball.rel_accuracy_bits() >= digits * BITS_PER_DIGIT + _MARGIN_BITS)


def until_accurate(
    compute: Callable[[int], Sequence[Any]], digits: int, bits: int, cap: int
) -> tuple[Sequence[Any], bool]:
    """Raise the working precision until every ball of ``compute(bits)`` is accurate to ``digits`` digits.

    Args:
        compute: called as ``compute(bits)`` with that working precision set; returns a sequence of ``flint.arb``.
        digits: wanted relative accuracy, |radius| <= 10^-digits |value|; only zero with radius zero is a zero.
        bits: first working precision.
        cap: largest working precision; the last attempt is made at it.

    Returns:
        The last balls, and whether all of them are accurate. Balls that are not finite never are.

    Example:
        >>> balls, reached = until_accurate(lambda bits: [arb(10) ** 40 + arb(2).sqrt() - arb(10) ** 40], 20, 80, 1000)
        >>> reached, balls[0].str(15, radius=False)
        (True, '1.41421356237310')
    """
    wanted = digits * BITS_PER_DIGIT + _MARGIN_BITS
    while True:
        with working(bits):
            balls = compute(bits)
        if all(ball.rel_accuracy_bits() >= wanted and ball.is_finite() for ball in balls):
            return balls, True
        if bits >= cap:
            return balls, False
        missing = bits_for(digits) + 8 - min(ball.rel_accuracy_bits() for ball in balls)
        bits = min(cap, max(bits + min(missing, bits), math.ceil(_GROWTH * bits) if missing > bits else bits + 16))


@dataclass(frozen=True)
class Ball:
    """A number with a proven radius: the true value lies within ``radius`` of ``value``.

    Attributes:
        value: midpoint, an ``mpmath.mpf`` of any length.
        radius: an ``mpmath.mpf``, not negative.
    """

    value: Any
    radius: Any

    @classmethod
    def from_arb(cls, ball: Any) -> "Ball":
        """Return the same ball in mpmath numbers, exactly.

        Example:
            >>> Ball.from_arb(arb(3) / 4)
            Ball(value=mpf('0.75'), radius=mpf('0.0'))
        """
        return cls(_to_mpf(ball.mid()), _to_mpf(ball.rad()))

    def to_arb(self) -> Any:
        """Return the ball as ``flint.arb``; the midpoint is exact, the radius at least as large."""
        if not _is_finite(self.value) or not _is_finite(self.radius):
            return arb(float(self.value), math.inf)
        return arb(_man_exp(self.value), _man_exp(self.radius))

    def overlaps(self, other: "Ball") -> bool:
        """Tell whether the two balls have a number in common; a ball that is not finite overlaps nothing."""
        return self._finite and other._finite and bool(self.to_arb().overlaps(other.to_arb()))

    def contains(self, number: Any) -> bool:
        """Tell whether a number, or every number of another Ball, surely lies in this ball."""
        inner = number.to_arb() if isinstance(number, Ball) else arb(number)
        return self._finite and bool(self.to_arb().contains(inner))

    def decimal(self, digits: int) -> tuple[str, str]:
        """Return (value, radius) as decimal strings that enclose the ball; see ``decimal``."""
        return decimal(self.to_arb(), digits)

    @property
    def _finite(self) -> bool:
        return _is_finite(self.value) and _is_finite(self.radius)


def _to_mpf(exact: Any) -> Any:
    import mpmath

    if not exact.is_finite():
        return mpmath.mpf("nan") if exact.is_nan() else mpmath.mpf("inf") * (1 if exact > 0 else -1)
    mantissa, exponent = exact.man_exp()
    return mpmath.make_mpf(mpmath.libmp.from_man_exp(int(mantissa), int(exponent)))


def _man_exp(number: Any) -> tuple[int, int]:
    import mpmath

    sign, mantissa, exponent, _ = mpmath.mpmathify(number)._mpf_
    return (-int(mantissa) if sign else int(mantissa)), int(exponent)


def _is_finite(number: Any) -> bool:
    import mpmath

    return bool(mpmath.isfinite(number))


def decimal(ball: Any, digits: int) -> tuple[str, str]:
    """Return (value, radius) as decimal strings whose interval contains the ball.

    Args:
        ball: a finite ``flint.arb``.
        digits: significant digits that the value should show; up to four more are printed, as far as the ball knows
            them. The rounding of the decimals is part of the radius; zero with radius zero prints as ("0", "0").

    Raises:
        InputError: if the ball is not finite.

    Example:
        >>> decimal(arb(0.75), 15)
        ('0.75', '0')
        >>> decimal(arb(2, 0.25), 3)  # Arb rounds radii up when it is given one
        ('2', '0.251')
    """
    if not ball.is_finite():
        raise InputError.of("ball", ball, "expected a finite ball to print")
    mid, rad = ball.mid(), ball.rad()
    if mid.is_zero():
        return "0", _round_up(rad)
    known = max(1, math.floor(ball.rel_accuracy_bits() / BITS_PER_DIGIT) + 3)
    shown = min(digits + _GUARD_DIGITS, known)
    with working(bits_for(shown) + 64 + int(mid.man_exp()[1]).bit_length()):
        shift = _exponent(mid) - (shown - 1)
        scale = arb(10) ** abs(shift)
        scaled = mid / scale if shift > 0 else mid * scale
        integer = int((scaled.mid() + 0.5).floor().unique_fmpz())
        off = _distance(mid, integer, shift)
        return _positional(integer, shift), _round_up(off if rad.is_zero() else off + rad)


def _distance(mid: Any, integer: int, shift: int) -> Any:
    """Return an upper bound of |mid - integer 10^shift|, zero only when they are equal."""
    mantissa, exponent = (int(part) for part in mid.man_exp())
    if abs(exponent) < 20_000 and abs(shift) < 20_000:
        left, right = mantissa * 10 ** max(0, -shift), integer * 10 ** max(0, shift)
        left, right = left << max(0, exponent), right << max(0, -exponent)
        if left == right:
            return arb(0)
    return abs(mid - arb(integer) * arb(10) ** shift).upper()


def _exponent(mid: Any) -> int:
    """Return an integer e with 10^(e - 1) < |mid| < 10^(e + 1); mid is not zero."""
    return int((abs(mid).log() / arb(10).log()).mid().floor().unique_fmpz())


def _round_up(radius: Any) -> str:
    """Return a decimal of at most four digits that is at least the radius, a non-negative ball."""
    upper = radius.upper()
    if upper.is_zero():
        return "0"
    with working(64 + int(upper.man_exp()[1]).bit_length()):
        shift = _exponent(upper) - 2
        scale = arb(10) ** abs(shift)
        scaled = upper / scale if shift > 0 else upper * scale
        return _positional(int(scaled.upper().ceil().upper().unique_fmpz()), shift)


def _positional(integer: int, shift: int) -> str:
    """Return integer 10^shift in decimal, positional near 1 and with an exponent elsewhere."""
    text = fmpz(abs(integer)).str()
    stripped = text.rstrip("0") or "0"
    shift += len(text) - len(stripped)
    exponent = len(stripped) - 1 + shift
    sign = "-" if integer < 0 else ""
    if not -6 <= exponent <= max(20, len(stripped) + 3):
        fraction = "." + stripped[1:] if len(stripped) > 1 else ""
        return f"{sign}{stripped[0]}{fraction}e{exponent}"
    if shift >= 0:
        return sign + stripped + "0" * shift
    padded = stripped.rjust(1 - shift, "0")
    return f"{sign}{padded[:shift]}.{padded[shift:]}"
