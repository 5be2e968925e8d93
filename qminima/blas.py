"""The number of threads of the BLAS libraries that NumPy, SciPy and others bring along."""

from __future__ import annotations

import os

VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS")


def is_chosen() -> bool:
    """Whether the environment already says how many threads BLAS may use."""
    return any(os.environ.get(variable) for variable in (*VARIABLES, "OMP_NUM_THREADS"))


def use_blas_threads(count: int) -> None:
    """Let BLAS use `count` threads, in libraries that are loaded and in those that will be.

    Threads of BLAS wait for work by spinning, which costs small problems more than they gain, and
    most where other programs use the processors as well.
    """
    from threadpoolctl import threadpool_limits

    for variable in VARIABLES:
        os.environ[variable] = str(count)
    threadpool_limits(count, user_api="blas")
