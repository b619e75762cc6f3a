"""Gram matrices that share the non-zero eigenvalues of the metrics of the Fisher information paper, from the signals.

The gradient of output k at input t by W^l is the outer product of delta_k^l(t) and h^{l-1}(t), by b^l it is
delta_k^l(t), by h^l it is (W^{l+1})^T delta_k^{l+1}(t): the product of two gradients is a sum over layers of
products of two numbers, and the CT x CT Gram of all gradients a sum of elementwise products of small Grams. Nothing
of the size of the parameters is formed. Rows are ordered as in (A.2): the inputs of output 1, then of output 2. The
Grams of several networks, on a leading axis of the signals, have that axis too.
Source: Karakida et al., (A.1)-(A.2), (A.6)-(A.8), (E.1)-(E.5), (F.1), (30)-(31). Floats, or exact rationals.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.wide_networks import Signals, WideParameters

Array = NDArray[Any]


def backward_gram(signals: Signals, layer: int) -> Array:
    """Return sum_i delta_{k,i}^l(s) delta_{k',i}^l(t) for all pairs (k, s), (k', t), of shape (CT, CT), 1 <= l <= L."""
    flat = _rows(signals.delta[layer - 1])
    return np.asarray(flat @ flat.swapaxes(-1, -2))


def forward_gram(signals: Signals, layer: int) -> Array:
    """Return sum_i h_i^l(s) h_i^l(t) for all pairs of inputs, of shape (T, T), 0 <= l < L."""
    h = signals.h[layer]
    return np.asarray(h @ h.swapaxes(-1, -2))


def gradient_gram(signals: Signals, layers: Sequence[int] | None = None, *, weights: Any = 1, biases: Any = 1) -> Array:
    """Return <grad f_k(s), grad f_k'(t)> for all pairs, of shape (CT, CT): T F*, or T F^{ll}* for one layer.

    Args:
        signals: of the network.
        layers: the layers l whose parameters count; all 1 ... L if not given.
        weights: a factor of the weights' part, one for all layers or a sequence of L: sigma_w2 / M_{l-1} for the
            tangent kernel in the NTK parametrisation.
        biases: a factor of the biases' part in the same way: sigma_b2 for the tangent kernel, 0 without biases.

    Example:
        >>> from eigenlaw.verify.wide_networks import WideParameters, propagate
        >>> network = WideParameters((np.full((1, 1), 2.0), np.full((1, 1), 3.0)), (np.zeros(1), np.zeros(1)))
        >>> found = gradient_gram(propagate(network, lambda x: x * x, np.array([[1.0]])))  # f = b2 + w2 (w1 + b1)^2
        >>> float(found[0, 0]) == 12**2 + 12**2 + 4**2 + 1
        True
    """
    *networks, outputs, samples, _ = signals.delta[0].shape
    total: Any = 0
    for layer in range(1, len(signals.h) + 1) if layers is None else layers:
        own = _of_layer(weights, layer) * forward_gram(signals, layer - 1) + _of_layer(biases, layer)
        blocks = backward_gram(signals, layer).reshape(*networks, outputs, samples, outputs, samples)
        np.multiply(blocks, own[..., None, :, None, :], out=blocks)
        total = np.add(total, blocks, out=blocks)
    return np.asarray(total.reshape(*networks, outputs * samples, outputs * samples))


def feature_gram(signals: Signals, network: WideParameters, layers: Sequence[int] | None = None) -> Array:
    """Return <grad_h f_k(s), grad_h f_k'(t)> for all pairs, of shape (CT, CT): T A*, or T A^{ll}* for one layer.

    Args:
        signals: of the network.
        network: the parameters.
        layers: the layers l of h^l that count; all 0 ... L - 1 if not given.

    Example:
        >>> from eigenlaw.verify.wide_networks import WideParameters, propagate
        >>> network = WideParameters((np.full((1, 1), 2.0), np.full((1, 1), 3.0)), (np.zeros(1), np.zeros(1)))
        >>> float(feature_gram(propagate(network, lambda x: x * x, np.array([[1.0]])), network)[0, 0])  # 24**2 + 3**2
        585.0
    """
    total: Any = 0
    for layer in range(network.layers) if layers is None else layers:
        gradients = feature_gradients(signals, network, layer)
        total = total + gradients @ gradients.swapaxes(-1, -2)
    return np.asarray(total)


def feature_gradients(signals: Signals, network: WideParameters, layer: int) -> Array:
    """Return the derivatives of f_k(t) by h^l, 0 <= l < L, of shape (CT, M_l)."""
    return np.asarray(_rows(signals.delta[layer]) @ network.weights[layer])


def output_block(gram: Array, outputs: int, k: int) -> Array:
    """Return the block of one output of a Gram, of shape (T, T), 0 <= k < C.

    Example:
        >>> output_block(np.arange(16).reshape(4, 4), 2, 1).tolist()
        [[10, 11], [14, 15]]
    """
    samples = gram.shape[-1] // outputs
    return gram[..., k * samples : (k + 1) * samples, k * samples : (k + 1) * samples]


def centred_gram(gram: Array, outputs: int) -> Array:
    """Return the Gram of the gradients less their mean over the inputs, output by output: that of (23).

    Example:
        >>> centred_gram(np.array([[4.0, 0.0], [0.0, 0.0]]), 1).tolist()
        [[1.0, -1.0], [-1.0, 1.0]]
    """
    samples = len(gram) // outputs
    blocks = gram.reshape(outputs, samples, outputs, samples)
    blocks = blocks - _mean(blocks, 1)
    blocks = blocks - _mean(blocks, 3)
    return np.asarray(blocks.reshape(gram.shape))


def softmax(outputs: Array) -> Array:
    """Return g_k(t) of (25), of shape (..., T, C), without overflow."""
    raised = np.exp(outputs - outputs.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def softmax_gram(gram: Array, g: Array) -> Array:
    """Return B^T K B for a Gram K of gradients, B B^T = Q of (28): T times a dual of F_cross.

    With b_k = sqrt(g_k) the matrix B(t) = diag(b) - g b^T of an input satisfies B(t) B(t)^T = diag(g) - g g^T.

    Args:
        gram: of shape (CT, CT), as ``gradient_gram`` returns it.
        g: the softmax outputs, of shape (T, C).

    Example:
        >>> found = softmax_gram(np.eye(2), np.array([[0.25, 0.75]]))  # the eigenvalues of Q
        >>> np.round(np.linalg.eigvalsh(found), 12).tolist()
        [0.0, 0.375]
    """
    samples, outputs = g.shape
    root = np.sqrt(g)
    blocks = gram.reshape(outputs, samples, outputs, samples)
    half = blocks * root.T[:, :, None, None] - root.T[:, :, None, None] * np.einsum("tk,ktls->tls", g, blocks)[None]
    mixed = np.einsum("ktls,sl->kts", half, g)
    found = half * root.T[None, None] - mixed[:, :, None, :] * root.T[None, None]
    return np.asarray(found.reshape(gram.shape))


def _rows(delta: Array) -> Array:
    return np.asarray(delta.reshape(*delta.shape[:-3], -1, delta.shape[-1]))


def _mean(blocks: Array, axis: int) -> Array:
    return np.asarray(blocks.sum(axis=axis, keepdims=True) / blocks.shape[axis])


def _of_layer(factor: Any, layer: int) -> Any:
    return factor[layer - 1] if isinstance(factor, Sequence) else factor
