"""A campaign's results as a terminal table and as the JSON document of the contract."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from eigenlaw.verify.campaign import Result
from eigenlaw.verify.claim import Claim, Row
from eigenlaw.verify.registry import row_of

if TYPE_CHECKING:
    from rich.console import RenderableType

_STYLE = {"holds": "green", "fails": "red", "unsettled": "yellow"}


def verify_document(results: Sequence[Result], *, seed: int, budget: str, mutants: bool) -> dict[str, Any]:
    """Return the document of `eigenlaw verify --json`."""
    from eigenlaw import __version__

    return {
        "version": __version__,
        "seed": seed,
        "budget": budget,
        "claims": [_entry(result, mutants) for result in results],
    }


def _entry(result: Result, mutants: bool) -> dict[str, Any]:
    verdict = result.verdict
    evidence = dict(verdict.evidence)
    if mutants:
        evidence["every_mutant"] = [{"edit": m.edit, "fate": m.fate, "change": m.change} for m in verdict.mutants]
    return {
        "id": result.claim.id,
        "form": result.claim.form,
        "verdict": verdict.verdict,
        "strength": verdict.strength,
        "expected": result.expected,
        "instances": verdict.instances,
        "resolution": verdict.resolution,
        "evidence": evidence,
        "counterexample": verdict.counterexample,
        "seconds": round(result.seconds, 3),
    }


def claims_document(rows: Iterable[Row], claims: Iterable[Claim]) -> dict[str, Any]:
    """Return the document of `eigenlaw claims --json`."""
    forms: dict[str, list[str]] = {}
    for claim in claims:
        held = forms.setdefault(row_of(claim.id), [])
        if claim.form not in held:
            held.append(claim.form)
    return {
        "claims": [
            {
                "id": row.id,
                "paper": row.paper,
                "where": row.where,
                "says": row.says,
                "needs": list(row.needs),
                "forms": forms.get(row.id, []),
                "status": row.status,
                "why": row.why,
            }
            for row in rows
        ]
    }


def verdict_table(results: Sequence[Result], mutants: bool) -> "RenderableType":
    """Return the table of verdicts, and with ``mutants`` a column of what each check killed."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("claim", "form", "verdict", "strength"):
        table.add_column(name, no_wrap=True)
    for name in ("n", "sees", "s"):
        table.add_column(name, justify="right", no_wrap=True)
    for result in results:
        verdict = result.verdict
        name = verdict.verdict + ("" if result.settled or verdict.verdict == "unsettled" else " !")
        table.add_row(
            result.claim.id,
            result.claim.form,
            f"[{_STYLE[verdict.verdict]}]{name}[/]",
            verdict.strength or "",
            str(verdict.instances),
            "" if verdict.resolution is None else f"{verdict.resolution:.2g}",
            f"{result.seconds:.1f}",
        )
    if not mutants:
        return table
    from rich.console import Group

    return Group(table, mutant_table(results))


def mutant_table(results: Sequence[Result]) -> "RenderableType":
    """Return, a claim a line, the mutants that were killed, survived or change nothing that the claim speaks of."""
    from rich import box
    from rich.table import Table

    caption = "survived: the check does not refute it; invisible: it changes nothing that the statement speaks of"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title="mutants", title_justify="left", caption=caption)
    for name in ("claim", "form", "fate", "edits"):
        table.add_column(name, overflow="fold")
    for result in results:
        by_fate: dict[str, list[str]] = {}
        for mutant in result.verdict.mutants:
            by_fate.setdefault(mutant.fate, []).append(mutant.edit)
        if not by_fate:
            why = "none tried: the formula as printed is refuted"
            table.add_row(result.claim.id, result.claim.form, "", why if result.verdict.verdict == "fails" else "none")
        for fate, edits in by_fate.items():
            table.add_row(result.claim.id, result.claim.form, f"{len(edits)} {fate}", "; ".join(edits))
    return table


def counterexample_lines(results: Sequence[Result]) -> list[str]:
    """Return, for each refuted claim, the smallest counterexample and the command that replays it."""
    lines = []
    for result in results:
        found = result.verdict.counterexample
        if result.verdict.verdict == "unsettled":
            lines.append(f"{result.claim.id} ({result.claim.form}) is unsettled: {result.verdict.evidence['reason']}")
        elif found is not None:
            values = {key: value for key, value in found.items() if key not in {"replay", "relation", "p"}}
            shown = ", ".join(f"{key} {_short(value)}" for key, value in values.items())
            lines.append(f"{result.claim.id} ({result.claim.form}) fails: {shown}\n    {found['replay']}")
    return lines


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k}={_short(v)}" for k, v in value.items()) + "}"
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def summary(results: Sequence[Result]) -> str:
    """Return one line: how many verdicts of each kind, and whether the run is settled."""
    count = {name: sum(r.verdict.verdict == name for r in results) for name in _STYLE}
    bad = [f"{r.claim.id} ({r.claim.form})" for r in results if not r.settled]
    text = f"{count['holds']} hold, {count['fails']} fail, {count['unsettled']} unsettled"
    return text + (". All as expected." if not bad else f". Not as expected: {', '.join(bad)}.")
