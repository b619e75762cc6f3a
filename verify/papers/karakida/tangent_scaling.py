"""The scale of the tangent kernel: κ' and the kernel of infinite width, the sign of κ_2', biases, width and T."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.numerics.layers import layered_kernel
from eigenlaw.numerics.variances import Variances
from eigenlaw.theory.activations import activation
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Hypothesis, Instance, Rng, Sample, Value
from eigenlaw.verify.formula import Formula, indexed, summation, symbols
from eigenlaw.verify.limits import layer_kernels
from eigenlaw.verify.metric_grams import gradient_gram
from eigenlaw.verify.networks import HyperParameters
from eigenlaw.verify.papers.karakida.common import CASES
from eigenlaw.verify.papers.karakida.tangent import SEVERAL, mean, overlaps, tangent_gram, unit_of
from eigenlaw.verify.papers.karakida.wide_limits import (
    column,
    is_zero,
    limits_of,
    measured,
    own_and_overlap,
    own_blocks,
    trace,
    wide_case,
    wide_cases,
    wide_limit,
)
from eigenlaw.verify.wide_networks import Signals, WideParameters

HOMOGENEOUS = (("relu", "2", "1/10"), ("linear", "1", "1/10"), ("leaky_relu(1/10)", "2", "0"), ("abs", "1", "1/4"))
"""φ with φ(au) = aφ(u) for a > 0."""
UNSEEN = (("polynomial(-2,0,1)", "2", "0"), ("polynomial(-1,0,2)", "1/2", "0"))
"""φ whose mean is 0 at the variance σ_w² of the first layer, not at variance 1."""


@cache
def _infinite(instance_text: tuple[Any, ...]) -> tuple[Any, Any]:
    name, weight, bias, layers = instance_text
    phi, variances = activation(name), (Fraction(weight), Fraction(bias), Fraction(weight), Fraction(bias))
    if phi.polynomial is not None:
        series = layer_kernels(tuple(phi.polynomial), HyperParameters(*variances), layers)[-1].kernel
        return series(fmpq(1)), series[0]
    kernel = layered_kernel(phi, Variances(*variances), layers)
    return kernel.value(Fraction(1)), kernel.value(Fraction(0))


def infinite_kernel(instance: Instance, _: Rng) -> Sequence[Any]:
    """Θ_∞^{(L)}(x, x) and Θ_∞^{(L)}(x, x') of Jacot et al., ‖x‖² = M_0, x·x' = 0: by the recursion over the layers."""
    return _infinite(tuple(instance[name] for name in ("activation", "sigma_w2", "sigma_b2", "layers")))


def _jacot_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [
        wide_case(*case, layers, 1, 2, unequal)
        for layers, unequal in ((2, False), (3, False), (3, True))
        for case in CASES
    ]


def _kappa() -> Any:
    return symbols("kappa_p")[0]


def _scaled_kappa() -> Any:
    alpha, number = symbols("alpha kappa_p")
    return alpha * number


def _two_kappas(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = limits_of(instance)
    return [value(**bound, kappa_p=bound[name]) for name in ("kappa_1p", "kappa_2p")]


def _zero() -> Any:
    import sympy

    return sympy.Integer(0)


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def _overlap_cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [
        wide_case(*case, layers, 1, 2, layers == 3) for layers in (2, 3) for case in (*CASES, *UNSEEN[: 4 - layers])
    ]


def has_mean_at(instance: Instance, own_variance: bool) -> bool:
    """Whether σ_b ≠ 0, or E φ(√v Z) ≠ 0 at the variance of a layer, or at v = 1."""
    if instance["sigma_b2"] != "0":
        return True
    bound = limits_of(instance)
    if own_variance:
        return not is_zero(bound["q_hat_st"](1))
    one = limits_of({**instance, "sigma_w2": "1", "layers": 2, "alphas": "1"})
    return not is_zero(one["q_hat_st"](1))


AS_PRINTED = Hypothesis(r"\sigma_b\ne0\text{ or }\int Dz\,\phi(z)\ne0", lambda i: has_mean_at(i, False))
AT_ITS_OWN = Hypothesis(r"\sigma_b\ne0\text{ or }\int Dz\,\phi(\sigma_wz)\ne0", lambda i: has_mean_at(i, True))


def fisher_entries(instance: Instance, width: int, networks: WideParameters, signals: Signals) -> Draws:
    """T F*_ss/M and T F*_st/M, biases included."""
    own = own_blocks(gradient_gram(signals), instance["outputs"])
    return np.stack(own_and_overlap(own / width), axis=1)


def bias_entries(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """The part of T F*_ss and T F*_st that is due to the biases."""
    own = own_blocks(gradient_gram(signals, weights=0), instance["outputs"])
    return np.stack(own_and_overlap(own), axis=1)


def _weights_alone() -> Any:
    layer, last, width = symbols("l L M")
    term = indexed("alpha_l")[layer - 1] * indexed("q_tilde")[layer] * indexed("q_hat")[layer - 1]
    return width * summation(term, (layer, 1, last))


def _biases_alone() -> Any:
    layer, last = symbols("l L")
    return summation(indexed("q_tilde")[layer], (layer, 1, last))


def _both(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**case) for case in overlaps(limits_of(instance))]


def _largest() -> Any:
    alpha, samples, own, other = symbols("alpha T kappa_1p kappa_2p")
    return alpha * ((samples - 1) * other + own)


def two_statistics(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """m, and the mean of ν_kᵀ Θ ν_k over k in units of T where T grows: it is at most λ_max and has its limit."""
    gram = tangent_gram(instance, networks, signals)
    own = own_blocks(gram, instance["outputs"])
    top = own.sum(axis=(-2, -1)).mean(axis=1) / own.shape[-1]
    return np.stack([trace(gram) / gram.shape[-1], top / unit_of(instance, gram)], axis=1)


def _two(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**{**limits_of(instance), "T": 1}), *_in_units(instance, value)]


def gap(instance: Instance, _: int, networks: WideParameters, signals: Signals) -> Draws:
    """The mean of ν_kᵀ Θ ν_k less that of all eigenvalues, in units of T where T grows."""
    found = two_statistics(instance, 0, networks, signals)
    unit = unit_of(instance, tangent_gram(instance, networks, signals))
    return column(found[:, 1] - found[:, 0] / unit)


def _gap() -> Any:
    alpha, samples, other = symbols("alpha T kappa_2p")
    return alpha * (samples - 1) * other


def _in_units(instance: Instance, value: Evaluate) -> Sequence[Any]:
    bound = limits_of(instance)
    return [value(**bound) / (bound["T"] if instance["samples"] == "M" else 1)]


def _mean() -> Any:
    alpha, own = symbols("alpha kappa_1p")
    return alpha * own


def _narrow(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    shapes = ((2, 2, 1), (3, 2, 3), (2, 3, 4), (3, 3, 2), (2, 1, 3))
    return [wide_case(*case, *shape, False) for shape in shapes for case in HOMOGENEOUS]


def _exact_mean() -> Sample:
    """Networks of three neurons a layer: no limit is taken."""
    return Sample(
        _narrow,
        lambda instance, value: [value(**limits_of(instance))],
        measured(mean),
        lambda budget: budget.of(40_000, 100_000, 400_000),
        (3,),
    )


def _positive(instances: Callable[[Budget, Rng], Iterable[Instance]], controls: tuple[Instance, ...] = ()) -> Value:
    return Value(instances, lambda _, value: [value()], lambda i, _: [limits_of(i)["kappa_2p"]], ">", controls)


_MORE = wide_cases(SEVERAL, growing=True)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:kappa-prime.2",
        "printed",
        "Theorem 4.1: κ_2' is positive under condition (ii)",
        r"\kappa_2'",
        Formula(_zero),
        _positive(_overlap_cases),
        (AS_PRINTED,),
        note="The Gaussian mean matters at the variance of the layer: φ = x² − 2 with σ_w² = 2, σ_b = 0 has κ_2' = 0.",
    ),
    Claim(
        "karakida:kappa-prime.2",
        "corrected",
        "Theorem 4.1: κ_2' is positive",
        r"\kappa_2'",
        Formula(_zero),
        _positive(_overlap_cases, (wide_case(*UNSEEN[0], 2, 1, 2, False), wide_case("tanh", "3", "0", 3, 1, 2, False))),
        (AT_ITS_OWN,),
    ),
    Claim(
        "karakida:kappa-prime-jacot",
        "printed",
        "after Theorem 4.1",
        r"\Theta_\infty^{(L)}(x(s),x(t))",
        Formula(_kappa),
        Value(_jacot_cases, _two_kappas, infinite_kernel),
        note="The limit is that of Θ, which is ακ': they are equal only where α = 1, as for L = 2 and equal widths.",
    ),
    Claim(
        "karakida:kappa-prime-jacot",
        "corrected",
        "after Theorem 4.1",
        r"\Theta_\infty^{(L)}(x(s),x(t))",
        Formula(_scaled_kappa),
        Value(_jacot_cases, _two_kappas, infinite_kernel),
        note="‖x‖² = M_0 and x(s)·x(t) = 0; for polynomials the recursion has exact moments.",
    ),
    Claim(
        "karakida:bias-negligible.1",
        "printed",
        "Appendix D",
        r"\lim TF^*_{ss}/M,\ \lim TF^*_{st}/M,\ M=1",
        Formula(_weights_alone),
        wide_limit(wide_cases(SEVERAL), fisher_entries, _both),
        note="What is measured has the gradients by the biases, the formula has not.",
    ),
    Claim(
        "karakida:bias-negligible.2",
        "new",
        "Appendix D: what is neglected",
        r"\lim\langle\nabla_bf_k(s),\nabla_bf_k(s)\rangle,\ \lim\langle\nabla_bf_k(s),\nabla_bf_k(t)\rangle",
        Formula(_biases_alone),
        wide_limit(wide_cases(SEVERAL), bias_entries, _both),
        note="Of the order of 1, and 1/M of what the weights contribute.",
    ),
    Claim(
        "karakida:ntk-width-independence.1",
        "printed",
        "after Theorem 4.1: the statistics do not depend on the width",
        r"\lim m_\lambda(\Theta)\ (T=1),\ \lim\nu_k^\top\Theta\nu_k",
        Formula(_largest),
        wide_limit(wide_cases(SEVERAL, growing=True), two_statistics, _two),
        note="λ_max has the limit of ν_kᵀΘν_k, and s has one without M too: Theorem 4.1. Where T = M the unit is T.",
    ),
    Claim(
        "karakida:ntk-width-independence.2",
        "printed",
        "after Theorem 4.1: the gap between mean and maximum grows with T",
        r"\lim(\nu_k^\top\Theta\nu_k-m_\lambda)",
        Formula(_gap),
        wide_limit(_MORE, gap, _in_units),
    ),
    Claim(
        "karakida:ntk-width-independence.3",
        "new",
        "at every width",
        r"E\,m_\lambda(\Theta),\ M=3",
        Formula(_mean),
        _exact_mean(),
        note="Exact at every width for φ(au) = aφ(u), a > 0: the signs of the weights make the gates independent of "
        "the gradients above.",
    ),
)
