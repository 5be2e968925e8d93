"""The number of threads that kernels use."""

from __future__ import annotations


def set_threads(count: int) -> None:
    """Let kernels use `count` threads from now on.

    Raises:
        ValueError: if `count` is not between 1 and the number of threads of the process.
    """
    import numba

    most = numba.config.NUMBA_NUM_THREADS
    if not 1 <= count <= most:
        raise ValueError(f"expected 1 to {most} threads, got {count}")
    numba.set_num_threads(count)
