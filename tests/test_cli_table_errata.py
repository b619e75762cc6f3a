"""`eigenlaw table errata`: from a run and from its document, in every format; what is not settled turns it red."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eigenlaw.commands import table_errata
from eigenlaw.commands.show import statement
from eigenlaw.verify.campaign import Result
from eigenlaw.verify.claim import Budget
from eigenlaw.verify.judge import Context, judge
from eigenlaw.verify.registry import select_claims
from eigenlaw.verify.report import verify_document

Run = Callable[..., tuple[int, str, str]]
FAILING = "murray:eq-37.2"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """What a verify run of one printed statement that holds and one that fails writes."""
    claims = [claim for claim in select_claims(["murray:eq-37"]) if claim.form in {"printed", "corrected"}]
    results = [Result(claim, judge(claim, Context(Budget("quick"))), 0.0) for claim in claims]
    return verify_document(results, seed=0, budget="quick", mutants=False)


def written(document: dict[str, Any], tmp_path: Path, **changed: str) -> str:
    """Write the document with the verdicts of some forms of the failing claim replaced."""
    entries = [dict(entry) for entry in document["claims"]]
    for entry in entries:
        if entry["id"] == FAILING and entry["form"] in changed:
            entry["verdict"] = changed[entry["form"]]
    target = tmp_path / "verify.json"
    target.write_text(json.dumps({**document, "claims": entries}), encoding="utf-8")
    return str(target)


def test_rows_are_the_refuted_statements(run: Run, document: dict[str, Any], tmp_path: Path) -> None:
    status, out, err = run("table", "errata", "murray:eq-37", "--from", written(document, tmp_path), "--format", "csv")
    assert (status, err) == (0, "")
    head, *rows = csv.reader(io.StringIO(out))
    assert head == ["claim", "where", "as printed", "fails at", "correct form", "which"]
    forms = {claim.form: statement(claim) for claim in select_claims([FAILING])}
    (row,) = rows
    assert row[0] == FAILING
    assert (row[2], row[4]) == (forms["printed"], forms["corrected"])
    assert row[3].startswith("instance p = 2; predicted ")
    assert row[5] == "holds (certified)"


def test_a_correction_by_its_hypotheses_alone_says_which() -> None:
    printed = next(claim for claim in select_claims([FAILING]) if claim.form == "printed")
    corrected = replace(printed, form="corrected", source="(37), for ρ ≥ 0 – at most 1")
    row = table_errata._row(table_errata.Erratum(printed, {}, corrected, "holds (exact)"))
    assert row[4].text == f"(37), for ρ ≥ 0 – at most 1: {statement(printed)}"
    assert row[4].latex == rf"(37), for $\rho$ $\ge$ 0 -- at most 1: ${statement(printed)}$"


def test_a_run_of_its_own_says_the_same(run: Run, document: dict[str, Any], tmp_path: Path) -> None:
    _, told, _ = run("table", "errata", FAILING, "--from", written(document, tmp_path), "--format", "json")
    status, out, _ = run("table", "errata", FAILING, "--jobs", "1", "--format", "json")
    assert status == 0
    assert out == told


def test_verdicts_come_from_the_document_alone(run: Run, document: dict[str, Any], tmp_path: Path) -> None:
    status, out, _ = run("table", "errata", "murray:eq-37", "--from", written(document, tmp_path, printed="holds"))
    assert status == 0
    assert "0 of 2 printed statements fail" in out
    status, _, err = run("table", "errata", FAILING, "--from", written(document, tmp_path, printed="unsettled"))
    assert (status, err) == (1, f"eigenlaw: {FAILING}: unsettled as printed\n")
    status, _, err = run("table", "errata", FAILING, "--from", written(document, tmp_path, corrected="fails"))
    assert (status, err) == (1, f"eigenlaw: {FAILING}: its correction fails\n")


@pytest.mark.parametrize("style", ["text", "latex", "markdown", "json"])
def test_every_format(run: Run, document: dict[str, Any], tmp_path: Path, style: str) -> None:
    status, out, _ = run("table", "errata", FAILING, "--from", written(document, tmp_path), "--format", style)
    assert status == 0
    assert FAILING in out
    if style == "latex":
        assert out.isascii()
        assert out.count("$") % 2 == 0
        assert r"p{0.22\textwidth}" in out
    if style == "text":
        assert "eigenlaw verify murray:eq-37.2 --form printed" in out
        assert max(map(len, (line for line in out.splitlines() if "eigenlaw verify" not in line))) <= 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "select=(not given)"),
        (["nobody"], "select='nobody'"),
        ([FAILING, "--from", "no-such-file.json"], "from=no-such-file.json: cannot be read"),
        ([FAILING, "--jobs", "0"], "jobs=0"),
        ([FAILING, "--order", "3"], "order=3: table errata takes no such option"),
    ],
)
def test_what_cannot_be_used(run: Run, arguments: list[str], message: str) -> None:
    status, _, err = run("table", "errata", *arguments)
    assert status == 2
    assert message in err


def test_a_document_without_these_claims_is_refused(run: Run, document: dict[str, Any], tmp_path: Path) -> None:
    status, _, err = run("table", "errata", "murray:eq-4", "--from", written(document, tmp_path))
    assert status == 2
    assert "has no verdict on these claims" in err
    other = tmp_path / "other.json"
    other.write_text('{"values": []}', encoding="utf-8")
    status, _, err = run("table", "errata", FAILING, "--from", str(other))
    assert status == 2
    assert "expected the JSON of `eigenlaw verify" in err
