"""The laws of depth, evaluated and held against quadrature of (11)-(12) and against each other."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy

from eigenlaw.theory import layers
from eigenlaw.theory.power_coefficient import PowerCoefficient

R = sympy.Rational
VARIANCES = {"gamma_w2": R(2, 3), "gamma_b2": R(1, 3), "sigma_w2": R(1, 4), "sigma_b2": R(1, 5)}
PHI = {0: R(1, 2), 1: R(1), 2: R(-1, 3)}  # Hermite coefficients
RHO = (0.8, 0.25, -0.6, -1.0, 1.0)


def put(expression: Any, functions: dict[str, Callable[..., Any]], values: dict[str, Any]) -> Any:
    """The value of a law: symbols first, then sums up to k = 2, then functions of whole numbers."""
    found = expression.subs({s: values[s.name] for s in expression.free_symbols if s.name in values})
    found = found.subs(sympy.oo, 2).doit()
    for name, function in functions.items():
        found = found.replace(sympy.Function(name), function)
    mu = sympy.IndexedBase("mu")
    return found.subs({mu[k]: PHI.get(k, 0) for k in range(5)}).doit()


def constant(value: Any) -> Callable[..., Any]:
    """The function of any layer that has this value."""
    return lambda *_: sympy.sympify(value)


def picked(values: dict[int, Any]) -> Callable[[Any], Any]:
    """The function that has these values at these layers."""
    return lambda layer: values[int(layer)]


def quadrature(f: Callable[[Any], Any], q: float, c: float) -> float:
    """E[f(U)f(V)] at variance q and covariance c."""
    z, w = np.polynomial.hermite_e.hermegauss(12)
    u, v = np.meshgrid(z, z)
    s = np.sqrt(max(q * q - c * c, 0) / q)
    return float((np.outer(w, w) / w.sum() ** 2 * f(np.sqrt(q) * u) * f(c / np.sqrt(q) * u + s * v)).sum())


def phi(x: Any) -> Any:
    return float(PHI[0]) + float(PHI[1]) * x + float(PHI[2]) * (x * x - 1) / np.sqrt(2)


def slope(x: Any) -> Any:
    return float(PHI[1]) + float(PHI[2]) * 2 * x / np.sqrt(2) + 0 * x


def recursion(rho: float, count: int, *, unit: bool) -> list[tuple[float, float, float, float]]:
    """Σ, Σ̇, Θ and the variance of each layer, by quadrature; with σ_b² of Assumption 2 if ``unit``."""
    w, b, s, bias = (float(VARIANCES[name]) for name in VARIANCES)
    if unit:
        bias = 1 - s * quadrature(phi, 1.0, 1.0)
    q, c = w + b, w * rho + b
    found = [(c, 0.0, c, q)]
    for _ in range(count - 1):
        rate = s * quadrature(slope, q, c)
        q, c = s * quadrature(phi, q, q) + bias, s * quadrature(phi, q, c) + bias
        found.append((c, rate, found[-1][2] * rate + c, q))
    return found


@cache
def rows(layer: int) -> tuple[Any, ...]:
    """α_{p,l} for p = 0 … 4, by the law, under Assumption 2."""
    if layer == 1:
        return VARIANCES["gamma_b2"], VARIANCES["gamma_w2"], 0, 0, 0
    return tuple(at(layers.alpha_law(), p, layer) for p in range(5))


def unit_values() -> dict[str, Any]:
    square = sum(value**2 for value in PHI.values())
    return {**VARIANCES, "sigma_b2": 1 - VARIANCES["sigma_w2"] * square}


def at(law: Any, p: int, layer: int) -> Any:
    def power(p: Any, k: Any, below: Any) -> Any:
        return PowerCoefficient(int(p), int(k)).value(rows(int(below)))

    return put(law, {"F": power}, {**unit_values(), "p": p, "l": layer})


def test_the_series_of_three_layers_is_the_quadrature() -> None:
    kappa = {(p, 1): rows(1)[p] for p in range(5)}
    for layer in (2, 3):
        upsilon = [at(layers.upsilon_law(), p, layer) for p in range(5)]
        functions: dict[str, Callable[..., Any]] = {
            "alpha": lambda p, h: rows(int(h))[int(p)],
            "upsilon": lambda p, h: at(layers.upsilon_law(), int(p), int(h)),
            "kappa": lambda q, h: kappa[int(q), int(h)],
        }
        for p in range(5):
            kappa[p, layer] = put(layers.kappa_law(), functions, {**VARIANCES, "p": p, "l": layer})
        for rho in RHO:
            covariance, rate, theta, variance = recursion(rho, layer, unit=True)[-1]
            assert variance == pytest.approx(1)
            found = (rows(layer), upsilon, [kappa[p, layer] for p in range(5)])
            for coefficients, expected in zip(found, (covariance, rate, theta), strict=True):
                value = sum(float(c) * rho**p for p, c in enumerate(coefficients))
                assert value == pytest.approx(expected, abs=1e-12)


def test_the_first_layer_of_the_series_is_the_first_kernel() -> None:
    assert [put(layers.kappa_law(), {}, {**VARIANCES, "p": p, "l": 1}) for p in range(3)] == [R(1, 3), R(2, 3), 0]


def test_with_no_bias_the_law_of_alpha_is_the_printed_one() -> None:
    def power(p: Any, k: Any, below: Any) -> Any:
        return PowerCoefficient(int(p), int(k)).value((0, 1))

    found = [put(layers.alpha_law(), {"F": power}, {**VARIANCES, "p": p, "l": 2}) for p in range(3)]
    assert found == [VARIANCES["sigma_w2"] * PHI[p] ** 2 + (VARIANCES["sigma_b2"] if p == 0 else 0) for p in range(3)]


@pytest.mark.parametrize("count", [2, 3, 4, 6])
def test_the_sum_of_products_solves_the_recursion(count: int) -> None:
    sigma, rate = (sympy.symbols(f"{name}1:{count + 1}") for name in ("S", "D"))
    functions = {"Sigma": lambda h: sigma[int(h) - 1], "Sigmadot": lambda h: rate[int(h) - 1]}
    theta = sigma[0]
    for layer in range(2, count + 1):
        theta = put(layers.kernel_recursion(), {**functions, "Theta": constant(theta)}, {"l": layer})
        assert sympy.expand(theta - put(layers.kernel_sum(), functions, {"l": layer})) == 0


@pytest.mark.parametrize("rho", RHO)
def test_laws_of_one_step_off_unit_variance(rho: float) -> None:
    (_, (c2, _, _, q2), (c3, rate, _, q3)), values = recursion(rho, 3, unit=False), {**VARIANCES, "l": 3}

    def value(law: Any, **functions: Callable[..., Any]) -> float:
        below = {"Sxx": q2, "Sxy": c2, "Syy": q2, "v": q2, "rho": c2 / q2}
        return float(put(law, {**{name: constant(number) for name, number in below.items()}, **functions}, values))

    def mean(a: Any, c: Any, _b: Any) -> float:
        return quadrature(phi, float(a), float(c))

    def dual(v: Any, z: Any) -> float:
        return quadrature(phi, float(v), float(v) * float(z))

    def difference(v: Any, z: Any) -> float:
        h = 1e-5
        return 0.25 * (dual(v, z + h) - dual(v, z - h)) / (2 * h)

    assert value(layers.covariance_law(), E=mean) == pytest.approx(c3)
    assert value(layers.derivative_law(), E=lambda a, c, b: quadrature(slope, float(a), float(c))) == pytest.approx(
        rate
    )
    assert value(layers.correlation_law(), R=dual) == pytest.approx(c3 / q3)
    assert value(layers.variance_law(), E=lambda q: dual(q, 1)) == pytest.approx(q3)
    if abs(rho) < 1:
        assert value(layers.slope_of_correlation(), dR=difference) == pytest.approx(rate, rel=1e-8)


def test_general_and_unit_laws_agree_at_unit_variance() -> None:
    def power(p: Any, k: Any, below: Any) -> Any:
        return PowerCoefficient(int(p), int(k)).value((R(1, 3), R(2, 3)))

    def coefficient(k: Any, _: Any) -> Any:
        return PHI.get(int(k), 0)

    functions: dict[str, Callable[..., Any]] = {"F": power, "v": constant(1), "mu": coefficient}
    for law in (layers.alpha_law, layers.upsilon_law):
        for p in range(3):
            values = {**VARIANCES, "p": p, "l": 2}
            assert put(law(unit_variance=False), functions, values) == put(law(), functions, values)


def test_the_trace_is_the_kernel_at_one() -> None:
    chi = 0.25 * quadrature(slope, 1.0, 1.0)
    for layer in (1, 2, 3, 4):
        theta = recursion(1.0, layer, unit=True)[-1][2]
        assert float(put(layers.trace_law(), {}, {"chi": chi, "l": layer})) == pytest.approx(theta)
    assert put(layers.trace_law(), {}, {"chi": 1, "l": 7}) == 7


def odd_part(f: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: (f(x) - f(-x)) / 2


def test_the_greatest_negative_mean_is_reached_by_odd_functions_alone() -> None:
    z = np.linspace(-1, 1, 41)
    for c0, c1, c2, c3 in ((0.0, 1.0, 0.0, 0.5), (0.7, 1.0, 0.0, -0.5), (0.0, 1.0, 0.5, 0.0), (1.0, 0.2, 1.0, 0.1)):

        def f(x: Any, c: Any = (c0, c1, c2, c3)) -> Any:
            return c[0] + c[1] * x + c[2] * (x * x - 1) + c[3] * x**3

        odd = quadrature(odd_part(f), 1.0, 1.0)
        values = {"mean": c0, "odd": odd, "b": R(1, 5), "sigma_w2": R(1, 4)}
        bound = float(put(layers.greatest_negative_mean(), {}, values))
        reached = max(-0.25 * quadrature(f, 1.0, c) - 0.2 for c in z)
        assert reached <= bound + 1e-12
        assert (abs(reached - bound) < 1e-12) == (c2 == 0)


def test_relu() -> None:
    rho = sympy.Symbol("rho", real=True)
    dual, rate = layers.relu_correlation(), layers.relu_slope()
    assert [sympy.simplify(dual.subs(rho, r)) for r in (-1, 0, 1)] == [0, 1 / sympy.pi, 1]
    assert sympy.simplify(sympy.diff(dual, rho) - rate) == 0
    for r in (-0.9, -0.2, 0.5, 0.99):  # by the angle: the wedge where both neurons are active
        angle = np.arccos(r)
        t, w = np.polynomial.legendre.leggauss(40)
        theta = (np.pi - angle) / 2 * t + angle / 2
        wedge = (np.pi - angle) / 2 * np.sum(w * np.cos(theta) * np.cos(theta - angle)) * 2 / np.pi
        assert float(dual.subs(rho, r)) == pytest.approx(wedge)
        assert float(rate.subs(rho, r)) == pytest.approx((np.pi - angle) / np.pi)


def test_the_relu_kernel_is_the_recursion() -> None:
    rho = sympy.Symbol("rho", real=True)
    below, theta = R(1, 3), R(1, 3)
    for layer in range(2, 5):
        here = layers.relu_correlation().subs(rho, below)
        functions = {"rho": picked({layer - 1: below, layer: here}), "Theta": constant(theta)}
        found = put(layers.relu_kernel(), functions, {"l": layer})
        rate = constant(layers.relu_slope().subs(rho, below))
        whole = put(
            layers.kernel_recursion(),
            {"Sigma": constant(here), "Sigmadot": rate, "Theta": constant(theta)},
            {"l": layer},
        )
        assert abs(sympy.N(found - whole, 30)) < 1e-25
        below, theta = here, found
