"""Identities of the Hermite polynomials: (24)-(26)."""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from flint import acb, arb, fmpq, fmpq_poly, fmpz

from eigenlaw.theory.hermite_polynomials import hermite_at_zero, hermite_polynomial, index_symbol
from eigenlaw.verify.claim import Budget, Claim, Evaluate, Hypothesis, Instance, Rng, Value
from eigenlaw.verify.formula import Formula, evaluate, rational, symbols, undefined
from eigenlaw.verify.surds import root


@cache
def he(k: int) -> Any:
    """He_k = (x − d/dx)^k 1 over the rationals."""
    polynomial = fmpq_poly([1])
    for _ in range(k):
        polynomial = fmpq_poly([0, 1]) * polynomial - polynomial.derivative()
    return polynomial


def normalised(polynomial: Any, k: int) -> Callable[[Any], Any]:
    """X ↦ polynomial(x)/√k!, exact at rational x, a ball or box otherwise."""
    coefficients = [polynomial[i] for i in range(polynomial.degree() + 1)]

    def value(x: Any) -> Any:
        if isinstance(x, fmpq):
            return polynomial(x) * root(1 / fmpq(fmpz.fac_ui(k)))
        total = acb(0)
        for c in reversed(coefficients):
            total = total * x + arb(c)
        return total / arb(fmpz.fac_ui(k)).sqrt()

    return value


def h_at(k: int, x: Any) -> Any:
    """h_k(x) of eigenlaw.theory at a rational x, as an exact number."""
    import sympy

    if not isinstance(k, int):
        raise TypeError(f"k={k}: expected an integer")
    at = rational(x)
    return evaluate(hermite_polynomial(k, sympy.Rational(int(at.p), int(at.q))), {})


def own_h_at(k: int, x: Any) -> Any:
    """h_k(x) from He_k = (x − d/dx)^k 1."""
    if k < 0:
        raise IndexError(f"k={k}: expected an index of at least 0")
    return normalised(he(k), k)(rational(x))


def _points(budget: Budget, _: Rng) -> Iterable[Instance]:
    places = ("0", "1", "-1/2", "2", "-7/3")
    return [{"k": k, "x": x} for k in range(budget.of(12, 40, 100)) for x in places]


def _point(instance: Instance) -> tuple[int, Any]:
    x = Fraction(instance["x"])
    return instance["k"], fmpq(x.numerator, x.denominator)


def _at_point(h: Callable[[int, Any], Any]) -> Callable[[Instance, Evaluate], Sequence[Any]]:
    def predicted(instance: Instance, value: Evaluate) -> Sequence[Any]:
        k, x = _point(instance)
        return [value(k=k, x=x, h=h)]

    return predicted


def _slope(instance: Instance, _: Rng) -> Sequence[Any]:
    k, x = _point(instance)
    return [normalised(he(k).derivative(), k)(x)]


def _times_x(instance: Instance, _: Rng) -> Sequence[Any]:
    k, x = _point(instance)
    return [x * normalised(he(k), k)(x)]


def _derivative_rule() -> Any:
    import sympy

    k, x = symbols("k x")
    return sympy.sqrt(k) * undefined("h")(k - 1, x)


def _product_rule() -> Any:
    import sympy

    k, x = symbols("k x")
    h = undefined("h")
    return sympy.sqrt(k + 1) * h(k + 1, x) + sympy.sqrt(k) * h(k - 1, x)


def _at_zero_printed() -> Any:
    import sympy

    (k,) = symbols("k")
    even = (-1) ** (k / 2) * sympy.factorial2(k - 1) / sympy.sqrt(sympy.factorial(k))
    return sympy.Piecewise((even, sympy.Eq(sympy.Mod(k, 2), 0)), (0, True))


POSITIVE = Hypothesis(r"k\ge1", lambda i: i["k"] >= 1, tight=lambda i: i["k"] == 1)


def indices(budget: Budget, _: Rng) -> Iterable[Instance]:
    """Return the indices 0, 1, 2 and so on."""
    return [{"k": k} for k in range(budget.of(25, 40, 60))]


def at_index(instance: Instance, value: Evaluate) -> Sequence[Any]:
    """The formula at the index of the instance."""
    return [value(k=instance["k"])]


CLAIMS: tuple[Claim, ...] = (
    Claim(
        "murray:eq-22.3",
        "printed",
        "(24)",
        r"h_k'(x)",
        Formula(_derivative_rule),
        Value(_points, _at_point(own_h_at), _slope),
        (POSITIVE,),
    ),
    Claim(
        "murray:eq-22.3",
        "new",
        "(24), the polynomials of eigenlaw.theory",
        r"h_k'(x)",
        Formula(_derivative_rule),
        Value(_points, _at_point(h_at), _slope),
        (POSITIVE,),
    ),
    Claim(
        "murray:eq-22.4",
        "printed",
        "(25)",
        r"xh_k(x)",
        Formula(_product_rule),
        Value(_points, _at_point(own_h_at), _times_x),
        (POSITIVE,),
    ),
    Claim(
        "murray:eq-22.4",
        "new",
        "(25), the polynomials of eigenlaw.theory",
        r"xh_k(x)",
        Formula(_product_rule),
        Value(_points, _at_point(h_at), _times_x),
        (POSITIVE,),
    ),
    Claim(
        "murray:eq-22.5",
        "printed",
        "(26)",
        r"h_k(0)",
        Formula(_at_zero_printed),
        Value(indices, at_index, lambda i, _: [normalised(he(i["k"]), i["k"])(fmpq(0))]),
    ),
    Claim(
        "murray:eq-22.5",
        "new",
        "(26), in eigenlaw.theory",
        r"h_k(0)",
        Formula(lambda: hermite_at_zero(index_symbol()), derived=True),
        Value(indices, at_index, lambda i, _: [normalised(he(i["k"]), i["k"])(fmpq(0))]),
    ),
)
