"""The random-matrix analysis of one weight matrix: spectrum, outliers, unfolded statistics and singular vectors."""

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.bulk_fit import Floats, ModifiedFit, bulk_scale, entry_scale
from eigenlaw.verify.null_calibration import (
    Calibration,
    Entries,
    Processing,
    calibration,
    fit_and_unfold,
    spectrum_null,
    spectrum_statistics,
    textbook_calibrations,
    textbook_counts,
    textbook_p_value,
    vector_null,
)
from eigenlaw.verify.singular_vectors import entry_distances, textbook_p_values, window_averages
from eigenlaw.verify.weight_spectra import EDGE_LEVEL, Decomposition, Outliers, decompose, outliers

HUGE = 1e50
"""A largest singular value beyond this, or below its inverse, is none of weights; fourth powers would overflow."""

LEAST_SPREAD = 1e-5
"""Of the lower half of the singular values, relative to the median; of an orthogonal matrix in float32, about 1e-6."""


@dataclass(frozen=True)
class Finding:
    """One statistic of a spectrum.

    Attributes:
        observed: its value.
        p_value: calibrated by simulation.
        null: the quantiles 0.05, 0.5 and 0.95 of the simulated statistics.
        textbook: the textbook p-value, where there is one.
        calibration: how far that one is from uniform under the null.
    """

    observed: float
    p_value: float
    null: tuple[float, float, float]
    textbook: float | None
    calibration: Calibration | None


@dataclass(frozen=True)
class VectorFindings:
    """The right singular vectors held against the Porter–Thomas law, in the order of rising singular values.

    Attributes:
        p_values: one for each vector, calibrated.
        textbook: the same by the textbook.
        averages: of the calibrated ones over the window, at `positions`.
        positions: rank of each window's middle, from 0 (smallest singular value) to 1.
        average_p_values: how rare so small an average is under the null.
        average_null: the quantiles 0.05, 0.5 and 0.95 of an average under the null.
        calibration: how far the textbook p-values are from uniform under the null.
    """

    p_values: Floats
    textbook: Floats
    averages: Floats
    positions: Floats
    average_p_values: Floats
    average_null: tuple[float, float, float]
    calibration: Calibration


@dataclass(frozen=True)
class MatrixAnalysis:
    """Everything that is found out about a matrix.

    Attributes:
        rows: n, the larger side.
        values: the m singular values in rising order.
        entry_sigma: σ from the entries.
        bulk_sigma: σ from the median singular value.
        fit: the modified Marchenko–Pastur law; `fit.fraction` is the part of the spectrum that it holds.
        beyond: the edge of the bulk and the singular values beyond it.
        unfolded: by the fitted law ("fit") and by Gaussian broadening ("broadening").
        findings: by name.
        vectors: the singular vectors.
        processing: what was done to data and null alike.
        entries: the law of the entries under the null.
        seed: of the null.
        draws: simulated spectra.
    """

    rows: int
    values: Floats
    entry_sigma: float
    bulk_sigma: float
    fit: ModifiedFit
    beyond: Outliers
    unfolded: dict[str, Floats]
    findings: dict[str, Finding]
    vectors: VectorFindings
    processing: Processing
    entries: Entries
    seed: int
    draws: int


def analyse(
    matrix: Floats,
    processing: Processing | None = None,
    *,
    entries: Entries = "gaussian",
    seed: int = 0,
    draws: int | None = None,
    level: float = EDGE_LEVEL,
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> MatrixAnalysis:
    """Analyse an n × m matrix, n ≥ m ≥ 24.

    Args:
        matrix: finite, in float64.
        processing: how to unfold and average; `Processing.for_size` if not given.
        entries: the law of the entries under the null.
        seed: of the null.
        draws: spectra that are simulated for the null; see `null_calibration.default_draws`.
        level: of the edge: the chance that a random matrix has no singular value beyond it.
        folder: where nulls are kept.
        progress: is told how many spectra of the null are simulated, and of how many.

    Raises:
        InputError: the matrix is too small, has not full rank or no bulk, or its entries are those of no weights.
    """
    found = decompose(matrix)
    _check_bulk(found)
    rows, values, columns = found.rows, found.values, len(found.values)
    chosen = processing or Processing.for_size(columns)
    null = spectrum_null(
        rows, columns, chosen, entries=entries, seed=seed, draws=draws, folder=folder, progress=progress
    )
    calibrations, counts = textbook_calibrations(null, columns, chosen), textbook_counts(columns, chosen)
    fit, unfolded = fit_and_unfold(values, rows, chosen)
    counts["spacings, fit"] = max(1, len(unfolded["fit"]) - 1)
    findings = {
        name: Finding(
            observed,
            null.p_value(name, observed, zlib.crc32(values.tobytes())),
            _quantiles(null.draws[name]),
            float(textbook_p_value(name, np.array([observed]), counts[name])[0]) if name in counts else None,
            calibrations.get(name),
        )
        for name, observed in spectrum_statistics(values, rows, chosen, (fit, unfolded)).items()
    }
    root = rows**0.5
    return MatrixAnalysis(
        rows,
        values,
        entry_scale(values) / root,
        bulk_scale(values, rows) / root,
        fit,
        outliers(values, rows, level),
        unfolded,
        findings,
        _vector_findings(found.vectors, chosen, seed, folder),
        chosen,
        entries,
        seed,
        len(null.draws["largest"]),
    )


def _check_bulk(found: Decomposition) -> None:
    """Refuse a spectrum that no law can be fitted to."""
    low, middle, high = (float(found.values[place]) for place in (0, len(found.values) // 2, -1))
    reason = ""
    if not 1 / HUGE < high < HUGE:
        reason = f"its largest singular value is {high:.3g}, as of no weights; rescale it"
    elif middle - low < LEAST_SPREAD * middle:
        reason = "half of its singular values are equal, as of an orthogonal matrix: there is no bulk"
    if reason:
        raise InputError.of("matrix", f"{found.rows} × {len(found.values)}", reason)


def _quantiles(draws: Floats) -> tuple[float, float, float]:
    low, middle, high = np.nanquantile(draws, (0.05, 0.5, 0.95)) if np.isfinite(draws).any() else [math.nan] * 3
    return float(low), float(middle), float(high)


def _vector_findings(vectors: Floats, processing: Processing, seed: int, folder: Path | None) -> VectorFindings:
    length = len(vectors)
    null = vector_null(length, processing.window, seed, folder=folder)
    distances = entry_distances(vectors)
    p_values = null.p_values("entries", distances)
    averages = window_averages(p_values, processing.window)
    return VectorFindings(
        p_values,
        textbook_p_values(distances, length),
        averages,
        (np.arange(len(averages)) + (processing.window - 1) / 2) / (length - 1),
        null.p_values("average", averages),
        _quantiles(null.draws["average"]),
        calibration(textbook_p_values(null.draws["entries"][:: max(1, null.draws["entries"].size // 2000)], length)),
    )
