"""Orbitals that transform like the irreducible representations of the molecule's point group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from simulator.typing import Floats

if TYPE_CHECKING:
    from pyscf.gto import Mole


# Orbital energies in hartree, or occupations, nearer than this are called degenerate.
_DEGENERATE = 1e-5
# How far the weight of an orbital in a representation may be from zero or one.
_PURE = 1e-4
# Share of the largest coefficient from which on another one is as large, whatever the rounding.
_LARGE = 0.9
# Integrals that symmetry forbids and that are smaller than this, in hartree, are rounding of the
# coordinates: they couple a state only to those of other symmetry, so that leaving them out
# changes its energy by their square.
_ROUNDING = 1e-6

# The largest subgroups that D2h contains of the continuous groups.
_FINITE = {"SO3": "D2h", "Dooh": "D2h", "Coov": "C2v"}


def adapt_orbitals(
    mol: Mole, orbitals: Floats, levels: Floats, sets: NDArray[Any]
) -> tuple[str, tuple[int, ...], Floats]:
    """Rotate degenerate orbitals so that each belongs to one representation.

    Only orbitals of equal level in the same set are mixed, which changes no energy. Hartree-Fock
    converges to some mixture of degenerate orbitals; after this the mixture no longer depends on
    rounding, and integrals that symmetry forbids are zero to machine precision.  Orbitals that
    break the symmetry of the nuclei are left alone.

    Args:
        mol: the molecule.
        orbitals: coefficients, shape (nao, orbitals).
        levels: energies or natural occupations, neighbours where they are equal.
        sets: numbers of the sets, such as occupied and empty ones.

    Returns:
        The point group of the nuclei in Schoenflies notation, "C1" if it has no symmetry that
        one-dimensional representations can express; the representation of each orbital,
        numbered so that they multiply by exclusive or, or nothing if there are none; and the
        orbitals, whose signs depend on nothing but themselves.
    """
    group, adapted, numbers = _adapted_basis(mol)
    if group == "C1":
        return group, (), _signed(orbitals)
    overlap = mol.intor_symmetric("int1e_ovlp")
    projectors = [_projector(basis, overlap) for basis in adapted]
    rotated = np.empty_like(orbitals)
    labels: list[int] = []
    for degenerate in _degenerate_sets(levels, sets):
        pure = _split(orbitals[:, degenerate], projectors, overlap)
        if pure is None:
            return group, (), _signed(orbitals)
        rotated[:, degenerate] = np.hstack(pure)
        labels += [n for n, part in zip(numbers, pure, strict=True) for _ in range(part.shape[1])]
    # Projection shortens the orbitals by their parts in other representations.
    values, vectors = np.linalg.eigh(rotated.T @ overlap @ rotated)
    return group, tuple(labels), _signed(rotated @ (vectors / np.sqrt(values)) @ vectors.T)


def _signed(orbitals: Floats) -> Floats:
    """Orbitals with the sign that makes their first large coefficient positive."""
    large = np.abs(orbitals) > _LARGE * np.abs(orbitals).max(axis=0)
    first = orbitals[large.argmax(axis=0), np.arange(orbitals.shape[1])]
    signed: Floats = orbitals * np.where(first < 0, -1.0, 1.0)
    return signed


def drop_forbidden(h1: Floats, h2: Floats, labels: tuple[int, ...]) -> None:
    """Set integrals that change the representation to zero, in place, where they are rounding."""
    numbers = np.array(labels)
    one = numbers[:, None] ^ numbers
    two = one[:, :, None, None] ^ one
    if max(np.abs(h1[one != 0]).max(initial=0), np.abs(h2[two != 0]).max(initial=0)) < _ROUNDING:
        h1[one != 0] = 0.0
        h2[two != 0] = 0.0


def _adapted_basis(mol: Mole) -> tuple[str, list[Floats], list[int]]:
    """The point group, basis functions combined to its representations, and their numbers."""
    from pyscf import symm
    from pyscf.lib.exceptions import PointGroupSymmetryError

    try:
        group, origin, axes = symm.detect_symm(mol._atom, mol._basis)
        subgroup, axes = symm.as_subgroup(group, axes)
        if subgroup == "C1":
            return "C1", [], []
        subgroup = _FINITE.get(subgroup, subgroup)
        return group, *symm.symm_adapted_basis(mol, subgroup, origin, axes)
    except PointGroupSymmetryError:
        return "C1", [], []


def _projector(basis: Floats, overlap: Floats) -> Floats:
    """P with P c the part of orbital c in the span of `basis`."""
    metric = basis.T @ overlap @ basis
    projector: Floats = basis @ np.linalg.solve(metric, basis.T @ overlap)
    return projector


def _degenerate_sets(levels: Floats, sets: NDArray[Any]) -> list[slice]:
    """Ranges of neighbouring orbitals of equal level in the same set."""
    starts = [0]
    for k in range(1, len(levels)):
        apart = abs(levels[k] - levels[k - 1]) > _DEGENERATE
        if apart or sets[k] != sets[k - 1]:
            starts.append(k)
    return [slice(*limits) for limits in zip(starts, [*starts[1:], len(levels)], strict=True)]


def _split(orbitals: Floats, projectors: list[Any], overlap: Floats) -> list[Floats] | None:
    """The same span by orbitals of one representation each; None if it has no such basis."""
    pure = []
    for projector in projectors:
        image = projector @ orbitals
        weights, mixtures = np.linalg.eigh(image.T @ overlap @ image)
        if ((weights > _PURE) & (weights < 1 - _PURE)).any():
            return None
        pure.append(image @ mixtures[:, weights > 0.5])
    return pure if sum(part.shape[1] for part in pure) == orbitals.shape[1] else None
