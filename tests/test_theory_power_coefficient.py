"""F(p, k, ā) against enumeration of its definition, its generating function and its recurrences."""

from itertools import product
from typing import Any

import pytest
import sympy

from eigenlaw.theory.errors import InputError
from eigenlaw.theory.power_coefficient import (
    PowerCoefficient,
    number_of_products,
    power_coefficients,
)

a = sympy.IndexedBase("a")


def _by_definition(p: int, k: int) -> sympy.Expr:
    """(4): the sum over all k-tuples of indices that sum to p."""
    if k == 0:
        return sympy.Integer(int(p == 0))
    tuples = (indices for indices in product(range(p + 1), repeat=k) if sum(indices) == p)
    return sympy.Add(*(sympy.Mul(*(a[j] for j in indices)) for indices in tuples))


@pytest.mark.parametrize("p", range(6))
@pytest.mark.parametrize("k", range(5))
def test_value_is_the_definition(p: int, k: int) -> None:
    coefficient = PowerCoefficient(p, k)
    wanted = _by_definition(p, k)
    assert sympy.expand(coefficient.value() - wanted) == 0
    expanded = sympy.Poly(sympy.expand(coefficient.generating_function()), sympy.Symbol("t"))
    assert sympy.expand(expanded.coeff_monomial(sympy.Symbol("t") ** p) - wanted) == 0
    assert number_of_products(p, k) == wanted.subs({a[j]: 1 for j in range(p + 1)})


@pytest.mark.parametrize(
    "sequence", [[2, 3, 5, 7, 11, 13], [0, 1, 1], [0, 0, 4, 1], [sympy.Rational(1, 2)], [0, 0, 0], [sympy.pi, 1]]
)
def test_recurrence_gives_the_values(sequence: list[sympy.Expr]) -> None:
    for k in range(5):
        found = power_coefficients(8, k, sequence)
        assert len(found) == 9
        for p, value in enumerate(found):
            assert sympy.expand(value - PowerCoefficient(p, k).value(sequence)) == 0


def _value(n: Any, m: Any) -> Any:
    return PowerCoefficient(int(n), int(m)).value()


@pytest.mark.parametrize("equation", [PowerCoefficient.recurrence(), PowerCoefficient.step()], ids=["p", "k"])
def test_recurrences_hold_for_symbols(equation: Any) -> None:
    p, k = equation.lhs.args
    for index, factors in ((1, 3), (2, 3), (4, 3), (3, 1), (4, 2)):
        right = equation.rhs.subs({p: index, k: factors}).doit().replace(sympy.Function("F"), _value)
        assert sympy.expand(right - _value(index, factors)) == 0
        wrong = equation.rhs.subs({p: index, k: factors + 1}).doit().replace(sympy.Function("F"), _value)
        assert sympy.expand(wrong - _value(index, factors)) != 0


@pytest.mark.parametrize(("p", "k"), [(-1, 2), (2, -1)])
def test_bad_indices(p: int, k: int) -> None:
    with pytest.raises(InputError):
        PowerCoefficient(p, k)
