"""Starting parameters of cluster circuits from classical amplitudes."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from qminima.errors import unknown_name
from simulator.circuit import Circuit
from simulator.operators.generators import Excitation
from simulator.typing import Floats

from ..classical.amplitudes import mp2_amplitudes
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
    if start not in STARTS:
        raise unknown_name("start", start, STARTS)
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


def first_parameters(
    ansatz: str,
    hamiltonian: Hamiltonian,
    circuit: Circuit,
    layers: int,
    start: str,
    seed: int | None,
) -> tuple[str | NDArray[np.float64], str]:
    """The starting point that `vqe` takes for an ansatz, and the name of its construction."""
    if start not in ("mp2", "ccsd"):
        return start, start
    if ansatz in ("ucj", "local-ucj"):
        amplitudes = (mp2_amplitudes if start == "mp2" else ccsd_amplitudes)(hamiltonian)
        return ucj_start(hamiltonian, amplitudes, layers, local=ansatz == "local-ucj"), start
    if ansatz == "hamiltonian-variational":
        return ramp_start(layers), "ramp"
    if ANSAETZE[ansatz].breaks_symmetry:
        near = np.random.default_rng(seed).normal(scale=_AWAY, size=circuit.num_parameters)
        return initial_parameters(hamiltonian, circuit, start) + near, f"{start}, disturbed"
    named = "random" if ANSAETZE[ansatz].on_qubits else start
    return named, named
