"""The laws of the kernel of one hidden layer, for symbolic index and correlation, as the claims state them."""

from typing import Any

from eigenlaw.theory.ntk import symbolic_alpha, symbolic_hyperparameters, symbolic_upsilon


def first_covariance() -> Any:
    r"""Return $\Sigma^{(1)}(x, y) = \gamma_w^2\, x\cdot y + \gamma_b^2$ in the symbols gamma_w2, gamma_b2, xy.

    Source: murray, equation (11), which prints x·x for x·y.

    Example:
        >>> first_covariance()
        gamma_b2 + gamma_w2*xy
    """
    import sympy

    h = symbolic_hyperparameters()
    return h.gamma_w2 * sympy.Symbol("xy") + h.gamma_b2


def kappa_law() -> Any:
    r"""Return $\kappa_{p,2} = \alpha_p + \gamma_b^2\upsilon_p + \gamma_w^2\upsilon_{p-1}$ for a symbolic index p.

    The sums over k are those of ``symbolic_alpha`` and ``symbolic_upsilon``; at p = 0 the last term has no summand that
    is not zero. At γ_b = 0 and γ_w = 1 it is equation (9) of murray.
    """
    import sympy

    p, h = sympy.Symbol("p", integer=True, nonnegative=True), symbolic_hyperparameters()
    return symbolic_alpha(p, h) + h.gamma_b2 * symbolic_upsilon(p, h) + h.gamma_w2 * symbolic_upsilon(p - 1, h)


def kernel_law() -> Any:
    r"""Return $\Theta^{(2)}(\rho) = \sigma_b^2 + \sigma_w^2 \sum_k (1 + k)\, \mu_k^2 z^k$.

    Here $z = (\gamma_w^2\rho + \gamma_b^2)/v$, v = γ_w² + γ_b², is the correlation of the preactivations. It is
    equation (9) of murray summed over p with z in the place of ρ: Σ^(2) gives the 1 and Θ^(1) Σ̇^(2) the k, by Lemmas
    B.1 and B.3. μ_k belongs to φ(√v x).
    """
    import sympy

    h, rho = symbolic_hyperparameters(), sympy.Symbol("rho", real=True)
    k, mu = sympy.Symbol("k", integer=True, nonnegative=True), sympy.IndexedBase("mu")
    z = (h.gamma_w2 * rho + h.gamma_b2) / h.variance
    return h.sigma_b2 + h.sigma_w2 * sympy.Sum((1 + k) * mu[k] ** 2 * z**k, (k, 0, sympy.oo))


def slope_law() -> Any:
    r"""Return $\upsilon_{p,2} = (p+1)\,\alpha_{p+1,2}/\gamma_w^2$, for the series of Σ^(2) and Σ̇^(2) in powers of x·y.

    From d/dρ Σ^(2) = γ_w² Σ̇^(2); murray's Corollary B.4 (36) is the case γ_w = 1.
    """
    import sympy

    p, h = sympy.Symbol("p", integer=True, nonnegative=True), symbolic_hyperparameters()
    return (p + 1) * sympy.IndexedBase("alpha")[p + 1] / h.gamma_w2


def truncated_slope_law() -> Any:
    r"""Return $\hat\upsilon_{p,2} = (p+1)\,\hat\alpha_{p+1,2}$, the right form of murray's (41) at l = 2."""
    import sympy

    p = sympy.Symbol("p", integer=True, nonnegative=True)
    return (p + 1) * sympy.IndexedBase("alpha")[p + 1]


def truncated_deep_slope_law() -> Any:
    r"""Return $\hat\upsilon_{p,l} = \sum_{k \le T} (k+1)\,\hat\alpha_{k+1,2} F(p, k, \bar{\hat\alpha}_{l-1})$, l ≥ 3.

    The right form of murray's (41): Σ̇^(l) is the series of Σ̇^(2) at the correlation Σ^(l−1).
    """
    import sympy

    p, k, layer = sympy.symbols("p k l", integer=True, nonnegative=True)
    last = sympy.Symbol("T", integer=True)
    alpha, F = sympy.IndexedBase("alpha"), sympy.Function("F")
    return sympy.Sum((k + 1) * alpha[k + 1] * F(p, k, layer - 1), (k, 0, last))


def odd_relu_law() -> Any:
    r"""Return $\alpha_{p,2} = \delta_{p1}\,\sigma_w^2/4$ for ReLU, odd p and γ_b = 0.

    max(x, 0) = (x + |x|)/2 and |x| is even. Appendix B.3 of murray has 0 at p = 1 as well.
    """
    import sympy

    p = sympy.Symbol("p", integer=True, nonnegative=True)
    return sympy.KroneckerDelta(p, 1) * symbolic_hyperparameters().sigma_w2 / 4
