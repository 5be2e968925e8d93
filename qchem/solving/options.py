"""The options of `qchem.solve`, checked when they are made, without the methods they are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from qminima.errors import InputError, check_name, shorten
from qminima.limits import Deadline, check_count, check_seed
from simulator.optimize.methods import METHODS as OPTIMIZERS

from ..ansatz.pools import POOLS
from ..ansatz.registry import ANSAETZE, LAYERED
from ..qubits.encoding import MAPPINGS

STARTS = ("mp2", "ccsd", "zero", "random")
TAPERS = ("none", "spins", "all")
MOST_LAYERS = 1_000


@dataclass(frozen=True)
class SolveOptions:
    """How `solve` runs circuits and FCI.

    Attributes:
        ansatz: name out of `ANSAETZE`, for "vqe".
        layers: of an ansatz that has them; 1 unless given.
        pool: name out of `qchem.ansatz.pools.POOLS`, for "adapt". From "ceo" and "qubit", whose
            CNOTs are counted, several disjoint operators are added in a step, those with the
            largest derivatives per CNOT; from the others one, that with the largest derivative.
        symmetry: leave out excitations that symmetry makes useless, as in `screen`; not from the
            ansätze of `Ansatz.breaks_symmetry`.
        amplitude_threshold: leave out excitations of a smaller amplitude, as in `screen`.
        start: first parameters, as in `vqe`. Ansätze without amplitudes of classical methods have a
            start of another kind instead of "mp2" and "ccsd": the Hamiltonian-variational one an
            adiabatic path, the hardware-efficient one random parameters. Those of
            `Ansatz.breaks_symmetry` start near the amplitudes, disturbed at random.
        optimizer: as in `vqe`.
        restarts: as in `vqe`.
        mapping: run "vqe" on qubits by this mapping, as in `QubitHamiltonian`.
        taper: qubits to leave out there.
        resume: record of an ADAPT run that "adapt" continues.
        properties: also compute properties of the states of circuits and of FCI, as in
            `qchem.properties.density.state_properties`.
        time_limit: in seconds, on FCI and on the optimisation of each circuit.
        seed: of random starts and restarts, and stored in the record.

    Raises:
        InputError: for unknown names, numbers out of range, and options that exclude each other.
    """

    ansatz: str = "uccsd"
    layers: int | None = None
    pool: str = "singlet-gsd"
    symmetry: bool = True
    amplitude_threshold: float | None = None
    start: str = "mp2"
    optimizer: str = "L-BFGS-B"
    restarts: int = 0
    mapping: str | None = None
    taper: str = "none"
    resume: Mapping[str, Any] | None = None
    properties: bool = False
    time_limit: float | None = None
    seed: int | None = None

    def __post_init__(self) -> None:
        check_name("ansatz", self.ansatz, ANSAETZE)
        check_layers(self.ansatz, self.layers)
        check_name("pool", self.pool, POOLS)
        check_threshold(self.amplitude_threshold)
        check_name("start", self.start, STARTS)
        check_name("optimiser", self.optimizer, OPTIMIZERS)
        check_name("mapping", self.mapping or MAPPINGS[0], MAPPINGS)
        check_name("way to taper", self.taper, TAPERS)
        if self.taper != "none" and self.mapping is None:
            raise InputError("tapering leaves out qubits of a mapping; give a mapping too")
        Deadline(self.time_limit)
        check_seed(self.seed)


def check_layers(ansatz: str, layers: int | None) -> None:
    """Raise `InputError` for layers of an ansatz that has none, or fewer than one."""
    if layers is None:
        return
    if not ANSAETZE[ansatz].layered:
        raise InputError(f"the ansatz {ansatz} has no layers; {', '.join(LAYERED)} have")
    check_count("layers", layers)
    if layers > MOST_LAYERS:
        raise InputError(f"expected at most {MOST_LAYERS:,} layers, got {shorten(layers)}")


def check_threshold(threshold: float | None) -> None:
    """Raise `InputError` for a threshold of amplitudes below zero."""
    if threshold is not None and not 0 <= threshold < inf:
        raise InputError(f"expected an amplitude threshold from 0 on, got {threshold}")
