"""Ranks of H_o, H_f and H_L of one-hidden-layer networks with σ(z) = σ'(z) z: Theorem 9 and what stands beside it."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import piecewise_linear_rank as theory
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.one_hidden_layer_hessian import HiddenLayer
from eigenlaw.verify.papers.singh.gated import (
    A1,
    A2,
    HOMOGENEOUS,
    SIGMA,
    binary_layers,
    input_rank,
    layer_of,
    listed,
    random_layers,
    stack,
)


def layers(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Small networks with entries 0 and 1, then random ones with few and many samples, some of them repeated."""
    yield from binary_layers(HOMOGENEOUS, most=4)
    yield from random_layers(rng, budget.of(60, 200, 1000), samples=16)
    yield from random_layers(rng, budget.of(8, 40, 200), samples=8, copies=2)
    yield from random_layers(rng, budget.of(8, 40, 200), samples=12, d=4)


def _outer(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(layer_of(instance).outer))]


def _sizes(instance: Instance) -> dict[str, int]:
    layer = layer_of(instance)
    return {"M_tilde": len(layer.active), "r": input_rank(layer), "K": len(layer.W)}


def at_sizes(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula at M̃, r and K."""
    return [value(**_sizes(instance))]


def _printed() -> Any:
    active, r, K = symbols("M_tilde r K")
    return r * active + active * K - active


def _gates_law() -> Any:
    """Σ_g (q_g ρ_g + K h_g − q_g h_g)."""
    g, K, G = symbols("g K G")
    rho, q, h = indexed("rho"), indexed("q"), indexed("h")
    return summation(theory.same_gates_rank(rho[g], K, q[g], h[g]), (g, 1, G))


def _groups(layer: HiddenLayer) -> list[list[int]]:
    """The active neurons, by their gates: Λ^i up to a factor."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for i in layer.active:
        first = next(slope for slope in layer.slopes[i] if slope != 0)
        found.setdefault(tuple(Fraction(slope) / first for slope in layer.slopes[i]), []).append(i)
    return list(found.values())


def _over(groups: Callable[[HiddenLayer], list[list[int]]]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    """The law at groups of neurons."""

    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        layer = layer_of(instance)
        found = groups(layer)
        gated = [layer.gated(group[0]) for group in found]
        rho = listed([rank(matrix) for matrix in gated])
        q = listed([rank(layer.W[:, group]) for group in found])
        h = listed([rank(layer.V[group] @ matrix) for group, matrix in zip(found, gated, strict=True)])
        return [value(rho=rho, q=q, h=h, K=len(layer.W), G=len(found))]

    return predicted


def _alone(layer: HiddenLayer) -> list[list[int]]:
    return [[i] for i in range(len(layer.V))]


def _independent(instance: Instance) -> bool:
    """Tell whether the row spaces of XΛ are independent, one for each group of neurons with the same gates."""
    layer = layer_of(instance)
    first = [group[0] for group in _groups(layer)]
    return bool(first) and rank(stack(layer, first)) == sum(rank(layer.gated(i)) for i in first)


def _apart(instance: Instance) -> bool:
    """Tell whether no two active neurons have the same gates."""
    return all(len(group) == 1 for group in _groups(layer_of(instance)))


def _used(instance: Instance) -> bool:
    layer = layer_of(instance)
    return all(any(layer.W[:, i] != 0) and any(layer.preactivations[i] != 0) for i in layer.active)


APART = Hypothesis(r"\text{no two active neurons have the same gates}", _apart)
INDEPENDENT = Hypothesis(
    r"\text{the row spaces of the }X\Lambda^i\text{ of different gates are independent}", _independent
)
USED = Hypothesis(r"W_{\bullet,i}\ne0,\ V_{i,\bullet}^\top X\ne0\text{ for every active neuron}", _used)


def rich(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Random networks with so many samples that gates differ."""
    for instance in random_layers(rng, budget.of(60, 200, 800), names=("relu", "leaky_relu(1/10)", "abs")):
        yield {**instance, "N": instance["r"] * instance["M"] + instance["draw"] % 12}
    yield from random_layers(rng, budget.of(8, 20, 100), names=("linear",))


LINEAR: Instance = {"activation": "linear", "r": 2, "M": 2, "K": 2, "N": 8, "draw": 0}
OVERLAP: Instance = {"activation": "relu", "V": [[1, 0], [0, 1]], "W": [[1, 1]], "X": [[1, 1], [0, 1]]}


def _grouped(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Networks with neurons that are parallel to others, and with few samples."""
    names = ("relu", "leaky_relu(1/10)", "abs")
    for instance in random_layers(rng, budget.of(30, 60, 400), names=names, samples=2):
        M = instance["M"] + 2
        parallel = [[M - 2, 0, 2], [M - 1, instance["draw"] % (M - 1), 3]]
        yield {**instance, "M": M, "N": 2 * instance["r"] * M, "parallel": parallel}
    yield from random_layers(rng, budget.of(30, 80, 400), samples=10)


EXACT = "Exact ranks over the rationals; M̃ counts the neurons that are active at some sample."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:thm-9.1",
        "printed",
        "Theorem 9",
        r"\mathrm{rk}(H_o)",
        Formula(_printed),
        Value(layers, at_sizes, _outer, "<="),
        (SIGMA, A1, A2),
        note=EXACT,
    ),
    Claim(
        "singh:thm-9.1",
        "sharp",
        "Theorem 9 with equality, where the gated inputs are independent",
        r"\mathrm{rk}(H_o)",
        Formula(lambda: theory.outer_rank(*symbols("M_tilde r K")), derived=True),
        Value(rich, at_sizes, _outer, controls=(LINEAR,)),
        (SIGMA, APART, INDEPENDENT, A2, USED),
        note=f"{EXACT} By thm-9.4 so it is for ReLU with V_i of which no two are parallel, and r inputs in each cell.",
    ),
    Claim(
        "singh:thm-9.2",
        "new",
        "Theorem 9 for every network and every sample",
        r"\mathrm{rk}(H_o)",
        Formula(_gates_law, derived=True),
        Value(layers, _over(_alone), _outer, "<="),
        (SIGMA,),
        note=f"{EXACT} Neither A1 nor A2.",
    ),
    Claim(
        "singh:thm-9.3",
        "new",
        "the rank of H_o where the gated inputs of different gates are independent",
        r"\mathrm{rk}(H_o)",
        Formula(_gates_law, derived=True),
        Value(_grouped, _over(_groups), _outer, controls=(OVERLAP,)),
        (SIGMA, INDEPENDENT),
        note=f"{EXACT} The sum is over groups of neurons with the same gates; a linear network is one group.",
    ),
)
