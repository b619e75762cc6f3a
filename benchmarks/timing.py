"""How the benchmarks measure: medians, and ratios of two actions timed in turn so that both see the same machine."""

import statistics
import time
from collections.abc import Callable
from math import log
from typing import Any


def median_seconds(action: Callable[[], Any], repetitions: int) -> float:
    """Return the median time of an action that has run once before."""
    action()
    times = []
    for _ in range(repetitions):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def paired_seconds(
    action: Callable[[], Any], yardstick: Callable[[], Any], repetitions: int
) -> tuple[float, float, float]:
    """Return the medians of both times and of their ratio, measured in turn so that both see the same machine."""
    action(), yardstick()
    pairs = []
    for _ in range(repetitions):
        start = time.perf_counter()
        action()
        middle = time.perf_counter()
        yardstick()
        pairs.append((middle - start, time.perf_counter() - middle))
    first, second = zip(*pairs, strict=True)
    return statistics.median(first), statistics.median(second), statistics.median(a / b for a, b in pairs)


def exponent(sizes: list[int], seconds: list[float]) -> float:
    """Return the slope of log time over log size, by least squares."""
    x, y = [log(size) for size in sizes], [log(value) for value in seconds]
    mean = sum(x) / len(x)
    return sum((a - mean) * b for a, b in zip(x, y, strict=True)) / sum((a - mean) ** 2 for a in x)
