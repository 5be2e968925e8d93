"""Best known values of public instances, which are recognised by their content."""

from __future__ import annotations

import json
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any

from qminima.result import Reference

from .downloads import instances


def known_reference(path: str | Path) -> Reference | None:
    """The best cut that is known of a Gset graph, as a cost; None for any other file.

    Tables drift and contain misprints, so that each value comes with its source and date. The file
    has to be the public one byte by byte, whatever its name.
    """
    file = Path(path)
    sizes, graphs = _graphs()
    if not file.is_file() or file.stat().st_size not in sizes:
        return None
    name = graphs.get(sha256(file.read_bytes()).hexdigest())
    return None if name is None else _reference(name)


@cache
def _graphs() -> tuple[frozenset[int], dict[str, str]]:
    """Sizes of files, and names by checksum."""
    gset = [one for one in instances().values() if one.set == "gset"]
    return frozenset(one.size for one in gset), {one.checksum: one.name for one in gset}


def _reference(name: str) -> Reference | None:
    table = _table()
    if name not in table["cuts"]:
        return None
    source = table["newer"].get(name, table["source"])
    return Reference(
        -float(table["cuts"][name]),
        f"best known cut of {name}",
        "best known",
        f"{source}, read {table['date']}",
    )


@cache
def _table() -> dict[str, Any]:
    text = (files("qopt") / "data" / "gset_best_known.json").read_text(encoding="utf-8")
    table: dict[str, Any] = json.loads(text)
    return table
