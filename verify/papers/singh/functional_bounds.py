"""The rank of H_f: Corollary 6, for which no assumption is needed, and when it is attained."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat, nmod, nmod_mat
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import hessian_rank
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.singh import printed
from eigenlaw.verify.papers.singh.common import architectures
from eigenlaw.verify.papers.singh.measured import exactly, functional_rank
from eigenlaw.verify.papers.singh.special import (
    A1,
    PRODUCTS,
    RESIDUAL_PRODUCTS,
    any_networks,
    chain,
    explicit,
    problem,
    zero_one,
)

Array = NDArray[Any]


def _instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from zero_one(6, (2, 3))
    yield from architectures(budget, rng)


def _special(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from zero_one(6, (2, 3))
    yield from any_networks(rng, budget.of(300, 1500, 8000))


def _everything(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield from _special(budget, rng)
    yield from architectures(budget, rng)


def _predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**printed.bindings(chain(instance)))]


def _law() -> Any:
    q_hat, s, M, L = symbols("q_hat s M L")
    return hessian_rank.functional_rank(q_hat, s, M, L)


def residual_on_outputs(instance: Instance) -> Array:
    """Return ΩᵀW^{L:1}, of shape (d, d)."""
    found = problem(instance)
    return np.asarray(found.omega.T @ found.network.product(found.network.layers, 1))


def twice(instance: Instance) -> bool:
    """Tell whether ΩᵀW^{L:1} and its square have the rank q̂."""
    matrix = residual_on_outputs(instance)
    q_hat = chain(instance).q_hat
    return rank(matrix) == q_hat and rank(matrix @ matrix) == q_hat


def _distinct_eigenvalues(matrix: Array) -> int:
    size, entries = len(matrix), list(matrix.ravel())
    modular = next((entry for entry in entries if isinstance(entry, nmod)), None)
    if modular is not None:
        polynomial = nmod_mat(size, size, [int(entry) for entry in entries], int(modular.modulus())).charpoly()
    else:
        polynomial = fmpq_mat(size, size, [fmpq(entry) for entry in entries]).charpoly()
    return size - int(polynomial.gcd(polynomial.derivative()).degree())


def apart(instance: Instance) -> bool:
    """Tell whether λ^{L−1} ≠ μ^{L−1} for any two different eigenvalues of ΩᵀW^{L:1}."""
    matrix = residual_on_outputs(instance)
    power = matrix
    for _ in range(chain(instance).layers - 2):
        power = power @ matrix
    return _distinct_eigenvalues(matrix) == _distinct_eigenvalues(power)


TWICE = Hypothesis(r"\operatorname{rk}\Omega^\top W^{L:1}=\operatorname{rk}(\Omega^\top W^{L:1})^2=\hat q", twice)
APART = Hypothesis(
    r"\lambda^{L-1}\ne\mu^{L-1}\text{ for eigenvalues }\lambda\ne\mu\text{ of }\Omega^\top W^{L:1}", apart
)

IDENTITIES = [[[1, 0], [0, 1]]] * 3
TRACELESS: Instance = explicit([[[1, 0]], [[1]], [[1], [0]]], [[0, 1], [1, 0]])
NILPOTENT: Instance = explicit(IDENTITIES, [[0, 1], [0, 0]])
OPPOSITE: Instance = explicit(IDENTITIES, [[1, 0], [0, -1]])

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:cor-6.1",
        "printed",
        "Corollary 6",
        r"\operatorname{rk}H_f",
        Formula(printed.functional),
        Value(_instances, _predicted, exactly(functional_rank), "<="),
        (A1,),
        activations=1,
    ),
    Claim(
        "singh:cor-6.1",
        "sharp",
        "Corollary 6, attained",
        r"\operatorname{rk}H_f",
        Formula(_law, derived=True),
        Value(_everything, _predicted, exactly(functional_rank), controls=(TRACELESS, NILPOTENT, OPPOSITE)),
        (PRODUCTS, RESIDUAL_PRODUCTS, TWICE, APART),
        note="The bound is attained under these conditions, which random weights and residuals fulfil. Full rank of "
        "all products, with Ω between them, does not suffice: widths 2, 1, 1, 2 with tr(ΩᵀW³W²W¹) = 0 have rank 4, not "
        "5, and for L = 3 identities of size 2 with Ω = diag(1, −1) have rank 10, not 12.",
        activations=1,
    ),
    Claim(
        "singh:cor-6.2",
        "new",
        "Corollary 6, for every network",
        r"\operatorname{rk}H_f",
        Formula(_law, derived=True),
        Value(_special, _predicted, exactly(functional_rank), "<="),
        note="Needs no assumption on the weights: rank is lower semicontinuous, and the generic network attains it.",
        activations=1,
    ),
)
