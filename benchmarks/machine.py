"""The machine that a benchmark ran on, and the memory of its process."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import numba
import peers

from qminima import __version__


def machine_line(measured: Iterable[str] = ()) -> str:
    """Date, machine and versions, those of the `measured` peers included."""
    packages = [f"qminima {__version__}", *map(peers.versions, measured)]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {processor()}, {threads()} threads, "
        f"Python {platform.python_version()}, {', '.join(packages)}"
    )


def processor() -> str:
    """The processor's name."""
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc").exists() else []:
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def threads() -> int:
    """Threads that kernels use, and that peers are given."""
    return int(numba.config.NUMBA_NUM_THREADS)


def memory(*, forget_peak: bool = False) -> float:
    """Peak of resident memory in MB; from now on, if the earlier peak is to be forgotten."""
    if forget_peak:
        Path("/proc/self/clear_refs").write_text("5")
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024 / 1e6
    raise RuntimeError("this system does not tell its peak memory")
