"""The exact condition of the rank laws: normal forms of chains, with given eigenvalues of PᵀΩ and given metrics."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise, product
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory import hessian_rank, normal_form
from eigenlaw.theory.linear_chain import LinearChain
from eigenlaw.verify.chain_hessians import functional_hessian, outer_factor
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.linear_chains import LinearNetwork, identity, rational_draw
from eigenlaw.verify.papers.singh.printed import bindings

Array = NDArray[Any]


def _chain(instance: Instance) -> LinearChain:
    widths = tuple(instance["widths"])
    return LinearChain(widths, widths[0], len(instance["omega"]))


def _omegas(instance: Instance) -> list[Any]:
    return [fmpq(value) for value in instance["omega"]]


def _inverse(matrix: Array) -> Array:
    size = len(matrix)
    entries = fmpq_mat(size, size, [fmpq(value) for value in matrix.ravel()]).inv().entries()
    return np.array(entries, dtype=object).reshape(size, size)


def _rectangle(rows: int, columns: int, diagonal: Sequence[Any]) -> Array:
    found = np.zeros((rows, columns), dtype=int).astype(object)
    for place, value in enumerate(diagonal):
        found[place, place] = value
    return found


@lru_cache(maxsize=512)
def _metrics(K: int, r: int, draw: int) -> tuple[Array, Array]:
    """Return S⁻¹ and Σ⁻¹ in the normal form: identities for draw 0, otherwise random positive definite ones."""
    if draw == 0:
        return identity(K), identity(r)
    numbers = rational_draw(np.random.default_rng([draw, K, r]), 3, 1)
    lower = [numbers((size, size)) for size in (K, r)]
    return lower[0] @ lower[0].T + identity(K), lower[1] @ lower[1].T + identity(r)


def _hessian(instance: Instance) -> tuple[Array, Array]:
    """Return A_o (S ⊗ Σ) A_oᵀ and H_f of the network in random bases of all layers."""
    widths, omegas = instance["widths"], _omegas(instance)
    numbers = rational_draw(np.random.default_rng([7, *widths, instance["draw"]]), 5, 1)
    # unit triangular factors, so that every change of basis has an inverse
    bases = [
        (np.tril(numbers((size, size)), -1) + identity(size)) @ (np.triu(numbers((size, size)), 1) + identity(size))
        for size in widths
    ]
    inverses = [_inverse(base) for base in bases]
    weights = [
        bases[layer] @ _rectangle(above, below, [1] * min(above, below)) @ inverses[layer - 1]
        for layer, (below, above) in enumerate(pairwise(widths), start=1)
    ]
    network = LinearNetwork(tuple(weights))
    omega = inverses[-1].T @ _rectangle(widths[-1], widths[0], omegas) @ bases[0].T
    outputs, inputs = (_inverse(matrix) for matrix in _metrics(widths[-1], widths[0], instance["draw"]))
    metric = np.kron(inverses[-1].T @ outputs @ inverses[-1], bases[0] @ inputs @ bases[0].T)
    A = outer_factor(network)
    return A @ metric @ A.T, functional_hessian(network, omega)


EIGENVALUES = ("1", "-1", "2", "-2", "3", "1/2", "-1/2")


def _instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return small chains with every choice of eigenvalues ±1, ±2, then random ones."""
    yield {"widths": [1, 1, 1], "omega": ["-2"], "draw": 0}
    for layers, most in ((2, 2), (3, 2)):
        for widths in product(range(1, most + 1), repeat=layers + 1):
            for s in range(min(widths[0], widths[-1]) + 1):
                for values in product(EIGENVALUES[:4], repeat=s):
                    if len(set(values)) == s:
                        yield {"widths": list(widths), "omega": list(values), "draw": 0}
    for draw in range(1, budget.of(30, 100, 400)):
        shape = [int(width) for width in rng.integers(1, 4, int(rng.integers(3, 6)))]
        omega = rng.choice(EIGENVALUES, size=int(rng.integers(0, min(shape[0], shape[-1]) + 1)), replace=False)
        yield {"widths": shape, "omega": [str(value) for value in omega], "draw": draw * int(rng.integers(0, 2))}


def _lost(instance: Instance) -> int:
    chain = _chain(instance)
    return normal_form.lost_pairs(_omegas(instance)[: chain.q_hat], chain.layers)


def _kernel(instance: Instance) -> int:
    """Return the dimension of the kernel of S⁻¹ ⊗ Σ⁻¹ + (τ) on the inner pairs."""
    chain = _chain(instance)
    outputs, inputs = _metrics(chain.widths[-1], chain.widths[0], instance["draw"])
    matrix = normal_form.condition(outputs, inputs, _omegas(instance), chain.layers, chain.q, chain.residual_rank)
    return len(matrix) - rank(np.array(matrix, dtype=object).reshape(len(matrix), len(matrix)))


def _functional_law() -> Any:
    q_hat, s, M, L, c = symbols("q_hat s M L c")
    return hessian_rank.functional_rank(q_hat, s, M, L) - 2 * c


def _loss_law() -> Any:
    q, q_hat, r, K, M, L, c = symbols("q q_hat r K M L c")
    return hessian_rank.loss_rank(q, q_hat, r, K, M, L) - c


def _functional(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**bindings(_chain(instance)), c=_lost(instance))]


def _loss(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**bindings(_chain(instance)), c=_kernel(instance))]


def _functional_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(_hessian(instance)[1]))]


def _loss_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    outer, functional = _hessian(instance)
    return [fmpq(rank(outer + functional))]


NO_PAIR_LOST = Hypothesis(r"h_{L-2}(\omega_i,\omega_j)\ne0", lambda instance: _lost(instance) == 0)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        id="singh:cor-6.3",
        form="new",
        source="docs/hessian_rank.md, section 3",
        lhs=r"\operatorname{rk}H_f,\quad c=\#\{i<j\le\hat q:h_{L-2}(\omega_i,\omega_j)=0\}",
        formula=Formula(_functional_law, derived=True),
        check=Value(_instances, _functional, _functional_rank),
        note="The exact rank for every generic chain and every diagonalisable residual with eigenvalues ω of PᵀΩ: over "
        "the reals two opposite eigenvalues and an odd L lose 2, as for identities of size 2, L = 3, Ω = diag(1, −1).",
        activations=1,
    ),
    Claim(
        id="singh:thm-7.5",
        form="new",
        source="docs/hessian_rank.md, section 4",
        lhs=r"\operatorname{rk}H_L,\quad c=\dim\ker(S^{-1}\otimes\Sigma^{-1}+(\tau_{ij}))",
        formula=Formula(_loss_law, derived=True),
        check=Value(_instances, _loss, _loss_rank),
        needs=(NO_PAIR_LOST,),
        note="The exact rank for every metric of the outputs and every covariance of the inputs: generic weights alone "
        "do not suffice, as widths 1, 1, 1 with target y = 3W²W¹x show, where the Hessian has rank 1.",
        activations=1,
    ),
)
