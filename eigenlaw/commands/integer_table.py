"""A CSV file of integers, read as the cases of a sequence; nothing in it is ever executed."""

import csv
import re
from pathlib import Path

from eigenlaw.commands.arguments import integer
from eigenlaw.theory.errors import InputError
from eigenlaw.verify.polynomial_laws import Case

MOST_ROWS = 5000
MOST_COLUMNS = 12
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
_LEAST = -(10**18)


def read(path: str, value: str) -> tuple[tuple[str, ...], list[Case]]:
    """Return the names of the parameters and the cases in the order of the file, equal rows once.

    Args:
        path: of a CSV file with a line of names; every cell is an integer.
        value: the column that the others are to explain.

    Raises:
        InputError: the file cannot be read, or a cell is missing, no integer or too large, or two rows contradict.
    """
    lines = _lines(path)
    if not lines:
        raise InputError.of("file", path, "is empty; expected a line of names and lines of integers")
    names = [name.strip() for name in lines[0]]
    if bad := next((name for name in names if not _NAME.fullmatch(name)), None):
        raise InputError.of("column", bad, "expected a name of letters, digits and _, such as rank")
    if len(set(names)) < len(names) or not 2 <= len(names) <= MOST_COLUMNS:
        raise InputError.of("columns", ",".join(names), f"expected 2 to {MOST_COLUMNS} columns of different names")
    if value not in names:
        raise InputError.of("value", value, f"expected one of the columns {', '.join(names)}")
    if not 3 <= len(lines) - 1 <= MOST_ROWS:
        raise InputError.of("rows", len(lines) - 1, f"expected 3 to {MOST_ROWS} rows")
    parameters = tuple(name for name in names if name != value)
    first: dict[tuple[int, ...], Case] = {}
    for number, cells in enumerate(lines[1:], start=1):
        if len(cells) != len(names) or not all(cell.strip() for cell in cells):
            raise InputError.of("row", number, f"expected {len(names)} cells, none of them empty")
        row = dict(zip(names, map(_cell, names, cells), strict=True))
        point = {name: row[name] for name in parameters}
        case = first.setdefault(tuple(point.values()), Case(point, row[value], point | {"row": number}))
        if case.value != row[value]:
            raise InputError.of("row", number, f"contradicts row {case.where['row']}: same parameters, other {value}")
    if len(first) < 3:
        raise InputError.of("rows", len(first), "expected at least 3 different rows")
    return parameters, list(first.values())


def _cell(name: str, text: str) -> int:
    return integer(name, text, least=_LEAST)


def _lines(path: str) -> list[list[str]]:
    try:
        with Path(path).open(newline="", encoding="utf-8-sig") as file:
            found: list[list[str]] = []
            for line in csv.reader(file, strict=True):
                if line:
                    found.append(line)
                if len(found) > MOST_ROWS + 1:
                    break
            return found
    except OSError as error:
        raise InputError.of("file", path, f"cannot be read ({error.strerror})") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError.of("file", path, "expected a CSV file of integers in UTF-8") from error
