"""Figure 3: the spectra of the Fisher information matrix and of its second block in deep tanh networks."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Instance, Rng, Sample, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.karakida.common import sampled
from eigenlaw.verify.papers.karakida.ensembles import BIAS, dual, limit_of, rayleigh, single
from eigenlaw.verify.wide_networks import Signals

FIGURE = single("tanh", "3", "16/25", 3, 10, 100)
WIDTH = 200
WIDTHS = (50, 100, 200, 300)
SEARCHED = 21
"""So many of the largest eigenvalues are searched for the gap between the two populations."""


def _networks(budget: Budget, _: Rng) -> Iterable[Instance]:
    count = budget.of(10, 20, 100)
    return [{**FIGURE, "matrix": name, "network": n} for n in range(count) for name in ("F", "F^22")]


def _matrices(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{**FIGURE, "matrix": name} for name in ("F", "F^22")]


def _layers(instance: Instance) -> list[int] | None:
    return [2] if instance["matrix"] == "F^22" else None


def _larger_population(instance: Instance, rng: Rng) -> Sequence[Any]:
    """How many eigenvalues stand before the widest gap, by the ratio of neighbours, in one network with M = 200."""
    from scipy.sparse.linalg import eigsh

    outputs, samples = instance["outputs"], instance["samples"]
    signals = sampled(instance, WIDTH, rng, outputs=outputs, samples=samples)[1]
    gram = dual(instance, WIDTH, signals, _layers(instance))
    values = np.sort(eigsh(gram, k=SEARCHED, which="LA", return_eigenvectors=False, v0=np.ones(len(gram))))[::-1]
    return [fmpq(int(np.argmax(values[:-1] / values[1:])) + 1)]


def _count() -> Any:
    return symbols("C")[0]


def _line() -> Any:
    alpha, samples, width, own, overlap = symbols("alpha T M kappa_1 kappa_2")
    return alpha * ((samples - 1) / samples * overlap + own / samples) * width


def _positions(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    """The mean of the Rayleigh quotients of the C mean gradients over M, output by output."""
    outputs, samples = instance["outputs"], instance["samples"]

    def position() -> float:
        signals = sampled(instance, width, rng, outputs=outputs, samples=samples)[1]
        parts = [
            Signals(signals.h, tuple(delta[k : k + 1] for delta in signals.delta), signals.outputs[:, k : k + 1])
            for k in range(outputs)
        ]
        return float(np.mean([rayleigh(dual(instance, width, part, _layers(instance)), 1) for part in parts])) / width

    return np.array([[position()] for _ in range(n)])


def _bound(instance: Instance) -> Mapping[str, Any]:
    """For the block, κ_1 and κ_2 stand for its own, as in Theorem 3.2."""
    limit = limit_of(instance)
    if _layers(instance) is None:
        return limit
    own = limit["q_tilde"](2) * limit["q_hat"](1)
    overlap = limit["q_tilde_st"](2) * limit["q_hat_st"](1)
    return {**limit, "alpha": limit["alpha_l"](1), "kappa_1": own, "kappa_2": overlap}


def _at_line(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**_bound(instance))]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:fig-3.1",
        "printed",
        "Remark 3 and Figure 3",
        r"\#\{\text{eigenvalues in the larger population}\}",
        Formula(_count),
        Value(_networks, lambda i, value: [value(C=i["outputs"])], _larger_population, sampled=True),
        activations=1,
        note="Before the widest gap, by the ratio of neighbours, in each of the sampled networks, for F and for F^22.",
    ),
    Claim(
        "karakida:fig-3.2",
        "printed",
        "Figure 3, the line at λ_max",
        r"\lim\overline{\nu_k^\top F^*\nu_k}/M,\ M=1",
        Formula(_line),
        Sample(_matrices, _at_line, _positions, lambda b: b.of(40, 80, 320), WIDTHS, BIAS[:1], minimum=2),
        activations=1,
        note="At M = 200 the mean of the larger population lies some 3 % (F) and 10 % (F^22) beyond its line.",
    ),
)
