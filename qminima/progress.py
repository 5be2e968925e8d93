"""Progress of long work: silent in programs, a bar on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Reports nothing; the base of those that do."""

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:  # noqa: ARG002 - used by subclasses
        """Enclose one piece of work, such as a method."""
        yield

    def note(self, text: str) -> None:
        """Say how far the current stage is."""

    def say(self, text: str) -> None:
        """Tell something that is to stay on the screen."""


class ProgressBar(Progress):
    """A bar on standard error over a known number of stages, shown only on a terminal."""

    def __init__(self, total: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        console = Console(stderr=True)
        self._bar = RichProgress(
            SpinnerColumn(),
            TextColumn("{task.fields[stage]}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task("", total=total, stage="starting", note="")

    def __enter__(self) -> ProgressBar:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Show the stage's name, and count it when it ends."""
        self._bar.update(self._task, stage=name, note="")
        yield
        self._bar.advance(self._task)

    def note(self, text: str) -> None:
        """Show a text behind the bar."""
        self._bar.update(self._task, note=text)

    def say(self, text: str) -> None:
        """Print a line above the bar, also where no bar is shown."""
        self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
