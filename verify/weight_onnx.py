"""Tensors from .onnx files, with the library of the format (extra `weights`); no other file is opened, nothing is run.

The library parses a file as a whole, and protocol buffers hold at most 2 GiB; it is parsed again for each tensor that
is asked for, so that a model is never kept in memory beside the matrices that are made of it. Parsing makes an object
of every node, attribute and tensor, an empty one too: two bytes become 150. So what is in a file is counted beforehand,
and more than two million parts are refused.
"""

import functools
import math
import mmap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from eigenlaw.verify.weight_tensors import (
    Layout,
    WeightFile,
    WeightTensor,
    library,
    printable,
    refused,
    shown,
    sort_out,
)

KINDS = {"FLOAT": "float_data", "FLOAT16": "int32_data", "BFLOAT16": "int32_data", "DOUBLE": "double_data"}
"""The number types that are read, and where they are if not in raw_data."""

MOST_PARTS = 2 * 10**6
"""Fields of nodes, attributes, tensors and so on; a model of ten thousand nodes has about two hundred thousand."""

BYTES = {"FLOAT": 4, "FLOAT16": 2, "BFLOAT16": 2, "DOUBLE": 8}


def read_onnx(file: str, layout: Layout | None = None) -> WeightFile:
    """Return the tensors of an .onnx file: initializers and constants, in functions and in graphs within graphs too.

    Args:
        file: a path.
        layout: where the outputs are; first if not given.

    Raises:
        InputError: the library is not installed, the file is malformed, keeps its numbers in other files, or holds no
            matrix.
    """
    onnx = library(file, "onnx", "an .onnx file")
    found: list[WeightTensor] = []
    skipped: list[tuple[str, str]] = []
    if not Path(file).stat().st_size:
        raise refused(file, "it is empty")
    with Path(file).open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        _count_parts(file, mapped, onnx.ModelProto.DESCRIPTOR)
    kinds = {number: kind for kind, number in onnx.TensorProto.DataType.items()}
    for place, (label, tensor) in enumerate(_tensors(_model(file))):
        name, shape = printable(label or "unnamed"), tuple(tensor.dims)
        kind = kinds.get(tensor.data_type, "unknown")
        if tensor.external_data or tensor.data_location == onnx.TensorProto.EXTERNAL:
            raise refused(file, f"{name} is kept in another file, which is not followed; save the model as one file")
        if kind not in KINDS:
            skipped.append((name, "holds no real numbers"))
            continue
        numbers = len(tensor.raw_data) / BYTES[kind] if tensor.raw_data else len(getattr(tensor, KINDS[kind]))
        if any(side < 0 for side in shape) or numbers != math.prod(shape):
            raise refused(file, f"{name} is declared as {shown(shape)} but holds {numbers:g} numbers")
        found.append(WeightTensor(file, name, shape, layout or "outputs first", _loader(file, place)))
    return sort_out(file, found, skipped)


def _model(file: str) -> Any:
    """Parse a file.

    Raises:
        InputError: it is malformed, or its graphs are nested too deeply for protocol buffers.
    """
    onnx = library(file, "onnx", "an .onnx file")
    broken = library(file, "google.protobuf.message", "an .onnx file").DecodeError
    try:
        return onnx.load(file, format="protobuf", load_external_data=False)
    except broken as error:
        raise refused(file, f"not a well-formed .onnx file ({printable(error)}); copy it again") from error


def _count_parts(file: str, data: mmap.mmap, kind: Any) -> None:
    """Walk through the fields of a message and of the messages in it, without parsing any.

    Args:
        file: the path, for the message.
        data: the file.
        kind: the descriptor of the outermost message.

    Raises:
        InputError: there are too many, or the bytes are no protocol buffer.
    """
    parts, waiting = 0, [(0, len(data), _inner(kind))]
    while waiting:
        place, end, inner = waiting.pop()
        while place < end:
            key, start = _number(data, place)
            wire, length = key & 7, {0: 0, 1: 8, 5: 4}.get(key & 7)
            if wire in {0, 2}:
                number, start = _number(data, start)
                length = number if wire else 0
            if length is None or start + length > end:
                raise refused(file, "not a well-formed .onnx file (a part is too long, or of no kind); copy it again")
            place = start + length
            if wire == 2 and key >> 3 in inner:
                waiting.append((start, place, _inner(inner[key >> 3])))
            parts += 1
            if parts > MOST_PARTS:
                raise refused(
                    file, f"it has more than {MOST_PARTS} parts, as no trained network has: refused as a bomb"
                )


@functools.cache
def _inner(kind: Any) -> dict[int, Any]:
    """Return the descriptors of the messages in a message, by number."""
    return {field.number: field.message_type for field in kind.fields if field.message_type}


def _number(data: mmap.mmap, place: int) -> tuple[int, int]:
    """Return the number of variable length at a place, and the place after it."""
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 127) << shift
        place, shift = place + 1, shift + 7
        if byte < 128:
            return value, place
        if shift > 63:
            raise ValueError("a number of more than ten bytes")


def _tensors(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield name and tensor of everything that holds numbers, always in the same order."""
    yield from _graph(model.graph)
    for function in model.functions:
        yield from _nodes(function.node)


def _graph(graph: Any) -> Iterator[tuple[str, Any]]:
    yield from _nodes(graph.node)
    for tensor in graph.initializer:
        yield tensor.name, tensor


def _nodes(nodes: Any) -> Iterator[tuple[str, Any]]:
    for node in nodes:
        for attribute in node.attribute:
            for tensor in (*([attribute.t] if attribute.HasField("t") else []), *attribute.tensors):
                yield tensor.name or (node.output[0] if node.output else ""), tensor
            for graph in (*([attribute.g] if attribute.HasField("g") else []), *attribute.graphs):
                yield from _graph(graph)


def _loader(file: str, place: int) -> Callable[[], NDArray[Any]]:
    def load() -> NDArray[Any]:
        numpy_helper = library(file, "onnx.numpy_helper", "an .onnx file")
        for index, (_, tensor) in enumerate(_tensors(_model(file))):
            if index == place:
                numbers: NDArray[Any] = numpy_helper.to_array(tensor)
                return numbers
        raise refused(file, "it was changed while it was read")

    return load
