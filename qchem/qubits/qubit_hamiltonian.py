"""A Hamiltonian on qubits: operator, encoding, sector and reference travel together."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

from qminima.errors import InputError, check_name
from simulator.circuit import BasisState, Circuit, Step
from simulator.operators.generators import Generator, PauliString
from simulator.operators.observables import PauliSum
from simulator.spaces import Electrons, Qubits, Space, SpaceError

from ..hamiltonian import Hamiltonian
from ..solving.options import TAPERS
from .encoding import Encoding, Symmetry, check_mapping, symmetries
from .mappings import spin_square_sum

if TYPE_CHECKING:
    from simulator.lowering.operators import Operator


class QubitHamiltonian:
    """The Hamiltonian of a molecule on qubits, an observable on `space`.

    Args:
        hamiltonian: of the electrons.
        mapping: "jordan_wigner", "parity" or "bravyi_kitaev".
        taper: which qubits are left out: "none"; two, by the parities of the numbers of alpha and
            of beta electrons ("spins"; with the parity mapping these are the last qubits of either
            spin); or those of "all" products of Z that commute with the Hamiltonian, point-group
            symmetry included. What is left acts in the sector of the reference determinant, and on
            states with other numbers of electrons of the same parity.

    Raises:
        InputError: for an unknown mapping or way to taper, listing the known ones.

    >>> import qchem
    >>> h2 = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74"))
    >>> [QubitHamiltonian(h2, "parity", taper).num_qubits for taper in ("none", "spins", "all")]
    [4, 2, 1]
    """

    def __init__(
        self, hamiltonian: Hamiltonian, mapping: str = "jordan_wigner", taper: str = "none"
    ) -> None:
        check_mapping(mapping)
        check_name("way to taper", taper, TAPERS)
        self.hamiltonian, self.mapping, self.taper = hamiltonian, mapping, taper
        modes, norb = 2 * hamiltonian.norb, hamiltonian.norb
        plain = Encoding(mapping, modes)
        found: tuple[Symmetry, ...] = ()
        if taper != "none":
            images = plain.pauli_sum(hamiltonian.to_pauli_sum())
            spins = [plain.mask(((1 << norb) - 1) << shift) for shift in (0, norb)]
            found = symmetries(
                {string.x for string, _ in images.terms},
                plain.configuration(hamiltonian.space.reference),
                modes,
                among=spins if taper == "spins" else None,
            )
        self.encoding = Encoding(mapping, modes, found)

    @property
    def num_qubits(self) -> int:
        """Qubits that are left."""
        return self.encoding.num_qubits

    @property
    def space(self) -> Qubits:
        """All configurations of the qubits."""
        return Qubits(self.num_qubits)

    @property
    def reference(self) -> BasisState:
        """The determinant whose lowest orbitals are occupied."""
        return BasisState(self.encoding.configuration(self.hamiltonian.space.reference))

    @property
    def restricted(self) -> bool:
        """Whether both spins have the same integrals."""
        return self.hamiltonian.restricted

    @cached_property
    def pauli_sum(self) -> PauliSum:
        """The operator, in hartree."""
        return self.encoding.pauli_sum(self.hamiltonian.to_pauli_sum())

    @property
    def counts(self) -> tuple[PauliSum, PauliSum]:
        """The numbers of alpha and of beta electrons, n = (1 - Z)/2 of each spin orbital."""
        norb = self.hamiltonian.norb
        alpha, beta = (
            self.encoding.pauli_sum(
                PauliSum(
                    [(PauliString(0, 0), norb / 2)]
                    + [(PauliString(0, 1 << p + shift), -0.5) for p in range(norb)]
                )
            )
            for shift in (0, norb)
        )
        return alpha, beta

    @property
    def spin_square(self) -> PauliSum | None:
        """S^2 of the electrons, on restricted orbitals.

        None on unrestricted ones, and where a qubit was left out for a symmetry that S^2 lacks.
        """
        operator = spin_square_sum(self.hamiltonian.norb)
        commutes = all(self.encoding.commutes(string) for string, _ in operator.terms)
        return self.encoding.pauli_sum(operator) if self.restricted and commutes else None

    def on(self, space: Space) -> Operator:
        """The operator on its qubits; raises `SpaceError` on any other space."""
        if space != self.space:
            raise SpaceError(f"this Hamiltonian acts on {self.space}, got {space}")
        return self.pauli_sum.on(space)

    def circuit(self, circuit: Circuit) -> Circuit:
        """A circuit of excitations on the qubits, parameter for parameter.

        The strings of an excitation T - T^dagger commute, so that its exponential is the product of
        those of the strings, exactly.

        Raises:
            InputError: if a generator has strings that do not commute, changes a symmetry that was
                used to leave out a qubit, or is no excitation.

        >>> import qchem, simulator
        >>> h2 = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms("H 0 0 0; H 0 0 0.74"))
        >>> qubits, circuit = QubitHamiltonian(h2, "parity", "spins"), qchem.uccsd(h2)
        >>> parameters = [0.1, 0.2, 0.3]
        >>> fewer = simulator.Expectation(qubits.circuit(circuit), qubits)(parameters)
        >>> abs(fewer - simulator.Expectation(circuit, h2)(parameters)) < 1e-12
        True
        """
        space, electrons = circuit.space, self.hamiltonian.space
        if (
            not isinstance(circuit.initial_state, BasisState)
            or not isinstance(space, Electrons)
            or (space.norb, space.nelec) != (electrons.norb, electrons.nelec)
        ):
            raise InputError(f"expected a circuit on {electrons} that starts from a determinant")
        determinant = circuit.initial_state.configuration
        if not self.encoding.holds(determinant):
            raise InputError(
                "the circuit starts from a determinant of another symmetry than the reference, for "
                "which qubits were left out; taper less"
            )
        steps = tuple(
            Step(string, tuple((p, weight * c) for p, c in step.coefficients), weight * step.offset)
            for step in circuit.steps
            for string, weight in self._strings(step.generator)
        )
        initial = BasisState(self.encoding.configuration(determinant))
        plural = "" if self.num_qubits == 1 else "s"
        name = f"{circuit.name} ({self.num_qubits} qubit{plural})"
        return Circuit(self.space, initial, steps, name=name)

    def _strings(self, generator: Generator) -> Iterator[tuple[PauliString, float]]:
        """Strings P and weights w with A = sum w (-i P)."""
        for string, weight in pauli_strings(generator, self.hamiltonian.space):
            if not self.encoding.commutes(string):
                raise InputError(
                    f"{generator} changes a symmetry that a qubit was left out for; screen the "
                    "circuit by symmetry first, or taper less"
                )
            image, sign = self.encoding.string(string)
            yield image, sign * weight

    def describe(self) -> dict[str, Any]:
        """The `problem` entry of records."""
        return {
            **self.hamiltonian.describe(),
            "mapping": self.mapping,
            "taper": self.taper,
            "qubits": self.num_qubits,
        }


def pauli_strings(generator: Generator, space: Electrons) -> Iterator[tuple[PauliString, float]]:
    """Strings P and weights w with A = sum w (-i P) over spin orbitals, by Jordan-Wigner.

    Raises:
        InputError: if the strings do not commute, or the generator is none of electrons.
    """
    terms = generator.pauli_terms(space) if generator.norb else None
    if terms is None:
        raise InputError(f"expected excitations or sums of ladder operators, got {generator}")
    for number, (one, _) in enumerate(terms):
        if any((one @ other)[0] != (other @ one)[0] for other, _ in terms[:number]):
            raise InputError(
                f"the Pauli strings of {generator} do not commute, so that its exponential is "
                "no product of theirs; take an ansatz of single excitations"
            )
    yield from terms
