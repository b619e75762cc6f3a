"""The checks of the Fisher information matrix: what they measure, their bounds, and what they say of wrong formulas."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
import sympy

from eigenlaw.verify.claim import Budget, Claim
from eigenlaw.verify.formula import Formula
from eigenlaw.verify.judge import Context, judge
from eigenlaw.verify.linear_networks import LinearNetworks
from eigenlaw.verify.metric_grams import centred_gram, gradient_gram
from eigenlaw.verify.papers.karakida import (
    block_diagonal,
    common,
    depth_dependence,
    ensembles,
    gram_limit,
    large_samples,
    learning_rate,
    likelihood,
    mean_subtraction,
    rows_fisher,
    spectrum,
)
from eigenlaw.verify.wide_networks import WideParameters, propagate

QUICK = Context(Budget("quick"))


def claim(claims: Sequence[Claim], key: str) -> Claim:
    return next(each for each in claims if each.key == f"karakida:{key}")


@pytest.mark.parametrize(
    ("claims", "key", "verdict"),
    [
        (likelihood.CLAIMS, "eq-21 printed", "fails"),
        (likelihood.CLAIMS, "eq-21 corrected", "holds"),
        (likelihood.CLAIMS, "kl printed", "fails"),
        (likelihood.CLAIMS, "eq-22 printed", "fails"),
        (mean_subtraction.CLAIMS, "fbar.1 printed", "holds"),
        (mean_subtraction.CLAIMS, "fbar.2 printed", "fails"),
        (large_samples.CLAIMS, "thm-3.1-large-t.4 printed", "fails"),
        (large_samples.CLAIMS, "thm-3.1-large-t.4 corrected", "holds"),
        (large_samples.CLAIMS, "thm-3.1-variance.1 printed", "holds"),
        (gram_limit.CLAIMS, "kappa.2 printed", "holds"),
        (gram_limit.CLAIMS, "eq-a.4 printed", "holds"),
        (depth_dependence.CLAIMS, "remark-1.1 printed", "fails"),
        (depth_dependence.CLAIMS, "remark-1.1 sharp", "holds"),
    ],
)
def test_verdicts(claims: Sequence[Claim], key: str, verdict: str) -> None:
    assert judge(claim(claims, key), QUICK).verdict == verdict


def test_a_wrong_slope_of_the_depth_is_found() -> None:
    good = claim(depth_dependence.CLAIMS, "remark-1.1 sharp")
    layers, samples, q, r = sympy.symbols("L T q r")
    wrong = layers * q * (1 / samples + (samples - 1) / (samples * (r + 1)))
    assert judge(replace(good, formula=Formula(lambda: wrong, derived=True)), QUICK).verdict == "fails"


def test_every_row_of_the_index_is_there_once() -> None:
    ids = [row.id for row in rows_fisher.ROWS]
    assert len(ids) == len(set(ids)) == 26
    assert all(row.status == "testable" for row in rows_fisher.ROWS)


def quadrature(nodes: int, variances: Sequence[float]) -> tuple[Any, Any]:
    """Points and weights of the Gaussian product rule, exact for polynomials of degree 2 nodes − 1 in each."""
    x, w = np.polynomial.hermite_e.hermegauss(nodes)
    points = np.array(list(product(x, repeat=len(variances)))) * np.sqrt(variances)
    return points, np.prod(np.array(list(product(w / w.sum(), repeat=len(variances)))), axis=1)


def test_exact_means_of_linear_networks() -> None:
    """One input component and one hidden unit, two outputs, two inputs: six Gaussian numbers that matter."""
    v, b = Fraction(3, 2), Fraction(1, 3)
    points, weights = quadrature(5, [float(v), float(b), float(v), float(v), 1, 1])
    found = []
    for inner, bias, first, second, x, y in points:
        network = WideParameters((np.array([[inner]]), np.array([[first], [second]])), (np.array([bias]), np.zeros(2)))
        gram = gradient_gram(propagate(network, lambda u: u, np.array([[x], [y]])))
        found.append([np.trace(gram), np.sum(gram**2), np.trace(gram) ** 2, np.trace(centred_gram(gram, 2))])
    means = LinearNetworks(1, 1, 2, 2, v, b)
    exact = [means.trace(), means.square(), means.trace_squared(), means.centred_trace()]
    assert np.allclose(weights @ np.array(found), [float(value) for value in exact], rtol=1e-10)
    assert means.parameters == 1 + 1 + 2 + 2


def test_the_bounds_of_the_largest_eigenvalue_hold() -> None:
    rng = np.random.default_rng(0)
    for outputs, samples in ((1, 3), (2, 4), (3, 1)):
        factor: Any = rng.standard_normal((outputs * samples, 7)) + 1
        gram = factor @ factor.T
        low = ensembles.rayleigh(gram, outputs)
        largest = np.linalg.eigvalsh(gram)[-1]
        assert low <= largest * (1 + 1e-12)
        assert largest <= low + np.sqrt(ensembles.distance(gram, outputs)) + 1e-9


def test_the_distance_of_equal_blocks_vanishes_and_their_eigenspace_is_constant() -> None:
    block = 2 * np.eye(3) + 1
    gram = np.kron(np.eye(2), block)
    assert ensembles.distance(np.asarray(gram, dtype=np.float64), 2) < 1e-20
    assert abs(spectrum.mean_squared_cosine(gram, 2) - 1) < 1e-12
    other = np.kron(np.eye(2), np.diag([1.0, 2.0, 4.0]))
    assert spectrum.mean_squared_cosine(other, 2) < 0.7


def test_gradient_descent_converges_as_the_check_says() -> None:
    for share, outcome in (("1/2", 1), ("1001/1000", 0), ("2", 0)):
        instance = {"activation": "monomial(2)", "widths": [2, 2, 1], "samples": 2, "draw": 4, "share": share}
        (found,) = learning_rate._converges(instance, np.random.default_rng(0))
        step = np.array(
            [[float(Fraction(int(v.p), int(v.q))) for v in row] for row in learning_rate.step_matrix(instance).table()]
        )
        moved = np.linalg.matrix_power(step, 400) @ (step - np.eye(len(step)))
        assert int(found) == outcome == int(np.abs(moved).max() < 0.01)


def test_the_metric_and_its_dual_have_one_trace() -> None:
    instance = {"activation": "relu", "widths": [2, 3, 2], "samples": 2, "draw": 1}
    layers = range(1, 3)
    whole, dual = gram_limit.metric(instance, layers), gram_limit.dual_metric(instance, layers)
    assert np.trace(whole) == np.trace(dual) != 0
    assert (whole @ whole).trace() == (dual @ dual).trace()
    parts = block_diagonal.block_diagonal(instance)
    assert np.trace(parts) == np.trace(whole)
    assert (parts @ parts).trace() < (whole @ whole).trace()


def test_numbers_of_inputs_that_grow() -> None:
    assert [common.samples_of({"samples": given}, 8) for given in (3, "M", "2M", "1/2M")] == [3, 8, 16, 4]
