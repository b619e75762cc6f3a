"""`eigenlaw table weights`: the layers of files, a row each, analysed now or read from the JSON of an earlier run."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eigenlaw.commands.arguments import Options
from eigenlaw.commands.table import Cell, Table
from eigenlaw.commands.table_errata import tex_cell
from eigenlaw.commands.weights import Options as WeightsOptions
from eigenlaw.commands.weights import textbook_line, with_progress
from eigenlaw.theory.errors import InputError
from eigenlaw.verify.weight_layers import document
from eigenlaw.verify.weight_report import HEADS, summary_row
from eigenlaw.verify.weight_tensors import printable

LARGEST = 2**28
"""Bytes of the longest document that is read."""

_LATEX = {
    "n × m": r"$n \times m$",
    "p law": r"$p$ law",
    "p edge": r"$p$ edge",
    "p spacing": r"$p$ spacing",
    "p Σ²": r"$p$ $\Sigma^2$",
}


def build(options: Options) -> Table:
    """Return the table of the layers of one file or more.

    Args:
        options: ``select``, files on a line each: weights, or documents of `eigenlaw weights --json`.

    Raises:
        InputError: a file cannot be used.
    """
    files = (options.get("select") or "").split("\n")
    if not files[0]:
        raise InputError.of("files", "(none)", "expected weights, or the JSON of eigenlaw weights; add a file")
    reports = [report_of(file) for file in files]
    layers = [layer for report in reports for layer in report["layers"]]
    rows = []
    for report in reports:
        for layer in report["layers"]:
            name, *cells = map(printable, summary_row(layer))  # an earlier document may hold anything
            whole = name if len(files) == 1 else printable(f"{Path(report['file']).name}: {name}")
            rows.append((_name_cell(whole), *map(tex_cell, cells)))
    draws = sorted({layer["null"]["draws"] for layer in layers})
    many = str(draws[0]) if len(draws) == 1 else f"{draws[0]} to {draws[-1]}"
    caption = (
        f"Layers against random matrices; p-values calibrated by {many} of the same shape and processing; textbook "
        f"p-values are off by {textbook_line(layers)}"
    )
    heads = tuple(Cell(head, _LATEX.get(head, head)) for head in HEADS)
    return Table("weights", caption, heads, tuple(rows), "ll" + "r" * (len(heads) - 2))


def _name_cell(name: str) -> Cell:
    """Return the cell of a name from a file; an apostrophe keeps a spreadsheet from running it as a formula.

    Example:
        >>> _name_cell("=1+1").text, _name_cell("layer").text
        ("'=1+1", 'layer')
    """
    return Cell(f"'{name}" if name.lstrip()[:1] in tuple("=+-@") else name, tex_cell(name).latex)


def report_of(file: str) -> Mapping[str, Any]:
    """Return the document of a file: of weights, or as it was written earlier.

    Raises:
        InputError: the file cannot be used.
    """
    path = Path(file)
    if path.suffix.lower() != ".json" or not path.is_file():
        return document(with_progress(file, WeightsOptions()))
    try:
        if path.stat().st_size > LARGEST:
            raise InputError.of("file", file, "is longer than any document of eigenlaw weights")
        report: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        for layer in report["layers"]:
            summary_row(layer), textbook_line([layer]), layer["null"]["draws"] + 0
        if not report["layers"] or not isinstance(report["file"], str):
            raise KeyError("layers")
    except OSError as error:
        raise InputError.of("file", file, f"cannot be read ({error.strerror})") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError.of("file", file, "expected a document that eigenlaw weights --json wrote") from error
    return report
