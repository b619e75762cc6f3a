from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from flint import arb, ctx

from eigenlaw.numerics import moments, recurrences
from eigenlaw.numerics.hermite import hermite_balls, hermite_sweep
from eigenlaw.numerics.precision import is_accurate, working
from eigenlaw.numerics.second_moments import second_moment
from eigenlaw.theory.activations import CATALOGUE, activation
from eigenlaw.theory.errors import InputError

EXAMPLES = {
    "monomial": "monomial(5)",
    "rectified_monomial": "rectified_monomial(2)",
    "polynomial": "polynomial(1,0,-2,1/7)",
    "hermite": "hermite(6)",
}
ALL = [EXAMPLES.get(family, family) for family in CATALOGUE]


@pytest.mark.parametrize("name", ALL)
def test_every_family_reaches_its_digits_and_keeps_parseval(name: str) -> None:
    phi = activation(name)
    result = hermite_balls(phi, 120, 40)
    assert result.certified and result.reached and result.method in {"recurrence", "fourier"}
    assert len(result.balls) == 121 and all(is_accurate(ball, 40) for ball in result.balls)
    with working(200):
        rest = second_moment(phi, 40) - sum(mu * mu for mu in result.balls)
        assert rest > -1e-35
        assert rest < 0.06  # sign, the slowest: Σ_{k>120} μ_k² ~ 2√2/(π√120 √π)
        assert sum(mu * mu for mu in result.balls) > 0


@pytest.mark.parametrize("name", ALL)
def test_raising_the_digits_shrinks_to_an_overlapping_ball(name: str) -> None:
    phi = activation(name)
    coarse, fine = (hermite_balls(phi, 40, digits, variance=Fraction(3, 4)).balls for digits in (10, 90))
    for a, b in zip(coarse, fine, strict=True):
        assert a.overlaps(b) and b.rad() <= a.rad() and is_accurate(b, 90)
        assert a.is_zero() == b.is_zero()


@pytest.mark.parametrize("name", ["relu", "gelu", "erf", "selu", "gaussian(2)", "hard_tanh", "elu", "exp(2)"])
def test_order_1000_and_1000_digits(name: str) -> None:
    phi = activation(name)
    result = hermite_balls(phi, 1000, 1000)
    assert result.reached
    low = hermite_sweep(phi, 1000, 120)
    assert all(a.overlaps(b) for a, b in zip(result.balls, low, strict=True))


def test_expressions_take_the_route_that_fits() -> None:
    assert hermite_balls(activation("(x + 1)**2"), 3, 20).method == "recurrence"
    assert hermite_balls(activation("x*tanh(x)"), 3, 20).method == "gauss-legendre"
    assert [int(mu.unique_fmpz()) for mu in hermite_balls(activation("x**2 + x"), 1, 20).balls] == [1, 1]


def test_large_variances_and_cancelling_laws_reach_their_digits() -> None:
    for name in ("elu", "selu", "exp", "hard_tanh", "sin(3)", "tanh(2)"):
        for variance in (Fraction(100), Fraction(1, 1000)):
            assert hermite_balls(activation(name), 30, 20, variance=variance).reached, (name, variance)


def test_bad_arguments_are_refused() -> None:
    phi = activation("relu")
    with pytest.raises(InputError, match="order=-1"):
        hermite_balls(phi, -1, 10)
    with pytest.raises(InputError, match="digits=0"):
        hermite_balls(phi, 3, 0)
    with pytest.raises(InputError, match="variance=0"):
        hermite_balls(phi, 3, 10, variance=Fraction(0))
    with pytest.raises(InputError, match="order=-2"):
        hermite_sweep(phi, -2, 100)


def test_precision_outside_is_unchanged() -> None:
    before = ctx.prec
    for name in ("relu", "tanh", "x*tanh(x)"):
        hermite_balls(activation(name), 10, 30)
        hermite_sweep(activation(name), 10, 333)
    assert ctx.prec == before


def agrees_with_quadrature(name: str) -> bool:
    """Whether the closed form overlaps the general route for the same tree."""
    phi = activation(name)
    closed = hermite_sweep(phi, 12, 150)
    general = hermite_sweep(activation(phi.tree), 12, 150)
    return all(a.overlaps(b) for a, b in zip(closed, general, strict=True))


def slightly(function: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda *arguments: function(*arguments) * (1 + arb(2) ** -120)


@pytest.mark.parametrize(
    ("name", "module", "helper"),
    [
        ("relu", recurrences, "_half_moment"),
        ("gelu", recurrences, "rational"),
        ("leaky_relu(1/3)", recurrences, "rational"),
        ("sin(2)", recurrences, "rational"),
        ("elu", recurrences, "signed_root"),
        ("exp(2)", recurrences, "signed_root"),
        ("hard_tanh", recurrences, "signed_root"),
    ],
)
def test_a_small_error_in_a_helper_shows(name: str, module: Any, helper: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert agrees_with_quadrature(name)
    general = hermite_sweep(activation(activation(name).tree), 12, 150)
    monkeypatch.setattr(module, helper, slightly(getattr(module, helper)))
    closed = hermite_sweep(activation(name), 12, 150)
    assert not all(a.overlaps(b) for a, b in zip(closed, general, strict=True))


def test_an_error_in_the_table_of_factorials_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    general = hermite_sweep(activation("relu"), 12, 150)
    right = moments.inverse_root_factorials
    monkeypatch.setattr(moments, "inverse_root_factorials", lambda n: tuple(v * (1 + arb(2) ** -120) for v in right(n)))
    wrong = hermite_sweep(activation("max(x, 0)"), 12, 150)
    assert not wrong[2].overlaps(general[2])
