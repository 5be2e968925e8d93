"""The molecules that are timed, without any package: the peers' programs read them too."""

from __future__ import annotations

Atom = tuple[str, tuple[float, float, float]]


def chain(length: int, distance: float = 1.0) -> list[Atom]:
    """Hydrogen atoms in a row, distance in angstrom."""
    return [("H", (0.0, 0.0, distance * k)) for k in range(length)]


def atoms(name: str) -> list[Atom]:
    """Symbols and positions in angstrom of H2, H4, ..., H2O, N2."""
    if name == "H2O":
        return [
            ("O", (0.0, 0.0, 0.0)), ("H", (0.0, 0.757, 0.587)), ("H", (0.0, -0.757, 0.587)),
        ]  # fmt: skip
    if name == "N2":
        return [("N", (0.0, 0.0, 0.0)), ("N", (0.0, 0.0, 1.1))]
    return chain(int(name.removeprefix("H")))
