"""The rank of the outer-product Hessian: Theorem 3 and Corollary 4, and the rank for every weights."""

import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory.hessian_rank import outer_rank, outer_rank_of_products
from eigenlaw.theory.kronecker_rank import crossed_rank
from eigenlaw.verify.chain_hessians import outer_factor, outer_hessian
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, symbols
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.linear_chains import LinearNetwork
from eigenlaw.verify.papers.karakida.exact_networks import at
from eigenlaw.verify.papers.singh import printed
from eigenlaw.verify.papers.singh.common import Array, instance_of, problem_of, random_architectures

DEEPEST = 6
"""Layers of the deepest networks."""


def _size(widths: Sequence[int]) -> int:
    return sum(below * above for below, above in pairwise(widths))


def network_of(instance: Instance) -> LinearNetwork:
    """Return the network of an instance, of explicit weights or of those that it draws."""
    return _network(instance_text(instance)) if "weights" in instance else problem_of(instance).network


@lru_cache(maxsize=4096)
def _network(text: str) -> LinearNetwork:
    return LinearNetwork(tuple(np.array(weight, dtype=object) for weight in json.loads(text)["weights"]))


def sigma_of(instance: Instance) -> Array:
    """Return Σ of rank r: of the instance's problem, or diag(1, …, 1, 0, …, 0)."""
    if "weights" not in instance:
        return problem_of(instance).sigma
    d, r = instance["widths"][0], instance["r"]
    return np.diag([1] * r + [0] * (d - r)).astype(object)


@lru_cache(maxsize=1)
def _binary_networks() -> list[Instance]:
    """All networks of 2 to 4 layers and at most 6 weights, each 0 or 1, those with few weights first."""
    shapes = [w for L in (2, 3, 4) for w in product(range(1, 4), repeat=L + 1) if _size(w) <= 6]
    found: list[Instance] = []
    for widths in sorted(shapes, key=lambda w: (_size(w), len(w), w)):
        for entries in product((0, 1), repeat=_size(widths)):
            parts, start = [], 0
            for below, above in pairwise(widths):
                block = entries[start : start + below * above]
                parts.append([list(block[i * below : (i + 1) * below]) for i in range(above)])
                start += below * above
            found.append({"widths": list(widths), "r": widths[0], "weights": parts})
    return found


def _generic_networks(budget: Budget, rng: Rng, *, full: bool) -> Iterable[Instance]:
    """Random weights over Q for small widths, modulo a prime for larger ones; r = d, or every r."""
    for L, most in ((2, 4), (3, 3), (4, 2)):
        for widths in product(range(1, most + 1), repeat=L + 1):
            for r in range(widths[0] if full else 1, widths[0] + 1):
                yield instance_of(widths, r, 0)
    for draw, (widths, r, _) in enumerate(random_architectures(rng, budget.of(15, 60, 300))):
        yield instance_of(widths, widths[0] if full else r, 0, draw, field="p")


def _theorem_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [*_binary_networks(), *_generic_networks(budget, rng, full=True)]


def _corollary_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    singular = [{**case, "r": 1} for case in _binary_networks() if case["widths"][0] == 2]
    return [*_binary_networks(), *singular, *_generic_networks(budget, rng, full=False)]


def _sparse_networks(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Weights −1, 0, 1, of which many are 0, so that products of them vanish in many ways; up to 6 layers."""
    found = [case for case in _binary_networks() if _size(case["widths"]) < 5]
    for severed in range(DEEPEST):  # a chain of numbers, one of them 0, leaves one term of the sum
        weights = [[[int(layer != severed)]] for layer in range(DEEPEST)]
        found.append({"widths": [1] * (DEEPEST + 1), "r": 1, "weights": weights})
    for _ in range(budget.of(80, 250, 3000)):
        L = int(rng.integers(2, DEEPEST + 1))
        widths = [int(width) for width in rng.integers(1, 5 if L < 5 else 4, L + 1)]
        weights = [
            rng.choice([-1, 0, 1], (above, below), p=[0.25, 0.45, 0.3]).tolist() for below, above in pairwise(widths)
        ]
        found.append({"widths": widths, "r": int(rng.integers(1, widths[0] + 1)), "weights": weights})
    return found


def _sparse_whole(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [{**case, "r": case["widths"][0]} for case in _sparse_networks(budget, rng)]


def _through(instance: Instance) -> dict[str, list[int]]:
    """ρ_l = rk(W^{l−1:1} Σ) and g_l = rk W^{L:l+1}, l = 1 … L."""
    return _through_layers(instance_text(instance))


@lru_cache(maxsize=8192)
def _through_layers(text: str) -> dict[str, list[int]]:
    instance = json.loads(text)
    network, sigma = network_of(instance), sigma_of(instance)
    L = network.layers
    layers = range(1, L + 1)
    return {
        "rho": [rank(network.product(layer - 1, 1) @ sigma) for layer in layers],
        "g": [rank(network.product(L, layer + 1)) for layer in layers],
    }


def _first_expression() -> Any:
    r, K, last, first = symbols("r K rk_W2L rk_WL1")
    return r * last + K * first - last * first


def _predicted_by_products(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = _through(instance)
    given = {"rk_W2L": found["g"][0], "rk_WL1": found["rho"][-1]}
    return [value(r=instance["r"], K=instance["widths"][-1], **given)]


def _predicted_by_widths(instance: Instance, value: Evaluate) -> Sequence[Any]:
    widths, r = instance["widths"], instance["r"]
    return [value(q=min(r, *widths[1:]), r=r, K=widths[-1])]


def _narrowed() -> Any:
    r, K, last, first = symbols("r K rk_W2L rk_WL1")
    return crossed_rank(first, last, K, r)


def _by_widths() -> Any:
    return outer_rank(*symbols("q r K"))


def _every_weight() -> Any:
    g, rho = indexed("g"), indexed("rho")
    layers = range(1, DEEPEST + 1)
    return outer_rank_of_products([rho[layer] for layer in layers], [g[layer] for layer in layers])


def _predicted_for_every_weight(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """A network of fewer layers is one whose last layers are identities: g_l stays K."""
    found, missing = _through(instance), DEEPEST + 1 - len(instance["widths"])
    g, rho = (np.array(found[name] + [found[name][-1]] * missing, dtype=object) for name in ("g", "rho"))
    return [value(g=at(g), rho=at(rho))]


def _factor_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(outer_factor(network_of(instance))))]


def _outer_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(outer_hessian(network_of(instance), sigma_of(instance))))]


def _each_full(instance: Instance) -> bool:
    """A1."""
    return all(rank(weight) == min(weight.shape) for weight in network_of(instance).weights)


def _products_full(instance: Instance) -> bool:
    found, (_, *inner) = _through(instance), instance["widths"]
    L = len(inner)
    forward = [min([instance["r"], *inner[: layer - 1]]) for layer in range(1, L + 1)]
    return found["rho"] == forward and found["g"] == [min(inner[layer - 1 :]) for layer in range(1, L + 1)]


A1 = Hypothesis(r"\text{A1: every }\mathbf W^l\text{ has full rank}", _each_full)
FULL_PRODUCTS = Hypothesis(
    r"\operatorname{rk}\mathbf W^{L:l+1}=\min(M_l,\dots,M_L),\ "
    r"\operatorname{rk}(\mathbf W^{l-1:1}\mathbf\Sigma)=\min(r,M_1,\dots,M_{l-1})",
    _products_full,
)

_FACTOR, _OUTER = r"\operatorname{rk}\mathbf A_o", r"\operatorname{rk}\mathbf H_o"
_LOST_PRODUCT = "W³W² = 0 in widths 1, 1, 2, 1, 1 though each W^l has full rank: the rank is 1, not 0."
_LOST_WIDTH = "W²W¹ = 0 in widths 1, 2, 1, 2 though each W^l has full rank: the rank is 1, not 2."
_ACCIDENT = {"widths": [1, 2, 1, 2], "r": 1, "weights": [[[1], [0]], [[0, 1]], [[1], [0]]]}
_DEEP_ACCIDENT = {"widths": [1, 1, 2, 1, 1], "r": 1, "weights": [[[1]], [[1], [0]], [[0, 1]], [[1]]]}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:thm-3.1",
        "printed",
        "Theorem 3, first equality",
        _FACTOR,
        Formula(_first_expression),
        Value(_theorem_cases, _predicted_by_products, _factor_rank),
        (A1,),
        note=_LOST_PRODUCT,
        activations=1,
    ),
    Claim(
        "singh:thm-3.1",
        "corrected",
        "Theorem 3, first equality, products of full rank",
        _FACTOR,
        Formula(_narrowed, derived=True),
        Value(_theorem_cases, _predicted_by_products, _factor_rank, controls=(_DEEP_ACCIDENT,)),
        (FULL_PRODUCTS,),
        note="It also holds where W^{L:l+1} W^{l:1} … lose no rank between the first layer and the last.",
        activations=1,
    ),
    Claim(
        "singh:thm-3.2",
        "printed",
        "Theorem 3, second equality",
        _FACTOR,
        Formula(printed.outer),
        Value(_theorem_cases, _predicted_by_widths, _factor_rank),
        (A1,),
        note=_LOST_WIDTH,
        activations=1,
    ),
    Claim(
        "singh:thm-3.2",
        "corrected",
        "Theorem 3, second equality, products of full rank",
        _FACTOR,
        Formula(_by_widths, derived=True),
        Value(_theorem_cases, _predicted_by_widths, _factor_rank, controls=(_ACCIDENT,)),
        (FULL_PRODUCTS,),
        note="Products of random matrices have full rank almost surely. With two layers A1 suffices.",
        activations=1,
    ),
    Claim(
        "singh:thm-3.2",
        "sharp",
        "Theorem 3 for every weights",
        _FACTOR,
        Formula(_every_weight, derived=True),
        Value(_sparse_whole, _predicted_for_every_weight, _factor_rank),
        note="ρ_l = rk W^{l−1:1} and g_l = rk W^{L:l+1}; no weight needs to have full rank. Here for L = 6; a network "
        "of fewer layers is one that ends in identities.",
        activations=1,
    ),
    Claim(
        "singh:cor-4",
        "printed",
        "Corollary 4",
        _OUTER,
        Formula(printed.outer),
        Value(_corollary_cases, _predicted_by_widths, _outer_rank),
        (A1,),
        note=_LOST_WIDTH,
        activations=1,
    ),
    Claim(
        "singh:cor-4",
        "corrected",
        "Corollary 4, products of full rank",
        _OUTER,
        Formula(_by_widths, derived=True),
        Value(_corollary_cases, _predicted_by_widths, _outer_rank, controls=(_ACCIDENT,)),
        (FULL_PRODUCTS,),
        note="For r < d the products with Σ count. Ranks modulo a random prime of 61 bits for the larger networks.",
        activations=1,
    ),
    Claim(
        "singh:cor-4",
        "sharp",
        "Corollary 4 for every weights",
        _OUTER,
        Formula(_every_weight, derived=True),
        Value(_sparse_networks, _predicted_for_every_weight, _outer_rank),
        note="ρ_l = rk(W^{l−1:1}Σ) and g_l = rk W^{L:l+1}.",
        activations=1,
    ),
)
