"""Run QAOA and classical methods on one problem, and compare them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

from qminima.errors import InputError, check_name
from qminima.progress import Progress
from qminima.result import Comparison, Result
from qminima.runner import run_methods
from simulator.memory import MemoryLimitError

from ..classical.target import target_cost
from ..methods.fits import check_fits
from ..methods.registry import CLASSICAL, METHODS, QUANTUM, Method
from ..problems.binary import BinaryProblem
from ..problems.instance import Instance
from .certainty import best_known as best_known
from .certainty import best_solution as best_solution
from .options import SolveOptions
from .verdict import verdict


@dataclass(frozen=True, eq=False)
class Prepared:
    """Methods that fit a problem, ready to run.

    Attributes:
        instance: the problem, for classical methods and for circuits.
        methods: that fit, in order.
        skipped: why others do not fit.
        memory: predicted bytes of the largest method.
        options: of all methods.
        started: when the preparation began.
    """

    instance: Instance
    methods: Sequence[Method]
    skipped: Mapping[str, str]
    memory: int
    options: SolveOptions
    started: datetime

    @property
    def problem(self) -> BinaryProblem:
        """The problem."""
        return self.instance.problem


def solve(
    problem: BinaryProblem,
    methods: Sequence[str] | None = None,
    *,
    optional: Collection[str] = (),
    **options: Any,
) -> Comparison:
    """Run methods on one problem and compare them with the best value that is proven or known.

    Args:
        problem: what is minimised.
        methods: names out of `CLASSICAL` and `QUANTUM`, run in this order. None stands for the
            classical ones and "qaoa", all optional.
        optional: those of them that are left out, with the reason, if they do not fit the problem;
            the others raise.
        options: by the names in `SolveOptions`, such as `depth`, `seed` or `time_limit`.

    Raises:
        InputError: for an unknown method, options as in `SolveOptions`, or a method that does not
            fit the problem.
        MemoryLimitError: if a named method does not fit into memory.

    >>> import networkx, qopt
    >>> problem = qopt.maxcut(networkx.petersen_graph())
    >>> comparison = solve(problem, ["tabu", "exact", "qaoa"], depth=1, seed=0)
    >>> [problem.score(result.bitstring) for result in comparison.results]
    [12.0, 12.0, 12.0]
    """
    return run(prepare(problem, methods, optional=optional, options=SolveOptions(**options)))


def prepare(
    problem: BinaryProblem,
    methods: Sequence[str] | None = None,
    *,
    optional: Collection[str] = (),
    options: SolveOptions,
) -> Prepared:
    """Check which methods fit a problem; arguments and errors as in `solve`."""
    if methods is None:
        methods = optional = (*CLASSICAL, "qaoa")
    for name in methods:
        check_name("method", name, (*CLASSICAL, *QUANTUM))
    started, instance = datetime.now(UTC), Instance.of(problem, options.constraints)
    target_cost(problem, options.target)  # raises for one that cannot be reached
    fitting: list[Method] = []
    skipped: dict[str, str] = {}
    memory = 0
    for name in methods:
        chosen = METHODS[name]
        if name in optional and chosen.made_for is not None and not chosen.made_for(problem):
            continue
        try:
            memory = max(memory, check_fits(instance, name, options.depth, options.precision))
        except (InputError, MemoryLimitError) as reason:
            if name not in optional:
                raise
            skipped[name] = str(reason)
        else:
            fitting.append(chosen)
    return Prepared(instance, fitting, skipped, memory, options, started)


def run(prepared: Prepared) -> Comparison:
    """Run what was prepared, and compare the results.

    Where time is limited, exact methods run first: searches end once they reach a value that is
    proven optimal.
    """
    problem, options = prepared.problem, prepared.options
    proven: list[float] = []

    def result(method: Method) -> Result:
        limited = options
        if proven and options.target is None:
            limited = replace(options, target=0.0 - proven[0] if problem.maximise else proven[0])
        assert method.run is not None  # noqa: S101 - for the type checker
        found = method.run(prepared.instance, limited)
        if found.properties.get("proven"):
            proven.append(found.value)
        return found

    order = list(prepared.methods)
    if options.time_limit is not None:
        order.sort(key=lambda method: not method.exact)
    runs = {method.id: partial(result, method) for method in order}
    done = run_methods(runs, options.progress or Progress())
    results = [done.results[one.id] for one in prepared.methods if one.id in done.results]
    reference = best_known(problem, results)
    return Comparison(
        problem.describe(),
        tuple(results),
        reference,
        "No circuit was finished, so nothing is decided."
        if done.interrupted and not any(result.kind == "quantum" for result in results)
        else verdict(problem, results, reference),
        solution=best_solution(problem, results),
        skipped={**prepared.skipped, **done.failures},
        interrupted=done.interrupted,
        seed=options.seed,
        started=prepared.started,
    )
