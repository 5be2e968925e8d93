"""The parts of a comparison, done one by one and kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic
from typing import Any

from qminima.checkpoint import Checkpoint
from qminima.errors import InputError, MethodError, shorten
from qminima.progress import Progress
from simulator.memory import MemoryLimitError

from ..classical.breakout import breakout
from ..classical.enumeration import enumeration
from ..problems.instance import Instance
from ..sampling.budget import Budget
from ..sampling.task import Task, seeds
from .measures import tolerance
from .methods import Contender
from .plan import Plan
from .runs import Runs
from .tuning import Choice, choose, usual_length

# Optima of instances with no more configurations are proven beside the methods.
_PROVEN = 1 << 24


class Work:
    """The parts of a comparison, one by one, stored while they are done.

    Storing takes no more than a tenth of the time, however many parts there are.
    """

    def __init__(self, plan: Plan, checkpoint: str | Path | None, progress: Progress) -> None:
        self._plan = plan
        self._progress = progress
        self._store = None if checkpoint is None else Checkpoint(checkpoint, "comparison")
        self._done: dict[str, dict[str, Any]] = {}
        self._saved = self._save_seconds = 0.0
        self.storage_error: str | None = None
        if self._store is None:
            return
        damaged, stored = self._store.damaged, self._store.load()
        if damaged:
            progress.say(f"{self._store.path} is damaged; the generation before it is taken")
        if stored is not None:
            self._done = _taken_up(stored, plan, self._store.path)
            progress.say(f"going on after {len(self._done)} parts that are done")
        self._store.save(self._content())

    def run(self) -> bool:
        """Do what is not done yet; returns whether Ctrl-C ended it early."""
        try:
            for entry in self._plan.entries:
                if entry.tuned and not entry.then_local:
                    self._choice(entry)
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
        """The runs of a method on an instance, if it has run there."""
        cell = self._done.get(_key(number, entry), {})
        return Runs.from_entry(cell["runs"]) if "runs" in cell else None

    def failure(self, number: int, entry: Contender) -> str | None:
        """Why a method did not run on an instance."""
        found: str | None = self._done.get(_key(number, entry), {}).get("failure")
        return found or self._plan.misfit(entry, self._plan.instances[number])

    def choices(self) -> dict[Contender, dict[str, Any]]:
        """The choices that methods have made so far."""
        found = {entry: self._done.get(f"choice/{entry.id}") for entry in self._plan.entries}
        return {entry: choice for entry, choice in found.items() if choice is not None}

    def _cell(self, number: int, entry: Contender) -> None:
        plan, instance = self._plan, self._plan.instances[number]
        if plan.misfit(entry, instance) is not None:
            return

        def run() -> dict[str, Any]:
            choice = self._chosen(entry)
            if isinstance(choice, str):
                return {"failure": choice}
            variables, budget = instance.problem.num_variables, plan.options.budget
            task = replace(
                self._task(instance, budget, entry.stream, number),
                sweeps=choice.sweeps or usual_length(entry.method, budget, variables),
                angles=choice.angles,
            )
            try:
                drawn = entry.sample(task)
            except (InputError, MethodError, MemoryLimitError) as reason:
                return {"failure": str(reason)}
            return {"runs": Runs.of(instance.problem, drawn).entry()}

        self._do(_key(number, entry), run, f"{instance.problem.name}: {entry.label}")

    def _goal(self, number: int) -> float:
        """A good cost of an instance that methods are tuned on: proven, if that is quick."""
        instance = self._plan.tuned_on[number]

        def find() -> dict[str, Any]:
            if _enumerable(instance):
                return {"goal": enumeration(instance.problem, space=instance.space).value}
            found = breakout(instance.problem, seed=self._plan.options.seed).value
            known = instance.problem.reference
            return {"goal": found if known is None else min(found, known.value)}

        goal = float(self._do(f"goal/{number}", find)["goal"])
        return goal + tolerance(instance, goal)

    def _choice(self, entry: Contender) -> None:
        """Let a method choose, on those instances that it fits."""
        plan = self._plan

        def find() -> dict[str, Any]:
            tasks, goals = [], []
            for k, instance in enumerate(plan.tuned_on):
                if plan.misfit(entry, instance) is None:
                    tasks.append(
                        self._task(instance, plan.options.tuning, "tuning", entry.stream, k)
                    )
                    goals.append(self._goal(k))
            try:
                return choose(entry, tasks, goals).entry() if tasks else Choice().entry()
            except (InputError, MethodError, MemoryLimitError) as reason:
                return {"failure": str(reason)} if plan.others else Choice().entry()

        self._do(f"choice/{entry.id}", find, f"tuning: {entry.label}")

    def _chosen(self, entry: Contender) -> Choice | str:
        """The choice of a method, or why it could make none."""
        stored = self._done.get(f"choice/{entry.chooser.id}")
        if stored is None:
            return Choice()
        return str(stored["failure"]) if "failure" in stored else Choice.from_entry(stored)

    def _task(self, instance: Instance, budget: Budget, *names: str | int) -> Task:
        """A task whose random numbers depend on the seed and on names."""
        options = self._plan.options
        return Task(
            instance=instance,
            budget=budget,
            seed=seeds(options.seed, *names),
            training_shots=options.training_shots,
            precision=options.precision,
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
        """Store what is done; where that fails, tell once, and go on."""
        if self._store is None:
            return
        started = monotonic()
        try:
            self._store.save(self._content())
            self.storage_error = None
        except InputError as error:
            if self.storage_error is None:
                self._progress.say(f"{error}; going on, with what was stored before kept")
            self.storage_error = str(error)
        self._saved = monotonic()
        self._save_seconds = self._saved - started

    def _content(self) -> dict[str, Any]:
        return {"plan": self._plan.describe(), "cells": self._done}


def _enumerable(instance: Instance) -> bool:
    """Whether an optimum is proven in about a second."""
    if instance.space is not None:
        return instance.space.size <= _PROVEN
    return 1 << min(instance.problem.num_variables, 99) <= _PROVEN


def _key(number: int, entry: Contender) -> str:
    return f"{number}/{entry.id}"


def _taken_up(stored: Mapping[str, Any], plan: Plan, path: Path) -> dict[str, dict[str, Any]]:
    """The parts in a checkpoint of the same comparison, each looked through.

    Raises:
        InputError: if it is of another comparison, or holds what no comparison stores.
    """
    try:
        names = _identifiers(plan)
        methods = [names.get(name, name) for name in stored["plan"]["methods"]]
        _check_same({**stored["plan"], "methods": methods}, plan.describe(), path)
        cells: dict[str, dict[str, Any]] = {
            _renamed(key, names): cell for key, cell in stored["cells"].items()
        }
        for key, cell in cells.items():
            _check_cell(key, cell, plan)
    except InputError:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise InputError(
            f"{shorten(path, 300)} holds what no comparison stores ({shorten(error)}); move it, or "
            "name another file"
        ) from None
    return cells


def _identifiers(plan: Plan) -> dict[str, str]:
    """Identifiers of methods by the text that stood for them in checkpoints of version 0.1."""
    return {entry.stream: entry.id for entry in plan.entries}


def _renamed(key: str, names: Mapping[str, str]) -> str:
    where, _, what = key.partition("/")
    return f"{where}/{names.get(what, what)}"


def _check_cell(key: str, cell: Mapping[str, Any], plan: Plan) -> None:
    """Raise some error if a part is not what `Work` makes of it."""
    where, _, what = key.partition("/")
    if "failure" in cell:
        if not isinstance(cell["failure"], str):
            raise TypeError(key)
    elif where == "choice":
        length = Choice.from_entry(cell).sweeps
        if length is not None and length < 1:
            raise ValueError(key)
    elif where == "goal":
        float(cell["goal"])
    elif what == "optimum":
        float(cell["proven"] or 0.0)
    else:
        runs, problem = Runs.from_entry(cell["runs"]), plan.instances[int(where)].problem
        runs.check()
        if runs.best is not None and problem.value(runs.best) != runs.costs[0]:
            raise ValueError(key)


def _check_same(stored: Mapping[str, Any], wanted: Mapping[str, Any], path: Path) -> None:
    """Raise `InputError` if what is stored is another comparison."""
    for key in wanted:
        if key in stored and stored[key] == wanted[key]:
            continue
        raise InputError(
            f"{shorten(path, 300)} holds a comparison with other {key.replace('_', ' ')}: "
            f"{shorten(stored.get(key), 200)} there, {shorten(wanted[key], 200)} here; repeat its "
            "command, or name another file"
        )
