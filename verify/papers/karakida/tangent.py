"""The tangent kernel of wide networks: Theorem 4.1 and Appendix D."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from eigenlaw.theory.fisher import BlockGram
from eigenlaw.verify.claim import Claim, Draws, Evaluate, Instance
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.metric_grams import gradient_gram
from eigenlaw.verify.papers.karakida.common import CASES, network_of
from eigenlaw.verify.papers.karakida.wide_limits import (
    blocks,
    column,
    layered_cases,
    limits_of,
    own_and_overlap,
    own_blocks,
    square_norm,
    top_group,
    trace,
    wide_cases,
    wide_limit,
)
from eigenlaw.verify.wide_networks import Signals, WideParameters

SHAPES = ((3, 2, 2), (2, 3, 1), (5, 1, 3), (3, 3, 2), (2, 1, 5), (3, 2, 3), (5, 2, 2))
"""Weight layers L, outputs C, inputs T."""
SEVERAL = tuple((layers, outputs, max(samples, 2)) for layers, outputs, samples in SHAPES)
COUPLED = tuple(shape for shape in SEVERAL if shape[1] > 1)
BIASED = tuple(case for case in CASES if case[2] != "0")


def tangent_gram(instance: Instance, networks: WideParameters, signals: Signals, part: str = "both") -> Draws:
    """Θ of every network, (30), or the part of it that is due to the weights or to the biases."""
    network = network_of(instance)
    fan_in = networks.widths[:-1]
    weights = [float(s) / m if part != "biases" else 0.0 for s, m in zip(network.sigma_w2, fan_in, strict=True)]
    biases = [float(s) if part != "weights" else 0.0 for s in network.sigma_b2]
    return gradient_gram(signals, weights=weights, biases=biases)


def unit_of(instance: Instance, gram: Draws) -> int:
    """T where it grows with M, else 1."""
    return gram.shape[-1] // int(instance["outputs"]) if instance["samples"] == "M" else 1


def _in_units(instance: Instance, value: Evaluate) -> Any:
    bound = limits_of(instance)
    return value(**bound) / (bound["T"] if instance["samples"] == "M" else 1)


def mean(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """M of Θ."""
    gram = tangent_gram(instance, networks, signals)
    return column(trace(gram) / gram.shape[-1])


def second_moment(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """S of Θ, in units of T where T grows."""
    gram = tangent_gram(instance, networks, signals)
    return column(square_norm(gram) / gram.shape[-1] / unit_of(instance, gram))


def largest(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """The C largest eigenvalues of Θ, in units of T where T grows."""
    gram = tangent_gram(instance, networks, signals)
    return np.stack(top_group(gram / unit_of(instance, gram), instance["outputs"]), axis=1)


def with_spread(instance: Instance, value: Any) -> Sequence[Any]:
    """The limit of the C largest eigenvalues, and no distance between them."""
    return [value, 0][: min(instance["outputs"], 2)]


def _printed_mean() -> Any:
    alpha, outputs, own = symbols("alpha C kappa_1p")
    return alpha * own * outputs


def _printed_second_moment() -> Any:
    alpha, outputs, samples, own, overlap = symbols("alpha C T kappa_1p kappa_2p")
    return alpha**2 * ((samples - 1) * overlap**2 + own**2) * outputs


def _printed_largest() -> Any:
    alpha, samples, own, overlap = symbols("alpha T kappa_1p kappa_2p")
    return alpha * ((samples - 1) * overlap + own)


def _law() -> BlockGram:
    alpha, outputs, samples, own, overlap = symbols("alpha C T kappa_1p kappa_2p")
    return BlockGram(alpha * own, alpha * overlap, outputs, samples, outputs * samples, 1)


def _kappa_prime() -> Any:
    layer, last, alpha, weights, biases = symbols("l L alpha sigma_w2 sigma_b2")
    back, forth = indexed("q_tilde"), indexed("q_hat")
    return 1 / alpha * summation(weights * back[layer] * forth[layer - 1] + biases * back[layer], (layer, 1, last))


def _kappa_prime_by_layer() -> Any:
    layer, last, alpha = symbols("l L alpha")
    back, forth, weights, biases = map(indexed, ("q_tilde", "q_hat", "sigma_w2_l", "sigma_b2_l"))
    term = weights[layer] * back[layer] * forth[layer - 1] + biases[layer] * back[layer]
    return 1 / alpha * summation(term, (layer, 1, last))


def overlaps(bound: Any) -> list[dict[str, Any]]:
    """The bindings for one input and those for two, whose overlaps take the place of q̂_t and q̃_t."""
    return [bound, {**bound, "q_hat": bound["q_hat_st"], "q_tilde": bound["q_tilde_st"]}]


def parts(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """Products of gradients by the weights, of one input and of two, and by the biases, over α."""
    found = []
    for part in ("weights", "biases"):
        own = own_blocks(tangent_gram(instance, networks, signals, part), instance["outputs"])
        found += own_and_overlap(own / float(network_of(instance).alpha))
    return np.stack(found, axis=1)


def _parts(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = limits_of(instance)
    without = ({"sigma_b2": 0, "sigma_b2_l": lambda _: 0}, {"sigma_w2": 0, "sigma_w2_l": lambda _: 0})
    return [value(**{**case, **zero}) for zero in without for case in overlaps(bound)]


def _entry() -> Any:
    import sympy

    alpha, own, overlap, s, t, k, other = symbols("alpha kappa_1p kappa_2p s t k k'")
    same = sympy.KroneckerDelta(s, t)
    return alpha * (own * same + overlap * (1 - same)) * sympy.KroneckerDelta(k, other)


PLACES = ((1, 1, 1, 1), (1, 1, 1, 2), (1, 2, 1, 1), (1, 2, 1, 2))
"""Outputs k, k' and inputs s, t."""


def entries(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """The entries of one output, and the mean squares of those between two, of one input and of two."""
    found = blocks(tangent_gram(instance, networks, signals), instance["outputs"])
    index = np.arange(instance["outputs"])
    between = found[:, index, (index + 1) % len(index)] ** 2
    return np.stack([*own_and_overlap(found[:, index, index]), *own_and_overlap(between)], axis=1)


def _entries(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = limits_of(instance)
    values = [value(**bound, **dict(zip(("k", "k'", "s", "t"), place, strict=True))) for place in PLACES]
    return [*values[:2], *(between**2 for between in values[2:])]


_FACTOR = (
    "Θ is CT × CT, so that its trace CTα κ_1' is divided by CT; the printed value is C times too large, "
    "and right for C = 1 alone."
)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:thm-4.1-m",
        "printed",
        "Theorem 4.1",
        r"\lim m_\lambda(\Theta)",
        Formula(_printed_mean),
        wide_limit(wide_cases(SHAPES, growing=True), mean),
        note=_FACTOR,
    ),
    Claim(
        "karakida:thm-4.1-m",
        "corrected",
        "Theorem 4.1",
        r"\lim m_\lambda(\Theta)",
        Formula(lambda: _law().mean, derived=True),
        wide_limit(wide_cases(SHAPES, growing=True), mean),
    ),
    Claim(
        "karakida:thm-4.1-s",
        "printed",
        "Theorem 4.1",
        r"\lim s_\lambda(\Theta)",
        Formula(_printed_second_moment),
        wide_limit(wide_cases(SHAPES, growing=True), second_moment, lambda i, value: [_in_units(i, value)], draws=400),
        note=_FACTOR,
    ),
    Claim(
        "karakida:thm-4.1-s",
        "corrected",
        "Theorem 4.1",
        r"\lim s_\lambda(\Theta)",
        Formula(lambda: _law().second_moment, derived=True),
        wide_limit(wide_cases(SHAPES, growing=True), second_moment, lambda i, value: [_in_units(i, value)], draws=400),
    ),
    Claim(
        "karakida:thm-4.1-lambda-max",
        "printed",
        "Theorem 4.1",
        r"\lim\lambda_1(\Theta),\ \lim\lambda_C(\Theta)",
        Formula(_printed_largest),
        wide_limit(wide_cases(SHAPES, growing=True), largest, lambda i, value: with_spread(i, _in_units(i, value))),
        note="Where T grows like M the limit is that of λ_max/T. The C largest have one limit: the mean of the square "
        "of λ_1 − λ_C tends to 0.",
    ),
    Claim(
        "karakida:kappa-prime.1",
        "printed",
        "Theorem 4.1, Appendix D",
        r"\lim\langle\nabla_\omega f_k(s),\nabla_\omega f_k(t)\rangle/\alpha,\ "
        r"\lim\langle\nabla_\beta f_k(s),\nabla_\beta f_k(t)\rangle/\alpha",
        Formula(_kappa_prime),
        wide_limit(wide_cases(SEVERAL, BIASED, 20), parts, _parts),
    ),
    Claim(
        "karakida:kappa-prime.3",
        "new",
        "Theorem 4.1 where every layer has its own variances and activation",
        r"\lim\langle\nabla_\omega f_k(s),\nabla_\omega f_k(t)\rangle/\alpha,\ "
        r"\lim\langle\nabla_\beta f_k(s),\nabla_\beta f_k(t)\rangle/\alpha",
        Formula(_kappa_prime_by_layer),
        wide_limit(layered_cases, parts, _parts),
    ),
    Claim(
        "karakida:eq-d.1",
        "printed",
        "(D.1)-(D.2)",
        r"\lim\Theta(k,k)_{st},\ \lim\Theta(k,k')_{st}^2",
        Formula(_entry),
        wide_limit(wide_cases(COUPLED), entries, _entries),
        note="The squares between two outputs tend to 0 like 1/M, so that these entries are O(M^{-1/2}).",
    ),
)
