"""The diagonal blocks of the metric of inputs and features: Theorem 5.2, Appendix F."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from eigenlaw.theory.fisher import BlockGram
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Hypothesis, Instance, Rng
from eigenlaw.verify.formula import Formula, indexed, symbols
from eigenlaw.verify.metric_grams import feature_gram
from eigenlaw.verify.papers.karakida.common import CASES, network_of
from eigenlaw.verify.papers.karakida.feature_metric import SEVERAL, SHAPES
from eigenlaw.verify.papers.karakida.wide_limits import (
    is_zero,
    limits_of,
    own_and_overlap,
    own_blocks,
    square_norm,
    top_group,
    trace,
    wide_case,
    wide_cases,
    wide_limit,
)
from eigenlaw.verify.wide_networks import Signals, WideParameters

EVEN = (("cos", "2", "0"), ("monomial(2)", "1/2", "0"), ("gaussian(1)", "2", "0"))
"""Even activations without biases: q̃_st^1 = 0, though their Gaussian mean is not 0."""
APART = (
    *(case for case in CASES if case[0] not in {"linear", "cos", "abs", "gaussian(1)", "monomial(2)"}),
    *(("abs", "1", "1"), ("gaussian(1)", "2", "2"), ("monomial(2)", "1/2", "1/2")),
)
"""Settings with q̃_st so large that the largest eigenvalue stands apart from M = 8 on; linear networks are exact."""
STEADY = (
    *(("tanh", "1", "16/25"), ("silu", "2", "1"), ("erf", "1", "1/4"), ("gelu", "2", "1"), ("sigmoid", "4", "0")),
    *(("leaky_relu(1/2)", "1", "1/10"), ("softplus", "1", "1/4"), ("elu", "1", "1/2"), ("sin", "1/2", "1/2")),
)
"""Settings whose signals of different inputs overlap so much that the eigenvector is near its limit at M = 16."""
SHALLOW = tuple(shape for shape in SEVERAL if shape[0] < 5)


def block(instance: Instance, networks: WideParameters, signals: Signals, layer: int) -> Draws:
    """T A^{ll}* of every network, of shape (n, CT, CT)."""
    return feature_gram(signals, networks, [layer])


def singles(instance: Instance, networks: WideParameters, signals: Signals, layer: int) -> Draws:
    """A_k^{ll}* for every k, of shape (n, C, T, T)."""
    own = own_blocks(block(instance, networks, signals, layer), instance["outputs"])
    return np.asarray(own / own.shape[-1])


def _by_layer(
    statistic: Callable[[Draws], Draws], power: int
) -> Callable[[Instance, int, WideParameters, Signals], Draws]:
    """The means over k of a statistic of A_k^{ll}* over α_l, in all layers, times a power of 1/M."""

    def statistics(instance: Instance, width: int, networks: WideParameters, signals: Signals) -> Draws:
        alphas = [float(alpha) for alpha in network_of(instance).alphas]
        found = [statistic(singles(instance, networks, signals, layer)).mean(axis=1) for layer in range(len(alphas))]
        return np.asarray(np.stack(found, axis=1) / np.array(alphas) / float(width) ** power)

    return statistics


def _overlaps_vanish(instance: Instance, layer: int) -> bool:
    return is_zero(limits_of(instance)["q_tilde_st"](layer + 1))


def largest(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """λ_max of A_k^{ll}; where q̃_st^{l+1} = 0 all T eigenvalues have one limit: their mean and squared distance."""
    found = []
    for layer in range(network_of(instance).layers):
        own = singles(instance, networks, signals, layer)
        size = own.shape[-1] if _overlaps_vanish(instance, layer) else 1
        found += [statistic.mean(axis=1) for statistic in top_group(own, size)]
    return np.stack(found, axis=1)


def overlap(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """The squared cosines of E[∇_{h^l} f_k] and the eigenvector of A_k^{ll}, l = 0 … L − 2; it is 1 for l = L − 1."""
    found = []
    for layer in range(network_of(instance).layers - 1):
        own = singles(instance, networks, signals, layer)
        values, vectors = np.linalg.eigh(own)
        constant = vectors[..., -1].mean(axis=-1) ** 2
        found.append((values[..., -1] * constant / own.mean(axis=(-2, -1))).mean(axis=1))
    return np.stack(found, axis=1)


def entries(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """T (A_k^{ll}*)_ss and T (A_k^{ll}*)_st, layer by layer; for l = L − 1 they are the same, given once."""
    found = []
    for layer in range(network_of(instance).layers - 1):
        own = own_blocks(block(instance, networks, signals, layer), instance["outputs"])
        found += own_and_overlap(own)
    top = own_blocks(block(instance, networks, signals, network_of(instance).layers - 1), instance["outputs"])
    return np.stack([*found, own_and_overlap(top)[0]], axis=1)


def all_means(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """M m of A^{ll} in all layers."""
    found = [
        trace(block(instance, networks, signals, layer)) / int(instance["samples"]) / float(alpha)
        for layer, alpha in enumerate(network_of(instance).alphas)
    ]
    return np.stack(found, axis=1)


def all_second_moments(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """M s of A^{ll} in all layers."""
    found = [
        square_norm(block(instance, networks, signals, layer)) / int(instance["samples"]) ** 2 / float(alpha)
        for layer, alpha in enumerate(network_of(instance).alphas)
    ]
    return np.stack(found, axis=1)


def _layers(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = limits_of(instance)
    return [value(**{**bound, "l": layer}) for layer in range(bound["L"])]


def _largest(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found: list[Any] = []
    for layer, limit in enumerate(_layers(instance, value)):
        found += [limit, 0] if _overlaps_vanish(instance, layer) else [limit]
    return found


def _entries(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = limits_of(instance)
    found: list[Any] = []
    for layer in range(bound["L"] - 1):
        found += [value(**{**bound, "l": layer, "q_tilde": bound[name]}, s=1, t=t) for t, name in _KINDS]
    return [*found, value(**{**bound, "l": bound["L"] - 1}, s=1, t=1)]


_KINDS = ((1, "q_tilde"), (2, "q_tilde_st"))


def _printed_mean() -> Any:
    layer, weights, width = symbols("l sigma_w2 M")
    return weights * indexed("q_tilde")[layer + 1] / (indexed("alpha_l")[layer] * width)


def _printed_second_moment() -> Any:
    layer, weights, samples = symbols("l sigma_w2 T")
    own, other = indexed("q_tilde")[layer + 1], indexed("q_tilde_st")[layer + 1]
    return weights**2 * ((samples - 1) / samples * other**2 + own**2 / samples)


def _printed_largest() -> Any:
    layer, weights, samples = symbols("l sigma_w2 T")
    own, other = indexed("q_tilde")[layer + 1], indexed("q_tilde_st")[layer + 1]
    return weights * ((samples - 1) / samples * other + own / samples)


def _law(outputs: Any = 1) -> BlockGram:
    layer, weights, samples, width = symbols("l sigma_w2 T M")
    own, other = (weights * indexed(name)[layer + 1] for name in ("q_tilde", "q_tilde_st"))
    return BlockGram(own, other, outputs, samples, indexed("alpha_l")[layer] * width, 1 / samples)


def _law_of_all() -> BlockGram:
    return _law(symbols("C")[0])


def _signals() -> Any:
    layer, weights = symbols("l sigma_w2")
    return weights * indexed("q_tilde")[layer + 1]


def _block_entry() -> Any:
    import sympy

    layer, weights, s, t = symbols("l sigma_w2 s t")
    same = sympy.KroneckerDelta(s, t)
    return weights * (indexed("q_tilde_t")[layer + 1] * same + indexed("q_tilde_st")[layer + 1] * (1 - same))


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def _with_even(budget: Budget, rng: Rng) -> Iterable[Instance]:
    even = [wide_case(*case, 2, 1, samples, False) for case in EVEN for samples in (2, 3)]
    return [*even, *wide_cases(SHALLOW, STEADY)(budget, rng)]


def _overlaps_stay(instance: Instance) -> bool:
    return not any(_overlaps_vanish(instance, layer) for layer in range(instance["layers"]))


OVERLAPPING = Hypothesis(r"\tilde q_{st}^{l+1}>0", _overlaps_stay)
_LOST = "The dual's squared norm is divided by M_l: the printed value lacks 1/M_l, and s tends to 0."
_CASES = wide_cases(SHAPES)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:thm-5.2-m",
        "printed",
        "Theorem 5.2",
        r"\lim M\,m_\lambda(A_k^{ll}),\ M=1",
        Formula(_printed_mean),
        wide_limit(_CASES, _by_layer(trace, 0), _layers),
    ),
    Claim(
        "karakida:thm-5.2-s",
        "printed",
        "Theorem 5.2",
        r"\lim s_\lambda(A_k^{ll})",
        Formula(_printed_second_moment),
        wide_limit(_CASES, _by_layer(square_norm, 1), _layers),
        note=_LOST,
    ),
    Claim(
        "karakida:thm-5.2-s",
        "corrected",
        "Theorem 5.2",
        r"\lim M\,s_\lambda(A_k^{ll}),\ M=1",
        Formula(lambda: _law().second_moment, derived=True),
        wide_limit(_CASES, _by_layer(square_norm, 0), _layers, draws=600),
    ),
    Claim(
        "karakida:thm-5.2-lambda-max",
        "printed",
        "Theorem 5.2",
        r"\lim\lambda_{\max}(A_k^{ll})",
        Formula(_printed_largest),
        wide_limit(wide_cases(SHAPES, (*APART, EVEN[0])), largest, _largest),
        note="Where q̃_st^{l+1} = 0 all T eigenvalues have this limit. The settings have strong overlaps: where they "
        "are weak, as for abs with σ_b² = 1/10, λ_max comes near its limit only at M of a few thousand.",
    ),
    Claim(
        "karakida:thm-5.2-eigenvector",
        "printed",
        "Theorem 5.2",
        r"\lim\cos^2(v_{\max}(A_k^{ll}),E[\nabla_{h^l}f_k]),\ l\le L-2",
        Formula(_one),
        wide_limit(_with_even, overlap, lambda i, value: [value()] * (i["layers"] - 1)),
        note="Condition (ii) does not suffice: for even φ without biases q̃_st^1 = 0, all eigenvalues of A_k^{00}* have "
        "one limit, and the vector stays random.",
    ),
    Claim(
        "karakida:thm-5.2-eigenvector",
        "corrected",
        "Theorem 5.2",
        r"\lim\cos^2(v_{\max}(A_k^{ll}),E[\nabla_{h^l}f_k]),\ l\le L-2",
        Formula(_one),
        wide_limit(
            _with_even,
            overlap,
            lambda i, value: [value()] * (i["layers"] - 1),
            widths=(16, 32, 64, 128),
            draws=100,
            controls=(wide_case("cos", "2", "0", 2, 1, 3, False),),
        ),
        (OVERLAPPING,),
        note="The settings have strong overlaps: where they are weak, the cosine is near 1 only at M of thousands.",
    ),
    Claim(
        "karakida:eq-f.1.1",
        "printed",
        "(F.1)",
        r"\lim T(A_k^{ll*})_{ss},\ \lim T(A_k^{ll*})_{st}",
        Formula(_signals),
        wide_limit(wide_cases(SEVERAL, APART), entries, _entries),
    ),
    Claim(
        "karakida:eq-f.1.2",
        "printed",
        "(F.2)",
        r"\lim T(A_k^{ll*})_{ss},\ \lim T(A_k^{ll*})_{st}",
        Formula(_block_entry),
        wide_limit(
            wide_cases(SEVERAL, APART),
            entries,
            lambda i, value: _entries(i, lambda **bound: value(**bound, q_tilde_t=limits_of(i)["q_tilde"])),
        ),
    ),
    Claim(
        "karakida:eq-f.1.3",
        "printed",
        "after (F.2): the mean is multiplied by C for all outputs",
        r"\lim M\,m_\lambda(A^{ll}),\ M=1",
        Formula(lambda: symbols("C")[0] * _printed_mean()),
        wide_limit(_CASES, all_means, _layers),
    ),
    Claim(
        "karakida:eq-f.1.4",
        "new",
        "after (F.2): the second moment is multiplied by C for all outputs",
        r"\lim M\,s_\lambda(A^{ll}),\ M=1",
        Formula(lambda: _law_of_all().second_moment, derived=True),
        wide_limit(_CASES, all_second_moments, _layers, draws=600),
    ),
)
