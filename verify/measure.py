"""What is measured on a finite network: its tangent kernel, its Jacobian, products of its preactivations.

Nothing here knows a formula for a kernel: the tangent kernel is the sum over all parameters of products of
derivatives, equation (2), by backpropagation; the Jacobian is computed parameter by parameter with dual numbers.
All arrays hold floats, or exact rationals (dtype object).
"""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.dual_numbers import ArrayFunction, Dual, derivative, evaluated, filled
from eigenlaw.verify.networks import HyperParameters, Parameters, check_inputs, forward, preactivation, square_root

Array = NDArray[Any]
Output = Literal["preactivation", "activation"]
Quantity = Literal["preactivation", "activation", "derivative"]

_CHUNK = 2**18  # numbers in the largest array of a chunk of networks


def tangent_kernel(
    parameters: Parameters,
    hyper: HyperParameters,
    phi: ArrayFunction,
    X: Array,
    layer: int | None = None,
    of: Output = "preactivation",
    *,
    output_bias: bool = True,
) -> Array:
    r"""Return the tangent kernel \tilde\Theta^{(l)}(x_i, x_j) of every network, for all pairs of inputs.

    It is <grad F(x_i), grad F(x_j)> over all parameters of the layers 1, ..., l, where F is neuron 0 of g^(l) or of
    f^(l). Source: murray, equations (1) and (2).

    Args:
        parameters: the networks.
        hyper: the variances of equation (1).
        phi: activation, a plain function of an array.
        X: inputs, one a row, of shape (n, d).
        layer: l, from 1; by default the output.
        of: "preactivation" for g^(l), "activation" for f^(l); the same for the output.
        output_bias: whether the last layer has its bias.

    Returns:
        Array of shape (count, n, n).

    Raises:
        ValueError: X or the layer does not fit, or a square root that an exact evaluation needs is irrational.

    Example:
        >>> parameters = Parameters((np.full((1, 1, 1), 2.0), np.full((1, 1, 1), 3.0)), (np.ones((1, 1)),) * 2)
        >>> X = np.array([[1.0], [-1.0]])
        >>> tangent_kernel(parameters, HyperParameters(1, 0, 1, 0), lambda x: x * x, X).tolist()  # f(x) = 3 (2 x)^2
        [[[160.0, 160.0], [160.0, 160.0]]]
    """
    depth = _depth(parameters, X, layer)
    networks = _networks_a_chunk(parameters, len(X))
    kernel = np.empty((parameters.count, len(X), len(X)), dtype=X.dtype)
    for start in range(0, parameters.count, networks):
        part = parameters.part(start, start + networks)
        kernel[start : start + networks] = _tangent_kernel(part, hyper, phi, X, depth, of, output_bias)
    return kernel


def _tangent_kernel(
    parameters: Parameters,
    hyper: HyperParameters,
    phi: ArrayFunction,
    X: Array,
    depth: int,
    of: Output,
    output_bias: bool,
) -> Array:
    exact = parameters.exact
    found = forward(parameters, hyper, phi, X, layers=depth - 1, slopes=True)
    inputs = (X, *found.activations)

    def weight_factor(layer: int) -> Any:
        return hyper.weight_variance(layer, parameters.weights[layer - 1].shape[2], exact)

    def own_parameters(layer: int) -> Array:
        """Return the products of d g_i^(l) / d(W^(l), b^(l)), the same for every neuron i of the layer."""
        bias = hyper.bias_variance(layer, exact) * (output_bias or layer < parameters.layers)
        products: Array = weight_factor(layer) * _gram(inputs[layer - 1]) + bias
        return products

    kernel = own_parameters(depth)
    # backward is d F / d f^(l) and delta is d F / d g^(l), both short of a factor whose square is factor
    factor = weight_factor(depth)
    backward = parameters.weights[depth - 1][:, :1, :]
    for layer in range(depth - 1, 0, -1):
        delta = backward * found.slopes[layer - 1]
        kernel = kernel + factor * _gram(delta) * own_parameters(layer)
        if layer > 1:
            backward = delta @ parameters.weights[layer - 1]
            factor = factor * weight_factor(layer)
    if of == "activation" and depth < parameters.layers:
        g = preactivation(parameters, hyper, inputs[depth - 1], depth, neurons=1)
        _, slope = derivative(phi, g)
        kernel = kernel * _gram(slope)
    return kernel


def preactivation_covariance(
    parameters: Parameters,
    hyper: HyperParameters,
    phi: ArrayFunction,
    X: Array,
    layer: int | None = None,
    of: Quantity = "preactivation",
    *,
    neurons: Literal["first", "mean"] = "mean",
    output_bias: bool = True,
) -> Array:
    """Return the products q(x_i) q(x_j) of every network, where q is g^(l), phi(g^(l)) or phi'(g^(l)) of a neuron.

    Their means over the networks are the kernel Sigma^(l), and the expectations in Sigma^(l+1) and in its derivative.
    Source: murray, equation (11).

    Args:
        parameters: the networks.
        hyper: the variances of equation (1).
        phi: activation, a plain function of an array.
        X: inputs, one a row, of shape (n, d).
        layer: l, from 1; by default the output.
        of: what to multiply: g, phi(g) or phi'(g), that of the output layer too.
        neurons: "first" takes neuron 0, "mean" the mean of the products over the neurons of the layer.
        output_bias: whether the last layer has its bias.

    Returns:
        Array of shape (count, n, n).

    Raises:
        ValueError: X or the layer does not fit, or a square root that an exact evaluation needs is irrational.

    Example:
        >>> parameters = Parameters((np.full((1, 1, 1), 2.0), np.ones((1, 1, 1))), (np.ones((1, 1)),) * 2)
        >>> hyper, X = HyperParameters(1, 0, 1, 0), np.array([[1.0], [-1.0]])
        >>> preactivation_covariance(parameters, hyper, np.tanh, X, layer=1).tolist()
        [[[4.0, -4.0], [-4.0, 4.0]]]
    """
    depth = _depth(parameters, X, layer)
    networks = _networks_a_chunk(parameters, len(X))
    products = np.empty((parameters.count, len(X), len(X)), dtype=X.dtype)
    for start in range(0, parameters.count, networks):
        part = parameters.part(start, start + networks)
        found = forward(part, hyper, phi, X, layers=depth - 1)
        f = found.activations[-1] if depth > 1 else X
        wanted = 1 if neurons == "first" else -1
        q = preactivation(part, hyper, f, depth, output_bias=output_bias, neurons=wanted)
        if of == "activation":
            q = evaluated(phi, q)
        elif of == "derivative":
            _, q = derivative(phi, q)
        products[start : start + networks] = _gram(q) / q.shape[2]
    return products


def jacobian(
    parameters: Parameters,
    hyper: HyperParameters,
    phi: ArrayFunction,
    X: Array,
    layer: int | None = None,
    of: Output = "preactivation",
    *,
    output_bias: bool = True,
) -> Array:
    """Return all derivatives of every network by brute force: one parameter at a time, neuron by neuron.

    It takes a forward pass of dual numbers a parameter, so it is for tiny networks, to check what is faster.
    Source: murray, equations (1) and (2).

    Args:
        parameters: the networks.
        hyper: the variances; with exact parameters, all those up to the layer must have rational square roots.
        phi: activation, a plain function of an array.
        X: inputs, one a row, of shape (n, d).
        layer: l, from 1; by default the output.
        of: "preactivation" for neuron 0 of g^(l), "activation" for that of f^(l); the same for the output.
        output_bias: whether the last layer has its bias.

    Returns:
        Array of shape (count, n, p), parameters in the order W^(1) row by row, b^(1), W^(2), ... up to layer l.

    Raises:
        ValueError: X or the layer does not fit, or a square root that is needed is irrational.

    Example:
        >>> parameters = Parameters((np.full((1, 1, 1), 2.0), np.full((1, 1, 1), 3.0)), (np.zeros((1, 1)),) * 2)
        >>> jacobian(parameters, HyperParameters(1, 0, 1, 0), lambda x: x * x, np.ones((1, 1))).tolist()
        [[[12.0, 0.0, 4.0, 0.0]]]
    """
    depth = _depth(parameters, X, layer)
    networks = [parameters.part(k, k + 1) for k in range(parameters.count)]
    return np.stack([_jacobian(network, hyper, phi, X, depth, of, output_bias) for network in networks])


def _jacobian(
    network: Parameters,
    hyper: HyperParameters,
    phi: ArrayFunction,
    X: Array,
    depth: int,
    of: Output,
    output_bias: bool,
) -> Array:
    layers = zip(network.weights[:depth], network.biases[:depth], strict=True)
    theta = [entry for layer in layers for array in layer for entry in array.reshape(-1)]
    columns = []
    for index in range(len(theta)):
        seeded = [Dual(value, int(k == index)) for k, value in enumerate(theta)]
        with np.errstate(all="ignore"):  # as in derivative()
            value = _entrywise(seeded, network, hyper, phi, X, depth, of, output_bias)
        columns.append(filled(value.slope, X[:, 0]))
    return np.stack(columns, axis=1)


def _entrywise(
    theta: list[Dual],
    network: Parameters,
    hyper: HyperParameters,
    phi: ArrayFunction,
    X: Array,
    depth: int,
    of: Output,
    output_bias: bool,
) -> Dual:
    """Evaluate equation (1) as it is printed, neuron by neuron, and return the output at all inputs."""
    entries = iter(theta)
    f = [Dual(column, 0) for column in X.T]
    for layer in range(1, depth + 1):
        fan_in, last = len(f), layer == network.layers
        w = square_root(hyper.weight_variance(layer, fan_in, network.exact))
        b = square_root(hyper.bias_variance(layer, network.exact)) * (output_bias or not last)
        fan_out = network.weights[layer - 1].shape[1]
        W = [[next(entries) for _ in range(fan_in)] for _ in range(fan_out)]
        g = [w * sum(W[i][j] * f[j] for j in range(fan_in)) + b * next(entries) for i in range(fan_out)]
        f = g if last or (layer == depth and of == "preactivation") else [_as_dual(phi(neuron)) for neuron in g]
    return f[0]


def _as_dual(value: Any) -> Dual:
    return value if isinstance(value, Dual) else Dual(value, 0)


def _gram(rows: Array) -> Array:
    """Return the inner products of the rows of each matrix of an array (..., n, m): shape (..., n, n)."""
    return rows @ rows.swapaxes(-1, -2)


def _depth(parameters: Parameters, X: Array, layer: int | None) -> int:
    check_inputs(parameters, X)
    depth = parameters.layers if layer is None else layer
    if not 1 <= depth <= parameters.layers:
        raise ValueError(f"layer={layer}: expected one of the weight layers 1, ..., {parameters.layers}")
    return depth


def _networks_a_chunk(parameters: Parameters, inputs: int) -> int:
    """Return how many networks to treat at a time, so that no array has much more than _CHUNK numbers."""
    largest = max(max(weight.shape[1] * max(inputs, weight.shape[2]) for weight in parameters.weights), inputs**2)
    return max(1, _CHUNK // int(largest))
