"""The truncated NTK: exact rationals, term-by-term sums of the definition, and the true kernel."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from math import prod

import pytest
from flint import arb, fmpq, fmpq_poly

from eigenlaw.numerics.dual import polynomial_squares
from eigenlaw.numerics.hermite import hermite_balls
from eigenlaw.numerics.ntk import ntk_coefficients, ntk_values
from eigenlaw.numerics.precision import is_accurate, working
from eigenlaw.numerics.truncated import truncated_coefficients, truncated_values, truncation_errors
from eigenlaw.numerics.variances import Variances, hyper_parameters
from eigenlaw.theory.activations import activation
from eigenlaw.theory.errors import InputError

HALF, TWO, ZERO, ONE = Fraction(1, 2), Fraction(2), Fraction(0), Fraction(1)


def power_coefficient(p: int, k: int, a: Sequence[arb]) -> arb:
    """F(p, k, ā), summed over all tuples as (4) has it."""
    tuples = (indices for indices in product(range(p + 1), repeat=k) if sum(indices) == p)
    return sum((prod((a[j] for j in indices), start=arb(1)) for indices in tuples), arb(0))


def by_definition(name: str, order: int, layers: int, gamma_b2: Fraction, sigma_w2: Fraction) -> list[arb]:
    """(39), (40), and (41) with (k+1) α̂_{k+1,2} and layer l − 1, at unit variance."""
    phi = activation(name)
    variances = hyper_parameters(phi, gamma_b2=gamma_b2, sigma_w2=sigma_w2, digits=30)
    squares = [mu * mu for mu in hermite_balls(phi, order + 1, 30).balls]
    weight, offset, bias = variances.sigma_w2_ball(), variances.sigma_b2_ball(), arb(fmpq(*gamma_b2.as_integer_ratio()))
    alpha = kappa = [bias, 1 - bias, *[arb(0)] * order][: order + 1]
    for _ in range(layers - 1):
        powers = [[power_coefficient(p, k, alpha) for k in range(order + 1)] for p in range(order + 1)]
        upsilon = [weight * sum(((k + 1) * squares[k + 1] * f for k, f in enumerate(row)), arb(0)) for row in powers]
        alpha = [weight * sum((squares[k] * f for k, f in enumerate(row)), arb(0)) for row in powers]
        alpha[0] += offset
        kappa = [alpha[p] + sum((kappa[q] * upsilon[p - q] for q in range(p + 1)), arb(0)) for p in range(order + 1)]
    return list(kappa)


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "gaussian", "polynomial(1/2,1/2,1/3)"])
@pytest.mark.parametrize(("layers", "gamma_b2"), [(2, ZERO), (3, ZERO), (3, HALF)], ids=str)
def test_coefficients_follow_the_definition(name: str, layers: int, gamma_b2: Fraction) -> None:
    variances = hyper_parameters(activation(name), gamma_b2=gamma_b2, sigma_w2=HALF, digits=25)
    for order in (0, 1, 4):
        found = truncated_coefficients(activation(name), order, 20, variances, layers)
        assert found.certified
        assert found.reached
        with working(120):
            wanted = by_definition(name, order, layers, gamma_b2, HALF)
        assert len(found.balls) == len(wanted) == order + 1
        for ball, other in zip(found.balls, wanted, strict=True):
            assert ball.overlaps(other)
            assert is_accurate(ball, 20)


def test_off_unit_variance_in_exact_arithmetic() -> None:
    """φ = 1 + x/2 + x²/3: the squares at each layer's variance, all powers multiplied out and cut."""
    phi, order = activation("polynomial(1,1/2,1/3)"), 3
    variances = Variances(Fraction(3, 2), Fraction(1, 4), Fraction(1, 3), Fraction(1, 5))
    q, weight, offset = Fraction(7, 4), fmpq(1, 3), fmpq(1, 5)
    alpha = kappa = fmpq_poly([fmpq(1, 4), fmpq(3, 2)])

    def cut(series: fmpq_poly) -> fmpq_poly:
        return fmpq_poly([series[p] for p in range(order + 1)])

    for layers in (2, 3, 4):
        squares = [fmpq(int(s.p), int(s.q)) for s in polynomial_squares([ONE, HALF, Fraction(1, 3)], q)]
        at = fmpq(q.numerator, q.denominator)
        value, slope, power = fmpq_poly([offset]), fmpq_poly(), fmpq_poly([1])
        for k in range(3):
            value += weight * squares[k] * power
            slope += weight * (k + 1) * (squares[k + 1] if k < 2 else 0) / at * power
            power = cut(power * alpha / at)
        alpha, kappa = cut(value), cut(value + kappa * slope)
        total = weight * sum(squares, fmpq(0)) + offset
        q = Fraction(int(total.p), int(total.q))
        found = truncated_coefficients(phi, order, 25, variances, layers)
        assert found.reached
        with working(200):
            assert all(ball.contains(arb(kappa[p])) for p, ball in enumerate(found.balls))


@pytest.mark.parametrize("name", ["relu", "erf", "gelu"])
def test_no_coefficient_is_above_that_of_the_kernel(name: str) -> None:
    phi = activation(name)
    variances = hyper_parameters(phi, sigma_w2="unit", digits=30)
    for layers in (2, 3, 4):
        whole = ntk_coefficients(phi, 12, 25, variances, layers).balls
        cut = truncated_coefficients(phi, 12, 25, variances, layers).balls
        same = layers == 2 or name == "erf"  # α_{0,2} = 0
        for full, part in zip(whole, cut, strict=True):
            assert full.overlaps(part) if same else part < full
        longer = truncated_coefficients(phi, 60, 25, variances, layers).balls
        assert all(part.overlaps(better) or part < better for part, better in zip(cut, longer, strict=False))


def test_zeros_are_exact() -> None:
    variances = hyper_parameters(activation("erf"), sigma_w2="unit", digits=25)
    found = truncated_coefficients(activation("erf"), 150, 15, variances, 4)
    assert found.reached
    assert [p for p, ball in enumerate(found.balls) if ball.is_zero()] == list(range(0, 151, 2))
    relu = truncated_coefficients(activation("relu"), 9, 15, hyper_parameters(activation("relu"), digits=20))
    assert [p for p, ball in enumerate(relu.balls) if ball.is_zero()] == [3, 5, 7, 9]


@pytest.mark.parametrize(("name", "layers"), [("relu", 2), ("relu", 4), ("tanh", 3), ("sigmoid", 2)])
def test_values_and_errors_belong_together(name: str, layers: int) -> None:
    phi, points = activation(name), [Fraction(-1), Fraction(-2, 3), ZERO, HALF, ONE]
    variances = hyper_parameters(phi, sigma_w2="unit", digits=30)
    coefficients = truncated_coefficients(phi, 8, 25, variances, layers).balls
    values = truncated_values(phi, points, 8, 25, variances, layers)
    errors = truncation_errors(phi, points, 8, 15, variances, layers)
    kernel = ntk_values(phi, points, 25, variances, layers)
    assert values.reached
    assert errors.reached
    with working(120):
        for rho, value, error, theta in zip(points, values.balls, errors.balls, kernel.balls, strict=True):
            at = arb(fmpq(rho.numerator, rho.denominator))
            assert value.overlaps(sum((c * at**p for p, c in enumerate(coefficients)), arb(0)))
            assert error.overlaps(abs(theta - value))
        assert max(map(float, errors.balls)) == float(errors.balls[-1])


def test_errors_are_zero_where_that_is_proved() -> None:
    cubic = activation("polynomial(0,1,0,1/6)")
    variances = hyper_parameters(cubic, sigma_w2=Fraction(1, 5), digits=20)
    short, long = (truncation_errors(cubic, [HALF], order, 10, variances, 3) for order in (8, 9))
    assert not short.balls[0].is_zero()
    assert long.balls[0].is_zero()
    relu = activation("relu")
    at_zero = [truncation_errors(relu, [ZERO], 5, 5, hyper_parameters(relu, digits=20), n).balls[0] for n in (1, 2, 3)]
    assert [ball.is_zero() for ball in at_zero] == [True, True, False]
    odd = truncation_errors(
        activation("erf"), [ZERO], 5, 5, hyper_parameters(activation("erf"), sigma_w2="unit", digits=20), 3
    )
    assert odd.balls[0].is_zero()
    biased = hyper_parameters(relu, gamma_b2=HALF, digits=20)
    assert not truncation_errors(relu, [ZERO], 5, 5, biased).balls[0].is_zero()


@pytest.mark.parametrize(("hidden", "least"), [(1, 42), (2, 59), (3, 77), (4, 97)])
def test_terms_for_machine_precision_at_one_half(hidden: int, least: int) -> None:
    relu = activation("relu")
    variances = hyper_parameters(relu, sigma_w2=TWO, digits=30)
    before, there = (truncation_errors(relu, [HALF], t, 5, variances, hidden + 1).balls[0] for t in (least - 1, least))
    assert before > arb(2) ** -53 >= there


@pytest.mark.parametrize(("order", "layers", "rho"), [(-1, 2, HALF), (3, 0, HALF), (3, 2, TWO)])
def test_bad_arguments(order: int, layers: int, rho: Fraction) -> None:
    relu = activation("relu")
    with pytest.raises(InputError):
        truncation_errors(relu, [rho], order, 5, hyper_parameters(relu, digits=20), layers)
    with pytest.raises(InputError):
        truncated_values(relu, [rho], order, 5, hyper_parameters(relu, digits=20), layers)


def test_the_precision_outside_is_left_alone() -> None:
    with working(77):
        truncated_coefficients(activation("relu"), 5, 30, hyper_parameters(activation("relu"), digits=20), 3)
        assert arb(3).sqrt().rel_accuracy_bits() in range(70, 80)
