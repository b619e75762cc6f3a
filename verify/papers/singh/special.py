"""Networks in special position: every small one with entries 0 and 1, in which products and residuals may cancel."""

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory.linear_chain import LinearChain
from eigenlaw.verify.claim import Hypothesis, Instance, Rng
from eigenlaw.verify.linear_chains import LinearNetwork, identity
from eigenlaw.verify.papers.singh.common import Problem, chain_of, problem_of

Array = NDArray[Any]


def explicit(weights: Sequence[Any], omega: Any) -> dict[str, Any]:
    """Return the instance of a network with these weights W^1 … W^L and this Ω, for inputs with E x xᵀ = 1."""
    listed = [np.asarray(matrix).tolist() for matrix in (*weights, omega)]
    return {"weights": listed[:-1], "omega": listed[-1]}


def with_biases(instance: Instance, biases: Sequence[Any], inputs: Any, mean: Any) -> dict[str, Any]:
    """Return an explicit instance with biases b^1 … b^L, inputs as the columns of a matrix, and this E δ."""
    listed = {"biases": [np.asarray(bias).tolist() for bias in biases], "inputs": np.asarray(inputs).tolist()}
    return dict(instance) | listed | {"mean_residual": np.asarray(mean).tolist()}


def problem(instance: Instance) -> Problem:
    """Return the network, Σ and Ω of an instance: explicit ones, or random ones as in ``common.problem_of``."""
    if "weights" not in instance:
        return problem_of(instance)
    weights = tuple(np.array(weight, dtype=object) for weight in instance["weights"])
    omega = np.array(instance["omega"], dtype=object)
    if "biases" not in instance:
        return Problem(LinearNetwork(weights), identity(weights[0].shape[1]), omega)
    network = LinearNetwork(weights, tuple(np.array(bias, dtype=object) for bias in instance["biases"]))
    inputs = network.homogeneous(np.array(instance["inputs"], dtype=object))
    sigma = inputs @ inputs.T * fmpq(1, inputs.shape[1])
    mean = np.array(instance["mean_residual"], dtype=object)[:, None]
    return Problem(network, sigma, np.concatenate([omega, mean], axis=1))


def chain(instance: Instance) -> LinearChain:
    """Return the stratum of an instance; of an explicit one the ranks are measured."""
    if "weights" not in instance:
        return chain_of(instance)
    found = problem(instance)
    widths = found.network.widths
    if not found.network.biases:
        return LinearChain(widths, widths[0], rank(found.omega))
    r, s = rank(found.sigma[:-1, :-1]), rank(found.omega[:, :-1])
    return LinearChain(widths, r, s, True, "generic" if found.omega[:, -1].any() else "zero")


def reduced(found: Problem) -> LinearNetwork:
    """Return the weights without biases, W^1 on the span of the inputs only: W^1 Σ stands for its r columns."""
    first, *others = found.network.weights
    d = first.shape[1]
    return LinearNetwork((first @ found.sigma[:d, :d], *others))


def full_rank(instance: Instance) -> bool:
    """Tell whether every W^l has full rank, W^1 on the span of the inputs, which is assumption A1 with Remark R1."""
    widths = _widths(instance)
    weights = reduced(problem(instance)).weights
    return all(
        rank(weight) == min(below, above) for weight, (below, above) in zip(weights, pairwise(widths), strict=True)
    )


def products(instance: Instance) -> bool:
    """Tell whether every product W^{b:a} has the rank of a generic one."""
    network, widths = reduced(problem(instance)), _widths(instance)
    layers = range(1, network.layers + 1)
    return all(
        rank(network.product(above, below)) == min(widths[below - 1 : above + 1])
        for below in layers
        for above in layers
        if below <= above
    )


def residual_products(instance: Instance) -> bool:
    """Tell whether W^{k−1:1}ΩᵀW^{L:l+1}, k < l, has the rank min(s, M_0, …, M_{k−1}, M_l, …, M_L)."""
    found = problem(instance)
    network, omega, L = found.network, found.omega, found.network.layers
    widths, s = _widths(instance), rank(found.omega)
    return all(
        rank(network.product(k - 1, 1) @ omega.T @ network.product(L, above + 1))
        == min(s, *widths[:k], *widths[above:])
        for above in range(2, L + 1)
        for k in range(1, above)
    )


def _widths(instance: Instance) -> tuple[int, ...]:
    found = chain(instance)
    return (found.data_rank, *found.widths[1:])


A1 = Hypothesis(r"\operatorname{rk}W^l=\min(M_{l-1},M_l)", full_rank)
PRODUCTS = Hypothesis(r"\operatorname{rk}W^{b:a}=\min(M_{a-1},\dots,M_b)", products)
RESIDUAL_PRODUCTS = Hypothesis(
    r"\operatorname{rk}(W^{k-1:1}\Omega^\top W^{L:l+1})=\min(s,M_0,\dots,M_{k-1},M_l,\dots,M_L)", residual_products
)


def lasting(values: Sequence[int], most: int) -> Callable[[int], int]:
    """Return k ↦ the k-th value, k = 1 … most: a sequence that has ended keeps its last value, an empty one is 0."""

    def at(k: int) -> int:
        if not 1 <= k <= most:
            raise IndexError(f"k={k}: expected 1 to {most}")
        return values[min(k, len(values)) - 1] if values else 0

    return at


@lru_cache
def zero_one(most: int, layers: Sequence[int] = (2, 3), width: int = 2, least: int = 0) -> tuple[Instance, ...]:
    """Return the networks with entries 0 and 1, each W^l of full rank, and Ω = diag(1, …, 1, 0, …), the smallest first.

    Changes of basis of inputs and outputs send any Ω to such a diagonal.

    Args:
        most: parameters of the largest network.
        layers: the numbers of layers.
        width: the largest width.
        least: how much larger than every q̂ the rank of Ω is.
    """
    shapes = [widths for L in layers for widths in product(range(1, width + 1), repeat=L + 1)]
    size = {widths: sum(below * above for below, above in pairwise(widths)) for widths in shapes}
    found: list[Instance] = []
    for widths in sorted(shapes, key=lambda widths: (size[widths], len(widths), widths)):
        if size[widths] <= most:
            ranks = range(max(1, least and min(widths) + least), min(widths[0], widths[-1]) + 1)
            residuals = [np.diag([1] * s + [0] * width)[: widths[-1], : widths[0]] for s in ranks]
            choices = [_matrices(above, below) for below, above in pairwise(widths)]
            found += (explicit(weights, omega) for *weights, omega in product(*choices, residuals))
    return tuple(found)


@lru_cache
def _matrices(rows: int, columns: int) -> tuple[Array, ...]:
    every = (np.array(bits, dtype=object).reshape(rows, columns) for bits in product((0, 1), repeat=rows * columns))
    return tuple(matrix for matrix in every if rank(matrix) == min(rows, columns))


def any_networks(rng: Rng, count: int, depth: int | None = None) -> Iterator[Instance]:
    """Return random networks with entries −1, 0, 1, most of them zero in half of the cases: ranks and products drop."""
    for _ in range(count):
        layers = depth or int(rng.integers(2, 7))
        widths = [int(width) for width in rng.integers(1, 4 if layers < 5 else 3, layers + 1)]
        numbers = [-1, 0, 1] if rng.integers(2) else [-1, 0, 0, 0, 1]
        shapes = [*zip(widths[1:], widths[:-1], strict=True), (widths[-1], widths[0])]
        *weights, omega = (rng.choice(numbers, size=shape) for shape in shapes)
        yield explicit(weights, omega)


def any_affine_networks(
    rng: Rng, count: int, *, centred: bool = False, layers: int | None = None
) -> Iterator[Instance]:
    """Return random networks with biases, weights as in ``any_networks``, on a few inputs with entries −1, 0, 1."""
    for instance in any_networks(rng, count, layers):
        weights = [np.array(weight) for weight in instance["weights"]]
        inputs = rng.integers(-1, 2, (weights[0].shape[1], int(rng.integers(1, 5))))
        inputs[0, 0] = 1
        if centred:
            inputs = np.concatenate([inputs, -inputs], axis=1)
        biases = [rng.integers(-1, 2, len(weight)) for weight in weights]
        span = inputs @ rng.integers(-1, 2, (inputs.shape[1], len(weights[-1])))
        found = explicit(weights, span.T)
        yield with_biases(found, biases, inputs, rng.integers(-1, 2, len(weights[-1])))
