"""A law on the real line: density, distribution function, quantiles and moments as balls, to any number of digits."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, ClassVar, Literal

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from eigenlaw.numerics.invert import invert, invert_floats, refine
from eigenlaw.numerics.precision import bits_for, until_accurate
from eigenlaw.theory.errors import InputError

What = Literal["pdf", "cdf", "quantile", "moment", "value"]
Floats = NDArray[np.float64]

_HIGH = 0.999
_FLOAT_BITS = 80
_MOST_FLOAT_BITS = 1280


class Law(ABC):
    """A probability law on the real line.

    The methods take and return ``flint.arb`` at the working precision: what they return encloses the true value for
    every number in the argument, and is wide (or not finite) where that cannot be done better. A law that knows more
    of an exact rational point than of a ball around it overrides ``side``, ``density_at``, ``distribution_at`` or
    ``known_quantile``.

    Attributes:
        name: as on the command line.
        certified: whether every radius is a proof.
        estimated: the questions for which the radius is an estimate even so.
    """

    name: ClassVar[str]
    certified: ClassVar[bool] = True
    estimated: ClassVar[tuple[What, ...]] = ()

    @abstractmethod
    def support(self) -> tuple[Any, Any]:
        """Return the ends of the support, of the continuous part and the atoms together; they may be infinite."""

    def atoms(self) -> tuple[tuple[Any, Any], ...]:
        """Return place and mass of each atom."""
        return ()

    @abstractmethod
    def density(self, x: Any) -> Any:
        """Return the density of the continuous part at x; zero outside the support."""

    @abstractmethod
    def distribution(self, x: Any) -> Any:
        """Return P(X ≤ x), atoms included."""

    @abstractmethod
    def moment(self, n: int) -> Any:
        """Return E Xⁿ, n ≥ 0; infinity where it does not exist."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, size: int) -> Floats:
        """Draw independent numbers."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"

    def survival(self, x: Any) -> Any:
        """Return P(X > x)."""
        return 1 - self.distribution(x)

    def side(self, x: Any) -> int:
        """Return −1 or 1 where the exact ``fmpq`` x is at or beyond the lower or upper end of the support, else 0."""
        low, high = self.support()
        return -1 if _compared(x, low) in (-1, 0) else (1 if _compared(x, high) in (0, 1) else 0)

    def density_at(self, x: Any) -> Any:
        """Return the density at an exact ``fmpq``, an exact zero outside the support."""
        low, high = self.support()
        return arb(0) if _compared(x, low) == -1 or _compared(x, high) == 1 else self.density(arb(x))

    def distribution_at(self, x: Any) -> Any:
        """Return P(X ≤ x) at an exact ``fmpq``: exactly 0 and 1 where that is proved."""
        side = self.side(x)
        if side == 1:
            return arb(1)
        if side == -1 and not any(arb(x).overlaps(place) for place, _ in self.atoms()):
            return arb(0)
        return self.distribution(arb(x))

    def known_quantile(self, u: Any) -> Any | None:
        """Return the quantile of an exact ``fmpq``, 0 < u < 1, where no inversion is needed: a centre, an atom."""
        return None

    def nearby_quantile(self, u: Any) -> float | None:
        """Return the quantile of an exact ``fmpq`` to about 12 digits; None where float64 has nothing to offer."""
        level, rest = float(arb(u)), float(arb(1 - u))
        if type(self).distributions is Law.distributions or not (level > 0 and rest > 0):
            return None
        found = self.quantiles(np.array([level])) if level <= _HIGH else self.upper_quantiles(np.array([rest]))
        return float(found[0])

    def densities(self, x: Floats) -> Floats:
        """Return the density at many points in float64."""
        return _floats(self.density, x)

    def distributions(self, x: Floats) -> Floats:
        """Return P(X ≤ x) at many points in float64."""
        return _floats(self.distribution, x)

    def survivals(self, x: Floats) -> Floats:
        """Return P(X > x) at many points in float64."""
        return _floats(self.survival, x)

    def quantiles(self, u: Floats) -> Floats:
        """Return inf {x : P(X ≤ x) ≥ u} at many points of [0, 1] in float64; NaN elsewhere."""

        def excess(x: Floats, u: Floats) -> Floats:
            upper = u > 0.5
            parts = np.empty_like(x)
            parts[upper] = (1 - u[upper]) - self.survivals(x[upper])
            parts[~upper] = self.distributions(x[~upper]) - u[~upper]
            return parts

        low, high = (float(end) for end in self.support())
        return invert_floats(excess, self.densities, u, low, high)

    def upper_quantiles(self, q: Floats) -> Floats:
        """Return inf {x : P(X > x) ≤ q} at many points of [0, 1] in float64, precise for small q; NaN elsewhere."""
        low, high = (float(end) for end in self.support())
        points = invert_floats(lambda x, q: q - self.survivals(x), self.densities, q, low, high)
        return np.where(np.asarray(q) == 0, high, np.where(np.asarray(q) == 1, low, points))


def _compared(x: Any, end: Any) -> int | None:
    """Return the sign of x − end for an exact ``fmpq``, None where it cannot be told."""
    if end.is_finite() and end.is_exact():
        mantissa, exponent = end.man_exp()
        off = x - fmpq(mantissa) * fmpq(2) ** int(exponent)
        return int(off > 0) - int(off < 0)
    return 1 if arb(x) > end else (-1 if arb(x) < end else None)


def _floats(function: Callable[[Any], Any], x: Floats) -> Floats:
    """Return the function in float64, each value from a ball of 15 digits where the precision suffices for it."""

    def value(point: float) -> float:
        if not np.isfinite(point):
            return float(function(arb.pos_inf() if point > 0 else arb.neg_inf())) if point == point else point
        (ball,), _ = until_accurate(lambda _: [function(arb(point))], 15, _FLOAT_BITS, _MOST_FLOAT_BITS)
        return float(ball)

    points = np.asarray(x, np.float64)
    return np.array([value(float(point)) for point in points.ravel()], np.float64).reshape(points.shape)


class Quantity(ABC):
    """A real function of a real number that belongs to an ensemble and is no law, such as a number variance.

    Attributes:
        name: as on the command line.
        certified: whether every radius is a proof.
    """

    name: ClassVar[str]
    certified: ClassVar[bool] = True

    @abstractmethod
    def value(self, x: Any) -> Any:
        """Return the value at an exact ``fmpq`` as ``flint.arb``.

        Raises:
            InputError: x is outside the domain.
        """


@dataclass(frozen=True)
class LawValues:
    """Values of a law with radii.

    Attributes:
        balls: one ``flint.arb`` for each point.
        certified: whether every radius is a proof.
        reached: whether every radius is within the wanted digits; if not, the precision cap was met first.
    """

    balls: list[Any]
    certified: bool
    reached: bool


def law_values(law: Law | Quantity, what: What, points: Sequence[Fraction], digits: int) -> LawValues:
    """Return pdf, cdf, quantile or moment of a law, or the value of a quantity, at the points, to so many digits.

    Args:
        law: the law, or the quantity.
        what: "pdf", "cdf", "quantile" (points from 0 to 1) or "moment" (points are whole, at least 0) of a law;
            "value" of a quantity.
        points: exact points.
        digits: relative digits, at least 1.

    Raises:
        InputError: a point is not one for this question, the question is not one for this object, or the answer is
            infinite.

    Example:
        >>> from eigenlaw.numerics.semicircle import Semicircle
        >>> law_values(Semicircle(), "quantile", [Fraction(1, 2)], 50).balls
        [0]
    """
    function = _function(law, what)
    exact = [fmpq(point.numerator, point.denominator) for point in points]
    for point in points:
        if what == "quantile" and not 0 <= point <= 1:
            raise InputError.of("at", point, "expected a probability, from 0 to 1, for a quantile")
        if what == "moment" and (point < 0 or point.denominator != 1):
            raise InputError.of("at", point, "expected a whole number, at least 0, for a moment")

    balls, reached, bits = [], True, bits_for(digits)
    for point in exact:
        (ball,), close = until_accurate(partial(_alone, function, point), digits, bits + 16, 16 * bits + 512)
        if ball.is_exact() and not (ball.is_finite() or ball.is_nan()):
            raise InputError.of("at", point, f"the {what} of {law.name} is infinite there")
        balls.append(ball)
        reached &= close
    certified = law.certified and not (isinstance(law, Law) and what in law.estimated)
    return LawValues(balls, certified, reached)


def _alone(function: Callable[[Any], Any], point: Any, _: int) -> list[Any]:
    return [function(point)]


def _function(law: Law | Quantity, what: What) -> Callable[[Any], Any]:
    """Return the function of an exact ``fmpq`` that answers the question."""
    if isinstance(law, Quantity):
        if what != "value":
            raise InputError.of("what", what, f"expected value, {law.name} is a function and no law")
        return law.value
    if what == "pdf":
        return law.density_at
    if what == "cdf":
        return law.distribution_at
    if what == "moment":
        return lambda point: law.moment(int(point.p))
    if what == "quantile":
        return lambda point: quantile(law, point)
    raise InputError.of("what", what, f"expected pdf, cdf, quantile or moment, {law.name} is a law")


def quantile(law: Law, u: Any) -> Any:
    """Return a ball that holds inf {x : P(X ≤ x) ≥ u}, u an exact ``fmpq`` from 0 to 1; the ends for 0 and 1.

    Example:
        >>> from eigenlaw.numerics.circular import Circular
        >>> quantile(Circular(), fmpq(1, 4)).contains(arb("0.5"))
        True
    """
    low, high = law.support()
    if u == 0 or u == 1:
        return low if u == 0 else high
    known = law.known_quantile(u)
    if known is not None:
        return known
    for place, mass in law.atoms():
        below = law.distribution(place)
        if below >= u and below - mass < u:
            return place
    guess = law.nearby_quantile(u)
    found = None if guess is None else refine(law.distribution, law.density, u, guess)
    return invert(law.distribution, law.density, u, low, high, guess) if found is None else found
