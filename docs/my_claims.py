"""A claim of one's own in two forms: run `eigenlaw verify docs/my_claims.py`.

My notes say that the squared mean of max(sZ, 0), Z standard normal, is s/(2π). The check integrates it for many scales
s; the form as noted is refuted by the smallest of them that shows it, and the corrected form holds.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

import sympy
from flint import acb, arb, fmpq

from eigenlaw import Claim
from eigenlaw.verify.claim import Budget, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, symbols
from eigenlaw.verify.integrals import gaussian_mean


def cases(budget: Budget, _: Rng) -> Iterable[Instance]:
    """The scales s of the weights, smallest denominators first."""
    size = budget.of(5, 8, 12)
    return [{"s": f"{p}/{q}"} for q in range(1, size) for p in range(1, size + 2)]


def measured(instance: Instance, _: Rng) -> Sequence[Any]:
    """E[max(sZ, 0)]² by rigorous integration over the half-lines."""
    s = Fraction(instance["s"])
    scale = acb(arb(fmpq(s.numerator, s.denominator)))
    mean = gaussian_mean([lambda _: acb(0), lambda z: scale * z], [arb(0)])
    return [mean * mean]


def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula at the instance's scale."""
    return [value(s=Fraction(instance["s"]))]


def right() -> Any:
    """s²/(2π)."""
    (s,) = symbols("s")
    return s**2 / (2 * sympy.pi)


def wrong() -> Any:
    """s/(2π): the square is lost."""
    (s,) = symbols("s")
    return s / (2 * sympy.pi)


CHECK = Value(cases, predicted, measured)

CLAIMS = (
    Claim("mine:relu-mean", "printed", "my notes, p. 3", r"E[\max(sZ,0)]^2", Formula(wrong), CHECK),
    Claim("mine:relu-mean", "corrected", "my notes, p. 3", r"E[\max(sZ,0)]^2", Formula(right), CHECK),
)
