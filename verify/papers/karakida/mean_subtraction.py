"""The Fisher information matrix under mean subtraction: (23), and what is said of its spectrum."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from flint import arb

from eigenlaw.theory import fisher
from eigenlaw.verify.claim import Asymptotic, Budget, Claim, Envelope, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational, summation, symbols, undefined
from eigenlaw.verify.linear_networks import LinearNetworks
from eigenlaw.verify.metric_grams import centred_gram
from eigenlaw.verify.papers.karakida.ensembles import (
    cases,
    dual,
    extrapolated,
    parameters_of,
    rayleigh,
)
from eigenlaw.verify.papers.karakida.exact_networks import NO_KINK, at, derivatives, signals_of
from eigenlaw.verify.papers.karakida.likelihood import exact, gradients
from eigenlaw.verify.quantiles import sampled_quantile
from eigenlaw.verify.wide_networks import Signals, propagate, sample_inputs, sample_network

INDICES = tuple(4**n for n in range(3, 13))

# (23) over the rationals


def _subtracted() -> Any:
    outputs, samples, i, j, k, t = symbols("C T i j k t")
    g = undefined("g")

    def mean(term: Any) -> Any:
        return summation(term, (t, 1, samples)) / samples

    product, first, second = g(k, t, i) * g(k, t, j), g(k, t, i), g(k, t, j)
    whole = summation(mean(product), (k, 1, outputs))
    return whole - summation(mean(first) * mean(second), (k, 1, outputs))


def _centred_metric(instance: Instance, _: Rng) -> Sequence[Any]:
    """Σ_k E[∇f̄_k ∇f̄_kᵀ], f̄ = f less its mean over the inputs, differentiated along each parameter by germs."""
    layers = range(1, len(instance["widths"]))
    parts = [derivatives(instance, kind, layer) for layer in layers for kind in ("W", "b")]
    flat = np.concatenate([part.reshape(*part.shape[:2], -1) for part in parts], axis=2)
    flat = flat - flat.sum(axis=1, keepdims=True) / Fraction(flat.shape[1])
    rows = flat.reshape(-1, flat.shape[2])
    matrix = rows.T @ rows / Fraction(instance["samples"])
    return [rational(matrix[place]) for place in _places(len(matrix))]


def _places(size: int) -> Sequence[tuple[int, int]]:
    pairs = [(i, j) for i in range(size) for j in range(i, size)]
    return pairs[:: max(1, len(pairs) // 10)]


def _by_difference(instance: Instance, value: Evaluate) -> Sequence[Any]:
    g = gradients(signals_of(instance))
    outputs, samples, size = g.shape
    return [value(C=outputs, T=samples, g=at(g), i=i + 1, j=j + 1) for i, j in _places(size)]


# The norm of the mean gradient, and the mean of the eigenvalues


def _norm() -> Any:
    alpha, samples, width, own, overlap = symbols("alpha T M kappa_1 kappa_2")
    return alpha * ((samples - 1) / samples * overlap + own / samples) * width


def _mean_gradients(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    """The mean over k of ‖E[∇f_k]‖²/M."""
    return [rayleigh(dual(instance, width, signals), instance["outputs"]) / width]


def _centred_mean(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    """M m of the matrix with mean subtraction, T > 1."""
    gram = centred_gram(dual(instance, width, signals), instance["outputs"])
    return [width * float(np.trace(gram)) / parameters_of(instance, width)]


def _centred_law() -> Any:
    import sympy

    alpha, outputs, samples, width, own, overlap = sympy.symbols("alpha C T M kappa_1 kappa_2")
    whole = fisher.BlockGram(
        alpha * width * own, alpha * width * overlap, outputs, samples, alpha * width**2, 1 / samples
    )
    return fisher.CentredGram(whole).mean


SEVERAL = cases(shapes=((3, 1, 2), (2, 2, 3), (3, 2, 4), (5, 1, 3), (2, 1, 5), (3, 3, 2), (5, 2, 2)))

# Orders in M, exactly, on linear networks


def _linear_cases(samples: Sequence[str], outputs: Sequence[int]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        variances = (("1", "1/10"), ("2", "0"), ("1/2", "1"))
        return [
            {"activation": "linear", "sigma_w2": v, "sigma_b2": b, "outputs": count, "samples": each}
            for each in samples
            for count in outputs
            for v, b in variances
        ]

    return instances


def networks_at(instance: Instance, width: int) -> LinearNetworks:
    """The linear networks of an instance with M_0 = M_1 = M."""
    samples = width if instance["samples"] == "M" else int(instance["samples"])
    v, b = Fraction(instance["sigma_w2"]), Fraction(instance["sigma_b2"])
    return LinearNetworks(width, width, instance["outputs"], samples, v, b)


def parameters(instance: Instance) -> Mapping[str, Fraction]:
    """The exact values of the symbols of an envelope: C, T and the variances."""
    given = {"C": Fraction(instance["outputs"]), "v": Fraction(instance["sigma_w2"])}
    given["b"] = Fraction(instance["sigma_b2"])
    return given if instance["samples"] == "M" else {**given, "T": Fraction(instance["samples"])}


def _exact_means(instance: Instance, widths: Sequence[int]) -> Sequence[Any]:
    found = [networks_at(instance, width) for width in widths]
    return [rational(n.centred_trace() / n.samples / n.parameters) for n in found]


def _only_eigenvalue(instance: Instance, widths: Sequence[int]) -> Sequence[Any]:
    """E λ_max for C = 1, T = 2: the matrix has rank 1, and its trace is its eigenvalue."""
    found = [networks_at(instance, width) for width in widths]
    return [rational(n.centred_trace() / n.samples) for n in found]


def _mean_envelope(instance: Instance) -> Envelope:
    import sympy

    width, samples, outputs, v = sympy.symbols("M T C v")
    share = 1 if instance["samples"] == "M" else (samples - 1) / samples
    return Envelope(Formula(lambda: 2 * outputs * v * share / width, derived=True), "~")


def _largest_envelope(_: Instance) -> Envelope:
    import sympy

    width, v = sympy.symbols("M v")
    return Envelope(Formula(lambda: v * width, derived=True), "~")


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def _inverse() -> Any:
    return 1 / symbols("M")[0]


def orders(
    instances: Callable[[Budget, Rng], Iterable[Instance]],
    term: Callable[[Instance, Sequence[int]], Sequence[Any]],
    envelope: Callable[[Instance], Envelope],
    kind: Any = "O",
) -> Asymptotic:
    """The check of an order in M on linear networks."""
    return Asymptotic(kind, "M", instances, parameters, lambda _: INDICES, term, envelope)


# λ_max with T = M: a bound free of M


def _widths(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    sizes = [(8, "1"), (16, "1"), (32, "1"), (64, "1"), (16, "2"), (32, "2"), (16, "1/2")]
    return [
        {"activation": "linear", "sigma_w2": v, "sigma_b2": b, "outputs": C, "width": M, "ratio": r}
        for M, r in sizes
        for v, b, C in (("1", "1/10", 1), ("2", "0", 2), ("1/2", "1", 3))
    ]


def _bound_at(instance: Instance, value: Evaluate) -> Sequence[Any]:
    ratio = rational(Fraction(instance["ratio"]))
    return [value(v=rational(Fraction(instance["sigma_w2"])), C=instance["outputs"], r=ratio)]


def _median(instance: Instance, rng: Rng) -> Sequence[Any]:
    width, count = instance["width"], 60
    samples = int(Fraction(instance["ratio"]) * width)
    v, b = float(Fraction(instance["sigma_w2"])), float(Fraction(instance["sigma_b2"]))
    shape = (width, width, instance["outputs"])

    def draw() -> float:
        network = sample_network(shape, (v, v), (b, b), rng)
        signals = propagate(network, lambda x: x, sample_inputs(samples, width, rng))
        gram = centred_gram(dual({**instance, "samples": samples}, width, signals), instance["outputs"])
        return float(np.linalg.norm(gram, 2))

    draws = np.array([draw() for _ in range(count)])
    found: arb = sampled_quantile(draws, 0.5, rising=True, level=1e-11)
    return [found]


bounded_rate = partial(Formula, _one)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:eq-23.1",
        "printed",
        "(23)",
        r"\Bigl(\sum_kE[\nabla\bar f_k\nabla\bar f_k^\top]\Bigr)_{ij}",
        Formula(_subtracted),
        exact(_by_difference, _centred_metric),
        (NO_KINK,),
    ),
    Claim(
        "karakida:eq-23.2",
        "printed",
        "after (23)",
        r"\lim\|E[\nabla_\theta f_k]\|^2/M,\ M=1",
        Formula(_norm),
        extrapolated(cases(), _mean_gradients, draws=40),
        note="The largest eigenvalue of F, which the subtraction takes away.",
    ),
    Claim(
        "karakida:fbar.1",
        "printed",
        "after (23), for fixed T and for T = M",
        r"E\,m_\lambda(\bar F)",
        Formula(_inverse),
        orders(_linear_cases(("2", "5", "M"), (1, 3)), _exact_means, _mean_envelope),
        activations=1,
        note="Exact means over linear networks with one hidden layer, at every width.",
    ),
    Claim(
        "karakida:fbar.1",
        "sharp",
        "after (23), for fixed T",
        r"\lim M m_\lambda(\bar F),\ M=1",
        Formula(_centred_law, derived=True),
        extrapolated(SEVERAL, _centred_mean, draws=120),
    ),
    Claim(
        "karakida:fbar.2",
        "printed",
        "after (23): O(1) if T = O(M)",
        r"E\lambda_{\max}(\bar F)",
        bounded_rate(),
        orders(_linear_cases(("2",), (1,)), _only_eigenvalue, _largest_envelope),
        activations=1,
        note="T = 2 is O(M), and λ_max is of the order of M there: T must grow in proportion to M.",
    ),
    Claim(
        "karakida:fbar.2",
        "corrected",
        "after (23), T = r M, linear networks with one hidden layer",
        r"\mathrm{median}\,\lambda_{\max}(\bar F)",
        Formula(fisher.centred_bound, derived=True),
        Value(_widths, _bound_at, _median, "<=", sampled=True),
        activations=1,
        note="A bound free of M, by the norms of Gaussian matrices; the medians are those of sampled networks.",
    ),
    Claim(
        "karakida:fbar.3",
        "new",
        "after (23), T fixed: the order of λ_max for T = 2",
        r"E\lambda_{\max}(\bar F)",
        Formula(lambda: symbols("M")[0], derived=True),
        orders(_linear_cases(("2",), (1,)), _only_eigenvalue, _largest_envelope, "Theta"),
        activations=1,
    ),
)
