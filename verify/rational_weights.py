"""Initialisations of a deep linear network with rational weights: Gaussian, uniform, orthogonal, balanced.

The orthogonal matrices are Cayley transforms (1 − A)(1 + A)⁻¹ of rational antisymmetric A. Balanced weights,
(W^{l+1})ᵀ W^{l+1} = W^l (W^l)ᵀ, are U_l S_l U_{l−1}ᵀ with orthogonal U_l and the same singular values in each layer;
all of them have the rank of the narrowest layer. The same is done with residues: what comes out are the residues of
rational weights.
Source: Singh et al., S9.1.4; Arora, Cohen, Hazan 2018 for balance.
"""

from itertools import pairwise
from typing import Any, Literal

import numpy as np
from flint import fmpq, fmpq_mat, nmod, nmod_mat
from numpy.typing import NDArray

Array = NDArray[Any]
Weights = tuple[Array, ...]
Initialisation = Literal["gaussian", "uniform", "orthogonal", "balanced"]
INITIALISATIONS: tuple[Initialisation, ...] = ("gaussian", "uniform", "orthogonal", "balanced")

DENOMINATOR = 1000


def initial_weights(
    name: Initialisation, widths: tuple[int, ...], rng: np.random.Generator, prime: int | None = None
) -> Weights:
    """Return the weights W^1 … W^L of an initialisation, over Q, or their residues modulo a prime.

    Gaussian weights have variance 1/M_{l−1} and uniform ones lie in (−1, 1), both rounded to multiples of 1/1000; an
    orthogonal matrix that is not square has orthonormal rows or columns.

    Example:
        >>> W, V = initial_weights("balanced", (2, 3, 2), np.random.default_rng(0))
        >>> bool((V.T @ V == W @ W.T).all())
        True
    """
    if name == "balanced":
        return _balanced(widths, rng, prime)
    pairs = list(pairwise(widths))
    if name == "orthogonal":
        return tuple(orthogonal(max(pair), rng, prime)[: pair[1], : pair[0]] for pair in pairs)
    weights = []
    for below, above in pairs:
        size = (above, below)
        numbers = rng.uniform(-1, 1, size) if name == "uniform" else rng.standard_normal(size) / np.sqrt(below)
        weights.append(_field(np.rint(numbers * DENOMINATOR).astype(int), prime, DENOMINATOR))
    return tuple(weights)


def orthogonal(size: int, rng: np.random.Generator, prime: int | None = None) -> Array:
    """Return a random orthogonal matrix over Q, or its residues modulo a prime.

    Example:
        >>> Q = orthogonal(3, np.random.default_rng(0))
        >>> (Q @ Q.T).tolist()
        [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    """
    upper = np.triu(rng.integers(-2 * DENOMINATOR, 2 * DENOMINATOR + 1, (size, size)), 1)
    one, turn = DENOMINATOR * np.eye(size, dtype=int), upper - upper.T
    plus, minus = (_matrix(_field(part, prime, DENOMINATOR)) for part in (one + turn, one - turn))
    return _array(minus * plus.inv())


def _balanced(widths: tuple[int, ...], rng: np.random.Generator, prime: int | None) -> Weights:
    turns = [orthogonal(width, rng, prime) for width in widths]
    values = _field(rng.integers(1, DENOMINATOR + 1, min(widths)), prime, DENOMINATOR)
    rank = len(values)
    return tuple(
        np.asarray((turns[layer][:, :rank] * values) @ turns[layer - 1][:, :rank].T) for layer in range(1, len(widths))
    )


def _field(numbers: Array, prime: int | None, denominator: int = 1) -> Array:
    def make(number: int) -> Any:
        return fmpq(number, denominator) if prime is None else nmod(number, prime) / denominator

    flat = np.empty(numbers.size, dtype=object)
    flat[:] = [make(int(number)) for number in numbers.ravel()]
    return flat.reshape(numbers.shape)


def _matrix(array: Array) -> Any:
    rows, columns = array.shape
    first = array[0, 0]
    if isinstance(first, nmod):
        return nmod_mat(rows, columns, [int(entry) for entry in array.ravel()], int(first.modulus()))
    return fmpq_mat(rows, columns, list(array.ravel()))


def _array(matrix: Any) -> Array:
    flat = np.empty(matrix.nrows() * matrix.ncols(), dtype=object)
    flat[:] = matrix.entries()
    return flat.reshape(matrix.nrows(), matrix.ncols())
