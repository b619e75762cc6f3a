"""Networks with biases as the claims of S7 try them: their instances, hypotheses and the values of their symbols."""

from collections.abc import Iterable, Sequence
from typing import Any

from eigenlaw.numerics.ranks import rank
from eigenlaw.verify.claim import Budget, Evaluate, Hypothesis, Instance, Rng
from eigenlaw.verify.papers.singh import printed
from eigenlaw.verify.papers.singh.common import instance_of, random_architectures, small_architectures
from eigenlaw.verify.papers.singh.measured import joint_rank, loss_rank
from eigenlaw.verify.papers.singh.special import chain, problem


def biased(budget: Budget, rng: Rng, mean: str = "generic") -> Iterable[Instance]:
    """Return the instances with biases: all small architectures over Q, then random ones modulo a prime."""
    for widths, r, s in small_architectures():
        yield instance_of(widths, r, s, bias=True, mean=mean)
    for widths, r, s in random_architectures(rng, budget.of(20, 80, 400)):
        yield instance_of(widths, r, s, bias=True, mean=mean, field="p")


def full_residual(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Return those of ``biased`` with s = min(r, K), and some wider ones of this kind modulo a prime."""
    yield from (i for i in biased(budget, rng) if i["s"] == min(i["r"], i["widths"][-1]))
    for _ in range(budget.of(20, 60, 300)):
        d, K, layers = int(rng.integers(1, 6)), int(rng.integers(1, 6)), int(rng.integers(2, 7))
        r = int(rng.integers(1, d + 1))
        least = min(r + 1, K)
        hidden = [least + int(rng.integers(0, 2)) for _ in range(layers - 1)]
        yield instance_of((d, *hidden, K), r, min(r, K), bias=True, field="p")


def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """Return the value of a printed rank formula for an instance."""
    return [value(**printed.bindings(chain(instance)))]


def exact(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """Return the value of an exact law, whose q̃, s̃ and τ are those of the stratum."""
    found = chain(instance)
    names = {"q_tilde": found.q_hat, "s_tilde": found.s_hat, "tau": found.tail}
    return [value(**printed.bindings(found), **names)]


def _generic_residual(instance: Instance) -> bool:
    omega, found = problem(instance).omega, chain(instance)
    r, K = found.data_rank, found.outputs
    return rank(omega[:, :-1]) == min(r, K) and rank(omega) == min(r + 1, K)


def _prime(instance: Instance) -> int:
    found = chain(instance)
    return min(found.data_rank + 1, found.outputs)


A3 = Hypothesis(r"E[x]=0", lambda i: not problem(i).sigma[-1, :-1].any())
RESIDUAL = Hypothesis(
    r"\operatorname{rk}\Omega=\min(r,K),\ \operatorname{rk}[\Omega,E\delta]=\min(r+1,K)", _generic_residual
)
WIDE = Hypothesis(
    r"M_i\ge\min(r+1,K)",
    lambda i: min(chain(i).widths[1:-1]) >= _prime(i),
    tight=lambda i: min(chain(i).widths[1:-1]) == _prime(i),
)
LAST = Hypothesis(
    r"q'=K",
    lambda i: _prime(i) == chain(i).outputs,
    tight=lambda i: chain(i).data_rank + 1 == chain(i).outputs,
)
TWO_LAYERS = Hypothesis("L=2", lambda i: chain(i).layers == 2)
SCALE = Hypothesis(
    r"\operatorname{rk}(H_o+H_f)=\max_t\operatorname{rk}(H_o+tH_f)", lambda i: loss_rank(i) == joint_rank(i)
)
