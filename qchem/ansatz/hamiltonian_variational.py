"""The Hamiltonian-variational ansatz: the Hamiltonian's own parts, by turns."""

from __future__ import annotations

import numpy as np

from qminima.limits import check_count
from simulator.circuit import BasisState, Circuit, Step
from simulator.lowering.operators import MatrixOperator
from simulator.memory import require_memory
from simulator.operators.generators import Diagonal, SparseGenerator
from simulator.operators.observables import PauliSum
from simulator.operators.polynomial import Polynomial
from simulator.spaces import Electrons
from simulator.typing import Floats

from ..hamiltonian import Hamiltonian

# The whole Coulomb angle of a layer at the start, in 1/hartree.
_TIME = 0.3


def hamiltonian_variational(hamiltonian: Hamiltonian, layers: int = 1) -> Circuit:
    """Hamiltonian-variational: exponentials of one-body, Coulomb and exchange parts by turns.

        exp(-i a X/2) exp(-i b T/2) exp(-i c C) exp(-i b T/2) exp(-i a X/2)    in each layer

    with the parts of the Hamiltonian that move no electron (C, Coulomb), one (T, hopping, with the
    interactions that assist it) and two (X, exchange), each exponentiated exactly on all
    determinants. Wecker, Hastings and Troyer, Phys. Rev. A 92, 042303 (2015), arXiv:1507.08969.

    Raises:
        InputError: for fewer layers than one.
        MemoryLimitError: if the parts do not fit into memory.

    >>> import qchem
    >>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74")
    >>> hamiltonian_variational(qchem.electronic_hamiltonian(molecule), layers=2).num_parameters
    6
    """
    check_count("layers", layers)
    space = hamiltonian.space
    strings = hamiltonian.to_pauli_sum()
    coulomb = Diagonal(
        Polynomial(
            (tuple(q for q in range(string.z.bit_length()) if string.z >> q & 1), weight)
            for string, weight in strings.terms
            if not string.x
        )
    )
    hopping, exchange = _moves(strings, space)
    steps = []
    for layer in range(layers):
        x, t, c = (3 * layer + k for k in range(3))
        outer = [Step(exchange, ((x, 0.5),)), Step(hopping, ((t, 0.5),))]
        steps += [*outer, Step(coulomb, ((c, 1.0),)), *reversed(outer)]
    initial = BasisState(space.reference)
    return Circuit(space, initial, tuple(steps), name=f"Hamiltonian-variational ({layers})")


def ramp_start(layers: int = 1) -> Floats:
    """Parameters of an adiabatic path on which hopping and exchange are turned on.

    The reference is an eigenstate of the Coulomb part; at zero all derivatives vanish. Layer l has
    angles s, s and 0.3 with s = 0.3 (l + 1/2) / layers.
    """
    check_count("layers", layers)
    share = _TIME * (np.arange(layers) + 0.5) / layers
    return np.stack([share, share, np.full(layers, _TIME)], axis=1).ravel()


def _moves(strings: PauliSum, space: Electrons) -> list[SparseGenerator]:
    """-i times the matrix elements between determinants that differ by one and two electrons."""
    from scipy.sparse import coo_array

    require_memory(
        64 * space.size * max(space.num_qubits, 1) ** 2,
        f"parts of the Hamiltonian over {space.size:,} determinants",
        "choose a smaller active space",
    )
    operator = strings.on(space)
    assert isinstance(operator, MatrixOperator)  # noqa: S101 - as sums of strings are on electrons
    matrix = operator.matrix.tocoo()
    configurations = space.configurations()
    moved = np.bitwise_count(configurations[matrix.row] ^ configurations[matrix.col]) // 2
    return [
        SparseGenerator(
            coo_array(
                (-1j * matrix.data[moved == k], (matrix.row[moved == k], matrix.col[moved == k])),
                shape=matrix.shape,
            )
        )
        for k in (1, 2)
    ]
