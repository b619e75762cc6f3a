"""Dual activations in closed form, over balls and over power series of balls.

For centred Gaussian U, V of variance v and correlation z, covariance c = v z, every rule gives

    R(z) = E[φ(U)φ(V)]   and   S(z) = E[φ'(U)φ'(V)] = R'(z)/v

(Daniely et al. 2016, section 4; Murray et al. 2023, Lemma B.1 and (20), at v = 1), restated from ``theory.dual`` for
speed. The same lines of code take a number z in [−1, 1], both ends included, or the series z₀ + w ρ, |z₀| < 1. Near the
ends nothing cancels: 1 − z² is taken from the exact rational z, and π/2 + arcsin z is the angle of (−z, √(1−z²)).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from math import factorial
from typing import Any

from flint import arb, arb_series, ctx

from eigenlaw.numerics.recurrences import rational
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

Law = Callable[..., Any]


@contextmanager
def series_terms(count: int) -> Iterator[None]:
    """Compute power series with ``count`` terms inside the block; FLINT's cap outside is restored."""
    before = ctx.cap
    ctx.cap = count
    try:
        yield
    finally:
        ctx.cap = before


class Correlation:
    """A correlation z in [−1, 1] as a ball: z, √(1−z²) and the angles of it."""

    def __init__(self, z: Fraction) -> None:
        self._exact = z
        self.z: Any = rational(z)
        self.sine: Any = rational(1 - z * z).sqrt()

    def polynomial(self, coefficients: Sequence[Fraction]) -> Any:
        """Return Σ c_n z^n, rounded once."""
        total = Fraction(0)
        for coefficient in reversed(coefficients):
            total = total * self._exact + coefficient
        return rational(total)

    @cached_property
    def arcsine(self) -> Any:
        """Arcsin z."""
        return arb.atan2(self.z, self.sine)

    @cached_property
    def angle(self) -> Any:
        """π/2 + arcsin z = π − arccos z, exactly 0 at z = −1."""
        return arb.atan2(self.sine, -self.z)

    def arcsine_of(self, factor: Fraction) -> Any:
        """Arcsin(factor z), |factor| < 1."""
        return (rational(factor) * self.z).asin()

    def linear_exp(self, rate: Fraction) -> Any:
        """Return e^{rate z}."""
        return (rational(rate) * self.z).exp()


class SeriesCorrelation(Correlation):
    """The correlation z₀ + w ρ as a power series in ρ to the order of FLINT's cap, |z₀| < 1."""

    def __init__(self, start: Fraction, step: Fraction) -> None:
        self._start, self._step = start, step
        self.z = arb_series([rational(start), rational(step)])
        square = arb_series([rational(1 - start**2), rational(-2 * start * step), rational(-(step**2))])
        self._inverse = square.rsqrt()
        self.sine = square * self._inverse

    def polynomial(self, coefficients: Sequence[Fraction]) -> Any:
        """Return Σ c_n z^n by Horner's rule."""
        total = self.z * 0
        for coefficient in reversed(coefficients):
            total = total * self.z + rational(coefficient)
        return total

    @cached_property
    def arcsine(self) -> Any:
        """Arcsin z, the integral of z'/√(1−z²)."""
        return (self._inverse * rational(self._step)).integral() + Correlation(self._start).arcsine

    @cached_property
    def angle(self) -> Any:
        """π/2 + arcsin z."""
        return self.arcsine + arb.pi() / 2

    def arcsine_of(self, factor: Fraction) -> Any:
        """Arcsin(factor z), |factor| < 1."""
        return SeriesCorrelation(factor * self._start, factor * self._step).arcsine

    def linear_exp(self, rate: Fraction) -> Any:
        """Return e^{rate z}."""
        return arb_series([rational(rate * self._start), rational(rate * self._step)]).exp()


def polynomial_squares(coefficients: Sequence[Fraction], variance: Fraction) -> list[Fraction]:
    """Return the rational μ_k² of x ↦ Σ c_n (√v x)^n: μ_k = √(v^k/k!) Σ_m c_{k+2m} v^m (k+2m)!/(2^m m!).

    Example:
        >>> polynomial_squares([Fraction(0), Fraction(0), Fraction(1)], Fraction(1))
        [Fraction(1, 1), Fraction(0, 1), Fraction(2, 1)]
    """
    out = []
    for k in range(len(coefficients)):
        total = Fraction(0)
        for m, n in enumerate(range(k, len(coefficients), 2)):
            total += coefficients[n] * variance**m * Fraction(factorial(n), 2**m * factorial(m))
        out.append(total**2 * variance**k / factorial(k))
    return out


def polynomial_of(activation: Activation) -> tuple[tuple[Fraction, ...], Fraction] | None:
    """Return (c, q) with φ = √q Σ c_n x^n and rational c, q, or None if φ is no such polynomial."""
    if activation.family == "hermite":
        n = int(activation.parameters[0])
        coefficients = [Fraction(0)] * (n + 1)
        for m in range(n // 2 + 1):
            coefficients[n - 2 * m] = Fraction((-1) ** m * factorial(n), 2**m * factorial(m) * factorial(n - 2 * m))
        return tuple(coefficients), Fraction(1, factorial(n))
    found = activation.polynomial
    return None if found is None else (found, Fraction(1))


@cache
def arc_cosine_polynomials(n: int) -> tuple[tuple[Fraction, ...], tuple[Fraction, ...]]:
    """Return A, B with 2π E[max(U,0)^n max(V,0)^n] = v^n (A(z)(π/2 + arcsin z) + B(z)√(1−z²)).

    A_n = Σ_k μ_k(x^n)² z^k at v = 1, with μ_{n−2m} = n!/(2^m m! √((n−2m)!)). The rule D_n' = n² D_{n−1} gives
    A_n + (1−z²)B_n' − z B_n = n²(1−z²)B_{n−1}, and B_n(0) = (n−1)!!² for odd n, 0 for even n (Cho and Saul 2009).

    Example:
        >>> [[str(c) for c in polynomial] for polynomial in arc_cosine_polynomials(1)]
        [['0', '1'], ['1']]
    """
    a, b = [Fraction(1)], [Fraction(0)]
    double = [1, 1]  # (n−1)!! for the last two n
    for order in range(1, n + 1):
        a = [Fraction(0)] * (order + 1)
        for m in range(order // 2 + 1):
            a[order - 2 * m] = Fraction(factorial(order), 2**m * factorial(m)) ** 2 / factorial(order - 2 * m)
        new = [Fraction(double[1] ** 2 if order % 2 else 0)]
        for j in range(order - 1):
            lower = (b[j] if j < len(b) else Fraction(0)) - (b[j - 2] if 2 <= j < len(b) + 2 else Fraction(0))
            new.append((order**2 * lower - a[j] + (j * new[j - 1] if j else 0)) / (j + 1))
        b = new
        double = [double[1], order * double[0]]
    return tuple(a), tuple(b)


def _rectified(c: Correlation, v: Fraction, n: int) -> Any:
    a, b = arc_cosine_polynomials(n)
    return rational(v**n) * (c.polynomial(a) * c.angle + c.polynomial(b) * c.sine) / (2 * arb.pi())


def _relu(c: Correlation, v: Fraction) -> Any:
    return rational(v) * (c.sine + c.z * c.angle) / (2 * arb.pi())


def _step(c: Correlation, v: Fraction) -> Any:
    """Return 1/4 + arcsin(z)/(2π): the angle of a wedge (Sheppard 1899)."""
    del v
    return c.angle / (2 * arb.pi())


def _leaky_relu(c: Correlation, v: Fraction, a: Fraction) -> Any:
    return rational(a * v) * c.z + rational((1 - a) ** 2) * _relu(c, v)


def _erf_factor(v: Fraction, a: Fraction) -> Fraction:
    t = 2 * a**2 * v
    return t / (1 + t)


def _erf(c: Correlation, v: Fraction, a: Fraction) -> Any:
    return 2 / arb.pi() * c.arcsine_of(_erf_factor(v, a))


def _erf_slope(c: Correlation, v: Fraction, a: Fraction) -> Any:
    b = _erf_factor(v, a)
    return rational(2 * b / v) / arb.pi() * _inverse_root(1, b, c)


def _inverse_root(total: Fraction | int, part: Fraction, c: Correlation) -> Any:
    """Return 1/√(total² − part² z²)."""
    z = rational(part) * c.z
    return (rational(Fraction(total) ** 2) - z * z).rsqrt()


def _gelu(c: Correlation, v: Fraction) -> Any:
    """Return c/4 + (c/2π) arcsin(c/(1+v)) + (v² + c²(1−v)/(1+v))/(2π √((1+v)²−c²)) (Stein's lemma twice)."""
    covariance = rational(v) * c.z
    angle = arb.pi() / 2 + c.arcsine_of(v / (1 + v))
    bells = (rational(v**2) + rational((1 - v) / (1 + v)) * covariance * covariance) * _inverse_root(1 + v, v, c)
    return (covariance * angle + bells) / (2 * arb.pi())


def _gelu_slope(c: Correlation, v: Fraction) -> Any:
    """Return d/dc of ``_gelu``; 1/√ stands for 1/√((1+v)²−c²), whose derivative is c/√³."""
    covariance, ratio = rational(v) * c.z, rational((1 - v) / (1 + v))
    inverse = _inverse_root(1 + v, v, c)
    angle = arb.pi() / 2 + c.arcsine_of(v / (1 + v))
    front = (rational(v**2) + ratio * covariance * covariance) * inverse * inverse
    return (angle + covariance * inverse * (1 + 2 * ratio + front)) / (2 * arb.pi())


def _gaussian(c: Correlation, v: Fraction, s: Fraction) -> Any:
    return _inverse_root(s**2 + v, v, c) / (2 * arb.pi())


def _gaussian_slope(c: Correlation, v: Fraction, s: Fraction) -> Any:
    inverse = _inverse_root(s**2 + v, v, c)
    return rational(v) * c.z * inverse * inverse * inverse / (2 * arb.pi())


def _wave(sign: int) -> Law:
    """Return e^{−a²v} cosh(a²c) for sign 1, e^{−a²v} sinh(a²c) for sign −1: E cos(a(U ± V)) = e^{−a²(v ± c)}."""

    def law(c: Correlation, v: Fraction, a: Fraction) -> Any:
        rate = a**2 * v
        up, down = c.linear_exp(rate), c.linear_exp(-rate)
        total = up + down if sign > 0 else up - down
        return rational(-rate).exp() * total / 2

    return law


def _wave_slope(sign: int) -> Law:
    return lambda c, v, a: rational(a**2) * _wave(-sign)(c, v, a)


def _exponential(c: Correlation, v: Fraction, a: Fraction) -> Any:
    return rational(a**2 * v).exp() * c.linear_exp(a**2 * v)


_LAWS: dict[str, tuple[Law, Law | None]] = {
    "relu": (_relu, _step),
    "leaky_relu": (_leaky_relu, lambda c, v, a: rational(a) + rational((1 - a) ** 2) * _step(c, v)),
    "abs": (
        lambda c, v: rational(2 * v) * (c.sine + c.z * c.arcsine) / arb.pi(),
        lambda c, v: 2 * c.arcsine / arb.pi(),
    ),
    "heaviside": (_step, None),
    "sign": (lambda c, v: 2 * c.arcsine / arb.pi(), None),
    "rectified_monomial": (
        lambda c, v, n: _rectified(c, v, int(n)),
        lambda c, v, n: rational(n**2) * _rectified(c, v, int(n) - 1),
    ),
    "erf": (_erf, _erf_slope),
    "gelu": (_gelu, _gelu_slope),
    "gaussian": (_gaussian, _gaussian_slope),
    "sin": (_wave(-1), _wave_slope(-1)),
    "cos": (_wave(1), _wave_slope(1)),
    "exp": (_exponential, lambda c, v, a: rational(a**2) * _exponential(c, v, a)),
}


@dataclass(frozen=True)
class ClosedDual:
    """R(z) and S(z) of one activation at one variance; every method computes at the working precision.

    Attributes:
        variance: v, positive.
        laws: R and S as functions of a ``Correlation``; S is None where φ' is not in L²(γ).
        squares: the rational μ_k² of x ↦ φ(√v x) if they are finitely many, else None; R(z) = Σ μ_k² z^k.
    """

    variance: Fraction
    laws: tuple[Callable[[Correlation], Any], Callable[[Correlation], Any] | None]
    squares: tuple[Fraction, ...] | None = None

    def value(self, z: Fraction) -> Any:
        """Return E[φ(U)φ(V)] at correlation z in [−1, 1]."""
        return self.laws[0](Correlation(z))

    def slope(self, z: Fraction) -> Any:
        """Return E[φ'(U)φ'(V)] at correlation z in [−1, 1]."""
        return self._second(Correlation(z))

    def series(self, start: Fraction, step: Fraction, order: int) -> tuple[list[Any], list[Any]]:
        """Return the coefficients 0 … order in ρ of R(start + step ρ) and S(start + step ρ), |start| < 1."""
        with series_terms(order + 1):
            correlation = SeriesCorrelation(start, step)
            value, slope = self.laws[0](correlation), self._second(correlation)
            return _padded(value, order), _padded(slope, order)

    @property
    def _second(self) -> Callable[[Correlation], Any]:
        if self.laws[1] is None:
            raise InputError.of("activation", "jump", "expected an activation without jumps: phi' is not in L^2")
        return self.laws[1]


def _padded(series: Any, order: int) -> list[Any]:
    coefficients = list(series.coeffs())[: order + 1]
    return coefficients + [arb(0)] * (order + 1 - len(coefficients))


def closed_dual(activation: Activation, variance: Fraction = Fraction(1)) -> ClosedDual | None:
    """Return the closed dual of an activation at variance v, or None if none is known here.

    Raises:
        InputError: if the variance is not positive.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> closed_dual(activation("relu")).value(Fraction(1)).str(10, radius=False)
        '0.5000000000'
    """
    if not variance > 0:
        raise InputError.of("variance", variance, "expected a positive rational")
    found = polynomial_of(activation)
    if found is not None:
        squares = [square * found[1] for square in polynomial_squares(found[0], variance)]
        slopes = [k * square / variance for k, square in enumerate(squares)][1:]
        laws = (lambda c: c.polynomial(squares), lambda c: c.polynomial(slopes))
        return ClosedDual(variance, laws, tuple(squares))
    if activation.family not in _LAWS:
        return None
    value, slope = _LAWS[activation.family]
    parameters = activation.parameters

    def bound(law: Law) -> Callable[[Correlation], Any]:
        return lambda c: law(c, variance, *parameters)

    return ClosedDual(variance, (bound(value), None if slope is None else bound(slope)))
