"""The ansätze, by the names that `--ansatz` takes; each is imported when it is built.

To add one: a function in a module of this folder, its name in `qchem/__init__.pyi`, and an entry
here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import qchem

if TYPE_CHECKING:
    from simulator.circuit import Circuit

    from ..hamiltonian import Hamiltonian
    from ..qubits.qubit_hamiltonian import QubitHamiltonian


@dataclass(frozen=True)
class Ansatz:
    """A function that turns a Hamiltonian into a circuit.

    Attributes:
        function: its name in `qchem`.
        summary: one line on the circuit.
        layered: whether it takes a number of layers.
        on_qubits: whether it acts on qubits, without regard to the number of electrons.
        breaks_symmetry: whether it needs rotations between orbitals of different symmetry. From a
            start with the symmetry of the molecule their derivatives vanish, so they are neither
            screened by symmetry nor started there.
        start: the function of `qchem.ansatz.starting_parameters` that makes its first parameters
            where they are to come from classical amplitudes.
    """

    function: str
    summary: str
    layered: bool = False
    on_qubits: bool = False
    breaks_symmetry: bool = False
    start: str = "from_amplitudes"

    def build(
        self, hamiltonian: Hamiltonian | QubitHamiltonian, layers: int | None = None
    ) -> Circuit:
        """The circuit; with the default number of layers unless one is given."""
        options = {} if layers is None else {"layers": layers}
        circuit: Circuit = getattr(qchem, self.function)(hamiltonian, **options)
        return circuit


ANSAETZE = {
    "uccsd": Ansatz(
        "uccsd", "Disentangled UCCSD in spin-orbital form, one parameter for each excitation"
    ),
    "singlet-uccsd": Ansatz(
        "singlet_uccsd", "Singlet UCCSD: exact exponentials of singlet excitations, doubles first"
    ),
    "shared-uccsd": Ansatz(
        "shared_uccsd", "UCCSD in which excitations that differ by a spin flip share a parameter"
    ),
    "uccgsd": Ansatz(
        "uccgsd", "UCCGSD: singles and doubles between any spin orbitals, doubles first"
    ),
    "k-upccgsd": Ansatz(
        "k_upccgsd",
        "k-UpCCGSD: layers of paired doubles and rotations between any two orbitals",
        layered=True,
        breaks_symmetry=True,
        start="near_amplitudes",
    ),
    "paired-uccd": Ansatz(
        "paired_uccd", "Paired UCCD: both electrons of an occupied orbital move to an empty one"
    ),
    "qnp": Ansatz(
        "qnp_fabric",
        "QNP fabric: pair exchange and rotation of neighbouring orbitals, in a brick wall",
        layered=True,
        breaks_symmetry=True,
        start="near_amplitudes",
    ),
    "ucj": Ansatz(
        "ucj",
        "Unitary cluster Jastrow with phases between all pairs of orbitals",
        layered=True,
        start="from_jastrow_factors",
    ),
    "local-ucj": Ansatz(
        "local_ucj",
        "Unitary cluster Jastrow with phases between neighbours only",
        layered=True,
        start="from_local_jastrow_factors",
    ),
    "hamiltonian-variational": Ansatz(
        "hamiltonian_variational",
        "Alternating exponentials of the one-body, Coulomb and exchange parts of the Hamiltonian",
        layered=True,
        start="from_ramp",
    ),
    "hardware-efficient": Ansatz(
        "hardware_efficient",
        "Rotations of single qubits, and CZ between neighbours on a line",
        layered=True,
        on_qubits=True,
        start="at_random",
    ),
}
LAYERED = tuple(name for name, ansatz in ANSAETZE.items() if ansatz.layered)
