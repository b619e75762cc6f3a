"""The outer-product Hessian of a deep linear network from many samples and any loss: the sums over samples come first.

With B = Σ_n S_n ⊗ x_n x_nᵀ, of size K d, it is A_o B A_oᵀ; for squared error B = I_K ⊗ Σ.
Source: Singh et al. 2021, Proposition 2, for a general loss.
"""

from typing import Any

from numpy.typing import NDArray

from eigenlaw.numerics.ranks import multiply
from eigenlaw.verify.chain_hessians import outer_factor
from eigenlaw.verify.linear_chains import LinearNetwork

Array = NDArray[Any]


def sample_metric(X: Array, second: Array) -> Array:
    """Return B = Σ_n S_n ⊗ x_n x_nᵀ, of shape (K d, K d).

    Args:
        X: inputs, one a column, of shape (d, N); homogeneous where there are biases.
        second: S_n = ∂²ℓ, of shape (N, K, K).

    Example:
        >>> import numpy as np
        >>> X = np.array([[1, 2]], dtype=object)
        >>> sample_metric(X, np.array([[[1]], [[3]]], dtype=object)).tolist()
        [[13]]
    """
    d, N = X.shape
    K = second.shape[1]
    weighted = second.transpose(1, 2, 0)[:, :, None, :] * X[None, None, :, :]
    blocks = multiply(weighted.reshape(K * K * d, N), X.T)
    return blocks.reshape(K, K, d, d).transpose(0, 2, 1, 3).reshape(K * d, K * d)


def outer_hessian(network: LinearNetwork, metric: Array) -> Array:
    """Return H_o = A_o B A_oᵀ for B from ``sample_metric``."""
    A = outer_factor(network)
    return multiply(multiply(A, metric), A.T)
