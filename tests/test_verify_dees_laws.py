"""The checks on the laws of Section II of Dees et al.: their measurements, their rows, and planted errors."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb, fmpq, fmpq_poly

from eigenlaw.numerics.rectangular_product_limit import RectangularProductLimit
from eigenlaw.verify.claim import Budget, Claim
from eigenlaw.verify.formula import Formula
from eigenlaw.verify.judge import Context, judge
from eigenlaw.verify.matrix_ensembles import ENTRIES, gaussian_chain_spectra, hermitian, matrices, product_spectra
from eigenlaw.verify.papers.dees import (
    circular,
    convergence,
    finite_figures,
    law_range,
    products,
    quoted_figures,
    rescaled_law,
    rotation,
    rows_laws,
    semicircle,
)
from eigenlaw.verify.papers.dees.discs import disc_means
from eigenlaw.verify.uniform_images import extremes, mean_of_image, measure_below, quantile_of_image

QUICK = Context(Budget("quick"))
FIRST = (semicircle, circular, products, rotation, rescaled_law)
THEMES = (*FIRST, law_range, quoted_figures, finite_figures, convergence)
CLAIMS: tuple[Claim, ...] = sum((theme.CLAIMS for theme in THEMES), ())
FALSE = {
    *("thm-ii.2.2", "thm-ii.6.3", "uniform-variance.2", "medians.2", "implied-norms.1"),
    "convergence.7",
}


def claim(key: str) -> Claim:
    return next(each for each in CLAIMS if each.key == f"dees:{key}")


@pytest.mark.parametrize("name", sorted(FALSE - {"convergence.7"}))
def test_what_is_false_as_printed_fails_and_its_correction_holds(name: str) -> None:
    assert judge(claim(f"{name} printed"), QUICK).verdict == "fails"
    if name != "thm-ii.2.2":
        assert judge(claim(f"{name} corrected"), QUICK).verdict == "holds"


def test_every_row_has_claims_and_every_false_one_a_correction() -> None:
    rows = {row.id for row in rows_laws.ROWS}
    assert rows == {each.id.rpartition(".")[0] for each in CLAIMS}
    assert {each.id.removeprefix("dees:") for each in CLAIMS if each.form == "corrected"} == FALSE
    assert len({each.key for each in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("entries", ENTRIES)
def test_entries_have_mean_0_and_variance_1(entries: str) -> None:
    drawn = matrices(entries, np.random.default_rng(1), (40000,))
    assert abs(np.mean(drawn)) < 0.025
    assert abs(np.mean(np.abs(drawn) ** 2) - 1) < 0.04


def test_hermitian_matrices_have_independent_entries_of_variance_1_on_the_diagonal_too() -> None:
    for entries in ("rademacher", "complex gaussian"):
        drawn = hermitian(entries, np.random.default_rng(2), 20000, 2)
        assert np.all(drawn == np.conj(np.swapaxes(drawn, 1, 2)))
        assert np.allclose(np.mean(np.abs(drawn) ** 2, axis=0), 1, atol=0.05)


def test_triangular_factors_give_the_spectra_of_whole_products() -> None:
    sizes = (2, 3, 5, 2)
    slow = product_spectra("complex gaussian", sizes, np.random.default_rng(3), 20000)
    fast = gaussian_chain_spectra(sizes, np.random.default_rng(4), 20000)
    moduli = [np.sqrt(np.abs(found)) for found in (slow, fast)]
    for a, b in ([size.mean(1) for size in moduli], [size.max(1) for size in moduli]):
        assert abs(a.mean() - b.mean()) < 5 * np.hypot(a.std(), b.std()) / np.sqrt(20000)


def test_a_polynomial_of_a_uniform_number_that_does_not_rise() -> None:
    p = fmpq_poly([0, -1, 0, 1]) * 3  # 3u³ − 3u falls, then rises
    drawn = np.random.default_rng(5).random(200000)
    found = 3 * drawn**3 - 3 * drawn
    assert abs(float(measure_below(p, fmpq(-1, 2))) - np.mean(found <= -0.5)) < 0.005
    assert abs(float(quantile_of_image(p, fmpq(1, 3))) - np.quantile(found, 1 / 3)) < 0.01
    assert extremes(p)[0].overlaps(-2 / arb(3).sqrt())
    assert mean_of_image(p) == fmpq(-3, 4)


def test_quantiles_by_roots_are_those_of_the_law() -> None:
    sizes = (3, 4, 7)
    law = RectangularProductLimit.normalised(sizes, Fraction(1, 3))
    p = law_range.polynomial([Fraction(n, 3) for n in sizes])
    assert abs(quantile_of_image(p, fmpq(2, 5)) - law.known_quantile(fmpq(2, 5))) < 1e-15
    assert abs(float(mean_of_image(p)) - float(law.moment(1))) < 1e-15


def test_the_rule_on_the_disc_integrates_the_density_of_powers() -> None:
    for m in (1, 2, 3):

        def density(a: Any, b: Any, m: int = m) -> Any:
            return 1 / (arb.pi() * m * (a * a + b * b) ** fmpq(m - 1, m))

        [mass, square] = disc_means(density, [lambda a, b: arb(1), lambda a, b: a * a + b * b], m)
        assert abs(mass - 1) < 1e-12
        assert abs(square - arb(1) / (1 + m)) < 1e-12


def test_rounding_and_cutting_off() -> None:
    unit = Fraction(1, 10**5)
    assert quoted_figures.rounded(fmpq(1363, 10**7), unit) == fmpq(14, 10**5)
    assert quoted_figures.rounded(fmpq(1363, 10**7), unit, cut=True) == fmpq(13, 10**5)
    assert quoted_figures.rounded(arb("0.0000149"), unit) == fmpq(1, 10**5)


def test_gamma_chances_are_those_of_each_product() -> None:
    rng, n = np.random.default_rng(6), 3
    sizes = finite_figures.sizes_at(n)
    for i, chance in enumerate(finite_figures._gamma_chances(n, Fraction(1)), 1):
        drawn = np.prod([rng.gamma(i + size - n, size=40000) / size for size in sizes], axis=0)
        assert abs(float(chance) - np.mean(drawn <= 1)) < 0.013


def test_the_typewriter_and_the_grids() -> None:
    assert [convergence._typewriter(n) for n in (1, 2, 3)] == [(0, 1), (0, Fraction(1, 2)), (Fraction(1, 2), 1)]
    rng = np.random.default_rng(0)
    assert convergence._typewriter_chances({"n": 5}, rng) == [fmpq(1, 4), fmpq(1)]
    [share] = convergence._grid_shares({"A": "the disc of radius 1/2", "offset": "1/2"}, [2])
    assert share == fmpq(4, 12)


def test_real_entries_enumerated() -> None:
    rng = np.random.default_rng(0)
    assert circular._mean_square({"entries": "-2, 0, 2", "sizes": [2]}, rng) == [fmpq(1, 2)]
    assert semicircle._fourth({"entries": "rademacher", "n": 2}, rng) == [fmpq(3, 2)]


def _scaled(key: str, factor: Any) -> Claim:
    good = claim(key)
    wrong = Formula(lambda: factor * good.formula.tree, derived=good.formula.derived)
    return replace(good, formula=wrong)


@pytest.mark.parametrize(
    "key",
    [
        *("thm-ii.2.3 new", "cor-ii.4-arguments.5 new", "mean-remark.3 new", "law-range.1 printed"),
        *("medians.3 new", "rescaling.1 printed", "convergence.5 new", "maximum.2 printed"),
    ],
)
def test_a_planted_factor_of_one_percent_is_seen(key: str) -> None:
    import sympy

    assert judge(_scaled(key, sympy.Rational(101, 100)), QUICK).verdict == "fails"
