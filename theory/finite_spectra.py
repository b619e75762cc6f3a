"""The mean spectrum of a finite matrix of independent entries, and of the limit laws of products, in closed form."""

from typing import Any


def wigner_fourth_moment(n: Any, fourth: Any) -> Any:
    """Return E (1/n) tr (A/√n)⁴ = 2 + (μ_4 − 2)/n, A symmetric with independent real entries of variance 1.

    (A²)_ii is a sum of n squares, E (A²)_ii² = nμ_4 + n(n − 1), and E (A²)_ij² = n for i ≠ j.

    Args:
        n: size.
        fourth: μ_4, the fourth moment of an entry, on the diagonal too.

    Example:
        >>> wigner_fourth_moment(1, 3)
        3
    """
    import sympy

    return 2 + (sympy.sympify(fourth) - 2) / sympy.sympify(n)


def mean_square_eigenvalue(n: Any) -> Any:
    """Return E (1/n_1) Σ λ² = 1/n_1 for real entries, λ of A_1 ⋯ A_k, the factor A_j scaled by 1/√n_j.

    Σ λ² is the trace of P²; of its terms those remain that use each entry twice: the second round goes through
    the same n_1 ⋯ n_k indices as the first. A spectrum of uniform arguments has E λ² = 0.

    Example:
        >>> mean_square_eigenvalue(4)
        1/4
    """
    import sympy

    return 1 / sympy.sympify(n)


def variance_of_mean_square(n: Any, fourth: Any) -> Any:
    """Return Var (1/n) Σ λ² = (2n + μ_4 − 3)/n³, λ of A/√n, A with n² independent real entries of variance 1.

    tr A² is Σ_i a_ii² + 2 Σ_{i<j} a_ij a_ji, of uncorrelated terms with the variances μ_4 − 1 and 4.

    Args:
        n: size.
        fourth: μ_4, the fourth moment of an entry.

    Example:
        >>> variance_of_mean_square(1, 3)
        2
    """
    import sympy

    size = sympy.sympify(n)
    return (2 * size + sympy.sympify(fourth) - 3) / size**3


def rescaled_mean(others: Any, variance: Any) -> Any:
    """Return E σ^{2k} U ∏_{j=2}^k (1 − c_j(1 − U)) = σ^{2k} Σ_m (−1)^m e(m)/((m + 1)(m + 2)), c_j = n_1/n_j.

    e(m), m = 0 … k − 1, is the m-th elementary symmetric function of c_2 … c_k; ∫ u(1 − u)^m du = 1/((m + 1)(m + 2)).

    Args:
        others: k − 1, how many factors there are besides the first.
        variance: σ².

    Source: Dees et al., Section II, after Theorem II.7.

    Example:
        >>> rescaled_mean(0, 1).doit()
        e(0)/2
    """
    import sympy

    m, count = sympy.Symbol("m"), sympy.sympify(others)
    body = (-1) ** m * sympy.Function("e")(m) / ((m + 1) * (m + 2))
    return sympy.sympify(variance) ** (count + 1) * sympy.Sum(body, (m, 0, count))


def chance_beyond(size: Any) -> Any:
    """Return P(max |λ|² > x) = 1 − ∏_{i=1}^{n_1} F(i), F(i) the chance that the i-th Gamma product is at most x.

    The squared moduli of the eigenvalues of a complex Gaussian product are, as a set, independent; see ``ginibre``.

    Example:
        >>> chance_beyond(1).doit()
        1 - F(1)
    """
    import sympy

    i = sympy.Symbol("i")
    return 1 - sympy.Product(sympy.Function("F")(i), (i, 1, sympy.sympify(size)))


def real_share() -> Any:
    """Return the expected share of real eigenvalues of one real Gaussian n × n matrix, the finite sum in the symbol n.

    Source: Edelman, Kostlan and Shub, J. Amer. Math. Soc. 7 (1994).

    Example:
        >>> import sympy
        >>> real_share().subs(sympy.Symbol("n"), 4).doit()
        11*sqrt(2)/32
    """
    import sympy

    n, j = sympy.symbols("n j")
    even = sympy.Sum(sympy.factorial2(4 * j - 1) / sympy.factorial2(4 * j), (j, 0, n / 2 - 1))
    odd = sympy.Sum(sympy.factorial2(4 * j - 3) / sympy.factorial2(4 * j - 2), (j, 1, (n - 1) / 2))
    is_even = sympy.Eq(sympy.Mod(n, 2), 0)
    return sympy.Piecewise((sympy.sqrt(2) * even, is_even), (1 + sympy.sqrt(2) * odd, True)) / n


def modulus_moment() -> Any:
    """Return E |λ|^{2s} of an unscaled complex Gaussian product, in n_1, k, s and the excesses ν(j) = n_j − n_1.

    It is (1/n_1) Σ_{i=1}^{n_1} ∏_{j=1}^k Γ(i + ν(j) + s)/Γ(i + ν(j)), see ``ginibre.squared_modulus_moment``.

    Example:
        >>> import sympy
        >>> moment = modulus_moment().subs({"n_1": 1, "k": 1}).doit()
        >>> moment.replace(sympy.Function("nu"), lambda j: 0).subs("s", 2)
        2
    """
    import sympy

    i, j, k, size, s = sympy.symbols("i j k n_1 s")
    nu = sympy.Function("nu")
    each = sympy.Product(sympy.gamma(i + nu(j) + s) / sympy.gamma(i + nu(j)), (j, 1, k))
    return sympy.Sum(each, (i, 1, size)) / size


def uniform_variance(half_width: Any) -> Any:
    """Return h²/3, the variance of the uniform law on [−h, h].

    Example:
        >>> uniform_variance(1)
        1/3
    """
    import sympy

    return sympy.sympify(half_width) ** 2 / 3


def square_mean_over_median(factors: Any) -> Any:
    """Return 2^k/(k + 1), the mean of U^k over its median 2^{−k}: the limit law of k square factors.

    Example:
        >>> square_mean_over_median(2)
        4/3
    """
    import sympy

    k = sympy.sympify(factors)
    return 2**k / (k + 1)
