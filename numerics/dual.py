"""Dual activations in closed form, over balls and over power series of balls.

For centred Gaussian U, V of variance v and correlation z every rule gives

    R(z) = E[φ(U)φ(V)]   and   S(z) = E[φ'(U)φ'(V)] = R'(z)/v

(Daniely et al. 2016, section 4; Murray et al. 2023, Lemma B.1 and (20), at v = 1), restated from ``theory.dual`` for
speed. The same lines of code take every correlation of ``correlation``: a number, or a power series, where S alone is
needed, since R∘z is the integral of v z' S∘z. The variance is a rational or a ball.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import factorial
from typing import Any

from flint import arb, fmpq

from eigenlaw.numerics.correlation import Correlation, SeriesCorrelation, exact
from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError

Law = Callable[..., Any]


def polynomial_squares(coefficients: Sequence[Fraction], variance: Any) -> list[Any]:
    """Return the μ_k² of x ↦ Σ c_n (√v x)^n, rational with v: μ_k = √(v^k/k!) Σ_m c_{k+2m} v^m (k+2m)!/(2^m m!).

    Example:
        >>> polynomial_squares([Fraction(0), Fraction(0), Fraction(1)], Fraction(1))
        [1, 0, 2]
    """
    out, v = [], exact(variance)
    for k in range(len(coefficients)):
        total = fmpq(0)
        for m, n in enumerate(range(k, len(coefficients), 2)):
            total += exact(coefficients[n]) * v**m * fmpq(factorial(n), 2**m * factorial(m))
        out.append(total * total * v**k / factorial(k))
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
def arc_cosine_polynomials(n: int) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
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
    return tuple(map(exact, a)), tuple(map(exact, b))


def _rectified(c: Correlation, v: Any, n: int) -> Any:
    a, b = arc_cosine_polynomials(n)
    return v**n * (c.polynomial(a) * c.angle + c.polynomial(b) * c.sine) / (2 * arb.pi())


def _relu(c: Correlation, v: Any) -> Any:
    return v * (c.sine + c.z * c.angle) / (2 * arb.pi())


def _step(c: Correlation, v: Any) -> Any:
    """Return 1/4 + arcsin(z)/(2π): the angle of a wedge (Sheppard 1899)."""
    del v
    return c.angle / (2 * arb.pi())


def _leaky_relu(c: Correlation, v: Any, a: Any) -> Any:
    return a * v * c.z + (1 - a) ** 2 * _relu(c, v)


def _erf_factor(v: Any, a: Any) -> Any:
    t = 2 * a * a * v
    return t / (1 + t)


def _erf(c: Correlation, v: Any, a: Any) -> Any:
    return 2 / arb.pi() * c.scaled(_erf_factor(v, a)).arcsine


def _erf_slope(c: Correlation, v: Any, a: Any) -> Any:
    b = _erf_factor(v, a)
    return 2 * b / (v * arb.pi()) * c.scaled(b).inverse


def _gelu(c: Correlation, v: Any) -> Any:
    """Return (v z (π/2 + arcsin t) + (1/√(1−t²) − (1−v²)√(1−t²))/(1+v))/(2π), t = v z/(1+v) (Stein's lemma twice)."""
    t = c.scaled(v / (1 + v))
    return (v * c.z * t.angle + (t.inverse - (1 - v * v) * t.sine) / (1 + v)) / (2 * arb.pi())


def _gelu_slope(c: Correlation, v: Any) -> Any:
    """Return (π/2 + arcsin t + t/√(1−t²) (2/(1+v) + 1/((1+v)²(1−t²))))/(2π), d/d(vz) of ``_gelu``."""
    t = c.scaled(v / (1 + v))
    bells = 2 / (1 + v) + t.inverse * t.inverse * (1 / (1 + v) ** 2)
    return (t.angle + t.z * t.inverse * bells) / (2 * arb.pi())


def _gaussian(c: Correlation, v: Any, s: Any) -> Any:
    total = s * s + v
    return c.scaled(v / total).inverse / (2 * arb.pi() * total)


def _gaussian_slope(c: Correlation, v: Any, s: Any) -> Any:
    total = s * s + v
    t = c.scaled(v / total)
    return t.z * t.inverse * (t.inverse * t.inverse) / (2 * arb.pi() * total**2)


def _wave(sign: int) -> Law:
    """Return e^{−a²v} cosh(a²c) for sign 1, e^{−a²v} sinh(a²c) for sign −1: E cos(a(U ± V)) = e^{−a²(v ± c)}."""

    def law(c: Correlation, v: Any, a: Any) -> Any:
        rate = a * a * v
        up, down = c.exponential(rate), c.exponential(-rate)
        total = up + down if sign > 0 else up - down
        return total * ((-arb(rate)).exp() / 2)

    return law


def _wave_slope(sign: int) -> Law:
    return lambda c, v, a: _wave(-sign)(c, v, a) * (a * a)


def _exponential(c: Correlation, v: Any, a: Any) -> Any:
    rate = a * a * v
    return c.exponential(rate) * arb(rate).exp()


_LAWS: dict[str, tuple[Law, Law | None]] = {
    "relu": (_relu, _step),
    "leaky_relu": (_leaky_relu, lambda c, v, a: a + (1 - a) ** 2 * _step(c, v)),
    "abs": (
        lambda c, v: 2 * v * (c.sine + c.z * c.arcsine) / arb.pi(),
        lambda c, v: 2 * c.arcsine / arb.pi(),
    ),
    "heaviside": (_step, None),
    "sign": (lambda c, v: 2 * c.arcsine / arb.pi(), None),
    "rectified_monomial": (
        lambda c, v, n: _rectified(c, v, int(n)),
        lambda c, v, n: n * n * _rectified(c, v, int(n) - 1),
    ),
    "erf": (_erf, _erf_slope),
    "gelu": (_gelu, _gelu_slope),
    "gaussian": (_gaussian, _gaussian_slope),
    "sin": (_wave(-1), _wave_slope(-1)),
    "cos": (_wave(1), _wave_slope(1)),
    "exp": (_exponential, lambda c, v, a: _exponential(c, v, a) * (a * a)),
}


@dataclass(frozen=True)
class ClosedDual:
    """R(z) and S(z) of one activation at one variance; every method computes at the working precision.

    Attributes:
        variance: v, positive; FLINT's rational or a ball.
        laws: R and S as functions of a ``Correlation``, S also of a ``SeriesCorrelation``; S is None where φ' is not
            in L²(γ).
        squares: the μ_k² of x ↦ φ(√v x) if they are finitely many, else None; R(z) = Σ μ_k² z^k.
    """

    variance: Any
    laws: tuple[Callable[[Any], Any], Callable[[Any], Any] | None]
    squares: tuple[Any, ...] | None = None

    def value(self, z: Any) -> Any:
        """Return E[φ(U)φ(V)] at a correlation z: a rational or an ``arb`` in [−1, 1], or an ``acb`` off the cuts."""
        return _ball(self.laws[0](Correlation(z)))

    def slope(self, z: Any) -> Any:
        """Return E[φ'(U)φ'(V)] at a correlation z, as ``value`` takes it."""
        return _ball(self._second(Correlation(z)))

    def pair(self, z: Correlation) -> tuple[Any, Any]:
        """Return E[φ(U)φ(V)] and E[φ'(U)φ'(V)] at a correlation; rationals where a polynomial gives them."""
        slope = self._second(z)
        return z.mean_value(self.laws[0], self.variance * slope), slope

    def composed(self, z: SeriesCorrelation) -> tuple[Any, Any]:
        """Return the power series R∘z and S∘z, R∘z = R(z(0)) + v ∫ z' S∘z."""
        slope = self._second(z)
        rate = slope * self.variance
        return z.integral(rate, _ball(z.start.mean_value(self.laws[0], rate[0]))), slope

    @property
    def _second(self) -> Callable[[Any], Any]:
        if self.laws[1] is None:
            raise InputError.of("activation", "jump", "expected an activation without jumps: phi' is not in L^2")
        return self.laws[1]


def _ball(value: Any) -> Any:
    return arb(value) if isinstance(value, fmpq) else value


def closed_dual(activation: Activation, variance: Any = Fraction(1)) -> ClosedDual | None:
    """Return the closed dual of an activation at variance v, a rational or a ball, or None if none is known here.

    Raises:
        InputError: if the variance is not positive.

    Example:
        >>> from eigenlaw.theory.activations import activation
        >>> closed_dual(activation("relu")).value(Fraction(1)).str(10, radius=False)
        '0.5000000000'
    """
    if not variance > 0:
        raise InputError.of("variance", variance, "expected a positive rational")
    v = exact(variance)
    found = polynomial_of(activation)
    if found is not None:
        squares = [square * exact(found[1]) for square in polynomial_squares(found[0], v)]
        slopes = [k * square / v for k, square in enumerate(squares)][1:]
        laws = (lambda c: c.polynomial(squares), lambda c: c.polynomial(slopes))
        return ClosedDual(v, laws, tuple(squares))
    if activation.family not in _LAWS:
        return None
    value, slope = _LAWS[activation.family]
    parameters = [exact(parameter) for parameter in activation.parameters]

    def bound(law: Law) -> Callable[[Any], Any]:
        return lambda c: law(c, v, *parameters)

    return ClosedDual(v, (bound(value), None if slope is None else bound(slope)))
