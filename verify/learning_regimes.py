"""Lazy or rich: networks trained at several α, each held against its linearisations, and the curves of Figure 4.

Source: Thamm et al., Section 5, Appendix D, after Chizat, Oyallon and Bach 2019.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.labelled_images import LabelledImages, labelled_images
from eigenlaw.verify.lazy_training import (
    Accuracies,
    Recipe,
    Trained,
    accuracies,
    linearised_outputs,
    outputs,
    train_each,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Regime:
    """How lazy a trained network is.

    Attributes:
        trained: the network; ``trained.changes[-1]`` are the relative changes ‖W − W0‖/‖W0‖ of its layers.
        error: that of its linearisation on the test images; see ``linearisation_error``.
        whole: its accuracies and those of its linearisation around all weights and biases.
        layers: the same around the weights of layer 1 … L alone.
    """

    trained: Trained
    error: float
    whole: Accuracies
    layers: tuple[Accuracies, ...]


def train_regimes(
    images: str | LabelledImages = "digits",
    hidden: Sequence[int] = (128, 160),
    alphas: Sequence[float] = (0.5, 1, 5),
    epochs: int = 40,
    seed: int = 0,
    recipe: Recipe | None = None,
) -> list[Regime]:
    """Train one network for each α, all from the same weights, and tell how lazy each one is.

    Large α is lazy, small α is rich. Needs the extra ``train``.
    Source: Thamm et al., (3), (6)–(8), Appendices A and D.

    Args:
        images: ``"digits"``, ``"faces"``, or images of your own (``eigenlaw.verify.labelled_images.split``).
        hidden: widths of the hidden layers, at least 1.
        alphas: the α of (3), above 0.
        epochs: at least 0.
        seed: at least 0; of the initial weights and of the order of the images.
        recipe: how to train; by default as in Appendix A.

    Returns:
        One ``Regime`` for each α, in their order.

    Raises:
        InputError: an argument is out of range, or JAX or optax is not installed.
        MissingDataError: the package with the images is missing.

    Example:
        >>> data = LabelledImages(np.eye(2), np.array([0, 1]), np.eye(2), np.array([0, 1]), classes=2)
        >>> rich, lazy = train_regimes(data, (8,), (0.5, 5), epochs=5, recipe=Recipe(rate=0.1, batch=1))
        >>> rich.trained.alpha, len(rich.layers), lazy.error < rich.error
        (0.5, 2, True)
    """
    data = labelled_images(images) if isinstance(images, str) else images
    widths = (data.inputs.shape[1], *hidden, data.classes)
    found = train_each(widths, data, [(alpha, seed) for alpha in alphas], epochs, recipe)
    return [regime(trained, data) for trained in found]


def regime(trained: Trained, data: LabelledImages) -> Regime:
    """Return how lazy a network is.

    Args:
        trained: the network.
        data: the images that it was trained on.

    Raises:
        InputError: JAX or optax is not installed.
    """
    layers = tuple(accuracies(trained, data, layer) for layer in range(1, len(trained.final) + 1))
    return Regime(trained, linearisation_error(trained, data.test_inputs), accuracies(trained, data), layers)


def linearisation_error(trained: Trained, X: NDArray[Any]) -> float:
    """Return ‖f − f̃‖/‖f − f_{W0}‖ over inputs, one a row, with f̃ of (6) around all weights and biases.

    It is small where the network is lazy, and NaN where training has changed no output.

    Raises:
        InputError: JAX or optax is not installed.

    Example:
        >>> one = ((np.ones((1, 2)), np.zeros(1)),)
        >>> two = ((np.array([[3.0, 5.0]]), np.zeros(1)),)
        >>> nothing = np.zeros(0)
        >>> trained = Trained(1.0, 0, Recipe(), one, two, nothing, nothing, nothing, nothing)
        >>> linearisation_error(trained, np.eye(2))  # linear as it is
        0.0
    """
    full = outputs(trained.final, X)
    change = float(np.linalg.norm(full - outputs(trained.initial, X)))
    return float(np.linalg.norm(full - linearised_outputs(trained, X))) / change if change else math.nan


def draw_accuracies(
    axes: "Axes", found: Sequence[Regime], on: Literal["training", "test"] = "training", layer: int | None = None
) -> None:
    """Draw the accuracies of networks (crosses) and of their linearisations (circles) over α; α = 1 in black.

    Source: Thamm et al., Figure 4, there for layer 2.

    Args:
        axes: to draw on.
        found: the networks.
        on: the images.
        layer: l, 1 … L, of the linearisation, or none for all weights and biases.
    """
    alphas = [each.trained.alpha for each in found]
    chosen = [each.whole if layer is None else each.layers[layer - 1] for each in found]
    full = [each.full if on == "training" else each.test_full for each in chosen]
    linearised = [each.linearised if on == "training" else each.test_linearised for each in chosen]
    for heights, marker, colour, label in (
        (full, "x", "tab:blue", "network"),
        (linearised, "o", "tab:green", "linearised"),
    ):
        axes.plot(alphas, heights, marker, color=colour, mfc="none", label=label)
        typical = [height for alpha, height in zip(alphas, heights, strict=True) if alpha == 1]
        axes.plot([1] * len(typical), typical, marker, color="black", mfc="none")
    around = "all weights" if layer is None else f"layer {layer}"
    axes.set(xscale="log", xlabel="α", ylabel="accuracy", title=f"{on} images, around {around}")
    axes.set_xticks(alphas, [f"{alpha:g}" for alpha in alphas])
    axes.minorticks_off()
    axes.legend(fontsize=8)
