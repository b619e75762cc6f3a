"""The claims on S6 and S8 of Singh et al.: every row has one, the hypotheses see what they should, wrong laws fail."""

from dataclasses import replace
from fractions import Fraction

import pytest
import sympy

from eigenlaw.verify.claim import Budget, Claim
from eigenlaw.verify.formula import Formula
from eigenlaw.verify.judge import Context, judge
from eigenlaw.verify.papers.singh import (
    functional_spectrum,
    gated,
    gated_inputs,
    nonlinear_functional,
    outer_spectrum,
    piecewise_linear,
    unit_networks,
)
from eigenlaw.verify.papers.singh.rows_nonlinear import ROWS
from eigenlaw.verify.registry import row_of

THEMES = (
    *(functional_spectrum, gated_inputs, nonlinear_functional, outer_spectrum, piecewise_linear),
    unit_networks,
)
CLAIMS: dict[str, Claim] = {claim.key: claim for theme in THEMES for claim in theme.CLAIMS}
QUICK = Context(Budget("quick"))


def test_every_row_has_a_claim() -> None:
    tested = {row_of(claim.id) for claim in CLAIMS.values()}
    assert tested == {row.id for row in ROWS}
    assert len(ROWS) == 11


@pytest.mark.parametrize(
    ("key", "measured"),
    [
        ("singh:lem-26 printed", "0"),
        ("singh:sec-6.4.1 printed", "1"),
        ("singh:sec-8.1-plateaus.1 printed", "2"),
    ],
)
def test_false_statements_have_the_smallest_counterexample(key: str, measured: str) -> None:
    verdict = judge(CLAIMS[key], QUICK)
    assert verdict.verdict == "fails"
    assert verdict.counterexample is not None
    assert verdict.counterexample["measured"] == measured
    assert len(verdict.counterexample["instance"].get("V", [[]])) <= 2


@pytest.mark.parametrize(
    "key",
    [
        "singh:lem-26 sharp",
        "singh:thm-9.1 sharp",
        "singh:thm-9.4 new",
        "singh:functional-nonlinear.1 sharp",
        "singh:sec-8.2-eigenvalues.2 new",
        "singh:fig-s6.4 sharp",
    ],
)
def test_a_law_that_is_off_by_one_fails(key: str) -> None:
    claim = CLAIMS[key]
    with sympy.evaluate(False):
        wrong = sympy.Add(claim.formula.tree, -1)
    assert judge(replace(claim, formula=Formula(lambda: wrong)), QUICK).verdict == "fails"


def test_hypotheses_on_gates() -> None:
    network = {"activation": "relu", "V": [[1, 0], [-1, 0]], "W": [[1, 1]], "X": [[1, 1, -1], [0, 1, 1]]}
    assert not gated.full_rank(network)
    assert gated.keeps_rank({**network, "i": 1})
    assert not gated.keeps_rank({**network, "i": 2})
    assert not gated.keeps_rank(network)
    assert gated.homogeneous(network)
    assert not gated.homogeneous({**network, "activation": "monomial(2)"})
    assert not gated.smooth_here({**network, "V": [[0, 0], [1, 0]]})
    assert not gated.is_active({**network, "X": [[1], [1]], "i": 2})


def test_drawn_networks_are_reproducible_and_as_asked() -> None:
    instance = {"activation": "relu", "r": 2, "M": 3, "K": 1, "N": 6, "draw": 5, "d": 4, "copies": 3}
    layer = gated.layer_of({**instance, "parallel": [[2, 0, 5]]})
    assert layer.V[2].tolist() == (5 * layer.V[0]).tolist()
    assert gated.input_rank(layer) == 2
    assert (layer.X[:, :3] == layer.X[:, 3:]).all()
    assert gated.layer_of({**instance, "parallel": [[2, 0, 5]], "i": 1}) is layer


def test_the_last_layer_of_a_low_rank_widens_the_plateaus() -> None:
    instance = {"activation": "relu", "widths": [2, 2, 2], "N": 5, "draw": 3, "last_rank": 1}
    claim = CLAIMS["singh:sec-8.1-plateaus.2 sharp"]
    verdict = judge(claim, replace(QUICK, only=instance))
    assert verdict.verdict == "holds"
    assert verdict.resolution is None or verdict.resolution <= Fraction(1, 10)
