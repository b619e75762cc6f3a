"""The rank claims of Singh et al.: the networks in special position, and laws against hand-made examples."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from eigenlaw.numerics.chain_rank import chain_ranks
from eigenlaw.theory import rank_ratio
from eigenlaw.verify.claim import Budget, Value
from eigenlaw.verify.formula import Formula
from eigenlaw.verify.judge import Context, judge
from eigenlaw.verify.papers.singh import functional, functional_bounds, loss_rank, rows_ranks
from eigenlaw.verify.papers.singh.measured import column_ranks, functional_rank, joint_rank, outer_rank
from eigenlaw.verify.papers.singh.measured import loss_rank as measured_loss_rank
from eigenlaw.verify.papers.singh.special import (
    any_affine_networks,
    chain,
    explicit,
    full_rank,
    problem,
    products,
    residual_products,
    zero_one,
)


def test_the_smallest_networks_in_special_position() -> None:
    crossed = explicit([[[0, 1]], [[1]], [[0], [1]]], [[1, 0], [0, 0]])
    assert full_rank(crossed) and products(crossed) and not residual_products(crossed)
    assert column_ranks(crossed) == (1, 0, 1)
    dead = explicit([[[1], [0]], [[0, 1]], [[1]]], [[1]])
    assert full_rank(dead) and not products(dead)


def test_a_multiple_of_the_residual_can_lower_the_rank_of_the_loss() -> None:
    assert measured_loss_rank(loss_rank.TRIPLE) == 1
    assert joint_rank(loss_rank.TRIPLE) == 2
    assert measured_loss_rank(explicit([[[1]], [[1]]], [[-1]])) == 2


@pytest.mark.parametrize(
    ("instance", "rank", "law"),
    [(functional_bounds.TRACELESS, 4, 5), (functional_bounds.NILPOTENT, 6, 7), (functional_bounds.OPPOSITE, 10, 12)],
)
def test_full_rank_of_all_products_does_not_attain_corollary_6(
    instance: dict[str, object], rank: int, law: int
) -> None:
    assert products(instance) and residual_products(instance)
    assert not (functional_bounds.twice(instance) and functional_bounds.apart(instance))
    assert (functional_rank(instance), chain(instance).functional_rank) == (rank, law)


def test_zero_one_networks_come_by_size_and_have_full_rank() -> None:
    found = zero_one(6, (2, 3))
    sizes = [chain(instance).parameters for instance in found]
    assert sizes == sorted(sizes) and max(sizes) == 6
    assert all(full_rank(instance) for instance in found[::7])


def test_an_affine_network_has_the_moments_of_its_inputs() -> None:
    for instance in any_affine_networks(np.random.default_rng(0), 5, centred=True):
        found = problem(instance)
        assert not found.sigma[-1, :-1].any() and found.sigma[-1, -1] == 1
        assert outer_rank(instance) <= chain(instance).outer_rank


def test_ratios_over_the_depth() -> None:
    for L in (2, 3, 7):
        widths = (5, *[4] * (L - 1), 3)
        for bias, law in ((False, rank_ratio.ratio), (True, rank_ratio.affine_ratio)):
            P = sum((below + bias) * above for below, above in pairwise(widths))
            found = chain_ranks(widths, 5, 3, bias=bias).loss
            assert float(law(3, 3, 4, 5, 5, 3, P)) == pytest.approx(found / P, rel=1e-14)


def test_a_wrong_column_law_is_refuted() -> None:
    claim = next(c for c in functional.CLAIMS if c.id == "singh:thm-5.4")
    assert isinstance(claim.check, Value)
    wrong = replace(claim, formula=Formula(lambda: claim.formula.tree + 1))
    assert judge(wrong, Context(Budget("quick"))).verdict == "fails"


def test_each_row_is_listed_once() -> None:
    assert len({row.id for row in rows_ranks.ROWS}) == len(rows_ranks.ROWS) == 16
