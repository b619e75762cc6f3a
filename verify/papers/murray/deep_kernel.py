"""The kernel of deep networks, sampled: (2), (12), (17) and Corollary A.3 for any activation."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from operator import mul
from typing import Any

import numpy as np
from flint import acb

from eigenlaw.numerics.activation import acb_value, arb_constant
from eigenlaw.numerics.precision import working
from eigenlaw.theory import layers
from eigenlaw.verify.claim import Budget, Claim, Draws, Evaluate, Instance, Rng
from eigenlaw.verify.formula import Formula, ball, rational, symbols, undefined
from eigenlaw.verify.integrals import gaussian_mean, smooth_pieces
from eigenlaw.verify.judge import WORKING_BITS
from eigenlaw.verify.measure import preactivation_covariance, tangent_kernel
from eigenlaw.verify.networks import Parameters, measure_networks
from eigenlaw.verify.papers.murray.common import UNIT_VARIANCE, phi_array, phi_of
from eigenlaw.verify.papers.murray.deep_sampling import (
    KERNEL,
    correlations,
    deep_cases,
    extrapolated,
    network_variances,
    networks,
    numeric_kernel,
    points,
    sampled_kernels,
    variances,
)
from eigenlaw.verify.papers.murray.tables import mean_square_slope

# (2) and (12)


def _recursion() -> Any:
    (layer,) = symbols("l")
    return undefined("Theta")(layer - 1) * undefined("Sigmadot")(layer) + undefined("Sigma")(layer)


def _by_layers(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula at every correlation, with Θ^(l−1) and the Gaussian means of eigenlaw.numerics."""

    def at(rho: Fraction) -> Any:
        def kernel(which: str) -> Callable[[int], Any]:
            return lambda layer: numeric_kernel(which, instance, layer, rho)

        given = {"Theta": kernel("value"), "Sigma": kernel("covariance"), "Sigmadot": kernel("slope")}
        return value(l=instance["layers"], **given)

    return [at(rho) for rho in correlations(instance)]


# (17): the variances of the layers, for inputs of any norm


def _norm_cases(budget: Budget, rng: Rng) -> Iterable[Instance]:
    found = []
    for index, instance in enumerate(deep_cases((3, 4))(budget, rng)):
        scale = Fraction((1, 2, 3)[index % 3], 2)
        data = [[str(scale * entry) for entry in row] for row in points(instance)[:1]]
        found.append({**instance, "X": data})
    return found


def _sampled_variances(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    """Σ^(l)(x, x) given the layers below: σ_w² times the mean of φ(g^(l−1)(x))² over the neurons, and σ_b²."""
    X, phi, hyper = _inputs(instance), phi_array(instance["activation"]), network_variances(instance)
    below = instance["layers"] - 1

    def square(parameters: Parameters) -> Draws:
        found = preactivation_covariance(parameters, hyper, phi, X, layer=below, of="activation")[:, 0, :]
        return np.asarray(float(hyper.sigma_w2) * found + float(hyper.sigma_b2))

    return measure_networks(square, networks(instance, width, instance["layers"]), rng, n)


def _inputs(instance: Instance) -> Any:
    return np.array(points(instance), dtype=np.float64)


def _mean_square(name: str, variance: Any) -> Any:
    """E[φ(√variance Z)²] at a ball, by rigorous integration."""
    if not variance > 0:
        raise ValueError(f"variance={variance}: expected a positive number")
    phi, scale = phi_of(name), ball(variance).sqrt()
    pieces = [_squared(node, scale) for node in smooth_pieces(phi)]
    return gaussian_mean(pieces, [arb_constant(place) / scale for place in phi.breakpoints])


def _squared(node: Any, scale: Any) -> Callable[[Any], Any]:
    return lambda z: acb_value(node, acb(scale) * z) ** 2


@cache
def _variance_at(name: str, given: tuple[str, str], norm2: Fraction, layer: int) -> Any:
    """Σ^(l)(x, x) by (17), and the mean of φ² one layer above, which needs it."""
    v = variances({"activation": name, "sigma_w2": given[0], "gamma_b2": given[1]})
    if layer == 1:
        q = rational(v.gamma_w2 * norm2 + v.gamma_b2)
    else:
        q = v.sigma_w2_ball() * _variance_at(name, given, norm2, layer - 1)[1] + v.sigma_b2_ball()
    return q, _mean_square(name, q)


def _variance_chain(instance: Instance, value: Evaluate) -> Sequence[Any]:
    given, ((*x,),), top = variances(instance), points(instance), instance["layers"]
    key = instance["activation"], (instance["sigma_w2"], instance["gamma_b2"]), sum(map(mul, x, x), Fraction(0))

    def variance(layer: int) -> Any:
        if not 1 <= layer < top:
            raise IndexError(f"l={layer}: expected a layer below {top}")
        return _variance_at(*key, layer)[0]

    means = {str(_variance_at(*key, layer)[0]): _variance_at(*key, layer)[1] for layer in range(1, top)}
    weights = {"sigma_w2": given.sigma_w2_ball(), "sigma_b2": given.sigma_b2_ball()}
    return [value(l=top, v=variance, E=lambda q: means[str(q)], **weights)]


# Corollary A.3


def _sampled_traces(instance: Instance, width: int, rng: Rng, n: int) -> Draws:
    X, phi, hyper = _inputs(instance), phi_array(instance["activation"]), network_variances(instance)

    def trace(parameters: Parameters) -> Draws:
        kernels = tangent_kernel(parameters, hyper, phi, X)
        found: Draws = np.trace(kernels, axis1=1, axis2=2)[:, None] / len(X)
        return found

    return measure_networks(trace, networks(instance, width, instance["layers"]), rng, n)


def _by_chi(instance: Instance, value: Evaluate) -> Sequence[Any]:
    with working(WORKING_BITS):  # other claims share the mean
        square = mean_square_slope(instance["activation"])
    return [value(chi=variances(instance).sigma_w2_ball() * square, l=instance["layers"])]


DEEP = deep_cases((3, 4, 5))
HIDDEN = deep_cases((3,))

CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-2.2",
        "printed",
        "(2), third layer of a network with four",
        r"\lim E\langle\nabla f^{(3)},\nabla f^{(3)}\rangle",
        Formula(_recursion),
        extrapolated(HIDDEN, _by_layers, sampled_kernels(above=1, of="activation")),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:eq-2.2",
        "corrected",
        "(2), third layer of a network with four, with g^{(3)} for f^{(3)}",
        r"\lim E\langle\nabla g^{(3)},\nabla g^{(3)}\rangle",
        Formula(layers.kernel_recursion, derived=True),
        extrapolated(HIDDEN, _by_layers, sampled_kernels(above=1)),
        (UNIT_VARIANCE,),
    ),
    Claim(
        "murray:eq-12.4",
        "printed",
        "(12), l = 3, 4, 5",
        KERNEL,
        Formula(_recursion),
        extrapolated(DEEP, _by_layers, sampled_kernels()),
        (UNIT_VARIANCE,),
        note="Random data with a duplicate and antipodes; the Gaussian means are those of eigenlaw.numerics.",
    ),
    Claim(
        "murray:eq-16.2",
        "new",
        "(17), l = 3, 4, inputs of any norm",
        r"\Sigma^{(l)}(x,x)",
        Formula(layers.variance_law, derived=True),
        extrapolated(_norm_cases, _variance_chain, _sampled_variances),
    ),
    Claim(
        "murray:cor-a.3.2",
        "new",
        "Corollary A.3 for every χ and any activation, l = 3, 4",
        r"\mathrm{Tr}(K_l)",
        Formula(layers.trace_law, derived=True),
        extrapolated(deep_cases((3, 4)), _by_chi, _sampled_traces),
        (UNIT_VARIANCE,),
    ),
)
