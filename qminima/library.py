"""The instances that come with the package: files with an index of names."""

from __future__ import annotations

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any

from .errors import InputError, shorten, unknown_name


class Library:
    """A folder of instance files with an `index.toml`.

    Args:
        folder: "molecules" or "problems".

    >>> Library("molecules").path("h2o").name
    'h2o.xyz'
    """

    def __init__(self, folder: str) -> None:
        package = Path(__file__).resolve().parent
        installed = package / "data" / folder
        self.folder = installed if installed.is_dir() else package.parent / folder
        self.kind = folder.rstrip("s")

    @cached_property
    def index(self) -> dict[str, dict[str, Any]]:
        """The entries of all instances, by name."""
        with (self.folder / "index.toml").open("rb") as file:
            return tomllib.load(file)

    def entry(self, name: str) -> dict[str, Any]:
        """The entry of one instance; raises `InputError` for an unknown name."""
        if name not in self.index:
            raise unknown_name(self.kind, name, self.index)
        return self.index[name]

    def path(self, name: str) -> Path:
        """The file of one instance."""
        return self.folder / str(self.entry(name)["file"])

    def locate(self, source: str | Path, suffixes: tuple[str, ...]) -> tuple[Path, str | None]:
        """Find the file that a user means.

        Args:
            source: a path, or a name of the library.
            suffixes: of the files that can be read, such as ``(".xyz",)``.

        Returns:
            The path, and the name if it was one.

        Raises:
            InputError: if it is neither an existing file nor a known name.
        """
        text = str(source)
        if not text:
            raise InputError(f"expected a file or the name of a {self.kind}, got nothing")
        path = Path(text)
        looks_like_path = path.suffix.lower() in suffixes or "/" in text
        try:
            found, folder, exists = path.is_file(), path.is_dir(), path.exists()
        except (OSError, ValueError):  # a name that no file can have
            found = folder = exists = False
        if found:
            return path, None
        if exists and (looks_like_path or text not in self.index):
            kind = "folder" if folder else "device or pipe"
            raise InputError(f"expected a file, but {shorten(text)!r} is a {kind}")
        if looks_like_path:
            raise InputError(
                f"there is no file {shorten(text)!r}; check the path, or name a {self.kind} of "
                "the library"
            )
        return self.path(text), text


# Beyond the largest instances that are solved anywhere.
_LARGEST = 200_000_000


def read_bytes(path: str | Path) -> bytes:
    """The bytes of a file.

    Raises:
        InputError: with the reason, if it cannot be read or has more than 200 MB.
    """
    try:
        with Path(path).open("rb") as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:  # the latter for names that no file can have
        reason = error.strerror if isinstance(error, OSError) else error
        raise InputError(f"{shorten(path, 300)}: cannot be read ({reason})") from None
    if len(content) > _LARGEST:
        raise InputError(f"{path}: expected at most {_LARGEST // 10**6} MB")
    return content


def read_text(path: str | Path) -> str:
    """The text of a file; raises `InputError` with the reason if it cannot be read."""
    try:
        return read_bytes(path).decode()
    except UnicodeDecodeError:
        raise InputError(f"{path}: expected text in UTF-8, got binary data") from None
