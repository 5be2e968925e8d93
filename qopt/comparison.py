"""QAOA beside the classical methods, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from qminima.errors import InputError, unknown_name
from qminima.progress import Progress
from qminima.result import Comparison, Reference, Result
from qminima.runner import run_methods
from simulator.memory import MemoryLimitError, require_memory
from simulator.program import Precision, predict_memory

from .ansatz import qaoa
from .classical.annealing import annealing
from .classical.enumeration import MAX_VARIABLES, enumeration
from .classical.greedy import greedy
from .classical.milp import milp
from .classical.random_assignment import random_assignment
from .classical.semidefinite import MAX_NODES, goemans_williamson, semidefinite_bound
from .classical.tabu import tabu
from .problems.maxcut import MaxCut
from .solvers.qaoa import check_objective, check_precision, check_scale, solve_qaoa


@dataclass(frozen=True)
class Options:
    """What the methods of one comparison share."""

    depth: int
    seed: int | None
    time_limit: float | None
    progress: Progress
    objective: str = "mean"
    alpha: float | None = None
    precision: Precision = "double"


Method = Callable[[MaxCut, Options], Result]

CLASSICAL: dict[str, Method] = {
    "random": lambda problem, o: random_assignment(problem, seed=o.seed),
    "greedy": lambda problem, _: greedy(problem),
    "annealing": lambda problem, o: annealing(problem, seed=o.seed, time_limit=o.time_limit),
    "tabu": lambda problem, o: tabu(problem, seed=o.seed, time_limit=o.time_limit),
    "gw": lambda problem, o: goemans_williamson(problem, seed=o.seed),
    "sdp": lambda problem, _: semidefinite_bound(problem),
    "exact": lambda problem, o: enumeration(problem, time_limit=o.time_limit),
    "milp": lambda problem, o: milp(problem, time_limit=o.time_limit),
}
QUANTUM: dict[str, Method] = {
    "qaoa": lambda problem, o: solve_qaoa(
        problem,
        o.depth,
        objective=o.objective,
        alpha=o.alpha,
        precision=o.precision,
        seed=o.seed,
        time_limit=o.time_limit,
        progress=o.progress,
    ),
}
METHODS = CLASSICAL | QUANTUM

# What models of D-Wave's samplers and HiGHS take for each node and edge, and the interior-point
# method of the semidefinite relaxation for each pair of nodes; measured on the library's graphs.
_BYTES_EACH = 2_000
_RELAXATION_BYTES = 20_000


def compare(
    problem: MaxCut,
    methods: Sequence[str] | None = None,
    *,
    optional: Collection[str] = (),
    depth: int = 3,
    objective: str = "mean",
    alpha: float | None = None,
    precision: Precision = "double",
    seed: int | None = None,
    time_limit: float | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Run methods on one problem and hold them against the best value that is proven or known.

    Args:
        problem: the cut to be maximised.
        methods: names out of `METHODS`, run in this order. None stands for all, all optional.
        optional: those of them that are left out, with the reason, if the problem is too
            large for them; the others raise.
        depth: layers of QAOA.
        objective: what its angles are optimised for, "mean" or "cvar".
        alpha: the fraction of CVaR, as in `solve_qaoa`.
        precision: of QAOA's state, "double" or "single".
        seed: of all randomness.
        time_limit: limit in seconds for each method that can be stopped.
        progress: told of each method.

    Raises:
        InputError: for an unknown method, objective or precision, a wrong alpha, or a method
            that the problem is too large for.
        MemoryLimitError: if a named method does not fit into memory.
    """
    if methods is None:
        methods = optional = tuple(METHODS)
    for method in methods:
        if method not in METHODS:
            raise unknown_name("method", method, METHODS)
    check_objective(objective, alpha)
    check_precision(precision)
    started = datetime.now(UTC)
    progress = progress or Progress()
    options = Options(depth, seed, time_limit, progress, objective, alpha, precision)
    runs: dict[str, Callable[[], Result]] = {}
    skipped: dict[str, str] = {}
    for method in methods:
        try:
            check_fits(problem, method, depth, precision)
        except (InputError, MemoryLimitError) as reason:
            if method not in optional:
                raise
            skipped[method] = str(reason)
        else:
            runs[method] = partial(METHODS[method], problem, options)
    run = run_methods(runs, progress)
    results = run.results
    reference = best_known(problem, results)
    return Comparison(
        problem.describe(),
        tuple(results),
        reference,
        "No circuit was finished, so nothing is decided."
        if run.interrupted and not any(result.kind == "quantum" for result in results)
        else verdict(results, reference),
        skipped=skipped | run.failures,
        interrupted=run.interrupted,
        seed=seed,
        started=started,
    )


def check_fits(problem: MaxCut, method: str, depth: int, precision: Precision = "double") -> int:
    """Predicted bytes of a method's large arrays; refuses a problem that is too large for it.

    Raises:
        InputError: if the method does not take so many variables or costs of that size, or the
            depth is below 1.
        MemoryLimitError: if the state does not fit into memory.
    """
    n = problem.num_variables
    if method == "qaoa":
        circuit = qaoa(problem, depth)
        check_scale(problem, precision)
        needed = predict_memory(circuit, precision)
        require_memory(
            needed,
            f"QAOA on {n} variables (2^{circuit.space.size.bit_length() - 1} amplitudes)",
            "use the classical methods",
        )
        return needed
    relaxation = ("the semidefinite relaxation", MAX_NODES)
    limits = {"exact": ("enumeration", MAX_VARIABLES), "gw": relaxation, "sdp": relaxation}
    label, most = limits.get(method, (method, n))
    if n > most:
        raise InputError(f"{label} takes up to {most} nodes, the graph has {n}; use another method")
    needed = _BYTES_EACH * (n + problem.graph.number_of_edges())
    if label == relaxation[0]:
        needed += _RELAXATION_BYTES * n**2
    require_memory(needed, f"{label} on {n} nodes")
    return needed


def best_known(problem: MaxCut, results: Sequence[Result]) -> Reference | None:
    """The value to measure from: proven in this run, else known beforehand, else the best."""
    found = [result for result in results if result.bitstring is not None]
    for result in found:
        if result.properties.get("proven"):
            return Reference(result.value, result.method, "proven")
    best = min(found, key=lambda result: result.value, default=None)
    known = problem.reference
    if known is not None and (best is None or known.value <= best.value):
        return known
    if best is None:
        return None
    return Reference(best.value, f"best of this run ({best.method})", "estimate")


def verdict(results: Sequence[Result], reference: Reference | None) -> str:
    """One plain sentence on where QAOA stands against the classical methods."""
    if not results:
        return "No method was run."
    quantum = next((result for result in results if result.kind == "quantum"), None)
    rivals = [
        result
        for result in results
        if result.kind == "classical" and result.method != "random assignment"
    ]
    best = min(rivals, key=lambda result: (result.value, result.seconds), default=None)
    rival = proof = ""
    if best is not None and reference is not None:
        rival = f"{best.method} cuts {best.properties['cut']:.10g} in {best.seconds:.2g} s"
        optimal = reference.certainty == "proven" and best.value <= reference.value * (1 - 1e-9)
        prover = "" if best.method == reference.method else f" by {reference.method}"
        proof = f", proven optimal{prover}" if optimal else ""
    if quantum is None or reference is None:
        return f"Only classical methods were run{'; ' * bool(rival)}{rival}{proof}."
    cut, mean = quantum.properties["cut"], _plain(-(quantum.expectation or 0.0), reference.value)
    depth, shots = quantum.settings["depth"], quantum.settings["shots"]
    head = (
        f"QAOA at depth {depth} has a mean cut of {mean:.4g}{_ratio(mean, 0.0 - reference.value)} "
        f"and its best of {shots} samples cuts {cut:.10g}, "
        f"after {quantum.seconds:.2g} s of simulation"
    )
    uniform = next((r for r in results if r.method == "random assignment"), None)
    if uniform is not None and uniform.value <= quantum.value:
        head += f" (as many uniform samples reach {uniform.properties['cut']:.10g})"
    if not quantum.converged:
        head += f"; its training ended early ({quantum.stop_reason})"
    if best is None:
        return f"{head}; no rival was run, so nothing is decided."
    margin = 1e-9 * max(abs(best.value), abs(quantum.value))
    if best.value < quantum.value - margin:
        return f"{head}; {rival}{proof}: classical wins."
    if best.value > quantum.value + margin:
        return f"{head}; {rival}: QAOA found the better cut here."
    if best.seconds <= quantum.seconds:
        return f"{head}; {rival}{proof}: the same cut for less, classical wins."
    return f"{head}; {rival}{proof}: the same cut, not resolved at this size."


def _plain(value: float, scale: float) -> float:
    """The value, or plain zero where it is rounding beside a scale."""
    return 0.0 if abs(value) <= 1e-12 * abs(scale) else value


def _ratio(cut: float, best: float) -> str:
    return f" ({100 * cut / best:.1f} % of the best)" if best > 0 else ""
