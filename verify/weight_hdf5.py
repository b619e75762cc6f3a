"""Tensors from HDF5 files, as Keras writes them, with h5py (extra `weights`); no link and no plugin is followed."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.weight_tensors import (
    SMALL,
    Layout,
    WeightFile,
    WeightTensor,
    check_expansion,
    library,
    printable,
    sort_out,
)

FILTERS = {1, 2, 3, 32000}
"""deflate, shuffle, fletcher32 and h5py's own lzf; any other would have HDF5 look for a plugin to load."""


def read_hdf5(file: str, layout: Layout | None = None) -> WeightFile:
    """Return the tensors of an HDF5 file.

    Args:
        file: a path.
        layout: where the outputs are; last, as in Keras, if not given.

    Raises:
        InputError: h5py is not installed, the file is malformed, or holds no matrix.
    """
    h5py = library(file, "h5py", "an HDF5 file")
    found: list[WeightTensor] = []
    skipped: list[tuple[str, str]] = []
    with h5py.File(file, "r") as root:
        for path, dataset in _datasets(h5py, root, skipped):
            name = printable(path)
            reason = _objection(file, dataset)
            if reason:
                skipped.append((name, reason))
            else:
                load = _loader(file, path, dataset.dtype)
                found.append(WeightTensor(file, name, tuple(dataset.shape), layout or "outputs last", load))
    return sort_out(file, found, skipped)


def _datasets(h5py: Any, root: Any, skipped: list[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    """Yield path and dataset of everything that hard links reach, each object once."""
    seen = {h5py.h5o.get_info(root.id).addr}
    waiting = [("", root)]
    while waiting:
        path, group = waiting.pop()
        inner = []
        for key in group:
            below = f"{path}/{key}"
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                skipped.append((printable(below), "is a link, which is not followed"))
                continue
            node = group[key]
            if h5py.h5o.get_info(node.id).addr in seen:
                continue
            seen.add(h5py.h5o.get_info(node.id).addr)
            if isinstance(node, h5py.Group):
                inner.append((below, node))
            elif isinstance(node, h5py.Dataset):
                yield below, node
        waiting += inner[::-1]


def _objection(file: str, dataset: Any) -> str | None:
    """Return why a dataset is not read.

    Raises:
        InputError: it would unpack to far more than is stored.
    """
    if dataset.shape is None or dataset.dtype.kind != "f" or dataset.dtype.itemsize > 8:
        return "holds no real numbers"
    properties = dataset.id.get_create_plist()
    if dataset.is_virtual or dataset.external:
        return "is kept in another file, which is not followed"
    if any(properties.get_filter(index)[0] not in FILTERS for index in range(properties.get_nfilters())):
        return "is packed with a filter that would need a plugin"
    unpacked = math.prod(dataset.shape) * dataset.dtype.itemsize
    check_expansion(file, unpacked, dataset.id.get_storage_size())
    if math.prod(dataset.chunks or (1,)) * dataset.dtype.itemsize > max(SMALL, 16 * unpacked):
        return "is cut into pieces that are larger than itself"
    if unpacked and not dataset.id.get_storage_size():
        return "is declared but was never written"
    return None


def _loader(file: str, path: str, dtype: np.dtype[Any]) -> Callable[[], NDArray[Any]]:
    def load() -> NDArray[Any]:
        with library(file, "h5py", "an HDF5 file").File(file, "r") as root:
            return np.asarray(root[path][()], dtype=dtype)

    return load
