"""Networks with biases and one hidden layer: the formulas of S7.2."""

from collections.abc import Iterable, Sequence
from typing import Any

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import hessian_rank
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.singh import printed
from eigenlaw.verify.papers.singh.affine_instances import (
    A3,
    RESIDUAL,
    SCALE,
    TWO_LAYERS,
    biased,
    exact,
    full_residual,
    predicted,
)
from eigenlaw.verify.papers.singh.common import instance_of
from eigenlaw.verify.papers.singh.measured import exactly, functional_rank, loss_rank, outer_rank
from eigenlaw.verify.papers.singh.special import A1, PRODUCTS, any_affine_networks, chain, problem


def _full(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return (i for i in full_residual(budget, rng) if len(i["widths"]) == 3)


def _full_and_special(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from _full(budget, rng)
    yield from any_affine_networks(rng, budget.of(40, 200, 1000), centred=True, layers=2)


def _every(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from (i for i in biased(budget, rng) if len(i["widths"]) == 3)


def _any(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from _every(budget, rng)
    yield from any_affine_networks(rng, budget.of(100, 500, 3000), layers=2)


def _functional_values(instance: Instance, value: Evaluate) -> Sequence[Any]:
    hidden, s_tilde = chain(instance).hidden, rank(problem(instance).omega)
    return [value(q_tilde=min(s_tilde, hidden), s_tilde=s_tilde, M=hidden)]


def _first_form() -> Any:
    """S7.2: rk H_f = 2sM_1 + 𝟙{K > r} 2M_1, s = min(r, K)."""
    import sympy

    s, M, K, r = symbols("s M K r")
    return 2 * s * M + sympy.Piecewise((2 * M, sympy.Gt(K, r)), (0, True))


def _functional_law() -> Any:
    q_tilde, s_tilde, M = symbols("q_tilde s_tilde M")
    return hessian_rank.functional_rank(q_tilde, s_tilde, M, 2)


def _loss_law() -> Any:
    q, q_tilde, r, K, M = symbols("q q_tilde r K M")
    return hessian_rank.affine_loss_rank(q, q_tilde, r, K, M, 2, 0)


INTERPOLATING = instance_of((2, 2, 3), 2, 0, bias=True, mean="zero")
MEANLESS = instance_of((1, 1, 2), 1, 1, bias=True, mean="zero")

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:sec-7.2-ho",
        "printed",
        "S7.2",
        r"\operatorname{rk}H_o",
        Formula(printed.affine_outer),
        Value(_full_and_special, predicted, exactly(outer_rank)),
        (TWO_LAYERS, A1, A3),
        activations=1,
    ),
    Claim(
        "singh:sec-7.2-hf.1",
        "printed",
        "S7.2, first form",
        r"\operatorname{rk}H_f",
        Formula(_first_form),
        Value(_full_and_special, predicted, exactly(functional_rank), controls=(INTERPOLATING, MEANLESS)),
        (TWO_LAYERS, RESIDUAL),
        activations=1,
    ),
    Claim(
        "singh:sec-7.2-hf.2",
        "printed",
        "S7.2, last form",
        r"\operatorname{rk}H_f",
        Formula(printed.affine_functional_two_layers),
        Value(_full_and_special, predicted, exactly(functional_rank), controls=(INTERPOLATING, MEANLESS)),
        (TWO_LAYERS, RESIDUAL),
        note="For every weights: only the ranks of the residual matter.",
        activations=1,
    ),
    Claim(
        "singh:sec-7.2-hf.3",
        "new",
        "S7.2, for every residual, weights and inputs",
        r"\operatorname{rk}H_f,\ \tilde s=\operatorname{rk}[\Omega,E\delta],\ \tilde q=\min(\tilde s,M_1)",
        Formula(_functional_law, derived=True),
        Value(_any, _functional_values, exactly(functional_rank)),
        (TWO_LAYERS,),
        activations=1,
    ),
    Claim(
        "singh:sec-7.2-hl.1",
        "printed",
        "S7.2",
        r"\operatorname{rk}H_{\mathcal L}",
        Formula(printed.affine_loss_two_layers),
        Value(_full, predicted, exactly(loss_rank), controls=(INTERPOLATING, MEANLESS)),
        (TWO_LAYERS, PRODUCTS, A3, RESIDUAL, SCALE),
        note="Bottleneck or not. Exact over Q, or modulo a random 61-bit prime with a chance to miss below 10⁻¹⁵.",
        activations=1,
    ),
    Claim(
        "singh:sec-7.2-hl.2",
        "new",
        "S7.2, for every rank of the residual",
        r"\operatorname{rk}H_{\mathcal L}",
        Formula(_loss_law, derived=True),
        Value(_every, exact, exactly(loss_rank)),
        (TWO_LAYERS, PRODUCTS, A3, SCALE),
        activations=1,
    ),
)
