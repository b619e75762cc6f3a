"""S9.1.2: cross-entropy, where K − 1 stands for K.

S_n = diag(p) − p pᵀ has rank K − 1 and the kernel spanned by 1 = (1, …, 1): vᵀ S_n v is the variance of v_k under the
weights p_k > 0. The residual p − y sums to zero. With the projection Π along 1 both S_n = Π S_n Π and δ = Π δ, so that
F enters through Π F only, a network with last layer Π W^L, that is, with K − 1 outputs, on which the S_n are positive
definite; everything then is as for squared error. That needs the span of the inputs only, homogeneous where there are
biases: no E x = 0.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from flint import fmpq, nmod

from eigenlaw.numerics.ranks import random_prime, rank, residues
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.linear_chains import rational_draw
from eigenlaw.verify.losses import cross_entropy, exponentials
from eigenlaw.verify.papers.singh.loss_claims import (
    FULL,
    STRATUM,
    exact_laws,
    on_digits,
    printed_laws,
    rank_claims,
    strata,
)
from eigenlaw.verify.papers.singh.squared_error import BOUND, DIGITS

ROW = "singh:sec-9.1.2"
FIGURES = "S9.1.2, Figures S11 to S13"
EXACT = "Exponentials are powers of the transcendental number t = e^(1/D), in its place a random residue. " + BOUND


def _free() -> Any:
    (K,) = symbols("K")
    return K - 1


def _sizes(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"K": K, "draw": draw} for K in range(1, budget.of(9, 13, 21)) for draw in range(3)]


def _metric_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    rng = np.random.default_rng([instance["K"], instance["draw"]])
    prime = random_prime(rng)
    outputs = rational_draw(rng)((instance["K"], 1))
    raised = exponentials(outputs, nmod(int(rng.integers(2, prime)), prime))
    return [fmpq(rank(cross_entropy(raised, residues(0 * outputs, prime))[1][0]))]


def _free_value(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(K=instance["K"])]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        f"{ROW}.1",
        "printed",
        "S9.1.2: only K − 1 outputs are independent",
        r"\mathrm{rk}(\mathrm{diag}(p)-pp^\top)",
        Formula(_free),
        Value(_sizes, _free_value, _metric_rank),
        note="The second derivative of cross-entropy; its kernel is spanned by (1, …, 1). " + EXACT,
        activations=1,
    ),
    *rank_claims(
        ROW,
        2,
        "printed",
        FIGURES,
        printed_laws(fewer_outputs=True),
        on_digits("cross-entropy", "gaussian"),
        (FULL,),
        DIGITS + EXACT,
        real=True,
    ),
    *rank_claims(
        ROW,
        5,
        "new",
        "S9.1.2, for every residual",
        exact_laws(fewer=1),
        strata("cross-entropy"),
        (FULL, STRATUM),
        "Labels are real numbers of sum 1 for which Ω has the rank s ≤ min(K − 1, r). " + EXACT,
    ),
    *rank_claims(
        ROW,
        8,
        "new",
        "S9.1.2, with biases",
        exact_laws(fewer=1, bias=True),
        strata("cross-entropy", bias=True),
        (FULL, STRATUM),
        "With biases; the inputs need not have mean zero, r is then the rank of the centred ones. " + EXACT,
    ),
)
