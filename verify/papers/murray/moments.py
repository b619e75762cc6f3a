"""The second moments of Assumption 2: E[φ²] of eigenlaw.numerics and of eigenlaw.theory."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import acb

from eigenlaw.numerics.second_moments import exact_second_moment, second_moment
from eigenlaw.theory.expression import mul
from eigenlaw.theory.ntk import second_moment as symbolic_second_moment
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, evaluate, symbols, undefined
from eigenlaw.verify.integrals import activation_mean, smooth_pieces
from eigenlaw.verify.papers.murray.common import DIGITS, KINKED, POLYNOMIAL, SMOOTH, STEPS, phi_of

CLOSED = (
    *("linear", "relu", "leaky_relu(1/10)", "abs", "rectified_monomial(2)", "elu", "selu", "hard_tanh"),
    *("erf", "erf(2)", "gelu", "gaussian", "sin", "sin(2)", "cos(1/2)", "exp(1/2)", "monomial(2)", "hermite(3)"),
    *STEPS,
)


@cache
def mean_square(name: str) -> Any:
    """E[φ²] by rigorous integration."""
    phi = phi_of(name)
    return activation_mean(phi, lambda _: acb(1), 0, [mul(node, node) for node in smooth_pieces(phi)])


def _moment() -> Any:
    (v,) = symbols("v")
    return undefined("moment")(v)


def _cases(names: Sequence[str]) -> Any:
    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        return [{"activation": name} for name in names]

    return instances


def _numeric(instance: Instance, value: Evaluate) -> Sequence[Any]:
    phi = phi_of(instance["activation"])

    def moment(v: int) -> Any:
        exact = exact_second_moment(phi, Fraction(v))
        return second_moment(phi, DIGITS, Fraction(v)) if exact is None else exact

    return [value(v=1, moment=moment)]


def _symbolic(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(v=1, moment=lambda v: evaluate(symbolic_second_moment(instance["activation"], v), {}))]


def _measured(instance: Instance, _: Rng) -> Sequence[Any]:
    return [mean_square(instance["activation"])]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:assumptions.1",
        "new",
        "Assumption 2, E[φ²] of eigenlaw.numerics",
        r"E[\phi(Z)^2]",
        Formula(_moment),
        Value(_cases(SMOOTH + KINKED + POLYNOMIAL + STEPS), _numeric, _measured),
    ),
    Claim(
        "murray:assumptions.2",
        "new",
        "Assumption 2, E[φ²] of eigenlaw.theory",
        r"E[\phi(Z)^2]",
        Formula(_moment),
        Value(_cases(CLOSED), _symbolic, _measured),
    ),
)
