"""The random networks on which the themes of the Fisher information measure: instances, limits, and their Grams."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from eigenlaw.verify.claim import Budget, Draws, Evaluate, Hypothesis, Instance, Rng, Sample
from eigenlaw.verify.formula import ball
from eigenlaw.verify.metric_grams import gradient_gram
from eigenlaw.verify.papers.karakida.common import ALPHAS, CASES, limits, network_of, sampled, samples_of
from eigenlaw.verify.wide_networks import Signals

WIDE = (32, 64, 128, 256)
WIDTHS = (16, 32, 64, 128)
BIAS = (Fraction(1), Fraction(2))
SHAPES = ((3, 1, 2), (2, 2, 3), (3, 3, 2), (5, 1, 3), (2, 1, 5), (3, 2, 1), (5, 2, 2))
"""Weight layers L, outputs C and inputs T, in turn."""

SETTINGS = (*CASES[:-1], ("monomial(2)", "1/4", "1/10"))
"""Those of the figures and others; a square grows from layer to layer, and has light enough tails at a small σ_w²."""

Statistics = Callable[[Instance, int, Signals], Sequence[float]]


def cases(
    count: int = 20,
    shapes: Sequence[tuple[int, int, Any]] = SHAPES,
    settings: Sequence[tuple[str, str, str]] = SETTINGS,
) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """So many instances: each setting in turn at one of the shapes, with three layers also at unequal widths."""

    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        found = []
        for index in range(count):
            name, weight, bias = settings[index % len(settings)]
            layers, outputs, samples = shapes[index % len(shapes)]
            instance = {"activation": name, "sigma_w2": weight, "sigma_b2": bias, "layers": layers}
            if layers == 3 and index % 2:
                instance["alphas"] = list(ALPHAS[1])
            found.append({**instance, "outputs": outputs, "samples": samples})
        return found

    return instances


SEPARATED = (
    *(("sigmoid", "4", "0", 2), ("softplus", "1", "1/4", 2), ("gaussian(1)", "2", "1/10", 2), ("sigmoid", "4", "0", 3)),
    *(("polynomial(1,-1/2,1/3)", "1/2", "1/10", 2), ("softplus", "1", "1/4", 3), ("abs", "1", "1/10", 3)),
    *(("relu", "1", "1/2", 3), ("tanh", "1", "1/2", 3), ("sigmoid", "1", "1/2", 5)),
)
"""Activation, σ_w², σ_b², L with κ_2 not much smaller than κ_1: the largest eigenvalues stand apart at small widths."""


def separated(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    """Instances whose largest eigenvalues stand apart: one to three outputs, two to six inputs."""
    outputs, samples = (1, 2, 3), (2, 4, 6, 3)
    return [
        single(*SEPARATED[i % len(SEPARATED)], outputs[i % 3], samples[(i + i // len(SEPARATED)) % 4])
        for i in range(20)
    ]


def single(name: str, weight: str, bias: str, layers: int, outputs: int, samples: Any) -> Instance:
    """One instance with equal widths."""
    network = {"activation": name, "sigma_w2": weight, "sigma_b2": bias, "layers": layers}
    return {**network, "outputs": outputs, "samples": samples}


def limit_of(instance: Instance) -> dict[str, Any]:
    """Return what a limit formula needs: α, α_l, L, C, T, q̂, q̃ of one and of two inputs, κ_1, κ_2, and M = 1."""
    return {**limits(network_of(instance)), "C": instance["outputs"], "T": instance["samples"], "M": 1}


def is_non_centred(instance: Instance) -> bool:
    """Tell whether κ_2 > 0 for the network of an instance."""
    return bool(ball(limit_of(instance)["kappa_2"]) > 0)


NON_CENTRED = Hypothesis(r"\kappa_2>0", is_non_centred)


def parameters_of(instance: Instance, width: int) -> int:
    """P, the number of all weights and biases."""
    widths = [int(a * width) for a in network_of(instance).alphas] + [instance["outputs"]]
    return sum(widths[layer] * (widths[layer - 1] + 1) for layer in range(1, len(widths)))


def measured(statistics: Statistics) -> Callable[[Instance, int, Rng, int], Draws]:
    """Return the statistics of n networks, each with inputs of its own."""

    def draws(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
        count = samples_of(instance, width)
        networks = (sampled(instance, width, rng, outputs=instance["outputs"], samples=count)[1] for _ in range(n))
        return np.array([statistics(instance, width, signals) for signals in networks])

    return draws


def predicted_limit(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula at the limit of an instance."""
    return [value(**limit_of(instance))]


def extrapolated(
    instances: Callable[[Budget, Rng], Iterable[Instance]],
    statistics: Statistics,
    predicted: Callable[[Instance, Evaluate], Sequence[Any]] = predicted_limit,
    *,
    draws: int = 100,
    widths: tuple[int, ...] = WIDTHS,
    bias: tuple[Fraction, ...] = BIAS,
    controls: tuple[Instance, ...] = (),
) -> Sample:
    """The check of a limit of wide networks: the error at the width M is of the order of 1/M, with a term in 1/M²."""
    budget = (draws, 2 * draws, 8 * draws)
    return Sample(instances, predicted, measured(statistics), lambda b: b.of(*budget), widths, bias, controls)


def dual(instance: Instance, width: int, signals: Signals, layers: Sequence[int] | None = None) -> Draws:
    """F*, or F^{ll}* of one layer, of shape (CT, CT)."""
    return np.asarray(gradient_gram(signals, layers) / samples_of(instance, width))


def blocks(gram: Draws, outputs: int) -> Draws:
    """A Gram as its C x C blocks T x T: axes k, s, k', t."""
    samples = len(gram) // outputs
    return gram.reshape(outputs, samples, outputs, samples)


def rayleigh(gram: Draws, outputs: int) -> float:
    """The mean of nu_k^T G nu_k, nu_k constant on the block of output k: the largest eigenvalue is at least that."""
    found = blocks(gram, outputs)
    return float(np.einsum("kskt->", found) / (outputs * found.shape[1]))


def distance(gram: Draws, outputs: int) -> float:
    """The squared Frobenius distance to the nearest C equal blocks with one number on and one off the diagonal.

    By Weyl's inequality no eigenvalue is farther than its root from that of such a matrix.
    """
    found = blocks(gram, outputs)
    samples = found.shape[1]
    own = float(np.trace(gram)) / len(gram)
    overlap = (rayleigh(gram, outputs) - own) / (samples - 1) if samples > 1 else 0.0
    block = (own - overlap) * np.eye(samples) + overlap
    return float(np.sum((gram - np.kron(np.eye(outputs), block)) ** 2))
