"""Recursive QAOA: variables are tied together one by one, as the strongest correlation says."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Unpack

import numpy as np

from qminima.errors import InputError
from qminima.limits import check_whole
from qminima.result import Result
from qminima.runner import Interrupted
from simulator.circuit import Circuit
from simulator.program import Expectation
from simulator.spaces import FlipSymmetric, Qubits
from simulator.timing import Stopwatch

from ..circuits.qaoa import check_depth, qaoa
from ..classical.enumeration import enumeration
from ..classical.search import Search
from ..problems.polynomial_problem import PolynomialProblem, ising
from ..problems.problem import Problem
from ..results import bits, solution
from .correlations import spin_correlations
from .layerwise import LayerwiseTraining
from .options import TrainingKeywords, TrainingOptions
from .training import Trained, Training

# Correlations that differ by less are the same up to rounding; the first pair is then taken.
_TIE = 1e-6

# Whole costs of the variables that are left, by sets of variables.
Terms = dict[frozenset[int], float]


def solve_recursive(
    problem: Problem, depth: int, *, cutoff: int = 4, **training: Unpack[TrainingKeywords]
) -> Result:
    """Tie variables together by QAOA until few are left, which are enumerated.

    At each step QAOA is trained on the remaining cost. Of all pairs that share a term, and
    single variables where the cost tells bits from their flips, the one whose correlation
    M = <z_i z_j> or <z_i> is largest in size is fixed: z_j = sign(M) z_i is put into the cost, or
    z_i = sign(M). Bravyi, Kliesch, Koenig and Tang, Phys. Rev. Lett. 125, 260505 (2020),
    arXiv:1910.08980. Correlations are exact here, as if of infinitely many shots.

    Args:
        problem: what is minimised.
        depth: number of layers, at least 1.
        cutoff: how many variables are left to enumeration.
        training: as in `solve_qaoa`; limits are for all steps together, and nothing is sampled.

    Returns:
        A result with the bit string, no `expectation`, and None as `circuit`, because each step
        trains another one; `eliminations` among the properties lists the steps: `variables`,
        `sign`, `correlation`, and whether its training `converged`. Where a limit ends the
        recursion, variables that are left are fixed greedily; `greedy` is their number.

    Raises:
        InputError: for a cutoff that is not from 1 to 20, and `shots`; this and other errors as in
            `solve_qaoa`.

    >>> import networkx, qopt
    >>> qopt.solve_recursive(qopt.maxcut(networkx.cycle_graph(8)), 1).value
    -8.0
    """
    check_depth(depth)
    check_whole("a cutoff", cutoff, 1, 20)
    if "shots" in training:
        raise InputError("recursive QAOA samples nothing; leave shots out")
    run = Training(problem, TrainingOptions.of(training))
    run.require_memory(qaoa(problem, depth))
    recursion = _Recursion(problem, {frozenset(q): weight for q, weight in problem.cost.terms})
    recursion.eliminate(depth, cutoff, run)
    reason = recursion.limit or f"at most {cutoff} variables left"
    converged = not recursion.limit and all(step["converged"] for step in recursion.steps)
    settings = {key: value for key, value in run.options.settings().items() if key != "shots"}
    greedy = recursion.left if recursion.left > cutoff else 0
    result = solution(
        problem,
        "recursive QAOA",
        recursion.bitstring(bool(greedy)),
        run.watch.started,
        kind="quantum",
        evaluations=recursion.used,
        converged=converged,
        stop_reason=reason,
        settings={"depth": depth, "cutoff": cutoff, **settings},
        properties={"eliminations": recursion.steps, **({"greedy": greedy} if greedy else {})},
        warnings=() if converged else _warnings(reason, greedy),
        seed=run.options.seed,
    )
    if recursion.limit == "interrupted":
        raise Interrupted(result)
    return result


@dataclass
class _Recursion:
    """The cost as variables are tied together.

    Attributes:
        problem: what is minimised.
        cost: the remaining one.
        steps: the eliminations.
        used: evaluations of the objective.
        limit: what ended the recursion early.
    """

    problem: Problem
    cost: Terms
    steps: list[dict[str, Any]] = field(default_factory=list)
    used: int = 0
    limit: str = ""

    @property
    def left(self) -> int:
        """The number of variables that the cost depends on."""
        return len(_variables(self.cost))

    def eliminate(self, depth: int, cutoff: int, run: Training) -> None:
        """Tie variables until few are left, or until a limit or Ctrl-C; it passes on at first."""
        while self.left > cutoff:
            self.limit = run.limit(self.used)
            if self.limit:
                return
            try:
                chosen, correlation, trained = _strongest(self.cost, depth, run, self.used)
            except KeyboardInterrupt:
                if not self.steps:
                    raise
                self.limit = "interrupted"
                return
            self.used += trained.evaluations
            sign = 1 if correlation >= 0 else -1
            self.cost = tie(self.cost, chosen, sign)
            step = {"variables": chosen, "sign": sign, "correlation": correlation}
            self.steps.append({**step, "converged": trained.converged})
            if trained.interrupted:
                self.limit = "interrupted"
                return
            run.progress.note(f"{self.left} variables left, {self.used} values")

    def bitstring(self, greedy: bool) -> str:
        """Variables that are left enumerated or fixed greedily, the others in reverse order."""
        names = _variables(self.cost)
        spins = dict.fromkeys(range(self.problem.num_variables), 1)
        spins |= _greedily(self.cost, names) if greedy else _enumerated(self.cost, names)
        for step in reversed(self.steps):
            *others, last = step["variables"]
            spins[last] = step["sign"] * int(np.prod([spins[one] for one in others]))
        return bits([int(spin < 0) for _, spin in sorted(spins.items())])


def _warnings(reason: str, greedy: int) -> list[str]:
    """Warnings about a recursion that did not converge."""
    found = [f"not converged ({reason})"]
    return [*found, f"{greedy} variables were fixed greedily, by no circuit"] if greedy else found


def tie(cost: Terms, variables: tuple[int, ...], sign: int) -> Terms:
    """The cost with z_j = sign z_i put in for variables (i, j), or z_i = sign for (i,).

    >>> tie({frozenset({0, 1}): 2.0, frozenset({1, 2}): 1.0}, (0, 1), -1)
    {frozenset(): -2.0, frozenset({0, 2}): -1.0}
    """
    *others, last = variables
    tied: Terms = {}
    for term, weight in cost.items():
        key = term
        if last in term:
            # A spin twice is one.
            key, weight = term ^ {last} ^ set(others), sign * weight
        tied[key] = tied.get(key, 0.0) + weight
    scale = max(map(abs, cost.values()), default=0.0)
    return {key: weight for key, weight in tied.items() if abs(weight) > 1e-12 * scale}


def correlations(cost: Terms, energy: Expectation, angles: Any) -> dict[tuple[int, ...], float]:
    """<z_i z_j> of pairs that share a term, and <z_i> unless the cost is even in the spins."""
    even = all(len(term) % 2 == 0 for term in cost)
    pairs = {pair for term in cost for pair in combinations(sorted(term), 2)}
    chosen = sorted(pairs) if even else [*((one,) for one in _variables(cost)), *sorted(pairs)]
    space = energy.circuit.space
    assert isinstance(space, Qubits | FlipSymmetric)  # noqa: S101 - of circuits with the X mixer
    singles, products = spin_correlations(np.abs(energy.state(angles)) ** 2, space)
    return {key: float(singles[key] if len(key) == 1 else products[key]) for key in chosen}


def _strongest(
    cost: Terms, depth: int, run: Training, used: int
) -> tuple[tuple[int, ...], float, Trained]:
    """Whose correlation is strongest after training QAOA, that correlation, and the training."""
    names = _variables(cost)
    rest = _problem(cost, names)

    def build(layers: int) -> Circuit:
        return qaoa(rest, layers)

    trained = LayerwiseTraining(rest, build, run.after(used), start="best").run(depth)
    clock = Stopwatch()
    energy = Expectation(trained.circuit, rest.cost, run.options.precision)
    numbers = {name: number for number, name in enumerate(names)}
    renamed = {frozenset(numbers[one] for one in term): weight for term, weight in cost.items()}
    found = correlations(renamed, energy, trained.parameters)
    run.reserve = clock()  # the next step takes half as long, and a training
    largest = max(map(abs, found.values()))
    chosen = next(key for key, value in found.items() if abs(value) >= largest - _TIE)
    return tuple(names[one] for one in chosen), found[chosen], trained


def _problem(cost: Terms, names: list[int]) -> PolynomialProblem:
    return ising({tuple(sorted(term)): weight for term, weight in cost.items()}, labels=names)


def _variables(cost: Terms) -> list[int]:
    """Variables that the cost depends on."""
    return sorted(set().union(*cost)) if cost else []


def _enumerated(cost: Terms, names: list[int]) -> dict[int, int]:
    """The best spins of a few variables."""
    if not names:
        return {}
    best = str(enumeration(_problem(cost, names)).bitstring)
    return {name: 1 - 2 * int(bit) for name, bit in zip(names, best, strict=True)}


def _greedily(cost: Terms, names: list[int]) -> dict[int, int]:
    """Spins that are fixed one by one, the most decided first, and then flipped downhill."""
    left, rest, spins = cost, list(names), dict[int, int]()
    while rest:
        fields = {name: left.get(frozenset({name}), 0.0) for name in rest}
        chosen = max(rest, key=lambda name: abs(fields[name]))
        spins[chosen] = 1 if fields[chosen] <= 0 else -1
        left = tie(left, (chosen,), spins[chosen])
        rest.remove(chosen)
    search = Search(_problem(cost, names).cost, len(names), 0)
    search.restart(np.array([spins[name] for name in names], dtype=float))
    search.descend()
    return {name: 1 - 2 * int(bit) for name, bit in zip(names, search.bitstring, strict=True)}
