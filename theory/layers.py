"""The laws of a network with any number of layers: variances, correlations, kernels and their power series.

Written for a symbolic layer l and index p, as the claims state them; the values of the layer below enter as undefined
functions of the layer. On inputs of norm 1, with q_l = Σ^(l)(x, x) and the correlation ρ^(l) = Σ^(l)/q_l, (11) and (12)
of Murray et al. 2023 read

    Σ^(1) = γ_w² ρ + γ_b²,   Σ^(l) = σ_w² R_q(ρ^(l−1)) + σ_b²,   Σ̇^(l) = σ_w² S_q(ρ^(l−1)),   q = q_{l−1},
    Θ^(1) = Σ^(1),           Θ^(l) = Θ^(l−1) Σ̇^(l) + Σ^(l),

R_q(z) = E[φ(U)φ(V)] and S_q(z) = E[φ'(U)φ'(V)] for centred Gaussian U, V of variance q and correlation z.
"""

from functools import cache
from typing import Any

from eigenlaw.theory.dual import arc_cosine_0, arc_cosine_1
from eigenlaw.theory.ntk import symbolic_hyperparameters


@cache
def _indices() -> tuple[Any, Any, Any, Any]:
    """Return the symbols p, k, q and l of the indices."""
    import sympy

    return tuple(sympy.symbols("p k q l", integer=True, nonnegative=True))


def _series_weights(*, unit_variance: bool) -> tuple[Any, Any]:
    """Return the factor of (Σ^(l−1))^k in Σ^(l), without σ_b², and in Σ̇^(l)."""
    import sympy

    _, k, _, layer = _indices()
    sigma_w2 = symbolic_hyperparameters().sigma_w2
    if unit_variance:
        mu = sympy.IndexedBase("mu")
        return sigma_w2 * mu[k] ** 2, sigma_w2 * (k + 1) * mu[k + 1] ** 2
    coefficient, variance = sympy.Function("mu"), sympy.Function("v")(layer - 1)
    squares = [coefficient(index, layer - 1) ** 2 for index in (k, k + 1)]
    return sigma_w2 * squares[0] / variance**k, sigma_w2 * (k + 1) * squares[1] / variance ** (k + 1)


def alpha_law(*, unit_variance: bool = True) -> Any:
    r"""Return $\alpha_{p,l} = \sum_k \sigma_w^2\mu_k^2 F(p, k, \bar\alpha_{l-1}) + \delta_{p0}\sigma_b^2$ for l ≥ 2.

    Here $\bar\alpha_1 = (\gamma_b^2, \gamma_w^2, 0, \dots)$, and F(p, k, l) stands for $F(p, k, \bar\alpha_l)$. Murray
    et al. 2023, (7) and (30), start at l = 2 from $\bar\alpha_1 = (0, 1, 0, \dots)$, which is right for γ_b = 0 only.

    Args:
        unit_variance: whether all preactivations have variance 1; otherwise that of layer l is v(l), and mu(k, l) are
            the Hermite coefficients of φ(√v(l) x).
    """
    import sympy

    p, k, _, layer = _indices()
    weight, _ = _series_weights(unit_variance=unit_variance)
    terms = sympy.Sum(weight * sympy.Function("F")(p, k, layer - 1), (k, 0, sympy.oo))
    return terms + symbolic_hyperparameters().sigma_b2 * sympy.KroneckerDelta(p, 0)


def upsilon_law(*, unit_variance: bool = True) -> Any:
    r"""Return $\upsilon_{p,l} = \sum_k \sigma_w^2 (k+1)\mu_{k+1}^2 F(p, k, \bar\alpha_{l-1})$ for l ≥ 2.

    The right form of (8), (32) and (36) of Murray et al. 2023, with the sequences of ``alpha_law``.

    Args:
        unit_variance: as for ``alpha_law``.
    """
    import sympy

    p, k, _, layer = _indices()
    _, weight = _series_weights(unit_variance=unit_variance)
    return sympy.Sum(weight * sympy.Function("F")(p, k, layer - 1), (k, 0, sympy.oo))


def kappa_law() -> Any:
    r"""Return $\kappa_{p,l} = \alpha_{p,l} + \sum_{q \le p} \kappa_{q,l-1}\upsilon_{p-q,l}$, $\kappa_{p,1}$ given.

    The recurrence (6) of Murray et al. 2023, right for the α and υ of ``alpha_law`` and ``upsilon_law``.
    """
    import sympy

    p, _, q, layer = _indices()
    h = symbolic_hyperparameters()
    alpha, upsilon, kappa = (sympy.Function(name) for name in ("alpha", "upsilon", "kappa"))
    first = sympy.KroneckerDelta(p, 0) * h.gamma_b2 + sympy.KroneckerDelta(p, 1) * h.gamma_w2
    later = alpha(p, layer) + sympy.Sum(kappa(q, layer - 1) * upsilon(p - q, layer), (q, 0, p))
    return sympy.Piecewise((first, sympy.Eq(layer, 1)), (later, True))


def kernel_recursion() -> Any:
    r"""Return $\Theta^{(l)} = \Theta^{(l-1)}\dot\Sigma^{(l)} + \Sigma^{(l)}$: (12) of Murray et al. 2023."""
    import sympy

    _, _, _, layer = _indices()
    theta, sigma, slope = (sympy.Function(name) for name in ("Theta", "Sigma", "Sigmadot"))
    return theta(layer - 1) * slope(layer) + sigma(layer)


def kernel_sum() -> Any:
    r"""Return $\Theta^{(l)} = \sum_{h=1}^{l} \Sigma^{(h)} \prod_{j=h+1}^{l} \dot\Sigma^{(j)}$, the solution of (12)."""
    import sympy

    h, j, layer = sympy.symbols("h j l", integer=True, positive=True)
    sigma, slope = sympy.Function("Sigma"), sympy.Function("Sigmadot")
    return sympy.Sum(sigma(h) * sympy.Product(slope(j), (j, h + 1, layer)), (h, 1, layer))


def variance_law() -> Any:
    r"""Return $q_l = V(q_{l-1}) = \sigma_w^2 E[\phi(\sqrt{q_{l-1}} Z)^2] + \sigma_b^2$.

    (16), (17) of Murray et al. 2023. E(q) stands for the mean, v(l) for $q_l$.
    """
    import sympy

    _, _, _, layer = _indices()
    h = symbolic_hyperparameters()
    return h.sigma_w2 * sympy.Function("E")(sympy.Function("v")(layer - 1)) + h.sigma_b2


def covariance_law() -> Any:
    r"""Return $\Sigma^{(l)}(x, y) = \sigma_w^2 E[\phi(B_1)\phi(B_2)] + \sigma_b^2$ for l ≥ 2, and $\Sigma^{(1)}$.

    E(a, c, b) stands for the mean over centred Gaussian B_1, B_2 with variances a, b and covariance c, which are
    Σ^(l−1)(x, x), Σ^(l−1)(y, y) and Σ^(l−1)(x, y): Sxx, Syy and Sxy of layer l − 1. It is (11) of Murray et al. 2023
    with Σ(y, y) in A^(l), and the entries of (13) with G_2 from √G_1, not from X.
    """
    import sympy

    _, _, _, layer = _indices()
    h = symbolic_hyperparameters()
    later = h.sigma_w2 * _pair_mean(layer) + h.sigma_b2
    return sympy.Piecewise((h.gamma_w2 * sympy.Symbol("xy") + h.gamma_b2, sympy.Eq(layer, 1)), (later, True))


def derivative_law() -> Any:
    r"""Return $\dot\Sigma^{(l)}(x, y) = \sigma_w^2 E[\phi'(B_1)\phi'(B_2)]$, with B as in ``covariance_law``."""
    _, _, _, layer = _indices()
    return symbolic_hyperparameters().sigma_w2 * _pair_mean(layer)


def _pair_mean(layer: Any) -> Any:
    import sympy

    entries = (sympy.Function(name)(layer - 1) for name in ("Sxx", "Sxy", "Syy"))
    return sympy.Function("E")(*entries)


def correlation_law() -> Any:
    r"""Return $\rho^{(l)} = (\sigma_w^2 R_q(\rho^{(l-1)}) + \sigma_b^2)/(\sigma_w^2 R_q(1) + \sigma_b^2)$.

    Here q = $q_{l-1}$, and R(v, z) stands for R_v(z). With q = 1 the denominator is 1: (19) of Murray et al. 2023.
    """
    import sympy

    _, _, _, layer = _indices()
    h = symbolic_hyperparameters()
    dual, variance, rho = (sympy.Function(name) for name in ("R", "v", "rho"))

    def covariance(z: Any) -> Any:
        return h.sigma_w2 * dual(variance(layer - 1), z) + h.sigma_b2

    return covariance(rho(layer - 1)) / covariance(sympy.Integer(1))


def slope_of_correlation() -> Any:
    r"""Return $\dot\Sigma^{(l)} = f_v'(\rho^{(l-1)})/v$ with $f_v = \sigma_w^2R_v + \sigma_b^2$ and $v = q_{l-1}$.

    dR(v, z) stands for f_v'(z). At unit variance it is R' of (20) of Murray et al. 2023, who print ρ^(l) for ρ^(l−1) in
    the display after (20).
    """
    import sympy

    _, _, _, layer = _indices()
    slope, variance, rho = (sympy.Function(name) for name in ("dR", "v", "rho"))
    return slope(variance(layer - 1), rho(layer - 1)) / variance(layer - 1)


def greatest_negative_mean() -> Any:
    r"""Return $\sigma_w^2(E[f_{odd}^2] - \mu_0^2) - b$, which bounds $-\sigma_w^2E[f(U)f(V)] - b$ at unit variance.

    In $\sum_k \mu_k(f)^2 z^k$ only odd k give negative terms, at least $-\mu_k^2$. With f = φ, b = σ_b² it is a bound
    of −Σ^(l), with f = φ', b = 0 of −Σ̇^(l); equality holds at z = −1 if f is odd up to a constant.
    """
    import sympy

    mean, odd, constant = sympy.symbols("mean odd b")
    return symbolic_hyperparameters().sigma_w2 * (odd - mean**2) - constant


def trace_law() -> Any:
    r"""Return $\mathrm{Tr}(K_l) = \sum_{h=0}^{l-1} \chi^h$ at unit variance, $\chi = \sigma_w^2E[\phi'(Z)^2]$.

    It is Θ^(l) at ρ = 1, and Σ_p κ_{p,l}; with χ = 1 it is l, Corollary A.3 (21) of Murray et al. 2023.
    """
    import sympy

    h, layer = sympy.symbols("h l", integer=True, nonnegative=True)
    return sympy.Sum(sympy.Symbol("chi") ** h, (h, 0, layer - 1))


def relu_correlation() -> Any:
    r"""Return $R(\rho) = (\sqrt{1-\rho^2} + \rho\arcsin\rho)/\pi + \rho/2$, that of ReLU with σ_w² = 2, σ_b = 0."""
    return 2 * arc_cosine_1(_rho(), 1)


def relu_slope() -> Any:
    r"""Return $R'(\rho) = \arcsin(\rho)/\pi + 1/2$, that of ReLU with σ_w² = 2, σ_b = 0.

    Example:
        >>> relu_slope()
        asin(rho)/pi + 1/2
    """
    import sympy

    return sympy.expand(2 * arc_cosine_0(_rho(), 1))


def relu_kernel() -> Any:
    r"""Return $\Theta_l = \rho_l + \Theta_{l-1}R'(\rho_{l-1})$ for l ≥ 2, ReLU with γ_w² = 1, σ_w² = 2 and no biases.

    (42) of Murray et al. 2023 prints ρ_{l−1} for Θ_{l−1}, which is the same at l = 2 only.
    """
    import sympy

    _, _, _, layer = _indices()
    rho, theta = sympy.Function("rho"), sympy.Function("Theta")
    return rho(layer) + theta(layer - 1) * relu_slope().subs(_rho(), rho(layer - 1))


def _rho() -> Any:
    import sympy

    return sympy.Symbol("rho", real=True)
