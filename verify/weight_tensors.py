"""A trained tensor in a file, loaded only when asked, and the rectangular matrix that its spectrum is taken of."""

import contextlib
import importlib
import math
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from eigenlaw.theory.errors import InputError

Floats = NDArray[np.float64]
Layout = Literal["outputs first", "outputs last"]

LARGEST = 2**28
"""Entries of the largest tensor that is analysed: 2 GiB in float64."""

SMALL = 2**24
"""Bytes below which nothing is called a bomb."""

EXPANSION = 100
"""How many times its stored size something larger than that may grow when it is unpacked."""


@dataclass(frozen=True)
class WeightTensor:
    """A tensor of floating-point numbers in a file.

    Attributes:
        file: the path as the user gave it.
        name: its name in the file, printable.
        shape: two axes or more.
        layout: where the axis of the outputs is: first in PyTorch and ONNX (out, in, height, width), last in Keras
            (height, width, in, out).
        load: reads it, in the type that it is stored in.
    """

    file: str
    name: str
    shape: tuple[int, ...]
    layout: Layout
    load: Callable[[], NDArray[Any]]

    @property
    def sides(self) -> tuple[int, int]:
        """Return the shape of the matrix, larger side first."""
        outputs = self._trimmed[0 if self.layout == "outputs first" else -1]
        inputs = math.prod(self._trimmed) // outputs if outputs else 0
        return max(outputs, inputs), min(outputs, inputs)

    @property
    def _trimmed(self) -> tuple[int, ...]:
        """The shape without the one direction of a recurrent layer in ONNX: (1, 4·hidden, in)."""
        return self.shape[1:] if len(self.shape) == 3 and self.shape[0] == 1 else self.shape

    def matrix(self) -> Floats:
        """Return the n × m matrix, n ≥ m, in float64.

        A tensor of more than two axes is a linear map from patches to outputs: (out, in, h, w) becomes out × (in·h·w),
        (h, w, in, out) becomes (h·w·in) × out; then the larger side comes first.

        Raises:
            InputError: the file does not hold what it declared, or an entry is not finite.
        """
        with reading(self.file), np.errstate(all="ignore"):  # what is not finite is counted below
            values = self.load()
        if values.size != math.prod(self.shape):
            raise refused(self.file, f"{self.name} holds {values.size} numbers instead of {shown(self.shape)}")
        trimmed = self._trimmed
        if self.layout == "outputs first":
            rectangle = values.reshape(trimmed[0], -1)
        else:
            rectangle = values.reshape(-1, trimmed[-1])
        rectangle = rectangle if rectangle.shape[0] >= rectangle.shape[1] else rectangle.T
        with np.errstate(all="ignore"):
            matrix = np.array(rectangle, dtype=np.float64, order="C")
        bad = matrix.size - int(np.isfinite(matrix).sum())
        if bad:
            raise refused(
                self.file, f"{bad} of the {matrix.size} entries of {self.name} are not finite; repair the file"
            )
        return matrix


@dataclass(frozen=True)
class WeightFile:
    """What a file holds.

    Attributes:
        file: the path as the user gave it.
        tensors: what has a spectrum, in the file's order.
        skipped: name and reason of everything else.
    """

    file: str
    tensors: tuple[WeightTensor, ...]
    skipped: tuple[tuple[str, str], ...]


def sort_out(file: str, found: list[WeightTensor], skipped: list[tuple[str, str]]) -> WeightFile:
    """Put what has no spectrum aside: too few axes, one row, too large.

    Raises:
        InputError: nothing is left.
    """
    kept = []
    for tensor in found:
        if len(tensor.shape) < 2:
            skipped.append((tensor.name, f"has {len(tensor.shape)} axes: no matrix"))
        elif math.prod(tensor.shape) > LARGEST:
            skipped.append((tensor.name, f"is {shown(tensor.shape)}: more than 2^28 entries"))
        elif tensor.sides[1] < 2:
            skipped.append((tensor.name, f"is {shown(tensor.shape)}: one row or none has no spectrum"))
        else:
            kept.append(tensor)
    if not kept:
        shortened = "; ".join(f"{name} {reason}" for name, reason in skipped[:3])
        more = f"; and {len(skipped) - 3} more" if len(skipped) > 3 else ""
        raise refused(
            file, f"expected a matrix of floating-point numbers, found none ({shortened or 'it is empty'}{more})"
        )
    return WeightFile(file, tuple(kept), tuple(skipped))


def as_floats(data: Any, kind: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return raw little-endian bytes as an array; bfloat16 is widened to float32.

    Args:
        data: a buffer of as many bytes as the shape needs.
        kind: a NumPy type or "bfloat16".
        shape: of the array.
    """
    if kind == "bfloat16":
        return (np.frombuffer(data, dtype="<u2").astype("<u4") << 16).view("<f4").reshape(shape)
    return np.frombuffer(data, dtype=kind).reshape(shape)


def bytes_of(kind: str) -> int:
    """Return the bytes of one number of a NumPy type or of "bfloat16"."""
    return 2 if kind == "bfloat16" else np.dtype(kind).itemsize


def read_slice(file: str, start: int, length: int) -> bytes:
    """Return bytes of a file, never asking for more than it holds."""
    with Path(file).open("rb") as stream:
        if start < 0 or length < 0 or start + length > stream.seek(0, 2):
            raise refused(file, "it ends too early; copy it again")
        stream.seek(start)
        return stream.read(length)


def check_expansion(file: str, unpacked: int, stored: int) -> None:
    """Refuse what would grow a hundredfold, and beyond 16 MiB, when it is unpacked."""
    if unpacked > SMALL and unpacked > EXPANSION * max(stored, 1):
        raise refused(file, f"{stored} bytes would unpack to {unpacked}: refused as a bomb")


def shown(shape: tuple[int, ...]) -> str:
    """Return a shape for a message, as 3 × 4."""
    return " × ".join(str(side) for side in shape[:8]) or "a single number"


def printable(text: object) -> str:
    """Return a name from a file on one line, short and free of control characters."""
    clean = "".join(c if c.isprintable() else "?" for c in str(text)[:200])
    return clean if len(clean) <= 120 else f"{clean[:119]}…"


def library(file: str, module: str, purpose: str) -> Any:
    """Return a module that reads a kind of file.

    Args:
        file: the path, for the message.
        module: its name.
        purpose: what needs it, for the message.

    Raises:
        InputError: it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0].replace("google", "protobuf")
        raise refused(file, f"{purpose} needs {package}; install eigenlaw[weights]") from error


def refused(file: str, reason: str) -> InputError:
    """Return the one line about an unusable file."""
    return InputError.of("file", file, reason)


@contextlib.contextmanager
def reading(file: str) -> Iterator[None]:
    """Turn what a broken file can raise into one line."""
    try:
        yield
    except InputError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise refused(file, f"damaged or truncated ({printable(error)}); copy it again") from error
    except OSError as error:
        raise refused(file, f"cannot be read ({printable(error.strerror or error)})") from error
    except (ValueError, TypeError, KeyError, IndexError, OverflowError, SyntaxError) as error:
        raise refused(file, f"not a well-formed file of its kind ({printable(error)})") from error
    except (MemoryError, RecursionError, NotImplementedError, RuntimeError) as error:
        raise refused(file, f"refused ({type(error).__name__}: {printable(error)})") from error
