"""What earlier runs settled: a data file that only `eigenlaw verify --record` writes and no judge reads."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from eigenlaw.theory.errors import InputError

if TYPE_CHECKING:
    from eigenlaw.verify.campaign import Result

VARIABLE = "EIGENLAW_RECORD"


def path() -> Path:
    """Return the record's file: the environment's EIGENLAW_RECORD, else the one beside this module."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else Path(__file__).with_name("record.json")


def load() -> dict[str, str]:
    """Return the recorded verdict of each "id form"; empty where there is no record.

    Raises:
        InputError: if the file is not a record.
    """
    file = path()
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise InputError.of("record", file, f"expected JSON ({error}); delete the file or write it anew") from error
    if not isinstance(found, dict) or not all(value in ("holds", "fails") for value in found.values()):
        raise InputError.of("record", file, "expected verdicts by id and form; delete the file or write it anew")
    return found


def save(results: Iterable["Result"]) -> Path:
    """Merge the settled verdicts of a run into the record and return its file.

    Raises:
        InputError: if the file cannot be written.
    """
    found = load() | {r.claim.key: r.verdict.verdict for r in results if r.verdict.verdict != "unsettled"}
    file = path()
    try:
        file.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError.of("record", file, f"cannot be written; set {VARIABLE} to a file of yours") from error
    return file
