"""Options, threads, errors and exit codes of the command lines."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated, Any, Protocol, TypeVar

import typer

from .errors import InputError, MethodError, check_name
from .limits import Deadline
from .tables import printable

# Exit codes: bad input, and a run stopped by Ctrl-C (128 + SIGINT).
BAD_INPUT = 2
INTERRUPTED = 130

JsonOption = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the run record as JSON.")
]
PlotOption = Annotated[
    Path | None, typer.Option("--plot", metavar="FILE", help="Draw the run (.png, .svg or .pdf).")
]
SeedOption = Annotated[
    int, typer.Option("--seed", metavar="N", help="Seed of all randomness.", min=0)
]
TimeLimitOption = Annotated[
    float | None,
    typer.Option(
        "--time-limit",
        metavar="SECONDS",
        help="Limit for each method that can be stopped: circuits, searches, exact solvers.",
    ),
]
ThreadsOption = Annotated[
    int | None, typer.Option("--threads", metavar="N", help="Threads to use; all by default.")
]
MethodOption = Annotated[
    str | None,
    typer.Option(
        "--method",
        metavar="NAME[,NAME]",
        help="Run these methods only; a quantum method alone keeps its classical baselines.",
    ),
]

COMPILING = (
    "compiling kernels for this machine, which can take a minute; they are kept for later runs "
    "where a cache folder can be written"
)

_THREAD_VARIABLES = (
    "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
)  # fmt: skip


def make_app(name: str, summary: str) -> typer.Typer:
    """A command-line application with subcommands."""
    app = typer.Typer(
        name=name,
        help=summary,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback(invoke_without_command=True)
    def version_option(
        context: typer.Context,
        version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    ) -> None:
        if version:
            from . import __version__

            typer.echo(f"{name} (qminima) {__version__}")
            raise typer.Exit
        if context.invoked_subcommand is None:
            raise typer.Exit

    return app


@contextmanager
def reported_errors(*kinds: type[Exception]) -> Iterator[None]:
    """Turn errors that the user can mend into one line on standard error and exit status 2.

    Args:
        kinds: exceptions that are such errors, beside `InputError`.
    """
    mendable: tuple[type[Exception], ...] = (InputError, MethodError, *kinds)
    try:
        yield
    except mendable as error:
        typer.echo(f"error: {printable(error)}", err=True)
        raise typer.Exit(BAD_INPUT) from None
    except KeyboardInterrupt:
        typer.echo("interrupted before there was a result", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        # Whoever read the output has gone; nothing is left to be said.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(1) from None


def check_threads(count: int | None) -> None:
    """Validate `--threads` and pass it on to libraries that have not been loaded yet.

    Raises:
        InputError: if the machine does not have that many.
    """
    if count is None:
        return
    most = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if not 1 <= count <= most:
        raise InputError(f"expected 1 to {most} threads (processors of this machine), got {count}")
    for variable in _THREAD_VARIABLES:
        os.environ[variable] = str(count)


def check_time_limit(limit: float | None) -> None:
    """Raise `InputError` for a limit that is not a positive number."""
    Deadline(limit)


def check_outputs(
    json: Path | None, plot: Path | None, *sources: str, more: Sequence[Path | None] = ()
) -> None:
    """Raise `InputError` now if a file could not be written after a long run.

    Nor may one of them take the place of another, or of a file that is read.

    Args:
        json: the record.
        plot: the picture.
        sources: files, or names, that are read.
        more: further files that are written.
    """
    from .storage import check_writable

    outputs = [path for path in (json, plot, *more) if path is not None]
    for number, output in enumerate(outputs):
        if any(_same_file(output, source) for source in sources) and output.exists():
            raise InputError(f"cannot write {output}: it is the file that is read")
        if any(_same_file(output, other) for other in outputs[:number]):
            raise InputError(f"cannot write two files to {output}; name another one")
    if plot is not None:
        from .plots import check_plot_path

        check_plot_path(plot)
    for output in outputs:
        check_writable(output)


def _same_file(one: str | Path, other: str | Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def select_methods(
    requested: str | None, classical: tuple[str, ...], quantum: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The methods to run, in their usual order, and those of them that the user named.

    Without a request these are all classical methods and the first quantum one. Quantum
    methods named alone keep the classical ones beside them; as soon as a classical one is
    named, only named methods run.

    Raises:
        InputError: for an unknown name, listing the known ones.
    """
    if requested is None:
        return classical + quantum[:1], ()
    names = [name.strip().lower() for name in requested.split(",")]
    for name in names:
        check_name("method", name, classical + quantum)
    named = tuple(name for name in classical + quantum if name in names)
    return (classical + named if set(named) <= set(quantum) else named), named


def refuse_options(context: typer.Context, options: tuple[str, ...], method: str) -> None:
    """Raise `InputError` for an option that was given but belongs to a method that does not run."""
    for option in options:
        source = context.get_parameter_source(option)
        if source is not None and source.name == "COMMANDLINE":
            name = option.replace("_", "-")
            raise InputError(
                f"--{name} is for {method}, which --method leaves out; name it there as well"
            )


def refuse_vacuous(context: typer.Context, option: str, reason: str) -> None:
    """Raise `InputError` for an option that was given but has nothing to act on."""
    source = context.get_parameter_source(option)
    if source is not None and source.name == "COMMANDLINE":
        raise InputError(f"--{option.replace('_', '-')} has nothing to act on: {reason}")


class Recorded(Protocol):
    """The outcome of a run: it has a record, and may have been ended early."""

    @property
    def interrupted(self) -> bool:
        """Whether the user ended it."""

    def record(self) -> dict[str, Any]:
        """The run record."""


Given = TypeVar("Given", bound=Recorded)


def finish(
    found: Given,
    show: Callable[[Given], None],
    json: Path | None,
    *files: tuple[Path | None, Callable[[Given, Path], None]],
) -> None:
    """Store, draw and print what a run gave; exit with 130 if it was interrupted.

    Files come first, so that a terminal or pipe that has gone takes nothing with it. The table is
    printed even if they cannot be written.

    Args:
        found: what is stored and shown.
        show: prints it.
        json: where the record goes, if anywhere.
        files: where else something goes, and what writes it.
    """
    from .storage import write_json

    failure: InputError | None = None
    interrupted = found.interrupted
    try:
        if json is not None:
            write_json(json, found.record())
        for path, write in files:
            if path is not None:
                write(found, path)
    except InputError as error:
        failure = error
    except KeyboardInterrupt:
        typer.echo("interrupted while files were written", err=True)
        interrupted = True
    if sys.stdout is not None:
        try:
            show(found)
            sys.stdout.flush()
        except BrokenPipeError:
            raise
        except OSError as error:
            raise InputError(f"cannot write the table: {error.strerror}") from None
    if failure is not None:
        raise failure
    if interrupted:
        raise typer.Exit(INTERRUPTED)


def run(app: typer.Typer) -> None:
    """Run an application as a program: Ctrl-C at any moment ends it quietly with status 130."""
    interrupted = False

    def interrupt(*_: object) -> None:
        nonlocal interrupted
        interrupted = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without Greek gets question marks
    try:
        app()
    except SystemExit:
        raise
    except BaseException as error:
        if isinstance(error, OSError) and error.errno == errno.ENOSPC:
            print(f"error: cannot write: {error.strerror}", file=sys.stderr)
            sys.exit(BAD_INPUT)
        # Libraries may turn an interrupt that comes while they load into another error.
        if not interrupted:
            raise
        sys.exit(INTERRUPTED)
