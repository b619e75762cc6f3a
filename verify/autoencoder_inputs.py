"""Inputs for the autoencoders of Dees et al., in [−1, 1]^784: random ones, and images in the place of MNIST.

MNIST comes with no package. The 8 × 8 digits of scikit-learn and the 25 × 25 patches of scikit-image from Labeled
Faces in the Wild are resized to 28 × 28 by linear interpolation.
"""

from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.digits import SIDE, digits_table
from eigenlaw.verify.images import resampling
from eigenlaw.verify.labelled_images import faces_path

Floats = NDArray[np.float64]
Inputs = Literal["uniform", "digits", "faces"]

INPUTS: tuple[Inputs, ...] = ("uniform", "digits", "faces")
"""Independent uniform pixels, and the two sets of images."""


@cache
def images(name: Inputs, side: int = 28) -> Floats:
    """Return all images of a set, one a row, values in [−1, 1], of shape (n, side²).

    Args:
        name: ``digits`` or ``faces``.
        side: pixels a side.

    Raises:
        MissingDataError: the package with the images is missing.
    """
    if name == "digits":
        pixels: Any = digits_table()[:, :-1].reshape(-1, SIDE, SIDE) / 16
    else:
        pixels = np.load(faces_path(), allow_pickle=False).astype(np.float64)
    size = pixels.shape[1]
    resize = np.eye(size) if side == size else resampling(size, side)
    return np.asarray((2 * (resize @ pixels @ resize.T) - 1).reshape(len(pixels), -1))


def draw_inputs(rng: np.random.Generator, name: Inputs, n: int, side: int = 28) -> Floats:
    """Return n inputs, one a row: drawn from [−1, 1] pixel by pixel, or chosen among the images.

    Example:
        >>> draw_inputs(np.random.default_rng(0), "uniform", 2, side=3).shape
        (2, 9)

    Raises:
        MissingDataError: the package with the images is missing.
    """
    if name == "uniform":
        return rng.uniform(-1, 1, (n, side * side))
    found = images(name, side)
    return np.asarray(found[rng.integers(len(found), size=n)])
