"""Methods without independent runs, as a single run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..solving.certainty import bound_of
from ..solving.options import SolveOptions
from .drawn import Drawn

if TYPE_CHECKING:
    from ..methods.registry import Method
    from .task import Task


def single_result(method: Method, task: Task) -> Drawn:
    """The one result of a classical method, and its proof if it has one."""
    if method.run is None:
        raise TypeError(f"{method.id} has neither a sampler nor a run")
    options = SolveOptions(
        seed=None if task.seed is None else task.seed_for_library(),
        time_limit=task.budget.seconds,
        progress=task.progress,
    )
    result = method.run(task.instance, options)
    return Drawn(
        bitstrings=() if result.bitstring is None else (result.bitstring,),
        evaluations=result.evaluations or None,
        seconds=result.seconds,
        once=True,
        proven=bool(result.properties.get("proven")),
        bound=bound_of(result),
    )
