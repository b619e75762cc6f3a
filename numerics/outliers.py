"""The spread of the outliers of the Fisher information at finite width, in float64: an estimate.

With u = √(a−b) x + √b y, a = q_t, b = q_st, the mean slope of a neuron is E_x φ'(u) = E_x[x φ(u)]/√(a−b) (Stein), which
needs no derivative of φ. Both Gaussian integrals are trapezoidal sums, which converge fast for a smooth φ and like the
square of the step for a φ with kinks.
"""

import math

import numpy as np

from eigenlaw.numerics.arrays import numpy_function
from eigenlaw.numerics.meanfield import order_parameters
from eigenlaw.theory.activations import Activation
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


def outlier_spread(network: WideNetwork, width: int) -> float:
    """Return the standard deviation s of an entry between two outputs, for many inputs.

    The C largest eigenvalues of F are about those of λ_max + s G, G symmetric C × C with independent entries N(0, 1),
    N(0, 2) on the diagonal. An estimate: leading order in 1/M and in 1/T.

    Args:
        network: activations, variances, widths α_l.
        width: M, at least 1.

    Example:
        >>> from eigenlaw.theory.wide_network import wide_network
        >>> round(outlier_spread(wide_network("linear", 2, 1, 1), 100) ** 2, 6)
        0.01
    """
    found = order_parameters(network, _DIGITS)
    q_hat, q_hat_st = (
        {layer: float(ball.mid()) for layer, ball in each.items()} for each in (found.q_hat, found.q_hat_st)
    )
    weights, biases = ([float(value) for value in values] for values in (network.sigma_w2, network.sigma_b2))
    moments = [
        slope_moments(phi, weight * q_hat[below] + bias, weight * q_hat_st[below] + bias)
        for below, (phi, weight, bias) in enumerate(zip(network.activations, weights, biases, strict=False))
    ]
    widths = [float(alpha) * width for alpha in network.alphas]
    second, fourth = zip(*moments, strict=True)
    return math.sqrt(spread_squared(widths, weights, q_hat_st, second, fourth))
