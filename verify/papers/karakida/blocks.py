"""The diagonal blocks of the Fisher information matrix of wide networks: Theorem 3.2 and what follows it."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from flint import fmpq

from eigenlaw.theory import fisher
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng
from eigenlaw.verify.formula import Formula, ball, summation, symbols, undefined
from eigenlaw.verify.papers.karakida.common import network_of, samples_of
from eigenlaw.verify.papers.karakida.ensembles import (
    WIDE,
    cases,
    distance,
    dual,
    extrapolated,
    limit_of,
    rayleigh,
    separated,
    single,
)
from eigenlaw.verify.papers.karakida.spectrum import mean_squared_cosine
from eigenlaw.verify.wide_networks import Signals

LARGE = 10**20
"""A number of inputs, or a width, beside which 1 does not show."""


def with_layers(
    instances: Callable[[Budget, Rng], Iterable[Instance]], first: int = 1, more: Sequence[Instance] = ()
) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """The instances, each with one layer l of its own, from the first to L in turn, and some more."""

    def found(budget: Budget, rng: Rng) -> Iterable[Instance]:
        several = enumerate(instances(budget, rng))
        return [{**i, "l": first + (n + n // 5) % (i["layers"] - first + 1)} for n, i in several] + list(more)

    return found


def _wide(layer: int, outputs: int) -> list[Instance]:
    settings = (
        ("linear", "1", "1/10", "2M"),
        ("linear", "1", "1/2", "M"),
        ("tanh", "1", "1/2", "M"),
        ("softplus", "1", "1/4", "M"),
    )
    return [{**single(phi, weight, bias, 3, outputs, samples), "l": layer} for phi, weight, bias, samples in settings]


def grows(instance: Instance) -> bool:
    """Tell whether T grows with M."""
    return isinstance(instance["samples"], str)


def is_last(instance: Instance) -> bool:
    """Tell whether the block is that of the last layer, of the size of M instead of its square."""
    return bool(instance["l"] == instance["layers"])


def limit_at(instance: Instance, **more: Any) -> dict[str, Any]:
    """The limit with the layer l, and with α_L = C/M as at M = 1."""
    found, last, outputs = limit_of(instance), instance["layers"], instance["outputs"]
    alpha = found["alpha_l"]
    return {**found, "l": instance["l"], "alpha_l": lambda at: outputs if at == last else alpha(at), **more}


def block_size(instance: Instance, width: int) -> int:
    """P_l, the number of parameters of the layer."""
    widths = [int(a * width) for a in network_of(instance).alphas] + [instance["outputs"]]
    return int(widths[instance["l"]] * (widths[instance["l"] - 1] + 1))


def block(instance: Instance, width: int, signals: Signals) -> Any:
    """F^{ll}* of the instance's layer."""
    return dual(instance, width, signals, [instance["l"]])


def _orders(names: str) -> list[Any]:
    return [undefined(name) for name in names.split()]


def _mean() -> Any:
    layer, outputs, width = symbols("l C M")
    alpha, q_hat, q_tilde = _orders("alpha_l q_hat q_tilde")
    return q_tilde(layer) * q_hat(layer - 1) * outputs / (alpha(layer) * width)


def _second_moment() -> Any:
    layer, samples, outputs = symbols("l T C")
    alpha, q_hat, q_hat_st, q_tilde, q_tilde_st = _orders("alpha_l q_hat q_hat_st q_tilde q_tilde_st")
    overlap = (samples - 1) / samples * (q_tilde_st(layer) * q_hat_st(layer - 1)) ** 2
    own = (q_tilde(layer) * q_hat(layer - 1)) ** 2 / samples
    return alpha(layer - 1) / alpha(layer) * (overlap + own) * outputs


def _largest() -> Any:
    layer, samples, width = symbols("l T M")
    alpha, q_hat, q_hat_st, q_tilde, q_tilde_st = _orders("alpha_l q_hat q_hat_st q_tilde q_tilde_st")
    overlap = (samples - 1) / samples * (q_tilde_st(layer) * q_hat_st(layer - 1))
    return alpha(layer - 1) * (overlap + q_tilde(layer) * q_hat(layer - 1) / samples) * width


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def _sum() -> Any:
    (layer, last) = symbols("l L")
    return summation(undefined("lambda")(layer), (layer, 1, last))


def _scaled_mean(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    scale = 1 if is_last(instance) else width
    return [scale * float(np.trace(block(instance, width, signals))) / block_size(instance, width)]


def _squares(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    """s^l, over M in the last layer; times T in the first one if T grows with M."""
    scale = (1 / width if is_last(instance) else 1) * _growth(instance, samples_of(instance, width))
    return [scale * float(np.sum(block(instance, width, signals) ** 2)) / block_size(instance, width)]


def _growth(instance: Instance, samples: int) -> int:
    """T, by which the statistics of the first layer fall as T grows with M; else 1."""
    return samples if grows(instance) and instance["l"] == 1 else 1


def _bounds(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    """Bounds r ≤ λ^l/M ≤ r + √d as for the whole matrix; times T in the first layer if T grows with M."""
    gram = block(instance, width, signals) * (_growth(instance, samples_of(instance, width)) / width)
    found = [rayleigh(gram, instance["outputs"]), distance(gram, instance["outputs"])]
    return found[: _count(instance)]


def _count(instance: Instance) -> int:
    """How many of the two: a single eigenvalue has no distance, and where T grows at l = 1 the lower bound decides."""
    single_value = instance["samples"] == 1 and is_last(instance)
    return 1 if single_value or (grows(instance) and instance["l"] == 1) else 2


def _cosine(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    return [mean_squared_cosine(block(instance, width, signals), instance["outputs"])]


def _whole(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    gram = dual(instance, width, signals) / width
    return [rayleigh(gram, instance["outputs"]), distance(gram, instance["outputs"])]


def _at_layer(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**limit_at(instance))]


def _squares_at(instance: Instance, value: Evaluate) -> Sequence[Any]:
    samples = samples_of(instance, LARGE)
    return [_growth(instance, samples) * value(**limit_at(instance, T=samples, M=LARGE))]


def _bounds_at(instance: Instance, value: Evaluate) -> Sequence[Any]:
    samples = samples_of(instance, LARGE)
    return [_growth(instance, samples) * value(**limit_at(instance, T=samples)), 0][: _count(instance)]


def block_limit(instance: Instance, layer: int) -> Any:
    """λ^l/M of a layer in the limit."""
    limit = limit_of(instance)
    if not 1 <= layer <= limit["L"]:
        raise IndexError(f"l={layer}: expected from 1 to {limit['L']}")
    own = limit["q_tilde"](layer) * limit["q_hat"](layer - 1) * limit["alpha_l"](layer - 1)
    overlap = limit["q_tilde_st"](layer) * limit["q_hat_st"](layer - 1) * limit["alpha_l"](layer - 1)
    samples = fmpq(limit["T"])
    return fisher.BlockGram(own, overlap, limit["C"], samples, 1, 1 / samples).lambda_max


def _over_layers(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(L=instance["layers"], **{"lambda": lambda layer: block_limit(instance, layer)}), 0]


def _overlaps(instance: Instance) -> bool:
    limit, layer = limit_of(instance), instance["l"]
    return bool(ball(limit["q_tilde_st"](layer)) * ball(limit["q_hat_st"](layer - 1)) > 0)


OVERLAP = Hypothesis(r"\tilde q_{st}^l\hat q_{st}^{l-1}>0", _overlaps)
FIXED = Hypothesis(r"l\ge2\text{ or }T=o(M)", lambda i: i["l"] >= 2 or not grows(i))

LAYERS = with_layers(cases())
ALSO_WIDE = with_layers(cases(16), more=[*_wide(1, 3), *_wide(2, 1)])
FIRST = {**single("sigmoid", "4", "0", 3, 1, 20), "l": 1}

_SCALED = "Times M, in the last layer once less; P_L is of the order of M, as with α_L = C/M."
_GROWING = "Fixed T at every layer, and T = M or 2M at the layers 1 and 2; at the first layer times T, then."
_COUNTER = " q̂_st^0 = 0, so that what is of lower order in M counts as soon as T grows with M."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:thm-3.2-m-s.1",
        "printed",
        "Theorem 3.2",
        r"\lim m_\lambda^l,\ M=1",
        Formula(_mean),
        extrapolated(with_layers(cases(18), more=_wide(1, 1)), _scaled_mean, _at_layer, draws=40),
        note=_SCALED,
    ),
    Claim(
        "karakida:thm-3.2-m-s.2",
        "printed",
        "Theorem 3.2",
        r"\lim s_\lambda^l",
        Formula(_second_moment),
        extrapolated(ALSO_WIDE, _squares, _squares_at, draws=90),
        note=_GROWING + _COUNTER,
    ),
    Claim(
        "karakida:thm-3.2-m-s.2",
        "corrected",
        "Theorem 3.2, with the overlaps of the inputs at finite width",
        r"\lim s_\lambda^l",
        Formula(fisher.block_second_moment, derived=True),
        extrapolated(ALSO_WIDE, _squares, _squares_at, draws=90),
        note=_GROWING,
    ),
    Claim(
        "karakida:thm-3.2-lambda-max",
        "printed",
        "Theorem 3.2",
        r"\lim\lambda_{\max}^l/M",
        Formula(_largest),
        extrapolated(ALSO_WIDE, _bounds, _bounds_at, draws=40),
        note=_GROWING + _COUNTER,
    ),
    Claim(
        "karakida:thm-3.2-lambda-max",
        "corrected",
        "Theorem 3.2, the first layer with T = o(M) only",
        r"\lim\lambda_{\max}^l/M",
        Formula(_largest),
        extrapolated(
            with_layers(cases(18), more=_wide(2, 1)), _bounds, _bounds_at, draws=40, controls=tuple(_wide(1, 1)[:1])
        ),
        (FIXED,),
    ),
    Claim(
        "karakida:thm-3.2-eigenspace",
        "printed",
        "Theorem 3.2",
        r"\lim\overline{\cos^2}\angle(\langle E[\nabla_{\theta^l}f_k]\rangle,\langle u_1,\dots,u_C\rangle)",
        Formula(_one),
        extrapolated(with_layers(separated), _cosine, lambda _, value: [value()], draws=25, widths=WIDE),
        note="At l = 1 all CT eigenvalues have one limit, for q̂_st^0 = 0, and the mean gradients play no part.",
    ),
    Claim(
        "karakida:thm-3.2-eigenspace",
        "corrected",
        "Theorem 3.2, l ≥ 2",
        r"\lim\overline{\cos^2}\angle(\langle E[\nabla_{\theta^l}f_k]\rangle,\langle u_1,\dots,u_C\rangle)",
        Formula(_one),
        extrapolated(
            with_layers(separated, 2), _cosine, lambda _, value: [value()], draws=25, widths=WIDE, controls=(FIRST,)
        ),
        (OVERLAP,),
    ),
    Claim(
        "karakida:eq-24.1",
        "printed",
        "(24)",
        r"\lim\lambda_{\max}/M",
        Formula(_sum),
        extrapolated(cases(), _whole, _over_layers, draws=40),
        note="Measured of F; the limits of the blocks are those of Theorem 3.2.",
    ),
)
