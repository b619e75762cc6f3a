"""Hermite coefficients in closed form, as sweeps in ball arithmetic: all μ_0 … μ_N of x ↦ φ(√v x) at once.

Every law below comes from S(t) = E φ(√v(Z + t)) = Σ_k μ_k t^k/√(k!), s = √v, and w_0 = 1/√(2π) the normal density at 0.
Most of them are square roots of hypergeometric terms: μ_k² has a rational ratio from one non-zero k to the next, so
u ← u·(numerator/denominator) and μ_k = ±√u_k lose no digits and cannot overflow. Zeros are exact.
"""

import operator
from collections.abc import Callable
from fractions import Fraction
from itertools import accumulate, repeat
from math import factorial
from typing import Any

from flint import arb, fmpq

from eigenlaw.numerics.moments import inverse_root_factorials

Ratio = Callable[[int], tuple[int, int]]


def rational(value: Any) -> Any:
    """Return a rational as a ball, exact if it is dyadic and fits the working precision; a ball stays what it is."""
    return arb(fmpq(value.numerator, value.denominator)) if isinstance(value, Fraction) else arb(value)


def signed_root(value: Any) -> Any:
    """Return sgn(q)√|q| of a rational, or of a ball without zero, as a ball."""
    root = rational(abs(value)).sqrt()
    return -root if value < 0 else root


def _root_terms(first: Any, ratio: Ratio, start: int, step: int, order: int, signs: tuple[int, int]) -> list[Any]:
    """Return μ with μ_k = ±√u_m at k = start + step m, u_0 = first, u_{m+1} = u_m·ratio(m), and zero elsewhere."""
    zero = arb(0)
    out = [zero] * (order + 1)
    term = first
    for m, k in enumerate(range(start, order + 1, step)):
        if m:
            numerator, denominator = ratio(m - 1)
            term = term * numerator / denominator
        out[k] = term.sqrt() if signs[m % 2] > 0 else -term.sqrt()
    return out


def rectified_monomial(order: int, variance: Fraction, n: int) -> list[Any]:
    """Return μ_k of max(√v x, 0)^n; n = 0 is the Heaviside step.

    For k = n + 1 + 2m: μ_k = (−1)^m n! v^{n/2} w_0 √(C(2m,m)/4^m/((2m+1)…(2m+n+1))); for k ≤ n,
    μ_k = n!/(n−k)! v^{k/2}/√(k!) E[max(√v Z, 0)^{n−k}]; zero otherwise.

    Example:
        >>> [mu.str(5, radius=False) for mu in rectified_monomial(4, Fraction(1), 1)]
        ['0.39894', '0.50000', '0.28209', '0', '-0.081434']
    """
    first = rational(variance**n * Fraction(factorial(n) ** 2, factorial(n + 1))) / (2 * arb.pi())
    out = _root_terms(first, lambda m: ((2 * m + 1) ** 2, (2 * m + n + 2) * (2 * m + n + 3)), n + 1, 2, order, (1, -1))
    for k in range(min(n, order) + 1):
        falling = Fraction(factorial(n) // factorial(n - k))
        out[k] = signed_root(variance**n * falling**2 / factorial(k)) * _half_moment(n - k)
    return out


def _half_moment(n: int) -> Any:
    """Return E[max(Z, 0)^n]: (n−1)!!/2 for even n, (n−1)!!/√(2π) for odd n."""
    double = 1
    for i in range(n - 1, 0, -2):
        double *= i
    return arb(double) / 2 if n % 2 == 0 else arb(double) / (2 * arb.pi()).sqrt()


def leaky_relu(order: int, variance: Fraction, slope: Fraction) -> list[Any]:
    """Return μ_k of √v x for x > 0 and a√v x for x < 0, which is a√v x + (1 − a) relu; a = −1 is the absolute value."""
    factor = rational(1 - slope)
    out = [factor * mu for mu in rectified_monomial(order, variance, 1)] if slope != 1 else [arb(0)] * (order + 1)
    if order >= 1:
        out[1] = signed_root(variance) * rational((1 + slope) / 2)
    return out


def sign(order: int, variance: Fraction) -> list[Any]:
    """Return μ_k of the sign, 2·step − 1."""
    out = [2 * mu for mu in rectified_monomial(order, variance, 0)]
    out[0] = arb(0)
    return out


def polynomial(order: int, variance: Fraction, coefficients: tuple[Fraction, ...], square: Fraction) -> list[Any]:
    """Return μ_k of √q Σ c_n (√v x)^n, exact zeros included.

    x^n = Σ_m n!/(2^m m! k!) He_k(x), n = k + 2m, so μ_k = √(q v^k/k!) Σ_m c_n v^m n!/(2^m m!).

    Args:
        order: the last k.
        variance: v.
        coefficients: c_0, c_1, … .
        square: q, a positive rational under the root.
    """
    out = [arb(0)] * (order + 1)
    for k in range(min(order, len(coefficients) - 1) + 1):
        total = Fraction(0)
        for m, n in enumerate(range(k, len(coefficients), 2)):
            total += coefficients[n] * variance**m * Fraction(factorial(n), 2**m * factorial(m))
        root = signed_root(square * variance**k * total**2 / factorial(k))
        out[k] = -root if total < 0 else root
    return out


def hermite_polynomial(n: int) -> tuple[Fraction, ...]:
    """Return the coefficients of He_n, constant term first.

    Example:
        >>> hermite_polynomial(3)
        (Fraction(0, 1), Fraction(-3, 1), Fraction(0, 1), Fraction(1, 1))
    """
    out = [Fraction(0)] * (n + 1)
    for m in range(n // 2 + 1):
        out[n - 2 * m] = Fraction((-1) ** m * factorial(n), 2**m * factorial(m) * factorial(n - 2 * m))
    return tuple(out)


def hermite(order: int, variance: Fraction, n: int) -> list[Any]:
    """Return μ_k of h_n(√v x) = He_n(√v x)/√(n!)."""
    return polynomial(order, variance, hermite_polynomial(n), Fraction(1, factorial(n)))


def error_function(order: int, variance: Fraction, a: Fraction) -> list[Any]:
    """Return μ_k of erf(a√v x): S(t) = erf(b t), b² = a²v/(1 + 2a²v).

    μ_{2m+1} = (−1)^m (2b/√π) (2b²)^m √(C(2m,m)/4^m/(2m+1)).
    """
    b2 = a**2 * variance / (1 + 2 * a**2 * variance)
    p, q = (4 * b2**2).as_integer_ratio()
    first = rational(4 * b2) / arb.pi()
    signs = (1, -1) if a > 0 else (-1, 1)
    return _root_terms(first, lambda m: (p * (2 * m + 1) ** 2, q * (2 * m + 2) * (2 * m + 3)), 1, 2, order, signs)


def gelu(order: int, variance: Fraction) -> list[Any]:
    """Return μ_k of √v x Φ(√v x), Φ the normal cdf: S(t) = s t Φ(τt) + sτ w(τt), τ² = v/(1 + v).

    μ_1 = s/2, μ_{2m} = (−1)^m s τ^{2m−1} w_0 √(C(2m,m)/4^m) (τ² − 2m/(2m−1)); zero for other odd k.
    """
    tau2 = variance / (1 + variance)
    p, q = tau2.numerator, tau2.denominator
    first = rational(variance / tau2) / (2 * arb.pi())
    out = _root_terms(first, lambda m: (p * p * (2 * m + 1), q * q * (2 * m + 2)), 0, 2, order, (1, -1))
    for k in range(0, order + 1, 2):
        out[k] = out[k] * (p * (k - 1) - q * k) / (q * (k - 1))
    if order >= 1:
        out[1] = signed_root(variance) / 2
    return out


def gaussian(order: int, variance: Fraction, width: Fraction) -> list[Any]:
    """Return μ_k of the density of N(0, σ²) at √v x: S(t) is the density of N(0, σ² + v) at √v t.

    μ_{2m} = (−g)^m √(C(2m,m)/4^m)/√(2π(σ² + v)), g = v/(σ² + v).
    """
    total = width**2 + variance
    p, q = ((variance / total) ** 2).as_integer_ratio()
    first = 1 / (2 * arb.pi() * rational(total))
    return _root_terms(first, lambda m: (p * (2 * m + 1), q * (2 * m + 2)), 0, 2, order, (1, -1))


def trigonometric(order: int, variance: Fraction, a: Fraction, start: int) -> list[Any]:
    """Return μ_k of sin(a√v x) (start = 1) or cos(a√v x) (start = 0): ± e^{−a²v/2} (a√v)^k/√(k!)."""
    power = a**2 * variance
    p, q = power.as_integer_ratio()
    first = (-rational(power)).exp() * rational(power**start)
    signs = (-1, 1) if start and a < 0 else (1, -1)
    return _root_terms(
        first,
        lambda m: (p * p, q * q * (start + 2 * m + 1) * (start + 2 * m + 2)),
        start,
        2,
        order,
        signs,
    )


def exponential(order: int, variance: Fraction, a: Fraction) -> list[Any]:
    """Return μ_k of exp(a√v x): e^{a²v/2} (a√v)^k/√(k!)."""
    factor = rational(a) * signed_root(variance)
    powers = accumulate(repeat(factor, order), operator.mul, initial=(factor**2 / 2).exp())
    return list(map(operator.mul, powers, inverse_root_factorials(order)))


def elu(order: int, variance: Fraction, a: Any, scale: Any = 1) -> list[Any]:
    """Return μ_k of λ√v x for x > 0 and λa(e^{√v x} − 1) for x < 0; a and the scale λ are balls.

    With c_k = √(k!) μ_k and e^{v/2}Φ(−s) = E[e^{sZ}; Z < 0]: c_0 = s w_0 + a(e^{v/2}Φ(−s) − ½),
    c_1 = s/2 + a s e^{v/2}Φ(−s), c_2 = s(1−a) w_0 + a v e^{v/2}Φ(−s), and integration by parts gives
    c_k = s c_{k−1} + s w_0 [(1−a) He_{k−2}(0) − s He_{k−3}(0)], k ≥ 3, all times λ.
    """
    v, s = rational(variance), signed_root(variance)
    density = scale / (2 * arb.pi()).sqrt()
    corner = scale * (v / 2).exp() * (s / arb(2).sqrt()).erfc() / 2
    even, odd = s * (1 - a) * density, v * density  # jumps of φ' and φ'' at 0, times He_{k−2}(0) and He_{k−3}(0)
    values = [s * density + a * (corner - arb(scale) / 2), s * scale / 2 + a * s * corner, even + a * v * corner]
    c, unit = values[2], variance == 1
    for k in range(3, order + 1):
        c = c if unit else s * c
        if k % 2:
            c = c - odd
            odd = odd * (2 - k)
        else:
            even = even * (3 - k)
            c = c + even
        values.append(c)
    return list(map(operator.mul, values, inverse_root_factorials(order)))


def rational_elu(order: int, variance: Fraction, a: Fraction) -> list[Any]:
    """Return μ_k of √v x for x > 0 and a(e^{√v x} − 1) for x < 0 with rational a; a = 0 is relu."""
    return elu(order, variance, rational(a)) if a else rectified_monomial(order, variance, 1)


def selu_constants() -> tuple[Any, Any]:
    """Return (λ, α) of selu as balls: E φ = 0 and E φ² = 1 at variance 1.

    α = −√(2/π)/(√e erfc(1/√2) − 1), and λ² = 1/E[φ²] at λ = 1.
    """
    e, pi = arb.const_e(), arb.pi()
    one, two = (1 / arb(2).sqrt()).erfc(), arb(2).sqrt().erfc()
    corner = one * e.sqrt()
    alpha = (2 / pi).sqrt() / (1 - corner)
    square = 2 * two * e**2 + pi * one**2 * e - 2 * (2 + pi) * corner + pi + 2
    return (1 - corner) * (2 * pi).sqrt() / square.sqrt(), alpha


def selu(order: int, variance: Fraction) -> list[Any]:
    """Return μ_k of λ elu(α); μ_0 = 0 exactly at variance 1."""
    scale, alpha = selu_constants()
    out = elu(order, variance, alpha, scale)
    if variance == 1:
        out[0] = arb(0)
    return out


def hard_tanh(order: int, variance: Fraction) -> list[Any]:
    """Return μ_k of √v x clipped to [−1, 1].

    With c = 1/√v, μ_1 = √v erf(c/√2) and μ_k = −2√v w(c) He_{k−2}(c)/√(k!) for odd k ≥ 3.
    He_{2m+1}(x)/x is irreducible over the rationals (Schur 1929), so He_{k−2}(c) = 0 with rational c² only for
    k = 5, c² = 3.
    """
    out = [arb(0)] * (order + 1)
    if order < 1:
        return out
    s, square = signed_root(variance), rational(1 / variance)
    c = 1 / s
    out[1] = s * (c / arb(2).sqrt()).erf()
    table = inverse_root_factorials(order)
    before, now = arb(1), c
    front = -2 * s * (-square / 2).exp() / (2 * arb.pi()).sqrt()
    for k in range(3, order + 1):
        if k % 2:
            out[k] = front * now * table[k]
        before, now = now, c * now - before * (k - 2)
    if variance == Fraction(1, 3) and order >= 5:
        out[5] = arb(0)
    return out
