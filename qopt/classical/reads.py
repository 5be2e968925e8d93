"""Reads of simulated annealing that can be stopped, long ones also in their midst."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from qminima.attended import attended
from qminima.limits import Deadline
from simulator.kernels.kernel import compile_seconds
from simulator.typing import Floats

from ..kernels.metropolis import sweep
from ..results import bits
from .bqm import all_bitstrings

if TYPE_CHECKING:
    from dimod import BinaryQuadraticModel


# Looks at a variable or a pair: of a read by dwave-samplers, half a second, which nothing can stop;
# and between two looks at the clock of a longer one.
_LONG, _PIECE = 5 * 10**7, 5 * 10**6

# Sweeps at the lowest temperature where there is no time to get there.
_QUENCH = 10

# Excitations on the last sweep, all variables together; the library's rule.
_EXCITED = 0.01


def is_long(model: BinaryQuadraticModel, sweeps: int) -> bool:
    """Whether a read of so many sweeps is done here, by itself, and not by the library."""
    return sweeps * _size(model) > _LONG


def anneal(
    model: BinaryQuadraticModel, run: dict[str, Any], seed: int | None, deadline: Deadline
) -> tuple[list[str], int]:
    """Bit strings of some reads, and the sweeps they made, all together.

    Args:
        model: what is minimised.
        run: dwave-samplers' arguments.
        seed: of the reads, of 31 bits.
        deadline: reads that would not end in time are not begun, but for the first; a long one
            cools faster then. Ctrl-C, which it remembers, ends them.
    """
    from dwave.samplers import SimulatedAnnealingSampler

    if is_long(model, run["num_sweeps"]):
        return _in_pieces(model, run, seed, deadline)
    sample = partial(SimulatedAnnealingSampler().sample, model, seed=seed, **run)
    samples = attended(partial(sample, interrupt_function=deadline.step), deadline)
    return all_bitstrings(samples), len(samples) * run["num_sweeps"]


def _size(model: BinaryQuadraticModel) -> int:
    return int(model.num_variables + model.num_interactions)


def _in_pieces(
    model: BinaryQuadraticModel, run: dict[str, Any], seed: int | None, deadline: Deadline
) -> tuple[list[str], int]:
    """A single read, by sweeps of spins in order as the library makes them."""
    vectors = model.to_numpy_vectors(variable_order=range(model.num_variables))
    matrix = csr_array(
        (vectors.quadratic.biases, (vectors.quadratic.row_indices, vectors.quadratic.col_indices)),
        shape=2 * (model.num_variables,),
    )
    matrix = csr_array(matrix + matrix.T)
    random = np.random.default_rng(seed)
    spins = np.where(random.random(model.num_variables) < 0.5, -1.0, 1.0)
    fields = vectors.linear_biases + matrix @ spins
    cool = partial(
        sweep, 0, spins, fields, matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64),
        matrix.data, random.integers(1, 2**63, 1, dtype=np.uint64),
    )  # fmt: skip
    compiled = compile_seconds()
    cool(np.empty(0))  # loads the kernel, which is no part of the time
    deadline.charge(compiled - compile_seconds())
    beta, cold = run.get("beta_range") or _range(vectors.linear_biases, matrix)
    space = np.linspace if run.get("beta_schedule_type") == "linear" else np.geomspace
    most, left, swept = max(1, _PIECE // _size(model)), run["num_sweeps"], 0
    with deadline:
        while left > 0:
            betas, begun = space(beta, cold, left), perf_counter()
            cool(betas[:most])
            swept, left = swept + len(betas[:most]), left - len(betas[:most])
            beta = betas[most] if left else cold
            rate = len(betas[:most]) / max(perf_counter() - begun, 1e-6)
            left = int(min(left, deadline.left() * rate))
    if beta != cold:
        deadline.reached = deadline.reached or not deadline.interrupted
        cool(np.full(_QUENCH, cold))
        swept += _QUENCH
    return [bits((spins < 0).tolist())], swept


def _range(linear: Floats, matrix: csr_array) -> tuple[float, float]:
    """Inverse temperatures from where every flip has an even chance to where hardly any has.

    These are the defaults of dwave-samplers.
    """
    sizes = abs(matrix)
    fields = np.abs(linear) + sizes.sum(axis=1)
    least = min(sizes.data.min(initial=np.inf), np.abs(linear[linear != 0]).min(initial=np.inf))
    smallest = (np.abs(linear) == least) | ((sizes == least).sum(axis=1) > 0)
    hot = np.log(2) / (2 * fields.max())
    return float(hot), float(np.log(smallest.sum() / _EXCITED) / (2 * least))
