"""The methods of `qchem solve`, by the names that `--method` takes; each is imported when it runs.

To add one: a function in a module, its name in `__init__.pyi`, and an entry here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import qchem

if TYPE_CHECKING:
    from qminima.result import Result

    from .hamiltonian import Hamiltonian


@dataclass(frozen=True)
class Method:
    """A function that computes the ground-state energy.

    Attributes:
        function: its name in `qchem`.
        summary: one line on it.
        quantum: whether it optimises a circuit.
        from_orbitals: whether it starts from a mean field with a gap.
    """

    function: str
    summary: str
    quantum: bool = False
    from_orbitals: bool = False

    def run(self, hamiltonian: Hamiltonian, **options: Any) -> Result:
        """Call the function."""
        result: Result = getattr(qchem, self.function)(hamiltonian, **options)
        return result


METHODS = {
    "hf": Method("hf", "Hartree-Fock: the energy of the reference determinant"),
    "mp2": Method("mp2", "Second-order Møller-Plesset perturbation theory", from_orbitals=True),
    "cisd": Method(
        "cisd",
        "Configuration interaction with single and double excitations; variational",
        from_orbitals=True,
    ),
    "ccsd": Method(
        "ccsd",
        "Coupled cluster with single and double excitations, with its T1 diagnostic",
        from_orbitals=True,
    ),
    "ccsd_t": Method(
        "ccsd_t", "CCSD with perturbative triples; not variational", from_orbitals=True
    ),
    "fci": Method("fci", "Full configuration interaction: exact in the basis and active space"),
    "vqe": Method(
        "vqe", "Variational quantum eigensolver: the energy of an ansatz, minimised", quantum=True
    ),
    "adapt": Method(
        "adapt",
        "ADAPT-VQE: an ansatz that grows by the generators of largest derivative",
        quantum=True,
    ),
}
CLASSICAL = tuple(name for name, method in METHODS.items() if not method.quantum)
QUANTUM = tuple(name for name, method in METHODS.items() if method.quantum)
