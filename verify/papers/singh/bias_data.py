"""The formulas of S7.3 on data, as in Figure S19: sample size, width and depth of networks with biases.

The inputs and targets are uniform modulo a random prime and stand in for images; the inputs are centred.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq, nmod

from eigenlaw.numerics.ranks import random_prime, rank
from eigenlaw.theory.linear_chain import LinearChain
from eigenlaw.verify.chain_hessians import functional_hessian, outer_factor, outer_hessian, residual_covariance
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.linear_chains import random_network, residue_draw
from eigenlaw.verify.papers.singh import printed

BUDGETS: tuple[dict[str, Any], ...] = (
    {"d": 5, "K": 3, "hidden": (8, 4, 4, 4), "wide": 9, "deep": 3},
    {"d": 8, "K": 4, "hidden": (12, 5, 5, 5), "wide": 8, "deep": 5},
    {"d": 16, "K": 10, "hidden": (50, 20, 20, 20), "wide": 16, "deep": 25},
)
"""Inputs, outputs, the hidden widths of Figure S19a, the widest M_* of S19b, M of S19c; the last row is the paper's."""


def _instances(budget: Budget, _: Rng) -> Iterator[Instance]:
    """Return the three sweeps of Figure S19: over the sample size, the width and the depth."""
    size = BUDGETS[budget.of(0, 1, 2)]
    d, K = size["d"], size["K"]
    for samples in range(2, 2 * d + 1, budget.of(1, 1, 4)):
        yield {"widths": [d, *size["hidden"], K], "samples": samples, "draw": samples}
    for width in range(1, size["wide"]):
        yield {"widths": [d, width, width, K], "samples": 2 * d, "draw": width}
    for layers in range(2, budget.of(9, 7, 5)):
        yield {"widths": [d, *[size["deep"]] * (layers - 1), K], "samples": 2 * d, "draw": layers}


@lru_cache(maxsize=256)
def _measured(text: str) -> tuple[LinearChain, tuple[int, int, int]]:
    """Return the stratum by the ranks of inputs and residual, and the ranks of H_o, H_f and H_L."""
    instance = json.loads(text)
    widths, N = tuple(instance["widths"]), instance["samples"]
    rng = np.random.default_rng([13, *widths, N, instance["draw"]])
    prime = random_prime(rng)
    numbers = residue_draw(rng, prime)
    network = random_network(widths, numbers, bias=True)
    X = numbers((widths[0], N))
    X = X - X.sum(axis=1, keepdims=True) * (nmod(1, prime) / N)
    omega = residual_covariance(network, X, network.outputs(X) - numbers((widths[-1], N)))
    inputs = network.homogeneous(X)
    sigma = inputs @ inputs.T
    s = rank(omega[:, :-1])
    chain = LinearChain(widths, rank(X), s, True, "generic" if rank(omega) == min(s + 1, widths[-1]) else "zero")
    A = outer_factor(network)
    span = (A.reshape(-1, len(sigma)) @ sigma).reshape(A.shape)
    H_f = functional_hessian(network, omega)
    return chain, (rank(span), rank(H_f), rank(outer_hessian(network, sigma) + H_f))


def _chain(instance: Instance) -> LinearChain:
    return _measured(instance_text(instance))[0]


def _rank(place: int) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: [fmpq(_measured(instance_text(instance))[1][place])]


def _predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**printed.bindings(_chain(instance)))]


def _least(instance: Instance) -> int:
    chain = _chain(instance)
    return min(chain.data_rank + 1, chain.outputs)


WIDE = Hypothesis(
    r"M_i\ge\min(r+1,K)",
    lambda i: min(i["widths"][1:-1]) >= _least(i),
    tight=lambda i: min(i["widths"][1:-1]) == _least(i),
)
RESIDUAL = Hypothesis(
    r"\operatorname{rk}\Omega=\min(r,K),\ \operatorname{rk}[\Omega,E\delta]=\min(r+1,K)",
    lambda i: (c := _chain(i)).residual_rank == c.most_residual_rank and c.s_hat == _least(i),
)
NARROW: Instance = {"widths": [4, 2, 1, 3], "samples": 8, "draw": 0}
NOTE = "Random data modulo a random 61-bit prime stand in for CIFAR10; a rank is missed with a chance below 10⁻¹³."


def _claim(part: int, lhs: str, build: Callable[[], Any], needs: tuple[Hypothesis, ...]) -> Claim:
    controls = (NARROW,) if WIDE in needs else ()
    return Claim(
        f"singh:sec-9.1.5.{part}",
        "printed",
        "S9.1.5, Figure S19",
        lhs,
        Formula(build),
        Value(_instances, _predicted, _rank(part - 1), controls=controls, stream="singh:sec-9.1.5"),
        needs,
        note=NOTE,
        activations=1,
    )


CLAIMS: tuple[Claim, ...] = (
    _claim(1, r"\operatorname{rk}H_o", printed.affine_outer, ()),
    _claim(2, r"\operatorname{rk}H_f", printed.affine_functional, (WIDE, RESIDUAL)),
    _claim(3, r"\operatorname{rk}H_{\mathcal L}", printed.affine_loss, (WIDE, RESIDUAL)),
)
