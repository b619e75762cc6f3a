"""What the themes share: the network of an instance, its order parameters, and sampled networks of its kind."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from eigenlaw.numerics.arrays import ArrayFunction, numpy_function
from eigenlaw.numerics.meanfield import OrderParameters, order_parameters
from eigenlaw.theory import fisher
from eigenlaw.theory.wide_network import WideNetwork, wide_network
from eigenlaw.verify.claim import Instance
from eigenlaw.verify.formula import rational
from eigenlaw.verify.wide_networks import (
    Signals,
    WideParameters,
    layer_widths,
    propagate,
    sample_inputs,
    sample_network,
)

DIGITS = 20

CASES = (
    *(("tanh", "3", "16/25"), ("relu", "2", "1/10"), ("relu", "2", "0"), ("linear", "1", "1/10"), ("erf", "2", "1/4")),
    *(("gelu", "2", "1/10"), ("sigmoid", "4", "0"), ("leaky_relu(1/10)", "2", "1/10"), ("softplus", "1", "1/4")),
    *(("sin", "2", "1/2"), ("cos", "2", "0"), ("abs", "1", "1/10"), ("gaussian(1)", "2", "1/10")),
    *(("polynomial(1,-1/2,1/3)", "1/2", "1/10"), ("monomial(2)", "1/2", "1/10")),
)
"""Activation, σ_w², σ_b²: the settings of the paper's figures first."""

ALPHAS = (("1", "1", "1"), ("1", "2", "1/2"))
"""Relative widths for L = 3: equal, and unequal."""


def network_of(instance: Instance) -> WideNetwork:
    """Return the network of an instance: ``activation``, ``sigma_w2``, ``sigma_b2``, ``layers``, maybe ``alphas``.

    Each of the first three is one value for all layers, or a list.
    """
    return _network(
        _hashable(instance["activation"]),
        _hashable(instance["sigma_w2"]),
        _hashable(instance["sigma_b2"]),
        instance["layers"],
        _hashable(instance.get("alphas", "1")),
    )


@cache
def _network(phi: Any, weights: Any, biases: Any, layers: int, alphas: Any) -> WideNetwork:
    relative = [Fraction(a) for a in (alphas if isinstance(alphas, tuple) else [alphas] * layers)]
    return wide_network(phi, layers, _fractions(weights), _fractions(biases), relative)


@cache
def order_parameters_of(network: WideNetwork) -> OrderParameters:
    """Return the order parameters of a network, to DIGITS digits."""
    return order_parameters(network, DIGITS)


def samples_of(instance: Instance, width: int) -> int:
    """T, the number of inputs: given, or a multiple of M, spelled as in "2M"."""
    given = instance["samples"]
    return given if isinstance(given, int) else int(Fraction(given.removesuffix("M") or 1) * width)


@cache
def limits(network: WideNetwork) -> Mapping[str, Any]:
    """Return what formulas at the limit need of a network: α, α̃, α_l, L, the variances, q̂, q̃, κ, κ' and κ̃."""
    order = order_parameters_of(network)
    alphas, weights, biases = (
        [rational(value) for value in values] for values in (network.alphas, network.sigma_w2, network.sigma_b2)
    )
    alpha, alpha_tilde = rational(network.alpha), rational(network.alpha_tilde)
    pairs = ((order.q_hat, order.q_tilde), (order.q_hat_st, order.q_tilde_st))
    found = {f"kappa_{i}": fisher.kappa(alphas, alpha, *pair) for i, pair in enumerate(pairs, 1)}
    found |= {f"kappa_{i}p": fisher.kappa_prime(weights, biases, alpha, *pair) for i, pair in enumerate(pairs, 1)}
    found |= {f"kappa_{i}t": fisher.kappa_tilde(weights, alpha_tilde, q) for i, (_, q) in enumerate(pairs, 1)}
    return {
        "alpha": alpha,
        "alpha_tilde": alpha_tilde,
        "alpha_l": lambda layer: alphas[within(layer, 0, len(alphas))],
        "L": network.layers,
        **({"sigma_w2": weights[0]} if len(set(network.sigma_w2)) == 1 else {}),
        **({"sigma_b2": biases[0]} if len(set(network.sigma_b2)) == 1 else {}),
        "sigma_w2_l": lambda layer: weights[within(layer, 1, len(alphas) + 1) - 1],
        "sigma_b2_l": lambda layer: biases[within(layer, 1, len(alphas) + 1) - 1],
        "q_hat": lambda layer: order.q_hat[layer],
        "q_hat_st": lambda layer: order.q_hat_st[layer],
        "q_tilde": lambda layer: order.q_tilde[layer],
        "q_tilde_st": lambda layer: order.q_tilde_st[layer],
        **found,
    }


def within(index: int, low: int, high: int) -> int:
    """Return an index of a layer.

    Raises:
        IndexError: there is no such layer.
    """
    if not low <= index < high:
        raise IndexError(f"l={index}: expected from {low} to {high - 1}")
    return index


@cache
def _function(name: str) -> ArrayFunction:
    from eigenlaw.theory.activations import activation

    return numpy_function(activation(name).tree)


def functions_of(instance: Instance) -> list[ArrayFunction]:
    """Return φ_1 … φ_{L−1} as plain functions of an array."""
    given = instance["activation"]
    return [_function(name) for name in ([given] * (instance["layers"] - 1) if isinstance(given, str) else given)]


def sampled(
    instance: Instance, width: int, rng: np.random.Generator, *, outputs: int, samples: int
) -> tuple[WideParameters, Signals]:
    """Draw a network of an instance with M = width, and T inputs, and return its signals."""
    network = network_of(instance)
    widths = layer_widths(network.alphas, width, outputs)
    weights, biases = ([float(value) for value in values] for values in (network.sigma_w2, network.sigma_b2))
    parameters = sample_network(widths, weights, biases, rng)
    return parameters, propagate(parameters, functions_of(instance), sample_inputs(samples, widths[0], rng))


def _hashable(given: Any) -> Any:
    return tuple(given) if isinstance(given, list) else given


def _fractions(given: Any) -> Fraction | Sequence[Fraction]:
    return [Fraction(value) for value in given] if isinstance(given, tuple) else Fraction(given)
