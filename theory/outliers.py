"""How far the C largest eigenvalues of the Fisher information spread at finite width.

In the limit they are equal, Theorem 3.1 of Karakida et al. 2019. Given the hidden layers, the vectors that are constant
over the inputs of an output see W S Wᵀ + const, with the rows of W^L independent Gaussian, and for many inputs

    S = S^{L−1},   S^l = D_l (m_l + W^l S^{l−1} W^lᵀ) D_l,   S^0 = 0,   m_l = M_{l−1} q̂_st^{l−1} + 1,

D_l diagonal with d = E φ'(u), the mean over the inputs. With τ_l = tr S^l/M_l, ρ_l = ‖S^l‖²/M_l, A_2 = E d², A_4 = E d⁴

    τ_l = A_2 (m_l + σ_w² τ_{l−1}),   ρ_l = A_4 (m_l + σ_w² τ_{l−1})² + A_2² σ_w⁴ (M_l/M_{l−1}) ρ_{l−1}.

So the C outliers are the eigenvalues of λ + spread·G with spread = σ_w² √(ρ_{L−1}/M_{L−1}) and G symmetric, entries
independent N(0, 1), on the diagonal N(0, 2): a spread of order √M beside λ of order M.
"""

from collections.abc import Mapping, Sequence
from typing import Any


def spread_squared(
    widths: Sequence[Any],
    sigma_w2: Sequence[Any],
    q_hat_st: Mapping[int, Any],
    second: Sequence[Any],
    fourth: Sequence[Any],
    bias_gradients: Any = 1,
) -> Any:
    """Return the square of the spread: the variance of an entry off the diagonal between two outputs.

    Args:
        widths: M_0 … M_{L−1}.
        sigma_w2: σ_w² of the layers 1 … L.
        q_hat_st: q̂_st^l, l = 0 … L − 1.
        second: A_2 of the layers 1 … L − 1, E[(E φ')²] = E φ'(U)φ'(V).
        fourth: A_4 of the layers 1 … L − 1, E[(E φ')⁴].
        bias_gradients: 0 leaves the gradients by the biases out; with α_l for M_l the result is then the limit of the
            square over M.

    Example:
        >>> spread_squared((10, 10), (1, 1), {0: 0, 1: 1}, (1,), (1,))  # linear, L = 2, no bias: only b^1 counts
        0.1
    """
    tau, rho = 0, 0
    for layer in range(1, len(widths)):
        weight, below, here = sigma_w2[layer - 1], widths[layer - 1], widths[layer]
        inner = below * q_hat_st[layer - 1] + bias_gradients + weight * tau
        a_2, a_4 = second[layer - 1], fourth[layer - 1]
        tau, rho = a_2 * inner, a_4 * inner**2 + a_2**2 * weight**2 * here * rho / below
    return sigma_w2[-1] ** 2 * rho / widths[-1]
