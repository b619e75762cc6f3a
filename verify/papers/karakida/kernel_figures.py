"""Figures 5 and 6: spectra of the tangent kernel and of the metric of inputs and features, at one width.

Every statement is on the median over random networks of a ratio of eigenvalues, and is decided by a confidence interval
that holds whatever the law of the draws. The budget sets the width; that of the figures is thorough's.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.claim import Budget, Claim, Hypothesis, Instance, Relation, Rng, Value
from eigenlaw.verify.formula import Formula
from eigenlaw.verify.judge import LEVEL
from eigenlaw.verify.metric_grams import centred_gram, feature_gradients
from eigenlaw.verify.papers.karakida.common import sampled
from eigenlaw.verify.papers.karakida.tangent import tangent_gram
from eigenlaw.verify.papers.karakida.wide_limits import wide_case
from eigenlaw.verify.quantiles import sampled_quantile

Array = NDArray[np.float64]

DRAWS = 56
EACH = LEVEL / 100
"""The level of one interval, on each side."""
RELU = ("relu", "2", "0", 3, 2)
"""Figure 5: φ, σ_w², σ_b², L and C."""
TANH = ("tanh", "3", "16/25", 3, 10)
"""Figure 6."""
SIZES: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "A": {"quick": (100, 100), "standard": (100, 200), "thorough": (500, 1000)},
    "A^{00}": {"quick": (200, 100), "standard": (200, 200), "thorough": (500, 1000)},
}
"""M and T by budget."""


@lru_cache(maxsize=64)
def tangent_spectra(width: int, samples: int, centred: bool, seed: int) -> Array:
    """The eigenvalues of Θ, largest first, of every draw: shape (draws, CT)."""
    return np.array(
        [_tangent(width, samples, centred, np.random.default_rng([seed, width, draw])) for draw in range(DRAWS)]
    )


def _tangent(width: int, samples: int, centred: bool, rng: Rng) -> Array:
    instance = wide_case(*RELU, samples, False)
    network, signals = sampled(instance, width, rng, outputs=RELU[4], samples=samples)
    gram = tangent_gram(instance, network, signals)
    return np.asarray(np.linalg.eigvalsh(centred_gram(gram, RELU[4]) if centred else gram)[::-1], dtype=np.float64)


@lru_cache(maxsize=8)
def feature_spectra(width: int, samples: int, inputs_alone: bool, seed: int) -> Array:
    """The C + 1 largest eigenvalues of A, or of A^{00}, of every draw."""
    found = []
    for draw in range(DRAWS):
        rng = np.random.default_rng([seed, width, draw])
        network, signals = sampled(wide_case(*TANH, samples, False), width, rng, outputs=TANH[4], samples=samples)
        layers = range(1 if inputs_alone else network.layers)
        gradients = np.concatenate([feature_gradients(signals, network, layer) for layer in layers], axis=1)
        metric = gradients.T @ gradients / samples  # N_h × N_h, smaller than the dual
        found.append(np.linalg.eigvalsh(metric)[::-1][: TANH[4] + 1])
    return np.array(found)


def _median(draws: Array, rising: bool = True) -> Any:
    return sampled_quantile(draws, 0.5, rising=rising, level=EACH)


def _cases(**choices: Sequence[Any]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Every choice; widths and numbers of inputs are given as parts of M, which the budget sets."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        cases: list[dict[str, Any]] = [{"width": budget.of(64, 100, 500), "seed": int(rng.integers(2**31))}]
        for name, values in choices.items():
            cases = [{**case, name: value} for value in values for case in cases]
        return cases

    return instances


def _features(budget: Budget, rng: Rng) -> Iterable[Instance]:
    seed = int(rng.integers(2**31))
    sizes = ((metric, *by_budget[budget.name]) for metric, by_budget in SIZES.items())
    return [{"metric": metric, "width": width, "samples": samples, "seed": seed} for metric, width, samples in sizes]


def _outlier(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_{C+1}/λ_C of Θ."""
    found = tangent_spectra(instance["width"], instance["samples"], False, instance["seed"])
    return [_median(found[:, RELU[4]] / found[:, RELU[4] - 1])]


def _concentration(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_{C+1}/T at 4T inputs over that at T."""
    few, many = (
        tangent_spectra(instance["width"], factor * instance["samples"], False, instance["seed"])[:, RELU[4]] / factor
        for factor in (1, 4)
    )
    return [_median(many / few)]


def _growth(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_max of Θ with the mean subtracted, at width 2M and T = 2M over that at M."""
    width, centred = instance["width"], instance["centred"]
    narrow, wide = (tangent_spectra(m, m, centred, instance["seed"])[:, 0] for m in (width, 2 * width))
    return [_median(wide / narrow)]


def _two_populations(instance: Instance, _: Rng) -> Sequence[Any]:
    """λ_{C+1}/λ_C of A or A^{00}."""
    inputs_alone = instance["metric"] == "A^{00}"
    found = feature_spectra(instance["width"], instance["samples"], inputs_alone, instance["seed"])
    return [_median(found[:, TANH[4]] / found[:, TANH[4] - 1])]


def _constant(p: int, q: int) -> Formula:
    def build() -> Any:
        import sympy

        return sympy.Rational(p, q)

    return Formula(build)


def _check(
    instances: Callable[[Budget, Rng], Iterable[Instance]],
    found: Callable[[Instance, Rng], Sequence[Any]],
    minimum: int,
    controls: tuple[Instance, ...] = (),
    relation: Relation = "<",
) -> Value:
    return Value(
        instances, lambda _, value: [value()], found, relation, controls, minimum, sampled=True, stream="karakida:fig-5"
    )


SUBTRACTED = Hypothesis(r"\bar f_k=f_k-E[f_k]", lambda instance: instance["centred"])
_WHOLE: Instance = {"width": 64, "seed": 0, "centred": False}
_SIZE = "ReLU, (σ_w², σ_b²) = (2, 0), L = 3, C = 2; the width is 64, 100 or 500 by budget, that of the figure is 1000."

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:fig-5-left.1",
        "printed",
        "Figure 5, left: the C largest eigenvalues are outliers",
        r"\mathrm{median}\ \lambda_{C+1}/\lambda_C",
        _constant(3, 4),
        _check(_cases(samples=(20, 40, 80)), _outlier, 3),
        note=_SIZE,
        activations=1,
    ),
    Claim(
        "karakida:fig-5-left.2",
        "printed",
        "Figure 5, left: the others, over T, concentrate at zero as T grows",
        r"\mathrm{median}\ (\lambda_{C+1}/T)_{4T}/(\lambda_{C+1}/T)_T",
        _constant(3, 4),
        _check(_cases(samples=(5, 10, 20)), _concentration, 3),
        note=_SIZE,
        activations=1,
    ),
    Claim(
        "karakida:fig-5-right",
        "printed",
        "Figure 5, right; Section 4.2: with the mean subtracted the spectrum stays of the order of 1 where T = M",
        r"\mathrm{median}\ \lambda_{\max}(\bar\Theta)_{2M}/\lambda_{\max}(\bar\Theta)_M",
        _constant(4, 3),
        _check(_cases(centred=(True,)), _growth, 1, (_WHOLE,)),
        (SUBTRACTED,),
        note=_SIZE + " Without the subtraction λ_max doubles with M.",
        activations=1,
    ),
    Claim(
        "karakida:fig-6",
        "printed",
        "Figure 6: the C largest eigenvalues of A and of A^{00} are a population of their own",
        r"\mathrm{median}\ \lambda_{C+1}/\lambda_C",
        _constant(4, 5),
        _check(_features, _two_populations, 2),
        note="Tanh, (σ_w², σ_b²) = (3, 0.64), L = 3, C = 10; M = 500 and T = 1000 as in the figure with the budget "
        "thorough, smaller otherwise. For A^{00} the gap opens late: at M = 100 there is none.",
        activations=1,
    ),
)
