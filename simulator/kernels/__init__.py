"""In-place loops over arrays, one file per algebra.

Kernels take arrays and numbers only and check nothing; the actions and operators that call
them own all checks.  Every kernel has an obvious twin in `simulator.testing`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def __getattr__(name: str) -> Any:
    """Import a module of kernels at its first use, and numba with the first of them.

    The time counts as that of loading, and so belongs to no method.
    """
    from .kernel import loading

    if name.startswith("_"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    path = f"{__name__}.{name}"
    with loading():
        try:
            return import_module(path)
        except ModuleNotFoundError as error:
            if error.name != path:
                raise
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}") from None
