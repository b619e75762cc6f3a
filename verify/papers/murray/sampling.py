"""Sampled one-hidden-layer networks, against which the kernel is held."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

from eigenlaw.verify.claim import Budget, Draws, Evaluate, Instance, Rng, Sample
from eigenlaw.verify.measure import tangent_kernel
from eigenlaw.verify.networks import Architecture, HyperParameters, Parameters, measure_networks
from eigenlaw.verify.papers.murray.common import correlated_inputs, hyper_parameters, phi_array

SAMPLED = (
    *("linear", "relu", "abs", "leaky_relu(1/10)", "hard_tanh", "elu", "selu"),
    *("erf", "gelu", "tanh", "sigmoid", "softplus", "silu", "gaussian", "sin", "cos(1/2)", "exp(1/2)"),
)
INNER = ("-3/4", "-1/4", "1/4", "3/4")
WHOLE = ("-1", "-1/2", "0", "1/2", "1")
WIDTH = 1000
TERMS = 60
KERNEL = r"E\langle\nabla f(x),\nabla f(y)\rangle"


def sampled_cases(correlations: Sequence[str]) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Every activation without and with a first-layer bias, the simplest first."""

    def instances(_budget: Budget, _rng: Rng) -> Iterable[Instance]:
        cases = [("linear", "0", "1"), ("relu", "0", "2")]
        cases += [(name, "0", "1/2") for name in SAMPLED[::3]] + [(name, "1/2", "1/2") for name in SAMPLED]
        return [
            {"activation": name, "gamma_b2": gamma, "sigma_w2": sigma, "rho": list(correlations)}
            for name, gamma, sigma in cases
        ]

    return instances


def draws(budget: Budget) -> int:
    """Networks an instance."""
    return budget.of(800, 3200, 12800)


def correlations_of(instance: Instance) -> list[Fraction]:
    """The correlations of an instance, as rationals."""
    return [Fraction(rho) for rho in instance["rho"]]


def kernel_draws(
    instance: Instance, hyper: HyperParameters, width: int, rng: Rng, n: int, *, output_bias: bool = True
) -> Draws:
    """The tangent kernel of each of n networks at the instance's correlations, shape (n, q)."""
    X, phi = correlated_inputs(correlations_of(instance)), phi_array(instance["activation"])

    def kernel(parameters: Parameters) -> Draws:
        found: Draws = tangent_kernel(parameters, hyper, phi, X, output_bias=output_bias)[:, 0, 1:]
        return found

    return measure_networks(kernel, Architecture((2, width, 1)), rng, n)


def sampled_kernel(*, output_bias: bool) -> Callable[[Instance, int, Rng, int], Draws]:
    """The measurement of the tangent kernel under Assumption 2, with or without a bias in the last layer."""

    def measured(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
        return kernel_draws(instance, hyper_parameters(instance), width, rng, n, output_bias=output_bias)

    return measured


def kernel_sample(
    correlations: Sequence[str],
    predicted: Callable[[Instance, Evaluate], Sequence[Any]],
    *,
    output_bias: bool = True,
) -> Sample:
    """The check of a prediction of the mean tangent kernel at the given correlations."""
    return Sample(
        sampled_cases(correlations), predicted, sampled_kernel(output_bias=output_bias), draws, widths=(WIDTH,)
    )
