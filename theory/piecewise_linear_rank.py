"""Ranks of the Hessian of a network F = W σ(V x) of one hidden layer with σ(z) = σ'(z) z: ReLU, leaky ReLU, |z|.

Let Λ^i be the diagonal matrix of the slopes σ'(V_i x_n) of neuron i at the samples X. Neurons with the same gates have
Λ^i that are multiples of one Λ; let ρ be the rank of XΛ, R its row space, q the rank of their columns of W, and h that
of V XΛ for their rows of V. The Jacobian of these neurons has the row space R ⊗ im W + im (V XΛ)ᵀ ⊗ R^K, and the second
space lies in R, so that its rank is

    qρ + Kh − qh                            for every network and every sample.

A single neuron has q = h = 1, but for W_i = 0 or V_i XΛ = 0. H_o has at most the sum of these ranks over the groups of
neurons, and exactly the sum where the spaces R of the groups are independent. If they have dimension r, and one neuron
each, with W_i ≠ 0 and V_i X ≠ 0, the sum is M̃(r + K − 1).

When are they independent? Let the hyperplanes V_i x = 0 be ℓ different ones, and let each cell that they cut out hold r
independent samples. A relation Σ λ_i(x) a_i·x = 0 then holds for all x; its jump across a hyperplane forces a_i ∥ V_i,
its kink a_i = 0; two neurons of opposite directions leave a linear function. So, if σ is neither linear nor a multiple
of |z|, all gated inputs span r(ℓ + 1) dimensions where some hyperplane has neurons of both directions, else rℓ.

The functional Hessian couples V_i with W_i only, by Ω_i = E σ'(V_i x) δ xᵀ, so rk H_f = 2 Σ_i rk Ω_i. Where all R are
independent, of dimension r, of one neuron each, W_i ≠ 0 and W_iᵀ Ω_i V_i ≠ 0, the rank of H_o + t H_f is M̃(r + K) for
all but finitely many t: the kernel of H_o on the active neurons consists of the scalings (V_i, −W_i), and on it H_f is
the diagonal form −2 W_iᵀ Ω_i V_i.

Source: Singh et al. 2021, S6: the bound M̃(r + K − 1) on rk H_o; the equalities are ours.
"""

from typing import Any


def same_gates_rank(rho: Any, K: Any, q: Any, h: Any) -> Any:
    """Return qρ + Kh − qh: the rank of the Jacobian of neurons with the same gates, or of a single neuron.

    Args:
        rho: rank of XΛ.
        K: number of outputs.
        q: rank of their columns of W.
        h: rank of V XΛ for their rows of V.

    Source: Singh et al., Lemma 26, for one neuron, ρ = r and q = h = 1.

    Example:
        >>> same_gates_rank(3, 2, 1, 1), same_gates_rank(3, 2, 0, 1), same_gates_rank(3, 2, 1, 0)
        (4, 2, 3)
    """
    return q * rho + K * h - q * h


def outer_rank(active: Any, r: Any, K: Any) -> Any:
    """Return M̃(r + K − 1): the most that rk H_o can be, and what it is where the gated inputs are independent.

    Args:
        active: M̃, the number of neurons whose slope is not 0 at every sample.
        r: rank of the inputs.
        K: number of outputs.

    Source: Singh et al., Theorem 9.

    Example:
        >>> outer_rank(4, 3, 2)
        16
    """
    return active * (r + K - 1)


def all_gates_rank(hyperplanes: Any, both: Any, r: Any) -> Any:
    """Return r(ℓ + b): the dimensions that all gated inputs span together, with r independent samples in each cell.

    Args:
        hyperplanes: ℓ, how many different ones the neurons have.
        both: b = 1 if some hyperplane has neurons of both directions, else 0.
        r: rank of the inputs.

    Example:
        >>> all_gates_rank(3, 0, 2), all_gates_rank(3, 1, 2)
        (6, 8)
    """
    return r * (hyperplanes + both)


def functional_rank(s: Any) -> Any:
    """Return 2 rk Ω_i: what a neuron adds to rk H_f.

    Example:
        >>> functional_rank(2)
        4
    """
    return 2 * s


def functional_rank_bound(active: Any, r: Any, K: Any) -> Any:
    """Return 2 M̃ min(r, K), the most that rk H_f can be.

    Example:
        >>> functional_rank_bound(3, 2, 5)
        12
    """
    from sympy import Min

    return 2 * active * Min(r, K)


def loss_rank(active: Any, r: Any, K: Any) -> Any:
    """Return M̃(r + K): the rank of H_o + t H_f where the gated inputs are independent, for almost every t.

    Example:
        >>> loss_rank(3, 2, 5)
        21
    """
    return active * (r + K)


def gated_rank(open_gates: Any, r: Any) -> Any:
    """Return rk XΛ = min(r, rk Λ) for inputs of which every r are independent.

    Args:
        open_gates: rk Λ, the number of samples at which the slope is not 0.
        r: rank of the inputs.

    Example:
        >>> gated_rank(2, 3), gated_rank(5, 3)
        (2, 3)
    """
    from sympy import Min

    return Min(r, open_gates)


def full_rank_chance(N: Any, r: Any) -> Any:
    """Return the chance that rk XΛ = r for a ReLU and N inputs in general position with independent random signs.

    It is that of at least r heads in N throws of a coin: 1/2 + C(2r, r)/2^(2r + 1) at N = 2r.

    Example:
        >>> full_rank_chance(2, 1)
        3/4
    """
    from sympy import Sum, Symbol, binomial, sympify

    k = Symbol("k")
    total = Sum(binomial(N, k) / 2 ** sympify(N), (k, r, N))
    return total.doit() if not total.free_symbols else total
