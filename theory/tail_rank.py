r"""The rank of H_m = Σ_{j<m} c_j G^{∘j}, Hadamard powers of a Gram matrix: what it is for generic data, and bounds.

Let G = YYᵀ with rows y_i ∈ R^r. Then H_m = Φ D Φᵀ, where the columns of Φ are the monomials of degree j < m, c_j ≠ 0,
in y_i, and D is diagonal without zeros: rank H_m is at most the number of these monomials. For generic Y it is the
smaller of that number and n: by Cauchy and Binet a minor of H_m is Σ_S det(Φ_S)² Π_{s∈S} d_s, where the leading term
of one S, for a generic weighting of the variables, cannot cancel. On the unit sphere monomials are dependent: those of
degree j span what the harmonics of degrees j, j − 2, … span, so that only the largest even and odd j count.
"""

from typing import Any


def head_rank(r: Any, m: Any) -> Any:
    """Return binom(r+m−1, r) = Σ_{j<m} binom(r+j−1, j), the largest rank of H_m over all Gram matrices of rank r.

    It is the rank for generic data and c_j ≠ 0, if n is not smaller: the sharp form of murray, Lemma C.21.

    Args:
        r: rank of G, at least 1; a number or a symbol.
        m: number of terms, at least 1; a number or a symbol.

    Example:
        >>> head_rank(2, 3)  # 1, x, y, x², xy, y²
        6
    """
    import sympy

    return sympy.binomial(sympy.sympify(r) + m - 1, r)


def sphere_head_rank(r: Any, m: Any) -> Any:
    """Return binom(r+m−2, r−1) + binom(r+m−3, r−1), the largest rank of H_m over data of rank r on the unit sphere.

    It is the number of harmonics of degree below m on S^{r−1}.

    Args:
        r: rank of G, at least 2; a number or a symbol.
        m: number of terms, at least 1; a number or a symbol.

    Example:
        >>> sphere_head_rank(2, 3), sphere_head_rank(3, 4)  # 2m − 1 on the circle, m² on S²
        (5, 16)
    """
    return _polynomials(r, m - 1) + _polynomials(r, m - 2)


def _polynomials(r: Any, degree: Any) -> Any:
    """The dimension of the homogeneous polynomials of a degree of at least −1, which the sphere does not lower."""
    import sympy

    return sympy.binomial(sympy.sympify(r) + degree - 1, r - 1)


def sphere_rank(r: Any, n: Any, even: Any, odd: Any) -> Any:
    """Return the rank of Σ_j c_j G^{∘j}, c_j ≥ 0, for n generic points of rank r on the unit sphere.

    It is min(n, binom(r+a−1, r−1) + binom(r+b−1, r−1)), and it bounds the rank for all points and all real c_j.

    Args:
        r: rank of G, at least 2; a number or a symbol.
        n: number of points, at least r; a number or a symbol.
        even: a, the largest even j with c_j ≠ 0; −1 if there is none.
        odd: b, the largest odd j with c_j ≠ 0; −1 if there is none.

    Example:
        >>> sphere_rank(3, 100, 2, -1), sphere_rank(3, 100, 2, 1), sphere_rank(3, 5, 2, 1)
        (6, 9, 5)
    """
    import sympy

    return sympy.Min(n, _polynomials(r, even) + _polynomials(r, odd))


def power_constant(first: Any) -> Any:
    """Return the least C with rank H_m ≤ C m^r for all data and all m ≥ r ≥ first: binom(2f−1, f)/f^f, f = first.

    binom(r+m−1, r)/m^r = Π_{i<r} (1 + i/m)/(1 + i) decreases in m, and at m = r it decreases in r: C is attained by
    generic data at m = r = f. It is 1 for f = 1, so that rank H_m ≤ m^r always, and 0.00208 for f = 7, where murray,
    Corollary C.22 has 2.

    Args:
        first: f, at least 1; a number or a symbol.

    Example:
        >>> power_constant(1), power_constant(2), power_constant(7)
        (1, 3/4, 1716/823543)
    """
    import sympy

    first = sympy.sympify(first)
    return sympy.binomial(2 * first - 1, first) / first**first


def power_effective_rank(r: Any, m: Any) -> Any:
    """Return binom(r+m−1, m), which bounds eff(G^{∘m}) = n/‖G^{∘m}‖ for unit rows, for it bounds the rank.

    So ‖G^{∘m}‖ ≥ n/binom(r+m−1, m): it grows with n if m^r = O(n).

    Example:
        >>> power_effective_rank(3, 2)
        6
    """
    import sympy

    return sympy.binomial(sympy.sympify(r) + m - 1, m)
