"""Training from lazy to rich, held against descent written out in NumPy, and against finite differences."""

import sys
from fractions import Fraction
from functools import partial

import numpy as np
import pytest
from flint import fmpq

from eigenlaw.theory.errors import InputError
from eigenlaw.verify import labelled_images
from eigenlaw.verify.claim import Budget, BudgetName, Claim, Instance, Value
from eigenlaw.verify.images import MissingDataError
from eigenlaw.verify.labelled_images import LabelledImages
from eigenlaw.verify.lazy_training import (
    Layers,
    Recipe,
    Trained,
    accuracies,
    accuracy,
    glorot_layers,
    linearised_outputs,
    outputs,
    relative_changes,
    train,
    train_each,
)
from eigenlaw.verify.papers.thamm import accuracies as accuracy_claims
from eigenlaw.verify.papers.thamm import linearisation, regimes, rows_training, scaled_loss
from eigenlaw.verify.papers.thamm.small_networks import rational_network

WIDTHS, EPOCHS, RUNS = (3, 4, 2), 4, [(0.5, 0), (5.0, 1)]
RECIPE = Recipe(rate=0.1, decay=0.8, momentum=0.9, batch=3)


@pytest.fixture(scope="module")
def data() -> LabelledImages:
    rng = np.random.default_rng(0)
    X = rng.standard_normal((11, 3))
    return LabelledImages(X[:7], (X[:7, 0] > 0).astype(int), X[7:], (X[7:, 0] > 0).astype(int), 2)


@pytest.fixture(scope="module")
def both(data: LabelledImages) -> list[Trained]:
    pytest.importorskip("jax")
    return train_each(WIDTHS, data, RUNS, EPOCHS, RECIPE)


def loss(layers: Layers, data: LabelledImages, alpha: float, base: np.ndarray | float = 0.0) -> float:
    z = alpha * (outputs(layers, data.inputs) - base)
    p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
    return float(-np.log(p[np.arange(len(p)), data.labels]).mean() / alpha**2)


def descended(data: LabelledImages, alpha: float, seed: int, recipe: Recipe) -> list[Layers]:
    """The layers after each epoch, with the gradients written out."""
    (W, b), (V, c) = ((w.copy(), shift.copy()) for w, shift in glorot_layers(WIDTHS, seed))
    start = outputs(((W, b), (V, c)), data.inputs) * recipe.centred
    rng, memory = np.random.default_rng([seed, 1]), [np.zeros(1)] * 4
    found: list[Layers] = []
    for epoch in range(EPOCHS):
        for batch in rng.permutation(7)[:6].reshape(2, 3):
            x, h = data.inputs[batch], data.inputs[batch] @ W.T + b
            a = np.maximum(h, 0)
            z = alpha * (a @ V.T + c - start[batch])
            delta = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) - np.eye(2)[data.labels[batch]]
            delta /= 3 * alpha
            below = (delta @ V) * (h > 0)
            slopes = [below.T @ x, below.sum(0), delta.T @ a, delta.sum(0)]
            memory = [0.9 * old + slope for old, slope in zip(memory, slopes, strict=True)]
            W, b, V, c = (p - 0.1 * 0.8**epoch * m for p, m in zip((W, b, V, c), memory, strict=True))
        found.append(((W, b), (V, c)))
    return found


@pytest.mark.parametrize("centred", [False, True])
def test_training_is_the_descent_written_out(data: LabelledImages, centred: bool) -> None:
    pytest.importorskip("jax")
    recipe = Recipe(0.1, 0.8, 0.9, 3, centred)
    for trained, (alpha, seed) in zip(train_each(WIDTHS, data, RUNS, EPOCHS, recipe), RUNS, strict=True):
        steps = descended(data, alpha, seed, recipe)
        for got, wanted in zip(trained.final, steps[-1], strict=True):
            assert all(np.allclose(a, b, rtol=0, atol=1e-12) for a, b in zip(got, wanted, strict=True))
        base = outputs(trained.initial, data.inputs) * centred
        every = [trained.initial, *steps]
        assert np.allclose(trained.losses, [loss(layers, data, alpha, base) for layers in every], rtol=1e-12)
        rates = [accuracy(outputs(layers, data.inputs) - base, data.labels) for layers in every]
        assert np.allclose(trained.accuracies, rates, rtol=1e-12)
        assert np.allclose(trained.changes, [relative_changes(trained.initial, layers) for layers in every])
        rest = outputs(trained.initial, data.test_inputs) * centred
        last = accuracy(outputs(steps[-1], data.test_inputs) - rest, data.test_labels)
        assert trained.test_accuracies[-1] == pytest.approx(last, abs=1e-12)
        assert trained.test_accuracies.shape == (EPOCHS + 1,)


def test_runs_start_from_their_seed_and_differ_by_alpha(both: list[Trained]) -> None:
    rich, lazy = both
    for trained in both:
        for (weights, biases), (again, _) in zip(trained.initial, glorot_layers(WIDTHS, trained.seed), strict=True):
            assert np.array_equal(weights, again)
            assert not biases.any()
            assert np.abs(weights).max() <= np.sqrt(6 / sum(weights.shape))
    for weights, _ in glorot_layers((30, 20, 10), 2):
        assert np.abs(weights).max() >= 0.9 * np.sqrt(6 / sum(weights.shape))
    assert (rich.alpha, lazy.alpha) == (0.5, 5.0)
    assert np.all(rich.changes[-1] > lazy.changes[-1])


def test_the_linearisation_is_the_tangent(both: list[Trained], data: LabelledImages) -> None:
    """Central differences along the line to the trained weights, of all layers and of one."""
    trained, h = both[0], 1e-6
    for layer in (None, 1):
        start = trained.initial
        if layer is not None:
            start = ((trained.initial[0][0], trained.final[0][1]), trained.final[1])
        ends = [
            tuple((w + step * (v - w), b + step * (c - b)) for (w, b), (v, c) in zip(start, trained.final, strict=True))
            for step in (-h, h)
        ]
        slope = (outputs(ends[1], data.inputs) - outputs(ends[0], data.inputs)) / (2 * h)
        wanted = outputs(start, data.inputs) + slope
        assert np.allclose(linearised_outputs(trained, data.inputs, layer), wanted, atol=1e-7)
    full = outputs(trained.final, data.inputs)
    assert np.allclose(linearised_outputs(trained, data.inputs, 2), full, atol=1e-12)
    assert not np.allclose(linearised_outputs(trained, data.inputs), full, atol=1e-3)
    found = accuracies(trained, data)
    assert found.full == trained.accuracies[-1]
    assert found.linearised == accuracy(linearised_outputs(trained, data.inputs), data.labels)


@pytest.mark.parametrize(
    ("widths", "alpha", "epochs", "batch", "message"),
    [
        ((4, 2), 1.0, 1, 3, r"widths=\(4, 2\): expected 3, …, 2"),
        ((3, 2), 0.0, 1, 3, r"alpha=0\.0: expected a number above 0"),
        ((3, 2), float("nan"), 1, 3, "alpha=nan"),
        ((3, 2), 1.0, -1, 3, "epochs=-1"),
        ((3, 2), 1.0, 1, 8, "batch=8: expected at most the 7 training images"),
    ],
)
def test_unusable_input_is_named(
    data: LabelledImages, widths: tuple[int, ...], alpha: float, epochs: int, batch: int, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        train(widths, data, alpha, epochs, recipe=Recipe(batch=batch))


def test_what_is_out_of_range_is_refused(both: list[Trained], data: LabelledImages) -> None:
    with pytest.raises(InputError, match="layer=3: expected a layer from 1 to 2"):
        linearised_outputs(both[0], data.inputs, 3)
    for bad in (
        partial(Recipe, rate=0),
        partial(Recipe, decay=-1),
        partial(Recipe, momentum=1),
        partial(Recipe, batch=0),
    ):
        with pytest.raises(InputError, match=f"{next(iter(bad.keywords))}="):
            bad()
    with pytest.raises(InputError, match="labels"):
        LabelledImages(np.eye(2), np.array([0, 2]), np.eye(2), np.array([0, 1]), 2)
    with pytest.raises(InputError, match="images=nan"):
        LabelledImages(np.eye(2) * np.nan, np.array([0, 1]), np.eye(2), np.array([0, 1]), 2)
    with pytest.raises(InputError, match="test_share=1"):
        labelled_images.split(np.eye(3), [0, 1, 0], test_share=1)


@pytest.mark.parametrize("missing", ["jax", "optax"])
def test_without_the_extra_one_line_says_what_to_install(
    data: LabelledImages, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(InputError, match=r"pip install 'eigenlaw\[train\]'"):
        train((3, 2), data, epochs=1, recipe=Recipe(batch=1))


def test_the_images_are_split_and_standardised() -> None:
    pytest.importorskip("skimage")
    for name, size, pixels, classes in (("digits", 1797, 64, 10), ("faces", 200, 625, 2)):
        found, other = labelled_images.labelled_images(name, 0), labelled_images.labelled_images(name, 1)
        assert len(found.inputs) + len(found.test_inputs) == size
        assert (found.inputs.shape[1], found.classes) == (pixels, classes)
        assert np.allclose(found.inputs.mean(axis=1), 0, atol=1e-12)
        assert np.allclose(found.test_inputs.std(axis=1), 1)
        assert set(found.labels) == set(range(classes))
        assert not np.array_equal(found.inputs, other.inputs)
    counts = np.bincount([*found.labels, *found.test_labels])
    assert counts.tolist() == [100, 100]
    with pytest.raises(InputError, match="images=cats"):
        labelled_images.labelled_images("cats")


def test_missing_images_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labelled_images, "find_spec", lambda _: None)
    with pytest.raises(MissingDataError, match=r"faces: .*pip install 'eigenlaw\[data\]'"):
        labelled_images.faces_path()


def test_the_gradient_of_the_printed_loss() -> None:
    """One weight a class and three equal inputs: (p − share)/α, with p = softmax(α (7/10, 0))."""
    case = scaled_loss.NEAR_MINIMUM
    for alpha in (Fraction(1), Fraction(2)):
        found = scaled_loss.weight_gradient(rational_network(case), case, fmpq(alpha.numerator, alpha.denominator))
        p = 1 / (1 + np.exp(-0.7 * float(alpha)))
        slope = (p - 2 / 3) / float(alpha)
        assert np.allclose([float(entry) for entry in found], [slope, slope, -slope, -slope], rtol=1e-14)


def test_the_coefficients_on_the_line_are_those_of_the_polynomial() -> None:
    case: Instance = {"activation": "square", "widths": [1, 1, 1], "samples": 2, "draw": 3}
    rows = linearisation.line_coefficients(case)
    for place in (fmpq(2, 7), fmpq(3)):
        exact = linearisation._values(linearisation._moved(case, place), case)
        assert [sum(c * place**k for k, c in enumerate(row)) for row in rows] == exact


CLAIMS = [*scaled_loss.CLAIMS, *linearisation.CLAIMS, *regimes.CLAIMS, *accuracy_claims.CLAIMS]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.key)
def test_instances_are_many_and_distinct(claim: Claim) -> None:
    assert isinstance(claim.check, Value)
    assert any(claim.id.rpartition(".")[0] == row.id for row in rows_training.ROWS)
    budgets: tuple[BudgetName, ...] = ("quick", "standard", "thorough")
    for budget in budgets:
        found = [str(instance) for instance in claim.check.instances(Budget(budget), np.random.default_rng(0))]
        assert len(set(found)) == len(found) >= claim.check.minimum
