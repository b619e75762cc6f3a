"""A generic chain of matrices in its normal form: where exactly the rank laws of H_f and H_L hold.

Changes of basis in every layer send a generic chain to rectangular identities and Ω to diag(ω_1, …, ω_s); the ω_i with
i ≤ q are the eigenvalues of PᵀΩ, P = W^{L:1}. H_f loses 2 for each pair i < j ≤ q̂ with h_{L−2}(ω_i, ω_j) = 0, h_n the
complete homogeneous symmetric polynomial, and H_L the dimension of the kernel of S⁻¹ ⊗ Σ⁻¹ + (τ). Derivation:
``docs/hessian_rank.md``, sections 3 and 4. The functions take exact numbers or SymPy symbols.
"""

from collections.abc import Sequence
from typing import Any


def complete_homogeneous(n: int, a: Any, b: Any) -> Any:
    """Return h_n(a, b) = Σ_m aᵐ bⁿ⁻ᵐ, m = 0 … n.

    Example:
        >>> complete_homogeneous(2, 3, 5)  # 9 + 15 + 25
        49
    """
    return sum((a**m * b ** (n - m) for m in range(1, n + 1)), b**n)


def lost_pairs(omegas: Sequence[Any], L: int) -> int:
    """Return the number of pairs i < j with h_{L−2}(ω_i, ω_j) = 0; rk H_f is short of its law by twice as much.

    Args:
        omegas: ω_1 … ω_q̂, exact numbers that are not zero.
        L: weight layers, at least 2.

    Example:
        >>> lost_pairs([1, -1, 2], L=3), lost_pairs([1, -1, 2], L=4)
        (1, 0)
    """
    pairs = ((a, b) for j, b in enumerate(omegas) for a in omegas[:j])
    return sum(complete_homogeneous(L - 2, a, b) == 0 for a, b in pairs)


def coupling(a: Any, b: Any, L: int) -> Any:
    """Return τ = h_{L−1}(a, b) / (a b h_{L−2}(a, b)), by which AᵀH_f⁺A couples δF_ij with δF_ji, a = ω_i, b = ω_j.

    Example:
        >>> coupling(2.0, 2.0, 2)  # L / ((L − 1) ω)
        1.0
    """
    return complete_homogeneous(L - 1, a, b) / (a * b * complete_homogeneous(L - 2, a, b))


def inner_pairs(K: int, r: int, q: int, q_hat: int, s: int) -> list[tuple[int, int]]:
    """Return the pairs (i, j), i < K, j < r from 0, whose vector of A_o lies in the range of H_f or is zero.

    Example:
        >>> inner_pairs(K=2, r=2, q=2, q_hat=1, s=1)
        [(0, 0)]
    """

    def kept(i: int, j: int) -> bool:
        low, high = min(i, j), max(i, j)
        if low < q_hat:
            return high < max(q_hat, s)
        return low >= q

    return [(i, j) for i in range(K) for j in range(r) if kept(i, j)]


def condition(
    inverse_output: Any, inverse_input: Any, omegas: Sequence[Any], L: int, q: int, s: int
) -> list[list[Any]]:
    """Return the matrix S⁻¹ ⊗ Σ⁻¹ + (τ) on the inner pairs; rk H_L is short of its law by the dimension of its kernel.

    Args:
        inverse_output: S⁻¹, of shape (K, K), in the bases of the normal form.
        inverse_input: Σ⁻¹, of shape (r, r).
        omegas: ω_1 … ω_s.
        L: weight layers.
        q: min(r, M_1, …, M_{L−1}, K).
        s: rk Ω.

    Example:
        >>> condition([[1.0]], [[1.0]], [-2.0], L=2, q=1, s=1)  # 1 + 2/ω: the rank is lost at ω = −2
        [[0.0]]
    """
    K, r, q_hat = len(inverse_output), len(inverse_input), min(q, s)
    pairs = inner_pairs(K, r, q, q_hat, s)

    def entry(first: tuple[int, int], second: tuple[int, int]) -> Any:
        (i, j), (a, b) = first, second
        value = inverse_output[i][a] * inverse_input[j][b]
        low, high = min(i, j), max(i, j)
        if (i, j) != (b, a) or low >= q_hat:
            return value
        return value + (coupling(omegas[i], omegas[j], L) if high < q_hat else 1 / omegas[high])

    return [[entry(first, second) for second in pairs] for first in pairs]
