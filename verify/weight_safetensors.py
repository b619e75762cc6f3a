"""Tensors from .safetensors files: eight bytes of length, a JSON header, then the numbers."""

import json
import math
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from eigenlaw.verify.weight_tensors import (
    FLOAT_TYPES,
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

LONGEST_HEADER = 100_000_000
"""The limit of the format itself, in bytes."""


def read_safetensors(file: str, layout: Layout | None = None) -> WeightFile:
    """Return the tensors of a .safetensors file.

    Args:
        file: a path.
        layout: where the outputs are; first if not given.

    Raises:
        InputError: the header is malformed, tensors overlap or reach beyond the end, or there is no matrix.
    """
    size = Path(file).stat().st_size
    length = int.from_bytes(read_slice(file, 0, 8), "little")
    if length > min(LONGEST_HEADER, size - 8):
        raise refused(file, f"its header of {length} bytes does not fit into it; copy it again")
    header = json.loads(read_slice(file, 8, length).decode("utf-8"))
    if not isinstance(header, dict):
        raise refused(file, "its header is no JSON object")
    found: list[WeightTensor] = []
    skipped: list[tuple[str, str]] = []
    taken = []
    for key, entry in header.items():
        if key == "__metadata__":
            continue
        name = printable(key)
        kind, shape, (start, end) = entry["dtype"], tuple(entry["shape"]), entry["data_offsets"]
        if not all(type(number) is int and number >= 0 for number in (*shape, start, end)):
            raise refused(file, f"{name} has a shape or a place that is no whole number")
        if not start <= end <= size - 8 - length:
            raise refused(file, f"{name} reaches beyond the end of the file; copy it again")
        taken.append((start, end))
        if kind not in FLOAT_TYPES:
            skipped.append((name, f"holds {printable(kind)}, not numbers that are read here"))
        elif math.prod(shape) * bytes_of(FLOAT_TYPES[kind]) != end - start:
            raise refused(file, f"{name} is declared as {shown(shape)} of {kind} but has {end - start} bytes")
        else:
            load = _loader(file, 8 + length + start, end - start, FLOAT_TYPES[kind], shape)
            found.append(WeightTensor(file, name, shape, layout or "outputs first", load))
    taken.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(taken)):
        raise refused(file, "its tensors overlap; it was not written by a writer of the format")
    return sort_out(file, found, skipped)


def _loader(file: str, start: int, length: int, kind: str, shape: tuple[int, ...]) -> Callable[[], NDArray[Any]]:
    return lambda: as_floats(read_slice(file, start, length), kind, shape)
