"""Random matrices of independent entries, and the eigenvalues of them and of their products.

Every entry law here has mean 0 and variance 1, E |a|² = 1; ``uniform`` is that on [−√3, √3], √3 times what PyTorch
scales by 1/√n. Nothing here knows a limit law.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Rng = np.random.Generator
Array = NDArray[Any]


def _phases(rng: Rng, shape: tuple[int, ...]) -> Any:
    return np.exp(2j * np.pi * rng.random(shape))


def _complex_gaussian(rng: Rng, shape: tuple[int, ...]) -> Array:
    return (rng.standard_normal(shape) + 1j * rng.standard_normal(shape)) / math.sqrt(2)


def _elliptic(rng: Rng, shape: tuple[int, ...]) -> Array:
    return 0.96 * rng.standard_normal(shape) + 0.28j * rng.standard_normal(shape)


ENTRIES: dict[str, Callable[[Rng, tuple[int, ...]], Array]] = {
    "gaussian": lambda rng, shape: rng.standard_normal(shape),
    "uniform": lambda rng, shape: rng.uniform(-math.sqrt(3), math.sqrt(3), shape),
    "rademacher": lambda rng, shape: 2.0 * rng.integers(0, 2, shape) - 1,
    "three points": lambda rng, shape: math.sqrt(1.5) * rng.integers(-1, 2, shape),
    "complex gaussian": _complex_gaussian,
    "unit circle": _phases,
    "ring": lambda rng, shape: np.sqrt(0.5 + rng.random(shape)) * _phases(rng, shape),
    "elliptic": _elliptic,
}
"""Laws of an entry by name; ``elliptic`` has real and imaginary parts of variance 0.92 and 0.08."""


def matrices(entries: str, rng: Rng, shape: tuple[int, ...]) -> Array:
    """Draw matrices of independent entries; the last two numbers of the shape are rows and columns.

    Raises:
        KeyError: there is no such law.

    Example:
        >>> sorted({float(x) for x in matrices("rademacher", np.random.default_rng(0), (9, 2, 2)).ravel()})
        [-1.0, 1.0]
    """
    return ENTRIES[entries](rng, shape)


def hermitian(entries: str, rng: Rng, count: int, n: int) -> Array:
    """Draw n × n Hermitian matrices, shape (count, n, n): independent entries on and above a real diagonal.

    The diagonal has the law of the entries where they are real, and is Gaussian of variance 1 where they are not.

    Example:
        >>> A = hermitian("complex gaussian", np.random.default_rng(0), 2, 3)
        >>> bool(np.all(A == np.conj(np.swapaxes(A, 1, 2))))
        True
    """
    upper = np.triu(matrices(entries, rng, (count, n, n)), 1)
    real = not np.iscomplexobj(upper)
    diagonal = matrices(entries if real else "gaussian", rng, (count, n))
    return upper + np.conj(np.swapaxes(upper, 1, 2)) + diagonal[:, :, None] * np.eye(n)


def product_spectra(entries: str | Sequence[str], sizes: Sequence[int], rng: Rng, count: int) -> Array:
    """Draw the n_1 eigenvalues of A_1 ⋯ A_k, shape (count, n_1), A_j of shape n_j × n_{j+1}, n_{k+1} = n_1.

    Args:
        entries: one law, or one for each factor.
        sizes: n_1 … n_k.
        rng: the generator.
        count: how many products.

    Example:
        >>> product_spectra("rademacher", (1, 4), np.random.default_rng(0), 3).shape
        (3, 1)
    """
    laws = [entries] * len(sizes) if isinstance(entries, str) else entries
    product: Array | None = None
    for law, rows, columns in zip(laws, sizes, [*sizes[1:], sizes[0]], strict=True):
        factor = matrices(law, rng, (count, rows, columns))
        product = factor if product is None else product @ factor
    assert product is not None
    return np.linalg.eigvals(product)


def in_batches(sample: Callable[[int], Array], count: int, size: int) -> Array:
    """Return ``count`` rows drawn so many at a time, so that large matrices need little memory.

    Example:
        >>> in_batches(lambda n: np.ones((n, 1)), 5, 2).shape
        (5, 1)
    """
    return np.concatenate([sample(min(size, count - start)) for start in range(0, count, size)])


def gaussian_chain_spectra(sizes: Sequence[int], rng: Rng, count: int) -> Array:
    """Draw what ``product_spectra("complex gaussian", …)`` draws, without the large matrices.

    M times a Gaussian matrix G of n_1 rows and N columns has, with G Gᴴ = T Tᴴ, the law of M T times a matrix with
    orthonormal rows, which the next Gaussian factor absorbs. T is triangular: |T_ii|² has the law Gamma(N − i + 1), and
    below the diagonal are standard complex Gaussian numbers (Bartlett).

    Args:
        sizes: n_1 … n_k, the first the smallest.
        rng: the generator.
        count: how many products.

    Example:
        >>> gaussian_chain_spectra((2, 700, 900), np.random.default_rng(0), 3).shape
        (3, 2)
    """
    first, rows = sizes[0], np.arange(sizes[0])
    product: Array = np.eye(first)
    for columns in sizes[1:]:
        triangle = np.tril(_complex_gaussian(rng, (count, first, first)), -1)
        triangle[:, rows, rows] = np.sqrt(rng.gamma(columns - rows, size=(count, first)))
        product = product @ triangle
    return np.linalg.eigvals(product @ _complex_gaussian(rng, (count, first, first)))
