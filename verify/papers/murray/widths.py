"""Statements that hold from some width on: the width of an instance, and whether it suffices."""

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from eigenlaw.verify.claim import Hypothesis, Instance
from eigenlaw.verify.formula import Formula, ball

SYMBOLS = ("n", "d", "m", "delta", "epsilon", "t", "nu")


def numbers(instance: Instance) -> dict[str, Any]:
    """The values of the symbols that an instance has."""
    return {name: Fraction(instance[name]) for name in SYMBOLS if name in instance}


def least_width(width: Formula, instance: Instance, **more: Any) -> int:
    """The least integer from which a width on suffices."""
    return max(1, math.ceil(float(ball(width.value({**numbers(instance), **more})).upper())))


def with_least_width(width: Formula, instance: Instance, **more: Any) -> Instance:
    """The instance, with m the least width that suffices."""
    return {**instance, "m": least_width(width, instance, **more)}


def wide_enough(says: str, width: Formula, more: Mapping[str, Any] | None = None) -> Hypothesis:
    """M is at least the width; tight where m − 1 is not."""

    def enough(instance: Instance, less: int = 0) -> bool:
        return bool(ball(instance["m"] - less) >= ball(width.value({**numbers(instance), **(more or {})})))

    return Hypothesis(says, enough, tight=lambda i: not enough(i, less=1))
