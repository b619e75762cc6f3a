"""The dual of elu, selu and hard_tanh from one-dimensional integrals, at any correlation, and as a power series.

d/dc E[f(U)g(V)] = E[f'(U)g'(V)] (Price 1958) ends at densities, so each expectation is an integral from c = 0, where
U and V are independent, to c = v z. With c = v sin t the density p = 1/(2πv√(1−z²)) of (U, V) at (0, 0) gives
p dc = dt/(2π), and all integrands are smooth up to z = ±1.

hard_tanh: φ'' = δ_{−1} − δ_1, S(z) = S(0) + ∫_0^θ g dt, R(z) = v(z S(0) + ∫_0^θ (z − sin t) g dt), z = sin θ,
    g(t) = (e^{−1/(v(1 + sin t))} − e^{−1/(v(1 − sin t))})/π,   S(0) = erf(1/√(2v))².

elu, φ = x₊ + a(f − 1_{x<0}), f = e^x 1_{x<0}, f' = f − δ, H = 1_{x>0}: with m = E f, q = E[δ(U)f(V)] and
    L = E[H(U)f(V)],  dL/dc = q − p,  L(0) = m/2,      I = E[f(U)f(V)],  dI/dc = I − 2q + p,  I(0) = m²:
    L = m/2 + ∫(q − p) dc,    I = e^c (m² + ∫ e^{−c}(p − 2q) dc),    S = E[H(U)H(V)] + 2aL + a²I,
    R = (E φ)² + [E U₊V₊]_0^c + 2a (cL − ∫ c(q − p) dc) + a² (I − m² + ∫ (2q − p) dc).

For a power series z(ρ) the same derivatives are integrated as series, from the integrals at z(0).
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import acb, arb, ctx

from eigenlaw.numerics.correlation import Correlation, SeriesCorrelation
from eigenlaw.numerics.dual_ends import elu_constants, slope_at_end, value_at_end
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.recurrences import rational
from eigenlaw.theory.activations import Activation

_FAMILIES = {"elu", "selu", "hard_tanh"}


@dataclass(frozen=True)
class IntegralDual:
    """R(z) and S(z) of one activation at one variance; every method computes at the working precision.

    Attributes:
        activation: elu, selu or hard_tanh.
        variance: v, positive; a rational or a ball.
    """

    activation: Activation
    variance: Any

    def value(self, z: Any) -> Any:
        """Return E[φ(U)φ(V)] at a correlation z in [−1, 1], a rational or an ``arb``."""
        return self.pair(Correlation(z))[0]

    def slope(self, z: Any) -> Any:
        """Return E[φ'(U)φ'(V)] at a correlation z in [−1, 1], a rational or an ``arb``."""
        return self.pair(Correlation(z))[1]

    def pair(self, z: Correlation) -> tuple[Any, Any]:
        """Return E[φ(U)φ(V)] and E[φ'(U)φ'(V)] at a correlation."""
        value, slope = self._pair(z)
        rate = rational(self.variance) * slope
        return z.mean_value(lambda c: value if c is z else self._pair(c)[0], rate), slope

    def _pair(self, z: Correlation) -> tuple[Any, Any]:
        if z.end:
            value, slope = (at_end(self.activation, self.variance, z.end) for at_end in (value_at_end, slope_at_end))
            return value, slope
        if z.z.is_zero() and isinstance(self.variance, Fraction):
            mu = hermite_sweep(self.activation, 1, ctx.prec, self.variance)
            return mu[0] ** 2, mu[1] ** 2 / rational(self.variance)
        v = rational(self.variance)
        if self.activation.family == "hard_tanh":
            return _hard_tanh(z, v)
        scale2, a = elu_constants(self.activation)
        found = _Elu(v, a).at(z)
        return scale2 * found.value, scale2 * found.slope

    def composed(self, z: SeriesCorrelation) -> tuple[Any, Any]:
        """Return the power series R∘z and S∘z; R∘z = R(z(0)) + v ∫ z' S∘z."""
        start, v = self.pair(z.start), rational(self.variance)
        if self.activation.family == "hard_tanh":
            kinks = (-1 / (v * (1 + z.z))).exp() - (-1 / (v * (1 - z.z))).exp()
            slope = z.integral(kinks * z.inverse / arb.pi(), start[1])
        else:
            scale2, a = elu_constants(self.activation)
            slope = scale2 * _Elu(v, a).composed(z)
        return z.integral(slope * v, start[0]), slope


def integral_dual(activation: Activation, variance: Any = Fraction(1)) -> IntegralDual | None:
    """Return the dual of elu, selu or hard_tanh by integrals, None for any other activation.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> integral_dual(activation("hard_tanh")).slope(Fraction(1, 2)).str(10, radius=False)
        '0.4979717778'
    """
    return IntegralDual(activation, variance) if activation.family in _FAMILIES else None


def _integral(integrand: Callable[[Any], Any], end: Any) -> Any:
    return acb.integral(lambda t, _: integrand(t), acb(0), acb(end)).real


def _hard_tanh(z: Correlation, v: Any) -> tuple[Any, Any]:
    """Return (R, S) of hard_tanh; R is odd in z, S even."""
    pi = arb.pi()
    size = Correlation(abs(z.z) if z.exact is None else abs(z.exact))
    at, end = size.z, size.arcsine
    start = (1 / (2 * v).sqrt()).erf() ** 2

    def near(sine: Any) -> Any:
        return (-1 / (v * (1 + sine))).exp()

    def far(sine: Any) -> Any:
        return (-1 / (v * (1 - sine))).exp()

    # e^{−1/(v(1 − sin t))} falls towards t = π/2, below 2^-(bits + 8) from here on
    cut = (1 - 1 / (v * (ctx.prec + 8))).mid().max(arb(0))
    cut, left_out = (cut, True) if cut < at else (at, False)
    bend = Correlation(cut).arcsine if left_out else end
    rest = arb(0).union((far(cut) * (end - bend)).upper()) if left_out else arb(0)
    slope = _integral(lambda t: near(t.sin()), end) - _integral(lambda t: far(t.sin()), bend) - rest
    value = _integral(lambda t: (at - t.sin()) * near(t.sin()), end)
    value -= _integral(lambda t: (at - t.sin()) * far(t.sin()), bend) + rest * arb(0).union(at)
    value = v * (at * start + value / pi)
    odd = value if z.z > 0 else -value if z.z < 0 else value.union(-value)
    return odd, start + slope / pi


@dataclass(frozen=True)
class _EluPair:
    """R, S and, for the series, L and e^{−c} I at one correlation."""

    value: Any
    slope: Any
    mixed: Any
    damped: Any


@dataclass(frozen=True)
class _Elu:
    """The dual of elu(a) at variance v."""

    v: Any
    a: Any

    def density(self, cosine: Any) -> Any:
        """Return q = (2πv)^{−1/2} E[e^W; W < 0], W centred of variance v(1−z²)."""
        v = self.v
        return (cosine * cosine * (v / 2)).exp() * (cosine * (v / 2).sqrt()).erfc() / (8 * arb.pi() * v).sqrt()

    def at(self, z: Correlation) -> _EluPair:
        """Return R and S at a correlation."""
        v, a, pi, half = self.v, self.a, arb.pi(), arb(1) / 2
        c, end = v * z.z, z.arcsine

        def weight(t: Any) -> Any:
            cosine = t.cos()
            return v * cosine * self.density(cosine)

        total_p, first_p = end / (2 * pi), v / (2 * pi) * (1 - z.sine)  # ∫ p dc, ∫ c p dc
        total_q = _integral(weight, end)
        first_q = _integral(lambda t: v * t.sin() * weight(t), end)
        m = (v / 2).exp() * (v / 2).sqrt().erfc() / 2
        mixed = m / 2 + total_q - total_p
        damped = m * m + _integral(lambda t: (-v * t.sin()).exp() * (1 / (2 * pi) - 2 * weight(t)), end)
        both = c.exp() * damped
        slope = z.angle / (2 * pi) + 2 * a * mixed + a**2 * both
        mean = (v / (2 * pi)).sqrt() + a * (m - half)
        relu = v * (z.sine + z.z * z.angle - 1) / (2 * pi)
        value = mean**2 + relu + 2 * a * (c * mixed - first_q + first_p) + a**2 * (both - m * m + 2 * total_q - total_p)
        return _EluPair(value, slope, mixed, damped)

    def composed(self, z: SeriesCorrelation) -> Any:
        """Return S∘z."""
        start, a = self.at(z.start), self.a
        p, q = z.inverse / (2 * arb.pi()), self.density(z.sine) * self.v  # times v
        mixed = z.integral(q - p, start.mixed)
        rise = z.exponential(self.v)
        both = rise * z.integral((p - 2 * q) / rise, start.damped)
        return z.angle / (2 * arb.pi()) + mixed * (2 * a) + both * a**2
