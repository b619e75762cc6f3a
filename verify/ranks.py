"""Ranks of sums of Hadamard powers of large Gram matrices, modulo a prime."""

from collections.abc import Iterable

import numpy as np
from flint import nmod_mat
from numpy.typing import NDArray

PRIME = 2**31 - 1
"""Products of two residues fit into 64 bits."""


def random_residues(rng: np.random.Generator, n: int, r: int, *, unit: bool) -> NDArray[np.int64]:
    """Return n points of F_p^r, p = ``PRIME``, uniform or with x·x = 1; each is a rational point modulo p.

    Points of the unit sphere are the stereographic images (2t, |t|² − 1)/(|t|² + 1) of integer points t.

    Example:
        >>> X = random_residues(np.random.default_rng(0), 2, 3, unit=True)
        >>> [sum(int(x) ** 2 for x in row) % PRIME for row in X]
        [1, 1]
    """
    if not unit:
        return rng.integers(0, PRIME, (n, r), dtype=np.int64)
    t = rng.integers(0, PRIME, (n, r - 1), dtype=np.int64)
    square = (t * t % PRIME).sum(axis=1) % PRIME
    inverse = np.array([pow(int(value) + 1, -1, PRIME) for value in square], dtype=np.int64)
    rows = np.concatenate([2 * t % PRIME, (square[:, None] - 1) % PRIME], axis=1)
    return np.asarray(rows * inverse[:, None] % PRIME)


def rank_modulo(points: NDArray[np.int64], degrees: Iterable[int]) -> int:
    """Return the rank of Σ_{j in degrees} G^{∘j} modulo ``PRIME``, G the Gram matrix of points of F_p^r.

    It is at most the rank for the rational points that the residues stand for.

    Example:
        >>> rank_modulo(random_residues(np.random.default_rng(0), 9, 2, unit=True), range(3))  # 2·3 − 1
        5
    """
    wanted = set(degrees)
    n = len(points)
    gram = np.zeros((n, n), dtype=np.int64)
    for column in points.T:
        gram = (gram + np.outer(column, column) % PRIME) % PRIME
    total, power = np.zeros_like(gram), np.ones_like(gram)
    for j in range(max(wanted, default=-1) + 1):
        if j in wanted:
            total = (total + power) % PRIME
        power = power * gram % PRIME
    return int(nmod_mat(n, n, total.ravel().tolist(), PRIME).rank())
