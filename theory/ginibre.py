"""Products of Gaussian matrices: laws of eigenvalues as expressions.

Sizes n_1 … n_k are those of factors A_j of shape n_j × n_{j+1}, n_{k+1} = n_1 the smallest, ν_j = n_j − n_1.
"""

from collections.abc import Sequence
from typing import Any


def planar_density(factors: Any, modulus: Any) -> Any:
    """Return 1/(πm |z|^{2(m−1)/m}), the limit density on the unit disc for m square factors, each scaled by 1/√n.

    Source: Dees et al., Theorem II.6.

    Example:
        >>> import sympy
        >>> planar_density(1, sympy.Symbol("r"))
        1/pi
    """
    import sympy

    m = sympy.sympify(factors)
    return 1 / (sympy.pi * m * modulus ** (2 * (m - 1) / m))


def modulus_density(factors: Any, modulus: Any) -> Any:
    """Return (2/m) r^{2/m − 1}, the density of the modulus: the planar one times 2πr.

    Example:
        >>> import sympy
        >>> modulus_density(2, sympy.Symbol("r"))
        1
    """
    import sympy

    m = sympy.sympify(factors)
    return 2 / m * modulus ** (2 / m - 1)


def modulus_quantile(factors: Any, u: Any) -> Any:
    """Return u^{m/2}, the quantile of the modulus; one half gives the median 2^{−m/2}.

    Example:
        >>> import sympy
        >>> modulus_quantile(4, sympy.Rational(1, 2))
        1/4
    """
    import sympy

    return sympy.sympify(u) ** (sympy.sympify(factors) / 2)


def limit_quantile(sizes: Sequence[Any], u: Any) -> Any:
    """Return u ∏_{j≥2}(u − 1 + n_j/n_1), the quantile of |λ|² of the product scaled by 1/√n_1 a factor, n_1 → ∞.

    Source: Dees et al., Theorem II.7.

    Example:
        >>> limit_quantile((2, 4, 6), 1)
        6
    """
    import sympy

    first, *rest = map(sympy.sympify, sizes)
    return sympy.Mul(sympy.sympify(u), *(u - 1 + size / first for size in rest))


def normalised_quantile(sizes: Sequence[Any], u: Any, variance: Any = 1) -> Any:
    """Return σ^{2k} u ∏_{j≥2}((u − 1) n_1/n_j + 1): entries of variance σ², the factor A_j scaled by 1/√n_j.

    It rises from 0 to σ^{2k} as u goes from 0 to 1, since n_1 is the smallest.

    Source: Dees et al., Section II, after Theorem II.7, with σ² = 1/3.

    Example:
        >>> import sympy
        >>> normalised_quantile((2, 4), sympy.Rational(1, 2), sympy.Rational(1, 3))
        1/24
    """
    import sympy

    first, *rest = map(sympy.sympify, sizes)
    front = sympy.sympify(variance) ** len(sizes)
    return sympy.Mul(front, sympy.sympify(u), *((u - 1) * first / size + 1 for size in rest))


def squared_modulus_moment(sizes: Sequence[int], s: Any) -> Any:
    """Return E |λ|^{2s} = (1/n_1) Σ_i ∏_j Γ(i + ν_j + s)/Γ(i + ν_j) of the unscaled complex Gaussian product.

    Example:
        >>> squared_modulus_moment((2, 3), 1)
        4
    """
    import sympy

    shapes = [[i + size - sizes[0] for size in sizes] for i in range(1, sizes[0] + 1)]
    terms = (sympy.Mul(*(sympy.gamma(a + s) / sympy.gamma(a) for a in each)) for each in shapes)
    return sympy.Add(*terms) / sizes[0]


def squared_modulus_density(sizes: Sequence[int], y: Any) -> Any:
    """Return G^{k,0}_{0,k}(y | ν_1 … ν_k) Σ_{i=1}^{n_1} y^{i−1}/(n_1 ∏_j Γ(i + ν_j)), the density of |λ|².

    Example:
        >>> import sympy
        >>> y = sympy.Symbol("y", positive=True)
        >>> sympy.hyperexpand(squared_modulus_density((2,), y)).expand()
        y*exp(-y)/2 + exp(-y)/2
    """
    import sympy

    excess = [size - sizes[0] for size in sizes]
    terms = (y ** (i - 1) / sympy.Mul(*(sympy.gamma(i + v) for v in excess)) for i in range(1, sizes[0] + 1))
    return sympy.meijerg([[], []], [excess, []], y) * sympy.Add(*terms) / sizes[0]


def expected_real_eigenvalues(n: Any) -> Any:
    """Return the expected number of real eigenvalues of one n × n real Gaussian matrix, n a symbol or a number.

    ½ + √2 ₂F₁(1, −½; n; ½)/B(n, ½), which is √2 Σ_{j<n/2} (4j−1)!!/(4j)!! for even n and
    1 + √2 Σ_{j≤(n−1)/2} (4j−3)!!/(4j−2)!! for odd n.

    Source: Edelman, Kostlan and Shub, J. Amer. Math. Soc. 7 (1994).

    Example:
        >>> expected_real_eigenvalues(2).evalf(10)
        1.414213562
    """
    import sympy

    n, half = sympy.sympify(n), sympy.Rational(1, 2)
    beta = sympy.gamma(n) * sympy.sqrt(sympy.pi) / sympy.gamma(n + half)
    return half + sympy.sqrt(2) * sympy.hyper([1, -half], [n], half) / beta


def expected_real_eigenvalues_sum(n: int) -> Any:
    """Return the same for a number n as the finite sum, exactly.

    Example:
        >>> expected_real_eigenvalues_sum(4), expected_real_eigenvalues_sum(3)
        (11*sqrt(2)/8, sqrt(2)/2 + 1)
    """
    import sympy

    odd = n % 2
    ratios = (
        sympy.factorial2(4 * j - 1 - 2 * odd) / sympy.factorial2(4 * j - 2 * odd) for j in range(odd, n // 2 + odd)
    )
    return odd + sympy.sqrt(2) * sympy.Add(*ratios)


def real_eigenvalues_asymptote(n: Any, factors: Any = 1) -> Any:
    """Return √(2nm/π), the leading term as n → ∞ of the expected number of real eigenvalues for m square factors.

    Source: Edelman, Kostlan and Shub 1994 for one factor; Simm, Electron. Commun. Probab. 22 (2017) for several.

    Example:
        >>> real_eigenvalues_asymptote(2)
        2/sqrt(pi)
    """
    import sympy

    return sympy.sqrt(2 * sympy.sympify(n) * factors / sympy.pi)


def all_real_probability(n: Any) -> Any:
    """Return 2^{−n(n−1)/4}, the chance that a real Gaussian n × n matrix has only real eigenvalues.

    Source: Edelman, J. Multivariate Anal. 60 (1997).

    Example:
        >>> all_real_probability(4)
        1/8
    """
    import sympy

    n = sympy.sympify(n)
    return sympy.Integer(2) ** (-n * (n - 1) / 4)
