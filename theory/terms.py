"""Expressions as sums of terms coefficient · x^n · exp(q x² + r x) · ∏ erf(α x + β) · (unknown factors).

The terms without unknown factors are those whose Gaussian integrals have rules here.
"""

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from eigenlaw.theory.activations import Activation
from eigenlaw.theory.errors import InputError


@dataclass(frozen=True)
class Term:
    """One addend of an expression in x.

    Attributes:
        coefficient: a SymPy expression free of x.
        n: the power of x, an integer of at least 0.
        q: the coefficient of x² in the exponent.
        r: the coefficient of x in the exponent; may be complex.
        erfs: the pairs (α, β), one for each factor erf(α x + β), sorted.
        others: the factors for which there is no rule, as SymPy expressions in x.
    """

    coefficient: Any
    n: int = 0
    q: Any = 0
    r: Any = 0
    erfs: tuple[tuple[Any, Any], ...] = ()
    others: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Piece:
    """A smooth expression on the interval from ``low`` to ``high``, which may be infinite."""

    expression: Any
    low: Any
    high: Any


def terms(expression: Any, x: Any) -> tuple[Term, ...]:
    """Return the addends of a smooth expression in x; sin, cos, sinh and cosh become exponentials.

    Example:
        >>> import sympy
        >>> x = sympy.Symbol("x", real=True)
        >>> [term] = terms(x**2 * sympy.exp(-x**2 / 2 + 3) * sympy.erf(x), x)
        >>> term.coefficient, term.n, term.q, term.erfs
        (exp(3), 2, -1/2, ((1, 0),))
    """
    import sympy

    plain = expression.replace(sympy.erfc, lambda u: 1 - sympy.erf(u))
    plain = sympy.expand(sympy.Add(*(_waves_as_exponentials(addend, x) for addend in _addends(sympy.expand(plain)))))
    collected: dict[Term, Any] = {}
    for addend in _addends(plain):
        term = _term(addend, x)
        shape = replace(term, coefficient=None)
        collected[shape] = collected.get(shape, sympy.Integer(0)) + term.coefficient
    return tuple(replace(shape, coefficient=c) for shape, c in collected.items() if c != 0)


def _addends(expression: Any) -> tuple[Any, ...]:
    import sympy

    return sympy.Add.make_args(expression) if expression != 0 else ()


def _waves_as_exponentials(addend: Any, x: Any) -> Any:
    """Return a product with its factors sin, cos, sinh, cosh of linear arguments written as exponentials."""
    import sympy

    def rewritten(factor: Any) -> Any:
        base, power = factor.as_base_exp()
        wave = isinstance(base, sympy.sin | sympy.cos | sympy.sinh | sympy.cosh)
        if wave and power.is_Integer and power > 0 and _polynomial(base.args[0], x, 1) is not None:
            return base.rewrite(sympy.exp) ** power
        return factor

    return sympy.Mul(*(rewritten(factor) for factor in sympy.Mul.make_args(addend)))


def _term(addend: Any, x: Any) -> Term:
    import sympy

    coefficient, rest = addend.as_independent(x, as_Add=False)
    n, q, r = 0, sympy.Integer(0), sympy.Integer(0)
    erfs: list[tuple[Any, Any]] = []
    others: list[Any] = []
    for factor in sympy.Mul.make_args(rest):
        base, power = factor.as_base_exp()
        whole = power.is_Integer and power >= 0
        if factor == 1:
            continue
        if base == x and whole:
            n += int(power)
        elif not base.has(x) and (exponent := _polynomial(power * sympy.log(base), x, 2)) is not None:
            constant, linear, square = exponent
            coefficient, r, q = coefficient * sympy.exp(constant), r + linear, q + square
        elif isinstance(base, sympy.erf) and whole and (inner := _polynomial(base.args[0], x, 1)) is not None:
            erfs += [(inner[1], inner[0])] * int(power)
        else:
            others.append(factor)
    order = sympy.default_sort_key
    erfs.sort(key=lambda pair: (order(pair[0]), order(pair[1])))
    return Term(coefficient, n, q, r, tuple(erfs), tuple(sorted(others, key=order)))


def _polynomial(expression: Any, x: Any, degree: int) -> tuple[Any, ...] | None:
    """Return the coefficients, constant first, if the expression is a polynomial in x of at most this degree."""
    import sympy

    if not expression.is_polynomial(x):
        return None
    poly = sympy.Poly(expression, x)
    if poly.degree() > degree:
        return None
    return tuple(poly.coeff_monomial(x**j) for j in range(degree + 1))


def pieces_of_activation(activation: Activation) -> tuple[Piece, ...]:
    """Return the smooth pieces of an activation, from left to right."""
    import sympy

    from eigenlaw.theory.structure import piece
    from eigenlaw.theory.symbolic import to_sympy

    edges = [-sympy.oo, *map(to_sympy, activation.breakpoints), sympy.oo]
    return tuple(
        Piece(to_sympy(piece(activation.tree, index)), low, high) for index, (low, high) in enumerate(pairwise(edges))
    )


def pieces_of_expression(expression: Any, x: Any) -> tuple[Piece, ...]:
    """Return the smooth pieces of a SymPy expression in a real symbol x; Abs, Max, sign and the like are opened.

    Raises:
        InputError: if the places where it changes its branch depend on other symbols.
    """
    import sympy

    kinked = (sympy.Abs, sympy.Max, sympy.Min, sympy.sign, sympy.Heaviside)
    opened = expression
    for head in kinked:
        opened = opened.replace(lambda e, h=head: isinstance(e, h) and e.has(x), lambda e: e.rewrite(sympy.Piecewise))
    if not opened.has(sympy.Piecewise):
        return (Piece(expression, -sympy.oo, sympy.oo),)
    folded = sympy.piecewise_fold(opened)
    tests = [test for case in folded.atoms(sympy.Piecewise) for _, test in case.args]
    if not isinstance(folded, sympy.Piecewise) or any(test.free_symbols - {x} for test in tests):
        raise InputError.of("expression", expression, "expected breakpoints that are numbers; give limits instead")
    found: list[Piece] = []
    for value, where in folded.as_expr_set_pairs():
        parts = where.args if isinstance(where, sympy.Union) else (where,)
        found += [Piece(value, part.start, part.end) for part in parts if isinstance(part, sympy.Interval)]
    return tuple(found)


def is_continuous(pieces: tuple[Piece, ...]) -> bool:
    """Tell whether neighbouring pieces are shown to meet at their common limit."""
    import sympy

    from eigenlaw.theory.symbolic import x_symbol

    return all(
        sympy.simplify((right.expression - left.expression).subs(x_symbol(), right.low)) == 0
        for left, right in pairwise(pieces)
    )
