"""`eigenlaw weights` and `eigenlaw table weights`, on small matrices, on real weights and on hostile files."""

import io
import json
import os
import pickle
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import numpy as np
import pytest

import eigenlaw
from eigenlaw.commands.weights import processing
from eigenlaw.theory.errors import InputError
from eigenlaw.verify.weight_layers import Stage
from eigenlaw.verify.weight_report import summary_row

HERE = Path(__file__).parent
TRAINED = str(HERE / "fixtures" / "trained_weights" / "silero_vad_lstm.safetensors")
SCHEMA = json.loads((HERE / "contract" / "weights.schema.json").read_text(encoding="utf-8"))
NASTY = "<script>alert(1)</script> $\\frac [bold]"
RNG = np.random.default_rng(0)
PLAIN = RNG.normal(0, 0.3, (60, 36))
SPIKED = RNG.uniform(-1, 1, (40, 30)) + 8 * np.outer(np.full(40, 40**-0.5), np.full(30, 30**-0.5))

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("nulls"))


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("weights") / "layers.npz"
    damaged = np.where(np.arange(36) == 7, np.nan, PLAIN)
    deficient = np.ones((40, 30))
    np.savez(path, **{NASTY: PLAIN, "spiked": SPIKED, "bias": np.zeros(3), "damaged": damaged, "same": deficient,
                      "small": np.eye(20)})  # fmt: skip
    return str(path)


@pytest.fixture
def weights(run: Run, cache: str) -> Run:
    return lambda *typed: run("weights", *typed, "--draws", "39", "--cache", cache)


def document(text: str) -> Any:
    found = json.loads(text)
    jsonschema.validate(found, SCHEMA)
    return found


def test_the_table_fits_a_terminal_and_says_what_its_p_values_are(weights: Run, layers: str) -> None:
    status, out, err = weights(layers)
    assert (status, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert "Every p-value is calibrated: the rank among 39 random matrices of the same" in out
    assert "Textbook p-values are not" in " ".join(out.split()) and "spacings 0." in out
    (row,) = (line.split() for line in out.splitlines() if line.startswith("spiked"))
    assert row[:5] == ["spiked", "40", "×", "30", "1"] and row[8] == "0.025"
    assert "Skipped: bias has 1 axes: no matrix" in " ".join(out.split()) and "and 1 more (--json)" in out


def test_the_document(weights: Run, layers: str) -> None:
    found = document(weights(layers, "--json")[1])
    assert found["version"] == eigenlaw.__version__ and found["file"] == layers
    plain, spiked = found["layers"]
    assert plain["name"] == NASTY and (plain["rows"], plain["columns"]) == (60, 36)
    np.testing.assert_allclose(plain["singular_values"], np.linalg.svd(PLAIN)[1][::-1], atol=1e-12)
    assert plain["sigma"]["entries"] == pytest.approx(float((PLAIN**2).mean()) ** 0.5, rel=1e-12)
    assert plain["marchenko_pastur"]["upper"] == pytest.approx(plain["sigma"]["bulk"] * (60**0.5 + 6), rel=1e-12)
    assert plain["outliers"]["count"] == 0 and plain["modified_marchenko_pastur"]["fraction"] > 0.85
    assert spiked["outliers"]["values"] == spiked["singular_values"][-1:]
    assert spiked["statistics"]["largest"]["p_value"] == 1 / 40 < plain["statistics"]["largest"]["p_value"]
    assert spiked["statistics"]["strict_bulk"]["textbook"]["distance_from_uniform"] > 0.5
    vectors = spiked["vectors"]
    assert len(vectors["p_values"]) == 30 and len(vectors["positions"]) == len(vectors["window_averages"]) == 16
    assert vectors["window_averages"][3] == pytest.approx(np.mean(vectors["p_values"][3:18]))
    assert summary_row(spiked)[2] == "1" and summary_row(spiked)[3][-1] == "%"
    spiked["statistics"]["modified_misfit"]["observed"] = 0.3
    assert summary_row(spiked)[3][-2:] == "%?"
    reasons = {entry["name"]: entry["reason"] for entry in found["skipped"]}
    assert reasons == {
        "bias": "has 1 axes: no matrix",
        "damaged": "60 of the 2160 entries of damaged are not finite; repair the file",
        "same": "40 × 30: its rank is 1: expected full rank, without zeros",
        "small": "20 × 20: expected both sides of at least 24, rows first",
    }


def test_the_same_seed_gives_the_same_document(weights: Run, layers: str, tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert weights(layers, "--layer", "spiked", "--json", str(tmp_path / name))[0] == 0
    first, other = (
        (tmp_path / "a").read_text(encoding="utf-8"),
        weights(layers, "--layer", "sp*", "--seed", "1", "--json"),
    )
    assert first == (tmp_path / "b").read_text(encoding="utf-8")
    seeds = [document(text)["layers"][0] for text in (first, other[1])]
    assert [layer["null"]["seed"] for layer in seeds] == [0, 1]
    assert seeds[0]["statistics"]["largest"]["null_quantiles"] != seeds[1]["statistics"]["largest"]["null_quantiles"]
    assert seeds[0]["singular_values"] == seeds[1]["singular_values"]


def test_one_layer_in_detail(weights: Run, layers: str, tmp_path: Path) -> None:
    typed = ("--entries", "uniform", "--processing", "half-width=4,lengths=1/2,window=6", "--layer", "spiked")
    status, out, _ = weights(layers, *typed, "--json", str(tmp_path / "w.json"))
    assert status == 0 and max(map(len, out.splitlines())) <= 80
    assert out.startswith("spiked: 40 × 30, outputs first, as 40 × 30")
    assert "1 beyond" in out and "Σ²(2), fit" in out and "Σ²(4), fit" not in out and "uniform entries" in out
    (layer,) = document((tmp_path / "w.json").read_text(encoding="utf-8"))["layers"]
    assert layer["processing"] == {"half_width": 4, "lengths": [1.0, 2.0], "window": 6}
    assert len(layer["unfolded"]["broadening"]) == 30 - 2 * 4 and len(layer["vectors"]["positions"]) == 25


def test_the_report_with_figures(weights: Run, layers: str, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "report"
    status, _, err = weights(layers, "--html", str(folder), "--layer", "<*", "--layer", "damaged")
    assert status == 0 and "index.html" in err
    page = (folder / "index.html").read_text(encoding="utf-8")
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "Every p-value is calibrated" in page and "not finite" in page
    assert page.count("<img ") == 1
    assert sorted(path.name for path in folder.iterdir()) == ["index.html", "layer-001.svg"]
    drawn = (folder / "layer-001.svg").read_text(encoding="utf-8")
    assert drawn.rstrip().endswith("</svg>") and drawn.count("<path") > 100 and "frac" not in drawn


def test_a_trained_layer_is_told_from_an_untrained_one(weights: Run, cache: str, tmp_path: Path) -> None:
    (layer,) = document(weights(TRAINED, "--json")[1])["layers"]
    assert layer["shape"] == [512, 128] and layer["layout"] == "outputs first"
    assert layer["outliers"]["count"] > 10 and layer["modified_marchenko_pastur"]["fraction"] < 0.9
    assert layer["statistics"]["strict_bulk"]["p_value"] == 1 / 40
    np.save(tmp_path / "w.npy", np.random.default_rng(3).normal(size=(512, 128)))
    stages: list[Stage] = []
    control = eigenlaw.analyse_weights(
        str(tmp_path / "w.npy"), draws=39, folder=Path(cache), progress=stages.append
    ).layers[0].matrix  # fmt: skip
    assert len(control.beyond.values) == 0 and control.fit.fraction > 0.95
    assert control.findings["strict, σ from bulk"].p_value > 0.05
    assert stages == [Stage("array", 0, 1)]  # the null was kept by the layer before, which has the same shape


class Bomb:
    """Makes a folder when it is unpickled."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("executed",)


def npy(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def zipped(name: str, content: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cut.npy", npy(PLAIN)[:900], "cannot hold that"),
        ("cut.safetensors", Path(TRAINED).read_bytes()[:5000], "not a well-formed .safetensors file"),
        ("cut.onnx", b"\x3a\x90\x03" + bytes(40), "not a well-formed .onnx file"),
        ("cut.h5", b"\x89HDF\r\n\x1a\n" + bytes(60), "cannot be read"),
        ("ints.npy", npy(np.ones((40, 30), dtype=int)), "holds integers"),
        ("nan.npy", npy(np.full((40, 30), np.nan)), "1200 of the 1200 entries of array are not finite"),
        ("objects.npy", npy(np.full((40, 30), Bomb())), "pickled objects, which are never loaded"),
        ("run.pkl", pickle.dumps(Bomb()), "a pickle, which is never executed"),
        ("run.pt", zipped("m/data.pkl", pickle.dumps(Bomb(), 2)), "asks for posix.mkdir"),
        ("bomb.npz", zipped("w.npy", npy(np.zeros((2048, 2048)))), "refused as a bomb"),
        ("huge.safetensors", struct.pack("<Q", 2**60) + b"{}", "not a well-formed .safetensors file"),
        ("scalar.npy", npy(np.array(3.0)), "0 axes"),
        ("row.npy", npy(np.ones((1, 9))), "1 × 9"),
        ("small.npy", npy(np.eye(9)), "expected both sides of at least 24"),
        ("ones.npy", npy(np.ones((40, 30))), "its rank is 1"),
        ("empty.npz", b"", "it is empty"),
        ("text.txt", b"hello\n", "of no kind that is read here"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value else "",
)
def test_hostile_files(
    weights: Run, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, content: bytes, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(content)
    for status, out, err in (weights(name), run("table", "weights", name)):
        assert (status, out) == (2, "")
        assert err.startswith(f"eigenlaw: file={name}: ") and err.count("\n") == 1 and words in err
    assert [path.name for path in tmp_path.iterdir()] == [name]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("--layer", "absent"), "layer=absent: expected the name of a layer, such as"),
        (("--layer", "bias"), "no layer of it can be analysed (bias: has 1 axes"),
        (("--layout", "keras"), "layout=keras: expected one of outputs-first, outputs-last"),
        (("--entries", "cauchy"), "entries=cauchy: expected one of gaussian, uniform"),
        (("--seed", "-1"), "seed=-1"),
        (("--processing", "half-width=ten"), "half-width=ten: expected an integer"),
        (("--processing", "lengths=0"), "processing=lengths=0: expected half-width="),
        (("--processing", "lengths=999"), "lengths=999: expected at most 20 lengths up to 256"),
        (("--processing", "half-width=40"), "too few for this half-width or window"),
        (("--html", "/dev/null/here"), "html=/dev/null/here: cannot be written"),
    ],
)
def test_unusable_options_are_one_line(weights: Run, layers: str, typed: tuple[str, str], words: str) -> None:
    status, out, err = weights(layers, *typed)
    assert (status, out) == (2, "") and err.count("\n") == 1 and words in err


def test_too_few_draws_and_a_processing_that_repeats(run: Run, layers: str) -> None:
    status, _, err = run("weights", layers, "--draws", "5")
    assert status == 2 and "draws=5: expected an integer of at least 19" in err
    assert processing("lengths=2/1/2").lengths == (1.0, 2.0)
    with pytest.raises(InputError, match="expected half-width=15"):
        processing("")


def test_the_table_for_a_paper(weights: Run, run: Run, layers: str, tmp_path: Path) -> None:
    names = [str(tmp_path / name) for name in ("a.json", "b.json")]
    assert weights(layers, "--json", names[0])[0] == 0
    shutil.copy(*names)
    texts = {
        style: run("table", "weights", *names, "--format", style) for style in ("text", "latex", "markdown", "csv")
    }
    assert all((status, err) == (0, "") for status, _, err in texts.values())
    assert "calibrated by 39 of the same shape" in texts["text"][1]
    latex = [line for line in texts["latex"][1].splitlines() if line.endswith(r"\\")]
    assert len(latex) == 1 + 4 and {line.count(" & ") for line in latex} == {8}
    assert r"a.json" not in texts["latex"][1] and r"layers.npz: spiked & 40 $\times$ 30 & 1 &" in texts["latex"][1]
    assert r"\$\textbackslash{}frac" in texts["latex"][1]
    assert texts["csv"][1].splitlines()[0] == "layer,n × m,out,random,p law,p edge,p spacing,p Σ²,vectors"
    assert texts["markdown"][1].count("\n| ") == 2 + 4
    document_of_both = json.loads(run("table", "weights", *names, "--format", "json")[1])
    assert len(document_of_both["rows"]) == 4


@pytest.mark.parametrize("content", ["{}", "[]", "{", '{"file": "x", "layers": [{"name": 3}]}', "[" * 9999])
def test_documents_that_are_none(run: Run, tmp_path: Path, content: str) -> None:
    (tmp_path / "w.json").write_text(content, encoding="utf-8")
    status, out, err = run("table", "weights", str(tmp_path / "w.json"))
    assert (status, out) == (2, "") and err.count("\n") == 1
    assert "expected a document that eigenlaw weights --json wrote" in err
    assert (
        run("table", "weights")[2]
        == "eigenlaw: files=(none): expected weights, or the JSON of eigenlaw weights; add a file\n"
    )
