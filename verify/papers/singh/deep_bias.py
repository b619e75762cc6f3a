"""Deep networks with biases: the formulas of S7.3, what biases add, and the exact ranks on every stratum."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import hessian_rank
from eigenlaw.theory.linear_chain import LinearChain
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.linear_chains import LinearNetwork
from eigenlaw.verify.papers.singh import printed
from eigenlaw.verify.papers.singh.affine_instances import (
    A3,
    LAST,
    RESIDUAL,
    SCALE,
    WIDE,
    biased,
    exact,
    full_residual,
    predicted,
)
from eigenlaw.verify.papers.singh.common import instance_of
from eigenlaw.verify.papers.singh.measured import exactly, functional_rank, loss_rank, outer_rank
from eigenlaw.verify.papers.singh.special import PRODUCTS, any_affine_networks, chain, problem


def _random(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return biased(budget, rng)


def _meanless(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return biased(budget, rng, "zero")


def _any(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return any_affine_networks(rng, budget.of(200, 800, 5000), centred=True)


def _random_and_any(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from _random(budget, rng)
    yield from _any(budget, rng)


def _without_biases(instance: Instance) -> dict[str, Any]:
    return {key: value for key, value in instance.items() if key not in ("bias", "mean")}


def _difference(instance: Instance, _: Rng) -> Sequence[Any]:
    """Return rk H_L with biases less that of a network without, of the same widths, r and s."""
    return [fmpq(loss_rank(instance) - loss_rank(_without_biases(instance)))]


def _extra_parameters(instance: Instance, _: Rng) -> Sequence[Any]:
    """Return how many rows H_L gains."""
    return [fmpq(len(problem(instance).functional) - len(problem(_without_biases(instance)).functional))]


def _extra_rank() -> Any:
    L, K = symbols("L K")
    return L * K


def _all_widths() -> Any:
    i, L = symbols("i L")
    return summation(indexed("M")[i], (i, 1, L))


def _widths(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = chain(instance)

    def width(i: int) -> int:
        if not 1 <= i <= found.layers:
            raise IndexError(f"i={i}: expected 1 to {found.layers}")
        return found.widths[i]

    return [value(M=width, L=found.layers)]


def _functional_law() -> Any:
    q_tilde, s_tilde, M, L, tau = symbols("q_tilde s_tilde M L tau")
    return hessian_rank.affine_functional_rank(q_tilde, s_tilde, M, L, tau)


def _loss_law() -> Any:
    q, q_tilde, r, K, M, L, tau = symbols("q q_tilde r K M L tau")
    return hessian_rank.affine_loss_rank(q, q_tilde, r, K, M, L, tau)


def _meanless_functional_law() -> Any:
    return hessian_rank.functional_rank(*symbols("q_hat s M L"))


def _meanless_loss_law() -> Any:
    q, q_hat, r, K, M, L = symbols("q q_hat r K M L")
    return hessian_rank.loss_rank(q, q_hat, r, K, M, L) + K


def _difference_law() -> Any:
    q, q_hat, r, K, M, L = symbols("q q_hat r K M L")
    return _loss_law() - hessian_rank.loss_rank(q, q_hat, r, K, M, L)


def _bound(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """Return the exact law at the least s with rk[Ω, E δ] = min(s + 1, K)."""
    found, s_tilde = chain(instance), rank(problem(instance).omega)
    if s_tilde == 0:
        return [fmpq(value(**printed.bindings(found), q_tilde=0, s_tilde=0, tau=0))]
    law = LinearChain(found.widths, found.data_rank, s_tilde - 1, True)
    return [value(**printed.bindings(found), q_tilde=law.q_hat, s_tilde=law.s_hat, tau=law.tail)]


def _homogeneous_products(instance: Instance) -> bool:
    """Tell whether W^{k−1:1}[Ω, Eδ]ᵀW^{L:l+1}, k < l, on homogeneous coordinates, has its largest rank."""
    found = problem(instance)
    network, L = found.network, found.network.layers
    widths, s_tilde = (chain(instance).data_rank, *network.widths[1:]), rank(found.omega)
    return all(
        rank(network.product(k - 1, 1) @ found.omega.T @ network.product(L, above + 1)[:, : network.widths[above]])
        == min(s_tilde, *(width + 1 for width in widths[:k]), *widths[above:])
        for above in range(2, L + 1)
        for k in range(1, above)
    )


def _krylov(instance: Instance) -> bool:
    """Tell whether Eδ, ΩPᵀ Eδ, (ΩPᵀ)² Eδ, … span min(q̂ + 1, K) dimensions, P = W^{L:1}."""
    found, stratum = problem(instance), chain(instance)
    bare = LinearNetwork(found.network.weights)
    step = found.omega[:, :-1] @ bare.product(bare.layers, 1).T
    vectors = [found.omega[:, -1:]]
    for _ in range(stratum.outputs):
        vectors.append(step @ vectors[-1])
    return rank(np.concatenate(vectors, axis=1)) == min(stratum.residual_rank + 1, stratum.q + 1, stratum.outputs)


MEAN = Hypothesis(
    r"\operatorname{rk}[\Omega,E\delta]=\min(s+1,K)",
    lambda i: (c := chain(i)).shifted and rank(problem(i).omega) == c.s_hat,
)
HOMOGENEOUS = Hypothesis(
    r"\operatorname{rk}(W^{k-1:1}[\Omega,E\delta]^\top W^{L:l+1})"
    r"=\min(\tilde s,r+1,M_1+1,\dots,M_{k-1}+1,M_l,\dots,M_L)",
    _homogeneous_products,
)
KRYLOV = Hypothesis(
    r"\dim\langle E\delta,\Omega P^\top E\delta,(\Omega P^\top)^2E\delta,\dots\rangle=\min(\hat q+1,K)", _krylov
)
NO_MEAN = Hypothesis(r"E\delta=0", lambda i: chain(i).mean_residual == "zero")
OUTPUTS = Hypothesis(r"K\le r", lambda i: chain(i).outputs <= chain(i).data_rank)

BOTTLENECK = instance_of((2, 2, 1, 2), 2, 2, bias=True)
INTERPOLATING = instance_of((2, 3, 3, 3), 2, 0, bias=True, mean="zero")
MEANLESS = instance_of((2, 3, 3, 3), 2, 2, bias=True, mean="zero")
MANY_OUTPUTS = instance_of((1, 2, 2), 1, 1, bias=True)
NARROW = instance_of((1, 2, 3), 1, 1, bias=True)
OUTSIDE = (BOTTLENECK, INTERPOLATING, MEANLESS)

EXACT = (
    "Exact over Q for every small architecture, bottleneck or not; modulo a random 61-bit prime the chance to miss "
    "a rank is below 10⁻¹⁵."
)


def _new(
    part: int, source: str, lhs: str, law: Callable[[], Any], check: Value, needs: tuple[Hypothesis, ...], note: str
) -> Claim:
    return Claim(
        f"singh:sec-7.3.{part}", "new", source, lhs, Formula(law, derived=True), check, needs, note, activations=1
    )


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:sec-7.3.1",
        "printed",
        "S7.3",
        r"\operatorname{rk}H_f",
        Formula(printed.affine_functional),
        Value(full_residual, predicted, exactly(functional_rank), controls=OUTSIDE),
        (PRODUCTS, RESIDUAL, WIDE),
        activations=1,
    ),
    Claim(
        "singh:sec-7.3.2",
        "printed",
        "S7.3",
        r"\operatorname{rk}H_{\mathcal L}",
        Formula(printed.affine_loss),
        Value(full_residual, predicted, exactly(loss_rank), controls=OUTSIDE),
        (PRODUCTS, A3, RESIDUAL, WIDE, SCALE),
        activations=1,
    ),
    Claim(
        "singh:sec-7.3.3",
        "printed",
        "S7.3, first paragraph",
        r"\operatorname{rk}H_o",
        Formula(printed.affine_outer),
        Value(_random_and_any, predicted, exactly(outer_rank)),
        (PRODUCTS, A3),
        activations=1,
    ),
    _new(
        4,
        "S7.3, for every rank of the residual, bottleneck or not",
        r"\operatorname{rk}H_f",
        _functional_law,
        Value(_random_and_any, exact, exactly(functional_rank)),
        (PRODUCTS, MEAN, HOMOGENEOUS, KRYLOV),
        EXACT,
    ),
    _new(
        5,
        "S7.3, for every rank of the residual, bottleneck or not",
        r"\operatorname{rk}H_{\mathcal L}",
        _loss_law,
        Value(_random, exact, exactly(loss_rank)),
        (PRODUCTS, A3, MEAN, HOMOGENEOUS, KRYLOV, SCALE),
        EXACT,
    ),
    _new(
        6,
        "S7.3, for a residual of mean zero",
        r"\operatorname{rk}H_f",
        _meanless_functional_law,
        Value(_meanless, predicted, exactly(functional_rank)),
        (PRODUCTS, NO_MEAN),
        "Biases add nothing to H_f when the residual has no mean.",
    ),
    _new(
        7,
        "S7.3, for a residual of mean zero",
        r"\operatorname{rk}H_{\mathcal L}",
        _meanless_loss_law,
        Value(_meanless, predicted, exactly(loss_rank)),
        (PRODUCTS, A3, NO_MEAN, SCALE),
        "Then biases add K to the rank of H_L, the part of H_o.",
    ),
    _new(
        8,
        "S7.3, for every network",
        r"\operatorname{rk}H_f,\ \tilde s=\operatorname{rk}[\Omega,E\delta]",
        _functional_law,
        Value(_any, _bound, exactly(functional_rank), "<="),
        (),
        "Bounds every network with biases, whatever its weights.",
    ),
    _new(
        9,
        "S7.3, for every network",
        r"\operatorname{rk}H_{\mathcal L},\ \tilde s=\operatorname{rk}[\Omega,E\delta]",
        _loss_law,
        Value(_any, _bound, exactly(loss_rank), "<="),
        (A3,),
        "Bounds every network with biases, whatever its weights.",
    ),
    Claim(
        "singh:sec-7.3-difference.1",
        "printed",
        "S7.3, closing comparison",
        r"\operatorname{rk}H_{\mathcal L}^{\text{bias}}-\operatorname{rk}H_{\mathcal L}",
        Formula(_extra_rank),
        Value(full_residual, predicted, _difference),
        (PRODUCTS, A3, RESIDUAL, WIDE, LAST),
        note="q' = K allows K = r + 1, and there the formula without biases, with K for q, is wrong, because q = r.",
        activations=1,
    ),
    Claim(
        "singh:sec-7.3-difference.1",
        "corrected",
        "S7.3, closing comparison, for K ≤ r",
        r"\operatorname{rk}H_{\mathcal L}^{\text{bias}}-\operatorname{rk}H_{\mathcal L}",
        Formula(_extra_rank),
        Value(full_residual, predicted, _difference, controls=(MANY_OUTPUTS,)),
        (PRODUCTS, A3, RESIDUAL, WIDE, OUTPUTS, SCALE),
        activations=1,
    ),
    Claim(
        "singh:sec-7.3-difference.2",
        "new",
        "S7.3, what biases add in general",
        r"\operatorname{rk}H_{\mathcal L}^{\text{bias}}-\operatorname{rk}H_{\mathcal L}",
        Formula(_difference_law, derived=True),
        Value(_random, exact, _difference),
        (PRODUCTS, A3, MEAN, HOMOGENEOUS, KRYLOV, SCALE),
        note=EXACT,
        activations=1,
    ),
    Claim(
        "singh:sec-7.3-parameters.1",
        "printed",
        "S7.3",
        r"\#\text{params}^{\text{bias}}-\#\text{params}",
        Formula(_all_widths),
        Value(full_residual, _widths, _extra_parameters),
        activations=1,
    ),
    Claim(
        "singh:sec-7.3-parameters.2",
        "printed",
        "S7.3",
        r"\#\text{params}^{\text{bias}}-\#\text{params}",
        Formula(_extra_rank),
        Value(full_residual, predicted, _extra_parameters, ">=", controls=(NARROW,)),
        (WIDE, LAST),
        note="The comparison is made for q' = K. Without it M_i ≥ min(r + 1, K) does not suffice: widths 1, 2, 3 gain "
        "5 parameters, less than LK = 6.",
        activations=1,
    ),
)
