"""S9.3 and S9.4: how much of the Hessian of a nonlinear network is kept by as many eigenvectors as a linear one has.

The best approximation of rank k in the Frobenius norm keeps the k eigenvalues that are largest in absolute value. What
is measured is the least k whose relative error is within a tolerance; the statement is that the rank printed for linear
networks suffices. Digits of scikit-learn, down-sampled where d < 64, stand in for MNIST; weights are Gaussian of
variance 1/M_{l−1}. All is done in floating-point numbers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import isqrt
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory.hessian_rank import loss_rank
from eigenlaw.theory.linear_chain import LinearChain
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Relation, Rng, Value
from eigenlaw.verify.digits import digits, digits_hash, one_hot
from eigenlaw.verify.formula import Formula, rational, symbols
from eigenlaw.verify.network_hessian import ACTIVATIONS, LossName, loss_hessians
from eigenlaw.verify.papers.singh import printed

Array = NDArray[Any]

SMALL, PAPER, LARGE = (25, 12, 10, 5), (64, 30, 20, 10), (49, 50, 40, 30, 10)
"""Widths: a network for every run, those of Figures S21–S23 and S27–S34, and those of Figures S24–S26."""
SAMPLES = 200
NAMES = ("relu", "elu", "tanh")
ONE_PERCENT, FIVE_PERCENT = "1/100", "1/20"


@lru_cache(maxsize=64)
def _data(widths: tuple[int, ...], draw: int) -> tuple[Array, Array, int]:
    """Inputs and targets as floats, one a row, and r, the exact rank of the inputs."""
    X, labels = digits(np.random.default_rng(draw), SAMPLES, isqrt(widths[0]), widths[-1])
    return X.T.astype(np.float64), one_hot(labels, widths[-1]).T.astype(np.float64), rank(X)


def _key(instance: Instance) -> tuple[Any, ...]:
    return tuple(instance["widths"]), instance["activation"], instance["loss"], instance["draw"], instance["matrix"]


def _weights(widths: tuple[int, ...], draw: int) -> list[Array]:
    rng = np.random.default_rng([draw, *widths])
    return [rng.standard_normal((above, below)) / np.sqrt(below) for below, above in pairwise(widths)]


@lru_cache(maxsize=256)
def _spectrum(widths: tuple[int, ...], activation: str, loss: LossName, draw: int, matrix: str) -> Array:
    """The absolute eigenvalues of H_L, H_f or H_o, largest first."""
    X, targets, _ = _data(widths, draw)
    H_o, H_f = loss_hessians(_weights(widths, draw), X, targets, ACTIVATIONS[activation], loss)
    chosen = {"H_o": H_o, "H_f": H_f, "H_L": H_o + H_f}[matrix]
    return np.sort(np.abs(np.linalg.eigvalsh(chosen)))[::-1]


def _needed(instance: Instance, _: Rng) -> Sequence[Any]:
    """The least k with ‖H − H_k‖ ≤ tolerance · ‖H‖."""
    squares = _spectrum(*_key(instance)) ** 2
    beyond = np.append(np.cumsum(squares[::-1])[::-1], 0)
    return [fmpq(int(np.argmax(beyond <= float(Fraction(instance["error"])) ** 2 * beyond[0])))]


def _counted(instance: Instance, _: Rng) -> Sequence[Any]:
    """The eigenvalues beyond what rounding can make: above p ε λ_max, as numpy.linalg.matrix_rank counts."""
    values = _spectrum(*_key(instance))
    return [fmpq(int((values > values[0] * len(values) * np.finfo(np.float64).eps).sum()))]


def _predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The printed rank, with K − 1 for K under cross-entropy, times the part of it that a control keeps."""
    widths, loss = tuple(instance["widths"]), instance["loss"]
    r = _data(widths, instance["draw"])[2]
    outputs = widths[-1] - (loss == "cross-entropy")
    chain = LinearChain(tuple(instance.get("live", widths)), r, min(r, outputs), loss=loss)
    return [rational(Fraction(instance.get("part", "1"))) * value(**printed.bindings(chain))]


def _case(widths: Sequence[int], activation: str, loss: str, matrix: str, error: str, draw: int) -> dict[str, Any]:
    found = {"activation": activation, "loss": loss, "widths": list(widths), "matrix": matrix}
    return found | {"error": error, "draw": draw}


def _cases(matrix: str, losses: Sequence[str], error: str) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Small networks with every loss; the paper's with one loss an activation."""

    def instances(budget: Budget, rng: Rng) -> Iterable[Instance]:
        sizes: list[tuple[tuple[int, ...], Sequence[str], int]] = [(SMALL, NAMES, 8 // len(losses))]
        if budget.name == "standard":
            sizes += [(PAPER, ("relu", "tanh"), 1)]
        if budget.name == "thorough":
            sizes += [(PAPER, NAMES, 3), (LARGE, NAMES, 1)]
        for widths, names, draws in sizes:
            seeds = [int(seed) for seed in rng.integers(2**31, size=draws)]
            for number, name in enumerate(names):
                for loss in losses if draws > 1 else losses[number % len(losses) :][:1]:
                    yield from (_case(widths, name, loss, matrix, error, seed) for seed in seeds)

    return instances


def _part(matrix: str, losses: Sequence[str], error: str, part: str) -> tuple[Instance, ...]:
    """Controls: only a part of the predicted rank is kept."""
    return tuple({**_case(SMALL, name, losses[-1], matrix, error, 0), "part": part} for name in NAMES)


def _check(
    matrix: str, losses: Sequence[str], error: str, part: str, measured: Any = _needed, relation: Relation = "<="
) -> Value:
    controls = _part(matrix, losses, error, part)
    instances = _cases(matrix, losses, error)
    return Value(instances, _predicted, measured, relation, controls, floating=True, sources=_sources)


def _sources() -> Mapping[str, str]:
    return digits_hash()


def _live_widths(instance: Instance) -> tuple[int, ...]:
    """Return the widths without the hidden units that vanish on all samples."""
    widths, phi = tuple(instance["widths"]), ACTIVATIONS[instance["activation"]].phi
    signals = _data(widths, instance["draw"])[0]
    live = []
    for weight in _weights(widths, instance["draw"])[:-1]:
        signals = phi(signals @ weight.T)
        live.append(int(signals.any(axis=0).sum()))
    return widths[0], *live, widths[-1]


def _live_prediction(instance: Instance, value: Evaluate) -> Sequence[Any]:
    live = {**instance, "live": list(_live_widths(instance))}
    return _predicted(live, value)


def _with_dead_units(budget: Budget, rng: Rng) -> Iterable[Instance]:
    yield _case(SMALL, "relu", "mse", "H_L", ONE_PERCENT, 747709804)
    yield from _cases("H_L", BOTH, ONE_PERCENT)(budget, rng)


WHOLE = Hypothesis(r"k=\text{the prediction}", lambda instance: instance.get("part", "1") == "1")
BOTH = ("mse", "cross-entropy")
_DATA = "Digits of scikit-learn in the place of MNIST; N = 200. "


def _lhs(matrix: str, percent: int) -> str:
    return rf"\min\{{k:\|{matrix}-({matrix})_k\|_F\le{percent}\,\%\cdot\|{matrix}\|_F\}}"


COUNT = r"\#\{\lambda(H_L):|\lambda|>p\varepsilon|\lambda|_{\max}\}"


def _law() -> Any:
    q, r, K, M, L = symbols("q r K M L")
    return loss_rank(q, q, r, K, M, L)


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "singh:sec-9.3.1",
        "printed",
        "S9.3.1 and Figures S21–S26: an excellent cut-off, which preserves almost the entire Hessian",
        _lhs("H_L", 1),
        Formula(printed.loss),
        _check("H_L", ("mse",), ONE_PERCENT, "1/4"),
        (WHOLE,),
        note=_DATA + "As many eigenvectors as predicted leave less than 1 % of the norm, a quarter of them does not.",
    ),
    Claim(
        "singh:sec-9.3.2",
        "printed",
        "S9.3.2 and Figures S27–S29: the same under cross-entropy, with K − 1 for K",
        _lhs("H_L", 1),
        Formula(printed.loss),
        _check("H_L", ("cross-entropy",), ONE_PERCENT, "1/4"),
        (WHOLE,),
        note=_DATA,
    ),
    Claim(
        "singh:sec-9.3.3",
        "printed",
        "S9.4 and Figures S30–S34, middle: the functional Hessian",
        _lhs("H_f", 5),
        Formula(printed.functional),
        _check("H_f", BOTH, FIVE_PERCENT, "1/4"),
        (WHOLE,),
        note=_DATA,
    ),
    Claim(
        "singh:sec-9.3.4",
        "printed",
        "S9.4 and Figures S30–S34, right: the outer-product Hessian",
        _lhs("H_o", 1),
        Formula(printed.outer),
        _check("H_o", BOTH, ONE_PERCENT, "1/8"),
        (WHOLE,),
        note=_DATA,
    ),
    Claim(
        "singh:sec-9.3.5",
        "printed",
        "S9.3.1: smaller, irrelevant eigenvalues inflate the exact rank",
        COUNT,
        Formula(printed.loss),
        Value(_with_dead_units, _predicted, _counted, ">", floating=True, sources=_sources),
        note=_DATA + "ε is the rounding unit. With many dead units the rank stays below the prediction.",
    ),
    Claim(
        "singh:sec-9.3.5",
        "corrected",
        "S9.3.1, the prediction for the units that are active on some sample",
        COUNT,
        Formula(_law, derived=True),
        Value(_with_dead_units, _live_prediction, _counted, ">", floating=True, sources=_sources),
        note=_DATA + "ε is the rounding unit: all these eigenvalues are different from zero.",
    ),
)
