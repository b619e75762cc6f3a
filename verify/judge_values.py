"""The judge of `Value`: exact where both sides are rational, certified where balls must be close and small."""

from collections.abc import Sequence
from typing import Any, Literal

from flint import fmpq

from eigenlaw.numerics.precision import working
from eigenlaw.verify.claim import Claim, Evaluate, Instance, Relation, Value
from eigenlaw.verify.formula import Number, ball, is_exact
from eigenlaw.verify.judge import (
    LEVEL,
    WORKING_BITS,
    Cases,
    Context,
    Strength,
    Vector,
    Verdict,
    evaluator,
    gather,
    is_nan,
    number_text,
    passed_control,
    replay_command,
    resolution_of,
    summarise,
    try_mutants,
    unseen,
    unsettled,
    without_value,
)
from eigenlaw.verify.mutants import MutantReport
from eigenlaw.verify.surds import Surd

Outcome = Literal["agrees", "disagrees", "undecided"]

CLOSENESS = fmpq(1, 10**12)
"""Balls that overlap agree only if their radii are below this fraction of the larger value, or of 1 around zero."""

_OUTCOMES: dict[Relation, Any] = {
    "<=": (lambda m, p: m <= p, lambda m, p: m > p),
    ">=": (lambda m, p: m >= p, lambda m, p: m < p),
    "<": (lambda m, p: m < p, lambda m, p: m >= p),
    ">": (lambda m, p: m > p, lambda m, p: m <= p),
}


_TIGHTENING: dict[Relation, Literal["up", "down"] | None] = {
    "=": None,
    "<": "down",
    "<=": "down",
    ">": "up",
    ">=": "up",
}


def compare(predicted: Number, measured: Number, relation: Relation = "=") -> Outcome:
    """Compare two numbers, each exact or a ball.

    Example:
        >>> compare(fmpq(1, 2), fmpq(1, 2)), compare(fmpq(1, 2), fmpq(2, 3))
        ('agrees', 'disagrees')
    """
    if is_nan(predicted) or is_nan(measured):
        return "disagrees" if is_nan(predicted) else "undecided"
    if relation != "=":
        if is_exact(predicted) and is_exact(measured) and predicted == measured:
            return "agrees" if relation in {"<=", ">="} else "disagrees"
        true, false = _OUTCOMES[relation]
        predicted, measured = (x.ball() if isinstance(x, Surd) else x for x in (predicted, measured))
        return "agrees" if true(measured, predicted) else "disagrees" if false(measured, predicted) else "undecided"
    if is_exact(predicted) and is_exact(measured):
        return "agrees" if predicted == measured else "disagrees"
    a, b = ball(predicted), ball(measured)
    if not a.overlaps(b):
        return "disagrees"
    size = abs(a).union(abs(b)).upper()
    allowed = ball(CLOSENESS) * (1 if a.contains(0) else size)
    return "agrees" if a.rad() + b.rad() <= allowed else "undecided"


def compare_all(predicted: Vector, measured: Vector, relation: Relation) -> Outcome:
    """Compare number by number: one disagreement disagrees, one doubt is undecided."""
    outcomes = {compare(p, m, relation) for p, m in zip(predicted, measured, strict=True)}
    return "disagrees" if "disagrees" in outcomes else "undecided" if "undecided" in outcomes else "agrees"


def judge_value(claim: Claim, check: Value, context: Context) -> Verdict:
    """Decide a claim on each of its instances."""
    with working(WORKING_BITS):
        return _judge(claim, check, context)


def _judge(claim: Claim, check: Value, context: Context) -> Verdict:
    cases = gather(claim, check, context)
    if not cases.admitted:
        return unsettled(cases, "no instance meets the hypotheses")
    value = evaluator(claim.formula.tree)
    measured = [check.measured(instance, context.rng(claim, instance)) for instance in cases.admitted]
    predicted = [check.predicted(instance, value) for instance in cases.admitted]
    if any(len(vector) == 0 for vector in predicted):
        return unsettled(cases, "an instance has no number to compare")
    if (valueless := without_value(cases, predicted)) is not None:
        return valueless
    outcomes = [compare_all(p, m, check.relation) for p, m in zip(predicted, measured, strict=True)]
    strength = _strength(check, [*predicted, *measured])
    if "disagrees" in outcomes:
        return _failed(claim, check, context, cases, outcomes, predicted, measured)
    if "undecided" in outcomes:
        first = cases.admitted[outcomes.index("undecided")]
        return unsettled(cases, "the balls are too wide to decide", {"instance": dict(first)})
    if cases.missing:
        return unsettled(cases, "; ".join(cases.missing))
    passed = [instance for instance in check.controls if not _fails_at(claim, check, context, instance)]
    if passed:
        return passed_control(cases, passed)

    def predict(formula: Evaluate) -> Sequence[Vector]:
        return [check.predicted(instance, formula) for instance in cases.admitted]

    def refuted(vectors: Sequence[Vector]) -> bool:
        return any(compare_all(p, m, check.relation) == "disagrees" for p, m in zip(vectors, measured, strict=True))

    reports = try_mutants(claim, context, predicted, predict, refuted, _TIGHTENING[check.relation])
    return _held(claim, check, context, cases, strength, reports)


def _strength(check: Value, vectors: Sequence[Vector]) -> Strength:
    if check.sampled:
        return "statistical"
    if check.floating:
        return "numerical"
    return "exact" if all(is_exact(number) for vector in vectors for number in vector) else "certified"


def _sources(check: Value) -> dict[str, Any]:
    return {} if check.sources is None else {"data": dict(check.sources())}


def _fails_at(claim: Claim, check: Value, context: Context, control: Instance) -> bool:
    """Tell whether the formula has a value at a control and disagrees with what is measured there."""
    predicted = check.predicted(control, evaluator(claim.formula.tree))
    measured = check.measured(control, context.rng(claim, control))
    return not any(map(is_nan, predicted)) and compare_all(predicted, measured, check.relation) == "disagrees"


def _held(
    claim: Claim,
    check: Value,
    context: Context,
    cases: Cases,
    strength: Strength,
    reports: tuple[MutantReport, ...],
) -> Verdict:
    bound = check.relation != "="
    blind = [] if bound else [*(r for r in reports if r.fate == "survived"), *unseen(reports)]
    resolution = resolution_of(reports)
    evidence: dict[str, Any] = {"skipped": cases.skipped, "mutants": summarise(reports, blind), **_sources(check)}
    if check.controls:
        evidence["controls"] = len(check.controls)
    if check.sampled:
        evidence["level"] = LEVEL
    if resolution is None:
        evidence["resolution"] = "the bound is not tight on any instance" if bound else "no mutant changes a value"
    if context.only is None and (blind or (resolution is None and not bound)):
        return unsettled(cases, "the check does not see a wrong formula", evidence)
    return Verdict("holds", strength, len(cases.admitted), resolution, evidence, None, reports)


def _failed(
    claim: Claim,
    check: Value,
    context: Context,
    cases: Cases,
    outcomes: Sequence[Outcome],
    predicted: Sequence[Vector],
    measured: Sequence[Vector],
) -> Verdict:
    index = outcomes.index("disagrees")
    instance: Instance = cases.admitted[index]
    pairs = list(zip(predicted[index], measured[index], strict=True))
    p, m = next(pair for pair in pairs if compare(*pair, check.relation) == "disagrees")
    counterexample = {
        "instance": dict(instance),
        "predicted": number_text(p),
        "measured": number_text(m),
        "relation": check.relation,
        "replay": replay_command(claim, context, instance),
    }
    evidence = {
        "disagree": outcomes.count("disagrees"),
        "skipped": cases.skipped,
        "resolution": "none: the formula is refuted",
        **_sources(check),
    }
    return Verdict("fails", _strength(check, [(p, m)]), len(cases.admitted), None, evidence, counterexample)
