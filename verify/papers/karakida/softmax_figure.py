"""Figure 4: the mean, the second moment and the largest eigenvalue of F_cross, L = 3, C = 10, T = 100."""

import json
import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import arb

from eigenlaw.theory import softmax_fisher
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, rational
from eigenlaw.verify.judge import LEVEL, instance_text
from eigenlaw.verify.metric_grams import gradient_gram, softmax, softmax_gram
from eigenlaw.verify.papers.karakida.ensembles import limit_of, single
from eigenlaw.verify.papers.karakida.softmax_bounds import lower, upper
from eigenlaw.verify.papers.karakida.softmax_moments import second_moment
from eigenlaw.verify.papers.karakida.softmax_networks import batch
from eigenlaw.verify.papers.karakida.softmax_samples import (
    BIAS,
    PARTS,
    PARTS_NOTE,
    RATIO,
    at_one,
    by_parts,
    extrapolated,
    mean,
    mean_over_beta,
    squares,
)
from eigenlaw.verify.softmax_metrics import metric_traces
from eigenlaw.verify.wide_networks import Signals

FIGURE = (("tanh", "3", "16/25"), ("relu", "2", "1/10"), ("linear", "1", "1/10"))
"""Activation, σ_w², σ_b² of Figure 4, where L = 3, C = 10 and T = 100."""


def figure(_budget: Any, _rng: Rng) -> Sequence[Instance]:
    """The settings of Figure 4, of whose 100 inputs a few are drawn: what is divided by β does not depend on T."""
    return [{**single(*setting, 3, 10, 4), "of": 100} for setting in FIGURE]


def _whole_figure(width: int) -> Callable[[Budget, Rng], Sequence[Instance]]:
    """The settings of Figure 4 at one M, and how many networks are drawn."""

    def instances(budget: Budget, rng: Rng) -> Sequence[Instance]:
        draw, count = int(rng.integers(2**31)), budget.of(40, 60, 400)
        return [{**single(*s, 3, 10, 100), "width": width, "networks": count, "draw": draw} for s in FIGURE]

    return instances


def _alone(signals: Signals) -> Signals:
    """The signals of a batch of one network."""
    (h, delta) = (tuple(layer[0] for layer in layers) for layers in (signals.h, signals.delta))
    return Signals(h, delta, signals.outputs[0])


def _exactly(value: float) -> Any:
    return rational(Fraction(float(value)))


@cache
def _drawn(text: str) -> list[tuple[float, dict[str, Any]]]:
    """λ_max and the β_k of each network."""
    from scipy.sparse.linalg import eigsh

    instance = json.loads(text)
    rng, T, found = np.random.default_rng(instance["draw"]), instance["samples"], []
    for _ in range(instance["networks"]):
        signals = _alone(batch(instance, instance["width"], rng, 1)[1])
        g = softmax(signals.outputs)
        dual = softmax_gram(gradient_gram(signals), g) / T
        (largest,) = eigsh(dual, 1, v0=np.ones(len(dual)), return_eigenvectors=False, tol=1e-10)
        _, own, overlap = metric_traces(g)
        given = {"beta_2": overlap / T**2, "beta_3": own / T, "beta_4": (g * (1 - g)).mean(axis=0).max()}
        found.append((float(largest), {name: _exactly(value) for name, value in given.items()}))
    return found


def _mean_bound(instance: Instance, value: Evaluate) -> Sequence[Any]:
    given = {**limit_of(instance), "M": instance["width"]}
    bounds = [value(**given, **betas) for _, betas in _drawn(instance_text(instance))]
    return [sum(bounds, arb(0)) / len(bounds)]


def _bound_over_beta(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(**{**limit_of(instance), "M": instance["width"], "beta_4": 1})]


def _mean_largest(instance: Instance, _: Rng) -> Sequence[Any]:
    return [_interval([largest for largest, _ in _drawn(instance_text(instance))])]


def _mean_over_beta(instance: Instance, _: Rng) -> Sequence[Any]:
    return [_interval([largest / float(beta["beta_4"]) for largest, beta in _drawn(instance_text(instance))])]


def _interval(values: Sequence[float]) -> Any:
    """Return the mean with Student's interval, those of all settings together at the judges' level."""
    from scipy import special

    found = np.array(values)
    reach = -special.stdtrit(len(found) - 1, LEVEL / (2 * len(FIGURE)))
    return arb(found.mean(), reach * found.std(ddof=1) / math.sqrt(len(found)))


LOWER = Value(_whole_figure(100), _bound_over_beta, _mean_over_beta, ">=", minimum=3, sampled=True)
UPPER = Value(_whole_figure(200), _mean_bound, _mean_largest, "<=", minimum=3, sampled=True)
NETWORKS = "A mean over networks, each with its own β, at one width M; the order parameters are those of the limit."

FIGURE_MEAN = extrapolated(figure, at_one, mean_over_beta, 300, (32, 64, 128), BIAS[:1], 3)

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:fig-4.1",
        "printed",
        "Figure 4, left",
        RATIO,
        Formula(mean),
        FIGURE_MEAN,
    ),
    Claim(
        "karakida:fig-4.1",
        "corrected",
        "Figure 4, left, without C",
        RATIO,
        Formula(softmax_fisher.mean_law, derived=True),
        FIGURE_MEAN,
    ),
    Claim(
        "karakida:fig-4.2",
        "printed",
        "Figure 4, centre",
        PARTS,
        Formula(second_moment),
        extrapolated(figure, by_parts, squares(), 300, (32, 64, 128), BIAS[:1], 3),
        note=PARTS_NOTE,
    ),
    Claim(
        "karakida:fig-4.3",
        "printed",
        "Figure 4, right, lower bound",
        r"E[\lambda_{\max}(F_\mathrm{cross})/\beta_4],\ \beta_4=1\text{ on the right}",
        Formula(lower),
        LOWER,
        note=NETWORKS,
        activations=3,
    ),
    Claim(
        "karakida:fig-4.4",
        "printed",
        "Figure 4, right, upper bound",
        r"E[\lambda_{\max}(F_\mathrm{cross})]",
        Formula(upper),
        UPPER,
        note=NETWORKS,
        activations=3,
    ),
)
