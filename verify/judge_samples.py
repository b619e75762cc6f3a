"""The judge of `Sample`: does the mean of independent draws equal the predicted limit?

For each instance the q statistics of n independent draws give a Hotelling T² test of the predicted vector; where
the finite-width error has known powers of 1/width, the limit is first extrapolated by weighted least squares over
the widths, and lack of fit is tested. The p-values of the instances are combined twice, by the smallest (sharp
against one wrong instance) and by Fisher's sum (sharp against a small error everywhere), at one fixed level.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from eigenlaw.numerics.precision import working
from eigenlaw.verify.claim import Claim, Draws, Evaluate, Instance, Sample
from eigenlaw.verify.formula import Number, ball
from eigenlaw.verify.judge import (
    LEVEL,
    WORKING_BITS,
    Context,
    Vector,
    Verdict,
    evaluator,
    gather,
    is_nan,
    passed_control,
    replay_command,
    resolution_of,
    summarise,
    try_mutants,
    unsettled,
)

Vector64 = npt.NDArray[np.float64]

RESOLUTION_UNBIASED = 0.01
RESOLUTION_EXTRAPOLATED = 0.10


@dataclass(frozen=True)
class Estimate:
    """The measured limit of one instance.

    Attributes:
        mean: the q estimates.
        covariance: of the estimates, (q, q).
        freedom: degrees of freedom of the covariance; infinite when it is known.
        fit: p-value of lack of fit over the widths; 1 with a single width.
    """

    mean: Vector64
    covariance: Vector64
    freedom: float
    fit: float = 1.0


def estimate(draws: Draws) -> Estimate:
    """Return mean and covariance of the mean of n independent draws, shape (n, q).

    Raises:
        ValueError: if there are too few draws for q statistics.
    """
    n, q = draws.shape
    if n < q + 20:
        raise ValueError(f"draws={n}: expected at least {q + 20} for {q} statistics")
    mean = draws.mean(axis=0)
    centred = draws - mean
    return Estimate(mean, centred.T @ centred / (n - 1) / n, n - 1)


def extrapolate(parts: Sequence[Estimate], widths: Sequence[int], powers: Sequence[float]) -> Estimate:
    """Return the limit of width → ∞ of mean(width) = limit + Σ_i b_i width^(−powers[i]), by weighted least squares.

    Args:
        parts: the estimates at the widths.
        widths: at least one more than the powers, so that lack of fit can be tested.
        powers: exponents of 1/width in the finite-width error.

    Raises:
        ValueError: if there are too few widths.
    """
    from scipy import stats

    if len(widths) <= len(powers) + 1:
        raise ValueError(f"widths={tuple(widths)}: expected at least {len(powers) + 2} for {len(powers)} powers")
    design = np.array([[1.0, *(width**-power for power in powers)] for width in widths])
    q = parts[0].mean.size
    limit, variance, misfit = np.empty(q), np.zeros((q, q)), 0.0
    for j in range(q):
        weights = np.array([1 / part.covariance[j, j] for part in parts])
        normal = np.linalg.inv(design.T @ (weights[:, None] * design))
        values = np.array([part.mean[j] for part in parts])
        coefficients = normal @ design.T @ (weights * values)
        limit[j], variance[j, j] = coefficients[0], normal[0, 0]
        misfit += float(weights @ (values - design @ coefficients) ** 2)
    freedom = q * (len(widths) - len(powers) - 1)
    return Estimate(limit, variance, min(part.freedom for part in parts), float(stats.chi2.sf(misfit, freedom)))


def p_value(found: Estimate, predicted: Vector64) -> float:
    """Return the p-value of Hotelling's T² test that the limit is the predicted vector; 0 for a NaN prediction."""
    from scipy import stats

    if not np.all(np.isfinite(predicted)):
        return 0.0
    shift = found.mean - predicted
    scale = np.sqrt(np.diag(found.covariance))
    fixed = scale == 0
    if np.any(fixed & (np.abs(shift) > 1e-12 * np.abs(predicted))):
        return 0.0
    free = ~fixed
    q = int(free.sum())
    if q == 0:
        return 1.0
    unit = shift[free] / scale[free]
    correlation = found.covariance[np.ix_(free, free)] / np.outer(scale[free], scale[free])
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-10
    along = (vectors.T @ unit)[kept]
    rank = int(kept.sum())
    t2 = float(np.sum(along**2 / values[kept]))
    n = found.freedom
    return float(stats.f.sf(t2 * (n - rank + 1) / (n * rank), rank, n - rank + 1))


def combine(p_values: Sequence[float]) -> float:
    """Return one p-value from independent ones: twice the smaller of Bonferroni's and Fisher's."""
    from scipy import stats

    smallest = min(p_values)
    if smallest == 0:
        return 0.0
    fisher = float(stats.chi2.sf(-2 * sum(map(math.log, p_values)), 2 * len(p_values)))
    return min(1.0, 2 * min(len(p_values) * smallest, fisher))


def _floats(vector: Sequence[Number]) -> Vector64:
    return np.array([math.nan if is_nan(value) else float(ball(value).mid()) for value in vector])


def _measure(check: Sample, context: Context, claim: Claim, instance: Instance) -> Estimate:
    rng = context.rng(claim, instance)
    n = check.draws(context.budget)
    parts = [estimate(check.measured(instance, width, rng, n)) for width in check.widths]
    return extrapolate(parts, check.widths, [float(p) for p in check.bias]) if check.bias else parts[0]


def judge_sample(claim: Claim, check: Sample, context: Context) -> Verdict:
    """Decide a statistical claim: rejected, or not rejected by a check that would have seen the stated error."""
    with working(WORKING_BITS):
        return _judge(claim, check, context)


def _judge(claim: Claim, check: Sample, context: Context) -> Verdict:
    cases = gather(claim, check, context)
    if not cases.admitted:
        return unsettled(cases, "no instance meets the hypotheses")
    found = [_measure(check, context, claim, instance) for instance in cases.admitted]

    def predict(formula: Evaluate) -> Sequence[Vector]:
        return [check.predicted(instance, formula) for instance in cases.admitted]

    def p_values(vectors: Sequence[Vector]) -> list[float]:
        return [p_value(estimate, _floats(vector)) for estimate, vector in zip(found, vectors, strict=True)]

    value = evaluator(claim.formula.tree)
    predicted = predict(value)
    each = p_values(predicted)
    p = combine(each)
    errors = [np.max(np.sqrt(np.diag(e.covariance)) / np.maximum(np.abs(e.mean), 1e-300)) for e in found]
    evidence: dict[str, Any] = {
        "p": p,
        "level": LEVEL,
        "standard_error": float(np.median(errors)),
        "draws": check.draws(context.budget),
        "widths": list(check.widths),
        "skipped": cases.skipped,
    }
    if p < LEVEL:
        counterexample = _counterexample(claim, context, cases.admitted, found, predicted, each)
        evidence["resolution"] = "none: the formula is refuted"
        return Verdict("fails", "statistical", len(cases.admitted), None, evidence, counterexample)
    if combine([e.fit for e in found]) < LEVEL:
        return unsettled(cases, "the finite-width error does not follow the stated powers", evidence)
    if context.only is not None:
        return Verdict("holds", "statistical", 1, None, {**evidence, "resolution": "none: one instance was replayed"})
    if cases.missing:
        return unsettled(cases, "; ".join(cases.missing), evidence)
    passed = [
        instance
        for instance in check.controls
        if p_value(_measure(check, context, claim, instance), _floats(check.predicted(instance, value))) >= LEVEL / 2
    ]
    if passed:
        return passed_control(cases, passed)
    needed = RESOLUTION_EXTRAPOLATED if check.bias else RESOLUTION_UNBIASED
    reports = try_mutants(claim, context, predicted, predict, lambda vectors: combine(p_values(vectors)) < LEVEL)
    blind = [r for r in reports if r.fate == "survived" and (r.change is None or r.change > needed)]
    resolution = resolution_of(reports)
    evidence["mutants"] = summarise(reports, blind)
    if blind or resolution is None or resolution > needed + 1e-9:
        return unsettled(cases, f"the check does not see an error of {needed:.0%}", evidence)
    return Verdict("holds", "statistical", len(cases.admitted), resolution, evidence, None, reports)


def _counterexample(
    claim: Claim,
    context: Context,
    instances: Sequence[Instance],
    found: Sequence[Estimate],
    predicted: Sequence[Vector],
    each: Sequence[float],
) -> dict[str, Any]:
    alone = [index for index, p in enumerate(each) if p * len(each) < LEVEL]
    index = alone[0] if alone else int(np.argmin(each))
    return {
        "instance": dict(instances[index]),
        "predicted": [float(f"{value:.10g}") for value in _floats(predicted[index])],
        "measured": [float(f"{value:.10g}") for value in found[index].mean],
        "standard_error": [float(f"{value:.3g}") for value in np.sqrt(np.diag(found[index].covariance))],
        "relation": "=",
        "p": each[index],
        "replay": replay_command(claim, context, instances[index]),
    }
