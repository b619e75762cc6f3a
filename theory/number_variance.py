"""Number variance Σ²(L) = L − 2 ∫_0^L (L − r) Y₂(r) dr of the bulk of the GOE and the GUE, at mean density 1.

Y₂ is the two-level cluster function (Dyson 1962; Mehta, Random Matrices, 3rd ed., chapters 6, 7 and 16). With
s(r) = sin(πr)/(πr) and T(r) = ∫_r^∞ s = ½ − Si(πr)/π,

    GUE: Y₂ = s²,   GOE: Y₂ = s² + s' T.

Two antiderivatives give the GUE. For the GOE, (sT + ∫_0^r s²)' = s'T and (−T²/2)' = sT, so that

    ∫_0^L (L − r) s'T dr = ∫_0^L (sT − ½ + ∫_0^x s²) dx = ⅛ − T(L)²/2 − L/2 + ∫_0^L (L − r) s² dr,
    Σ²_GOE = 2 Σ²_GUE + T² − ¼ = 2 Σ²_GUE + Si(πL)²/π² − Si(πL)/π.
"""

from typing import Any

from eigenlaw.theory.errors import InputError


def length_symbol() -> Any:
    """Return the symbol L, positive."""
    import sympy

    return sympy.Symbol("L", positive=True)


def cluster_function(beta: int) -> Any:
    """Return Y₂(L) of the GOE (β = 1) or the GUE (β = 2).

    Raises:
        InputError: β is another number.

    Example:
        >>> cluster_function(2)
        sin(pi*L)**2/(pi**2*L**2)
    """
    import sympy

    _expect(beta)
    length = length_symbol()
    s = sympy.sin(sympy.pi * length) / (sympy.pi * length)
    rest = sympy.Rational(1, 2) - sympy.Si(sympy.pi * length) / sympy.pi
    return s**2 if beta == 2 else s**2 + sympy.diff(s, length) * rest


def number_variance(beta: int) -> Any:
    """Return Σ²(L) of the GOE (β = 1) or the GUE (β = 2), derived from the cluster function.

    Raises:
        InputError: β is another number.

    Example:
        >>> import sympy
        >>> round(float(number_variance(1).subs(length_symbol(), 1)), 10)
        0.4463336243
    """
    import sympy

    _expect(beta)
    length = length_symbol()
    unitary = _unitary()
    if beta == 2:
        return unitary
    ratio = sympy.Si(sympy.pi * length) / sympy.pi
    return 2 * unitary + ratio**2 - ratio


def asymptote(beta: int) -> Any:
    """Return (2/(βπ²))(ln(2πL) + γ + 1 − [β = 1] π²/8), to which Σ²(L) tends as L → ∞.

    Raises:
        InputError: β is another number.

    Example:
        >>> asymptote(2)
        (log(2*pi*L) + EulerGamma + 1)/pi**2
    """
    import sympy

    _expect(beta)
    shift = sympy.pi**2 / 8 if beta == 1 else sympy.Integer(0)
    inner = sympy.log(2 * sympy.pi * length_symbol(), evaluate=False) + sympy.EulerGamma + 1 - shift
    return sympy.Rational(2, beta) / sympy.pi**2 * inner


def residual(beta: int) -> tuple[Any, Any, Any]:
    """Return d²Σ²/dL² + 2Y₂, simplified, and the limits of Σ² and dΣ²/dL − 1 at 0: three zeros prove the formula.

    Example:
        >>> residual(1)
        (0, 0, 0)
    """
    import sympy

    length, value = length_symbol(), number_variance(beta)
    slope = sympy.diff(value, length)
    curvature = sympy.expand(sympy.diff(slope, length) + 2 * cluster_function(beta))
    sine, cosine = sympy.sin(sympy.pi * length), sympy.cos(sympy.pi * length)
    doubled = {sympy.cos(2 * sympy.pi * length): 1 - 2 * sine**2, sympy.sin(2 * sympy.pi * length): 2 * sine * cosine}
    left = sympy.expand(curvature.subs(doubled))
    start, tilt = (_at_zero(function) for function in (value, slope - 1))
    return left, start, tilt


def _at_zero(function: Any) -> Any:
    """Return the limit at 0, with Ci(x) = γ + ln x − Cin(x) and series for Si, Cin, sin and cos put in."""
    import sympy

    length = length_symbol()

    def cosine_integral(x: Any) -> Any:
        return sympy.EulerGamma + sympy.log(x) - x**2 / 4 + x**4 / 96

    near = function.replace(sympy.Ci, cosine_integral).replace(sympy.Si, lambda x: x - x**3 / 18)
    near = near.replace(sympy.sin, lambda x: x - x**3 / 6).replace(sympy.cos, lambda x: 1 - x**2 / 2 + x**4 / 24)
    return sympy.expand(sympy.expand_log(sympy.expand(near))).subs(length, 0)


def _unitary() -> Any:
    """Return L − 2L ∫_0^L s² + 2 ∫_0^L r s² dr.

    With t = 2πr: s² = 2(1 − cos t)/t², of integral (Si t − (1 − cos t)/t)/π, and r s² dr = (1 − cos t)/t dt/(2π²),
    of integral (γ + ln t − Ci t)/(2π²); both vanish at 0, as their series show.
    """
    import sympy

    length = length_symbol()
    turn = 2 * sympy.pi * length
    plain = (sympy.Si(turn) - (1 - sympy.cos(turn)) / turn) / sympy.pi
    weighted = (sympy.EulerGamma + sympy.log(2 * sympy.pi * length) - sympy.Ci(turn)) / (2 * sympy.pi**2)
    return sympy.expand(length - 2 * length * plain + 2 * weighted)


def _expect(beta: int) -> None:
    if beta not in (1, 2):
        raise InputError.of("beta", beta, "expected 1 (GOE) or 2 (GUE)")
