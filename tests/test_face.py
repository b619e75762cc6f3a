"""The public names of the package: what they cost, what they return, and what they refuse."""

import subprocess
import sys
import warnings
from fractions import Fraction
from typing import Any

import flint
import mpmath
import pytest
import sympy

import eigenlaw
from eigenlaw.numerics.hermite import HermiteCoefficients


def test_importing_the_package_imports_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import sys; before = {*sys.modules}; import eigenlaw; print(*{*sys.modules} - before)"],
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "eigenlaw" in loaded
    assert not loaded & {"sympy", "numpy", "scipy", "matplotlib", "mpmath", "flint", "typer", "rich", "jinja2"}


def test_every_public_name_is_there() -> None:
    for name in eigenlaw.__all__:
        assert getattr(eigenlaw, name) is not None
        assert name in dir(eigenlaw)
    with pytest.raises(AttributeError, match="no attribute 'spectra'"):
        _ = eigenlaw.spectra


def test_every_public_object_is_documented() -> None:
    for name in set(eigenlaw.__all__) - {"__version__"}:
        text = getattr(eigenlaw, name).__doc__
        assert text
        if name[0].islower() and name != "run_campaign":
            assert "Raises:" in text and "Example:" in text


def test_hermite_coefficients_are_tight_balls_around_the_truth() -> None:
    balls = eigenlaw.hermite_coefficients("gelu", 6, digits=40)
    assert len(balls) == 7
    exact = [sympy.sqrt(2) * 3 / (8 * sympy.sqrt(sympy.pi)), -5 * sympy.sqrt(6) / (96 * sympy.sqrt(sympy.pi))]
    with mpmath.workdps(60):
        for ball, value in zip((balls[2], balls[4]), exact, strict=True):
            true = mpmath.mpf(str(sympy.N(value, 55)))
            assert abs(true - ball.value) <= ball.radius + mpmath.mpf(10) ** -54
            assert ball.radius < abs(true) * mpmath.mpf(10) ** -40
    assert balls[3].value == balls[3].radius == 0


@pytest.mark.parametrize("spec", ["tanh", "tanh(x)", sympy.tanh(sympy.Symbol("z")), eigenlaw.activation("tanh")])
def test_an_activation_in_every_spelling(spec: Any) -> None:
    one, three = eigenlaw.hermite_coefficients(spec, 3, digits=20)[1::2]
    reference = eigenlaw.hermite_coefficients("tanh", 3, digits=30)
    assert one.overlaps(reference[1])
    assert three.overlaps(reference[3])


def test_ntk_coefficients_at_no_bias_are_the_squares() -> None:
    mu = eigenlaw.hermite_coefficients("erf", 5, digits=25)
    kappa = eigenlaw.ntk_coefficients("erf", 5, digits=25, sigma_b2=0)
    for p in range(6):
        assert kappa[p].overlaps(eigenlaw.Ball.from_arb((p + 1) * mu[p].to_arb() ** 2))


def test_ntk_hyper_parameters_are_exact_in_every_spelling() -> None:
    first = eigenlaw.ntk_coefficients("relu", 3, 20, gamma_b2="0.1", sigma_w2=Fraction(3, 2))
    second = eigenlaw.ntk_coefficients("relu", 3, 20, gamma_b2=Fraction(1, 10), gamma_w2="9/10", sigma_w2="1.5")
    assert first == second
    other = eigenlaw.ntk_coefficients("relu", 3, 20, gamma_b2="0.11", sigma_w2=Fraction(3, 2))
    assert not any(a.overlaps(b) for a, b in zip(first, other, strict=True))


def test_ntk_unit_variance() -> None:
    kappa = eigenlaw.ntk_coefficients("relu", 2, 20, sigma_w2="unit")
    assert kappa[1].contains(1)
    assert kappa[1].radius == 0


def test_ntk_coefficients_at_any_depth() -> None:
    first = eigenlaw.ntk_coefficients("relu", 2, 20, layers=1, gamma_b2="1/4")
    assert [ball.decimal(5)[0] for ball in first] == ["0.25", "0.75", "0"]
    tanh = eigenlaw.ntk_coefficients("tanh", 5, 20, layers=4, sigma_w2="unit")
    assert [ball.value == 0 for ball in tanh] == [True, False, True, False, True, False]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: eigenlaw.hermite_coefficients("foo", 3), "activation=foo"),
        (lambda: eigenlaw.hermite_coefficients("relu", -1), "order=-1"),
        (lambda: eigenlaw.hermite_coefficients("relu", True), "order=True"),
        (lambda: eigenlaw.hermite_coefficients("relu", 3, digits=0), "digits=0"),
        (lambda: eigenlaw.hermite_coefficients("exp(x**2)", 3), "activation="),
        (lambda: eigenlaw.hermite_coefficients(3.5, 3), "activation=3.5"),
        (lambda: eigenlaw.ntk_coefficients("relu", 3, layers=0), "layers=0"),
        (lambda: eigenlaw.ntk_coefficients("relu", 3, gamma_b2=2), "gamma_b2=2"),
        (lambda: eigenlaw.ntk_coefficients("relu", 3, gamma_b2="nan"), "gamma_b2=nan"),
        (lambda: eigenlaw.ntk_coefficients("relu", 3, gamma_b2=-1), "gamma_b2=-1"),
        (lambda: eigenlaw.ntk_coefficients("relu", 3, sigma_w2=3), "sigma_w2=3"),
        (lambda: eigenlaw.ntk_coefficients("heaviside", 3), "activation=heaviside"),
        (lambda: eigenlaw.dual_activation("relu", 0), "variance=0"),
        (lambda: eigenlaw.run_campaign("murray:nothing"), "select="),
        (lambda: eigenlaw.run_campaign("no_such_file.py"), "file="),
        (lambda: eigenlaw.run_campaign("murray", jobs=0), "jobs=0"),
        (lambda: eigenlaw.run_campaign("murray", seed=-1), "seed=-1"),
    ],
)
def test_bad_input(call: Any, message: str) -> None:
    with pytest.raises(eigenlaw.InputError) as error:
        call()
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("value", [0.1, mpmath.mpf("0.1"), None, float("nan")])
def test_floats_are_refused(value: Any) -> None:
    with pytest.raises(eigenlaw.InputError, match="gamma_b2="):
        eigenlaw.ntk_coefficients("relu", 1, gamma_b2=value)


def test_falling_short_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    found = HermiteCoefficients([flint.arb(1, 1e-3)], True, False, "test")
    monkeypatch.setattr("eigenlaw.numerics.hermite.hermite_balls", lambda *_: found)
    with pytest.warns(RuntimeWarning, match="digits=15: not reached"):
        (ball,) = eigenlaw.hermite_coefficients("relu", 0)
    assert ball.radius >= mpmath.mpf("1e-3")


def test_no_warning_and_no_trace_when_all_is_well() -> None:
    before = (flint.ctx.prec, mpmath.mp.prec)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        eigenlaw.ntk_coefficients("tanh", 4, digits=60, gamma_b2="1/7")
    assert (flint.ctx.prec, mpmath.mp.prec) == before


def test_dual_activation_is_the_series_of_the_squares() -> None:
    rho = sympy.Rational(1, 3)
    dual = eigenlaw.dual_activation("gelu")
    assert dual is not None
    (symbol,) = dual.free_symbols
    exact = sympy.N(dual.subs(symbol, rho), 30)
    mu = eigenlaw.hermite_coefficients("gelu", 60, digits=30)
    with mpmath.workdps(35):
        total = mpmath.fsum(ball.value**2 / mpmath.mpf(3) ** k for k, ball in enumerate(mu))
        assert abs(mpmath.mpf(str(exact)) - total) < mpmath.mpf(10) ** -28
