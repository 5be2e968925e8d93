"""The command `qopt warm-up`."""

from __future__ import annotations

import typer

from qminima.command import reported_errors
from simulator.memory import MemoryLimitError


def warm_up() -> None:
    """Compile what circuits and searches need, once; later runs then start at once.

    Compiling takes a few minutes. What is compiled already is loaded, which takes seconds.
    """
    from simulator.warm_up import CacheError
    from simulator.warm_up import warm_up as compile_kernels

    with reported_errors(MemoryLimitError, CacheError):
        from qminima.progress import ProgressBar

        from ..warm_up import examples

        listed = examples()
        with ProgressBar(len(listed)) as progress:
            found = compile_kernels(listed, progress)
        typer.echo(str(found))
