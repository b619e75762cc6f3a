"""The Fisher information matrix and its dual: Appendix A, (A.1)-(A.5), (A.9)-(A.10), and κ_1, κ_2 of Theorem 3.1."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat

from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Hypothesis, Instance, Rng, Sample, Value
from eigenlaw.verify.eigenvalues import eigenvalues
from eigenlaw.verify.formula import Formula, rational, summation, symbols, undefined
from eigenlaw.verify.metric_grams import gradient_gram
from eigenlaw.verify.papers.karakida.blocks import LAYERS, limit_at
from eigenlaw.verify.papers.karakida.common import sampled
from eigenlaw.verify.papers.karakida.ensembles import BIAS, WIDTHS, blocks, cases, extrapolated, limit_of, parameters_of
from eigenlaw.verify.papers.karakida.exact_networks import NO_KINK, derivatives, exact_cases, signals_of
from eigenlaw.verify.papers.karakida.likelihood import NAMES, exact
from eigenlaw.verify.wide_networks import Signals

# (A.1): one characteristic polynomial for both, up to a power


def _symmetric() -> Any:
    import sympy

    j, n = symbols("j n")
    return sympy.Piecewise((undefined("e")(j), sympy.Le(j, n)), (sympy.Integer(0), True))


def symmetric_functions(matrix: Any) -> list[Any]:
    """The elementary symmetric functions e_1, …, e_n of the eigenvalues, from the characteristic polynomial."""
    size = len(matrix)
    found = fmpq_mat([[rational(entry) for entry in row] for row in matrix]).charpoly()
    return [found[size - j] * (-1) ** j for j in range(1, size + 1)]


def _layers(instance: Instance) -> Sequence[int]:
    return [instance["l"]] if "l" in instance else range(1, len(instance["widths"]))


def metric(instance: Instance, layers: Sequence[int]) -> Any:
    """F, or its block of some layers, from derivatives along each parameter; of shape (P, P)."""
    parts = [derivatives(instance, kind, layer) for layer in layers for kind in ("W", "b")]
    rows = np.concatenate([part.reshape(part.shape[0] * part.shape[1], -1) for part in parts], axis=1)
    return rows.T @ rows / Fraction(instance["samples"])


def dual_metric(instance: Instance, layers: Sequence[int]) -> Any:
    """F*, or that of some layers, from the products of small Grams."""
    return gradient_gram(signals_of(instance), layers) / Fraction(instance["samples"])


def _of_metric(instance: Instance, _: Rng) -> Sequence[Any]:
    return symmetric_functions(metric(instance, _layers(instance)))


def _of_dual(instance: Instance, value: Evaluate) -> Sequence[Any]:
    found = symmetric_functions(dual_metric(instance, _layers(instance)))
    size = sum((instance["widths"][layer - 1] + 1) * instance["widths"][layer] for layer in _layers(instance))
    given = {"e": lambda j: found[j - 1] if 1 <= j <= len(found) else fmpq(0), "n": len(found)}
    return [value(j=j, **given) for j in range(1, size + 1)]


def block_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """The exact networks, each with a layer l."""
    found = exact_cases(NAMES, {})(budget, rng)
    return [{**i, "l": 1 + n % (len(i["widths"]) - 1)} for n, i in enumerate(found)]


# (A.4)-(A.5)


def _spectrum() -> Any:
    import sympy

    j, outputs, samples, own, overlap = symbols("j C T kappa_1 kappa_2")
    return sympy.Piecewise(((samples - 1) * overlap + own, sympy.Le(j, outputs)), (own - overlap, True))


def _matrices(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    values = (("1", "1/2"), ("3/2", "1/10"), ("2", "2"), ("1", "0"))
    sizes = ((1, 1), (1, 2), (2, 2), (3, 1), (1, 5), (2, 3), (3, 4))
    return [
        {"kappa_1": own, "kappa_2": overlap, "outputs": C, "samples": T} for C, T in sizes for own, overlap in values
    ]


def _of_blocks(instance: Instance, _: Rng) -> Sequence[Any]:
    C, T = instance["outputs"], instance["samples"]
    own, overlap = Fraction(instance["kappa_1"]), Fraction(instance["kappa_2"])
    block = [[own if s == t else overlap for t in range(T)] for s in range(T)]
    zero = Fraction(0)
    matrix = [[block[i % T][j % T] if i // T == j // T else zero for j in range(C * T)] for i in range(C * T)]
    return eigenvalues(matrix)


def _listed(instance: Instance, value: Evaluate) -> Sequence[Any]:
    C, T = instance["outputs"], instance["samples"]
    own, overlap = (rational(Fraction(instance[name])) for name in ("kappa_1", "kappa_2"))
    return [value(j=j, C=C, T=T, kappa_1=own, kappa_2=overlap) for j in range(1, C * T + 1)]


POSITIVE = Hypothesis(
    r"\kappa_2\ge0", lambda i: Fraction(i["kappa_2"]) >= 0, tight=lambda i: Fraction(i["kappa_2"]) == 0
)
NEGATIVE = {"kappa_1": "1", "kappa_2": "-1/2", "outputs": 1, "samples": 2}


# (A.3), (A.9)


def _entry() -> Any:
    import sympy

    alpha, width, samples, own, overlap, s, t, k, other = symbols("alpha M T kappa_1 kappa_2 s t k m")
    entry = sympy.Piecewise((own, sympy.Eq(s, t)), (overlap, True))
    equal = sympy.Piecewise((sympy.Integer(1), sympy.Eq(k, other)), (sympy.Integer(0), True))
    return alpha * width / samples * entry * equal


def _block_entry() -> Any:
    import sympy

    layer, width, samples, s, t, k, other = symbols("l M T s t k m")
    names = ("alpha_l", "q_hat", "q_hat_st", "q_tilde", "q_tilde_st")
    alpha, q_hat, q_hat_st, q_tilde, q_tilde_st = map(undefined, names)
    own, overlap = q_tilde(layer) * q_hat(layer - 1), q_tilde_st(layer) * q_hat_st(layer - 1)
    entry = sympy.Piecewise((own, sympy.Eq(s, t)), (overlap, True))
    equal = sympy.Piecewise((sympy.Integer(1), sympy.Eq(k, other)), (sympy.Integer(0), True))
    return alpha(layer - 1) * width / samples * entry * equal


def entry_means(gram: Any, outputs: int) -> list[float]:
    """The means of the entries: of an input with itself, and of two inputs if there are two."""
    found = blocks(gram, outputs)
    samples, k = found.shape[1], np.arange(outputs)
    within = found[k, :, k, :]
    own = float(np.einsum("kss->", within)) / (outputs * samples)
    return [own, float(within[:, ~np.eye(samples, dtype=bool)].mean())] if samples > 1 else [own]


def _is_coupled(instance: Instance) -> bool:
    """Tell whether gradients of two outputs are other than orthogonal: not in the last layer."""
    return bool(instance["outputs"] > 1 and instance.get("l") != instance["layers"])


def _entries(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    """Means of entries of one network's T F*/M, also between outputs, and its squared distance to that of another."""
    count, outputs = instance["samples"], instance["outputs"]
    layers = [instance["l"]] if "l" in instance else None

    def gram() -> Any:
        return gradient_gram(sampled(instance, width, rng, outputs=outputs, samples=count)[1], layers) / width

    def draw() -> list[float]:
        first, second = gram(), gram()
        between = [float(np.mean(blocks(first, outputs)[0, :, 1, :]))] if _is_coupled(instance) else []
        return [*entry_means(first, outputs), *between, float(np.mean((first - second) ** 2))]

    return np.array([draw() for _ in range(n)])


def _limits(limit: Callable[[Instance], Mapping[str, Any]]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    """The limits of the entries by the formula at the limit of an instance; and no distance."""

    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        given = {**limit(instance), "T": 1, "k": 1, "s": 1}
        between = [value(**given, t=1, m=2)] if _is_coupled(instance) else []
        return [*(value(**given, t=t, m=1) for t in (1, 2)[: instance["samples"]]), *between, 0]

    return predicted


def _converging(instances: Any, limit: Callable[[Instance], Mapping[str, Any]]) -> Sample:
    return Sample(instances, _limits(limit), _entries, lambda b: b.of(40, 80, 320), WIDTHS, BIAS)


# κ_1, κ_2 and α


def _kappa() -> Any:
    layer, last, alpha = symbols("l L alpha")
    forward, backward = undefined("q_hat"), undefined("q_tilde")
    return summation(undefined("alpha_l")(layer - 1) / alpha * backward(layer) * forward(layer - 1), (layer, 1, last))


def _alpha() -> Any:
    layer, last = symbols("l L")
    alpha = undefined("alpha_l")
    return summation(alpha(layer) * alpha(layer - 1), (layer, 1, last - 1))


def _both(instance: Instance, value: Evaluate) -> Sequence[Any]:
    limit = limit_of(instance)
    overlap = {**limit, "q_hat": limit["q_hat_st"], "q_tilde": limit["q_tilde_st"]}
    return [value(**limit), value(**overlap)] if instance["samples"] > 1 else [value(**limit)]


def _over_parameters(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    """Means of the entries of T F*, of one input and of two, over P/M."""
    gram = gradient_gram(signals) * (width / parameters_of(instance, width))
    return entry_means(gram, instance["outputs"])


def _leading_count(instance: Instance, _: Rng) -> Sequence[Any]:
    """The coefficient of M² in P, a polynomial of degree 2 in M that is C at M = 0, from two of its values."""
    one, two = parameters_of(instance, 2), parameters_of(instance, 4)
    return [fmpq(two - 2 * one + instance["outputs"], 8)]


def _alpha_at(instance: Instance, value: Evaluate) -> Sequence[Any]:
    limit = limit_of(instance)
    return [value(L=limit["L"], alpha_l=limit["alpha_l"])]


_SQUARES = (
    "The mean squared distance of two networks' Grams tends to 0 too, so that the entries converge to their means."
)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:kappa.1",
        "printed",
        "Theorem 3.1, κ_1 and κ_2",
        r"\lim\langle\nabla f_k(s),\nabla f_k(t)\rangle M/P",
        Formula(_kappa),
        extrapolated(cases(), _over_parameters, _both, draws=50),
    ),
    Claim(
        "karakida:kappa.2",
        "printed",
        "Theorem 3.1, α",
        r"\lim P/M^2",
        Formula(_alpha),
        Value(cases(), _alpha_at, _leading_count),
        note="The number of parameters, counted at two widths.",
    ),
    Claim(
        "karakida:eq-a.1.1",
        "printed",
        "(A.1), (A.2)",
        r"e_j(\lambda(F))",
        Formula(_symmetric),
        exact(_of_dual, _of_metric),
        (NO_KINK,),
        note="Elementary symmetric functions of the eigenvalues: all of them, so the non-zero eigenvalues are alike.",
    ),
    Claim(
        "karakida:eq-a.1.2",
        "printed",
        "(A.6)-(A.8)",
        r"e_j(\lambda(F^{ll}))",
        Formula(_symmetric),
        Value(block_cases, _of_dual, _of_metric),
        (NO_KINK,),
    ),
    Claim(
        "karakida:eq-a.3",
        "printed",
        "(A.3)",
        r"\lim T F^*(k,m)_{st}/M,\ M=T=1",
        Formula(_entry),
        _converging(cases(), limit_of),
        note=_SQUARES,
    ),
    Claim(
        "karakida:eq-a.4",
        "printed",
        "(A.4), (A.5)",
        r"\lambda_j(I_C\otimes K)",
        Formula(_spectrum),
        Value(_matrices, _listed, _of_blocks, controls=(NEGATIVE,)),
        (POSITIVE,),
        note="Largest first.",
    ),
    Claim(
        "karakida:eq-a.9",
        "printed",
        "(A.9), (A.10)",
        r"\lim T F^{ll*}(k,m)_{st}/M,\ M=T=1",
        Formula(_block_entry),
        _converging(LAYERS, limit_at),
        note=_SQUARES,
    ),
)
