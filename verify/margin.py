"""The largest margin α = sup over unit vectors b of min_j |⟨Y_j, b⟩|, exactly, for rational vectors Y_j.

For given signs s_j the supremum of min_j s_j⟨Y_j, b⟩ is the distance from 0 to the convex hull of the points s_j Y_j;
Wolfe's algorithm finds its nearest point over the rationals in finitely many steps. Source: murray, Theorem C.1.
"""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from flint import fmpq, fmpq_mat

from eigenlaw.verify.formula import rational

Gram = list[list[Any]]


def largest_margin_squared(Y: Any) -> Any:
    """Return α² as an exact rational.

    Args:
        Y: rows of exact rationals, of shape (n, m), n ≥ 1. The time is exponential in n where the inner products
            have no consistent signs, as they have for activations with φ' ≥ 0.

    Example:
        >>> largest_margin_squared([[1, 0], [0, 2]])  # b ∝ (2, 1)
        4/5
    """
    rows = [[rational(entry) for entry in row] for row in Y]
    points: list[list[Any]] = []
    for row in rows:
        if not any(row):
            return fmpq(0)
        if row not in points and [-entry for entry in row] not in points:
            points.append(row)
    gram = [[sum((a * b for a, b in zip(u, v, strict=True)), fmpq(0)) for v in points] for u in points]
    return max(_nearest_squared(_signed(gram, signs)) for signs in _signs(gram))


def _signs(gram: Gram) -> Iterator[Sequence[int]]:
    """The signs to try: only one choice, if some choice makes every inner product non-negative."""
    consistent = _consistent(gram)
    if consistent is not None:
        yield consistent
    else:
        yield from ((1, *rest) for rest in product((1, -1), repeat=len(gram) - 1))


def _consistent(gram: Gram) -> list[int] | None:
    signs = [0] * len(gram)
    for start in range(len(gram)):
        waiting = [] if signs[start] else [start]
        signs[start] = signs[start] or 1
        while waiting:
            i = waiting.pop()
            for j, value in enumerate(gram[i]):
                wanted = signs[i] if value > 0 else -signs[i]
                if value == 0 or signs[j] == wanted:
                    continue
                if signs[j]:
                    return None
                signs[j] = wanted
                waiting.append(j)
    return signs


def _signed(gram: Gram, signs: Sequence[int]) -> Gram:
    return [[s * t * value for t, value in zip(signs, row, strict=True)] for s, row in zip(signs, gram, strict=True)]


def _nearest_squared(gram: Gram) -> Any:
    """Return the squared distance from 0 to the convex hull of the points with this Gram matrix."""
    start = min(range(len(gram)), key=lambda j: gram[j][j])
    weights = {start: fmpq(1)}
    while True:
        along = [sum((w * row[i] for i, w in weights.items()), fmpq(0)) for row in gram]
        square = sum((w * along[i] for i, w in weights.items()), fmpq(0))
        nearest = min(range(len(gram)), key=along.__getitem__)
        if along[nearest] >= square:
            return square
        weights = _within(gram, {**weights, nearest: fmpq(0)})


def _within(gram: Gram, weights: dict[int, Any]) -> dict[int, Any]:
    """Move to the nearest point of the affine hull of the chosen points, dropping those that would leave the hull."""
    while True:
        best = _affine(gram, list(weights))
        if all(weight > 0 for weight in best.values()):
            return best
        step = min(weights[i] / (weights[i] - best[i]) for i in weights if best[i] <= 0)
        moved = {i: weight + step * (best[i] - weight) for i, weight in weights.items()}
        weights = {i: weight for i, weight in moved.items() if weight > 0}


def _affine(gram: Gram, chosen: list[int]) -> dict[int, Any]:
    """Return the weights, of sum 1, of the point of least norm in the affine hull of the chosen points."""
    k = len(chosen)
    system = fmpq_mat([[gram[i][j] for j in chosen] + [fmpq(1)] for i in chosen] + [[fmpq(1)] * k + [fmpq(0)]])
    solution = system.solve(fmpq_mat([[fmpq(0)]] * k + [[fmpq(1)]]))
    return {i: solution[position, 0] for position, i in enumerate(chosen)}
