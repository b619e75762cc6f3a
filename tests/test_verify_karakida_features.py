"""The metric of inputs and features of Karakida et al.: what the claims measure, against known values."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from eigenlaw.verify.claim import Budget, Claim
from eigenlaw.verify.judge import Context, judge
from eigenlaw.verify.papers.karakida import (
    feature_blocks,
    feature_exact,
    feature_metric,
    feature_orders,
    kernel_figures,
)
from eigenlaw.verify.papers.karakida.rows_features import ROWS
from eigenlaw.verify.papers.karakida.wide_limits import limits_of, measured, wide_case
from eigenlaw.verify.registry import row_of

THEMES = (
    *(feature_metric.CLAIMS + feature_blocks.CLAIMS + feature_exact.CLAIMS + feature_orders.CLAIMS),
    *kernel_figures.CLAIMS,
)


def test_the_moments_of_linear_networks_are_those_of_sampled_ones() -> None:
    case = wide_case("linear", "1/2", "0", 3, 1, 1, False)
    norm = measured(feature_metric.largest)(case, 2, np.random.default_rng(1), 200_000)[:, 0]  # ‖g‖²: T = 1
    first, second = map(float, feature_orders.mean_fourth_power(Fraction(1, 2), 3, 2))
    assert abs(norm.mean() - first) < 5 * norm.std() / 447
    assert abs((norm**2).mean() - second) < 5 * (norm**2).std() / 447


def test_linear_networks_have_an_eigenvector_at_every_width() -> None:
    case = wide_case("linear", "1", "1/10", 3, 2, 3, True)
    found = measured(feature_metric.overlap)(case, 2, np.random.default_rng(0), 20)
    np.testing.assert_allclose(found, 1.0)


def test_the_metric_of_all_outputs_is_the_sum() -> None:
    case = wide_case("tanh", "3", "16/25", 3, 3, 2, True)
    one, all_of_them = (
        measured(statistic)(case, 4, np.random.default_rng(2), 5)
        for statistic in (feature_metric.mean, feature_metric.all_means)
    )
    np.testing.assert_allclose(all_of_them, 3 * one)


def test_the_blocks_add_up() -> None:
    case = wide_case("erf", "2", "1/4", 3, 2, 3, False)
    whole, parts = (
        measured(statistic)(case, 4, np.random.default_rng(3), 5)
        for statistic in (feature_metric.all_means, feature_blocks.all_means)
    )
    np.testing.assert_allclose(3 * whole[:, 0], parts.sum(axis=1))  # N_h = 3 M_l


def test_the_overlap_vanishes_for_even_activations_alone() -> None:
    zero = [float(limits_of(wide_case(*case, 2, 1, 2, False))["q_tilde_st"](1)) for case in feature_blocks.EVEN]
    assert zero == [0.0, 0.0, 0.0]
    assert all(
        float(limits_of(wide_case(*case, 2, 1, 2, False))["q_tilde_st"](1)) > 0 for case in feature_blocks.STEADY
    )


def test_the_eigenvector_of_the_primal_metric() -> None:
    case = {"activation": "monomial(2)", "widths": [2, 2, 1], "draw": 1}
    gradients = feature_exact.gradients_of(case)
    largest, vector = feature_exact.top_pair(case)
    metric = gradients @ gradients.T / Fraction(2)
    scale = Fraction(int(largest.p), int(largest.q))
    assert any(vector) and (metric @ vector == scale * vector).all()
    assert abs(float(scale) - np.linalg.eigvalsh(metric.astype(float))[-1]) < 1e-9


def test_every_row_has_a_claim_and_every_claim_a_row() -> None:
    figures = {"karakida:fig-5-left", "karakida:fig-5-right"}
    assert {row.id for row in ROWS} == {row_of(claim.id) for claim in THEMES} - figures


@pytest.mark.parametrize("claim", [*feature_exact.CLAIMS[:2], *feature_orders.CLAIMS], ids=lambda claim: claim.key)
def test_the_exact_claims_are_settled(claim: Claim) -> None:
    false = {f"karakida:{name}.{part} printed" for name, part in product(("thm-5.1-depth",), (1, 2))}
    false |= {"karakida:thm-5.1-variance.1 printed"}
    assert judge(claim, Context(Budget("quick"))).verdict == ("fails" if claim.key in false else "holds")


def test_where_overlaps_are_weak_the_largest_eigenvalue_reaches_its_limit_late() -> None:
    """The settings of Theorem 5.2's claim leave these out; the theorem holds for them all the same."""
    case = wide_case("abs", "1", "1/10", 2, 1, 5, False)
    bound = limits_of(case)
    limit = float((4 * bound["q_tilde_st"](1) + bound["q_tilde"](1)) / 5)
    rng = np.random.default_rng(3)
    narrow, wide = (measured(feature_blocks.largest)(case, *size)[:, 0] for size in ((64, rng, 200), (2048, rng, 24)))
    error = wide.std() / len(wide) ** 0.5
    assert narrow.mean() > 1.3 * limit
    assert abs(wide.mean() - limit) < 4 * error + 0.03 * limit
    assert wide.mean() + 4 * error < 1.15 * limit
