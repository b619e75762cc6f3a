"""Quantiles: exact for a discrete law, by balls, and by order statistics with the coverage that is asked for."""

import numpy as np
import pytest
from flint import arb, fmpq

from eigenlaw.verify.formula import is_exact
from eigenlaw.verify.judge_values import compare
from eigenlaw.verify.quantiles import Quantile, quantile_of_law, sampled_quantile

DIE = [(fmpq(1, 6), fmpq(k)) for k in range(1, 7)]


def test_upper_quantiles_of_a_die() -> None:
    found = quantile_of_law(DIE, fmpq(2, 3), rising=True)  # P(value ≤ 4) = 2/3
    assert is_exact(found)
    assert [compare(fmpq(b), found, "<=") for b in (3, 4, 5)] == ["disagrees", "agrees", "agrees"]
    assert compare(fmpq(399, 100), found, "<=") == "disagrees"
    assert float(found) == pytest.approx(4, rel=0.05)


def test_lower_quantiles_of_a_die() -> None:
    found = quantile_of_law(DIE, fmpq(2, 3), rising=False)  # P(value ≥ 3) = 2/3
    assert [compare(fmpq(b), found, ">=") for b in (2, 3, 4)] == ["agrees", "agrees", "disagrees"]
    assert float(found) == pytest.approx(3, rel=0.05)


def test_a_bound_of_the_wrong_side_is_undecided() -> None:
    assert compare(fmpq(4), quantile_of_law(DIE, fmpq(1, 2), rising=False), "<=") == "undecided"


def test_balls_across_the_bound_are_undecided() -> None:
    law = [(fmpq(1, 2), arb(1)), (fmpq(1, 2), arb(2, 0.1))]
    found = quantile_of_law(law, fmpq(3, 4), rising=True)
    assert not is_exact(found)
    assert [compare(b, found, "<=") for b in (fmpq(3), fmpq(2), fmpq(3, 2))] == ["agrees", "undecided", "disagrees"]
    assert compare(fmpq(2), quantile_of_law(law, fmpq(2, 5), rising=True), "<=") == "agrees"


def test_chances_as_balls() -> None:
    exponential = Quantile(lambda t: 1 - (-arb(t)).exp(), fmpq(1, 2), rising=True, exact=False)
    assert compare(fmpq(7, 10), exponential, "<=") == "agrees"
    assert compare(fmpq(69, 100), exponential, "<=") == "disagrees"
    assert float(exponential) == pytest.approx(np.log(2), rel=0.05)


@pytest.mark.parametrize("rising", [True, False])
@pytest.mark.parametrize("p", [0.5, 0.9])
def test_confidence_intervals_cover_as_often_as_they_say(rising: bool, p: float) -> None:
    rng, level, runs = np.random.default_rng(0), 0.02, 400
    true = np.log(1 / (1 - p)) if rising else np.log(1 / p)
    missed = sum(
        not sampled_quantile(rng.exponential(size=150), p, rising=rising, level=level).contains(true)
        for _ in range(runs)
    )
    assert missed <= 2 * level * runs + 4 * np.sqrt(2 * level * runs)
    assert missed > 0


def test_a_discrete_law_and_too_few_draws() -> None:
    assert sampled_quantile(np.full(200, 3.0), 0.9, rising=True, level=1e-9).contains(3)
    with pytest.raises(ValueError, match="draws=50"):
        sampled_quantile(np.zeros(50), 0.9, rising=True, level=1e-9)
    with pytest.raises(ValueError, match="draws=50"):
        sampled_quantile(np.zeros(50), 0.1, rising=True, level=1e-9)
    with pytest.raises(ValueError, match="draws=50"):
        sampled_quantile(np.zeros(50), 0.9, rising=False, level=1e-9)
