"""Public sets of instances, downloaded once and checked byte by byte.

Files come from public repositories at fixed commits, or from a mirror. Nothing is trusted but the
checksums that come with the package, so that a mirror need not be either.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from hashlib import sha256
from http import HTTPStatus
from http.client import HTTPException
from importlib.resources import files
from pathlib import Path
from typing import IO, Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from qminima.errors import InputError, unknown_name
from qminima.progress import Progress

_TIMEOUT = 30.0  # seconds without a byte
_ATTEMPTS = 3
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Remote:
    """A file of a public set.

    Attributes:
        name: of the instance.
        set: that it belongs to.
        url: where it lies.
        file: its name here, with the suffix of its format.
        size: in bytes.
        checksum: SHA-256, in hexadecimal digits.
    """

    name: str
    set: str
    url: str
    file: str
    size: int
    checksum: str


@cache
def sets() -> dict[str, str]:
    """A line on each set, by its name."""
    return {group["set"]: group["about"] for group in _index()}


@cache
def instances() -> dict[str, Remote]:
    """All instances that can be fetched, by name."""
    return {
        name: Remote(name, group["set"], group["base"] + path, file, size, checksum)
        for group in _index()
        for name, (path, file, size, checksum) in group["files"].items()
    }


def _index() -> Any:
    text = (files("qopt") / "data" / "instance_sets.json").read_text(encoding="utf-8")
    return json.loads(text)["sets"]


def select(names: Iterable[str]) -> list[Remote]:
    """Instances by name, and all of a set by its name.

    Raises:
        InputError: for an unknown name.

    >>> [one.file for one in select(["G1", "bqp50-1"])], len(select(["qplib"]))
    (['G1.rud', 'bqp50-1.sparse'], 23)
    """
    chosen: dict[str, Remote] = {}
    every = instances()
    folded = {name.lower(): name for name in every}
    for name in names:
        key = name.strip().lower()
        if key in sets():
            chosen |= {one.name: one for one in every.values() if one.set == key}
        elif key in folded:
            chosen[folded[key]] = every[folded[key]]
        else:
            near = get_close_matches(name, every, n=5)
            raise unknown_name("set or instance", name, [*sets(), *near])
    return list(chosen.values())


def fetch(
    names: Iterable[str],
    folder: str | Path = ".",
    *,
    mirror: str | None = None,
    progress: Progress | None = None,
) -> list[Path]:
    """Download instances, or whole sets, into a folder.

    What is there already, with the right content, is kept. A download that was cut off goes on
    where it stopped. A file appears under its name only when its checksum is right.

    Args:
        names: of instances such as "G1", or of sets: "gset", "biqmac", "qplib".
        folder: where files go; it has to exist.
        mirror: address of another place that holds the files, as MIRROR/SET/FILE.
        progress: reports each file.

    Returns:
        The paths of the files.

    Raises:
        InputError: for an unknown name, a folder that cannot be written to, another file in the
            place of one, a server that cannot be reached or does not have the file, and content
            whose checksum is wrong.
    """
    target = Path(folder)
    if not target.is_dir():
        raise InputError(f"expected a folder to download into, got {target}; make it first")
    if mirror is not None and not _is_address(mirror):
        raise InputError(f"expected the address of a mirror, https://..., got {mirror!r}")
    progress = progress or Progress()
    paths = []
    for remote in select(names):
        with progress.stage(remote.file):
            url = remote.url
            if mirror is not None:
                url = f"{mirror.rstrip('/')}/{remote.set}/{quote(remote.file)}"
            paths.append(_fetch_one(remote, url, target, progress))
    return paths


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        plain = text.isascii() and text.isprintable() and " " not in text
        return parts.scheme in ("http", "https") and bool(parts.hostname) and plain
    except ValueError:
        return False


def _fetch_one(remote: Remote, url: str, folder: Path, progress: Progress) -> Path:
    path = folder / remote.file
    part = folder / f".{remote.file}.part"
    try:
        if path.exists():
            if not path.is_file():
                raise InputError(f"{path} is there, but is no ordinary file; take another folder")
            if _checksum(path) == remote.checksum:
                return path
            raise InputError(
                f"{path} is another file than that of {remote.set}; move it, or take another folder"
            )
        _download(remote, url, part, progress)
        if _checksum(part) != remote.checksum:
            part.unlink()
            raise InputError(
                f"what {url} sent is not the {remote.file} of {remote.set}: its checksum is wrong; "
                "nothing was kept"
            )
        part.replace(path)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror}") from None
    return path


def _download(remote: Remote, url: str, part: Path, progress: Progress) -> None:
    """Bring the part to its full size, in a few attempts."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _continue(remote, url, part, progress)
            return
        except (URLError, HTTPException, TimeoutError, ConnectionError, UnicodeError) as error:
            code = error.code if isinstance(error, HTTPError) else None
            if isinstance(error, HTTPError):
                error.close()  # it is the answer as well
            if code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink(missing_ok=True)  # the server has another file than before
                code = None
            if attempt == _ATTEMPTS or (code and code < HTTPStatus.INTERNAL_SERVER_ERROR):
                reason = getattr(error, "reason", None) or error
                raise InputError(
                    f"cannot download {url} ({reason}); the same command tries again, from where "
                    "it stopped"
                ) from None


def _continue(remote: Remote, url: str, part: Path, progress: Progress) -> None:
    """Bring the part to its full size, from where it is."""
    if part.is_symlink():
        part.unlink()  # nothing is written through somebody's link
    have = part.stat().st_size if part.exists() else 0
    if have == remote.size:
        return
    if have > remote.size:
        part.unlink()
        have = 0
    request = Request(url, headers={"User-Agent": "qminima"})  # noqa: S310 - checked to be http(s)
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
        # A server that does not know ranges sends all of it again.
        goes_on = answer.status == HTTPStatus.PARTIAL_CONTENT
        with part.open("ab" if goes_on else "wb") as file:
            _copy(answer, file, have if goes_on else 0, remote, progress)
            file.flush()
            os.fsync(file.fileno())
    if part.stat().st_size < remote.size:
        raise ConnectionError("the connection ended early")


def _copy(answer: Any, file: IO[bytes], have: int, remote: Remote, progress: Progress) -> None:
    """Write what comes, but not more than the file has."""
    while have < remote.size and (chunk := answer.read(min(_CHUNK, remote.size - have))):
        file.write(chunk)
        have += len(chunk)
        progress.note(f"{have / 1e6:.1f} of {remote.size / 1e6:.1f} MB")


def _checksum(path: Path) -> str:
    digest = sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
