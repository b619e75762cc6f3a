"""The statistics of the judge of samples: p-values are uniform where the prediction is right.

Each uniformity test draws a fixed number of independent p-values with a fixed seed and asks Kolmogorov and Smirnov
at the level 1e-4; with the numbers below they see a distance of about 0.07 (1000 values) between the distributions.
"""

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from eigenlaw.verify.judge_samples import Estimate, combine, estimate, extrapolate, p_value

LEVEL = 1e-4
COUNT = 1000


def uniform(values: list[float]) -> float:
    """P-value of a Kolmogorov-Smirnov test against the uniform distribution."""
    return float(stats.kstest(values, "uniform").pvalue)


def never_too_small(values: list[float]) -> float:
    """P-value of the one-sided test: small exactly if small values come too often."""
    return float(stats.kstest(values, "uniform", alternative="greater").pvalue)


Draw = Callable[[np.random.Generator, int], np.ndarray]

MIX = np.array([[1.0, 0, 0], [0.9, 0.3, 0], [-0.5, 0.2, 2.0]])
NULLS: dict[str, tuple[int, list[float], Draw]] = {
    "one statistic": (100, [2.0], lambda rng, n: 2 + rng.standard_normal((n, 1))),
    "one, few draws": (21, [0.0], lambda rng, n: rng.standard_normal((n, 1))),
    "three correlated": (60, [1.0, 0.0, -5.0], lambda rng, n: [1, 0, -5] + rng.standard_normal((n, 3)) @ MIX.T),
    "three, few draws": (23, [0.0] * 3, lambda rng, n: rng.standard_normal((n, 3)) @ MIX.T),
    "scales apart": (50, [0.0, 0.0], lambda rng, n: rng.standard_normal((n, 2)) * [1e-9, 1e9]),
    "a constant": (50, [0.1, 3.0], lambda rng, n: np.hstack([np.full((n, 1), 0.1), 3 + rng.standard_normal((n, 1))])),
    "twice the same": (50, [1.0, 2.0], lambda rng, n: (1 + rng.standard_normal((n, 1))) @ [[1.0, 2.0]]),
    "a sum": (50, [1.0, 1.0, 2.0], lambda rng, n: (1 + rng.standard_normal((n, 2))) @ [[1.0, 0, 1], [0, 1, 1]]),
    "bounded": (400, [0.5], lambda rng, n: rng.random((n, 1))),
    "skewed": (2000, [1.0], lambda rng, n: rng.exponential(size=(n, 1))),
}  # fmt: skip


@pytest.mark.parametrize("name", NULLS)
def test_p_values_are_uniform_where_the_prediction_is_right(name: str) -> None:
    n, mean, draw = NULLS[name]
    rng = np.random.default_rng(20)
    values = [p_value(estimate(draw(rng, n)), np.array(mean)) for _ in range(COUNT)]
    assert uniform(values) > LEVEL


def test_the_uniformity_test_itself_sees_a_wrong_reference_distribution() -> None:
    rng = np.random.default_rng(21)
    found = [estimate(rng.standard_normal((23, 3))) for _ in range(COUNT)]
    naive = [float(stats.chi2.sf(e.mean @ np.linalg.inv(e.covariance) @ e.mean, 3)) for e in found]
    assert uniform(naive) < LEVEL


@pytest.mark.parametrize("shift", [[0.3, 0, 0], [0, 0, 0.9]])
def test_a_wrong_mean_is_rejected(shift: list[float]) -> None:
    rng = np.random.default_rng(22)
    found = estimate(rng.standard_normal((2000, 3)) @ MIX.T)
    assert p_value(found, np.zeros(3)) > LEVEL
    assert p_value(found, np.array(shift)) < 1e-9


@pytest.mark.parametrize("constant", [0.1, 0.3, 1 / 3, -7.7, 1e-30, 1e30, 0.0])
def test_a_constant_statistic_is_compared_up_to_rounding(constant: float) -> None:
    found = estimate(np.full((1000, 1), constant))
    assert p_value(found, np.array([constant])) == 1
    assert p_value(found, np.array([constant * (1 + 1e-9) or 1e-9])) == 0
    jittered = np.random.default_rng(23).choice([1 - 2e-16, 1, 1 + 2e-16], (1000, 1))
    assert p_value(estimate(jittered), np.array([1.0])) == 1


def test_a_broken_linear_relation_is_rejected() -> None:
    rng = np.random.default_rng(24)
    found = estimate((1 + rng.standard_normal((500, 1))) @ [[1.0, 2.0]])
    assert p_value(found, np.array([1.0, 2.0])) > LEVEL
    assert p_value(found, np.array([1.01, 1.98])) == 0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_never_accepted(bad: float) -> None:
    rng = np.random.default_rng(25)
    draws = rng.standard_normal((100, 2))
    assert p_value(estimate(draws), np.array([0.0, bad])) == 0
    draws[17, 1] = bad
    with pytest.raises(ValueError, match="finite"):
        estimate(draws)


def test_too_few_draws_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 23"):
        estimate(np.zeros((22, 3)))


@pytest.mark.parametrize("count", [1, 2, 7, 40])
def test_combined_p_values_are_never_too_small(count: int) -> None:
    rng = np.random.default_rng(26)
    values = [combine(list(rng.random(count))) for _ in range(COUNT)]
    assert never_too_small(values) > LEVEL
    assert min(values) >= 0
    assert max(values) <= 1
    assert np.mean(np.array(values) < 0.1) > 0.03  # not more conservative than the factor two explains


def test_combination_sees_one_wrong_and_many_slightly_wrong() -> None:
    assert combine([0.5] * 19 + [1e-12]) < 1e-9
    assert combine([0.03] * 30) < 1e-9
    assert combine([0.5] * 30) > 0.1
    assert combine([1.0, 0.0]) == 0


WIDTHS = (16, 32, 64, 128, 256)


def parts(rng: np.random.Generator, mean: Callable[[float], float], q: int = 1, n: int = 200) -> list[Estimate]:
    """Estimates of q strongly dependent statistics at the widths; the spread falls with the width."""
    out = []
    for width in WIDTHS:
        common = rng.standard_normal((n, 1)) + 0.2 * rng.standard_normal((n, q))
        out.append(estimate(np.arange(1, q + 1) * (mean(width) + common / width**0.25)))
    return out


BIASES: dict[str, tuple[tuple[float, ...], Callable[[float], float]]] = {
    "1/M": ((1.0,), lambda width: 3 + 5 / width),
    "1/sqrt(M)": ((0.5,), lambda width: 3 - 2 / math.sqrt(width)),
    "both": ((0.5, 1.0), lambda width: 3 - 2 / math.sqrt(width) + 7 / width),
    "none": ((), lambda _: 3.0),
}


@pytest.mark.parametrize("q", [1, 4])
@pytest.mark.parametrize("name", BIASES)
def test_the_limit_is_recovered_without_bias(name: str, q: int) -> None:
    powers, mean = BIASES[name]
    rng = np.random.default_rng(27)
    found = [extrapolate(parts(rng, mean, q), WIDTHS, powers) for _ in range(COUNT)]
    truth = np.array([3.0 * (j + 1) for j in range(q)])
    values = [p_value(e, truth) for e in found]
    assert uniform(values) > LEVEL
    fits = [e.fit for e in found]
    assert never_too_small(fits) > LEVEL
    if q == 1:
        assert uniform(fits) > LEVEL
    spread = np.std([e.mean for e in found], axis=0)
    stated = np.mean([np.sqrt(np.diag(e.covariance)) for e in found], axis=0)
    np.testing.assert_allclose(spread, stated, rtol=0.07)


def test_noiseless_means_are_extrapolated_exactly() -> None:
    powers, mean = BIASES["both"]
    exact = [Estimate(np.array([mean(w), 2 * mean(w)]), np.diag([1e-8, 4e-8]), 1000) for w in WIDTHS]
    found = extrapolate(exact, WIDTHS, powers)
    np.testing.assert_allclose(found.mean, [3, 6], rtol=1e-10)
    assert found.fit > 0.999


@pytest.mark.parametrize(("truth", "fitted"), [("1/sqrt(M)", (1.0,)), ("1/M", (0.5,)), ("1/M", ()), ("both", (2.0,))])
def test_a_wrong_power_shows_as_lack_of_fit(truth: str, fitted: tuple[float, ...]) -> None:
    rng = np.random.default_rng(28)
    for q in (1, 4):
        found = extrapolate(parts(rng, BIASES[truth][1], q, n=20_000), WIDTHS, fitted)
        assert found.fit < 1e-9


def test_extrapolation_needs_a_spare_width_and_statistics_that_vary() -> None:
    rng = np.random.default_rng(29)
    some = parts(rng, lambda _: 1.0)
    with pytest.raises(ValueError, match="at least 3"):
        extrapolate(some[:2], WIDTHS[:2], (1.0,))
    still = [estimate(np.ones((50, 1))) for _ in WIDTHS]
    with pytest.raises(ValueError, match="vary"):
        extrapolate(still, WIDTHS, (1.0,))
