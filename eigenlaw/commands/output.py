"""Where a command's results go: tables and documents to standard output, progress and notes to standard error."""

import json
import sys
from pathlib import Path
from typing import Any

from eigenlaw.theory.errors import InputError


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> str:
    """Return the value if it is one of the choices.

    Raises:
        InputError: otherwise, naming them.
    """
    if value not in choices:
        raise InputError.of(name, value, f"expected one of {', '.join(choices)}")
    return value


def check_at_least(name: str, value: int, least: int) -> int:
    """Return the integer if it is at least the given one.

    Raises:
        InputError: otherwise.
    """
    if value < least:
        raise InputError.of(name, value, f"expected an integer of at least {least}")
    return value


def write_json(document: Any, target: str) -> None:
    """Write a JSON document to a file, or to standard output for ``-``.

    Raises:
        InputError: if the file cannot be written.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if target == "-":
        sys.stdout.write(text)
        return
    try:
        Path(target).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError.of("json", target, f"cannot be written ({error.strerror})") from error


def note(text: str) -> None:
    """Write a note to standard error."""
    sys.stderr.write(text + "\n")


def console(*, stderr: bool = False) -> Any:
    """Return a rich console; colours and bars only where it is a terminal."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False)
