"""Running several methods one after the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .errors import MethodError
from .limits import Deadline
from .progress import Progress
from .result import Result


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a method that had found something; `result` is its best so far."""

    def __init__(self, result: Result) -> None:
        super().__init__("interrupted")
        self.result = result


def hand_over(result: Result, deadline: Deadline) -> Result:
    """The result of a method whose work a deadline enclosed.

    Raises:
        Interrupted: with the result, if Ctrl-C ended that work.
    """
    if deadline.interrupted:
        raise Interrupted(result)
    return result


@dataclass
class Run:
    """The outcome of several methods.

    Attributes:
        results: of the methods that gave one, by their names.
        failures: why the others did not.
        interrupted: whether Ctrl-C ended the run early; the last result is then the best that
            the interrupted method had found, if it had found anything.
    """

    results: dict[str, Result] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    interrupted: bool = False


def run_methods(methods: Mapping[str, Callable[[], Result]], progress: Progress) -> Run:
    """Run methods in their order; one that breaks down does not take the others with it.

    Raises:
        KeyboardInterrupt: on Ctrl-C before there was any result.
    """
    run = Run()
    try:
        for name, method in methods.items():
            with progress.stage(name):
                try:
                    run.results[name] = method()
                except MethodError as error:
                    run.failures[name] = str(error)
    except Interrupted as interrupt:
        run.results[name] = interrupt.result
        run.interrupted = True
    except KeyboardInterrupt:
        if not run.results:
            raise
        run.interrupted = True
    return run
