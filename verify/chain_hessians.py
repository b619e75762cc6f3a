"""The Hessian of the loss of a deep linear network, block by block: H_L = H_o + H_f, exact.

With up_l = W^{L:l+1}, down_l = W^{l−1:1}, on homogeneous coordinates where there are biases, and the parameters of each
layer as the rows of [W^l, b^l], the differential of F at x is Σ_l up_l dW^l down_l x, and

    H_o = Σ_n ∇F(x_n)ᵀ S_n ∇F(x_n),             S_n = ∂²ℓ at sample n,
    H_f = second derivative of ⟨Ω, F⟩,           Ω = Σ_n δ_n x_nᵀ,  δ_n = ∂ℓ at sample n,

the block of H_f between W^k and W^l, k < l, being that of tr(Ωᵀ up_l dW^l W^{l−1:k+1} dW^k down_k).
Source: Singh et al. 2021, (3)–(5), Proposition 2, (26), (27).
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.numerics.ranks import multiply, rank, row_space
from eigenlaw.verify.linear_chains import LinearNetwork

Array = NDArray[Any]


def block_sizes(network: LinearNetwork) -> list[tuple[int, int]]:
    """Return the rows and columns of [W^l, b^l], or of W^l without biases, for each layer.

    Example:
        >>> from eigenlaw.verify.linear_chains import random_network, rational_draw
        >>> block_sizes(random_network((3, 2, 4), rational_draw(np.random.default_rng(0)), bias=True))
        [(2, 4), (4, 3)]
    """
    extra = bool(network.biases)
    return [(weight.shape[0], weight.shape[1] + extra) for weight in network.weights]


def columns_of(network: LinearNetwork, layer: int) -> tuple[list[int], list[int]]:
    """Return the places of the parameters W^l and b^l, l = 1 … L, in the Hessian."""
    sizes = block_sizes(network)
    start = sum(rows * columns for rows, columns in sizes[: layer - 1])
    rows, columns = sizes[layer - 1]
    places = np.arange(start, start + rows * columns).reshape(rows, columns)
    width = network.weights[layer - 1].shape[1]
    return [int(place) for place in places[:, :width].ravel()], [int(place) for place in places[:, width:].ravel()]


def outer_factor(network: LinearNetwork) -> Array:
    """Return A_o: the transposed derivative of vec_r W^{L:1} by the parameters, shape (p, K d), or (p, K (d + 1)).

    Source: Singh et al., Proposition 2.
    """
    K, inputs = network.widths[-1], network.widths[0] + bool(network.biases)
    parts = []
    for layer, (rows, columns) in enumerate(block_sizes(network), start=1):
        up, down = network.product(network.layers, layer + 1), network.product(layer - 1, 1)
        block = up[:, :rows].T[:, None, :, None] * down[None, :, None, :]
        parts.append(block.reshape(rows * columns, K * inputs))
    return np.concatenate(parts)


def jacobian(network: LinearNetwork, X: Array) -> Array:
    """Return the transposed derivatives of F at the columns x_n of X, shape (p, N, K)."""
    A = outer_factor(network)
    inputs = network.homogeneous(X)
    p, K = len(A), network.widths[-1]
    return multiply(A.reshape(p * K, len(inputs)), inputs).reshape(p, K, X.shape[1]).swapaxes(1, 2)


def outer_hessian(network: LinearNetwork, sigma: Array) -> Array:
    """Return H_o = A_o (I_K ⊗ Σ) A_oᵀ for squared error.

    Args:
        network: the network.
        sigma: Σ = E x xᵀ, of shape (d, d), or E of the homogeneous inputs, of shape (d + 1, d + 1), with biases.
    """
    A = outer_factor(network)
    p, K = len(A), network.widths[-1]
    weighted = multiply(A.reshape(p * K, len(sigma)), sigma).reshape(p, -1)
    return multiply(weighted, A.T)


def outer_rank(network: LinearNetwork, sigma: Array) -> int:
    """Return rk H_o, without H_o: that of A_o (I_K ⊗ R), the columns of R spanning the image of Σ, a covariance.

    Modulo a prime, where no form is definite, it is no less than the rank of H_o and no more than the rational rank.

    Args:
        network: the network.
        sigma: Σ = E x xᵀ, or E of the homogeneous inputs with biases, as for ``outer_hessian``.

    Example:
        >>> from eigenlaw.verify.linear_chains import identity, random_network, rational_draw
        >>> outer_rank(random_network((3, 2, 4), rational_draw(np.random.default_rng(0), 10**4)), identity(3))
        10
    """
    A = outer_factor(network)
    span = row_space(sigma).T
    return rank(multiply(A.reshape(-1, len(span)), span).reshape(len(A), -1))


def sampled_outer_hessian(network: LinearNetwork, X: Array, second: Array) -> Array:
    """Return H_o = Σ_n ∇F(x_n)ᵀ S_n ∇F(x_n).

    Args:
        network: the network.
        X: inputs, one a column, shape (d, N).
        second: S_n = ∂²ℓ, shape (N, K, K).
    """
    J = jacobian(network, X)
    p = len(J)
    weighted = np.concatenate([J[:, n] @ second[n] for n in range(X.shape[1])], axis=1)
    return multiply(weighted, J.reshape(p, -1).T)


def functional_hessian(network: LinearNetwork, omega: Array) -> Array:
    """Return H_f, of shape (p, p).

    Args:
        network: the network.
        omega: Ω = E δ xᵀ, of shape (K, d), or [Ω, E δ], of shape (K, d + 1), with biases.
    """
    sizes = block_sizes(network)
    starts = np.concatenate([[0], np.cumsum([rows * columns for rows, columns in sizes])])
    L = network.layers
    H = np.zeros((starts[-1], starts[-1]), dtype=int).astype(object)
    for above in range(2, L + 1):
        up = network.product(L, above + 1)[:, : sizes[above - 1][0]]
        rows = slice(starts[above - 1], starts[above])
        for below in range(1, above):
            middle = network.product(above - 1, below + 1)[:, : sizes[below - 1][0]]
            outside = network.product(below - 1, 1) @ omega.T @ up
            columns = slice(starts[below - 1], starts[below])
            # the derivative by W^above_{ij} and W^below_{ab} is middle_{ja} outside_{bi}
            block = middle[None, :, :, None] * outside.T[:, None, None, :]
            H[rows, columns] = block.reshape(rows.stop - rows.start, columns.stop - columns.start)
            H[columns, rows] = H[rows, columns].T
    return H


def centred_moments(sigma: Array, omega: Array, mean: Array) -> tuple[Array, Array]:
    """Return diag(Σ, 1) and [Ω, E δ]: the moments of homogeneous inputs, E x = 0.

    Args:
        sigma: Σ = E x xᵀ, of shape (d, d).
        omega: Ω = E δ xᵀ, of shape (K, d).
        mean: E δ, of shape (K, 1).
    """
    side = np.zeros((len(sigma), 1), dtype=int).astype(object)
    corner = np.ones((1, 1), dtype=int).astype(object)
    return np.block([[sigma, side], [side.T, corner]]), np.concatenate([omega, mean], axis=1)


def residual_covariance(network: LinearNetwork, X: Array, residuals: Array) -> Array:
    """Return Σ_n δ_n x_nᵀ, with the column Σ_n δ_n where there are biases.

    Args:
        network: the network.
        X: inputs, one a column, shape (d, N).
        residuals: δ_n = ∂ℓ, one a column, shape (K, N).
    """
    return np.asarray(residuals @ network.homogeneous(X).T)
