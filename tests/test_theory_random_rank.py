"""Chances of full rank against counts of all matrices, and against sampling."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from eigenlaw.theory.random_rank import deficiency_bound, full_rank_chance, product_rank


@pytest.mark.parametrize(("p", "n"), [(2, 1), (2, 2), (3, 2), (2, 3)])
def test_the_chance_over_a_field_counts_invertible_matrices(p: int, n: int) -> None:
    matrices = (np.array(entries).reshape(n, n) for entries in product(range(p), repeat=n * n))
    invertible = sum(round(np.linalg.det(matrix)) % p != 0 for matrix in matrices)
    assert full_rank_chance(Fraction(p), n, n) == Fraction(invertible, p ** (n * n))


def test_the_bound_is_the_sum_over_the_columns_and_is_attained_by_one() -> None:
    alpha = Fraction(2, 3)
    for m in range(1, 6):
        for n in range(1, m + 1):
            assert deficiency_bound(alpha, m, n) == sum(alpha ** (m - k + 1) for k in range(1, n + 1))
    assert deficiency_bound(alpha, 4, 1) == alpha**4  # all four entries have the value 0
    assert deficiency_bound(Fraction(0), 4, 4) == 0


def test_the_bound_covers_a_field_of_that_many_elements() -> None:
    for p, m in product((2, 3, 5), range(1, 5)):
        for n in range(1, m + 1):
            assert 1 - full_rank_chance(Fraction(p), m, n) <= deficiency_bound(Fraction(1, p), m, n)


def test_a_product_is_as_narrow_as_its_narrowest_factor() -> None:
    rng = np.random.default_rng(0)
    factors = [rng.standard_normal(shape) for shape in ((4, 5), (5, 3), (3, 6))]
    assert np.linalg.matrix_rank(np.linalg.multi_dot(factors)) == product_rank(4, 5, 3, 6)
