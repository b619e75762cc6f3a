"""A correlation z as a number or as a power series, with √(1−z²), arcsin z and what else the laws of dual kernels ask.

One law takes an exact rational z in [−1, 1], both ends included, a real ball, a complex ball off the cuts (−∞, −1] and
[1, ∞), or a power series that starts inside (−1, 1). Near the ends nothing cancels where z is rational: 1 − z² is
exact, and π/2 + arcsin z is the angle of (−z, √(1−z²)).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import acb, arb, ctx, fmpq

from eigenlaw.numerics.recurrences import rational


@contextmanager
def series_terms(count: int) -> Iterator[None]:
    """Compute power series with ``count`` terms inside the block; FLINT's cap outside is restored."""
    before = ctx.cap
    ctx.cap = count
    try:
        yield
    finally:
        ctx.cap = before


def exact(value: Any) -> Any:
    """Return a Fraction or an integer as FLINT's rational, which calculates with balls; anything else as it is."""
    return fmpq(value.numerator, value.denominator) if isinstance(value, int | Fraction) else value


class Correlation:
    """A number z: its √(1−z²) and the angles of it.

    Attributes:
        exact: z if it is rational, else None.
        z: z as a ball.
    """

    def __init__(self, z: Any) -> None:
        """Take a rational in [−1, 1], an ``arb`` of a number in [−1, 1], or an ``acb`` off the cuts."""
        z = exact(z)
        self.exact = z if isinstance(z, fmpq) else None
        self.z: Any = z if isinstance(z, acb) else rational(z)

    @property
    def end(self) -> int:
        """1 or −1 where z is exactly that, else 0."""
        return int(self.exact.p) if self.exact is not None and abs(self.exact) == 1 else 0

    def mean_value(self, law: Callable[["Correlation"], Any], rate: Any) -> Any:
        """Return law(z) from its derivative, which ``rate`` encloses on all of z: near the ends law(z) says less."""
        if isinstance(self.z, arb) and self.exact is None and abs(self.z.mid()) < 1:
            return law(Correlation(self.z.mid())) + rate * (self.z - self.z.mid())
        return law(self)

    @cached_property
    def sine(self) -> Any:
        """√(1−z²)."""
        if self.exact is not None:
            return rational(1 - self.exact * self.exact).sqrt()
        square = (1 - self.z) * (1 + self.z)
        return square.sqrt() if isinstance(square, acb) else square.nonnegative_part().sqrt()

    @cached_property
    def inverse(self) -> Any:
        """1/√(1−z²)."""
        return 1 / self.sine

    @cached_property
    def arcsine(self) -> Any:
        """Arcsin z."""
        return self.z.asin() if isinstance(self.z, acb) else arb.atan2(self.z, self.sine)

    @cached_property
    def angle(self) -> Any:
        """π/2 + arcsin z = π − arccos z, exactly 0 at z = −1."""
        return self.z.asin() + arb.pi() / 2 if isinstance(self.z, acb) else arb.atan2(self.sine, -self.z)

    def scaled(self, factor: Any) -> "Correlation":
        """Return the correlation factor·z, |factor| ≤ 1."""
        return Correlation((self.z if self.exact is None else self.exact) * factor)

    def polynomial(self, coefficients: Sequence[Any]) -> Any:
        """Return Σ c_n z^n, a rational if everything is rational."""
        whole = self.exact is not None and all(isinstance(c, fmpq) for c in coefficients)
        return _horner(coefficients, self.exact if whole else self.z)

    def exponential(self, rate: Any) -> Any:
        """Return e^{rate z}."""
        return (rate * self.z).exp()


class SeriesCorrelation:
    """A correlation z as a power series to the order of FLINT's cap, its constant term inside (−1, 1).

    Attributes:
        start: the constant term.
        z: the series.
    """

    def __init__(self, z: Any, start: Correlation | None = None) -> None:
        """Take an ``arb_series``, and its constant term if that is known better than as its ball."""
        self.z = z
        self.start = Correlation(z[0]) if start is None else start

    @cached_property
    def derivative(self) -> Any:
        """The derivative z' by ρ."""
        return self.z.derivative()

    @cached_property
    def _square(self) -> Any:
        return 1 - self.z * self.z

    @cached_property
    def inverse(self) -> Any:
        """1/√(1−z²)."""
        return self._square.rsqrt()

    @property
    def sine(self) -> Any:
        """√(1−z²)."""
        return self._square * self.inverse

    @cached_property
    def arcsine(self) -> Any:
        """Arcsin z, the integral of z'/√(1−z²)."""
        return (self.derivative * self.inverse).integral() + self.start.arcsine

    @cached_property
    def angle(self) -> Any:
        """π/2 + arcsin z."""
        return (self.derivative * self.inverse).integral() + self.start.angle

    def scaled(self, factor: Any) -> "SeriesCorrelation":
        """Return the correlation factor·z, |factor| ≤ 1."""
        return SeriesCorrelation(self.z * factor, self.start.scaled(factor))

    def polynomial(self, coefficients: Sequence[Any]) -> Any:
        """Return Σ c_n z^n by Horner's rule."""
        return _horner(coefficients, self.z)

    def exponential(self, rate: Any) -> Any:
        """Return e^{rate z}."""
        return (rate * self.z).exp()

    def integral(self, slope: Any, start: Any) -> Any:
        """Return F(z) as a series from F'(z) as a series and F at the constant term: the chain rule."""
        return (self.derivative * slope).integral() + start


def _horner(coefficients: Sequence[Any], z: Any) -> Any:
    total = z * 0
    for coefficient in reversed(coefficients):
        total = total * z + coefficient
    return total


def coefficients_of(series: Any, order: int) -> list[Any]:
    """Return the coefficients 0 … order of a power series, zeros included."""
    found = list(series.coeffs())[: order + 1]
    return found + [arb(0)] * (order + 1 - len(found))
