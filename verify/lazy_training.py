"""Training from lazy to rich: networks of ReLU units with softmax(α z) and the loss (3), by the recipe of Appendix A.

A layer is a ← relu(W a + b), the last one z = W a + b. The loss is −(1/(N α²)) Σ y·ln softmax(α z). Weights start
Glorot uniform, biases at zero; stochastic gradient descent with momentum runs over shuffled mini-batches, at a rate
that decays once an epoch; images that fill no whole batch wait for the next epoch. JAX and optax do it (extra
``train``), in double precision unless told otherwise; weights come and go as NumPy arrays. Runs that differ in α and
seed only go through one compiled program.
Source: Thamm et al., Section 5, Appendices A and D.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from importlib import import_module
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.labelled_images import LabelledImages

Array = NDArray[Any]
Layers = tuple[tuple[Array, Array], ...]
"""Weights of shape (M_l, M_{l−1}) and biases of shape (M_l,), for l = 1 … L."""


@dataclass(frozen=True)
class Recipe:
    """How a network is trained; the defaults are those of Appendix A.

    Attributes:
        rate: learning rate of the first epoch, above 0.
        decay: factor of the rate from each epoch to the next, above 0.
        momentum: from 0, below 1.
        batch: images in a mini-batch, at least 1.
        centred: whether the outputs of the initial network are subtracted, so that training starts from z = 0.
        precision: of the training, ``float64`` or ``float32``.

    Raises:
        InputError: a number is out of range.
    """

    rate: float = 0.001
    decay: float = 0.95
    momentum: float = 0.95
    batch: int = 32
    centred: bool = False
    precision: Literal["float64", "float32"] = "float64"

    def __post_init__(self) -> None:
        for name in ("rate", "decay"):
            if not 0 < getattr(self, name) < np.inf:
                raise InputError.of(name, getattr(self, name), "expected a number above 0")
        if not 0 <= self.momentum < 1:
            raise InputError.of("momentum", self.momentum, "expected a number from 0, below 1")
        if self.batch < 1:
            raise InputError.of("batch", self.batch, "expected at least one image")
        if self.precision not in {"float64", "float32"}:
            raise InputError.of("precision", self.precision, "expected float64 or float32")


@dataclass(frozen=True)
class Trained:
    """A network before and after training.

    Attributes:
        alpha: α of (3).
        seed: of the initial weights and of the order of the images.
        recipe: how it was trained.
        initial: layers before training.
        final: layers after it.
        losses: loss (3) on the training images after 0, 1, … epochs, of shape (epochs + 1,).
        accuracies: fraction of the training images that are classified rightly, of the same shape.
        test_accuracies: the same for the test images.
        changes: ‖W − W0‖/‖W0‖ (Frobenius) of each layer's weights, of shape (epochs + 1, L).
    """

    alpha: float
    seed: int
    recipe: Recipe
    initial: Layers
    final: Layers
    losses: Array
    accuracies: Array
    test_accuracies: Array
    changes: Array


def glorot_layers(widths: Sequence[int], seed: int) -> Layers:
    """Return layers with Glorot uniform weights, of variance 2/(M_{l−1} + M_l), and zero biases.

    Example:
        >>> [(weights.shape, float(biases.sum())) for weights, biases in glorot_layers((3, 2, 1), seed=0)]
        [((2, 3), 0.0), ((1, 2), 0.0)]
    """
    rng = np.random.default_rng([seed, 0])
    bounds = [np.sqrt(6 / (below + above)) for below, above in pairwise(widths)]
    shapes = [(above, below) for below, above in pairwise(widths)]
    return tuple((rng.uniform(-b, b, shape), np.zeros(shape[0])) for b, shape in zip(bounds, shapes, strict=True))


def outputs(layers: Any, X: Any) -> Any:
    """Return the outputs z before the softmax, of shape (N, K), for inputs of shape (N, d), of NumPy or of JAX.

    Example:
        >>> layers = ((np.array([[1.0], [-1.0]]), np.zeros(2)), (np.array([[2.0, 3.0]]), np.ones(1)))
        >>> outputs(layers, np.array([[5.0], [-5.0]])).tolist()
        [[11.0], [16.0]]
    """
    *hidden, (weights, biases) = layers
    for inner, shift in hidden:
        X = X @ inner.T + shift
        X = X * (X > 0)
    return X @ weights.T + biases


def accuracy(z: Array, labels: Array) -> float:
    """Return the fraction of outputs, one a row, whose largest entry is that of their label.

    Example:
        >>> accuracy(np.array([[1.0, 2.0], [1.0, 2.0]]), np.array([1, 0]))
        0.5
    """
    return float(np.mean(z.argmax(axis=1) == labels))


def relative_changes(initial: Layers, final: Layers) -> Array:
    """Return ‖W − W0‖/‖W0‖ (Frobenius) of each layer's weights.

    Example:
        >>> relative_changes(((np.eye(2), np.zeros(2)),), ((3 * np.eye(2), np.ones(2)),)).round(12).tolist()
        [2.0]
    """
    pairs = [(before[0], after[0]) for before, after in zip(initial, final, strict=True)]
    return np.array([np.linalg.norm(after - before) / np.linalg.norm(before) for before, after in pairs])


def train(
    widths: Sequence[int],
    data: LabelledImages,
    alpha: float = 1.0,
    epochs: int = 100,
    seed: int = 0,
    recipe: Recipe | None = None,
) -> Trained:
    """Train one network.

    Args:
        widths: d, M_1, …, K; d is the size of an image and K the number of classes.
        data: the images.
        alpha: α of (3), above 0: large is lazy, small is rich.
        epochs: at least 0.
        seed: at least 0; of the initial weights and of the order of the images.
        recipe: by default that of Appendix A.

    Raises:
        InputError: an argument is out of range, or JAX or optax is not installed.

    Example:
        >>> data = LabelledImages(np.eye(2), np.array([0, 1]), np.eye(2), np.array([0, 1]), classes=2)
        >>> trained = train((2, 4, 2), data, alpha=2, epochs=3, recipe=Recipe(batch=1))
        >>> trained.losses.shape, trained.changes.shape, bool(trained.losses[-1] < trained.losses[0])
        ((4,), (4, 2), True)
    """
    return train_each(widths, data, [(alpha, seed)], epochs, recipe)[0]


def train_each(
    widths: Sequence[int],
    data: LabelledImages,
    runs: Sequence[tuple[float, int]],
    epochs: int = 100,
    recipe: Recipe | None = None,
) -> list[Trained]:
    """Train a network for each α and seed, all in one compiled program; otherwise as ``train``.

    Args:
        widths: d, M_1, …, K.
        data: the images, the same for all.
        runs: pairs (α, seed), at least one; networks of one seed start from the same weights.
        epochs: at least 0.
        recipe: by default that of Appendix A.

    Raises:
        InputError: an argument is out of range, or JAX or optax is not installed.

    Example:
        >>> data = LabelledImages(np.eye(2), np.array([0, 1]), np.eye(2), np.array([0, 1]), classes=2)
        >>> [trained.alpha for trained in train_each((2, 4, 2), data, [(1, 0), (5, 0)], 0, Recipe(batch=1))]
        [1.0, 5.0]
    """
    how = recipe or Recipe()
    _check(widths, data, runs, epochs, how)
    jax = library()
    starts = [glorot_layers(widths, seed) for _, seed in runs]
    orders = np.stack([_order(len(data.inputs), how.batch, epochs, seed) for _, seed in runs])
    initial = tuple(tuple(np.stack(parts) for parts in zip(*layer, strict=True)) for layer in zip(*starts, strict=True))
    numbers = (how.rate, how.decay, how.momentum, float(how.centred))
    with jax.enable_x64(how.precision == "float64"):
        arrays = jax.tree.map(
            partial(_as, dtype=how.precision),
            (initial, np.array([alpha for alpha, _ in runs]), numbers, data.inputs, data.test_inputs),
        )
        final, history = jax.tree.map(np.asarray, _program()(*arrays, data.labels, data.test_labels, orders))
    found = []
    for run, (alpha, seed) in enumerate(runs):
        layers = tuple((weights[run], biases[run]) for weights, biases in final)
        found.append(Trained(float(alpha), seed, how, starts[run], layers, *(part[run] for part in history)))
    return found


def _as(value: Any, dtype: str) -> Array:
    return np.asarray(value, dtype=dtype)


def _check(
    widths: Sequence[int], data: LabelledImages, runs: Sequence[tuple[float, int]], epochs: int, recipe: Recipe
) -> None:
    size = data.inputs.shape[1]
    if len(widths) < 2 or min(widths) < 1 or widths[0] != size or widths[-1] != data.classes:
        raise InputError.of(
            "widths", tuple(widths), f"expected {size}, …, {data.classes}, as many as pixels and classes"
        )
    if not runs:
        raise InputError.of("runs", "()", "expected at least one pair of an alpha and a seed")
    for alpha, seed in runs:
        if not 0 < alpha < np.inf:
            raise InputError.of("alpha", alpha, "expected a number above 0")
        if seed < 0:
            raise InputError.of("seed", seed, "expected an integer of at least 0")
    if epochs < 0:
        raise InputError.of("epochs", epochs, "expected an integer of at least 0")
    if recipe.batch > len(data.inputs):
        raise InputError.of("batch", recipe.batch, f"expected at most the {len(data.inputs)} training images")


def _order(images: int, batch: int, epochs: int, seed: int) -> NDArray[np.int64]:
    """Return which images each step of each epoch takes, of shape (epochs, steps, batch)."""
    rng = np.random.default_rng([seed, 1])
    steps = images // batch
    found = [rng.permutation(images)[: steps * batch].reshape(steps, batch) for _ in range(epochs)]
    return np.array(found, dtype=np.int64).reshape(epochs, steps, batch)


def library() -> Any:
    """Return JAX, once optax is known to be there too.

    Raises:
        InputError: one of them is not installed.
    """
    try:
        jax, _ = import_module("jax"), import_module("optax")
    except ImportError:
        missing = "expected JAX and optax; run pip install 'eigenlaw[train]'"
        raise InputError.of("training", "unavailable", missing) from None
    return jax


@cache
def _program() -> Callable[..., Any]:
    """Return the compiled training of many networks at once; JAX compiles it once for each shape of its arguments."""
    import jax
    import jax.numpy as jnp
    import optax

    def run(start: Any, alpha: Any, how: Any, X: Any, test_X: Any, labels: Any, test_labels: Any, orders: Any) -> Any:
        rate, decay, momentum, centred = how
        optimiser = optax.sgd(lambda count: rate * decay ** (count // orders.shape[1]), momentum)
        shift, test_shift = (centred * outputs(start, images) for images in (X, test_X))

        def loss(layers: Any, inputs: Any, base: Any, classes: Any) -> Any:
            z = alpha * (outputs(layers, inputs) - base)
            return optax.softmax_cross_entropy_with_integer_labels(z, classes).mean() / alpha**2

        def step(state: Any, chosen: Any) -> Any:
            layers, memory = state
            slopes = jax.grad(loss)(layers, X[chosen], shift[chosen], labels[chosen])
            updates, memory = optimiser.update(slopes, memory, layers)
            return (optax.apply_updates(layers, updates), memory), None

        def seen(layers: Any) -> Any:
            right = (outputs(layers, X) - shift).argmax(1) == labels
            test_right = (outputs(layers, test_X) - test_shift).argmax(1) == test_labels
            pairs = zip(layers, start, strict=True)
            norms = [jnp.linalg.norm(new - old) / jnp.linalg.norm(old) for (new, _), (old, _) in pairs]
            rates = (part.mean(dtype=X.dtype) for part in (right, test_right))
            return loss(layers, X, shift, labels), *rates, jnp.stack(norms)

        def epoch(state: Any, order: Any) -> Any:
            state, _ = jax.lax.scan(step, state, order)
            return state, seen(state[0])

        first = seen(start)
        (layers, _), rest = jax.lax.scan(epoch, (start, optimiser.init(start)), orders)
        return layers, tuple(jnp.concatenate([a[None], b]) for a, b in zip(first, rest, strict=True))

    return jax.jit(jax.vmap(run, in_axes=(0, 0, None, None, None, None, None, 0)))


def linearised_outputs(trained: Trained, X: Array, layer: int | None = None) -> Array:
    """Return the outputs z of the network linearised around its initial weights: (6).

    Args:
        trained: the network.
        X: inputs, one a row, of shape (N, d).
        layer: l, 1 … L, to linearise around the initial weights W_l only, all else as it is after training; by default
            around all weights and biases.

    Returns:
        Array of shape (N, K).

    Raises:
        InputError: there is no such layer, or JAX or optax is not installed.

    Example:
        >>> data = LabelledImages(np.eye(2), np.array([0, 1]), np.eye(2), np.array([0, 1]), classes=2)
        >>> trained = train((2, 4, 2), data, epochs=3, recipe=Recipe(batch=1))
        >>> bool(np.allclose(linearised_outputs(trained, data.inputs, layer=2), outputs(trained.final, data.inputs)))
        True
    """
    jax = library()
    count = len(trained.final)
    if layer is not None and not 1 <= layer <= count:
        raise InputError.of("layer", layer, f"expected a layer from 1 to {count}, or none for all")
    start = trained.initial
    if layer is not None:
        own = (trained.initial[layer - 1][0], trained.final[layer - 1][1])
        start = (*trained.final[: layer - 1], own, *trained.final[layer:])
    with jax.enable_x64(True):
        start, end, inputs = jax.tree.map(partial(_as, dtype="float64"), (start, trained.final, X))
        shift = jax.tree.map(np.subtract, end, start)
        value, slope = _tangent()(start, shift, inputs)
        return np.asarray(value + slope)


@cache
def _tangent() -> Callable[..., Any]:
    import jax

    return jax.jit(lambda start, shift, X: jax.jvp(lambda layers: outputs(layers, X), (start,), (shift,)))


@dataclass(frozen=True)
class Accuracies:
    """Accuracies of a trained network and of its linearisation, (7) and (8), on training and on test images."""

    full: float
    linearised: float
    test_full: float
    test_linearised: float


def accuracies(trained: Trained, data: LabelledImages, layer: int | None = None) -> Accuracies:
    """Return the accuracies of a network and of its linearisation around all weights or around one layer's.

    Args:
        trained: the network.
        data: the images that it was trained on.
        layer: l, 1 … L, or none for all layers; see ``linearised_outputs``.

    Raises:
        InputError: there is no such layer, or JAX or optax is not installed.

    Example:
        >>> data = LabelledImages(np.eye(2), np.array([0, 1]), np.eye(2), np.array([0, 1]), classes=2)
        >>> found = accuracies(train((2, 4, 2), data, epochs=3, recipe=Recipe(batch=1)), data, layer=2)
        >>> found.full == found.linearised
        True
    """
    found = []
    for X, labels in ((data.inputs, data.labels), (data.test_inputs, data.test_labels)):
        base = outputs(trained.initial, X) if trained.recipe.centred else 0.0
        found += [
            accuracy(z - base, labels) for z in (outputs(trained.final, X), linearised_outputs(trained, X, layer))
        ]
    return Accuracies(*found)
