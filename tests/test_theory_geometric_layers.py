"""Geometric coefficients: the closed forms against the recurrences (6)–(8) and (44), in exact arithmetic."""

import itertools
from fractions import Fraction

import pytest
import sympy

from eigenlaw.theory import geometric_layers as laws

ORDER = 8
x = sympy.Symbol("x")


def at(expression: sympy.Expr, **values: object) -> sympy.Expr:
    """The value at given numbers, by the names of the symbols; C_l and η_l are those of the layer."""
    numbers = {name: sympy.Rational(str(value)) for name, value in values.items()}
    if "eta_l" in {symbol.name for symbol in expression.free_symbols}:
        here = laws.geometric_layer(numbers["l"])
        numbers |= {"eta_l": at(here.radius, **values), "C_l": at(here.weight, **values)}
    return expression.subs({symbol: numbers[symbol.name] for symbol in expression.free_symbols})


def product(a: list[Fraction], b: list[Fraction]) -> list[Fraction]:
    return [sum((a[i] * b[p - i] for i in range(p + 1)), Fraction(0)) for p in range(ORDER)]


def substituted(outer: list[Fraction], inner: list[Fraction]) -> list[Fraction]:
    """Σ_k a_k F(p, k, ā): the powers of ā, multiplied out."""
    total, power = [Fraction(0)] * ORDER, [Fraction(1)] + [Fraction(0)] * (ORDER - 1)
    for a in outer[:ORDER]:
        total = [t + a * b for t, b in zip(total, power, strict=True)]
        power = product(power, inner)
    return total


@pytest.mark.parametrize(
    ("c", "eta", "w", "b"), [("2", "3", "1/2", "1/3"), ("1/2", "5/2", "1", "0"), ("4", "3", "1", "2")]
)
def test_every_law_is_the_recurrence(c: str, eta: str, w: str, b: str) -> None:
    """At layers 2 to 5, also where the coefficients do not sum to one or C > η."""
    first = [Fraction(0), *(Fraction(c) / Fraction(eta) ** p for p in range(1, ORDER + 1))]
    slopes = [(k + 1) * first[k + 1] for k in range(ORDER)]
    alpha, upsilon = first[:ORDER], slopes
    start = [Fraction(b), Fraction(w)] + [Fraction(0)] * (ORDER - 2)
    for depth in range(2, 6):
        if depth > 2:
            alpha, upsilon = substituted(first, alpha), substituted(slopes, alpha)
            power = substituted([Fraction(0), Fraction(0), Fraction(0), Fraction(1)], alpha)
            assert [at(laws.power_law(), C=c, eta=eta, l=depth, p=p, k=3) for p in range(ORDER)] == power
            assert [at(laws.upsilon_law(), C=c, eta=eta, l=depth, p=p) for p in range(ORDER)] == upsilon
        start = [a + t for a, t in zip(alpha, product(start, upsilon), strict=True)]
        assert [at(laws.alpha_law(), C=c, eta=eta, l=depth, p=p) for p in range(ORDER)] == alpha
        found = [at(laws.kappa_law(), C=c, eta=eta, l=depth, p=p, gamma_w2=w, gamma_b2=b) for p in range(ORDER)]
        assert found == start


def test_closed_forms_solve_the_printed_recurrences() -> None:
    """(44), for a symbolic layer."""
    c, eta, _, _ = sympy.symbols("C eta gamma_w2 gamma_b2", positive=True)
    here = laws.geometric_layer()
    after = laws.geometric_layer(here.layers + 1)
    assert sympy.simplify(after.radius - here.radius * eta / (eta + here.weight)) == 0
    assert sympy.simplify(after.weight - here.weight * c / (eta + here.weight)) == 0
    second = laws.geometric_layer(2)
    assert sympy.simplify(second.radius - eta) == 0
    assert sympy.simplify(second.weight - c) == 0
    assert sympy.simplify(second.pull - 1) == 0


def test_the_kernel_step_is_proved_for_a_symbolic_layer() -> None:
    after = laws.geometric_layer(laws.geometric_layer().layers + 1)
    assert sympy.simplify(laws.covariance_step(x) - after.covariance(x)) == 0
    assert sympy.simplify(laws.kernel_step(x) - after.kernel(x)) == 0


@pytest.mark.parametrize("depth", [2, 3, 5])
def test_kernel_series_has_the_coefficients(depth: int) -> None:
    values = {"C": 2, "eta": 3, "gamma_w2": "2/3", "gamma_b2": "1/3"}
    kernel = at(laws.geometric_layer(depth).kernel(sympy.Integer(0)), **values)
    assert kernel == at(laws.kappa_law(), p=0, l=depth, **values)
    tree = laws.geometric_layer(depth).kernel(x)
    numbers = {symbol: sympy.Rational(str(values[symbol.name])) for symbol in tree.free_symbols - {x}}
    series = sympy.series(tree.subs(numbers), x, 0, 5).removeO()
    assert [series.coeff(x, p) for p in range(5)] == [at(laws.kappa_law(), p=p, l=depth, **values) for p in range(5)]


@pytest.mark.parametrize("bias", ["0", "1/3", "4/5"])
def test_network_laws_are_the_series_of_the_recursion(bias: str) -> None:
    """(11)–(12) with R(z) = Cz/(η − z), C = η − 1, at z = γ_w²x + γ_b², by SymPy's series."""
    eta, b = sympy.Rational(5, 2), sympy.Rational(bias)
    c = eta - 1
    covariance = kernel = (1 - b) * x + b
    values = {"C": c, "eta": eta, "gamma_w2": 1 - b, "gamma_b2": b}
    for depth in (2, 3, 4):
        slope = c * eta / (eta - covariance) ** 2
        covariance = sympy.cancel(c * covariance / (eta - covariance))
        kernel = sympy.cancel(kernel * slope + covariance)
        series = sympy.series(kernel, x, 0, 6).removeO()
        wanted = [series.coeff(x, p) for p in range(1, 6)]
        assert [at(laws.network_law(), p=p, l=depth, **values) for p in range(1, 6)] == wanted
        if depth == 2:
            assert [at(laws.shallow_network_law(), p=p, **values) for p in range(1, 6)] == wanted
        if b == 0:
            assert [at(laws.kappa_law(), p=p, l=depth, **values) for p in range(1, 6)] == wanted


def test_the_coefficients_grow_linearly_beside_the_geometric_decay() -> None:
    """Lemma B.9 has the power 2l − 3 of p; the second differences of κ_p η_l^p vanish."""
    values = {"C": 1, "eta": 2, "gamma_w2": "1/2", "gamma_b2": "1/2", "l": 5}
    radius = at(laws.geometric_layer(5).radius, C=1, eta=2)
    scaled = [at(laws.kappa_law(), p=p, **values) * radius**p for p in range(1, 8)]
    steps = [b - a for a, b in itertools.pairwise(scaled)]
    assert len(set(steps)) == 1
    assert steps[0] > 0
