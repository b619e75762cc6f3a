"""The judge of `Asymptotic`: a leading term or bound derived apart from the statement decides it.

The envelope is first held against the terms themselves over a decade of indices, in ball arithmetic: a leading
term must come closer and closer, a bound must never be crossed. Then SymPy compares envelope and rate at infinity.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, Literal

from flint import fmpq

from eigenlaw.numerics.precision import working
from eigenlaw.verify.claim import Asymptotic, Claim, Envelope, Instance
from eigenlaw.verify.formula import Number, ball, evaluate
from eigenlaw.verify.judge import (
    WORKING_BITS,
    Context,
    Verdict,
    evaluator,
    gather,
    number_text,
    replay_command,
    summarise,
    unsettled,
)
from eigenlaw.verify.judge_values import CLOSENESS, compare
from eigenlaw.verify.mutants import MutantReport, mutants

Answer = Literal["agrees", "disagrees", "undecided"]

FARTHEST = 0.1
"""At the end of the decade a leading term must be nearer than this, and at least twice nearer than at its start."""


def judge_asymptotic(claim: Claim, check: Asymptotic, context: Context) -> Verdict:
    """Decide an asymptotic statement on all of its sequences."""
    with working(WORKING_BITS):
        return _judge(claim, check, context)


def _judge(claim: Claim, check: Asymptotic, context: Context) -> Verdict:
    cases = gather(claim, check, context)
    if not cases.admitted:
        return unsettled(cases, "no instance meets the hypotheses")
    ratios: list[dict[str, Any]] = []
    for instance in cases.admitted:
        wrong, doubtful = _nonzero(check, instance)
        if wrong is not None:
            return _failed(claim, context, instance, f"the term at {wrong} is not zero", len(cases.admitted))
        if doubtful is not None:
            return unsettled(cases, f"the ball at {doubtful} is too wide to tell whether the term is zero")
        envelope = check.envelope(instance)
        first, last, fits = _holds_on_decade(check, instance, envelope)
        ratios.append({"instance": dict(instance), "meaning": envelope.meaning, "first": first, "last": last})
        if not fits:
            return unsettled(cases, "the independently derived envelope does not fit the terms", {"ratios": ratios})
    answers = [_answer(check, instance, claim.formula.tree) for instance in cases.admitted]
    if "disagrees" in answers:
        instance = cases.admitted[answers.index("disagrees")]
        return _failed(claim, context, instance, "term/rate tends to 0 or infinity", len(cases.admitted))
    if "undecided" in answers:
        return unsettled(cases, "the envelope does not decide the statement", {"ratios": ratios})
    if cases.missing:
        return unsettled(cases, "; ".join(cases.missing))
    reports = tuple(
        _fate(check, cases.admitted, claim.formula.tree, m.edit, m.tree)
        for m in mutants(claim.formula.tree, every=context.every_mutant)
        if m.edit != "sign"
    )
    blind = [r for r in reports if r.fate == "survived" and check.kind in {"Theta", "~"}]
    killed = [r.edit for r in reports if r.fate == "killed"]
    evidence = {
        "ratios": ratios,
        "skipped": cases.skipped,
        "mutants": {**summarise(reports, blind), "killed_edits": killed},
        "resolution": "none: a rate has no value to change by a factor",
    }
    if blind:
        return unsettled(cases, "the check does not see a wrong rate", evidence)
    return Verdict("holds", "certified", len(cases.admitted), None, evidence, None, reports)


def _nonzero(check: Asymptotic, instance: Instance) -> tuple[int | None, int | None]:
    """Return the first index at which a term that should vanish does not, and the first at which that is open."""
    indices = list(check.vanishing(instance))
    found = [compare(fmpq(0), term) for term in check.term(instance, indices)] if indices else []
    first = dict(zip(reversed(found), reversed(indices), strict=True))
    return first.get("disagrees"), first.get("undecided")


def _holds_on_decade(check: Asymptotic, instance: Instance, envelope: Envelope) -> tuple[str, str, bool]:
    indices = list(check.indices(instance))
    if len(indices) < 3 or indices[-1] < 10 * indices[0]:
        raise ValueError(f"indices={indices}: expected at least three over a decade")
    terms = check.term(instance, indices)
    parameters = check.parameters(instance)
    ratio = [
        ball(t) / ball(_at(envelope.formula.tree, check.index, k, parameters))
        for k, t in zip(indices, terms, strict=True)
    ]
    shown = number_text(ratio[0]), number_text(ratio[-1])
    match envelope.meaning:
        case "<=":
            return *shown, all(abs(r) <= 1 for r in ratio)
        case ">=":
            return *shown, all(r >= 1 for r in ratio)
        case "~":
            distance = [abs(r - 1) for r in ratio]
            exact = all(d < ball(CLOSENESS) for d in distance)
            return *shown, exact or bool(distance[-1] < FARTHEST and 2 * distance[-1] < distance[0])


def _at(tree: Any, index: str, k: int, parameters: Mapping[str, Fraction]) -> Number:
    return evaluate(tree, {**parameters, index: k})


def _limit(check: Asymptotic, instance: Instance, top: Any, bottom: Any) -> Any:
    """The limit of top/bottom as the index grows, with the instance's parameters put in."""
    import sympy

    k = sympy.Symbol(check.index, positive=True)
    values = {name: sympy.Rational(v.numerator, v.denominator) for name, v in check.parameters(instance).items()}

    def plain(tree: Any) -> Any:
        table = {symbol: k if symbol.name == check.index else values[symbol.name] for symbol in tree.free_symbols}
        return tree.xreplace(table).doit()

    above, below = plain(top), plain(bottom)
    logarithm = sympy.expand(
        sympy.expand_log(sympy.log(above), force=True) - sympy.expand_log(sympy.log(below), force=True)
    )
    fixed, varying = logarithm.as_independent(k, as_Add=True)
    try:  # a sum of powers and logarithms has its limit sooner than a quotient of exponentials
        limit = sympy.limit(varying, k, sympy.oo)
    except NotImplementedError:
        limit = sympy.nan
    if limit.is_extended_real:
        return sympy.simplify(sympy.exp(fixed + limit))
    return sympy.limit(sympy.powsimp(sympy.simplify(above / below)), k, sympy.oo)


def _answer(check: Asymptotic, instance: Instance, rate: Any) -> Answer:
    import sympy

    envelope = check.envelope(instance)
    limit = _limit(check, instance, envelope.formula.tree, rate)
    if check.kind != "~":
        limit = sympy.Abs(limit)
    small, large = limit == 0, limit == sympy.oo
    if not (small or large or (limit.is_finite and limit.is_positive)):
        return "disagrees" if limit.is_negative else "undecided"
    above = not large and envelope.meaning in {"~", "<="}
    below = not small and envelope.meaning in {"~", ">="}
    not_above = large and envelope.meaning in {"~", ">="}
    not_below = small and envelope.meaning in {"~", "<="}
    wanted = {"O": (above, not_above), "Omega": (below, not_below), "Theta": (above and below, not_above or not_below)}
    if check.kind == "~":
        known = envelope.meaning == "~"
        return "undecided" if not known else "agrees" if limit == 1 else "disagrees"
    holds, fails = wanted[check.kind]
    return "agrees" if holds else "disagrees" if fails else "undecided"


def _fate(check: Asymptotic, instances: Sequence[Instance], rate: Any, edit: str, mutant: Any) -> MutantReport:
    """Hold a mutant against the envelope; one of the rate's own order is invisible, unless the statement is ~."""
    import sympy

    if not all(_is_positive(check, instance, mutant) for instance in instances):
        return MutantReport(edit, "killed", None)
    quotient = cache(lambda number: _limit(check, instances[number], mutant, rate))
    numbers = range(len(instances))

    def same(q: Any) -> bool:
        return bool(q.is_finite and q.is_positive and (check.kind != "~" or q == 1))

    try:  # one instance that tells is enough: a limit takes long
        if all(same(quotient(n)) for n in numbers) or (
            check.kind == "O" and all(quotient(n) == sympy.oo for n in numbers)
        ):
            return MutantReport(edit, "invisible", 0.0)
        killed = any(_answer(check, instance, mutant) == "disagrees" for instance in instances)
    except NotImplementedError:
        return MutantReport(edit, "survived", None)
    return MutantReport(edit, "killed" if killed else "survived", None)


def _is_positive(check: Asymptotic, instance: Instance, rate: Any) -> bool:
    """Tell whether a rate is a positive number at every index of an instance, as a rate must be."""
    value, parameters = evaluator(rate), check.parameters(instance)
    return all(bool(ball(value(**parameters, **{check.index: k})) > 0) for k in check.indices(instance))


def _failed(claim: Claim, context: Context, instance: Instance, why: str, count: int) -> Verdict:
    counterexample = {
        "instance": dict(instance),
        "why": why,
        "relation": "asymptotic",
        "replay": replay_command(claim, context, instance),
    }
    evidence = {"reason": why, "resolution": "none: the statement is refuted"}
    return Verdict("fails", "certified", count, None, evidence, counterexample)
