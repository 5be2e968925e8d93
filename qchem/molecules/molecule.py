"""Molecules: atoms, charge, spin and basis set, read from untrusted text and checked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from math import dist, isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from qminima.errors import InputError, check_name, shorten
from qminima.library import Library, read_text
from qminima.limits import check_integer
from qminima.parsing import real_number, whole_number

from .basis import check_basis, load_functions, normalise
from .xyz_comment import Comment, choose_charge_and_spin, columns, refuse_cell

if TYPE_CHECKING:
    from pyscf.gto import Mole

    from .potentials import CorePotential

Atom = tuple[str, tuple[float, float, float]]
Unit = Literal["angstrom", "bohr"]

ANGSTROM_PER_BOHR = 0.529177210903  # CODATA 2018

_UNITS = {"angstrom": 1.0, "bohr": ANGSTROM_PER_BOHR}

# Integrals overflow where molecules are larger than this, in ångström.
_FARTHEST = 1e6
# Two nuclei nearer than this, in ångström, are taken for one that was written twice.
_SAME_PLACE = 0.01
# Bonds are not shorter than this fraction of the sum of covalent radii (N2: 0.77, C2H2: 0.79).
_SHORTEST_BOND = 0.7


@dataclass(frozen=True)
class Molecule:
    """Nuclei at fixed places, a number of electrons and a basis set.

    Args:
        atoms: (element symbol, (x, y, z) in ångström) of each atom.
        basis: name of one of PySCF's Gaussian basis sets.
        charge: in units of the elementary charge.
        spin: 2S, the number of unpaired electrons.
        name: shown in tables and stored in records.
        origin: a sentence on where charge and spin are from, if not from the caller.
        remarks: sentences that a reader of results must know, on how the molecule was read.

    Raises:
        InputError: for an unknown element or basis set, a basis set that lacks the core potential
            it is made for, coordinates that are not finite, two atoms at one place, or a charge
            and spin that the electrons cannot have.

    >>> Molecule.from_atoms("O 0 0 0; H 0 0.757 0.587; H 0 -0.757 0.587").formula
    'H2O'
    """

    atoms: tuple[Atom, ...]
    basis: str = "sto-3g"
    charge: int = 0
    spin: int = 0
    name: str = "molecule"
    origin: str = field(default="", compare=False)
    remarks: tuple[str, ...] = field(default=(), compare=False)

    def __post_init__(self) -> None:
        if not self.atoms:
            raise InputError("expected at least one atom, got none")
        atoms = tuple(
            (_element(symbol), (float(x), float(y), float(z))) for symbol, (x, y, z) in self.atoms
        )
        object.__setattr__(self, "atoms", atoms)
        for symbol, place in atoms:
            if not all(map(isfinite, place)):
                raise InputError(f"expected finite coordinates of {symbol}, got {place}")
            if max(map(abs, place)) > _FARTHEST:
                raise InputError(f"expected coordinates up to {_FARTHEST:g} Å, got {place}")
        for first, second, distance in _pairs(atoms):
            if distance < _SAME_PLACE:
                raise InputError(
                    f"atoms {first + 1} and {second + 1} ({atoms[first][0]}, {atoms[second][0]}) "
                    f"are at one place; expected at least {_SAME_PLACE} Å between nuclei"
                )
        check_integer("a charge", self.charge)
        check_integer("a spin, 2S", self.spin)
        electrons = self.electrons
        if electrons < 1:
            raise InputError(
                f"a charge of {self.charge:+d} leaves {electrons} electrons; "
                "expected at least 1: check the charge"
            )
        if not 0 <= self.spin <= electrons or (electrons - self.spin) % 2:
            parity = "even" if electrons % 2 == 0 else "odd"
            raise InputError(
                f"{electrons} electrons cannot have spin {self.spin} (2S, the number of unpaired "
                f"electrons); expected an {parity} number from {electrons % 2} to {electrons}"
            )
        check_basis(self.basis, sorted({symbol for symbol, _ in atoms}))
        self._check_valence()

    def _check_valence(self) -> None:
        """Raise `InputError` where core potentials leave too few electrons."""
        potentials = self.core_potentials
        core = sum(potentials[s].electrons for s, _ in self.atoms if s in potentials)
        if self.electrons - core < max(1, self.spin):
            raise InputError(
                f"the core potentials of {self.basis} stand for {core} of {self.electrons} "
                f"electrons; expected at least {max(1, self.spin)} besides: check charge and spin"
            )

    @classmethod
    def from_atoms(
        cls,
        text: str,
        *,
        basis: str = "sto-3g",
        charge: int = 0,
        spin: int = 0,
        unit: Unit = "angstrom",
        name: str | None = None,
    ) -> Molecule:
        """Read ``"H 0 0 0; H 0 0 0.74"``: atoms separated by semicolons or lines.

        Raises:
            InputError: as the class, and for malformed text.
        """
        lines = [line.strip() for line in text.replace(";", "\n").splitlines()]
        atoms = [
            _parse_atom(line, f"atom {number}", unit)
            for number, line in enumerate(filter(None, lines), start=1)
        ]
        label = name if name is not None else _formula(symbol for symbol, _ in atoms)
        return cls(tuple(atoms), basis, charge, spin, label)

    @classmethod
    def from_xyz(
        cls,
        path: str | Path,
        *,
        basis: str = "sto-3g",
        charge: int | None = None,
        spin: int | None = None,
        unit: Unit = "angstrom",
    ) -> Molecule:
        """Read an xyz file: the number of atoms, a comment, then one atom a line.

        Args:
            path: of the file.
            basis: name of a basis set.
            charge: if None, the comment's (`qchem.molecules.xyz_comment`), or 0.
            spin: 2S; if None, the comment's, or 0.
            unit: of the coordinates.

        Raises:
            InputError: as the class, and for a file that is missing, malformed or periodic, or
                whose comment contradicts itself.
        """
        lines = read_text(path).splitlines()
        try:
            count = whole_number(lines[0].strip())
        except (IndexError, ValueError):
            got = repr(shorten(lines[0])) if lines else "an empty file"
            raise InputError(
                f"{path}: expected the number of atoms in the first line, got {got}"
            ) from None
        body = lines[2:]
        while body and not body[-1].strip():
            body.pop()
        if count != len(body) or count < 1:
            raise InputError(
                f"{path}: the first line announces {shorten(count)} atoms, "
                f"but {len(body)} lines follow the comment"
            )
        comment = Comment.parse(lines[1])
        with _named(path):
            refuse_cell(comment)
            order = columns(comment)
        atoms = [
            _parse_atom(line, f"{path}, line {number}", unit, order)
            for number, line in enumerate(body, start=3)
        ]
        nuclear_charge = sum(_elements()[symbol] for symbol, _ in atoms)
        with _named(path):
            chosen = choose_charge_and_spin(comment, nuclear_charge, charge, spin)
        name = Path(path).stem
        return cls(
            tuple(atoms), basis, chosen.charge, chosen.spin, name, chosen.origin, chosen.remarks
        )

    @classmethod
    def from_name(
        cls,
        name: str,
        *,
        basis: str = "sto-3g",
        charge: int | None = None,
        spin: int | None = None,
    ) -> Molecule:
        """Take a molecule of the library; charge and spin are the library's unless given.

        Raises:
            InputError: as the class, and for an unknown name, listing the known ones.
        """
        library = Library("molecules")
        entry = library.entry(name)
        return cls.from_xyz(
            library.path(name),
            basis=basis,
            charge=int(entry["charge"]) if charge is None else charge,
            spin=int(entry["spin"]) if spin is None else spin,
        )

    @property
    def electrons(self) -> int:
        """Number of electrons, those that core potentials stand for included."""
        return sum(_elements()[symbol] for symbol, _ in self.atoms) - self.charge

    @property
    def nelec(self) -> tuple[int, int]:
        """Numbers of alpha and beta electrons."""
        return (self.electrons + self.spin) // 2, (self.electrons - self.spin) // 2

    @property
    def core_potentials(self) -> dict[str, CorePotential]:
        """The potentials that stand for core electrons, by element, of those that have one."""
        from .potentials import core_potentials

        return core_potentials(self.basis, sorted({symbol for symbol, _ in self.atoms}))

    @property
    def formula(self) -> str:
        """Elements with their counts, carbon and hydrogen first (Hill's order)."""
        return _formula(symbol for symbol, _ in self.atoms)

    def warnings(self) -> list[str]:
        """Sentences on what looks wrong with the geometry or was read otherwise than asked."""
        radii = _covalent_radii()
        found = list(self.remarks)
        for first, second, distance in _pairs(self.atoms):
            a, b = self.atoms[first][0], self.atoms[second][0]
            usual = radii[a] + radii[b]
            if distance < _SHORTEST_BOND * usual:
                found.append(
                    f"{a}{first + 1} and {b}{second + 1} are {distance:.3f} Å apart, where a "
                    f"single bond has about {usual:.2f} Å: check the unit of the coordinates "
                    "(ångström unless --unit bohr is given)"
                )
        return found

    def to_pyscf(self) -> Mole:
        """The molecule as PySCF's `Mole`, built from numbers, never from text."""
        from pyscf import gto

        potentials = self.core_potentials.items()
        symbols = sorted({symbol for symbol, _ in self.atoms})
        return gto.M(
            atom=[(symbol, place) for symbol, place in self.atoms],
            basis={symbol: load_functions(normalise(self.basis), symbol) for symbol in symbols},
            ecp={symbol: one.parameters for symbol, one in potentials if not one.separable},
            pseudo={symbol: one.parameters for symbol, one in potentials if one.separable},
            charge=self.charge,
            spin=self.spin,
            unit="Angstrom",
            verbose=0,
            parse_arg=False,
        )

    def describe(self) -> dict[str, Any]:
        """The molecule's part of a record's `problem` entry."""
        potentials = {
            symbol: {"potential": one.name, "electrons": one.electrons}
            for symbol, one in self.core_potentials.items()
        }
        return {
            "name": self.name,
            "formula": self.formula,
            "charge": self.charge,
            "spin": self.spin,
            **({"charge_and_spin": self.origin} if self.origin else {}),
            "basis": self.basis,
            **({"core_potentials": potentials} if potentials else {}),
            "geometry": [[symbol, *place] for symbol, place in self.atoms],
            "geometry_unit": "angstrom",
        }


def load_molecule(
    source: str,
    *,
    basis: str = "sto-3g",
    charge: int | None = None,
    spin: int | None = None,
    unit: Unit = "angstrom",
) -> Molecule:
    """A molecule from the path of an xyz file or from a name of the library.

    Raises:
        InputError: as `Molecule`, and for a unit given with a name of the library, whose
            files are in ångström.
    """
    path, name = Library("molecules").locate(source, (".xyz",))
    if name is None:
        return Molecule.from_xyz(path, basis=basis, charge=charge, spin=spin, unit=unit)
    if unit != "angstrom":
        raise InputError(f"the library's molecule {name!r} is in ångström; leave out the unit")
    return Molecule.from_name(name, basis=basis, charge=charge, spin=spin)


@contextmanager
def _named(path: str | Path) -> Iterator[None]:
    """Begin messages with the file they are about."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _parse_atom(
    line: str, where: str, unit: Unit, order: tuple[int, int, int] | None = None
) -> Atom:
    """An atom of a line; `order` as `xyz_comment.columns`."""
    fields = line.split()
    if order is not None and len(fields) == order[2]:
        fields = [fields[order[0]], *fields[order[1] : order[1] + 3]]
    if len(fields) != 4:
        expected = (
            f"the {order[2]} columns of Properties" if order else "an element and three numbers"
        )
        raise InputError(f"{where}: expected {expected}, got {line[:80]!r}")
    try:
        x, y, z = map(real_number, fields[1:])
    except ValueError:
        raise InputError(
            f"{where}: expected three numbers, got {shorten(' '.join(fields[1:]))!r}"
        ) from None
    if not (isfinite(x) and isfinite(y) and isfinite(z)):
        raise InputError(
            f"{where}: expected finite coordinates, got {shorten(' '.join(fields[1:]))!r}"
        )
    check_name("unit", unit, _UNITS)
    factor = _UNITS[unit]
    try:
        return _element(fields[0]), (factor * x, factor * y, factor * z)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _element(symbol: str) -> str:
    normal = symbol.capitalize()
    if normal not in _elements():
        raise InputError(f"expected the symbol of an element, got {shorten(symbol)!r}")
    return normal


def _pairs(atoms: tuple[Atom, ...]) -> Iterable[tuple[int, int, float]]:
    for second in range(len(atoms)):
        for first in range(second):
            yield first, second, dist(atoms[first][1], atoms[second][1])


def _formula(symbols: Iterable[str]) -> str:
    counts = Counter(symbols)
    first = ["C", "H"] if "C" in counts else []
    order = first + sorted(set(counts) - set(first))
    return "".join(f"{s}{counts[s] if counts[s] > 1 else ''}" for s in order if counts[s])


@cache
def _elements() -> dict[str, int]:
    """Atomic numbers by symbol, from PySCF's table without its ghost atom."""
    from pyscf.data.elements import ELEMENTS

    return {symbol: number for number, symbol in enumerate(ELEMENTS) if number > 0}


@cache
def _covalent_radii() -> dict[str, float]:
    """Single-bond radii in ångström (Cordero et al. 2008, doi:10.1039/b801115j, in PySCF)."""
    from pyscf.data.radii import COVALENT

    return {
        symbol: COVALENT[number] * ANGSTROM_PER_BOHR
        for symbol, number in _elements().items()
        if number < len(COVALENT)
    }
