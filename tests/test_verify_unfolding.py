import math

import numpy as np
import pytest
import scipy.integrate

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.bulk_fit import Floats, fit_modified
from eigenlaw.verify.unfolding import (
    broadening_widths,
    number_variance,
    unfold_by_broadening,
    unfold_by_fit,
    wigner_distance,
)


def spectrum(rows: int, columns: int, seed: int = 0) -> Floats:
    matrix = np.random.default_rng(seed).normal(size=(rows, columns))
    return np.asarray(np.linalg.svd(matrix, compute_uv=False)[::-1], dtype=np.float64)


def test_broadening_is_equations_4_and_5() -> None:
    values, a = spectrum(60, 40), 6
    found = unfold_by_broadening(values, a)
    assert len(found) == 40 - 2 * a
    widths = broadening_widths(values, a)
    for k in range(a, 40 - a):
        assert widths[k] == pytest.approx((values[k + a] - values[k - a]) / 2, rel=1e-12)
    assert widths[0] == pytest.approx(values[a] - values[0])

    def density(x: float) -> float:
        return float((np.exp(-((x - values) ** 2) / (2 * widths**2)) / np.sqrt(2 * math.pi * widths**2)).sum()) / 40

    for i in (0, 13, 27):
        area = scipy.integrate.quad(density, -40, values[a + i], limit=400, points=[0, 2, 5])[0]
        assert found[i] == pytest.approx(40 * area, rel=1e-6)


def test_blocks_do_not_change_the_sum(monkeypatch: pytest.MonkeyPatch) -> None:
    values = spectrum(60, 40)
    whole = unfold_by_broadening(values, 5)
    monkeypatch.setattr("eigenlaw.verify.unfolding.BLOCK", 100)
    np.testing.assert_array_equal(unfold_by_broadening(values, 5), whole)


@pytest.mark.parametrize(("rows", "columns"), [(300, 300), (900, 300)])
def test_unfolded_levels_have_mean_spacing_one_and_repel_as_the_surmise_says(rows: int, columns: int) -> None:
    values = spectrum(rows, columns, 1)
    for levels in (unfold_by_broadening(values, 15), unfold_by_fit(values, rows, fit_modified(values, rows), 15)):
        spacings = np.diff(levels)
        assert len(levels) in range(columns - 36, columns - 29)
        assert spacings.mean() == pytest.approx(1, abs=0.01)
        assert wigner_distance(levels) < 0.08
        assert wigner_distance(np.cumsum(np.random.default_rng(0).exponential(size=270))) > 0.15


def test_equal_values_are_refused() -> None:
    with pytest.raises(InputError, match=r"^half_width=3: .*wider"):
        unfold_by_broadening(np.concatenate([np.ones(10), np.arange(2.0, 30.0)]), 3)


def test_number_variance_of_independent_levels_is_their_number() -> None:
    levels = np.cumsum(np.random.default_rng(3).exponential(size=80_000))
    even = number_variance(levels, (1.0, 3.0), "even")
    np.testing.assert_allclose(even, [1.0, 3.0], rtol=0.05)
    # around a level: itself, and a Poisson number of others, so that (N − l)² has mean l + 1
    np.testing.assert_allclose(number_variance(levels, (1.0, 3.0)), [2.0, 4.0], rtol=0.05)


def test_number_variance_by_counting() -> None:
    levels = np.array([0.0, 0.5, 2.0, 2.25, 4.0])
    centred = [(int((np.abs(levels - centre) <= 1).sum()) - 2) ** 2 for centre in (2.0, 2.25)]
    assert number_variance(levels, (2.0,))[0] == np.mean(centred)
    assert math.isnan(number_variance(levels, (9.0,))[0])
    assert math.isnan(number_variance(levels, (9.0,), "even")[0])


def test_number_variance_of_random_matrices_grows_as_a_logarithm() -> None:
    drawn = []
    for seed in range(8):
        values = spectrum(400, 200, seed)
        levels = unfold_by_fit(values, 400, fit_modified(values, 400), 15)
        drawn.append(number_variance(levels, (1.0, 4.0), "even"))
    one, four = np.mean(drawn, axis=0)
    # (2/π²)(ln 2πl + γ + 1 − π²/8), the asymptote for l ≳ 1
    asymptote = [2 / math.pi**2 * (math.log(2 * math.pi * x) + np.euler_gamma + 1 - math.pi**2 / 8) for x in (1, 4)]
    assert one == pytest.approx(asymptote[0], abs=0.04)
    assert four == pytest.approx(asymptote[1], abs=0.06)
