"""Spectra of the two parts of the Hessian: H_f of a linear network of one hidden layer, the plateaus of H_o.

For F = W² W¹ x with M hidden units, Ω = E δxᵀ of rank s, of shape (K, d), and the parameters in the order vec_r(W²),
vec_r(W¹ᵀ),

    H_f = [[0, Ω ⊗ I_M], [Ωᵀ ⊗ I_M, 0]]:

its eigenvalues are ± the singular values of Ω, each M times, and 0, (K + d − 2s)M times.

H_o, with any activations and any number of layers, has all eigenvalues of E F^{L−1} F^{L−1}ᵀ at least K − rk W^L times:
let v ⟂ im W^L and u be an eigenvector; the output ⟨v, F⟩ depends on W^L alone, so that v uᵀ, as a change of W^L, is an
eigenvector of H_o. Only the columns of W^L at neurons that are active, of slope other than 0 at some sample, count.

Source: Singh et al. 2021, S8; there the square root of the eigenvalues and a power of λ are lost.
"""

from typing import Any


def functional_eigenvalue(z: Any, sign: Any) -> Any:
    """Return an eigenvalue of H_f, ±√z, for an eigenvalue z of ΩᵀΩ.

    Example:
        >>> functional_eigenvalue(9, -1)
        -3
    """
    from sympy import sqrt

    return sign * sqrt(z)


def functional_characteristic(x: Any, K: Any, d: Any, M: Any, determinant: Any) -> Any:
    """Return det(H_f − x) = (−1)^{KM} x^{(K − d)M} det(Z − x²), Z = ΩᵀΩ ⊗ I_M.

    Args:
        x: where; not 0 if K < d.
        K: number of outputs.
        d: number of inputs.
        M: number of hidden units.
        determinant: the function y ↦ det(Z − y).

    Example:
        >>> functional_characteristic(2, 1, 1, 1, lambda y: 9 - y)  # Ω = 3: x² − 9
        -5
    """
    return (-1) ** (K * M) * x ** ((K - d) * M) * determinant(x**2)


def functional_zeros(s: Any, K: Any, d: Any, M: Any) -> Any:
    """Return how often H_f has the eigenvalue 0: (K + d − 2s)M times.

    Example:
        >>> functional_zeros(2, 3, 5, 4)
        16
    """
    return (K + d - 2 * s) * M


def functional_plateaus(s: Any) -> Any:
    """Return 2s: the plateaus of H_f that do not lie at 0, of width M each where the singular values differ.

    Example:
        >>> functional_plateaus(3)
        6
    """
    return 2 * s


def outer_plateau_width(K: Any, g: Any) -> Any:
    """Return K − g: how often H_o has each eigenvalue of E F^{L−1} F^{L−1}ᵀ, at least.

    Args:
        K: number of outputs.
        g: rank of W^L, of its columns at active neurons.

    Example:
        >>> outer_plateau_width(20, 3)
        17
    """
    return K - g
