"""Quantiles, for statements that a quantity keeps within a bound with some probability.

A bound b holds with probability p if the p-quantile is within it. A quantile is compared, not computed: exactly where
the probability is a rational, by balls where it is one, and by order statistics where the law is only sampled.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray

from eigenlaw.verify.formula import is_exact

UNDEFINED = fmpq(10**9)
"""Stands for a ratio 0/0 where the statement bounds it from above: beyond every bound in use."""


@dataclass(frozen=True)
class Quantile:
    """The least t with P(value ≤ t) ≥ p, or the largest t with P(value ≥ t) ≥ p.

    Attributes:
        within: a bound ↦ the probability that the value does not go beyond it, exact or a ball.
        p: an exact rational between 0 and 1.
        rising: whether the bound is an upper one, so that ``within`` rises.
        exact: whether ``within`` is exact.

    Example:
        >>> fair = Quantile(lambda t: fmpq(int(t >= 0) + int(t >= 1), 2), fmpq(1, 2), rising=True, exact=True)
        >>> fair <= 0, fair <= -1
        (True, False)
    """

    within: Callable[[Any], Any]
    p: Any
    rising: bool
    exact: bool

    def _kept(self, bound: Any) -> bool:
        return bool(self.within(bound) >= self.p)

    def _broken(self, bound: Any) -> bool:
        return bool(self.within(bound) < self.p)

    def __le__(self, bound: Any) -> bool:
        return self.rising and self._kept(bound)

    def __gt__(self, bound: Any) -> bool:
        return self.rising and self._broken(bound)

    def __ge__(self, bound: Any) -> bool:
        return not self.rising and self._kept(bound)

    def __lt__(self, bound: Any) -> bool:
        return not self.rising and self._broken(bound)

    @cached_property
    def _value(self) -> float:
        low, high = -20.0, 20.0
        for _ in range(10):
            middle = (low + high) / 2
            if self._kept(arb(2) ** middle) == self.rising:
                high = middle
            else:
                low = middle
        return float(2**low if self.rising else 2**high)

    def __float__(self) -> float:
        return self._value


def quantile_of_law(law: Sequence[tuple[Any, Any]], p: Any, *, rising: bool) -> Quantile:
    """Return the quantile of a discrete law.

    Args:
        law: pairs of a probability, an exact rational, and a value, exact or a ball.
        p: an exact rational between 0 and 1.
        rising: whether the bound is an upper one.

    Example:
        >>> quantile_of_law([(fmpq(1, 2), fmpq(1)), (fmpq(1, 2), fmpq(2))], fmpq(3, 4), rising=True) <= 1
        False
    """

    def within(bound: Any) -> Any:
        kept = sum((chance for chance, value in law if (value <= bound if rising else value >= bound)), fmpq(0))
        beyond = sum((chance for chance, value in law if (value > bound if rising else value < bound)), fmpq(0))
        open_ = 1 - kept - beyond
        return kept if open_ == 0 else arb(kept).union(arb(kept + open_))

    return Quantile(within, p, rising, all(is_exact(value) for _, value in law))


def sampled_quantile(draws: NDArray[np.float64], p: float, *, rising: bool, level: float) -> Any:
    """Return a ball that holds the quantile unless an event of probability 2·level happened.

    Args:
        draws: independent draws of the value, shape (n,), with floating-point errors below 10⁻⁹ of their size.
        p: between 0 and 1.
        rising: whether the bound is an upper one.
        level: probability, on each side, that the ball misses the quantile.

    Raises:
        ValueError: if there are so few draws that not even the outermost ones bound the quantile.

    Example:
        >>> sampled_quantile(np.arange(1000.0), 0.5, rising=True, level=1e-3).contains(500)
        True
    """
    from scipy import special

    if not rising:
        return -sampled_quantile(-draws, p, rising=True, level=level)
    n, ordered = len(draws), np.sort(draws)
    counts = np.arange(1, n + 1)
    # the number of draws below the quantile reaches j, or the number of those not above it stays below j, so rarely
    above = counts[special.bdtrc(counts - 1, n, p) <= level]
    below = counts[special.bdtr(counts - 1, n, p) <= level]
    if not len(above) or not len(below):
        raise ValueError(f"draws={n}: expected more for the quantile at {p} and the level {level}")
    low, high = ordered[below[-1] - 1], ordered[above[0] - 1]
    return (arb(low) - 1e-9 * abs(low)).union(arb(high) + 1e-9 * abs(high))
