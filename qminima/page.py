"""One self-contained HTML page: text, tables and pictures, and nothing from anywhere else."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import BinaryIO

from .storage import write_atomically
from .tables import printable

# No script, no font, no address: the policy lets nothing be loaded.
_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>{title}</title>
<style>
:root {{ color-scheme: light; --ink: #1b1f24; --faint: #57606a; --line: #d8dee4; --tint: #f6f8fa;
 --accent: #0b5cad; }}
body {{ font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: #fff; margin: 0; }}
main {{ max-width: 1360px; margin: 0 auto; padding: 2rem 1.25rem 4rem; }}
h1 {{ font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; }}
h2 {{ font-size: 1.25rem; margin: 2.5rem 0 .5rem; padding-top: .75rem;
 border-top: 1px solid var(--line); }}
p {{ margin: .5rem 0; max-width: 75ch; }}
.verdict {{ background: var(--tint); border-left: 4px solid var(--accent); padding: .75rem 1rem;
 max-width: none; }}
.note {{ color: var(--faint); font-size: .9rem; }}
.scroll {{ overflow-x: auto; margin: .75rem 0; }}
table {{ border-collapse: collapse; font-size: .8rem; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .3rem .5rem; text-align: right; border-bottom: 1px solid var(--line);
 white-space: nowrap; }}
th:first-child, td:first-child {{ text-align: left; }}
.text {{ text-align: left; white-space: normal; }}
thead th {{ background: var(--tint); border-bottom: 2px solid var(--line); }}
tr.marked td:first-child {{ color: var(--accent); }}
img {{ max-width: 100%; height: auto; }}
figure {{ margin: 1rem 0; }}
figcaption {{ color: var(--faint); font-size: .9rem; max-width: 75ch; }}
code {{ background: var(--tint); padding: .1rem .35rem; border-radius: 4px;
 overflow-wrap: anywhere; }}
details {{ margin: .4rem 0; }}
summary {{ cursor: pointer; }}
</style>
</head>
<body>
<main>
"""

_TEXT = ' class="text"'


class Page:
    """Parts one after the other; all text is escaped.

    >>> page = Page("A & B")
    >>> page.paragraph("1 < 2")
    >>> "<p>1 &lt; 2</p>" in page.html()
    True
    """

    def __init__(self, title: str) -> None:
        self._parts = [_HEAD.format(title=_text(title)), f"<h1>{_text(title)}</h1>\n"]

    def heading(self, text: str) -> None:
        """Begin a section."""
        self._parts.append(f"<h2>{_text(text)}</h2>\n")

    def paragraph(self, text: str, kind: str = "") -> None:
        """A paragraph; of a kind "verdict" or "note"."""
        attribute = f' class="{kind}"' if kind else ""
        self._parts.append(f"<p{attribute}>{_text(text)}</p>\n")

    def code(self, label: str, text: str) -> None:
        """A line such as a command."""
        self._parts.append(f"<p>{_text(label)} <code>{_text(text)}</code></p>\n")

    def table(
        self,
        headings: Sequence[str],
        rows: Sequence[Sequence[str]],
        marked: Sequence[bool] = (),
        texts: int = 1,
    ) -> None:
        """A table whose first columns are text, the others numbers."""
        self._parts.append(_table(headings, rows, marked, texts))

    def folded(
        self, summary: str, headings: Sequence[str], rows: Sequence[Sequence[str]],
        marked: Sequence[bool] = (), notes: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """A table that is shown when its summary is clicked, and notes under it."""
        table = _table(headings, rows, marked, 1)
        under = "".join(f'<p class="note">{_text(note)}</p>\n' for note in notes)
        self._parts.append(
            f"<details><summary>{_text(summary)}</summary>\n{table}{under}</details>\n"
        )

    def values(self, values: Mapping[str, str]) -> None:
        """Names and values."""
        self._parts.append(_table(("", ""), list(values.items()), (), 2))

    def picture(self, svg: bytes, caption: str) -> None:
        """A picture and what it shows."""
        data = b64encode(svg).decode()
        self._parts.append(
            f'<figure><img alt="{_text(caption)}" src="data:image/svg+xml;base64,{data}">\n'
            f"<figcaption>{_text(caption)}</figcaption></figure>\n"
        )

    def html(self) -> str:
        """All of it."""
        return "".join([*self._parts, "</main>\n</body>\n</html>\n"])

    def write(self, path: str | Path) -> None:
        """Write it to a file.

        Raises:
            InputError: if the file cannot be written.
        """

        def write(file: BinaryIO) -> None:
            file.write(self.html().encode(errors="replace"))

        write_atomically(path, write)


def _table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], marked: Sequence[bool], texts: int
) -> str:
    lines = []
    for number, row in enumerate(rows):
        attribute = ' class="marked"' if number < len(marked) and marked[number] else ""
        lines.append(f"<tr{attribute}>{_cells(row, 'td', texts)}</tr>")
    top = f"<thead><tr>{_cells(headings, 'th', texts)}</tr></thead>" if any(headings) else ""
    body = "\n".join(lines)
    return f'<div class="scroll"><table>{top}<tbody>\n{body}\n</tbody></table></div>\n'


def _cells(row: Sequence[str], tag: str, texts: int) -> str:
    """The first column is not broken into lines, further texts may be."""
    return "".join(
        f"<{tag}{_TEXT if 0 < number < texts else ''}>{_text(cell)}</{tag}>"
        for number, cell in enumerate(row)
    )


def _text(text: str) -> str:
    return escape(printable(text))
