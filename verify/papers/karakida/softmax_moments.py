"""The mean and the second moment of the eigenvalues of F_cross: Theorem 3.3, (B.4)-(B.6), what the β_k depend on."""

from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from eigenlaw.theory import softmax_fisher
from eigenlaw.verify.claim import Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, indexed, rational, summation, symbols
from eigenlaw.verify.papers.karakida.exact_networks import at
from eigenlaw.verify.papers.karakida.softmax import metrics_of
from eigenlaw.verify.papers.karakida.softmax_networks import exact_networks, rows_of, share_cases
from eigenlaw.verify.softmax_metrics import by_inputs, limit_block, of_outputs, softmax_metric, whole_metric

EDGES = [
    [["1/2", "1/2"]],
    [["1"]],
    [["1/2", "1/2"], ["1/2", "1/2"]],
    [["1", "0"], ["0", "1"]],
    [["1/3", "1/3", "1/3"], ["1", "0", "0"]],
]
"""Softmax outputs of one class, equal ones, and the limits of saturated ones."""

KAPPAS = (("2", "1"), ("1", "1/3"), ("3/2", "3/2"), ("1", "0"), ("7/5", "1/4"))
"""κ_1 and κ_2, the ends of 0 ≤ κ_2 ≤ κ_1 among them."""

plain = share_cases(EDGES, lambda index: {"draw": index})
with_kappas = share_cases(EDGES, lambda index: dict(zip(("kappa_1", "kappa_2"), KAPPAS[index % 5], strict=True)))


def limit_trace(g: Any, kappa_1: Any, kappa_2: Any, power: int) -> Any:
    """The trace of a power of QF*, F* = K/T for each output: α M = 1 in the limiting Gram (A.3)."""
    samples, outputs = g.shape
    gram = of_outputs(limit_block(Fraction(kappa_1), Fraction(kappa_2), samples), outputs)
    X = _flint(whole_metric(g)) * _flint(gram) * fmpq(1, samples)
    product = X if power == 1 else X * X
    return sum((product[i, i] for i in range(samples * outputs)), fmpq(0))


def _flint(matrix: Any) -> Any:
    return fmpq_mat([[rational(entry) for entry in row] for row in matrix])


# β_1, β_2, β_3


def _beta_1() -> Any:
    i, t, C, T = symbols("i t C T")
    g = indexed("g")
    return 1 - summation(summation(g[i, t] ** 2, (i, 1, C)), (t, 1, T)) / T


def _beta_2() -> Any:
    import sympy

    i, s, t, C, T = symbols("i s t C T")
    g = indexed("g")
    one = summation(g[i, t] * g[i, s], (i, 1, C))
    two = summation(g[i, t] ** 2 * g[i, s], (i, 1, C))
    body = (1 - sympy.KroneckerDelta(s, t)) * (one - 2 * two + one**2)
    return summation(summation(body, (s, 1, T)), (t, 1, T)) / T**2


def _beta_3() -> Any:
    i, t, C, T = symbols("i t C T")
    g = indexed("g")
    one = summation((1 - 2 * g[i, t]) * g[i, t] ** 2, (i, 1, C))
    square = summation(g[i, t] ** 2, (i, 1, C))
    return summation(one + square**2, (t, 1, T)) / T


def _bound(g: Any) -> dict[str, Any]:
    return {"g": at(g.T), "C": g.shape[1], "T": len(g)}


def _at_shares(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**_bound(rows_of(instance)))]


def _coefficient(instance: Instance, _: Rng, kappas: tuple[int, int], power: int) -> Sequence[Any]:
    """The coefficient of κ_1/M in m, of ακ_2² or of ακ_1²/T in s: the trace at one κ equal to 1 and the other to 0."""
    g = rows_of(instance)
    scale = len(g) if power == 2 and kappas[0] else 1
    return [limit_trace(g, kappas[0], kappas[1], power) * scale]


def _beta(kappas: tuple[int, int], power: int) -> Value:
    return Value(plain, _at_shares, partial(_coefficient, kappas=kappas, power=power))


# β_k and the order of the outputs


def _order(instance: Instance) -> Any:
    return np.random.default_rng([11, instance["draw"]]).permutation(len(instance["g"][0]))


def _dependence(instance: Instance, _: Rng) -> Sequence[Any]:
    """How much β_1, β_2 and β_3 change when the outputs change places."""
    g = rows_of(instance)
    cases = ((1, 0, 1), (0, 1, 2), (1, 0, 2))
    found = [[limit_trace(h, kappa_1, kappa_2, power) for kappa_1, kappa_2, power in cases] for h in (g, g[:, ::-1])]
    return [abs(one - other) for one, other in zip(*found, strict=True)]


def _nothing() -> Any:
    import sympy

    return sympy.Integer(0)


def _in_another_order(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**_bound(rows_of(instance)[:, _order(instance)]))]


# (B.4)-(B.6), exactly


def _mean_by_blocks() -> Any:
    k, i, t, C, T, P = symbols("k i t C T P")
    Q, F = indexed("Q"), indexed("F")
    body = Q[k, i, t] * F[i, k, t, t]
    for limits in ((t, 1, T), (i, 1, C), (k, 1, C)):
        body = summation(body, limits)
    return body / P


def _square_by_blocks() -> Any:
    k, a, b, c, s, t, C, T, P = symbols("k a b c s t C T P")
    Q, F = indexed("Q"), indexed("F")
    body = Q[k, a, s] * F[a, b, s, t] * Q[b, c, t] * F[c, k, t, s]
    for limits in ((t, 1, T), (s, 1, T), (c, 1, C), (b, 1, C), (a, 1, C), (k, 1, C)):
        body = summation(body, limits)
    return body / P


def _by_blocks(instance: Instance, value: Evaluate) -> Sequence[Any]:
    R, Q, gram = metrics_of(instance)
    samples, outputs = instance["samples"], instance["widths"][-1]
    F = by_inputs(gram, outputs) / samples
    blocks = by_inputs(Q, outputs)
    given = {
        "Q": at(np.array([blocks[t, t] for t in range(samples)]).transpose(1, 2, 0)),
        "F": at(F.transpose(2, 3, 0, 1)),
    }
    return [value(C=outputs, T=samples, P=len(R), **given)]


def _of_metric(instance: Instance, _: Rng, power: int) -> Sequence[Any]:
    """The mean of the eigenvalues of the P × P matrix, or of their squares."""
    R, Q, _gram = metrics_of(instance)
    F = R @ Q @ R.T / instance["samples"]
    return [rational(np.trace(F if power == 1 else F @ F)) / len(R)]


def _substituted() -> Any:
    """The second line of (B.6), over α."""
    import sympy

    k, j, s, t, C, T, kappa_1, kappa_2, alpha = symbols("k j s t C T kappa_1 kappa_2 alpha")
    G = indexed("G")
    others = summation((1 - sympy.KroneckerDelta(s, t)) * G[k, j, t], (t, 1, T))
    body = G[k, j, s] * (kappa_2**2 * others + kappa_1**2 * G[k, j, s])
    for limits in ((s, 1, T), (j, 1, C), (k, 1, C)):
        body = summation(body, limits)
    return alpha / T**2 * body


def _from_metrics(instance: Instance, value: Evaluate) -> Sequence[Any]:
    g = rows_of(instance)
    G = at(softmax_metric(g).transpose(1, 2, 0))
    return [value(G=G, C=g.shape[1], T=len(g), alpha=fmpq(1), **_kappas(instance))]


def _kappas(instance: Instance) -> dict[str, Any]:
    return {name: rational(Fraction(instance[name])) for name in ("kappa_1", "kappa_2")}


def second_moment() -> Any:
    """S of Theorem 3.3 and the third line of (B.6)."""
    alpha, beta_2, beta_3, kappa_1, kappa_2, T = symbols("alpha beta_2 beta_3 kappa_1 kappa_2 T")
    return alpha * (beta_2 * kappa_2**2 + beta_3 * kappa_1**2 / T)


def _from_betas(instance: Instance, value: Evaluate) -> Sequence[Any]:
    g = rows_of(instance)
    found = softmax_fisher.betas([[rational(entry) for entry in row] for row in g])
    given = {"beta_1": found.beta_1, "beta_2": found.beta_2, "beta_3": found.beta_3}
    return [value(**given, **_kappas(instance), T=len(g), alpha=fmpq(1), M=fmpq(1))]


def _limit_power(instance: Instance, _: Rng, power: int) -> Sequence[Any]:
    return [limit_trace(rows_of(instance), instance["kappa_1"], instance["kappa_2"], power)]


_limit_square = partial(_limit_power, power=2)


MEAN, SQUARE = r"\mathrm{tr}(QF^*)/P", r"\mathrm{tr}((QF^*)^2)/P"
LIMIT_SQUARE = r"\mathrm{tr}((QF^*)^2)/P,\ F^*=\alpha MK/T\text{ for each output},\ P=\alpha M^2,\ \alpha=1"

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:thm-3.3-m.2",
        "printed",
        "Theorem 3.3, β_1",
        r"\mathrm{tr}(QF^*)/P\text{ at }\kappa_1=1,\kappa_2=0",
        Formula(_beta_1),
        _beta((1, 0), 1),
    ),
    Claim(
        "karakida:thm-3.3-m.2",
        "new",
        "(B.4), the mean with β_1 as it is computed",
        r"\mathrm{tr}(QF^*)/P,\ F^*=\alpha MK/T\text{ for each output},\ P=\alpha M^2,\ \alpha=M=1",
        Formula(softmax_fisher.mean_law, derived=True),
        Value(with_kappas, _from_betas, partial(_limit_power, power=1)),
    ),
    Claim(
        "karakida:beta2",
        "printed",
        "Theorem 3.3, β_2",
        "[\\alpha\\kappa_2^2]s_\\lambda",
        Formula(_beta_2),
        _beta((0, 1), 2),
    ),
    Claim(
        "karakida:beta3",
        "printed",
        "Theorem 3.3, β_3",
        "[\\alpha\\kappa_1^2/T]s_\\lambda",
        Formula(_beta_3),
        _beta((1, 0), 2),
    ),
    Claim(
        "karakida:beta-index.1",
        "printed",
        "after Theorem 3.3",
        r"|\beta_k(g_1,\dots,g_C)-\beta_k(g_C,\dots,g_1)|",
        Formula(_nothing),
        Value(plain, lambda _, value: [value()] * 3, _dependence, ">"),
        note="Each β_k is a sum or a maximum over all outputs: there is no index left that it could depend on.",
    ),
    Claim(
        "karakida:beta-index.1",
        "corrected",
        "after Theorem 3.3: β_2 does not depend on the order of the outputs",
        r"\beta_2",
        Formula(_beta_2),
        Value(plain, _in_another_order, partial(_coefficient, kappas=(0, 1), power=2)),
        note="The outputs stand in a random order in the formula. β_2 does depend on the network: see the next part.",
    ),
    Claim(
        "karakida:eq-b.4.1",
        "printed",
        "(B.4), first two lines",
        r"m_\lambda",
        Formula(_mean_by_blocks),
        Value(exact_networks, _by_blocks, partial(_of_metric, power=1)),
    ),
    Claim(
        "karakida:eq-b.5.1",
        "printed",
        "(B.5), first two lines",
        r"s_\lambda",
        Formula(_square_by_blocks),
        Value(exact_networks, _by_blocks, partial(_of_metric, power=2)),
    ),
    Claim(
        "karakida:eq-b.5.3",
        "printed",
        "(B.6), second line",
        LIMIT_SQUARE,
        Formula(_substituted),
        Value(with_kappas, _from_metrics, _limit_square),
    ),
    Claim(
        "karakida:eq-b.5.4",
        "printed",
        "(B.6), third line",
        LIMIT_SQUARE,
        Formula(second_moment),
        Value(with_kappas, _from_betas, _limit_square),
    ),
    Claim(
        "karakida:eq-b.5.4",
        "new",
        "(B.6), third line, with β_2 and β_3 as they are computed",
        LIMIT_SQUARE,
        Formula(softmax_fisher.second_moment_law, derived=True),
        Value(with_kappas, _from_betas, _limit_square),
    ),
)
