"""The network a·φ(Wx) of one hidden layer, without biases: its gradients and the kernels of its two layers.

Source: murray, Appendix C.2.1. All arrays hold floats, or exact rationals (dtype object); networks may be stacked, in
axes before those of W (m, d) and a (m,).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.dual_numbers import ArrayFunction, derivative, evaluated

Array = NDArray[Any]


def hidden_layer(phi: ArrayFunction, W: Array, X: Array) -> Array:
    """Return φ(⟨w_l, x_i⟩), the gradient in the outer weights, one input a row.

    Args:
        phi: activation, a plain function of an array.
        W: inner weights, of shape (…, m, d).
        X: inputs, one a row, of shape (n, d).

    Returns:
        Array of shape (…, n, m).
    """
    return evaluated(phi, X @ np.swapaxes(W, -1, -2))


def inner_factors(phi: ArrayFunction, W: Array, a: Array, X: Array) -> Array:
    """Return Y_i = (a_l φ'(⟨w_l, x_i⟩))_l, by dual numbers: the gradient in the inner weights is Y_i ⊗ x_i.

    Args:
        phi: activation, a plain function of an array.
        W: inner weights, of shape (…, m, d).
        a: outer weights, of shape (…, m).
        X: inputs, one a row, of shape (n, d).

    Returns:
        Array of shape (…, n, m).

    Example:
        >>> relu = lambda z: np.where(z < 0, 0.0 * z, z)
        >>> inner_factors(relu, np.array([[1.0], [-1.0]]), np.array([2.0, 3.0]), np.array([[5.0]])).tolist()
        [[2.0, 0.0]]
    """
    _, slopes = derivative(phi, X @ np.swapaxes(W, -1, -2))
    return np.asarray(slopes * a[..., None, :])


def inner_kernel(factors: Array, X: Array) -> Array:
    """Return K_inner = J_inner J_innerᵀ = [Y Yᵀ] ∘ [X Xᵀ].

    Args:
        factors: Y, of shape (…, n, m).
        X: inputs, one a row, of shape (n, d).

    Returns:
        Array of shape (…, n, n).

    Example:
        >>> inner_kernel(np.array([[1, 0], [1, 1]]), np.array([[2], [3]])).tolist()
        [[4, 6], [6, 18]]
    """
    return np.asarray((factors @ np.swapaxes(factors, -1, -2)) * (X @ X.T))


def outer_kernel(phi: ArrayFunction, W: Array, X: Array) -> Array:
    """Return K_outer = φ(XWᵀ) φ(WXᵀ).

    Args:
        phi: activation, a plain function of an array.
        W: inner weights, of shape (…, m, d).
        X: inputs, one a row, of shape (n, d).

    Returns:
        Array of shape (…, n, n).
    """
    hidden = hidden_layer(phi, W, X)
    return np.asarray(hidden @ np.swapaxes(hidden, -1, -2))
