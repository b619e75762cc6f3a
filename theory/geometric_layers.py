r"""Kernels with geometric coefficients: Lemmas B.7 to B.9 of Murray et al. 2023, in closed form for every depth.

If α_{0,2} = 0 and α_{p,2} = C η^{−p} for p ≥ 1, the series of Σ^(2) is the Möbius map A(x) = C x/(η − x). By (7) that
of Σ^(l) is its (l−1)-th iterate, again such a map, with the ratio q = C/η in

    A_l(x) = C_l x/(η_l − x),   η_l = (η − C)/(1 − q^{l−1}),   C_l = q^{l−1} η_l,

which solves the recurrences (44); they hold for every C, also where Σ_p α_{p,2} = C/(η − 1) is not 1. By (8) the series
of Σ̇^(l) is A' at A_{l−1}. The chain rule turns the products in (12) into quotients of derivatives,

    Θ^(l) = A_l' (Θ^(1) + Σ_{h=2}^l A_h/A_h'),   A_h/A_h' = x − x²/η_h,

a quadratic polynomial over (η_l − x)²: the poles of all layers but the last cancel, and with
w_l = η_l Σ_{h=2}^l 1/η_h = ((l−1) η_l − C)/(η − C)

    κ_{p,l} = C_l (γ_b²/η_l + w_l + (γ_w² + γ_b²/η_l + l − 1 − w_l) p) η_l^{−p},   p ≥ 1.

The power p^{2l−3} of Lemma B.9 is therefore p at every depth. All this reads γ_w, γ_b as (6) does. In the network of
(11)–(12) A acts on z = γ_w²ρ + γ_b², and Θ^(l) is the above at γ_b = 0, γ_w = 1 and z in the place of x: the pole lies
at ρ = (η_l − γ_b²)/γ_w². There C = η − 1, for the variances are one.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class GeometricLayer:
    r"""The layer l with α_{p,l} = C_l η_l^{−p}, as SymPy expressions.

    Attributes:
        radius: η_l, where the series of Σ^(l) has its pole.
        weight: C_l.
        pull: w_l = η_l Σ_{h=2}^l 1/η_h.
        layers: l, the number of weight layers, at least 2.
    """

    radius: Any
    weight: Any
    pull: Any
    layers: Any

    def covariance(self, x: Any) -> Any:
        """Return the series of Σ^(l) at x."""
        return self.weight * x / (self.radius - x)

    def kernel(self, x: Any) -> Any:
        """Return the series of Θ^(l) at x, with γ_w and γ_b as in (6) of murray."""
        _, _, gamma_w2, gamma_b2 = _constants()
        quadratic = gamma_b2 + (gamma_w2 + self.layers - 1) * x - self.pull / self.radius * x**2
        return self.weight * self.radius * quadratic / (self.radius - x) ** 2


def _constants() -> tuple[Any, Any, Any, Any]:
    import sympy

    c, eta, gamma_w2, gamma_b2 = sympy.symbols("C eta gamma_w2 gamma_b2", positive=True)
    return c, eta, gamma_w2, gamma_b2


def _index(name: str) -> Any:
    import sympy

    return sympy.Symbol(name, integer=True, nonnegative=True)


def geometric_layer(layers: Any = None) -> GeometricLayer:
    r"""Return the layer l for α_{p,2} = C η^{−p}, in the symbols C and eta; C ≠ η.

    Args:
        layers: l ≥ 2, an integer or an expression; the symbol l if not given.

    Example:
        >>> import sympy
        >>> third = geometric_layer(3)
        >>> sympy.factor(third.radius), sympy.factor(third.weight)
        (eta**2/(C + eta), C**2/(C + eta))
    """
    c, eta, _, _ = _constants()
    depth = _index("l") if layers is None else layers
    power = (c / eta) ** (depth - 1)
    radius = (eta - c) / (1 - power)
    return _layer(radius, power * radius, depth)


def symbolic_layer() -> GeometricLayer:
    """Return the layer l with the symbols eta_l and C_l for its two constants."""
    import sympy

    radius, weight = sympy.symbols("eta_l C_l", positive=True)
    return _layer(radius, weight, _index("l"))


def _layer(radius: Any, weight: Any, depth: Any) -> GeometricLayer:
    c, eta, _, _ = _constants()
    return GeometricLayer(radius, weight, ((depth - 1) * radius - c) / (eta - c), depth)


def composition(c: Any, eta: Any, weight: Any, radius: Any, x: Any) -> Any:
    """Return the series of Σ^(l+1) by (7): c x/(eta − x), that of Σ^(2), at weight x/(radius − x), that of Σ^(l)."""
    inner = weight * x / (radius - x)
    return c * inner / (eta - inner)


def slope_composition(c: Any, eta: Any, weight: Any, radius: Any, x: Any) -> Any:
    """Return the series of Σ̇^(l+1) by (8): c eta/(eta − x)², that of Σ̇^(2), at weight x/(radius − x), that of Σ^(l)."""
    return c * eta / (eta - weight * x / (radius - x)) ** 2


def covariance_step(x: Any) -> Any:
    """Return the series of Σ^(l+1) by (7), from the closed form of Σ^(l) for a symbolic l."""
    c, eta, _, _ = _constants()
    here = geometric_layer()
    return composition(c, eta, here.weight, here.radius, x)


def kernel_step(x: Any) -> Any:
    """Return Θ^(l) Σ̇^(l+1) + Σ^(l+1), the series of Θ^(l+1) by (6), from the closed forms for a symbolic l."""
    c, eta, _, _ = _constants()
    here = geometric_layer()
    return here.kernel(x) * slope_composition(c, eta, here.weight, here.radius, x) + covariance_step(x)


def alpha_law() -> Any:
    r"""Return $\alpha_{p,l} = C_l\eta_l^{-p}$ for p ≥ 1, 0 at p = 0, as a function of p, l, C and η.

    The sharp form of Lemma B.7 of murray: the recurrences (44) are solved.
    """
    import sympy

    here, p = geometric_layer(), _index("p")
    return sympy.Piecewise((0, sympy.Eq(p, 0)), (here.weight * here.radius ** (-p), True))


def power_law() -> Any:
    r"""Return $F(p, k, \bar\alpha_l) = C_l^k\eta_l^{-p}\binom{p-1}{k-1}$ for 1 ≤ k ≤ p, 1 at p = k = 0, 0 elsewhere.

    A function of p, k, l, C and η: (45) of murray with (44) solved.
    """
    import sympy

    here, p, k = geometric_layer(), _index("p"), _index("k")
    value = here.weight**k * here.radius ** (-p) * sympy.binomial(p - 1, k - 1)
    return sympy.Piecewise((1, sympy.Eq(k, 0) & sympy.Eq(p, 0)), (value, (k >= 1) & (k <= p)), (0, True))


def upsilon_law() -> Any:
    r"""Return υ_{p,l} for l ≥ 3 as a function of p, l, C and η, the sharp form of Lemma B.8 of murray.

    From the slope series C η (η_{l−1} − x)²/((η + C_{l−1})² (η_l − x)²), where η_{l−1} − η_l is η_l C_{l−1}/η. At p = 0
    it is C/η, and for p ≥ 1
    $$ \upsilon_{p,l} = \frac{C\,C_{l-1}}{\eta\,(\eta + C_{l-1})^2}
       \bigl(2\eta + C_{l-1}(1 + p)\bigr)\,\eta_l^{-p}. $$
    """
    import sympy

    c, eta, _, _ = _constants()
    here, before, p = geometric_layer(), geometric_layer(_index("l") - 1).weight, _index("p")
    front = c * before / (eta * (eta + before) ** 2)
    value = front * (2 * eta + before * (1 + p)) * here.radius ** (-p)
    return sympy.Piecewise((c / eta, sympy.Eq(p, 0)), (value, True))


def kappa_law() -> Any:
    r"""Return $\kappa_{p,l} = (M_l + K_l p)\,\eta_l^{-p}$ by (6) of murray, κ_{0,l} = γ_b² C_l/η_l at p = 0, for l ≥ 2.

    The sharp form of Lemma B.9: linear in p at every depth, an equality. In p, l, C, η, C_l, η_l, γ_w² and γ_b².

    Example:
        >>> law = kappa_law()
        >>> values = {"C": 1, "eta": 2, "C_l": 1, "eta_l": 2, "l": 2, "p": 3, "gamma_w2": 1, "gamma_b2": 0}
        >>> law.subs({symbol: values[symbol.name] for symbol in law.free_symbols})
        1/2
    """
    import sympy

    _, _, gamma_w2, gamma_b2 = _constants()
    here, p = symbolic_layer(), _index("p")
    bias = gamma_b2 / here.radius
    slope = gamma_w2 + bias + here.layers - 1 - here.pull
    value = here.weight * (bias + here.pull + slope * p) * here.radius ** (-p)
    return sympy.Piecewise((here.weight * bias, sympy.Eq(p, 0)), (value, True))


def shallow_network_law() -> Any:
    r"""Return $\kappa_{p,2} = C\,(\eta/\delta)^2\,(1+p)\,(\gamma_w^2/\delta)^p$, p ≥ 1, of the network.

    From Θ^(2) = C (η²/(η − z)² − 1) at z = γ_w²ρ + γ_b², with δ = η − γ_b²: (49) of murray, right also for γ_b > 0.
    """
    c, eta, gamma_w2, gamma_b2 = _constants()
    p, gap = _index("p"), eta - gamma_b2
    return c * (eta / gap) ** 2 * (1 + p) * (gamma_w2 / gap) ** p


def network_law() -> Any:
    r"""Return κ_{p,l}, p ≥ 1, of the network of (11)–(12), in p, l, C, η, C_l, η_l, γ_w² and γ_b².

    With δ = η_l − γ_b², from the partial fractions of C_l η_l (l z − w_l z²/η_l)/(η_l − z)² at z = γ_w²ρ + γ_b²:
    $$ \kappa_{p,l} = C_l\eta_l\Bigl(\frac{2w_l - l}\delta
       + \frac{\eta_l (l - w_l)(p + 1)}{\delta^2}\Bigr) \Bigl(\frac{\gamma_w^2}\delta\Bigr)^p. $$
    """
    _, _, gamma_w2, gamma_b2 = _constants()
    here, p = symbolic_layer(), _index("p")
    gap = here.radius - gamma_b2
    double = here.radius * (here.layers - here.pull) * (p + 1) / gap**2
    front = here.weight * here.radius * (gamma_w2 / gap) ** p
    return front * ((2 * here.pull - here.layers) / gap + double)
