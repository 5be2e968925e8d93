"""Curves in panels, as picture files and as SVG text."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from math import isfinite, nan
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .plots import check_plot_path, literal
from .storage import write_atomically

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Ten strong colours and then ten light ones; dots and dashes tell the rest apart.
_COLORS = (
    *(f"C{number}" for number in range(10)),
    "#7fc8f8", "#ffb76b", "#86d98a", "#f58f90", "#c9a7f0",
    "#b98d7f", "#f2a9dd", "#a9a9a9", "#dada58", "#67dfe8",
)  # fmt: skip


@dataclass(frozen=True)
class Curve:
    """One line of a panel; numbers that are not finite leave a gap.

    Attributes:
        label: in the legend.
        x: positions.
        y: heights.
        low: lower edge of a band, if there is one.
        high: its upper edge.
        style: "solid", "dashed" or "dotted".
        marked: whether points are marked.
        color: index of a colour; curves of the same index share it.
    """

    label: str
    x: Sequence[float]
    y: Sequence[float]
    low: Sequence[float] | None = None
    high: Sequence[float] | None = None
    style: str = "solid"
    marked: bool = False
    color: int = 0


@dataclass(frozen=True)
class Panel:
    """Axes with curves.

    Attributes:
        title: above it.
        x_label: under it.
        y_label: beside it.
        curves: in it.
        x_log: whether the horizontal axis is logarithmic.
        y_log: whether the vertical one is.
        steps: whether curves are steps.
        whole: whether only whole numbers are marked on the horizontal axis.
    """

    title: str
    x_label: str
    y_label: str
    curves: Sequence[Curve]
    x_log: bool = False
    y_log: bool = False
    steps: bool = False
    whole: bool = False


def draw_panels(panels: Sequence[Panel], path: str | Path) -> None:
    """Draw panels one under the other into a file (.pdf, .png, .svg).

    Raises:
        InputError: if the file cannot be written.
    """
    check_plot_path(path)
    figure = _figure(panels)

    def write(file: BinaryIO) -> None:
        _save(figure, file, Path(path).suffix.lstrip(".").lower())

    write_atomically(path, write)


def svg(panel: Panel) -> bytes:
    """One panel as an SVG picture that needs nothing else, not even fonts."""
    file = BytesIO()
    _save(_figure([panel]), file, "svg")
    return file.getvalue()


def _figure(panels: Sequence[Panel]) -> Figure:
    # Where no settings can be stored, matplotlib logs at length that it uses a temporary folder.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from matplotlib.figure import Figure

    # As high as the longest legend.
    height = max([4.6, *(0.19 * len(panel.curves) + 0.6 for panel in panels)])
    figure = Figure(figsize=(10.5, height * max(1, len(panels))), layout="constrained")
    if panels:
        axes = figure.subplots(len(panels), squeeze=False)[:, 0]
        for one, panel in zip(axes, panels, strict=True):
            _draw(one, panel)
    return figure


def _draw(axes: Axes, panel: Panel) -> None:
    for curve in panel.curves:
        heights = [value if isfinite(value) else nan for value in curve.y]
        color = _COLORS[curve.color % len(_COLORS)]
        axes.plot(
            curve.x, heights, linestyle=curve.style, marker="o" if curve.marked else None,
            markersize=4, color=color, label=literal(curve.label),
            drawstyle="steps-post" if panel.steps else "default",
        )  # fmt: skip
        if curve.low is not None and curve.high is not None:
            low, high = (
                [v if isfinite(v) else nan for v in edge] for edge in (curve.low, curve.high)
            )
            axes.fill_between(curve.x, low, high, color=color, alpha=0.12, linewidth=0)
    if panel.x_log:
        axes.set_xscale("log")
    if panel.y_log:
        axes.set_yscale("log")
    if panel.whole:
        from matplotlib.ticker import MaxNLocator

        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_title(literal(panel.title))
    axes.set_xlabel(literal(panel.x_label))
    axes.set_ylabel(literal(panel.y_label))
    axes.grid(visible=True, alpha=0.25)
    if panel.curves:
        axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.0, 0.5))


def _save(figure: Figure, file: BinaryIO, form: str) -> None:
    """The same bytes for the same picture."""
    from matplotlib import rc_context

    metadata = {"svg": {"Date": None, "Creator": None}, "pdf": {"CreationDate": None}}.get(form)
    with warnings.catch_warnings(), rc_context({"svg.hashsalt": "qminima"}):
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(file, format=form, dpi=150, metadata=metadata)
