"""Entries of the gradient and of the blocks of the Hessian of a network, as SymPy sums over its matrices.

Sequences: ``up[l, c, i]`` are the entries of W^{L:l+1}, ``down[l, i, u]`` those of W^{l−1:1}, ``between[l, k, b, i]``
those of W^{l−1:k+1}. With biases the factors of these products are [[W, b], [0, 1]], the last one [W^L, b^L], and the
parameters of a layer are the entries of [W, b]. The input x has D components, with biases a last one that is 1, and
``Omega`` is E ∂ℓ xᵀ.

Source: Singh et al. 2021, (3)–(5), (10), S1.1, S4.1.
"""

from typing import Any


def weight_gradient() -> Any:
    """Return ∂ℓ/∂W^k_{ij} = σ'_i (J^{L:k+1}ᵀ ∂ℓ)_i F_j^{k−1:1} of a network with any activation.

    Example:
        >>> weight_gradient()
        F[k - 1, j]*Lambda[k, i]*Sum(J[k + 1, c, i]*delta[c], (c, 1, K))
    """
    import sympy

    k, c, i, j, K = sympy.symbols("k c i j K")
    J, delta, F, slope = (sympy.IndexedBase(name) for name in ("J", "delta", "F", "Lambda"))
    return slope[k, i] * sympy.Sum(J[k + 1, c, i] * delta[c], (c, 1, K)) * F[k - 1, j]


def outer_block() -> Any:
    """Return H_o between W^k_{ij} and W^l_{ab}: E[(W^{L:k+1})ᵀ ∂²ℓ W^{L:l+1} ⊗ W^{k−1:1} x xᵀ (W^{l−1:1})ᵀ].

    ``S[n, c, e]`` are the entries of ∂²ℓ and ``x[n, u]`` those of the input at sample n = 1 … N.

    Example:
        >>> outer_block().args[1].limits
        ((n, 1, N),)
    """
    import sympy

    k, layer, c, e, i, j, a, b, u, v, n = sympy.symbols("k l c e i j a b u v n")
    K, D, N = sympy.symbols("K D N")
    up, down, metric, x = (sympy.IndexedBase(name) for name in ("up", "down", "S", "x"))
    left = sympy.Sum(up[k, c, i] * sympy.Sum(metric[n, c, e] * up[layer, e, a], (e, 1, K)), (c, 1, K))
    signals = sympy.Sum(down[k, j, u] * x[n, u], (u, 1, D)) * sympy.Sum(down[layer, b, v] * x[n, v], (v, 1, D))
    return sympy.Sum(left * signals, (n, 1, N)) / N


def functional_block() -> Any:
    """Return H_f between W^k_{ij} and W^l_{ab}, k < l: (W^{l−1:k+1})_{bi} (W^{k−1:1} Ωᵀ W^{L:l+1})_{ja}.

    Example:
        >>> functional_block().args[0]
        between[l, k, b, i]
    """
    import sympy

    k, layer, c, i, j, a, b, u, K, D = sympy.symbols("k l c i j a b u K D")
    up, down, between, omega = (sympy.IndexedBase(name) for name in ("up", "down", "between", "Omega"))
    outside = sympy.Sum(down[k, j, u] * sympy.Sum(omega[c, u] * up[layer, c, a], (c, 1, K)), (u, 1, D))
    return between[layer, k, b, i] * outside


def reduced_parameters(p: Any, M_1: Any, r: Any, d: Any) -> Any:
    """Return the number of weights that are left when the first layer keeps r of its d columns: p − M_1(d − r).

    Source: Singh et al., Remark R1, which has K for M_1.

    Example:
        >>> reduced_parameters(50, 4, 4, 5)
        46
    """
    return p - M_1 * (d - r)
