"""Tensors from PyTorch checkpoints, new (a zip archive) and old (five pickles), without PyTorch and executing nothing.

The pickle inside says which numbers make which tensor; it is read by `weight_pickles`, which calls nothing. Beyond
what a state dictionary of tensors needs, no name is accepted, so that a file that would run something is refused.
"""

import io
import math
import mmap
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.weight_arrays import check_archive
from eigenlaw.verify.weight_pickles import Call, Name, Outside, inert_pickle
from eigenlaw.verify.weight_tensors import (
    Layout,
    WeightFile,
    WeightTensor,
    as_floats,
    bytes_of,
    printable,
    read_slice,
    refused,
    shown,
    sort_out,
)

OLD_MAGIC = b"\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
"""The end of the first pickle of an old checkpoint: a long integer and a stop."""

LONGEST_PICKLE = 2**27
"""Bytes of the largest pickle inside an archive that is read."""

STORAGES = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "BFloat16Storage": "bfloat16",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
    "ComplexFloatStorage": "<c8",
    "ComplexDoubleStorage": "<c16",
}
HARMLESS = re.compile(
    r"collections\.OrderedDict|collections\.defaultdict|(__builtin__|builtins)\.(set|frozenset|dict|list|complex)"
    r"|torch\._utils\._rebuild_(tensor|tensor_v2|parameter|parameter_with_state)|torch\.nn\.parameter\.Parameter"
    r"|torch\.(Size|device|dtype|Tensor|(float|bfloat|int|uint|complex)\d+|half|double|long|bool)"
    r"|torch\.(cuda\.|storage\.)?\w+Storage|_codecs\.encode"
    r"|numpy\.(_?core\.multiarray\.(scalar|_reconstruct)|dtype|ndarray|dtypes\.\w+|float64|float32|int64|bool_)"
)
Read = Callable[[str, int], bytes]


def read_checkpoint(file: str, layout: Layout | None = None) -> WeightFile:
    """Return the tensors of a PyTorch checkpoint.

    Args:
        file: a path.
        layout: where the outputs are; first if not given.

    Raises:
        InputError: the file is malformed, asks for anything but tensors, or holds no matrix.
    """
    if zipfile.is_zipfile(file):
        tree, read, sizes = _open_archive(file)
    else:
        tree, read, sizes = _open_old(file)
    found: list[WeightTensor] = []
    skipped: list[tuple[str, str]] = []
    for path, call in _tensors(file, tree):
        name = printable(path)
        kind, key, shape, strides, offset = _parts(file, name, call)
        if kind not in {"<f8", "<f4", "<f2", "bfloat16"}:
            skipped.append((name, f"holds {np.dtype(kind).name}, not real numbers"))
            continue
        reach = offset + sum((side - 1) * step for side, step in zip(shape, strides, strict=True)) + 1
        numbers = sizes(key) // bytes_of(kind)
        count = math.prod(shape)
        if count > numbers or (count > 0 and reach > numbers):
            raise refused(file, f"{name} is declared as {shown(shape)} but only {numbers} numbers are stored for it")
        load = _loader(read, key, sizes(key), kind, shape, strides, offset)
        found.append(WeightTensor(file, name, shape, layout or "outputs first", load))
    return sort_out(file, found, skipped)


def _open_archive(file: str) -> tuple[Any, Read, Callable[[str], int]]:
    """Return the tree, a reader of numbers and their sizes in bytes, of a checkpoint that is a zip archive."""
    with zipfile.ZipFile(file) as archive:
        check_archive(file, archive)
        entries = {entry.filename: entry.file_size for entry in archive.infolist()}
        pickles = [name for name in entries if name.rpartition("/")[2] == "data.pkl"]
        if len(pickles) != 1:
            raise refused(file, f"expected one data.pkl in it, found {len(pickles)}")
        root = pickles[0].removesuffix("data.pkl")
        if any(name.startswith(f"{root}code/") for name in entries):
            raise refused(file, "a TorchScript program, which is not run; save its state_dict instead")
        if f"{root}byteorder" in entries and archive.read(f"{root}byteorder") != b"little":
            raise refused(file, "its numbers are not little-endian; save it again on another machine")
        if entries[pickles[0]] > LONGEST_PICKLE:
            raise refused(file, "its pickle is too long for a state dictionary")
        tree = inert_pickle(io.BytesIO(archive.read(pickles[0])))

    def read(key: str, length: int) -> bytes:
        with zipfile.ZipFile(file) as again, again.open(f"{root}data/{key}") as stream:
            return stream.read(length)

    return tree, read, lambda key: entries.get(f"{root}data/{key}", 0)


def _open_old(file: str) -> tuple[Any, Read, Callable[[str], int]]:
    """Return the same for an old checkpoint: magic number, version, system, tree, keys, then the numbers."""
    with Path(file).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        for _ in range(3):
            inert_pickle(mapped)
        tree = inert_pickle(mapped)
        keys = inert_pickle(mapped)
        kinds = {label[2]: STORAGES[label[1].name] for label in _labels(file, tree)}
        places: dict[str, tuple[int, int]] = {}
        for key in keys:
            length = int.from_bytes(mapped.read(8), "little") * bytes_of(kinds[key])
            places[key] = (mapped.tell(), length)
            if mapped.tell() + length > len(mapped):
                raise refused(file, "it ends too early; copy it again")
            mapped.seek(length, 1)
    return tree, lambda key, length: read_slice(file, places[key][0], length), lambda key: places.get(key, (0, 0))[1]


def _labels(file: str, tree: Any) -> Iterator[Any]:
    """Yield the label of every storage: ("storage", type, key, device, number of elements, …)."""
    for path, call in _tensors(file, tree):
        _parts(file, printable(path), call)
        yield call.arguments[0].label


def _tensors(file: str, tree: Any) -> Iterator[tuple[str, Call]]:
    """Yield path and call of every tensor in a tree, each object once, however it is entangled.

    Raises:
        InputError: something other than tensors and plain values is asked for.
    """
    seen: set[int] = set()
    waiting: list[tuple[str, Any]] = [("", tree)]
    while waiting:
        path, node = waiting.pop()
        if not isinstance(node, dict | list | tuple | Call | Name | Outside) or id(node) in seen:
            continue
        seen.add(id(node))
        inner: list[tuple[str, Any]] = []
        match node:
            case Name() if not HARMLESS.fullmatch(f"{node.module}.{node.name}"):
                raise refused(file, f"it asks for {node}, which no state dictionary needs; nothing of it was executed")
            case Call(function=Name(name="_rebuild_tensor" | "_rebuild_tensor_v2")):
                yield path, node
                inner = [(path, node.function)]
            case Call():
                inner = [(path, node.function), (path, node.arguments)]
            case Outside():
                inner = [(path, node.label)]
            case dict():
                inner = [(f"{path}.{key}" if path else str(key), value) for key, value in node.items()]
            case list() | tuple():
                inner = [(path, value) for value in node]
        waiting += inner[::-1]


def _parts(file: str, name: str, call: Call) -> tuple[str, str, tuple[int, ...], tuple[int, ...], int]:
    """Return number type, key, shape, strides and offset (in numbers) of a tensor, all checked."""
    match call.arguments:
        case (
            Outside(label=("storage", Name(name=storage), str(key), *_)),
            int(offset),
            tuple(shape),
            tuple(strides),
            *_,
        ):
            whole = all(type(number) is int and number >= 0 for number in (*shape, *strides, offset))
            if storage in STORAGES and whole and len(shape) == len(strides):
                return STORAGES[storage], key, shape, strides, offset
    raise refused(file, f"{name} is not described as a tensor is; save it again as a state_dict")


def _loader(
    read: Read, key: str, length: int, kind: str, shape: tuple[int, ...], strides: tuple[int, ...], offset: int
) -> Callable[[], NDArray[Any]]:
    def load() -> NDArray[Any]:
        numbers = as_floats(read(key, length), kind, (length // bytes_of(kind),))[offset:]
        steps = tuple(step * numbers.itemsize for step in strides)
        return np.lib.stride_tricks.as_strided(numbers, shape, steps, writeable=False)

    return load
