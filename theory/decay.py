"""How fast the coefficients κ_{p,2} of the shallow kernel decay: leading terms and bounds, from singularities.

With z = γ_w² ρ + γ_b², γ_w² + γ_b² = 1, the kernel is Θ(ρ) = σ_w² (z R'(z) + R(z)) + σ_b² with R the dual activation.
Its Taylor coefficients in ρ are governed by the singularity of R nearest to the origin of ρ: a term
(1 − ρ/ρ*)^s contributes p^{−s−1} ρ*^{−p}/Γ(−s). Every function returns a SymPy expression in the symbols p,
gamma_w2, sigma_w2 and, for the Gaussian, sigma2, the variance of the density.
"""

from typing import Any


def index_symbol() -> Any:
    """Return the symbol p, positive, in which every rate is written."""
    import sympy

    return sympy.Symbol("p", positive=True)


def _hyperparameters() -> tuple[Any, Any, Any]:
    import sympy

    gamma_w2, sigma_w2, sigma2 = sympy.symbols("gamma_w2 sigma_w2 sigma2", positive=True)
    return gamma_w2, sigma_w2, sigma2


def relu_leading(*, bias: bool) -> Any:
    r"""Return the leading term of κ_{p,2} for ReLU, at even p without first-layer bias and at every p with it.

    R' = (π/2 + arcsin z)/(2π) has −√2 (1−z)^{1/2}/(2π) at z = 1, where 1 − z = γ_w² (1−ρ), so that
    $\kappa_p \sim \sigma_w^2 \gamma_w\, p^{-3/2} / (2\pi\sqrt{2\pi})$. Without bias z = −1 is as near and doubles it
    at even p.

    Args:
        bias: whether γ_b > 0.

    Example:
        >>> relu_leading(bias=False)
        sqrt(2)*sigma_w2/(2*pi**(3/2)*p**(3/2))
    """
    import sympy

    p = index_symbol()
    gamma_w2, sigma_w2, _ = _hyperparameters()
    common = sigma_w2 * p ** sympy.Rational(-3, 2) / (2 * sympy.pi * sympy.sqrt(2 * sympy.pi))
    return common * sympy.sqrt(gamma_w2) if bias else 2 * common


def gaussian_leading(*, bias: bool) -> Any:
    r"""Return the leading term of κ_{p,2} for the density of N(0, σ²), at even p without first-layer bias.

    R = 1/(2π √((1+σ²)² − z²)) is singular at z = ±(1+σ²), that is, for γ_b > 0, at ρ* = 1 + σ²/γ_w² alone:
    $\kappa_p \sim \sigma_w^2 \frac{\sqrt{1+\sigma^2}}{(2\pi)^{3/2}} (\sigma^2+\gamma_w^2)^{-3/2}
    p^{1/2} (1 + \sigma^2/\gamma_w^2)^{-p}$, twice that at even p for γ_b = 0.

    Args:
        bias: whether γ_b > 0.
    """
    import sympy

    p = index_symbol()
    gamma_w2, sigma_w2, sigma2 = _hyperparameters()
    weight = gamma_w2 if bias else sympy.Integer(1)
    constant = sigma_w2 * sympy.sqrt(1 + sigma2) / (2 * sympy.pi) ** sympy.Rational(3, 2)
    power = (sigma2 + weight) ** sympy.Rational(-3, 2) * sympy.sqrt(p) * (1 + sigma2 / weight) ** (-p)
    return constant * power * (1 if bias else 2)


def gaussian_rate() -> Any:
    r"""Return $p^{1/2}(1+\sigma^2/\gamma_w^2)^{-p}$, the rate of Lemma 3.2.3 of murray as it is for every γ_b.

    The print has (1+σ²)^{−p}, which is right for γ_b = 0 only.

    Example:
        >>> gaussian_rate()
        sqrt(p)/(1 + sigma2/gamma_w2)**p
    """
    import sympy

    gamma_w2, _, sigma2 = _hyperparameters()
    p = index_symbol()
    return sympy.sqrt(p) * (1 + sigma2 / gamma_w2) ** (-p)


def tanh_leading() -> Any:
    r"""Return the leading term of κ_{p,2} for tanh at odd p, without first-layer bias.

    |μ_k| = (1/√k!) ∫_0^∞ s^k e^{−s²/2}/sinh(πs/2) ds; Laplace's method at s ≈ √k gives
    $|\mu_k| \sim 2\sqrt\pi\,(2\pi k)^{-1/4} e^{\pi^2/16} e^{-\pi\sqrt k/2}$, and κ_p = σ_w² (1+p) μ_p², hence
    $\kappa_p \sim 2\sqrt{2\pi}\, e^{\pi^2/8} \sigma_w^2 \sqrt p\, e^{-\pi\sqrt p}$.

    Example:
        >>> tanh_leading()
        2*sqrt(2)*sqrt(pi)*sqrt(p)*sigma_w2*exp(pi**2/8)*exp(-pi*sqrt(p))
    """
    import sympy

    _, sigma_w2, _ = _hyperparameters()
    return 2 * sympy.sqrt(2 * sympy.pi) * sympy.exp(sympy.pi**2 / 8) * sigma_w2 * tanh_rate()


def tanh_rate() -> Any:
    r"""Return $\sqrt p\, e^{-\pi\sqrt p}$, the rate of κ_{p,2} for tanh at odd p, without first-layer bias."""
    import sympy

    p = index_symbol()
    return sympy.sqrt(p) * sympy.exp(-sympy.pi * sympy.sqrt(p))


def tanh_upper() -> Any:
    r"""Return an upper bound of κ_{p,2} for tanh and every p ≥ 2 and γ_b ≥ 0.

    With s^k e^{−s²/2} ≤ (k/e)^{k/2} e^{−(s−√k)²/2}, 1/(1−e^{−πs}) ≤ 1 + 1/(πs) and k! ≥ √(2πk) (k/e)^k the integral
    of ``tanh_leading`` is at most, for k ≥ 2,
    $|\mu_k| \le C\, k^{-1/4} e^{-\pi\sqrt k/2}$, $C = 2(2\pi)^{1/4} e^{\pi^2/8} (1 + e^{\pi/4+1/2}/(\pi\sqrt2))$.
    It decreases in k, and Σ_k binom(k,p) γ_w^{2p} γ_b^{2(k−p)} = 1/γ_w², so that α_p ≤ σ_w² C² p^{−1/2} e^{−π√p}/γ_w²,
    and κ_p = α_p + (γ_b²/γ_w²)(p+1) α_{p+1} + p α_p.
    """
    import sympy

    p = index_symbol()
    gamma_w2, sigma_w2, _ = _hyperparameters()
    tail = 1 + sympy.exp(sympy.pi / 4 + sympy.Rational(1, 2)) / (sympy.pi * sympy.sqrt(2))
    constant = 2 * (2 * sympy.pi) ** sympy.Rational(1, 4) * sympy.exp(sympy.pi**2 / 8) * tail
    alpha = sigma_w2 * constant**2 * sympy.exp(-sympy.pi * sympy.sqrt(p)) / (gamma_w2 * sympy.sqrt(p))
    return alpha * (1 + p + (1 - gamma_w2) / gamma_w2 * (p + 1))
