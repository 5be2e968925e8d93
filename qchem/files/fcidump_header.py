"""The namelist that an FCIDUMP file begins with."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from qminima.errors import InputError, shorten
from qminima.parsing import whole_number

Layout = Literal["restricted", "blocks", "spin orbitals"]

_NAME = re.compile(r"\b([A-Za-z]\w*)[ \t]*=")
_NAMELIST = re.compile(r"&FCI(.*?)(?:&END|/|\$END)", re.DOTALL | re.IGNORECASE)
_LOGICAL = re.compile(r"\.?([TF])", re.IGNORECASE)


@dataclass(frozen=True)
class Header:
    """Sizes, electrons, and how the integrals are laid out.

    Attributes:
        indices: NORB, the largest index; a spatial orbital each, or a spin orbital.
        nelec: numbers of alpha and beta electrons.
        layout: "restricted" (the same integrals for both spins), "blocks" (`IUHF=1`, Molpro:
            one block for each pair of spins) or "spin orbitals" (`UHF=.TRUE.`, NECI and HANDE:
            odd indices alpha, even ones beta).
        labels: the key of labels that complex orbitals have (L_z, crystal momentum), if any.
    """

    indices: int
    nelec: tuple[int, int]
    layout: Layout
    labels: str | None = None

    @property
    def norb(self) -> int:
        """Number of spatial orbitals."""
        return self.indices // 2 if self.layout == "spin orbitals" else self.indices


def split_header(path: str | Path, text: str) -> tuple[Header, list[str], int]:
    """The header, the lines after it, and the number in the file of the first of them.

    What follows the end of the header on its line is ignored, as Fortran does.

    Raises:
        InputError: for a header that is missing, malformed or contradicts itself.
    """
    found = _NAMELIST.search(text)
    if found is None:
        raise InputError(f"{path}: expected a header from &FCI to &END")
    lines = text[found.end() :].splitlines()[1:]
    return _header(path, _keys(path, found[1])), lines, len(text[: found.end()].splitlines()) + 1


def _header(path: str | Path, keys: dict[str, str]) -> Header:
    norb, electrons = _integer(path, keys, "NORB"), _integer(path, keys, "NELEC")
    spin = _integer(path, keys, "MS2") if "MS2" in keys else 0
    if norb < 1 or electrons < 0 or abs(spin) > electrons or (electrons - spin) % 2:
        raise InputError(f"{path}: no {electrons} electrons with MS2 = {spin} in {norb} orbitals")
    layout = _layout(path, keys)
    if layout == "spin orbitals" and norb % 2:
        raise InputError(
            f"{path}: expected an even NORB with UHF=.TRUE., where it counts spin orbitals, "
            f"got {norb}"
        )
    if "ISYM" in keys:
        _integer(path, keys, "ISYM")
    count = len(_integers(path, keys, "ORBSYM"))
    if count not in (0, norb):
        raise InputError(
            f"{path}: expected {norb} labels in ORBSYM, one for each orbital, got {count}"
        )
    labels = next(
        (
            key
            for key, usual in (("SYMLZ", 0), ("NPROP", 1))
            if set(_integers(path, keys, key)) - {usual}
        ),
        None,
    )
    nelec = ((electrons + spin) // 2, (electrons - spin) // 2)
    return Header(norb, nelec, layout, labels)


def _layout(path: str | Path, keys: dict[str, str]) -> Layout:
    blocks, spin_orbitals = _logical(path, keys, "IUHF"), _logical(path, keys, "UHF")
    if (blocks or spin_orbitals) and {"IUHF", "UHF"} <= set(keys):
        raise InputError(
            f"{path}: expected IUHF (a block of integrals for each pair of spins) or UHF (indices "
            f"of spin orbitals), got IUHF={shorten(keys['IUHF'])} and UHF={shorten(keys['UHF'])}"
        )
    return "blocks" if blocks else "spin orbitals" if spin_orbitals else "restricted"


def _keys(path: str | Path, header: str) -> dict[str, str]:
    """Keys and values of ``KEY=value, KEY=value, ...``; a value may be a list with commas."""
    names = list(_NAME.finditer(header))
    ends = [name.start() for name in names[1:]] + [len(header)]
    keys: dict[str, str] = {}
    for name, end in zip(names, ends, strict=False):  # a header may have no key at all
        key, value = name[1].upper(), header[name.end() : end].strip(" ,\t\r\n")
        if keys.setdefault(key, value) != value:
            raise InputError(
                f"{path}: expected one value of {key} in the header, got {shorten(keys[key])!r} "
                f"and {shorten(value)!r}"
            )
    return keys


def _integer(path: str | Path, keys: dict[str, str], key: str) -> int:
    try:
        return whole_number(keys[key])
    except KeyError:
        raise InputError(f"{path}: expected {key} in the header") from None
    except ValueError:
        raise InputError(
            f"{path}: expected a whole number for {key}, got {shorten(keys[key])!r}"
        ) from None


def _integers(path: str | Path, keys: dict[str, str], key: str) -> list[int]:
    """A list such as ``1,1,2`` or ``2*1,2``; empty if the key is not there."""
    numbers: list[int] = []
    for entry in keys.get(key, "").replace(",", " ").split():
        times, star, number = entry.rpartition("*")
        try:
            count = whole_number(times) if star else 1
            if not 0 <= count <= _MOST_LABELS - len(numbers):
                raise ValueError(entry)
            numbers += [whole_number(number)] * count
        except ValueError:
            raise InputError(
                f"{path}: expected whole numbers for {key}, got {shorten(entry)!r}"
            ) from None
    return numbers


# More labels than there are orbitals whose integrals fit into any memory.
_MOST_LABELS = 100_000


def _logical(path: str | Path, keys: dict[str, str], key: str) -> bool:
    """.TRUE. or .FALSE. in any of Fortran's spellings, or 1 or 0; false if not there."""
    value = keys.get(key, "")
    if value in ("", "0", "1"):
        return value == "1"
    letter = _LOGICAL.match(value)
    if letter is None:
        raise InputError(f"{path}: expected .TRUE. or .FALSE. for {key}, got {shorten(value)!r}")
    return letter[1].upper() == "T"
