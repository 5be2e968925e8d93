"""The command `qopt list`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qminima.command import reported_errors
from simulator.memory import MemoryLimitError

if TYPE_CHECKING:
    from ..methods.registry import Method


def list_names() -> None:
    """List the methods, problems, circuits, mixers, formats and instances, one line each."""
    with reported_errors(MemoryLimitError):
        from qminima.library import Library
        from qminima.tables import print_names

        from ..circuits.registry import CIRCUITS, MIXERS
        from ..formats.registry import FORMATS
        from ..instances.downloads import sets
        from ..methods.registry import METHODS
        from ..problems.registry import PROBLEMS

        print_names(
            "methods (--method of qopt solve and qopt compare)",
            {one.id: one.summary + _only(one) for one in METHODS.values()},
        )
        print_names(
            "problems (--problem; what --set sets of a graph, or a file in JSON says)",
            {kind.id: kind.summary + kind.arguments for kind in PROBLEMS.values()},
        )
        print_names(
            "circuits (qopt.NAME in Python)", {n: one.summary for n, one in CIRCUITS.items()}
        )
        print_names("mixers (qopt.NAME in Python)", {n: one.summary for n, one in MIXERS.items()})
        print_names(
            "formats of files (--from, --to)",
            {name: f"{one.about} ({' '.join(one.suffixes)})" for name, one in FORMATS.items()},
        )
        print_names("sets (qopt fetch)", sets())
        notes = {name: entry["note"] for name, entry in Library("problems").index.items()}
        print_names("instances", notes)


def _only(method: Method) -> str:
    """Which of the two commands takes a method, unless both do."""
    if method.run is None:
        return " (compare only)"
    return "" if method.compared else " (solve only)"
