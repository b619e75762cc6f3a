"""Number variance of the bulk of the GOE and the GUE, mean density 1, for windows that know nothing of the eigenvalues.

For windows at an eigenvalue see ``placed_windows``; the derivation is in theory's ``number_variance``.
"""

from dataclasses import dataclass
from typing import Any, ClassVar

from flint import arb

from eigenlaw.numerics.law import Quantity
from eigenlaw.theory.errors import InputError


def unitary_variance(length: Any) -> Any:
    """Return Σ²(L) = (ln 2πL + γ + 1 − cos 2πL − Ci 2πL)/π² + L(1 − 2 Si(2πL)/π) of the GUE at a ball L > 0.

    Source: Mehta, Random Matrices, 3rd ed., (16.1.4) and what follows it.
    """
    pi = arb.pi()
    turn = 2 * pi * length
    logarithmic = turn.log() + arb.const_euler() + 1 - turn.cos() - turn.ci()
    return logarithmic / pi**2 + length * (1 - 2 * turn.si() / pi)


def orthogonal_variance(length: Any) -> Any:
    """Return Σ²(L) = 2 Σ²_GUE(L) + Si(πL)²/π² − Si(πL)/π of the GOE at a ball L > 0."""
    ratio = (arb.pi() * length).si() / arb.pi()
    return 2 * unitary_variance(length) + ratio * (ratio - 1)


def variance(beta: int, length: Any) -> Any:
    """Return Σ²(L) of the GOE (β = 1) or the GUE (β = 2) at a ball L > 0."""
    return orthogonal_variance(length) if beta == 1 else unitary_variance(length)


def variance_slope(beta: int, length: Any) -> Any:
    """Return dΣ²/dL = 1 − 2 ∫_0^L Y₂ at a ball L > 0."""
    pi = arb.pi()
    turn = 2 * pi * length
    unitary = 1 - 2 * (turn.si() - (1 - turn.cos()) / turn) / pi
    if beta == 2:
        return unitary
    sine = (pi * length).sin() / (pi * length)
    return 2 * unitary + sine * (2 * (pi * length).si() / pi - 1)


def asymptotic_variance(beta: int, length: Any) -> Any:
    """Return (2/(βπ²))(ln 2πL + γ + 1 − [β = 1] π²/8), to which Σ² tends.

    Example:
        >>> float(abs(asymptotic_variance(1, arb(100)) - orthogonal_variance(arb(100)))) < 1e-4
        True
    """
    shift = arb.pi() ** 2 / 8 if beta == 1 else arb(0)
    return arb(2) / beta / arb.pi() ** 2 * ((2 * arb.pi() * length).log() + arb.const_euler() + 1 - shift)


class NumberVariance(Quantity):
    """Variance of the number of eigenvalues in an interval of a length that is placed without regard to them."""

    beta: ClassVar[int]

    def value(self, x: Any) -> Any:
        """Return Σ² at a length, at least 0.

        Raises:
            InputError: the length is negative.
        """
        if x < 0:
            raise InputError.of("at", x, "expected a length, at least 0")
        return arb(0) if x == 0 else variance(self.beta, arb(x))


class GOENumberVariance(NumberVariance):
    """Number variance of the GOE; source: Mehta, Random Matrices, 3rd ed., chapter 16; thamm, §3, is its asymptote.

    Example:
        >>> GOENumberVariance().value(arb(1)).str(10, radius=False)
        '0.4463336243'
    """

    name = "goe-number-variance"
    beta = 1


class GUENumberVariance(NumberVariance):
    """Number variance of the GUE; source: Mehta, Random Matrices, 3rd ed., chapter 16.

    Example:
        >>> GUENumberVariance().value(arb(1)).str(10, radius=False)
        '0.3441625935'
    """

    name = "gue-number-variance"
    beta = 2


@dataclass(frozen=True)
class AsymptoticNumberVariance(Quantity):
    """The asymptote of the number variance as the length grows, (2/(βπ²))(ln 2πL + γ + 1 − [β = 1] π²/8).

    Attributes:
        beta: 1 (GOE) or 2 (GUE).

    Example:
        >>> from flint import fmpq
        >>> AsymptoticNumberVariance(1).value(fmpq(5)).str(8, radius=False)
        '0.76818278'
    """

    beta: int

    name = "asymptotic number variance"

    def value(self, x: Any) -> Any:
        """Return the asymptote at a length above 0.

        Raises:
            InputError: the length is not positive.
        """
        if x <= 0:
            raise InputError.of("at", x, "expected a length above 0")
        return asymptotic_variance(self.beta, arb(x))
