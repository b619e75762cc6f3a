"""The shallow NTK: power series against pair quadrature of (11)–(12), the printed (9), Table 1, effective ranks."""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath as mp
import numpy as np
import pytest
import sympy
from scipy import special

from eigenlaw.theory.dual import correlation_symbol
from eigenlaw.theory.effective_rank import (
    centred_effective_rank_factor,
    effective_rank_bound,
    effective_rank_bounds,
    kernel_total,
    percentage,
    symbolic_percentage,
)
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.hermite import hermite_coefficient
from eigenlaw.theory.ntk import (
    Hyperparameters,
    derivative_second_moment,
    derive_ntk,
    hyperparameters,
    kappa_shallow,
    kernel,
    second_moment,
    symbolic_alpha,
    symbolic_hyperparameters,
    symbolic_kappa,
    symbolic_upsilon,
)

Array = np.ndarray[Any, Any]
rho = correlation_symbol()
R = sympy.Rational
SMOOTH: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "erf": (special.erf, lambda x: 2 / math.sqrt(math.pi) * np.exp(-(x**2))),
    "gelu": (
        lambda x: x * special.ndtr(x),
        lambda x: special.ndtr(x) + x * np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi),
    ),
    "sin(1/2)": (lambda x: np.sin(x / 2), lambda x: np.cos(x / 2) / 2),
    "gaussian(2)": (
        lambda x: np.exp(-(x**2) / 8) / math.sqrt(8 * math.pi),
        lambda x: -x / 4 * np.exp(-(x**2) / 8) / math.sqrt(8 * math.pi),
    ),
}
SETTINGS = [
    Hyperparameters(R(1), R(0), R(1), R(0)),
    Hyperparameters(R(1, 2), R(1, 2), R(2), R(1, 3)),
    Hyperparameters(R(3, 2), R(1, 4), R(1, 3), R(0)),
    Hyperparameters(R(2, 3), R(0), R(1), R(1, 5)),
]


def _kernel(name: str, h: Hyperparameters, correlation: float) -> float:
    """Return Θ(ρ) from (11)–(12) with the pair (U, V) itself, by Gauss–Hermite in two independent normals."""
    z, w = np.polynomial.hermite_e.hermegauss(90)
    w = w / w.sum()
    gw, gb, sw, sb = (float(value) for value in (h.gamma_w2, h.gamma_b2, h.sigma_w2, h.sigma_b2))
    variance, covariance = gw + gb, gw * correlation + gb
    u = math.sqrt(variance) * z[:, None]
    v = covariance / math.sqrt(variance) * z[:, None] + math.sqrt(variance - covariance**2 / variance) * z[None, :]
    phi, slope = SMOOTH[name]
    mean, mean_slope = (float(w @ (f(u) * f(v)) @ w) for f in (phi, slope))
    return covariance * sw * mean_slope + sw * mean + sb


@pytest.mark.parametrize("h", SETTINGS, ids=str)
@pytest.mark.parametrize("name", SMOOTH)
def test_kernel_is_the_recursion(name: str, h: Hyperparameters) -> None:
    closed = kernel(name, h)
    assert closed is not None
    for correlation in (-0.8, 0.0, 0.6):
        assert float(closed.subs(rho, correlation)) == pytest.approx(_kernel(name, h, correlation), rel=1e-9)


@pytest.mark.parametrize("h", SETTINGS[1:], ids=str)
@pytest.mark.parametrize("name", SMOOTH)
def test_power_series_sums_to_the_kernel(name: str, h: Hyperparameters) -> None:
    # The remainder at |ρ| = 0.1 after p = 5 is below 0.1^6/0.9 Θ(1).
    coefficients = [kappa_shallow(name, p, h) for p in range(6)]
    for correlation in (-0.1, 0.1):
        total = sum(float(value) * correlation**p for p, value in enumerate(coefficients) if value is not None)
        assert total == pytest.approx(_kernel(name, h, correlation), abs=1.2e-6 * float(kernel_total(name, h)))


@pytest.mark.parametrize("name", ["relu", "gelu", "erf", "gaussian(1)"])
def test_symbolic_sums_are_the_taylor_coefficients(name: str) -> None:
    # Σ_k of the symbolic κ_p with exact μ_k, against differentiation of the closed kernel.
    h = Hyperparameters(R(3, 4), R(1, 4), R(2), R(1, 7))
    mu = [sympy.N(hermite_coefficient(name, k), 30) for k in range(64)]
    for p in range(4):
        formula = symbolic_kappa(p, h)
        total = sympy.Integer(0)
        base = sympy.IndexedBase("mu")
        for series in formula.atoms(sympy.Sum):
            k, low, _ = series.limits[0]
            finite = sum(
                series.function.subs(k, n).subs({base[n]: mu[n], base[n + 1]: mu[n + 1]}) for n in range(low, 60)
            )
            formula = formula.subs(series, finite)
        total = formula
        exact = kappa_shallow(name, p, h)
        assert exact is not None
        assert abs(sympy.N(total - exact, 25)) < 1e-20


def test_printed_equation_9_holds_without_bias_only() -> None:
    mu = sympy.IndexedBase("mu")
    for gamma_b2, holds in ((R(0), True), (R(1, 2), False)):
        h = hyperparameters("relu", gamma_b2=gamma_b2)
        for p in range(4):
            bias = h.sigma_b2 if p == 0 else 0
            printed = h.sigma_w2 * ((1 + h.gamma_w2 * p) * mu[p] ** 2 + h.gamma_b2 * (1 + p) * mu[p + 1] ** 2) + bias
            value = printed.subs({mu[k]: hermite_coefficient("relu", k) for k in (p, p + 1)})
            exact = kappa_shallow("relu", p, h)
            assert exact is not None
            assert bool(abs(sympy.N(value - exact, 20)) < 1e-18) is holds, (gamma_b2, p)


def test_slope_series_is_the_derivative_of_the_value_series() -> None:
    # υ_p = (p+1) α_{p+1}/γ_w²: the summands agree after a shift of k.
    h = symbolic_hyperparameters()
    for p in range(3):
        upsilon, alpha = symbolic_upsilon(p, h), symbolic_alpha(p + 1, h)
        mu = {sympy.IndexedBase("mu")[n]: sympy.Integer(n == 5) for n in range(12)}

        def cut(formula: sympy.Expr, values: dict[sympy.Expr, sympy.Expr] = mu) -> sympy.Expr:
            for series in formula.atoms(sympy.Sum):
                k, low, _ = series.limits[0]
                formula = formula.subs(series, sum(series.function.subs(k, n).subs(values) for n in range(low, 10)))
            return formula

        assert sympy.simplify(cut(upsilon) - (p + 1) * cut(alpha) / h.gamma_w2) == 0
        assert cut(upsilon) != 0


def test_edges_of_the_hyperparameters() -> None:
    frozen = hyperparameters("relu", gamma_b2=1)
    assert [kappa_shallow("relu", p, frozen) for p in range(3)] == [R(3, 2), 0, 0]
    assert hyperparameters("tanh", sigma_w2="unit").sigma_b2 == 0
    assert hyperparameters("hermite(3)").sigma_b2 == 0
    assert hyperparameters("selu").sigma_b2 == 0
    # relu is homogeneous: doubling γ_w² doubles the kernel up to the bias
    wide = hyperparameters("relu", gamma_w2=2, sigma_b2=0)
    unit = hyperparameters("relu", sigma_b2=0)
    for p in range(4):
        first, second = kappa_shallow("relu", p, wide), kappa_shallow("relu", p, unit)
        assert first is not None
        assert second is not None
        assert sympy.simplify(first - 2 * second) == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"gamma_b2": 2}, "gamma_b2=2"),
        ({"gamma_b2": -1}, "gamma_b2=-1"),
        ({"sigma_w2": 3}, "sigma_w2=3"),
        ({"sigma_w2": 0.5}, "sigma_w2=0.5"),
        ({"gamma_w2": 0}, "gamma_w2=0"),
        ({"sigma_w2": "one"}, "sigma_w2=one"),
        ({"sigma_b2": sympy.nan}, "sigma_b2=nan"),
    ],
)
def test_bad_hyperparameters(options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        hyperparameters("relu", **options)


def test_jumps_are_refused() -> None:
    for name in ("heaviside", "sign", "x if x < 0 else x+1"):
        with pytest.raises(InputError, match="jump"):
            kappa_shallow(name, 1, SETTINGS[0])
    with pytest.raises(InputError, match="p="):
        kappa_shallow("relu", -1, SETTINGS[0])


def test_second_moments() -> None:
    assert second_moment("selu") == 1
    assert second_moment("relu", R(3)) == R(3, 2)
    assert sympy.simplify(second_moment("gaussian(1)") - 1 / (2 * sympy.pi * sympy.sqrt(3))) == 0
    assert derivative_second_moment("hard_tanh") == sympy.erf(1 / sympy.sqrt(2))
    assert second_moment("tanh").has(sympy.Integral)


def test_derivation() -> None:
    bare = derive_ntk(None, 2)
    assert bare.kernel is None
    assert len(bare.coefficients) == 3
    assert bare.hyperparameters.variance == 1
    relu = derive_ntk("relu", 4)
    assert relu.coefficients[:4] == (R(1, 2) + 1 / (2 * sympy.pi), R(1, 2), 3 / (4 * sympy.pi), 0)
    tanh = derive_ntk("tanh", 1, hyperparameters("tanh", gamma_b2=R(1, 2)))
    assert tanh.kernel is None
    assert tanh.coefficients[1].has(sympy.IndexedBase("mu"))
    assert any("no closed form" in note for note in tanh.notes)


TABLE_1 = {
    "relu": (43.944, 77.277, 93.192, 93.192, 95.403, 95.403),
    "tanh": (41.362, 91.468, 91.468, 97.487, 97.487, 99.090),
    "sigmoid": (91.557, 99.729, 99.729, 99.977, 99.977, 99.997),
    "gaussian": (95.834, 95.834, 98.729, 98.729, 99.634, 99.634),
}


def _float(expression: sympy.Expr) -> float:
    values = {}
    for integral in expression.atoms(sympy.Integral):
        variable, low, _ = integral.limits[0]
        f = sympy.lambdify(variable, integral.function, "mpmath")
        start = 0 if low == 0 else -12
        values[integral] = sympy.Float(mp.quad(f, [start, *range(start + 2, 13, 2)]))
    return float(expression.xreplace(values))


@pytest.mark.parametrize("name", TABLE_1)
def test_table_1(name: str) -> None:
    h = hyperparameters(name)
    for t, printed in enumerate(TABLE_1[name]):
        value = percentage(name, t, h)
        assert value is not None
        assert _float(value) == pytest.approx(printed, abs=6e-4)  # ReLU at T = 2 is 93.19247, printed 93.192


def test_symbolic_table_entry() -> None:
    mu = {sympy.IndexedBase("mu")[k]: hermite_coefficient("relu", k) for k in range(3)}
    s, slope = sympy.symbols("s s_prime", positive=True)
    value = symbolic_percentage(2).subs(mu).subs({s: R(1, 2), slope: R(1, 2)})
    assert sympy.simplify(value - percentage("relu", 2, hyperparameters("relu"))) == 0


def test_remark_values_for_relu() -> None:
    bounds = effective_rank_bounds("relu", hyperparameters("relu"))
    assert bounds is not None
    assert sympy.simplify(bounds[0] - 3 * sympy.pi / (1 + sympy.pi)) == 0
    assert sympy.simplify(bounds[1] - (2 - 1 / sympy.pi)) == 0
    assert effective_rank_bounds("tanh", hyperparameters("tanh", gamma_b2=R(1, 2))) is None


def test_effective_rank_theorems_on_data() -> None:
    rng = np.random.default_rng(7)
    c = [Fraction(1, 2), Fraction(1, 4), Fraction(0), Fraction(1, 8)]
    total = sum(c)
    for n, d in ((5, 2), (8, 8), (20, 3)):
        x = rng.standard_normal((n, d))
        x /= np.linalg.norm(x, axis=1, keepdims=True)
        gram = x @ x.T
        k = sum((float(value) * gram**p for p, value in enumerate(c)), np.zeros((n, n))) / n
        centred = k - float(c[0]) / n

        def rank(a: Array) -> float:
            return float(np.trace(a) / np.linalg.eigvalsh(a)[-1])

        assert rank(k) <= float(effective_rank_bound(total, c[0])) + 1e-9
        factor = float(centred_effective_rank_factor(total, c[0], c[1]))
        assert rank(centred) <= rank(gram) * factor + 1e-9
    same = np.ones((6, 6)) / 6  # all points equal: both sides are 1 and Σc/c₀ for c = (c₀, 0, …)
    assert rank(same) == pytest.approx(float(effective_rank_bound(1, 1)))


def test_zero_coefficient_is_refused() -> None:
    with pytest.raises(InputError, match="c_0=0"):
        effective_rank_bound(1, 0)
    with pytest.raises(InputError, match="c_1=0"):
        centred_effective_rank_factor(1, 0, 0)
