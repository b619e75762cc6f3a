"""The metric of inputs and features of wide networks: Theorem 5.1, Appendix E."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from eigenlaw.theory.fisher import BlockGram
from eigenlaw.verify.claim import Claim, Draws, Evaluate, Instance
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.metric_grams import feature_gram
from eigenlaw.verify.papers.karakida.common import CASES, network_of
from eigenlaw.verify.papers.karakida.wide_limits import (
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

CURVED = tuple(case for case in CASES if case[0] != "linear")


def features(instance: Instance, networks: WideParameters, signals: Signals) -> Draws:
    """A* of every network, of shape (n, CT, CT)."""
    gram = feature_gram(signals, networks)
    return np.asarray(gram / (gram.shape[-1] // instance["outputs"]))


def _single(instance: Instance, networks: WideParameters, signals: Signals) -> Draws:
    """A_k* for every k, of shape (n, C, T, T)."""
    return own_blocks(features(instance, networks, signals), instance["outputs"])


def _share(instance: Instance) -> float:
    """M/N_h."""
    return 1 / float(network_of(instance).alpha_tilde)


def mean(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """M m of A_k."""
    return column((trace(_single(instance, networks, signals)) * _share(instance)).mean(axis=1))


def second_moment(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """M s of A_k."""
    return column((square_norm(_single(instance, networks, signals)) * _share(instance)).mean(axis=1))


def second_moment_itself(instance: Instance, width: int, networks: WideParameters, signals: Signals) -> Draws:
    """S of A_k."""
    return second_moment(instance, width, networks, signals) / width


def variance(instance: Instance, width: int, networks: WideParameters, signals: Signals) -> Draws:
    """M (s − m²) of A_k."""
    own, share = _single(instance, networks, signals), _share(instance)
    return column((share * square_norm(own) - share**2 * trace(own) ** 2 / width).mean(axis=1))


def largest(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """λ_max of A_k."""
    return column((np.linalg.eigvalsh(_single(instance, networks, signals))[..., -1]).mean(axis=1))


def overlap(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """The squared cosine of E[∇_h f_k] and the eigenvector of A_k, from A_k* = RᵀR: they are Rν and Ru/√λ."""
    own = _single(instance, networks, signals)
    values, vectors = np.linalg.eigh(own)
    constant = vectors[..., -1].mean(axis=-1) ** 2  # (u·ν)²/T, ν = 1/√T
    return column((values[..., -1] * constant / own.mean(axis=(-2, -1))).mean(axis=1))


def all_means(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """M m of A."""
    return column(trace(features(instance, networks, signals)) * _share(instance))


def all_second_moments(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """M s of A."""
    return column(square_norm(features(instance, networks, signals)) * _share(instance))


def all_second_moments_themselves(instance: Instance, width: int, networks: WideParameters, signals: Signals) -> Draws:
    """S of A."""
    return all_second_moments(instance, width, networks, signals) / width


def all_largest(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """The C largest eigenvalues of A."""
    return np.stack(top_group(features(instance, networks, signals), instance["outputs"]), axis=1)


def entries(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """T (A_k*)_ss and T (A_k*)_st."""
    return np.stack(own_and_overlap(own_blocks(feature_gram(signals, networks), instance["outputs"])), axis=1)


def parts(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """T (A_k*)_ss and T (A_k*)_st over α̃."""
    return entries(instance, 0, networks, signals) * _share(instance)


def _printed_mean() -> Any:
    width, own = symbols("M kappa_1t")
    return own / width


def _printed_second_moment() -> Any:
    alpha, samples, own, other = symbols("alpha_tilde T kappa_1t kappa_2t")
    return alpha * ((samples - 1) / samples * other**2 + own**2 / samples)


def _printed_largest() -> Any:
    alpha, samples, own, other = symbols("alpha_tilde T kappa_1t kappa_2t")
    return alpha * ((samples - 1) / samples * other + own / samples)


def _printed_mean_of_all() -> Any:
    outputs, width, own = symbols("C M kappa_1t")
    return outputs / width * own


def _printed_second_moment_of_all() -> Any:
    alpha, samples, own, other, outputs = symbols("alpha_tilde T kappa_1t kappa_2t C")
    return alpha * ((samples - 1) / samples * other**2 + own**2 / samples) * outputs


def law(outputs: Any = 1) -> BlockGram:
    """The dual of A_k, or of A."""
    alpha, samples, width, own, other = symbols("alpha_tilde T M kappa_1t kappa_2t")
    return BlockGram(alpha * own, alpha * other, outputs, samples, alpha * width, 1 / samples)


def _law_of_all() -> BlockGram:
    return law(symbols("C")[0])


def _kappa_tilde() -> Any:
    layer, last, alpha, weights = symbols("l L alpha_tilde sigma_w2")
    return weights / alpha * summation(indexed("q_tilde")[layer], (layer, 1, last))


def _kappa_tilde_by_layer() -> Any:
    layer, last, alpha = symbols("l L alpha_tilde")
    return 1 / alpha * summation(indexed("sigma_w2_l")[layer] * indexed("q_tilde")[layer], (layer, 1, last))


def _signals() -> Any:
    layer, last, weights = symbols("l L sigma_w2")
    return weights * summation(indexed("q_tilde")[layer], (layer, 1, last))


def _block_entry() -> Any:
    import sympy

    alpha, own, other, s, t = symbols("alpha_tilde kappa_1t kappa_2t s t")
    same = sympy.KroneckerDelta(s, t)
    return alpha * (own * same + other * (1 - same))


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def both(instance: Instance, value: Evaluate) -> list[Any]:
    """A formula in q̃ for one input, and for two."""
    bound = limits_of(instance)
    return [value(**bound), value(**{**bound, "q_tilde": bound["q_tilde_st"]})]


def _block_entries(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**limits_of(instance), s=1, t=t) for t in (1, 2)]


def _with_spread(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**limits_of(instance)), 0][: min(instance["outputs"], 2)]


_LOST = "The dual's squared norm is divided by N_h = α̃M: the printed value lacks 1/M, and s tends to 0."
_CASES = wide_cases(SHAPES, growing=True)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:thm-5.1-m",
        "printed",
        "Theorem 5.1",
        r"\lim M\,m_\lambda(A_k),\ M=1",
        Formula(_printed_mean),
        wide_limit(_CASES, mean),
    ),
    Claim(
        "karakida:thm-5.1-s",
        "printed",
        "Theorem 5.1",
        r"\lim s_\lambda(A_k)",
        Formula(_printed_second_moment),
        wide_limit(_CASES, second_moment_itself),
        note=_LOST,
    ),
    Claim(
        "karakida:thm-5.1-s",
        "corrected",
        "Theorem 5.1",
        r"\lim M\,s_\lambda(A_k),\ M=1",
        Formula(lambda: law().second_moment, derived=True),
        wide_limit(_CASES, second_moment, draws=400),
    ),
    Claim(
        "karakida:thm-5.1-lambda-max",
        "printed",
        "Theorem 5.1",
        r"\lim\lambda_{\max}(A_k)",
        Formula(_printed_largest),
        wide_limit(_CASES, largest),
    ),
    Claim(
        "karakida:thm-5.1-variance.2",
        "new",
        "after Theorem 5.1",
        r"\lim M(s_\lambda-m_\lambda^2)(A_k),\ M=1",
        Formula(lambda: law().second_moment, derived=True),
        wide_limit(_CASES, variance, draws=400),
        note="m² is of the order of M^{-2}.",
    ),
    Claim(
        "karakida:kappa-tilde.1",
        "printed",
        "Theorem 5.1",
        r"\lim\langle\nabla_hf_k(s),\nabla_hf_k(s)\rangle/\tilde\alpha,\ "
        r"\lim\langle\nabla_hf_k(s),\nabla_hf_k(t)\rangle/\tilde\alpha",
        Formula(_kappa_tilde),
        wide_limit(wide_cases(SEVERAL), parts, both),
    ),
    Claim(
        "karakida:kappa-tilde.3",
        "new",
        "Theorem 5.1 where every layer has its own variances and activation",
        r"\lim\langle\nabla_hf_k(s),\nabla_hf_k(s)\rangle/\tilde\alpha,\ "
        r"\lim\langle\nabla_hf_k(s),\nabla_hf_k(t)\rangle/\tilde\alpha",
        Formula(_kappa_tilde_by_layer),
        wide_limit(layered_cases, parts, both),
    ),
    Claim(
        "karakida:thm-5.1-eigenvector",
        "printed",
        "Theorem 5.1",
        r"\lim\cos^2(v_{\max}(A_k),E[\nabla_hf_k])",
        Formula(_one),
        wide_limit(
            wide_cases(SEVERAL, CURVED), overlap, lambda _, value: [value()], widths=(16, 32, 64, 128), draws=100
        ),
        note="κ̃_2 > 0 at every activation, so that no condition is needed. For linear φ it is exact at every width.",
    ),
    Claim(
        "karakida:eq-e.1",
        "printed",
        "(E.1)",
        r"\lim T(A_k^*)_{ss},\ \lim T(A_k^*)_{st}",
        Formula(_signals),
        wide_limit(wide_cases(SEVERAL), entries, both),
        note="The sums over the signals have the limits q̃.",
    ),
    Claim(
        "karakida:eq-e.2.1",
        "printed",
        "(E.2)",
        r"\lim T(A_k^*)_{ss},\ \lim T(A_k^*)_{st}",
        Formula(_block_entry),
        wide_limit(wide_cases(SEVERAL), entries, _block_entries),
    ),
    Claim(
        "karakida:eq-e.6-m-lambda-max.1",
        "printed",
        "(E.6)",
        r"\lim M\,m_\lambda(A),\ M=1",
        Formula(_printed_mean_of_all),
        wide_limit(_CASES, all_means),
    ),
    Claim(
        "karakida:eq-e.6-m-lambda-max.2",
        "printed",
        "(E.6)",
        r"\lim\lambda_1(A),\ \lim\lambda_C(A)",
        Formula(_printed_largest),
        wide_limit(_CASES, all_largest, _with_spread),
    ),
    Claim(
        "karakida:eq-e.6-s",
        "printed",
        "(E.6)",
        r"\lim s_\lambda(A)",
        Formula(_printed_second_moment_of_all),
        wide_limit(_CASES, all_second_moments_themselves),
        note=_LOST,
    ),
    Claim(
        "karakida:eq-e.6-s",
        "corrected",
        "(E.6)",
        r"\lim M\,s_\lambda(A),\ M=1",
        Formula(lambda: _law_of_all().second_moment, derived=True),
        wide_limit(_CASES, all_second_moments, draws=400),
    ),
)
