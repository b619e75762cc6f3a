"""The analysis of weights for people: the rows of its tables, and the HTML report with figures."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from eigenlaw.theory.errors import InputError
from eigenlaw.verify.weight_figures import layer_figure
from eigenlaw.verify.weight_layers import REJECTED, FileAnalysis, document

HEADS = ("layer", "n × m", "out", "random", "p law", "p edge", "p spacing", "p Σ²", "vectors")
LEGEND = (
    "out: singular values beyond the Tracy–Widom edge, σ from the bulk. random: what the modified Marchenko–Pastur law "
    "holds of the spectrum; ? where that law is off by a quarter or more. p law: distance from the strict law, σ from "
    "the bulk. p edge: the largest singular value. p spacing, p Σ²: spacings, and the number variance at the length "
    "where it is farthest off (times the number of lengths), unfolded by broadening. vectors: windows of singular "
    f"vectors whose average Porter–Thomas p-value is as low as by chance in {100 * REJECTED:g}\u00a0%."
)
TITLES = {"strict_entries": "distance from the strict law, σ from entries"}
TITLES |= {"strict_bulk": "distance from the strict law, σ from bulk", "modified_misfit": "distance from modified fit"}
TITLES |= {"fraction": "fraction that is random", "upper_edge": "fitted upper edge / σ√n"}
TITLES |= {"largest": "largest value, Tracy–Widom units"}
SHOWN_OUTLIERS = 6
POOR_FIT = 0.25
"""The distance of the spectrum from the modified fit from which its fraction means little."""


def summary_row(layer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the cells of a layer of the document, one for each of `HEADS`."""
    statistics, vectors = layer["statistics"], layer["vectors"]
    return (
        layer["name"],
        f"{layer['rows']} × {layer['columns']}",
        str(layer["outliers"]["count"]),
        _random_part(layer),
        _p(statistics["strict_bulk"]["p_value"]),
        _p(statistics["largest"]["p_value"]),
        _p(statistics["spacings_broadening"]["p_value"]),
        _p(number_variance_p_value(statistics)),
        f"{vectors['rejected_windows']}/{len(vectors['positions'])}",
    )


def _random_part(layer: Mapping[str, Any]) -> str:
    poor = bool(layer["statistics"]["modified_misfit"]["observed"] >= POOR_FIT)
    return f"{100 * layer['modified_marchenko_pastur']['fraction']:.1f} %" + "?" * poor


def number_variance_p_value(statistics: Mapping[str, Any], unfolding: str = "broadening") -> float:
    """Return the smallest p-value of the number variance, times the number of lengths, at most 1."""
    chosen = [
        entry["p_value"]
        for name, entry in statistics.items()
        if name.startswith("number_variance_") and name.endswith(f"_{unfolding}")
    ]
    return float(min(1.0, len(chosen) * min(chosen)))


def facts(layer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is known of a layer besides its statistics, as names and values."""
    sigma, strict, fit = layer["sigma"], layer["marchenko_pastur"], layer["modified_marchenko_pastur"]
    outliers, vectors = layer["outliers"], layer["vectors"]
    values = [f"{value:.4g}" for value in outliers["values"]]
    if len(values) > SHOWN_OUTLIERS:
        values = [*values[:3], "…", *values[-3:]]
    calibration = vectors["textbook"]
    return [
        ("σ", f"{sigma['entries']:.4g} entries, {sigma['bulk']:.4g} bulk, {sigma['modified']:.4g} modified fit"),
        ("strict law, σ from bulk", f"{strict['lower']:.4g} … {strict['upper']:.4g}"),
        ("modified fit", f"{fit['lower']:.4g} … {fit['upper']:.4g}, {_random_part(layer)} of the spectrum"),
        (
            "outliers",
            f"{outliers['count']} beyond {outliers['edge']:.4g}"
            f" ({100 * outliers['level']:g} % Tracy–Widom)" + f": {' '.join(values)}" * bool(values),
        ),
        (
            "singular vectors",
            f"{vectors['rejected_windows']} of {len(vectors['positions'])} windows not random at"
            f" {100 * REJECTED:g} %{_where(vectors)}",
        ),
        (
            "their textbook p-values",
            f"{calibration['distance_from_uniform']:.2f} from uniform under the null, "
            f"{100 * calibration['below_0.05']:.1f} % below 0.05",
        ),
    ]


def _where(vectors: Mapping[str, Any]) -> str:
    places = zip(vectors["positions"], vectors["window_p_values"], strict=True)
    low = [place for place, p_value in places if p_value <= REJECTED]
    return f", at ranks {low[0]:.2f} to {low[-1]:.2f}" if low else ""


def statistic_rows(layer: Mapping[str, Any]) -> list[tuple[tuple[str, ...], bool]]:
    """Return for each statistic: name, observed, null, p-value, textbook, distance; and whether its p-value is low."""
    rows: list[tuple[tuple[str, ...], bool]] = []
    for name, entry in layer["statistics"].items():
        low, _, high = entry["null_quantiles"]
        null = "" if low is None else f"{low:.3g} … {high:.3g}"
        textbook = entry["textbook"]
        other = (f"{textbook['p_value']:.2g}", f"{textbook['distance_from_uniform']:.2f}") if textbook else ("", "")
        observed = "none" if entry["observed"] is None else f"{entry['observed']:.4g}"
        cells = (title_of(name), observed, null, _p(entry["p_value"]), *other)
        rows.append((cells, bool(entry["p_value"] <= REJECTED)))
    return rows


def title_of(key: str) -> str:
    """Return the name of a statistic for people.

    Example:
        >>> title_of("number_variance_0.5_fit"), title_of("spacings_fit")
        ('Σ²(0.5), fit', 'spacings, fit')
    """
    if key.startswith("number_variance_"):
        length, unfolding = key.removeprefix("number_variance_").split("_")
        return f"Σ²({length}), {unfolding}"
    return TITLES.get(key, key.replace("_", ", "))


def _p(value: float) -> str:
    return f"{value:.3f}" if value >= 0.0005 else f"{value:.0e}"


def write_pages(found: FileAnalysis, folder: str) -> Path:
    """Write index.html and a figure for each layer; names from the file cannot become markup.

    Args:
        found: the analysis.
        folder: made if it is not there.

    Returns:
        The path of index.html.

    Raises:
        InputError: the folder cannot be written to.
    """
    import matplotlib as mpl
    from jinja2 import Environment, PackageLoader

    report = document(found)
    layers: Sequence[Mapping[str, Any]] = report["layers"]
    figures = [f"layer-{number:03d}.svg" for number in range(1, len(layers) + 1)]
    environment = Environment(loader=PackageLoader("eigenlaw.verify", "."), autoescape=True)
    page = environment.get_template("weight_report.html").render(
        report=report,
        heads=HEADS,
        legend=LEGEND,
        rows=[summary_row(layer) for layer in layers],
        figures=figures,
        facts=[facts(layer) for layer in layers],
        statistics=[statistic_rows(layer) for layer in layers],
    )
    path = Path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        with mpl.rc_context({"svg.hashsalt": "eigenlaw"}):
            for name, layer in zip(figures, found.layers, strict=True):
                layer_figure(layer.matrix).savefig(path / name, metadata={"Date": None})
        (path / "index.html").write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError.of("html", folder, f"cannot be written ({error.strerror})") from error
    return path / "index.html"
