"""The command `qopt convert`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qminima.command import check_outputs, reported_errors
from simulator.memory import MemoryLimitError

from .instances import load_aloud, size_text
from .options import FormatOption, InstanceSeedOption, KindOption, SetOption, SourceArgument


def convert(
    source: SourceArgument,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")],
    problem: KindOption = None,
    settings: SetOption = None,
    form: FormatOption = None,
    to: Annotated[
        str | None,
        typer.Option(
            "--to", metavar="FORMAT", help="Format of the new file, unless its suffix tells."
        ),
    ] = None,
    instance_seed: InstanceSeedOption = None,
) -> None:
    """Write an instance in another format; a graph with --problem becomes that problem's cost.

    Examples: qopt convert petersen p.col; qopt convert --problem vertex-cover karate k.qplib.
    """
    with reported_errors(MemoryLimitError):
        from ..formats.registry import find_format, write_file

        check_outputs(target, None, source)
        loaded = load_aloud(source, problem, settings, form, instance_seed)
        write_file(loaded, target, format=to)
        goal = find_format(target, to)
        kept = ", its cost alone: JSON keeps kind, labels and constraints"
        if goal.holds != "quadratic":
            kept = ""
        typer.echo(
            f"{loaded.name}: {size_text(loaded)}, written to {target} ({goal.name}{kept})", err=True
        )
