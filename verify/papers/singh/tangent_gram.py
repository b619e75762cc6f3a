"""S9.5: the rank of the Gram matrix of the tangent kernel is that of the outer-product Hessian.

With J = [∇F(x_1)ᵀ … ∇F(x_N)ᵀ], of shape (p, NK), the Gram matrix is JᵀJ and H_o = J diag(S_n) Jᵀ; over the reals both
have the rank of J if the S_n are positive definite, whatever the network. For a linear network it is that of A_o. Where
K > 1 the printed entry is a K × K block; its trace gives another matrix, of the rank of the inputs.
"""

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import multiply, rank
from eigenlaw.verify.chain_hessians import outer_factor
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.digits import digits_hash
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.metric_grams import gradient_gram
from eigenlaw.verify.network_hessian import Smooth, forward, outer_hessian
from eigenlaw.verify.papers.singh import printed
from eigenlaw.verify.papers.singh.loss_claims import FULL, STRATUM, bindings, chain_at, strata
from eigenlaw.verify.papers.singh.loss_problems import SampledProblem, problem_of
from eigenlaw.verify.papers.singh.squared_error import BOUND, DIGITS
from eigenlaw.verify.wide_networks import WideParameters, propagate

ROW = "singh:sec-9.5"
FIGURE = "S9.5, Figure S35"

FIFTH = Fraction(1, 5)
ACTIVATIONS: dict[str, Smooth] = {
    "linear": Smooth(lambda x: 1 * x, lambda x: 1 + 0 * x),
    "relu": Smooth(lambda x: np.where(x > 0, x, 0 * x), lambda x: np.where(x > 0, 1 + 0 * x, 0 * x)),
    "leaky_relu(1/5)": Smooth(lambda x: np.where(x > 0, x, x / 5), lambda x: np.where(x > 0, 1 + 0 * x, FIFTH + 0 * x)),
    "monomial(2)": Smooth(lambda x: x * x, lambda x: 2 * x),
}


def _samples(budget: Budget, rng: Rng) -> Iterator[Instance]:
    """Return networks with one output on the digits; those of the figure, 64, 20, 20, with more budget."""
    cases: list[tuple[tuple[int, ...], int]]
    cases = [((d, *hidden, 1), n) for n in (1, 2, 3, 5, 8, 12, 15, 16, 17, 25, 40) for d, hidden in _NARROW]
    cases += [((64, 20, 20, 1), n) for n in (30, 60, 300, 1, 10, 50, 61, 62, 100, 200)[: budget.of(0, 3, 10)]]
    draw = int(rng.integers(10**6))
    for widths, n in cases:
        yield {"data": "digits", "widths": list(widths), "n": n, "draw": draw, "loss": "mse", "weights": "gaussian"}


_NARROW = ((16, (6, 6)), (25, (5, 3)))


def _gram(problem: SampledProblem) -> Any:
    """Return JᵀJ, of shape (K N, K N), output by output."""
    A = outer_factor(problem.network)
    J = multiply(A.reshape(-1, len(problem.X)), problem.X).reshape(len(A), -1)
    return multiply(J.T, J)


def _gram_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(_gram(problem_of(instance))))]


def _trace_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    """The rank of Σ_k ∇F_k(x_i)ᵀ ∇F_k(x_j), of shape (N, N)."""
    problem = problem_of(instance)
    N, K = problem.X.shape[1], problem.network.widths[-1]
    return [fmpq(rank(np.einsum("kikj->ij", _gram(problem).reshape(K, N, K, N))))]


def _predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**bindings(chain_at(instance)))]


def _networks(budget: Budget, rng: Rng) -> Iterator[Instance]:
    """Return small networks with one output and with several, and few or many samples."""
    for widths in ((2, 3, 1), (3, 2, 2), (2, 3, 2, 1), (2, 2, 4), (4, 5, 5, 1)):
        for N in (1, 3, 6):
            for name in ACTIVATIONS:
                yield {"activation": name, "widths": list(widths), "N": N, "draw": 0}
    for draw in range(budget.of(5, 30, 200)):
        sizes = [int(w) for w in rng.integers(1, 5, int(rng.integers(3, 5)))]
        name = list(ACTIVATIONS)[draw % len(ACTIVATIONS)]
        yield {"activation": name, "widths": sizes, "N": int(rng.integers(1, 12)), "draw": draw}


def _drawn(instance: Instance) -> tuple[list[Any], Any]:
    """Return weights and inputs, one a row: fractions k/10."""
    rng = np.random.default_rng([instance["draw"], instance["N"], *instance["widths"]])

    def draw(*shape: int) -> Any:
        return np.vectorize(lambda k: Fraction(int(k), 10), otypes=[object])(rng.integers(-99, 100, shape))

    return [draw(above, below) for below, above in pairwise(instance["widths"])], draw(
        instance["N"], instance["widths"][0]
    )


def _tangent_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    """The rank of the Gram matrix, from the signals: nothing of the size of the parameters is formed."""
    weights, X = _drawn(instance)
    biases = tuple(np.full(len(weight), Fraction(0), dtype=object) for weight in weights)
    signals = propagate(WideParameters(tuple(weights), biases), ACTIVATIONS[instance["activation"]].phi, X)
    return [fmpq(rank(gradient_gram(signals, biases=0)))]


def _outer_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(h=_outer_rank(instance_text(instance)))]


@lru_cache(maxsize=1024)
def _outer_rank(text: str) -> int:
    """Return the rank of H_o for squared error, from the p × p matrix."""
    instance = json.loads(text)
    weights, X = _drawn(instance)
    N, K = len(X), instance["widths"][-1]
    second = np.broadcast_to(np.eye(K, dtype=int).astype(object), (N, K, K))
    return rank(outer_hessian(weights, forward(weights, X, ACTIVATIONS[instance["activation"]]), second))


CLAIMS: tuple[Claim, ...] = (
    Claim(
        f"{ROW}.1",
        "printed",
        FIGURE,
        r"\mathrm{rk}(\hat\Sigma),\ K=1",
        Formula(printed.outer),
        Value(_samples, _predicted, _gram_rank, sources=digits_hash),
        (FULL,),
        note="A linear network, whose Gram matrix has the rank of the inputs, min(n, r). " + DIGITS + BOUND,
        activations=1,
    ),
    Claim(
        f"{ROW}.2",
        "printed",
        "S9.5, for any network",
        r"\mathrm{rk}(\hat\Sigma)",
        Formula(lambda: symbols("h")[0]),
        Value(_networks, _outer_value, _tangent_rank),
        note="h is the rank of H_o for squared error on the same samples, measured on the p × p matrix; with K outputs "
        "the Gram matrix is that of all NK gradients.",
    ),
    Claim(
        f"{ROW}.3",
        "new",
        "S9.5, for K outputs",
        r"\mathrm{rk}(\hat\Sigma),\ \hat\Sigma\in\mathbb R^{NK\times NK}",
        Formula(printed.outer),
        Value(strata("mse"), _predicted, _gram_rank),
        (FULL, STRATUM),
        note="A linear network and the Gram matrix of all NK gradients. " + BOUND,
        activations=1,
    ),
    Claim(
        f"{ROW}.4",
        "new",
        "S9.5, for the trace over K outputs",
        r"\mathrm{rk}\big(\textstyle\sum_k\nabla F_k(x_i)^\top\nabla F_k(x_j)\big)",
        Formula(lambda: symbols("r")[0]),
        Value(strata("mse"), _predicted, _trace_rank),
        (FULL, STRATUM),
        note="Summed over the outputs the N × N Gram matrix of a linear network has the rank of the inputs, for all K.",
        activations=1,
    ),
)
