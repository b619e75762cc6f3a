"""The judges of values and identities: right formulas hold, wrong ones fail, and doubt is never a pass."""

import json
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import sympy
from flint import arb, fmpq

from eigenlaw.numerics.precision import working
from eigenlaw.verify.claim import Budget, Claim, Hypothesis, Identity, Instance, Rng, Value
from eigenlaw.verify.effective_rank import EffectiveRank
from eigenlaw.verify.formula import Formula, symbols, undefined
from eigenlaw.verify.judge import Context, Verdict, judge
from eigenlaw.verify.judge_identities import by_simplification
from eigenlaw.verify.judge_values import compare, compare_all
from eigenlaw.verify.surds import root

QUICK = Context(Budget("quick"))
NO_RNG: Any = None
n, m, p = symbols("n m p")
NAMES = ("relu", "tanh", "erf", "abs")


def cases(budget: Budget, _: Rng) -> Iterable[Instance]:
    return [{"activation": NAMES[i % 4], "n": i, "m": 2 * i + 3, "p": "1/3"} for i in range(budget.of(24, 40, 80))]


def bindings(instance: Instance) -> dict[str, Any]:
    return {name: Fraction(instance[name]) for name in ("n", "m", "p")} | {"f": lambda i: fmpq(i * i + 2)}


def right(instance: Instance, _: Rng) -> Sequence[Any]:
    """N² + 3 m p + f(n), by integers."""
    return [fmpq(instance["n"] ** 2 + instance["m"] + instance["n"] ** 2 + 2)]


f = undefined("f")
RIGHT = n**2 + 3 * m * p + f(n)


def value_claim(tree: Any = RIGHT, measured: Callable[..., Any] = right, **options: Any) -> Claim:
    check = Value(
        instances=options.pop("instances", cases),
        predicted=options.pop("predicted", lambda instance, value: [value(**bindings(instance))]),
        measured=measured,
        **options,
    )
    return Claim("toy:sum", "printed", "nowhere", "S", Formula(lambda: tree, derived=True), check)


def as_ball(radius: float) -> Callable[..., Any]:
    return lambda instance, rng: [arb(right(instance, rng)[0], radius)]


def test_a_right_formula_holds_exactly() -> None:
    found = judge(value_claim(), QUICK)
    assert (found.verdict, found.strength, found.instances) == ("holds", "exact", 24)
    assert found.resolution == pytest.approx(0.01)
    assert found.counterexample is None
    assert found.evidence["mutants"]["killed"] >= 8
    assert not found.evidence["mutants"]["blind"]


def test_balls_make_it_certified_and_wide_balls_unsettled() -> None:
    narrow = judge(value_claim(measured=as_ball(1e-20)), QUICK)
    assert (narrow.verdict, narrow.strength) == ("holds", "certified")
    wide = judge(value_claim(measured=as_ball(1e-3)), QUICK)
    assert wide.verdict == "unsettled"
    assert "too wide" in wide.evidence["reason"]
    off = judge(value_claim(measured=lambda i, r: [arb(right(i, r)[0], 0.1) + 1]), QUICK)
    assert (off.verdict, off.strength) == ("fails", "certified")


WRONG = {
    "one per cent": sympy.Rational(101, 100) * RIGHT,
    "ten per cent": sympy.Rational(11, 10) * RIGHT,
    "factor 2": 2 * RIGHT,
    "sign": -RIGHT,
    "lost term": n**2 + 3 * m * p,
    "sign of a term": n**2 - 3 * m * p + f(n),
    "index up": n**2 + 3 * m * p + f(n + 1),
    "index down": n**2 + 3 * m * p + f(n - 1),
    "exponent": n**3 + 3 * m * p + f(n),
    "swapped": m**2 + 3 * n * p + f(m),
    "one in a billion": RIGHT + sympy.Rational(1, 10**9),
    "only far out": RIGHT + sympy.Piecewise((1, sympy.Eq(n, 17)), (0, True)),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_formula_of_each_kind_fails(kind: str) -> None:
    found = judge(value_claim(WRONG[kind]), QUICK)
    assert (found.verdict, found.strength) == ("fails", "exact")
    assert found.counterexample is not None
    assert found.resolution is None
    assert "resolution" in found.evidence
    expected = next(i for i in cases(QUICK.budget, QUICK.rng(value_claim())) if _differs(WRONG[kind], i))
    assert found.counterexample["instance"] == expected


def _differs(tree: Any, instance: Instance) -> bool:
    formula = Formula(lambda: tree, derived=True)
    return bool(formula.value(bindings(instance)) != right(instance, NO_RNG)[0])


def replayed(claim: Claim, found: Verdict) -> Verdict:
    """Run the printed command's instance again, as the command line would read it."""
    assert found.counterexample is not None
    words = shlex.split(found.counterexample["replay"])
    assert words[:3] == ["eigenlaw", "verify", claim.id]
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert options["--form"] == claim.form
    only = json.loads(options["--instance"])
    assert options["--budget"] == "quick"
    return judge(claim, Context(Budget("quick"), int(options["--seed"]), only=only))


def random_measure(instance: Instance, rng: Rng) -> Sequence[Any]:
    return [right(instance, rng)[0] + fmpq(int(rng.integers(0, 1000)), 7)]


@pytest.mark.parametrize("seed", [0, 7])
def test_the_replay_of_a_counterexample_reproduces_it(seed: int) -> None:
    for claim in (value_claim(WRONG["only far out"]), value_claim(measured=random_measure)):
        found = judge(claim, replace(QUICK, seed=seed))
        again = replayed(claim, found)
        assert again.verdict == "fails"
        assert again.instances == 1
        assert again.counterexample == found.counterexample


def test_a_replayed_instance_of_a_right_formula_holds() -> None:
    instance = next(iter(cases(QUICK.budget, QUICK.rng(value_claim()))))
    assert judge(value_claim(), replace(QUICK, only=instance)).verdict == "holds"


@pytest.mark.parametrize("bad", [arb("nan"), arb("inf"), arb(0, float("inf")), arb(1, float("inf"))])
@pytest.mark.parametrize("relation", ["=", "<=", ">=", "<", ">"])
def test_no_number_agrees_with_nothing(bad: Any, relation: Any) -> None:
    for other in (fmpq(0), fmpq(10**30), arb(1), bad, root(fmpq(2))):
        assert compare(bad, other, relation) != "agrees"
        assert compare(other, bad, relation) != "agrees"
    assert judge(value_claim(predicted=lambda *_: [bad], relation=relation), QUICK).verdict == "unsettled"
    assert judge(value_claim(measured=lambda *_: [bad], relation=relation), QUICK).verdict == "unsettled"


def test_one_bad_number_among_good_ones_is_enough() -> None:
    good = [fmpq(1)] * 3
    assert compare_all(good, good, "=") == "agrees"
    assert compare_all([*good, arb("nan")], [*good, fmpq(1)], "=") == "disagrees"
    assert compare_all([*good, fmpq(1)], [*good, arb("nan")], "=") == "undecided"
    assert compare_all([*good, fmpq(2)], [*good, fmpq(1)], "=") == "disagrees"
    with pytest.raises(ValueError, match="zip"):
        compare_all(good, good[:2], "=")


def test_comparison_of_roots_and_balls() -> None:
    two, three = root(fmpq(2)), root(fmpq(3))
    assert compare(two, two) == "agrees"
    assert compare(two, three) == "disagrees"
    assert compare(two, two, "<=") == "agrees"
    assert compare(two, two, "<") == "disagrees"
    assert compare(three, two, "<=") == "agrees"
    assert compare(two, three, "<=") == "disagrees"
    with working(256):
        assert compare(two, arb(2).sqrt()) == "agrees"
        assert compare(two, arb(2).sqrt() + arb(2) ** -80) == "disagrees"
        assert compare(arb(2).sqrt(), arb(2).sqrt(), "<=") == "undecided"
        assert compare(fmpq(0), arb(0, 1e-13)) == "agrees"
        assert compare(fmpq(0), arb(0, 1e-11)) == "undecided"
        assert compare(fmpq(10**20), arb(10**20, 1)) == "agrees"


def instances_of(count: int, names: Sequence[str] = NAMES) -> Callable[..., Any]:
    return lambda *_: [{"activation": names[i % len(names)], "n": i, "m": 3, "p": "1/3"} for i in range(count)]


def edge(says: str, met: Callable[[Instance], bool], tight: Callable[[Instance], bool] | None = None) -> Hypothesis:
    return Hypothesis(says, met, tight)


def test_too_little_evidence_is_unsettled() -> None:
    assert judge(value_claim(instances=instances_of(20)), QUICK).verdict == "holds"
    reasons = {
        "instances": value_claim(instances=instances_of(19)),
        "activations": value_claim(instances=instances_of(20, NAMES[:2])),
        "no instance meets": replace(value_claim(), needs=(edge("n < 0", lambda i: i["n"] < 0),)),
        "at the edge": replace(value_claim(), needs=(edge("n > -1", lambda i: i["n"] > -1, lambda i: i["n"] == -1),)),
        "no instance": value_claim(instances=lambda *_: []),
        "no number": value_claim(predicted=lambda *_: [], measured=lambda *_: [], relation="<="),
    }
    for reason, claim in reasons.items():
        found = judge(claim, QUICK)
        assert found.verdict == "unsettled", reason
        assert found.strength is None
        assert reason in found.evidence["reason"]


def test_repeated_instances_count_once() -> None:
    claim = value_claim(instances=lambda *_: list(instances_of(10)()) * 3)
    found = judge(claim, QUICK)
    assert (found.verdict, found.instances) == ("unsettled", 10)


def off_at_17(instance: Instance, rng: Rng) -> Sequence[Any]:
    """The measured value, which the right formula misses at n = 17 alone."""
    return [right(instance, rng)[0] + (1 if instance["n"] == 17 else 0)]


def test_instances_that_miss_a_hypothesis_are_not_judged() -> None:
    assert judge(value_claim(measured=off_at_17), QUICK).verdict == "fails"
    claim = replace(value_claim(measured=off_at_17), needs=(edge("n not 17", lambda i: i["n"] != 17),))
    found = judge(claim, QUICK)
    assert (found.verdict, found.instances, found.evidence["skipped"]) == ("holds", 23, 1)
    outside = {"activation": "relu", "n": 17, "m": 37, "p": "1/3"}
    assert judge(claim, replace(QUICK, only=outside)).verdict == "unsettled"


def test_a_control_must_fail_and_must_miss_a_hypothesis() -> None:
    off = {"activation": "relu", "n": 17, "m": 37, "p": "1/3"}
    fine = {"activation": "relu", "n": 18, "m": 37, "p": "1/3"}
    needs = (edge("n < 17", lambda i: i["n"] < 17),)
    for controls, verdict in (((off,), "holds"), ((fine,), "unsettled"), ((off, fine), "unsettled")):
        claim = replace(value_claim(measured=off_at_17, controls=controls, minimum=17), needs=needs)
        assert judge(claim, QUICK).verdict == verdict
    inside = value_claim(measured=off_at_17, controls=(off,), instances=instances_of(16), minimum=16)
    found = judge(inside, QUICK)
    assert found.verdict == "unsettled"
    assert "control" in found.evidence["reason"]


def test_a_check_that_sees_no_wrong_formula_is_unsettled() -> None:
    zero = judge(value_claim(0 * n + sympy.Integer(0), measured=lambda *_: [fmpq(0)]), QUICK)
    assert zero.verdict == "unsettled"
    ignored = judge(value_claim(predicted=lambda i, _: right(i, NO_RNG)), QUICK)
    assert ignored.verdict == "unsettled"
    rounded = value_claim(
        predicted=lambda i, value: [fmpq(round(float(value(**bindings(i)) / 10**6)))],
        measured=lambda *_: [fmpq(0)],
    )
    assert judge(rounded, QUICK).verdict == "unsettled"


def test_the_author_s_mistakes_are_errors_not_refutations() -> None:
    with pytest.raises(NameError, match="q"):
        judge(value_claim(RIGHT + sympy.Symbol("q")), QUICK)
    with pytest.raises(ValueError, match="zip"):
        judge(value_claim(measured=lambda *_: [fmpq(0), fmpq(0)]), QUICK)


class TestBounds:
    """Measured ≤ predicted and its kin."""

    def test_a_tight_bound_holds_with_the_resolution_of_its_tightening(self) -> None:
        tight = judge(value_claim(relation="<="), QUICK)
        assert (tight.verdict, tight.strength) == ("holds", "exact")
        assert tight.resolution == pytest.approx(1 / 101)
        assert [report.edit for report in tight.mutants] == ["times 100/101", "times 10/11", "times 1/2"]
        lower = judge(value_claim(relation=">="), QUICK)
        assert lower.verdict == "holds"
        assert lower.resolution == pytest.approx(1 / 100)

    @pytest.mark.parametrize("relation", ["<=", "<"])
    def test_surviving_tightenings_of_a_loose_bound_are_no_defect(self, relation: Any) -> None:
        found = judge(value_claim(10 * RIGHT, relation=relation), QUICK)
        assert (found.verdict, found.resolution) == ("holds", None)
        assert found.evidence["mutants"]["survived"] == 3
        assert "not tight" in found.evidence["resolution"]

    def test_partly_loose_bounds_are_seen_by_the_stronger_edits(self) -> None:
        found = judge(value_claim(sympy.Rational(105, 100) * RIGHT, relation="<="), QUICK)
        assert found.verdict == "holds"
        assert found.resolution == pytest.approx(1 / 11)

    def test_strict_relations_see_equality(self) -> None:
        assert judge(value_claim(relation="<"), QUICK).verdict == "fails"
        assert judge(value_claim(relation=">"), QUICK).verdict == "fails"

    def test_a_bound_that_is_crossed_once_fails_there(self) -> None:
        crossed = RIGHT - sympy.Piecewise((1, sympy.Eq(n, 5)), (0, True))
        found = judge(value_claim(crossed, relation="<="), QUICK)
        assert found.verdict == "fails"
        assert found.counterexample is not None
        assert found.counterexample["instance"]["n"] == 5
        assert judge(value_claim(crossed, relation=">="), QUICK).verdict == "holds"

    def test_overlapping_balls_decide_no_bound(self) -> None:
        assert judge(value_claim(measured=as_ball(1e-30), relation="<="), QUICK).verdict == "unsettled"

    def test_the_effective_rank_is_compared_exactly(self) -> None:
        def rank(instance: Instance, _: Rng) -> Sequence[Any]:
            size = instance["n"] + 1
            return [EffectiveRank([[int(i == j) for i in range(size)] for j in range(size)])]

        assert judge(value_claim(n + 1, measured=rank, relation="<="), QUICK).strength == "exact"
        assert judge(value_claim(n + sympy.Rational(999, 1000), measured=rank, relation="<="), QUICK).verdict == "fails"


class TestIdentities:
    """Refuted by balls, or proved."""

    @staticmethod
    def claim(tree: Any, prove: Callable[[Any, Any], bool] = by_simplification, lhs: Any = None) -> Claim:
        left = lhs if lhs is not None else (n + m) ** 2 + sympy.sin(p) ** 2
        points = [{"n": i, "m": 7 - 3 * i, "p": f"{i + 1}/3"} for i in range(6)]
        check = Identity(Formula(lambda: left), lambda *_: points, prove)
        return Claim("toy:identity", "new", "nowhere", "L", Formula(lambda: tree), check)

    RIGHT = n**2 + 2 * n * m + m**2 + 1 - sympy.cos(p) ** 2

    def test_a_right_identity_is_proved(self) -> None:
        found = judge(self.claim(self.RIGHT), QUICK)
        assert (found.verdict, found.strength) == ("holds", "proved")
        assert found.resolution is not None
        assert found.resolution <= 0.01 + 1e-12

    @pytest.mark.parametrize(
        "tree",
        [
            sympy.Rational(101, 100) * RIGHT,
            -RIGHT,
            RIGHT - m**2,
            n**2 + 2 * n * m + m**2 + 1 + sympy.cos(p) ** 2,
            n**2 + 2 * n * p + m**2 + 1 - sympy.cos(p) ** 2,
            RIGHT + sympy.Rational(1, 10**40),
        ],
    )
    def test_a_wrong_identity_fails_before_any_proof_is_tried(self, tree: Any) -> None:
        found = judge(self.claim(tree, prove=lambda *_: True), QUICK)
        assert (found.verdict, found.strength) == ("fails", "certified")
        again = replayed(self.claim(tree, prove=lambda *_: True), found)
        assert again.counterexample == found.counterexample

    def test_without_a_proof_it_is_unsettled(self) -> None:
        found = judge(self.claim(self.RIGHT, prove=lambda *_: False), QUICK)
        assert found.verdict == "unsettled"
        assert "not proved" in found.evidence["reason"]

    def test_a_right_side_without_value_is_unsettled(self) -> None:
        found = judge(self.claim(self.RIGHT + 1 / (n - n), prove=lambda *_: True), QUICK)
        assert found.verdict == "unsettled"
        assert "no value" in found.evidence["reason"]

    def test_a_left_side_without_value_is_unsettled(self) -> None:
        claim = self.claim(self.RIGHT, prove=lambda *_: True, lhs=sympy.log(-1 - n**2))
        assert judge(claim, QUICK).verdict == "unsettled"

    def test_no_points_is_unsettled(self) -> None:
        claim = self.claim(self.RIGHT)
        assert isinstance(claim.check, Identity)
        empty = replace(claim, check=replace(claim.check, points=lambda *_: []))
        assert judge(empty, QUICK).verdict == "unsettled"

    def test_an_identity_of_zeros_is_blind(self) -> None:
        claim = self.claim(sympy.Integer(0), lhs=sympy.Integer(0))
        assert judge(claim, QUICK).verdict == "unsettled"

    def test_simplification_proves_no_false_identity(self) -> None:
        assert by_simplification((n + 1) ** 2, n**2 + 2 * n + 1)
        assert not by_simplification((n + 1) ** 2, n**2 + 2 * n)


def test_more_mutants_never_turn_a_refuted_formula_into_one_that_holds() -> None:
    every = replace(QUICK, every_mutant=True)
    assert judge(value_claim(), every).verdict == "holds"
    assert len(judge(value_claim(), every).mutants) > len(judge(value_claim(), QUICK).mutants)
    assert judge(value_claim(WRONG["index up"]), every).verdict == "fails"


def test_the_working_precision_outside_is_left_alone() -> None:
    from flint import ctx

    before = ctx.prec
    judge(value_claim(), QUICK)
    judge(value_claim(WRONG["sign"]), QUICK)
    assert ctx.prec == before


def test_the_random_numbers_of_an_instance_are_its_own() -> None:
    claim = value_claim()
    one, two = ({"n": 1}, {"n": 2})
    first = QUICK.rng(claim, one).integers(0, 2**62)
    assert first == QUICK.rng(replace(claim, form="corrected"), one).integers(0, 2**62)
    others = [
        QUICK.rng(claim, two),
        QUICK.rng(claim),
        replace(QUICK, seed=1).rng(claim, one),
        QUICK.rng(replace(claim, id="toy:other"), one),
    ]
    assert all(first != rng.integers(0, 2**62) for rng in others)
