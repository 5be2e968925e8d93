"""QAOA as a sampler of dimod, so that programs written for annealers can swap it in."""

from __future__ import annotations

from typing import Any

import dimod
import numpy as np

from qminima.errors import InputError
from simulator.program import Expectation

from .ansatz import qaoa
from .bqm import from_bqm
from .solvers.qaoa import solve_qaoa


class QAOASampler(dimod.Sampler):  # type: ignore[misc]
    """Samples the state of QAOA on the exact simulator, trained on the model at hand.

    It follows dimod's Sampler protocol: `sample`, `sample_qubo`, `sample_ising`.

    >>> sampler = QAOASampler()
    >>> found = sampler.sample_ising({"a": 0.5}, {("a", "b"): 1.0}, depth=2, num_reads=100, seed=0)
    >>> dict(found.first.sample) == {"a": -1, "b": 1}, float(found.first.energy)
    (True, -1.5)
    """

    parameters: dict[str, list[str]] = {  # noqa: RUF012 - dimod's protocol wants plain attributes
        "depth": [], "num_reads": [], "seed": [], "time_limit": [],
    }  # fmt: skip
    properties: dict[str, Any] = {}  # noqa: RUF012

    def sample(
        self,
        bqm: dimod.BinaryQuadraticModel,
        *,
        depth: int = 3,
        num_reads: int = 1024,
        seed: int | None = None,
        time_limit: float | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Train QAOA on a model and draw from its state.

        Args:
            bqm: the binary quadratic model.
            depth: layers.
            num_reads: samples that are drawn.
            seed: of the samples.
            time_limit: limit in seconds on the training.
            kwargs: of other samplers; they are ignored with a warning, as dimod asks for.

        Returns:
            The samples, with angles and mean energy in `info`.

        Raises:
            InputError: for numbers out of range.
            MemoryLimitError: if the state does not fit into memory.
        """
        self.remove_unknown_kwargs(**kwargs)
        if num_reads < 1:
            raise InputError(f"expected num_reads of at least 1, got {num_reads}")
        labels = list(bqm.variables)
        if not labels:
            return dimod.SampleSet.from_samples_bqm(np.empty((num_reads, 0), dtype=np.int8), bqm)
        problem = from_bqm(bqm)
        result = solve_qaoa(problem, depth, seed=seed, shots=1, time_limit=time_limit)
        angles = result.parameters or []
        energy = Expectation(qaoa(problem, depth), problem.cost)
        drawn = energy.sample(angles, num_reads, seed)
        bits = drawn[:, None] >> np.arange(len(labels)) & 1
        values = bits if bqm.vartype is dimod.BINARY else 1 - 2 * bits
        found = dimod.SampleSet.from_samples_bqm((values.astype(np.int8), labels), bqm)
        found.info.update(
            {"angles": list(angles), "mean_energy": result.expectation, "seconds": result.seconds}
        )
        return found
