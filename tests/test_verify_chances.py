"""Tails of χ² and of sums behind random gates, and the extreme singular values, against SciPy and sampling."""

import math
from collections.abc import Iterator

import numpy as np
import pytest
from flint import arb, fmpq
from scipy import stats

from eigenlaw.numerics.precision import working
from eigenlaw.verify.chances import (
    binomial_cdf,
    chi_square_tails,
    open_share_cdf,
    open_square_cdf,
    over_open_gates,
    share_cdfs,
)
from eigenlaw.verify.wishart import singular_values_within


@pytest.fixture(autouse=True)
def precise() -> Iterator[None]:
    with working(256):
        yield


@pytest.mark.parametrize("m", [1, 2, 7, 60])
def test_binomials(m: int) -> None:
    for k in range(-1, m + 2):
        assert float(binomial_cdf(m, k)) == pytest.approx(stats.binom.cdf(k, m, 0.5))
    assert binomial_cdf(m, m) == 1


@pytest.mark.parametrize("m", [1, 2, 9, 120])
@pytest.mark.parametrize("share", [0.001, 0.3, 0.97])
def test_chi_squares_and_betas(m: int, share: float) -> None:
    tails = chi_square_tails(m, arb(share * m))
    shares = share_cdfs(m, arb(share))
    assert len(tails) == len(shares) == m + 1
    assert (tails[0], shares[0], shares[m]) == (0, 1, 0)
    for k in range(1, m + 1):
        assert float(tails[k]) == pytest.approx(stats.chi2.sf(share * m, k), rel=1e-9)
        assert tails[k].rel_accuracy_bits() > 200
        if k < m:
            assert float(shares[k]) == pytest.approx(stats.beta.cdf(share, k / 2, (m - k) / 2), rel=1e-9, abs=1e-60)


def test_tails_at_and_below_zero() -> None:
    assert chi_square_tails(3, 0) == [0, 1, 1, 1]
    assert chi_square_tails(2, -1) == [1, 1, 1]
    assert chi_square_tails(0, 5) == [0]
    far = chi_square_tails(4, 2000)
    assert far[2].overlaps(arb(-1000).exp())
    assert far[4].overlaps(1001 * arb(-1000).exp())
    assert far[4].rel_accuracy_bits() > 200


def test_sums_behind_gates_are_those_of_sampled_networks() -> None:
    rng = np.random.default_rng(0)
    m, draws = 6, 100000
    squares = rng.standard_normal((draws, m)) ** 2
    opened = (squares * rng.integers(0, 2, (draws, m))).sum(axis=1)
    for x in (0.5, 3.0, 8.0):
        assert float(open_square_cdf(m, arb(x))) == pytest.approx(np.mean(opened <= x), abs=0.01)
    for x in (0.1, 0.5, 0.8):
        assert float(open_share_cdf(m, arb(x))) == pytest.approx(np.mean(opened / squares.sum(axis=1) <= x), abs=0.01)
    assert open_square_cdf(m, 0) == fmpq(1, 64)
    assert over_open_gates([fmpq(k) for k in range(m + 1)]) == 3
    assert open_share_cdf(1500, arb(1) / 2).overlaps(arb(1) / 2)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (5, 1), (3, 2), (2, 5), (4, 4), (9, 5)])
def test_singular_values_against_sampling(rows: int, columns: int) -> None:
    draws = 20000
    values = np.linalg.svd(np.random.default_rng(rows).standard_normal((draws, rows, columns)), compute_uv=False)
    low, high = np.quantile(values[:, -1], 0.25), np.quantile(values[:, 0], 0.75)
    exact = float(singular_values_within(rows, columns, arb(low), arb(high)))
    sampled = np.mean((values[:, -1] >= low) & (values[:, 0] <= high))
    assert abs(exact - sampled) < 6 * math.sqrt(exact * (1 - exact) / draws)
    assert singular_values_within(rows, columns, -1, 100).overlaps(arb(1))


def test_singular_values_in_closed_form() -> None:
    """χ_N for one column; for two columns and three rows the smallest squared singular value has the density e^{−x}."""
    for rows in (1, 4, 50):
        exact = 1 - chi_square_tails(rows, fmpq(rows) / 2)[rows]
        assert singular_values_within(rows, 1, 0, (arb(rows) / 2).sqrt()).overlaps(exact)
    for a in (fmpq(1, 3), fmpq(2)):
        assert singular_values_within(3, 2, arb(a), 60).overlaps((-(arb(a) ** 2)).exp())
        assert singular_values_within(3, 2, arb(a), 60).rel_accuracy_bits() > 100
