import io
import json
import os
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.weight_files import read_weights

W = np.random.default_rng(0).normal(size=(6, 4)).astype("<f4")
CONVOLUTION = np.arange(5 * 3 * 2 * 2, dtype="<f4").reshape(5, 3, 2, 2)


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


# NumPy's files


def test_npy_and_npz(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", np.asfortranarray(W.T.astype(">f8")))
    np.savez_compressed(tmp_path / "w.npz", b=np.zeros(4), count=np.array(3), w=W, h=W.astype(np.float16))
    np.testing.assert_array_equal(read_weights(str(tmp_path / "w.npy")).tensors[0].matrix(), W)
    found = read_weights(str(tmp_path / "w.npz"))
    assert [tensor.name for tensor in found.tensors] == ["w", "h"]
    assert dict(found.skipped) == {"b": "has 1 axes: no matrix", "count": "holds integers, not real numbers"}
    np.testing.assert_array_equal(found.tensors[0].matrix(), W)
    np.testing.assert_array_equal(found.tensors[1].matrix(), W.astype(np.float16))


def test_convolutions_become_maps_from_patches_to_outputs(tmp_path: Path) -> None:
    np.savez(tmp_path / "c.npz", torch=CONVOLUTION, keras=np.zeros((3, 3, 16, 32)), lstm=np.zeros((1, 8, 5)))
    found = read_weights(str(tmp_path / "c.npz"))
    assert [tensor.layout for tensor in found.tensors] == ["outputs first", "outputs last", "outputs last"]
    assert [tensor.sides for tensor in found.tensors] == [(12, 5), (144, 32), (8, 5)]
    np.testing.assert_array_equal(found.tensors[0].matrix(), CONVOLUTION.reshape(5, 12).T)
    moved = np.moveaxis(CONVOLUTION, (0, 1), (3, 2))
    np.save(tmp_path / "keras.npy", moved)
    last = read_weights(str(tmp_path / "keras.npy"), "outputs last").tensors[0].matrix()
    values = [np.linalg.svd(matrix)[1] for matrix in (last, CONVOLUTION.reshape(5, 12))]
    np.testing.assert_allclose(values[0], values[1], atol=1e-4)


class Bomb:
    """Touches a file when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("executed",)


@pytest.mark.parametrize(
    ("array", "word"),
    [
        (np.float64(3), "0 axes"),
        (np.ones((1, 9)), "1 × 9: one row"),
        (np.ones((0, 9)), "0 × 9: one row"),
        (np.ones(9), "1 axes"),
        (np.ones((4, 4), dtype=int), "integers"),
        (np.ones((4, 4), dtype=complex), "complex numbers"),
        (np.zeros((4, 4), dtype=[("a", "f8")]), "records"),
        (np.full((4, 4), Bomb()), "pickled objects"),
        (np.array([[1, 2], [3, np.nan]]), "1 of the 4 entries"),
        (np.array([[1, -np.inf], [3, np.nan]]), "2 of the 4 entries"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_hostile_arrays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, array: Any, word: str) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("w.npy", array)
    np.savez("w.npz", w=array)
    assert word in refusal(tmp_path / "w.npy", load=True)
    assert word in refusal(tmp_path / "w.npz", load=True)
    assert not Path("executed").exists()


def declared(shape: str, data: bytes, descr: str = "<f8") -> bytes:
    header = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04" + bytes(100),
        b"\x93NUMPY",
        b"\x93NUMPY\x09\x00" + bytes(20),
        declared("(1000000000000, 1000000000000)", bytes(64)),
        declared("(-4, 4)", bytes(64)),
        declared("(4, 4)", bytes(120)),
        declared("4", bytes(120)),
        declared("(4, 4", bytes(120)),
        declared("[" * 5000, bytes(120)),
        declared("__import__('os').mkdir('executed')", bytes(120)),
        declared("(4, 4)", bytes(128), "|O"),
        b"\x80\x04N.",
        b"hello",
        b"\x89HDF\r\n\x1a\n" + bytes(200),
        b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19." + bytes(50),
    ],
    ids=range(16),
)
def test_damaged_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "w"
    path.write_bytes(content)
    refusal(path, load=True)
    assert not Path("executed").exists()


def test_files_that_are_none(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "absent.npz")
    assert "expected a file" in refusal(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "expected a file" in refusal(tmp_path / "pipe")


def test_truncated_at_every_length(tmp_path: Path) -> None:
    np.save(tmp_path / "w.npy", W)
    np.savez_compressed(tmp_path / "w.npz", w=W)
    for name in ("w.npy", "w.npz"):
        whole = (tmp_path / name).read_bytes()
        for length in range(0, len(whole), 7):
            (tmp_path / "cut").write_bytes(whole[:length])
            refusal(tmp_path / "cut", load=True)


def test_zip_bombs(tmp_path: Path) -> None:
    zeros = io.BytesIO()
    np.save(zeros, np.zeros((2048, 2048)))
    with zipfile.ZipFile(tmp_path / "bomb.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("w.npy", zeros.getvalue())
    assert "bomb" in refusal(tmp_path / "bomb.npz")
    with zipfile.ZipFile(tmp_path / "odd.npz", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("w.npy", declared("(4, 4)", bytes(128)))
    assert "unusual" in refusal(tmp_path / "odd.npz")
    np.savez(tmp_path / "lie.npz", w=np.ones((4, 4)))
    lying = bytearray((tmp_path / "lie.npz").read_bytes())
    place = lying.rindex(b"PK\x01\x02") + 24  # the size that the directory declares
    lying[place : place + 4] = struct.pack("<I", 200)
    (tmp_path / "lie.npz").write_bytes(lying)
    refusal(tmp_path / "lie.npz", load=True)


# .safetensors


def safetensors(header: dict[str, Any], data: bytes) -> bytes:
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + data


def entry(kind: str, shape: list[int], start: int, end: int) -> dict[str, Any]:
    return {"dtype": kind, "shape": shape, "data_offsets": [start, end]}


def test_safetensors(tmp_path: Path) -> None:
    half = (W.view("<u4") >> 16).astype("<u2")
    header = {"__metadata__": {"a": "b"}, "w": entry("F32", [6, 4], 0, 96), "b": entry("BF16", [6, 4], 96, 144)}
    header["i"] = entry("I64", [2, 1], 144, 160)
    (tmp_path / "w.safetensors").write_bytes(safetensors(header, W.tobytes() + half.tobytes() + bytes(16)))
    first, second = read_weights(str(tmp_path / "w.safetensors")).tensors
    np.testing.assert_array_equal(first.matrix(), W)
    np.testing.assert_allclose(second.matrix(), W, rtol=2**-7)


def test_safetensors_of_the_library(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    library.save_file({"w": W, "c": CONVOLUTION}, tmp_path / "w.safetensors")
    found = {tensor.name: tensor.matrix() for tensor in read_weights(str(tmp_path / "w.safetensors")).tensors}
    np.testing.assert_array_equal(found["w"], W)
    np.testing.assert_array_equal(found["c"], CONVOLUTION.reshape(5, 12).T)


@pytest.mark.parametrize(
    ("header", "word"),
    [
        ({"w": entry("F32", [6, 4], 0, 100)}, "not a well-formed"),
        ({"w": entry("F32", [6, 5], 0, 96)}, "not a well-formed"),
        ({"w": entry("F32", [2**40, 2**40], 0, 96)}, "not a well-formed"),
        ({"w": entry("F32", [-6, -4], 0, 96)}, "not a well-formed"),
        ({"w": entry("F32", [6, 4], 0, 96), "v": entry("F32", [2, 2], 80, 96)}, "not a well-formed"),
        ({"w": entry("F32", [5, 4], 0, 80)}, "not a well-formed"),
        ({"w": entry("I32", [6, 4], 0, 96)}, "I32"),
        ({"w": entry("F8_E4M3", [12, 8], 0, 96)}, "F8_E4M3"),
        ({"w": 3}, "not a well-formed"),
        ({"w": {"dtype": "F32"}}, "not a well-formed"),
    ],
)
def test_hostile_safetensors(tmp_path: Path, header: dict[str, Any], word: str) -> None:
    (tmp_path / "w.safetensors").write_bytes(safetensors(header, W.tobytes()))
    assert word in refusal(tmp_path / "w.safetensors")


def test_a_safetensors_header_longer_than_the_file(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(struct.pack("<Q", 2**62) + b'{"w": 1}')
    assert "not a well-formed" in refusal(tmp_path / "w.safetensors")
    (tmp_path / "w.safetensors").write_bytes(struct.pack("<Q", 40_000) + b"{" + b'"a":[' * 7_999 + bytes(4))
    refusal(tmp_path / "w.safetensors")


# .onnx, written field by field


def varint(value: int) -> bytes:
    return bytes([value]) if value < 128 else bytes([value & 127 | 128]) + varint(value >> 7)


def proto(*fields: tuple[int, int | bytes]) -> bytes:
    parts = []
    for number, value in fields:
        if isinstance(value, int):
            parts.append(varint(number << 3) + varint(value))
        else:
            parts.append(varint(number << 3 | 2) + varint(len(value)) + value)
    return b"".join(parts)


def tensor(name: bytes, data: bytes, *, field: int = 9, shape: tuple[int, ...] = (6, 4), kind: int = 1) -> bytes:
    return proto((1, b"".join(map(varint, shape))), (2, kind), (8, name), (field, data))


def test_onnx(tmp_path: Path) -> None:
    constant = proto((2, b"out"), (4, b"Constant"), (5, proto((1, b"value"), (5, tensor(b"", W.tobytes(), field=4)))))
    branch = proto((4, b"If"), (5, proto((1, b"then_branch"), (6, proto((1, constant))))))
    unpacked = proto((1, 6), (1, 4), (2, 11), (8, b"double"), (10, W.astype("<f8").tobytes()))
    graph = proto((1, branch), (5, tensor(b"raw", W.tobytes())), (5, unpacked), (5, tensor(b"int", bytes(96), kind=6)))
    (tmp_path / "w.onnx").write_bytes(proto((1, 8), (7, graph)))
    found = read_weights(str(tmp_path / "w.onnx"))
    assert [tensor.name for tensor in found.tensors] == ["out", "raw", "double"]
    assert found.skipped == (("int", "holds no real numbers"),)
    for read in found.tensors:
        np.testing.assert_array_equal(read.matrix(), W)


def test_onnx_of_the_library(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    weights = [onnx.numpy_helper.from_array(W.astype(kind), kind) for kind in ("float32", "float16", "float64")]
    bits = (W.view("<u4") >> 16).ravel().tolist()
    weights.append(onnx.TensorProto(name="bfloat16", data_type=16, dims=W.shape, int32_data=bits))
    constant = onnx.helper.make_node("Constant", [], ["inner"], value=weights[0])
    constant.attribute[0].t.name = ""
    function = onnx.helper.make_function("d", "f", [], ["inner"], [constant], [])
    graph = onnx.helper.make_graph([], "g", [], [], weights)
    (tmp_path / "w.onnx").write_bytes(onnx.helper.make_model(graph, functions=[function]).SerializeToString())
    found = {tensor.name: tensor.matrix() for tensor in read_weights(str(tmp_path / "w.onnx")).tensors}
    assert list(found) == ["float32", "float16", "float64", "bfloat16", "inner"]
    for kind in ("float32", "float16", "float64"):
        np.testing.assert_array_equal(found[kind], W.astype(kind))
    np.testing.assert_array_equal(found["inner"], W)
    np.testing.assert_allclose(found["bfloat16"], W, rtol=2**-7)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        (tensor(b"w", W.tobytes()) + proto((13, proto((1, b"location"), (2, b"/etc/passwd")))), "another file"),
        (tensor(b"w", b"") + proto((14, 1)), "another file"),
        (tensor(b"w", W.tobytes(), shape=(2**40, 2**40)), "holds 24 numbers"),
        (tensor(b"w", W.tobytes(), shape=(2**64 - 6, 2**64 - 4)), "holds 24 numbers"),
        (tensor(b"w", W.tobytes()[:90]), "holds 22.5 numbers"),
        (tensor(b"a\x1b[31m\nb", W.tobytes()[:90]), "a?[31m?b"),
    ],
)
def test_hostile_onnx(tmp_path: Path, fields: bytes, word: str) -> None:
    (tmp_path / "w.onnx").write_bytes(proto((7, proto((5, fields)))))
    assert word in refusal(tmp_path / "w.onnx")


def test_truncated_and_nested_onnx(tmp_path: Path) -> None:
    whole = proto((7, proto((5, tensor(b"w", W.tobytes())))))
    for length in range(len(whole)):
        (tmp_path / "w.onnx").write_bytes(whole[:length])
        refusal(tmp_path / "w.onnx")
    nested = b""
    for _ in range(200):
        nested = proto((1, proto((5, proto((6, nested))))))
    (tmp_path / "w.onnx").write_bytes(proto((7, nested)))
    assert "not a well-formed .onnx file" in refusal(tmp_path / "w.onnx")


# HDF5, and what reads the others


@pytest.mark.parametrize(
    ("name", "content", "library"),
    [
        ("w.safetensors", safetensors({"w": entry("F32", [6, 4], 0, 96)}, W.tobytes()), "safetensors"),
        ("w.safetensors", safetensors({"w": entry("BF16", [6, 4], 0, 48)}, bytes(48)), "ml_dtypes"),
        ("w.onnx", proto((7, proto((5, tensor(b"w", W.tobytes()))))), "onnx"),
        ("w.h5", b"\x89HDF\r\n\x1a\n" + bytes(200), "h5py"),
    ],
)
def test_a_library_that_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, library: str
) -> None:
    (tmp_path / name).write_bytes(content)
    monkeypatch.setitem(sys.modules, library, None)
    line = refusal(tmp_path / name, load=True)
    assert f"needs {library}; install eigenlaw[weights]" in line


def test_hdf5(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "w.h5", "w") as root:
        root["dense/kernel"] = W
        root["conv/kernel"] = np.moveaxis(CONVOLUTION, (0, 1), (3, 2))
        root["dense/again"] = root["dense"]  # a circle
        root["bias"] = np.zeros(4)
        root["elsewhere"] = h5py.ExternalLink("/etc/passwd", "/x")
        root["soft"] = h5py.SoftLink("/dense/kernel")
    found = read_weights(str(tmp_path / "w.h5"))
    tensors = {tensor.name: tensor.matrix() for tensor in found.tensors}
    np.testing.assert_array_equal(tensors["/dense/kernel"], W)
    assert tensors["/conv/kernel"].shape == (12, 5)
    assert {name for name, reason in found.skipped if "link" in reason} == {"/elsewhere", "/soft"}


def test_hostile_hdf5(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")

    def refused(write: Callable[[Any], object]) -> str:
        with h5py.File(tmp_path / "w.h5", "w") as root:
            write(root)
        return refusal(tmp_path / "w.h5", load=True)

    assert "bomb" in refused(lambda root: root.create_dataset("w", (2**20, 2**20), "f8", chunks=(1024, 1024)))
    assert "never written" in refused(lambda root: root.create_dataset("w", (64, 64), "f8", chunks=(8, 8)))
    assert "another file" in refused(
        lambda root: root.create_dataset("w", (8, 8), "f8", external=[(str(tmp_path / "raw"), 0, 512)])
    )
    layout = h5py.VirtualLayout((8, 8), "f8")
    layout[:] = h5py.VirtualSource("/etc/passwd", "x", (8, 8))
    assert "another file" in refused(lambda root: root.create_virtual_dataset("w", layout))
    assert "1 of the 4" in refused(lambda root: root.create_dataset("w", data=[[1.0, 2.0], [3.0, np.nan]]))
    np.savetxt(tmp_path / "whole", [0])
    with h5py.File(tmp_path / "w.h5", "w") as root:
        root["w"] = W
    whole = (tmp_path / "w.h5").read_bytes()
    for length in range(8, len(whole), 97):
        (tmp_path / "cut.h5").write_bytes(whole[:length])
        refusal(tmp_path / "cut.h5", load=True)


@pytest.mark.parametrize("nodes", [4000, 1_000_000])
def test_onnx_of_too_many_nodes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nodes: int) -> None:
    monkeypatch.setattr("eigenlaw.verify.weight_onnx.MOST_PARTS", 5000)
    length = 2 * nodes  # of empty nodes in a graph: field 1 of field 7
    groups = [length >> shift & 127 for shift in range(0, 28, 7)]
    head = bytes([0x3A, *(group | 128 for group in groups[:-1]), groups[-1]])
    path = tmp_path / "nodes.onnx"
    path.write_bytes(head + b"\x0a\x00" * nodes)
    assert ("bomb" in refusal(path)) == (nodes > 5000)
    path.write_bytes(head + b"\x0a\x00" * (nodes - 1))
    assert "well-formed" in refusal(path) or nodes > 5000
