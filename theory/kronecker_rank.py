"""Ranks of two Kronecker products stacked on each other, which is how the derivative of a product of matrices looks.

The row space of [A₁ ⊗ A₂; B₁ ⊗ B₂] is R₁ ⊗ R₂ + S₁ ⊗ S₂, R_i and S_i the row spaces of A_i and B_i, and
(R₁ ⊗ R₂) ∩ (S₁ ⊗ S₂) = (R₁ ∩ S₁) ⊗ (R₂ ∩ S₂), over every field; so

    rk [A₁ ⊗ A₂; B₁ ⊗ B₂] = rk A₁ rk A₂ + rk B₁ rk B₂ − i₁ i₂,    i_k = rk A_k + rk B_k − rk [A_k; B_k].

The lemmas are its cases A₁ = I, B₂ = I. Every function takes integers or SymPy expressions.

Source: Singh et al. 2021, Lemmas 14 (= Lemma 1), 15, 16 and 18, after Chuai and Tian 2004.
"""

from typing import Any


def crossed_rank(rank_A: Any, rank_B: Any, q: Any, n: Any) -> Any:
    """Return rk [I_q ⊗ A; B ⊗ I_n] = q rk A + n rk B − rk A rk B.

    Args:
        rank_A: rank of A, of n columns.
        rank_B: rank of B, of q columns.
        q: number of columns of B.
        n: number of columns of A.

    Source: Singh et al., Lemmas 1 and 14.

    Example:
        >>> crossed_rank(1, 2, 3, 4)
        9
    """
    return q * rank_A + n * rank_B - rank_A * rank_B


def stacked_rank(rank_A2: Any, rank_A1_on_B: Any, rank_B: Any, n2: Any) -> Any:
    """Return rk [A₁ ⊗ A₂; B ⊗ I] = rk A₂ (rk [A₁; B] − rk B) + n₂ rk B.

    Args:
        rank_A2: rank of A₂, of n₂ columns.
        rank_A1_on_B: rank of A₁ stacked on B.
        rank_B: rank of B.
        n2: number of columns of A₂.

    Source: Singh et al., Lemma 15.

    Example:
        >>> stacked_rank(1, 3, 2, 4)
        9
    """
    return rank_A2 * (rank_A1_on_B - rank_B) + n2 * rank_B


def stacked_products_rank(A: tuple[Any, Any], B: tuple[Any, Any], stacked: tuple[Any, Any]) -> Any:
    """Return rk [A₁ ⊗ A₂; B₁ ⊗ B₂] = rk A₁ rk A₂ + rk B₁ rk B₂ − i₁ i₂, i_k = rk A_k + rk B_k − rk [A_k; B_k].

    Args:
        A: rk A₁ and rk A₂.
        B: rk B₁ and rk B₂.
        stacked: rk [A₁; B₁] and rk [A₂; B₂].

    Example:
        >>> stacked_products_rank((3, 1), (2, 4), (3, 4)), crossed_rank(1, 2, 3, 4)  # A₁ = I_3, B₂ = I_4
        (9, 9)
    """
    shared = [a + b - both for a, b, both in zip(A, B, stacked, strict=True)]
    return A[0] * A[1] + B[0] * B[1] - shared[0] * shared[1]
