"""The rank of the Hessian of the loss without biases: Theorem 7, and its law for every residual."""

from collections.abc import Iterable, Sequence
from typing import Any

from eigenlaw.theory import hessian_rank
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.singh import printed
from eigenlaw.verify.papers.singh.common import architectures
from eigenlaw.verify.papers.singh.functional_bounds import TWICE
from eigenlaw.verify.papers.singh.measured import exactly, joint_rank, loss_rank
from eigenlaw.verify.papers.singh.special import (
    A1,
    PRODUCTS,
    RESIDUAL_PRODUCTS,
    any_networks,
    chain,
    explicit,
    zero_one,
)


def _instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield TRIPLE
    yield from architectures(budget, rng)


def _special(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from zero_one(6, (2, 3))
    yield from any_networks(rng, budget.of(200, 1000, 6000))


def _everything(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from architectures(budget, rng)
    yield from any_networks(rng, budget.of(100, 1000, 6000))


def _predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**printed.bindings(chain(instance)))]


def _law() -> Any:
    q, q_hat, r, K, M, L = symbols("q q_hat r K M L")
    return hessian_rank.loss_rank(q, q_hat, r, K, M, L)


FULL = Hypothesis(
    r"s\ge q",
    lambda i: (c := chain(i)).residual_rank >= c.q,
    tight=lambda i: (c := chain(i)).residual_rank == c.q,
)
SCALE = Hypothesis(
    r"\operatorname{rk}(H_o+H_f)=\max_t\operatorname{rk}(H_o+tH_f)", lambda i: loss_rank(i) == joint_rank(i)
)

TRIPLE: Instance = explicit([[[1]], [[1]]], [[-2]])
"""One unit a layer and the target y = 3W²W¹x, so that Ω = −2: H_L has a kernel, though every product has full rank."""

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:thm-7.1",
        "printed",
        "Theorem 7",
        r"\operatorname{rk}H_{\mathcal L}",
        Formula(printed.loss),
        Value(_instances, _predicted, exactly(loss_rank)),
        (A1,),
        note="Two things are missing. The rank depends on s = rk Ω where s < q. And some multiples of Ω lower it: "
        "widths 1, 1, 1 with target y = 3W²W¹x have rank 1, though every weight and product has full rank.",
        activations=1,
    ),
    Claim(
        "singh:thm-7.1",
        "corrected",
        "Theorem 7, for s ≥ q and a generic multiple of Ω",
        r"\operatorname{rk}H_{\mathcal L}",
        Formula(printed.loss),
        Value(_everything, _predicted, exactly(loss_rank), controls=(TRIPLE,)),
        (FULL, PRODUCTS, RESIDUAL_PRODUCTS, TWICE, SCALE),
        note="Holds as printed for s ≥ q, when the products have the ranks of generic ones and Ω is not one of the "
        "finitely many multiples that lower the rank.",
        activations=1,
    ),
    Claim(
        "singh:thm-7.2",
        "printed",
        "Theorem 7, as a bound",
        r"\operatorname{rk}H_{\mathcal L}",
        Formula(printed.loss),
        Value(_special, _predicted, exactly(loss_rank), "<="),
        note="Read as an upper bound it holds for every network and every residual, without A1.",
        activations=1,
    ),
    Claim(
        "singh:thm-7.2",
        "sharp",
        "Theorem 7, as a bound",
        r"\operatorname{rk}H_{\mathcal L}",
        Formula(_law, derived=True),
        Value(_special, _predicted, exactly(loss_rank), "<="),
        note="The bound for every network with this rank s of Ω; it is attained.",
        activations=1,
    ),
    Claim(
        "singh:thm-7.3",
        "new",
        "Theorem 7, for every residual",
        r"\operatorname{rk}H_{\mathcal L}",
        Formula(_law, derived=True),
        Value(_everything, _predicted, exactly(loss_rank), controls=(TRIPLE,)),
        (PRODUCTS, RESIDUAL_PRODUCTS, TWICE, SCALE),
        note="Exact over Q for every small architecture, all r and s; modulo a random 61-bit prime the chance to miss "
        "a rank is below 10⁻¹⁵.",
        activations=1,
    ),
    Claim(
        "singh:thm-7.4",
        "new",
        "Theorem 7, for almost every multiple of Ω",
        r"\max_t\operatorname{rk}(H_o+tH_f)=\operatorname{rk}[H_f\mid A_o]",
        Formula(_law, derived=True),
        Value(_everything, _predicted, exactly(joint_rank)),
        (PRODUCTS, RESIDUAL_PRODUCTS, TWICE),
        activations=1,
    ),
)
