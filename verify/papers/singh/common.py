"""What the themes share: the architectures that are tried, and the random network, data and residual of an instance."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import random_prime
from eigenlaw.theory.linear_chain import LinearChain
from eigenlaw.verify.chain_hessians import centred_moments, functional_hessian, outer_hessian
from eigenlaw.verify.claim import Budget, Instance, Rng
from eigenlaw.verify.linear_chains import LinearNetwork, low_rank, random_network, rational_draw, residue_draw

Array = NDArray[Any]

EXHAUSTIVE = ((2, 4), (3, 3), (4, 2))
"""Layers, and the widths up to which every architecture is tried, with every r and s."""


@dataclass(frozen=True)
class Problem:
    """A network, the second moments of its inputs and those of residual and input; homogeneous where it has biases.

    Attributes:
        network: weights and biases.
        sigma: Σ = E x xᵀ, or diag(Σ, 1).
        omega: Ω = E δ xᵀ, or [Ω, E δ].
    """

    network: LinearNetwork
    sigma: Array
    omega: Array

    @property
    def outer(self) -> Array:
        """H_o."""
        return outer_hessian(self.network, self.sigma)

    @property
    def functional(self) -> Array:
        """H_f."""
        return functional_hessian(self.network, self.omega)

    @property
    def loss(self) -> Array:
        """H_L."""
        return np.asarray(self.outer + self.functional)


def instance_of(
    widths: Sequence[int], r: int, s: int, draw: int = 0, *, bias: bool = False, mean: str = "generic", field: str = "Q"
) -> dict[str, Any]:
    """Return an instance: a random network with these widths, data and residual, over Q or modulo a prime ("p")."""
    found = {"widths": list(widths), "r": r, "s": s, "draw": draw, "field": field}
    return found | ({"bias": True, "mean": mean} if bias else {})


def chain_of(instance: Instance) -> LinearChain:
    """Return the stratum of an instance."""
    widths = tuple(instance["widths"])
    bias, mean = instance.get("bias", False), instance.get("mean", "generic")
    return LinearChain(widths, instance["r"], instance["s"], bias, mean, instance.get("loss", "mse"))


def small_architectures() -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Return widths, r and s of every architecture of ``EXHAUSTIVE``, those with few parameters first."""
    found = [
        (widths, r, s)
        for layers, most in EXHAUSTIVE
        for widths in product(range(1, most + 1), repeat=layers + 1)
        for r in range(1, widths[0] + 1)
        for s in range(min(r, widths[-1]) + 1)
    ]
    return iter(sorted(found, key=lambda case: (LinearChain(*case).parameters, len(case[0]), *case)))


def random_architectures(rng: Rng, count: int, most: int = 6) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Return random widths of 2 to 6 layers, r and s; deep ones are narrow, so that the Hessian stays small."""
    for _ in range(count):
        layers = int(rng.integers(2, 7))
        widths = tuple(int(w) for w in rng.integers(1, max(3, most + 3 - layers) + 1, layers + 1))
        r = int(rng.integers(1, widths[0] + 1))
        yield widths, r, int(rng.integers(0, min(r, widths[-1]) + 1))


def architectures(budget: Budget, rng: Rng, keep: Callable[[LinearChain], bool] = lambda _: True) -> Iterable[Instance]:
    """Return the instances without biases: all small architectures over Q, then random ones modulo a prime."""
    for widths, r, s in small_architectures():
        if keep(LinearChain(widths, r, s)):
            yield instance_of(widths, r, s)
    for widths, r, s in random_architectures(rng, budget.of(20, 80, 400)):
        if keep(LinearChain(widths, r, s)):
            yield instance_of(widths, r, s, field="p")


def problem_of(instance: Instance) -> Problem:
    """Return the network, Σ and Ω of an instance, drawn from its number ``draw``; the last few are kept."""
    return _problem(chain_of(instance), instance["draw"], instance["field"])


@lru_cache(maxsize=256)
def _problem(chain: LinearChain, draw: int, field: str) -> Problem:
    widths, r, s, bias = chain.widths, chain.data_rank, chain.residual_rank, chain.bias
    rng = np.random.default_rng([draw, len(widths), *widths, r, s, bias])
    numbers = rational_draw(rng, 10**4, 1) if field == "Q" else residue_draw(rng, random_prime(rng))
    network = random_network(widths, numbers, bias=bias)
    d, K = widths[0], widths[-1]
    span = numbers((d, r))
    factor = numbers((r, r))
    sigma = span @ factor @ factor.T @ span.T
    omega = low_rank(K, r, s, numbers) @ span.T
    if bias:
        delta = numbers((K, 1)) if chain.shifted else np.zeros((K, 1), dtype=int).astype(object)
        sigma, omega = centred_moments(sigma, omega, delta)
    return Problem(network, sigma, omega)
