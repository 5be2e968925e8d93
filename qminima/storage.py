"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from .errors import InputError, shorten
from .parsing import json_value


def check_writable(path: str | Path) -> None:
    """Find out before a long run whether a file can be written there.

    Raises:
        InputError: with the reason, if it cannot.
    """
    if str(path) == "-":
        raise InputError("cannot write to '-': name a file; the table takes standard output")
    try:
        if _is_special(path):
            if not os.access(path, os.W_OK):
                raise InputError(f"cannot write {path}: permission denied")
            if Path(path).is_fifo():  # which would wait for a reader
                try:
                    os.close(os.open(path, os.O_WRONLY | os.O_NONBLOCK))
                except OSError as error:
                    if error.errno == errno.ENXIO:
                        raise InputError(f"cannot write {path}: nothing reads this pipe") from None
                    raise
            return
        target = _follow_links(path)
        if target.is_dir():
            raise InputError(f"cannot write {path}: it is a folder; name a file")
        if not target.parent.is_dir():
            raise InputError(f"cannot write {path}: there is no folder {target.parent}")
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise InputError(f"cannot write {shorten(path)}: {error.strerror}") from None


def write_atomically(path: str | Path, write: Callable[[BinaryIO], None]) -> None:
    """Write a file through a temporary one beside it, so that readers never see a part.

    An existing file keeps its permissions and is replaced only when the new content is on disk.

    Raises:
        InputError: if the file cannot be written; an existing one is then unchanged.
    """
    try:
        if _is_special(path):  # a device or pipe cannot be replaced, only written to
            with Path(path).open("wb") as file:
                write(file)
            return
        target = _follow_links(path)
        handle, name = tempfile.mkstemp(prefix=".qminima-", dir=target.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(_mode(target))
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"cannot write {shorten(path)}: {error.strerror}") from None


def write_json(path: str | Path, record: Mapping[str, Any]) -> None:
    """Store a record as JSON; numbers that are not finite are refused, never written.

    Raises:
        InputError: if the file cannot be written.
        ValueError: if the record holds NaN or infinity.
    """
    text = json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False) + "\n"

    def write(file: BinaryIO) -> None:
        # Bytes of a file name that are no UTF-8 become JSON's own escapes.
        file.write(text.encode(errors="backslashreplace"))

    write_atomically(path, write)


# Records of the longest runs have some megabytes.
_LARGEST = 200_000_000


def read_json(path: str | Path) -> Any:
    """Read a record.

    Raises:
        InputError: if the file cannot be read, is too large, or is no JSON within the limits of
            `json_value`.
    """
    try:
        readable = not _is_special(path) and Path(path).stat().st_size <= _LARGEST
        text = Path(path).read_bytes() if readable else b""
    except OSError as error:
        raise InputError(f"cannot read {shorten(path)}: {error.strerror}") from None
    if not readable:
        raise InputError(f"cannot read {shorten(path)}: expected a record, an ordinary file")
    try:
        return json_value(text)
    except InputError as error:
        raise InputError(f"cannot read {shorten(path)}: {error}") from None
    except ValueError as error:
        raise InputError(f"cannot read {shorten(path)}: it is no JSON ({error})") from None


def _follow_links(path: str | Path) -> Path:
    """The file that a chain of links leads to; a loop is left for the system to refuse."""
    return Path(os.path.realpath(path))


def _is_special(path: str | Path) -> bool:
    """Whether the path leads to a device or pipe; raises OSError for names no file can have."""
    try:
        mode = Path(path).stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _mode(path: Path) -> int:
    """Permissions of the existing file, or what a new one gets under the current umask."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
