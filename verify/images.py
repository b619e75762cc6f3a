"""Image data: random crops of photographs that ship inside scikit-learn and scikit-image, and Gaussian stand-ins.

The photographs stand in for the Caltech101 images of Murray et al. 2023, which cannot be had; patches are made as by
RandomResizedCrop there: a random part of 8 % to 100 % of the area, of aspect ratio 3/4 to 4/3, resized by linear
interpolation with antialiasing. Values are from 0 to 1.
"""

import hashlib
import math
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.float64]

PHOTOGRAPHS: dict[str, tuple[str, str, str]] = {
    "china.jpg": ("sklearn", "datasets/images", "scikit-learn"),
    "flower.jpg": ("sklearn", "datasets/images", "scikit-learn"),
    "astronaut.png": ("skimage", "data", "scikit-image"),
    "coffee.png": ("skimage", "data", "scikit-image"),
    "chelsea.png": ("skimage", "data", "scikit-image"),
    "rocket.jpg": ("skimage", "data", "scikit-image"),
}
"""By file name: the module, the folder in it, and the distribution."""

_SHRINK = 3


class MissingDataError(RuntimeError):
    """The photographs are not installed."""


def photograph_path(name: str) -> Path:
    """Return where a photograph is installed.

    Raises:
        MissingDataError: the package is missing, or no longer holds the file.
    """
    module, folder, distribution = PHOTOGRAPHS[name]
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise MissingDataError(f"photograph={name}: {distribution} is not installed; run pip install 'eigenlaw[data]'")
    path = Path(spec.origin).parent / folder / name
    if not path.is_file():
        raise MissingDataError(f"photograph={name}: not in this {distribution}; run pip install -U 'eigenlaw[data]'")
    return path


@cache
def photograph_hashes() -> dict[str, str]:
    """Return the SHA-256 of every photograph, by its name.

    Raises:
        MissingDataError: a package is missing.
    """
    return {name: hashlib.sha256(photograph_path(name).read_bytes()).hexdigest() for name in PHOTOGRAPHS}


@cache
def photograph(name: str) -> Images:
    """Return a photograph at a third of its size, of shape (height, width, 3), values from 0 to 1.

    Raises:
        MissingDataError: the package is missing.
    """
    from PIL import Image

    with Image.open(photograph_path(name)) as file:
        pixels: Any = np.asarray(file.convert("RGB"), dtype=np.float64) / 255
    height, width = pixels.shape[0] // _SHRINK, pixels.shape[1] // _SHRINK
    blocks = pixels[: height * _SHRINK, : width * _SHRINK].reshape(height, _SHRINK, width, _SHRINK, 3)
    return np.asarray(blocks.mean(axis=(1, 3)))


def photograph_patches(rng: np.random.Generator, n: int, side: int) -> Images:
    """Return n random crops of random photographs, of shape (n, 3, side, side).

    Raises:
        MissingDataError: a package is missing.
    """
    names = sorted(PHOTOGRAPHS)
    return np.stack([random_crop(rng, photograph(names[int(rng.integers(len(names)))]), side) for _ in range(n)])


def gaussian_images(rng: np.random.Generator, n: int, side: int) -> Images:
    """Return n synthetic images of independent standard normal values, of shape (n, 3, side, side).

    Example:
        >>> gaussian_images(np.random.default_rng(0), 2, side=5).shape
        (2, 3, 5, 5)
    """
    return rng.standard_normal((n, 3, side, side))


def random_crop(rng: np.random.Generator, image: Images, side: int) -> Images:
    """Return a random part of an image of shape (height, width, c), resized to shape (c, side, side).

    Example:
        >>> random_crop(np.random.default_rng(0), np.full((20, 30, 1), 0.5), side=2).round(12).tolist()
        [[[0.5, 0.5], [0.5, 0.5]]]
    """
    height, width = image.shape[:2]
    while True:
        area = height * width * rng.uniform(0.08, 1)
        ratio = math.exp(rng.uniform(math.log(3 / 4), math.log(4 / 3)))
        h, w = round(math.sqrt(area / ratio)), round(math.sqrt(area * ratio))
        if 0 < h <= height and 0 < w <= width:
            break
    top, left = int(rng.integers(height - h + 1)), int(rng.integers(width - w + 1))
    part = image[top : top + h, left : left + w]
    rows = (resampling(h, side) @ part.reshape(h, -1)).reshape(side, w, -1)
    return np.asarray((resampling(w, side) @ rows).transpose(2, 0, 1))


@cache
def resampling(size: int, wanted: int) -> Images:
    """Return the matrix of linear interpolation with antialiasing, of shape (wanted, size): its rows sum to 1.

    Example:
        >>> resampling(4, 2).round(3).tolist()
        [[0.429, 0.429, 0.143, 0.0], [0.0, 0.143, 0.429, 0.429]]
    """
    scale = size / wanted
    centres = (np.arange(wanted) + 0.5) * scale
    distance = np.abs(np.arange(size) + 0.5 - centres[:, None]) / max(1.0, scale)
    weights = np.maximum(0, 1 - distance)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))
