"""The 8 × 8 digits of scikit-learn as exact rationals, and exactly down-sampled: 1797 images of ten classes.

They stand in for MNIST, FashionMNIST and CIFAR10 of Singh et al. 2021, which come with no package. A pixel is k/16,
k = 0 … 16. An image of side m < 8 is made of means over areas: the image is cut into m × m equal squares, and a pixel
counts with the part of it that lies in the square; for m = 4 these are the means of 2 × 2 blocks.
"""

import gzip
import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from flint import fmpq
from numpy.typing import NDArray

from eigenlaw.verify.images import MissingDataError

Array = NDArray[Any]

SIDE = 8
LEVELS = 16
CLASSES = 10


def digits_path() -> Path:
    """Return where the file of the digits is installed.

    Raises:
        MissingDataError: scikit-learn is missing, or no longer holds the file.
    """
    spec = find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise MissingDataError("digits: scikit-learn is not installed; run pip install 'eigenlaw[data]'")
    path = Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"
    if not path.is_file():
        raise MissingDataError("digits: not in this scikit-learn; run pip install -U 'eigenlaw[data]'")
    return path


@cache
def digits_hash() -> dict[str, str]:
    """Return the SHA-256 of the file, by its name.

    Raises:
        MissingDataError: scikit-learn is missing.
    """
    return {digits_path().name: hashlib.sha256(digits_path().read_bytes()).hexdigest()}


@cache
def digits_table() -> NDArray[np.int64]:
    """Return the table of the file: the 64 pixels of an image, 0 … 16, and its class, one image a row; not a copy.

    Raises:
        MissingDataError: scikit-learn is missing.
    """
    with gzip.open(digits_path(), "rt", encoding="ascii") as file:
        return np.loadtxt(file, delimiter=",").astype(np.int64)


def digits(rng: np.random.Generator, n: int, side: int = SIDE, classes: int = CLASSES) -> tuple[Array, Array]:
    """Return n different digits of the first classes, in random order, and their labels.

    Args:
        rng: source of randomness.
        n: number of images.
        side: pixels a side, 1 … 8.
        classes: 1 … 10; only the digits below it are taken.

    Returns:
        The images as columns, ``flint.fmpq`` of shape (side², n), and the labels, of shape (n,).

    Raises:
        ValueError: there are not so many images.
        MissingDataError: scikit-learn is missing.
    """
    table = digits_table()
    table = table[table[:, -1] < classes]
    if not 1 <= n <= len(table):
        raise ValueError(f"n={n}: expected 1 ≤ n ≤ {len(table)} digits below {classes}")
    chosen = table[rng.permutation(len(table))[:n]]
    images = chosen[:, :-1].reshape(n, SIDE, SIDE)
    overlaps = area_overlaps(SIDE, side)
    sums = np.einsum("ai,nij,bj->abn", overlaps, images, overlaps).reshape(side * side, n)
    flat = np.empty(sums.size, dtype=object)
    flat[:] = [fmpq(int(total), SIDE * SIDE * LEVELS) for total in sums.ravel()]
    return flat.reshape(sums.shape), chosen[:, -1]


def area_overlaps(size: int, wanted: int) -> NDArray[np.int64]:
    """Return how much each of ``size`` cells counts in the mean over each of ``wanted`` equal intervals, times size.

    Example:
        >>> area_overlaps(3, 2).tolist()
        [[2, 1, 0], [0, 1, 2]]
    """
    cells, intervals = wanted * np.arange(size)[None, :], size * np.arange(wanted)[:, None]
    overlaps = np.minimum(cells + wanted, intervals + size) - np.maximum(cells, intervals)
    return np.asarray(np.maximum(0, overlaps))


def one_hot(labels: Array, classes: int) -> Array:
    """Return the labels as columns of zeros and a one, of shape (classes, n), dtype object.

    Example:
        >>> one_hot(np.array([1, 0]), 2).tolist()
        [[0, 1], [1, 0]]
    """
    return np.asarray(np.arange(classes)[:, None] == labels[None, :]).astype(int).astype(object)
