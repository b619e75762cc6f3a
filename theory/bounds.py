"""Bounds of the Wallis ratio (p−1)!!/p!! for even p, which governs the Hermite coefficients of relu and gaussian.

With n = p/2, W(p) = (p−1)!!/p!! = Γ(n+½)/(√π Γ(n+1)) = binom(2n, n)/4^n = h_p(0)². Kazarinoff 1956:

    1/√(π(n + 1/2)) < W(p) < 1/√(π(n + 1/4)).

Murray et al. 2023, (37), print p in the place of n = p/2: both of their sides are too small, in the
limit by the factor √2.
"""

from dataclasses import dataclass
from typing import Any

from eigenlaw.theory.errors import InputError


@dataclass(frozen=True)
class TwoSidedBound:
    """lower(p) < value(p) < upper(p), as SymPy expressions in p.

    Attributes:
        lower: the lower side.
        value: what is bounded.
        upper: the upper side.
        condition: for which p it holds, and with which relation.
    """

    lower: Any
    value: Any
    upper: Any
    condition: str


def wallis_ratio(p: Any) -> Any:
    """Return (p−1)!!/p!! for even p ≥ 0, concrete or symbolic.

    Raises:
        InputError: if a concrete p is odd or negative.

    Example:
        >>> wallis_ratio(4)
        3/8
    """
    import sympy

    if isinstance(p, int) and (p < 0 or p % 2):
        raise InputError.of("p", p, "expected an even integer of at least 0")
    p = sympy.sympify(p)
    return sympy.factorial2(p - 1) / sympy.factorial2(p)


def _wallis_bound(p: Any, below: Any, above: Any, condition: str) -> TwoSidedBound:
    import sympy

    n = p / sympy.Integer(2)
    return TwoSidedBound(
        1 / sympy.sqrt(sympy.pi * (n + below)), wallis_ratio(p), 1 / sympy.sqrt(sympy.pi * (n + above)), condition
    )


def wallis_bounds(p: Any = None) -> TwoSidedBound:
    """Return Kazarinoff's bounds 1/√(π(p/2+1/2)) < (p−1)!!/p!! < 1/√(π(p/2+1/4)), even p ≥ 0.

    The correct form of (37) of Murray et al. 2023. At p = 0 the ratio is 1 and the bounds are 0.798 and 1.128.

    Example:
        >>> bound = wallis_bounds(2)
        >>> bool(bound.lower < bound.value), bool(bound.value < bound.upper)
        (True, True)
    """
    import sympy

    half = sympy.Rational(1, 2)
    return _wallis_bound(_even(p), half, half / 2, "even p ≥ 0, both strict")


def sharp_wallis_bounds(p: Any = None, first: int = 2) -> TwoSidedBound:
    """Return the best constants in 1/√(π(p/2 + θ')) ≤ (p−1)!!/p!! < 1/√(π(p/2 + θ'')) for even p ≥ first.

    Write W = 1/√(π(n + θ_n)), n = p/2; θ_n = 1/(π W²) − n decreases to 1/4 (Watson 1959), so θ'' = 1/4 cannot be raised
    and the best θ' is that of the first p, where the lower bound is an equality: 1/π for p ≥ 0, 4/π − 1 for p ≥ 2.

    Args:
        p: even; a symbol if not given.
        first: the smallest p for which it must hold, even.

    Raises:
        InputError: if ``first`` is odd or negative.

    Example:
        >>> sharp_wallis_bounds(2).lower
        1/2
    """
    import sympy

    start = 1 / (sympy.pi * wallis_ratio(first) ** 2) - sympy.Rational(first, 2)
    condition = f"even p ≥ {first}; the lower side is an equality at p = {first} only; both constants are best possible"
    return _wallis_bound(_even(p), start, sympy.Rational(1, 4), condition)


def _even(p: Any) -> Any:
    import sympy

    return sympy.Symbol("p", even=True, nonnegative=True) if p is None else p
