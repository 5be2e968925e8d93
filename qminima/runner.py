"""Running several methods one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .progress import Progress
from .result import Result


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a method that had found something; `result` is its best so far."""

    def __init__(self, result: Result) -> None:
        super().__init__("interrupted")
        self.result = result


def run_methods(
    methods: Mapping[str, Callable[[], Result]], progress: Progress
) -> tuple[list[Result], bool]:
    """Run methods in their order.

    Returns:
        The results, and whether Ctrl-C ended the run early; the last result is then the best
        that the interrupted method had found, if it had found anything.

    Raises:
        KeyboardInterrupt: on Ctrl-C before there was any result.
    """
    results: list[Result] = []
    try:
        for name, run in methods.items():
            with progress.stage(name):
                results.append(run())
    except Interrupted as interrupt:
        results.append(interrupt.result)
        return results, True
    except KeyboardInterrupt:
        if not results:
            raise
        return results, True
    return results, False
