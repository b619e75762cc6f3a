"""The digits: the file, exact down-sampling against plain block means, classes, and what is said when it is missing."""

import csv
import gzip

import numpy as np
import pytest
from flint import fmpq

from eigenlaw.numerics.ranks import rank, residues
from eigenlaw.verify import digits as module
from eigenlaw.verify.digits import area_overlaps, digits, digits_hash, digits_path, one_hot
from eigenlaw.verify.images import MissingDataError


def draw(n: int, side: int = 8, classes: int = 10) -> tuple[np.ndarray, np.ndarray]:
    return digits(np.random.default_rng(0), n, side, classes)


def test_they_are_the_digits_of_scikit_learn() -> None:
    X, labels = draw(1797)
    with gzip.open(digits_path(), "rt") as file:
        lines = [[int(float(entry)) for entry in line] for line in csv.reader(file)]
    ours = [[*(int((16 * v).p) for v in x), int(y)] for x, y in zip(X.T, labels, strict=True)]
    assert sorted(ours) == sorted(lines)
    assert np.bincount(labels).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert [len(value) for value in digits_hash().values()] == [64]


def test_three_pixels_are_always_empty() -> None:
    X, _ = draw(1797)
    assert rank(residues(X, 2**61 - 1)) == 61
    assert sum(all(v == 0 for v in row) for row in X) == 3
    assert [rank(draw(300, side)[0]) for side in (4, 5)] == [16, 25]


def test_side_four_is_the_mean_of_blocks() -> None:
    (full, labels), (small, same) = draw(20), draw(20, 4)
    blocks = full.reshape(4, 2, 4, 2, 20).sum(axis=(1, 3)) / fmpq(4)
    assert (blocks.reshape(16, 20) == small).all()
    assert (labels == same).all()


@pytest.mark.parametrize("side", [1, 3, 5, 7])
def test_down_sampling_keeps_the_mean(side: int) -> None:
    (full, _), (small, _) = draw(10), draw(10, side)
    assert (full.sum(axis=0) / fmpq(64) == small.sum(axis=0) / fmpq(side * side)).all()
    assert (area_overlaps(8, side).sum(axis=1) == 8).all()
    assert (area_overlaps(8, side).sum(axis=0) == side).all()


def test_only_the_first_classes_are_drawn() -> None:
    X, labels = draw(100, 2, 3)
    assert X.shape == (4, 100)
    assert set(labels.tolist()) == {0, 1, 2}
    assert (one_hot(labels, 3).sum(axis=0) == 1).all()
    assert (one_hot(labels, 3).argmax(axis=0) == labels).all()
    with pytest.raises(ValueError, match="digits below 1"):
        draw(1000, 8, 1)


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    with pytest.raises(MissingDataError, match=r"pip install 'eigenlaw\[data\]'"):
        module.digits_path()
