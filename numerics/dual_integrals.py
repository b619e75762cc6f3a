"""The dual of elu, selu and hard_tanh from one-dimensional integrals, at any correlation.

d/dc E[f(U)g(V)] = E[f'(U)g'(V)] (Price 1958) ends at densities, so each expectation is an integral from c = 0, where
U and V are independent, to c = v z. With c = v sin t the density p = 1/(2πv√(1−z²)) of (U, V) at (0, 0) gives
p dc = dt/(2π), and all integrands are smooth up to z = ±1.

hard_tanh: φ'' = δ_{−1} − δ_1, S(z) = S(0) + ∫_0^θ g dt, R(z) = v(z S(0) + ∫_0^θ (z − sin t) g dt), z = sin θ,
    g(t) = (e^{−1/(v(1 + sin t))} − e^{−1/(v(1 − sin t))})/π,   S(0) = erf(1/√(2v))².

elu, φ = x₊ + a(f − 1_{x<0}), f = e^x 1_{x<0}, f' = f − δ, H = 1_{x>0}: with m = E f, q = E[δ(U)f(V)] and
    L = E[H(U)f(V)],  dL/dc = q − p,  L(0) = m/2,      I = E[f(U)f(V)],  dI/dc = I − 2q + p,  I(0) = m²:
    L = m/2 + ∫(q − p) dc,    I = e^c (m² + ∫ e^{−c}(p − 2q) dc),    S = E[H(U)H(V)] + 2aL + a²I,
    R = (E φ)² + [E U₊V₊]_0^c + 2a (cL − ∫ c(q − p) dc) + a² (I − m² + ∫ (2q − p) dc).
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import acb, arb, ctx

from eigenlaw.numerics.dual import Correlation
from eigenlaw.numerics.dual_ends import elu_constants, slope_at_end, value_at_end
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.recurrences import rational, signed_root
from eigenlaw.theory.activations import Activation

_FAMILIES = {"elu", "selu", "hard_tanh"}


@dataclass(frozen=True)
class IntegralDual:
    """R(z) and S(z) of one activation at one variance; every method computes at the working precision.

    Attributes:
        activation: elu, selu or hard_tanh.
        variance: v, positive.
    """

    activation: Activation
    variance: Fraction

    def value(self, z: Fraction) -> Any:
        """Return E[φ(U)φ(V)] at correlation z in [−1, 1]."""
        if abs(z) == 1:
            return value_at_end(self.activation, self.variance, int(z))
        return self._coefficient(0) ** 2 if z == 0 else self._pair(z)[0]

    def slope(self, z: Fraction) -> Any:
        """Return E[φ'(U)φ'(V)] at correlation z in [−1, 1]."""
        if abs(z) == 1:
            return slope_at_end(self.activation, self.variance, int(z))
        return self._coefficient(1) ** 2 / rational(self.variance) if z == 0 else self._pair(z)[1]

    def _coefficient(self, k: int) -> Any:
        return hermite_sweep(self.activation, k, ctx.prec, self.variance)[k]

    def _pair(self, z: Fraction) -> tuple[Any, Any]:
        if self.activation.family == "hard_tanh":
            return _hard_tanh(z, self.variance)
        scale2, a = elu_constants(self.activation)
        value, slope = _elu(z, self.variance, a)
        return scale2 * value, scale2 * slope


def integral_dual(activation: Activation, variance: Fraction = Fraction(1)) -> IntegralDual | None:
    """Return the dual of elu, selu or hard_tanh by integrals, None for any other activation.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> integral_dual(activation("hard_tanh")).slope(Fraction(1, 2)).str(10, radius=False)
        '0.4979717778'
    """
    return IntegralDual(activation, variance) if activation.family in _FAMILIES else None


def _integral(integrand: Callable[[Any], Any], end: Any) -> Any:
    return acb.integral(lambda t, _: integrand(t), acb(0), acb(end)).real


def _hard_tanh(z: Fraction, variance: Fraction) -> tuple[Any, Any]:
    """Return (R, S) of hard_tanh; R is odd in z, S even."""
    size, v, pi = abs(z), rational(variance), arb.pi()
    at, end = rational(size), Correlation(size).arcsine
    start = (1 / signed_root(2 * variance)).erf() ** 2

    def near(sine: Any) -> Any:
        return (-1 / (v * (1 + sine))).exp()

    def far(sine: Any) -> Any:
        return (-1 / (v * (1 - sine))).exp()

    # e^{−1/(v(1 − sin t))} falls towards t = π/2, below 2^-(bits + 8) from here on
    cut = min(size, max(Fraction(0), 1 - 1 / (variance * (ctx.prec + 8))))
    bend = Correlation(cut).arcsine
    left_out = (far(rational(cut)) * (end - bend)).upper() if cut < size else arb(0)
    rest = arb(0).union(left_out)
    slope = _integral(lambda t: near(t.sin()), end) - _integral(lambda t: far(t.sin()), bend) - rest
    value = _integral(lambda t: (at - t.sin()) * near(t.sin()), end)
    value -= _integral(lambda t: (at - t.sin()) * far(t.sin()), bend) + rest * arb(0).union(at)
    value = v * (at * start + value / pi)
    return (value if z >= 0 else -value), start + slope / pi


def _elu(z: Fraction, variance: Fraction, a: Any) -> tuple[Any, Any]:
    """Return (R, S) of elu(a)."""
    v, s, pi = rational(variance), signed_root(variance), arb.pi()
    here, independent = Correlation(z), Correlation(Fraction(0))
    c, end = v * here.z, here.arcsine
    root = signed_root(variance / 2)

    def weight(t: Any) -> Any:
        """Return q dc/dt, q = (2πv)^{−1/2} E[e^W; W < 0], W centred of variance v cos² t."""
        cosine = t.cos()
        return s * cosine / (8 * pi).sqrt() * (v * cosine * cosine / 2).exp() * (root * cosine).erfc()

    total_p, first_p = end / (2 * pi), v / (2 * pi) * (1 - here.sine)  # ∫ p dc, ∫ c p dc
    total_q = _integral(weight, end)
    first_q = _integral(lambda t: v * t.sin() * weight(t), end)
    damped = _integral(lambda t: (-v * t.sin()).exp() * (1 / (2 * pi) - 2 * weight(t)), end)
    m = (v / 2).exp() * root.erfc() / 2
    mixed = m / 2 + total_q - total_p
    both = c.exp() * (m * m + damped)
    slope = here.angle / (2 * pi) + 2 * a * mixed + a**2 * both
    mean = s / (2 * pi).sqrt() + a * (m - arb(1) / 2)
    relu = v * (here.sine + here.z * here.angle - independent.sine) / (2 * pi)
    value = mean**2 + relu + 2 * a * (c * mixed - first_q + first_p) + a**2 * (both - m * m + 2 * total_q - total_p)
    return value, slope
