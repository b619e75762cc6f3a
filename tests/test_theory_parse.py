"""The parser: what it reads, what it refuses, and that text, SymPy, NumPy and balls mean the same function."""

import math
import time
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from eigenlaw.numerics.activation import arb_value
from eigenlaw.numerics.arrays import numpy_function
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import HALF, E, Node, X, add, function, mul, number, power, to_text
from eigenlaw.theory.parse import parse_expression
from eigenlaw.theory.structure import breakpoints
from eigenlaw.theory.symbolic import from_sympy, to_sympy

Real = Callable[[float], float]
Sample = tuple[str, Real]
"""A text and, made beside it, the plain Python function that it means."""

UNARY: dict[str, Real] = {
    "exp": math.exp,
    "sin": math.sin,
    "cos": math.cos,
    "tanh": math.tanh,
    "erf": math.erf,
    "erfc": math.erfc,
    "atan": math.atan,
    "sigmoid": lambda u: math.exp(min(u, 0)) / (1 + math.exp(-abs(u))),
    "Phi": lambda u: math.erfc(-u / math.sqrt(2)) / 2,
}
ATOMS: list[Sample] = [
    ("x", lambda x: x),
    ("-x", lambda x: -x),
    ("pi", lambda _: math.pi),
    ("E", lambda _: math.e),
    (".5", lambda _: 0.5),
    ("1.5e-1", lambda _: 0.15),
    ("max(x, 0)", lambda x: max(x, 0)),
    ("abs(x - 1)", lambda x: abs(x - 1)),
    ("min(1, max(-1, x))", lambda x: min(1, max(-1, x))),
    ("Max(x, -x/2, 1/3)", lambda x: max(x, -x / 2, 1 / 3)),
    ("relu(-2*x)", lambda x: max(-2 * x, 0)),
    ("softplus(x)", lambda x: math.log1p(math.exp(x))),
    ("(x if x > 1/3 else x**2)", lambda x: x if x > 1 / 3 else x * x),
    ("Piecewise((0, x < -1), (x**3, x <= pi/2), (1, True))", lambda x: 0 if x < -1 else x**3 if x < math.pi / 2 else 1),
]


def _sum(t: tuple[Sample, Sample]) -> Sample:
    (a, f), (b, g) = t
    return f"({a}) + ({b})", lambda x: f(x) + g(x)


def _difference(t: tuple[Sample, Sample]) -> Sample:
    (a, f), (b, g) = t
    return f"({a}) - ({b})", lambda x: f(x) - g(x)


def _product(t: tuple[Sample, Sample]) -> Sample:
    (a, f), (b, g) = t
    return f"({a})*({b})", lambda x: f(x) * g(x)


def _quotient(t: tuple[Sample, Sample]) -> Sample:
    (a, f), (b, g) = t
    return f"({a})/(2 + sin({b}))", lambda x: f(x) / (2 + math.sin(g(x)))


def _power(t: tuple[Sample, int]) -> Sample:
    (a, f), n = t
    return f"({a})**{n}", lambda x: f(x) ** n


def _root(t: Sample) -> Sample:
    a, f = t
    return f"sqrt(1 + ({a})**2)", lambda x: math.hypot(1, f(x))


def _unary(t: tuple[str, Sample]) -> Sample:
    name, (a, f) = t
    return f"{name}({a})", lambda x: UNARY[name](f(x))


def _grown(smaller: st.SearchStrategy[Sample]) -> st.SearchStrategy[Sample]:
    two = st.tuples(smaller, smaller)
    return st.one_of(
        two.map(_sum),
        two.map(_difference),
        two.map(_product),
        two.map(_quotient),
        st.tuples(smaller, st.integers(0, 3)).map(_power),
        smaller.map(_root),
        st.tuples(st.sampled_from(sorted(UNARY)), smaller).map(_unary),
    )


SAMPLES = st.recursive(st.sampled_from(ATOMS), _grown, max_leaves=6)
OFF_BREAKS = st.integers(-130, 130).map(lambda n: Fraction(2 * n + 1, 128))


@settings(deadline=None, max_examples=200)
@given(SAMPLES)
def test_text_of_a_tree_is_read_back_as_the_same_tree(sample: Sample) -> None:
    tree = parse_expression(sample[0])
    assert parse_expression(to_text(tree)) == tree


@settings(deadline=None, max_examples=200)
@given(SAMPLES, OFF_BREAKS)
def test_numpy_and_balls_agree_with_plain_python(sample: Sample, place: Fraction) -> None:
    text, f = sample
    try:
        expected = f(float(place))
    except OverflowError:
        return
    tree = parse_expression(text)
    ball = arb_value(tree, arb(fmpq(place.numerator, place.denominator)))
    assert ball.is_finite()
    assert float(ball.mid()) == pytest.approx(expected, rel=1e-8, abs=1e-8)
    with np.errstate(all="ignore"):
        found = numpy_function(tree)(np.array([float(place), 0.3]))
    assert np.broadcast_to(found, 2)[0] == pytest.approx(expected, rel=1e-8, abs=1e-8)


@settings(deadline=None, max_examples=40)
@given(SAMPLES, OFF_BREAKS)
def test_sympy_agrees_with_balls_and_comes_back(sample: Sample, place: Fraction) -> None:
    tree = parse_expression(sample[0])
    expression = to_sympy(tree)
    here = arb(fmpq(place.numerator, place.denominator))
    ball = arb_value(tree, here)
    if abs(ball) > 1e60:
        return
    value = expression.subs("x", place).subs(dict.fromkeys(expression.free_symbols, place))
    assert float(value.evalf(30)) == pytest.approx(float(ball.mid()), rel=1e-9, abs=1e-9)
    again = arb_value(from_sympy(expression), here)
    assert float(again.mid()) == pytest.approx(float(ball.mid()), rel=1e-9, abs=1e-9)


TREES = st.recursive(
    st.one_of(
        st.just(X),
        st.just(E),
        st.fractions(min_value=-9, max_value=9, max_denominator=7).map(number),
        st.just(number(-1)),
    ),
    lambda smaller: st.one_of(
        st.lists(smaller, min_size=2, max_size=3).map(lambda nodes: add(*nodes)),
        st.lists(smaller, min_size=2, max_size=3).map(lambda nodes: mul(*nodes)),
        smaller.map(lambda node: function("tanh", node)),
        st.tuples(smaller, st.sampled_from([number(2), number(-3), HALF, number(Fraction(-1, 3))])).map(
            lambda t: power(add(X, t[0]), t[1]) if add(X, t[0]).head != "number" else X
        ),
    ),
    max_leaves=8,
)


@settings(deadline=None, max_examples=200)
@given(TREES)
def test_trees_built_by_hand_survive_their_text(tree: Node) -> None:
    assert parse_expression(to_text(tree)) == tree


HOSTILE = {
    "call": "__import__('os').system('x')",
    "attribute": "x.real",
    "dunder": "x.__class__.__mro__",
    "lambda": "(lambda: x)()",
    "tower": "9**9**9**9",
    "tower of x": "x**9**9**9",
    "shift": "1<<99999999999",
    "brackets": "(" * 10**6 + "x" + ")" * 10**6,
    "open brackets": "(" * 1999,
    "long": "x" * 10**6,
    "long spaces": " " * 10**6 + "x",
    "unary": "-" * 1900 + "x",
    "nots": "not " * 400 + "x",
    "calls": "sin(" * 110 + "x" + ")" * 110 + "(" * 20,
    "chain": "-".join(["x"] * 900),
    "unicode": "π*x",
    "fullwidth": "ｘ + 1",
    "nul": "x\0",
    "newline": "x\n+1",
    "statement": "x; x",
    "assignment": "x = 1",
    "walrus": "(y := x)",
    "f-string": "f'{x}'",
    "comprehension": "[x for x in (1,)]",
    "generator": "max(x for x in (1, 2))",
    "string": "'x'",
    "bytes": "b'x'",
    "complex": "1j*x",
    "large float": "1e400*x",
    "small float": "1e-400*x",
    "long number": "1" * 60 + "*x",
    "hexadecimal": "0x10*x",
    "underscores": "1_000*x",
    "truth": "True",
    "nothing": "None",
    "ellipsis": "...",
    "star": "max(*x)",
    "keyword": "max(x, 0, key=x)",
    "subscript": "x[0]",
    "dictionary": "{x: 1}",
    "and": "x and 1",
    "comparison": "x < 1",
    "chained": "x if 0 < x < 1 else 0",
    "truthy": "x if x else 1",
    "equality": "x if x == 0 else 1",
    "matrix product": "x @ x",
    "floor": "x // 2",
    "modulo": "x % 2",
    "caret": "x^2",
    "await": "await x",
    "yield": "(yield x)",
    "big power": "(2**1000)**1000",
    "high power": "x**1001",
    "division by zero": "x/0",
    "zero power": "0**-1",
    "hidden zero": "1/(2 - 2)",
    "log of zero": "log(0)",
    "two variables": "x*y",
    "unknown": "zeta(x)",
    "no argument": "tanh()",
    "two arguments": "tanh(x, x)",
    "one maximum": "max(x)",
    "open pieces": "Piecewise((x, x < 0))",
    "bad pieces": "Piecewise(x, x < 0)",
    "no pieces": "Piecewise()",
    "curved": "abs(x**2 - 1)",
    "empty": "",
    "blank": "   ",
    "x to the x": "x**x",
    "comment": "# x",
    "unbalanced": "(x",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_mathematics_is_refused_at_once_and_in_one_line(name: str) -> None:
    start = time.perf_counter()
    with pytest.raises(InputError) as caught:
        parse_expression(HOSTILE[name])
    assert time.perf_counter() - start < 0.1
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 700
    assert message.isprintable()
    assert "=" in message
    assert ": " in message


KINKS = {
    "a line of kinks": "abs(" * 30 + "x" + " - 1)" * 30,
    "2^20 kinks": "abs(2*" * 20 + "x" + " - 1)" * 20,
    "a sum of 13": f"abs({' + '.join(f'abs(x - {k})' for k in range(13))} - 100)",
    "40 lines": f"max({', '.join(f'{k}*x - {k * k}' for k in range(40))})",
}


@pytest.mark.parametrize("name", KINKS)
def test_too_many_kinks_are_refused_within_half_a_second(name: str) -> None:
    start = time.process_time()
    with pytest.raises(InputError, match="expected at most 12 kinks") as caught:
        parse_expression(KINKS[name])
    assert time.process_time() - start < 0.5
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 700


def test_kinks_up_to_the_limit_are_read() -> None:
    nested = parse_expression("abs(2*" * 4 + "x" + " - 1)" * 4)
    assert len(breakpoints(nested)) == 15
    twelve = " + ".join(f"abs(x - {k})" for k in range(12))
    assert len(breakpoints(parse_expression(f"abs({twelve} - 100)"))) == 14
    assert len(breakpoints(parse_expression(" + ".join(f"abs(x - {k})" for k in range(13))))) == 13


def test_the_square_of_a_root_keeps_the_domain_of_the_root() -> None:
    assert to_text(parse_expression("sqrt(x)**2")) == "sqrt(x)**2"
    assert parse_expression("(x**2)**3") == power(X, number(6))


def test_deep_but_honest_text_is_read() -> None:
    assert parse_expression("(" * 100 + "x" + ")" * 100) == X
    assert parse_expression("sin(" * 50 + "x" + ")" * 50).head == "sin"
    assert parse_expression(" + ".join(["x"] * 100)) == Node("add", (X,) * 100)


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.1", Fraction(1, 10)), ("1e-3", Fraction(1, 1000)), ("2.50E+2", Fraction(250)), ("1/3", Fraction(1, 3))],
)
def test_decimals_are_exact(text: str, value: Fraction) -> None:
    assert parse_expression(text) == number(value)


def test_equal_notations_give_equal_trees() -> None:
    for one, other in (
        ("abs(x)", "Abs(x)"),
        ("max(x, 0)", "relu(x)"),
        ("x if x >= 0 else 0", "max(x, 0)"),
        ("0 if x < 0 else x", "Piecewise((x, x > 0), (0, True))"),
        ("heaviside(x)", "Heaviside(x)"),
        ("ln(2 + x)", "log(2 + x)"),
        ("e**x", "exp(x)"),
        ("min(x, 1)", "-max(-x, -1)"),
    ):
        assert parse_expression(one) == parse_expression(other)
