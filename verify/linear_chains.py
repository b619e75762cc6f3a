"""Deep linear networks F(x) = W^L ⋯ W^1 x, with biases if wanted, over the rationals or a prime field.

Arrays have dtype object and hold ``flint.fmpq`` or ``flint.nmod``. Biases are carried by a homogeneous coordinate: an
input is (x, 1), and the matrix of a layer is [[W, b], [0, 1]], in the last one [W, b].
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq, nmod
from numpy.typing import NDArray

Array = NDArray[Any]
Draw = Callable[[tuple[int, ...]], Array]
"""Returns an array of the shape, of independent random numbers of one field."""


@dataclass(frozen=True, slots=True)
class LinearNetwork:
    """The weights of a deep linear network and, if it has any, its biases.

    Args:
        weights: W^1 … W^L, of shapes (M_l, M_{l−1}).
        biases: b^1 … b^L, of shapes (M_l,), or none.
    """

    weights: tuple[Array, ...]
    biases: tuple[Array, ...] = ()

    @property
    def layers(self) -> int:
        """L, the number of weight layers."""
        return len(self.weights)

    @property
    def widths(self) -> tuple[int, ...]:
        """M_0 = d, M_1, …, M_L = K."""
        return (self.weights[0].shape[1], *(weight.shape[0] for weight in self.weights))

    def matrix(self, layer: int) -> Array:
        """Return the matrix of layer l = 1 … L on homogeneous coordinates, or W^l where there are no biases."""
        weight = self.weights[layer - 1]
        if not self.biases:
            return weight
        affine = np.concatenate([weight, self.biases[layer - 1][:, None]], axis=1)
        if layer == self.layers:
            return affine
        last = np.zeros((1, affine.shape[1]), dtype=object)
        last[0, -1] = 1
        return np.concatenate([affine, last])

    def product(self, above: int, below: int) -> Array:
        """Return the product of the matrices of the layers above, …, below; the identity if there are none."""
        if above < below:
            size = self.widths[above] + bool(self.biases and above < self.layers)
            return identity(size)
        found = self.matrix(below)
        for layer in range(below + 1, above + 1):
            found = self.matrix(layer) @ found
        return found

    def outputs(self, X: Array) -> Array:
        """Return F(x) for the columns x of X, shape (d, N): shape (K, N)."""
        return np.asarray(self.product(self.layers, 1) @ self.homogeneous(X))

    def homogeneous(self, X: Array) -> Array:
        """Return the inputs, columns of X, with a last coordinate 1 where there are biases."""
        if not self.biases:
            return X
        return np.concatenate([X, np.ones((1, X.shape[1]), dtype=int).astype(object)])


def identity(size: int) -> Array:
    """Return the identity as an array of exact numbers.

    Example:
        >>> identity(2).tolist()
        [[1, 0], [0, 1]]
    """
    return np.eye(size, dtype=int).astype(object)


def residue_draw(rng: np.random.Generator, prime: int) -> Draw:
    """Return a source of arrays that are uniform over F_p.

    Example:
        >>> residue_draw(np.random.default_rng(0), 7)((2,)).shape
        (2,)
    """

    def draw(shape: tuple[int, ...]) -> Array:
        numbers = rng.integers(0, prime, shape, dtype=np.uint64)
        return _each(numbers, lambda number: nmod(int(number), prime))

    return draw


def rational_draw(rng: np.random.Generator, size: int = 9, denominator: int = 10) -> Draw:
    """Return a source of arrays of rationals k/denominator, k uniform in −size … size.

    Example:
        >>> rational_draw(np.random.default_rng(0))((3,)).dtype
        dtype('O')
    """

    def draw(shape: tuple[int, ...]) -> Array:
        return _each(rng.integers(-size, size + 1, shape), lambda number: fmpq(int(number), denominator))

    return draw


def random_network(widths: tuple[int, ...], draw: Draw, *, bias: bool = False) -> LinearNetwork:
    """Return a network of these widths with random entries.

    Example:
        >>> random_network((3, 2, 4), rational_draw(np.random.default_rng(0)), bias=True).biases[1].shape
        (4,)
    """
    weights = tuple(draw((above, below)) for below, above in pairwise(widths))
    return LinearNetwork(weights, tuple(draw((above,)) for above in widths[1:]) if bias else ())


def low_rank(rows: int, columns: int, rank: int, draw: Draw) -> Array:
    """Return a random matrix of the given rank, or less where the draw is unlucky: a product of two random factors.

    Example:
        >>> low_rank(2, 3, 0, rational_draw(np.random.default_rng(0))).tolist()
        [[0, 0, 0], [0, 0, 0]]
    """
    if rank == 0:
        return np.zeros((rows, columns), dtype=int).astype(object)
    return np.asarray(draw((rows, rank)) @ draw((rank, columns)))


def _each(numbers: Array, make: Callable[[Any], Any]) -> Array:
    flat = np.empty(numbers.size, dtype=object)
    flat[:] = [make(number) for number in numbers.ravel()]
    return flat.reshape(numbers.shape)
