"""Claims that share a stream of random numbers, and claims that measure data files."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flint import arb

from eigenlaw.verify.claim import Budget, Claim, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.judge import Context, Verdict, judge


def instances(_: Budget, rng: Rng) -> Sequence[Instance]:
    return [{"seed": int(rng.integers(2**31)), "k": k} for k in range(20)]


def check(stream: str = "", wrong: int = 0) -> Value:
    return Value(
        instances,
        lambda i, value: [value(k=i["k"])],
        lambda i, _: [arb(i["k"] + wrong)],
        sampled=True,
        stream=stream,
        sources=lambda: {"picture.png": "00ff"},
    )


def claim(name: str, value: Value) -> Claim:
    return Claim(f"user:{name}", "printed", "here", "k", Formula(lambda: symbols("k")[0] * 1), value)


def seeds(value: Claim, context: Context) -> list[Any]:
    found = value.check
    assert isinstance(found, Value)
    return [i["seed"] for i in found.instances(context.budget, context.rng(value))]


def test_claims_share_their_draws_only_within_a_stream() -> None:
    context = Context(Budget("quick"), seed=3)
    one, two = claim("a", check("common")), claim("b", check("common"))
    alone, other = claim("a", check()), claim("b", check())
    assert seeds(one, context) == seeds(two, context)
    assert seeds(alone, context) != seeds(other, context)
    assert seeds(one, context) != seeds(alone, context)
    assert seeds(one, replace(context, seed=4)) != seeds(one, context)


def evidence(value: Value) -> Verdict:
    return judge(claim("a", value), Context(Budget("quick")))


def test_the_hashes_of_the_data_are_evidence_of_either_verdict() -> None:
    held, failed = evidence(check()), evidence(check(wrong=1))
    assert (held.verdict, failed.verdict) == ("holds", "fails")
    assert held.evidence["data"] == failed.evidence["data"] == {"picture.png": "00ff"}
    assert held.strength == failed.strength == "statistical"
    plain = evidence(replace(check(), sources=None))
    assert "data" not in plain.evidence
