"""Starting parameters of cluster circuits from classical amplitudes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from qminima.errors import check_name
from simulator.circuit import Circuit
from simulator.operators.generators import Excitation
from simulator.typing import Floats

from ..classical.amplitudes import Amplitudes, mp2_amplitudes
from ..classical.post_hartree_fock import ccsd_amplitudes
from ..hamiltonian import Hamiltonian
from .hamiltonian_variational import ramp_start
from .registry import ANSAETZE
from .ucj import ucj_start

STARTS = ("mp2", "ccsd", "zero")

# Width of the normal deviates that take a start away from symmetry, in radians.
_AWAY = 0.05


def initial_parameters(hamiltonian: Hamiltonian, circuit: Circuit, start: str = "mp2") -> Floats:
    """Parameters that give each excitation its classical amplitude, shape (num_parameters,).

    Args:
        hamiltonian: the problem.
        circuit: any circuit; generators that are no excitations start at zero. Where there are
            several copies of an excitation, each gets its share of the amplitude.
        start: "mp2" (second-order perturbation theory), "ccsd", or "zero".

    Raises:
        InputError: for an unknown start, listing the known ones.
    """
    check_name("start", start, STARTS)
    params = np.zeros(circuit.num_parameters)
    if start == "zero":
        return params
    amplitudes = (mp2_amplitudes if start == "mp2" else ccsd_amplitudes)(hamiltonian)
    copies = Counter(step.generator for step in circuit.steps)
    for step in reversed(circuit.steps):  # where steps share a parameter, the first one counts
        if isinstance(step.generator, Excitation):
            for parameter, coefficient in step.coefficients:
                amplitude = amplitudes.of(step.generator, hamiltonian.nelec)
                params[parameter] = amplitude / copies[step.generator] / coefficient
    return params


@dataclass(frozen=True, eq=False)
class Situation:
    """The circuit that starting parameters are for.

    Attributes:
        hamiltonian: the problem.
        circuit: of the ansatz.
        layers: of the ansatz, 1 if it has none.
        start: "mp2" or "ccsd", where amplitudes are from.
        seed: of random parameters.
    """

    hamiltonian: Hamiltonian
    circuit: Circuit
    layers: int
    start: str
    seed: int | None

    def amplitudes(self) -> Amplitudes:
        """The classical amplitudes."""
        return (mp2_amplitudes if self.start == "mp2" else ccsd_amplitudes)(self.hamiltonian)


First = tuple[str | Floats, str]


def first_parameters(ansatz: str, situation: Situation) -> First:
    """The starting point that `vqe` takes for an ansatz, and the name of its construction."""
    if situation.start not in ("mp2", "ccsd"):
        return situation.start, situation.start
    return _FIRST[ANSAETZE[ansatz].start](situation)


def from_amplitudes(situation: Situation) -> First:
    """Each excitation starts at its classical amplitude."""
    return situation.start, situation.start


def near_amplitudes(situation: Situation) -> First:
    """Classical amplitudes, disturbed at random so that derivatives do not vanish by symmetry."""
    near = np.random.default_rng(situation.seed).normal(
        scale=_AWAY, size=situation.circuit.num_parameters
    )
    first = initial_parameters(situation.hamiltonian, situation.circuit, situation.start)
    return first + near, f"{situation.start}, disturbed"


def from_jastrow_factors(situation: Situation, *, local: bool = False) -> First:
    """Factorised amplitudes; see `ucj_start`."""
    first = ucj_start(situation.hamiltonian, situation.amplitudes(), situation.layers, local=local)
    return first, situation.start


def from_local_jastrow_factors(situation: Situation) -> First:
    """Factorised amplitudes with phases between neighbours only; see `ucj_start`."""
    return from_jastrow_factors(situation, local=True)


def from_ramp(situation: Situation) -> First:
    """A discretised adiabatic path; see `ramp_start`."""
    return ramp_start(situation.layers), "ramp"


def at_random(_: Situation) -> First:
    """Random parameters, where there is no classical estimate."""
    return "random", "random"


_FIRST: dict[str, Callable[[Situation], First]] = {
    function.__name__: function
    for function in (
        from_amplitudes,
        near_amplitudes,
        from_jastrow_factors,
        from_local_jastrow_factors,
        from_ramp,
        at_random,
    )
}
