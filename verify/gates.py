"""The exact law of ReLU gates I[⟨w, x_i⟩ ≥ 0] for a weight w of uniform direction.

It is known where the data cut the space of weights into cells of equal probability: points on the axes of R^d, or
points of the plane at multiples of 45°. The gates of m neurons are then a multinomial draw of cells.
"""

import math
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

_OCTANTS = ((2, 1), (1, 2), (-1, 2), (-2, 1), (-2, -1), (-1, -2), (1, -2), (2, -1))
"""One point inside each cell into which the lines at multiples of 45° cut the plane."""


def weight_cells(X: Array) -> list[tuple[int, ...]]:
    """Return one weight in each of equally probable cells, inside which no gate changes.

    Args:
        X: exact inputs without a zero, one a row, of shape (n, d): all on the axes, or d = 2 and all at multiples of
            45°.

    Raises:
        ValueError: the inputs lie otherwise.

    Example:
        >>> weight_cells(np.array([[1, 0], [-2, 0]]))
        [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    """
    support = [np.flatnonzero(row) for row in X]
    if all(len(places) == 1 for places in support):
        return list(product((1, -1), repeat=X.shape[1]))
    if X.shape[1] == 2 and all((x == 0) != (y == 0) or x * x == y * y != 0 for x, y in X):
        return list(_OCTANTS)
    raise ValueError("X: expected points on the axes, or points of the plane at multiples of 45°")


def gate_patterns(X: Array) -> dict[tuple[bool, ...], Fraction]:
    """Return the probability of each pattern of gates, a pattern having one entry for each input.

    Example:
        >>> gate_patterns(np.array([[1], [-1]]))
        {(True, False): Fraction(1, 2), (False, True): Fraction(1, 2)}
    """
    cells = weight_cells(X)
    count = Counter(tuple(bool(value >= 0) for value in X @ np.array(cell, dtype=object)) for cell in cells)
    return {pattern: Fraction(number, len(cells)) for pattern, number in count.items()}


def multinomial(probabilities: Sequence[Fraction], m: int) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    """Yield each way in which m draws can fall into the cells, with its probability.

    Example:
        >>> [(counts, str(chance)) for counts, chance in multinomial([Fraction(1, 3), Fraction(2, 3)], 1)]
        [((0, 1), '2/3'), ((1, 0), '1/3')]
    """
    first, rest = probabilities[0], probabilities[1:]
    if not rest:
        yield (m,), first**m
        return
    for count in range(m + 1):
        here = math.comb(m, count) * first**count
        for counts, chance in multinomial(rest, m - count):
            yield (count, *counts), here * chance
