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

    from ..hamiltonian import Hamiltonian
    from ..solving.options import SolveOptions


@dataclass(frozen=True)
class Method:
    """A function that computes the ground-state energy.

    Attributes:
        id: as `--method` takes it: the name of its function in `qchem`.
        label: as its results name it; circuits are named by their ansatz or pool.
        summary: one line on it.
        quantum: whether it optimises a circuit.
        from_orbitals: whether it starts from a mean field with a gap.
        takes: the fields of `SolveOptions` that the function takes.
        preparation: the function of `qchem.solving.preparation` that makes it ready to run, if any.
        memory: where its memory goes besides the integrals, to a vector over "determinants", a
            "circuit" or cluster "amplitudes"; empty if nowhere.
        only: the fields of `SolveOptions` that no other method takes.
        variational: whether its energies are never below the exact one.
        iterative: whether it solves equations that have other solutions as well.
    """

    id: str
    label: str
    summary: str
    quantum: bool = False
    from_orbitals: bool = False
    takes: tuple[str, ...] = ()
    preparation: str = ""
    memory: str = ""
    only: tuple[str, ...] = ()
    variational: bool = True
    iterative: bool = False

    def run(self, hamiltonian: Hamiltonian, **options: Any) -> Result:
        """Call the function."""
        result: Result = getattr(qchem, self.id)(hamiltonian, **options)
        return result

    def prepared(
        self, hamiltonian: Hamiltonian, options: SolveOptions, progress: Progress
    ) -> Callable[[], Result]:
        """The method, ready to run; raises as the function where its input cannot be used."""
        if not self.preparation:
            return partial(self.run, hamiltonian, **{n: getattr(options, n) for n in self.takes})
        from ..solving import preparation

        run: Callable[[], Result] = getattr(preparation, self.preparation)(
            hamiltonian, options, progress
        )
        return run


_REGISTRY = (
    Method("hf", "HF", "Hartree-Fock: the energy of the reference determinant"),
    Method(
        "mp2",
        "MP2",
        "Second-order Møller-Plesset perturbation theory",
        from_orbitals=True,
        variational=False,
    ),
    Method(
        "cisd",
        "CISD",
        "Configuration interaction with single and double excitations; variational",
        from_orbitals=True,
        memory="amplitudes",
        iterative=True,
    ),
    Method(
        "ccsd",
        "CCSD",
        "Coupled cluster with single and double excitations, with its T1 diagnostic",
        from_orbitals=True,
        memory="amplitudes",
        variational=False,
        iterative=True,
    ),
    Method(
        "ccsd_t",
        "CCSD(T)",
        "CCSD with perturbative triples; not variational",
        from_orbitals=True,
        memory="amplitudes",
        variational=False,
        iterative=True,
    ),
    Method(
        "fci",
        "FCI",
        "Full configuration interaction: exact in the basis and active space",
        takes=("properties", "time_limit"),
        memory="determinants",
    ),
    Method(
        "vqe",
        "VQE",
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
    Method(
        "adapt",
        "ADAPT-VQE",
        "ADAPT-VQE: an ansatz that grows by the generators of largest derivative",
        quantum=True,
        memory="circuit",
        preparation="prepare_adapt",
        only=("pool", "resume"),
    ),
)
METHODS = {method.id: method for method in _REGISTRY}
CLASSICAL = tuple(method.id for method in _REGISTRY if not method.quantum)
QUANTUM = tuple(method.id for method in _REGISTRY if method.quantum)

# The label of the method that is exact.
EXACT = METHODS["fci"].label

# Labels of classical methods, best first, that a circuit has to beat where FCI is not known.
BASELINES = tuple(METHODS[name].label for name in reversed(CLASSICAL) if name != "fci")
