"""Unfolding by Gaussian broadening, (4) and (5) of Thamm et al.: what it does to the fluctuations of the levels.

Levels ν_k = k + ε e^{iωk} of mean spacing 1 have widths σ_k = a + iε sin(aω) e^{iωk}. To first order in ε, F(x) changes
by

    −ε ∫ φ_a(x − y) e^{iωy} dy − (ε i sin(aω)/a) ∫ φ_a(x − y)(x − y) e^{iωy} dy = −ε Ĝ(aω) e^{iωx},

φ_a the Gaussian density of deviation a (the sums over k are integrals up to terms of the order of e^{−2π²a²}). So ξ_k
keeps the part 1 − Ĝ of the fluctuation. With the form factor K(τ) ≈ 2|τ| of the GOE at small τ, the number variance of
windows much longer than a tends to that of the GOE at length L minus (2/π²)(ln(2L/a) + …), a constant.
"""

from typing import Any


def mass(levels: Any, half_width: Any) -> Any:
    """Return ∫P of (4) where only the levels k with 1 ≤ k − a and k + a ≤ m have a Gaussian.

    Args:
        levels: m > 2a.
        half_width: a.
    """
    return (levels - 2 * half_width) / levels


def counting(levels: Any, x: Any, nu: Any, sigma: Any) -> Any:
    """Return (5) integrated: Σ_k Φ((x − ν_k)/σ_k).

    Args:
        levels: m.
        x: where.
        nu: the levels, a function of k = 1 … m.
        sigma: their widths, a function of k.
    """
    import sympy

    k, y, width = sympy.Symbol("k", integer=True), sympy.Symbol("y", real=True), sympy.Symbol("w", positive=True)
    gaussian = sympy.exp(-(y**2) / (2 * width**2)) / sympy.sqrt(2 * sympy.pi * width**2)
    end = sympy.Symbol("end", real=True)
    term = sympy.integrate(gaussian, (y, -sympy.oo, end)).subs({end: x - nu(k), width: sigma(k)})
    return sympy.Sum(term, (k, 1, levels))


def smoothing(t: Any) -> Any:
    """Return Ĝ(t), the part of a fluctuation of wave number t/a that (5) takes for the mean density.

    Example:
        >>> smoothing(0)
        1
    """
    import sympy

    u, w = sympy.Symbol("u", real=True), sympy.Symbol("w", positive=True)
    normal = sympy.exp(-(u**2) / 2) / sympy.sqrt(2 * sympy.pi)
    plain = sympy.integrate(normal * sympy.exp(w * u), (u, -sympy.oo, sympy.oo)).subs(w, sympy.I * w)
    by_widths = -sympy.diff(plain, w)  # ∫ φ(u) u sin(wu) du
    return sympy.factor(plain + sympy.sin(w) * by_widths).subs(w, t)


def transfer(t: Any) -> Any:
    """Return 1 − Ĝ(t): the part of a fluctuation of wave number t/a that is left after unfolding."""
    return 1 - smoothing(t)


def plateau(half_width: Any, euler: Any, dawson: Any) -> Any:
    """Return the limit of the number variance of the GOE, unfolded with a ≫ 1, for windows much longer than a.

    With C = lim ∫_0^T (1 − Ĝ)²/t dt − ln T, it is (2/π²)(ln 2πa + C + 1 − π²/8). The Gaussian alone gives
    C = γ/2 − ln 2; the fluctuation of the widths adds ∫ (2e^{−t²} sin t + t e^{−t²} sin² t − 2e^{−t²/2} sin t) dt.

    Args:
        half_width: a.
        euler: γ, Euler's constant.
        dawson: Dawson's integral, a function.
    """
    import sympy

    half, root = sympy.Rational(1, 2), sympy.sqrt(2)
    widths = 2 * dawson(half) + dawson(sympy.Integer(1)) / 2 - 2 * root * dawson(1 / root)
    rest = euler / 2 + 1 - sympy.pi**2 / 8
    return 2 / sympy.pi**2 * (sympy.log(sympy.pi * half_width) + rest + widths)
