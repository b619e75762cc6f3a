import math
from fractions import Fraction

import numpy as np
import pytest
import scipy.integrate
from flint import arb

from eigenlaw.numerics.marchenko_pastur import MarchenkoPastur
from eigenlaw.numerics.tracy_widom import TracyWidom
from eigenlaw.theory.errors import InputError
from eigenlaw.verify.bulk_fit import (
    Floats,
    bulk_integral,
    bulk_scale,
    distance,
    entry_scale,
    fit_modified,
    strict_distribution,
)
from eigenlaw.verify.weight_spectra import decompose, largest_in_units, outliers


def gaussian(rows: int, columns: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=(rows, columns))


def svd_values(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.svd(matrix, compute_uv=False)[::-1], dtype=np.float64)


@pytest.mark.parametrize(("rows", "columns"), [(300, 50), (60, 60), (24, 24), (1500, 30)])
def test_decompose_agrees_with_the_singular_value_decomposition(rows: int, columns: int) -> None:
    matrix = gaussian(rows, columns)
    found = decompose(matrix)
    np.testing.assert_allclose(found.values, svd_values(matrix), rtol=0, atol=1e-13 * found.values[-1])
    np.testing.assert_allclose(found.vectors.T @ found.vectors, np.eye(columns), atol=1e-12)
    right = np.linalg.svd(matrix, full_matrices=False)[2][::-1]
    np.testing.assert_allclose(np.abs((found.vectors * right.T).sum(axis=0)), 1, atol=1e-9)


@pytest.mark.parametrize("size", [1e-150, 1e-30, 1e30, 1e150])
def test_decompose_whatever_the_units(size: float) -> None:
    matrix = gaussian(60, 40)
    np.testing.assert_allclose(decompose(size * matrix).values / size, decompose(matrix).values, rtol=1e-10)


def test_small_values_keep_their_absolute_accuracy() -> None:
    left, right = np.linalg.qr(gaussian(100, 40))[0], np.linalg.qr(gaussian(40, 40, 1))[0]
    values = np.logspace(-6, 0, 40)
    np.testing.assert_allclose(decompose(left * values @ right.T).values, values, atol=1e-14)


@pytest.mark.parametrize(
    "matrix", [np.zeros((40, 30)), np.ones((40, 30)), np.eye(30)[:, :25] * 0, gaussian(40, 20), gaussian(30, 40)]
)
def test_what_has_no_statistics_is_refused_in_one_line(matrix: Floats) -> None:
    with pytest.raises(InputError, match=r"^matrix=.*expected[^\n]*$"):
        decompose(matrix)


@pytest.mark.parametrize(("low", "high"), [(0.0, 2.0), (0.5, 1.5), (0.9, 1.1), (1e-6, 2.0)])
def test_the_integral_of_the_bulk(low: float, high: float) -> None:
    points = np.linspace(low, high, 7)[1:]
    for x in points:
        sought = scipy.integrate.quad(
            lambda t: math.sqrt(max((high**2 - t * t) * (t * t - low**2), 0)) / t,
            max(low, 1e-300),
            x,
            epsabs=1e-12,
            points=[10 * low, 1000 * low] if 1000 * low < x else None,
        )[0]
        assert bulk_integral(np.array([x]), low, high)[0] == pytest.approx(sought, abs=1e-9)
    assert bulk_integral(np.array([low, high, 9.0]), low, high).tolist() == pytest.approx(
        [0, math.pi / 4 * (high - low) ** 2, math.pi / 4 * (high - low) ** 2], abs=1e-14
    )


@pytest.mark.parametrize(("rows", "columns"), [(9, 1), (2, 1), (1, 1)])
def test_the_strict_law_is_that_of_the_catalogue(rows: int, columns: int) -> None:
    points = np.linspace(0.0, 2.1, 22)
    law = MarchenkoPastur(Fraction(columns, rows))
    np.testing.assert_allclose(strict_distribution(points, rows, columns, 1.0), law.distributions(points), atol=1e-12)


def test_both_scales_of_a_random_matrix_and_of_one_with_a_spike() -> None:
    matrix = 0.3 * gaussian(400, 200)
    values = svd_values(matrix)
    assert entry_scale(values) == pytest.approx(math.sqrt(400 * float((matrix**2).mean())), rel=1e-12)
    assert bulk_scale(values, 400) == pytest.approx(6.0, rel=0.01)
    values[-1] *= 10
    assert entry_scale(values) > 6.6
    assert bulk_scale(values, 400) == pytest.approx(6.0, rel=0.01)


def test_outliers_are_found_where_they_were_put() -> None:
    rows, columns = 500, 250
    matrix = gaussian(rows, columns, 3)
    assert len(outliers(svd_values(matrix), rows).values) == 0
    left, right = np.linalg.qr(gaussian(rows, 3, 4))[0], np.linalg.qr(gaussian(columns, 3, 5))[0]
    theta = np.array([2.0, 3.0, 4.0])  # of the noise scaled by 1/√n, for which the threshold is (m/n)^(1/4)
    found = outliers(svd_values(matrix + math.sqrt(rows) * (left * theta) @ right.T), rows)
    expected = np.sqrt((1 + theta**2) * (columns / rows + theta**2)) / theta * math.sqrt(rows)
    np.testing.assert_allclose(found.values, expected, rtol=0.03)
    assert found.edge == pytest.approx(math.sqrt(rows) + math.sqrt(columns), rel=0.02)


def test_the_edge_is_the_quantile_of_the_law() -> None:
    values = svd_values(gaussian(120, 60))
    for level in (0.5, 0.99):
        found = outliers(values, 120, level)
        in_units = largest_in_units(np.append(values[:-1], found.edge), 120)
        assert float(TracyWidom(1).distribution(arb(in_units))) == pytest.approx(level, abs=1e-6)
    with pytest.raises(InputError, match=r"^level=1.0: expected"):
        outliers(values, 120, 1.0)


def test_the_largest_value_in_tracy_widom_units() -> None:
    rng = np.random.default_rng(2)
    drawn = [outliers(svd_values(rng.normal(size=(120, 60))), 120).largest for _ in range(200)]
    assert np.mean(drawn) == pytest.approx(-1.2065, abs=0.3)
    assert np.std(drawn) == pytest.approx(1.268, abs=0.3)


def test_the_modified_fit_of_quantiles_of_the_law_returns_it() -> None:
    rows, columns = 9000, 3000
    grid = np.linspace(1 - 3**-0.5, 1 + 3**-0.5, 40001)
    values = np.interp((np.arange(columns) + 0.5) / columns, strict_distribution(grid, rows, columns, 1.0), grid)
    values[0] = grid[0]  # the lower edge of the modified law is the smallest value
    fit = fit_modified(2.5 * values, rows)
    assert fit.scale == pytest.approx(2.5, rel=3e-3)
    assert fit.high == pytest.approx(2.5 * (1 + 3**-0.5), rel=3e-3)
    assert fit.fraction == pytest.approx(1, abs=0.01)
    assert fit.misfit < 0.01


def test_the_modified_fit_leaves_the_part_out_that_is_not_random() -> None:
    rows, columns = 900, 300
    values = svd_values(gaussian(rows, columns, 6))
    strict = fit_modified(values, rows)
    signal = np.linspace(1.5, 6, 60) * values[-1]
    mixed = fit_modified(np.sort(np.concatenate([values, signal])), rows)
    assert strict.fraction == pytest.approx(1, abs=0.03)
    assert mixed.fraction == pytest.approx(300 / 360, abs=0.05)
    assert mixed.high == pytest.approx(strict.high, rel=0.05)
    far = fit_modified(np.sort(np.concatenate([values, 1000 * signal])), rows)
    assert far.fraction == pytest.approx(mixed.fraction, abs=0.02)


def test_the_distance_of_sorted_numbers() -> None:
    assert distance(np.array([0.1, 0.9]), np.array([0.1, 0.9])) == pytest.approx(0.4)
    assert distance(np.array([0.25, 0.75]), np.array([0.25, 0.75])) == pytest.approx(0.25)
