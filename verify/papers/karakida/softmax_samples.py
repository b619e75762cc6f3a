"""Random networks with softmax outputs: the mean and the second moment of F_cross at large M."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.correlation import Correlation
from eigenlaw.numerics.layers import dual_of
from eigenlaw.numerics.precision import working
from eigenlaw.theory import softmax_fisher
from eigenlaw.theory.activations import activation
from eigenlaw.theory.wide_network import WideNetwork
from eigenlaw.verify.claim import Claim, Draws, Evaluate, Instance, Rng, Sample
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.papers.karakida.common import network_of, order_parameters_of, samples_of
from eigenlaw.verify.papers.karakida.ensembles import cases, limit_of, parameters_of
from eigenlaw.verify.papers.karakida.softmax_moments import second_moment
from eigenlaw.verify.papers.karakida.softmax_networks import batch
from eigenlaw.verify.softmax_metrics import trace_parts

SHAPES = ((3, 2, 2), (2, 3, 3), (3, 10, 2), (5, 2, 3), (2, 2, 5), (3, 3, 1), (3, 5, 4))
"""Weight layers L, outputs C and inputs T, in turn."""

TWO = ((3, 2, 2), (2, 2, 3), (3, 2, 4), (5, 2, 3), (2, 2, 5), (3, 2, 1), (4, 2, 1))
SEVERAL = ((3, 2, 2), (2, 3, 3), (3, 10, 2), (5, 2, 3), (2, 2, 5), (2, 3, "1/4M"), (3, 5, 4))

WIDTHS = (16, 32, 64, 128)
BIAS = (Fraction(1), Fraction(2))
CHUNK = 1_000_000
"""Entries of the Grams of a batch."""

Statistics = Callable[[Instance, int, dict[str, Draws]], Sequence[Draws]]


def measured(statistics: Statistics) -> Callable[[Instance, int, Rng, int], Draws]:
    """Return statistics of the traces of n networks, in batches."""

    def draws(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
        samples = samples_of(instance, width)
        size = max(1, CHUNK // (instance["outputs"] * samples) ** 2)
        found = []
        for start in range(0, n, size):
            parts = trace_parts(batch(instance, width, rng, min(size, n - start))[1])
            found.append(np.stack(list(statistics(instance, width, parts)), axis=-1))
        return np.concatenate(found)

    return draws


def extrapolated(
    instances: Any,
    predicted: Any,
    statistics: Statistics,
    draws: int = 100,
    widths: tuple[int, ...] = WIDTHS,
    bias: tuple[Fraction, ...] = BIAS,
    minimum: int = 20,
) -> Sample:
    """The check of a limit whose error at the width M is of order 1/M."""
    budget = (draws, 3 * draws, 12 * draws)
    return Sample(instances, predicted, measured(statistics), lambda b: b.of(*budget), widths, bias, minimum=minimum)


def mean_over_beta(instance: Instance, width: int, parts: dict[str, Draws]) -> Sequence[Draws]:
    """M m/β_1."""
    return [width / parameters_of(instance, width) * parts["mean"] / parts["mean_metric"]]


def _scaled_mean(instance: Instance, width: int, parts: dict[str, Draws]) -> Sequence[Draws]:
    """M m, from all blocks of F* and from those of equal outputs alone."""
    scale = width / (parameters_of(instance, width) * samples_of(instance, width))
    return [scale * parts["mean"], scale * parts["mean_blocks"]]


def squares(blocks: str = "") -> Statistics:
    """The part of s from different inputs over β_2, and that from equal ones over β_3/T."""

    def statistics(instance: Instance, width: int, parts: dict[str, Draws]) -> Sequence[Draws]:
        P = parameters_of(instance, width)
        return [parts[name + blocks] / parts[name + "_metric"] / P for name in ("overlap", "own")]

    return statistics


def _second_moments(instance: Instance, width: int, parts: dict[str, Draws]) -> Sequence[Draws]:
    """The part of s from different inputs, and that from equal ones."""
    scale = parameters_of(instance, width) * samples_of(instance, width) ** 2
    return [parts["overlap"] / scale, parts["own"] / scale]


def _powers_of_beta(instance: Instance, width: int, parts: dict[str, Draws]) -> Sequence[Draws]:
    beta_1 = parts["mean_metric"] / samples_of(instance, width)
    return [beta_1, beta_1**2]


# the formulas as printed


def mean() -> Any:
    """M of Theorem 3.3."""
    beta_1, C, kappa_1, M = symbols("beta_1 C kappa_1 M")
    return beta_1 * C * kappa_1 / M


def _mean_of_derivation() -> Any:
    beta_1, C, kappa_1, M = symbols("beta_1 C kappa_1 M")
    return C * (1 - beta_1) * kappa_1 / M


def at_one(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula at β_1 = 1."""
    return [value(**limit_of(instance), beta_1=1)]


def by_parts(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """ακ_2² and ακ_1²: the formula at one β equal to 1 and the other to 0, T = 1."""
    given = {**limit_of(instance), "T": 1}
    return [value(**given, beta_2=1, beta_3=0), value(**given, beta_2=0, beta_3=1)]


# two outputs: the means over all networks


@cache
def _logistic_slopes(network: WideNetwork) -> tuple[Any, Any, Any]:
    """E σ′(U), E σ′(U)² and E σ′(U)σ′(V) for f_1 − f_2 at one input and at two, in the limit."""
    found = order_parameters_of(network)
    with working(128):
        weight, bias = rational(network.sigma_w2[-1]), rational(network.sigma_b2[-1])
        own, overlap = (weight * q[network.layers - 1] + bias for q in (found.q_hat, found.q_hat_st))
        dual = dual_of(activation("sigmoid"), 2 * own)
        return dual.slope(Fraction(0)).sqrt(), dual.slope(Fraction(1)), dual.pair(Correlation(overlap / own))[1]


def _two_means(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**limit_of(instance), S=_logistic_slopes(network_of(instance))[0])] * 2


def _two_means_of_beta(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**limit_of(instance), beta_1=2 * _logistic_slopes(network_of(instance))[0])] * 2


def _twosquares(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula at κ_1 = 0 and at κ_2 = 0."""
    _, own, overlap = _logistic_slopes(network_of(instance))
    given = {**limit_of(instance), "S_t": own, "S_st": overlap}
    return [value(**{**given, name: fmpq(0)}) for name in ("kappa_1", "kappa_2")]


def _two_powers(instance: Instance, value: Evaluate) -> Sequence[Any]:
    slope, own, overlap = _logistic_slopes(network_of(instance))
    T = arb(instance["samples"])
    return [value(p=fmpq(1), S=slope), value(p=fmpq(2), S=(own + (T - 1) * overlap) / T)]


NETWORKS, PAIRS, COUPLES = cases(shapes=SHAPES), cases(shapes=SEVERAL), cases(shapes=TWO)
RATIO, MEAN, PARTS = r"\lim Mm_\lambda/\beta_1", r"\lim E[Mm_\lambda],\ C=2", r"\lim s_\lambda\text{ by parts}"
PARTS_NOTE = "The terms of different inputs over β_2, and those of equal inputs over β_3/T, from each network's own β."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:thm-3.3-m.1",
        "printed",
        "Theorem 3.3",
        RATIO,
        Formula(mean),
        extrapolated(NETWORKS, at_one, mean_over_beta),
        note="The trace of Q F* has no factor C left: the sum over the outputs is in β_1.",
    ),
    Claim(
        "karakida:thm-3.3-m.1",
        "corrected",
        "Theorem 3.3, without C",
        RATIO,
        Formula(softmax_fisher.mean_law, derived=True),
        extrapolated(NETWORKS, at_one, mean_over_beta),
    ),
    Claim(
        "karakida:thm-3.3-m.3",
        "new",
        "Theorem 3.3, C = 2, averaged over the networks",
        MEAN,
        Formula(softmax_fisher.two_outputs_mean_law, derived=True),
        extrapolated(COUPLES, _two_means, _scaled_mean, 150, (24, 48, 96), BIAS[:1]),
    ),
    Claim(
        "karakida:eq-b.4.2",
        "printed",
        "(B.4), last line",
        MEAN,
        Formula(_mean_of_derivation),
        extrapolated(COUPLES, _two_means_of_beta, _scaled_mean, 150, (24, 48, 96), BIAS[:1]),
        note="Neither C nor 1 − β_1 belongs here; C(1 − β_1) = β_1 would need β_1 = C/(C + 1), but β_1 ≤ 1 − 1/C.",
    ),
    Claim(
        "karakida:eq-b.4.2",
        "corrected",
        "(B.4), with β_1 for C(1 − β_1), and its third line",
        MEAN,
        Formula(softmax_fisher.mean_law, derived=True),
        extrapolated(COUPLES, _two_means_of_beta, _scaled_mean, 150, (24, 48, 96), BIAS[:1]),
        note="From all blocks of F*, and from those of equal outputs alone.",
    ),
    Claim(
        "karakida:thm-3.3-s.1",
        "printed",
        "Theorem 3.3",
        PARTS,
        Formula(second_moment),
        extrapolated(PAIRS, by_parts, squares()),
        note=PARTS_NOTE,
    ),
    Claim(
        "karakida:thm-3.3-s.2",
        "new",
        "Theorem 3.3, C = 2, averaged over the networks",
        r"\lim E[s_\lambda]\text{ by parts},\ C=2",
        Formula(softmax_fisher.two_outputs_second_moment_law, derived=True),
        extrapolated(cases(shapes=TWO[:4]), _twosquares, _second_moments, 400, (32, 64, 128), BIAS[:1]),
    ),
    Claim(
        "karakida:eq-b.5.2",
        "printed",
        "(B.5), last line",
        PARTS,
        Formula(second_moment),
        extrapolated(PAIRS, by_parts, squares("_blocks")),
        note=PARTS_NOTE,
    ),
    Claim(
        "karakida:beta-index.2",
        "new",
        "after Theorem 3.3: β_1 varies from network to network at any width, C = 2",
        r"\lim E[\beta_1],\ \lim E[\beta_1^2]",
        Formula(softmax_fisher.two_outputs_beta_law, derived=True),
        extrapolated(COUPLES, _two_powers, _powers_of_beta, 150, (24, 48, 96), BIAS[:1]),
        note="For one input Var β_1 tends to 4 Var σ′(f_1 − f_2) > 0: the β_k depend on W^L and b^L.",
    ),
)
