"""Small labelled images that ship inside packages, split into training and test images and standardised one by one.

They stand in for CIFAR-10 of Thamm et al., which comes with no package: the 1797 digits of scikit-learn, 8 × 8, in ten
classes, and the 200 patches of scikit-image from Labeled Faces in the Wild, 25 × 25, in two classes, faces and others.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.digits import digits_hash, digits_table
from eigenlaw.verify.images import MissingDataError

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

FACES = 100
TEST_SHARE = 0.25


@dataclass(frozen=True)
class LabelledImages:
    """Training and test images, one a row, with the numbers of their classes.

    Attributes:
        inputs: training images, of shape (N, d).
        labels: their classes, 0 … classes − 1, of shape (N,).
        test_inputs: test images, of shape (n, d).
        test_labels: their classes, of shape (n,).
        classes: how many classes there are.

    Raises:
        InputError: the shapes do not fit, a value is not finite, or a label is out of range.

    Example:
        >>> LabelledImages(np.eye(2), np.array([0, 1]), np.eye(2), np.array([0, 1]), classes=2).inputs.shape
        (2, 2)
    """

    inputs: Floats
    labels: Labels
    test_inputs: Floats
    test_labels: Labels
    classes: int

    def __post_init__(self) -> None:
        for images, labels in ((self.inputs, self.labels), (self.test_inputs, self.test_labels)):
            if images.ndim != 2 or labels.shape != (len(images),) or images.shape[1] != self.inputs.shape[1]:
                shapes = f"{images.shape} with labels {labels.shape}"
                raise InputError.of("images", shapes, "expected one image a row, all of one size, and a label for each")
            if not np.all(np.isfinite(images)):
                raise InputError.of("images", "nan", "expected finite numbers; drop or repair what is not")
            if len(labels) == 0 or labels.min() < 0 or labels.max() >= self.classes:
                raise InputError.of("labels", np.unique(labels), f"expected labels from 0 to {self.classes - 1}")


def standardised(images: Any) -> Floats:
    """Return the images, each less its mean and over its standard deviation; a constant image becomes 0.

    Args:
        images: one a row, of shape (N, d).

    Example:
        >>> standardised([[1, 3], [5, 5]]).tolist()
        [[-1.0, 1.0], [0.0, 0.0]]
    """
    centred = np.asarray(images, dtype=np.float64)
    centred = centred - centred.mean(axis=1, keepdims=True)
    scale = centred.std(axis=1, keepdims=True)
    return np.asarray(centred / np.where(scale == 0, 1, scale))


def split(images: Any, labels: Any, seed: int = 0, test_share: float = TEST_SHARE) -> LabelledImages:
    """Return standardised images in random order, split into training and test images.

    Args:
        images: one a row, of shape (N, d).
        labels: classes 0, 1, …, of shape (N,).
        seed: of the order.
        test_share: fraction of the images that are kept for the test, above 0 and below 1.

    Raises:
        InputError: the test share is out of range, or the images do not fit together.

    Example:
        >>> found = split(np.arange(12).reshape(4, 3), [0, 1, 0, 1], test_share=0.5)
        >>> found.inputs.shape, found.test_inputs.shape, found.classes
        ((2, 3), (2, 3), 2)
    """
    if not 0 < test_share < 1:
        raise InputError.of("test_share", test_share, "expected a fraction above 0 and below 1")
    classes = np.asarray(labels, dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(classes))
    held = max(1, round(test_share * len(classes)))
    inputs, classes = standardised(images)[order], classes[order]
    return LabelledImages(inputs[held:], classes[held:], inputs[:held], classes[:held], int(classes.max()) + 1)


def labelled_digits(seed: int = 0, test_share: float = TEST_SHARE) -> LabelledImages:
    """Return the digits of scikit-learn, split at random: 64 pixels, ten classes.

    Raises:
        InputError: the test share is out of range.
        MissingDataError: scikit-learn is missing.
    """
    table = digits_table()
    return split(table[:, :-1], table[:, -1], seed, test_share)


def labelled_faces(seed: int = 0, test_share: float = TEST_SHARE) -> LabelledImages:
    """Return the patches of scikit-image, split at random: 625 pixels, faces (class 1) and others (class 0).

    Raises:
        InputError: the test share is out of range.
        MissingDataError: scikit-image is missing.
    """
    patches = np.load(faces_path(), allow_pickle=False)
    return split(patches.reshape(len(patches), -1), np.arange(len(patches)) < FACES, seed, test_share)


def labelled_images(name: str, seed: int = 0, test_share: float = TEST_SHARE) -> LabelledImages:
    """Return ``digits`` or ``faces``, split at random.

    Raises:
        InputError: the name is another, or the test share is out of range.
        MissingDataError: the package with the images is missing.
    """
    known = {"digits": labelled_digits, "faces": labelled_faces}
    if name not in known:
        raise InputError.of("images", name, f"expected one of {', '.join(known)}")
    return known[name](seed, test_share)


def faces_path() -> Path:
    """Return where the patches are installed.

    Raises:
        MissingDataError: scikit-image is missing, or no longer holds the file.
    """
    spec = find_spec("skimage")
    if spec is None or spec.origin is None:
        raise MissingDataError("faces: scikit-image is not installed; run pip install 'eigenlaw[data]'")
    path = Path(spec.origin).parent / "data" / "lfw_subset.npy"
    if not path.is_file():
        raise MissingDataError("faces: not in this scikit-image; run pip install -U 'eigenlaw[data]'")
    return path


@cache
def labelled_hashes() -> dict[str, str]:
    """Return the SHA-256 of the files of the digits and of the faces, by their names.

    Raises:
        MissingDataError: a package is missing.
    """
    return digits_hash() | {faces_path().name: hashlib.sha256(faces_path().read_bytes()).hexdigest()}
