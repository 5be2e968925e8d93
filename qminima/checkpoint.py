"""Checkpoints of long runs: written whole, verified, and kept with the one before."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from .errors import InputError, shorten
from .storage import read_json, write_json


class Checkpoint:
    """A record that is stored again and again while it grows.

    Every time, a new file is written beside the old one, brought to the disk, and put in its place;
    the old one stays as FILE.previous. A checksum detects a damaged file, in whose place the
    generation before is read.

    Args:
        path: of the file.
        purpose: a word that is stored with the record, so that no other file is taken for it.
    """

    def __init__(self, path: str | Path, purpose: str) -> None:
        self.path, self.previous, self._spare = self.files(path)
        self._purpose = purpose

    @staticmethod
    def files(path: str | Path) -> tuple[Path, Path, Path]:
        """All files that storing writes: the record, the one before, and for a moment one more."""
        file = Path(path)
        return (
            file, file.with_name(f"{file.name}.previous"), file.with_name(f"{file.name}.keeping"),
        )  # fmt: skip

    def save(self, content: Mapping[str, Any]) -> None:
        """Store the record.

        Raises:
            InputError: if it cannot be stored; what was stored before is then still there.
            ValueError: if the record holds NaN or infinity.
        """
        record = {"purpose": self._purpose, "checksum": _checksum(content), "content": content}
        if self._good(self.path) is not None:
            self._keep()
        write_json(self.path, record)

    def load(self) -> dict[str, Any] | None:
        """The newest record that is whole; None if there has never been one.

        Raises:
            InputError: if there are files but none is whole, or they are of another purpose.
        """
        if self.path.exists() and not self.path.is_file():
            raise InputError(f"{shorten(self.path, 300)} is no ordinary file; name another one")
        for path in (self.path, self.previous):
            found = self._good(path)
            if found is not None:
                return found
        existing = [path for path in (self.path, self.previous) if path.exists()]
        if existing:
            raise InputError(
                f"{shorten(existing[0], 300)} is damaged, or no {self._purpose}, and there is no "
                "generation before it; move it, or name another file"
            )
        return None

    @property
    def damaged(self) -> bool:
        """Whether the newest file is there but is not whole."""
        return self.path.is_file() and self._good(self.path) is None

    def _good(self, path: Path) -> dict[str, Any] | None:
        """The content of a file that is whole and of this purpose."""
        if not path.exists():
            return None
        try:
            record = read_json(path)
        except InputError:
            return None
        if not isinstance(record, dict) or record.get("purpose") != self._purpose:
            return None
        content = record.get("content")
        whole = isinstance(content, dict) and record.get("checksum") == _checksum(content)
        return content if whole else None

    def _keep(self) -> None:
        """Make the file that is there the generation before, without a moment of none."""
        spare = self._spare
        try:
            with suppress(FileNotFoundError):
                spare.unlink()
            try:
                os.link(self.path, spare)
            except OSError:  # a file system without links
                shutil.copy2(self.path, spare)
            spare.replace(self.previous)
            # Where both were the same file already, renaming leaves them as they are.
            spare.unlink(missing_ok=True)
        except OSError as error:
            raise InputError(
                f"cannot write {shorten(self.previous, 300)}: {error.strerror}"
            ) from None


def _checksum(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=True, allow_nan=False)
    return sha256(text.encode()).hexdigest()
