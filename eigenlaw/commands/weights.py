"""`eigenlaw weights`: the layers of a trained network held against random matrices, as a table, JSON and HTML."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from eigenlaw.commands import arguments
from eigenlaw.commands.output import check_at_least, check_choice, console, note, write_json
from eigenlaw.theory.errors import InputError
from eigenlaw.verify.null_calibration import Entries, Processing
from eigenlaw.verify.weight_layers import FileAnalysis, Stage, analyse_weights, document
from eigenlaw.verify.weight_report import HEADS, LEGEND, facts, statistic_rows, summary_row, write_pages
from eigenlaw.verify.weight_tensors import Layout

LAYOUTS: dict[str, Layout] = {"outputs-first": "outputs first", "outputs-last": "outputs last"}
MOST_DRAWS = 100_000
MOST_LENGTHS = 20
SHOWN_SKIPPED = 3
_NUMBER = re.compile(r"\d{1,4}(\.\d{1,6})?")


@dataclass(frozen=True)
class Options:
    """The options of the command, as typed."""

    layer: Sequence[str] = ()
    layout: str | None = None
    processing: str | None = None
    entries: str = "gaussian"
    seed: int = 0
    draws: str | None = None
    cache: str | None = None
    json: str | None = None
    html: str | None = None


def run(file: str, options: Options) -> int:
    """Analyse a file, print a table, and return 0.

    Raises:
        InputError: an option or the file cannot be used, or no layer of it can be analysed.
    """
    found = with_progress(file, options)
    report = document(found)
    if options.html is not None:
        note(f"eigenlaw: the report is {write_pages(found, options.html)}")
    if options.json is not None:
        write_json(report, options.json)
    if options.json != "-":
        _print(report)
    return 0


def with_progress(file: str, options: Options) -> FileAnalysis:
    """Analyse a file with a bar on standard error where that is a terminal.

    Raises:
        InputError: as `run`.
    """
    from rich.markup import escape
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    layout = None if options.layout is None else LAYOUTS[check_choice("layout", options.layout, tuple(LAYOUTS))]
    entries = cast(Entries, check_choice("entries", options.entries, ("gaussian", "uniform")))
    check_at_least("seed", options.seed, 0)
    draws = options.draws
    terminal = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        job = bar.add_task("reading", total=None)

        def tell(stage: Stage) -> None:
            part = stage.draws / stage.of if stage.of else 0.0
            what = f"{stage.name[-30:]}: null {stage.draws}/{stage.of}" if stage.of else stage.name[-40:]
            bar.update(job, total=stage.total, completed=stage.done + part, description=escape(what))

        return analyse_weights(
            file,
            options.layer,
            layout=layout,
            processing=None if options.processing is None else processing(options.processing),
            entries=entries,
            seed=options.seed,
            draws=None if draws is None else arguments.integer("draws", draws, least=19, most=MOST_DRAWS),
            folder=None if options.cache is None else Path(options.cache),
            progress=tell,
        )


def processing(text: str) -> Processing:
    """Read how spectra are unfolded and averaged.

    Raises:
        InputError: a part is not one of half-width=N, window=N, lengths=L/L/….

    Example:
        >>> processing("half-width=12,lengths=1/4")
        Processing(half_width=12, lengths=(1.0, 4.0), window=15)
    """
    given: dict[str, Any] = {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        if name in {"half-width", "window"}:
            least = 1 if name == "window" else 2
            given[name.replace("-", "_")] = arguments.integer(name, value, least=least, most=10_000)
        elif name == "lengths" and all(_NUMBER.fullmatch(one) and float(one) > 0 for one in value.split("/")):
            lengths = tuple(sorted({float(one) for one in value.split("/")}))
            if len(lengths) > MOST_LENGTHS or lengths[-1] > 256:
                raise InputError.of("lengths", value, f"expected at most {MOST_LENGTHS} lengths up to 256")
            given["lengths"] = lengths
        else:
            raise InputError.of("processing", text, "expected half-width=15,window=15,lengths=0.5/1/2/4/8 or a part")
    return Processing(**given)


def _print(report: Mapping[str, Any]) -> None:
    from rich.text import Text

    out = console()
    layers = report["layers"]
    if len(layers) == 1:
        _print_layer(out, layers[0])
    else:
        _print_summary(out, layers)
    nulls = {(layer["null"]["entries"], layer["null"]["seed"]) for layer in layers}
    draws = sorted({layer["null"]["draws"] for layer in layers})
    ((entries, seed),) = nulls
    many = str(draws[0]) if len(draws) == 1 else f"{draws[0]} to {draws[-1]}"
    out.print(
        Text(
            f"\nEvery p-value is calibrated: the rank among {many} random matrices of the same shape and processing"
            f" ({entries} entries, seed {seed}). Textbook p-values are not uniform under this null; their distribution"
            f" function is off by {textbook_line(layers)}."
        )
    )
    if len(layers) > 1:
        out.print(Text("One layer in detail: --layer NAME; all of them with figures: --html DIR."))
    skipped = report["skipped"]
    if skipped:
        few = "; ".join(f"{entry['name']} {entry['reason']}" for entry in skipped[:SHOWN_SKIPPED])
        more = f"; and {len(skipped) - SHOWN_SKIPPED} more (--json)" if len(skipped) > SHOWN_SKIPPED else ""
        out.print(Text(f"Skipped: {few}{more}"))


def textbook_line(layers: Sequence[Mapping[str, Any]]) -> str:
    """Return how far textbook p-values are from uniform under the null, as the range over the layers."""
    kinds: dict[str, Callable[[Mapping[str, Any]], Any]] = {
        "strict law": lambda layer: layer["statistics"]["strict_bulk"]["textbook"],
        "spacings": lambda layer: layer["statistics"]["spacings_broadening"]["textbook"],
        "singular vectors": lambda layer: layer["vectors"]["textbook"],
    }
    parts = []
    for name, textbook in kinds.items():
        found = [f"{textbook(layer)['distance_from_uniform']:.2f}" for layer in layers]
        parts.append(f"{name} {min(found)}" + (f"–{max(found)}" if max(found) > min(found) else ""))
    return ", ".join(parts)


def _table(heads: Sequence[str], right: range) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for index, head in enumerate(heads):
        table.add_column(head, justify="right" if index in right else "left", no_wrap=index > 0, overflow="fold")
    return table


def _print_summary(out: Any, layers: Sequence[Mapping[str, Any]]) -> None:
    from rich.text import Text

    table = _table([head.replace(" ", "\n", 1) if head[0] == "p" else head for head in HEADS], range(2, len(HEADS)))
    for layer in layers:
        table.add_row(*map(Text, summary_row(layer)))
    out.print(table)
    out.print(Text(f"\n{LEGEND}"))


def _print_layer(out: Any, layer: Mapping[str, Any]) -> None:
    from rich.text import Text

    shape = " × ".join(map(str, layer["shape"]))
    out.print(Text(f"{layer['name']}: {shape}, {layer['layout']}, as {layer['rows']} × {layer['columns']}\n"))
    grid = _table(("", ""), range(0))
    grid.show_header = False
    for name, value in facts(layer):
        grid.add_row(name, Text(value, overflow="fold"))
    grid.columns[0].no_wrap, grid.columns[1].no_wrap = True, False
    out.print(grid)
    out.print("")
    table = _table(("statistic", "observed", "null 5–95 %", "p", "textbook", "off by"), range(1, 6))
    for cells, low in statistic_rows(layer):
        table.add_row(*map(Text, cells[:3]), Text(cells[3], style="red" if low else ""), *map(Text, cells[4:]))
    out.print(table)
