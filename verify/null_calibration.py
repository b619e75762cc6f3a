"""P-values by simulation: the same statistics, with the same processing, of random matrices of the same shape.

The null is a matrix of independent entries of mean 0, of any variance: no statistic here changes when the matrix is
scaled. With Gaussian entries its singular values are drawn exactly, without the matrix, from a bidiagonal matrix of
independent χ variables with the same singular values; its singular vectors are uniform in direction and independent of
the values. With uniform entries, as many networks start with, the matrix itself is drawn: at finite size its spectrum
is a little more rigid, which the largest singular value and the distances from the strict law show (not the spacings).
A p-value is the rank of the observed statistic among the N simulated ones, which is uniform under the null by
construction: P(p ≤ k/(N+1)) = k/(N+1) for each k (even k where both ends count). Ties, which number variances of few
windows have, are broken at random.
"""

import hashlib
import json
import math
import os
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import scipy.linalg
import scipy.stats

from eigenlaw.verify.bulk_fit import (
    Floats,
    ModifiedFit,
    bulk_scale,
    distance,
    entry_scale,
    fit_modified,
    strict_distribution,
)
from eigenlaw.verify.singular_vectors import entry_distances, random_frames, textbook_p_values
from eigenlaw.verify.unfolding import number_variance, unfold_by_broadening, unfold_by_fit, wigner_distance
from eigenlaw.verify.weight_spectra import largest_in_units

Entries = Literal["gaussian", "uniform"]

VERSION = 1
"""Raised whenever a statistic changes, so that no old null is used for it."""


@dataclass(frozen=True)
class Processing:
    """What is done to a spectrum before its statistics are taken.

    Attributes:
        half_width: a of (4); also the levels that are dropped at both ends.
        lengths: window lengths of the number variance.
        window: neighbouring singular vectors whose p-values are averaged.
    """

    half_width: int = 15
    lengths: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0)
    window: int = 15

    @classmethod
    def for_size(cls, columns: int) -> "Processing":
        """Return the paper's window of 15 where m allows it, and a = 15 or m/8 if that is smaller."""
        return cls(half_width=min(15, columns // 8))


UPPER = {
    *("strict, σ from entries", "strict, σ from bulk", "modified", "spacings, fit", "spacings, broadening"),
    *("largest", "entries"),
}
"""The statistics of which only large values speak against the null."""

LOWER = {"average"}
"""Those of which only small ones do; for all others both ends do."""


def fit_and_unfold(values: Floats, rows: int, processing: Processing) -> tuple[ModifiedFit, dict[str, Floats]]:
    """Return the modified law and the levels unfolded by it ("fit") and by Gaussian broadening ("broadening").

    Args:
        values: the m singular values in rising order.
        rows: n ≥ m.
        processing: how to unfold.
    """
    fit = fit_modified(values, rows)
    return fit, {
        "fit": unfold_by_fit(values, rows, fit, processing.half_width),
        "broadening": unfold_by_broadening(values, processing.half_width),
    }


def spectrum_statistics(
    values: Floats, rows: int, processing: Processing, found: tuple[ModifiedFit, dict[str, Floats]] | None = None
) -> dict[str, float]:
    """Return every statistic of a spectrum, the same for data and for the null.

    Distances of spacings are multiplied by the root of the number of spacings, which the fit may make smaller.

    Args:
        values: the m singular values in rising order.
        rows: n ≥ m.
        processing: how to unfold.
        found: what `fit_and_unfold` returned for them, if it is known already.
    """
    columns = len(values)
    fit, unfolded = found or fit_and_unfold(values, rows, processing)
    scales = {"entries": entry_scale(values), "bulk": bulk_scale(values, rows)}
    statistics = {
        f"strict, σ from {name}": distance(values, strict_distribution(values, rows, columns, scale))
        for name, scale in scales.items()
    }
    statistics["modified"] = fit.misfit
    statistics["fraction"] = fit.fraction
    statistics["upper edge"] = fit.high / scales["bulk"]
    statistics["largest"] = largest_in_units(values, rows)
    for name, levels in unfolded.items():
        enough = len(levels) > 8
        statistics[f"spacings, {name}"] = math.sqrt(len(levels) - 1) * wigner_distance(levels) if enough else math.nan
        variances = number_variance(levels, processing.lengths) if enough else [math.nan] * len(processing.lengths)
        for length, variance in zip(processing.lengths, variances, strict=True):
            statistics[f"number variance {length:g}, {name}"] = float(variance)
    return statistics


def textbook_counts(columns: int, processing: Processing) -> dict[str, int]:
    """Return which statistics have a textbook p-value, of Kolmogorov and Smirnov, and for how many numbers."""
    spacings = columns - 2 * processing.half_width - 1
    strict = dict.fromkeys(("strict, σ from entries", "strict, σ from bulk", "modified"), columns)
    return strict | {"spacings, fit": spacings, "spacings, broadening": spacings}


def null_values(rng: np.random.Generator, rows: int, columns: int, entries: Entries = "gaussian") -> Floats:
    """Return the singular values, in rising order, of an n × m matrix of independent entries of variance 1.

    Householder reflections make a Gaussian matrix bidiagonal, with χ_n, …, χ_{n−m+1} on the diagonal and χ_{m−1}, …,
    χ_1 beside it, all independent (Dumitriu and Edelman 2002, section III).
    """
    if entries == "uniform":
        matrix = rng.uniform(-math.sqrt(3), math.sqrt(3), size=(rows, columns))
        return np.sqrt(np.clip(scipy.linalg.eigvalsh(matrix.T @ matrix, check_finite=False), 0, None))
    diagonal = np.sqrt(rng.chisquare(np.arange(rows, rows - columns, -1)))
    beside = np.sqrt(rng.chisquare(np.arange(columns - 1, 0, -1)))
    squares = diagonal**2 + np.concatenate([[0.0], beside**2])
    squared = scipy.linalg.eigh_tridiagonal(squares, diagonal[:-1] * beside, eigvals_only=True, lapack_driver="sterf")
    return np.sqrt(np.clip(squared, 0, None))


@dataclass(frozen=True)
class Null:
    """Simulated statistics, sorted.

    Attributes:
        draws: numbers in rising order for each statistic.
        seed: of the simulation.
    """

    draws: dict[str, Floats]
    seed: int

    def p_value(self, name: str, observed: float, salt: int = 0) -> float:
        """Return the p-value of an observed statistic; a statistic that could not be had counts as the worst.

        Example:
            >>> null = Null({"largest": np.array([1.0, 2.0, 3.0])}, 0)
            >>> null.p_value("largest", 2.5), null.p_value("largest", 9.0)
            (0.5, 0.25)
        """
        return float(self.p_values(name, np.array([observed]), salt)[0])

    def p_values(self, name: str, observed: Floats, salt: int = 0) -> Floats:
        """Return the p-values of many observed statistics of one kind.

        Args:
            name: of the statistic.
            observed: its values; one that could not be had counts as the worst.
            salt: breaks ties at random together with the seed and the name; another one for each matrix.
        """
        draws = self.draws[name]
        total = len(draws) + 1
        greater = len(draws) - np.searchsorted(draws, observed, "right")
        equal = len(draws) - np.searchsorted(draws, observed, "left") - greater
        rng = np.random.default_rng([self.seed, salt, zlib.crc32(name.encode())])
        above = greater + rng.integers(1, equal + 2)
        below = total + 1 - above
        if name in UPPER:
            ranks = above
        elif name in LOWER:
            ranks = below
        else:
            ranks = np.minimum(total, 2 * np.minimum(above, below))
        return np.where(np.isnan(observed), 1, ranks) / total


@dataclass(frozen=True)
class Calibration:
    """How a textbook p-value behaves under the null.

    Attributes:
        distance: the largest difference of its distribution function from that of a uniform number.
        rejected: how often it falls below 0.05.
    """

    distance: float
    rejected: float


def calibration(p_values: Floats) -> Calibration:
    """Return how far p-values that were computed under the null are from uniform.

    Example:
        >>> calibration(np.array([0.2, 0.4, 0.6, 0.8]))
        Calibration(distance=0.2, rejected=0.0)
    """
    return Calibration(round(distance(np.sort(p_values), np.sort(p_values)), 12), float((p_values < 0.05).mean()))


def default_draws(rows: int, columns: int, entries: Entries = "gaussian") -> int:
    """Return how many spectra are simulated, at most 999: fewer where that would take more than two minutes."""
    cost = columns**2 if entries == "gaussian" else columns**2 * (rows + 2 * columns) / 1500
    return max(99, min(999, int(999 * 1024**2 / cost)))


def spectrum_null(
    rows: int,
    columns: int,
    processing: Processing,
    *,
    entries: Entries = "gaussian",
    seed: int = 0,
    draws: int | None = None,
    folder: Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Null:
    """Return the statistics of simulated spectra, from the disk if they were simulated before.

    Args:
        rows: n ≥ m.
        columns: m.
        processing: as for the data.
        entries: the law of the entries.
        seed: of the simulation.
        draws: number of spectra; see `default_draws`.
        folder: of the cache; see `cache_folder`.
        progress: is told how many spectra are done, and of how many.
    """
    count = default_draws(rows, columns, entries) if draws is None else draws
    key = {"null": "spectrum", "rows": rows, "columns": columns, "draws": count, "seed": seed} | asdict(processing)
    key["entries"] = entries

    def simulate() -> dict[str, Floats]:
        rng = np.random.default_rng([seed, rows, columns])
        table = []
        for done in range(count):
            if progress:
                progress(done, count)
            table.append(spectrum_statistics(null_values(rng, rows, columns, entries), rows, processing))
        return {name: np.sort([row[name] for row in table]) for name in table[0]}

    return Null(_cached(key, simulate, folder), seed)


def vector_null(length: int, window: int, seed: int = 0, frames: int = 2000, folder: Path | None = None) -> Null:
    """Return simulated distances of the entries of random unit vectors, and window averages of their p-values.

    Args:
        length: m.
        window: neighbours that are averaged, at most m.
        seed: of the simulation.
        frames: simulated windows.
        folder: of the cache; see `cache_folder`.

    Returns:
        Draws named "entries" (distances; one for each vector of each frame) and "average".
    """
    key = {"null": "vectors", "length": length, "window": window, "frames": frames, "seed": seed}

    def simulate() -> dict[str, Floats]:
        rng = np.random.default_rng([seed, length, window])
        batch = max(1, 2**18 // (length * window))
        parts: list[Floats] = []
        for start in range(0, frames, batch):
            drawn = random_frames(rng, length, window, min(batch, frames - start))
            flat = np.moveaxis(drawn, 1, 0).reshape(length, -1)
            parts.append(entry_distances(flat).reshape(-1, window))
        distances = np.concatenate(parts)
        entries = np.sort(distances.ravel())
        p_values = Null({"entries": entries}, seed).p_values("entries", distances.ravel()).reshape(-1, window)
        return {"entries": entries, "average": np.sort(p_values.mean(axis=1))}

    return Null(_cached(key, simulate, folder), seed)


def textbook_calibrations(null: Null, columns: int, processing: Processing) -> dict[str, Calibration]:
    """Return how far each textbook p-value of a spectrum is from uniform under the null."""
    counts = textbook_counts(columns, processing)
    return {name: calibration(textbook_p_value(name, null.draws[name], count)) for name, count in counts.items()}


def textbook_p_value(name: str, observed: Floats, count: int) -> Floats:
    """Return the textbook p-values of a statistic of `textbook_counts` for so many numbers."""
    return textbook_p_values(observed / math.sqrt(count) if name.startswith("spacings") else observed, count)


def cache_folder() -> Path:
    """Return where nulls are kept: $EIGENLAW_CACHE, else eigenlaw in $XDG_CACHE_HOME, else ~/.cache/eigenlaw."""
    if "EIGENLAW_CACHE" in os.environ:
        return Path(os.environ["EIGENLAW_CACHE"])
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "eigenlaw"


def _cached(key: dict[str, Any], compute: Callable[[], dict[str, Floats]], folder: Path | None) -> dict[str, Floats]:
    """Return what was computed for this key before, or compute and keep it; a damaged file is computed again."""
    text = json.dumps({"version": VERSION, **key}, sort_keys=True)
    path = (folder or cache_folder()) / f"null-{hashlib.sha256(text.encode()).hexdigest()[:24]}.npz"
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as kept:
            if str(kept["key"]) == text:
                return {name: kept[name] for name in kept.files if name != "key"}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        pass
    draws = compute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as stream:
            np.savez(stream, allow_pickle=False, key=np.array(text), **draws)
        Path(stream.name).replace(path)
    except OSError:
        pass  # a cache that cannot be written is only slower
    return draws
