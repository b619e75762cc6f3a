r"""How fast μ_k and κ_{p,2} decay: leading terms with their constants.

The dual R(z) = Σ_k μ_k² z^k decides. Either R is analytic but for branch points at z = ±η (``BranchPoint``): then the
transfer theorem, [z^k] (1 − z/η)^s ~ k^{−s−1} η^{−k}/Γ(−s), gives μ_k², for a sharp parity twice that, since −η is as
near. Or φ has poles off the real axis and μ_k² ~ C k^{−s} e^{−2b√k} (``StretchedExponential``), by Laplace's method.

With z = γ_w² ρ + γ_b², γ_w² + γ_b² = 1, the kernel is Θ(ρ) = σ_w² (z R'(z) + R(z)) + σ_b². Without first-layer bias
κ_p = σ_w² (1+p) μ_p² for p ≥ 1. With it the nearest singularity in ρ is ρ* = 1 + (η−1)/γ_w², alone on its circle.
Expressions are in the symbols p, gamma_w2, sigma_w2 and, for the Gaussian of any width, sigma2, its variance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.hermite import recognised
from eigenlaw.theory.laws import rational
from eigenlaw.theory.structure import Parity

Quantity = Literal["hermite", "kappa"]


def index_symbol() -> Any:
    """Return the symbol p, positive, in which every rate is written."""
    import sympy

    return sympy.Symbol("p", positive=True)


def _hyperparameters() -> tuple[Any, Any, Any]:
    import sympy

    gamma_w2, sigma_w2, sigma2 = sympy.symbols("gamma_w2 sigma_w2 sigma2", positive=True)
    return gamma_w2, sigma_w2, sigma2


@dataclass(frozen=True)
class LeadingTerm:
    """A positive sequence divided by ``expression`` tends to 1.

    Attributes:
        expression: in ``index_symbol()``, and gamma_w2, sigma_w2 for κ.
        parity: of the indices that it speaks of, the other terms being zero from some index on; None: every index.
    """

    expression: Any
    parity: Parity | None


@dataclass(frozen=True)
class BranchPoint:
    r"""R(z) is A (1 − z/η)^s at its singularity z = η, next to what is weaker; at −η it is that times the parity.

    Attributes:
        eta: η ≥ 1.
        front: A.
        exponent: s, not an integer of at least 0.
        parity: of the singular part of R as a function of z.
    """

    eta: Any
    front: Any
    exponent: Any
    parity: Parity

    @property
    def _transferred(self) -> Any:
        """A/Γ(−s)."""
        import sympy

        return self.front / sympy.gamma(-self.exponent)

    def hermite(self) -> LeadingTerm:
        r"""Return $|\mu_p| \sim \sqrt{2A/\Gamma(-s)}\, p^{-(s+1)/2} \eta^{-p/2}$."""
        import sympy

        p = index_symbol()
        decay = p ** (-(self.exponent + 1) / 2) * self.eta ** (-p / 2)
        return LeadingTerm(sympy.sqrt(2 * self._transferred) * decay, self.parity)

    def kappa(self, *, bias: bool) -> LeadingTerm:
        r"""Return $\kappa_{p,2} \sim \sigma_w^2 \frac{A}{\Gamma(-s)} (\gamma_w^2\rho_*/\eta)^{s-1} p^{-s} \rho_*^{-p}$.

        z R' has −A s (1 − z/η)^{s−1}, 1 − z/η = (γ_w² ρ*/η)(1 − ρ/ρ*), and −s/Γ(1−s) = 1/Γ(−s). Without bias ρ* = η,
        γ_w = 1, and −η doubles it on the parity of R.

        Args:
            bias: whether γ_b > 0.
        """
        p = index_symbol()
        gamma_w2, sigma_w2, _ = _hyperparameters()
        weight = gamma_w2 if bias else 1
        front = sigma_w2 * self._transferred * ((weight + self.eta - 1) / self.eta) ** (self.exponent - 1)
        value = front * p**-self.exponent * (1 + (self.eta - 1) / weight) ** (-p)
        return LeadingTerm(value, None) if bias else LeadingTerm(2 * value, self.parity)


@dataclass(frozen=True)
class StretchedExponential:
    r"""μ_k² ~ C k^{−s} e^{−2b√k} on the indices of one parity, 0 on the others.

    Attributes:
        front: C.
        power: s.
        rate: b, the distance of the nearest pole of φ from the real axis.
        parity: which indices.
    """

    front: Any
    power: Any
    rate: Any
    parity: Parity

    def _squared(self, k: Any) -> Any:
        import sympy

        return self.front * k**-self.power * sympy.exp(-2 * self.rate * sympy.sqrt(k))

    def hermite(self) -> LeadingTerm:
        """Return |μ_p|, the root of C p^{−s} e^{−2b√p}."""
        import sympy

        p = index_symbol()
        value = sympy.sqrt(self.front) * p ** (-self.power / 2) * sympy.exp(-self.rate * sympy.sqrt(p))
        return LeadingTerm(value, self.parity)

    def kappa(self, *, bias: bool) -> LeadingTerm:
        r"""Return σ_w² p μ_p² without bias, and with it a faster decay.

        $$ \frac{\sigma_w^2 C}{2\gamma_w^4}\, p\, (p/\gamma_w^2)^{-s}
           \exp\Bigl(\frac{b^2\gamma_b^2}{2\gamma_w^2} - \frac{2b\sqrt p}{\gamma_w}\Bigr) $$

        α_p = (σ_w²/γ_w²) E μ_K² for K with P(K = k) = binom(k, p) γ_w^{2p+2} γ_b^{2(k−p)}, a negative binomial: K is
        p/γ_w² + (γ_b √p/γ_w²) N + O(1), N nearly normal, hence 2b√K = 2b√p/γ_w + (b γ_b/γ_w) N + o(1), and K has the
        parity half of the time. Then κ_p = (p+1)(α_p + (γ_b²/γ_w²) α_{p+1}) ~ p α_p/γ_w².

        Args:
            bias: whether γ_b > 0.
        """
        import sympy

        p = index_symbol()
        gamma_w2, sigma_w2, _ = _hyperparameters()
        if not bias:
            return LeadingTerm(sigma_w2 * p * self._squared(p), self.parity)
        spread = sympy.exp(self.rate**2 * (1 - gamma_w2) / (2 * gamma_w2))
        return LeadingTerm(sigma_w2 / (2 * gamma_w2**2) * spread * p * self._squared(p / gamma_w2), None)


Law = BranchPoint | StretchedExponential


def _kink(size: Any, order: int = 1) -> BranchPoint:
    r"""A jump of the n-th derivative at 0: μ_k² = size² ((k−n−2)!!)²/(2π k!) ~ size² k^{−n−3/2}/(π√(2π)), k − n odd.

    So s = n + 1/2 and 2A/Γ(−s) is that constant; for n = 1, A = √2 size²/(3π), from √(1−z²) + z asin z.
    """
    import sympy

    s = order + sympy.Rational(1, 2)
    front = size**2 * sympy.gamma(-s) / (2 * sympy.pi * sympy.sqrt(2 * sympy.pi))
    return BranchPoint(sympy.Integer(1), front, s, "even" if order % 2 else "odd")


def _rectified_monomial(n: Any) -> BranchPoint:
    import sympy

    return _kink(sympy.factorial(n), int(n))


def _bell(eta: Any) -> BranchPoint:
    """R = 1/(2π √(η²−z²)) has A = 1/(2√2 π η), s = −1/2: the Gaussian at η = 1 + σ², and the head of gelu at η = 2."""
    import sympy

    eta = sympy.sympify(eta)
    return BranchPoint(eta, 1 / (2 * sympy.sqrt(2) * sympy.pi * eta), -sympy.Rational(1, 2), "even")


def _arcsine(a: Any) -> BranchPoint:
    """R = (2/π) asin(z/η), η = 1 + 1/(2a²), has −(2√2/π)(1−z/η)^{1/2}."""
    import sympy

    return BranchPoint(1 + 1 / (2 * a**2), -2 * sympy.sqrt(2) / sympy.pi, sympy.Rational(1, 2), "odd")


def _poles(rate: Any, front: Any, power: Any, parity: Parity) -> StretchedExponential:
    r"""Return the law of |μ_k| = (front/√k!) ∫ u^{k−j} e^{−u²/2} g(u) du, g(u) ~ e^{−b u}, with k^{−j} in ``power``.

    The integrand peaks at u ≈ √k − b/2 with width 1/√2 and k! ~ √(2πk)(k/e)^k, so that |μ_k| ~ front √π (2πk)^{−1/4}
    e^{b²/4 − b√k} at j = 0.
    """
    import sympy

    constant = front**2 * sympy.pi * sympy.exp(rate**2 / 2) / sympy.sqrt(2 * sympy.pi)
    return StretchedExponential(constant, power, rate, parity)


def _tanh(a: Any) -> StretchedExponential:
    """1/sinh(πu/(2a)) ~ 2 e^{−πu/(2a)}, divided by a."""
    import sympy

    return _poles(sympy.pi / (2 * a), 2 / a, sympy.Rational(1, 2), "odd")


def _logistic(front: Any, power: Any, parity: Parity) -> StretchedExponential:
    """1/sinh(πu) ~ 2 e^{−πu}, for sigmoid; by Lemma B.3 softplus has √k below."""
    import sympy

    return _poles(sympy.pi, front, sympy.sympify(power) / 2, parity)


def _silu() -> StretchedExponential:
    """π cosh(πu)/sinh²(πu) ~ 2π e^{−πu}."""
    import sympy

    return _logistic(2 * sympy.pi, 1, "even")


_LAWS: dict[str, Callable[..., Law]] = {
    "relu": lambda: _kink(1),
    "leaky_relu": lambda a: _kink(1 - a),
    "abs": lambda: _kink(2),
    "rectified_monomial": _rectified_monomial,
    "erf": _arcsine,
    "gaussian": lambda s: _bell(1 + s**2),
    "gelu": lambda: _bell(2),
    "tanh": _tanh,
    "sigmoid": lambda: _logistic(2, 1, "odd"),
    "softplus": lambda: _logistic(2, 3, "even"),
    "silu": _silu,
}


def decay_law(spec: object) -> Law | None:
    """Return what decides the decay of μ_k, or None where it is not known.

    Example:
        >>> decay_law("erf").eta
        3/2
    """
    phi: Activation = recognised(spec)
    if phi.family not in _LAWS or phi.name == "leaky_relu(1)":
        return None
    return _LAWS[phi.family](*map(rational, phi.parameters))


def leading_term(spec: object, quantity: Quantity, *, bias: bool = False) -> LeadingTerm | None:
    """Return the leading term of |μ_p| (``hermite``) or κ_{p,2} (``kappa``), γ_w² + γ_b² = 1; None where not known.

    Args:
        spec: an activation.
        quantity: which sequence.
        bias: whether γ_b > 0, for κ.

    Raises:
        InputError: if the activation or the quantity cannot be used.

    Example:
        >>> leading_term("erf", "kappa").expression
        2*sqrt(2)*sigma_w2/((3/2)**p*pi**(3/2)*sqrt(p))
    """
    if quantity not in ("hermite", "kappa"):
        raise InputError.of("quantity", quantity, "expected hermite or kappa")
    law = decay_law(spec)
    if law is None:
        return None
    return law.hermite() if quantity == "hermite" else law.kappa(bias=bias)


def relu_leading(*, bias: bool) -> Any:
    """Return the leading term of κ_{p,2} for ReLU, at even p without first-layer bias and at every p with it.

    Args:
        bias: whether γ_b > 0.

    Example:
        >>> relu_leading(bias=False)
        sqrt(2)*sigma_w2/(2*pi**(3/2)*p**(3/2))
    """
    return _kink(1).kappa(bias=bias).expression


def gaussian_leading(*, bias: bool) -> Any:
    """Return the leading term of κ_{p,2} for the density of N(0, σ²), at even p without first-layer bias.

    Args:
        bias: whether γ_b > 0.
    """
    return _bell(1 + _hyperparameters()[2]).kappa(bias=bias).expression


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
    """Return the leading term of κ_{p,2} for tanh at odd p, without first-layer bias.

    Example:
        >>> tanh_leading()
        2*sqrt(2)*sqrt(pi)*sqrt(p)*sigma_w2*exp(pi**2/8)*exp(-pi*sqrt(p))
    """
    import sympy

    return _tanh(sympy.Integer(1)).kappa(bias=False).expression


def tanh_rate() -> Any:
    r"""Return $\sqrt p\, e^{-\pi\sqrt p}$, the rate of κ_{p,2} for tanh at odd p, without first-layer bias."""
    import sympy

    p = index_symbol()
    return sympy.sqrt(p) * sympy.exp(-sympy.pi * sympy.sqrt(p))


def tanh_slope_leading() -> Any:
    """Return the leading term of |μ_p(tanh')| at even p, √(p+1) |μ_{p+1}(tanh)| by Lemma B.3 of murray.

    The print has the exponent π√p/4.

    Example:
        >>> tanh_slope_leading()
        2**(3/4)*pi**(1/4)*p**(1/4)*exp(pi**2/16)*exp(-pi*sqrt(p)/2)
    """
    import sympy

    return sympy.sqrt(index_symbol()) * _tanh(sympy.Integer(1)).hermite().expression


def tanh_upper() -> Any:
    r"""Return an upper bound of κ_{p,2} for tanh and every p ≥ 2 and γ_b ≥ 0.

    |μ_k| = (1/√k!) ∫_0^∞ s^k e^{−s²/2}/sinh(πs/2) ds. With s^k e^{−s²/2} ≤ (k/e)^{k/2} e^{−(s−√k)²/2},
    1/(1−e^{−πs}) ≤ 1 + 1/(πs) and k! ≥ √(2πk) (k/e)^k it is at most, for k ≥ 2,
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
