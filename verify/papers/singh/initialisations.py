"""S9.1.4: the ranks for uniform, orthogonal and balanced weights, and what full rank of the weights does not give."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory.linear_chain import LinearChain
from eigenlaw.verify.chain_hessians import functional_hessian, outer_hessian
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.linear_chains import LinearNetwork
from eigenlaw.verify.papers.singh.loss_claims import (
    FULL,
    NAMES,
    STRATUM,
    bindings,
    exact_laws,
    on_digits,
    printed_laws,
    rank_claims,
    strata,
)
from eigenlaw.verify.papers.singh.loss_problems import problem_of
from eigenlaw.verify.papers.singh.squared_error import BOUND, DIGITS

ROW = "singh:sec-9.1.4"
FIGURES = "S9.1.4, Figures S17 and S18"


def _balanced(instance: Instance) -> bool:
    network = problem_of(instance).network
    return all(bool((above.T @ above == below @ below.T).all()) for below, above in pairwise(network.weights))


def _equal_ranks(instance: Instance) -> bool:
    weights = problem_of(instance).network.weights
    return {rank(weight) for weight in weights} == {min(instance["widths"])}


BALANCED = Hypothesis(r"(W^{l+1})^\top W^{l+1}=W^l(W^l)^\top", _balanced)
NARROW = Hypothesis(r"\mathrm{rk}\,W^l=\min(d,M_1,\dots,K)", _equal_ranks)


@lru_cache(maxsize=1024)
def _network(widths: tuple[int, ...], entries: tuple[int, ...]) -> LinearNetwork:
    """Return the network of integer entries, the weights row by row."""
    weights, start = [], 0
    for below, above in pairwise(widths):
        part = np.array(entries[start : start + above * below], dtype=object)
        weights.append(part.reshape(above, below))
        start += above * below
    return LinearNetwork(tuple(weights))


def _explicit(instance: Instance) -> tuple[LinearNetwork, Any, Any]:
    """Return the network, Σ and Ω for inputs that are the unit vectors, and labels Y: Ω = F − Y."""
    widths = tuple(instance["widths"])
    network = _network(widths, tuple(instance["entries"]))
    d, K = widths[0], widths[-1]
    sigma = np.eye(d, dtype=int).astype(object)
    return network, sigma, network.product(network.layers, 1) - np.array(instance["Y"], dtype=object).reshape(K, d)


def _stratum(instance: Instance) -> LinearChain:
    network, sigma, omega = _explicit(instance)
    return LinearChain(network.widths, len(sigma), rank(omega))


def _small(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return one-dimensional networks with entries and labels up to 3, then random ones with entries from −2 to 2."""
    for size in range(1, 4):
        for entries in product(range(1, size + 1), repeat=2):
            for y in range(-size, size + 1):
                if max(*entries, abs(y)) == size:
                    yield {"widths": [1, 1, 1], "entries": list(entries), "Y": [y]}
    for _ in range(budget.of(100, 400, 2000)):
        widths = [int(w) for w in rng.integers(1, 4, int(rng.integers(3, 5)))]
        count = sum(below * above for below, above in pairwise(widths))
        drawn = [int(e) for e in rng.integers(-2, 3, count + widths[0] * widths[-1])]
        yield {"widths": widths, "entries": drawn[:count], "Y": drawn[count:]}


def _loss_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    network, sigma, omega = _explicit(instance)
    return [fmpq(rank(outer_hessian(network, sigma) + functional_hessian(network, omega)))]


def _predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**bindings(_stratum(instance)))]


FULL_WEIGHTS = Hypothesis(
    r"\text{every }W^l\text{ has full rank}",
    lambda i: all(rank(weight) == min(weight.shape) for weight in _explicit(i)[0].weights),
)
ENOUGH = Hypothesis(r"s\ge q", lambda i: _stratum(i).residual_rank >= _stratum(i).q)

CLAIMS: tuple[Claim, ...] = (
    *rank_claims(
        ROW,
        1,
        "printed",
        FIGURES,
        printed_laws(),
        on_digits("mse", "uniform", "orthogonal", "gaussian"),
        (FULL,),
        "Uniform, orthogonal and Gaussian weights, rational. " + DIGITS + BOUND,
        real=True,
    ),
    *rank_claims(
        ROW,
        4,
        "new",
        "S9.1.4, for balanced weights",
        exact_laws(),
        strata("mse", weights="balanced"),
        (BALANCED, NARROW, STRATUM),
        "Balanced weights all have the rank of the narrowest layer, so that W^l is not of full rank where its two "
        "widths exceed it; the ranks are the generic ones all the same. " + BOUND,
    ),
    Claim(
        f"{ROW}.7",
        "printed",
        "S9.1.4: any initialisation that guarantees full-rank weight matrices",
        NAMES["loss"],
        printed_laws()["loss"],
        Value(_small, _predicted, _loss_rank),
        (FULL_WEIGHTS, ENOUGH),
        note="Full rank of the weights does not suffice: at widths 1, 1, 1 with both weights 1 and the label y = 3F of "
        "x = 1 the determinant −Ω(2F + Ω) of H_L is zero. Where weights have a density this has probability zero.",
        activations=1,
    ),
    Claim(
        f"{ROW}.7",
        "corrected",
        "S9.1.4: any weights",
        NAMES["loss"],
        exact_laws()["loss"],
        Value(_small, _predicted, _loss_rank, "<="),
        note="For all weights and labels the rank is at most the generic one, Ω having rank s; equality is generic.",
        activations=1,
    ),
)
