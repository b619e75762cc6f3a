"""What the themes share: activations, hyper-parameters and inputs of an instance, and its Hermite coefficients."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from flint import arb, fmpq

from eigenlaw.numerics.arrays import ArrayFunction, numpy_function
from eigenlaw.numerics.hermite import hermite_balls
from eigenlaw.numerics.second_moments import exact_second_moment, second_moment
from eigenlaw.theory.activations import Activation, activation
from eigenlaw.verify.claim import Hypothesis, Instance
from eigenlaw.verify.networks import HyperParameters

DIGITS = 40

SMOOTH = ("linear", "erf", "gelu", "tanh", "sigmoid", "softplus", "silu", "gaussian", "sin", "cos(1/2)", "exp(1/2)")
KINKED = ("relu", "leaky_relu(1/10)", "abs", "elu", "selu", "hard_tanh", "rectified_monomial(2)")
POLYNOMIAL = ("monomial(2)", "polynomial(1,-1/2,1/3)", "hermite(3)")
SCALED = (
    *("erf(2)", "erf(-1/2)", "sin(-2)", "tanh(2)", "gaussian(1/2)", "elu(2)", "exp(-1)"),
    *("monomial(6)", "hermite(6)", "polynomial(1,0,-2,1,0,1/5)", "rectified_monomial(3)"),
)
EXPRESSIONS = ("x*tanh(x)", "sin(x)*exp(-x**2/4)", "max(x, 1/2)", "log(1 + x**2)", "x*cos(x)", "x**2*erf(x)")
STEPS = ("heaviside", "sign")
REGULAR = SMOOTH + KINKED + POLYNOMIAL


@cache
def phi_of(name: str) -> Activation:
    """Return the activation of a name."""
    return activation(name)


@cache
def phi_array(name: str) -> ArrayFunction:
    """Return φ as a plain function of an array."""
    return numpy_function(phi_of(name).tree)


@cache
def coefficients(name: str, order: int, variance: Fraction = Fraction(1)) -> tuple[Any, ...]:
    """Return μ_0, …, μ_order of φ(√variance x) as balls."""
    return tuple(hermite_balls(phi_of(name), order, DIGITS, variance=variance).balls)


def mu(name: str, order: int, variance: Fraction = Fraction(1)) -> Callable[[int], Any]:
    """Return k ↦ μ_k for 0 ≤ k ≤ order; any other index has no value."""
    found = coefficients(name, order, variance)

    def value(k: int) -> Any:
        if not 0 <= k <= order:
            raise IndexError(f"k={k}: expected an index from 0 to {order}")
        return found[k]

    return value


@cache
def mean_square(name: str) -> Any:
    """Return E[φ²], exact where it is rational."""
    exact = exact_second_moment(phi_of(name), Fraction(1))
    return fmpq(exact.numerator, exact.denominator) if exact is not None else second_moment(phi_of(name), DIGITS)


def sigma_b2(instance: Instance) -> Any:
    """Return σ_b² = 1 − σ_w² E[φ²] of Assumption 2, exact where it can be."""
    weight = Fraction(instance["sigma_w2"])
    return 1 - fmpq(weight.numerator, weight.denominator) * mean_square(instance["activation"])


def as_float(value: Any) -> float:
    """Return an exact number or a ball as a float."""
    return float(value.mid()) if isinstance(value, arb) else float(Fraction(int(value.p), int(value.q)))


def hyper_parameters(instance: Instance) -> HyperParameters:
    """Return the hyper-parameters of an instance, under Assumption 2, as floats."""
    bias = Fraction(instance["gamma_b2"])
    return HyperParameters(
        float(1 - bias), float(bias), float(Fraction(instance["sigma_w2"])), max(0.0, as_float(sigma_b2(instance)))
    )


def bindings(instance: Instance) -> dict[str, Any]:
    """Return the values of the hyper-parameters' symbols for an instance."""
    bias = Fraction(instance["gamma_b2"])
    return {
        "gamma_w2": 1 - bias,
        "gamma_b2": bias,
        "sigma_w2": Fraction(instance["sigma_w2"]),
        "sigma_b2": sigma_b2(instance),
    }


def correlated_inputs(correlations: Sequence[Fraction]) -> Any:
    """Return x = (1, 0) and, below it, unit vectors of the plane at the given correlations with x; shape (1 + q, 2)."""
    rows = [(1.0, 0.0)] + [(float(c), float(np.sqrt(1 - float(c) ** 2))) for c in correlations]
    return np.array(rows)


UNIT_VARIANCE = Hypothesis(
    r"\gamma_w^2+\gamma_b^2=1,\ \sigma_w^2E[\phi^2]\le 1,\ \sigma_b^2=1-\sigma_w^2E[\phi^2],\ \|x\|=1",
    lambda i: 0 <= Fraction(i["gamma_b2"]) < 1 and not sigma_b2(i) < 0,
    tight=lambda i: Fraction(i["gamma_b2"]) == 0 or bool(sigma_b2(i) == 0),
)
