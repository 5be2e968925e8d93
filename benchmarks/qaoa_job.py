"""The QAOA state that every package is asked for, and the form of its answer.

    C = sum over edges of (z_i z_j - 1)/2,  B = -sum_j X_j,
    |psi> = prod_l exp(-i beta_l B) exp(-i gamma_l C) |uniform>,  energy = <psi|C|psi>

This module needs NumPy only: the peers' programs import it in their own environments.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from timing import median_seconds

# What computes an energy, with everything prepared that can be used again.
Energy = Callable[[], float]
# The derivatives by gamma_1 ... gamma_p, beta_1 ... beta_p.
Gradient = Callable[[], list[float]]


@dataclass(frozen=True)
class Job:
    """Energies of one graph at several depths.

    Args:
        nodes: number of nodes, which are 0, 1, ...
        edges: pairs of nodes, all of weight 1.
        gammas: angles of the cost, layer by layer; a depth of p takes the first p.
        betas: angles of the mixer.
        depths: numbers of layers to be timed.
        gradient: whether the gradient at the last depth is wanted too.
        skip: labels of what is not to be run.
    """

    nodes: int
    edges: list[tuple[int, int]]
    gammas: list[float]
    betas: list[float]
    depths: list[int]
    gradient: bool = False
    skip: Sequence[str] = ()

    def layers(self, depth: int) -> list[tuple[float, float]]:
        """The angles (gamma, beta) of the first layers."""
        return list(zip(self.gammas[:depth], self.betas[:depth], strict=True))

    def params(self, depth: int) -> list[float]:
        """Gamma_1 ... gamma_p, beta_1 ... beta_p."""
        return self.gammas[:depth] + self.betas[:depth]

    def to_json(self) -> str:
        """The job as text."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Job:
        """The job of a text."""
        fields = json.loads(text)
        return cls(**fields | {"edges": [(i, j) for i, j in fields["edges"]]})


@dataclass(frozen=True)
class Way:
    """One way to compute energies with a package.

    Args:
        prepare: makes what computes the energy at a depth; its time is not counted.
        prepare_gradient: the same for the gradient.
        single: whether numbers are of 32 bits.
    """

    prepare: Callable[[int], Energy]
    prepare_gradient: Callable[[int], Gradient] | None = None
    single: bool = False


def answer(job: Job, path: str, ways: dict[str, Way]) -> None:
    """Time each way and write label, energies, seconds and gradient of each into a JSON file."""
    runs = [measured(job, label, way) for label, way in ways.items() if label not in job.skip]
    Path(path).write_text(json.dumps(runs))


def measured(job: Job, label: str, way: Way) -> dict[str, Any]:
    """Energies, times and, where it is wanted and offered, the gradient of one way."""
    energies, seconds = [], []
    for depth in job.depths:
        energy = way.prepare(depth)
        energies.append(energy())
        seconds.append(median_seconds(energy))
    run = {"label": label, "single": way.single, "energies": energies, "seconds": seconds}
    if job.gradient and way.prepare_gradient is not None:
        gradient = way.prepare_gradient(job.depths[-1])
        run |= {"gradient": gradient(), "gradient_seconds": median_seconds(gradient)}
    return run


def costs(job: Job, *, first_is_highest: bool = False) -> NDArray[np.float64]:
    """C of all bit strings, node 0 being the lowest bit of a position, or the highest."""
    last = job.nodes - 1
    positions = np.arange(1 << job.nodes, dtype=np.int32)
    values = np.zeros(positions.size)
    for edge in job.edges:
        i, j = (last - node if first_is_highest else node for node in edge)
        values -= (positions >> i ^ positions >> j) & 1
    return values
