"""Inputs on the sphere and with a given Gram matrix."""

from fractions import Fraction

import numpy as np
import pytest

from eigenlaw.verify.data import rational_unit_vectors, unit_vectors, with_gram


def test_unit_vectors_are_uniform() -> None:
    X = unit_vectors(np.random.default_rng(1), n=20_000, d=3)
    np.testing.assert_allclose((X * X).sum(axis=1), 1, rtol=1e-14)
    # a coordinate is uniform on [-1, 1] in three dimensions: moments 0, 1/3, 1/5; standard errors below 0.0041
    assert np.abs(X.mean(axis=0)).max() < 0.02
    np.testing.assert_allclose((X**2).mean(axis=0), 1 / 3, atol=0.011)
    np.testing.assert_allclose((X**4).mean(axis=0), 1 / 5, atol=0.010)


@pytest.mark.parametrize(
    "gram",
    [
        [[1.0, 0.3, -0.2], [0.3, 1.0, 0.8], [-0.2, 0.8, 1.0]],
        [[1.0, 1.0, 0.5], [1.0, 1.0, 0.5], [0.5, 0.5, 1.0]],
        [[2.0, -2.0], [-2.0, 2.0]],
        [[0.0]],
    ],
)
def test_with_gram_reproduces_it_in_the_least_dimension(gram: list[list[float]]) -> None:
    X = with_gram(np.array(gram))
    np.testing.assert_allclose(X @ X.T, gram, atol=1e-14)
    assert X.shape == (len(gram), max(1, np.linalg.matrix_rank(np.array(gram))))


@pytest.mark.parametrize("gram", [[[1.0, 2.0], [2.0, 1.0]], [[1.0, 0.1], [0.2, 1.0]], [[1.0, 0.0]], [[np.nan]]])
def test_what_is_no_gram_matrix_is_refused(gram: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="gram"):
        with_gram(np.array(gram))


@pytest.mark.parametrize("d", [1, 2, 3, 6])
def test_rational_points_are_on_the_sphere_exactly(d: int) -> None:
    distinct = 1 if d == 1 else 4
    X = rational_unit_vectors(np.random.default_rng(2), n=distinct + 2, d=d, duplicates=1, antipodes=1)
    assert X.shape == (distinct + 2, d)
    assert all(sum(entry * entry for entry in row) == Fraction(1) for row in X)
    gram = X @ X.T
    off = [abs(gram[i, j]) for i in range(distinct) for j in range(i)]
    assert all(value < 1 for value in off)
    assert gram[0, distinct] == 1
    assert gram[0, distinct + 1] == -1


def test_too_many_rational_points_are_refused() -> None:
    with pytest.raises(ValueError, match="n=2"):
        rational_unit_vectors(np.random.default_rng(3), n=2, d=1)
    with pytest.raises(ValueError, match="n=2"):
        rational_unit_vectors(np.random.default_rng(3), n=2, d=3, duplicates=2)
