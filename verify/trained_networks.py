"""Many small ReLU networks trained at once on scikit-learn's digits, by the recipe of appendix A of Thamm et al.

Glorot-uniform weights, biases from zero, each image standardised, cross-entropy, minibatches of 32, stochastic gradient
descent with momentum 0.95 and a rate that shrinks by 0.95 an epoch; no L₂ regularisation. Single precision.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.digits import CLASSES, digits_table
from eigenlaw.verify.labelled_images import standardised

Array = NDArray[Any]

BATCH = 32
MOMENTUM = 0.95
DECAY = 0.95
IMAGES = 1797
TRAINING = 1440
"""Images that are learnt; the others test."""


@dataclass(frozen=True)
class TrainedNetworks:
    """Networks that differ in their initial weights alone.

    Attributes:
        initial: W^1 … W^L, each of shape (networks, fan in, fan out).
        final: the same after training.
        biases: b^1 … b^L after training, each of shape (networks, 1, fan out).
        accuracy: share of the test images that each network classifies rightly.
    """

    initial: tuple[Array, ...]
    final: tuple[Array, ...]
    biases: tuple[Array, ...]
    accuracy: Array


@cache
def standardised_digits() -> tuple[Array, Array]:
    """Return all digits, one a row, each of mean 0 and variance 1, in a fixed random order, and their labels."""
    table = digits_table()[np.random.default_rng(0).permutation(IMAGES)]
    return standardised(table[:, :-1]).astype(np.float32), table[:, -1]


def train(hidden: Sequence[int], networks: int, epochs: int, rate: float, seed: int) -> TrainedNetworks:
    """Train networks with these hidden layers.

    Args:
        hidden: widths of the hidden layers.
        networks: how many.
        epochs: passes over the training images.
        rate: of the first epoch.
        seed: of the initial weights and the order of the images, which is the same for all networks.
    """
    rng = np.random.default_rng(seed)
    X, labels = standardised_digits()
    X, targets = X[:TRAINING], np.eye(CLASSES, dtype=np.float32)[labels[:TRAINING]]
    sizes = list(pairwise((X.shape[1], *hidden, CLASSES)))
    weights = [(rng.uniform(-1, 1, (networks, a, b)) * np.sqrt(6 / (a + b))).astype(np.float32) for a, b in sizes]
    initial = tuple(weight.copy() for weight in weights)
    biases = [np.zeros((networks, 1, above), np.float32) for _, above in sizes]
    parameters = weights + biases
    speeds = [np.zeros_like(parameter) for parameter in parameters]
    for epoch in range(epochs):
        order = rng.permutation(TRAINING)
        for start in range(0, TRAINING, BATCH):
            chosen = order[start : start + BATCH]
            slopes = _gradients(weights, biases, X[chosen], targets[chosen])
            for parameter, speed, slope in zip(parameters, speeds, slopes, strict=True):
                speed *= MOMENTUM
                speed -= np.float32(rate * DECAY**epoch) * slope
                parameter += speed
    return TrainedNetworks(initial, tuple(weights), tuple(biases), _accuracy(weights, biases))


def _forward(weights: Sequence[Array], biases: Sequence[Array], X: Array) -> list[Array]:
    """Return the signals of each layer, the last ones before the softmax."""
    signals = [np.broadcast_to(X, (len(weights[0]), *X.shape))]
    for layer, (weight, bias) in enumerate(zip(weights, biases, strict=True), 1):
        values = signals[-1] @ weight + bias
        signals.append(np.maximum(values, 0) if layer < len(weights) else values)
    return signals


def _gradients(weights: Sequence[Array], biases: Sequence[Array], X: Array, targets: Array) -> list[Array]:
    """Return the gradients of the mean cross-entropy by the weights, then by the biases."""
    signals = _forward(weights, biases, X)
    chances = np.exp(signals[-1] - signals[-1].max(axis=-1, keepdims=True))
    back = (chances / chances.sum(axis=-1, keepdims=True) - targets) / np.float32(len(X))
    by_weights: list[Array] = []
    by_biases: list[Array] = []
    for layer in reversed(range(len(weights))):
        by_weights.insert(0, np.swapaxes(signals[layer], 1, 2) @ back)
        by_biases.insert(0, back.sum(axis=1, keepdims=True))
        if layer:
            back = (back @ np.swapaxes(weights[layer], 1, 2)) * (signals[layer] > 0)
    return by_weights + by_biases


def _accuracy(weights: Sequence[Array], biases: Sequence[Array]) -> Array:
    X, labels = standardised_digits()
    found = _forward(weights, biases, X[TRAINING:])[-1].argmax(axis=-1)
    return np.asarray((found == labels[TRAINING:]).mean(axis=-1))
