"""Weights of a trained network from a file of any kind that is read here, found by its first bytes; nothing is run."""

import zipfile
from pathlib import Path

from eigenlaw.verify.weight_arrays import read_npy, read_npz
from eigenlaw.verify.weight_checkpoints import OLD_MAGIC, read_checkpoint
from eigenlaw.verify.weight_hdf5 import read_hdf5
from eigenlaw.verify.weight_onnx import read_onnx
from eigenlaw.verify.weight_safetensors import read_safetensors
from eigenlaw.verify.weight_tensors import Layout, WeightFile, reading, refused

KINDS = ".npz, .npy, .safetensors, .onnx, HDF5 (.h5, .hdf5, .keras.h5) or a PyTorch state_dict (.pt, .pth)"


def read_weights(file: str, layout: Layout | None = None) -> WeightFile:
    """Return the tensors of a file that have a spectrum; their numbers are read only when asked for.

    Args:
        file: a path to a .npz, .npy, .safetensors, .onnx, HDF5 or PyTorch file.
        layout: where the axis of the outputs is, if not where the kind of file has it: first in .safetensors, .onnx
            and PyTorch files, last in HDF5 files; in NumPy's files it is guessed from the shape.

    Returns:
        One matrix or more, and why everything else was left out.

    Raises:
        InputError: the file is missing, damaged, truncated, refused, of an unknown kind, or holds no matrix.

    Example:
        >>> import numpy as np, tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = str(pathlib.Path(folder, "layer.npy"))
        ...     np.save(path, np.ones((3, 5)))
        ...     [(tensor.name, tensor.matrix().shape) for tensor in read_weights(path).tensors]
        [('array', (5, 3))]
    """
    with reading(file):
        path = Path(file)
        if path.exists() and not path.is_file():
            raise refused(file, f"expected a file: {KINDS}")
        with path.open("rb") as stream:
            start = stream.read(64)
        if start.startswith(b"PK"):
            return _archive(file, layout)
        if start.startswith(b"\x93NUMPY"):
            return read_npy(file, layout)
        if start.startswith(b"\x89HDF\r\n\x1a\n"):
            return read_hdf5(file, layout)
        if start[2:].startswith(OLD_MAGIC):
            return read_checkpoint(file, layout)
        if start[8:9] == b"{":
            return read_safetensors(file, layout)
        if path.suffix.lower() == ".onnx":
            return read_onnx(file, layout)
        if start.startswith(b"\x80"):
            raise refused(file, "a pickle, which is never executed; save arrays as .npz, or a state_dict with PyTorch")
        raise refused(file, f"{'it is empty' if not start else 'of no kind that is read here'}; expected {KINDS}")


def _archive(file: str, layout: Layout | None) -> WeightFile:
    with zipfile.ZipFile(file) as archive:
        checkpoint = any(name.rpartition("/")[2] in {"data.pkl", "constants.pkl"} for name in archive.namelist())
    return (read_checkpoint if checkpoint else read_npz)(file, layout)
