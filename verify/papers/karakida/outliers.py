"""The outliers of F_cross: Theorem 3.4, (C.2)."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from eigenlaw.theory import softmax_fisher
from eigenlaw.verify.claim import (
    Asymptotic,
    Budget,
    Claim,
    Draws,
    Envelope,
    Evaluate,
    Hypothesis,
    Instance,
    Rng,
    Sample,
    Value,
)
from eigenlaw.verify.eigenvalues import eigenvalues
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.metric_grams import gradient_gram, softmax, softmax_gram
from eigenlaw.verify.papers.karakida.common import samples_of
from eigenlaw.verify.papers.karakida.courant_fischer import STEADY
from eigenlaw.verify.papers.karakida.ensembles import limit_of, single
from eigenlaw.verify.papers.karakida.exact_networks import at
from eigenlaw.verify.papers.karakida.softmax_bounds import (
    EDGES,
    diagonal,
    generic,
    kappas,
    least_diagonal,
    levels,
    limit_spectrum,
    limits,
)
from eigenlaw.verify.papers.karakida.softmax_networks import Array, batch, exact_networks, gradients, rows_of, shares
from eigenlaw.verify.softmax_metrics import limit_block, softmax_metric, whole_metric

# (C.2)


def _each_level(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_1 … λ_C."""
    return limit_spectrum(instance)[: len(instance["g"][0])]


def _every_level(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The bound for r = 1 … C, by the index that makes it smallest."""
    g = rows_of(instance)
    k = least_diagonal(instance)
    return [value(k=k, g=at(g.T), **kappas(instance))] * g.shape[1]


def _one_level(instance: Instance, _: Rng) -> Sequence[Any]:
    return [limit_spectrum(instance)[instance["r"] - 1]]


def _by_least(instance: Instance, value: Evaluate) -> Sequence[Any]:
    rows = [[rational(entry) for entry in row] for row in rows_of(instance)]
    return [value(rho=softmax_fisher.least_level(rows), **kappas(instance))]


def _ranked(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [{**instance, "r": r} for instance in generic(budget, rng) for r in range(1, len(instance["g"][0]))]


BELOW = Hypothesis(r"r\le C-1", lambda i: i["r"] < len(i["g"][0]), lambda i: i["r"] == len(i["g"][0]) - 1)
LAST = {"g": EDGES[0], "a": "1", "b": "1", "r": 2}


def _by_mean_metric(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(rho=levels(instance)[instance["r"] - 1], **kappas(instance))]


# Theorem 3.4


def _outputs() -> Any:
    return symbols("C")[0]


def _count(instance: Instance, _: Rng) -> Sequence[Any]:
    """How many eigenvalues of F_cross grow like M at fixed T: the positive ones of the limiting Gram."""
    return [rational(sum(bool(value > 0) for value in limit_spectrum(instance)))]


def _shape(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(C=len(instance["g"][0]), T=len(instance["g"]))]


DISTINCT = Hypothesis(r"\kappa_1>\kappa_2", lambda instance: instance["a"] != "0")


GROWING = {"kappa_1": Fraction(2), "kappa_2": Fraction(1), "alpha": Fraction(1)}
SIZES = (2, 5, 10, 20)
"""M, and T = M."""


def _growing(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"g": list(g)} for g in STEADY]


def _order(instance: Instance, indices: Sequence[int], below: int) -> Sequence[Any]:
    """λ_{C−below} in the limiting Gram with T = M and the same outputs at all inputs, so that Q and F* commute."""
    Q, found = softmax_metric(rows_of({"g": [instance["g"]]}))[0], []
    for T in indices:
        gram = np.kron(Q, limit_block(GROWING["kappa_1"], GROWING["kappa_2"], T))  # M/T = 1
        found.append(eigenvalues(gram)[len(Q) - below - 1])
    return found


def _parameters(instance: Instance) -> dict[str, Fraction]:
    """The κ, and λ_{C−1}(Q)."""
    rows = [[rational(Fraction(entry)) for entry in instance["g"]]]
    level = eigenvalues(softmax_fisher.mean_softmax_metric(rows))[-2]
    return {**GROWING, "rho": Fraction(int(level.p), int(level.q))}


def _width() -> Any:
    return symbols("M")[0]


def _with_growing_inputs(law: Any) -> Any:
    """A law at T = M."""
    T, M = symbols("T M")
    return law().subs(T, M)


def _orders(kind: Any, below: int, law: Any, meaning: Any) -> Asymptotic:
    envelope = Envelope(Formula(partial(_with_growing_inputs, law), derived=True), meaning)
    return Asymptotic(
        kind, "M", _growing, _parameters, lambda _: SIZES, partial(_order, below=below), lambda _: envelope
    )


# λ_C(F_cross) ≤ ½ λ_max(F̄) on any network

TIGHT = {"activation": "linear", "widths": [1, 1, 2], "samples": 2, "draw": 0, "silent": True}
"""A network whose last layer is zero, at x = 1 and x = −1."""


def _metrics(instance: Instance) -> tuple[Array, Array, Array]:
    """The gradients, of shape (C, T, P), the softmax outputs, and F_cross, of shape (P, P)."""
    if "silent" in instance:
        half, one, zero = Fraction(1, 2), Fraction(1), Fraction(0)
        outputs = np.eye(2, dtype=np.int64).astype(object)
        last = np.array([[sign * half, one] for sign in (1, -1)], dtype=object)  # by w_k and b_k, with h = ±½
        found = np.array([[np.kron(row, at_input) for at_input in last] for row in outputs]) + zero
        g = np.full((2, 2), half)
    else:
        found = gradients(instance)
        g = rows_of({"g": shares(found.shape[0], found.shape[1], instance["draw"])})
    R = found.reshape(-1, found.shape[2]).T
    return found, g, R @ whole_metric(g) @ R.T * Fraction(1, len(g))


def _next(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_C(F_cross)."""
    found, _g, metric = _metrics(instance)
    return [eigenvalues(metric)[len(found) - 1]]


def _by_centred(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found, _g, _metric = _metrics(instance)
    centred = found - found.mean(axis=1, keepdims=True)
    R = centred.reshape(-1, found.shape[2]).T
    return [value(lambda_bar=eigenvalues(R @ R.T * Fraction(1, found.shape[1]))[0])]


def _centred_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    return [TIGHT, *exact_networks(budget, rng)]


# random networks, T growing with M

SETTINGS = (
    *(("sigmoid", "4", "0", 3), ("softplus", "1", "1/4", 3), ("relu", "1", "1/2", 3), ("tanh", "1", "1/2", 3)),
    *(("abs", "1", "1/10", 3), ("linear", "1", "1", 3), ("sigmoid", "4", "0", 2), ("relu", "1", "1/2", 2)),
    *(("gaussian(1)", "2", "1/10", 2), ("erf", "1", "1/2", 3)),
)
"""Activation, σ_w², σ_b², L with κ_2 not much smaller than κ_1, so that the outliers stand apart at small widths."""


def _networks(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    samples = ("M", "1/2M")
    return [
        single(*setting, outputs, samples[index % 2])
        for outputs in (2, 3)
        for index, setting in enumerate(SETTINGS, start=outputs)
    ]


def _sampled_outliers(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    """The sum of the C − 1 outliers over M and the trace of Q̄, and the same with weights λ_r(Q̄)."""
    C, T = instance["outputs"], samples_of(instance, width)
    signals = batch(instance, width, rng, n)[1]
    found = []
    for gram, g in zip(gradient_gram(signals), softmax(signals.outputs), strict=True):
        outliers = np.linalg.eigvalsh(softmax_gram(gram, g) / (T * width))[::-1][: C - 1]
        level = np.linalg.eigvalsh(softmax_metric(g).mean(axis=0))[::-1][: C - 1]
        weighted = outliers @ level / (level @ level)
        found.append([outliers.sum() / level.sum(), weighted][: min(C - 1, 2)])
    return np.array(found)


def _scaled_outliers(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**limit_of(instance), rho=1)] * min(instance["outputs"] - 1, 2)


LEVELS = r"\lambda_r(F_\mathrm{cross})\text{ at }F^*=\alpha MK/T,\ \alpha=M=1"
GROWN = r"\text{ at }F^*=\alpha K,\ T=M"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:eq-c.2",
        "printed",
        "(C.2), r = 1 … C, with the index that makes the bound smallest",
        LEVELS,
        Formula(diagonal),
        Value(limits, _every_level, _each_level, ">="),
        note="Q(t) annihilates the constant vector: λ_C(Q̄) = 0. With C ≥ 4 and two groups of outputs that take turns, "
        "r = C − 1 fails as well.",
    ),
    Claim(
        "karakida:eq-c.2",
        "corrected",
        "(C.2), r = 1 … C − 1, with the mean of the smallest output",
        LEVELS,
        Formula(softmax_fisher.lower_law, derived=True),
        Value(_ranked, _by_least, _one_level, ">=", controls=(LAST,)),
        (BELOW,),
        note="ρ is the mean of min_k g_k(t) over the inputs.",
    ),
    Claim(
        "karakida:eq-c.2",
        "sharp",
        "(C.2), r = 1 … C − 1, with λ_r(Q̄)",
        LEVELS,
        Formula(softmax_fisher.lower_law, derived=True),
        Value(_ranked, _by_mean_metric, _one_level, ">="),
        (BELOW,),
    ),
    Claim(
        "karakida:thm-3.4.1",
        "printed",
        "Theorem 3.4, T fixed",
        r"\#\{i:\lim\lambda_i/M>0\}",
        Formula(_outputs),
        Value(limits, _shape, _count, ">="),
        note="For one input F_cross has rank C − 1 at every width.",
    ),
    Claim(
        "karakida:thm-3.4.1",
        "corrected",
        "Theorem 3.4, T fixed: how many eigenvalues are of order M",
        r"\#\{i:\lim\lambda_i/M>0\}",
        Formula(softmax_fisher.rank_law, derived=True),
        Value(limits, _shape, _count, controls=({"g": EDGES[1], "a": "0", "b": "1"},)),
        (DISTINCT,),
        note="With T fixed all non-zero eigenvalues are of order M, outliers or not.",
    ),
    Claim(
        "karakida:thm-3.4.2",
        "printed",
        "Theorem 3.4, T = M",
        r"\lambda_C(F_\mathrm{cross})" + GROWN,
        Formula(_width),
        _orders("Theta", 0, softmax_fisher.bulk_law, "<="),
        note="λ_C stays bounded when T grows with M: C − 1 eigenvalues leave the others behind.",
    ),
    Claim(
        "karakida:thm-3.4.2",
        "corrected",
        "Theorem 3.4, T = M, with C − 1 for C",
        r"\lambda_{C-1}(F_\mathrm{cross})" + GROWN,
        Formula(softmax_fisher.outlier_law, derived=True),
        _orders("~", 1, softmax_fisher.lower_law, "~"),
    ),
    Claim(
        "karakida:thm-3.4.3",
        "new",
        "Theorem 3.4, an upper bound of the C-th eigenvalue at every width",
        r"\lambda_C(F_\mathrm{cross})",
        Formula(softmax_fisher.next_law, derived=True),
        Value(_centred_cases, _by_centred, _next, "<="),
        note="F̄ is the Fisher information of the gradients less their mean, (23): λ_C is no larger than its bulk.",
    ),
    Claim(
        "karakida:thm-3.4.4",
        "new",
        "Theorem 3.4, sampled networks with T = M/2 and T = M",
        r"\lim\sum_{r<C}\lambda_r\rho_r/(M\sum_{r<C}\rho_r^2),\ \rho_r=\lambda_r(\bar Q)",
        Formula(softmax_fisher.outlier_law, derived=True),
        Sample(
            _networks,
            _scaled_outliers,
            _sampled_outliers,
            lambda b: b.of(24, 60, 300),
            (12, 20, 40),
            (Fraction(1),),
        ),
        note="The C × C matrix ακ_2 M Q̄ has the outliers of F_cross for its eigenvalues.",
    ),
)
