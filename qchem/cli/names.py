"""The command `qchem list`."""

from __future__ import annotations

from qminima.command import reported_errors
from simulator.memory import MemoryLimitError


def list_names() -> None:
    """List the methods, ansätze, pools and molecules, one line each."""
    with reported_errors(MemoryLimitError):
        from qminima.library import Library
        from qminima.tables import print_names
        from simulator.optimize.methods import METHODS as OPTIMISERS

        from ..ansatz.pools import POOLS
        from ..ansatz.registry import ANSAETZE
        from ..methods.registry import METHODS

        print_names("methods (--method)", {n: m.summary for n, m in METHODS.items()})
        print_names("optimisers (--optimizer)", OPTIMISERS)
        print_names("ansätze (--ansatz)", {n: a.summary for n, a in ANSAETZE.items()})
        print_names("pools (--pool)", {n: pool.summary for n, pool in POOLS.items()})
        notes = {name: entry["note"] for name, entry in Library("molecules").index.items()}
        print_names("molecules", notes)
