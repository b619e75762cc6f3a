"""Tensors from .safetensors files, with the library of the format (extra `weights`), which maps the file and checks it.

It refuses a header that is malformed or too long, and tensors that overlap, leave gaps or reach beyond the end.
"""

from collections.abc import Callable
from typing import Any

from numpy.typing import NDArray

from eigenlaw.verify.weight_tensors import Layout, WeightFile, WeightTensor, library, printable, refused, sort_out

KINDS = {"F64", "F32", "F16", "BF16"}
"""The number types that are read, by their names in the format."""


def read_safetensors(file: str, layout: Layout | None = None) -> WeightFile:
    """Return the tensors of a .safetensors file.

    Args:
        file: a path.
        layout: where the outputs are; first if not given.

    Raises:
        InputError: the library is not installed, the file is malformed, or there is no matrix.
    """
    safetensors = library(file, "safetensors", "a .safetensors file")
    found: list[WeightTensor] = []
    skipped: list[tuple[str, str]] = []
    try:
        with safetensors.safe_open(file, framework="np") as opened:
            declared = [(key, opened.get_slice(key)) for key in opened.offset_keys()]
            entries = [(key, tuple(view.get_shape()), view.get_dtype()) for key, view in declared]
    except safetensors.SafetensorError as error:
        raise refused(file, f"not a well-formed .safetensors file ({printable(error)}); copy it again") from error
    for key, shape, kind in entries:
        if kind in KINDS:
            found.append(WeightTensor(file, printable(key), shape, layout or "outputs first", _loader(file, key, kind)))
        else:
            skipped.append((printable(key), f"holds {printable(kind)}, not numbers that are read here"))
    return sort_out(file, found, skipped)


def _loader(file: str, key: str, kind: str) -> Callable[[], NDArray[Any]]:
    def load() -> NDArray[Any]:
        if kind == "BF16":
            library(file, "ml_dtypes", "a tensor of bfloat16")  # makes the type known to NumPy
        safetensors = library(file, "safetensors", "a .safetensors file")
        try:
            with safetensors.safe_open(file, framework="np") as opened:
                numbers: NDArray[Any] = opened.get_tensor(key)
                return numbers
        except safetensors.SafetensorError as error:
            raise refused(file, f"{printable(key)} cannot be read ({printable(error)}); copy it again") from error

    return load
