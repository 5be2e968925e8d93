"""The number of threads, for BLAS and for the simulator's kernels."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .problems.binary import BinaryProblem

# Matrices of so many rows, and of states in NumPy, are too small for several threads of BLAS.
_FEW_VARIABLES = 64


def use_threads(count: int | None, *problems: BinaryProblem) -> None:
    """Let BLAS and kernels use `count` threads if given; else BLAS one for small problems."""
    from qminima.blas import is_chosen, use_blas_threads
    from simulator.threads import set_threads

    if count is not None:
        set_threads(count)
    few = all(one.num_variables <= _FEW_VARIABLES for one in problems) and not is_chosen()
    if count is not None or few:
        use_blas_threads(count or 1)
