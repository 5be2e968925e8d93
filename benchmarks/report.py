"""Tables of measurements, printed as they come and kept as a page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any


class Report:
    """Markdown tables of one section, with the command that repeats them."""

    def __init__(self, section: str, command: str, machine: str) -> None:
        self._section = section
        self._parts = [f"{machine}. Repeat with `{command}`."]
        print(machine, flush=True)

    def progress(self, line: str) -> None:
        """Tell how far the measurement is."""
        print(line, file=sys.stderr, flush=True)

    def table(self, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Print one table and keep it."""
        texts = [list(columns), *([shown(value) for value in row] for row in rows)]
        widths = [max(len(row[k]) for row in texts) for k in range(len(columns))]
        lines = ["| " + " | ".join(t.rjust(w) for t, w in zip(row, widths, strict=True)) + " |"
                 for row in texts]  # fmt: skip
        lines.insert(1, "|" + "|".join("-" * (width + 1) + ":" for width in widths) + "|")
        text = "\n".join([f"### {title}", "", *lines])
        print(f"\n{text}", flush=True)
        self._parts.append(text)

    def note(self, text: str) -> None:
        """Print a sentence on the tables around it and keep it."""
        print(f"\n{text}", flush=True)
        self._parts.append(text)

    def write(self, page: Path) -> None:
        """Put all tables between the marks of the section, in place of what stands there."""
        begin, end = f"<!-- {self._section} -->", f"<!-- end {self._section} -->"
        text = page.read_text()
        if begin not in text or end not in text:
            raise ValueError(f"expected the lines {begin} and {end} in {page}")
        before, after = text.split(begin)[0], text.split(end)[1]
        tables = "\n\n".join(self._parts)
        page.write_text(f"{before}{begin}\n{tables}\n{end}{after}")


def shown(value: Any) -> str:
    """A number with three or four digits that matter."""
    if value is None:
        return ""
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return str(value)
