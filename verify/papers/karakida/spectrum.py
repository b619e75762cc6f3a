"""The eigenvalues of the Fisher information matrix of wide networks: Theorem 3.1."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from eigenlaw.verify.claim import Claim, Evaluate, Instance
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.papers.karakida.ensembles import (
    NON_CENTRED,
    WIDE,
    cases,
    distance,
    dual,
    extrapolated,
    limit_of,
    parameters_of,
    rayleigh,
    separated,
    single,
)
from eigenlaw.verify.wide_networks import Signals

ALPHA, C, T, M, KAPPA_1, KAPPA_2 = "alpha", "C", "T", "M", "kappa_1", "kappa_2"


def _mean() -> Any:
    outputs, width, own = symbols("C M kappa_1")
    return outputs * own / width


def _second_moment() -> Any:
    alpha, outputs, samples, own, overlap = symbols("alpha C T kappa_1 kappa_2")
    return alpha * ((samples - 1) / samples * overlap**2 + own**2 / samples) * outputs


def _largest() -> Any:
    alpha, samples, width, own, overlap = symbols("alpha T M kappa_1 kappa_2")
    return alpha * ((samples - 1) / samples * overlap + own / samples) * width


def _one() -> Any:
    import sympy

    return sympy.Integer(1)


def scaled_mean(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    """M m of F."""
    return [width * float(np.trace(dual(instance, width, signals))) / parameters_of(instance, width)]


def second_moment(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    """S of F."""
    return [float(np.sum(dual(instance, width, signals) ** 2)) / parameters_of(instance, width)]


def variance(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    """S - m^2 of F."""
    (m,), (s,) = scaled_mean(instance, width, signals), second_moment(instance, width, signals)
    return [s - (m / width) ** 2]


def largest(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    """Bounds r ≤ λ_max/M ≤ r + √d: a Rayleigh quotient, and the squared distance to a matrix that has it."""
    gram, outputs = dual(instance, width, signals) / width, instance["outputs"]
    return [rayleigh(gram, outputs), distance(gram, outputs)]


def with_distance(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula at the limit, and no distance."""
    return [value(**limit_of(instance)), 0]


def share(instance: Instance, width: int, signals: Signals) -> Sequence[float]:
    """The mean squared cosine between the span of the C mean gradients and the span of the C first eigenvectors."""
    gram, outputs = dual(instance, width, signals), instance["outputs"]
    return [mean_squared_cosine(gram, outputs)]


def mean_squared_cosine(gram: Any, outputs: int) -> float:
    """The same from a dual R^T R: the mean gradients are R nu_k up to scale, the eigenvectors R v_i/sqrt(lambda_i)."""
    samples = len(gram) // outputs
    constant = np.kron(np.eye(outputs), np.ones((samples, 1)) / np.sqrt(samples))
    values, vectors = np.linalg.eigh(gram)
    inner = np.sqrt(values[-outputs:, None]) * (vectors[:, -outputs:].T @ constant)
    return float(np.trace(np.linalg.solve(constant.T @ gram @ constant, inner.T @ inner))) / outputs


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "karakida:thm-3.1-m",
        "printed",
        "Theorem 3.1",
        r"\lim M m_\lambda,\ M=1",
        Formula(_mean),
        extrapolated(cases(), scaled_mean, draws=50),
    ),
    Claim(
        "karakida:thm-3.1-s",
        "printed",
        "Theorem 3.1",
        r"\lim s_\lambda",
        Formula(_second_moment),
        extrapolated(cases(), second_moment, draws=90),
    ),
    Claim(
        "karakida:thm-3.1-lambda-max",
        "printed",
        "Theorem 3.1",
        r"\lim\lambda_{\max}/M,\ M=1",
        Formula(_largest),
        extrapolated(cases(), largest, with_distance, draws=60),
    ),
    Claim(
        "karakida:thm-3.1-eigenspace",
        "printed",
        "Theorem 3.1",
        r"\lim\cos^2",
        Formula(_one),
        extrapolated(
            separated,
            share,
            lambda _, value: [value()],
            draws=25,
            widths=WIDE,
            controls=(single("tanh", "3", "0", 3, 1, 20),),
        ),
        (NON_CENTRED,),
    ),
    Claim(
        "karakida:thm-3.1-variance.2",
        "new",
        "after Theorem 3.1",
        r"\lim(s_\lambda-m_\lambda^2)",
        Formula(_second_moment),
        extrapolated(cases(), variance, draws=90),
    ),
)
