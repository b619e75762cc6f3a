"""The judge of samples: holds, fails and unsettled, for unbiased and for extrapolated statistics."""

import json
import math
import shlex
from collections.abc import Callable, Iterable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from flint import arb

from eigenlaw.verify.claim import Budget, Claim, Draws, Hypothesis, Instance, Rng, Sample
from eigenlaw.verify.formula import Formula, symbols, undefined
from eigenlaw.verify.judge import Context, Verdict, judge

QUICK = Context(Budget("quick"), seed=3)
NAMES = ("relu", "tanh", "erf")
n, s = symbols("n s")
f = undefined("f")
RIGHT = 2 * n + s**2 + f(n)


def cases(_: Budget, __: Rng) -> Iterable[Instance]:
    return [{"activation": NAMES[i % 3], "n": i, "s": f"{i + 1}/2"} for i in range(20)]


def bindings(instance: Instance) -> dict[str, Any]:
    return {"n": instance["n"], "s": Fraction(instance["s"]), "f": lambda i: i * i + 1}


def truth(instance: Instance) -> float:
    return float(2 * instance["n"] + Fraction(instance["s"]) ** 2 + instance["n"] ** 2 + 1)


def unbiased(instance: Instance, _: int, rng: Rng, count: int) -> Draws:
    mean = truth(instance)
    return mean * np.array([1.0, 0.5]) * (1 + 0.3 * rng.standard_normal((count, 2)))


def biased(instance: Instance, width: int, rng: Rng, count: int) -> Draws:
    return unbiased(instance, width, rng, count) * (1 + 3 / width)


def claim(tree: Any = RIGHT, **options: Any) -> Claim:
    check = Sample(
        instances=options.pop("instances", cases),
        predicted=options.pop("predicted", lambda i, value: [v := value(**bindings(i)), v / 2]),
        measured=options.pop("measured", unbiased),
        draws=options.pop("draws", lambda _: 4000),
        widths=options.pop("widths", (64,)),
        **options,
    )
    return Claim("toy:sample", "printed", "nowhere", "S", Formula(lambda: tree, derived=True), check)


EXTRAPOLATED: dict[str, Any] = {"measured": biased, "widths": (16, 32, 64, 128), "bias": (Fraction(1),)}


def test_a_right_formula_holds_with_its_resolution() -> None:
    found = judge(claim(), QUICK)
    assert (found.verdict, found.strength, found.instances) == ("holds", "statistical", 20)
    assert found.resolution == pytest.approx(0.01)
    assert found.evidence["p"] > found.evidence["level"]
    assert found.evidence["draws"] == 4000


def test_an_extrapolated_formula_holds_where_the_raw_mean_would_not() -> None:
    found = judge(claim(**EXTRAPOLATED), QUICK)
    assert found.verdict == "holds"
    assert found.resolution is not None
    assert found.resolution <= 0.1 + 1e-9
    assert judge(claim(measured=biased, widths=(128,)), QUICK).verdict == "fails"


WRONG = {
    "one per cent": sympy.Rational(101, 100) * RIGHT,
    "ten per cent": sympy.Rational(11, 10) * RIGHT,
    "factor 2": 2 * RIGHT,
    "sign": -RIGHT,
    "lost term": 2 * n + f(n),
    "sign of a term": 2 * n - s**2 + f(n),
    "index": 2 * n + s**2 + f(n + 1),
    "swapped": 2 * s + n**2 + f(n),
    "one instance": RIGHT * sympy.Piecewise((sympy.Rational(106, 100), sympy.Eq(n, 13)), (1, True)),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_formula_of_each_kind_fails(kind: str) -> None:
    found = judge(claim(WRONG[kind]), QUICK)
    assert (found.verdict, found.strength) == ("fails", "statistical")
    assert found.counterexample is not None
    json.dumps(found.counterexample, allow_nan=False)
    if kind == "one instance":
        assert found.counterexample["instance"]["n"] == 13


@pytest.mark.parametrize("kind", sorted(set(WRONG) - {"one per cent", "one instance"}))
def test_wrong_formulas_fail_after_extrapolation_too(kind: str) -> None:
    assert judge(claim(WRONG[kind], **EXTRAPOLATED), QUICK).verdict == "fails"


def replayed(claimed: Claim, found: Verdict) -> Verdict:
    assert found.counterexample is not None
    words = shlex.split(found.counterexample["replay"])
    options = dict(zip(words[3::2], words[4::2], strict=True))
    only = json.loads(options["--instance"])
    return judge(claimed, Context(Budget("quick"), int(options["--seed"]), only=only))


@pytest.mark.parametrize("kind", ["one instance", "factor 2"])
def test_the_replay_of_a_counterexample_draws_the_same_numbers(kind: str) -> None:
    wrong = claim(WRONG[kind])
    found = judge(wrong, QUICK)
    again = replayed(wrong, found)
    assert again.verdict == "fails"
    assert again.counterexample == found.counterexample


def test_too_few_draws_to_see_an_error_are_unsettled() -> None:
    found = judge(claim(draws=lambda _: 40), QUICK)
    assert found.verdict == "unsettled"
    assert "does not see" in found.evidence["reason"]

    def noisy(instance: Instance, width: int, rng: Rng, count: int) -> Draws:
        return biased(instance, width, rng, count) + 3 * truth(instance) * rng.standard_normal((count, 2))

    blurred = judge(claim(**EXTRAPOLATED | {"measured": noisy, "draws": lambda _: 100}), QUICK)
    assert blurred.verdict == "unsettled"


@pytest.mark.parametrize("bad", [arb("nan"), arb(0, float("inf"))])
def test_a_prediction_without_value_is_unsettled(bad: Any) -> None:
    found = judge(claim(predicted=lambda *_: [bad, bad]), QUICK)
    assert (found.verdict, found.evidence["reason"]) == ("unsettled", "the formula has no value")


@pytest.mark.parametrize("options", [{}, EXTRAPOLATED], ids=["unbiased", "extrapolated"])
@pytest.mark.parametrize(("factor", "elsewhere"), [(1, "holds"), (2, "fails")])
def test_a_formula_without_value_at_one_instance_is_unsettled(
    factor: int, elsewhere: str, options: dict[str, Any]
) -> None:
    def quotient(instance: Instance, width: int, rng: Rng, count: int) -> Draws:
        draws: Draws = options.get("measured", unbiased)(instance, width, rng, count)
        return draws / ((instance["n"] - 13) or 1)

    hole = claim(factor * RIGHT / (n - 13), **options | {"measured": quotient, "minimum": 19})
    found = judge(hole, QUICK)
    assert (found.verdict, found.strength, found.counterexample) == ("unsettled", None, None)
    assert found.evidence["reason"] == "the formula has no value"
    assert found.evidence["instance"] == {"activation": "tanh", "n": 13, "s": "14/2"}
    outside = (Hypothesis("n not 13", lambda i: i["n"] != 13),)
    assert judge(replace(hole, needs=outside), QUICK).verdict == elsewhere


def test_a_term_that_no_instance_reaches_is_unsettled() -> None:
    found = judge(claim(RIGHT + sympy.Piecewise((n, n > 99), (0, True))), QUICK)
    assert found.verdict == "unsettled"
    assert "does not see" in found.evidence["reason"]
    assert any(edit.startswith("lost term Piecewise") for edit in found.evidence["mutants"]["blind"])


def test_a_prediction_with_a_wide_ball_is_unsettled() -> None:
    def wide(instance: Instance, value: Callable[..., Any]) -> list[Any]:
        v = value(**bindings(instance))
        return [arb(v, 1), v / 2]

    found = judge(claim(predicted=wide), QUICK)
    assert found.verdict == "unsettled"
    assert "wide" in found.evidence["reason"]


def test_draws_that_are_no_numbers_are_an_error() -> None:
    with pytest.raises(ValueError, match="finite"):
        judge(claim(measured=lambda *_: np.full((4000, 2), np.nan)), QUICK)


def test_too_little_evidence_is_unsettled() -> None:
    def some(count: int, names: tuple[str, ...] = NAMES) -> Callable[..., Any]:
        return lambda *_: [{"activation": names[i % len(names)], "n": i, "s": "3/2"} for i in range(count)]

    no_edge = Hypothesis("n >= 0", lambda i: i["n"] >= 0, lambda i: i["n"] == 99)
    for reason, chosen in {
        "instances": claim(instances=some(19)),
        "activations": claim(instances=some(20, NAMES[:2])),
        "no instance meets": replace(claim(), needs=(Hypothesis("n < 0", lambda i: i["n"] < 0),)),
        "at the edge": replace(claim(), needs=(no_edge,)),
    }.items():
        found = judge(chosen, QUICK)
        assert found.verdict == "unsettled", reason
        assert reason in found.evidence["reason"]


def test_a_control_must_fail() -> None:
    outside = {"activation": "relu", "n": 40, "s": "1/2"}
    needs = (Hypothesis("n < 20", lambda i: i["n"] < 20),)
    assert judge(replace(claim(controls=(outside,)), needs=needs), QUICK).verdict == "unsettled"

    def otherwise_outside(instance: Instance, width: int, rng: Rng, count: int) -> Draws:
        return unbiased(instance, width, rng, count) + (instance["n"] ** 2 if instance["n"] >= 20 else 0)

    different = claim(measured=otherwise_outside, controls=(outside,))
    assert judge(replace(different, needs=needs), QUICK).verdict == "holds"


def test_a_finite_width_error_of_another_power_is_unsettled_even_if_the_limit_looks_wrong() -> None:
    def slow(instance: Instance, width: int, rng: Rng, count: int) -> Draws:
        return unbiased(instance, width, rng, count) * (1 + 3 / math.sqrt(width))

    found = judge(claim(**EXTRAPOLATED | {"measured": slow}), QUICK)
    assert found.verdict == "unsettled"
    assert "finite-width" in found.evidence["reason"]
    assert judge(claim(**EXTRAPOLATED | {"measured": slow, "bias": (Fraction(1, 2),)}), QUICK).verdict == "holds"


def test_several_widths_without_bias_must_agree() -> None:
    widths = (64, 128)
    assert judge(claim(widths=widths), QUICK).verdict == "holds"
    assert judge(claim(measured=biased, widths=widths), QUICK).verdict != "holds"


def test_a_right_formula_is_hardly_ever_rejected() -> None:
    verdicts = [judge(claim(draws=lambda _: 60), replace(QUICK, seed=seed)).verdict for seed in range(10)]
    assert "fails" not in verdicts


def test_statistics_that_depend_on_each_other_do_not_mislead() -> None:
    def dependent(instance: Instance, width: int, rng: Rng, count: int) -> Draws:
        common: Draws = biased(instance, width, rng, count)[:, :1] * np.linspace(1, 2, 8)
        return common

    def predicted(instance: Instance, value: Callable[..., Any]) -> list[Any]:
        v = value(**bindings(instance))
        return [v * (1 + arb(k) / 7) for k in range(8)]

    for seed in range(5):
        options = EXTRAPOLATED | {"measured": dependent, "predicted": predicted, "draws": lambda _: 1500}
        assert judge(claim(**options), replace(QUICK, seed=seed)).verdict == "holds"
