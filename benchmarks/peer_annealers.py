"""Other packages' annealers on one core for some seconds; run in their own environment.

Usage: python peer_annealers.py JOB.npz RESULT.json. The job holds arrays `first`, `second` and
`weights` of pairs, and `nodes`, `seconds`, `seed` and `solver`. Runs double in length after four of
each, while a longer one ends lower on average than the better of two shorter ones; the last takes
the time that is left. That is the rule by which qminima's own annealing chooses its lengths.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from statistics import fmean
from time import perf_counter

import numpy as np

FIRST, EACH = 500, 4


def main() -> None:
    """Run a job."""
    job = np.load(sys.argv[1])
    solver, seconds = str(job["solver"]), float(job["seconds"])
    pairs = (job["first"], job["second"], job["weights"])
    nodes, seed = int(job["nodes"]), int(job["seed"])
    started = perf_counter()
    read = {"dwave": dwave, "dwave-tabu": dwave_tabu, "openjij": openjij, "openjij-sqa": openjij}[
        solver
    ](nodes, pairs, solver)
    best, history = np.inf, []
    spins = np.ones(nodes)

    def see(found: np.ndarray) -> float:
        nonlocal best, spins
        cost = float((pairs[2] * found[pairs[0]] * found[pairs[1]]).sum())
        if cost < best:
            best, spins = cost, found
            history.append((perf_counter() - started, cost))
        return cost

    def left() -> float:
        return seconds - (perf_counter() - started)

    if solver == "dwave-tabu":
        while left() > 0.01:
            see(read(left(), seed, spins))
            seed += 1
    else:
        length, costs, rate, grows, number = FIRST, {}, np.inf, True, 0
        while left() * rate > 20:
            fits = left() * rate
            sweeps = int(0.95 * fits) if length > fits / 2.5 else length
            begun = perf_counter()
            cost = see(read(sweeps, seed + number, number))
            rate = sweeps / max(perf_counter() - begun, 1e-6)
            number += 1
            if sweeps != length:
                continue
            costs.setdefault(length, []).append(cost)
            if len(costs[length]) == EACH:
                if length // 2 in costs:
                    shorter = costs[length // 2]
                    better = [min(pair) for pair in zip(shorter[::2], shorter[1::2], strict=True)]
                    grows = grows and fmean(costs[length]) <= fmean(better)
                length = 2 * length if grows else length
    with Path(sys.argv[2]).open("w", encoding="utf-8") as file:
        json.dump({"spins": spins.astype(int).tolist(), "history": history}, file)


def dwave(nodes: int, pairs: tuple, _: str):
    """D-Wave's simulated annealing; every other run has a linear schedule."""
    from dimod import SPIN, BinaryQuadraticModel
    from dwave.samplers import SimulatedAnnealingSampler

    model = BinaryQuadraticModel.from_numpy_vectors(np.zeros(nodes), pairs, 0.0, SPIN)
    sampler = SimulatedAnnealingSampler()

    def read(sweeps: int, seed: int, number: int) -> np.ndarray:
        kind = ("geometric", "linear")[number % 2]
        found = sampler.sample(
            model, num_reads=1, num_sweeps=sweeps, seed=seed, beta_schedule_type=kind
        )
        return in_order(found)

    return read


def dwave_tabu(nodes: int, pairs: tuple, _: str):
    """D-Wave's multistart tabu search, which goes on from its best every second."""
    from dimod import SPIN, BinaryQuadraticModel
    from dwave.samplers import TabuSampler

    model = BinaryQuadraticModel.from_numpy_vectors(np.zeros(nodes), pairs, 0.0, SPIN)

    def read(left: float, seed: int, spins: np.ndarray) -> np.ndarray:
        start = dict(enumerate(spins.astype(int).tolist()))
        milliseconds = max(1, int(1000 * min(left, 1.0)))
        return in_order(TabuSampler().sample(
            model, num_reads=1, seed=seed, timeout=milliseconds, initial_states=[start],
        ))  # fmt: skip

    return read


def openjij(nodes: int, pairs: tuple, solver: str):
    """OpenJij's simulated annealing, or its simulated quantum annealing."""
    import openjij

    first, second, weights = (array.tolist() for array in pairs)
    couplings = {(i, j): weight for i, j, weight in zip(first, second, weights, strict=True)}
    fields = dict.fromkeys(range(nodes), 0.0)
    sampler = openjij.SQASampler() if solver == "openjij-sqa" else openjij.SASampler()

    def read(sweeps: int, seed: int, _: int) -> np.ndarray:
        return in_order(
            sampler.sample_ising(fields, couplings, num_reads=1, num_sweeps=sweeps, seed=seed)
        )

    return read


def in_order(samples) -> np.ndarray:
    """Spins of the best sample, variables ascending."""
    row = samples.record.sample[np.argmin(samples.record.energy)]
    return row[np.argsort(np.array(samples.variables))].astype(float)


if __name__ == "__main__":
    main()
