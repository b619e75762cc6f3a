import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.bulk_fit import Floats, strict_distribution
from eigenlaw.verify.null_calibration import Processing
from eigenlaw.verify.weight_analysis import MatrixAnalysis, analyse


@pytest.fixture(scope="module")
def nulls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nulls")


def random(seed: int) -> Floats:
    return np.random.default_rng(seed).uniform(-0.1, 0.1, size=(200, 100))


def look(matrix: Floats, nulls: Path) -> MatrixAnalysis:
    return analyse(matrix, draws=99, folder=nulls)


def test_an_untrained_matrix_is_random(nulls: Path) -> None:
    found = look(random(0), nulls)
    assert found.entry_sigma == pytest.approx(0.1 / 3**0.5, rel=0.02)
    assert found.bulk_sigma == pytest.approx(0.1 / 3**0.5, rel=0.03)
    assert len(found.beyond.values) == 0
    assert found.fit.fraction == pytest.approx(1, abs=0.06)
    assert min(finding.p_value for finding in found.findings.values()) > 0.01
    assert 0.3 < found.vectors.p_values.mean() < 0.7
    assert found.processing == Processing(half_width=12)
    assert found.vectors.positions[[0, -1]].tolist() == pytest.approx([7 / 99, 92 / 99])


def test_a_learned_part_is_found_in_the_largest_values_and_their_vectors(nulls: Path) -> None:
    rng = np.random.default_rng(1)
    left = np.linalg.qr(rng.normal(size=(200, 5)))[0]
    right = np.zeros((100, 5))
    right[rng.permutation(100)[:10], np.repeat(np.arange(5), 2)] = 0.5**0.5
    found = look(random(2) + 2.5 * left @ right.T, nulls)
    assert len(found.beyond.values) == 5
    assert found.findings["largest"].p_value == 1 / 100
    assert found.vectors.p_values[-5:].max() < 0.01
    assert found.vectors.averages[0] > 0.3
    assert found.vectors.averages[-1] < 0.45
    assert found.findings["spacings, broadening"].p_value > 0.01  # the bulk stays random
    for name, levels in found.unfolded.items():  # the five beyond the edge of the fit have no place
        spacings = np.diff(levels)
        assert len(spacings) == {"fit": 95, "broadening": 100}[name] - 2 * 12 - 1
        textbook = scipy.stats.kstest(spacings, lambda s: -np.expm1(-np.pi / 4 * s**2)).pvalue
        assert found.findings[f"spacings, {name}"].textbook == pytest.approx(textbook, rel=1e-9)
    scale = found.bulk_sigma * 200**0.5
    textbook = scipy.stats.kstest(strict_distribution(found.values, 200, 100, scale), "uniform").pvalue
    assert found.findings["strict, σ from bulk"].textbook == pytest.approx(textbook, rel=1e-9)


def test_a_matrix_that_is_neither(nulls: Path) -> None:
    """Random directions, evenly spread singular values: no level repulsion of random matrices."""
    rng = np.random.default_rng(3)
    left, right = np.linalg.qr(rng.normal(size=(200, 100)))[0], np.linalg.qr(rng.normal(size=(100, 100)))[0]
    found = look(left * np.linspace(1, 5, 100) @ right.T, nulls)
    for name in ("strict, σ from entries", "spacings, broadening"):
        assert found.findings[name].p_value == 1 / 100
    assert 0.3 < found.vectors.p_values.mean() < 0.7


def test_memory_stays_within_three_copies(nulls: Path) -> None:
    look(random(0), nulls)
    matrix = np.random.default_rng(4).normal(size=(320, 320))
    processing = Processing(window=2, lengths=(1.0,))
    analyse(matrix, processing, draws=2, folder=nulls)
    tracemalloc.start()
    analyse(matrix, processing, draws=2, folder=nulls)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3 * matrix.nbytes  # beside the matrix itself


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (np.eye(32), "orthogonal"),
        (np.linalg.qr(random(1))[0].astype(np.float32).astype(float), "orthogonal"),
        (np.diag([1e-10] * 20 + [1.0] * 12), "no bulk"),
        (1e-310 * random(1), "rescale"),
        (1e70 * random(1), "rescale"),
    ],
    ids=range(5),
)
def test_spectra_without_a_bulk_are_refused(nulls: Path, matrix: Floats, words: str) -> None:
    with pytest.raises(InputError, match=words):
        look(matrix, nulls)
