"""Exact tests by ranks: each observed number among numbers drawn for it alone under the null.

If an observed number has the law of its N companions and all are independent, its rank is uniform on 1 … N + 1, and the
sum of the ranks of K observed numbers is that of K fair dice, whatever the law of the numbers. Nothing is asymptotic.
"""

from collections.abc import Sequence
from math import comb, factorial

from flint import fmpq


def rank(observed: float, companions: Sequence[float]) -> int:
    """Return 1 + the number of companions that are at least as large: 1 for the largest.

    Raises:
        ValueError: a number is NaN.

    Example:
        >>> rank(2.5, [1.0, 2.0, 3.0])
        2
    """
    if observed != observed or any(companion != companion for companion in companions):
        raise ValueError("observed: expected numbers, not NaN")
    return 1 + sum(companion >= observed for companion in companions)


def dice_chance(dice: int, sides: int, total: int) -> fmpq:
    """Return P(sum ≤ total) for fair dice with sides 1 … n, exactly.

    Example:
        >>> dice_chance(2, 6, 3)
        1/12
    """
    if total < dice:
        return fmpq(0)
    ways = sum((-1) ** k * comb(dice, k) * comb(total - k * sides, dice) for k in range((total - dice) // sides + 1))
    return fmpq(min(ways, sides**dice) if total < dice * sides else sides**dice, sides**dice)


def rank_sum_p_value(ranks: Sequence[int], companions: int) -> fmpq:
    """Return how rare so small a sum of ranks is under the null; ties only make it larger.

    Example:
        >>> rank_sum_p_value([1, 1, 2], 9)
        1/250
    """
    return dice_chance(len(ranks), companions + 1, sum(ranks))


def uniform_sum_chance(count: int, total: fmpq) -> fmpq:
    """Return P(U_1 + … + U_n ≤ total) for independent numbers, uniform on [0, 1]: the law of Irwin and Hall.

    Example:
        >>> uniform_sum_chance(2, fmpq(1, 2))
        1/8
    """
    if total >= count:
        return fmpq(1)
    terms = ((-1) ** k * comb(count, k) * (total - k) ** count for k in range(count) if k < total)
    return sum(terms, fmpq(0)) / factorial(count)
