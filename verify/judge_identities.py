"""The judge of `Identity`: balls at many points try to refute it, then SymPy proves it for all values."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from eigenlaw.numerics.precision import working
from eigenlaw.verify.claim import Claim, Evaluate, Identity
from eigenlaw.verify.formula import unevaluated
from eigenlaw.verify.judge import (
    WORKING_BITS,
    Context,
    Vector,
    Verdict,
    evaluator,
    gather,
    number_text,
    replay_command,
    resolution_of,
    summarise,
    try_mutants,
    unsettled,
    without_value,
)
from eigenlaw.verify.judge_values import compare


def judge_identity(claim: Claim, check: Identity, context: Context) -> Verdict:
    """Decide an identity: one ball away from zero refutes it; only a proof makes it hold."""
    with working(WORKING_BITS):
        cases = gather(claim, check, context)
        if not cases.admitted or cases.missing:
            return unsettled(cases, "; ".join(cases.missing) or "no admissible point")
        points = [dict(point) for point in cases.admitted]
        bound = [{name: _number(value) for name, value in point.items()} for point in points]
        left = [evaluator(check.lhs.tree)(**values) for values in bound]

        def predict(formula: Evaluate) -> Sequence[Vector]:
            return [(formula(**values),) for values in bound]

        def refuted(vectors: Sequence[Vector]) -> bool:
            return any(compare(right, value) == "disagrees" for (right,), value in zip(vectors, left, strict=True))

        right = predict(evaluator(claim.formula.tree))
        if (valueless := without_value(cases, right)) is not None:
            return valueless
        for point, (predicted,), measured in zip(points, right, left, strict=True):
            if compare(predicted, measured) == "disagrees":
                counterexample = {
                    "instance": point,
                    "predicted": number_text(predicted),
                    "measured": number_text(measured),
                    "relation": "=",
                    "replay": replay_command(claim, context, point),
                }
                evidence: dict[str, Any] = {"resolution": "none: the identity is refuted"}
                return Verdict("fails", "certified", len(points), None, evidence, counterexample)
        if not check.prove(check.lhs.tree, claim.formula.tree):
            return unsettled(cases, "not refuted at any point, and not proved")
        reports = try_mutants(claim, context, right, predict, refuted)
        blind = [report for report in reports if report.fate == "survived"]
        resolution = resolution_of(reports)
        evidence = {"mutants": summarise(reports, blind)}
        if blind or resolution is None:
            return unsettled(cases, "the check does not see a wrong formula", evidence)
        return Verdict("holds", "proved", len(points), resolution, evidence, None, reports)


def _number(value: Any) -> Any:
    return Fraction(value) if isinstance(value, str) else value


def by_simplification(lhs: object, rhs: object) -> bool:
    """Prove lhs = rhs by letting SymPy reduce the difference to zero.

    Example:
        >>> import sympy
        >>> x = sympy.Symbol("x")
        >>> by_simplification(sympy.sin(x) ** 2 + sympy.cos(x) ** 2, sympy.Integer(1))
        True
    """
    import sympy

    with unevaluated():
        difference = sympy.Add(lhs, sympy.Mul(-1, rhs))
    return bool(sympy.simplify(difference.doit()) == 0)
