"""How many threads of BLAS problems get."""

from __future__ import annotations

import networkx as nx
import pytest

import qopt
from qopt.threads import use_threads
from simulator.threads import thread_count


def test_small_problems_get_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []
    monkeypatch.setattr("qminima.blas.use_blas_threads", counts.append)
    small, large = (qopt.maxcut(nx.cycle_graph(nodes)) for nodes in (64, 65))
    use_threads(None, small, small)
    use_threads(None, small, large)
    assert counts == [1]
    with monkeypatch.context() as patch:
        patch.setenv("OMP_NUM_THREADS", "2")
        use_threads(None, small)  # the user has chosen
    assert counts == [1]
    use_threads(thread_count(), large)
    assert counts == [1, thread_count()]
