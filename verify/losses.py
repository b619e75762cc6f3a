"""Derivatives of the losses of Singh et al. by the outputs: squared error, cross-entropy, log-cosh, exact or in floats.

The outputs F, labels Y and gradients are arrays of shape (K, N), one sample a column; S_n = ∂²ℓ has shape (N, K, K).
With rational outputs of common denominator D every exponential is an integer power of the one transcendental number
t = e^(1/D), so that the gradients are rational functions of t, and a rank at the true t is the rank over Q(t). With a
residue in the place of t it can only be lower: a lower bound, and the rank itself where an upper bound meets it.
Source: Singh et al., S9.1.1–S9.1.3.
"""

import math
from typing import Any

import numpy as np
from flint import nmod
from numpy.typing import NDArray

Array = NDArray[Any]


def exponentials(values: Array, base: Any) -> Array:
    """Return base^(D v) for rational v of common denominator D: the residues of e^v with the base in place of e^(1/D).

    Args:
        values: ``flint.fmpq``, of any shape.
        base: a residue that is not zero, ``flint.nmod`` of a prime modulus.

    Example:
        >>> from flint import fmpq
        >>> exponentials(np.array([fmpq(1, 2), fmpq(1, 3)], dtype=object), nmod(2, 101)).tolist()
        [8, 4]
    """
    prime = int(base.modulus())
    common = math.lcm(*(int(value.q) for value in values.ravel()))
    flat = np.empty(values.size, dtype=object)
    exponents = (int(value.p) * (common // int(value.q)) % (prime - 1) for value in values.ravel())
    flat[:] = [nmod(pow(int(base), exponent, prime), prime) for exponent in exponents]
    return flat.reshape(values.shape)


def squared_error(outputs: Array, labels: Array) -> tuple[Array, Array]:
    """Return δ_n = F − y and S_n = 1 of ℓ = ½ |F − y|².

    Example:
        >>> squared_error(np.array([[3]]), np.array([[1]]))[0].tolist()
        [[2]]
    """
    K, N = outputs.shape
    return outputs - labels, np.broadcast_to(np.eye(K, dtype=int).astype(outputs.dtype), (N, K, K))


def cross_entropy(raised: Array, labels: Array) -> tuple[Array, Array]:
    """Return δ_n = p − y and S_n = diag(p) − p pᵀ of ℓ = −Σ_k y_k log p_k, p the softmax of F, where Σ_k y_k = 1.

    Args:
        raised: e^F, in floats or as residues.
        labels: y, one label a column, each of sum 1.

    Example:
        >>> first, second = cross_entropy(np.array([[1.0], [3.0]]), np.array([[1.0], [0.0]]))
        >>> first.tolist(), second.tolist()
        ([[-0.75], [0.75]], [[[0.1875, -0.1875], [-0.1875, 0.1875]]])
    """
    p = raised / raised.sum(axis=0)
    metric = -p.T[:, :, None] * p.T[:, None, :]
    for k, row in enumerate(p):
        metric[:, k, k] += row
    return p - labels, metric


def log_cosh(raised: Array) -> tuple[Array, Array]:
    """Return δ_n = tanh(F − y) and S_n = diag(1 − δ²) of ℓ = Σ_k log cosh(F − y)_k.

    Args:
        raised: e^(2(F − y)), in floats or as residues.

    Example:
        >>> first, second = log_cosh(np.array([[3.0]]))
        >>> first.tolist(), second.tolist()
        ([[0.5]], [[[0.75]]])
    """
    first = (raised - 1) / (raised + 1)
    return first, slopes_of_tanh(first)


def slopes_of_tanh(first: Array) -> Array:
    """Return S_n = diag(1 − δ²) of log-cosh from its gradients δ.

    Example:
        >>> slopes_of_tanh(np.array([[0.5]])).tolist()
        [[[0.75]]]
    """
    K, N = first.shape
    second = np.zeros((N, K, K), dtype=int).astype(first.dtype)
    for k, row in enumerate(first):
        second[:, k, k] = 1 - row * row
    return second
