"""Ground-state energies of molecules: variational circuits beside the classical methods.

>>> import qchem, simulator
>>> molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74", basis="sto-3g")
>>> hamiltonian = qchem.electronic_hamiltonian(molecule)
>>> result = qchem.vqe(hamiltonian, qchem.uccsd(hamiltonian))
>>> print(f"{abs(result.value - qchem.fci(hamiltonian).value):.9f}")
0.000000000

Conventions are stated in `simulator`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
