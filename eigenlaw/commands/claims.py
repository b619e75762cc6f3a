"""`eigenlaw claims`: the rows of the papers' indices, and the forms in which each is checked."""

from collections.abc import Sequence

from eigenlaw.commands.output import console, note, write_json

WIDE = 140
"""Columns of a terminal from which the statements in LaTeX stand in the table."""


def run(select: Sequence[str], json: str | None) -> None:
    """List the selected rows as a table, or as the contract's JSON document.

    Args:
        select: ids or prefixes; all rows without any.
        json: a file, ``-`` for standard output in place of the table, or None.
    """
    from eigenlaw.verify.registry import claims, select_rows
    from eigenlaw.verify.report import claims_document

    document = claims_document(select_rows(select), claims())
    if json is not None:
        write_json(document, json)
    if json == "-":
        return
    from rich import box
    from rich.table import Table

    out = console()
    wide = out.width >= WIDE
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("claim", no_wrap=True)
    table.add_column("where", overflow="fold")
    table.add_column("forms")
    if wide:
        table.add_column("says", overflow="fold")
    for row in document["claims"]:
        forms = ", ".join(row["forms"]) or row["status"]
        table.add_row(row["id"], row["where"], forms, *([row["says"]] if wide else []))
    out.print(table)
    if not wide:
        note("`eigenlaw show ID` says what a claim states; so does this table on a wider terminal")
