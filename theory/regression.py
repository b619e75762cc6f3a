"""The Gaussian model of regression, p(y|x) = N(f(x), I): its density, its Fisher information, its divergence.

Source: Karakida et al. 2019, (20)–(22) and the text on them, which prints the density without the power C, the
divergence without its factor 1/2, and the empirical matrix without the sum over the outputs.
"""

from typing import Any


def density() -> Any:
    """Return p(y|x) = (2π)^{−C/2} exp(−‖y − f‖²/2) with the symbols C and r2 = ‖y − f‖².

    Example:
        >>> density().subs({"C": 2, "r2": 0})
        1/(2*pi)
    """
    import sympy

    outputs, square = sympy.symbols("C r2")
    return (2 * sympy.pi) ** (-outputs / 2) * sympy.exp(-square / 2)


def empirical_fisher() -> Any:
    """Return F_ij = (1/T) Σ_k Σ_t ∂_i f_k(t) ∂_j f_k(t), with g(k, t, i) for the gradients.

    Example:
        >>> empirical_fisher().free_symbols == set(__import__("sympy").symbols("C T i j"))
        True
    """
    import sympy

    outputs, samples, i, j, k, t = sympy.symbols("C T i j k t")
    g = sympy.Function("g")
    return sympy.Sum(sympy.Sum(g(k, t, i) * g(k, t, j), (t, 1, samples)), (k, 1, outputs)) / samples


def divergence() -> Any:
    """Return dθᵀ F dθ/2, the leading term of KL[p(θ) : p(θ + dθ)], with the symbols P, F(i, j) and d(i).

    Example:
        >>> str(divergence())
        'Sum(F(i, j)*d(i)*d(j), (j, 1, P), (i, 1, P))/2'
    """
    import sympy

    i, j, size = sympy.symbols("i j P")
    form, step = sympy.Function("F"), sympy.Function("d")
    return sympy.Sum(sympy.Sum(step(i) * form(i, j) * step(j), (j, 1, size)), (i, 1, size)) / 2


def converging_starts() -> Any:
    """Return P − n, the dimension of the starts from which gradient descent at the rate η converges.

    The loss is (1/2T) Σ ‖f − y‖² of a linearised network, and n the number of eigenvalues of F that are at least 2/η.

    Example:
        >>> converging_starts()
        P - n
    """
    import sympy

    size, over = sympy.symbols("P n")
    return size - over
