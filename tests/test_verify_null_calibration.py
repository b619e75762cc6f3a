import math
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from eigenlaw.verify import null_calibration
from eigenlaw.verify.bulk_fit import Floats
from eigenlaw.verify.null_calibration import (
    Entries,
    Null,
    Processing,
    calibration,
    null_values,
    spectrum_null,
    spectrum_statistics,
    textbook_calibrations,
    vector_null,
)
from eigenlaw.verify.singular_vectors import entry_distances, random_frames, textbook_p_values, window_averages

PROCESSING = Processing(half_width=6, lengths=(1.0, 3.0))


@pytest.fixture(scope="module")
def null(tmp_path_factory: pytest.TempPathFactory) -> Null:
    return spectrum_null(64, 48, PROCESSING, draws=199, folder=tmp_path_factory.mktemp("nulls"))


@pytest.mark.parametrize(("rows", "columns"), [(9, 6), (6, 6)])
def test_singular_values_without_the_matrix(rows: int, columns: int) -> None:
    rng = np.random.default_rng(0)
    quick = np.array([null_values(rng, rows, columns) for _ in range(2000)])
    dense = np.linalg.svd(rng.normal(size=(2000, rows, columns)), compute_uv=False)[:, ::-1]
    for k in range(columns):
        assert scipy.stats.ks_2samp(quick[:, k], dense[:, k]).pvalue > 1e-6
    gaps = quick[:, 1:] - quick[:, :-1], dense[:, 1:] - dense[:, :-1]  # jointly, not only one by one
    assert scipy.stats.ks_2samp(gaps[0].min(axis=1), gaps[1].min(axis=1)).pvalue > 1e-6


@pytest.mark.parametrize("entries", ["gaussian", "uniform"])
def test_p_values_of_random_matrices_are_uniform(tmp_path: Path, null: Null, entries: Entries) -> None:
    """Of matrices that are really drawn; the spacings are universal, so that the Gaussian null does for both."""
    own = spectrum_null(64, 48, PROCESSING, entries=entries, draws=199, folder=tmp_path)
    rng = np.random.default_rng(1)
    observed = []
    for _ in range(60):
        matrix = rng.normal(size=(64, 48)) if entries == "gaussian" else rng.uniform(-0.2, 0.2, size=(64, 48))
        values = np.asarray(np.linalg.svd(matrix, compute_uv=False)[::-1], dtype=np.float64)
        observed.append(spectrum_statistics(values, 64, PROCESSING))
    for name in observed[0]:
        universal = name.startswith(("spacings", "number variance"))
        p_values = (null if universal else own).p_values(name, np.array([row[name] for row in observed]))
        assert p_values.min() >= 1 / 200 and p_values.max() <= 1
        assert scipy.stats.kstest(p_values, "uniform").pvalue > 1e-4, name
        assert 0.005 < (p_values < 0.1).mean() < 0.25, name


def test_p_values_see_what_is_not_random(null: Null) -> None:
    rng = np.random.default_rng(2)
    structured = np.geomspace(1, 18, 48)
    found = spectrum_statistics(structured, 64, PROCESSING)
    for name in ("strict, σ from entries", "strict, σ from bulk", "modified", "spacings, broadening"):
        assert null.p_value(name, found[name]) <= 0.0125, name
    spiked = null_values(rng, 64, 48)
    spiked[-1] *= 1.4
    assert null.p_value("largest", spectrum_statistics(spiked, 64, PROCESSING)["largest"]) == 1 / 200


def test_ties_are_broken_evenly() -> None:
    null = Null({"largest": np.array([0.0, 1.0, 1.0, 1.0, 2.0])}, 0)
    ranks = [round(6 * null.p_value("largest", 1.0, salt)) for salt in range(400)]
    assert sorted(set(ranks)) == [2, 3, 4, 5]
    assert scipy.stats.chisquare(np.bincount(ranks)[2:]).pvalue > 1e-4


def test_ranks_are_exact_by_construction() -> None:
    """Over all places that the observed one may take among the simulated ones."""
    for name, expected in (
        ("largest", [1.0, 0.8, 0.6, 0.4, 0.2]),
        ("average", [0.2, 0.4, 0.6, 0.8, 1.0]),
        ("fraction", [0.4, 0.8, 1.0, 0.8, 0.4]),
    ):
        null = Null({name: np.array([1.0, 2.0, 3.0, 4.0])}, 0)
        assert null.p_values(name, np.linspace(0.5, 4.5, 5)).tolist() == pytest.approx(expected)
        assert null.p_value(name, math.nan) == 0.2


def test_a_statistic_never_depends_on_the_units() -> None:
    values = null_values(np.random.default_rng(3), 80, 60)
    small, large = (spectrum_statistics(size * values, 80, PROCESSING) for size in (1e-4, 1e4))
    for name, value in small.items():
        assert value == pytest.approx(large[name], rel=1e-5), name


def test_the_textbook_is_told_apart(null: Null) -> None:
    found = textbook_calibrations(null, 48, PROCESSING)
    assert found["strict, σ from entries"].distance > 0.9  # rigid spectra are far closer to the law than chance
    assert found["strict, σ from entries"].rejected == 0
    assert 0.05 < found["spacings, fit"].distance < 0.6
    uniform = np.random.default_rng(4).uniform(size=4000)
    assert calibration(uniform).distance < 0.03
    assert calibration(uniform).rejected == pytest.approx(0.05, abs=0.02)
    assert calibration(uniform**2).distance == pytest.approx(0.25, abs=0.03)


def test_the_cache_is_keyed_and_survives_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def simulate(seed: int = 0, processing: Processing = PROCESSING) -> dict[str, Floats]:
        return spectrum_null(40, 30, processing, seed=seed, draws=5, folder=tmp_path / "new").draws

    first = simulate()
    (kept,) = (tmp_path / "new").iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(null_calibration, "spectrum_statistics", None)  # what is kept is not computed again
        np.testing.assert_equal(simulate(), first)
    for content in (b"", b"PK\x03\x04broken", kept.read_bytes()[:200]):
        kept.write_bytes(content)
        np.testing.assert_equal(simulate(), first)
        assert len(kept.read_bytes()) > 200
    assert simulate(seed=1)["largest"].tolist() != first["largest"].tolist()
    simulate(processing=Processing(half_width=5, lengths=(1.0, 3.0)))
    assert len(list((tmp_path / "new").iterdir())) == 3


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert spectrum_null(40, 30, PROCESSING, draws=2, folder=tmp_path / "file").draws["largest"].size == 2


def test_the_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("EIGENLAW_CACHE", raising=False)
    assert null_calibration.cache_folder() == tmp_path / "eigenlaw"
    monkeypatch.setenv("EIGENLAW_CACHE", str(tmp_path / "here"))
    assert null_calibration.cache_folder() == tmp_path / "here"


def test_frames_are_orthonormal_and_uniform() -> None:
    frames = random_frames(np.random.default_rng(5), 20, 4, 500)
    np.testing.assert_allclose(np.swapaxes(frames, 1, 2) @ frames, np.broadcast_to(np.eye(4), (500, 4, 4)), atol=1e-12)
    for row in (0, 7):
        for column in range(4):
            entry = frames[:, row, column]  # (1 + v)/2 is Beta((m − 1)/2, (m − 1)/2)
            assert scipy.stats.kstest((1 + entry) / 2, scipy.stats.beta(9.5, 9.5).cdf).pvalue > 1e-6


def test_p_values_of_vectors_are_uniform_and_so_are_their_averages(tmp_path: Path) -> None:
    null = vector_null(40, 15, frames=600, folder=tmp_path)
    rng = np.random.default_rng(6)
    p_values = np.array(
        [null.p_values("entries", entry_distances(random_frames(rng, 40, 40, 1)[0])) for _ in range(40)]
    )
    assert scipy.stats.kstest(p_values[:, ::4].ravel(), "uniform").pvalue > 1e-6
    first = np.array([window_averages(row, 15)[0] for row in p_values])
    assert scipy.stats.kstest(null.p_values("average", first), "uniform").pvalue > 1e-4
    sparse = np.eye(40)
    assert null.p_values("entries", entry_distances(sparse)).max() < 1e-3
    assert null.p_values("average", np.array([0.01, 0.5]))[0] < 0.01


def test_distances_of_entries_are_those_of_scipy() -> None:
    vectors = random_frames(np.random.default_rng(7), 50, 3, 1)[0]
    for fitted in (False, True):
        for k, found in enumerate(entry_distances(vectors, fitted)):
            law = (
                scipy.stats.norm(vectors[:, k].mean(), vectors[:, k].std()) if fitted else scipy.stats.norm(0, 50**-0.5)
            )
            result = scipy.stats.kstest(vectors[:, k], law.cdf, method="exact")
            assert found == pytest.approx(result.statistic, rel=1e-9)
            assert textbook_p_values(np.array([found]), 50)[0] == pytest.approx(result.pvalue, rel=1e-6)


@pytest.mark.parametrize("count", [17, 130])
def test_many_textbook_p_values_are_those_of_scipy(count: int) -> None:
    distances = np.append(np.linspace(0.5 / count, 0.95, 25), np.linspace(0.3, 2.8, 25) / count**0.5)
    exact = scipy.stats.kstwo.sf(distances, count)
    np.testing.assert_allclose(textbook_p_values(distances, count), exact, rtol=0.01, atol=0)
    np.testing.assert_allclose(textbook_p_values(distances, count), exact, rtol=0, atol=1e-4)
