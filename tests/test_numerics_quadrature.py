"""The route for any expression: against closed forms, against mpmath, refusals, zeros, variances."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from flint import arb, ctx

from eigenlaw.numerics import quadrature, rules
from eigenlaw.numerics.activation import arb_value
from eigenlaw.numerics.hermite import hermite_balls, hermite_sweep
from eigenlaw.numerics.precision import is_accurate, working
from eigenlaw.numerics.second_moments import second_moment, second_moment_ball
from eigenlaw.theory.activations import activation
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.parse import parse_expression

CATALOGUE = [
    "linear",
    "relu",
    "leaky_relu(1/10)",
    "abs",
    "heaviside",
    "sign",
    "monomial(3)",
    "rectified_monomial(2)",
    "polynomial(1,2,3)",
    "hermite(3)",
    "erf",
    "gelu",
    "tanh",
    "tanh(4)",
    "sigmoid",
    "softplus",
    "silu",
    "elu(2)",
    "selu",
    "gaussian(1/2)",
    "sin(2)",
    "cos",
    "exp(1/3)",
    "hard_tanh",
]


@pytest.mark.parametrize("variance", [Fraction(1), Fraction(5, 3)], ids=str)
@pytest.mark.parametrize("name", CATALOGUE)
def test_every_family_agrees_with_its_closed_form(name: str, variance: Fraction) -> None:
    phi, order = activation(name), 24
    closed = hermite_sweep(phi, order, 200, variance)
    with working(130):
        general = quadrature.hermite_coefficients(phi.tree, order, variance)
        square = quadrature.square_integral(phi.tree, variance)
    for k, (a, b) in enumerate(zip(closed, general, strict=True)):
        assert a.overlaps(b), (k, a, b)
        assert b.rad() < 1e-33 and (a.is_zero() or a.rel_accuracy_bits() > 150)
    assert square.overlaps(second_moment_ball(phi, 200, variance)) and square.rad() < 1e-33


EXPRESSIONS: dict[str, tuple[Callable[[Any], Any], tuple[int, ...]]] = {
    "x*tanh(x)": (lambda x: x * mpmath.tanh(x), ()),
    "exp(-abs(x))": (lambda x: mpmath.exp(-abs(x)), (0,)),
    "1/(1 + x**2)": (lambda x: 1 / (1 + x * x), ()),
    "log(1 + exp(x))": (lambda x: mpmath.log1p(mpmath.exp(x)), ()),
    "x/(1 + exp(-x))": (lambda x: x / (1 + mpmath.exp(-x)), ()),
    "x*tanh(log(1 + exp(x)))": (lambda x: x * mpmath.tanh(mpmath.log1p(mpmath.exp(x))), ()),
    "max(x, 1)**2": (lambda x: max(x, 1) ** 2, (1,)),
    "atan(3*x - 1)": (lambda x: mpmath.atan(3 * x - 1), ()),
}


def weighted(function: Callable[[Any], Any], k: int) -> Callable[[Any], Any]:
    """φ h_k w as a function of an mpf."""
    root = mpmath.sqrt(mpmath.mpf(2) ** k * mpmath.factorial(k))
    return lambda x: function(x) * mpmath.hermite(k, x / mpmath.sqrt(2)) / root * mpmath.npdf(x)


@pytest.mark.parametrize("text", EXPRESSIONS)
def test_expressions_agree_with_mpmath_and_reach_their_digits(text: str) -> None:
    function, kinks = EXPRESSIONS[text]
    result = hermite_balls(activation(text), 50, 30)
    assert result.reached and result.certified and result.method == "gauss-legendre"
    with mpmath.workdps(22):
        for k in (0, 1, 2, 5):
            wanted = mpmath.quad(
                weighted(function, k),
                [-13, -5, -2, 0, *[kink for kink in kinks if kink], 2, 5, 13],
            )
            assert abs(mpmath.mpf(result.balls[k].mid()) - wanted) < 1e-15, (k, wanted)


def test_parity_and_polynomial_parts_prove_zeros() -> None:
    for text in ("log(1 + exp(x))", "x/(1 + exp(-x))", "max(x, 0)", "x + cos(x)"):
        balls = hermite_balls(activation(text), 21, 20).balls
        assert all(balls[k].is_zero() for k in range(3, 22, 2)) and not balls[2].contains(0)
    assert all(ball.is_zero() for ball in hermite_balls(activation("atan(x)"), 10, 20).balls[::2])


def test_zeros_that_are_not_proved_end_at_the_cap() -> None:
    result = hermite_balls(activation("sin(x)**2 + cos(x)**2 + x*0"), 2, 15)
    assert not result.reached and result.certified
    assert result.balls[2].contains(0) and not result.balls[2].is_zero()
    assert result.balls[0].overlaps(arb(1))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("exp(x**2)", "square-integrable"),
        ("exp(x**2/4)", "square-integrable"),
        ("1/x", "bounded near"),
        ("1/(x**2 - 2)", "bounded near x = -?1.41"),
        ("log(x)", "square-integrable"),
        ("log(abs(x))", "bounded near"),
        ("exp(x**3)", "square-integrable"),
        ("tan(x)", "square-integrable"),
    ],
)
def test_what_is_not_square_integrable_is_refused(text: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        hermite_balls(activation(text), 5, 15)
    with pytest.raises(InputError, match=reason):
        second_moment(activation(text), 15)


def test_variance_decides_integrability() -> None:
    phi = activation("exp(x**2/6)")
    assert second_moment(phi, 20, Fraction(1)).overlaps(arb(3).sqrt())
    with pytest.raises(InputError):
        second_moment(phi, 20, Fraction(3, 2))


def test_growing_activations_agree_with_their_closed_form() -> None:
    """E e^{cZ²} = (1 − 2c)^{−1/2}."""
    with working(150):
        values = quadrature.hermite_coefficients(parse_expression("exp(x**2/5)"), 2, Fraction(1))
        assert values[0].overlaps((arb(5) / 3).sqrt()) and values[0].rel_accuracy_bits() > 140


def test_a_kink_off_the_origin_and_its_variance() -> None:
    """E max(Z, 1) = Φ(1) + w(1); E max(√v Z, 1) by the scale of the breakpoint."""
    balls = hermite_balls(activation("max(x, 1)"), 1, 30, variance=Fraction(1)).balls
    other = hermite_balls(activation("max(x, 1)"), 1, 30, variance=Fraction(4)).balls
    with working(150):

        def density(c: Any) -> Any:
            return (-c * c / 2).exp() / (2 * arb.pi()).sqrt()

        def cdf(c: Any) -> Any:
            return (1 + (c / arb(2).sqrt()).erf()) / 2

        assert balls[0].overlaps(cdf(arb(1)) + density(arb(1))) and balls[1].overlaps(1 - cdf(arb(1)))
        half = arb(1) / 2
        assert other[0].overlaps(cdf(half) + 2 * density(half)) and other[1].overlaps(2 * (1 - cdf(half)))


def test_raising_the_digits_shrinks_to_an_overlapping_ball() -> None:
    for text in ("x*tanh(x)", "abs(x - 1/3)"):
        coarse, fine = (hermite_balls(activation(text), 20, digits) for digits in (12, 60))
        assert all(a.overlaps(b) and is_accurate(b, 60) for a, b in zip(coarse.balls, fine.balls, strict=True))


@pytest.mark.parametrize("flaw", ["nodes", "tail", "front"])
def test_a_planted_error_shows(flaw: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too few nodes, a cut too near, values off by 10^-25: each moves a ball off the closed form."""
    phi = activation("tanh")
    closed = hermite_sweep(phi, 11, 200)
    if flaw == "nodes":
        right = rules.gauss_legendre
        monkeypatch.setattr(quadrature, "gauss_legendre", lambda count: right(count // 2))
    elif flaw == "tail":
        end, bound = quadrature._cut(quadrature._Integrand(phi.tree, Fraction(1), 11, 1), 90.0)
        monkeypatch.setattr(quadrature, "_cut", lambda *_: (end / 2, bound))
    else:
        values = arb_value
        monkeypatch.setattr(quadrature, "arb_value", lambda tree, x: values(tree, x) * (1 + arb(10) ** -25))
    with working(130):
        wrong = quadrature.hermite_coefficients(phi.tree, 11, Fraction(1))
    assert not wrong[1].overlaps(closed[1])


def test_precision_outside_is_unchanged() -> None:
    before = ctx.prec
    hermite_balls(activation("x*tanh(x)"), 5, 20)
    with pytest.raises(InputError):
        hermite_balls(activation("1/x"), 5, 20)
    assert ctx.prec == before
