"""Dual activations in balls: closed forms, Hermite series, integrals and SymPy's expressions are held together."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import mpmath
import numpy as np
import pytest
from flint import arb, arb_series, ctx

from eigenlaw.numerics import dual as dual_module
from eigenlaw.numerics import hermite_dual
from eigenlaw.numerics.activation import arb_value
from eigenlaw.numerics.correlation import Correlation, SeriesCorrelation, coefficients_of, series_terms
from eigenlaw.numerics.derivative import derivative, require_derivative
from eigenlaw.numerics.dual import ClosedDual, arc_cosine_polynomials, closed_dual
from eigenlaw.numerics.dual_ends import slope_at_end, value_at_end
from eigenlaw.numerics.dual_integrals import IntegralDual, integral_dual
from eigenlaw.numerics.hermite import hermite_sweep
from eigenlaw.numerics.hermite_dual import HermiteDual
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.recurrences import rational
from eigenlaw.theory import dual as theory_dual
from eigenlaw.theory.activations import activation
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.parse import parse_expression

CLOSED = [
    "linear",
    "relu",
    "leaky_relu(1/10)",
    "abs",
    "rectified_monomial(2)",
    "rectified_monomial(5)",
    "monomial(4)",
    "polynomial(1,-2,1/3)",
    "hermite(3)",
    "erf",
    "erf(-2)",
    "gelu",
    "gaussian(2)",
    "sin(2)",
    "cos(1/2)",
    "exp(1/2)",
]
STEPS = ["heaviside", "sign"]
SERIES = ["tanh", "sigmoid", "softplus", "silu"]
INTEGRALS = ["elu", "elu(-1/2)", "selu", "hard_tanh"]
VARIANCES = [Fraction(1), Fraction(5, 2)]


def closed(name: str, variance: Fraction = Fraction(1)) -> ClosedDual:
    found = closed_dual(activation(name), variance)
    assert found is not None
    return found


def integrals(name: str, variance: Fraction = Fraction(1)) -> IntegralDual:
    found = integral_dual(activation(name), variance)
    assert found is not None
    return found


def shifted(dual: ClosedDual | HermiteDual | IntegralDual, beta: Fraction, order: int) -> tuple[list[Any], list[Any]]:
    """The coefficients 0 … order in ρ of R(β + (1−β)ρ) and S(β + (1−β)ρ)."""
    with series_terms(order + 1):
        z = arb_series([rational(beta), rational(1 - beta)])
        value, slope = dual.composed(SeriesCorrelation(z, Correlation(beta)))
        return coefficients_of(value, order), coefficients_of(slope, order)


def close(left: Any, right: Any, bits: int) -> bool:
    """Both balls are finite, they overlap, and their difference is below 2^-bits of the value."""
    return bool(left.overlaps(right) and (left - right).abs_upper() <= arb(2) ** -bits * (1 + abs(left)))


@pytest.mark.parametrize("variance", VARIANCES)
@pytest.mark.parametrize("name", CLOSED)
def test_closed_dual_is_the_sum_of_squared_hermite_coefficients(name: str, variance: Fraction) -> None:
    phi = activation(name)
    with working(260):
        dual = closed(name, variance)
        squares = [mu * mu for mu in hermite_sweep(phi, 420, 260, variance)]
        for z in (Fraction(1, 2), Fraction(-3, 5)):
            value = sum((c * rational(z) ** k for k, c in enumerate(squares)), arb(0))
            slope = sum((k * c * rational(z) ** (k - 1) for k, c in enumerate(squares) if k), arb(0))
            assert (dual.value(z) - value).abs_upper() < arb(2) ** -200 * (1 + abs(value))
            assert (dual.slope(z) * rational(variance) - slope).abs_upper() < arb(2) ** -200 * (1 + abs(slope))


@pytest.mark.parametrize("name", CLOSED + STEPS)
def test_closed_dual_is_the_expression_of_theory(name: str) -> None:
    import sympy

    variance = Fraction(3, 2)
    phi, rho = activation(name), theory_dual.correlation_symbol()
    derived = theory_dual.derive_dual(phi, variance)
    with working(200):
        dual = closed(name, variance)
        pairs: list[tuple[Any, Any]] = [(derived.expression, dual.value)]
        if derived.derivative is not None:
            pairs.append((derived.derivative, dual.slope))
        for expression, function in pairs:
            for z in (Fraction(1, 3), Fraction(-7, 8), Fraction(1), Fraction(-1)):
                exact = sympy.N(expression.subs(rho, sympy.Rational(z.numerator, z.denominator)), 45)
                assert (function(z) - arb(str(exact))).abs_upper() < 1e-40


@pytest.mark.parametrize("name", ["relu", "abs", "leaky_relu(-2)", "rectified_monomial(3)", "erf", "gelu", "gaussian"])
def test_taylor_shift_is_the_closed_series(name: str) -> None:
    phi, beta = activation(name), Fraction(1, 3)
    for variance in VARIANCES:
        with working(220):
            series, slopes = shifted(closed(name, variance), beta, 60)
            others = shifted(HermiteDual(phi, variance), beta, 60)
            for one, other in ((series, others[0]), (slopes, others[1])):
                assert all(close(a, b, 0) and b.rel_accuracy_bits() > 150 for a, b in zip(one, other, strict=True))
            step = rational(variance * (1 - beta))
            assert all((slopes[p] * step).overlaps((p + 1) * series[p + 1]) for p in range(60))


@pytest.mark.parametrize("name", INTEGRALS)
def test_integrals_are_the_hermite_series(name: str) -> None:
    phi = activation(name)
    for variance in VARIANCES:
        with working(180):
            by_integral, by_series = integrals(name, variance), HermiteDual(phi, variance)
            for z in (Fraction(0), Fraction(1, 2), Fraction(-9, 10)):
                assert by_integral.value(z).overlaps(by_series.value(z))
                assert by_integral.slope(z).overlaps(by_series.slope(z))
                if z:
                    assert by_integral.value(z).rel_accuracy_bits() > 160
                    assert by_integral.slope(z).rel_accuracy_bits() > 160


@pytest.mark.parametrize("name", INTEGRALS)
def test_integrals_tend_to_the_values_at_the_ends(name: str) -> None:
    near = Fraction(10**24 - 1, 10**24)
    with working(200):
        dual = integrals(name, Fraction(5, 2))
        for sign in (1, -1):
            end = dual.value(Fraction(sign)), dual.slope(Fraction(sign))
            assert (dual.value(sign * near) - end[0]).abs_upper() < 1e-22
            gap = (dual.slope(sign * near) - end[1]).abs_upper()
            assert gap < 1e-22 if name == "elu" else 1e-16 < gap < 1e-9  # a kink: |S(z) − S(±1)| ~ √(1−|z|)


def _legendre(pieces: Sequence[tuple[float, float]], s: float, f: Callable[[Any], Any], sign: int) -> float:
    """E f(sZ) f(±sZ) in float64."""
    nodes, weights = np.polynomial.legendre.leggauss(160)
    total = 0.0
    for low, high in pieces:
        x = (low + high) / 2 + (high - low) / 2 * nodes
        total += np.sum(weights * f(s * x) * f(sign * s * x) * np.exp(-x * x / 2)) * (high - low) / 2
    return float(total / np.sqrt(2 * np.pi))


PLAIN: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "tanh": (np.tanh, lambda x: 1 - np.tanh(x) ** 2),
    "sigmoid": (lambda x: 1 / (1 + np.exp(-x)), lambda x: np.exp(-x) / (1 + np.exp(-x)) ** 2),
    "softplus": (lambda x: np.logaddexp(0, x), lambda x: 1 / (1 + np.exp(-x))),
    "silu": (
        lambda x: x / (1 + np.exp(-x)),
        lambda x: (1 + np.exp(-x) + x * np.exp(-x)) / (1 + np.exp(-x)) ** 2,
    ),
    "elu": (lambda x: np.where(x > 0, x, np.expm1(x)), lambda x: np.where(x > 0, 1, np.exp(np.minimum(x, 0)))),
    "hard_tanh": (lambda x: np.clip(x, -1, 1), lambda x: 1.0 * (abs(x) < 1)),
    "x*tanh(x)": (lambda x: x * np.tanh(x), lambda x: np.tanh(x) + x * (1 - np.tanh(x) ** 2)),
    "x*exp(-x)": (lambda x: x * np.exp(-x), lambda x: (1 - x) * np.exp(-x)),
    "atan(x)": (np.arctan, lambda x: 1 / (1 + x * x)),
    "max(x, 1/2)": (lambda x: np.maximum(x, 0.5), lambda x: 1.0 * (x > 0.5)),
}


@pytest.mark.parametrize("variance", VARIANCES)
@pytest.mark.parametrize("name", PLAIN)
def test_the_ends_are_one_dimensional_means(name: str, variance: Fraction) -> None:
    phi, s = activation(name), float(variance) ** 0.5
    f, slope = PLAIN[name]
    edges = sorted({-14.0, *(place / s for place in (-1.0, -0.5, 0.0, 0.5, 1.0)), 14.0})
    pieces = list(pairwise(edges))
    with working(120):
        for sign in (1, -1):
            expected = _legendre(pieces, s, f, sign)
            assert float(value_at_end(phi, variance, sign)) == pytest.approx(expected, rel=1e-11, abs=1e-12)
            expected = _legendre(pieces, s, slope, sign)
            assert float(slope_at_end(phi, variance, sign)) == pytest.approx(expected, rel=1e-11, abs=1e-12)


@pytest.mark.parametrize(
    ("name", "text"), [("tanh(2)", "tanh(2*x)"), ("silu", "x*sigmoid(x)"), ("softplus", "log(1 + exp(x))")]
)
def test_families_and_their_expressions_have_the_same_ends(name: str, text: str) -> None:
    with working(150):
        family, general, variance = activation(name), activation(text), Fraction(5, 2)
        for sign in (1, -1):
            assert close(value_at_end(family, variance, sign), value_at_end(general, variance, sign), 120)
            assert close(slope_at_end(family, variance, sign), slope_at_end(general, variance, sign), 120)


def test_nothing_cancels_near_the_ends() -> None:
    tiny = Fraction(1, 10**60)
    with working(200), mpmath.workdps(300):
        value = closed("relu").value(tiny - 1)
        z = mpmath.mpf(1) / 10**60 - 1
        exact = (mpmath.sqrt(1 - z * z) + z * (mpmath.pi / 2 + mpmath.asin(z))) / (2 * mpmath.pi)
        assert value.contains(arb(mpmath.nstr(exact, 250)))
        angle = closed("relu").slope(tiny - 1)
        assert angle.rel_accuracy_bits() > 190
        assert angle.contains(arb(mpmath.nstr((mpmath.pi / 2 + mpmath.asin(z)) / (2 * mpmath.pi), 250)))


def test_values_that_are_zero_are_exact() -> None:
    with working(100):
        for name in ("erf", "sin(2)", "abs"):
            assert closed(name).value(Fraction(0)).is_zero() == (name != "abs")
        assert closed("relu").value(Fraction(-1)).is_zero()
        assert closed("relu").slope(Fraction(-1)).is_zero()
        assert closed("polynomial(1,1)", Fraction(3)).value(Fraction(-1, 3)).is_zero()
        assert integrals("selu").value(Fraction(0)).is_zero()
        assert not integrals("selu", Fraction(2)).value(Fraction(0)).is_zero()
        assert HermiteDual(activation("tanh"), Fraction(1)).value(Fraction(0)).is_zero()


def test_arc_cosine_polynomials_are_cho_and_saul_s() -> None:
    # J_2 = 3 sin θ cos θ + (π − θ)(1 + 2 cos² θ), and 2π D_2 = J_2
    assert [list(map(int, part)) for part in arc_cosine_polynomials(2)] == [[1, 0, 2], [0, 3]]


@pytest.mark.parametrize(
    "text",
    [
        "x*tanh(x)",
        "exp(-x**2/2)*sin(3*x)",
        "log(1 + exp(2*x))/x",
        "erf(x)*cosh(x) + erfc(x)*sinh(x)",
        "atan(x)**3",
        "sqrt(1 + x**2)",
        "asin(x/3) + acos(x/5)",
        "tan(x/3)*cos(x)",
        "abs(x)**3",
        "2**x",
    ],
)
def test_derivative_is_sympy_s(text: str) -> None:
    import sympy

    from eigenlaw.theory.symbolic import to_sympy, x_symbol

    tree = parse_expression(text)
    expression = to_sympy(tree).diff(x_symbol())
    with working(120):
        for at in (Fraction(2, 3), Fraction(-5, 4)):
            exact = sympy.N(expression.subs(x_symbol(), sympy.Rational(at.numerator, at.denominator)), 30)
            value = arb_value(derivative(tree), rational(at))
            assert (value - arb(str(exact))).abs_upper() < 1e-25


def test_jumps_are_refused_and_kinks_are_not() -> None:
    for name in ("heaviside", "sign", "x if x > 0 else 1", "1 if x < 0 else exp(x) + 1e-30"):
        with pytest.raises(InputError, match=r"activation=.*without jumps"):
            require_derivative(activation(name))
    for name in ("relu", "hard_tanh", "max(x, pi)", "max(x, sqrt(2))", "exp(x) - 1 if x < 0 else x"):
        assert require_derivative(activation(name))
    assert not require_derivative(activation("max(pi*x, 1)"))  # continuous, but only 2048 bits say so
    with pytest.raises(InputError, match="without jumps"):
        closed("sign").slope(Fraction(1, 2))
    with pytest.raises(InputError, match="variance=0"):
        closed("relu", Fraction(0))


def test_planted_errors_show(monkeypatch: pytest.MonkeyPatch) -> None:
    phi, z = activation("gelu"), Fraction(2, 3)
    with working(200):
        true = closed("gelu").value(z)
        assert HermiteDual(phi, Fraction(1)).value(z).overlaps(true)

        def off_by_one_ulp(*arguments: Any) -> list[Any]:
            mu = hermite_sweep(*arguments)
            mu[4] *= 1 + arb(2) ** -150
            return mu

        monkeypatch.setattr(hermite_dual, "hermite_sweep", off_by_one_ulp)
        assert not HermiteDual(phi, Fraction(1)).value(z).overlaps(true)
        monkeypatch.setattr(hermite_dual, "hermite_sweep", hermite_sweep)
        monkeypatch.setattr(hermite_dual, "value_at_end", lambda *a: value_at_end(*a) * (1 - arb(2) ** -60))
        with pytest.raises(ArithmeticError, match="exceeds Parseval"):
            HermiteDual(phi, Fraction(1)).value(z)
        monkeypatch.setattr(dual_module, "_rectified", lambda c, v, n: c.z + 1)
        assert (
            not closed("rectified_monomial(2)")
            .value(z)
            .overlaps(HermiteDual(activation("rectified_monomial(2)"), Fraction(1)).value(z))
        )


def test_a_sum_that_meets_its_limit_still_encloses(monkeypatch: pytest.MonkeyPatch) -> None:
    z = Fraction(99, 100)
    with working(100):
        for name in SERIES:
            true = HermiteDual(activation(name), Fraction(2))
            value, slope, full = true.value(z), true.slope(z), shifted(true, Fraction(9, 10), 12)[1]
            assert value.rel_accuracy_bits() > 70 and not true.exhausted
            with monkeypatch.context() as patch:
                patch.setitem(hermite_dual._MOST_TERMS, name, 64)
                short = HermiteDual(activation(name), Fraction(2))
                assert short.value(z).overlaps(value) and short.slope(z).overlaps(slope)
                assert short.exhausted and short.slope(z).rel_accuracy_bits() < 60
                few = shifted(short, Fraction(9, 10), 12)[1]
                assert all(a.contains(b.mid()) for a, b in zip(few, full, strict=True))
                assert few[12].rel_accuracy_bits() < full[12].rel_accuracy_bits()


def test_no_state_leaks() -> None:
    before = ctx.prec, ctx.cap
    shifted(closed("gelu"), Fraction(1, 3), 40)
    with pytest.raises(ZeroDivisionError), series_terms(77):
        raise ZeroDivisionError
    assert (ctx.prec, ctx.cap) == before
