"""The order parameters of sampled wide networks: (15), (16), (18) and (19)."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Literal

import numpy as np
from flint import arb
from numpy.typing import NDArray

from eigenlaw.numerics.correlation import Correlation
from eigenlaw.numerics.layers import dual_of
from eigenlaw.numerics.precision import working
from eigenlaw.theory.activations import activation
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Instance, Rng, Sample
from eigenlaw.verify.formula import Formula, ball, indexed, symbols, undefined
from eigenlaw.verify.papers.karakida.common import CASES, functions_of, network_of, order_parameters_of
from eigenlaw.verify.wide_networks import Signals, layer_widths, propagate, sample_inputs, sample_network

Array = NDArray[np.float64]
Pair = Literal["own", "overlap"]

BITS = 64
BATCH = 100
SAMPLES = 6
WIDTHS = (16, 32, 64)
BIAS = (Fraction(1),)
PLACES = ((0, 0), (1, 2), (3, 3), (0, 4))
"""Pairs of inputs."""
OUTPUT_PLACES = ((0, 0), (0, 0), (0, 1), (0, 1))

MORE = (("elu", "2", "1/10"), ("selu", "1", "1/10"), ("hard_tanh", "2", "1/4"), ("silu", "2", "1/4"))
STEEP = ("monomial(2)", "polynomial(1,-1/2,1/3)")
"""At five layers the moments of these are too large to sample."""


def cases(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    """Each activation once, at three or five weight layers, of equal or unequal widths; then layers that differ."""
    found: list[Instance] = [
        {"activation": "relu", "sigma_w2": "2", "sigma_b2": "0", "layers": 2, "alphas": ["1", "1"]}
    ]
    for number, (name, weight, bias) in enumerate(CASES + MORE):
        layers = 3 if number % 2 or name in STEEP else 5
        alphas = [["1"] * layers, ["1", "2", "1/2", "3/2", "1"][:layers]][number // 2 % 2]
        found.append({"activation": name, "sigma_w2": weight, "sigma_b2": bias, "layers": layers, "alphas": alphas})
    mixed = {"sigma_w2": ["2", "1", "3/2"], "sigma_b2": ["0", "1/2", "1/10"], "layers": 3, "alphas": ["2", "1", "1"]}
    found += [
        {"activation": names, **mixed}
        for names in (["relu", "tanh"], ["cos", "linear"], ["gelu", "abs"], ["sin", "erf"])
    ]
    return found


# what is sampled


def _batches(instance: Instance, width: int, rng: Rng, n: int, outputs: int) -> Iterable[Signals]:
    """The signals of n networks, each with its own inputs, some at a time."""
    network, functions = network_of(instance), functions_of(instance)
    widths = layer_widths(network.alphas, width, outputs)
    weights, biases = ([float(value) for value in values] for values in (network.sigma_w2, network.sigma_b2))
    for start in range(0, n, BATCH):
        count = min(BATCH, n - start)
        parameters = sample_network(widths, weights, biases, rng, count)
        yield propagate(parameters, functions, sample_inputs(SAMPLES, widths[0], rng, count))


def _sampled(
    statistics: Callable[[Signals], Sequence[Array]], outputs: int = 3
) -> Callable[[Instance, int, Rng, int], Draws]:
    """Draws of statistics of the signals, each of shape (networks,)."""

    def measured(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
        found = [np.stack(statistics(signals), axis=1) for signals in _batches(instance, width, rng, n, outputs)]
        return np.concatenate(found)

    return measured


def _mean_products(rows: Array, which: Pair) -> Array:
    """Σ_i a_i(t)², or Σ_i a_i(s) a_i(t) for s ≠ t, on average over the inputs, of rows (…, T, M)."""
    own, count = np.square(rows).sum(axis=(-1, -2)), rows.shape[-2]
    if which == "own":
        return np.asarray(own / count)
    return np.asarray((np.square(rows.sum(axis=-2)).sum(axis=-1) - own) / (count * (count - 1)))


def _forward_draws(which: Pair) -> Callable[[Signals], Sequence[Array]]:
    return lambda signals: [_mean_products(h, which) / h.shape[-1] for h in signals.h[1:]]


def _output_draws(signals: Signals) -> Sequence[Array]:
    return [_mean_products(signals.outputs, "own") / signals.outputs.shape[-1]]


def _backward_draws(which: Pair) -> Callable[[Signals], Sequence[Array]]:
    return lambda signals: [_mean_products(delta, which).mean(axis=1) for delta in signals.delta[:-1]]


def _single_forward(signals: Signals) -> Sequence[Array]:
    """q̂ of single inputs and of single pairs of them."""
    h = [part for layer in (1, len(signals.h) - 1) for part in (signals.h[layer],)]
    return [(part[:, s] * part[:, t]).mean(axis=-1) for part in h for s, t in PLACES]


def _single_backward(signals: Signals) -> Sequence[Array]:
    """q̃ of the first and the last output, averaged over the inputs and over the pairs of them."""
    kinds: tuple[Pair, ...] = ("own", "overlap")
    delta = [signals.delta[0], signals.delta[-2]]
    return [_mean_products(part[:, k], kind) for part in delta for kind in kinds for k in (0, -1)]


# the recursions, with Gaussian expectations from eigenlaw.numerics


@cache
def _expectation(name: str, slope: bool, a: tuple[float, float], c: tuple[float, float] | None) -> Any:
    """E f(U) f(V) at variance a and correlation c, U = V if there is none, f = φ or φ'; balls by middle and radius."""
    dual = dual_of(activation(name), arb(*a))
    if c is None:
        return dual.slope(Fraction(1)) if slope else dual.value(Fraction(1))
    return dual.pair(Correlation(arb(*c)))[slope]


def _key(value: Any) -> tuple[float, float]:
    return float(value.mid()), float(value.rad())


def _means(name: str, *, slope: bool) -> dict[str, Callable[..., Any]]:
    """S: a ↦ E f(√a u)², and I: (a, b) ↦ E f(U) f(V) for variance a and covariance b."""

    def mean(a: Any, b: Any = None) -> Any:
        variance = ball(a)
        correlation = None if b is None else ball(b) / variance
        if not variance > 0 or not (correlation is None or abs(correlation.mid()) <= 1):
            raise ValueError(f"variance={a}, covariance={b}: expected those of two numbers")
        return _expectation(name, slope, _key(variance), correlation if correlation is None else _key(correlation))

    return {"S": mean, "I": mean}


def _forward(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """q̂^1 … q̂^{L−1}, each from those one layer below."""
    network, found = network_of(instance), []
    with working(BITS):
        known = order_parameters_of(network)
        for layer, phi in enumerate(network.activations):
            below = {"q_t": known.q_hat[layer], "q_st": known.q_hat_st[layer]}
            weight, bias = network.sigma_w2[layer], network.sigma_b2[layer]
            found.append(value(**below, **_means(phi.name, slope=False), sigma_w2=weight, sigma_b2=bias))
    return found


def _output(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """q̂_t^L from q̂_t^{L−1}."""
    network = network_of(instance)
    with working(BITS):
        known, means = order_parameters_of(network), _means(network.activations[-1].name, slope=False)
        weight, bias = network.sigma_w2[-1], network.sigma_b2[-1]
        return [value(q_t=known.q_hat[network.layers - 1], sigma_w2=weight, sigma_b2=bias, **means)]


def _backward(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """q̃^1 … q̃^{L−1}, each from those one layer above."""
    network, found = network_of(instance), []
    with working(BITS):
        known = order_parameters_of(network)
        for layer, phi in enumerate(network.activations, 1):
            weight, bias = ball(network.sigma_w2[layer - 1]), ball(network.sigma_b2[layer - 1])
            below = {"q_t": known.q_hat[layer - 1], "q_st": known.q_hat_st[layer - 1]}
            here = {name: weight * q + bias for name, q in below.items()}
            above = {"q_tilde": known.q_tilde[layer + 1], "q_tilde_st": known.q_tilde_st[layer + 1]}
            means = _means(phi.name, slope=True)
            found.append(value(**above, **here, **means, sigma_w2=network.sigma_w2[layer]))
    return found


def _singles(names: tuple[str, str], places: Sequence[tuple[int, int]]) -> Any:
    """The order parameters of the lowest and highest hidden layer, whatever the input, pair or output."""

    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        known, layers = order_parameters_of(network_of(instance)), instance["layers"]
        own, overlap = (getattr(known, name) for name in names)
        given = {"q_t": own.__getitem__, "q_st": overlap.__getitem__}
        return [value(l=layer, s=s, t=t, **given) for layer in (1, layers - 1) for s, t in places]

    return predicted


def _check(
    predicted: Any, statistics: Callable[[Signals], Sequence[Array]], draws: int = 150, outputs: int = 3
) -> Sample:
    measured = _sampled(statistics, outputs)
    return Sample(cases, predicted, measured, lambda b: b.of(draws, 450, 2400), WIDTHS, BIAS)


def own_step() -> Any:
    """The first line of (16)."""
    q_t, sigma_w2, sigma_b2 = symbols("q_t sigma_w2 sigma_b2")
    return undefined("S")(sigma_w2 * q_t + sigma_b2)


def _output_step() -> Any:
    q_t, sigma_w2, sigma_b2 = symbols("q_t sigma_w2 sigma_b2")
    return sigma_w2 * q_t + sigma_b2


def overlap_step() -> Any:
    """The second line of (16)."""
    q_t, q_st, sigma_w2, sigma_b2 = symbols("q_t q_st sigma_w2 sigma_b2")
    return undefined("I")(sigma_w2 * q_t + sigma_b2, sigma_w2 * q_st + sigma_b2)


def own_step_back() -> Any:
    """The first line of (19)."""
    q_tilde, q_t, sigma_w2 = symbols("q_tilde q_t sigma_w2")
    return sigma_w2 * q_tilde * undefined("S")(q_t)


def overlap_step_back() -> Any:
    """The second line of (19)."""
    q_tilde, q_t, q_st, sigma_w2 = symbols("q_tilde_st q_t q_st sigma_w2")
    return sigma_w2 * q_tilde * undefined("I")(q_t, q_st)


def _same_for_all() -> Any:
    import sympy

    layer, s, t = symbols("l s t")
    return sympy.Piecewise((indexed("q_t")[layer], sympy.Eq(s, t)), (indexed("q_st")[layer], True))


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:eq-15.1",
        "new",
        "(15), its limit",
        r"\lim E\,\hat q^l(s,t)",
        Formula(_same_for_all),
        _check(_singles(("q_hat", "q_hat_st"), PLACES), _single_forward, draws=250),
        note="One number for all inputs, and one for all pairs of them.",
    ),
    Claim(
        "karakida:eq-16.1",
        "printed",
        "(16), own, hidden layers",
        r"\lim E\,\hat q_t^{l+1}",
        Formula(own_step),
        _check(_forward, _forward_draws("own")),
        note="S(q) = ∫Du φ²(√q u).",
    ),
    Claim(
        "karakida:eq-16.2",
        "printed",
        "(16), overlap, hidden layers",
        r"\lim E\,\hat q_{st}^{l+1}",
        Formula(overlap_step),
        _check(_forward, _forward_draws("overlap")),
    ),
    Claim(
        "karakida:eq-16.3",
        "printed",
        "(16), at l = L − 1",
        r"\lim E\,\hat q_t^L",
        Formula(own_step),
        _check(_output, _output_draws, outputs=16),
        note="(16) is printed for l = 0, …, L − 1, but the outputs h^L = u^L are linear.",
    ),
    Claim(
        "karakida:eq-16.3",
        "corrected",
        "(16), at l = L − 1, linear outputs",
        r"\lim E\,\hat q_t^L",
        Formula(_output_step),
        _check(_output, _output_draws, outputs=16),
        note="Of the mean alone, here over 16 outputs: for C = O(1) of them q̂_t^L stays random.",
    ),
    Claim(
        "karakida:eq-18.1",
        "new",
        "(18), its limit",
        r"\lim E\,\tilde q_k^l(s,t)",
        Formula(_same_for_all),
        _check(_singles(("q_tilde", "q_tilde_st"), OUTPUT_PLACES), _single_backward),
        note="The same for every output k, and of order 1: each δ_i² is of order 1/M.",
    ),
    Claim(
        "karakida:eq-19.1",
        "printed",
        "(19), own",
        r"\lim E\,\tilde q_t^l",
        Formula(own_step_back),
        _check(_backward, _backward_draws("own")),
        note="For l = 1, …, L − 1; printed from l = 0, where there is no pre-activation. S(q) = ∫Du φ'(√q u)².",
    ),
    Claim(
        "karakida:eq-19.2",
        "printed",
        "(19), overlap",
        r"\lim E\,\tilde q_{st}^l",
        Formula(overlap_step_back),
        _check(_backward, _backward_draws("overlap")),
    ),
)
