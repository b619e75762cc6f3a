"""Ranks of random matrices and their products: how likely a matrix is to lack full rank.

Given the first columns, the next one lies in their span only if its entries outside a set of rows are what the others
say they are. With independent entries none of whose values has more than the chance α, an m × n matrix, n ≤ m, thus
lacks full rank with a chance of at most Σ_{k=1}^n α^{m−k+1}; without atoms α = 0, and the rank is full almost surely,
whether or not the entries are identically distributed.

Source: Singh et al. 2021, S2.6; Lemma 20 is the case α = 0.
"""

from typing import Any


def deficiency_bound(alpha: Any, m: Any, n: Any) -> Any:
    """Return Σ_{k=1}^n α^{m−k+1} = α^{m−n+1}(1 − α^n)/(1 − α), a bound on the chance that the rank is less than n ≤ m.

    Args:
        alpha: the largest chance of a single value of an entry, 0 ≤ α < 1.
        m: number of rows.
        n: number of columns.

    Example:
        >>> from fractions import Fraction
        >>> deficiency_bound(Fraction(1, 2), 2, 1), deficiency_bound(Fraction(0), 5, 3)
        (Fraction(1, 4), Fraction(0, 1))
    """
    return alpha ** (m - n + 1) * (1 - alpha**n) / (1 - alpha)


def product_rank(*widths: Any) -> Any:
    """Return the rank min(m_1, …, m_{n+1}) of a product of independent m_i × m_{i+1} matrices without atoms.

    Source: Singh et al. 2021, Corollary 22, which forgets m_{n+1}.

    Example:
        >>> product_rank(3, 2, 4)
        2
    """
    if all(isinstance(width, int) for width in widths):
        return min(widths)
    import sympy

    return sympy.Min(*widths)


def full_rank_chance(field: Any, m: Any, n: Any) -> Any:
    """Return Π_{k=1}^n (1 − N^{−(m−k+1)}), the chance of rank n of an m × n matrix, n ≤ m, uniform over N elements.

    Example:
        >>> from fractions import Fraction
        >>> full_rank_chance(Fraction(2), 2, 2)
        Fraction(3, 8)
    """
    import sympy

    k = sympy.Symbol("k")
    if not isinstance(n, int):
        return sympy.Product(1 - field ** (-(m - k + 1)), (k, 1, n))
    found = 1 - field**-m
    for step in range(2, n + 1):
        found *= 1 - field ** -(m - step + 1)
    return found
