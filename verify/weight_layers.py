"""The random-matrix analysis of the layers of a file, and the JSON document of it."""

import fnmatch
import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.bulk_fit import Floats
from eigenlaw.verify.null_calibration import Entries, Processing
from eigenlaw.verify.weight_analysis import Finding, MatrixAnalysis, VectorFindings, analyse
from eigenlaw.verify.weight_files import read_weights
from eigenlaw.verify.weight_spectra import EDGE_LEVEL, check_sides
from eigenlaw.verify.weight_tensors import Layout, WeightFile, WeightTensor, refused

REJECTED = 0.01
"""Where the p-value of a window average is lower, the window counts as not random; so do one in a hundred by chance."""

NAMES = {
    "strict, σ from entries": "strict_entries",
    "strict, σ from bulk": "strict_bulk",
    "modified": "modified_misfit",
}
NAMES |= {"fraction": "fraction", "upper edge": "upper_edge", "largest": "largest"}
"""Statistics by the keys that they have in the document; see `key_of` for the others."""


@dataclass(frozen=True)
class LayerAnalysis:
    """A tensor of a file and what was found out about its matrix.

    Attributes:
        name: in the file, printable.
        shape: of the tensor.
        layout: where the axis of the outputs is.
        matrix: the analysis.
    """

    name: str
    shape: tuple[int, ...]
    layout: Layout
    matrix: MatrixAnalysis


@dataclass(frozen=True)
class FileAnalysis:
    """What was found out about a file.

    Attributes:
        file: the path as the user gave it.
        layers: those that were analysed, one or more, in the file's order.
        skipped: name and reason of every other tensor.
    """

    file: str
    layers: tuple[LayerAnalysis, ...]
    skipped: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Stage:
    """How far an analysis is.

    Attributes:
        name: the layer at work.
        done: layers before it.
        total: layers.
        draws: spectra of its null that are simulated.
        of: how many there will be; 0 while none is.
    """

    name: str
    done: int
    total: int
    draws: int = 0
    of: int = 0


def analyse_weights(
    file: str,
    select: Sequence[str] = (),
    *,
    layout: Layout | None = None,
    processing: Processing | None = None,
    entries: Entries = "gaussian",
    seed: int = 0,
    draws: int | None = None,
    level: float = EDGE_LEVEL,
    folder: Path | None = None,
    progress: Callable[[Stage], None] | None = None,
) -> FileAnalysis:
    """Analyse the layers of a file of any kind that `read_weights` reads.

    Args:
        file: a path.
        select: names, or patterns such as ``encoder.*``; all layers if none is given.
        layout: where the axis of the outputs is, if not where the kind of file has it.
        processing: how to unfold and average; by the size of each layer if not given.
        entries: the law of the entries under the null.
        seed: of the nulls.
        draws: spectra that are simulated for a null; see `null_calibration.default_draws`.
        level: of the Tracy–Widom edge.
        folder: where nulls are kept; see `null_calibration.cache_folder`.
        progress: is told of every stage.

    Raises:
        InputError: the file cannot be used, a name is not in it, or no layer of it can be analysed.

    Example:
        >>> import numpy as np, tempfile, pathlib
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "layers.npz")
        ...     np.savez(path, w=np.random.default_rng(0).normal(size=(48, 32)), b=np.zeros(32))
        ...     found = analyse_weights(str(path), draws=19, folder=pathlib.Path(folder))
        >>> [layer.name for layer in found.layers], found.skipped
        (['w'], (('b', 'has 1 axes: no matrix'),))
    """
    whole = read_weights(file, layout)
    chosen, skipped = _selected(whole, select)
    layers = []
    for done, tensor in enumerate(chosen):
        stage = Stage(tensor.name, done, len(chosen))
        if progress:
            progress(stage)
        told = None if progress is None else _telling(progress, stage)
        try:
            check_sides(*tensor.sides)
            found = analyse(
                tensor.matrix(),
                _fitting(processing, tensor.sides[1]),
                entries=entries,
                seed=seed,
                draws=draws,
                level=level,
                folder=folder,
                progress=told,
            )
        except InputError as error:
            skipped.append((tensor.name, str(error).removeprefix(f"file={file}: ").removeprefix("matrix=")))
        else:
            layers.append(LayerAnalysis(tensor.name, tensor.shape, tensor.layout, found))
    if not layers:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in skipped[:3])
        more = f"; and {len(skipped) - 3} more" if len(skipped) > 3 else ""
        raise refused(file, f"no layer of it can be analysed ({reasons}{more})")
    return FileAnalysis(file, tuple(layers), tuple(skipped))


def _telling(progress: Callable[[Stage], None], stage: Stage) -> Callable[[int, int], None]:
    return lambda draws, of: progress(Stage(stage.name, stage.done, stage.total, draws, of))


def _fitting(processing: Processing | None, columns: int) -> Processing | None:
    """Return the processing.

    Raises:
        InputError: the layer has too few singular values for it.
    """
    if processing and (2 * processing.half_width + 10 > columns or processing.window > columns):
        raise InputError.of("matrix", f"{columns} singular values", "too few for this half-width or window")
    return processing


def _selected(whole: WeightFile, select: Sequence[str]) -> tuple[list[WeightTensor], list[tuple[str, str]]]:
    """Return the layers to analyse, and what else was asked for with the reason why it is not.

    Raises:
        InputError: a pattern meets no tensor.
    """
    if not select:
        return list(whole.tensors), list(whole.skipped)

    def meets(name: str, pattern: str) -> bool:
        return name == pattern or fnmatch.fnmatchcase(name, pattern)

    names = [tensor.name for tensor in whole.tensors] + [name for name, _ in whole.skipped]
    for pattern in select:
        if not any(meets(name, pattern) for name in names):
            few = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
            raise InputError.of("layer", pattern, f"expected the name of a layer, such as {few}")
    chosen = [tensor for tensor in whole.tensors if any(meets(tensor.name, pattern) for pattern in select)]
    return chosen, [pair for pair in whole.skipped if any(meets(pair[0], pattern) for pattern in select)]


def key_of(name: str) -> str:
    """Return the key of a statistic in the document.

    Example:
        >>> key_of("strict, σ from bulk"), key_of("spacings, fit"), key_of("number variance 0.5, broadening")
        ('strict_bulk', 'spacings_fit', 'number_variance_0.5_broadening')
    """
    return NAMES.get(name, name.replace(", ", "_").replace(" ", "_"))


def rejected_windows(vectors: VectorFindings) -> int:
    """Return how many window averages are as low as one in a hundred is under the null."""
    return int((vectors.average_p_values <= REJECTED).sum())


def document(found: FileAnalysis) -> dict[str, Any]:
    """Return the document of `eigenlaw weights --json`; its keys are described in docs/weights.md."""
    from eigenlaw import __version__

    return {
        "version": __version__,
        "file": found.file,
        "layers": [_layer(layer) for layer in found.layers],
        "skipped": [{"name": name, "reason": reason} for name, reason in found.skipped],
    }


def _layer(layer: LayerAnalysis) -> dict[str, Any]:
    found = layer.matrix
    fit, root = found.fit, found.rows**0.5
    strict = [found.bulk_sigma * (root + sign * len(found.values) ** 0.5) for sign in (-1, 1)]
    return {
        "name": layer.name,
        "shape": list(layer.shape),
        "layout": layer.layout,
        "rows": found.rows,
        "columns": len(found.values),
        "processing": asdict(found.processing),
        "null": {"entries": found.entries, "seed": found.seed, "draws": found.draws, "calibrated": True},
        "sigma": {"entries": found.entry_sigma, "bulk": found.bulk_sigma, "modified": fit.scale / root},
        "marchenko_pastur": {"lower": strict[0], "upper": strict[1]},
        "modified_marchenko_pastur": {"lower": fit.low, "upper": fit.high, "fraction": fit.fraction},
        "outliers": {
            "level": found.beyond.level,
            "edge": found.beyond.edge,
            "count": len(found.beyond.values),
            "values": found.beyond.values.tolist(),
            "largest_tracy_widom": found.beyond.largest,
        },
        "statistics": {key_of(name): _statistic(finding) for name, finding in found.findings.items()},
        "vectors": _vectors(found.vectors),
        "singular_values": found.values.tolist(),
        "unfolded": {name: levels.tolist() for name, levels in found.unfolded.items()},
    }


def _statistic(finding: Finding) -> dict[str, Any]:
    textbook = None
    if finding.textbook is not None and finding.calibration is not None:
        textbook = {
            "p_value": finding.textbook,
            "distance_from_uniform": finding.calibration.distance,
            "below_0.05": finding.calibration.rejected,
        }
    return {
        "observed": _finite(finding.observed),
        "p_value": finding.p_value,
        "null_quantiles": [_finite(number) for number in finding.null],
        "textbook": textbook,
    }


def _vectors(vectors: VectorFindings) -> dict[str, Any]:
    return {
        "p_values": _list(vectors.p_values),
        "window_averages": _list(vectors.averages),
        "positions": _list(vectors.positions),
        "window_p_values": _list(vectors.average_p_values),
        "window_null_quantiles": list(vectors.average_null),
        "rejected_windows": rejected_windows(vectors),
        "textbook": {
            "p_values": _list(vectors.textbook),
            "distance_from_uniform": vectors.calibration.distance,
            "below_0.05": vectors.calibration.rejected,
        },
    }


def _list(numbers: Floats) -> list[float]:
    return [float(number) for number in numbers]


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
