"""The command `qopt fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from qminima.command import reported_errors


def fetch(
    names: Annotated[
        list[str], typer.Argument(metavar="NAME...", help="Instances, as G1, or sets, as gset.")
    ],
    folder: Annotated[
        Path, typer.Option("--folder", metavar="DIR", help="Where the files go.")
    ] = Path(),
    mirror: Annotated[
        str | None,
        typer.Option("--mirror", metavar="URL", help="Another place, with files SET/FILE."),
    ] = None,
) -> None:
    """Download public instances (Gset, Biq Mac, QPLIB) and check their checksums.

    A download that was cut off goes on where it stopped. Example: qopt fetch G1 bqp50-1.
    """
    with reported_errors():
        from qminima.progress import ProgressBar

        from ..instances.downloads import fetch as download
        from ..instances.downloads import select

        with ProgressBar(len(select(names))) as progress:
            paths = download(names, folder, mirror=mirror, progress=progress)
        for path in paths:
            typer.echo(path)
