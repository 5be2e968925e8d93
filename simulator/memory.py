"""Available memory, and refusal of requests that do not fit into it."""

from __future__ import annotations

import os
import resource
from pathlib import Path

# Address space that libraries and the stacks of their threads take as they are loaded.
_LIBRARY_SPACE = 512 << 20


class MemoryLimitError(MemoryError):
    """A request whose predicted memory exceeds the available memory."""


def format_bytes(count: float) -> str:
    """Write a byte count in the largest fitting binary unit.

    >>> format_bytes(7 * 2**20)
    '7.0 MiB'
    """
    if count >= 1 << 80:
        return f"10^{len(str(int(count))) - 1} B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB", "PiB"):
        if count < 1024:
            return f"{count:.0f} B" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.3g} EiB"


def available_memory() -> int:
    """Bytes the process may still allocate.

    The least of free physical memory, of the rest under the address-space limit (`ulimit -v`) and
    of the rest under the container's limit (cgroup version 1 or 2), where the system has them.
    """
    limits = [_free_memory(), _address_space_left(), *_cgroup_left()]
    known = [limit for limit in limits if limit is not None]
    return max(0, min(known)) if known else 1 << 62


def require_memory(needed: int, purpose: str, advice: str = "") -> None:
    """Refuse a request that does not fit.

    Args:
        needed: predicted peak in bytes.
        purpose: what the memory is for; starts the sentence of the error.
        advice: what the user can do.

    Raises:
        MemoryLimitError: if `needed` exceeds `available_memory()`.
    """
    available = available_memory()
    if needed > available:
        message = (
            f"{purpose} needs {format_bytes(needed)} of memory, "
            f"but only {format_bytes(available)} may be used"
        )
        raise MemoryLimitError(f"{message}; {advice}" if advice else message)


def _free_memory() -> int | None:
    meminfo = Path("/proc/meminfo")
    if meminfo.exists():
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None


def _address_space_left() -> int | None:
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY:
        return None
    statm = Path("/proc/self/statm")
    used = int(statm.read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE") if statm.exists() else 0
    return soft - used - _LIBRARY_SPACE


def _cgroup_left() -> list[int]:
    left = []
    for folder in _cgroup_folders():
        for limit_name, usage_name in (
            ("memory.max", "memory.current"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        ):
            limit = _read_number(folder / limit_name)
            usage = _read_number(folder / usage_name)
            if limit is not None and usage is not None:
                left.append(limit - usage + _reclaimable(folder))
    return left


def _cgroup_folders() -> list[Path]:
    """The process's own control group and all groups above it."""
    membership = Path("/proc/self/cgroup")
    if not membership.exists():
        return []
    folders = []
    for line in membership.read_text().splitlines():
        _, controllers, group = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        root = Path("/sys/fs/cgroup/memory" if controllers else "/sys/fs/cgroup")
        folder = root / group.lstrip("/")
        folders += [folder, *(parent for parent in folder.parents if parent.is_relative_to(root))]
    return folders


def _reclaimable(folder: Path) -> int:
    """File cache that the kernel gives back under pressure."""
    try:
        lines = (folder / "memory.stat").read_text().splitlines()
    except OSError:
        return 0
    values = dict(line.split() for line in lines if len(line.split()) == 2)
    return int(values.get("inactive_file", values.get("total_inactive_file", 0)))


def _read_number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (OSError, ValueError):
        return None
