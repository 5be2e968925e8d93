"""The parts of FCI: Davidson's iteration, elements between determinants, the model space."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from qchem import Hamiltonian, spin_square
from qchem.classical import model_space
from qchem.classical.davidson import MOST, Ritz, davidson
from qchem.classical.determinants import averaged_diagonal, determinant_matrices
from qchem.classical.lowest_states import symmetries
from simulator import Electrons

Floats = NDArray[np.float64]
MakeIntegrals = Callable[[int, int], tuple[Floats, Floats]]


def matrix(size: int, seed: int = 0) -> Floats:
    random = np.random.default_rng(seed).normal(size=(size, size))
    return 0.2 * (random + random.T) + np.diag(np.arange(size, dtype=float))


def search(
    symmetric: Floats, start: Floats, known: tuple[Floats, ...] = (), most: int = 200
) -> list[Ritz]:
    diagonal = np.diag(symmetric)

    def apply(vector: Floats, image: Floats) -> None:
        image[:] = symmetric @ vector

    def precondition(residual: Floats, ritz: Ritz) -> Floats:
        return residual / np.maximum(np.abs(diagonal - ritz.value), 0.1)

    found: list[Ritz] = []
    for ritz in davidson(apply, precondition, start, orthogonal_to=known):
        found.append(ritz)
        if ritz.residual < 1e-9 or len(found) == most:
            break
    return found


@pytest.mark.parametrize("size", [2, 3, MOST, MOST + 1, 60])
def test_lowest_eigenpair(size: int) -> None:
    symmetric = matrix(size)
    levels = np.linalg.eigvalsh(symmetric)
    found = search(symmetric, np.ones(size))
    assert found[-1].value == pytest.approx(levels[0], abs=1e-12)
    for ritz in found:
        x = ritz.vector
        assert x @ x == pytest.approx(1)
        assert ritz.value == pytest.approx(x @ symmetric @ x, abs=1e-10)
        assert ritz.residual == pytest.approx(
            np.linalg.norm(symmetric @ x - ritz.value * x), abs=1e-9
        )
        assert ritz.value >= levels[0] - 1e-12
        assert np.abs(levels - ritz.value).min() <= ritz.residual + 1e-12
    values = [ritz.value for ritz in found]
    assert (np.diff(values) < 1e-12).all()


def test_next_eigenpair_beside_known_ones() -> None:
    symmetric = matrix(40)
    levels, states = np.linalg.eigh(symmetric)
    known = (states[:, 0].copy(), states[:, 1].copy())
    found = search(symmetric, np.ones(40), known)[-1]
    assert found.value == pytest.approx(levels[2], abs=1e-10)
    assert max(abs(found.vector @ state) for state in known) < 1e-10


def test_search_ends_where_nothing_is_left() -> None:
    symmetric = np.diag([1.0, 2.0, 3.0])
    assert [ritz.value for ritz in search(symmetric, np.array([0.0, 1.0, 0.0]))] == [2.0]
    assert search(symmetric, np.eye(3)[0], (np.eye(3)[0],)) == []


@pytest.mark.parametrize("nelec", [(2, 2), (3, 1), (1, 3), (4, 0)], ids=str)
def test_elements_between_determinants(
    nelec: tuple[int, int],
    random_integrals: MakeIntegrals,
    pyscf_matrix: Callable[[Hamiltonian], Any],
) -> None:
    hamiltonian = Hamiltonian.from_integrals(*random_integrals(5, 4), nelec, core_energy=0.7)
    check_elements(hamiltonian, pyscf_matrix(hamiltonian))


def test_elements_with_spin_dependent_integrals(
    random_integrals: MakeIntegrals, pyscf_matrix: Callable[[Hamiltonian], Any]
) -> None:
    (ha, aa), (hb, bb) = random_integrals(5, 1), random_integrals(5, 2)
    ab = np.einsum("pq,rs->pqrs", ha, hb)
    hamiltonian = Hamiltonian.from_integrals((ha, hb), (aa, ab, bb), (2, 3))
    check_elements(hamiltonian, pyscf_matrix(hamiltonian))


def check_elements(hamiltonian: Hamiltonian, expected: Floats) -> None:
    """Spectrum, diagonal and squares of elements: PySCF's signs of determinants differ."""
    alpha, beta = strings(hamiltonian.space)
    found, _ = determinant_matrices(hamiltonian, alpha, beta)
    np.testing.assert_allclose(np.linalg.eigvalsh(found), np.linalg.eigvalsh(expected), atol=1e-10)
    np.testing.assert_allclose(np.diag(found), np.diag(expected), atol=1e-10)
    np.testing.assert_allclose(np.abs(found), np.abs(expected), atol=1e-10)
    image, operator = np.empty((1, len(found))), hamiltonian.on(hamiltonian.space)
    for unit, column in zip(np.eye(len(found)), found, strict=True):
        operator.apply(unit[None], image)
        np.testing.assert_allclose(image[0], column, atol=1e-10)


def strings(space: Electrons) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    both = np.array(list(product(space.strings(0), space.strings(1))))
    return both[:, 0], both[:, 1]


@pytest.mark.parametrize("nelec", [(2, 2), (3, 1), (1, 2)], ids=str)
def test_total_spin_between_determinants(
    nelec: tuple[int, int], random_integrals: MakeIntegrals
) -> None:
    hamiltonian = Hamiltonian.from_integrals(*random_integrals(4, 1), nelec)
    alpha, beta = strings(hamiltonian.space)
    energies, spins = determinant_matrices(hamiltonian, alpha, beta)
    np.testing.assert_allclose(energies @ spins, spins @ energies, atol=1e-12)
    for state in np.random.default_rng(0).normal(size=(3, len(spins))):
        state /= np.linalg.norm(state)
        expected = spin_square(state, hamiltonian.space)
        assert state @ spins @ state == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("name", ["lih", "h3_doublet", "h4_triplet"])
def test_diagonal_is_averaged_over_spins(name: str, request: pytest.FixtureRequest) -> None:
    hamiltonian: Hamiltonian = request.getfixturevalue(name)
    alpha, beta = strings(hamiltonian.space)
    diagonal = np.diag(determinant_matrices(hamiltonian, alpha, beta)[0])
    configurations = np.stack([alpha & beta, alpha ^ beta])
    _, group = np.unique(configurations, axis=1, return_inverse=True)
    means = np.bincount(group.ravel(), diagonal) / np.bincount(group.ravel())
    found = averaged_diagonal(hamiltonian, hamiltonian.space)
    np.testing.assert_allclose(found, means[group.ravel()], atol=1e-10)


def test_model_keeps_the_spin(ch2: Hamiltonian, monkeypatch: pytest.MonkeyPatch) -> None:
    """Corrections of a state of one total spin have that spin, and are orthogonal to it."""
    monkeypatch.setattr(model_space, "SELECTED", 40)
    monkeypatch.setattr(model_space, "WHOLE", 40)
    singlet = Hamiltonian.from_integrals(ch2.h1, ch2.h2, (4, 4), core_energy=ch2.core_energy)
    for space in symmetries(singlet):
        model = model_space.model_space(singlet, space)
        assert len(model.positions) <= 40
        for spin in (0.0, 2.0):
            pure = model.of_spin(spin)
            if not len(pure.levels):
                continue
            energy, state = pure.lowest_state()
            assert spin_square(state, space) == pytest.approx(spin, abs=1e-10)
            image = np.empty((1, space.size))
            singlet.on(space).apply(state[None], image)
            residual = image[0] - energy * state
            correction = pure.precondition(residual, Ritz(energy, state, 0.0))
            assert abs(correction @ state) < 1e-10
            correction /= np.linalg.norm(correction)
            assert spin_square(correction, space) == pytest.approx(spin, abs=1e-8)


def test_random_start_holds_every_low_state(
    ch2: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_space, "WHOLE", model_space.SELECTED)
    for space in symmetries(ch2):
        model = model_space.model_space(ch2, space)
        start = model.random_state()
        shares = (model.states.T @ start[model.positions]) / np.linalg.norm(start)
        near = model.levels < model.lowest + 0.3
        assert (np.abs(shares[near]) > 0.03).all()
        known = model.lowest_state()[1]
        assert abs(known @ model.random_state(known)) < 1e-10
