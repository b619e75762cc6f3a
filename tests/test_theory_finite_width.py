"""The bounds for finite ReLU layers: each constant of the derivation on its own, by exact laws or by enumeration."""

import math
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest
import sympy
from flint import arb, fmpq

from eigenlaw.numerics.precision import working
from eigenlaw.theory import finite_width
from eigenlaw.theory.errors import InputError
from eigenlaw.verify.chances import binomial_cdf, chi_square_tails, open_square_cdf
from eigenlaw.verify.infinite_width import inner_limit, outer_limit
from eigenlaw.verify.margin import largest_margin_squared

DELTAS = [fmpq(k, 10) for k in range(1, 11)]
WIDTHS = (1, 2, 3, 5, 10, 40, 200)


@pytest.fixture(autouse=True)
def precise() -> Iterator[None]:
    with working(256):
        yield


def number(expression: Any, **values: Any) -> float:
    return float(expression.subs({sympy.Symbol(name): value for name, value in values.items()}))


@pytest.mark.parametrize("m", WIDTHS)
def test_the_rates_of_the_tails(m: int) -> None:
    """A = Σ B a² is (1−δ)m/2 or less, (1+δ)m/2 or more; S = ‖a‖² is (1+δ)m, or (1+δ)²m, or more."""
    for delta in DELTAS:
        rate = arb(delta * delta * m)
        assert open_square_cdf(m, (1 - delta) * m / 2) <= (-rate / 12).exp()
        assert 1 - open_square_cdf(m, (1 + delta) * m / 2) <= (-rate / 20).exp()
        assert chi_square_tails(m, (1 + delta) * m)[m] <= (-rate / 8).exp()
        assert chi_square_tails(m, (1 + delta) ** 2 * m)[m] <= (-rate / 2).exp()


@pytest.mark.parametrize("m", WIDTHS)
def test_the_binomial_tail_is_an_equality_at_one_and_better_than_hoeffding(m: int) -> None:
    tail = finite_width.half_binomial_tail()
    assert number(tail, delta=1, m=m) == 0.5**m
    for delta in DELTAS:
        bound = number(tail, delta=sympy.Rational(int(delta.p), int(delta.q)), m=m)
        assert float(binomial_cdf(m, math.floor(float(m * (1 - delta) / 2)))) <= bound * (1 + 1e-12)
        assert bound <= math.exp(-(float(delta) ** 2) * m / 2) * (1 + 1e-12)


def test_one_neuron_in_the_direction_of_the_largest_eigenvector() -> None:
    """E Z ≥ σ²/4 and E y² ≥ σ²/4, by the kernels of infinite width; E y⁴ ≤ 17 (E y²)², by sampling."""
    rng = np.random.default_rng(0)
    for n, d in ((2, 1), (5, 2), (6, 4), (12, 3)):
        X = rng.integers(-4, 5, (n, d))
        values, vectors = np.linalg.eigh(X @ X.T)
        u, square = vectors[:, -1], values[-1]
        for limit in (inner_limit(X.tolist()), outer_limit(X.tolist())):
            matrix = np.array([[float(entry) for entry in row] for row in limit])
            assert u @ matrix @ u >= square / 4 * (1 - 1e-12)
        y = np.maximum(rng.standard_normal((20000, d)) @ X.T, 0) @ u
        assert np.mean(y**4) <= 17 * np.mean(y**2) ** 2


def test_opposite_inputs_reach_one_quarter_and_the_factor_two() -> None:
    assert inner_limit([[1], [-1]]) == [[fmpq(1, 2), 0], [0, fmpq(1, 2)]]  # eff = 2, and eff(XXᵀ) = 1
    assert finite_width.limit_factors() == (1, 2)
    assert number(finite_width.top_factor(), delta=0) == 2
    assert number(finite_width.bottom_factor("fixed"), delta=0) == 0.5
    assert number(finite_width.bottom_factor("gaussian"), delta=0) == 0.5


def test_widths_count_their_failures() -> None:
    """At the width, the sum of the failures of the trace and of λ_1 is at most ε."""
    rates = {"fixed": (8, 2), "gaussian": (24, 20), "outer": (34, 20), "both": (34, 24, 20, 20)}
    settings: tuple[finite_width.Setting, ...] = ("fixed", "gaussian", "outer", "both")
    for setting in settings:
        for delta, epsilon in ((0.1, 0.01), (0.5, 0.3), (0.9, 0.9)):
            m = number(finite_width.top_width(setting), delta=delta, epsilon=epsilon)
            assert sum(math.exp(-(delta**2) * m / rate) for rate in rates[setting]) <= epsilon * (1 + 1e-9)


def test_the_margin_is_reached_by_all_subsets_of_gates() -> None:
    for size, opened in ((3, 2), (4, 2), (5, 3)):
        rows = [[3 if k in chosen else 0 for k in range(size)] for chosen in combinations(range(size), opened)]
        bound = number(finite_width.margin_bound(), R_min=3, T=opened, tau=size)
        assert float(largest_margin_squared(rows)) == pytest.approx(bound**2, rel=1e-14)


@pytest.mark.parametrize("kind", ["psi2", "relu"])
def test_the_constants_of_the_second_moment_matrix(kind: Any) -> None:
    """2(√(2v c) + h c) ≤ 1 and E Y^p ≤ ½ p! v h^{p−2}, for the moments of Y = ⟨A_i, x⟩² that the norm K allows."""
    c, C = finite_width.covariance_constants(kind)
    for K in (0.01, 0.3, 1.0, 1.7, 40.0):
        root = math.sqrt(number(c.subs(sympy.Symbol("K", positive=True), K)))
        h = 2 * K * K * (math.e if kind == "psi2" else 1)
        v = 1.13 * h * h / 2 if kind == "psi2" else 3 * h * h / 8
        assert 2 * (math.sqrt(2 * v) * root + h * root**2) <= 1
        assert number(C.subs(sympy.Symbol("K", positive=True), K)) == pytest.approx(math.sqrt(math.log(9)) / root)
        for p in range(2, 40):
            square = math.prod(range(2 * p - 1, 0, -2)) / 2
            moment = (2 * p * K * K) ** p if kind == "psi2" else square * K ** (2 * p)
            assert moment <= math.factorial(p) / 2 * v * h ** (p - 2) * (1 + 1e-12)


def test_hypotheses_of_theorem_4_5_bound_the_width() -> None:
    """With λ_1(Σ) at its largest, m ≥ C n/λ_1² is m ≤ c⁴n/(4C)."""
    bound = finite_width.second_moment_bound()
    c, n, m, C = 3, 5, 7, 2
    largest = bound.subs(dict(zip(sympy.symbols("c n m", positive=True), (c, n, m), strict=True)))
    assert (m >= C * n / largest**2) == (m <= sympy.Rational(c**4 * n, 4 * C))


def test_slopes_and_blocks_tend_to_the_printed_constants() -> None:
    low, high = finite_width.slope_extremes()
    assert sympy.limit(low, sympy.Symbol("n"), sympy.oo).equals(sympy.sympify("s_min**2/s_max**2"))
    assert sympy.limit(high, sympy.Symbol("n"), sympy.oo).equals(sympy.sympify("s_max**2/s_min**2"))
    assert sympy.limit(finite_width.outer_extreme(), sympy.Symbol("k"), sympy.oo) == 4


@pytest.mark.parametrize(
    "call",
    [finite_width.top_width, finite_width.bottom_width, finite_width.bottom_factor, finite_width.covariance_constants],
)
def test_unknown_settings(call: Any) -> None:
    with pytest.raises(InputError, match="=none"):
        call("none")
