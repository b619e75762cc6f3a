"""Rows that have parts: the verdict on the whole follows from those on the parts."""

from dataclasses import replace
from typing import Any

from eigenlaw.verify.campaign import Result, with_rows
from eigenlaw.verify.claim import Form
from eigenlaw.verify.judge import Verdict
from eigenlaw.verify.registry import select_claims


def result(name: str, verdict: Any, form: Form = "printed", strength: Any = "exact", resolution: Any = 0.01) -> Result:
    claim = replace(select_claims([])[0], id=name, form=form)
    settled = verdict != "unsettled"
    found = Verdict(verdict, strength if settled else None, 20, resolution if settled else None, {"resolution": "-"})
    return Result(claim, found, 1.0)


def whole(*parts: Result) -> dict[str, Result]:
    found = with_rows(list(parts), lambda name: name.rpartition(".")[0] or name)
    assert found[: len(parts)] == list(parts)
    return {r.claim.form: r for r in found[len(parts) :]}


def test_a_row_fails_if_one_part_fails() -> None:
    row = whole(result("p:a.1", "holds"), result("p:a.2", "fails"), result("p:a.3", "unsettled"))["printed"]
    assert (row.claim.id, row.verdict.verdict, row.verdict.instances, row.seconds) == ("p:a", "fails", 60, 3.0)


def test_a_row_is_unsettled_if_one_part_is() -> None:
    row = whole(result("p:a.1", "holds"), result("p:a.2", "unsettled"))["printed"]
    assert row.verdict.verdict == "unsettled"
    assert not row.settled


def test_a_row_holds_with_the_weakest_strength_and_the_coarsest_resolution() -> None:
    parts = [result("p:a.1", "holds"), result("p:a.2", "holds", strength="statistical", resolution=0.1)]
    row = whole(*parts)["printed"].verdict
    assert (row.verdict, row.strength, row.resolution) == ("holds", "statistical", 0.1)


def test_corrected_parts_stand_in_for_the_printed_ones() -> None:
    parts = [result("p:a.1", "holds"), result("p:a.2", "fails"), result("p:a.2", "holds", form="corrected")]
    found = whole(*parts)
    assert found["printed"].verdict.verdict == "fails"
    assert found["corrected"].verdict.verdict == "holds"
    assert found["corrected"].verdict.evidence["parts"] == {"p:a.1": "holds", "p:a.2": "holds"}
    parts[2] = result("p:a.2", "fails", form="corrected")
    assert whole(*parts)["corrected"].verdict.verdict == "fails"


def test_a_row_is_corrected_only_if_each_part_that_does_not_hold_is() -> None:
    fixed = [result("p:a.1", "fails"), result("p:a.1", "holds", form="corrected")]
    for verdict in ("fails", "unsettled"):
        assert set(whole(*fixed, result("p:a.2", verdict))) == {"printed"}
        both = whole(*fixed, result("p:a.2", verdict), result("p:a.2", "holds", form="corrected"))
        assert both["corrected"].verdict.verdict == "holds"
    assert set(whole(*fixed, result("p:a.2", "holds"))) == {"printed", "corrected"}
    sharp = result("p:a.2", "holds", form="sharp")
    assert set(whole(*fixed, result("p:a.2", "fails"), sharp)) == {"printed"}


def test_rows_without_parts_stay_alone() -> None:
    assert not whole(result("p:a", "holds"))
