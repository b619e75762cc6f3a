"""Figures of a layer, as Figures 1 to 3 of Thamm et al.: spectrum, spacings, number variance, p-values by rank.

Each function draws on axes of Matplotlib; without a window system, `layer_figure` puts all four on one page, and
`layers_figure` those of several layers.
"""

import functools
from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from flint import arb

from eigenlaw.numerics.marchenko_pastur import MarchenkoPastur
from eigenlaw.numerics.modified_marchenko_pastur import ModifiedMarchenkoPastur
from eigenlaw.numerics.placed_windows import placed_variance
from eigenlaw.numerics.wigner_surmise import WignerSurmise
from eigenlaw.verify.bulk_fit import Floats
from eigenlaw.verify.unfolding import number_variance
from eigenlaw.verify.weight_analysis import MatrixAnalysis

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_DATA, _CONTROL, _WARN = "tab:blue", "tab:red", "tab:orange"
_LAW: dict[str, Any] = {"color": "black", "linestyle": "--", "linewidth": 1}


def draw_spectrum(
    axes: "Axes", found: MatrixAnalysis, control: Floats | None = None, control_name: str = "control"
) -> None:
    """Draw the histogram of the singular values, both Marchenko–Pastur laws, the edge and the outliers.

    Args:
        axes: to draw on.
        found: the analysis.
        control: singular values of another matrix of the same shape, such as the layer before training.
        control_name: what the legend calls it.
    """
    values, fit, edge = found.values, found.fit, found.beyond.edge
    top = max(1.05 * fit.high, 1.15 * edge, min(1.05 * float(values[-1]), 3 * edge))
    bins = np.linspace(0, top, min(60, 16 + len(values) // 8) + 1)
    width, highest = float(bins[1]), 0.0
    for numbers, colour, label in ((control, _CONTROL, control_name), (values, _DATA, "layer")):
        if numbers is not None:
            heights = np.histogram(numbers, bins)[0] / (len(numbers) * width)
            axes.stairs(heights, bins, fill=True, color=colour, alpha=0.5, label=label)
            highest = max(highest, float(heights.max()))
    points = np.linspace(0, top, 801)[1:]
    modified = ModifiedMarchenkoPastur(Fraction(fit.low), Fraction(fit.high))
    axes.plot(points, fit.fraction * modified.densities(points), **_LAW, label="modified fit")
    strict, scale = MarchenkoPastur(Fraction(len(values), found.rows)), found.bulk_sigma * found.rows**0.5
    heights = strict.densities(points / scale) / scale
    axes.plot(points, heights, color="0.45", lw=1, ls=":", label="strict, σ from bulk")
    axes.axvline(edge, color=_WARN, lw=1, label="Tracy–Widom edge")
    outliers = found.beyond.values
    if len(outliers):  # a line without points that is not clipped would be laid out from the corner of the page
        axes.plot(np.minimum(outliers, top), np.zeros(len(outliers)), "|", color=_WARN, ms=9, clip_on=False)
    off = int((outliers > top).sum())
    beyond = f", {off} off the right side" if off else ""
    axes.set(xlabel=f"singular value ν ({len(outliers)} beyond the edge{beyond})", ylabel="density", xlim=(0, top))
    axes.set_ylim(0, 1.15 * max(highest, fit.fraction * float(modified.densities(points).max())))
    axes.legend(fontsize=7)


def draw_spacings(axes: "Axes", found: MatrixAnalysis, unfolding: str = "broadening") -> None:
    """Draw the histogram of the spacings against the Wigner surmise, and in an inset the distribution functions.

    Args:
        axes: to draw on.
        found: the analysis.
        unfolding: "fit" or "broadening".
    """
    spacings = np.sort(np.diff(found.unfolded[unfolding]))
    law, points = WignerSurmise(), np.linspace(0, 4, 201)
    bins = np.linspace(0, 4, 25)
    heights = np.histogram(spacings, bins)[0] / (max(1, len(spacings)) * float(bins[1]))
    axes.stairs(heights, bins, fill=True, color=_DATA, alpha=0.5)
    axes.plot(points, law.densities(points), **_LAW)
    axes.set(xlabel=f"unfolded spacing s ({unfolding})", ylabel="density", xlim=(0, 4))
    axes.set_ylim(0, max(1.05, 1.1 * float(heights.max(initial=0))))
    inset = axes.inset_axes((0.6, 0.5, 0.37, 0.45))
    inset.step(spacings, np.arange(1, len(spacings) + 1) / max(1, len(spacings)), where="post", color=_DATA)
    inset.plot(points, law.distributions(points), **_LAW)
    inset.set(xlim=(0, 3), ylim=(0, 1))
    inset.tick_params(labelsize=6)


def draw_number_variance(
    axes: "Axes", found: MatrixAnalysis, control: MatrixAnalysis | None = None, control_name: str = "control"
) -> None:
    """Draw the number variance of windows around each level, the exact law of the GOE, and the null's 5 to 95 %.

    Args:
        axes: to draw on.
        found: the analysis.
        control: that of another matrix of the same shape, which is drawn unfolded by broadening.
        control_name: what the legend calls it.
    """
    longest = max(found.processing.lengths)
    grid = tuple(np.geomspace(0.25, longest, 24))
    for name, colour in (("broadening", _DATA), ("fit", "tab:green")):
        levels = found.unfolded[name]
        if len(levels) > 8:
            axes.plot(grid, number_variance(levels, grid), color=colour, marker=".", ms=4, lw=0.8, label=name)
            nulls = [found.findings[f"number variance {length:g}, {name}"].null for length in found.processing.lengths]
            low, _, high = np.array(nulls).T
            axes.fill_between(found.processing.lengths, low, high, color=colour, alpha=0.2, lw=0)
    if control is not None:
        heights = number_variance(control.unfolded["broadening"], grid)
        axes.plot(grid, heights, color=_CONTROL, lw=0.8, label=f"{control_name}, broadening")
    exact = [_exact_variance(float(length)) for length in grid]
    axes.plot(grid, exact, **_LAW, label="GOE, exact")
    highest = max(found.findings[f"number variance {longest:g}, broadening"].null[2], *exact)
    axes.set(xlabel="length l of the windows", ylabel="Σ²(l), mean of (N − l)²", xscale="log")
    axes.set_ylim(0, min(3 * highest, max(1.5 * highest, axes.get_ylim()[1])))
    axes.set_xticks(found.processing.lengths, [f"{length:g}" for length in found.processing.lengths])
    axes.minorticks_off()
    axes.legend(fontsize=7, title="shaded: 5–95 % of the null", title_fontsize=7)


@functools.lru_cache(maxsize=1024)
def _exact_variance(length: float) -> float:
    return float(placed_variance(1, arb(length), "centre", True))


def draw_vectors(axes: "Axes", found: MatrixAnalysis) -> None:
    """Draw the Porter–Thomas p-values by the rank of the singular value, and their averages over the window.

    Args:
        axes: to draw on.
        found: the analysis.
    """
    vectors = found.vectors
    ranks = np.arange(len(vectors.p_values)) / (len(vectors.p_values) - 1)
    axes.plot(ranks, vectors.p_values, ".", color="0.7", ms=3, label="each vector")
    low, _, high = vectors.average_null
    axes.axhspan(low, high, color=_DATA, alpha=0.15, lw=0, label="5–95 % of the null")
    window = found.processing.window
    axes.plot(vectors.positions, vectors.averages, color=_DATA, lw=1.2, label=f"average of {window}")
    axes.set(xlabel="rank of the singular value (1: largest)", ylabel="p-value", xlim=(0, 1), ylim=(0, 1))
    axes.legend(fontsize=7)


def layer_figure(found: MatrixAnalysis, control: Floats | None = None) -> "Figure":
    """Return one page with all four drawings.

    Args:
        found: the analysis.
        control: singular values of another matrix of the same shape, for the first drawing.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6.6), layout="constrained")
    axes = figure.subplots(2, 2)
    draw_spectrum(axes[0, 0], found, control)
    draw_spacings(axes[0, 1], found)
    draw_number_variance(axes[1, 0], found)
    draw_vectors(axes[1, 1], found)
    return figure


def layers_figure(
    named: Mapping[str, MatrixAnalysis], control: MatrixAnalysis, control_name: str = "control"
) -> "Figure":
    """Return one page with a row of all four drawings for each layer, as Figure 3.

    Args:
        named: the analyses by the titles of their rows.
        control: that of another matrix of the same shape, such as the layer before training.
        control_name: what the legends call it.
    """
    from matplotlib.figure import Figure

    height = 3.4 * len(named)
    figure = Figure(figsize=(16, height))
    rows = figure.subplots(len(named), 4, squeeze=False)
    figure.subplots_adjust(0.045, 0.5 / height, 0.99, 1 - 0.3 / height, wspace=0.2, hspace=0.33)
    for row, (title, found) in zip(rows, named.items(), strict=True):
        draw_spectrum(row[0], found, control.values, control_name)
        draw_spacings(row[1], found)
        draw_number_variance(row[2], found, control, control_name)
        draw_vectors(row[3], found)
        for letter, axes in zip("abcd", row, strict=True):
            axes.set_title(f"({letter}) {title}", fontsize=10)
    return figure
