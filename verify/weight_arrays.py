"""Tensors from NumPy's .npy and .npz files; nothing that is pickled is ever loaded."""

import ast
import contextlib
import math
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from eigenlaw.verify.weight_tensors import (
    LARGEST,
    Layout,
    WeightFile,
    WeightTensor,
    check_expansion,
    printable,
    refused,
    shown,
    sort_out,
)

STORED_OR_DEFLATED = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
LONGEST_HEADER = 10_000
"""Characters of a header; that of a tensor of eight axes has about 150."""

OTHER_KINDS = {"i": "integers", "u": "integers", "b": "booleans", "c": "complex numbers", "V": "records", "U": "text"}


def read_npy(file: str, layout: Layout | None = None) -> WeightFile:
    """Return the one tensor of a .npy file.

    Args:
        file: a path.
        layout: where the outputs are; guessed from the shape if not given.

    Raises:
        InputError: it is not such a file, or holds no matrix of floating-point numbers.
    """
    size = Path(file).stat().st_size
    found: list[WeightTensor] = []
    skipped: list[tuple[str, str]] = []
    with Path(file).open("rb") as stream:
        _examine(file, None, stream, size, layout, found, skipped)
    return sort_out(file, found, skipped)


def read_npz(file: str, layout: Layout | None = None) -> WeightFile:
    """Return the tensors of a .npz file; see `read_npy`."""
    found: list[WeightTensor] = []
    skipped: list[tuple[str, str]] = []
    with zipfile.ZipFile(file) as archive:
        check_archive(file, archive)
        for entry in archive.infolist():
            if entry.filename.endswith(".npy"):
                with archive.open(entry) as stream:
                    _examine(file, entry.filename, stream, entry.file_size, layout, found, skipped)
            else:
                skipped.append((printable(entry.filename), "is no array"))
    return sort_out(file, found, skipped)


def check_archive(file: str, archive: zipfile.ZipFile) -> None:
    """Refuse a zip archive whose entries unpack to far more than the file, are encrypted or packed in a rare way."""
    check_expansion(file, sum(entry.file_size for entry in archive.infolist()), Path(file).stat().st_size)
    for entry in archive.infolist():
        if entry.flag_bits & 1 or entry.compress_type not in STORED_OR_DEFLATED:
            raise refused(
                file, f"its entry {printable(entry.filename)} is encrypted or packed in an unusual way; save again"
            )


@contextlib.contextmanager
def _opened(file: str, entry: str | None) -> Iterator[IO[bytes]]:
    """Open a file, or an entry of an archive."""
    if entry is None:
        with Path(file).open("rb") as stream:
            yield stream
    else:
        with zipfile.ZipFile(file) as archive, archive.open(entry) as packed:
            yield packed


def _examine(
    file: str,
    entry: str | None,
    stream: IO[bytes],
    size: int,
    layout: Layout | None,
    found: list[WeightTensor],
    skipped: list[tuple[str, str]],
) -> None:
    """Read the header of one array and note it as found or skipped; the numbers are read later."""
    name = printable((entry or "array").removesuffix(".npy"))
    shape, order, kind = _header(file, name, stream)
    if kind[1:] == "O":
        skipped.append((name, "holds pickled objects, which are never loaded"))
        return
    if kind[1:] not in {"f2", "f4", "f8"}:
        skipped.append((name, f"holds {OTHER_KINDS.get(kind[1:2], printable(kind))}, not real numbers"))
        return
    length = math.prod(shape) * int(kind[2:])
    if stream.tell() + length > size:
        raise refused(file, f"{name} is declared as {shown(shape)} but {size} bytes cannot hold that; copy it again")

    def load() -> NDArray[Any]:
        with _opened(file, entry) as numbers:
            _header(file, name, numbers)
            data = numbers.read(length) if math.prod(shape) <= LARGEST else b""
        if len(data) != length:
            raise refused(file, f"{name} ends too early; copy it again")
        return np.frombuffer(data, dtype=kind).reshape(shape, order=order)

    found.append(WeightTensor(file, name, shape, layout or _guess(shape), load))


def _header(file: str, name: str, stream: IO[bytes]) -> tuple[tuple[int, ...], Literal["C", "F"], str]:
    """Read shape, order and number type: magic, version, length, and a Python dictionary of plain values."""
    start = stream.read(8)
    wide = start[6:7] != b"\x01"
    length = int.from_bytes(stream.read(4 if wide else 2), "little")
    if not start.startswith(b"\x93NUMPY") or start[6:7] not in {b"\x01", b"\x02", b"\x03"} or length > LONGEST_HEADER:
        raise refused(file, f"{name} has no header of a .npy file; save it again")
    text = stream.read(length).decode("utf-8" if start[6:7] == b"\x03" else "latin-1")
    if "\\" in text:
        raise refused(file, f"{name} has a header with escapes, which NumPy does not write; save it again")
    header = ast.literal_eval(text.strip())
    shape, kind = header["shape"], header["descr"]
    if not isinstance(shape, tuple) or not all(type(side) is int and side >= 0 for side in shape):
        raise refused(file, f"{name} is declared as {printable(shape)}, expected a shape")
    return shape, "F" if header["fortran_order"] else "C", kind if isinstance(kind, str) else "|V"


def _guess(shape: tuple[int, ...]) -> Layout:
    """Guess that small leading axes are the window of a convolution, as in (3, 3, in, out)."""
    last = len(shape) > 2 and max(shape[:-2]) <= 11 and max(shape[:-2]) < min(shape[-2:])
    return "outputs last" if last else "outputs first"
