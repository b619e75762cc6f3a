"""The columns of H_f that belong to one layer, with biases and a residual of generic mean: not in the paper."""

from collections.abc import Iterable, Sequence
from typing import Any

from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import hessian_rank
from eigenlaw.verify.chain_hessians import columns_of
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.singh.affine_instances import biased
from eigenlaw.verify.papers.singh.special import chain, problem

LHS = r"\operatorname{rk}\hat H_f^{\bullet l}"
NOTE = (
    "Exact over Q for every small architecture; modulo a random 61-bit prime the chance to miss a rank is below 10⁻¹⁵."
)


def _instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return biased(budget, rng)


def _weights_law() -> Any:
    return hessian_rank.affine_column_rank(*symbols("e M_below M_l tau"))


def _biases_law() -> Any:
    (above,) = symbols("M_l")
    return above


def _weights(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = chain(instance)
    names = ("e", "M_below", "M_l", "tau")
    layers = range(1, found.layers + 1)
    return [value(**dict(zip(names, found.column_terms(layer), strict=True))) for layer in layers]


def _biases(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = chain(instance)
    return [value(M_l=found.column_rank(block)) for block in range(found.layers + 1, found.blocks + 1)]


def _measured(place: int) -> Any:
    def measured(instance: Instance, _: Rng) -> Sequence[Any]:
        found = problem(instance)
        H, network = found.functional, found.network
        columns = (columns_of(network, layer)[place] for layer in range(1, network.layers + 1))
        return [fmpq(rank(H[:, places])) for places in columns]

    return measured


CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="singh:thm-5.5",
        form="new",
        source="Theorem 5, with biases: the weights of a layer",
        lhs=LHS,
        formula=Formula(_weights_law, derived=True),
        check=Value(_instances, _weights, _measured(0)),
        note="e = min(q, s) for l = 1, min(s̃, M_{l−1}, …, M_{L−1}, 1 + min(M_1, …, M_{l−1})) inside, q̃ for l = L; s "
        "stands for M_0, s̃ for M_L, and τ = M_{L−1} − q̃ for l = L where q̃ < s̃. " + NOTE,
        activations=1,
    ),
    Claim(
        id="singh:thm-5.6",
        form="new",
        source="Theorem 5, with biases: the biases of a layer",
        lhs=LHS,
        formula=Formula(_biases_law, derived=True),
        check=Value(_instances, _biases, _measured(1)),
        note="The columns of b^l are independent for l < L, and vanish for l = L. " + NOTE,
        activations=1,
    ),
)
