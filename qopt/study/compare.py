"""Methods on many instances within equal budgets: what `qopt compare` runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

from qminima import __version__
from qminima.checkpoint import Checkpoint
from qminima.errors import InputError, MethodError, shorten
from qminima.limits import check_count
from qminima.progress import Progress
from simulator.memory import MemoryLimitError
from simulator.program import Precision

from ..classical.breakout import breakout
from ..classical.enumeration import enumeration
from ..comparison import Instance
from ..problems.binary import BinaryProblem
from ..solvers.training import check_precision
from .budget import Budget
from .contenders import USUAL, Contender, contenders
from .device import Device
from .measures import bound_of, guessing_mean, measure, reference_of
from .runs import Runs
from .study import OnInstance, Study
from .task import Task, seeds
from .tuning import Choice, choose, usual_length

# The budget, where none is given.
_RUNS, _EVALUATIONS = 1000, 1_000_000

# Optima of instances with no more configurations are proven beside the methods.
_PROVEN = 1 << 24


@dataclass(frozen=True)
class Plan:
    """What a comparison is to do.

    Attributes:
        instances: that are compared.
        others: that methods are tuned on.
        entries: the methods.
        budget: of each method on each instance.
        tuning: of each method on all others together.
        training_shots: shots that a mean takes while angles are trained.
        precision: of simulated states.
        seed: of all randomness.
    """

    instances: tuple[Instance, ...]
    others: tuple[Instance, ...]
    entries: tuple[Contender, ...]
    budget: Budget
    tuning: Budget
    training_shots: int
    precision: Precision
    seed: int | None

    def describe(self) -> dict[str, Any]:
        """As records have it, and as a stored comparison is recognised by."""
        return {
            "version": __version__,
            "methods": [entry.label for entry in self.entries],
            "instances": [_digest(instance) for instance in self.instances],
            "tuned_on": [_digest(instance) for instance in self.others],
            "budget": asdict(self.budget),
            "tuning_budget": asdict(self.tuning) if self.others else None,
            "training_shots": self.training_shots,
            "precision": self.precision,
            "seed": self.seed,
        }


def compare(
    problems: BinaryProblem | Sequence[BinaryProblem],
    methods: Sequence[str] | None = None,
    *,
    optional: Collection[str] = (),
    depths: int | Sequence[int] = 3,
    train_on: Sequence[BinaryProblem] = (),
    controls: bool = True,
    constraints: str = "mixer",
    runs: int | None = None,
    evaluations: int | None = None,
    seconds: float | None = None,
    tuning_evaluations: int | None = None,
    training_shots: int = 1000,
    precision: Precision = "double",
    device: Device | None = None,
    seed: int | None = None,
    checkpoint: str | Path | None = None,
    progress: Progress | None = None,
) -> Study:
    """Run methods on instances, each within the same budget, and measure them by three clocks.

    Every method is a source of independent runs: reads of annealing, descents, shots of a circuit.
    How many runs reach the best cost tells what it takes to see it with a probability of 99 %: in
    evaluations (costs, or changes by a flip, that were looked at; shots), in seconds of classical
    work, and in seconds of a modelled device. Time spent on simulating circuits is none of these,
    and is told apart. Optima of small instances are proven by enumeration, whether or not that is
    among the methods.

    Args:
        problems: the instances, or a single one.
        methods: names out of `qopt.study.contenders.METHODS`; the usual ones that fit unless given.
            "qaoa-fixed" takes angles of tables, "qaoa-shared" angles trained on other instances,
            "qaoa" angles trained on the instance within the budget.
        optional: those of them that are left out where they do not fit an instance. The others have
            to fit at least one.
        depths: layers of circuits, one or several.
        train_on: instances that are not compared. On them methods choose the length of their
            runs and shared angles, within `tuning_evaluations` each.
        controls: whether uniform samples, descents from them, and descents after each circuit's
            shots are added.
        constraints: "mixer" or "penalty", as in `solve`.
        runs: of each method and instance, at most. Unless given, 1000; with a limit in seconds as
            many as fit, and 1000 shots.
        evaluations: of each method and instance, at most, and as many again for training on it.
            Unless given, 1,000,000; with a limit in seconds any number.
        seconds: wall time of each method and instance, at most. If nothing else is given, a run
            of annealing, tabu or breakout takes about a tenth of it.
        tuning_evaluations: of each method, for all of `train_on` together; as many as `evaluations`
            unless given.
        training_shots: shots that a mean takes while angles are trained.
        precision: of simulated states, "double" or "single".
        device: for the time that shots would take; `Device()` unless given.
        seed: of all randomness. With one, and without a limit in seconds, all but times is the
            same every time, however often it was interrupted.
        checkpoint: a file that holds what is done so far. If it exists, the comparison goes on from
            there.
        progress: told of each method and instance.

    Raises:
        InputError: for unknown methods, numbers out of range, a method that fits no instance, a
            checkpoint that cannot be written or is of another comparison.
        KeyboardInterrupt: on Ctrl-C before any method has finished; afterwards the result is what
            was finished.

    >>> import networkx, qopt
    >>> graphs = [networkx.random_regular_graph(3, n, seed=1) for n in (8, 10)]
    >>> problems = [qopt.maxcut(graph, name=f"{len(graph)} nodes") for graph in graphs]
    >>> study = compare(problems, ["tabu", "qaoa-fixed"], runs=100, seed=0)
    >>> [one.result("tabu").solved for one in study.instances]
    [True, True]
    """
    started = datetime.now(UTC)
    given = [problems] if isinstance(problems, BinaryProblem) else list(problems)
    if not given:
        raise InputError("expected at least one instance, got none")
    if methods is None:
        methods = optional = USUAL
    entries = contenders(
        methods, [depths] if isinstance(depths, int) else depths, controls, bool(train_on)
    )
    if seconds is None:
        runs = _RUNS if runs is None else runs
        evaluations = _EVALUATIONS if evaluations is None else evaluations
    budget = Budget(runs, evaluations, seconds)
    check_count("training_shots", training_shots)
    plan = Plan(
        instances=tuple(Instance.of(problem, constraints) for problem in given),
        others=tuple(Instance.of(problem, constraints) for problem in train_on),
        entries=entries,
        budget=budget,
        tuning=budget
        if tuning_evaluations is None
        else replace(budget, evaluations=tuning_evaluations),
        training_shots=training_shots,
        precision=check_precision(precision),
        seed=seed,
    )
    _check_different(plan)
    work = _Work(plan, _misfits(plan, optional), checkpoint, progress or Progress())
    interrupted = work.run()
    return _study(plan, work, device or Device(), interrupted, started)


class _Work:
    """The parts of a comparison, one by one, stored while they are done.

    Storing takes no more than a tenth of the time, however many parts there are.
    """

    def __init__(
        self,
        plan: Plan,
        misfits: Mapping[tuple[int, str], str],
        checkpoint: str | Path | None,
        progress: Progress,
    ) -> None:
        self._plan = plan
        self.misfits = misfits
        self._progress = progress
        self._store = None if checkpoint is None else Checkpoint(checkpoint, "comparison")
        self._done: dict[str, dict[str, Any]] = {}
        self._saved = self._save_seconds = 0.0
        if self._store is None:
            return
        if self._store.damaged:
            progress.say(f"{self._store.path} is damaged; taking the generation before it")
        stored = self._store.load()
        if stored is not None:
            _check_same(stored["plan"], plan.describe(), self._store.path)
            self._done = stored["cells"]
            progress.say(f"going on after {len(self._done)} parts that are done")
        self._save()

    def run(self) -> bool:
        """Do what is not done yet; returns whether Ctrl-C ended it early."""
        try:
            goals = [self._goal(number) for number in range(len(self._plan.others))]
            for entry in self._plan.entries:
                if entry.tuned and goals and not entry.then_local:
                    self._choice(entry, goals)
            for number in range(len(self._plan.instances)):
                self.proven(number)
                for entry in self._plan.entries:
                    self._cell(number, entry)
        except KeyboardInterrupt:
            if not any("runs" in cell for cell in self._done.values()):
                raise
            return True
        finally:
            self._save()
        return False

    def proven(self, number: int) -> float | None:
        """The least cost of an instance by enumeration; None where that is too long."""
        instance = self._plan.instances[number]
        if not _enumerable(instance):
            return None

        def prove() -> dict[str, Any]:
            found = enumeration(instance.problem, space=instance.space)
            return {"proven": found.value if found.properties.get("proven") else None}

        least: float | None = self._do(f"{number}/optimum", prove).get("proven")
        return least

    def runs(self, number: int, entry: Contender) -> Runs | None:
        """What came of a method on an instance, if it has run there."""
        cell = self._done.get(_key(number, entry), {})
        return Runs.from_entry(cell["runs"]) if "runs" in cell else None

    def failure(self, number: int, entry: Contender) -> str | None:
        """Why a method did not run on an instance."""
        found: str | None = self._done.get(_key(number, entry), {}).get("failure")
        return found or self.misfits.get((number, entry.label))

    def choices(self) -> dict[str, Any]:
        """What methods have chosen, by their names."""
        prefix = "choice/"
        return {k.removeprefix(prefix): v for k, v in self._done.items() if k.startswith(prefix)}

    def _cell(self, number: int, entry: Contender) -> None:
        if (number, entry.label) in self.misfits:
            return
        instance = self._plan.instances[number]

        def run() -> dict[str, Any]:
            choice = self._chosen(entry)
            if isinstance(choice, str):
                return {"failure": choice}
            sweeps = choice.sweeps if choice else self._usual_length(entry, instance)
            task = self._task(instance, seeds(self._plan.seed, entry.label, number), entry)
            task = replace(task, sweeps=sweeps, angles=choice.angles if choice else None)
            try:
                drawn = entry.sampler(task)
            except (InputError, MethodError, MemoryLimitError) as reason:
                return {"failure": str(reason)}
            return {"runs": Runs.of(instance.problem, drawn).entry()}

        self._do(_key(number, entry), run, f"{instance.problem.name}: {entry.label}")

    def _usual_length(self, entry: Contender, instance: Instance) -> int | None:
        return usual_length(entry.method, self._plan.budget, instance.problem.num_variables)

    def _goal(self, number: int) -> float:
        """A good cost of an instance that methods are tuned on: proven, if that is quick."""
        instance = self._plan.others[number]

        def find() -> dict[str, Any]:
            if _enumerable(instance):
                return {"goal": enumeration(instance.problem, space=instance.space).value}
            found = breakout(instance.problem, seed=self._plan.seed).value
            known = instance.problem.reference
            return {"goal": found if known is None else min(found, known.value)}

        goal: float = self._do(f"goal/{number}", find)["goal"]
        return goal

    def _choice(self, entry: Contender, goals: Sequence[float]) -> None:
        def find() -> dict[str, Any]:
            tasks = [
                replace(
                    self._task(other, seeds(self._plan.seed, "tuning", entry.label, k), entry),
                    budget=self._plan.tuning,
                )
                for k, other in enumerate(self._plan.others)
            ]
            try:
                chosen = choose(entry, tasks, goals)
            except (InputError, MethodError, MemoryLimitError) as reason:
                return {"failure": str(reason)}
            return chosen.entry()

        self._do(f"choice/{entry.label}", find, f"tuning: {entry.label}")

    def _chosen(self, entry: Contender) -> Choice | str | None:
        """What a method has chosen, or why it could not; None where there is nothing to choose."""
        label = replace(entry, then_local=False).label
        stored = self._done.get(f"choice/{label}")
        if stored is None:
            return None
        if "failure" in stored:
            return str(stored["failure"])
        return Choice.from_entry(stored)

    def _task(self, instance: Instance, seed: tuple[int, ...] | None, entry: Contender) -> Task:
        return Task(
            instance=instance,
            budget=self._plan.budget,
            seed=seed,
            depth=entry.depth,
            training_shots=self._plan.training_shots,
            precision=self._plan.precision,
            progress=self._progress,
        )

    def _do(
        self, key: str, work: Callable[[], dict[str, Any]], stage: str | None = None
    ) -> dict[str, Any]:
        """The result of a piece of work, done now unless it is done already."""
        if stage is None:
            if key not in self._done:
                self._done[key] = work()
                if monotonic() - self._saved > 10 * self._save_seconds:
                    self._save()
            return self._done[key]
        with self._progress.stage(stage):
            return self._do(key, work)

    def _save(self) -> None:
        if self._store is not None:
            started = monotonic()
            self._store.save({"plan": self._plan.describe(), "cells": self._done})
            self._saved = monotonic()
            self._save_seconds = self._saved - started


def _study(plan: Plan, work: _Work, device: Device, interrupted: bool, started: datetime) -> Study:
    """Measure what was done."""
    measured: list[OnInstance] = []
    for number, instance in enumerate(plan.instances):
        found = {entry: work.runs(number, entry) for entry in plan.entries}
        ran = {entry: runs for entry, runs in found.items() if runs is not None}
        if interrupted and not ran:
            continue
        every = list(ran.values())
        reference = reference_of(instance, every, work.proven(number))
        guessing = guessing_mean(instance)
        reasons = {entry.label: work.failure(number, entry) for entry in plan.entries}
        measured.append(
            OnInstance(
                instance=instance,
                reference=reference,
                bound=bound_of(reference, every),
                guessing=guessing,
                results=tuple(
                    measure(instance, entry, runs, reference, guessing, device)
                    for entry, runs in ran.items()
                ),
                skipped={name: reason for name, reason in reasons.items() if reason is not None},
            )
        )
    return Study(
        instances=tuple(measured),
        entries=plan.entries,
        settings={**plan.describe(), "device": asdict(device)},
        choices=work.choices(),
        interrupted=interrupted,
        seed=plan.seed,
        started=started,
    )


def _misfits(plan: Plan, optional: Collection[str]) -> dict[tuple[int, str], str]:
    """Why methods are left out on instances; raises if one that was asked for fits none."""
    found: dict[tuple[int, str], str] = {}
    for entry in plan.entries:
        reasons: list[Exception] = []
        for number, instance in enumerate(plan.instances):
            try:
                entry.check_fits(instance, plan.precision)
            except (InputError, MemoryLimitError) as reason:
                found[number, entry.label] = str(reason)
                reasons.append(reason)
        wanted = entry.method not in optional and not entry.control
        if wanted and len(reasons) == len(plan.instances):
            raise reasons[0]
    return found


def _check_different(plan: Plan) -> None:
    """Raise `InputError` for a problem that is there twice, or both tuned on and compared."""
    seen: dict[str, str] = {}
    for instance in (*plan.instances, *plan.others):
        digest, name = _digest(instance), shorten(instance.problem.name)
        if digest in seen:
            raise InputError(
                f"{seen[digest]} and {name} are the same problem; name each once, and tune on "
                "others than are compared"
            )
        seen[digest] = name


def _enumerable(instance: Instance) -> bool:
    """Whether an optimum is proven in about a second."""
    if instance.space is not None:
        return instance.space.size <= _PROVEN
    return 1 << min(instance.problem.num_variables, 99) <= _PROVEN


def _key(number: int, entry: Contender) -> str:
    return f"{number}/{entry.label}"


def _digest(instance: Instance) -> str:
    """Tells an instance by all that methods see of it."""
    problem = instance.problem
    seen = (problem.kind, problem.num_variables, problem.cost.terms, str(instance.space))
    return sha256(repr(seen).encode()).hexdigest()[:16]


def _check_same(stored: Mapping[str, Any], wanted: Mapping[str, Any], path: Path) -> None:
    """Raise `InputError` if what is stored is another comparison."""
    for key in wanted:
        with suppress(KeyError):
            if stored[key] == wanted[key]:
                continue
        raise InputError(
            f"{shorten(path, 300)} holds a comparison with other {key.replace('_', ' ')}: "
            f"{shorten(stored.get(key), 200)} there, {shorten(wanted[key], 200)} here; repeat its "
            "command, or name another file"
        )
