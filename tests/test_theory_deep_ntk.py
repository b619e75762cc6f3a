"""κ_{p,l} at any depth: against (7)–(8) with their constant terms, and against certified numbers."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
import sympy
from flint import arb

from eigenlaw.numerics.ntk import hyper_parameters, ntk_coefficients
from eigenlaw.numerics.precision import working
from eigenlaw.theory.activations import activation
from eigenlaw.theory.deep_ntk import DeepNtk, derive_deep_ntk
from eigenlaw.theory.deep_series import MOST_TERMS, kappa_polynomials
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.ntk import Hyperparameters, derive_ntk, hyperparameters

R = sympy.Rational
MU = {
    1: (R(1, 3), R(-1, 2), R(2, 5), R(1, 7)),
    2: (R(1, 4), R(1, 5), R(-1, 3), R(1, 2)),
    3: (R(0), R(1), R(1, 6), R(2)),
}


def _composed(weights: Sequence[Any], series: Sequence[Any], order: int) -> list[Any]:
    """Return Σ_k w_k F(p, k, ā) for p ≤ order by multiplying out, with the constant term of ā in it, as (7) has it."""
    total, power = [sympy.Integer(0)] * (order + 1), [sympy.Integer(1), *[sympy.Integer(0)] * order]
    for weight in weights:
        total = [a + weight * b for a, b in zip(total, power, strict=True)]
        power = [sum((power[j] * series[p - j] for j in range(p + 1)), sympy.Integer(0)) for p in range(order + 1)]
    return total


def _by_the_theorem(layers: int, order: int, h: Hyperparameters, mu: dict[int, tuple[Any, ...]], q: list[Any]) -> Any:
    """κ_{p,l} from α, υ and the recurrence (6), for a φ with four Hermite coefficients at each layer's variance."""
    zeros = [sympy.Integer(0)] * order
    sigma = [h.gamma_b2, h.gamma_w2, *zeros][: order + 1]
    theta = sigma
    for layer in range(2, layers + 1):
        series = [term / q[layer - 2] for term in sigma]
        squares = [h.sigma_w2 * value**2 for value in mu[layer - 1]]
        sigma = _composed(squares, series, order)
        sigma[0] += h.sigma_b2
        slopes = [k * square / q[layer - 2] for k, square in enumerate(squares)][1:]
        slope = _composed(slopes, series, order)
        theta = [sigma[p] + sum(theta[j] * slope[p - j] for j in range(p + 1)) for p in range(order + 1)]
    return theta


def _resolved(found: DeepNtk, mu: dict[int, tuple[Any, ...]], name: str = "mu_{}") -> list[Any]:
    """Put numbers for the μ, all others 0, into the definitions in turn, and into the coefficients."""
    values: dict[Any, Any] = {
        sympy.IndexedBase(name.format(layer))[k]: (numbers[k] if k < len(numbers) else 0)
        for layer, numbers in mu.items()
        for k in range(20)
    }

    def number(expression: Any) -> Any:
        for series in expression.atoms(sympy.Sum):
            j, low, _ = series.limits[0]
            terms = (series.function.subs(j, n) for n in range(int(low), 5))
            expression = expression.xreplace({series: sympy.Add(*terms)})
        return expression.subs(values)

    for definition in found.definitions:
        values[definition.symbol] = number(definition.expression)
    return [number(value) for value in found.coefficients]


H = [
    Hyperparameters(R(1), R(0), R(3, 2), R(1, 5)),
    Hyperparameters(R(2, 3), R(1, 3), R(1, 2), R(0)),
    Hyperparameters(R(3, 4), R(1, 2), R(2), R(1, 7)),
]


@pytest.mark.parametrize(("layers", "h"), [(1, H[2]), (2, H[1]), (3, H[1]), (3, H[2]), (4, H[0])], ids=str)
def test_finite_sums_are_the_infinite_ones(layers: int, h: Hyperparameters) -> None:
    # unit=False: a φ whose Hermite coefficients differ from layer to layer, q_l by Parseval
    found = derive_deep_ntk(None, 3, layers, h, unit=False)
    q = [h.variance]
    for layer in range(1, layers):
        q.append(h.sigma_w2 * sum(value**2 for value in MU[layer]) + h.sigma_b2)
    wanted = _by_the_theorem(layers, 3, h, MU, q)
    assert _resolved(found, MU) == wanted


def test_unit_variance_is_the_case_of_equal_layers() -> None:
    squares = (R(1, 4), R(1, 3), R(1, 6))  # their sum is 3/4: σ_w² = 1, σ_b² = 1/4
    mu = tuple(sympy.sqrt(value) for value in squares)
    h = Hyperparameters(R(1), R(0), R(1), R(1, 4))
    wanted = _by_the_theorem(4, 4, h, {1: mu, 2: mu, 3: mu}, [R(1)] * 4)
    assert _resolved(derive_deep_ntk(None, 4, 4, h), {0: mu}, "mu") == [sympy.simplify(value) for value in wanted]


def test_centred_coefficients_are_polynomials_in_mu() -> None:
    found = derive_deep_ntk(None, 6, 3)
    mu, sigma_w2 = sympy.IndexedBase("mu"), sympy.Symbol("sigma_w2", positive=True)
    squares = [R(0), R(1, 2), R(1, 7), R(1, 3), R(0), R(2), R(1, 5)]
    values = {mu[k]: sympy.sqrt(square) for k, square in enumerate(squares)} | {sigma_w2: R(3)}
    assert all(
        value.free_symbols <= {sigma_w2, *(mu[k] for k in range(8)), sympy.Symbol("mu")} for value in found.centred
    )
    h = Hyperparameters(R(1), R(0), R(3), R(0))
    roots = tuple(sympy.sqrt(square) for square in squares)
    wanted = _by_the_theorem(3, 6, h, {1: roots, 2: roots}, [R(1)] * 3)
    assert [value.subs(values) for value in found.centred] == wanted
    assert derive_deep_ntk(None, 2, 3, Hyperparameters(R(1, 2), R(1, 2), R(1), R(0))).centred == ()


def _as_balls(found: DeepNtk, digits: int) -> list[Any]:
    """Evaluate the definitions in turn, then the coefficients, by SymPy to more digits than wanted."""
    values: dict[Any, Any] = {}
    for definition in found.definitions:
        values[definition.symbol] = sympy.N(definition.expression.subs(values), digits + 10)
    return [arb(str(sympy.N(value.subs(values), digits + 5))) for value in found.coefficients]


CASES: list[tuple[str, int, int, dict[str, Any]]] = [
    ("relu", 3, 5, {}),
    ("relu", 4, 4, {}),
    ("relu", 3, 4, {"gamma_b2": Fraction(1, 2)}),
    ("relu", 3, 3, {"gamma_w2": Fraction(3, 2), "sigma_w2": Fraction(1, 2), "sigma_b2": Fraction(1, 7)}),
    ("erf", 3, 3, {}),
    ("erf", 4, 3, {"sigma_w2": "unit"}),
    ("gelu", 3, 2, {}),
    ("gelu", 3, 1, {"gamma_w2": Fraction(1, 2), "sigma_b2": Fraction(1, 3)}),
    ("gaussian(1)", 3, 3, {"gamma_b2": Fraction(1, 4)}),
    ("sin", 3, 4, {}),
    ("leaky_relu(1/10)", 3, 3, {}),
    ("hermite(2)", 4, 8, {}),
    ("polynomial(1,1/2,1/3)", 3, 5, {"sigma_w2": Fraction(1, 4)}),
]


@pytest.mark.parametrize(("name", "layers", "order", "given"), CASES, ids=str)
def test_exact_coefficients_are_the_certified_numbers(
    name: str, layers: int, order: int, given: dict[str, Any]
) -> None:
    phi = activation(name)
    found = derive_deep_ntk(phi, order, layers, hyperparameters(phi, **given))
    with working(200):
        exact = _as_balls(found, 25)
        variances = hyper_parameters(phi, **{"gamma_b2": Fraction(0), "sigma_w2": Fraction(1), **given}, digits=25)
        balls = ntk_coefficients(phi, order, 20, variances, layers).balls
        for value, ball in zip(exact, balls, strict=True):
            assert abs(value - ball) <= arb("1e-20") * abs(ball)


def test_an_activation_without_closed_dual_leaves_sums_over_its_own_coefficients() -> None:
    from eigenlaw.numerics.hermite import hermite_balls

    found = derive_deep_ntk("tanh", 3, 3)
    assert {law.symbol.name for law in found.sums} == {"r_3_k"}
    last = 80
    mu = [float(ball.mid()) for ball in hermite_balls(activation("tanh"), last, 20).balls]
    constant = 1 - sum(number**2 for number in mu)  # Σ^(2)(0) = σ_b² = 1 − E[φ²], by Parseval
    values: dict[Any, float] = {}
    for definition in found.definitions:
        if definition.symbol.name.startswith("r_"):
            (series,) = definition.expression.atoms(sympy.Sum)
            j, low, high = series.limits[0]
            assert (low, high) == (int(definition.symbol.name[4:]), sympy.oo)
            term = sympy.lambdify([j, "z_2", "mu"], series.function)
            values[definition.symbol] = sum(term(n, constant, mu) for n in range(int(low), last))
        else:
            values[definition.symbol] = constant
    variances = hyper_parameters(activation("tanh"), digits=15)
    balls = ntk_coefficients(activation("tanh"), 3, 12, variances, 3).balls
    squares = {sympy.IndexedBase("mu")[k]: number for k, number in enumerate(mu)}
    for value, ball in zip(found.coefficients, balls, strict=True):
        assert float(value.subs(squares).subs(values)) == pytest.approx(float(ball.mid()), rel=1e-4)


def test_two_layers_are_the_shallow_law() -> None:
    h = hyperparameters("gelu")
    deep, shallow = derive_deep_ntk("gelu", 4, 2, h), derive_ntk("gelu", 4, h)
    for left, right in zip(deep.coefficients, shallow.coefficients, strict=True):
        assert sympy.simplify(left - right) == 0


def test_the_steps_of_the_kernel_are_the_coefficients() -> None:
    found = derive_deep_ntk("erf", 2, 3)
    theta: dict[Any, Any] = {}
    for step in found.kernel:
        theta[step.symbol] = step.expression.subs(theta)
    rho = sympy.Symbol("rho", real=True)
    last = theta[sympy.Symbol("Theta_3", real=True)]
    for p, value in enumerate(found.coefficients):
        taylor = sympy.diff(last, rho, p).subs(rho, 0) / sympy.factorial(p)
        assert abs(sympy.N(taylor - value, 20)) < 1e-18


def test_deep_relu_stays_in_symbols_and_every_symbol_is_defined() -> None:
    found = derive_deep_ntk("relu", 3, 5)
    assert any(value.free_symbols for value in found.coefficients)
    defined: set[Any] = set()
    for definition in found.definitions:
        assert definition.expression.free_symbols <= defined
        defined.add(definition.symbol)
    assert all(value.free_symbols <= defined for value in found.coefficients)
    assert all(definition.expression.count_ops() < 100 for definition in found.definitions)


def test_frozen_first_layer_is_a_constant() -> None:
    found = derive_deep_ntk("relu", 2, 3, hyperparameters("relu", gamma_b2=1))
    assert found.coefficients[1:] == (0, 0)
    assert sympy.N(found.coefficients[0]) == sympy.N(R(7, 4))


def test_what_is_too_large_or_unusable_is_refused() -> None:
    with pytest.raises(InputError, match=f"order=12: .* {MOST_TERMS} terms"):
        kappa_polynomials(4, 12)
    with pytest.raises(InputError, match="layers=0"):
        kappa_polynomials(0, 1)
    with pytest.raises(InputError, match="jump"):
        derive_deep_ntk("sign", 1, 3)
