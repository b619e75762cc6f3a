"""Metrics of the Fisher information paper in full: gradients one by one, and the P x P matrices made of them.

For tiny networks only: everything else works on the CT x CT duals of ``metric_grams``. A gradient lists W^1 row by row,
b^1, W^2, ... Floats, or exact rationals. Source: Karakida et al., (3), (8)-(10), (12)-(13), (22).
"""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.metric_grams import feature_gradients
from eigenlaw.verify.wide_networks import Signals, WideParameters

Array = NDArray[Any]


def parameter_gradients(signals: Signals) -> Array:
    """Return the gradient of every output at every input, of shape (C, T, P): (3).

    Example:
        >>> from eigenlaw.verify.wide_networks import propagate
        >>> network = WideParameters((np.full((1, 1), 2.0), np.full((1, 1), 3.0)), (np.zeros(1), np.zeros(1)))
        >>> found = propagate(network, lambda x: x * x, np.array([[1.0]]))  # f = b2 + w2 (w1 + b1)^2
        >>> parameter_gradients(found).tolist()
        [[[12.0, 12.0, 4.0, 1.0]]]
    """
    parts = []
    for h, delta in zip(signals.h, signals.delta, strict=True):
        outer = delta[:, :, :, None] * h[None, :, None, :]
        parts += [outer.reshape(*delta.shape[:2], -1), delta]
    return np.concatenate(parts, axis=2)


def parameter_blocks(widths: tuple[int, ...]) -> list[tuple[slice, slice]]:
    """Return where the weights and the biases of the layers 1 ... L stand in a gradient.

    Example:
        >>> parameter_blocks((2, 3, 1))
        [(slice(0, 6, None), slice(6, 9, None)), (slice(9, 12, None), slice(12, 13, None))]
    """
    blocks, start = [], 0
    for fan_in, fan_out in pairwise(widths):
        middle = start + fan_in * fan_out
        blocks.append((slice(start, middle), slice(middle, middle + fan_out)))
        start = middle + fan_out
    return blocks


def feature_gradient(signals: Signals, network: WideParameters) -> Array:
    """Return the derivatives of every output at every input by h^0, ..., h^{L-1}, of shape (C, T, N_h)."""
    shape = signals.delta[0].shape[:2]
    parts = [feature_gradients(signals, network, layer).reshape(*shape, -1) for layer in range(network.layers)]
    return np.concatenate(parts, axis=2)


def mean_outer_products(gradients: Array) -> Array:
    """Return the mean over the inputs of gradient times its transpose: F_k of (8) or A_k of (12), of shape (C, P, P).

    Their sum over the outputs is F of (9).

    Example:
        >>> mean_outer_products(np.array([[[1.0, 2.0], [1.0, 0.0]]])).tolist()
        [[[1.0, 1.0], [1.0, 2.0]]]
    """
    return np.asarray(np.swapaxes(gradients, 1, 2) @ gradients / gradients.shape[1])
