"""When the overlaps of wide networks vanish: what stands for condition (ii) of Karakida et al. 2019.

With m_j = E φ_j(√q_t^j Z) and d_j = E φ_j'(√q_t^j Z), at the variance that layer j has, and φ_j not constant, all
coefficients of the dual activations are squares, so that an overlap is zero only if each of its terms is. The laws
return 1 where an order parameter is positive and 0 where it vanishes, in the symbols l and L and in the sequences
sigma_b2[j], m[j] and d[j].
"""

from typing import Any


def forward_overlap_law() -> Any:
    r"""Return the sign of $\hat q_{st}^l$, l ≥ 1: that of $\sum_{j \le l} (\sigma_{b,j}^2 + m_j^2)$.

    Source: Karakida et al. 2019, Appendix A, corrected.

    Example:
        >>> forward_overlap_law()
        sign(Sum(m[j]**2 + sigma_b2[j], (j, 1, l)))
    """
    import sympy

    return _sign_up_to(sympy.Symbol("l", integer=True, positive=True))


def kappa_2_law() -> Any:
    r"""Return the sign of κ_2: that of $\hat q_{st}^{L-1}$, for $\tilde q_{st}^L = 1$ and no overlap is lost upwards.

    Source: Karakida et al. 2019, Section 3.1 and Appendix A, corrected.

    Example:
        >>> kappa_2_law()
        sign(Sum(m[j]**2 + sigma_b2[j], (j, 1, L - 1)))
    """
    import sympy

    return _sign_up_to(sympy.Symbol("L", integer=True, positive=True) - 1)


def backward_overlap_law() -> Any:
    r"""Return the sign of $\tilde q_{st}^l$: 1 unless in a layer j ≥ l both $q_{st}^j = 0$ and $d_j = 0$.

    Source: Karakida et al. 2019, Appendix A, corrected.
    """
    import sympy

    layer, last = sympy.symbols("l L", integer=True, positive=True)
    i, j = sympy.symbols("i j", integer=True)
    biases, mean, slope = (sympy.IndexedBase(name) for name in ("sigma_b2", "m", "d"))
    below = sympy.Sum(biases[i], (i, 1, j)) + sympy.Sum(mean[i] ** 2, (i, 1, j - 1))
    return sympy.Product(sympy.sign(below + slope[j] ** 2), (j, layer, last - 1))


def _sign_up_to(last: Any) -> Any:
    import sympy

    j = sympy.Symbol("j", integer=True)
    biases, mean = sympy.IndexedBase("sigma_b2"), sympy.IndexedBase("m")
    return sympy.sign(sympy.Sum(biases[j] + mean[j] ** 2, (j, 1, last)))
