"""The number of threads, for PySCF and for the simulator's kernels alike."""

from __future__ import annotations


def use_threads(count: int | None) -> None:
    """Let PySCF and the simulator use `count` threads; all processors if None."""
    if count is None:
        return
    from pyscf import lib

    from simulator.threads import set_threads

    lib.num_threads(count)
    set_threads(count)
