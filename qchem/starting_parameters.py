"""Starting parameters of cluster circuits from classical amplitudes."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from qminima.errors import unknown_name
from simulator.circuit import Circuit
from simulator.generators import Excitation

from .amplitudes import mp2_amplitudes
from .classical import ccsd_amplitudes
from .hamiltonian import Hamiltonian

Floats = NDArray[np.float64]

STARTS = ("mp2", "ccsd", "zero")


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
