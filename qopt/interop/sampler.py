"""QAOA as a sampler of dimod, so that programs written for annealers can swap it in."""

from __future__ import annotations

from typing import Any

import dimod
import numpy as np

from qminima.limits import check_count
from simulator.program import Expectation

from ..solvers.qaoa import solve_qaoa
from .bqm import from_bqm


class QAOASampler(dimod.Sampler, dimod.PolySampler):  # type: ignore[misc]
    """Samples the state of QAOA on the exact simulator, trained on the model at hand.

    It follows dimod's protocols for quadratic models (`sample`, `sample_qubo`, `sample_ising`) and
    for polynomials of any degree (`sample_poly`, `sample_hubo`, `sample_hising`).

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
            depth: layers at most; the training ends sooner at its time limit, or where a layer
                more lowers the mean no further.
            num_reads: samples that are drawn.
            seed: of the samples.
            time_limit: limit in seconds on the training.
            kwargs: of other samplers; they are ignored with a warning, as dimod asks for.

        Returns:
            The samples, with angles (of the layers that were trained) and mean energy in `info`.

        Raises:
            InputError: for numbers out of range, and a `TypeError` too where they are not whole.
            MemoryLimitError: if the state does not fit into memory.
        """
        self.remove_unknown_kwargs(**kwargs)
        return _drawn(bqm, depth, num_reads, seed, time_limit)

    def sample_poly(
        self,
        polynomial: dimod.BinaryPolynomial,
        *,
        depth: int = 3,
        num_reads: int = 1024,
        seed: int | None = None,
        time_limit: float | None = None,
        **kwargs: Any,
    ) -> dimod.SampleSet:
        """Train QAOA on a polynomial of bits or spins and draw from its state, as `sample` does.

        >>> hubo = {("a", "b", "c"): -1.0, ("a",): 0.5}
        >>> found = QAOASampler().sample_hubo(hubo, num_reads=50, seed=0)
        >>> found.first.sample == {"a": 1, "b": 1, "c": 1}, float(found.first.energy)
        (True, -0.5)
        """
        self.remove_unknown_kwargs(**kwargs)
        return _drawn(polynomial, depth, num_reads, seed, time_limit)


def _drawn(
    model: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial,
    depth: int,
    num_reads: int,
    seed: int | None,
    time_limit: float | None,
) -> dimod.SampleSet:
    check_count("num_reads", num_reads)
    if not model.variables:
        return dimod.SampleSet.from_samples_bqm(np.empty((num_reads, 0), dtype=np.int8), model)
    problem = from_bqm(model)
    result = solve_qaoa(problem, depth, seed=seed, shots=1, time_limit=time_limit)
    angles = list(result.parameters or [])
    drawn = Expectation(result.circuit, problem.cost).sample(angles, num_reads, seed)
    bits = drawn[:, None] >> np.arange(problem.num_variables) & 1
    values = bits if model.vartype is dimod.BINARY else 1 - 2 * bits
    labels = list(problem.labels)
    found = dimod.SampleSet.from_samples_bqm((values.astype(np.int8), labels), model)
    found.info.update(
        {"angles": angles, "mean_energy": result.expectation, "seconds": result.seconds}
    )
    return found
