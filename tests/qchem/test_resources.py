"""CNOT counts: constructions checked as matrices, and gates between neighbours as bit maps."""

from __future__ import annotations

import numpy as np
import pytest

import qchem
from qchem import Hamiltonian, circuit_resources, cnot_resources
from qchem.properties.resources import _routed
from qminima import InputError
from simulator import (
    BasisState,
    Circuit,
    Diagonal,
    Electrons,
    Excitation,
    OrbitalRotation,
    PauliString,
    Polynomial,
    Qubits,
    gates,
)  # fmt: skip
from simulator.operators.generator import Layout
from simulator.operators.ladder_sum import LadderSum, excitation_terms
from simulator.testing import dense_pauli_string


def flipped(circuit: list[tuple[int, int]], bits: int) -> int:
    """What CNOTs make of a configuration."""
    for control, target in circuit:
        bits ^= (bits >> control & 1) << target
    return bits


@pytest.mark.parametrize("gate", [(0, 1), (1, 0), (0, 2), (3, 0), (1, 5), (5, 0)])
def test_cnots_between_neighbours(gate: tuple[int, int]) -> None:
    routed = list(_routed(gate, "line"))
    distance = abs(gate[0] - gate[1])
    assert len(routed) == (1 if distance == 1 else 4 * (distance - 1))
    assert all(abs(a - b) == 1 for a, b in routed)
    for bits in range(64):
        assert flipped(routed, bits) == flipped([gate], bits)


@pytest.mark.parametrize(
    "excitation",
    [
        Excitation(alpha=((0,), (3,))),
        Excitation(beta=((1,), (3,))),
        Excitation(((0,), (2,)), ((1,), (3,))),
        Excitation(alpha=((0, 1), (2, 3))),
    ],
    ids=str,
)
def test_signs_from_a_parity(excitation: Excitation) -> None:
    """Between controlled signs a qubit excitation is the fermionic one, in alternating order."""
    moves = [
        ((leave, spin), (fill, spin))
        for spin, part in enumerate((excitation.alpha, excitation.beta))
        for leave, fill in zip(*part, strict=True)
    ]
    terms = excitation_terms(moves)

    def alternating(signed: bool) -> np.ndarray:
        """The generator on qubits that alternate in spin: one orbital for each spin orbital."""
        renamed = tuple(
            (tuple(o._replace(orbital=2 * o.orbital + o.spin, spin=0) for o in product), weight)
            for product, weight in terms
        )
        total = np.zeros((256, 256), dtype=complex)
        for string, weight in LadderSum(renamed).pauli_terms(Electrons(8, (0, 0))):
            support = sum(1 << 2 * p + spin for p, spin in excitation.support)
            kept = string if signed else PauliString(string.x, string.z & support)
            total += -1j * weight * dense_pauli_string(kept, 8)
        return total

    used = excitation.cnots(Layout(4)) or []
    places = sorted(2 * p + spin for p, spin in excitation.support)
    between = [
        q for low, high in zip(places[::2], places[1::2], strict=True) for q in range(low + 1, high)
    ]
    extra = 2 * len(between)
    assert len(used) == (2 if len(places) == 2 else 13) + extra
    ladder, sign = used[: max(len(between) - 1, 0)], used[max(len(between) - 1, 0)]
    # As a matrix: collect the parity, sign, and take the parity back.
    size = 256
    collect = np.zeros((size, size))
    signs = np.ones(size)
    for bits in range(size):
        image = flipped(ladder, bits)
        collect[image, bits] = 1.0
        if between and bits >> sign[0] & 1 and bits >> sign[1] & 1:
            signs[bits] = -1.0
    conjugation = collect.T @ np.diag(signs) @ collect
    got = conjugation @ alternating(signed=False) @ conjugation.T
    difference = min(np.abs(got - factor * alternating(signed=True)).max() for factor in (1, -1))
    assert difference < 1e-12


def test_counts() -> None:
    single, far = Excitation(alpha=((0,), (1,))), Excitation(alpha=((0,), (3,)))
    assert cnot_resources([single]) == (2, 2)  # neighbours where spins are apart
    assert cnot_resources([far]) == (6, 6)
    assert cnot_resources([OrbitalRotation(0, 1)]) == (4, 2)
    pair = Excitation(((0,), (1,)), ((0,), (1,)))
    assert cnot_resources([pair]) == (13, 11)
    # The count of Yordanov et al. for doubles between qubits i < j < k < l.
    i, j, k, m = 0, 2, 5, 7  # 0a 2a 1b 3b with spins apart
    wide = Excitation(((0,), (2,)), ((1,), (3,)))
    assert cnot_resources([wide]) == (2 * (m + j - k - i) + 9, 15)
    steps = [gates.h(0), gates.cx(0, 1), gates.swap(1, 2), gates.rotation("X0 Y1 Z2", 0)]
    circuit = Circuit(Qubits(3), BasisState(0), tuple(steps))
    assert circuit_resources(circuit) == (1 + 3 + 4, 8)
    phases = Diagonal(Polynomial({(0,): 1.0, (0, 1): 1.0, (0, 4): 1.0}))
    assert cnot_resources([phases], norb=4) == (4, 4)


def test_circuits(h4: Hamiltonian) -> None:
    for build in (qchem.uccsd, qchem.k_upccgsd, qchem.ucj, qchem.hardware_efficient):
        circuit = build(h4)
        anywhere, line = circuit_resources(circuit), circuit_resources(circuit, "line")
        assert anywhere is not None
        assert line is not None
        assert line[0] >= anywhere[0] >= anywhere[1] > 0
    # 7 CZ between neighbours: the same on a line.
    assert circuit_resources(qchem.hardware_efficient(h4)) == (7, 7)
    assert circuit_resources(qchem.singlet_uccsd(h4)) is None
    assert circuit_resources(qchem.hamiltonian_variational(h4)) is None
    with pytest.raises(InputError, match="connectivity"):
        circuit_resources(qchem.uccsd(h4), "grid")
