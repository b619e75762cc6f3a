"""Tensors from .onnx files, with the library of the format (extra `weights`); no other file is opened, nothing is run.

The library parses a file as a whole, and protocol buffers hold at most 2 GiB; it is parsed again for each tensor that
is asked for, so that a model is never kept in memory beside the matrices that are made of it. A file made to waste
memory, of millions of empty nodes, takes about 80 times its size: less than the hundredfold that archives are allowed.
"""

import math
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
