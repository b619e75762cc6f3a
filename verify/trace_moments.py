"""Exact means of tr (WᵀW)^k for a random matrix of independent entries of mean 0, of any law, and their limits.

(WᵀW)^k has the trace Σ Π_a W[i_a, j_a] W[i_a, j_{a+1}] over k rows i and k columns j. Indices that are equal form set
partitions: p different rows and q different columns can be chosen in n(n−1)⋯(n−p+1) m(m−1)⋯(m−q+1) ways, and the mean
of the product is one of the entries' moments for each entry that is met.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from flint import fmpq

Moments = Callable[[int], Any]
Partition = tuple[int, ...]


def _partitions(size: int) -> Iterator[Partition]:
    """Return the set partitions as the number of the block of each element."""

    def extend(head: Partition) -> Iterator[Partition]:
        if len(head) == size:
            yield head
            return
        for block in range(max(head, default=-1) + 2):
            yield from extend((*head, block))

    return extend(())


@cache
def patterns(power: int) -> dict[tuple[int, int, tuple[int, ...]], int]:
    """Return how often p rows, q columns and the multiplicities of the entries occur; none with an entry met once.

    Example:
        >>> patterns(1), sorted(patterns(2))
        ({(1, 1, (2,)): 1}, [(1, 1, (4,)), (1, 2, (2, 2)), (2, 1, (2, 2))])
    """
    found: Counter[tuple[int, int, tuple[int, ...]]] = Counter()
    choices = list(_partitions(power))
    for rows in choices:
        for columns in choices:
            met = Counter((rows[a], columns[b % power]) for a in range(power) for b in (a, a + 1))
            if min(met.values()) > 1:
                found[max(rows) + 1, max(columns) + 1, tuple(sorted(met.values()))] += 1
    return dict(found)


def mean_trace(rows: int, columns: int, power: int, moment: Moments) -> Any:
    """Return E tr (WᵀW)^k, k ≥ 1, of an n × m matrix as an exact rational.

    Args:
        rows: n.
        columns: m.
        power: k; the time grows as the square of the Bell number of k.
        moment: the moments of an entry, exact; the first is 0.

    Example:
        >>> mean_trace(3, 2, 2, lambda k: fmpq(1))  # ±1: tr (WᵀW)² = mn² + 2·⟨column, column⟩², of mean 3 each
        24
    """
    total = fmpq(0)
    for (p, q, met), count in patterns(power).items():
        product = fmpq(count * _falling(rows, p) * _falling(columns, q))
        for multiplicity in met:
            product *= moment(multiplicity)
        total += product
    return total


def limit_moment(ratio: Any, power: int) -> Any:
    """Return the limit of E tr (WᵀW/n)^k/m for entries of variance 1, n → ∞ and m/n = C, as an exact rational.

    What is left has p + q = k + 1, where the entries are met twice each: C^{q−1}.

    Example:
        >>> [limit_moment(fmpq(1), k) for k in range(5)]
        [1, 1, 2, 5, 14]
    """
    if power == 0:
        return fmpq(1)
    leading = ((q, count) for (p, q, _), count in patterns(power).items() if p + q == power + 1)
    return sum((count * ratio ** (q - 1) for q, count in leading), fmpq(0))


def _falling(n: int, k: int) -> int:
    product = 1
    for step in range(k):
        product *= n - step
    return product
