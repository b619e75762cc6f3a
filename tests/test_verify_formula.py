"""Formulas: unevaluated trees, and their evaluation exactly, as surds and in balls, held against SymPy's own."""

from fractions import Fraction
from typing import Any

import pytest
import sympy
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from eigenlaw.verify.formula import Formula, ball, evaluate, is_exact, rational, symbols, undefined, unevaluated
from eigenlaw.verify.surds import Surd, root

x, y, k, n = symbols("x y k n")
mu = undefined("mu")


def test_a_formula_stays_as_it_is_written_and_is_built_once() -> None:
    built = []

    def build() -> Any:
        built.append(1)
        return x + x + 0 * y

    formula = Formula(build)
    assert sympy.count_ops(formula.tree) > 0
    assert formula.tree.free_symbols == {x, y}
    assert formula.tree is formula.tree
    assert built == [1]
    assert formula.latex().count("x") == 2
    assert formula.value({"x": 2, "y": 5}) == 4
    assert Formula(lambda: x + x, derived=True).tree == 2 * x
    assert x + x == 2 * x  # evaluation is on again


TREES = st.recursive(
    st.sampled_from([x, y, sympy.Integer(2), sympy.Rational(-3, 7), sympy.Integer(-1)]),
    lambda smaller: st.one_of(
        st.tuples(smaller, smaller).map(lambda t: t[0] + t[1]),
        st.tuples(smaller, smaller).map(lambda t: t[0] * t[1]),
        st.tuples(smaller, st.integers(0, 3)).map(lambda t: t[0] ** t[1]),
        smaller.map(sympy.Abs),
        st.tuples(smaller, smaller).map(lambda t: sympy.Max(t[0], t[1])),
        st.tuples(smaller, smaller, smaller).map(lambda t: sympy.Piecewise((t[0], t[1] < t[2]), (t[1], True))),
        smaller.map(sympy.sign),
        smaller.map(sympy.floor),
    ),
    max_leaves=8,
)
VALUES = st.fractions(min_value=-4, max_value=4, max_denominator=6)


@settings(deadline=None, max_examples=150)
@given(TREES, VALUES, VALUES)
def test_rational_trees_are_evaluated_exactly_as_sympy_does(tree: Any, a: Fraction, b: Fraction) -> None:
    found = evaluate(tree, {"x": a, "y": b})
    expected = tree.subs({x: sympy.Rational(a), y: sympy.Rational(b)}, simultaneous=True)
    assert isinstance(found, fmpq)
    assert found == fmpq(int(expected.p), int(expected.q))


TRANSCENDENTAL = [
    sympy.exp(x) * sympy.log(y) + sympy.pi,
    sympy.sin(x) ** 2 + sympy.cos(y) / sympy.E,
    sympy.tan(x) + sympy.sinh(x) - sympy.cosh(y) * sympy.tanh(x),
    sympy.erf(x) + sympy.erfc(y) + sympy.gamma(y),
    sympy.asin(x / 2) + sympy.acos(x / 3) + sympy.atan(y),
    y ** sympy.Rational(1, 3) + y**x + sympy.sqrt(y + 1) ** 3,
    sympy.Max(sympy.pi, x, sympy.E * y) - sympy.Min(x, sympy.pi, y),
    sympy.Abs(sympy.sin(-x)),
]


@pytest.mark.parametrize("tree", TRANSCENDENTAL)
@pytest.mark.parametrize(("a", "b"), [(Fraction(1, 3), Fraction(2)), (Fraction(-1, 2), Fraction(5, 7))])
def test_balls_contain_what_sympy_finds(tree: Any, a: Fraction, b: Fraction) -> None:
    found = ball(evaluate(tree, {"x": a, "y": b}))
    expected = tree.subs({x: sympy.Rational(a), y: sympy.Rational(b)}, simultaneous=True).evalf(30)
    assert abs(found - arb(str(expected))) < arb("1e-13")


def test_square_roots_stay_exact() -> None:
    assert evaluate(sympy.sqrt(x), {"x": fmpq(9, 4)}) == fmpq(3, 2)
    assert evaluate(sympy.sqrt(x) * sympy.sqrt(y), {"x": 2, "y": 8}) == 4
    assert evaluate(x / sympy.sqrt(y), {"x": 3, "y": 2}) == root(fmpq(9, 2))
    assert evaluate(x ** sympy.Rational(-3, 2), {"x": 4}) == fmpq(1, 8)
    assert is_exact(evaluate(sympy.sqrt(x), {"x": 2}))
    assert not is_exact(evaluate(sympy.sqrt(x) + sympy.sqrt(y), {"x": 2, "y": 3}))


@pytest.mark.parametrize("power", [2, 3, 4])
def test_powers_of_a_ball_around_zero_have_a_value(power: int) -> None:
    found = evaluate(x**power, {"x": arb(0, 1e-20)})
    assert found.is_finite()
    assert found.contains(0)
    assert abs(found) < 1e-35


@pytest.mark.parametrize(
    ("tree", "bindings"),
    [
        (1 / x, {"x": 0}),
        (x ** sympy.Rational(-1, 2), {"x": 0}),
        (1 / x, {"x": arb(0, 1)}),
        (sympy.sqrt(x), {"x": -1}),
        (sympy.log(x), {"x": 0}),
        (sympy.log(x), {"x": -2}),
        (sympy.factorial(x), {"x": -1}),
        (sympy.Piecewise((1, x < 0), (2, x > 0)), {"x": 0}),
        (0 * x, {"x": arb("inf")}),
    ],
)
def test_what_has_no_value_is_no_number(tree: Any, bindings: dict[str, Any]) -> None:
    if tree == 0:
        with unevaluated():
            tree = sympy.Mul(0, x)
    assert not ball(evaluate(tree, bindings)).is_finite()


def test_an_exact_zero_absorbs_finite_factors() -> None:
    with unevaluated():
        tree = sympy.Mul(x, sympy.pi, sympy.sqrt(y))
    assert evaluate(tree, {"x": 0, "y": 2}) == 0
    assert is_exact(evaluate(tree, {"x": 0, "y": 2}))


def test_sums_and_products_over_an_index() -> None:
    assert evaluate(sympy.Sum(k**2, (k, 1, n)), {"n": 10}) == 385
    assert evaluate(sympy.Sum(k**2, (k, 1, n)), {"n": 0}) == 0
    assert evaluate(sympy.Product(1 + 1 / k, (k, 1, n)), {"n": 7}) == 8
    assert evaluate(sympy.Sum(mu(k) * x**k, (k, 0, n)), {"n": 2, "x": 3, "mu": lambda i: [1, 10, 100][i]}) == 931
    assert evaluate(sympy.Sum(1 / sympy.Integer(2) ** k, (k, 0, sympy.oo)), {"oo": 3}) == fmpq(15, 8)


def test_combinatorial_functions() -> None:
    assert [evaluate(sympy.factorial(x), {"x": i}) for i in range(5)] == [1, 1, 2, 6, 24]
    assert [evaluate(sympy.factorial2(x), {"x": i}) for i in (-3, -1, 0, 1, 5, 8)] == [1, 1, 1, 1, 15, 384]
    assert [evaluate(sympy.binomial(x, y), {"x": 5, "y": i}) for i in (-1, 0, 2, 5, 6)] == [0, 1, 10, 1, 0]
    assert evaluate(sympy.KroneckerDelta(x, y), {"x": 2, "y": 2}) == 1
    assert evaluate(sympy.KroneckerDelta(x, y), {"x": 2, "y": 3}) == 0
    assert evaluate(sympy.Mod(x, 3), {"x": -1}) == 2


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        (sympy.And(x > 0, y > 0), False),
        (sympy.Or(x > 0, y > 0), True),
        (sympy.Not(sympy.Eq(x, y)), True),
        (sympy.Ne(x, 1), False),
        (sympy.Ge(x, 1), True),
        (sympy.Le(x, sympy.Rational(1, 2)), False),
        (sympy.sqrt(x + 1) < sympy.Rational(3, 2), True),
        (sympy.pi > x * 3, True),
    ],
)
def test_conditions_choose_the_branch(condition: Any, truth: bool) -> None:
    tree = sympy.Piecewise((10, condition), (20, True))
    assert evaluate(tree, {"x": 1, "y": -1}) == (10 if truth else 20)


def test_a_condition_that_balls_cannot_decide_is_an_error_not_a_branch() -> None:
    for test in (x < 0, x > 0, sympy.Eq(x, 0), sympy.Ne(x, 0), sympy.Not(x <= 0)):
        with pytest.raises(ArithmeticError, match="too wide"):
            evaluate(sympy.Piecewise((1, test), (2, True)), {"x": arb(0, 1)})
    assert evaluate(sympy.Piecewise((1, x < 0), (2, True)), {"x": arb(2, 1)}) == 2


def test_mistakes_of_the_author_are_errors_and_no_values() -> None:
    with pytest.raises(NameError, match="symbol=y"):
        evaluate(x + y, {"x": 1})
    with pytest.raises(NameError, match="symbol=mu"):
        evaluate(mu(1), {})
    with pytest.raises(NameError, match="symbol=oo"):
        evaluate(sympy.Sum(k, (k, 0, sympy.oo)), {})
    with pytest.raises(NotImplementedError, match="zeta"):
        evaluate(sympy.zeta(x), {"x": 3})
    with pytest.raises(NotImplementedError, match="Float"):
        evaluate(sympy.Float(0.5) * x, {"x": 3})
    with pytest.raises(AttributeError):
        evaluate(x, {"x": 0.5})


def test_sums_over_several_indices_start_with_the_innermost() -> None:
    assert evaluate(sympy.Sum(x * y, (x, 0, y), (y, 0, 2)), {}) == 7
    assert evaluate(sympy.Product(x + y, (x, 1, 2), (y, 0, 1)), {}) == 12


def test_numbers_are_made_exact_or_balls() -> None:
    assert rational(Fraction(2, 3)) == fmpq(2, 3)
    assert isinstance(rational(Surd(1, fmpq(2))), Surd)
    assert ball(Surd(-1, fmpq(2))) < -1.41
    assert ball(3) == 3
    assert is_exact(fmpq(1))
    assert not is_exact(arb(1))


def test_a_power_too_long_to_write_down_is_a_ball() -> None:
    found = evaluate(x**y, {"x": fmpq(3, 2), "y": fmpq(10**9)})
    assert isinstance(found, arb)
    assert abs(found.log() / arb(1.5).log() - 10**9) < 1e-3
    assert evaluate(x**y, {"x": fmpq(3, 2), "y": fmpq(5)}) == fmpq(243, 32)
    assert isinstance(evaluate(sympy.sqrt(x) ** y, {"x": fmpq(2), "y": fmpq(10**9 + 1)}), arb)
