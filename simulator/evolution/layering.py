"""Circuits of diagonals and one-qubit rotations, cut into layers of phases and rotations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..circuit import Circuit
from ..operators.generators import AxisRotation, Diagonal, Generator, PauliString, XMixer
from ..spaces import FlipSymmetric, Qubits
from ..typing import Floats, Integers


def rotated_qubits(generator: Generator, num_qubits: int) -> tuple[tuple[int, float, float], ...]:
    """Qubit and axis (x, z) of each rotation that a generator consists of; none of any other."""
    if isinstance(generator, AxisRotation):
        return ((generator.qubit, generator.x, generator.z),)
    if isinstance(generator, XMixer):
        return tuple((qubit, 1.0, 0.0) for qubit in range(num_qubits))
    if isinstance(generator, PauliString) and not generator.z and generator.x.bit_count() == 1:
        return ((generator.num_qubits - 1, -1.0, 0.0),)
    return ()


@dataclass(frozen=True, eq=False)
class CutCircuit:
    """A circuit cut into layers: its terms and its one-qubit rotations.

    Attributes:
        count: L.
        masks: bits of each distinct term, of positions; the first is the constant.
        terms: rows (step, l, number of the mask), one for each term of each diagonal step.
        weights: of these terms.
        rotations: rows (step, l, qubit, number of the mask of Z or -1), one for each qubit of
            each other step.
        axes: rows (x, z) of these rotations.
    """

    count: int
    masks: NDArray[np.uint64]
    terms: Integers
    weights: Floats
    rotations: Integers
    axes: Floats

    @classmethod
    def of(cls, circuit: Circuit, space: Qubits | FlipSymmetric) -> CutCircuit:
        """Cut where a diagonal follows a rotation, or a second rotation of the same qubit.

        Raises:
            SpaceError: if a generator leaves the space.
        """
        numbers, layer, turned = {0: 0}, 0, set[int]()
        terms, weights, rotations, axes = [], [], [], []
        folded = {}
        for generator in {step.generator for step in circuit.steps}:
            if isinstance(generator, Diagonal):
                folded[generator] = generator.polynomial.fold(space).terms
            else:
                generator.on(space)
        for index, step in enumerate(circuit.steps):
            generator = step.generator
            if isinstance(generator, Diagonal):
                layer, turned = (layer + 1, set()) if turned else (layer, turned)
                for qubits, weight in folded[generator]:
                    mask = sum(1 << qubit for qubit in qubits)
                    terms.append((index, layer, numbers.setdefault(mask, len(numbers))))
                    weights.append(weight)
            for qubit, x, z in rotated_qubits(generator, space.num_qubits):
                layer, turned = (layer + 1, set()) if qubit in turned else (layer, turned)
                turned.add(qubit)
                linear = numbers.setdefault(1 << qubit, len(numbers)) if z else -1
                rotations.append((index, layer, qubit, linear))
                axes.append((x, z))
        return cls(
            layer + bool(turned),
            np.array(list(numbers), dtype=np.uint64),
            np.array(terms, dtype=np.int64).reshape(-1, 3),
            np.array(weights),
            np.array(rotations, dtype=np.int64),
            np.array(axes),
        )

    @property
    def closes(self) -> bool:
        """Whether there are phases after the last rotations."""
        last = self.rotations[:, 1] == self.count - 1
        return bool((self.terms[:, 1] == self.count).any() or self.axes[last, 1].any())
