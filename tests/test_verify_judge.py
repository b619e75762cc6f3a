"""What all judges share: a formula without value, a term that no instance reaches, and the command that replays."""

import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import sympy
from flint import arb, fmpq

from eigenlaw.verify.claim import Budget, Claim, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.judge import Context, judge, replay_command, unseen
from eigenlaw.verify.mutants import MutantReport

QUICK = Context(Budget("quick"))
NAMES = ("relu", "tanh", "erf", "abs")
n, m = symbols("n m")
RIGHT = n**2 + 3 * m


def cases(_: Budget, __: Rng) -> Iterable[Instance]:
    return [{"activation": NAMES[i % 4], "n": i, "m": 2 * i + 3} for i in range(24)]


def measured(instance: Instance, _: Rng) -> Sequence[Any]:
    return [fmpq(instance["n"] ** 2 + 3 * instance["m"])]


def predicted(instance: Instance, value: Callable[..., Any]) -> Sequence[Any]:
    return [value(n=Fraction(instance["n"]), m=Fraction(instance["m"]))]


def claim(tree: Any = RIGHT, **options: Any) -> Claim:
    check = Value(**{"instances": cases, "predicted": predicted, "measured": measured, **options})
    return Claim("toy:sum", "printed", "nowhere", "S", Formula(lambda: tree, derived=True), check)


HOLE = RIGHT / (n - 17)


def quotient(instance: Instance, rng: Rng) -> Sequence[Any]:
    """The values of HOLE, and 0 where it has none."""
    k = instance["n"] - 17
    return [measured(instance, rng)[0] / k if k else fmpq(0)]


def other_than_17(claimed: Claim) -> Claim:
    return replace(claimed, needs=(Hypothesis("n not 17", lambda i: i["n"] != 17),))


@pytest.mark.parametrize("relation", ["=", "<=", ">="])
def test_a_formula_without_value_at_one_instance_is_unsettled(relation: Any) -> None:
    found = judge(claim(HOLE, measured=quotient, relation=relation), QUICK)
    assert (found.verdict, found.strength, found.counterexample) == ("unsettled", None, None)
    assert found.evidence["reason"] == "the formula has no value"
    assert found.evidence["instance"] == {"activation": "tanh", "n": 17, "m": 37}
    assert judge(other_than_17(claim(HOLE, measured=quotient, relation=relation)), QUICK).verdict == "holds"


def test_a_formula_without_value_is_not_refuted_by_what_it_says_elsewhere() -> None:
    wrong = claim(2 * HOLE, measured=quotient)
    assert judge(wrong, QUICK).evidence["reason"] == "the formula has no value"
    assert judge(other_than_17(wrong), QUICK).verdict == "fails"


@pytest.mark.parametrize("bad", [arb("nan"), arb("inf"), arb(1, float("inf"))])
def test_one_part_of_a_vector_without_value_is_enough(bad: Any) -> None:
    two = claim(
        predicted=lambda i, value: [*predicted(i, value), bad if i["n"] == 3 else fmpq(1)],
        measured=lambda i, rng: [*measured(i, rng), fmpq(1)],
    )
    found = judge(two, QUICK)
    assert (found.verdict, found.evidence["instance"]["n"]) == ("unsettled", 3)


def test_a_replayed_instance_without_value_is_unsettled() -> None:
    outside = {"activation": "tanh", "n": 17, "m": 37}
    with_hole = claim(HOLE, measured=quotient)
    assert judge(with_hole, replace(QUICK, only=outside)).verdict == "unsettled"
    assert judge(with_hole, replace(QUICK, only={**outside, "n": 16, "m": 35})).verdict == "holds"


def test_a_mutant_without_value_is_killed() -> None:
    found = judge(
        claim(RIGHT / (n + 1), measured=lambda i, rng: [x / (i["n"] + 1) for x in measured(i, rng)]),
        QUICK,
    )
    lost = {report.edit: report for report in found.mutants}["lost term 1"]
    assert (found.verdict, lost.fate, lost.change) == ("holds", "killed", None)


@pytest.mark.parametrize("every", [False, True])
def test_a_term_that_no_instance_reaches_makes_an_equality_unsettled(every: bool) -> None:
    far = RIGHT + sympy.Piecewise((m, n > 99), (0, True))
    found = judge(claim(far), replace(QUICK, every_mutant=every))
    assert (found.verdict, found.evidence["reason"]) == ("unsettled", "the check does not see a wrong formula")
    blind = found.evidence["mutants"]["blind"]
    assert {edit.split(" Piecewise")[0] for edit in blind} >= {"lost term", "sign where n > 99"}

    def more(_: Budget, __: Rng) -> Iterable[Instance]:
        return [*cases(QUICK.budget, __), {"activation": "relu", "n": 100, "m": 2}]

    def also_far(instance: Instance, rng: Rng) -> Sequence[Any]:
        return [measured(instance, rng)[0] + (instance["m"] if instance["n"] > 99 else 0)]

    reached = judge(claim(far, instances=more, measured=also_far), replace(QUICK, every_mutant=every))
    assert reached.verdict == "holds"


def test_a_term_that_is_zero_on_every_instance_makes_an_equality_unsettled() -> None:
    found = judge(claim(RIGHT + (n - 3) * (m - 2 * n - 3)), QUICK)
    assert found.verdict == "unsettled"
    assert any(edit.startswith("lost term (n - 3)*") for edit in found.evidence["mutants"]["blind"])


def test_a_bound_may_have_terms_that_no_instance_reaches() -> None:
    assert judge(claim(RIGHT + sympy.Piecewise((m, n > 99), (0, True)), relation="<="), QUICK).verdict == "holds"


def test_only_lost_terms_and_signs_must_be_seen() -> None:
    edits = ("lost term a", "sign", "sign where a > 0", "sign of term a", "index k+1 in mu(k)", "swapped a and b")
    reports = [MutantReport(edit, "invisible", 0.0) for edit in edits]
    assert [report.edit for report in unseen(reports)] == list(edits[:3])
    assert not unseen([MutantReport(edit, "killed", 0.1) for edit in edits])


def test_the_sign_of_an_exponent_of_minus_one_need_not_be_seen() -> None:
    alternating = claim(
        RIGHT * (-1) ** (n + m), measured=lambda i, rng: [x * (-1) ** (i["n"] + i["m"]) for x in measured(i, rng)]
    )
    found = judge(alternating, replace(QUICK, every_mutant=True))
    invisible = {report.edit for report in found.mutants if report.fate == "invisible"}
    assert (found.verdict, "sign of term n" in invisible) == ("holds", True)


def test_the_replay_of_a_user_s_claim_names_the_file() -> None:
    instance = {"activation": "relu", "n": 1}
    plain = shlex.split(replay_command(claim(), QUICK, instance))
    named = shlex.split(replay_command(claim(), replace(QUICK, source="/some where/toy.py"), instance))
    assert plain[:4] == ["eigenlaw", "verify", "toy:sum", "--form"]
    assert named == [*plain[:2], "/some where/toy.py", *plain[2:]]


def test_floating_point_numbers_are_numerical_evidence() -> None:
    right_one = judge(claim(floating=True), QUICK)
    assert (right_one.verdict, right_one.strength) == ("holds", "numerical")
    wrong_one = judge(claim(RIGHT + 1, floating=True), QUICK)
    assert (wrong_one.verdict, wrong_one.strength) == ("fails", "numerical")


def test_confidence_intervals_are_statistical_evidence() -> None:
    def around(instance: Instance, rng: Rng) -> Sequence[Any]:
        return [arb(measured(instance, rng)[0]) + arb(-2, 1)]

    below = judge(claim(measured=around, relation="<=", sampled=True), QUICK)
    assert (below.verdict, below.strength, below.evidence["level"]) == ("holds", "statistical", 1e-9)
    above = judge(claim(measured=around, relation=">=", sampled=True), QUICK)
    assert (above.verdict, above.strength) == ("fails", "statistical")
    across = judge(claim(RIGHT - 2, measured=around, relation="<=", sampled=True), QUICK)
    assert across.verdict == "unsettled"
    assert judge(claim(measured=around, relation="<="), QUICK).strength == "certified"
