"""What `eigenlaw eval` has found: balls by index, as data and as lines for a terminal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Index = int | str | Sequence[str | int]
"""An integer, a name, a point as typed, or several of these such as ["q_hat", 1]."""

Value = tuple[Index, str, str]
"""An index, the value and its radius in decimals."""


def label(index: Index) -> str:
    """Return an index for people.

    Example:
        >>> label(3), label(["q_hat", 1]), label(["F[1]", "mean", "finite"])
        ('3', 'q_hat[1]', 'F[1] mean finite')
    """
    match index:
        case int() | str():
            return str(index)
        case [name, int(layer)]:
            return f"{name}[{layer}]"
    return " ".join(map(str, index))


def plain_rows(values: Sequence[Value]) -> list[tuple[str, ...]]:
    """Return a line for each value: its index, the value, the radius."""
    return [(label(index), value, radius) for index, value, radius in values]


@dataclass(frozen=True)
class Evaluation:
    """Balls by index.

    Attributes:
        title: the headings of what ``rows`` returns, without that of the radius; with ``exact`` all of them.
        indices: one for each ball.
        balls: ``flint.arb``, as many.
        certified: whether every radius is a proof.
        method: how they were computed, where there is more than one way.
        rows: the lines of the table for a terminal.
        exact: whether all values are integers, with radius 0.
        settled: options that were not given, and what they came to.
        closing: a line below the table.
    """

    title: tuple[str, ...]
    indices: Sequence[Index]
    balls: Sequence[Any]
    certified: bool
    method: str = ""
    rows: Callable[[Sequence[Value]], list[tuple[str, ...]]] = plain_rows
    exact: bool = False
    settled: Mapping[str, str] = field(default_factory=dict)
    closing: str = ""
