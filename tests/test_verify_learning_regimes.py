"""Lazy and rich networks by one call, what is drawn of them, and what is said where JAX is missing."""

import sys
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

import eigenlaw
from eigenlaw.theory.errors import InputError
from eigenlaw.verify.labelled_images import LabelledImages
from eigenlaw.verify.lazy_training import Accuracies, Recipe, accuracy, linearised_outputs, outputs
from eigenlaw.verify.learning_regimes import Regime, draw_accuracies, linearisation_error
from eigenlaw.verify.weight_analysis import analyse
from eigenlaw.verify.weight_figures import layers_figure

ALPHAS = (0.5, 1, 5)


@pytest.fixture(scope="module")
def data() -> LabelledImages:
    X = np.random.default_rng(0).standard_normal((24, 3))
    labels = (X[:, 0] * X[:, 1] > 0).astype(int)
    return LabelledImages(X[:16], labels[:16], X[16:], labels[16:], 2)


@pytest.fixture(scope="module")
def found(data: LabelledImages) -> list[Regime]:
    pytest.importorskip("jax")
    return eigenlaw.train_regimes(data, (12,), ALPHAS, epochs=20, seed=3, recipe=Recipe(rate=0.1, batch=4))


def test_each_network_is_held_against_its_own_linearisations(data: LabelledImages, found: list[Regime]) -> None:
    assert [each.trained.alpha for each in found] == [*ALPHAS]
    for each in found:
        assert len(each.layers) == 2
        assert each.layers[1].linearised == each.layers[1].full == each.whole.full == each.trained.accuracies[-1]
        assert each.whole.linearised == accuracy(linearised_outputs(each.trained, data.inputs), data.labels)
        assert each.whole.test_full == each.trained.test_accuracies[-1]
        full = outputs(each.trained.final, data.test_inputs)
        gap = np.linalg.norm(full - linearised_outputs(each.trained, data.test_inputs))
        assert each.error == pytest.approx(gap / np.linalg.norm(full - outputs(each.trained.initial, data.test_inputs)))
    assert found[0].error > found[2].error > 0
    assert found[0].trained.changes[-1].min() > found[2].trained.changes[-1].max()


def test_a_network_that_has_not_moved_has_no_error(data: LabelledImages, found: list[Regime]) -> None:
    still = replace(found[0].trained, final=found[0].trained.initial)
    assert np.isnan(linearisation_error(still, data.test_inputs))


def test_the_curves_are_the_accuracies(found: list[Regime]) -> None:
    made = [Regime(each.trained, 0.0, Accuracies(0.1, 0.2, 0.3, 0.4), each.layers) for each in found]
    axes = Figure().subplots()
    draw_accuracies(axes, made, "test")
    (full, black, linearised, other) = axes.get_lines()
    assert [np.array(line.get_xdata()).tolist() for line in (full, black)] == [[0.5, 1, 5], [1]]
    assert [np.array(line.get_ydata()).tolist() for line in (full, linearised)] == [[0.3] * 3, [0.4] * 3]
    assert (black.get_color(), other.get_color()) == ("black", "black")
    draw_accuracies(axes, found, "training", 1)
    assert np.array(axes.get_lines()[6].get_ydata()).tolist() == [each.layers[0].linearised for each in found]


def test_a_page_of_layers_holds_all_that_is_drawn() -> None:
    """Also of a layer without outliers, whose markers would be laid out from the corner of the page."""
    matrix = np.random.default_rng(1).standard_normal((40, 30))
    plain = analyse(matrix, draws=19)
    spiked = analyse(matrix + 6 * np.outer(np.ones(40), np.ones(30)), draws=19)
    assert len(plain.beyond.values) == 0 < len(spiked.beyond.values)
    figure = layers_figure({"before": plain, "after": spiked}, plain, "before")
    figure.draw_without_rendering()
    assert [axes.get_title() for axes in figure.axes[::5]] == ["(a) before", "(b) after"]
    for axes in figure.axes:
        box, own = axes.get_tightbbox(), axes.get_window_extent()
        assert box is not None
        assert figure.bbox.x0 <= box.x0
        assert figure.bbox.y0 <= box.y0
        assert box.x1 <= figure.bbox.x1
        assert box.y1 <= figure.bbox.y1
        assert own.x0 - box.x0 < 90


@pytest.mark.parametrize("missing", ["jax", "optax"])
def test_without_the_extra_one_line_says_what_to_install(
    data: LabelledImages, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(InputError, match=r"^training=unavailable: .*pip install 'eigenlaw\[train\]'$"):
        eigenlaw.train_regimes(data, (4,), recipe=Recipe(batch=4))


def test_unusable_input_is_named(data: LabelledImages) -> None:
    with pytest.raises(InputError, match="images=cats: expected one of digits, faces"):
        eigenlaw.train_regimes("cats")
    with pytest.raises(InputError, match="alpha=0: expected a number above 0"):
        eigenlaw.train_regimes(data, (4,), (1, 0), recipe=Recipe(batch=4))
    with pytest.raises(InputError, match="runs="):
        eigenlaw.train_regimes(data, (4,), (), recipe=Recipe(batch=4))
