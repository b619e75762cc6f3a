"""Statements that hold from some width on: the width of an instance, and whether it suffices."""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from eigenlaw.verify.claim import Evaluate, Hypothesis, Instance
from eigenlaw.verify.formula import Formula, ball

SYMBOLS = ("n", "d", "m", "delta", "epsilon", "t", "nu")


def numbers(instance: Instance) -> dict[str, Any]:
    """The values of the symbols that an instance has."""
    return {name: Fraction(instance[name]) for name in SYMBOLS if name in instance}


def at_numbers(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula at these values."""
    return [value(**numbers(instance))]


def with_least_width(width: Formula, instance: Instance) -> Instance:
    """The instance, with m the least width that suffices."""
    return {**instance, "m": max(1, math.ceil(float(ball(width.value(numbers(instance))).upper())))}


def wide_enough(says: str, width: Formula) -> Hypothesis:
    """M is at least the width; tight where m − 1 is not."""

    def enough(instance: Instance, less: int = 0) -> bool:
        return bool(ball(instance["m"] - less) >= ball(width.value(numbers(instance))))

    return Hypothesis(says, enough, tight=lambda i: not enough(i, less=1))
