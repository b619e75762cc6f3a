"""The eigenvalues λ_k on S^d of kernels whose power series is known term by term: the sum, with a proven tail.

λ_k = Σ_m c_{k+2m} w_{k+2m}, w_p = 2π^h 2^{−p} p!/(((p−k)/2)! Γ((p+k)/2+h)), h = (d+1)/2, for the surface measure, by
Theorem 4.6 of Murray et al. 2023 and the duplication formula of Γ; ``theory.sphere`` derives it. As |P_{k,d}| ≤ 1,

    0 < w_p ≤ Vol(S^{d−1}) ∫_{−1}^{1} |t|^p (1−t²)^{(d−2)/2} dt = 2π^{d/2} Γ((p+1)/2)/Γ((p+1+d)/2),

which decreases in p and bounds what is left of the sum. Balls are at the working precision.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from flint import arb, ctx

from eigenlaw.numerics.recurrences import rational

_STRIDE = 64


def _first_weight(k: int, d: int) -> Any:
    """w_k = 2π^h 2^{−k} k!/Γ(k+h)."""
    h = arb(d + 1) / 2
    return 2 * arb.pi() ** h * arb(2) ** (-k) * arb(k + 1).gamma() / (k + h).gamma()


def _weight_bound(p: int, d: int) -> Any:
    return 2 * arb.pi() ** (arb(d) / 2) * (arb(p + 1) / 2).gamma() / (arb(p + 1 + d) / 2).gamma()


def summed_eigenvalue(k: int, d: int, coefficient: Callable[[int], Any], tail: Callable[[int], Any]) -> Any:
    """Return λ_k for the surface measure, to nearly the working precision.

    Args:
        k: the frequency.
        d: the dimension of the sphere.
        coefficient: p ↦ c_p, a ball or a number.
        tail: P ↦ a bound of |c_P| + |c_{P+2}| + |c_{P+4}| + …, which tends to 0.

    Example:
        >>> geometric = summed_eigenvalue(0, 2, lambda p: arb(2) ** -p, lambda p: 2 * arb(2) ** -p)
        >>> geometric.overlaps(4 * arb.pi() * arb(3).log())  # 4π ∫ 1/(2−t) dt
        True
    """
    weight, total, p = _first_weight(k, d), arb(0), k
    while True:
        for _ in range(_STRIDE):
            total += weight * coefficient(p)
            weight = weight * ((p + 1) * (p + 2)) / ((p - k + 2) * (p + k + d + 1))
            p += 2
        rest = _weight_bound(p, d) * tail(p)
        if rest <= abs(total) * arb(2) ** (4 - ctx.prec):
            return total + arb(0, rest.upper())


def binomial_eigenvalue(k: int, d: int, a: Fraction, ratio: Fraction, *, alternating: bool = False) -> Any:
    r"""Return λ_k for the surface measure and $c_p = \Gamma(p+1-a)/p!\; \eta^{-p} \sim p^{-a} \eta^{-p}$.

    $$ \lambda_k = 2\pi^h (2\eta)^{-k} \frac{\Gamma(k+1-a)}{\Gamma(k+h)}\;
       {}_2F_1\Bigl(\tfrac{k+1-a}{2}, \tfrac{k+2-a}{2}; k+h; \eta^{-2}\Bigr), \qquad h = \tfrac{d+1}{2} $$

    Args:
        k: the frequency, above a − 1; only c_k, c_{k+2}, … are used.
        d: the dimension of the sphere.
        a: the power.
        ratio: η, at least 1; for η = 1 the power is above 1 − d/2.
        alternating: whether every second one of c_k, c_{k+2}, … has its sign changed, beginning with c_{k+2}.

    Example:
        >>> binomial_eigenvalue(3, 2, Fraction(2), Fraction(1)).overlaps(arb.pi() / 15)
        True
    """
    a_ball, eta, h = rational(a), arb(rational(ratio)), arb(d + 1) / 2
    front = _first_weight(k, d) * (arb(k + 1) - a_ball).gamma() / arb(k + 1).gamma() * eta ** (-k)
    argument = (-1 if alternating else 1) / eta**2
    return front * argument.hypgeom_2f1((k + 1 - a_ball) / 2, (k + 2 - a_ball) / 2, k + h)
