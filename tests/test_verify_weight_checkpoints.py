"""PyTorch checkpoints, written without PyTorch."""

import io
import os
import pickle
import struct
import sys
import types
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.weight_files import read_weights

W = np.random.default_rng(0).normal(size=(6, 4)).astype("<f4")


def refusal(path: Path, *, load: bool = False) -> str:
    """The one line about an unusable file."""
    with pytest.raises(InputError) as caught:
        found = read_weights(str(path))
        if load:
            for tensor in found.tensors:
                tensor.matrix()
    line = str(caught.value)
    assert line.startswith("file=") and "\n" not in line
    return line


class Bomb:
    """Touches a file when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("executed",)


class Storage(str):
    """Stands for numbers that are kept outside of the pickle."""


class Pickler(pickle.Pickler):
    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, Storage):
            return "storage", sys.modules["torch"].FloatStorage, str(obj), "cpu", 24
        return None


class Tensor:
    """Pickled as PyTorch pickles a tensor."""

    def __init__(self, key: str, shape: tuple[int, ...] = (6, 4), strides: tuple[int, ...] = (4, 1), offset: int = 0):
        self.parts = Storage(key), offset, shape, strides, False, OrderedDict[str, Any]()

    def __reduce__(self) -> Any:
        return sys.modules["torch._utils"]._rebuild_tensor_v2, self.parts


@pytest.fixture(autouse=True)
def torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names that a pickle may refer to; calling one is an error."""

    def _rebuild_tensor_v2() -> None:
        raise AssertionError

    storage = type("FloatStorage", (), {"__module__": "torch"})
    _rebuild_tensor_v2.__module__ = "torch._utils"
    _rebuild_tensor_v2.__qualname__ = "_rebuild_tensor_v2"
    names: dict[str, dict[str, Any]] = {
        "torch": {"FloatStorage": storage},
        "torch._utils": {"_rebuild_tensor_v2": _rebuild_tensor_v2},
    }
    for module, members in names.items():
        made = types.ModuleType(module)
        made.__dict__.update(members)
        monkeypatch.setitem(sys.modules, module, made)


def pickled(tree: Any, protocol: int = 2) -> bytes:
    stream = io.BytesIO()
    Pickler(stream, protocol).dump(tree)
    return stream.getvalue()


def checkpoint(path: Path, tree: Any, protocol: int = 2, extra: dict[str, bytes] | None = None) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("m/data.pkl", tree if isinstance(tree, bytes) else pickled(tree, protocol))
        archive.writestr("m/data/0", W.tobytes())
        for name, data in (extra or {}).items():
            archive.writestr(f"m/{name}", data)


@pytest.mark.parametrize("protocol", [1, 2, 4, 5])
def test_checkpoints(tmp_path: Path, protocol: int) -> None:
    tree = OrderedDict(
        {"net": {"w": Tensor("0"), "t": Tensor("0", (3, 4), (1, 6), 2)}, "epoch": 7, "rates": [0.1, {1}]}
    )
    checkpoint(tmp_path / "w.pt", tree, protocol, {"byteorder": b"little"})
    found = {tensor.name: tensor.matrix() for tensor in read_weights(str(tmp_path / "w.pt")).tensors}
    np.testing.assert_array_equal(found["net.w"], W)
    np.testing.assert_array_equal(found["net.t"], W.ravel()[2 + np.arange(3) + 6 * np.arange(4)[:, None]])


def test_old_checkpoints(tmp_path: Path) -> None:
    parts = [
        pickled(part) for part in (0x1950A86A20F9469CFC6C, 1001, {"little_endian": True}, {"w": Tensor("9")}, ["9"])
    ]
    whole = b"".join(parts) + struct.pack("<q", 24) + W.tobytes()
    (tmp_path / "w.pt").write_bytes(whole)
    np.testing.assert_array_equal(read_weights(str(tmp_path / "w.pt")).tensors[0].matrix(), W)
    for length in range(0, len(whole), 5):
        (tmp_path / "cut.pt").write_bytes(whole[:length])
        refusal(tmp_path / "cut.pt", load=True)


@pytest.mark.parametrize(
    ("tree", "word"),
    [
        ({"w": Tensor("0"), "x": Bomb()}, "asks for posix.mkdir"),
        (b'cbuiltins\neval\n(S\'__import__("os").mkdir("executed")\'\ntR.', "asks for builtins.eval"),
        (b"cos\nsystem\n(S'mkdir executed'\ntR.", "asks for os.system"),
        (b"(S'mkdir executed'\nios\nsystem\n.", "instruction INST"),
        (b"\x80\x02}q\x00(K\x01]K\x02K\x03u.", "found none"),
        (b"(S'\\o'\nl.", "found none"),
        (b"]r\xff\xff\xff\xff.", "found none"),
        (b"\x80\x02" + b"(" * 10_000 + b".", "well-formed"),
        (b"\x80\x02" + b"]" * 20_000 + b"a" * 19_999 + b".", "found none"),
        (b"\x80\x04\x8e" + b"\xff" * 7 + b"\x00.", "well-formed"),
        ({"w": Tensor("0", (60, 4))}, "only 24 numbers"),
        ({"w": Tensor("0", (6, 4), (0, 0))}, None),
        ({"w": Tensor("0", (6, 4), (4, 2))}, "only 24 numbers"),
        ({"w": Tensor("0", (6, 4), (4, -1))}, "not described"),
        ({"w": Tensor("0", (2**40, 2**40), (0, 0))}, "only 24 numbers"),
        ({"w": Tensor("1")}, "only 0 numbers"),
    ],
    ids=range(16),
)
def test_hostile_checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tree: Any, word: str | None) -> None:
    monkeypatch.chdir(tmp_path)
    checkpoint(tmp_path / "w.pt", tree)
    if word is None:  # a constant matrix, as `expand` makes one: no error here
        assert np.ptp(read_weights(str(tmp_path / "w.pt")).tensors[0].matrix()) == 0
    else:
        line = refusal(tmp_path / "w.pt", load=True)
        assert word in line
    assert not Path("executed").exists()


def test_entangled_trees_are_read_once(tmp_path: Path) -> None:
    tree: list[Any] = [Tensor("0")]
    for _ in range(100):
        tree = [tree, tree]
    tree.append(tree)
    checkpoint(tmp_path / "w.pt", {"model": tree})
    assert len(read_weights(str(tmp_path / "w.pt")).tensors) == 1


def test_programs_are_refused(tmp_path: Path) -> None:
    checkpoint(tmp_path / "w.pt", {"w": Tensor("0")}, extra={"code/model.py": b"import os"})
    assert "TorchScript" in refusal(tmp_path / "w.pt")
