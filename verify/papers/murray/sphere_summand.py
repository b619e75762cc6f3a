"""The summand of Theorem 4.6 by Stirling's formula and where it is largest: (66)-(70)."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cache, partial
from typing import Any

from flint import arb, fmpq

from eigenlaw.theory import sphere_decay as theory
from eigenlaw.verify.claim import (
    Asymptotic,
    Budget,
    Claim,
    Envelope,
    Identity,
    Instance,
    Rng,
    Value,
)
from eigenlaw.verify.formula import Formula, ball, rational, symbols
from eigenlaw.verify.papers.murray.sphere_decay import DECADES, DIMENSION, at_instance


def _summand() -> Any:
    """f_a(p)."""
    import sympy

    p, k, a, d = symbols("p k a d")
    half = sympy.Rational(1, 2)
    below = (p - k + 1) ** ((p - k + 1) / 2) * (p + k + 1 + d) ** ((p + k + d) / 2)
    return p ** (-a) * (p + 1) ** (p + half) / below


def _slope() -> Any:
    """g_a(p)."""
    import sympy

    p, k, a, d = symbols("p k a d")
    bracket = (p - k + 1) * (p + k + d + 1)
    return -2 * a / p - (k + d) / ((p + 1) * (p + k + d + 1)) + sympy.log(1 + (k**2 - d * (p - k + 1)) / bracket)


def _twice_log_derivative() -> Any:
    import sympy

    p = symbols("p")[0]
    return 2 * sympy.diff(sympy.log(Formula(_summand).tree), p)


def _slope_points(_budget: Budget, _: Rng) -> Iterable[Instance]:
    grid = [(k, p, d) for k in (1, 3, 10) for p in (k, k + 1, 4 * k, 30 * k * k) for d in (2, 5)]
    return [{"k": k, "p": p, "a": a, "d": d} for k, p, d in grid for a in ("1", "3/2")]


def _same_after_simplification(lhs: Any, rhs: Any) -> bool:
    """Expand the logarithms of positive numbers on both sides; p − k + 1 is written q, so that SymPy sees its sign."""
    import sympy

    p, k, a, d = symbols("p k a d")
    q, j, b, e = sympy.symbols("q j b e", positive=True)
    difference = (lhs - rhs).doit().subs({p: q + j - 1, k: j, a: b, d: e})
    together = difference.replace(sympy.log, lambda x: sympy.log(sympy.factor(x)))
    return bool(sympy.simplify(sympy.expand_log(together, force=True)) == 0)


def _g(p: Any, k: int, a: Any, d: int) -> Any:
    """g_a at a ball p, which may be wide."""
    bracket = (p - k + 1) * (p + k + d + 1)
    return (1 + (k * k - d * (p - k + 1)) / bracket).log() - 2 * a / p - (k + d) / ((p + 1) * (p + k + d + 1))


def _keeps_sign(function: Callable[[Any], Any], left: Any, right: Any) -> bool:
    """Prove that the function is positive on [left, right], by halving."""
    waiting, least = [(left, right)], (right - left) / 2**150
    while waiting:
        u, v = waiting.pop()
        if not function(ball(u).union(ball(v))) > 0:
            if v - u < least:
                return False
            waiting += [(u, (u + v) / 2), ((u + v) / 2, v)]
    return True


@cache
def _peak(k: int, d: int, rate: str) -> Any:
    """The p ≥ k up to which g_a is positive and from which on it is negative, as a proven ball; k if it never is.

    From p − k + 1 = k²/d on the logarithm, and with it every term, is at most 0.
    """
    a = ball(rational(Fraction(rate)))
    g = partial(_g, k=k, a=a, d=d)
    low, high = fmpq(k), fmpq(k * k, d) + k
    if g(ball(low)) < 0:
        return low
    while high - low > low / 10**31:
        middle = (low + high) / 2
        low, high = (middle, high) if g(ball(middle)) > 0 else (low, middle)
    low, high = low * (1 - fmpq(1, 10**30)), high * (1 + fmpq(1, 10**30))
    rises = _keeps_sign(g, fmpq(k), low) if low > k else True
    if not (rises and _keeps_sign(lambda p: -g(p), high, max(high, fmpq(k * k, d) + k))):
        return arb("nan")
    return ball(low).union(ball(high))


def _peaks(_budget: Budget, _: Rng) -> Iterable[Instance]:
    frequencies = (1, 2, 3, 5, 8, 13, 30, 100, 1000, 10000)
    return [{"k": k, "a": a, "d": d} for k in frequencies for d in (2, 3, 10) for a in ("0", "1", "3/2", "3")]


def _measured_peak(instance: Instance, _: Rng) -> Sequence[Any]:
    return [_peak(instance["k"], instance["d"], instance["a"])]


def _printed_peak() -> Any:
    k, a, d = symbols("k a d")
    return k**2 / (d + 24 * a)


def _maxima(instance: Instance, indices: Sequence[int]) -> Sequence[Any]:
    values = {"a": Fraction(instance["a"]), "d": instance["d"]}
    formula = Formula(_summand)
    return [formula.value({"p": _peak(k, instance["d"], instance["a"]), "k": k, **values}) for k in indices]


def _parameters(instance: Instance) -> Mapping[str, Fraction]:
    return {name: Fraction(instance[name]) for name in ("a", "d")}


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-66.1",
        "printed",
        "(66)-(68)",
        r"2f_a'(p)/f_a(p)",
        Formula(_slope),
        Identity(Formula(_twice_log_derivative, derived=True), _slope_points, _same_after_simplification),
        note="So f_a' and g_a have the same sign.",
    ),
    Claim(
        "murray:eq-66.2",
        "printed",
        "(69): g_a ≥ 0 on k ≤ p ≤ k²/(d+24a)",
        r"\max\{p\ge k:g_a\ge0\text{ on }[k,p]\}",
        Formula(_printed_peak),
        Value(_peaks, at_instance, _measured_peak, ">=", controls=({"k": 10, "d": 1, "a": "0"},)),
        (DIMENSION,),
        note="For every k ≥ 1, not only for large k; where k²/(d+24a) < k there is nothing to show.",
    ),
    Claim(
        "murray:eq-66.2",
        "sharp",
        "(69), with the best constant in the place of 24",
        r"\max\{p\ge k:g_a\ge0\text{ on }[k,p]\}",
        Formula(theory.summand_peak, derived=True),
        Value(_peaks, at_instance, _measured_peak, ">=", controls=({"k": 10, "d": 1, "a": "0"},)),
        (DIMENSION,),
    ),
    Claim(
        "murray:eq-66.3",
        "new",
        "(69), (70): the largest value of f_a",
        r"\max_{p\ge k}f_a(p)",
        Formula(theory.summand_maximum, derived=True),
        Asymptotic(
            "~",
            "k",
            lambda _b, _r: [{"a": a, "d": d} for a, d in (("0", 2), ("1", 2), ("3/2", 3))],
            _parameters,
            lambda _: DECADES,
            _maxima,
            lambda _: Envelope(Formula(theory.summand_maximum, derived=True), "~"),
        ),
        (DIMENSION,),
    ),
)
