"""Bounds of the least eigenvalue: against sums over the walk, eigenvalues of matrices, and the exact rank."""

from math import comb, exp, isqrt, sqrt

import numpy as np
import pytest
import sympy

from eigenlaw.theory import tail_bounds, tail_rank

M = sympy.Symbol("m", positive=True)


def walk_tails(count: int, m: int) -> list[float]:
    """P(|S_j| ≥ m) for j < count, by adding one step after the other."""
    places = np.abs(np.arange(2 * count + 3) - count - 1)
    chances, found = (places == 0).astype(float), []
    for _ in range(count):
        found.append(float(chances[places >= m].sum()))
        chances = (np.roll(chances, 1) + np.roll(chances, -1)) / 2
    return found


@pytest.mark.parametrize(("j", "m"), [(3, 1), (4, 2), (7, 3), (12, 12)])
def test_the_walk_tail_is_a_chance(j: int, m: int) -> None:
    i = sympy.Symbol("i")
    sums = tail_bounds.walk_tail().args[0].subs({"j": j, "m": m})
    chance = next(iter(sums.atoms(sympy.Sum))).replace(sympy.Sum, lambda body, limits: sum(
        body.subs(i, value) for value in range(int(limits[1]), int(limits[2]) + 1)))  # fmt: skip
    assert float(chance * 2 ** (1 - j)) == pytest.approx(walk_tails(j + 1, m)[j], rel=1e-12)


@pytest.mark.parametrize("z", [0.2, 0.5])
@pytest.mark.parametrize("m", [1, 2, 5])
def test_the_geometric_tail_is_the_sum(z: float, m: int) -> None:
    a = 2 * z / (1 + z * z)
    direct = sum(a**j * chance for j, chance in enumerate(walk_tails(160, m)))
    assert float(tail_bounds.geometric_tail(z, m)) == pytest.approx(direct, rel=1e-9)
    assert direct < a**m / (1 - a)


@pytest.mark.parametrize("m", [2, 4, 8, 16])
def test_the_tails_of_powers_and_of_stretched_exponentials_are_bounded(m: int) -> None:
    chances = walk_tails(500, m)[m:]
    for alpha in (2, 4):
        found = sum(j**-alpha * p for j, p in enumerate(chances, start=m))
        assert found <= float(tail_bounds.power_tail(alpha, sympy.Integer(m))) <= 60 * found
    for alpha in (1, 3):
        found = sum(exp(-alpha * sqrt(j)) * p for j, p in enumerate(chances, start=m))
        assert found <= float(tail_bounds.stretched_tail(sympy.Integer(alpha), sympy.Integer(m))) <= 500 * found


def test_the_rates_are_those_of_the_bounds() -> None:
    alpha = sympy.Integer(3)
    for name, scale in (("power", alpha), ("stretched", alpha), ("geometric", sympy.Rational(1, 3))):
        tail, rate = (getattr(tail_bounds, f"{name}_{kind}")(scale, M) for kind in ("tail", "rate"))
        limit = sympy.limit(sympy.powsimp(sympy.simplify(tail / rate)), M, sympy.oo)
        assert limit.is_positive
        assert limit.is_finite


@pytest.mark.parametrize("x", [1, 5, 20])
def test_the_integrals_bound_the_sums(x: int) -> None:
    m = x + 1
    for alpha in (2, 3):
        found = sum(j**-alpha for j in range(m, 4000))
        assert found <= float(tail_bounds.power_taylor(alpha, sympy.Integer(x))) <= found + x**-alpha + 1e-3
        found = sum(exp(-alpha * sqrt(j)) for j in range(m, 4000))
        assert found <= float(tail_bounds.stretched_taylor(alpha, x)) <= found + exp(-alpha * sqrt(x))
        exact = exp(-alpha * m) / (1 - exp(-alpha))
        assert exact <= float(tail_bounds.exponential_taylor(alpha, x)) <= 4 * exact * exp(alpha)


def largest_order(r: int, n: int) -> int:
    """The largest m with N(r, m) < n."""
    m = 0
    while comb(r + m - 1, r - 1) + comb(r + m - 2, r - 1) * (m > 0) < n:
        m += 1
    return m


@pytest.mark.parametrize("r", range(2, 13))
def test_a_truncation_beyond_the_root_of_n_has_a_rank_below_n(r: int) -> None:
    """So that Theorem C.24 holds with n^{1/r} in the place of m(n) − 1, from n = 2 r^r on."""
    first = 2 * r**r
    for n in {*range(first, first + 40), *(first * 3**k // 2**k for k in range(30))}:
        m = largest_order(r, n)
        assert tail_rank.sphere_head_rank(r, m) < n if m > 1 else n > 1
        assert (m - 1) ** r >= n
    assert largest_order(2, 101) == 50
    assert largest_order(3, 101) == isqrt(100)


@pytest.mark.parametrize("half", [2, 3, 6])
def test_the_leading_term_on_the_circle_is_that_of_the_matrix(half: int) -> None:
    z, n = 0.4, 2 * half
    angles = 2 * np.pi * np.arange(n) / n
    kernel = 1 / (1 - 2 * z / (1 + z * z) * np.cos(angles[:, None] - angles)) / n
    least = np.linalg.eigvalsh(kernel)[0]
    assert float(tail_bounds.circle_leading(z, half)) == pytest.approx(least * (1 - z**n), rel=1e-8)
    assert float(tail_bounds.geometric_tail(z, half)) >= least
