"""Photographs and their crops: sizes, means, the resampling of simple images, and what is said when none is there."""

from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest

from eigenlaw.verify import campaign, images
from eigenlaw.verify.judge import Verdict


def test_crops_of_a_constant_image_are_constant() -> None:
    patch = images.random_crop(np.random.default_rng(0), np.full((40, 50, 2), 0.25), side=7)
    assert patch.shape == (2, 7, 7)
    np.testing.assert_allclose(patch, 0.25, rtol=1e-14)


def test_crops_keep_linear_gradients() -> None:
    """Away from the edges, interpolation with symmetric weights is exact on a linear image."""
    size, side = 60, 6
    weights = images.resampling(size, side)
    np.testing.assert_allclose(weights.sum(axis=1), 1, rtol=1e-14)
    places = weights @ (np.arange(size) + 0.5)
    np.testing.assert_allclose(places[1:-1], (np.arange(side) + 0.5)[1:-1] * size / side, rtol=1e-12)
    enlarged = images.resampling(5, 20) @ (np.arange(5) + 0.5)
    np.testing.assert_allclose(enlarged[2:-2], (np.arange(20) + 0.5)[2:-2] / 4, rtol=1e-12)


def test_crops_lie_where_they_should() -> None:
    """Corners are reached, and the area is between 8 % and all of the image."""
    rng = np.random.default_rng(1)
    height, width = 30, 40
    image = np.stack(np.meshgrid(np.arange(height), np.arange(width), indexing="ij"), axis=2).astype(float)
    spans = np.array([np.ptp(images.random_crop(rng, image, side=30), axis=(1, 2)) for _ in range(300)])
    areas = spans[:, 0] * spans[:, 1] / height / width
    assert 0.04 < areas.min() < 0.12
    assert 0.8 < areas.max() <= 1
    assert 0.4 < areas.mean() < 0.6


def test_photographs_are_there_and_differ() -> None:
    hashes = images.photograph_hashes()
    assert len(set(hashes.values())) == len(images.PHOTOGRAPHS) == 6
    assert all(len(value) == 64 for value in hashes.values())
    found = images.photograph("china.jpg")
    assert found.shape == (427 // 3, 640 // 3, 3)
    assert 0 <= found.min() < found.max() <= 1
    patches = images.photograph_patches(np.random.default_rng(0), 5, side=8)
    assert patches.shape == images.gaussian_images(np.random.default_rng(0), 5, side=8).shape == (5, 3, 8, 8)
    np.testing.assert_array_equal(patches, images.photograph_patches(np.random.default_rng(0), 5, side=8))


@pytest.mark.parametrize("name", sorted(images.PHOTOGRAPHS))
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "find_spec", lambda _: None)
    with pytest.raises(images.MissingDataError, match=r"pip install 'eigenlaw\[data\]'"):
        images.photograph_path(name)


def test_a_claim_without_its_photographs_is_unsettled() -> None:
    future: Future[tuple[Verdict, float]] = Future()
    future.set_exception(images.MissingDataError("photograph=x: run pip install 'eigenlaw[data]'"))
    verdict, _ = campaign._outcome(future)
    assert verdict.verdict == "unsettled"
    assert "pip install 'eigenlaw[data]'" in verdict.evidence["reason"]


def test_a_release_without_the_file_is_told_from_a_missing_package(monkeypatch: pytest.MonkeyPatch) -> None:
    entry: dict[str, Any] = {"gone.png": ("skimage", "data", "scikit-image")}
    monkeypatch.setattr(images, "PHOTOGRAPHS", entry)
    with pytest.raises(images.MissingDataError, match="not in this scikit-image"):
        images.photograph_path("gone.png")
