"""Comparisons as pictures."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from .errors import InputError
from .result import Comparison, Result
from .storage import check_writable, write_atomically
from .tables import printable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FORMATS = ("pdf", "png", "svg")


def check_plot_path(path: str | Path) -> None:
    """Raise `InputError` if no picture can be written to the path."""
    suffix = Path(path).suffix.lstrip(".").lower()
    if suffix not in FORMATS:
        raise InputError(
            f"cannot draw {str(path)!r}: expected a name ending in .{', .'.join(FORMATS)}"
        )
    check_writable(path)


def plot_comparison(
    comparison: Comparison, path: str | Path, title: str, scale: float, label: str
) -> None:
    """Plot the convergence of each iterative method, and every other method as a level.

    With a reference, errors from it are plotted, on a logarithmic axis where all are positive.

    Args:
        comparison: what is drawn.
        path: a file ending in one of `FORMATS`.
        title: above the picture; shown literally.
        scale: factor from the unit of the results to that of the axis.
        label: of the vertical axis.

    Raises:
        InputError: if the file cannot be written.
    """
    # Where no settings can be stored, matplotlib logs at length that it uses a temporary folder.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from matplotlib.figure import Figure

    check_plot_path(path)
    zero = 0.0 if comparison.reference is None else comparison.reference.value
    colors = [f"C{index % 10}" for index in range(len(comparison.results))]
    growing = [
        (result, color)
        for result, color in zip(comparison.results, colors, strict=True)
        if result.properties.get("steps")
    ]
    figure = Figure(figsize=(7.5, 7.5 if growing else 4.5), layout="constrained")
    panels = figure.subplots(2 if growing else 1, squeeze=False)[:, 0]
    axes = panels[0]
    if growing:
        _draw_growth(panels[1], growing, zero, scale, label)
    _draw_history(axes, comparison, colors, zero, scale)
    axes.set_title(literal(title))
    axes.set_ylabel(label)

    def write(file: BinaryIO) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            figure.savefig(file, format=Path(path).suffix.lstrip(".").lower(), dpi=150)

    write_atomically(path, write)


def _draw_history(
    axes: Axes, comparison: Comparison, colors: Sequence[str], zero: float, scale: float
) -> None:
    """Values over evaluations, and levels for methods without a history."""
    heights: list[float] = []
    for result, color in zip(comparison.results, colors, strict=True):
        if result.history:
            counts = [count for count, _ in result.history]
            values = [(value - zero) * scale for _, value in result.history]
            axes.plot(counts, values, marker=".", color=color, label=literal(result.method))
        else:
            values = [(result.value - zero) * scale]
            style = ":" if result.kind == "bound" else "--"
            axes.axhline(values[0], linestyle=style, color=color, label=literal(result.method))
        heights += values
    if comparison.reference is not None and heights:
        if min(heights) > -1e-9 and max(heights) > 0:
            axes.set_yscale("symlog", linthresh=max(1e-6 * max(heights), 1e-3))
        axes.axhline(0, color="black", linewidth=0.8)
    axes.set_xlabel("evaluations")
    if comparison.results:
        axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.0, 0.5))


def _draw_growth(
    axes: Axes, results: Sequence[tuple[Result, str]], zero: float, scale: float, label: str
) -> None:
    """Values of ansätze that grow, step by step, over their parameters and their CNOTs."""
    for result, color in results:
        steps = result.properties["steps"]
        heights = [(step["energy"] - zero) * scale for step in steps]
        for key, style in (("parameters", "-"), ("cnots", "--"), ("cnot_depth", ":")):
            if all(key in step for step in steps):
                name = f"{result.method}, {key.replace('_', ' ').replace('cnot', 'CNOT')}"
                axes.plot(
                    [step[key] for step in steps], heights, style, marker=".", color=color,
                    label=literal(name),
                )  # fmt: skip
        if min(heights, default=0) > 0 and zero:
            axes.set_yscale("log")
    axes.set_xscale("log")
    axes.set_xlabel("size of the ansatz")
    axes.set_ylabel(label)
    axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.0, 0.5))


def literal(text: str) -> str:
    """Text that matplotlib does not read as a formula."""
    return printable(text).replace("$", r"\$")
