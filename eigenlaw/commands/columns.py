"""Plain columns that fit the terminal, and a sign of life for what takes long."""

import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

_GAP = "  "
_NARROWEST = 8


def terminal_width() -> int | None:
    """Return the columns of the terminal; None where standard output is no terminal, so that nothing need fit."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def columns(titles: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> list[str]:
    """Return the lines of a table; if it is wider than ``width``, its widest columns are folded.

    Example:
        >>> for line in columns(("k", "value"), [("0", "0.25"), ("1", "-1")]):
        ...     print(line)
        k  value
        ────────
        0  0.25
        1  -1
    """
    sizes = [max(len(row[i]) for row in (titles, *rows)) for i in range(len(titles))]
    if width is not None:
        room = width - len(_GAP) * (len(sizes) - 1)
        while sum(sizes) > room and max(sizes) > _NARROWEST:
            sizes[sizes.index(max(sizes))] -= 1
    lines = _row(titles, sizes)
    lines.append("─" * (sum(sizes) + len(_GAP) * (len(sizes) - 1)))
    for row in rows:
        lines += _row(row, sizes)
    return lines


def _row(cells: Sequence[str], sizes: Sequence[int]) -> list[str]:
    folded = [_fold(cell, size) for cell, size in zip(cells, sizes, strict=True)]
    height = max(map(len, folded))
    return [
        _GAP.join(
            (parts[i] if i < len(parts) else "").ljust(size) for parts, size in zip(folded, sizes, strict=True)
        ).rstrip()
        for i in range(height)
    ]


def _fold(cell: str, size: int) -> list[str]:
    """Return the parts of a cell, broken at a space where there is one in the second half of the line."""
    parts = []
    while len(cell) > size:
        cut = cell.rfind(" ", size // 2, size + 1)
        cut = size if cut < 0 else cut
        parts.append(cell[:cut])
        cell = cell[cut:].lstrip(" ")
    return [*parts, cell]


@contextmanager
def patience(text: str, seconds: float = 2.0) -> Iterator[None]:
    """Show a spinner on standard error while the block runs, from ``seconds`` on, only where that is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    spinner = threading.Thread(target=_spin, args=(text, seconds, done), daemon=True)
    spinner.start()
    try:
        yield
    finally:
        done.set()
        spinner.join()


def _spin(text: str, seconds: float, done: threading.Event) -> None:
    if done.wait(seconds):
        return
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from eigenlaw.commands.output import console

    parts = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*parts, console=console(stderr=True), transient=True) as bar:
        bar.add_task(text, total=None)
        done.wait()
