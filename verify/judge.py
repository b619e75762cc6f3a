"""What every judge shares: the context of a run, its instances, the mutants' fates, and the verdict."""

import json
import math
import shlex
import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from flint import arb, fmpq

from eigenlaw.verify.claim import Asymptotic, Budget, Check, Claim, Evaluate, Instance, Rng
from eigenlaw.verify.formula import Number, ball, evaluate, is_exact
from eigenlaw.verify.mutants import MutantReport, mutants
from eigenlaw.verify.surds import Surd

VerdictName = Literal["holds", "fails", "unsettled"]
Strength = Literal["proved", "exact", "certified", "statistical", "numerical"]
Vector = Sequence[Number]

WORKING_BITS = 256
LEVEL = 1e-9


@dataclass(frozen=True)
class Context:
    """The run that a check is part of.

    Attributes:
        budget: how much may be sampled.
        seed: with the claim's id and the instance it determines every random number.
        every_mutant: try all mutants rather than the small fixed set.
        only: replay this one instance.
        source: the user's file that defines the claim; empty for the papers' claims.
    """

    budget: Budget
    seed: int = 0
    every_mutant: bool = False
    only: Instance | None = None
    source: str = ""

    def rng(self, claim: Claim, instance: Instance | None = None) -> Rng:
        """Return the generator of an instance of a claim; the forms of one claim share it."""
        stream = getattr(claim.check, "stream", "") or claim.id
        words = [self.seed, zlib.crc32(stream.encode())]
        if instance is not None:
            words.append(zlib.crc32(instance_text(instance).encode()))
        return np.random.default_rng(np.random.SeedSequence(words))


@dataclass(frozen=True)
class Verdict:
    """What a judge found; ``unsettled`` is never a pass."""

    verdict: VerdictName
    strength: Strength | None
    instances: int
    resolution: float | None
    evidence: dict[str, Any]
    counterexample: dict[str, Any] | None = None
    mutants: tuple[MutantReport, ...] = field(default=())


def instance_text(instance: Instance) -> str:
    """Return the JSON text that names an instance."""
    return json.dumps(dict(instance), sort_keys=False, ensure_ascii=False)


def number_text(value: Number) -> str:
    """Return a number as a rational, a root of one, or a decimal with its radius."""
    if isinstance(value, fmpq):
        return str(value)
    if isinstance(value, Surd):
        return f"{'-' if value.sign < 0 else ''}sqrt({value.square})"
    if isinstance(value, arb):
        wide = value.rel_accuracy_bits() < 10  # then print more digits of the midpoint than the radius warrants
        return str(value.str(5, more=True) if wide else value.str(20))
    return f"{float(value):.10g}"


@dataclass(frozen=True)
class Cases:
    """The instances of a run that meet the hypotheses, and what is missing among them."""

    admitted: tuple[Instance, ...]
    skipped: int
    missing: tuple[str, ...]


def offered(claim: Claim, check: Check, context: Context) -> list[Instance]:
    """Enumerate and sample the instances of a check, whether or not they meet the hypotheses."""
    source = check.points if not hasattr(check, "instances") else check.instances
    return list(source(context.budget, context.rng(claim)))


def gather(claim: Claim, check: Check, context: Context) -> Cases:
    """Enumerate and sample the instances, drop those that miss a hypothesis, and see what is not covered."""
    admitted: dict[str, Instance] = {}
    skipped = 0
    for instance in [context.only] if context.only is not None else offered(claim, check, context):
        if all(hypothesis.met(instance) for hypothesis in claim.needs):
            admitted.setdefault(instance_text(instance), instance)
        else:
            skipped += 1
    found = tuple(admitted.values())
    return Cases(found, skipped, () if context.only is not None else _missing(claim, check, found))


def _missing(claim: Claim, check: Check, found: Sequence[Instance]) -> tuple[str, ...]:
    least = getattr(check, "minimum", 1)
    missing = []
    if len(found) < least:
        missing.append(f"{len(found)} distinct instances, {least} needed")
    names = {str(instance["activation"]) for instance in found if "activation" in instance}
    if names and len(names) < claim.activations:
        missing.append(f"{len(names)} activations, {claim.activations} needed")
    for hypothesis in claim.needs:
        if hypothesis.tight is not None and not any(map(hypothesis.tight, found)):
            missing.append(f"no instance at the edge of: {hypothesis.says}")
    for control in getattr(check, "controls", ()):
        if all(hypothesis.met(control) for hypothesis in claim.needs):
            missing.append(f"the control {instance_text(control)} meets the hypotheses")
    return tuple(missing)


def replay_command(claim: Claim, context: Context, instance: Instance) -> str:
    """Return the shell command that runs this instance again."""
    file = [context.source] if context.source else []
    words = ["eigenlaw", "verify", *file, claim.id, "--form", claim.form, "--seed", str(context.seed)]
    words += ["--budget", context.budget.name, "--instance", instance_text(instance)]
    return shlex.join(words)


def evaluator(tree: Any) -> Evaluate:
    """Return the formula as a function of keyword bindings; what has no value is a NaN, which agrees with nothing."""

    def value(**bindings: Any) -> Number:
        try:
            return evaluate(tree, bindings)
        except (TypeError, KeyError, IndexError, ValueError, ZeroDivisionError, OverflowError):
            return arb("nan")

    return value


def is_nan(value: Number) -> bool:
    """Tell whether a number is no number, or a ball of infinite radius."""
    if is_exact(value):
        return False
    return not value.is_finite() if isinstance(value, arb) else not math.isfinite(value)


def relative_change(base: Sequence[Vector], changed: Sequence[Vector]) -> float | None:
    """Return the largest relative change between two lists of predictions; None if a changed one has no value.

    One that is too large for a floating-point number is the largest of them, so that every report is finite.

    Example:
        >>> relative_change([[fmpq(2)]], [[fmpq(3)]]), relative_change([[fmpq(1)]], [[arb(10) ** 400]])
        (0.5, 1.7976931348623157e+308)
    """
    largest = 0.0
    for old, new in zip(base, changed, strict=True):
        for a, b in zip(old, new, strict=True):
            if is_nan(b):
                return None
            if a == b:
                continue
            difference = ball(a) - ball(b)
            if not (is_exact(a) and is_exact(b)) and difference.contains(0):
                continue
            largest = max(largest, 1.0 if ball(a).contains(0) else abs(float((difference / ball(a)).mid())))
    return min(largest, sys.float_info.max)


def try_mutants(
    claim: Claim,
    context: Context,
    base: Sequence[Vector],
    predict: Callable[[Evaluate], Sequence[Vector]],
    refuted: Callable[[Sequence[Vector]], bool],
    tightening: Literal["up", "down"] | None = None,
) -> tuple[MutantReport, ...]:
    """Run the check on each mutant of the claim's formula, over measurements made once."""
    reports = []
    for mutant in mutants(claim.formula.tree, every=context.every_mutant, tightening=tightening):
        predicted = predict(evaluator(mutant.tree))
        change = relative_change(base, predicted)
        if change == 0:
            reports.append(MutantReport(mutant.edit, "invisible", 0.0))
        else:
            reports.append(MutantReport(mutant.edit, "killed" if refuted(predicted) else "survived", change))
    return tuple(reports)


def unseen(reports: Sequence[MutantReport]) -> list[MutantReport]:
    """Return the lost terms and changed signs that change no predicted value: the instances do not reach them.

    The sign of a single term is left out, for it may stand in an exponent of −1.
    """
    edits = ("lost term", "sign where")
    return [r for r in reports if r.fate == "invisible" and (r.edit.startswith(edits) or r.edit == "sign")]


def without_value(cases: Cases, predicted: Sequence[Vector]) -> Verdict | None:
    """Return the verdict `unsettled` if the formula has no value at an admitted instance, else None."""
    for instance, vector in zip(cases.admitted, predicted, strict=True):
        if any(map(is_nan, vector)):
            return unsettled(cases, "the formula has no value", {"instance": dict(instance)})
    return None


def resolution_of(reports: Sequence[MutantReport]) -> float | None:
    """Return the smallest relative change among the killed mutants."""
    changes = [report.change for report in reports if report.fate == "killed" and report.change]
    return min(changes) if changes else None


def summarise(reports: Sequence[MutantReport], blind: Sequence[MutantReport]) -> dict[str, Any]:
    """Return the evidence on mutants: how many met which fate, and those that the check should have seen."""
    count = {fate: sum(report.fate == fate for report in reports) for fate in ("killed", "survived", "invisible")}
    names = {fate: [report.edit for report in reports if report.fate == fate] for fate in ("survived", "invisible")}
    return {**count, "edits": {key: value for key, value in names.items() if value}, "blind": [b.edit for b in blind]}


def unsettled(cases: Cases, reason: str, evidence: Mapping[str, Any] | None = None) -> Verdict:
    """Return the verdict of a check that could not decide, with the reason."""
    found = {"reason": reason, "skipped": cases.skipped, **(evidence or {})}
    return Verdict("unsettled", None, len(cases.admitted), None, {**found, "resolution": "none: unsettled"})


def passed_control(cases: Cases, passed: Sequence[Instance]) -> Verdict:
    """Return the verdict of a check whose statement holds where its hypotheses do not."""
    controls = [dict(instance) for instance in passed]
    return unsettled(cases, "a control outside the hypotheses does not fail", {"controls": controls})


def judge(claim: Claim, context: Context) -> Verdict:
    """Decide a claim by the judge of its check's kind."""
    from eigenlaw.verify import judge_asymptotics, judge_identities, judge_samples, judge_values
    from eigenlaw.verify.claim import Identity, Sample, Value

    match claim.check:
        case Value() as check:
            return judge_values.judge_value(claim, check, context)
        case Sample() as check:
            return judge_samples.judge_sample(claim, check, context)
        case Identity() as check:
            return judge_identities.judge_identity(claim, check, context)
        case Asymptotic() as check:
            return judge_asymptotics.judge_asymptotic(claim, check, context)
