"""One component of a unit vector of uniform direction, exactly and in the limit, as expressions."""

from typing import Any


def porter_thomas_density(dimension: Any, x: Any) -> Any:
    """Return Γ(m/2)/(√π Γ((m−1)/2)) (1 − x²)^{(m−3)/2}, one component of a uniform unit vector of R^m, m ≥ 2.

    Example:
        >>> import sympy
        >>> porter_thomas_density(3, sympy.Symbol("x"))
        1/2
    """
    import sympy

    m = sympy.sympify(dimension)
    front = sympy.gamma(m / 2) / (sympy.sqrt(sympy.pi) * sympy.gamma((m - 1) / 2))
    return front * (1 - x**2) ** ((m - 3) / 2)


def porter_thomas_limit(dimension: Any, x: Any) -> Any:
    """Return √(m/2π) e^{−mx²/2}, the normal density that one component tends to as m → ∞.

    Source: Thamm et al., the Porter–Thomas law.

    Example:
        >>> porter_thomas_limit(2, 0)
        1/sqrt(pi)
    """
    import sympy

    m = sympy.sympify(dimension)
    return sympy.sqrt(m / (2 * sympy.pi)) * sympy.exp(-m * sympy.sympify(x) ** 2 / 2)
