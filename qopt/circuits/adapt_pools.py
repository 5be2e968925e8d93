"""Mixers that ADAPT-QAOA chooses from."""

from __future__ import annotations

from itertools import combinations, product

from qminima.errors import check_name
from simulator.operators.generators import XMixer
from simulator.operators.pauli import PauliString
from simulator.spaces import FlipSymmetric, Space

from .mixers import Mixer, x_mixer

POOLS = {
    "standard": "The sum of all X, which is QAOA's own mixer",
    "single": "Also X and Y of each qubit, and the sum of all Y",
    "pairs": "Also all products of two Paulis on two qubits",
}


def adapt_pool(name: str, space: Space) -> list[Mixer]:
    """The mixers of a pool: B = -sum X, B = sum Y, and B = P for Pauli strings P.

    Zhu et al., Phys. Rev. Res. 4, 033029 (2022), arXiv:2005.10258. On `FlipSymmetric` strings that
    do not commute with the flip of all qubits are left out: they have no derivative there.

    Args:
        name: "standard", "single" or "pairs", each with those before.
        space: of the circuit.

    Raises:
        InputError: for an unknown name.
    """
    check_name("pool", name, POOLS)
    qubits = range(space.num_qubits)
    mixers = [x_mixer()]
    if name != "standard":
        mixers.append(Mixer("Y", tuple(_string(("Y", q)) for q in qubits), constrained=False))
        mixers += [_single(_string((letter, q))) for letter in "XY" for q in qubits]
    if name == "pairs":
        mixers += [
            _single(_string((a, i), (b, j)))
            for i, j in combinations(qubits, 2)
            for a, b in product("XYZ", repeat=2)
            if (a, b) != ("Z", "Z")  # commutes with the cost
        ]
    if isinstance(space, FlipSymmetric):
        mixers = [mixer for mixer in mixers if all(_even(one) for one in strings(mixer, space))]
    return mixers


def strings(mixer: Mixer, space: Space) -> list[PauliString]:
    """The Pauli strings whose sum, up to a sign, is B."""
    if isinstance(mixer.generators[0], XMixer):
        return [_string(("X", qubit)) for qubit in range(space.num_qubits)]
    return [one for one in mixer.generators if isinstance(one, PauliString)]


def sign(mixer: Mixer) -> int:
    """That sign: B = -sum X of QAOA's own mixer, plus for all others."""
    return -1 if isinstance(mixer.generators[0], XMixer) else 1


def _string(*factors: tuple[str, int]) -> PauliString:
    return PauliString.parse(" ".join(f"{letter}{qubit}" for letter, qubit in factors))


def _single(string: PauliString) -> Mixer:
    return Mixer(str(string), (string,), constrained=False)


def _even(string: PauliString) -> bool:
    return string.z.bit_count() % 2 == 0
