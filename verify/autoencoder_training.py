"""Training of small autoencoders with Adam on the mean squared error, by JAX and optax.

All networks of a run are trained at once: their latent layers are filled up to the largest dimension with units whose
weights are zero and get no gradient. What comes back are ``autoencoders.Autoencoder`` in NumPy.

The paper says neither optimiser, loss, step size nor batch; Adam at its default step and the squared error are usual.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.autoencoders import Autoencoder, Layer, initial
from eigenlaw.verify.lazy_training import library

Floats = NDArray[np.float64]

EPOCHS = (0, 1, 4, 10, 50, 300)
"""The epochs that the paper shows."""


@dataclass(frozen=True)
class Recipe:
    """How autoencoders are trained.

    Attributes:
        hidden: widths of the hidden layers of the encoder.
        epochs: those at which the networks are kept, rising.
        batch: images a step; the last incomplete batch of an epoch is dropped.
        rate: step size of Adam.
    """

    hidden: tuple[int, ...] = (48, 32, 24)
    epochs: tuple[int, ...] = EPOCHS
    batch: int = 48
    rate: float = 2e-3


def train(
    images: Floats, latents: Sequence[int], seed: int = 0, recipe: Recipe | None = None
) -> dict[int, list[Autoencoder]]:
    """Train one autoencoder for each latent dimension, all on the same batches.

    Args:
        images: one a row, values in [−1, 1], of shape (n, pixels).
        latents: the latent dimensions, repeated for several networks of one dimension.
        seed: of the initial weights and of the order of the images.
        recipe: widths, epochs, batch and step size.

    Returns:
        By epoch the networks, in the order of ``latents``.

    Raises:
        InputError: JAX or optax are not installed, or there is no whole batch of images.

    Example:
        >>> images = np.random.default_rng(0).uniform(-1, 1, (8, 4))
        >>> found = train(images, [1, 2], recipe=Recipe(hidden=(3,), epochs=(0, 2), batch=4))
        >>> [net.latent for net in found[2]]
        [1, 2]
    """
    recipe = recipe or Recipe()
    if len(images) < recipe.batch:
        raise InputError.of("images", len(images), f"expected at least a batch of {recipe.batch}")
    jax = library()
    import optax
    from jax import numpy as jnp

    rng = np.random.default_rng(seed)
    networks = [initial(latent, rng, recipe.hidden, images.shape[1]) for latent in latents]
    state = _stacked(networks)
    data = jnp.asarray(images, jnp.float32)
    optimiser = optax.adam(recipe.rate)

    def loss(weights: Any, x: Any) -> Any:
        h, half = x, len(weights) // 2
        for position, (weight, bias) in enumerate(weights):
            h = h @ weight.T + bias
            if position + 1 not in (half, len(weights)):
                h = jax.nn.relu(h)
        return jnp.mean((jnp.tanh(h) - x) ** 2)

    slopes = jax.vmap(jax.grad(loss), in_axes=(0, None))

    def step(carry: Any, batch: Any) -> Any:
        weights, moments = carry
        updates, moments = optimiser.update(slopes(weights, data[batch]), moments)
        return (optax.apply_updates(weights, updates), moments), None

    epoch = jax.jit(lambda carry, batches: jax.lax.scan(step, carry, batches)[0])
    carry = (state, optimiser.init(state))
    kept = {0: networks} if 0 in recipe.epochs else {}
    count = len(images) // recipe.batch
    for number in range(1, max(recipe.epochs) + 1):
        order = rng.permutation(len(images))[: count * recipe.batch].reshape(count, recipe.batch)
        carry = epoch(carry, jnp.asarray(order))
        if number in recipe.epochs:
            kept[number] = _unstacked(carry[0], latents)
    return kept


def _padded(array: Floats, shape: tuple[int, ...]) -> Floats:
    return np.pad(array, [(0, wanted - size) for size, wanted in zip(array.shape, shape, strict=True)])


def _stacked(networks: Sequence[Autoencoder]) -> Any:
    """Weights and biases of all networks, layer by layer, filled up with zeros to one latent dimension."""
    import jax.numpy as jnp

    stacks = []
    for layers in zip(*((*net.encoder, *net.decoder) for net in networks), strict=True):
        shape = tuple(np.max([layer.weight.shape for layer in layers], axis=0))
        weights = [_padded(layer.weight, shape) for layer in layers]
        biases = [_padded(layer.bias, shape[:1]) for layer in layers]
        stacks.append((jnp.asarray(weights, jnp.float32), jnp.asarray(biases, jnp.float32)))
    return tuple(stacks)


def _unstacked(state: Any, latents: Sequence[int]) -> list[Autoencoder]:
    half, found = len(state) // 2, []
    for index, latent in enumerate(latents):
        layers = []
        for position, (weights, biases) in enumerate(state):
            weight, bias = np.asarray(weights[index], np.float64), np.asarray(biases[index], np.float64)
            if position + 1 == half:
                weight, bias = weight[:latent], bias[:latent]
            if position == half:
                weight = weight[:, :latent]
            layers.append(Layer(weight, bias, position + 1 not in (half, 2 * half)))
        found.append(Autoencoder(tuple(layers[:half]), tuple(layers[half:])))
    return found
