"""Exact square roots of rationals: the numbers ±√q, closed under products and under sums of like roots."""

from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq


@dataclass(frozen=True, slots=True)
class Surd:
    """The number sign·√square, with a square that is no rational square.

    Attributes:
        sign: 1 or −1.
        square: a positive ``flint.fmpq``.

    Example:
        >>> root(fmpq(2)) * root(fmpq(8)), root(fmpq(2)) + root(fmpq(8)) == root(fmpq(18))
        (4, True)
    """

    sign: int
    square: Any

    def ball(self) -> Any:
        """Return the number as a ball at the working precision."""
        return self.sign * arb(self.square).sqrt()

    def __float__(self) -> float:
        return float(self.ball())

    def __neg__(self) -> "Surd":
        return Surd(-self.sign, self.square)

    def __abs__(self) -> "Surd":
        return Surd(1, self.square)

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Surd):
            return _signed(self.sign * other.sign, self.square * other.square)
        if isinstance(other, arb):
            return self.ball() * other
        factor = fmpq(other)
        return _signed(self.sign * ((factor > 0) - (factor < 0)), self.square * factor * factor)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self * (fmpq(1) / other) if not isinstance(other, Surd) else self * Surd(other.sign, 1 / other.square)

    def __rtruediv__(self, other: Any) -> Any:
        return Surd(self.sign, 1 / self.square) * other

    def __pow__(self, n: int) -> Any:
        whole = self.square ** (n // 2)
        return whole if n % 2 == 0 else self * whole

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Surd):
            ratio = root(other.square / self.square)
            if isinstance(ratio, Surd):
                return self.ball() + other.ball()
            return self * (1 + self.sign * other.sign * ratio)
        if isinstance(other, fmpq | int) and other == 0:
            return self
        return self.ball() + other

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self + (-other)

    def __rsub__(self, other: Any) -> Any:
        return -self + other


def root(value: Any) -> Any:
    """Return the square root of a non-negative rational: rational if it can be, else a Surd."""
    return _signed(1, value)


def _signed(sign: int, square: Any) -> Any:
    if square == 0 or sign == 0:
        return fmpq(0)
    p, q = square.p.isqrt(), square.q.isqrt()
    if p * p == square.p and q * q == square.q:
        return sign * fmpq(p, q)
    return Surd(sign, square)
