"""Exact means over the sphere S^d and harmonic polynomials: with what eigenvalues of kernels on it are measured.

A homogeneous polynomial f with Δf = 0 is a spherical harmonic; so are both parts of (ζ·y)^k for complex ζ with ζ·ζ = 0.
Polynomials are ``flint.fmpq_mpoly`` in the first few coordinates of R^{d+1}, or ``flint.fmpq_poly``.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import Ordering, fmpq, fmpq_mpoly_ctx, fmpq_poly

Polynomial = Any


def coordinates(count: int) -> list[Polynomial]:
    """Return the first ``count`` coordinates y_1, y_2, … as polynomials."""
    ring = fmpq_mpoly_ctx.get(tuple(f"y{i}" for i in range(1, count + 1)), Ordering.degrevlex)
    return list(ring.gens())


def sphere_mean(polynomial: Polynomial, d: int) -> fmpq:
    """Return the mean over S^d, in the uniform probability, of a polynomial in coordinates of R^{d+1}.

    E y^α = Π_i (α_i − 1)!!/((d+1)(d+3)…(d+|α|−1)) for even α_i, else 0.

    Example:
        >>> y, z = coordinates(2)
        >>> sphere_mean(y**2 * z**2, d=2), sphere_mean(y**3, d=2)
        (1/15, 0)
    """
    total = fmpq(0)
    for exponents, coefficient in polynomial.to_dict().items():
        if all(exponent % 2 == 0 for exponent in exponents):
            above = math.prod(j for exponent in exponents for j in range(1, int(exponent), 2))
            below = math.prod(range(d + 1, d + 1 + sum(map(int, exponents)), 2))
            total += coefficient * fmpq(above, below)
    return total


def harmonic(rng: np.random.Generator, k: int, y: Sequence[Polynomial]) -> Polynomial:
    """Draw a harmonic polynomial of degree k in two coordinates y or more, Re (ζ·y)^k + 2 Im (ζ'·y)^k.

    Example:
        >>> f = harmonic(np.random.default_rng(0), 2, coordinates(2))
        >>> f.derivative(0).derivative(0) + f.derivative(1).derivative(1)
        0
    """
    real, _ = _null_power(rng, k, y)
    _, imaginary = _null_power(rng, k, y)
    return real + 2 * imaginary


def _null_power(rng: np.random.Generator, k: int, y: Sequence[Polynomial]) -> tuple[Polynomial, Polynomial]:
    """Return both parts of (u·y + i v·y)^k, with u and v the first two columns of a reflection I − 2ww'/|w|²."""
    w = [Fraction(int(a)) for a in rng.integers(1, 4, len(y))]
    norm = sum(a * a for a in w)
    u, v = (
        sum((_rational((i == j) - 2 * w[i] * w[j] / norm) * y[i] for i in range(len(y))), 0 * y[0]) for j in range(2)
    )
    real, imaginary = 1 + 0 * y[0], 0 * y[0]
    for _ in range(k):
        real, imaginary = real * u - imaginary * v, real * v + imaginary * u
    return real, imaginary


def kernel_image(
    coefficients: Sequence[Fraction], x: Sequence[Fraction], f: Polynomial, d: int, y: Sequence[Polynomial]
) -> fmpq:
    """Return E[Θ(x·y) f(y)] for Θ(t) = Σ_p c_p t^p, y uniform on S^d and x zero beyond the coordinates y."""
    rho = sum((_rational(a) * b for a, b in zip(x, y, strict=True)), 0 * y[0])
    total = 0 * y[0]
    for c in reversed(coefficients):
        total = total * rho + _rational(c)
    return sphere_mean(total * f, d)


def polynomial_value(f: Polynomial, x: Sequence[Fraction]) -> fmpq:
    """Return f(x).

    Example:
        >>> polynomial_value(coordinates(1)[0] ** 2, [Fraction(1, 3)])
        1/9
    """
    return fmpq(f(*map(_rational, x)))


def correlation_mean(polynomial: Polynomial, d: int) -> fmpq:
    """Return E[f(T)], T = x·y for independent x, y uniform on S^d, that is, ∫ f(t)(1−t²)^{(d−2)/2} dt/B(1/2, d/2).

    Example:
        >>> correlation_mean(fmpq_poly([0, 0, 1]), d=2)
        1/3
    """
    (y,) = coordinates(1)
    return sphere_mean(sum((c * y**j for j, c in enumerate(polynomial.coeffs())), 0 * y), d)


def rodrigues_derivative(k: int, d: int) -> Polynomial:
    """Return q with (d/dt)^k (1−t²)^{k+(d−2)/2} = q(t) (1−t²)^{(d−2)/2}, differentiating once at a time.

    Example:
        >>> rodrigues_derivative(2, 2)  # of (1 − t²)²
        12*x^2 + (-4)
    """
    square, q, exponent = fmpq_poly([1, 0, -1]), fmpq_poly([1]), fmpq(2 * k + d - 2, 2)
    for _ in range(k):  # of q (1−t²)^exponent
        q, exponent = q.derivative() * square - 2 * exponent * fmpq_poly([0, 1]) * q, exponent - 1
    return q


def _rational(value: Any) -> fmpq:
    return fmpq(value.numerator, value.denominator)
