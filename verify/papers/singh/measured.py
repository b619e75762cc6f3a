"""The exact ranks of the Hessian of an instance and of its parts, measured once in a process."""

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.verify.chain_hessians import columns_of, outer_factor
from eigenlaw.verify.claim import Instance, Rng
from eigenlaw.verify.judge import instance_text
from eigenlaw.verify.papers.singh.special import problem


def exactly(rank_of: Callable[[Instance], int]) -> Callable[[Instance, Rng], Sequence[Any]]:
    """Return what a check measures: the rank, as one exact number."""
    return lambda instance, _: [fmpq(rank_of(instance))]


def outer_rank(instance: Instance) -> int:
    """Return rk H_o."""
    return _outer(instance_text(instance))


def functional_rank(instance: Instance) -> int:
    """Return rk H_f."""
    return _functional(instance_text(instance))


def loss_rank(instance: Instance) -> int:
    """Return rk H_L."""
    return _loss(instance_text(instance))


def joint_rank(instance: Instance) -> int:
    """Return rk[H_f | A_o B], B = E of the inputs' products: rk(H_o + tH_f) for all but finitely many t."""
    return _joint(instance_text(instance))


def column_ranks(instance: Instance) -> tuple[int, ...]:
    """Return the ranks of the columns of H_f that belong to W^1 … W^L."""
    return _columns(instance_text(instance))


@lru_cache(maxsize=8192)
def _outer(text: str) -> int:
    return rank(problem(json.loads(text)).outer)


@lru_cache(maxsize=8192)
def _functional(text: str) -> int:
    return rank(problem(json.loads(text)).functional)


@lru_cache(maxsize=8192)
def _loss(text: str) -> int:
    return rank(problem(json.loads(text)).loss)


@lru_cache(maxsize=8192)
def _joint(text: str) -> int:
    found = problem(json.loads(text))
    A = outer_factor(found.network)
    span = (A.reshape(-1, len(found.sigma)) @ found.sigma).reshape(A.shape)
    return rank(np.concatenate([found.functional, span], axis=1))


@lru_cache(maxsize=8192)
def _columns(text: str) -> tuple[int, ...]:
    found = problem(json.loads(text))
    H, network = found.functional, found.network
    return tuple(rank(H[:, columns_of(network, layer)[0]]) for layer in range(1, network.layers + 1))
