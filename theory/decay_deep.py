r"""How fast κ_{p,l} decays at any depth, from the singularities of Θ^(l) nearest to the origin.

Under Assumption 2 of murray every layer has the same dual R, σ_w² R + σ_b² = f, f(1) = 1, and the correlations are
z_1 = γ_w² ρ + γ_b², z_{m+1} = f(z_m). With R ≈ A (1 − z/η)^s at η (``decay.BranchPoint``), Θ^(l) is singular where some
z_m, m < l, is η. There the strongest part is that of Σ̇^(m+1) = σ_w² R'(z_m),

    Θ^(l) ≈ Θ^(m) Σ̇^(m+1) Π_{h=m+2}^{l} Σ̇^(h),

with everything but Σ̇^(m+1) taken at the point; 1 − z_m/η ≈ (ρ* z_m'/η)(1 − ρ/ρ*) and −s/Γ(1−s) = 1/Γ(−s) give

    κ_{p,l} ~ p^{−s} ρ*^{−p} Σ_m σ_w² (A/(η Γ(−s))) (ρ* z_m'/η)^{s−1} Θ^(m) Π_{h=m+2}^{l} Σ̇^(h).

Which m: for a kink η = 1, and every z_m is 1 at ρ* = 1. For R(η) = ∞, or f(η) > η, the last layer comes first,
z_{l−1} = η, and ρ* falls with depth. For f(η) < η no deeper correlation gets to η: m = 1 and ρ* stays. All coefficients
of z_m are at least 0, hence |z_m(ρ)| ≤ z_m(|ρ|): but for ρ* itself, only −ρ* can be on the same circle, and only if
γ_b = 0. If Θ^(l) is even or odd it doubles the terms of one parity; else it has the term of m = 1 alone, times (−1)^p,
the parity of R's singular part, and its own slopes Σ̇^(h)(−ρ*).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eigenlaw.theory.activations import Activation
from eigenlaw.theory.decay import BranchPoint, decay_law, index_symbol
from eigenlaw.theory.dual import correlation_symbol, dual_activation, dual_derivative
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.hermite import recognised
from eigenlaw.theory.ntk import Hyperparameters, hyperparameters
from eigenlaw.theory.structure import Parity


@dataclass(frozen=True)
class DeepLeadingTerm:
    """κ_{p,l} ~ c p^{power} ρ*^{−p}, with one constant c at even and one at odd p; a constant 0 says less.

    Attributes:
        layers: l.
        point: ρ*, or the symbol rho_star where ``equation`` has no closed solution.
        equation: what ρ* solves; its left side increases from ρ = 1 on.
        farthest: the singularity of the first layer, an upper bound of ρ*.
        power: −s.
        even: c at even p.
        odd: c at odd p.
    """

    layers: int
    point: Any
    equation: Any
    farthest: Any
    power: Any
    even: Any
    odd: Any

    def expression(self, parity: Parity) -> Any:
        """Return the leading term in ``index_symbol()`` at the indices of one parity."""
        p = index_symbol()
        return getattr(self, parity) * p**self.power * self.point ** (-p)


@dataclass(frozen=True)
class _Chain:
    """f and its derivative, for one activation and its hyper-parameters."""

    h: Hyperparameters
    dual: Any
    slope: Any

    def step(self, z: Any) -> Any:
        """Return f(z) = σ_w² R(z) + σ_b²."""
        return self.h.sigma_w2 * self.dual.subs(correlation_symbol(), z) + self.h.sigma_b2

    def slope_at(self, z: Any) -> Any:
        """Return f'(z) = σ_w² R'(z), which is Σ̇ of the next layer."""
        return self.h.sigma_w2 * self.slope.subs(correlation_symbol(), z)

    def correlations(self, rho: Any, count: int) -> list[Any]:
        """Return z_1 … z_count at ρ."""
        found = [self.h.gamma_w2 * rho + self.h.gamma_b2]
        while len(found) < count:
            found.append(self.step(found[-1]))
        return found


def deep_leading_term(spec: object, layers: int, *, gamma_b2: Any = 0, sigma_w2: Any = 1) -> DeepLeadingTerm | None:
    """Return the leading term of κ_{p,l} under Assumption 2, or None where the singularities are not known.

    Known for relu, leaky_relu, abs, rectified_monomial, erf, gaussian and gelu, whose ρ* is a symbol from l = 3 on.

    Args:
        spec: an activation.
        layers: l ≥ 2 weight layers.
        gamma_b2: γ_b², from 0 to below 1.
        sigma_w2: σ_w² > 0, or the word ``unit``.

    Raises:
        InputError: if an argument cannot be used, or f(η) = η, where two singularities meet.

    Example:
        >>> deep_leading_term("relu", 3).even
        5*sqrt(2)/(24*pi**(3/2)) + 3/(8*pi**(3/2))
    """
    if not isinstance(layers, int) or layers < 2:
        raise InputError.of("layers", layers, "expected an integer of at least 2")
    phi = recognised(spec)
    law = decay_law(phi)
    if not isinstance(law, BranchPoint):
        return None
    h = hyperparameters(phi, gamma_b2=gamma_b2, sigma_w2=sigma_w2)
    if h.gamma_w2 == 0 or h.sigma_w2 == 0:
        raise InputError.of("gamma_b2", gamma_b2, "expected gamma_w2 and sigma_w2 above 0: the kernel is constant")
    dual, slope = dual_activation(phi), dual_derivative(phi)
    if dual is None or slope is None:
        return None
    chain = _Chain(h, dual, slope)
    singular, inside = _at_singularity(phi, law, chain, layers)
    point = (inside[0] - h.gamma_b2) / h.gamma_w2
    plus = {m: _contribution(law, chain, inside, m, point) for m in singular}
    even, odd = _by_parity(phi, law, chain, plus, inside, point)
    farthest = 1 + (law.eta - 1) / h.gamma_w2
    return DeepLeadingTerm(layers, point, _equation(chain, law, singular[0]), farthest, -law.exponent, even, odd)


def _at_singularity(phi: Activation, law: BranchPoint, chain: _Chain, layers: int) -> tuple[Sequence[int], list[Any]]:
    """Return the m with z_m = η at ρ*, and z_1 … z_{l−1} there."""
    import sympy

    if law.eta == 1:
        return range(1, layers), [law.eta] * (layers - 1)
    gap = sympy.oo if law.exponent < 0 else sympy.N(chain.step(law.eta) - law.eta, 30)
    if abs(gap) < sympy.Rational(1, 10**20):
        raise InputError.of("sigma_w2", chain.h.sigma_w2, "expected f(η) other than η, where two singularities meet")
    if gap < 0 or layers == 2:
        return (1,), chain.correlations((law.eta - chain.h.gamma_b2) / chain.h.gamma_w2, layers - 1)
    back = _INVERSES.get(phi.family)
    if back is None:
        return (layers - 1,), [*chain.correlations(_point_symbol(), layers - 2), law.eta]
    found = [law.eta]
    while len(found) < layers - 1:
        found.insert(0, back((found[0] - chain.h.sigma_b2) / chain.h.sigma_w2, law.eta))
    return (layers - 1,), found


def _point_symbol() -> Any:
    import sympy

    return sympy.Symbol("rho_star", positive=True)


def _gaussian_inverse(t: Any, eta: Any) -> Any:
    """Return z with 1/(2π √(η²−z²)) = t."""
    import sympy

    return sympy.sqrt(eta**2 - 1 / (2 * sympy.pi * t) ** 2)


def _erf_inverse(t: Any, eta: Any) -> Any:
    """Return z with (2/π) asin(z/η) = t."""
    import sympy

    return eta * sympy.sin(sympy.pi * t / 2)


_INVERSES: dict[str, Callable[[Any, Any], Any]] = {"gaussian": _gaussian_inverse, "erf": _erf_inverse}


def _contribution(law: BranchPoint, chain: _Chain, z: Sequence[Any], m: int, point: Any) -> Any:
    """Return σ_w² (A/(η Γ(−s))) (ρ* z_m'/η)^{s−1} Θ^(m) Π_{h≥m+2} Σ̇^(h), z being z_1 … z_{l−1} at ρ*."""
    import sympy

    slopes = [chain.slope_at(at) for at in z[: m - 1]]
    theta = z[0]
    for at, slope in zip(z[1:m], slopes, strict=True):
        theta = theta * slope + at
    steepness = point * chain.h.gamma_w2 * sympy.Mul(*slopes) / law.eta
    front = chain.h.sigma_w2 * law.front / (law.eta * sympy.gamma(-law.exponent))
    return front * steepness ** (law.exponent - 1) * theta * _later(chain, z, m)


def _later(chain: _Chain, z: Sequence[Any], m: int) -> Any:
    """Return Π_{h≥m+2} Σ̇^(h)."""
    import sympy

    return sympy.Mul(*(chain.slope_at(at) for at in z[m:]))


def _by_parity(
    phi: Activation, law: BranchPoint, chain: _Chain, plus: dict[int, Any], inside: Sequence[Any], point: Any
) -> tuple[Any, Any]:
    """Return the constants at even and odd p: what ρ* gives, and −ρ* with it."""
    import sympy

    total, zero = sympy.Add(*plus.values()), sympy.Integer(0)
    if chain.h.gamma_b2 != 0:
        return total, total
    if phi.parity == "even" or (len(inside) == 1 and law.parity == "even"):
        return 2 * total, zero
    if len(inside) == 1 or (phi.parity == "odd" and chain.h.sigma_b2 == 0):
        return zero, 2 * total
    if 1 not in plus:
        return total, total
    mirror = plus[1] / _later(chain, inside, 1) * _later(chain, chain.correlations(-point, len(inside)), 1)
    sign = 1 if law.parity == "even" else -1
    return total + sign * mirror, total - sign * mirror


def _equation(chain: _Chain, law: BranchPoint, m: int) -> Any:
    import sympy

    return sympy.Eq(chain.correlations(_point_symbol(), m)[-1], law.eta, evaluate=False)
