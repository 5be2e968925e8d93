"""Where a result came from: versions, machine, command."""

from __future__ import annotations

import os
import platform
import shlex
import sys
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from . import __version__

_PACKAGES = (
    "numpy", "scipy", "numba", "pyscf", "openfermion", "networkx",
    "dwave-samplers", "highspy",
)  # fmt: skip


def provenance(seed: int | None, started: datetime | None = None) -> dict[str, Any]:
    """The `provenance` entry of a record."""
    return {
        "version": __version__,
        "packages": _package_versions(),
        "seed": None if seed is None else int(seed),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.system()}",
        "command": shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]]),
        "started": (started or datetime.now(UTC)).isoformat(timespec="seconds"),
    }


@cache
def _package_versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    versions = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


@cache
def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
