"""What the themes on losses and initialisations share: the instances, the hypotheses, and the ranks as checks."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Literal, get_args

from flint import fmpq

from eigenlaw.theory import hessian_rank
from eigenlaw.theory.linear_chain import LinearChain, Loss
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Form, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.digits import digits_hash
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.singh import printed
from eigenlaw.verify.papers.singh.common import instance_of, random_architectures, small_architectures
from eigenlaw.verify.papers.singh.loss_problems import SampledProblem, full_products, problem_of, ranks_as_named
from eigenlaw.verify.rational_weights import Initialisation

Part = Literal["outer", "functional", "loss"]
Instances = Callable[[Budget, Rng], Iterable[Instance]]
NAMES: dict[Part, str] = {
    "outer": r"\mathrm{rk}(H_o)",
    "functional": r"\mathrm{rk}(H_f)",
    "loss": r"\mathrm{rk}(H_{\mathcal L})",
}

FULL = Hypothesis(r"\text{every product }W^{l:k}\text{ has full rank}", full_products)
STRATUM = Hypothesis(r"\mathrm{rk}\,X=r,\ \mathrm{rk}\,\Omega=s", ranks_as_named)


def chain_at(instance: Instance) -> LinearChain:
    """Return the stratum of an instance, with the measured ranks of data and residual."""
    return problem_of(instance).chain


ENOUGH = Hypothesis(
    r"s\ge q",
    lambda i: chain_at(i).residual_rank >= chain_at(i).q,
    tight=lambda i: chain_at(i).residual_rank == chain_at(i).q,
)


def strata(loss: Loss, *, bias: bool = False, weights: Initialisation | None = None) -> Instances:
    """Return all small strata of a loss, then random ones, each with a residual of the rank that is named.

    Args:
        loss: of the problems.
        bias: whether the networks have biases, and residuals a mean.
        weights: of this initialisation; uniform integers up to 10^4 by default.
    """
    more = {"loss": loss} if weights is None else {"loss": loss, "weights": weights}

    def cases(budget: Budget, rng: Rng) -> Iterator[Instance]:
        for widths, r, s in (*small_architectures(), *random_architectures(rng, budget.of(20, 80, 400))):
            K = widths[-1] - (loss == "cross-entropy")
            if K >= 1 and s <= K:
                yield {**instance_of(widths, r, s, bias=bias, field="p"), **more}

    return cases


def on_digits(loss: Loss, *weights: Initialisation) -> Instances:
    """Return networks on the digits: over the number of samples, the narrowest width, and the depth.

    As in the figures S8 to S18, in smaller sizes: hidden layers 6, 4, 4 while the samples grow from 1 on, two hidden
    layers of widths 1, 2, …, and 1 to 5 hidden layers of width 5; larger ones with more budget, up to d = 64.
    """

    def cases(budget: Budget, rng: Rng) -> Iterator[Instance]:
        draw = int(rng.integers(10**6))
        for name in weights:
            for widths, n in _shapes(budget, len(weights)):
                yield {"data": "digits", "widths": list(widths), "n": n, "draw": draw, "loss": loss, "weights": name}

    return cases


def _shapes(budget: Budget, kinds: int) -> Iterator[tuple[tuple[int, ...], int]]:
    samples = (1, 2, 3, 4, 6, 8, 12, 16, 30) if kinds == 1 else (2, 8, 30)
    yield from (((16, 6, 4, 4, 4), n) for n in samples)
    yield from (((16, width, width, 6), 30) for width in ((1, 2, 3, 4, 6, 8) if kinds == 1 else (1, 3, 7)))
    yield from (((16, *(5,) * depth, 4), 30) for depth in (range(1, 6) if kinds == 1 else (1, 5)))
    yield from (((4, 4, 4, 4), 30), ((9, 9, 9), 20))
    if budget.name != "quick":
        yield from (((25, 12, 6, 6, 5), n) for n in ((5, 25, 300) if kinds == 1 else (25,)))
        yield from [((64, 8, 6, 6, 5), 100)][: 2 - kinds]
    if budget.name == "thorough":
        yield from (((64, 20, 8, 8, 8, 10), n) for n in (10, 61, 300))
        yield from (((16, *(25,) * depth, 10), 300) for depth in (1, 2, 3))


def bindings(chain: LinearChain) -> dict[str, int]:
    """Return the values of the symbols: K the number of outputs, also for cross-entropy, q and q̂ those of the loss."""
    return {
        "q": chain.q,
        "q_hat": min(chain.q, chain.residual_rank),
        "q_tilde": chain.q_hat,
        "s_tilde": chain.s_hat,
        "tau": chain.tail if chain.shifted else 0,
        "r": chain.data_rank,
        "s": chain.residual_rank,
        "K": chain.widths[-1],
        "M": chain.hidden,
        "L": chain.layers,
    }


def printed_laws(*, fewer_outputs: bool = False) -> dict[Part, Formula]:
    """Return the printed ranks, with K − 1 in the place of every K, as S9.1.2 has it, if there are fewer outputs."""

    def built(build: printed.Build) -> printed.Build:
        def tree() -> Any:
            (K,) = symbols("K")
            return build().xreplace({K: K - 1}) if fewer_outputs else build()

        return tree

    builds: dict[Part, printed.Build]
    builds = {"outer": printed.outer, "functional": printed.functional, "loss": printed.loss}
    return {part: Formula(built(build)) for part, build in builds.items()}


def exact_laws(*, fewer: int = 0, bias: bool = False) -> dict[Part, Formula]:
    """Return the exact ranks, with K − fewer outputs, without biases or with them and a residual of generic mean."""

    def built(part: Part) -> Any:
        q, q_hat, q_tilde, s, s_tilde, tau, r, K, M, L = symbols("q q_hat q_tilde s s_tilde tau r K M L")
        K = K - fewer
        if part == "outer":
            return hessian_rank.affine_outer_rank(q, r, K) if bias else hessian_rank.outer_rank(q, r, K)
        if part == "functional":
            without = hessian_rank.functional_rank(q_hat, s, M, L)
            return hessian_rank.affine_functional_rank(q_tilde, s_tilde, M, L, tau) if bias else without
        without = hessian_rank.loss_rank(q, q_hat, r, K, M, L)
        return hessian_rank.affine_loss_rank(q, q_tilde, r, K, M, L, tau) if bias else without

    return {part: Formula(partial(built, part), derived=True) for part in get_args(Part)}


def rank_of(part: Part, problem: SampledProblem) -> int:
    """Return the rank of H_o, H_f or H_L."""
    return {
        "outer": lambda: problem.outer_rank,
        "functional": lambda: problem.functional_rank,
        "loss": lambda: problem.loss_rank,
    }[part]()


def rank_claims(
    row: str,
    first: int,
    form: Form,
    where: str,
    formulas: Mapping[Part, Formula],
    instances: Instances,
    needs: tuple[Hypothesis, ...],
    note: str,
    *,
    real: bool = False,
) -> tuple[Claim, ...]:
    """Return one claim for each rank, numbered from ``first`` on, against formulas in the symbols of ``bindings``.

    Args:
        row: the id of the row.
        first: the number of the first part.
        form: of the claims; Theorem 7 as printed needs s ≥ q.
        where: in the paper.
        formulas: by rank.
        instances: the networks and their samples.
        needs: the hypotheses.
        note: for the reader.
        real: whether the samples are the digits.
    """

    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        return [value(**bindings(chain_at(instance)))]

    def measured(part: Part, instance: Instance, _: Rng) -> Sequence[Any]:
        return [fmpq(rank_of(part, problem_of(instance)))]

    claims = []
    for number, (part, formula) in enumerate(formulas.items(), start=first):
        sources = digits_hash if real else None
        check = Value(instances, predicted, partial(measured, part), stream=row, sources=sources)
        more = (ENOUGH,) if part == "loss" and form == "printed" else ()
        claims.append(
            Claim(f"{row}.{number}", form, where, NAMES[part], formula, check, (*needs, *more), note, activations=1)
        )
    return tuple(claims)
