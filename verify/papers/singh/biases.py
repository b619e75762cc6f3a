"""Networks with biases: the Jacobian (26), (27), the two parts of H_o (30), (31), and its rank, Theorem 12."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import hessian_rank
from eigenlaw.verify.chain_hessians import outer_hessian
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, summation, symbols, undefined
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.linear_chains import LinearNetwork, random_network, rational_draw
from eigenlaw.verify.papers.singh import printed
from eigenlaw.verify.papers.singh.affine_instances import A3, full_residual, predicted
from eigenlaw.verify.papers.singh.measured import exactly, outer_rank
from eigenlaw.verify.papers.singh.special import (
    A1,
    PRODUCTS,
    any_affine_networks,
    explicit,
    lasting,
    problem,
    with_biases,
)

Array = NDArray[Any]
MOST = 6
"""Layers of the deepest network."""


def _shapes(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return small networks with biases, and samples whose mean is zero."""
    for draw in range(budget.of(20, 40, 200)):
        widths = [int(width) for width in rng.integers(1, 4 - draw % 3 // 2, 3 + draw % 3)]
        yield {"widths": widths, "samples": int(rng.integers(2, 5)), "mean": "zero", "draw": draw}


OFF_CENTRE: Instance = {"widths": [2, 2, 1], "samples": 3, "mean": "any", "draw": 0}


@lru_cache(maxsize=512)
def _drawn(text: str) -> tuple[LinearNetwork, Array]:
    instance = json.loads(text)
    numbers = rational_draw(np.random.default_rng([11, *instance["widths"], instance["draw"]]), 9, 4)
    network = random_network(tuple(instance["widths"]), numbers, bias=True)
    X = numbers((instance["widths"][0], instance["samples"]))
    return network, X - X.mean(axis=1, keepdims=True) if instance["mean"] == "zero" else X


def _network(instance: Instance) -> tuple[LinearNetwork, Array]:
    return _drawn(instance_text(instance))


def _first_layers(network: LinearNetwork, layers: int, X: Array) -> Array:
    """Return F^{l:1}(X), one layer after the other."""
    for weight, bias in list(zip(network.weights, network.biases, strict=True))[:layers]:
        X = weight @ X + bias[:, None]
    return X


def _recursion() -> Any:
    i, j, below = symbols("i j m")
    W, F, b = undefined("W^L"), undefined("F^{L-1:1}"), undefined("b^L")
    return summation(W(i, j) * F(j), (j, 1, below)) + b(i)


def _recursion_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    network, X = _network(instance)
    before = _first_layers(network, network.layers - 1, X[:, :1])
    last = {"W^L": _at(network.weights[-1]), "F^{L-1:1}": _at(before[:, 0]), "b^L": _at(network.biases[-1])}
    return [value(i=i, m=len(before), **last) for i in range(1, network.widths[-1] + 1)]


def _at(array: Array) -> Callable[..., Any]:
    """Return an array as a function of indices from 1 on."""

    def entry(*indices: int) -> Any:
        if not all(1 <= index <= size for index, size in zip(indices, array.shape, strict=True)):
            raise IndexError(f"indices={indices}: expected 1 to {array.shape}")
        return array[tuple(index - 1 for index in indices)]

    return entry


def _outputs(instance: Instance, _: Rng) -> Sequence[Any]:
    """Return F(x) from the product of the layers' matrices on (x, 1)."""
    network, X = _network(instance)
    return list(network.outputs(X[:, :1])[:, 0])


@lru_cache(maxsize=512)
def _difference_quotients(text: str) -> Array:
    """Return the derivatives of F by W^1 … W^L, b^1 … b^L, shape (p, N, K); F is affine in each parameter alone."""
    network, X = _drawn(text)
    base, found = network.outputs(X), []
    arrays = [*network.weights, *network.biases]
    for place, array in enumerate(arrays):
        for index in np.ndindex(array.shape):
            moved = array.copy()
            moved[index] += 1
            changed = [*arrays[:place], moved, *arrays[place + 1 :]]
            other = LinearNetwork(tuple(changed[: network.layers]), tuple(changed[network.layers :]))
            found.append((other.outputs(X) - base).T)
    return np.array(found, dtype=object)


def _measured_jacobian(instance: Instance, _: Rng) -> Sequence[Any]:
    return list(_difference_quotients(instance_text(instance))[:, 0].ravel())


def _jacobian() -> Any:
    """(27): an entry of W^{l+1:L} ⊗ F^{l−1:1}(x), or of W^{l+1:L} with 1 in place of F for a bias."""
    up, F = symbols("W F")
    return up * F


def _factors(network: LinearNetwork, x: Array) -> list[tuple[Any, Array, Any]]:
    """Return for each parameter, weights first, its column of W^{L:l+1} and its entry of F^{l−1:1}(x), 1 for a bias."""
    weights, biases = [], []
    for layer in range(1, network.layers + 1):
        up = LinearNetwork(network.weights).product(network.layers, layer + 1)
        before = _first_layers(network, layer - 1, x[:, None])[:, 0]
        weights += [(layer, up[:, i], value) for i in range(up.shape[1]) for value in before]
        biases += [(None, up[:, i], 1) for i in range(up.shape[1])]
    return weights + biases


def _jacobian_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    network, X = _network(instance)
    return [value(W=entry, F=after) for _, column, after in _factors(network, X[:, 0]) for entry in column]


def _moments(instance: Instance) -> Array:
    J = _difference_quotients(instance_text(instance))
    flat = J.reshape(len(J), -1)
    return np.asarray(flat @ flat.T * fmpq(1, J.shape[1]))


def _weights(network: LinearNetwork) -> int:
    return sum(weight.size for weight in network.weights)


def _weight_block(instance: Instance, _: Rng) -> Sequence[Any]:
    size = _weights(_network(instance)[0])
    return list(_moments(instance)[:size, :size].ravel())


def _split() -> Any:
    """(30): an entry of W^{k+1:L}W^{L:l+1} ⊗ (W^{k−1:1}ΣW^{1:l−1} + F^{k−1:1}(0)F^{1:l−1}(0))."""
    outer, inner, first, second = symbols("G S F_k F_l")
    return outer * inner + outer * first * second


def _split_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    network, X = _network(instance)
    bare = LinearNetwork(network.weights)
    sigma = X @ X.T * fmpq(1, X.shape[1])
    size = _weights(network)
    factors = _factors(network, X[:, 0] * 0)[:size]
    down = [row for layer in range(1, network.layers + 1) for row in _rows(bare, layer)]
    spread = [row @ sigma for row in down]
    return [
        value(G=first[1] @ second[1], S=spread[a] @ down[b], F_k=first[2], F_l=second[2])
        for a, first in enumerate(factors)
        for b, second in enumerate(factors)
    ]


def _rows(bare: LinearNetwork, layer: int) -> list[Array]:
    """Return the row of W^{l−1:1} that belongs to each entry of W^l."""
    down = bare.product(layer - 1, 1)
    return [row for _ in range(bare.weights[layer - 1].shape[0]) for row in down]


def _bias_part(instance: Instance, _: Rng) -> Sequence[Any]:
    """Return what H_o has beside the H_o of the same network without biases."""
    network, X = _network(instance)
    size = _weights(network)
    rest = _moments(instance).copy()
    rest[:size, :size] -= outer_hessian(LinearNetwork(network.weights), X @ X.T * fmpq(1, X.shape[1]))
    return list(rest[np.triu_indices(len(rest))])


def _bias_factor() -> Any:
    """(31): an entry of B_o B_oᵀ."""
    c, K = symbols("c K")
    first, second = undefined("B_a"), undefined("B_b")
    return summation(first(c) * second(c), (c, 1, K))


def _bias_rows(instance: Instance) -> list[Array]:
    network, X = _network(instance)
    return [column * after for _, column, after in _factors(network, X[:, 0] * 0)]


def _bias_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    rows = _bias_rows(instance)
    pairs = combinations_with_replacement(rows, 2)
    return [value(K=len(first), B_a=_at(first), B_b=_at(second)) for first, second in pairs]


def _outputs_count() -> Any:
    (K,) = symbols("K")
    return K


def _rank_of_factor(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(np.array(_bias_rows(instance), dtype=object)))]


CENTRED_SAMPLE = Hypothesis(r"E[x]=0", lambda i: not _network(i)[1].sum(axis=1).any())


def _everything(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from full_residual(budget, rng)
    yield from any_affine_networks(rng, budget.of(80, 400, 3000), centred=True)


def _any_data(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield ONE_SAMPLE
    yield STAIRCASE
    yield from any_affine_networks(rng, budget.of(120, 600, 4000))


def _law() -> Any:
    return hessian_rank.affine_outer_rank(*symbols("q r K"))


def _exact_law() -> Any:
    forward, backward = ([indexed(name)[k] for k in range(1, MOST + 1)] for name in ("rho", "g"))
    return hessian_rank.affine_outer_rank_of_products(forward, backward)


def _exact_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = problem(instance)
    mean = found.sigma[:-1, -1:]
    covariance = found.sigma[:-1, :-1] - mean @ mean.T
    bare = LinearNetwork(found.network.weights)
    layers = range(1, bare.layers + 1)
    forward = [rank(bare.product(layer - 1, 1) @ covariance) for layer in layers]
    backward = [rank(bare.product(bare.layers, layer + 1)) for layer in layers]
    return [value(rho=lasting(forward, MOST), g=lasting(backward, MOST))]


ONE_SAMPLE: Instance = with_biases(explicit([[[1]], [[1]]], [[1]]), [[0], [0]], [[1]], [1])
STAIRCASE: Instance = with_biases(
    explicit([np.eye(width, max(width - 1, 1), dtype=int) for width in range(1, MOST + 1)], np.eye(MOST, 1, dtype=int)),
    [[0] * width for width in range(1, MOST + 1)],
    [[1, -1]],
    [1] * MOST,
)
"""Widths 1, 1, 2, …, 6, where every g_l − g_{l−1} and every ρ_l is 1."""

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:eq-26.1",
        "printed",
        "(26)",
        r"F_i^{L:1}(x)",
        Formula(_recursion),
        Value(_shapes, _recursion_value, _outputs),
        note="Held against the product of the layers' matrices on (x, 1).",
        activations=1,
    ),
    Claim(
        "singh:eq-26.2",
        "printed",
        "(27)",
        r"\partial F_c/\partial W^l_{ij}=(W^{L:l+1})_{ci}F^{l-1:1}_j(x),\ \partial F_c/\partial b^l_i=(W^{L:l+1})_{ci}",
        Formula(_jacobian),
        Value(_shapes, _jacobian_value, _measured_jacobian),
        note="Held against exact difference quotients, F being affine in each single parameter.",
        activations=1,
    ),
    Claim(
        "singh:eq-26.3",
        "printed",
        "(30)",
        r"(H_o^{kl})_{(ij),(ab)},\ G=(W^{k+1:L}W^{L:l+1})_{ia},\ S=(W^{k-1:1}\Sigma W^{1:l-1})_{jb}",
        Formula(_split),
        Value(_shapes, _split_value, _weight_block, controls=(OFF_CENTRE,)),
        (CENTRED_SAMPLE,),
        activations=1,
    ),
    Claim(
        "singh:eq-26.4",
        "printed",
        "(31)",
        r"H_o-H_o^{\text{no bias}}=(B_oB_o^\top)_{ab}",
        Formula(_bias_factor),
        Value(_shapes, _bias_value, _bias_part, controls=(OFF_CENTRE,)),
        (CENTRED_SAMPLE,),
        note="All blocks, those of weights and biases included.",
        activations=1,
    ),
    Claim(
        "singh:eq-26.5",
        "printed",
        "after (31)",
        r"\operatorname{rk}B_o",
        Formula(_outputs_count),
        Value(_shapes, lambda i, value: [value(K=i["widths"][-1])], _rank_of_factor),
        activations=1,
    ),
    Claim(
        "singh:thm-12.1",
        "printed",
        "Theorem 12",
        r"\operatorname{rk}H_o",
        Formula(printed.affine_outer),
        Value(_everything, predicted, exactly(outer_rank), "<="),
        (A1, A3),
        activations=1,
    ),
    Claim(
        "singh:thm-12.1",
        "sharp",
        "Theorem 12, attained",
        r"\operatorname{rk}H_o",
        Formula(_law, derived=True),
        Value(_everything, predicted, exactly(outer_rank), controls=(ONE_SAMPLE,)),
        (PRODUCTS, A3),
        note="The bound is attained when all products of weights have the ranks of generic ones.",
        activations=1,
    ),
    Claim(
        "singh:thm-12.2",
        "new",
        "Theorem 12, for every network and every mean of the inputs",
        r"\operatorname{rk}H_o,\ \rho_l=\operatorname{rk}(W^{l-1:1}\operatorname{Cov}x),\ "
        r"g_l=\operatorname{rk}W^{L:l+1}",
        Formula(_exact_law, derived=True),
        Value(_any_data, _exact_value, exactly(outer_rank)),
        note="No weight needs to have full rank and no input mean to be zero; the bound of Theorem 12 follows without "
        "A1 and A3.",
        activations=1,
    ),
    Claim(
        "singh:thm-12.3",
        "new",
        "Theorem 12, without A1 and A3",
        r"\operatorname{rk}H_o",
        Formula(_law, derived=True),
        Value(_any_data, predicted, exactly(outer_rank), "<="),
        note="The two assumptions are not needed for the bound.",
        activations=1,
    ),
)
