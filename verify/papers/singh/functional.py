"""The columns of H_f that belong to one layer: Theorem 5, S4.1.1, S4.1.2, and their rank for any weights."""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory.hessian_rank import column_rank, column_rank_of_products
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, symbols
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.papers.singh import printed
from eigenlaw.verify.papers.singh.common import architectures
from eigenlaw.verify.papers.singh.measured import column_ranks
from eigenlaw.verify.papers.singh.special import (
    A1,
    PRODUCTS,
    RESIDUAL_PRODUCTS,
    any_networks,
    chain,
    explicit,
    lasting,
    problem,
    zero_one,
)

Layers = Callable[[int], Iterable[int]]
MOST = 4
"""Layers of the deepest network of the law for every network."""


def _inner(L: int) -> Iterable[int]:
    return range(2, L)


def _first(_: int) -> Iterable[int]:
    return (1,)


def _last(L: int) -> Iterable[int]:
    return (L,)


def _instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from zero_one(6, (3, 4), 3)
    yield from zero_one(8, (3, 4), 3, least=1)
    yield from architectures(budget, rng)


def _deep(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return (instance for instance in _instances(budget, rng) if chain(instance).layers > 2)


def _predicted(layers: Layers) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        found = chain(instance)
        widths, values = found.widths, printed.bindings(found)
        return [value(**values, M_below=widths[k - 1], M_l=widths[k]) for k in layers(found.layers)]

    return predicted


def _measured(layers: Layers) -> Callable[[Instance, Rng], Sequence[Any]]:
    def measured(instance: Instance, _: Rng) -> Sequence[Any]:
        ranks = column_ranks(instance)
        return [fmpq(ranks[layer - 1]) for layer in layers(len(ranks))]

    return measured


def _value(layers: Layers, controls: tuple[Instance, ...] = ()) -> Value:
    instances = _deep if layers is _inner else _instances
    return Value(instances, _predicted(layers), _measured(layers), controls=controls)


def _wide_inner() -> Any:
    """S4.1.1, part 1."""
    s, below, above = symbols("s M_below M_l")
    return s * below + s * above - s**2


def _wide_first() -> Any:
    """S4.1.1, part 2."""
    s, above = symbols("s M_l")
    return s * above


def _wide_last() -> Any:
    """S4.1.1, part 3."""
    s, below = symbols("s M_below")
    return s * below


def _residual_rank(instance: Instance, below: int, above: int) -> int:
    """Return rk(W^{below:1}Ωᵀ W^{L:above+1})."""
    found = problem(instance)
    network = found.network
    return rank(network.product(below, 1) @ found.omega.T @ network.product(network.layers, above + 1))


def _kept(pairs: Callable[[int], Iterable[tuple[int, int]]]) -> Callable[[Instance], bool]:
    """Tell whether W^{k:1}Ωᵀ W^{L:l+1} has rank s for these (k, l)."""

    def met(instance: Instance) -> bool:
        found = chain(instance)
        return all(_residual_rank(instance, *pair) == found.residual_rank for pair in pairs(found.layers))

    return met


def _around(L: int) -> Iterable[tuple[int, int]]:
    """Return the products next to each inner layer l: W^{l−2:1}ΩᵀW^{L:l+1} and W^{l−1:1}ΩᵀW^{L:l+2}."""
    return ((k, k + 2) for k in range(L - 1))


WIDE = Hypothesis(
    r"\hat q=s",
    lambda i: (c := chain(i)).q_hat == c.residual_rank,
    tight=lambda i: (c := chain(i)).q == c.residual_rank,
)
BOTTLENECK = Hypothesis(
    r"\hat q<s",
    lambda i: (c := chain(i)).q_hat < c.residual_rank,
    tight=lambda i: (c := chain(i)).q_hat == c.residual_rank - 1,
)
KEPT_INNER = Hypothesis(
    r"\operatorname{rk}(W^{l-2:1}\Omega^\top W^{L:l+1})=\operatorname{rk}(W^{l-1:1}\Omega^\top W^{L:l+2})=s",
    _kept(_around),
)
KEPT_FIRST = Hypothesis(r"\operatorname{rk}(\Omega^\top W^{L:3})=s", _kept(lambda L: ((0, 2),)))
KEPT_LAST = Hypothesis(r"\operatorname{rk}(W^{L-2:1}\Omega^\top)=s", _kept(lambda L: ((L - 2, L),)))


def _exact_build() -> Any:
    names = ("a", "c", "d", "e")
    return column_rank_of_products(*([indexed(name)[k] for k in range(1, MOST)] for name in names))


@lru_cache(maxsize=8192)
def _product_ranks(text: str) -> tuple[tuple[list[int], ...], ...]:
    """Return for each layer the ranks that a, c, d and e stand for."""
    instance = json.loads(text)
    network = problem(instance).network
    found = []
    for layer in range(1, network.layers + 1):
        under, over = range(layer - 1, 0, -1), range(layer + 1, network.layers + 1)
        found.append(
            (
                [_residual_rank(instance, k - 1, layer) for k in under],
                [rank(network.product(layer - 1, k + 1)) for k in under],
                [_residual_rank(instance, layer - 1, j) for j in over],
                [rank(network.product(j - 1, layer + 1)) for j in over],
            )
        )
    return tuple(found)


def _exact(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """Return the rank for each layer; a sequence that has ended goes on with its last value and adds nothing."""
    ranks = _product_ranks(instance_text(instance))
    return [
        value(**{name: lasting(part, MOST - 1) for name, part in zip("acde", parts, strict=True)}) for parts in ranks
    ]


SPECIAL: tuple[tuple[Instance, ...], ...] = (
    (explicit([[[0, 1]], [[1]], [[0], [1]]], [[1, 0], [0, 0]]),),
    (explicit([[[0], [1]], [[0, 1]], [[0], [1]]], [[1], [0]]),),
    (
        explicit([[[0, 1]], [[0], [1]], [[0, 1]]], [[1, 0]]),
        explicit([[[1], [0]], [[0, 1]], [[1], [0]], [[1, 0]]], [[1]]),
    ),
)
"""Networks with weights of full rank at which Theorem 5 fails for an inner, the first, the last layer; the last one has
W²W¹ = 0."""


def _every(L: int) -> Iterable[int]:
    return range(1, L + 1)


def _any_instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from zero_one(6, (3,))
    for layers in (2, 3, MOST):
        yield from any_networks(rng, budget.of(25, 50, 200) * layers, layers)


def _printed(part: int, layers: Layers, build: Callable[[], Any], note: str) -> Claim:
    where = ("1<l<L", "l=1", "l=L")[part - 1]
    return Claim(
        f"singh:thm-5.{part}",
        "printed",
        "Theorem 5",
        rf"\operatorname{{rk}}\hat H_f^{{\bullet l}},\ {where}",
        Formula(build),
        _value(layers),
        (A1,),
        note=note,
        activations=1,
    )


def _law(part: int) -> Formula:
    """Return the rank of an inner, the first or the last block of columns."""

    def build() -> Any:
        q_hat, below, above, s = symbols("q_hat M_below M_l s")
        return column_rank(q_hat, s if part == 2 else below, s if part == 3 else above)

    return Formula(build, derived=True)


def _corrected(part: int, layers: Layers) -> Claim:
    where = ("1<l<L", "l=1", "l=L")[part - 1]
    return Claim(
        f"singh:thm-5.{part}",
        "corrected",
        "Theorem 5, for products of full rank",
        rf"\operatorname{{rk}}\hat H_f^{{\bullet l}},\ {where}",
        _law(part),
        _value(layers, SPECIAL[part - 1]),
        (PRODUCTS, RESIDUAL_PRODUCTS),
        note="Not the weights but their products, with Ω between them, need the ranks of generic ones. Exact over Q "
        "for every small architecture; modulo a random 61-bit prime the chance to miss a rank is below 10⁻¹⁵.",
        activations=1,
    )


PARTS: tuple[tuple[Layers, Callable[[], Any], str], ...] = (
    (
        _inner,
        printed.inner_column,
        "Full rank of each W^l does not suffice: here ΩᵀW^3 = 0 and W^1Ωᵀ = 0 with widths 2, 1, 1, 2.",
    ),
    (_first, printed.first_column, "Full rank of each W^l does not suffice: here ΩᵀW^3 = 0 with widths 1, 2, 1, 2."),
    (_last, printed.last_column, "Full rank of each W^l does not suffice: here W^1Ωᵀ = 0 with widths 2, 1, 2, 1."),
)

WIDE_PARTS: tuple[tuple[Layers, Callable[[], Any], Hypothesis], ...] = (
    (_inner, _wide_inner, KEPT_INNER),
    (_first, _wide_first, KEPT_FIRST),
    (_last, _wide_last, KEPT_LAST),
)


def _wide(part: int, layers: Layers, build: Callable[[], Any], needed: Hypothesis) -> tuple[Claim, Claim]:
    lhs = rf"\operatorname{{rk}}\hat H_f^{{\bullet l}},\ {('1<l<L', 'l=1', 'l=L')[part - 1]}"
    key, formula, check = f"singh:sec-4.1.1.{part}", Formula(build), _value(layers)
    return (
        Claim(
            key,
            "printed",
            f"S4.1.1, part {part}",
            lhs,
            formula,
            check,
            (A1, WIDE),
            note="The left-inverses of the proof need not exist when only each W^l has full rank.",
            activations=1,
        ),
        Claim(
            key,
            "corrected",
            f"S4.1.1, part {part}, where Ω keeps its rank",
            lhs,
            formula,
            check,
            (needed, WIDE),
            note="No weight needs to have full rank, as long as these products with Ω keep its rank.",
            activations=1,
        ),
    )


def _bottleneck(part: int, layers: Layers, build: Callable[[], Any]) -> tuple[Claim, Claim]:
    lhs = rf"\operatorname{{rk}}\hat H_f^{{\bullet l}},\ {('1<l<L', 'l=1', 'l=L')[part - 1]}"
    key, formula, check = f"singh:sec-4.1.2.{part}", Formula(build), _value(layers)
    return (
        Claim(
            key,
            "printed",
            f"S4.1.2, part {part}",
            lhs,
            formula,
            check,
            (A1, BOTTLENECK),
            note="The left-inverses of the proof need not exist when only each W^l has full rank.",
            activations=1,
        ),
        Claim(
            key,
            "corrected",
            f"S4.1.2, part {part}, for products of full rank",
            lhs,
            _law(part),
            check,
            (PRODUCTS, RESIDUAL_PRODUCTS, BOTTLENECK),
            activations=1,
        ),
    )


CLAIMS: tuple[Claim, ...] = (
    *(_printed(part, layers, build, note) for part, (layers, build, note) in enumerate(PARTS, 1)),
    *(_corrected(part, layers) for part, (layers, _, _) in enumerate(PARTS, 1)),
    Claim(
        "singh:thm-5.4",
        "new",
        "Theorem 5, for every network",
        r"\operatorname{rk}\hat H_f^{\bullet l},\ 1\le l\le L",
        Formula(_exact_build, derived=True),
        Value(_any_instances, _exact, _measured(_every)),
        note="For any weights and any Ω, with a_k = rk(W^{l−k−1:1}ΩᵀW^{L:l+1}), c_k = rk W^{l−1:l−k+1}, "
        "d_k = rk(W^{l−1:1}ΩᵀW^{L:l+k+1}), e_k = rk W^{l+k−1:l+1}.",
        activations=1,
    ),
    *(claim for part, row in enumerate(WIDE_PARTS, 1) for claim in _wide(part, *row)),
    *(claim for part, (layers, build, _) in enumerate(PARTS, 1) for claim in _bottleneck(part, layers, build)),
)
