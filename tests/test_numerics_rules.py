import math

import pytest
from flint import acb, arb

from eigenlaw.numerics.activation import acb_value
from eigenlaw.numerics.precision import working
from eigenlaw.numerics.rules import gauss_legendre, legendre_count, legendre_error
from eigenlaw.numerics.sheet import Sheet
from eigenlaw.theory.parse import parse_expression


@pytest.mark.parametrize("count", [1, 2, 5, 8])
def test_the_rule_integrates_polynomials_of_degree_2n_minus_1_and_no_more(count: int) -> None:
    with working(200):
        rule = gauss_legendre(count)
        assert len(rule) == count
        for degree in range(2 * count + 1):
            total = sum((weight * node**degree for node, weight in rule if not node.is_zero() or not degree), arb(0))
            if degree == 0:
                total = sum((weight for _, weight in rule), arb(0))
            wanted = arb(0) if degree % 2 else arb(2) / (degree + 1)
            assert total.overlaps(wanted) == (degree < 2 * count)


@pytest.mark.parametrize("pole", [1.2, 2.0, 5.0])
@pytest.mark.parametrize("count", [2, 5, 20])
def test_the_bound_covers_the_error_of_a_simple_pole(pole: float, count: int) -> None:
    """∫_{−1}^{1} dx/(p − x) = log((p+1)/(p−1)); |f| ≤ 1/(p − (ρ+1/ρ)/2) on the ellipse."""
    with working(200):
        rule = gauss_legendre(count)
        p = arb(pole)
        error = abs(sum((weight / (p - node) for node, weight in rule), arb(0)) - ((p + 1) / (p - 1)).log())
        limit = pole + math.sqrt(pole**2 - 1)
        bounds = []
        for rho in (1 + (limit - 1) * 0.5, 1 + (limit - 1) * 0.8, 1 + (limit - 1) * 0.95):
            size = -(p - (arb(rho) + 1 / arb(rho)) / 2).log()
            bounds.append(legendre_error(size, arb(1), rho, count))
        assert all(error < bound for bound in bounds)
        assert min(float(bound) for bound in bounds) < 1e4 * float(error)


def test_the_number_of_nodes_meets_the_tolerance() -> None:
    for rho in (1.3, 3.0, 12.0):
        count = legendre_count(5.0, -100.0, 0.5, rho)
        with working(64):
            assert legendre_error(arb(5), arb(1) / 2, rho, count) < arb(-99.9).exp()
            assert count == 2 or legendre_error(arb(5), arb(1) / 2, rho, count - 1) > arb(-100.1).exp()


@pytest.mark.parametrize("text", ["tanh(x)", "exp(-x**2)", "1/(1 + x**2)", "log(2 + cosh(x))"])
def test_the_bound_on_an_ellipse_is_not_exceeded(text: str) -> None:
    tree = parse_expression(text)
    sheet = Sheet(tree, arb(1))
    middle, width, height, r = 0.7, 1.1, 0.45, 0.3
    bound = float(sheet.log_bound(middle, width, height, r, 1))
    largest = -math.inf
    for i in range(200):
        for part in (0.2, 0.6, 1.0):
            x, y = middle + part * width * math.cos(i / 30), part * height * math.sin(i / 30)
            size = math.log(float(abs(acb_value(tree, acb(x, y)))))
            largest = max(largest, size - x * x / (2 * (1 + r)) + y * y / (2 * (1 - r)))
    assert largest <= bound < largest + 3


def test_a_pole_inside_gives_no_bound() -> None:
    sheet = Sheet(parse_expression("1/(1 + x**2)"), arb(1))
    assert sheet.log_bound(0.0, 1.0, 0.9, 0.0, 1) is not None
    assert sheet.log_bound(0.0, 1.0, 1.01, 0.0, 1) is None
    assert sheet.log_bound(3.0, 1.0, 2.0, 0.0, 1) is not None


def test_the_scale_moves_the_pole() -> None:
    sheet = Sheet(parse_expression("1/(1 + x**2)"), arb(2))
    assert sheet.log_bound(0.0, 1.0, 0.55, 0.0, 1) is None
    assert sheet.log_bound(0.0, 1.0, 0.4, 0.0, 1) is not None


def test_a_branch_cut_inside_gives_no_bound() -> None:
    assert Sheet(parse_expression("log(x)"), arb(1)).log_bound(0.5, 1.0, 0.5, 0.0, 1) is None
    assert Sheet(parse_expression("log(x)"), arb(1)).log_bound(2.0, 1.0, 0.5, 0.0, 1) is not None
