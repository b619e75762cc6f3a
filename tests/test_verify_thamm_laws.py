"""What measures the laws of random matrices, by other channels; and the claims that must fail, fail."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq

from eigenlaw.verify.claim import Budget, Claim
from eigenlaw.verify.cluster_integrals import variance_by_integration
from eigenlaw.verify.entry_laws import ENTRY_LAWS
from eigenlaw.verify.haar_moments import component_moment, square_norm_moment
from eigenlaw.verify.judge import Context, judge
from eigenlaw.verify.law_integrals import entire_integral, largest_distance, square_integral
from eigenlaw.verify.papers.thamm import (
    initial_weights,
    marchenko_pastur,
    modified_law,
    number_variance,
    porter_thomas,
    rows_laws,
    singular_values,
    spacing,
)
from eigenlaw.verify.random_spectra import circular_counts, circular_levels, random_matrices, unfolded
from eigenlaw.verify.random_spectra import singular_values as values_of
from eigenlaw.verify.trace_moments import limit_moment, mean_trace, patterns

THEMES = (singular_values, spacing, number_variance, marchenko_pastur, initial_weights, modified_law, porter_thomas)
CLAIMS: tuple[Claim, ...] = tuple(claim for theme in THEMES for claim in theme.CLAIMS)
FALSE = {
    "thamm:eq-1.2 printed",
    "thamm:number-variance-log.1 printed",
    "thamm:number-variance-window.1 printed",
    "thamm:eq-2-variance printed",
    "thamm:init-marchenko-pastur.1 printed",
    "thamm:porter-thomas.1 printed",
}
FAST = FALSE - {"thamm:number-variance-log.1 printed"} | {
    "thamm:eq-2-variance corrected",
    "thamm:svd.3 printed",
}


@pytest.mark.parametrize("name", sorted(ENTRY_LAWS))
def test_entries_have_the_moments_that_are_stated(name: str) -> None:
    law = ENTRY_LAWS[name]
    assert (law.moment(0), law.moment(1), law.moment(2)) == (1, 0, 1)
    draws = law.draw(np.random.default_rng(0), (400, 500))
    for k in range(1, 5):
        spread = math.sqrt(float(law.moment(2 * k) - law.moment(k) ** 2) / draws.size)
        assert abs((draws**k).mean() - float(law.moment(k))) < 5 * spread + 1e-12


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (2, 1), (2, 2), (3, 2)])
@pytest.mark.parametrize("power", [1, 2, 3])
def test_mean_traces_by_all_matrices_of_two_valued_entries(rows: int, columns: int, power: int) -> None:
    total = fmpq(0)
    chances = {2: fmpq(1, 5), -fmpq(1, 2): fmpq(4, 5)}
    for entries in itertools.product(chances, repeat=rows * columns):
        W = np.array([fmpq(entry) for entry in entries], dtype=object).reshape(rows, columns)
        gram = W.T @ W
        trace = np.trace(np.linalg.matrix_power(gram, power)) if power > 1 else np.trace(gram)
        chance = math.prod((chances[entry] for entry in entries), start=fmpq(1))
        total += chance * trace
    assert mean_trace(rows, columns, power, ENTRY_LAWS["skewed"].moment) == total


def test_limit_moments_are_catalan_and_narayana_numbers() -> None:
    assert [limit_moment(fmpq(1), k) for k in range(6)] == [1, 1, 2, 5, 14, 42]
    c = fmpq(2, 3)
    assert limit_moment(c, 4) == 1 + 6 * c + 6 * c**2 + c**3
    n = 10**9  # the exact mean tends to the limit
    mean = mean_trace(3 * n, 2 * n, 3, ENTRY_LAWS["laplace"].moment) / (2 * n) / fmpq(3 * n) ** 3
    assert float(mean) == pytest.approx(float(limit_moment(c, 3)), rel=1e-8)
    assert sum(patterns(3).values()) < 25


def test_integrals_enclose_what_is_known() -> None:
    gauss = entire_integral(lambda x: (-x * x).exp(), -10, 10, lambda middle: arb(4))
    assert gauss.overlaps(arb.pi().sqrt()) and float(gauss.rad()) < 1e-12
    too_few = square_integral(lambda x: (4 - x * x).sqrt() * x**8, arb(0), arb(2), 0, 2)
    enough = square_integral(lambda x: (4 - x * x).sqrt() * x**8, arb(0), arb(2), 0, 6)
    assert enough.overlaps(14 * arb.pi()) and not too_few.overlaps(14 * arb.pi())


@pytest.mark.parametrize("rate", [1.01, 1.3, 2.0])
def test_the_largest_distance_of_two_exponentials(rate: float) -> None:
    place = math.log(rate) / (rate - 1)
    exact = math.exp(-place) - math.exp(-rate * place)
    found = largest_distance(lambda x: 1 - (-x).exp(), lambda x: 1 - (-arb(rate) * x).exp(), 16.0, 1e-3)
    assert float(found.lower()) <= exact + 1e-12 <= float(found.upper()) and float(found.rad()) < 1e-3

    def tail(x: Any) -> Any:  # far from 1 at the end: the rest counts
        return x / 100

    assert float(largest_distance(tail, tail, 1.0, 0.01).upper()) > 0.98


def test_moments_of_a_unit_vector() -> None:
    assert square_norm_moment(7, 3) == 7 * 9 * 11
    assert component_moment(5, 3) == fmpq(15, 5 * 7 * 9) and component_moment(1, 4) == 1


def test_the_number_variance_integrates_to_its_closed_form() -> None:
    from eigenlaw.numerics.number_variance import orthogonal_variance

    for length in (fmpq(1, 3), fmpq(1), fmpq(7, 2), fmpq(25)):
        found = variance_by_integration(length)
        assert found.overlaps(orthogonal_variance(arb(length))) and float(found.rad()) < 1e-9


def test_spectra_are_those_of_lapack() -> None:
    rng = np.random.default_rng(3)
    matrices = random_matrices(rng, "laplace", 7, 5, 3)
    expected = np.linalg.svd(matrices, compute_uv=False)[:, ::-1]
    assert np.allclose(values_of(matrices), expected, atol=1e-7)
    large = unfolded(values_of(random_matrices(rng, "uniform", 300, 200, 1)), 300)
    assert abs(large[0] - np.arange(200) - 0.5).max() < 2


def test_circular_levels_repel_and_are_counted() -> None:
    levels = circular_levels(np.random.default_rng(0), 12, 500)
    gaps = np.diff(levels, axis=1)
    assert abs((gaps**2).mean() - 1.28) < 0.05 and (gaps < 0.1).mean() < 0.02
    counts = circular_counts(levels, levels, 12.0)
    assert (counts == 12).all() and (circular_counts(levels, levels, 0.0) == 1).all()


def test_every_row_has_a_claim_and_every_claim_a_row() -> None:
    rows = {row.id for row in rows_laws.ROWS}
    assert len(rows) == 10 and rows == {claim.id.partition(".")[0] for claim in CLAIMS}
    assert len({claim.key for claim in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("claim", [claim for claim in CLAIMS if claim.key in FAST], ids=lambda claim: claim.key)
def test_what_is_false_fails_and_what_corrects_it_holds(claim: Claim) -> None:
    verdict = judge(claim, Context(Budget("quick")))
    assert verdict.verdict == ("fails" if claim.key in FALSE else "holds"), verdict.evidence
    assert (verdict.counterexample is not None) == (claim.key in FALSE)
