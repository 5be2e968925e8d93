"""How many threads molecules get."""

from __future__ import annotations

import pytest
from pyscf import lib
from threadpoolctl import threadpool_info, threadpool_limits

from qchem import ActiveSpace
from qchem.molecules.molecule import load_molecule
from qchem.threads import suitable_threads, use_threads
from qminima import InputError
from qminima.blas import VARIABLES
from simulator.threads import thread_count


@pytest.mark.parametrize(
    ("name", "basis", "space", "threads"),
    [
        ("h2o", "sto-3g", None, 1),  # 441 determinants
        ("n2", "sto-3g", None, None),  # 14,400
        ("n2", "sto-3g", ActiveSpace.window(6, 6), 1),
        ("n2", "cc-pvtz", ActiveSpace.window(6, 6), None),  # 60 functions
        ("n2", "sto-3g", ActiveSpace.avas("N 2p"), None),  # known after Hartree-Fock
    ],
)
def test_small_molecules_get_one_thread(
    name: str, basis: str, space: ActiveSpace | None, threads: int | None
) -> None:
    assert suitable_threads(load_molecule(name, basis=basis), space) == threads


def test_an_active_space_that_does_not_fit_is_refused() -> None:
    with pytest.raises(InputError):
        suitable_threads(load_molecule("h2"), ActiveSpace.window(2, 9))


def test_all_libraries_use_that_many(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in VARIABLES:
        monkeypatch.setenv(variable, "")  # as before at the end
    with threadpool_limits(lib.num_threads()):  # as before at the end
        use_threads(1)
        assert lib.num_threads() == thread_count() == 1
        blas = [one for one in threadpool_info() if one["user_api"] == "blas"]
        assert {library["num_threads"] for library in blas} == {1}
        use_threads(None)
        assert thread_count() == 1
