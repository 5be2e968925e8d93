"""The commands `qopt prove` and `qopt check`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from qminima.command import (
    INTERRUPTED,
    TimeLimitOption,
    check_outputs,
    check_time_limit,
    reported_errors,
)
from qminima.errors import shorten
from qminima.limits import Deadline
from simulator.memory import MemoryLimitError

from .instances import load_aloud
from .options import FormatOption, InstanceSeedOption, KindOption, SetOption, SourceArgument

if TYPE_CHECKING:
    from ..classical.proofs.proof_check import Checked


def prove(
    source: SourceArgument,
    target: Annotated[Path, typer.Argument(metavar="FILE", help="The file of the proof.")],
    problem: KindOption = None,
    settings: SetOption = None,
    form: FormatOption = None,
    instance_seed: InstanceSeedOption = None,
    time_limit: TimeLimitOption = None,
) -> None:
    """Prove that no cut is larger, or no cost of another quadratic problem lower, and write how.

    What time does not suffice for is a proof of a weaker bound. Example: qopt prove karate k.json
    """
    with reported_errors(MemoryLimitError):
        check_time_limit(time_limit)
        check_outputs(target, None, source)

        from qminima.progress import ProgressBar
        from qminima.tables import distinct_digits, number_text

        from ..classical.cut_form import exact_cut
        from ..classical.greedy import greedy_bitstring
        from ..classical.proofs.branching import prove_cut
        from ..classical.proofs.proof_check import check as verify

        loaded = load_aloud(source, problem, settings, form, instance_seed)
        exact = exact_cut(loaded)
        graph = exact.form.maxcut
        with ProgressBar(1) as progress, progress.stage("proof"):
            deadline = Deadline(time_limit)
            start = greedy_bitstring(graph, deadline.within(deadline.left() / 4))
            proof = prove_cut(exact, start, deadline, progress)
        proof.write(target)
        typer.echo(_statement(loaded.name, verify(proof.record())))
        if proof.interrupted:
            typer.echo("interrupted: the file holds the bound that was reached", err=True)
            raise typer.Exit(INTERRUPTED)
        if graph is not loaded:
            rounded = ", up to rounding" if exact.cost.loss else ""
            digits = distinct_digits((float(exact.constant), float(proof.bound)), 10)
            constant = number_text(float(exact.constant), digits)
            typer.echo(f"costs of {loaded.kind} are {constant} minus these cuts{rounded}")


def check(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A proof that qopt prove wrote.")],
) -> None:
    """Check a proof, in exact arithmetic and with nothing of the search that found it."""
    with reported_errors():
        from qminima.storage import read_json

        from ..classical.proofs.proof_check import check as verify

        record = read_json(path)
        found = verify(record)
        name = f"a graph that calls itself {shorten(record.get('name'))}"
        typer.echo(f"holds: {_statement(name, found)}")


def _statement(name: str, checked: Checked) -> str:
    from qminima.tables import counted, fractions_text, printable

    name += f", {counted(checked.nodes, 'node')}, {counted(checked.edges, 'edge')}"
    cases = counted(checked.leaves, "case")
    cut, bound = fractions_text((checked.cut, checked.bound), 10)
    if checked.optimal:
        return f"{printable(name)}: the cut of {cut} is optimal ({cases})"
    return f"{printable(name)}: no cut exceeds {bound}, one of {cut} is known ({cases})"
