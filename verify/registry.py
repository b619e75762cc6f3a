"""Where claims are found: the papers' own, and those in a user's file."""

import importlib
import importlib.util
import re
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.claim import Claim, Row

_Item = TypeVar("_Item", Claim, Row)

ID = re.compile(r"[a-z][a-z0-9_-]*:[a-z0-9.-]+")

PAPERS: tuple[str, ...] = ("murray", "karakida", "singh", "thamm", "dees")


@cache
def rows() -> tuple[Row, ...]:
    """Return the rows of every paper's index, in the order of the papers."""
    return tuple(row for paper in PAPERS for row in _paper(paper, "rows").ROWS)


@cache
def claims() -> tuple[Claim, ...]:
    """Return the claims of every paper, in the order of their rows, printed forms first.

    Raises:
        ValueError: if two claims have the same id and form, or a claim belongs to no row.
    """
    order = {row.id: position for position, row in enumerate(rows())}
    found = [claim for paper in PAPERS for claim in _paper(paper, "claims").CLAIMS]
    keys = [claim.key for claim in found]
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise ValueError(f"claims={sorted(twice)}: expected each id and form once")
    torn = {row_of(claim.id) for claim in found if claim.id != row_of(claim.id)} & {claim.id for claim in found}
    if torn:
        raise ValueError(f"rows={sorted(torn)}: expected claims of the row itself or of its parts, not both")
    forms = ("printed", "corrected", "sharp", "new")
    return tuple(sorted(found, key=lambda c: (order[row_of(c.id)], c.id, forms.index(c.form))))


def _paper(paper: str, module: str) -> Any:
    return importlib.import_module(f"eigenlaw.verify.papers.{paper}.{module}")


def row_of(claim_id: str) -> str:
    """Return the id of the row that a claim belongs to: its own, or the one of which it is a part.

    Raises:
        ValueError: if there is no such row.
    """
    known = {row.id for row in rows()}
    if claim_id in known:
        return claim_id
    whole, _, part = claim_id.rpartition(".")
    if whole in known and part.isdigit():
        return whole
    raise ValueError(f"id={claim_id}: expected the id of a row, or one followed by .1, .2, …")


def matches(claim_id: str, select: str) -> bool:
    """Tell whether an id is selected: exactly, as a part of a selected row, or by a prefix that ends at : - or .

    Example:
        >>> matches("murray:eq-9.1", "murray:eq-9"), matches("murray:eq-9", "murray:e")
        (True, False)
    """
    if claim_id == select:
        return True
    if not claim_id.startswith(select):
        return False
    return select[-1] in ":-." or claim_id[len(select)] in ":-."


def select_claims(selections: Sequence[str], among: Sequence[Claim] | None = None) -> tuple[Claim, ...]:
    """Return the claims, of the papers or among others, that any of the selections names; all without a selection.

    A selection that is a whole id names that claim alone, so that the command of a replay is never ambiguous.

    Raises:
        InputError: if a selection names none.
    """
    return tuple(_select(claims() if among is None else among, selections))


def select_rows(selections: Sequence[str]) -> tuple[Row, ...]:
    """Return the rows that any of the selections names; all without a selection.

    Raises:
        InputError: if a selection names none.
    """
    return tuple(_select(rows(), selections))


def _select(found: Iterable[_Item], selections: Sequence[str]) -> list[_Item]:
    everything = list(found)
    whole = {item.id for item in everything}

    def chosen(name: str, select: str) -> bool:
        return name == select if select in whole else matches(name, select)

    for select in selections:
        if not select or not any(matches(item.id, select) for item in everything):
            papers = ", ".join(PAPERS)
            raise InputError.of("select", repr(select), f"names no claim; expected an id, a prefix, or one of {papers}")
    return [item for item in everything if not selections or any(chosen(item.id, s) for s in selections)]


@cache
def claims_of_file(path: Path) -> tuple[Claim, ...]:
    """Return the claims that a user's own file defines, in the order of their definition.

    Raises:
        InputError: if the file cannot be read or defines no claim.
    """
    if not path.is_file():
        raise InputError.of("file", path, "no such file; expected a Python file that defines claims")
    spec = importlib.util.spec_from_file_location(f"_eigenlaw_user_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise InputError.of("file", path, "expected a Python file that defines claims")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except SyntaxError as error:
        raise InputError.of("file", path, f"line {error.lineno} is not Python ({error.msg}); correct it") from error
    found: list[Claim] = []
    for value in vars(module).values():
        items = value if isinstance(value, tuple | list) else (value,)
        found += [item for item in items if isinstance(item, Claim) and item not in found]
    if not found:
        raise InputError.of("file", path, "defines no claim; expected objects of eigenlaw.Claim")
    for claim in found:
        if not ID.fullmatch(claim.id):
            raise InputError.of("id", repr(claim.id), f"expected paper:label, that is, {ID.pattern}")
    keys = [claim.key for claim in found]
    if len(set(keys)) < len(keys):
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError.of("id", twice, "defined twice; expected each id and form once")
    return tuple(found)
