"""Ranks of the Hessian of a deep linear network, and of its parts H_o (outer product) and H_f (functional).

With q = min(r, M_1, …, M_{L−1}, K), q̂ = min(q, s), s = rk Ω and M = M_1 + … + M_{L−1}, for generic weights, and Ω
generic among the matrices of rank s,

    rk H_o = q(r + K − q),
    rk H_f = 2q̂M + 2q̂s − Lq̂²,
    rk H_L = rk H_o + 2q̂M − (L − 1)q̂².

With biases and E x = 0, rk H_o grows by K. A residual without mean adds nothing to H_f; one with a generic mean acts
through s̃ = rk[Ω, E δ] = min(s + 1, K) and q̃ = min(s̃, M_1, …, M_{L−1}), and with it the layers after the narrowest

    rk H_f = 2q̃M + 2q̃s̃ − Lq̃² + (L − 2)q̃ + 2τ,
    rk H_L = rk H_o + 2q̃M − (L − 1)q̃² + (L − 1)q̃ + 2τ,

τ = Σ_{l > c} (M_l − q̃), c the last hidden layer with M_c = q̃, where q̃ < s̃; τ = 0 where q̃ = s̃. No network of the same
widths, with a residual of rank s or less, exceeds these ranks. Derivation: ``docs/hessian_rank.md``. Every function
takes integers or SymPy symbols.

Source: Singh et al. 2021, Theorems 3, 5, 7, 12, Corollaries 4, 6, and S7; the ranks for s < q and with biases are ours.
"""

from collections.abc import Sequence
from typing import Any


def outer_rank(q: Any, r: Any, K: Any) -> Any:
    """Return rk H_o = q(r + K − q) of a network without biases.

    Source: Singh et al., Corollary 4.

    Example:
        >>> outer_rank(3, 4, 6)
        21
    """
    return q * (r + K - q)


def outer_rank_of_products(forward: Sequence[Any], backward: Sequence[Any]) -> Any:
    """Return rk H_o of any deep linear network: Σ_l (g_l − g_{l−1}) ρ_l with g_0 = 0.

    The image of the differential is the sum of the spaces im W^{L:l+1} ⊗ im (W^{l−1:1})ᵀ; the first ones grow with l,
    the others shrink, so that the dimensions add up in steps. No weight needs to have full rank.

    Args:
        forward: ρ_l = rk(W^{l−1:1}Σ), l = 1 … L; ρ_1 = r.
        backward: g_l = rk W^{L:l+1}, l = 1 … L; g_L = K.

    Example:
        >>> outer_rank_of_products([1, 1, 0], [1, 1, 2])  # widths 1, 2, 1, 2 with W² W¹ = 0
        1
    """
    total, below = 0, 0
    for rho, g in zip(forward, backward, strict=True):
        total += (g - below) * rho
        below = g
    return total


def column_rank_of_products(
    below: Sequence[Any], inner_below: Sequence[Any], above: Sequence[Any], inner_above: Sequence[Any]
) -> Any:
    """Return the rank of the columns of H_f that belong to W^l, for any weights and any Ω.

    The columns span Σ_k R_k ⊗ C_k + Σ_j S_j ⊗ D_j, R_k and D_j the row and column spaces of W^{k−1:1}ΩᵀW^{L:l+1} and
    W^{l−1:1}ΩᵀW^{L:j+1}, C_k and S_j those of W^{l−1:k+1} and W^{j−1:l+1}. Each sum is one over two flags, and the two
    meet in R_1 ⊗ D_L, for R_1 lies in every S_j and D_L in every C_k.

    Args:
        below: rk(W^{k−1:1}ΩᵀW^{L:l+1}), k = l − 1 … 1.
        inner_below: rk W^{l−1:k+1}, k = l − 1 … 1; the first one is M_{l−1}.
        above: rk(W^{l−1:1}ΩᵀW^{L:j+1}), j = l + 1 … L.
        inner_above: rk W^{j−1:l+1}, j = l + 1 … L; the first one is M_l.

    Example:
        >>> column_rank_of_products([0], [1], [0], [1])  # widths 2, 1, 1, 2, l = 2, where Theorem 5 has 1
        0
    """
    both = below[-1] * above[-1] if below and above else 0
    return outer_rank_of_products(inner_below, below) + outer_rank_of_products(inner_above, above) - both


def functional_rank(q_hat: Any, s: Any, M: Any, L: Any) -> Any:
    """Return rk H_f = 2q̂M + 2q̂s − Lq̂² of a network without biases, or with a residual of mean zero.

    Source: Singh et al., Corollary 6, where it is an upper bound; it is attained.

    Example:
        >>> functional_rank(2, 2, 9, 3)
        32
    """
    return 2 * q_hat * M + 2 * q_hat * s - L * q_hat**2


def column_rank(q_hat: Any, before: Any, after: Any) -> Any:
    """Return the rank of the columns of H_f that belong to W^l: q̂(M_{l−1} + M_l) − q̂².

    Args:
        q_hat: min(q, s).
        before: M_{l−1}; s for the first layer.
        after: M_l; s for the last layer.

    Source: Singh et al., Theorem 5.

    Example:
        >>> column_rank(2, 2, 4), column_rank(2, 4, 3)
        (8, 10)
    """
    return q_hat * (before + after) - q_hat**2


def loss_rank(q: Any, q_hat: Any, r: Any, K: Any, M: Any, L: Any) -> Any:
    """Return rk H_L = q(r + K − q) + 2q̂M − (L − 1)q̂² of a network without biases.

    Where s ≥ q it is 2qM − Lq² + q(r + K).

    Source: Singh et al., Theorem 7 for s ≥ q.

    Example:
        >>> loss_rank(3, 2, 4, 6, 7, 3)
        41
    """
    return outer_rank(q, r, K) + 2 * q_hat * M - (L - 1) * q_hat**2


def affine_outer_rank(q: Any, r: Any, K: Any) -> Any:
    """Return rk H_o = q(r + K − q) + K of a network with biases, for inputs of mean zero.

    Source: Singh et al., Theorem 12, where it is an upper bound; it is attained.

    Example:
        >>> affine_outer_rank(3, 4, 6)
        27
    """
    return outer_rank(q, r, K) + K


def affine_outer_rank_of_products(forward: Sequence[Any], backward: Sequence[Any]) -> Any:
    """Return rk H_o of any deep linear network with biases, for inputs of any mean: Σ_l (g_l − g_{l−1}) ρ_l + K.

    A translation of the inputs and of each hidden layer removes the biases and the mean, so that the second moments of
    the inputs become diag(Cov x, 1); the bias of the last layer then adds K dimensions.

    Args:
        forward: ρ_l = rk(W^{l−1:1} Cov x), l = 1 … L.
        backward: g_l = rk W^{L:l+1}, l = 1 … L; g_L = K.

    Example:
        >>> affine_outer_rank_of_products([0, 0], [1, 1])  # a single sample
        1
    """
    return outer_rank_of_products(forward, backward) + backward[-1]


def affine_functional_rank(q_tilde: Any, s_tilde: Any, M: Any, L: Any, tail: Any) -> Any:
    """Return rk H_f of a network with biases and a residual of generic mean.

    Args:
        q_tilde: min(s̃, M_1, …, M_{L−1}).
        s_tilde: rk[Ω, E δ] = min(s + 1, K).
        M: number of hidden units.
        L: number of weight layers.
        tail: τ, how much wider than q̃ the layers after the last one of width q̃ are; 0 where q̃ = s̃.

    Source: Singh et al., S7.3 for M_l ≥ min(r + 1, K) and s ≥ q.

    Example:
        >>> affine_functional_rank(1, 2, 3, 3, 1)  # hidden widths 1 and 2
        10
    """
    return functional_rank(q_tilde, s_tilde, M, L) + (L - 2) * q_tilde + 2 * tail


def affine_column_rank(e: Any, before: Any, after: Any, tail: Any) -> Any:
    """Return the rank of the columns of H_f that belong to W^l: e(M_{l−1} + M_l) − e² + tail, biases or not.

    With biases and a residual of generic mean those of W^1 have the rank of a network without biases, which have no
    part in them; for an inner W^l the rank of E δ h^{l−1} is by one higher than without. The columns of b^l, l < L, are
    independent, and those of b^L vanish.

    Args:
        e: min(q, s) for W^1; min(s̃, M_{l−1}, …, M_{L−1}, 1 + min(M_1, …, M_{l−1})) for an inner W^l; q̃ for W^L.
        before: M_{l−1}; s for W^1.
        after: M_l; s̃ for W^L.
        tail: M_{L−1} − q̃ for W^L where q̃ < s̃; otherwise 0.

    Example:
        >>> affine_column_rank(1, 2, 2, 1)  # W^3 of hidden widths 1 and 2, s̃ = 2
        4
    """
    return column_rank(e, before, after) + tail


def affine_loss_rank(q: Any, q_tilde: Any, r: Any, K: Any, M: Any, L: Any, tail: Any) -> Any:
    """Return rk H_L of a network with biases and a residual of generic mean, for inputs of mean zero.

    Source: Singh et al., S7.3 for M_l ≥ min(r + 1, K) and s ≥ q.

    Example:
        >>> affine_loss_rank(1, 1, 1, 1, 2, 3, 0)  # widths 1, 1, 1, 1
        6
    """
    return affine_outer_rank(q, r, K) + 2 * q_tilde * M - (L - 1) * q_tilde**2 + (L - 1) * q_tilde + 2 * tail
