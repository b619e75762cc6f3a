"""Expression trees: exact folding, refusals, and what the structure shows, held against numeric evaluation."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eigenlaw.theory import structure
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.expression import (
    HALF,
    MINUS_ONE,
    ONE,
    PI,
    ZERO,
    E,
    Node,
    X,
    add,
    constant_float,
    function,
    mul,
    negative,
    number,
    piecewise,
    power,
    square_root,
    to_text,
)
from eigenlaw.theory.parse import parse_expression

PLACES = (-2.7, -1.3, -0.4, 0.6, 1.9, 3.1)


def value(node: Node, x: float) -> float:
    """Evaluate a tree by a walk of its own."""
    match node.head:
        case "number":
            return float(node.value)
        case "constant":
            return math.pi if node == PI else math.e
        case "x":
            return x
        case "add":
            return sum(value(child, x) for child in node.nodes)
        case "mul":
            return math.prod(value(child, x) for child in node.nodes)
        case "pow":
            return float(value(node.nodes[0], x) ** value(node.nodes[1], x))
        case "piecewise":
            index = sum(value(place, 0.0) < x for place in node.nodes[1::2])
            return value(node.nodes[2 * index], x)
        case name:
            return float(getattr(math, name)(value(node.nodes[0], x)))


@given(st.lists(st.fractions(max_denominator=50), min_size=1, max_size=6))
def test_sums_and_products_of_rationals_are_folded_exactly(values: list[Fraction]) -> None:
    nodes = [number(v) for v in values]
    assert add(*nodes) == number(sum(values, Fraction(0)))
    assert mul(*nodes) == number(math.prod(values))


def test_constructors_fold_and_flatten() -> None:
    assert add(X, ZERO) == X
    assert mul(X, ZERO) == ZERO
    assert mul(ONE, X) == X
    assert add(add(X, ONE), add(X, ONE)) == Node("add", (X, X, number(2)))
    assert power(X, ONE) == X
    assert power(X, ZERO) == ONE
    assert power(power(X, number(2)), number(3)) == Node("pow", (X, number(6)))
    assert power(power(X, number(2)), HALF) != X
    assert square_root(PI) == Node("pow", (PI, HALF))
    assert function("exp", ZERO) == ONE
    assert function("sinh", ZERO) == ZERO
    assert function("acos", ZERO) == Node("acos", (ZERO,))
    assert power(number(Fraction(2, 3)), number(-3)) == number(Fraction(27, 8))
    assert negative(negative(X)) == X


def test_an_exponent_in_x_becomes_an_exponential() -> None:
    assert power(E, X) == function("exp", X)
    assert value(power(number(2), X), 3.0) == pytest.approx(8.0, rel=1e-14)
    with pytest.raises(InputError, match="exponent"):
        power(X, X)
    with pytest.raises(InputError, match="exponent"):
        power(number(-2), X)


@pytest.mark.parametrize("exponent", [-1, -7])
def test_zero_has_no_negative_power(exponent: int) -> None:
    with pytest.raises(InputError, match="division by zero"):
        power(ZERO, number(exponent))


def test_powers_too_large_to_write_out_are_refused() -> None:
    assert power(number(2), number(2000)).value == 2**2000
    with pytest.raises(InputError, match="digits"):
        power(number(2), number(5000))


def test_a_head_without_a_rational_value_says_so() -> None:
    with pytest.raises(TypeError, match="number"):
        assert Node("constant", ("pi",)).value


def test_pieces_need_increasing_constants_and_equal_neighbours_merge() -> None:
    assert piecewise((X, X), (ZERO,)) == X
    assert piecewise((ZERO, X, X), (ZERO, ONE)) == Node("piecewise", (ZERO, ZERO, X))
    with pytest.raises(InputError, match="increasing"):
        piecewise((ZERO, X, ONE), (ONE, ZERO))
    with pytest.raises(InputError, match="increasing"):
        piecewise((ZERO, X, ONE), (ONE, ONE))
    with pytest.raises(InputError, match="constant"):
        piecewise((ZERO, ONE), (X,))


def test_constants_are_told_from_functions_of_x() -> None:
    assert mul(PI, square_root(number(2))).constant
    assert not add(PI, X).constant
    assert not Node("piecewise", (ZERO, ZERO, ONE)).constant
    assert constant_float(function("erfc", ONE)) == math.erfc(1)
    for bad in (X, function("log", MINUS_ONE), power(MINUS_ONE, HALF), function("exp", number(10**6))):
        with pytest.raises(InputError, match="finite real number"):
            constant_float(bad)


@pytest.mark.parametrize(
    ("text", "coefficients"),
    [
        ("(x + 1)**3 - x**3", (1, 3, 3)),
        ("3", (3,)),
        ("x*(x - 1/2)*(x + 1/2)", (0, Fraction(-1, 4), 0, 1)),
        ("(x + 1)**0.5", None),
        ("pi*x", None),
        ("1/x", None),
        ("tanh(x)", None),
        ("max(x, 0)", None),
        ("x - x", (0,)),
    ],
)
def test_rational_polynomials_are_recognised(text: str, coefficients: tuple[Fraction, ...] | None) -> None:
    assert structure.polynomial(parse_expression(text)) == coefficients


@given(st.lists(st.integers(-9, 9), min_size=1, max_size=5), st.integers(0, 4))
def test_polynomial_coefficients_reproduce_the_tree(coefficients: list[int], n: int) -> None:
    tree = power(add(*(mul(number(c), power(X, number(k))) for k, c in enumerate(coefficients))), number(n))
    found = structure.polynomial(tree)
    assert found is not None
    for x in (Fraction(-3, 2), Fraction(2), Fraction(5, 7)):
        inner = sum(c * x**k for k, c in enumerate(coefficients))
        assert sum(c * x**k for k, c in enumerate(found)) == inner**n


EVEN = ("x**2", "abs(x)", "x*tanh(x)", "cos(sin(x))", "exp(-x**2)", "max(x, -x)", "2", "x**-4", "x*sign(x)")
ODD = ("x", "tanh(x)", "x**3 + x", "sign(x)", "min(1, max(-1, x))", "erf(x)*cos(x)", "1/x", "asin(x/4)", "x*abs(x)")
NEITHER = ("max(x, 0)", "exp(x)", "x + 1", "x + x**2", "heaviside(x)", "erfc(x)", "acos(x/4)")


@pytest.mark.parametrize("text", EVEN + ODD + NEITHER)
def test_parity_agrees_with_values(text: str) -> None:
    tree = parse_expression(text)
    expected = "even" if text in EVEN else "odd" if text in ODD else None
    assert structure.parity(tree) == expected
    sign = {"even": 1, "odd": -1}
    pairs = [(value(tree, x), value(tree, -x)) for x in PLACES]
    for kind, factor in sign.items():
        agrees = all(math.isclose(left, factor * right, abs_tol=1e-12) for left, right in pairs)
        assert agrees == (expected == kind)


@pytest.mark.parametrize("text", [*EVEN, *ODD, *NEITHER, "max(x + 1, 2*x) - abs(x - 2)", "x if x < pi else 1/x"])
def test_reflection_scaling_and_flattening_agree_with_values(text: str) -> None:
    tree = parse_expression(text)
    factor = square_root(number(2))
    for x in PLACES:
        assert value(structure.reflected(tree), x) == pytest.approx(value(tree, -x), rel=1e-13, abs=1e-13)
        assert value(structure.flattened(tree), x) == pytest.approx(value(tree, x), rel=1e-13, abs=1e-13)
        here = x / math.sqrt(2)
        assert value(structure.scaled(tree, factor), here) == pytest.approx(value(tree, x), rel=1e-12, abs=1e-12)


def test_breakpoints_and_pieces() -> None:
    tree = parse_expression("abs(x - 1) + max(x + 2, 0) + tanh(x)")
    assert structure.breakpoints(tree) == (number(-2), ONE)
    assert all(structure.breakpoints(structure.piece(tree, index)) == () for index in range(3))
    for index, x in enumerate((-3.3, 0.2, 5.0)):
        assert value(structure.piece(tree, index), x) == pytest.approx(value(tree, x), rel=1e-14)
    assert structure.breakpoints(parse_expression("x if x < sqrt(2) else 1")) == (square_root(number(2)),)
    assert structure.breakpoints(parse_expression("tanh(x)")) == ()


def test_linear_finds_slope_and_intercept() -> None:
    assert structure.linear(parse_expression("3*(x - 2)/2 + pi")) is not None
    slope, intercept = structure.linear(parse_expression("(2*x + 1)*3 - x")) or (ZERO, ZERO)
    assert constant_float(slope) == 5
    assert constant_float(intercept) == 3
    assert structure.linear(parse_expression("x*x")) is None
    assert structure.linear(parse_expression("sin(x)")) is None


def test_a_sign_that_cannot_be_located_is_refused() -> None:
    with pytest.raises(InputError, match="linear in x"):
        parse_expression("abs(x**2 - 1)")


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (mul(number(Fraction(-1, 2)), X), "(-1/2)*x"),
        (negative(add(X, ONE)), "-(x + 1)"),
        (add(X, negative(function("tanh", X))), "x - tanh(x)"),
        (power(add(X, ONE), number(-2)), "(x + 1)**(-2)"),
        (square_root(mul(number(2), PI)), "sqrt(2*pi)"),
        (power(power(number(2), HALF), PI), "sqrt(2)**pi"),
    ],
)
def test_text_is_as_one_would_write_it(node: Node, text: str) -> None:
    assert to_text(node) == text
    assert parse_expression(text) == node
