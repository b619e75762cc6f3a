import numpy as np
import pytest

from eigenlaw.numerics.arrays import numpy_function
from eigenlaw.numerics.symmetry import parity_parts
from eigenlaw.theory.parse import parse_expression
from eigenlaw.theory.structure import parity, polynomial

SPLIT = [
    "x*tanh(x)",
    "sin(x)",
    "x + x**2",
    "log(1 + exp(x))",
    "log(1 + exp(-3*x))",
    "1/(1 + exp(-x))",
    "x/(1 + exp(-x))",
    "(1 + exp(x))**(-2)",
    "exp(x)",
    "exp(x - x**2)",
    "max(x, 0)",
    "max(x, 0)**2",
    "abs(x) + x**3",
    "x*(1 + erf(x/sqrt(2)))/2",
    "(x + cos(x))**3",
    "heaviside(x)",
]


@pytest.mark.parametrize("text", SPLIT)
def test_the_parts_have_their_parity_and_add_up(text: str) -> None:
    tree = parse_expression(text)
    parts = parity_parts(tree)
    assert parts is not None
    x = np.array([0.3, 1.7, 2.9, 0.01])
    f, even, odd = (numpy_function(part) for part in (tree, *parts))
    values = [np.broadcast_to(part(sign * x), x.shape) for part in (even, odd) for sign in (1, -1)]
    np.testing.assert_allclose(values[0], values[1], rtol=1e-12)
    np.testing.assert_allclose(values[2], -values[3], rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(values[0] + values[2], f(x), rtol=1e-12)
    np.testing.assert_allclose(values[1] + values[3], f(-x), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("text", ["log(1 + exp(x))", "x/(1 + exp(-x))", "max(x, 0)", "x*(1 + erf(x/sqrt(2)))/2"])
def test_a_polynomial_part_is_recognised(text: str) -> None:
    parts = parity_parts(parse_expression(text))
    assert parts is not None
    even, odd = parts
    assert polynomial(odd) is not None and polynomial(even) is None and parity(even) == "even"


@pytest.mark.parametrize("text", ["x*tanh(log(1 + exp(x)))", "log(2 + exp(x))", "max(x, 1)", "atan(x + 1)"])
def test_no_rule_no_parts(text: str) -> None:
    assert parity_parts(parse_expression(text)) is None
