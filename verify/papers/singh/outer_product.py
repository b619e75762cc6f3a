"""The outer-product Hessian: fewer inputs, Remark R1, and two layers, S3.2."""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise, product
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory.hessian_blocks import reduced_parameters
from eigenlaw.verify.chain_hessians import functional_hessian, outer_factor, outer_hessian
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.linear_chains import LinearNetwork, low_rank, random_network, rational_draw
from eigenlaw.verify.papers.singh.common import Problem, random_architectures

# Remark R1


def _reduced_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Small networks with r < d, then random ones."""
    small = [w for L in (2, 3) for w in product((1, 2, 3), repeat=L + 1) if w[0] > 1]
    small.sort(key=lambda widths: (_size(widths), widths))
    for draw, widths in enumerate(small[: budget.of(50, 100, 108)]):
        for r in range(1, widths[0]):
            yield {"widths": list(widths), "r": r, "s": min(r, widths[-1], 1 + draw % 2), "draw": draw}
    for draw, (widths, r, s) in enumerate(random_architectures(rng, budget.of(5, 20, 100), 4)):
        if r < widths[0]:
            yield {"widths": list(widths), "r": r, "s": s, "draw": draw}


def _size(widths: Sequence[int]) -> int:
    return sum(below * above for below, above in pairwise(widths))


def _printed_count() -> Any:
    p, K, r, d = symbols("p K r d")
    return p + K * (r - d)


def _corrected_count() -> Any:
    return reduced_parameters(*symbols("p M_1 r d"))


def _predicted_count(instance: Instance, value: Evaluate) -> Sequence[Any]:
    widths = instance["widths"]
    return [value(p=_size(widths), K=widths[-1], M_1=widths[1], r=instance["r"], d=widths[0])]


def _reduced(instance: Instance) -> tuple[Problem, Problem]:
    """A network with Σ of rank r < d and Ω, and the one of r inputs that it is reduced to.

    The data are x = S z with z of r components; the reduced network sees z through W^1 S. In a control it has the
    first r columns of W^1 though Σ is not of the form that the remark asks for.
    """
    widths, r = tuple(instance["widths"]), instance["r"]
    draw = rational_draw(np.random.default_rng([instance["draw"], r, *widths]), 50, 1)
    network = random_network(widths, draw)
    S, factor = draw((widths[0], r)), draw((r, r))
    first = network.weights[0] @ S
    if instance.get("unprocessed"):
        S = np.eye(widths[0], dtype=int).astype(object)[:, -r:]
        network.weights[0][:, :r] = 0 * network.weights[0][:, :r]
        first = network.weights[0][:, :r]
    sigma, omega = factor @ factor.T, low_rank(widths[-1], r, instance["s"], draw)
    full = Problem(network, S @ sigma @ S.T, omega @ S.T)
    return full, Problem(LinearNetwork((first, *network.weights[1:])), sigma, omega)


def _measured_count(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(len(outer_factor(_reduced(instance)[1].network)))]


def _outer_rank_of(problem: Problem) -> list[Any]:
    return [fmpq(rank(outer_hessian(problem.network, problem.sigma)))]


def _other_ranks_of(problem: Problem) -> list[Any]:
    functional = functional_hessian(problem.network, problem.omega)
    return [fmpq(rank(functional)), fmpq(rank(functional + outer_hessian(problem.network, problem.sigma)))]


def _reduced_ranks(ranks: Callable[[Problem], list[Any]]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    return lambda instance, value: [value(rk_reduced=found) for found in ranks(_reduced(instance)[1])]


def _whole_ranks(ranks: Callable[[Problem], list[Any]]) -> Callable[[Instance, Rng], Sequence[Any]]:
    return lambda instance, _: ranks(_reduced(instance)[0])


# two layers


def _two_layers() -> Any:
    r, K, first, second = symbols("r K rk_W1 rk_W2")
    return r * second + K * first - second * first


def _narrow_two_layers() -> Any:
    r, K, M = symbols("r K M_1")
    return r * M + K * M - M**2


def _all_ranks(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Two layers of widths up to 4, all ranks of W^1 and W^2; then larger ones."""
    triples = sorted(product(range(1, 5), repeat=3), key=lambda widths: (_size(widths), widths))
    for r, M, K in triples:
        for ranks in product(range(min(r, M) + 1), range(min(M, K) + 1)):
            yield {"widths": [r, M, K], "ranks": list(ranks), "draw": 0}
    for draw in range(budget.of(5, 25, 200)):
        r, M, K = (int(width) for width in rng.integers(1, 9, 3))
        ranks = int(rng.integers(min(r, M) + 1)), int(rng.integers(min(M, K) + 1))
        yield {"widths": [r, M, K], "ranks": list(ranks), "draw": draw}


def _full_ranks(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Two layers of widths up to 5, of full rank."""
    for r, M, K in sorted(product(range(1, 6), repeat=3), key=lambda widths: (_size(widths), widths)):
        yield {"widths": [r, M, K], "ranks": [min(r, M), min(M, K)], "draw": 0}


def _predicted_two_layers(instance: Instance, value: Evaluate) -> Sequence[Any]:
    r, M, K = instance["widths"]
    first, second = (rank(weight) for weight in _network(instance).weights)
    return [value(r=r, K=K, M_1=M, rk_W1=first, rk_W2=second)]


def _network(instance: Instance) -> LinearNetwork:
    widths, ranks = instance["widths"], instance["ranks"]
    draw = rational_draw(np.random.default_rng([instance["draw"], *widths, *ranks]), 9, 1)
    shapes = zip(pairwise(widths), ranks, strict=True)
    return LinearNetwork(tuple(low_rank(above, below, wanted, draw) for (below, above), wanted in shapes))


def _factor_rank(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(rank(outer_factor(_network(instance))))]


def _each_full(instance: Instance) -> bool:
    return all(rank(weight) == min(weight.shape) for weight in _network(instance).weights)


A1 = Hypothesis(r"\text{A1: every }\mathbf W^l\text{ has full rank}", _each_full)
SMALLER = Hypothesis(r"r<d", lambda instance: instance["r"] < instance["widths"][0])
PROCESSED = Hypothesis(
    r"\Sigma=\operatorname{diag}(\Sigma_{r\times r},0)", lambda instance: not instance.get("unprocessed")
)
NARROW = Hypothesis(
    r"M_1\le\min(r,K)",
    lambda instance: instance["widths"][1] <= min(instance["widths"][0], instance["widths"][2]),
    lambda instance: instance["widths"][1] == min(instance["widths"][0], instance["widths"][2]),
)

_COUNT = r"\text{columns of }\mathbf A_o^\top"
_UNPROCESSED = {"widths": [2, 1, 2], "r": 1, "s": 1, "draw": 1, "unprocessed": 1}

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:remark-r1.1",
        "printed",
        "Remark R1, number of columns",
        _COUNT,
        Formula(_printed_count),
        Value(_reduced_cases, _predicted_count, _measured_count),
        (SMALLER,),
        note="W^1 has M_1 rows, so that d − r columns of it are M_1(d − r) weights, not K(d − r).",
        activations=1,
    ),
    Claim(
        "singh:remark-r1.1",
        "corrected",
        "Remark R1, number of columns",
        _COUNT,
        Formula(_corrected_count, derived=True),
        Value(_reduced_cases, _predicted_count, _measured_count),
        (SMALLER,),
        activations=1,
    ),
    Claim(
        "singh:remark-r1.2",
        "printed",
        "Remark R1, reduction",
        r"\operatorname{rk}\mathbf H_o",
        Formula(lambda: symbols("rk_reduced")[0]),
        Value(_reduced_cases, _reduced_ranks(_outer_rank_of), _whole_ranks(_outer_rank_of), controls=(_UNPROCESSED,)),
        (SMALLER, PROCESSED),
        note="Both sides are measured: the rank for r inputs, and for d inputs whose Σ has rank r.",
        activations=1,
    ),
    Claim(
        "singh:remark-r1.2",
        "new",
        "Remark R1, reduction of H_f and H_L",
        r"\operatorname{rk}\mathbf H_f,\ \operatorname{rk}\mathbf H_L",
        Formula(lambda: symbols("rk_reduced")[0]),
        Value(_reduced_cases, _reduced_ranks(_other_ranks_of), _whole_ranks(_other_ranks_of), controls=(_UNPROCESSED,)),
        (SMALLER, PROCESSED),
        note="The reduction leaves the ranks of H_f and of H_L as they are, too.",
        activations=1,
    ),
    Claim(
        "singh:two-layer-outer.1",
        "printed",
        "S3.2",
        r"\operatorname{rk}\mathbf A_o",
        Formula(_two_layers),
        Value(_all_ranks, _predicted_two_layers, _factor_rank),
        note="All widths up to 4 and all ranks of W^1 and W^2, zero too.",
        activations=1,
    ),
    Claim(
        "singh:two-layer-outer.2",
        "printed",
        "S3.2, bottleneck",
        r"\operatorname{rk}\mathbf A_o",
        Formula(_narrow_two_layers),
        Value(
            _full_ranks,
            _predicted_two_layers,
            _factor_rank,
            controls=(
                {"widths": [2, 3, 1], "ranks": [2, 1], "draw": 0},
                {"widths": [2, 2, 2], "ranks": [1, 1], "draw": 0},
            ),
        ),
        (A1, NARROW),
        activations=1,
    ),
)
