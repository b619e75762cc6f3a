"""Confidence intervals as balls, for statements on means and probabilities that are only sampled."""

from typing import Any

import numpy as np
from flint import arb
from numpy.typing import NDArray


def sampled_mean(draws: NDArray[np.float64], level: float) -> Any:
    """Return a ball around the mean of independent draws: Student's interval of error 2·level.

    Raises:
        ValueError: fewer than 20 draws, or one that is not finite.

    Example:
        >>> sampled_mean(np.arange(100.0), 1e-3).contains(50)
        True
    """
    from scipy import special

    if len(draws) < 20 or not np.all(np.isfinite(draws)):
        raise ValueError(f"draws={len(draws)}: expected at least 20, all finite")
    error = float(draws.std(ddof=1)) / np.sqrt(len(draws))
    return arb(float(draws.mean()), -float(special.stdtrit(len(draws) - 1, level)) * error)


def sampled_chance(happened: int, draws: int, level: float) -> Any:
    """Return a ball that holds the probability of an event: the interval of Clopper and Pearson of error 2·level.

    Args:
        happened: how often the event was seen.
        draws: in how many independent draws.
        level: probability, on each side, that the ball misses.

    Example:
        >>> sampled_chance(30, 100, 1e-3).contains(arb("0.4")), sampled_chance(0, 100, 1e-3).contains(arb("0.1"))
        (True, False)
    """
    from scipy import special

    low = float(special.betaincinv(happened, draws - happened + 1, level)) if happened else 0.0
    high = float(special.betainccinv(happened + 1, draws - happened, level)) if happened < draws else 1.0
    return arb(low).union(arb(high))
