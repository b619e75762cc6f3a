"""The laws of random matrices for the Python face: frozen distributions as in SciPy, and balls to any digits."""

import warnings
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from eigenlaw.commands.arguments import rational
from eigenlaw.laws import build
from eigenlaw.numerics.frozen import Frozen
from eigenlaw.numerics.law import Quantity
from eigenlaw.numerics.law import law_values as compute
from eigenlaw.numerics.precision import Ball
from eigenlaw.theory.errors import InputError

if TYPE_CHECKING:
    from eigenlaw.numerics.law import What

Exact = int | str | Fraction
"""An exact rational: an integer, a Fraction, or text such as ``"1/2"`` or ``"0.1"``; never a float."""


def law(name: str, **parameters: Exact | bool | Iterable[int]) -> Frozen:
    """Return a law of random matrices as a frozen distribution in the manner of ``scipy.stats``, in float64.

    Args:
        name: as in ``eigenlaw show laws``, such as ``"marchenko-pastur"``.
        parameters: those of the law, exact: ``ratio="1/2"``, ``sizes=[2, 784]``, ``limit=True``.

    Returns:
        An object with pdf, cdf, sf, ppf, isf, rvs, mean, var, …; its ``law`` attribute computes in balls.

    Raises:
        InputError: there is no such law, it is a function and no law, or a parameter is missing or out of range.

    Example:
        >>> found = law("marchenko-pastur", ratio="1/4")
        >>> found.support(), round(found.cdf(1), 12), found.rvs(2, random_state=0).shape
        ((0.5, 1.5), 0.553390081275, (2,))
    """
    found = build(name, _texts(parameters))
    if isinstance(found, Quantity):
        raise InputError.of("name", name, "is a function and no law; expected eigenlaw.law_values(name, 'value', …)")
    return Frozen(found)


def law_values(
    name: str,
    what: "What",
    at: Sequence[Exact] = (0,),
    digits: int = 15,
    **parameters: Exact | bool | Iterable[int],
) -> tuple[Ball, ...]:
    """Return density, distribution function, quantiles or moments of a law, or values of a function, as balls.

    Args:
        name: as in ``eigenlaw show laws``.
        what: ``"pdf"``, ``"cdf"``, ``"quantile"``, ``"moment"``, or ``"value"`` of what is no law.
        at: exact points; of no account for ``real-eigenvalues``.
        digits: relative digits, at least 1: radius <= 10^-digits |value|; a zero has radius 0.
        parameters: those of the law, exact.

    Returns:
        One ball for each point; the radius is a proof but for the moments of ``tracy-widom``, which are estimates.

    Raises:
        InputError: for an argument out of range, or an infinite answer.

    Warns:
        RuntimeWarning: if the digits were not reached; see each radius.

    Example:
        >>> (value,) = law_values("real-eigenvalues", "value", sizes=[2, 2], digits=20)
        >>> value.decimal(12)[0]  # π/2
        '1.570796326794897'
    """
    if isinstance(digits, bool) or not isinstance(digits, int) or digits < 1:
        raise InputError.of("digits", digits, "expected an integer of at least 1")
    points = [rational("at", _text("at", point), negative=True) for point in at]
    found = compute(build(name, _texts(parameters)), what, points, digits)
    if not found.reached:
        warnings.warn(f"digits={digits}: not reached; see each radius", RuntimeWarning, stacklevel=2)
    return tuple(map(Ball.from_arb, found.balls))


def _texts(parameters: dict[str, Any]) -> dict[str, str]:
    """Return the parameters as they would be typed; what is None or False is left out."""
    given = {name: value for name, value in parameters.items() if value is not None and value is not False}
    return {name: _text(name, value) for name, value in given.items()}


def _text(name: str, value: Any) -> str:
    if value is True:
        return "true"
    if isinstance(value, str | int | Fraction):
        return str(value)
    if isinstance(value, list | tuple) and all(type(part) is int for part in value):
        return ",".join(map(str, value))
    raise InputError.of(name, value, "expected exact numbers, such as 2, Fraction(1, 2) or '0.1'")
