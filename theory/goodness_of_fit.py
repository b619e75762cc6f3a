"""Tests against a normal law: numbers whose mean or deviation was fitted to them, and averages of p-values.

For N numbers with θ estimated by maximum likelihood, the variance of √N (F_N(x) − F(x; θ̂)) tends to
F(1 − F) − gᵀ I⁻¹ g, g = ∂F/∂θ and I the Fisher information (Durbin 1973, Ann. Statist. 1, 279–290). It is smaller than
F(1 − F), which the Kolmogorov–Smirnov test supposes: its p-values are too large.
"""

from collections.abc import Sequence
from typing import Any


def empirical_variance(x: Any, fitted: Sequence[str]) -> Any:
    """Return the limit of N Var(F_N(x) − Φ(x)) after the named parameters were fitted.

    Args:
        x: a symbol, the point in units of the deviation.
        fitted: any of "mean" and "deviation".

    Example:
        >>> import sympy
        >>> empirical_variance(sympy.Symbol("x"), []).subs(sympy.Symbol("x"), 0)
        1/4
    """
    import sympy

    z = sympy.Symbol("z", real=True)
    values = {"mean": sympy.Symbol("mu", real=True), "deviation": sympy.Symbol("s", positive=True)}
    mean, deviation = values["mean"], values["deviation"]
    density = sympy.exp(-((z - mean) ** 2) / (2 * deviation**2)) / (deviation * sympy.sqrt(2 * sympy.pi))
    distribution = (1 + sympy.erf((z - mean) / (deviation * sympy.sqrt(2)))) / 2
    standard = {mean: 0, deviation: 1}
    at = distribution.subs(standard).subs(z, x)
    variance = at * (1 - at)
    if not fitted:
        return variance
    chosen = [values[name] for name in fitted]
    gradient = sympy.Matrix([sympy.diff(distribution, value) for value in chosen]).subs(standard).subs(z, x)
    scores = sympy.Matrix([sympy.diff(sympy.log(density), value) for value in chosen]).subs(standard)
    products = (scores * scores.T * density.subs(standard)).applyfunc(sympy.expand)
    information = products.applyfunc(lambda entry: sympy.integrate(entry, (z, -sympy.oo, sympy.oo)))
    return variance - (gradient.T * information.inv() * gradient)[0]


def uniform_mean_chance(n: Any, x: Any, whole: Any) -> Any:
    """Return P(mean of n independent p-values ≤ x), each uniform on [0, 1]: the law of Irwin and Hall.

    The volume of the corner Σ u ≤ n x of the cube, by inclusion and exclusion over the numbers that exceed 1.

    Args:
        n: how many.
        x: between 0 and 1.
        whole: ⌊n x⌋.
    """
    import sympy

    k = sympy.Symbol("k", integer=True)
    return sympy.Sum((-1) ** k * sympy.binomial(n, k) * (n * x - k) ** n, (k, 0, whole)) / sympy.factorial(n)
