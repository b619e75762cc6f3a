"""The statistics as they are computed for users: the limits are those of the theorems, the finite ones are exact means.

Both are shown for three weight layers with widths and variances of their own. For linear networks the signals below a
layer and the gradients above it are independent, so that the means of the traces and of ν_kᵀ F* ν_k, ν_k constant on
the inputs of output k, are those of the finite form at every width.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from eigenlaw.theory.metrics import Form, Setting, metric_grams
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Identity, Instance, Rng, Sample
from eigenlaw.verify.formula import Formula, rational
from eigenlaw.verify.judge_identities import by_simplification
from eigenlaw.verify.metric_grams import gradient_gram
from eigenlaw.verify.papers.karakida.common import network_of, order_parameters_of
from eigenlaw.verify.papers.karakida.wide_limits import draw, own_blocks
from eigenlaw.verify.wide_networks import Signals

L = 3
WIDTH = 8
BATCH = 100
VARIANCES = (
    (("1", "1", "1"), ("0", "0", "0")),
    (("1/2", "2", "1"), ("1", "1/2", "1/4")),
    (("2", "1", "3"), ("1/4", "1/4", "1/4")),
)
SHAPES = ((1, 1), (1, 2), (2, 1), (2, 3), (3, 2), (1, 4), (2, 2))
ALPHAS = (("1", "1", "1"), ("1", "2", "1/2"), ("2", "1", "1"))


def _family(name: str, first: int) -> dict[int, Any]:
    import sympy

    return {layer: sympy.Symbol(f"{name}_{layer}") for layer in range(first, first + L)}


def _order() -> Any:
    """The order parameters as symbols."""
    forward = {name: _family(name, 0) for name in ("q_hat", "q_hat_st")}
    return SimpleNamespace(**forward, **{name: _family(name, 1) for name in ("q_tilde", "q_tilde_st")})


def _setting() -> Setting:
    """Widths, variances, M, C and T as symbols."""
    import sympy

    alphas, weights, biases = (
        list(_family(name, first).values()) for name, first in (("alpha", 0), ("sigma_w2", 1), ("sigma_b2", 1))
    )
    return Setting(alphas, weights, biases, *sympy.symbols("M C T"))


def _combination(terms: Sequence[Any]) -> Any:
    """Σ_i w_i (term)_i: equal for all w only if every term is."""
    import sympy

    weights = sympy.symbols(f"w:{len(terms)}") if len(terms) > 1 else (sympy.Integer(1),)
    return sympy.Add(*(weight * term for weight, term in zip(weights, terms, strict=True)))


def _of(statistics: Sequence[str], names: Sequence[str], form: Form) -> Formula:
    """The statistics of the matrices as they are computed."""

    def build() -> Any:
        grams = metric_grams(_order(), _setting(), form)
        return _combination([getattr(grams[name], statistic) for name in names for statistic in statistics])

    return Formula(build, derived=True)


STATISTICS = ("mean", "second_moment", "lambda_max")
BLOCKS = tuple(f"F[{layer}]" for layer in range(1, L + 1))
FEATURES = tuple(f"{name}{block}" for name in ("A_k", "A") for block in ("", *(f"[{layer}]" for layer in range(L))))

Terms = Callable[[Any, Setting], Sequence[Any]]


def _alpha(given: Setting) -> Any:
    return given.alphas[0] * given.alphas[1] + given.alphas[1] * given.alphas[2]


def _whole(q: Any, given: Setting) -> Sequence[Any]:
    """Theorem 3.1."""
    a, alpha, M, C, T = given.alphas, _alpha(given), given.width, given.outputs, given.samples
    k_1, k_2 = (
        sum(a[layer - 1] / alpha * tilde[layer] * hat[layer - 1] for layer in range(1, L + 1))
        for tilde, hat in ((q.q_tilde, q.q_hat), (q.q_tilde_st, q.q_hat_st))
    )
    top = (T - 1) / T * k_2 + k_1 / T
    return [k_1 * C / M, alpha * ((T - 1) / T * k_2**2 + k_1**2 / T) * C, alpha * top * M]


def _by_block(q: Any, given: Setting) -> Sequence[Any]:
    """Theorem 3.2, α_L = C/M."""
    M, C, T = given.width, given.outputs, given.samples
    alphas, found = [*given.alphas, C / M], []
    for layer in range(1, L + 1):
        own, overlap = q.q_tilde[layer] * q.q_hat[layer - 1], q.q_tilde_st[layer] * q.q_hat_st[layer - 1]
        below, here = alphas[layer - 1], alphas[layer]
        second = below / here * ((T - 1) / T * overlap**2 + own**2 / T) * C
        found += [own / here * C / M, second, below * ((T - 1) / T * overlap + own / T) * M]
    return found


def _tangent(q: Any, given: Setting) -> Sequence[Any]:
    """Theorem 4.1 without the factor C."""
    alpha, T, weights, biases = _alpha(given), given.samples, given.sigma_w2, given.sigma_b2
    k_1, k_2 = (
        sum(weights[below] * tilde[below + 1] * hat[below] + biases[below] * tilde[below + 1] for below in range(L))
        / alpha
        for tilde, hat in ((q.q_tilde, q.q_hat), (q.q_tilde_st, q.q_hat_st))
    )
    return [alpha * k_1, alpha**2 * ((T - 1) * k_2**2 + k_1**2), alpha * ((T - 1) * k_2 + k_1)]


def _features(q: Any, given: Setting) -> Sequence[Any]:
    """Theorems 5.1 and 5.2 and (E.6), with the factors 1/M and 1/M_l."""
    M, T = given.width, given.samples
    whole = given.alphas[0] + given.alphas[1] + given.alphas[2]
    k_1, k_2 = (
        sum(weight * tilde[layer] for layer, weight in enumerate(given.sigma_w2, 1)) / whole
        for tilde in (q.q_tilde, q.q_tilde_st)
    )

    def of(share: Any, own: Any, overlap: Any, outputs: Any) -> list[Any]:
        second = share * ((T - 1) / T * overlap**2 + own**2 / T) / M
        return [outputs * own / M, outputs * second, share * ((T - 1) / T * overlap + own / T)]

    found = []
    for outputs in (1, given.outputs):
        found += of(whole, k_1, k_2, outputs)
        for layer, share in enumerate(given.alphas):
            scale = given.sigma_w2[layer] / share
            found += of(share, scale * q.q_tilde[layer + 1], scale * q.q_tilde_st[layer + 1], outputs)
    return found


def _points(budget: Budget, rng: Rng) -> Iterable[Instance]:
    """Values of all symbols."""
    below, above = ("alpha", "q_hat", "q_hat_st"), ("sigma_w2", "sigma_b2", "q_tilde", "q_tilde_st")
    names = [f"{name}_{layer}" for layer in range(L) for name in below]
    names += [f"{name}_{layer}" for layer in range(1, L + 1) for name in above]
    names += ["M", "C", "T", *(f"w{i}" for i in range(len(FEATURES) * len(STATISTICS)))]
    rows = rng.integers(1, 12, (budget.of(20, 30, 60), len(names), 2))
    return [{name: f"{a}/{b}" for name, (a, b) in zip(names, row, strict=True)} for row in rows.tolist()]


def _identity(name: str, source: str, matrices: Sequence[str], terms: Terms) -> Claim:
    theorem = Formula(lambda: _combination(terms(_order(), _setting())), derived=True)
    lhs = r"\sum_i w_i\,(m_\lambda,s_\lambda,\lambda_{\max}\text{ of the theorems})_i"
    check = Identity(theorem, _points, by_simplification)
    return Claim(name, "new", source, lhs, _of(STATISTICS, matrices, "asymptotic"), check, note=FOR_ALL_W)


FOR_ALL_W = "What is computed for L = 3 is what the theorems say, corrected: for all w, so for each statistic."


def _linear(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    found = []
    for index in range(21):
        weights, biases = VARIANCES[index % 3]
        outputs, samples = SHAPES[index % 7]
        case = {"activation": "linear", "sigma_w2": list(weights), "sigma_b2": list(biases), "layers": L}
        found.append({**case, "alphas": list(ALPHAS[index // 7]), "outputs": outputs, "samples": samples})
    return found


def _bindings(instance: Instance) -> Mapping[str, Any]:
    network = network_of(instance)
    order = order_parameters_of(network)
    found = {"M": WIDTH, "C": instance["outputs"], "T": instance["samples"]}
    for name in ("q_hat", "q_hat_st", "q_tilde", "q_tilde_st"):
        found |= {f"{name}_{layer}": ball for layer, ball in getattr(order, name).items()}
    for name, first, values in (
        ("alpha", 0, network.alphas),
        ("sigma_w2", 1, network.sigma_w2),
        ("sigma_b2", 1, network.sigma_b2),
    ):
        found |= {f"{name}_{layer}": rational(value) for layer, value in enumerate(values, first)}
    return found


def _each(count: int) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    """The formula for one statistic at a time, w a unit vector."""

    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        units = [{f"w{i}": int(i == place) for i in range(count)} for place in range(count)]
        return [value(**_bindings(instance), **unit) for unit in units]

    return predicted


def _trace(own: Draws, size: int) -> Draws:
    """Tr F*/P from the blocks of one output each, (n, C, T, T), short of 1/T."""
    return np.asarray(np.trace(own, axis1=-2, axis2=-1).sum(axis=1) / own.shape[-1] / size)


def _centred_trace(own: Draws, size: int) -> Draws:
    """The same after the subtraction of the mean over the inputs."""
    return np.asarray(_trace(own, size) - own.sum(axis=(1, -2, -1)) / own.shape[-1] ** 2 / size)


def _rayleigh(own: Draws, _: int) -> Draws:
    """The mean over k of ν_kᵀ F* ν_k."""
    return np.asarray(own.mean(axis=(1, -2, -1)))


def _sampled(statistic: Callable[[Draws, int], Draws], blocks: bool) -> Callable[[Instance, int, Rng, int], Draws]:
    """Means over so many networks each of a statistic of F*, or of every F^{ll}*."""

    def measured(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
        found = []
        for _ in range(n):
            parameters, signals = draw(instance, width, rng, BATCH)
            sizes = [W[0].size + b[0].size for W, b in zip(parameters.weights, parameters.biases, strict=True)]
            groups = [[layer] for layer in range(1, L + 1)] if blocks else [list(range(1, L + 1))]
            found.append([_mean(statistic, signals, instance, group, sizes) for group in groups])
        return np.array(found)

    return measured


def _mean(
    statistic: Callable[[Draws, int], Draws],
    signals: Signals,
    instance: Instance,
    group: Sequence[int],
    sizes: Sequence[int],
) -> float:
    own = own_blocks(gradient_gram(signals, group), instance["outputs"])
    return float(statistic(own, sum(sizes[layer - 1] for layer in group)).mean())


def _exact(
    name: str, source: str, lhs: str, matrices: Sequence[str], statistic: str, measure: Callable[[Draws, int], Draws]
) -> Claim:
    predicted = _each(len(matrices)) if len(matrices) > 1 else _alone
    sample = Sample(_linear, predicted, _sampled(measure, len(matrices) > 1), lambda b: b.of(300, 600, 4000), (WIDTH,))
    return Claim(name, "new", source, lhs, _of([statistic], matrices, "finite"), sample, note=LINEAR, activations=1)


def _alone(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**_bindings(instance))]


LINEAR = "Linear networks, at every width: the finite form is the exact mean."

CLAIMS: tuple[Claim, ...] = (
    _identity("karakida:kappa.3", "Theorem 3.1, as computed", ["F"], _whole),
    _identity("karakida:thm-3.2-m-s.3", "Theorem 3.2, as computed", BLOCKS, _by_block),
    _identity("karakida:kappa-prime.4", "Theorem 4.1, as computed", ["NTK"], _tangent),
    _identity("karakida:kappa-tilde.4", "Theorems 5.1 and 5.2, as computed", FEATURES, _features),
    _exact("karakida:thm-3.1-m", "Theorem 3.1 at every width", r"E[m_\lambda]", ["F"], "mean", _trace),
    _exact(
        "karakida:thm-3.1-lambda-max",
        "Theorem 3.1 at every width",
        r"E[\nu_k^\top F^*\nu_k]",
        ["F"],
        "lambda_max",
        _rayleigh,
    ),
    _exact("karakida:thm-3.2-m-s.4", "Theorem 3.2 at every width", r"E[m_\lambda^l]", BLOCKS, "mean", _trace),
    _exact(
        "karakida:thm-3.2-lambda-max",
        "Theorem 3.2 at every width",
        r"E[\nu_k^\top F^{ll*}\nu_k]",
        BLOCKS,
        "lambda_max",
        _rayleigh,
    ),
    _exact("karakida:fbar.4", "(23) at every width", r"E[m_\lambda(\bar F)]", ["F_bar"], "mean", _centred_trace),
)
