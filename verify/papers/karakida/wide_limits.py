"""Limits of wide networks: many networks at a time, their Grams, and what a formula at the limit needs."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from eigenlaw.verify.claim import Budget, Draws, Evaluate, Instance, Rng, Sample
from eigenlaw.verify.formula import ball
from eigenlaw.verify.papers.karakida.common import CASES, functions_of, limits, network_of, samples_of
from eigenlaw.verify.wide_networks import (
    Signals,
    WideParameters,
    layer_widths,
    propagate,
    sample_inputs,
    sample_network,
)

Statistics = Callable[[Instance, int, WideParameters, Signals], Draws]
"""(instance, M, networks, their signals) ↦ the statistics, of shape (networks, q)."""

WIDTHS = (8, 16, 32, 64)
BIAS = (Fraction(1), Fraction(2))

MANY = 10**30
"""T where it grows with M: formulas are taken in units of T."""

UNEQUAL = ("1", "2", "1/2")

GROWING = (
    ("relu", "2", "1/10", 2),
    ("sigmoid", "4", "0", 3),
    ("softplus", "1", "1/4", 2),
    ("gaussian(1)", "2", "1/10", 3),
)
"""φ, σ_w², σ_b², L of networks with as many inputs as M, whose largest eigenvalue stands apart from M = 8 on."""

_CHUNK = 2**21  # numbers in the largest array of a batch


def wide_cases(
    shapes: Sequence[tuple[int, int, Any]],
    settings: Sequence[tuple[str, str, str]] = CASES,
    count: int = 21,
    *,
    growing: bool = False,
) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """So many instances: each setting in turn at one of the shapes (L, C, T), and if wanted some where T = M.

    Polynomials have one hidden layer: with more their products have tails too heavy for a mean of few networks.
    """

    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        found = []
        for index in range(count):
            turn, which = divmod(index, len(settings))
            name, weight, bias = settings[which]
            layers, outputs, samples = shapes[(which + turn) % len(shapes)]
            depth = 2 if name.startswith(("polynomial", "monomial")) else layers
            found.append(wide_case(name, weight, bias, depth, outputs, samples, index % 2 == 1))
        found.sort(key=lambda case: (case["layers"], case["outputs"] * case["samples"]))
        return [*found, *(wide_case(*case, 1, "M", False) for case in GROWING if growing)]

    return instances


def layered_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    """Networks whose layers have variances, and some of them activations, of their own."""
    weights, biases = (("1/2", "2", "3/2", "1"), ("1/10", "1/2", "1/5", "3/4"))
    phis = (("tanh", "relu"), ("gelu", "erf"), ("softplus", "sin"), ("abs", "sigmoid"), ("leaky_relu(1/10)", "cos"))
    return [
        wide_case(
            [*pair, pair[0]][: layers - 1],
            list(weights[:layers]),
            list(biases[:layers]),
            layers,
            2,
            samples,
            layers == 3,
        )
        for layers, samples in ((2, 2), (3, 3), (4, 2), (3, 2))
        for pair in phis
    ]


def wide_case(
    phi: Any, sigma_w2: Any, sigma_b2: Any, layers: int, outputs: int, samples: Any, unequal: bool
) -> Instance:
    """One instance; for L = 3 the relative widths may be unequal."""
    case = {"activation": phi, "sigma_w2": sigma_w2, "sigma_b2": sigma_b2, "layers": layers}
    alphas = {"alphas": list(UNEQUAL)} if unequal and layers == 3 else {}
    return {**case, **alphas, "outputs": outputs, "samples": samples}


def limits_of(instance: Instance) -> dict[str, Any]:
    """What a formula needs: α, α̃, α_l, L, C, T, σ_w², σ_b², q̂, q̃, κ', κ̃, and M = 1: powers of M are measured apart."""
    samples = MANY if instance["samples"] == "M" else instance["samples"]
    return {**limits(network_of(instance)), "C": instance["outputs"], "T": samples, "M": 1}


def is_zero(value: Any) -> bool:
    """Tell whether an order parameter is zero, that is, known to be."""
    return bool(ball(value) == 0)


def draw(instance: Instance, width: int, rng: Rng, count: int) -> tuple[WideParameters, Signals]:
    """Draw so many networks of an instance with M = width, each with T inputs of its own, and return their signals."""
    network = network_of(instance)
    widths = layer_widths(network.alphas, width, instance["outputs"])
    weights, biases = ([float(value) for value in values] for values in (network.sigma_w2, network.sigma_b2))
    parameters = sample_network(widths, weights, biases, rng, count)
    inputs = sample_inputs(samples_of(instance, width), widths[0], rng, count)
    return parameters, propagate(parameters, functions_of(instance), inputs)


def measured(statistics: Statistics) -> Callable[[Instance, int, Rng, int], Draws]:
    """Return the statistics of n networks, so many at a time that no array is too large."""

    def draws(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
        size = instance["outputs"] * samples_of(instance, width)
        most = max(1, _CHUNK // (4 * max(size, width) * max(width, size)))
        counts = [min(most, n - start) for start in range(0, n, most)]
        return np.concatenate([statistics(instance, width, *draw(instance, width, rng, m)) for m in counts])

    return draws


def wide_limit(
    instances: Callable[[Budget, Rng], Iterable[Instance]],
    statistics: Statistics,
    predicted: Callable[[Instance, Evaluate], Sequence[Any]] = lambda instance, value: [value(**limits_of(instance))],
    *,
    draws: int = 200,
    widths: tuple[int, ...] = WIDTHS,
    bias: tuple[Fraction, ...] = BIAS,
    controls: tuple[Instance, ...] = (),
) -> Sample:
    """The check of a limit of wide networks: the error at the width M is a series in 1/M."""
    budget = (draws, 3 * draws, 16 * draws)
    return Sample(instances, predicted, measured(statistics), lambda b: b.of(*budget), widths, bias, controls)


def column(values: Draws) -> Draws:
    """One statistic of every network, of shape (n,), as the judge takes it: (n, 1)."""
    return np.asarray(values)[:, None]


def trace(gram: Draws) -> Draws:
    """The traces of Grams (n, N, N)."""
    return np.asarray(np.trace(gram, axis1=-2, axis2=-1))


def square_norm(gram: Draws) -> Draws:
    """The squares of their Frobenius norms."""
    return np.asarray((gram**2).sum(axis=(-2, -1)))


def top_group(gram: Draws, size: int) -> list[Draws]:
    """The mean of the largest eigenvalues, and if there are several the square of the distance of first and last.

    If the square tends to 0, the largest eigenvalue has the limit of the mean, which it approaches like M^{−1/2} only.
    """
    values = np.linalg.eigvalsh(gram)[..., -size:]
    return [values.mean(axis=-1), *([(values[..., -1] - values[..., 0]) ** 2] if size > 1 else [])]


def blocks(gram: Draws, outputs: int) -> Draws:
    """The blocks (k, k') of Grams, of shape (n, C, C, T, T)."""
    samples = gram.shape[-1] // outputs
    return np.asarray(gram.reshape(-1, outputs, samples, outputs, samples).swapaxes(2, 3))


def own_blocks(gram: Draws, outputs: int) -> Draws:
    """The blocks (k, k), of shape (n, C, T, T)."""
    index = np.arange(outputs)
    return np.asarray(blocks(gram, outputs)[:, index, index])


def own_and_overlap(own: Draws) -> list[Draws]:
    """The mean entry on the diagonal of blocks (n, C, T, T) and, if T > 1, that off it."""
    samples = own.shape[-1]
    diagonal = trace(own).mean(axis=1) / samples
    if samples == 1:
        return [diagonal]
    total = own.sum(axis=(-2, -1)).mean(axis=1)
    return [diagonal, (total - samples * diagonal) / (samples * (samples - 1))]
