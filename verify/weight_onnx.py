"""Tensors from .onnx files, by reading the few protocol-buffer fields that hold numbers; nothing else is interpreted.

Fields, of onnx.proto: ModelProto.graph 7; GraphProto.node 1, .initializer 5; NodeProto.output 2, .attribute 5;
AttributeProto.t 5, .g 6, .tensors 10, .graphs 11; TensorProto.dims 1, .data_type 2, .float_data 4, .name 8,
.raw_data 9, .double_data 10, .external_data 13, .data_location 14.
"""

import math
import mmap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

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

KINDS = {1: "<f4", 10: "<f2", 11: "<f8", 16: "bfloat16"}
DEEPEST = 32
"""Graphs within graphs."""

Bytes = Any  # a memory-mapped file


@dataclass
class _Tensor:
    name: str = ""
    shape: list[int] = field(default_factory=list)
    kind: int = 0
    pieces: list[tuple[int, int]] = field(default_factory=list)
    external: bool = False


def read_onnx(file: str, layout: Layout | None = None) -> WeightFile:
    """Return the tensors of an .onnx file: initializers and constants, in graphs within graphs too.

    Args:
        file: a path.
        layout: where the outputs are; first if not given.

    Raises:
        InputError: the file is malformed, keeps its numbers in other files, or holds no matrix.
    """
    found: list[WeightTensor] = []
    skipped: list[tuple[str, str]] = []
    if not Path(file).stat().st_size:
        raise refused(file, "it is empty")
    with Path(file).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        tensors = list(_model(mapped))
    for tensor in tensors:
        name, shape = printable(tensor.name or "unnamed"), tuple(tensor.shape)
        if tensor.external:
            raise refused(file, f"{name} is kept in another file, which is not followed; save the model as one file")
        length = sum(end - start for start, end in tensor.pieces)
        if tensor.kind not in KINDS:
            skipped.append((name, "holds no real numbers"))
        elif not length and tensor.kind in {10, 16}:
            skipped.append((name, "holds 16-bit numbers as integers, which are not read here"))
        elif length != math.prod(shape) * bytes_of(KINDS[tensor.kind]):
            raise refused(file, f"{name} is declared as {shown(shape)} but has {length} bytes")
        else:
            load = _loader(file, tensor.pieces, KINDS[tensor.kind], shape)
            found.append(WeightTensor(file, name, shape, layout or "outputs first", load))
    return sort_out(file, found, skipped)


def _loader(file: str, pieces: list[tuple[int, int]], kind: str, shape: tuple[int, ...]) -> Callable[[], NDArray[Any]]:
    return lambda: as_floats(b"".join(read_slice(file, start, end - start) for start, end in pieces), kind, shape)


def _varint(data: Bytes, place: int, end: int) -> tuple[int, int]:
    """Return a number of seven bits a byte and the place after it."""
    value = 0
    for shift in range(0, 70, 7):
        if place >= end:
            raise EOFError("it ends within a number")
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
    raise ValueError("a number of more than 64 bits")


def _fields(data: Bytes, place: int, end: int) -> Iterator[tuple[int, int | None, int, int]]:
    """Yield field number, the value of a whole number or nothing, and where the contents begin and end."""
    while place < end:
        key, place = _varint(data, place, end)
        number, wire = key >> 3, key & 7
        value = None
        if wire == 0:
            value, stop = _varint(data, place, end)
        elif wire == 2:
            length, place = _varint(data, place, end)
            stop = place + length
        elif wire in {1, 5}:
            stop = place + (8 if wire == 1 else 4)
        else:
            raise ValueError(f"wire type {wire}")
        if stop > end:
            raise EOFError("it ends within a field")
        yield number, value, place, stop
        place = stop


def _numbers(data: Bytes, place: int, end: int) -> list[int]:
    """Return whole numbers that are packed one after the other."""
    values = []
    while place < end:
        value, place = _varint(data, place, end)
        values.append(value)
    return values


def _model(data: Bytes) -> Iterator[_Tensor]:
    for number, _, start, end in _fields(data, 0, len(data)):
        if number == 7:
            yield from _graph(data, start, end, 0)


def _graph(data: Bytes, start: int, end: int, depth: int) -> Iterator[_Tensor]:
    if depth > DEEPEST:
        raise ValueError("too many graphs within graphs")
    for number, _, first, last in _fields(data, start, end):
        if number == 5:
            yield _tensor(data, first, last, "")
        elif number == 1:
            yield from _node(data, first, last, depth)


def _node(data: Bytes, start: int, end: int, depth: int) -> Iterator[_Tensor]:
    fields = list(_fields(data, start, end))
    outputs = [bytes(data[first:last]).decode("utf-8", "replace") for number, _, first, last in fields if number == 2]
    for number, _, first, last in fields:
        if number == 5:
            for inner, _, begin, stop in _fields(data, first, last):
                if inner in {5, 10}:
                    yield _tensor(data, begin, stop, outputs[0] if outputs else "")
                elif inner in {6, 11}:
                    yield from _graph(data, begin, stop, depth + 1)


def _tensor(data: Bytes, start: int, end: int, name: str) -> _Tensor:
    tensor = _Tensor(name)
    for number, value, first, last in _fields(data, start, end):
        if number == 1:
            tensor.shape += _numbers(data, first, last) if value is None else [value]
        elif number == 2:
            tensor.kind = value or 0
        elif number == 8:
            tensor.name = bytes(data[first:last]).decode("utf-8", "replace") or name
        elif number in {4, 9, 10}:
            tensor.pieces.append((first, last))
        elif number == 13 or (number == 14 and value == 1):
            tensor.external = True
    return tensor
