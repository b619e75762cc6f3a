"""`eigenlaw show`: one claim in all its forms, or a table of conventions."""

from typing import Any

from eigenlaw.commands.output import check_choice, console, write_json
from eigenlaw.theory.errors import InputError
from eigenlaw.verify.claim import Claim, Row


def run(name: str, style: str) -> None:
    """Show a claim by its id, or the conventions for ``activations`` and ``laws``.

    Raises:
        InputError: if there is no such claim or format.
    """
    check_choice("format", style, ("text", "latex", "json"))
    if name == "activations":
        _activations(style)
        return
    if name == "laws":
        from eigenlaw.commands import table_laws

        table_laws.show(style)
        return
    from eigenlaw.verify.registry import matches, rows, select_claims

    found = [row for row in rows() if matches(name, row.id)]
    if not found:
        raise InputError.of("id", name, "no such claim; see `eigenlaw claims`")
    row = max(found, key=lambda r: len(r.id))
    forms = [claim for claim in select_claims([]) if matches(claim.id, name)]
    if style == "json":
        write_json(_document(row, forms), "-")
    elif style == "latex":
        console().print("\n".join(_latex(claim) for claim in forms) or row.says, markup=False, soft_wrap=True)
    else:
        _text(row, forms)


def _document(row: Row, forms: list[Claim]) -> dict[str, Any]:
    return {
        "id": row.id,
        "paper": row.paper,
        "where": row.where,
        "says": row.says,
        "needs": list(row.needs),
        "status": row.status,
        "why": row.why,
        "forms": [
            {
                "id": claim.id,
                "form": claim.form,
                "source": claim.source,
                "statement": statement(claim),
                "needs": [hypothesis.says for hypothesis in claim.needs],
                "check": type(claim.check).__name__,
                "opaque": claim.formula.opaque,
                "note": claim.note,
            }
            for claim in forms
        ],
    }


def statement(claim: Claim) -> str:
    """Return the statement of a claim in LaTeX: what is measured, the relation, the formula."""
    sign, order = _relation(claim)
    body = rf"{order}\left({claim.formula.latex()}\right)" if order else claim.formula.latex()
    return f"{claim.lhs} {sign} {body}"


def statement_lines(claim: Claim, width: int) -> list[str]:
    """Return the statement of a claim for a terminal: what is measured and the relation, then the formula drawn."""
    sign, order = _relation(claim)
    drawn = claim.formula.pretty(width - 6).splitlines()
    return [f"  {claim.lhs} {sign} {order}".rstrip(), *(f"      {text}".rstrip() for text in drawn)]


def _relation(claim: Claim) -> tuple[str, str]:
    """The sign between the two sides in LaTeX, and the order symbol around the right-hand side."""
    kind = getattr(claim.check, "kind", None)
    if kind is not None:
        order = {"O": "O", "Omega": r"\Omega", "Theta": r"\Theta"}.get(kind, "")
        return ("=" if order else r"\sim"), order
    relation = getattr(claim.check, "relation", "=")
    return {"<=": r"\le", ">=": r"\ge"}.get(relation, relation), ""


def _latex(claim: Claim) -> str:
    return f"% {claim.id} ({claim.form}), {claim.source}\n\\begin{{equation*}}\n{statement(claim)}\n\\end{{equation*}}"


def _text(row: Row, forms: list[Claim]) -> None:
    out = console()

    def line(text: str) -> None:
        out.print(text, markup=False, soft_wrap=True)

    line(f"{row.id}  [{row.where}]  {row.status}")
    line(f"  says   {row.says}")
    for need in row.needs:
        line(f"  needs  {need}")
    if row.why:
        line(f"  why    {row.why}")
    for claim in forms:
        line(f"\n{claim.id} as {claim.form}  [{claim.source}; {type(claim.check).__name__}]")
        for text in statement_lines(claim, out.width):
            line(text)
        for hypothesis in claim.needs:
            line(f"  where {hypothesis.says}")
        if claim.formula.opaque:
            line(f"  opaque: {claim.formula.opaque}")
        if claim.note:
            line(f"  {claim.note}")


def _activations(style: str) -> None:
    from eigenlaw.theory.activations import CATALOGUE

    rows: list[dict[str, Any]] = [
        {
            "name": name,
            "convention": family.convention,
            "defaults": ", ".join("required" if value is None else str(value) for value in family.defaults),
            "singularities": family.singularities,
            "assumption_3": family.assumption_3,
        }
        for name, family in CATALOGUE.items()
    ]
    if style == "json":
        write_json({"activations": rows}, "-")
        return
    if style == "latex":
        raise InputError.of("format", style, "expected text or json for the table of activations")
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("name", "means", "defaults", "singular", "A3"):
        table.add_column(title, overflow="fold")
    for row in rows:
        third = "yes" if row["assumption_3"] else "no"
        table.add_row(row["name"], row["convention"], row["defaults"], row["singularities"], third)
    console().print(table)
