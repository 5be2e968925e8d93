"""Options that several commands of `qopt` share."""

from __future__ import annotations

from typing import Annotated

import typer

FormatOption = Annotated[
    str | None,
    typer.Option("--from", metavar="FORMAT", help="Format of the file, unless its suffix tells."),
]
KindOption = Annotated[
    str | None,
    typer.Option(
        "--problem", metavar="KIND", help="Which problem, as qopt list names them; graphs are cut."
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Argument of the problem, as colours=4."),
]
InstanceSeedOption = Annotated[
    int | None,
    typer.Option("--instance-seed", metavar="N", help="Seed of a random instance, 0.", min=0),
]
ConstraintsOption = Annotated[
    str, typer.Option(help="How circuits keep them: mixer, where one can, or penalty.")
]
PrecisionOption = Annotated[str, typer.Option(help="Of QAOA's state: single or double.")]
SOURCE_HELP = (
    "A file, a name such as petersen, or with --problem the size of a random instance or the "
    "letters of a protein."
)
