"""The comment of an xyz file: charge and spin, and what extended xyz says of cell and columns.

Read are ``key=value`` and ``key: value`` (`charge`, `multiplicity`, `spin` and usual synonyms, and
`Lattice`, `pbc` and `Properties` of extended xyz), "charge -1 multiplicity 2", and a line of just
two integers, charge and multiplicity.  Any other text is a comment.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from qminima.errors import InputError, shorten

_CHARGE = ("charge", "total_charge", "net_charge", "chrg")
_MULTIPLICITY = ("multiplicity", "spin_multiplicity", "mult")
_UNPAIRED = ("uhf", "unpaired_electrons")
_SPIN = ("spin", "total_spin")

# Three letters in a row need no quotes: some write pbc=F F F.
_VALUE = r"""("[^"]*"|'[^']*'|\[[^\]]*\]|\{[^}]*\}|[TF](?:[ \t]+[TF]){2}\b|[^\s,;|]+)"""
_PAIR = re.compile(r"(?<![\w.:-])([A-Za-z]\w*)[ \t]*[=:][ \t]*" + _VALUE)
_TWO_INTEGERS = re.compile(r"([+-]?\d+)(?:[ \t]*,[ \t]*|[ \t]+)([1-9]\d*)")
_PHRASE = re.compile(
    r"charge[ \t]+([+-]?\d+)[,;]?[ \t]+(?:multiplicity|mult)[ \t]+(\d+)", re.IGNORECASE
)
# Some programs write whole numbers as 1.0; no molecule has a million of anything.
_WHOLE = re.compile(r"[+-]?\d{1,6}(?:\.0*)?")

_ADVICE = "give charge and spin (--charge, --spin), or correct the comment"


@dataclass(frozen=True)
class Comment:
    """The keys and values of a comment.

    Attributes:
        values: by key in lower case, each as often as it is there.
    """

    values: dict[str, list[str]]

    @classmethod
    def parse(cls, text: str) -> Comment:
        """Take a comment apart.

        >>> Comment.parse("charge=-1 mult=2 from a scan").values
        {'charge': ['-1'], 'mult': ['2']}
        """
        line = text.strip()
        both = _TWO_INTEGERS.fullmatch(line) or _PHRASE.fullmatch(line)
        if both:
            return cls({"charge": [both[1]], "multiplicity": [both[2]]})
        values: dict[str, list[str]] = {}
        for key, value in _PAIR.findall(line):
            values.setdefault(key.lower(), []).append(value.strip("\"'[]{}()"))
        return cls(values)

    def words(self, keys: tuple[str, ...]) -> list[str]:
        """The values of some of the keys, as written."""
        return [f"{key}={shorten(v, 30)}" for key in keys for v in self.values.get(key, [])]

    def number(self, keys: tuple[str, ...], read: Callable[[str], int]) -> int | None:
        """The number that it gives by some of the keys, None if by none of them.

        Raises:
            InputError: if it is no whole number, or there are several.
        """
        words = " and ".join(self.words(keys))
        try:
            numbers = {read(value) for key in keys for value in self.values.get(key, [])}
        except ValueError:
            raise InputError(f"the comment gives {words}, expected a whole number") from None
        if len(numbers) > 1:
            raise InputError(f"the comment contradicts itself: {words}")
        return numbers.pop() if numbers else None


@dataclass(frozen=True)
class ChargeAndSpin:
    """The charge and spin to compute with.

    Attributes:
        charge: in units of the elementary charge.
        spin: 2S.
        origin: a sentence on what is from the comment, empty if nothing is.
        remarks: sentences on what the comment gives otherwise than the caller.
    """

    charge: int
    spin: int
    origin: str = ""
    remarks: tuple[str, ...] = ()


def choose_charge_and_spin(
    comment: Comment, nuclear_charge: int, charge: int | None, spin: int | None
) -> ChargeAndSpin:
    """Charge and spin of the caller where given, else the comment's, else zero.

    Args:
        comment: of the file.
        nuclear_charge: sum of the atomic numbers.
        charge: None if not given.
        spin: 2S, None if not given.

    Raises:
        InputError: if what is to be used of the comment contradicts itself, is no whole number, or
            does not fit the number of electrons.
    """
    remarks: list[str] = []
    stated = _stated(lambda: comment.number(_CHARGE, _whole), charge, remarks)
    used = charge if charge is not None else stated or 0
    if stated not in (None, used):
        remarks.append(f"the comment gives charge {stated:+d}, but {used:+d} is asked for and used")
        if spin is None:  # the spin of another number of electrons says nothing of these
            return ChargeAndSpin(used, 0, "", tuple(remarks))
    own = nuclear_charge - (used if stated is None else stated)
    stated_spin = _stated(lambda: _spin(comment, own), spin, remarks)
    used_spin = spin if spin is not None else stated_spin or 0
    if stated_spin not in (None, used_spin):
        remarks.append(
            f"the comment gives 2S = {stated_spin}, but {used_spin} is asked for and used"
        )
    taken = [f"charge {stated:+d}"] if charge is None and stated is not None else []
    taken += [f"2S = {stated_spin}"] if spin is None and stated_spin is not None else []
    if not taken:
        return ChargeAndSpin(used, used_spin, "", tuple(remarks))
    _check_electrons(nuclear_charge - used, used_spin, " and ".join(taken))
    origin = f"{' and '.join(taken)} from the comment in the file"
    return ChargeAndSpin(used, used_spin, origin, tuple(remarks))


def _stated(read: Callable[[], int | None], given: int | None, remarks: list[str]) -> int | None:
    """A number of the comment; where another is given, one that cannot be read is a remark."""
    try:
        return read()
    except InputError as error:
        if given is None:
            raise InputError(f"{error}; {_ADVICE}") from None
        remarks.append(f"{error}; {given} is asked for and used")
        return None


def _spin(comment: Comment, electrons: int) -> int | None:
    """2S by all that the comment says of it.

    A multiplicity is 2S + 1.  "Spin" is 2S to some (PySCF) and the multiplicity to others (data
    sets such as OMol25): only one of them fits the number of electrons.
    """

    def multiplicity(value: str) -> int:
        return _natural(value, least=1) - 1

    def either(value: str) -> int:
        number = _natural(value)
        return number if number == 0 or (electrons - number) % 2 == 0 else number - 1

    readings = ((_MULTIPLICITY, multiplicity), (_UNPAIRED, _natural), (_SPIN, either))
    found = {comment.number(keys, read) for keys, read in readings} - {None}
    if len(found) > 1:
        words = comment.words(_MULTIPLICITY + _UNPAIRED + _SPIN)
        raise InputError(f"the comment contradicts itself: {' and '.join(words)}")
    return found.pop() if found else None


def _check_electrons(electrons: int, spin: int, taken: str) -> None:
    if electrons < 1 or spin > electrons or (electrons - spin) % 2:
        raise InputError(
            f"the comment gives {taken}, but {electrons} electrons cannot have 2S = {spin}; "
            f"{_ADVICE}"
        )


def _whole(text: str) -> int:
    if not _WHOLE.fullmatch(text):
        raise ValueError(text)
    return int(float(text))


def _natural(text: str, least: int = 0) -> int:
    number = _whole(text)
    if number < least:
        raise ValueError(text)
    return number


def refuse_cell(comment: Comment) -> None:
    """Raise `InputError` for a periodic cell: a lattice, unless pbc is false in all directions."""
    lattice = " ".join(comment.values.get("lattice", [])).replace(",", " ").split()
    letters = " ".join(comment.values.get("pbc", [])).replace(",", " ").split()
    periodic = any(letter.lower() not in ("f", "false", "0") for letter in letters)
    if periodic or (not letters and any(map(_not_zero, lattice))):
        what = f'pbc="{shorten(" ".join(letters), 30)}"' if letters else "Lattice= without pbc="
        raise InputError(
            f"the comment gives a periodic cell ({what}), expected a molecule; to compute the "
            'atoms of the file alone, write pbc="F F F"'
        )


def _not_zero(text: str) -> bool:
    try:
        return float(text) != 0
    except ValueError:
        return True


def columns(comment: Comment) -> tuple[int, int, int] | None:
    """Where extended xyz has the element and x of an atom, and how many columns; None if not said.

    >>> columns(Comment.parse("Properties=id:I:1:species:S:1:pos:R:3"))
    (1, 2, 5)

    Raises:
        InputError: for properties without the element and three coordinates.
    """
    words = comment.values.get("properties")
    if words is None:
        return None
    fields, places, column = words[0].split(":"), {}, 0
    for name, kind, count in zip(fields[::3], fields[1::3], fields[2::3], strict=False):
        places[name.lower(), kind, count] = column
        column += int(count) if count.isdecimal() and len(count) < 6 else 0
    species, position = places.get(("species", "S", "1")), places.get(("pos", "R", "3"))
    if species is None or position is None or len(fields) % 3:
        raise InputError(
            f"expected Properties with species:S:1 and pos:R:3, got {shorten(words[0])!r}"
        )
    return species, position, column
