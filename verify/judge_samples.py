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
    unseen,
    unsettled,
    without_value,
)

Vector64 = npt.NDArray[np.float64]

RESOLUTION_UNBIASED = 0.01
RESOLUTION_EXTRAPOLATED = 0.10

ROUNDING = 1e-13
"""A statistic that varies by less than this fraction of its mean does not vary."""
DEPENDENT = 0.01
"""Along a combination of the statistics that does not vary, a prediction may be off by so many standard errors."""


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

    A statistic that varies by no more than rounding gets variance 0.

    Raises:
        ValueError: if there are too few draws for q statistics, or one that is not finite.
    """
    n, q = draws.shape
    if n < q + 20:
        raise ValueError(f"draws={n}: expected at least {q + 20} for {q} statistics")
    if not np.all(np.isfinite(draws)):
        raise ValueError("draws: expected finite numbers")
    mean = draws.mean(axis=0)
    centred = np.where(np.ptp(draws, axis=0) <= ROUNDING * np.abs(mean), 0.0, draws - mean)
    return Estimate(mean, centred.T @ centred / (n - 1) / n, n - 1)


def extrapolate(parts: Sequence[Estimate], widths: Sequence[int], powers: Sequence[float]) -> Estimate:
    """Return the limit of width → ∞ of mean(width) = limit + Σ_i b_i width^(−powers[i]), by weighted least squares.

    Args:
        parts: the estimates at the widths.
        widths: at least one more than the powers, so that lack of fit can be tested.
        powers: exponents of 1/width in the finite-width error.

    Lack of fit is tested statistic by statistic and combined after Bonferroni, for the statistics are dependent.

    Raises:
        ValueError: if there are too few widths, or a statistic that does not vary, so that it cannot be weighed.
    """
    from scipy import special

    if len(widths) <= len(powers) + 1:
        raise ValueError(f"widths={tuple(widths)}: expected at least {len(powers) + 2} for {len(powers)} powers")
    design = np.array([[1.0, *(width**-power for power in powers)] for width in widths])
    means = np.array([part.mean for part in parts])
    covariances = np.array([part.covariance for part in parts])
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    if np.any(variances == 0):
        raise ValueError("draws: expected statistics that vary, to weigh the widths by their variances")
    q, spare = means.shape[1], len(widths) - len(powers) - 1
    freedom = min(part.freedom for part in parts)
    limit, shares, fits = np.empty(q), np.empty((len(widths), q)), []
    for j in range(q):
        weights = 1 / variances[:, j]
        solve = np.linalg.inv(design.T @ (weights[:, None] * design)) @ (design.T * weights)
        coefficients = solve @ means[:, j]
        limit[j], shares[:, j] = coefficients[0], solve[0]
        misfit = float(weights @ (means[:, j] - design @ coefficients) ** 2)
        fits.append(float(special.fdtrc(spare, freedom, misfit / spare)))
    covariance = np.einsum("wi,wij,wj->ij", shares, covariances, shares)
    return Estimate(limit, covariance, freedom, min(1.0, q * min(fits)))


def p_value(found: Estimate, predicted: Vector64) -> float:
    """Return the p-value of Hotelling's T² test that the limit is the predicted vector; 0 for a NaN prediction.

    Statistics that do not vary, and linear combinations that do not, must agree up to rounding.
    """
    from scipy import special

    if not np.all(np.isfinite(predicted)):
        return 0.0
    shift = found.mean - predicted
    scale = np.sqrt(np.diag(found.covariance))
    fixed = scale == 0
    size = max(np.max(np.abs(found.mean)), np.max(np.abs(predicted)))
    if np.any(fixed & (np.abs(shift) > 1e-12 * size)):
        return 0.0
    free = ~fixed
    q = int(free.sum())
    if q == 0:
        return 1.0
    unit = shift[free] / scale[free]
    correlation = found.covariance[np.ix_(free, free)] / np.outer(scale[free], scale[free])
    values, vectors = np.linalg.eigh(correlation)
    kept = values > 1e-10
    along = vectors.T @ unit
    if np.any(np.abs(along[~kept]) > DEPENDENT):
        return 0.0
    rank = int(kept.sum())
    t2 = float(np.sum(along[kept] ** 2 / values[kept]))
    n = found.freedom
    return float(special.fdtrc(rank, n - rank + 1, t2 * (n - rank + 1) / (n * rank)))


def combine(p_values: Sequence[float]) -> float:
    """Return one p-value from independent ones: twice the smaller of Bonferroni's and Fisher's."""
    from scipy import special

    smallest = min(p_values)
    if smallest == 0:
        return 0.0
    fisher = float(special.chdtrc(2 * len(p_values), -2 * sum(map(math.log, p_values))))
    return min(1.0, 2 * min(len(p_values) * smallest, fisher))


def _floats(vector: Sequence[Number]) -> Vector64:
    return np.array([math.nan if is_nan(value) else float(ball(value).mid()) for value in vector])


def _measure(check: Sample, context: Context, claim: Claim, instance: Instance) -> Estimate:
    rng = context.rng(claim, instance)
    n = check.draws(context.budget)
    parts = [estimate(check.measured(instance, width, rng, n)) for width in check.widths]
    return parts[0] if len(parts) == 1 else extrapolate(parts, check.widths, [float(p) for p in check.bias])


def _too_wide(found: Estimate, predicted: Vector) -> bool:
    """Tell whether a predicted ball is wide beside the standard error, so that its midpoint says little."""
    radii = np.array([0.0 if is_nan(value) else float(ball(value).rad()) for value in predicted])
    size = np.max(np.abs([*found.mean, *np.nan_to_num(_floats(predicted))]))
    return bool(np.any(radii > 0.01 * np.sqrt(np.diag(found.covariance)) + 1e-12 * (size or 1.0)))


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
    if (valueless := without_value(cases, predicted)) is not None:
        return valueless
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
    if combine([e.fit for e in found]) < LEVEL:
        return unsettled(cases, "the finite-width error does not follow the stated powers", evidence)
    if any(map(_too_wide, found, predicted)):
        return unsettled(cases, "a predicted ball is wide beside the standard error", evidence)
    if p < LEVEL:
        counterexample = _counterexample(claim, context, cases.admitted, found, predicted, each)
        evidence["resolution"] = "none: the formula is refuted"
        return Verdict("fails", "statistical", len(cases.admitted), None, evidence, counterexample)
    if context.only is not None:
        return Verdict("holds", "statistical", 1, None, {**evidence, "resolution": "none: one instance was replayed"})
    if cases.missing:
        return unsettled(cases, "; ".join(cases.missing), evidence)
    passed = [instance for instance in check.controls if not _fails_at(claim, check, context, instance)]
    if passed:
        return passed_control(cases, passed)
    needed = RESOLUTION_EXTRAPOLATED if check.bias else RESOLUTION_UNBIASED
    reports = try_mutants(claim, context, predicted, predict, lambda vectors: combine(p_values(vectors)) < LEVEL)
    blind = [r for r in reports if r.fate == "survived" and (r.change is None or r.change > needed - 1e-9)]
    blind += unseen(reports)
    resolution = resolution_of(reports)
    evidence["mutants"] = summarise(reports, blind)
    if blind or resolution is None or resolution > needed + 1e-9:
        return unsettled(cases, f"the check does not see an error of {needed:.0%}", evidence)
    return Verdict("holds", "statistical", len(cases.admitted), resolution, evidence, None, reports)


def _fails_at(claim: Claim, check: Sample, context: Context, control: Instance) -> bool:
    """Tell whether the formula has a value at a control and is rejected there."""
    predicted = _floats(check.predicted(control, evaluator(claim.formula.tree)))
    rejected = p_value(_measure(check, context, claim, control), predicted) < LEVEL / 2
    return bool(np.all(np.isfinite(predicted))) and rejected


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
        "predicted": [float(f"{v:.10g}") if math.isfinite(v) else "no value" for v in _floats(predicted[index])],
        "measured": [float(f"{value:.10g}") for value in found[index].mean],
        "standard_error": [float(f"{value:.3g}") for value in np.sqrt(np.diag(found[index].covariance))],
        "relation": "=",
        "p": each[index],
        "replay": replay_command(claim, context, instances[index]),
    }
