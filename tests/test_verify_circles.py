"""Data on products of circles: the eigenvalues by walks against LAPACK."""

from fractions import Fraction

import numpy as np
import pytest
from flint import arb, fmpq, fmpz

from eigenlaw.numerics.precision import working
from eigenlaw.verify.circles import CircleProduct, circle_spectrum, highest_eigenvalue, walk_chances

SETS = [
    CircleProduct(1, 8),
    CircleProduct(1, 7, Fraction(1, 3)),
    CircleProduct(2, 6),
    CircleProduct(2, 5),
    CircleProduct(2, 4, Fraction(1, 5)),
    CircleProduct(3, 4),
]


@pytest.mark.parametrize("data", SETS)
def test_the_highest_frequency_has_the_least_eigenvalue(data: CircleProduct) -> None:
    X = data.data()
    gram = X @ X.T
    np.testing.assert_allclose(np.diag(gram), 1, rtol=1e-14)
    assert X.shape == (data.count, data.rank)
    assert np.linalg.matrix_rank(gram) == data.rank
    kernel = np.exp(2 * gram) / data.count
    with working(128):
        found = highest_eigenvalue(
            data, lambda j: fmpq(2) ** j / fmpz.fac_ui(j), lambda J: 2 * fmpq(2) ** J / fmpz.fac_ui(J), count=60
        )
    assert float(found.rad()) < 1e-12
    assert float(found.mid()) == pytest.approx(np.linalg.eigvalsh(kernel)[0], rel=1e-9)


@pytest.mark.parametrize("data", SETS)
def test_the_tail_covers_the_terms_that_are_not_summed(data: CircleProduct) -> None:
    """c_j = 2^{-j}, cut off early, against all of it."""
    kernel = 1 / (1 - data.data() @ data.data().T / 2) / data.count
    with working(128):
        for count in (4, 8, 30):
            found = highest_eigenvalue(data, lambda j: fmpq(1, 2) ** j, lambda J: 2 * fmpq(1, 2) ** J, count)
            low, high = float(found.lower()), float(found.upper())
            assert low * (1 - 1e-9) <= np.linalg.eigvalsh(kernel)[0] <= high * (1 + 1e-9)


def test_the_chances_of_all_frequencies_add_to_one() -> None:
    data = CircleProduct(1, 5, Fraction(1, 4))
    total = [sum(walk_chances(data, f, 12)[j] for f in range(5)) for j in range(12)]
    assert all(value.contains(1) for value in total)
    assert float(max(value.rad() for value in total)) < 1e-12


def test_the_spectrum_of_a_circle() -> None:
    n = 9
    X = CircleProduct(1, n).data()
    found = sorted(float(value) for value in circle_spectrum(lambda rho: (rho / 2).exp(), n))
    np.testing.assert_allclose(found, np.linalg.eigvalsh(np.exp(X @ X.T / 2) / n), rtol=1e-9, atol=1e-15)
    assert isinstance(circle_spectrum(lambda rho: rho, 2)[0], arb)
