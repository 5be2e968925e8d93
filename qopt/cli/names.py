"""The command `qopt list`."""

from __future__ import annotations

from qminima.command import reported_errors
from simulator.memory import MemoryLimitError


def list_names() -> None:
    """List the methods, problems, circuits, mixers, formats and instances, one line each."""
    with reported_errors(MemoryLimitError):
        from qminima.library import Library
        from qminima.tables import print_names, summary

        from ..catalogue import CIRCUITS, MIXERS, PROBLEMS, arguments
        from ..formats.registry import FORMATS
        from ..instances.downloads import sets
        from ..methods import CLASSICAL, COMPARED, METHODS, QUANTUM

        for command, methods in (("solve", (*CLASSICAL, *QUANTUM)), ("compare", COMPARED)):
            print_names(
                f"methods of qopt {command} (--method)",
                {name: METHODS[name].summary for name in methods},
            )
        for title, names in (
            ("problems (--problem; what --set sets of a graph, or a file in JSON says)", PROBLEMS),
            ("circuits (qopt.NAME in Python)", CIRCUITS),
            ("mixers (qopt.NAME in Python)", MIXERS),
        ):
            lines = {name: summary(function) for name, function in names.items()}
            if names is PROBLEMS:
                lines = {name: f"{line}{arguments(name)}" for name, line in lines.items()}
            print_names(title, lines)
        print_names(
            "formats of files (--from, --to)",
            {name: f"{one.about} ({' '.join(one.suffixes)})" for name, one in FORMATS.items()},
        )
        print_names("sets (qopt fetch)", sets())
        notes = {name: entry["note"] for name, entry in Library("problems").index.items()}
        print_names("instances", notes)
