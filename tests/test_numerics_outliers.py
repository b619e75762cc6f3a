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


def conditional_variances(network: WideNetwork, width: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """(σ_w²/M)² ‖S‖² of one network, S the Gram of the mean gradients of the neurons below the outputs: F, F^22, A."""
    widths = layer_widths(network.alphas, width, 1)
    weights, biases = ([float(v) for v in values] for values in (network.sigma_w2, network.sigma_b2))
    drawn = sample_network(widths, weights, biases, rng)
    neurons = np.eye(widths[-2])
    hidden = WideParameters((*drawn.weights[:-1], neurons), (*drawn.biases[:-1], np.zeros(widths[-2])))
    functions = [numpy_function(phi.tree) for phi in network.activations]
    signals = propagate(hidden, functions, sample_inputs(width, widths[0], rng))
    grams = np.zeros((3, *neurons.shape))
    grams[2] = neurons
    layers = zip(signals.h, signals.delta, hidden.weights[:-1], strict=False)
    for layer, (h, delta, W) in enumerate(layers, 1):
        means, slopes = np.tensordot(delta, h, axes=(1, 0)).reshape(len(delta), -1) / width, delta.mean(axis=1)
        own = means @ means.T + slopes @ slopes.T
        grams[0] += own
        grams[1] += own if layer == 2 else 0
        grams[2] += (slopes @ W) @ (slopes @ W).T
    return np.asarray((weights[-1] / widths[-2]) ** 2 * np.sum(grams**2, axis=(1, 2)))


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
        whole, block, features = (outlier_spread(network, width, *which) for which in (("F",), ("F", 2), ("A",)))
        expected = np.array([whole, block, features]) ** 2
        ratios.append(np.array([conditional_variances(network, width, rng) / expected for _ in range(draws)]))
    narrow, wide = ratios
    limits = 2 * wide.mean(axis=0) - narrow.mean(axis=0)
    errors = np.hypot(2 * wide.std(axis=0) / math.sqrt(len(wide)), narrow.std(axis=0) / math.sqrt(len(narrow)))
    assert np.all(errors < 0.15)
    assert np.all(np.abs(limits - 1) < 4 * errors)
    assert np.all(np.abs(limits / 2 - 1) > 3 * errors)
