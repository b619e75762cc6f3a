r"""How small the least eigenvalue of nK = Σ_j c_j G^{∘j}, c_j ≥ 0, must be for any n points of rank r on the sphere.

The first m terms have rank at most N(r, m) = binom(r+m−2, r−1) + binom(r+m−3, r−1) (``tail_rank``), so that
λ_n(K) ≤ Σ_{j≥m} c_j for n > N(r, m), by Weyl's inequality and ‖G^{∘j}‖ ≤ n: Lemma C.20 of Murray et al. 2023. For
n ≥ 2r^r there is such an m ≥ n^{1/r} + 1: N(r, m) ≤ 2 (m + (r−2)/2)^{r−1}/(r−1)! by the inequality of means, hence an
integer m ≥ ((r−1)! n/2)^{1/(r−1)} − r/2 will do, which is that large for r ≥ 4; for r = 2 and 3 take m = ⌊n/2⌋ and
⌈√n⌉ − 1. So Theorem C.24 holds with n^{1/r} in the place of m(n) − 1: ``power_taylor`` and the two after it.

Polynomials of Chebyshev do better. With the simple random walk S_j on the integers, x^j = Σ_k P(S_j = k) T_{|k|}(x).
The part of K with |k| < m is of degree below m in the entries of G, so that its eigenvalues from the (N+1)-th on are at
most 0, and the entries of the rest are at most τ_m/n:

    λ_k(K) ≤ τ_m = Σ_j c_j P(|S_j| ≥ m)    for k > N(r, m).

Since P(|S_j| ≥ m) ≤ 2 exp(−m²/(2j)) (Hoeffding) it decays faster in m than Σ_{j≥m} c_j by a power, or in the exponent.
"""

from typing import Any


def power_taylor(alpha: Any, x: Any) -> Any:
    """Return ∫_x^∞ t^{−α} dt, which bounds Σ_{j≥m} j^{−α} for m ≥ x + 1, α > 1.

    Example:
        >>> import sympy
        >>> power_taylor(3, sympy.Integer(2))
        1/8
    """
    return x ** (1 - alpha) / (alpha - 1)


def stretched_taylor(alpha: Any, x: Any) -> Any:
    """Return ∫_x^∞ e^{−α√t} dt, which bounds Σ_{j≥m} e^{−α√j} for m ≥ x + 1.

    Example:
        >>> stretched_taylor(2, 0)
        1/2
    """
    import sympy

    root = alpha * sympy.sqrt(x)
    return 2 * sympy.exp(-root) * (root + 1) / sympy.sympify(alpha) ** 2


def exponential_taylor(alpha: Any, x: Any) -> Any:
    """Return ∫_x^∞ e^{−αt} dt, which bounds Σ_{j≥m} e^{−αj} for m ≥ x + 1.

    Example:
        >>> exponential_taylor(4, 0)
        1/4
    """
    import sympy

    return sympy.exp(-alpha * x) / sympy.sympify(alpha)


def walk_tail() -> Any:
    r"""Return τ_m = Σ_{j≥m} c_j P(|S_j| ≥ m), m ≥ 1, with P(|S_j| ≥ m) = 2^{1−j} Σ_{i ≥ (j+m)/2} binom(j, i).

    It is written in the sequence c, m, and J, up to which it sums.

    Example:
        >>> walk_tail()
        Sum(2**(1 - j)*c[j]*Sum(binomial(j, i), (i, ceiling(j/2 + m/2), j)), (j, m, J))
    """
    import sympy

    i, j, m, last = sympy.symbols("i j m J")
    chance = 2 ** (1 - j) * sympy.Sum(sympy.binomial(j, i), (i, sympy.ceiling((j + m) / 2), j))
    return sympy.Sum(sympy.IndexedBase("c")[j] * chance, (j, m, last))


def geometric_tail(z: Any, m: Any) -> Any:
    """Return τ_m = 2 z^m (1+z²)/((1−z)²(1+z)) for c_j = a^j with a = 2z/(1+z²), m ≥ 1.

    Σ_j a^j P(S_j = k) = z^{|k|} (1+z²)/(1−z²). As a = e^{−α}, z = e^{−arcosh(e^α)}, which is less than a.

    Example:
        >>> import sympy
        >>> geometric_tail(sympy.Rational(1, 2), 1)  # 1/(1−a) = 5 less the constant term 5/3
        10/3
    """
    return 2 * z**m * (1 + z**2) / ((1 - z) ** 2 * (1 + z))


def circle_leading(z: Any, m: Any) -> Any:
    """Return the leading term 2 z^m (1+z²)/(1−z²) of λ_n(K) for c_j = a^j and n = 2m equidistant points of a circle.

    K is circulant; its eigenvalue at the frequency m is the sum of z^{|k|} (1+z²)/(1−z²) over k ≡ m mod 2m, that is
    the leading term over 1 − z^{2m}. Here N(2, m) = 2m − 1 < n, and τ_m is 1/(1−z) times as large.

    Example:
        >>> import sympy
        >>> circle_leading(sympy.Rational(1, 2), 1)
        5/3
    """
    return 2 * z**m * (1 + z**2) / (1 - z**2)


def power_tail(alpha: Any, m: Any) -> Any:
    r"""Return a bound of τ_m for c_0 = 0, c_j = j^{−α}, α > 1: it is of the order m^{−2(α−1)}.

    A sum over a function with one maximum is at most its integral and its maximum:
    $τ_m ≤ 2 (Γ(α−1) (m²/2)^{1−α} + (2α/(e m²))^α)$.
    """
    import sympy

    square = m**2
    return 2 * (sympy.gamma(alpha - 1) * (square / 2) ** (1 - alpha) + (2 * alpha / (sympy.E * square)) ** alpha)


def power_rate(alpha: Any, m: Any) -> Any:
    """Return m^{−2(α−1)}, so that λ_n = O of it if c_p = O(p^{−α}) and n > N(r, m)."""
    return m ** (2 - 2 * alpha)


def stretched_tail(alpha: Any, m: Any) -> Any:
    r"""Return a bound of τ_m for c_j = e^{−α√j}, m ≥ 1.

    h(u) = αu + m²/(2u²), u = √j, is least at u₀ = (m²/α)^{1/3}, where it is (3/2)(αm)^{2/3}; beyond 2u₀ it grows at
    least by 7α/8 a unit. As for ``power_tail``, the sum over j is at most the integral and the maximum:
    $τ_m ≤ 2 e^{-(3/2)(αm)^{2/3}} (1 + 4u₀² + (32/7) u₀/α + (128/49)/α²)$.
    """
    import sympy

    u = (m**2 / alpha) ** sympy.Rational(1, 3)
    polynomial = 1 + 4 * u**2 + sympy.Rational(32, 7) * u / alpha + sympy.Rational(128, 49) / alpha**2
    return 2 * polynomial * sympy.exp(-sympy.Rational(3, 2) * (alpha * m) ** sympy.Rational(2, 3))


def stretched_rate(alpha: Any, m: Any) -> Any:
    r"""Return $m^{4/3} e^{-(3/2)(αm)^{2/3}}$, so that λ_n = O of it if c_p = O(e^{−α√p}) and n > N(r, m)."""
    import sympy

    return m ** sympy.Rational(4, 3) * sympy.exp(-sympy.Rational(3, 2) * (alpha * m) ** sympy.Rational(2, 3))


def geometric_rate(z: Any, m: Any) -> Any:
    """Return z^m, so that λ_n = O of it if c_p = O(e^{−αp}), z = e^{−arcosh(e^α)}, and n > N(r, m)."""
    return z**m
