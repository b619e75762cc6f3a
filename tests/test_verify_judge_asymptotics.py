"""The judge of asymptotic statements: an envelope decides O, Ω, Θ and ~, and doubt is never a pass."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

import pytest
import sympy
from flint import arb, fmpq

from eigenlaw.verify.claim import Asymptotic, Budget, Claim, Envelope, Hypothesis, Instance, Rng
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.judge import Context, Verdict, judge

QUICK = Context(Budget("quick"))
k, c = symbols("k c")
Kind = Literal["O", "Omega", "Theta", "~"]


def cases(_: Budget, __: Rng) -> Iterable[Instance]:
    return [{"activation": name, "c": value} for name, value in (("relu", "1"), ("tanh", "2"), ("erf", "5/2"))]


def terms(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    """c/k² + 1/k³ at odd k, zero at even k."""
    factor = Fraction(instance["c"])
    return [
        fmpq(0) if i % 2 == 0 else fmpq(factor.numerator, factor.denominator * i**2) + fmpq(1, i**3) for i in indices
    ]


LEADING = c / k**2


def claim(
    kind: Kind, rate: Any, envelope: Any = LEADING, meaning: Literal["~", "<=", ">="] = "~", **options: Any
) -> Claim:
    check = Asymptotic(
        kind,
        "k",
        options.pop("instances", cases),
        lambda i: {"c": Fraction(i["c"])},
        options.pop("indices", lambda _: [11, 33, 111, 333]),
        options.pop("term", terms),
        lambda _: Envelope(Formula(lambda: envelope, derived=True), meaning),
        **options,
    )
    return Claim("toy:rate", "printed", "nowhere", "a_k", Formula(lambda: rate, derived=True), check)


def verdict(*arguments: Any, **options: Any) -> Verdict:
    return judge(claim(*arguments, **options), QUICK)


@pytest.mark.parametrize(
    ("kind", "rate", "expected"),
    [
        ("O", k**-2, "holds"),
        ("O", 1 / k, "holds"),
        ("O", k**-3, "fails"),
        ("O", sympy.exp(-k), "fails"),
        ("Omega", k**-2, "holds"),
        ("Omega", k**-3, "holds"),
        ("Omega", 1 / k, "fails"),
        ("Theta", k**-2, "holds"),
        ("Theta", 7 * k**-2, "holds"),
        ("Theta", 1 / k, "fails"),
        ("Theta", k**-3, "fails"),
        ("Theta", k**-2 * sympy.log(k), "fails"),
        ("~", c / k**2, "holds"),
        ("~", c / (k**2 + k), "holds"),
        ("~", sympy.Rational(101, 100) * c / k**2, "fails"),
        ("~", 2 * c / k**2, "fails"),
        ("~", -c / k**2, "fails"),
        ("~", c / k, "fails"),
        ("~", 1 / k**2, "fails"),
    ],
)
def test_a_leading_term_decides_every_kind(kind: Kind, rate: Any, expected: str) -> None:
    found = verdict(kind, rate)
    assert found.verdict == expected
    assert found.strength == "certified"
    assert "resolution" in found.evidence
    assert (found.counterexample is not None) == (expected == "fails")


def test_the_first_sequence_that_disagrees_is_the_counterexample() -> None:
    found = verdict("~", 2 / k**2)
    assert found.counterexample is not None
    assert found.counterexample["instance"] == {"activation": "relu", "c": "1"}
    again = judge(claim("~", 2 / k**2), replace(QUICK, only=found.counterexample["instance"]))
    assert again.verdict == "fails"
    second = judge(claim("~", 2 / k**2), replace(QUICK, only={"activation": "tanh", "c": "2"}))
    assert second.verdict == "holds"


def test_a_bound_decides_only_its_side() -> None:
    upper, lower = 2 * c / k**2, c / (2 * k**2)
    assert verdict("O", k**-2, upper, "<=").verdict == "holds"
    assert verdict("Omega", k**-2, upper, "<=").verdict == "unsettled"
    assert verdict("Theta", k**-2, upper, "<=").verdict == "unsettled"
    assert verdict("O", k**-3, upper, "<=").verdict == "unsettled"
    assert verdict("Omega", 1 / k, upper, "<=").verdict == "fails"
    assert verdict("Omega", k**-2, lower, ">=").verdict == "holds"
    assert verdict("O", k**-3, lower, ">=").verdict == "fails"
    assert verdict("~", c / k**2, upper, "<=").verdict == "unsettled"


@pytest.mark.parametrize(
    ("envelope", "meaning"),
    [(c / k, "~"), (sympy.Rational(11, 10) * c / k**2, "~"), (2 * c / k**2, "~"), (c / k**2, "<="),
     (2 * c / k**2, ">="), (-c / k**2, "~")],
)  # fmt: skip
def test_an_envelope_that_does_not_fit_the_terms_decides_nothing(envelope: Any, meaning: Any) -> None:
    for kind in ("O", "Theta", "~"):
        assert verdict(kind, envelope, envelope, meaning).verdict == "unsettled"


def test_an_envelope_that_is_exact_fits() -> None:
    assert verdict("~", c / k**2 + k**-3, c / k**2 + k**-3).verdict == "holds"


def test_negative_terms_are_of_the_order_of_their_size() -> None:
    def negative(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
        return [-term for term in terms(instance, indices)]

    for kind in ("O", "Omega", "Theta"):
        assert verdict(kind, k**-2, -LEADING, term=negative).verdict == "holds"
    assert verdict("~", LEADING, -LEADING, term=negative).verdict == "fails"
    large = verdict("O", k**-3, k**-3, "<=", term=negative)
    assert large.verdict == "unsettled"  # −c/k² lies below 1/k³ and is not bounded by it


class TestVanishing:
    """Indices at which the statement says that the term is zero."""

    @staticmethod
    def found(term: Callable[..., Any], even: Sequence[int] = (2, 4)) -> Verdict:
        return verdict("Theta", k**-2, vanishing=lambda _: even, term=term)

    @staticmethod
    def at_even(value: Any) -> Callable[..., Any]:
        return lambda i, indices: [value if j % 2 == 0 else t for j, t in zip(indices, terms(i, indices), strict=True)]

    @pytest.mark.parametrize("zero", [fmpq(0), arb(0), arb(0, 1e-60)])
    def test_zeros_pass(self, zero: Any) -> None:
        assert self.found(self.at_even(zero)).verdict == "holds"

    @pytest.mark.parametrize("value", [fmpq(1, 10**30), arb(1e-30), arb(-1, 0.5)])
    def test_what_is_not_zero_fails(self, value: Any) -> None:
        found = self.found(self.at_even(value))
        assert found.verdict == "fails"
        assert found.counterexample is not None
        assert "at 2" in found.counterexample["why"]

    @pytest.mark.parametrize("value", [arb(0, 0.1), arb("nan")])
    def test_doubt_is_unsettled(self, value: Any) -> None:
        assert self.found(self.at_even(value)).verdict == "unsettled"


def test_too_little_evidence_is_unsettled() -> None:
    def some(count: int) -> Callable[..., Any]:
        return lambda *_: list(cases(QUICK.budget, QUICK.rng(claim("O", 1 / k))))[:count]

    assert verdict("Theta", k**-2, instances=some(2)).verdict == "unsettled"
    assert verdict("Theta", k**-2, instances=some(0)).verdict == "unsettled"
    edge = Hypothesis("c >= 1/2", lambda i: Fraction(i["c"]) >= 1, lambda i: Fraction(i["c"]) == Fraction(1, 2))
    assert judge(replace(claim("Theta", k**-2), needs=(edge,)), QUICK).verdict == "unsettled"


@pytest.mark.parametrize("indices", [[11, 33, 55], [11, 111], [11]])
def test_less_than_a_decade_of_indices_is_refused(indices: list[int]) -> None:
    with pytest.raises(ValueError, match="decade"):
        verdict("Theta", k**-2, indices=lambda _: indices)


@pytest.mark.parametrize("bad", [arb("nan"), arb(0, float("inf"))])
def test_terms_that_are_no_numbers_never_pass(bad: Any) -> None:
    for meaning in ("~", "<=", ">="):
        found = verdict("Theta", k**-2, LEADING, meaning, term=lambda _, indices: [bad] * len(indices))
        assert found.verdict == "unsettled"


def test_wrong_rates_are_among_the_mutants_that_are_killed() -> None:
    found = judge(claim("Theta", k**-2), replace(QUICK, every_mutant=True))
    assert found.verdict == "holds"
    assert any(r.edit.startswith("exponent") and r.fate == "killed" for r in found.mutants)
    assert all(r.fate != "survived" for r in found.mutants)
    sharp = judge(claim("~", c / k**2), QUICK)
    assert {"times 101/100", "times 2"} <= {r.edit for r in sharp.mutants if r.fate == "killed"}
