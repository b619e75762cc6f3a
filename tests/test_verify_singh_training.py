"""What the themes on training measure, held against other routes."""

import numpy as np
import pytest
from flint import fmpq

from eigenlaw.numerics.ranks import rank
from eigenlaw.theory.linear_chain import LinearChain
from eigenlaw.verify.claim import Budget, BudgetName, Claim, Instance, Value
from eigenlaw.verify.papers.singh import flows, rank_dynamics, reconstruction
from eigenlaw.verify.papers.singh.printed import printed_totals

RNG = np.random.default_rng(0)


@pytest.mark.parametrize("widths", [(2, 2, 2), (3, 2, 4), (2, 3, 3, 1)])
def test_balanced_weights_are_balanced_and_of_the_wanted_rank(widths: tuple[int, ...]) -> None:
    for wanted in range(1, min(widths) + 1):
        instance = flows.moving(widths, wanted, "balanced", "any")
        assert flows.BALANCED.met(instance)
        assert [rank(weight) for weight in flows.start(instance)] == [wanted] * (len(widths) - 1)
    assert not flows.BALANCED.met(flows.moving(widths, 1, "any", "any"))


def test_centred_classes_are_centred() -> None:
    assert flows.CENTRED.met(flows.moving((2, 2, 3), 2, "any", "centred"))
    assert not flows.CENTRED.met(flows.moving((2, 2, 3), 2, "any", "any"))
    assert not flows.CENTRED.met(flows.moving((2, 2, 3), 2, "any", "path"))


def test_exact_and_float_ranks_agree_early_and_part_at_the_end() -> None:
    early: Instance = {"widths": [8, 7, 6, 5, 4], "draw": 1, "step": 0}
    late = {**early, "step": rank_dynamics.STEPS[-1]}
    totals = printed_totals(LinearChain((8, 7, 6, 5, 4), 8, 4))
    assert rank_dynamics._loss_rank(early, RNG) == rank_dynamics._float_rank(early, RNG) == [totals["H_L"]]
    assert rank_dynamics._loss_rank(late, RNG) == [totals["H_L"]]
    assert rank_dynamics._float_rank(late, RNG) == [totals["H_o"]]
    assert rank_dynamics._loss_rank({**early, "step": "minimum"}, RNG) == [totals["H_o"]]


@pytest.mark.parametrize("matrix", ["H_L", "H_f", "H_o"])
def test_a_linear_network_needs_no_more_eigenvectors_than_its_rank(matrix: str) -> None:
    """At a tolerance near rounding the least k is the rank, so that the cut-off itself is measured rightly."""
    pytest.importorskip("sklearn")
    widths = (16, 6, 5, 3)
    r = reconstruction._data(widths, 0)[2]
    instance = reconstruction._case(widths, "linear", "mse", matrix, "1/10000000000", 0)
    assert reconstruction._counted(instance, RNG) == [printed_totals(LinearChain(widths, r, 3))[matrix]]
    assert reconstruction._needed(instance, RNG)[0] <= printed_totals(LinearChain(widths, r, 3))[matrix]
    assert reconstruction._needed({**instance, "error": "1"}, RNG) == [fmpq(0)]


@pytest.mark.parametrize("claim", [*reconstruction.CLAIMS, *rank_dynamics.CLAIMS], ids=lambda claim: claim.id)
def test_instances_are_many_and_distinct(claim: Claim) -> None:
    assert isinstance(claim.check, Value)
    budgets: tuple[BudgetName, ...] = ("quick", "standard", "thorough")
    for budget in budgets:
        found = [str(instance) for instance in claim.check.instances(Budget(budget), np.random.default_rng(0))]
        assert len(set(found)) == len(found) >= claim.check.minimum
