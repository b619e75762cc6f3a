"""Sampled one-hidden-layer ReLU networks of Appendix C.2: the effective rank of their kernels over that of the data."""

import math
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.claim import Budget, Instance, Rng
from eigenlaw.verify.data import unit_vectors
from eigenlaw.verify.formula import Formula
from eigenlaw.verify.judge import LEVEL
from eigenlaw.verify.one_hidden_layer import inner_factors, inner_kernel, outer_kernel
from eigenlaw.verify.papers.murray.common import phi_array
from eigenlaw.verify.papers.murray.widths import with_least_width
from eigenlaw.verify.quantiles import UNDEFINED, sampled_quantile

Array = NDArray[np.float64]

DATA = ("antipodes", "sphere", "axes", "cone", "outlier")
SIZES = ((2, 1), (4, 2), (5, 2), (8, 3))
LEVELS = (("1/2", "1/4"), ("1/4", "1/5"))
EACH = LEVEL / 200
"""The level of one instance, on each side: a check has fewer than 100 of them."""
_CHUNK = 2**21


def starts(sizes: Sequence[tuple[int, int]], layers: str) -> list[Instance]:
    """Each kind of data at the given (n, d)."""
    return [
        {"layers": layers, "data": kind, "n": n, "d": d}
        for n, d in sizes
        for kind in DATA
        if d > 1 or kind in {"antipodes", "outlier"}
    ]


def sampled_cases(
    width: Formula, layers: str, sizes: Sequence[tuple[int, int]] = SIZES, **more: Any
) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Each kind of data at some sizes, with the least width for each δ and ε."""

    def instances(budget: Budget, _: Rng) -> Iterable[Instance]:
        return [
            with_least_width(
                width,
                {**start, "delta": delta, "epsilon": eps, "draws": draws_needed(eps) + budget.of(1, 60, 600), **more},
            )
            for delta, eps in LEVELS
            for start in starts(sizes, layers)
        ]

    return instances


def bounded_ratio(side: str, failures: int = 1) -> Callable[[Instance, Rng], Sequence[Any]]:
    """The (1 − failures·ε)-quantile of eff(K)/eff(XXᵀ), over sampled networks."""

    def measured(instance: Instance, rng: Rng) -> Sequence[Any]:
        return [ratio_quantile(instance, rng, 1 - failures * Fraction(instance["epsilon"]), side=side)]

    return measured


def draws_needed(epsilon: str) -> int:
    """The least number of draws whose largest bounds the (1 − ε)-quantile at the level of an instance."""
    return math.ceil(math.log(EACH) / math.log(1 - Fraction(epsilon)))


def data(instance: Instance) -> Array:
    """X of shape (n, d), determined by the instance."""
    n, d = instance["n"], instance["d"]
    rng = np.random.default_rng([n, d, DATA.index(instance["data"])])
    match instance["data"]:
        case "antipodes":
            half = unit_vectors(rng, (n + 1) // 2, d)
            return np.concatenate([half, -half])[:n]
        case "axes":
            return np.array([(1 - 2 * (i // d % 2)) * np.eye(d)[i % d] for i in range(n)])
        case "cone":
            return np.asarray(np.eye(d)[0] + unit_vectors(rng, n, d) / 4)
        case "outlier":
            return np.concatenate([5 * unit_vectors(rng, 1, d), unit_vectors(rng, n - 1, d)])
        case _:
            return unit_vectors(rng, n, d)


def effective_ranks(kernels: Array) -> Array:
    """Tr/λ_1 of each matrix of a stack; infinite for a matrix of zeros."""
    largest = np.linalg.eigvalsh(kernels)[..., -1]
    traces = np.trace(kernels, axis1=-2, axis2=-1)
    return np.where(traces > 0, traces / np.where(traces > 0, largest, 1.0), np.inf)


def kernels(instance: Instance, rng: Rng, count: int) -> Array:
    """K_inner, K_outer or their sum for so many networks, as the instance's ``layers`` says, of shape (count, n, n)."""
    X, m, phi = data(instance), instance["m"], phi_array("relu")
    W = float(Fraction(instance.get("nu_1", "1"))) * rng.standard_normal((count, m, X.shape[1]))
    a = float(Fraction(instance.get("nu_2", "1"))) * rng.standard_normal((count, m))
    if instance.get("weights") == "signs":
        a = np.sign(a)
    found = np.zeros((count, len(X), len(X)))
    if instance["layers"] in {"inner", "both"}:
        found += inner_kernel(inner_factors(phi, W, a, X), X)
    if instance["layers"] in {"outer", "both"}:
        found += outer_kernel(phi, W, X)
    return found


def _over_networks(instance: Instance, rng: Rng, statistic: Callable[[Array], Array]) -> Array:
    """The statistic of the kernel of each of ``draws`` independent networks."""
    left = instance["draws"]
    chunk = max(1, _CHUNK // (instance["m"] * instance["n"]))
    found = []
    while left > 0:
        found.append(statistic(kernels(instance, rng, min(left, chunk))))
        left -= chunk
    return np.concatenate(found)


def ratio_quantile(instance: Instance, rng: Rng, p: Any, *, side: str) -> Any:
    """A confidence interval for the p-quantile of r = eff(K)/eff(XXᵀ) as the statement bounds it.

    ``side`` is ``above`` for r ≤ b, ``below`` for r ≥ b, ``both`` for max(r, 1/r) ≤ b; r = 0/0 keeps to no bound.
    """
    X = data(instance)
    r = _over_networks(instance, rng, effective_ranks) / effective_ranks(X @ X.T)
    undefined = ~np.isfinite(r)
    if side == "both":
        r = np.maximum(r, 1 / r)
    r[undefined] = 0.0 if side == "below" else float(UNDEFINED)
    return sampled_quantile(r, float(p), rising=side != "below", level=EACH)


def share_quantile(instance: Instance, rng: Rng, p: Any, *, least: bool) -> Any:
    """A confidence interval for the p-quantile of max_i i λ_i/λ_1, or with ``least`` of n λ_n/λ_1."""

    def shares(found: Array) -> Array:
        values = np.linalg.eigvalsh(found)[:, ::-1]
        each = np.arange(1, values.shape[1] + 1) * values / values[:, :1]
        return np.asarray(each[:, -1] if least else each.max(axis=1))

    return sampled_quantile(_over_networks(instance, rng, shares), float(p), rising=True, level=EACH)
