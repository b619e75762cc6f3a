"""Real eigenvalues of real Gaussian matrices and their products: closed forms, literature, simulated matrices."""

import itertools

import numpy as np
import pytest
from flint import arb, fmpq
from scipy import stats

from eigenlaw.numerics.precision import working
from eigenlaw.numerics.real_eigenvalues import (
    RealEigenvalues,
    _complex_pairs,
    all_real,
    exceeds,
    expected_number,
    one_matrix,
)
from eigenlaw.theory.errors import InputError


@pytest.mark.parametrize("n", [1, 2, 3, 4, 9, 30])
def test_one_matrix_three_ways(n: int) -> None:
    """The finite sum, the hypergeometric function and the integral that serves products."""
    with working(150):
        a, b = one_matrix(n)
        exact = arb(a) + arb(b) * arb(2).sqrt()
        assert exact.overlaps(expected_number([n])) and expected_number([n]).rel_accuracy_bits() > 120
        if n > 1:
            pairs = _complex_pairs(n, [0])
            assert exact.overlaps(n - 2 * pairs) and pairs.rel_accuracy_bits() > 120


def test_values_of_the_literature() -> None:
    """Edelman, Kostlan and Shub's table; π/4 of Lakshminarayan for two 2 × 2 factors; 2^{−n(n−1)/4} of Edelman."""
    assert one_matrix(5) == (1, fmpq(13, 16)) and one_matrix(6) == (0, fmpq(211, 128))
    with working(150):
        assert all_real([2, 2]).overlaps(arb.pi() / 4) and expected_number([2, 2]).overlaps(arb.pi() / 2)
        assert all_real([2, 2]).rel_accuracy_bits() > 120
        for n in (2, 3, 4, 5):
            halves = [[fmpq(c) for c in range(1, n // 2 + 1)], [fmpq(2 * r - 1, 2) for r in range(1, (n + 1) // 2 + 1)]]
            rows = [[exceeds([c], [r]) for c in halves[0]] + [arb(1)] * (n % 2) for r in halves[1]]
            assert _determinant(rows).overlaps(arb(2) ** (-fmpq(n * (n - 1), 4)))


def _determinant(rows: list[list[arb]]) -> arb:
    total = arb(0)
    for order in itertools.permutations(range(len(rows))):
        inversions = sum(a > b for a, b in itertools.combinations(order, 2))
        product = arb((-1) ** inversions)
        for row, column in enumerate(order):
            product *= rows[row][column]
        total += product
    return total


def test_two_by_two_links_the_number_and_the_chance() -> None:
    for sizes in ((2, 2, 2), (2, 3), (2, 5, 9, 4)):
        assert expected_number(sizes).overlaps(2 * all_real(sizes))
        assert not expected_number(sizes).overlaps(expected_number((*sizes, 2)))


@pytest.mark.parametrize("sizes", [(3, 3), (4, 4), (4, 5, 6), (3, 4), (5, 7, 9, 6)], ids=str)
def test_simulated_products(sizes: tuple[int, ...]) -> None:
    rng, count = np.random.default_rng(2), 20000
    product = np.eye(sizes[0])
    for rows, columns in zip(sizes, (*sizes[1:], sizes[0]), strict=True):
        product = product @ rng.standard_normal((count, rows, columns))
    real = (np.linalg.eigvals(product).imag == 0).sum(axis=1)
    error = real.std() / np.sqrt(count)
    assert abs(real.mean() - float(expected_number(sizes))) < 4.5 * error
    assert abs(real.mean() - float(expected_number((*sizes, sizes[0])))) > 10 * error, "blind to a factor more"
    chance = float(all_real(sizes))
    assert stats.binomtest(int((real == sizes[0]).sum()), count, chance).pvalue > 1e-5


def test_chances_of_gamma_products() -> None:
    """Against Beta functions, by symmetry, and by drawing."""
    for a, b in ((1.5, 1.5), (4.0, 0.5), (0.5, 4.0), (30.0, 31.0)):
        value = exceeds([fmpq(int(2 * a), 2)], [fmpq(int(2 * b), 2)])
        assert float(value) == pytest.approx(float(stats.beta(b, a).cdf(0.5)), rel=1e-11)
    left, right = [fmpq(1), fmpq(5, 2)], [fmpq(2), fmpq(3, 2)]
    assert (exceeds(left, right) + exceeds(right, left)).overlaps(arb(1))
    rng = np.random.default_rng(1)
    draws = rng.gamma(1, size=100000) * rng.gamma(2.5, size=100000)
    wins = (draws > rng.gamma(2, size=100000) * rng.gamma(1.5, size=100000)).mean()
    assert abs(wins - float(exceeds(left, right))) < 5 * 0.5 / np.sqrt(100000)


def test_growth_and_digits() -> None:
    """√(2nm/π) to leading order for m factors; more digits, smaller overlapping balls."""
    for factors in (1, 2):
        ratio = float(expected_number([60] * factors)) / np.sqrt(2 * 60 * factors / np.pi)
        assert 1 < ratio < 1.12
    with working(80):
        coarse = RealEigenvalues((6, 8, 7)).value()
    with working(160):
        fine = RealEigenvalues((6, 8, 7)).value()
        assert fine.rad() < coarse.rad() * arb("1e-15") and coarse.overlaps(fine)
        assert RealEigenvalues((6, 8, 7)).fraction().overlaps(fine / 6)
    assert expected_number([1, 5, 3]) == 1 == all_real([1])


def test_sizes_are_checked() -> None:
    for sizes in ([], [3, 2], [0]):
        with pytest.raises(InputError, match="sizes="):
            expected_number(sizes)
