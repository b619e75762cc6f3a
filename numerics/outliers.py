"""The spread of the outliers of the Fisher information at finite width, in float64: an estimate.

With u = √(a−b) x + √b y, a = q_t, b = q_st, the mean slope of a neuron is E_x φ'(u) = E_x[x φ(u)]/√(a−b) (Stein), which
needs no derivative of φ. Both Gaussian integrals are trapezoidal sums, which converge fast for a smooth φ and like the
square of the step for a φ with kinks.
"""

import math
from typing import Literal

import numpy as np

from eigenlaw.numerics.arrays import numpy_function
from eigenlaw.numerics.meanfield import order_parameters
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.outliers import spread_squared
from eigenlaw.theory.wide_network import WideNetwork

_DIGITS = 15
_REACH, _STEP = 9.0, 1 / 128


def slope_moments(phi: Activation, variance: float, covariance: float) -> tuple[float, float]:
    """Return E[d²] and E[d⁴] of the mean slope d = E[φ'(U) | common part] of a neuron.

    Args:
        phi: φ, continuous.
        variance: q_t of the pre-activations.
        covariance: q_st, from 0 to below q_t.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> [round(moment, 6) for moment in slope_moments(activation("relu"), 2.0, 0.0)]
        [0.25, 0.0625]
    """
    x = np.arange(-_REACH, _REACH + _STEP, _STEP)
    density = np.exp(-(x**2) / 2) * (_STEP / math.sqrt(2 * math.pi))
    common = x[::4] * math.sqrt(covariance)
    own = math.sqrt(variance - covariance)
    function = numpy_function(phi.tree)
    slopes = np.array([(function(own * x + shift) * x) @ density for shift in common]) / own
    weights = 4 * density[::4]
    return float(slopes**2 @ weights), float(slopes**4 @ weights)


def outlier_spread(
    network: WideNetwork, width: int, metric: Literal["F", "A"] = "F", layer: int | None = None
) -> float:
    """Return the standard deviation s of an entry between two outputs, for many inputs.

    The C largest eigenvalues are about those of λ_max + s G, G symmetric C × C with independent entries N(0, 1), and
    N(0, 2) on the diagonal. An estimate: leading order in 1/M and in 1/T.

    Args:
        network: activations, variances, widths α_l.
        width: M, at least 1.
        metric: "F" for the Fisher information, "A" for the metric of inputs and features.
        layer: l of the diagonal block F^{ll} or A^{ll}; the whole metric if not given.

    Raises:
        InputError: if there is no such metric or block.

    Example:
        >>> from eigenlaw.theory.wide_network import wide_network
        >>> round(outlier_spread(wide_network("linear", 2, 1, 1), 100) ** 2, 6)
        0.01
    """
    blocks = range(1, network.layers + 1) if metric == "F" else range(network.layers)
    if metric not in {"F", "A"}:
        raise InputError.of("metric", metric, "expected F or A")
    if layer is not None and layer not in blocks:
        raise InputError.of("layer", layer, f"expected one from {blocks[0]} to {blocks[-1]}")
    found = order_parameters(network, _DIGITS)
    q_hat, q_hat_st = ([float(each[below].mid()) for below in sorted(each)] for each in (found.q_hat, found.q_hat_st))
    weights, biases = ([float(value) for value in values] for values in (network.sigma_w2, network.sigma_b2))
    moments = [
        slope_moments(phi, weight * own + bias, weight * overlap + bias)
        for phi, weight, bias, own, overlap in zip(network.activations, weights, biases, q_hat, q_hat_st, strict=False)
    ]
    widths = [float(alpha) * width for alpha in network.alphas]
    counted = [layer in {None, block} for block in blocks]
    none = [False] * network.layers
    by_parameters, by_features = (counted, none) if metric == "F" else (none, counted)
    products = [m * q + 1 if counts else 0 for m, q, counts in zip(widths, q_hat_st, by_parameters, strict=True)]
    second, fourth = zip(*moments, strict=True)
    features = [int(counts) for counts in by_features]
    return math.sqrt(spread_squared(widths, weights, second, fourth, products[:-1], features))
