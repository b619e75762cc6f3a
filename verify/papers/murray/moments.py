"""The second moments of Assumption 2: E[φ²] of eigenlaw.numerics and of eigenlaw.theory."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import acb

from eigenlaw.numerics.second_moments import exact_second_moment, second_moment
from eigenlaw.numerics.variances import hyper_parameters
from eigenlaw.theory.activations import activation
from eigenlaw.theory.expression import HALF, mul, number, power
from eigenlaw.theory.ntk import second_moment as symbolic_second_moment
from eigenlaw.theory.structure import scaled
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, evaluate, symbols, undefined
from eigenlaw.verify.integrals import activation_mean, smooth_pieces
from eigenlaw.verify.papers.murray.common import DIGITS, EXPRESSIONS, KINKED, POLYNOMIAL, SCALED, SMOOTH, STEPS, phi_of

CLOSED = (
    *("linear", "relu", "leaky_relu(1/10)", "abs", "rectified_monomial(2)", "elu", "selu", "hard_tanh"),
    *("erf", "erf(2)", "gelu", "gaussian", "sin", "sin(2)", "cos(1/2)", "exp(1/2)", "monomial(2)", "hermite(3)"),
    *STEPS,
)


@cache
def mean_square(name: str, v: str = "1") -> Any:
    """E[φ(√v Z)²] by rigorous integration."""
    phi = phi_of(name)
    if v != "1":
        phi = activation(scaled(phi.tree, power(number(v), HALF)))
    return activation_mean(phi, lambda _: acb(1), 0, [mul(node, node) for node in smooth_pieces(phi)])


def _moment() -> Any:
    (v,) = symbols("v")
    return undefined("moment")(v)


def _cases(names: Sequence[str]) -> Any:
    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        return [{"activation": name, "v": v} for v in ("1", "1/2", "2") for name in names]

    return instances


def _numeric(instance: Instance, value: Evaluate) -> Sequence[Any]:
    phi = phi_of(instance["activation"])

    def moment(at: Any) -> Any:
        v = Fraction(str(at))
        exact = exact_second_moment(phi, v)
        return second_moment(phi, DIGITS, v) if exact is None else exact

    return [value(v=Fraction(instance["v"]), moment=moment)]


def _symbolic(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(v=Fraction(instance["v"]), moment=lambda v: _symbolic_moment(instance["activation"], str(v)))]


@cache
def _symbolic_moment(name: str, v: str) -> Any:
    import sympy

    if not Fraction(v) > 0:
        raise ValueError(f"v={v}: expected a positive variance")

    return evaluate(symbolic_second_moment(name, sympy.Rational(v)), {})


def _measured(instance: Instance, _: Rng) -> Sequence[Any]:
    return [mean_square(instance["activation"], instance["v"])]


def _remainder() -> Any:
    weight, square = symbols("sigma_w2 E")
    return 1 - weight * square


def _weights(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    names = ("relu", "linear", "tanh", "erf", "gelu", "gaussian", "silu", "selu", "hard_tanh", "sin")
    return [{"activation": name, "sigma_w2": w} for w in ("1/2", "1/3") for name in names]


def _by_square(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(sigma_w2=Fraction(instance["sigma_w2"]), E=mean_square(instance["activation"]))]


def _default_bias(instance: Instance, _: Rng) -> Sequence[Any]:
    weight = Fraction(instance["sigma_w2"])
    return [hyper_parameters(phi_of(instance["activation"]), sigma_w2=weight, digits=DIGITS).sigma_b2_ball()]


def _units(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
    return [{"activation": name} for name in (*SMOOTH, *KINKED, *POLYNOMIAL)]


def _inverse() -> Any:
    (square,) = symbols("E")
    return 1 / square


def _unit_square(instance: Instance, value: Evaluate) -> Sequence[Any]:
    return [value(E=mean_square(instance["activation"]))]


def _unit_weight(instance: Instance, _: Rng) -> Sequence[Any]:
    return [hyper_parameters(phi_of(instance["activation"]), sigma_w2="unit", digits=DIGITS).sigma_w2_ball()]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:assumptions.1",
        "new",
        "Assumption 2, E[φ²] of eigenlaw.numerics",
        r"E[\phi(\sqrt vZ)^2]",
        Formula(_moment),
        Value(_cases(SMOOTH + KINKED + POLYNOMIAL + STEPS + SCALED + EXPRESSIONS), _numeric, _measured),
    ),
    Claim(
        "murray:assumptions.2",
        "new",
        "Assumption 2, E[φ²] of eigenlaw.theory",
        r"E[\phi(\sqrt vZ)^2]",
        Formula(_moment),
        Value(_cases(CLOSED), _symbolic, _measured),
    ),
    Claim(
        "murray:assumptions.3",
        "new",
        "Assumption 2, the default of eigenlaw.numerics",
        r"\sigma_b^2",
        Formula(_remainder),
        Value(_weights, _by_square, _default_bias),
    ),
    Claim(
        "murray:assumptions.4",
        "new",
        "Assumption 2 with σ_b = 0, the unit of eigenlaw.numerics",
        r"\sigma_w^2",
        Formula(_inverse),
        Value(_units, _unit_square, _unit_weight),
    ),
)
