"""The power series of the NTK at any depth, as polynomials in finitely many symbols.

With the correlation Σ^(l)/q_l of the pre-activations of layer l, its value z_l at ρ = 0, and the Taylor coefficients
there of the dual R_q(z) = E[φ(U)φ(V)], U and V of variance q and correlation z, (11)–(12) of Murray et al. 2023 read

    Σ^(l) = Σ_k r_{l,k} (Σ^(l−1)/q_{l−1} − z_{l−1})^k + σ_b²,   r_{l,k} = σ_w² R_q^{(k)}(z_{l−1})/k!,   q = q_{l−1},
    Σ̇^(l) = Σ_k (k+1) (r_{l,k+1}/q_{l−1}) (Σ^(l−1)/q_{l−1} − z_{l−1})^k,   Θ^(l) = Θ^(l−1) Σ̇^(l) + Σ^(l),

for E[φ'(U)φ'(V)] = R_q'(z)/q. A series ā without constant term has F(p, k, ā) = 0 for k > p: the sums over k in
(7)–(8) are finite in this form, and what was infinite is inside r_{l,k} = σ_w² Σ_{j≥k} binom(j, k) μ_j² z_{l−1}^{j−k}.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from eigenlaw.theory.errors import InputError
from eigenlaw.theory.hermite_polynomials import check_index
from eigenlaw.theory.ntk import symbolic_hyperparameters

MOST_TERMS = 1000
"""Of a coefficient; longer ones are of no use to a reader."""


def taylor_symbol(layer: int, k: int) -> Any:
    """Return r_{l,k}, the k-th Taylor coefficient of σ_w² R at z_{l−1}; its name is r_l_k."""
    import sympy

    return sympy.Symbol(f"r_{layer}_{k}", real=True)


def centre_symbol(layer: int) -> Any:
    """Return z_l = Σ^(l)(0)/q_l, the correlation of the pre-activations of layer l at ρ = 0."""
    import sympy

    return sympy.Symbol(f"z_{layer}", real=True)


def variance_symbol(layer: int) -> Any:
    """Return q_l = Σ^(l)(1), the variance of the pre-activations of layer l."""
    import sympy

    return sympy.Symbol(f"q_{layer}", positive=True)


@dataclass(frozen=True)
class _Ring:
    """Truncated power series over a ring of polynomials.

    Attributes:
        known: the elements by the symbols they stand for.
        order: the last power.
    """

    known: dict[Any, Any]
    order: int
    zero: Any
    one: Any

    def product(self, a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
        """Return the product of two series."""
        total = [self.zero] * (self.order + 1)
        for i, left in enumerate(a):
            for j, right in enumerate(b[: self.order + 1 - i]):
                if left and right:
                    total[i + j] += left * right
                    if len(total[i + j]) > MOST_TERMS:
                        text = f"a coefficient has over {MOST_TERMS} terms; take a smaller one, or eigenlaw eval ntk"
                        raise InputError.of("order", self.order, text)
        return total

    def composed(self, outer: Sequence[Any], inner: Sequence[Any]) -> list[Any]:
        """Return Σ_k outer_k inner^k for a series ``inner`` without constant term, by Horner's rule."""
        total = [self.zero] * (self.order + 1)
        for coefficient in reversed(outer):
            total = self.product(total, inner)
            total[0] += coefficient
        return total


def kappa_polynomials(
    layers: int, order: int, *, bias: bool = True, unit: bool = True, vanishing: Collection[Any] = ()
) -> tuple[Any, ...]:
    """Return κ_{0,l} … κ_{order,l} as polynomials in r_{l,k}, z_l, 1/q_l and the hyper-parameters.

    Args:
        layers: l, at least 1.
        order: the largest p.
        bias: whether γ_b² may differ from 0.
        unit: whether all q_l are 1.
        vanishing: the symbols among r_{l,k} and z_l that are known to be 0.

    Raises:
        InputError: for arguments out of range, or if a coefficient has more than ``MOST_TERMS`` terms.

    Example:
        >>> kappa_polynomials(3, 1, bias=False)
        (r_3_0 + r_3_1*z_2 + sigma_b2, 3*gamma_w2*r_2_1*r_3_1 + 2*gamma_w2*r_2_1*r_3_2*z_2)
    """
    check_index("order", order)
    if check_index("layers", layers) < 1:
        raise InputError.of("layers", layers, "expected an integer of at least 1")
    ring, back = _ring(layers, order, unit, vanishing)
    known, h = ring.known, symbolic_hyperparameters()
    sigma = [known[h.gamma_b2] if bias else ring.zero, known[h.gamma_w2], *[ring.zero] * order][: order + 1]
    theta = sigma
    for layer in range(2, layers + 1):
        per_variance = ring.one if unit else known[1 / variance_symbol(layer - 1)]
        taylor = [known[taylor_symbol(layer, k)] for k in range(order + 2)]
        shifted = [ring.zero, *(term * per_variance for term in sigma[1:])]
        slope = ring.composed([k * taylor[k] * per_variance for k in range(1, order + 2)], shifted)
        sigma = ring.composed(taylor[: order + 1], shifted)
        if layer == layers:
            sigma[0] += known[h.sigma_b2]
        else:
            sigma[0] = known[centre_symbol(layer)] * (ring.one if unit else known[variance_symbol(layer)])
        theta = [a + b for a, b in zip(ring.product(theta, slope), sigma, strict=True)]
    return tuple(term.as_expr().xreplace(back) for term in theta)


def _ring(layers: int, order: int, unit: bool, vanishing: Collection[Any]) -> tuple[_Ring, dict[Any, Any]]:
    """Return the ring, and what stands for the generators that are no symbols."""
    import sympy

    h = symbolic_hyperparameters()
    variances = [] if unit else [variance_symbol(layer) for layer in range(1, layers)]
    inverses = {sympy.Symbol(f"1/{q}", positive=True): 1 / q for q in variances}
    taylor = [taylor_symbol(layer, k) for layer in range(2, layers + 1) for k in range(order + 2)]
    centres = [centre_symbol(layer) for layer in range(2, layers)]
    names = [h.gamma_w2, h.gamma_b2, h.sigma_b2, *taylor, *centres, *variances, *inverses]
    ring, *elements = sympy.ring(names, sympy.QQ)
    pairs = zip(names, elements, strict=True)
    known = {inverses.get(name, name): ring.zero if name in vanishing else element for name, element in pairs}
    return _Ring(known, order, ring.zero, ring.one), inverses
