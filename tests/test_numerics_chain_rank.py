"""The ranks of the normal form against the closed laws, mirrored chains and walls of Ω; faults that must show."""

from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

from eigenlaw.numerics import chain_rank
from eigenlaw.numerics.chain_rank import ChainRanks, chain_ranks
from eigenlaw.theory.errors import InputError
from eigenlaw.theory.linear_chain import LinearChain

Case = tuple[tuple[int, ...], int, int, bool, bool]
KINDS = ((False, True), (True, True), (True, False))
"""Without biases, with biases and a residual with a mean, and with biases and without a mean."""


def every_small() -> Iterator[Case]:
    for layers, most in ((2, 3), (3, 3), (4, 2)):
        for widths in product(range(1, most + 1), repeat=layers + 1):
            for r in range(1, widths[0] + 1):
                for s in range(min(r, widths[-1]) + 1):
                    yield from ((widths, r, s, *kind) for kind in KINDS)


def some_large(count: int) -> Iterator[Case]:
    rng = np.random.default_rng(0)
    for _ in range(count):
        most = int(rng.choice([3, 8, 30]))
        widths = tuple(int(width) for width in rng.integers(1, most + 1, rng.integers(3, 9)))
        r = int(rng.integers(1, widths[0] + 1))
        yield from ((widths, r, int(rng.integers(0, min(r, widths[-1]) + 1)), *kind) for kind in KINDS)


def structured(case: Case) -> ChainRanks:
    widths, r, s, bias, mean = case
    return chain_ranks(widths, r, s, bias=bias, mean_residual=mean)


def by_law(case: Case) -> ChainRanks:
    widths, r, s, bias, mean = case
    law = LinearChain(widths, r, s, bias, "generic" if mean else "zero")
    columns = [law.column_rank(block) for block in range(1, law.layers * (1 + bias) + 1)]
    weights, biases = tuple(columns[: law.layers]), tuple(columns[law.layers :])
    return ChainRanks(law.outer_rank, law.functional_rank, law.loss_rank, weights, biases)


def test_every_small_chain_and_large_ones_follow_the_laws() -> None:
    cases = [*every_small(), *some_large(150)]
    assert len(cases) > 2000
    assert [(case, structured(case)) for case in cases] == [(case, by_law(case)) for case in cases]


def test_chains_too_large_for_a_hessian() -> None:
    for case in (((100, 60, 60, 40), 100, 40), ((784, 50, 40, 30, 10), 600, 10), ((3000, 2000, 1000), 2500, 700)):
        for bias, mean in KINDS[:1] if case[0][0] > 2000 else KINDS:
            assert structured((*case, bias, mean)) == by_law((*case, bias, mean))


def test_a_chain_read_backwards_has_the_same_ranks() -> None:
    """Transposition swaps inputs and outputs, for inputs of full rank and no biases."""
    for widths, r, s, bias, _ in some_large(60):
        if not bias and s <= widths[0]:
            there, back = chain_ranks(widths, widths[0], s), chain_ranks(widths[::-1], widths[-1], s)
            assert (there.outer, there.functional, there.loss) == (back.outer, back.functional, back.loss), (widths, r)
            assert there.weights == back.weights[::-1]


def test_ranks_are_subadditive_and_fit_their_blocks() -> None:
    for case in some_large(60):
        found, (widths, _, s, bias, mean) = structured(case), case
        assert max(found.outer, found.functional) <= found.loss <= found.outer + found.functional
        assert found.functional <= sum(found.weights) + sum(found.biases)
        sizes = [above * below for below, above in pairwise(widths)]
        assert all(rank <= size for rank, size in zip(found.weights, sizes, strict=True))
        assert len(found.biases) == bias * len(sizes)
        if s == 0 and not (bias and mean):
            assert found.functional == 0


def test_more_residual_never_lowers_a_rank() -> None:
    for widths, r, _, bias, mean in some_large(40):
        ranks = [structured((widths, r, s, bias, mean)) for s in range(min(r, widths[-1]) + 1)]
        for smaller, larger in pairwise(ranks):
            assert smaller.outer == larger.outer
            assert smaller.functional <= larger.functional
            assert smaller.loss <= larger.loss


def opposite(_: int) -> int:
    """In place of L!: the ratio −1, where the determinants of odd chains vanish."""
    return -3


def with_the_diagonal(i: Any, j: Any, inner: Any) -> Any:
    layers = range(1, len(i))
    return tuple(
        tuple(int(below <= above and all(i[above:]) and all(j[below:above]) and all(inner[:below])) for below in layers)
        for above in layers
    )


def without_inner(i: Any, j: Any, inner: Any) -> Any:
    layers = range(1, len(i))
    return tuple(
        tuple(int(below < above and all(i[above:]) and all(j[below:above])) for below in layers) for above in layers
    )


def without_middle(i: Any, j: Any, inner: Any) -> Any:
    layers = range(1, len(i))
    return tuple(
        tuple(int(below < above and all(i[above:]) and all(inner[:below])) for below in layers) for above in layers
    )


def reached_from_above(i: Any, j: Any) -> Any:
    return tuple(int(all(i[layer:])) for layer in range(1, len(i)))


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("factorial", opposite),
        ("_join", with_the_diagonal),
        ("_join", without_inner),
        ("_join", without_middle),
        ("_reach", reached_from_above),
    ],
)
def test_a_wrong_entry_of_the_normal_form_shows(monkeypatch: pytest.MonkeyPatch, name: str, fault: Any) -> None:
    monkeypatch.setattr(chain_rank, name, fault)
    assert any(structured(case) != by_law(case) for case in every_small())


def test_opposite_numbers_in_omega_lower_the_rank_of_an_odd_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    case = ((2, 2, 2, 2), 2, 2, False, True)
    assert structured(case).functional == 12
    monkeypatch.setattr(chain_rank, "factorial", opposite)
    assert structured(case).functional == 10


@pytest.mark.parametrize(
    ("widths", "r", "s", "name"),
    [
        ((2, 2), 1, 1, "widths"),
        ((2, 0, 2), 1, 1, "widths"),
        ((2, 2, 2), 0, 0, "data_rank"),
        ((2, 2, 2), 3, 0, "data_rank"),
        ((4, 2, 3), 2, 3, "residual_rank"),
        ((4, 2, 3), 4, 4, "residual_rank"),
        ((4, 2, 3), 4, -1, "residual_rank"),
    ],
)
def test_numbers_out_of_range_are_refused(widths: tuple[int, ...], r: int, s: int, name: str) -> None:
    with pytest.raises(InputError, match=f"^{name}="):
        chain_ranks(widths, r, s)
