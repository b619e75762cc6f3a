"""The effective rank Tr(A)/λ₁(A) of a rational matrix, as a number that compares exactly with rationals."""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from flint import fmpq

from eigenlaw.verify.spectra import Matrix, compare_largest, count_at_least, largest_eigenvalue


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q)) if isinstance(value, fmpq) else Fraction(value)


def trace(matrix: Matrix) -> Fraction:
    """Return the trace of a square matrix of rationals.

    Example:
        >>> trace([[1, 2], [2, Fraction(1, 2)]])
        Fraction(3, 2)
    """
    return sum((_fraction(row[i]) for i, row in enumerate(matrix)), Fraction(0))


@dataclass(frozen=True)
class EffectiveRank:
    """eff(A) = Tr(A)/λ₁(A) of a symmetric rational matrix with λ₁(A) > 0.

    Source: murray, section 4.1. Compared with a rational it is decided by the exact number of eigenvalues at or
    above Tr(A)/bound, so that equality counts.

    Example:
        >>> EffectiveRank([[2, 1], [1, 2]]) <= Fraction(4, 3), EffectiveRank([[2, 1], [1, 2]]) > Fraction(4, 3)
        (True, False)
    """

    matrix: Matrix
    exact = True

    def _at_most(self, bound: Any) -> bool:
        limit = _fraction(bound)
        return limit > 0 and count_at_least(self.matrix, trace(self.matrix) / limit) >= 1

    def __le__(self, bound: Any) -> bool:
        return self._at_most(bound)

    def __gt__(self, bound: Any) -> bool:
        return not self._at_most(bound)

    def __float__(self) -> float:
        return float(trace(self.matrix)) / float(largest_eigenvalue(self.matrix, 100).mid())


@dataclass(frozen=True)
class EffectiveRankRatio:
    """eff(A)/eff(B) of two symmetric rational matrices with positive largest eigenvalues.

    Example:
        >>> EffectiveRankRatio([[1, 0], [0, 1]], [[1, 0], [0, 1]]) <= 1
        True
    """

    numerator: Matrix
    denominator: Matrix
    exact = True

    @cached_property
    def _trace_ratio(self) -> Fraction:
        return trace(self.numerator) / trace(self.denominator)

    def _compared(self, bound: Any) -> int:
        """Return the sign of the ratio minus the bound."""
        limit = _fraction(bound)
        if limit <= 0:
            return 1
        left = [[self._trace_ratio * entry for entry in row] for row in self.denominator]
        right = [[limit * entry for entry in row] for row in self.numerator]
        return compare_largest(left, right)

    def __le__(self, bound: Any) -> bool:
        return self._compared(bound) <= 0

    def __gt__(self, bound: Any) -> bool:
        return self._compared(bound) > 0

    def __ge__(self, bound: Any) -> bool:
        return self._compared(bound) >= 0

    def __lt__(self, bound: Any) -> bool:
        return self._compared(bound) < 0

    def __float__(self) -> float:
        return float(EffectiveRank(self.numerator)) / float(EffectiveRank(self.denominator))
