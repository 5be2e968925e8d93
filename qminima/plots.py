"""Comparisons as pictures."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path
from typing import BinaryIO

from .errors import InputError
from .result import Comparison
from .storage import check_writable, write_atomically
from .tables import printable

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
    """Draw the way down of each iterative method, and every other method as a level.

    With a reference, the errors from it are drawn; on a logarithmic axis where all are
    positive.

    Args:
        comparison: what is drawn.
        path: a file ending in one of `FORMATS`.
        title: above the picture; shown literally.
        scale: factor from the unit of the results to that of the axis.
        label: of the vertical axis.

    Raises:
        InputError: if the file cannot be written.
    """
    # Where no settings can be stored, matplotlib tells at length that it uses a temporary folder.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from matplotlib.figure import Figure

    check_plot_path(path)
    figure = Figure(figsize=(7.5, 4.5), layout="constrained")
    axes = figure.subplots()
    zero = 0.0 if comparison.reference is None else comparison.reference.value
    heights: list[float] = []
    for index, result in enumerate(comparison.results):
        color = f"C{index % 10}"
        if result.history:
            counts = [count for count, _ in result.history]
            values = [(value - zero) * scale for _, value in result.history]
            axes.plot(counts, values, marker=".", color=color, label=_literal(result.method))
        else:
            values = [(result.value - zero) * scale]
            style = ":" if result.kind == "bound" else "--"
            axes.axhline(values[0], linestyle=style, color=color, label=_literal(result.method))
        heights += values
    if comparison.reference is not None and heights:
        if min(heights) > -1e-9 and max(heights) > 0:
            axes.set_yscale("symlog", linthresh=max(1e-6 * max(heights), 1e-3))
        axes.axhline(0, color="black", linewidth=0.8)
    axes.set_title(_literal(title))
    axes.set_xlabel("evaluations")
    axes.set_ylabel(label)
    if comparison.results:
        axes.legend(fontsize="small", loc="center left", bbox_to_anchor=(1.0, 0.5))

    def write(file: BinaryIO) -> None:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Glyph .* missing from font")
            figure.savefig(file, format=Path(path).suffix.lstrip(".").lower(), dpi=150)

    write_atomically(path, write)


def _literal(text: str) -> str:
    """Text that matplotlib does not read as a formula."""
    return printable(text).replace("$", r"\$")
