"""Deep linear networks that move along their gradient flow: the weights, data and loss of an instance, exact.

An instance names widths, the rank of the weights, how they start (balanced, or any), the data (centred classes, or any
with labels; or a path Ω(t), in the place of every other loss), η or one η a layer, and the last power of t.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.verify.claim import Budget, Hypothesis, Instance, Rng
from eigenlaw.verify.digits import one_hot
from eigenlaw.verify.gradient_flow import Residual, flow, path, squared_error
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.linear_chains import low_rank, rational_draw
from eigenlaw.verify.rational_weights import orthogonal

Array = NDArray[Any]


def moving(
    widths: Sequence[int], rank: int, start: str, data: str, draw: int = 0, eta: Any = "1/2", order: int = 2
) -> dict[str, Any]:
    """Return an instance."""
    found = {"widths": list(widths), "rank": rank, "start": start, "data": data}
    return found | {"eta": eta, "order": order, "draw": draw}


def shapes(budget: Budget, rng: Rng, square: bool) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Return widths, a rank that weights of these widths can all have, and a number: small ones, then random ones."""
    if square:
        small = [(size,) * (layers + 1) for size in (1, 2) for layers in (2, 3)]
        more = [(int(rng.integers(2, 4)),) * int(rng.integers(3, 5)) for _ in range(budget.of(20, 30, 150))]
    else:
        small = [*product((1, 2), repeat=3)]
        lengths = rng.integers(3, 5, budget.of(12, 40, 200))
        more = [tuple(int(width) for width in rng.integers(1, 4, length)) for length in lengths]
    for draw, widths in enumerate([*small, *more]):
        for rank in range(1, min(widths) + 1):
            yield widths, rank, draw


@lru_cache(maxsize=512)
def _problem(text: str) -> tuple[list[Array], Array | None, Array | None, Residual]:
    instance = json.loads(text)
    widths, rank = instance["widths"], instance["rank"]
    rng = np.random.default_rng([instance["draw"], rank, *widths])
    numbers = rational_draw(rng)
    d, K = widths[0], widths[-1]
    if instance["start"] == "balanced":
        turns = [orthogonal(width, rng)[:, :rank] for width in widths]
        values = np.array([fmpq(int(value), 10) for value in rng.integers(5, 16, rank)], dtype=object)
        weights = [np.asarray((above * values) @ below.T) for below, above in pairwise(turns)]
    else:
        weights = [low_rank(above, below, rank, numbers) for below, above in pairwise(widths)]
    if instance["data"] == "path":
        return weights, None, None, path([numbers((K, d)) for _ in range(instance["order"])])
    if instance["data"] == "centred":
        points = numbers((d, 2 * K)).reshape(d, 2, K)
        X = np.concatenate([points, -points.sum(axis=1, keepdims=True)], axis=1).reshape(d, 3 * K)
        labels = np.tile(np.arange(K), 3)
    else:
        X, labels = numbers((d, 3 * K)), rng.integers(0, K, 3 * K)
    N = X.shape[1]
    sigma, cross = X @ X.T / fmpq(N), one_hot(labels, K) @ X.T / fmpq(N)
    return weights, sigma, cross, squared_error(sigma, cross)


def start(instance: Instance) -> list[Array]:
    """Return W^1 … W^L at t = 0."""
    return _problem(instance_text(instance))[0]


def data_covariance(instance: Instance) -> Array:
    """Return Σ = E x xᵀ."""
    sigma = _problem(instance_text(instance))[1]
    if sigma is None:
        raise ValueError("data=path: expected data, not a path of Ω")
    return sigma


def rates(instance: Instance) -> list[Any]:
    """Return η of each layer."""
    given, layers = instance["eta"], len(instance["widths"]) - 1
    found = [Fraction(eta) for eta in (given if isinstance(given, list) else [given] * layers)]
    return [fmpq(eta.numerator, eta.denominator) for eta in found]


@lru_cache(maxsize=512)
def _series(text: str, order: int) -> list[list[Array]]:
    instance = json.loads(text)
    weights, _, _, residual = _problem(text)
    return flow(weights, residual, order, rates(instance))


def series(instance: Instance) -> list[list[Array]]:
    """Return the coefficients of W^l(t), l = 1 … L."""
    return _series(instance_text(instance), instance["order"])


def _balanced(instance: Instance) -> bool:
    weights = start(instance)
    return all(bool(np.all(V.T @ V == W @ W.T)) for W, V in pairwise(weights))


def _centred(instance: Instance) -> bool:
    cross = _problem(instance_text(instance))[2]
    return cross is not None and not np.any(cross != 0)


CENTRED = Hypothesis(r"\tfrac1N\sum_{i:y_{i,c}=1}x_i=0\ \forall c", _centred)
BALANCED = Hypothesis(r"(W_0^{k+1})^\top W_0^{k+1}=W_0^k(W_0^k)^\top", _balanced)
SQUARE = Hypothesis(r"W^l\in\mathbb R^{M\times M}", lambda i: len(set(i["widths"])) == 1)
ONE_RATE = Hypothesis(r"\dot W^l=-\eta\nabla_{W^l}\mathcal L", lambda i: len(set(rates(i))) == 1)


def square_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return balanced square networks of every rank, with centred classes."""
    return [moving(widths, rank, "balanced", "centred", draw) for widths, rank, draw in shapes(budget, rng, True)]


def balanced_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return balanced networks of every rank, with data of any kind."""
    return [
        moving(widths, rank, "balanced", data, draw)
        for widths, rank, draw in shapes(budget, rng, False)
        for data in ("any", "path")
    ]


def any_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return networks with any weights and data of any kind."""
    return [
        moving(widths, rank, "any", data, draw)
        for widths, rank, draw in shapes(budget, rng, False)
        for data in ("any", "path")
    ]
