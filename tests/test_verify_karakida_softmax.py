"""The checks of softmax outputs: their measurements, their rows, and what they say of planted errors."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from eigenlaw.verify.claim import Budget, Claim
from eigenlaw.verify.formula import Formula
from eigenlaw.verify.judge import Context, judge
from eigenlaw.verify.metric_grams import gradient_gram, softmax, softmax_gram
from eigenlaw.verify.papers.karakida import (
    courant_fischer,
    outliers,
    rows_softmax,
    softmax_bounds,
    softmax_figure,
    softmax_moments,
    softmax_samples,
)
from eigenlaw.verify.papers.karakida import softmax as exact_softmax
from eigenlaw.verify.papers.karakida.softmax_bounds import kappas, limit_spectrum
from eigenlaw.verify.parameter_metrics import parameter_gradients
from eigenlaw.verify.softmax_metrics import (
    by_inputs,
    limit_block,
    metric_traces,
    of_outputs,
    softmax_metric,
    trace_parts,
    whole_metric,
)
from eigenlaw.verify.wide_networks import Signals, propagate, sample_inputs, sample_network

QUICK = Context(Budget("quick"))
CLAIMS = (
    *exact_softmax.CLAIMS,
    *softmax_moments.CLAIMS,
    *softmax_samples.CLAIMS,
    *softmax_bounds.CLAIMS,
    *softmax_figure.CLAIMS,
    *outliers.CLAIMS,
    *courant_fischer.CLAIMS,
)


def claim(key: str) -> Claim:
    return next(each for each in CLAIMS if each.key == f"karakida:{key}")


def signals(count: int | None = None) -> Signals:
    rng = np.random.default_rng(3)
    network = sample_network((3, 4, 5, 3), (1.0, 2.0, 1.0), (0.5, 0.5, 0.5), rng, count)
    return propagate(network, np.tanh, sample_inputs(4, 3, rng, count))


def test_every_row_has_a_printed_claim_or_is_a_definition() -> None:
    names = {each.id for each in CLAIMS if each.form == "printed"}
    for row in rows_softmax.ROWS:
        parts = [name for name in names if name == row.id or name.rpartition(".")[0] == row.id]
        assert bool(parts) == (row.status == "testable"), row.id
    assert len(rows_softmax.ROWS) == 19


def test_the_metric_of_the_parameters_has_the_eigenvalues_of_its_duals() -> None:
    found = signals()
    g, gram = softmax(found.outputs), gradient_gram(found)
    R = parameter_gradients(found).reshape(12, -1)
    full = np.linalg.eigvalsh(R.T @ whole_metric(g) @ R)[::-1][:8]
    assert np.linalg.eigvalsh(softmax_gram(gram, g))[::-1][:8] == pytest.approx(full)
    assert np.sort(np.linalg.eigvals(whole_metric(g) @ gram).real)[::-1][:8] == pytest.approx(full)
    parts = trace_parts(found)
    assert parts["mean"] == pytest.approx(full.sum())
    assert parts["own"] + parts["overlap"] == pytest.approx((full**2).sum())


def test_traces_of_a_batch_are_those_of_its_networks() -> None:
    found = signals(2)
    parts = trace_parts(found)
    for index in range(2):
        h, delta = (tuple(layer[index] for layer in layers) for layers in (found.h, found.delta))
        for name, value in trace_parts(Signals(h, delta, found.outputs[index])).items():
            assert parts[name][index] == pytest.approx(value), name


def test_parts_of_the_metric_alone() -> None:
    found = signals()
    g = softmax(found.outputs)
    parts, (mean, own, overlap) = trace_parts(found), metric_traces(g)
    Q = whole_metric(g)
    ones = of_outputs(limit_block(1.0, 1.0, 4), 3)
    assert [parts["mean_metric"], mean] == pytest.approx([np.trace(Q)] * 2)
    assert [parts["own_metric"], own] == pytest.approx([np.trace(Q @ Q)] * 2)
    assert parts["overlap_metric"] == pytest.approx(overlap)
    assert own + overlap == pytest.approx(np.trace(Q @ ones @ Q @ ones))
    alone = gradient_gram(found) * of_outputs(np.ones((4, 4)), 3)
    assert parts["mean_blocks"] == pytest.approx(np.trace(Q @ alone))
    assert parts["own_blocks"] + parts["overlap_blocks"] == pytest.approx(np.trace(Q @ alone @ Q @ alone))


def test_blocks_of_a_gram_by_inputs() -> None:
    g = softmax(signals().outputs)
    blocks = by_inputs(whole_metric(g), 3)
    assert np.array_equal(blocks[2, 2], softmax_metric(g)[2])
    assert not blocks[1, 2].any()


@pytest.mark.parametrize(
    ("key", "verdict"),
    [
        ("eq-29.1 printed", "fails"),
        ("eq-29.1 corrected", "holds"),
        ("beta-index.1 printed", "fails"),
        ("eq-b.1.2 printed", "fails"),
        ("eq-b.9 printed", "holds"),
        ("thm-3.3-upper sharp", "holds"),
        ("thm-3.4.1 printed", "fails"),
        ("thm-3.4.1 corrected", "holds"),
        ("thm-3.4.2 printed", "fails"),
        ("thm-3.4.3 new", "holds"),
        ("eq-c.2 printed", "fails"),
        ("eq-c.2 corrected", "holds"),
    ],
)
def test_verdicts(key: str, verdict: str) -> None:
    assert judge(claim(key), QUICK).verdict == verdict


def halved(formula: Formula) -> Formula:
    return Formula(lambda: formula.tree / 2, derived=True)


def doubled(formula: Formula) -> Formula:
    return Formula(lambda: 2 * formula.tree, derived=True)


@pytest.mark.parametrize(
    ("key", "edit"),
    [
        ("eq-29.1 corrected", halved),
        ("beta3 printed", doubled),
        ("eq-b.5.4 printed", halved),
        ("thm-3.3-lower sharp", doubled),
        ("thm-3.3-upper sharp", halved),
        ("thm-3.4.1 corrected", doubled),
        ("thm-3.4.3 new", halved),
        ("eq-c.2 corrected", doubled),
        ("eq-c.1 printed", doubled),
    ],
)
def test_planted_errors_fail(key: str, edit: Callable[[Formula], Formula]) -> None:
    planted = claim(key)
    assert judge(replace(planted, formula=edit(planted.formula)), QUICK).verdict == "fails"


def test_the_bound_for_the_last_but_one_eigenvalue_fails_where_two_groups_of_outputs_take_turns() -> None:
    most, few = "49/100", "1/100"
    instance = {"g": [[most, most, few, few], [few, few, most, most]], "a": "1/2", "b": "1"}
    found = kappas(instance)
    largest = (found["kappa_1"] + found["kappa_2"]) / 2
    shares: Sequence[Any] = [Fraction(most), Fraction(few)]
    diagonal = float(sum(share * (1 - share) for share in shares) / 2)
    assert float(limit_spectrum(instance)[2]) < diagonal * float(largest) / 2
