"""How far the C largest eigenvalues of the Fisher information and of the feature metric spread at finite width.

In the limit they are equal, Theorems 3.1 and 5.1 of Karakida et al. 2019. Given the hidden layers, the vectors that are
constant over the inputs of an output see W^L (n_{L−1} + S^{L−1}) W^Lᵀ + const, rows of W^L independent and Gaussian,
and for many inputs

    S^l = D_l (m_l + W^l (n_{l−1} + S^{l−1}) W^lᵀ) D_l,   S^0 = 0,

D_l diagonal with d = E φ'(u), the mean over the inputs, m_l = M_{l−1} q̂_st^{l−1} + 1 where the parameters of layer l
count, n_l = 1 where h^l counts, and 0 elsewhere. With τ_l = tr S^l/M_l, ρ_l = ‖S^l‖²/M_l, A_2 = E d², A_4 = E d⁴

    τ_l = A_2 (m_l + σ_w² (n_{l−1} + τ_{l−1})),
    ρ_l = A_4 (m_l + σ_w² (n_{l−1} + τ_{l−1}))² + A_2² σ_w⁴ (M_l/M_{l−1}) (n_{l−1}² + 2 n_{l−1} τ_{l−1} + ρ_{l−1}).

So the C outliers are the eigenvalues of λ + s G, G symmetric with independent entries N(0, 1), on the diagonal N(0, 2),
and s² = σ_w⁴ (n_{L−1}² + 2 n_{L−1} τ_{L−1} + ρ_{L−1})/M_{L−1}: smaller than λ by √M.
"""

from collections.abc import Sequence
from typing import Any


def spread_squared(
    widths: Sequence[Any],
    sigma_w2: Sequence[Any],
    second: Sequence[Any],
    fourth: Sequence[Any],
    parameters: Sequence[Any],
    features: Sequence[Any],
) -> Any:
    """Return s², the variance of an entry between two outputs.

    Args:
        widths: M_0 … M_{L−1}.
        sigma_w2: σ_w² of the layers 1 … L.
        second: A_2 of the layers 1 … L − 1, E[(E φ')²] = E φ'(U)φ'(V).
        fourth: A_4 of the layers 1 … L − 1, E[(E φ')⁴].
        parameters: m_1 … m_{L−1}.
        features: n_0 … n_{L−1}.

    Example:
        >>> spread_squared((10, 10), (1, 1), (1,), (1,), (1,), (0, 0))  # linear, L = 2, no bias: only b^1 counts
        0.1
    """
    trace, square = 0, 0
    for below, (a_2, a_4, m) in enumerate(zip(second, fourth, parameters, strict=True)):
        weight, n = sigma_w2[below], features[below]
        inner = m + weight * (n + trace)
        outside = weight**2 * widths[below + 1] * (n**2 + 2 * n * trace + square) / widths[below]
        trace, square = a_2 * inner, a_4 * inner**2 + a_2**2 * outside
    return sigma_w2[-1] ** 2 * (features[-1] ** 2 + 2 * features[-1] * trace + square) / widths[-1]
