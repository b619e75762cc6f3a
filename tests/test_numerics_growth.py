import math
from typing import Any

import pytest

from eigenlaw.numerics.activation import arb_value
from eigenlaw.numerics.growth import growth_at_ends
from eigenlaw.numerics.precision import working
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.parse import parse_expression

BOUNDED_TREES = [
    "x*tanh(x)",
    "exp(-abs(x))",
    "1/(1 + x**2)",
    "log(1 + exp(x))",
    "x/(1 + exp(-x))",
    "exp(x**2/5)",
    "exp(-x**4 + x)",
    "sqrt(1 + x**2)",
    "log(sigmoid(x))",
    "log(1 + x**2)",
    "1/(x**4 - x**2 + 1)",
    "log(cosh(x))",
    "x*tanh(softplus(x))",
    "tan(tanh(x))",
    "asin(tanh(x))",
    "atan(x)*sin(x**2)",
    "erfc(x)*exp(x)",
    "erfc(-2*x)",
    "sinh(x)/cosh(x)",
    "x**5 - 3*x**2",
    "1/(x - 3)**2",
    "2**x + x**2",
    "max(x, 1)**2*(1 + tanh(-x))",
    "1/(2 + sin(x))",
    "exp(x)/(1 + x**2)",
    "sqrt(exp(x) + exp(-x))",
    "(1 + x**2)**(-3/2)",
    "log(2 + tanh(x))",
    "sign(x - 1/2)*erf(x)",
]


@pytest.mark.parametrize("text", BOUNDED_TREES)
def test_the_bound_holds_at_many_points(text: str) -> None:
    tree = parse_expression(text)
    start, left, right = growth_at_ends(tree)
    with working(80):
        for side, growth in ((-1, left), (1, right)):
            for step in range(60):
                x = (float(start) + step * 0.37) * side
                a, n, b, c = (float(part) for part in (growth.a, growth.n, growth.b, growth.c))
                log_bound = math.log(a) + n * math.log1p(abs(x)) + b * abs(x) + c * x * x
                size = abs(arb_value(tree, x_ball(x)))
                assert size == 0 or float(size.log().mid()) <= log_bound + 1e-9, (text, x)


def x_ball(x: Any) -> Any:
    from flint import arb

    return arb(x)


def test_decay_and_growth_rates_are_found() -> None:
    _, left, right = growth_at_ends(parse_expression("x*exp(-3*x**2 + x)"))
    assert right.c == -3 and left.c == -3 and right.n == 1 and right.b == 1 and left.b == -1
    _, left, right = growth_at_ends(parse_expression("log(1 + exp(x))"))
    assert left.n == 0 and right.n == 1 and right.b == 0
    _, left, right = growth_at_ends(parse_expression("max(x, 0)**3"))
    assert right.n == 3 and left.n == 0 and left.a < 1e-100


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("log(x)", "argument of log"),
        ("sqrt(x)", "base"),
        ("exp(x**3)", "exponent"),
        ("tan(x)", "tan"),
        ("asin(x)", "asin"),
        ("1/sin(x)", "away from 0"),
        ("cosh(x**3)", "argument"),
        ("exp(exp(x))", "exponent"),
    ],
)
def test_what_is_not_shown_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason) as caught:
        growth_at_ends(parse_expression(text))
    assert "\n" not in str(caught.value) and str(caught.value).startswith("activation=")
