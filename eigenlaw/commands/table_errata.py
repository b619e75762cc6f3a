"""`eigenlaw table errata`: what a paper prints and a run refutes, each with its smallest counterexample and correction.

The verdicts come from a run: of the printed forms that are selected and then of the corrections of those that fail, or
from the JSON of an earlier `eigenlaw verify`. Nothing here knows the outcome.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eigenlaw.commands import arguments, typeset
from eigenlaw.commands.arguments import Options
from eigenlaw.commands.columns import terminal_width
from eigenlaw.commands.table import Cell, Table
from eigenlaw.commands.tex_text import tex_text
from eigenlaw.theory.errors import InputError

if TYPE_CHECKING:
    from eigenlaw.verify.claim import Claim

_WIDTH = 100
_LONGEST = 70
_HIDDEN = {"replay", "relation", "p"}


@dataclass(frozen=True)
class Erratum:
    """A printed statement that fails.

    Attributes:
        printed: as the paper has it.
        counterexample: the smallest that the run found.
        corrected: the form that takes its place, if there is one.
        verdict: what the run says of that, such as ``holds (exact)``; empty without one.
    """

    printed: "Claim"
    counterexample: Mapping[str, Any]
    corrected: "Claim | None"
    verdict: str


def build(options: Options) -> Table:
    """Return the errata of the selected claims, by a quick campaign or from the file of ``--from``.

    Args:
        options: ``select``, ids or prefixes separated by spaces; ``from``, a JSON file; ``jobs``.

    Raises:
        InputError: if the selection names no printed claim, or the file is no document of `eigenlaw verify`.
    """
    from eigenlaw.verify.registry import select_claims

    names = (options.get("select") or "").split()
    if not names:
        raise InputError.of("select", "(not given)", "expected an id or a prefix, such as murray")
    selected = select_claims(names)
    printed = [claim for claim in selected if claim.form == "printed"]
    if not printed:
        raise InputError.of("select", " ".join(names), "names no printed claim; see `eigenlaw claims`")
    source = options.get("from")
    entries = _of_run(printed, options) if source is None else _of_file(source)
    errata, notes = _errata(printed, entries)
    decided = sum(claim.key in entries for claim in printed)
    if not decided:
        raise InputError.of("from", source, "has no verdict on these claims; expected that of `eigenlaw verify`")
    heads = ("claim", "where", "as printed", "fails at", "correct form", "which")
    caption = f"Errata of {' '.join(names)}: {len(errata)} of {decided} printed statements fail"
    rows = tuple(map(_row, errata))
    columns = r"lp{0.1\textwidth}p{0.22\textwidth}p{0.25\textwidth}p{0.22\textwidth}p{0.08\textwidth}"
    text = "\n".join([caption, *(line for erratum in errata for line in _block(erratum))])
    return Table(
        "errata",
        caption,
        tuple(Cell(h, h) for h in heads),
        rows,
        "llllll",
        tuple(notes),
        text=text,
        tex_columns=columns,
    )


def _of_run(printed: Sequence["Claim"], options: Options) -> dict[str, Mapping[str, Any]]:
    """Decide the printed forms, then the corrections of those that fail; return the verdicts by id and form."""
    from eigenlaw.commands.verify import with_progress
    from eigenlaw.verify.campaign import Task
    from eigenlaw.verify.registry import claims
    from eigenlaw.verify.report import verify_document

    text = options.get("jobs")
    jobs = None if text is None else arguments.integer("jobs", text, least=1)

    def decided(wanted: Sequence["Claim"]) -> dict[str, Mapping[str, Any]]:
        results = with_progress([Task(claim.id, claim.form) for claim in wanted], budget="quick", seed=0, jobs=jobs)
        return _by_key(verify_document(results, seed=0, budget="quick", mutants=False))

    found = decided(printed)
    failing = {claim.id for claim in printed if found[claim.key]["verdict"] == "fails"}
    corrections = [claim for claim in claims() if claim.form == "corrected" and claim.id in failing]
    return found | (decided(corrections) if corrections else {})


def _of_file(name: str) -> dict[str, Mapping[str, Any]]:
    try:
        return _by_key(json.loads(Path(name).read_text(encoding="utf-8")))
    except OSError as error:
        raise InputError.of("from", name, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError) as error:
        raise InputError.of("from", name, "expected the JSON of `eigenlaw verify --json FILE`") from error


def _by_key(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    needed = ("verdict", "strength", "counterexample")
    return {f"{entry['id']} {entry['form']}": {name: entry[name] for name in needed} for entry in document["claims"]}


def _errata(printed: Sequence["Claim"], entries: Mapping[str, Mapping[str, Any]]) -> tuple[list[Erratum], list[str]]:
    """Return the statements that fail, and what is not settled."""
    from eigenlaw.verify.registry import claims

    corrections = {claim.id: claim for claim in claims() if claim.form == "corrected"}
    errata, notes = [], []
    for claim in printed:
        verdict = entries.get(claim.key, {}).get("verdict", "holds")
        if verdict == "unsettled":
            notes.append(f"{claim.id}: unsettled as printed")
        if verdict != "fails":
            continue
        corrected = corrections.get(claim.id)
        answer = None if corrected is None else entries.get(corrected.key)
        says = "" if answer is None else answer["verdict"]
        if says != "holds":
            outcome = {"fails": "its correction fails", "unsettled": "its correction is unsettled"}
            missing = "has no correction" if corrected is None else "its correction is not decided"
            notes.append(f"{claim.id}: {outcome.get(says, missing)}")
        shown = f"{says} ({answer['strength']})" if answer and answer["strength"] else says
        errata.append(Erratum(claim, entries[claim.key]["counterexample"] or {}, corrected, shown))
    return errata, notes


def _row(erratum: Erratum) -> tuple[Cell, ...]:
    from eigenlaw.commands.show import statement

    claim, where, verdict = erratum.printed, erratum.printed.source, erratum.verdict
    printed, right = (_formula(None if form is None else statement(form)) for form in (claim, erratum.corrected))
    if erratum.corrected is not None and _same_formula(claim, erratum.corrected):
        source = tex_cell(erratum.corrected.source)
        right = Cell(f"{source.text}: {right.text}", f"{source.latex}: {right.latex}")
    fails = _counterexample(erratum.counterexample)
    return (tex_cell(claim.id), tex_cell(where), printed, tex_cell(fails), right, tex_cell(verdict))


def _same_formula(printed: "Claim", corrected: "Claim") -> bool:
    """Tell whether only the hypotheses are corrected, which the source names, or the order of the terms differs."""
    import sympy

    trees = printed.formula.tree, corrected.formula.tree
    if printed.lhs != corrected.lhs or not all(isinstance(tree, sympy.Expr) for tree in trees):
        return False
    return bool(sympy.expand(trees[0] - trees[1]) == 0)


def _formula(latex: str | None) -> Cell:
    return Cell("", "") if latex is None else Cell(latex, f"${latex}$")


def _block(erratum: Erratum) -> list[str]:
    """Return the lines of an erratum for a terminal."""
    from eigenlaw.commands.show import statement_lines

    width = terminal_width() or _WIDTH

    def words(title: str, text: str) -> list[str]:
        return typeset.paragraph(f"{title:<9} {text}", width)

    claim, corrected = erratum.printed, erratum.corrected
    lines = ["", f"{claim.id}  [{claim.source}]", *words("printed", ""), *statement_lines(claim, width)]
    lines += words("fails at", _counterexample(erratum.counterexample))
    if claim.note:
        lines += words("note", claim.note)
    if corrected is not None:
        lines += [*words("correct", f"[{corrected.source}]"), *statement_lines(corrected, width)]
        lines += words("which", erratum.verdict or "is not decided")
    if "replay" in erratum.counterexample:
        lines.append(f"  {erratum.counterexample['replay']}")
    return lines


def _counterexample(found: Mapping[str, Any]) -> str:
    """Return the instance, and what is predicted and measured there."""
    return "; ".join(f"{name} {_short(value)}" for name, value in found.items() if name not in _HIDDEN)


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} = {_short(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        value = f"[{', '.join(map(_short, value))}]"
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def tex_cell(text: str) -> Cell:
    """Return a cell of plain text, escaped for LaTeX."""
    return Cell(text, tex_text(text))
