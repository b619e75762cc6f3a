"""The spread of the outliers against sampled networks, and the moments of a neuron's mean slope in closed form."""

import math
from fractions import Fraction

import numpy as np
import pytest
from numpy.typing import NDArray

from eigenlaw.numerics.arrays import numpy_function
from eigenlaw.numerics.outliers import outlier_spread, slope_moments
from eigenlaw.theory.activations import activation
from eigenlaw.theory.wide_network import WideNetwork, wide_network
from eigenlaw.verify.wide_networks import WideParameters, layer_widths, propagate, sample_inputs, sample_network


@pytest.mark.parametrize(("variance", "covariance"), [(1.0, 0.25), (2.5, 2.0)])
def test_the_moments_of_slopes_that_are_polynomials(variance: float, covariance: float) -> None:
    """E[φ' | y] is 2√b y for x², and 1 for x: E d² = 4b, E d⁴ = 48 b²."""
    square = slope_moments(activation("monomial(2)"), variance, covariance)
    assert square == pytest.approx((4 * covariance, 48 * covariance**2), rel=1e-9)
    assert slope_moments(activation("linear"), variance, covariance) == pytest.approx((1, 1), rel=1e-9)


def test_the_second_moment_of_a_kink() -> None:
    """E φ'(U)φ'(V) of ReLU is an angle."""
    angle = 1 / 4 + math.asin(0.6) / (2 * math.pi)
    assert slope_moments(activation("relu"), 1.0, 0.6)[0] == pytest.approx(angle, rel=1e-5)


def conditional_variance(network: WideNetwork, width: int, rng: np.random.Generator) -> float:
    """(σ_w²/M)² ‖S‖² of one network, S the Gram of the mean gradients of the neurons below the outputs."""
    widths = layer_widths(network.alphas, width, 1)
    weights, biases = ([float(v) for v in values] for values in (network.sigma_w2, network.sigma_b2))
    drawn = sample_network(widths, weights, biases, rng)
    neurons = np.eye(widths[-2])
    hidden = WideParameters((*drawn.weights[:-1], neurons), (*drawn.biases[:-1], np.zeros(widths[-2])))
    functions = [numpy_function(phi.tree) for phi in network.activations]
    signals = propagate(hidden, functions, sample_inputs(width, widths[0], rng))
    gram: NDArray[np.float64] = np.zeros_like(neurons)
    for h, delta in zip(signals.h[:-1], signals.delta[:-1], strict=True):
        means = np.tensordot(delta, h, axes=(1, 0)).reshape(len(delta), -1) / width
        slopes = delta.mean(axis=1)
        gram += means @ means.T + slopes @ slopes.T
    return float((weights[-1] / widths[-2]) ** 2 * np.sum(gram**2))


@pytest.mark.parametrize(
    ("name", "sigma_w2", "sigma_b2", "alphas"),
    [
        ("tanh", 3, Fraction(16, 25), (1, 1, 1)),
        ("relu", 2, Fraction(1, 10), (1, 2, Fraction(1, 2))),
    ],
)
def test_the_spread_is_that_of_sampled_networks(
    name: str, sigma_w2: int, sigma_b2: Fraction, alphas: tuple[Fraction, ...]
) -> None:
    """For as many inputs as neurons; the error falls like 1/M, so that two widths extrapolate it away."""
    network = wide_network(name, 3, sigma_w2, sigma_b2, alphas)
    rng = np.random.default_rng(7)
    ratios = []
    for width, draws in ((32, 120), (64, 60)):
        expected = outlier_spread(network, width) ** 2
        ratios.append(np.array([conditional_variance(network, width, rng) / expected for _ in range(draws)]))
    narrow, wide = ratios
    limit = 2 * wide.mean() - narrow.mean()
    error = math.hypot(2 * wide.std() / math.sqrt(len(wide)), narrow.std() / math.sqrt(len(narrow)))
    assert error < 0.15
    assert abs(limit - 1) < 4 * error
    assert abs(limit / 2 - 1) > 3 * error
