"""Sampled networks of three to five weight layers on data on the sphere, extrapolated in the width."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from operator import mul
from typing import Any

import numpy as np

from eigenlaw.numerics.layers import layered_kernel
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.variances import Variances, hyper_parameters
from eigenlaw.verify.claim import Budget, Draws, Evaluate, Instance, Rng, Sample
from eigenlaw.verify.data import rational_unit_vectors
from eigenlaw.verify.measure import Output, tangent_kernel
from eigenlaw.verify.networks import Architecture, HyperParameters, Parameters, measure_networks
from eigenlaw.verify.papers.murray.common import as_float, phi_array, phi_of
from eigenlaw.verify.papers.murray.polynomial_layers import VARIANCES

WIDTHS = (16, 32, 64)
BIAS = (Fraction(1),)
DIGITS = 12
KERNEL = r"\lim E\langle\nabla g^{(l)}(x),\nabla g^{(l)}(y)\rangle"

CASES = (
    *(("relu", "2", "0"), ("relu", "1", "1/3"), ("abs", "1", "0"), ("leaky_relu(1/10)", "1", "1/2")),
    *(("erf", "2", "0"), ("erf", "1", "1/2"), ("tanh", "2", "1/3"), ("sin", "1", "0"), ("sin", "2", "1/2")),
    *(("gelu", "1", "0"), ("gelu", "2", "1/3"), ("softplus", "1/2", "0"), ("silu", "2", "1/2"), ("elu", "1", "0")),
    *(("selu", "1", "1/3"), ("sigmoid", "3", "0"), ("gaussian", "10", "1/3"), ("hard_tanh", "1", "1/2")),
    *(("linear", "1/2", "1/3"), ("cos(1/2)", "1", "1/2")),
)
"""Activation, σ_w², γ_b² under Assumption 2."""

DATA = ((5, 3, 1, 1), (5, 2, 1, 1), (5, 6, 1, 1))
"""Inputs: their number, dimension, duplicates and antipodes of the first; in the plane the data have rank 2."""


def deep_cases(
    counts: Sequence[int], cases: Sequence[tuple[str, str, str]] = CASES
) -> Callable[[Budget, Rng], Iterable[Instance]]:
    """Each activation at one of the numbers of weight layers, on random data with a duplicate and antipodes."""

    def instances(_budget: Budget, rng: Rng) -> Iterable[Instance]:
        found = []
        for index, (name, weight, bias) in enumerate(cases):
            n, d, duplicates, antipodes = DATA[index % len(DATA)]
            X = rational_unit_vectors(rng, n, d, duplicates=duplicates, antipodes=antipodes)
            data = [[str(entry) for entry in row] for row in X]
            layers = counts[index % len(counts)]
            found.append({"activation": name, "sigma_w2": weight, "gamma_b2": bias, "layers": layers, "X": data})
        return found

    return instances


def points(instance: Instance) -> list[list[Fraction]]:
    """The inputs, exactly."""
    return [[Fraction(entry) for entry in row] for row in instance["X"]]


def correlations(instance: Instance) -> list[Fraction]:
    """The inner products of the first input with the others."""
    first, *others = points(instance)
    return [sum(map(mul, first, other), Fraction(0)) for other in others]


def variances(instance: Instance) -> Variances:
    """The variances: those given, or those of Assumption 2."""
    phi, weight, bias = phi_of(instance["activation"]), Fraction(instance["sigma_w2"]), Fraction(instance["gamma_b2"])
    if "gamma_w2" in instance:
        gamma_w2, gamma_b2, sigma_w2, sigma_b2 = (Fraction(instance[name]) for name in VARIANCES)
        return Variances(gamma_w2, gamma_b2, sigma_w2, sigma_b2)
    return hyper_parameters(phi, gamma_b2=bias, sigma_w2=weight, digits=DIGITS)


def network_variances(instance: Instance) -> HyperParameters:
    """The same as floats."""
    v = variances(instance)
    sigmas = (max(0.0, as_float(ball)) for ball in (v.sigma_w2_ball(), v.sigma_b2_ball()))
    return HyperParameters(float(v.gamma_w2), float(v.gamma_b2), *sigmas)


def networks(instance: Instance, width: int, layers: int) -> Architecture:
    """The architecture with all hidden layers of one width."""
    return Architecture((len(instance["X"][0]), *[width] * (layers - 1), 1))


def sampled_kernels(*, above: int = 0, of: Output = "preactivation") -> Callable[[Instance, int, Rng, int], Draws]:
    """The tangent kernel of the instance's layer at the first input and each other one.

    Args:
        above: how many more layers the network has.
        of: whether the kernel is that of g^(l) or of f^(l).
    """

    def measured(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
        X, phi, hyper = _inputs(instance), phi_array(instance["activation"]), network_variances(instance)

        def kernel(parameters: Parameters) -> Draws:
            found: Draws = tangent_kernel(parameters, hyper, phi, X, layer=instance["layers"], of=of)[:, 0, 1:]
            return found

        return measure_networks(kernel, networks(instance, width, instance["layers"] + above), rng, n)

    return measured


def _inputs(instance: Instance) -> Any:
    return np.array(points(instance), dtype=np.float64)


@cache
def _numeric(which: str, given: tuple[tuple[str, Any], ...], layers: int, rho: Fraction) -> Any:
    instance = dict(given)
    kernel = layered_kernel(phi_of(instance["activation"]), variances(instance), layers)
    return getattr(kernel, which)(rho)


def numeric_kernel(which: str, instance: Instance, layers: int, rho: Fraction) -> Any:
    """Return a kernel of eigenlaw.numerics, such as ``covariance``, at a number of layers and a correlation."""
    names = ("activation", *VARIANCES)
    return _numeric(which, tuple((name, instance[name]) for name in names if name in instance), layers, rho)


def extrapolated(
    instances: Callable[[Budget, Rng], Iterable[Instance]],
    predicted: Callable[[Instance, Evaluate], Sequence[Any]],
    measured: Callable[[Instance, int, Rng, int], Draws],
    *,
    draws: int = 200,
) -> Sample:
    """The check of a limit of wide networks, `draws` of each width or more; the error at width m is of order 1/m."""

    def at_low_precision(instance: Instance, value: Evaluate) -> Sequence[Any]:
        with working(64):
            return predicted(instance, value)

    return Sample(instances, at_low_precision, measured, lambda b: b.of(draws, 4 * draws, 16 * draws), WIDTHS, BIAS)
