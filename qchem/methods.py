"""The methods of `qchem solve`, by the names that `--method` takes; each is imported when it runs.

To add one: a function in a module, its name in `__init__.pyi`, and an entry here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import qchem

if TYPE_CHECKING:
    from qminima.progress import Progress
    from qminima.result import Result

    from .hamiltonian import Hamiltonian
    from .options import SolveOptions


@dataclass(frozen=True)
class Method:
    """A function that computes the ground-state energy.

    Attributes:
        function: its name in `qchem`.
        summary: one line on it.
        quantum: whether it optimises a circuit.
        from_orbitals: whether it starts from a mean field with a gap.
        takes: the fields of `SolveOptions` that the function takes.
        preparation: the function of `qchem.preparation` that makes it ready to run, if any.
        memory: where its memory goes besides the integrals, to a vector over "determinants", a
            "circuit" or cluster "amplitudes"; empty if nowhere.
        only: the fields of `SolveOptions` that no other method takes.
    """

    function: str
    summary: str
    quantum: bool = False
    from_orbitals: bool = False
    takes: tuple[str, ...] = ()
    preparation: str = ""
    memory: str = ""
    only: tuple[str, ...] = ()

    def run(self, hamiltonian: Hamiltonian, **options: Any) -> Result:
        """Call the function."""
        result: Result = getattr(qchem, self.function)(hamiltonian, **options)
        return result

    def prepared(
        self, hamiltonian: Hamiltonian, options: SolveOptions, progress: Progress
    ) -> Callable[[], Result]:
        """The method, ready to run; raises as the function where its input cannot be used."""
        if not self.preparation:
            return partial(self.run, hamiltonian, **{n: getattr(options, n) for n in self.takes})
        from . import preparation

        run: Callable[[], Result] = getattr(preparation, self.preparation)(
            hamiltonian, options, progress
        )
        return run


METHODS = {
    "hf": Method("hf", "Hartree-Fock: the energy of the reference determinant"),
    "mp2": Method("mp2", "Second-order Møller-Plesset perturbation theory", from_orbitals=True),
    "cisd": Method(
        "cisd",
        "Configuration interaction with single and double excitations; variational",
        from_orbitals=True,
        memory="amplitudes",
    ),
    "ccsd": Method(
        "ccsd",
        "Coupled cluster with single and double excitations, with its T1 diagnostic",
        from_orbitals=True,
        memory="amplitudes",
    ),
    "ccsd_t": Method(
        "ccsd_t",
        "CCSD with perturbative triples; not variational",
        from_orbitals=True,
        memory="amplitudes",
    ),
    "fci": Method(
        "fci",
        "Full configuration interaction: exact in the basis and active space",
        takes=("properties", "time_limit"),
        memory="determinants",
    ),
    "vqe": Method(
        "vqe",
        "Variational quantum eigensolver: the energy of an ansatz, minimised",
        quantum=True,
        memory="circuit",
        preparation="prepare_vqe",
        only=(
            "ansatz",
            "layers",
            "start",
            "amplitude_threshold",
            "optimizer",
            "restarts",
            "mapping",
            "taper",
        ),
    ),
    "adapt": Method(
        "adapt",
        "ADAPT-VQE: an ansatz that grows by the generators of largest derivative",
        quantum=True,
        memory="circuit",
        preparation="prepare_adapt",
        only=("pool", "resume"),
    ),
}
CLASSICAL = tuple(name for name, method in METHODS.items() if not method.quantum)
QUANTUM = tuple(name for name, method in METHODS.items() if method.quantum)
