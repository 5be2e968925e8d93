"""Pools and ADAPT-VQE, against OpenFermion, FCI and published counts."""

from __future__ import annotations

import json
from collections.abc import Callable
from time import monotonic
from typing import Any

import numpy as np
import pytest
from openfermion import get_sparse_operator

import qchem
from qchem import Hamiltonian, adapt, cnot_resources, operator_pool, uccsd, vqe
from qchem.ansatz.pools import POOLS, Pool
from qchem.qubits.mappings import to_openfermion_order
from qminima import InputError, Interrupted, Progress, Result
from simulator import (
    Electrons,
    Excitation,
    Expectation,
    Ladder,
    OrbitalRotation,
    PauliString,
    Qubits,
)
from simulator.operators.ladder_sum import LadderSum, excitation_terms
from simulator.testing import check_generator

H6_1_5 = "; ".join(f"H 0 0 {1.5 * k}" for k in range(6))


@pytest.fixture(scope="module")
def h6() -> Hamiltonian:
    return qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(H6_1_5))


def steps_to(result: Result, exact: float, error: float) -> dict[str, Any] | None:
    """The first step whose error, in millihartree, is below."""
    for step in result.properties["steps"]:
        if 1000 * (step["energy"] - exact) < error:
            return dict(step)
    return None


# -- pools ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("sd", 117),
        ("gsd", 570),
        ("singlet-sd", 54),
        ("singlet-gsd", 330),
        ("spin-complement-gsd", 430),
    ],
)
def test_sizes_for_six_orbitals(name: str, size: int) -> None:
    """54 and 330 are published; 547 of the spin-complement pool count 117 operators that vanish."""
    assert len(list(POOLS[name].build(Electrons(6, (3, 3))))) == size


@pytest.mark.parametrize("name", list(POOLS))
def test_generators_are_different_and_do_something(name: str) -> None:
    space = Electrons(3, (1, 1))
    operators = list(POOLS[name].build(space))
    assert len({str(one) for one in operators}) == len(operators)
    if name != "spin-complement-gsd":  # whose source has some twice
        assert len(set(operators)) == len(operators)
    for operator in operators[::7]:
        on_qubits = isinstance(operator, PauliString)
        check_generator(operator, Qubits(space.num_qubits) if on_qubits else space)
    for operator in operators:
        if isinstance(operator, LadderSum):
            assert operator.matrix(Electrons(3, (2, 1))).nnz or operator.matrix(space).nnz


@pytest.mark.parametrize("name", ["singlet-sd", "singlet-gsd"])
def test_singlet_pools_conserve_the_total_spin(name: str) -> None:
    space = Electrons(3, (1, 1))
    rng = np.random.default_rng(1)
    # A singlet: a symmetric matrix of amplitudes.
    matrix = rng.normal(size=(3, 3))
    state = (matrix + matrix.T).ravel()
    state /= np.linalg.norm(state)
    for operator in POOLS[name].build(space):
        turned = state[None].copy()
        operator.on(space).forward(turned, 0.8)
        assert qchem.spin_square(turned[0], space) == pytest.approx(0, abs=1e-12)
        weights = [weight for _, weight in operator.terms]  # type: ignore[attr-defined]
        assert np.dot(weights, weights) == pytest.approx(1)


def test_fermionic_sums_against_openfermion() -> None:
    """The matrix of a generator is that of the operator it was made of."""
    from openfermion import FermionOperator

    space = Electrons(3, (1, 2))
    rng = np.random.default_rng(0)
    for operator in list(POOLS["spin-complement-gsd"].build(space))[::7]:
        assert isinstance(operator, LadderSum)
        symbols = FermionOperator()
        for product, weight in operator.terms:
            key = tuple((2 * o.orbital + o.spin, int(o.creates)) for o in product)
            symbols += FermionOperator(key, weight)
        sparse = get_sparse_operator(symbols, n_qubits=6)
        psi = rng.normal(size=space.size)
        image = operator.matrix(space) @ psi
        np.testing.assert_allclose(
            sparse @ to_openfermion_order(psi, space),
            to_openfermion_order(image, space),
            atol=1e-12,
        )


def test_unknown_pools_and_open_shells(h2: Hamiltonian, h3_doublet: Hamiltonian) -> None:
    with pytest.raises(InputError, match="did you mean singlet-gsd"):
        operator_pool("singlet_gsd", h2)
    with pytest.raises(InputError, match="closed shells"):
        operator_pool("singlet-sd", h3_doublet)


# -- counts of CNOTs -----------------------------------------------------------------------


def qubit_double(*modes: tuple[int, int]) -> LadderSum:
    p, q, r, s = modes
    return LadderSum(excitation_terms([(p, r), (q, s)]), signed=False)


def test_cnots() -> None:
    a, b, c, d = (0, 0), (0, 1), (1, 0), (1, 1)
    single = LadderSum(excitation_terms([(a, c)]), signed=False)
    one, other = qubit_double(a, b, c, d), qubit_double(a, d, c, b)
    coupled = LadderSum(one.terms + other.terms, signed=False)
    far = qubit_double((2, 0), (2, 1), (3, 0), (3, 1))
    assert cnot_resources([]) == (0, 0)
    assert cnot_resources([single]) == (2, 2)
    assert cnot_resources([one]) == (13, 11)
    assert cnot_resources([coupled]) == (9, 7)
    assert cnot_resources([one, other]) == (13, 13)  # one exchange with two parameters
    assert cnot_resources([one, far]) == (26, 11)
    assert cnot_resources([one, single, other]) == (28, 24)
    two_singles = LadderSum(excitation_terms([(a, c)]) + excitation_terms([(b, d)]), signed=False)
    number = (Ladder(0, 1, True), Ladder(0, 1, False))
    controlled = LadderSum(
        tuple((number + product, weight) for product, weight in excitation_terms([(a, c)])),
        signed=False,
    )
    doubled = tuple((product, 2 * weight) for product, weight in other.terms)
    uneven = LadderSum(one.terms + doubled, signed=False)
    for unknown in (two_singles, controlled, uneven):
        assert cnot_resources([unknown]) is None
    assert cnot_resources([OrbitalRotation(0, 1), single]) == (10, 10)


# -- ADAPT ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pool", ["sd", "gsd", "singlet-gsd", "spin-complement-gsd", "qubit", "ceo"]
)
def test_small_molecules_are_solved(pool: str, h4: Hamiltonian) -> None:
    exact = qchem.fci(h4).value
    result = adapt(h4, pool, gradient_threshold=1e-5)
    assert result.value >= exact - 1e-9
    limit = 1e-5 if pool != "sd" else 2e-3  # generalised excitations reach every state
    assert result.value - exact < limit
    assert result.converged
    steps = result.properties["steps"]
    assert [step["energy"] for step in steps] == sorted((s["energy"] for s in steps), reverse=True)
    assert steps[-1]["parameters"] == len(result.parameters or [])
    # Singlet doubles have no construction in gates.
    assert ("cnots" in steps[-1]) == (pool in ("sd", "gsd", "qubit", "ceo"))
    counts, values = zip(*(result.history or []), strict=True)
    assert counts == tuple(sorted(counts))
    assert values[-1] == result.value


def test_disjoint_operators(h4: Hamiltonian) -> None:
    several = adapt(h4, "qubit", select="disjoint", gradient_threshold=1e-3)
    one = adapt(h4, "qubit", gradient_threshold=1e-3)
    assert len(several.properties["steps"]) < len(one.properties["steps"])
    assert several.value == pytest.approx(one.value, abs=1e-4)


def test_derivative_of_a_generator_that_is_appended(h4: Hamiltonian) -> None:
    """The largest derivative of the pool, against a difference of energies."""
    from simulator import BasisState, Circuit, Step

    pool = operator_pool("singlet-gsd", h4)
    result = adapt(h4, pool, max_parameters=1)
    name = result.properties["steps"][0]["added"][0]
    chosen = next(one for one in pool.operators if str(one) == name)
    circuit = Circuit(h4.space, BasisState(h4.space.reference), (Step(chosen, ((0, 1.0),)),))
    energy = Expectation(circuit, h4)
    slope = (energy([1e-5]) - energy([-1e-5])) / 2e-5
    assert abs(slope) == pytest.approx(result.properties["steps"][0]["largest_gradient"], abs=1e-8)


def test_limits(h4: Hamiltonian) -> None:
    exact = qchem.fci(h4).value
    few = adapt(h4, max_parameters=3)
    assert len(few.parameters or []) == 3
    energy = Expectation(few.circuit, h4)
    assert energy(few.parameters or []) == pytest.approx(few.value, abs=1e-12)
    assert not few.converged
    near = adapt(h4, target=exact + 1e-3)
    assert near.converged
    assert near.value <= exact + 1e-3
    assert near.stop_reason == "the target was reached"
    slow = adapt(h4, energy_threshold=1.0)
    assert len(slow.properties["steps"]) == 1
    assert "no more than the threshold" in (slow.stop_reason or "")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": 0.0}, ""),
        ({"max_parameters": 1, "pool": "ceo", "select": "disjoint"}, "no room"),
        ({"gradient_threshold": 10.0}, "energy of the start"),
    ],
    ids=str,
)
def test_nothing_is_added(options: dict[str, Any], words: str, h4: Hamiltonian) -> None:
    result = adapt(h4, **options)
    assert result.value == pytest.approx(h4.reference_energy)
    assert result.properties["steps"] == []
    assert len(result.warnings) == (1 if words else 0)
    assert all(words in warning for warning in result.warnings)


def test_it_ends_where_nothing_is_left_to_be_gained(h2: Hamiltonian) -> None:
    result = adapt(h2, gradient_threshold=0.0)
    assert len(result.properties["steps"]) < 10
    assert result.value == pytest.approx(qchem.fci(h2).value, abs=1e-9)


def test_symmetry_changes_nothing_but_the_work() -> None:
    chain = "; ".join(f"H 0 0 {k}" for k in range(4))
    hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(chain))
    one, other = (
        adapt(hamiltonian, "gsd", symmetry=symmetry, max_parameters=4) for symmetry in (True, False)
    )
    assert one.value == pytest.approx(other.value, abs=1e-9)
    assert one.settings["state_size"] < other.settings["state_size"]


def test_pauli_strings(h2: Hamiltonian) -> None:
    """On qubits: each string has one Y or three, and the molecule is solved."""
    pool = operator_pool("pauli", h2)
    assert all((one.x & one.z).bit_count() % 2 == 1 for one in pool.operators)  # type: ignore[attr-defined]
    result = adapt(h2, pool, gradient_threshold=1e-6)
    assert result.value == pytest.approx(qchem.fci(h2).value, abs=1e-9)
    assert result.settings["state_size"] == 16
    assert result.properties["steps"][-1]["cnots"] == 6  # a string of four qubits


def test_more_pauli_strings(h4: Hamiltonian) -> None:
    result = adapt(h4, "pauli", max_parameters=8, select="disjoint")
    exact = qchem.fci(h4).value
    assert exact < result.value < h4.reference_energy - 0.02
    with pytest.raises(InputError, match="Pauli strings only"):
        adapt(h4, [*operator_pool("pauli", h4).operators[:1], Excitation(alpha=((0,), (2,)))])


@pytest.mark.parametrize("pool", ["gsd", "ceo", "pauli"])
def test_growth_goes_on_from_a_record(pool: str, h4: Hamiltonian) -> None:
    whole = adapt(h4, pool, max_parameters=6)
    first = adapt(h4, pool, max_parameters=3)
    entry = json.loads(json.dumps(first.record()))["results"][0]
    rest = adapt(h4, pool, max_parameters=6, resume=entry)
    assert rest.value == pytest.approx(whole.value, abs=1e-8)
    added = [[step["added"] for step in one.properties["steps"]] for one in (whole, rest)]
    assert added[0] == added[1]
    assert rest.evaluations > first.evaluations
    counts = [count for count, _ in rest.history or []]
    assert counts == sorted(counts)


def test_time_limit_leaves_out_the_loading_of_kernels(
    h4: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No step is done in a nanosecond, unless more is spent on loading kernels than passes."""
    stopped = adapt(h4, "gsd", max_parameters=2, time_limit=1e-9)
    assert (stopped.stop_reason, stopped.properties["steps"]) == ("time limit reached", [])
    for module in ("qchem.solvers.adapt", "simulator.timing"):
        monkeypatch.setattr(f"{module}.compile_seconds", lambda: 2 * monotonic())
    found = adapt(h4, "gsd", max_parameters=2, time_limit=1e-9)
    assert found.stop_reason == "no room for more parameters"
    assert len(found.properties["steps"]) == 2


def test_records_that_cannot_be_resumed(h2: Hamiltonian, h4: Hamiltonian) -> None:
    entry = adapt(h4, "gsd", max_parameters=2).record()["results"][0]
    with pytest.raises(InputError, match="not in the pool"):
        adapt(h4, "qubit", resume=entry)
    step = entry["steps"][0]
    parts: tuple[dict[str, Any], ...] = (
        {"steps": "x"}, {"steps": [{}]}, {"steps": [3]}, {"steps": []},
        {"steps": [{**step, "energy": np.nan}, entry["steps"][1]]},
        {"steps": [{**step, "evaluations": -10**25}, entry["steps"][1]]},
        {"parameters": {}}, {"parameters": [1.0]}, {"parameters": [np.nan] * 2},
        {"parameters": [[1], [2]]}, {"value": np.nan}, {"value": "1"}, {"evaluations": np.inf},
        {"evaluations": -5}, {"evaluations": 10**30}, {"history": {}},
        {"history": [{"evaluations": 1}]}, {"history": [{"evaluations": 1.5, "value": 0.0}]},
    )  # fmt: skip
    for part in parts:
        with pytest.raises(InputError, match="cannot resume: expected"):
            adapt(h4, "gsd", resume={**entry, **part})
    with pytest.raises(InputError, match="'steps' in the record"):
        adapt(h4, "gsd", resume={"method": "FCI"})
    past = [{"evaluations": 3, "value": -1e9}]
    result = adapt(h4, "gsd", max_parameters=2, resume={**entry, "history": past})
    assert [value for _, value in result.history or []] == [result.value]
    other = qchem.electronic_hamiltonian(
        qchem.Molecule.from_atoms("H 0 0 0; H 0 0 1; H 0 0 2.2; H 0 0.1 3")
    )
    with pytest.raises(InputError, match="must be the same"):
        adapt(other, "gsd", symmetry=False, resume=entry)


def test_few_cnots(h4: Hamiltonian) -> None:
    """Ranking by derivative per CNOT takes fewer of them, at the same accuracy."""
    target = qchem.fci(h4).value + 1e-3
    plain = adapt(h4, "ceo", select="disjoint", target=target)
    cheap = adapt(h4, "ceo", select="disjoint", per_cnot=True, least_share=0.3, target=target)
    assert plain.converged
    assert cheap.converged
    assert cheap.properties["steps"][-1]["cnots"] < plain.properties["steps"][-1]["cnots"]


def test_a_stationary_start_returns_its_energy() -> None:
    """Two hydrogen atoms of one spin: nothing to excite."""
    molecule = qchem.Molecule.from_atoms("H 0 0 0; H 0 0 1", spin=2)
    hamiltonian = qchem.electronic_hamiltonian(molecule)
    result = adapt(hamiltonian, "gsd")
    assert result.value == pytest.approx(hamiltonian.reference_energy)
    assert any("energy of the start" in warning for warning in result.warnings)


@pytest.mark.parametrize(
    "options",
    [
        {"select": "two"},
        {"gradient_threshold": -1.0},
        {"gradient_threshold": np.nan},
        {"energy_threshold": -1.0},
        {"gradient_tolerance": 0.0},
        {"max_parameters": 0},
        {"least_share": 2.0},
        {"least_share": 0.5},
        {"per_cnot": True},  # singlet doubles have no construction
        {"target": np.nan},
        {"pool": [OrbitalRotation(0, 1)]},
        {"pool": [Excitation(alpha=((0,), (7,)))]},
        {"time_limit": 0},
        {"pool": "magic"},
    ],
    ids=str,
)
def test_refused_options(options: dict[str, Any], h2: Hamiltonian) -> None:
    with pytest.raises(InputError):
        adapt(h2, **options)


@pytest.mark.parametrize("solve", [adapt, lambda h, **o: vqe(h, uccsd(h), restarts=50, **o)])
def test_nothing_is_begun_that_would_end_late(
    solve: Callable[..., Result], h4: Hamiltonian, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look at the clock takes a second."""
    now = [0.0]

    def clock() -> float:
        now[0] += 1.0
        return now[0]

    monkeypatch.setattr("qminima.limits.monotonic", clock)
    monkeypatch.setattr("simulator.timing.perf_counter", clock)
    monkeypatch.setattr("simulator.kernels.kernel.perf_counter", lambda: 0.0)
    result = solve(h4, time_limit=40.0)
    assert now[0] <= 48.0  # with the looks that end it
    assert result.stop_reason == "time limit reached"
    assert not result.converged


def test_interrupted(h4: Hamiltonian, stop_at: Callable[[int], Progress]) -> None:
    with pytest.raises(KeyboardInterrupt) as caught:
        adapt(h4, progress=stop_at(12))
    assert isinstance(caught.value, Interrupted)
    result = caught.value.result
    assert result.stop_reason == "interrupted"
    assert not result.converged
    assert result.value < h4.reference_energy


def test_pools_made_by_hand(h2: Hamiltonian) -> None:
    pool = Pool("own", (Excitation(((0,), (1,)), ((0,), (1,))),))
    assert adapt(h2, pool).value == pytest.approx(qchem.fci(h2).value, abs=1e-9)


# -- published curves ----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("pool", "counts"),
    [
        ("singlet-gsd", (39, 43, 60)),
        ("singlet-sd", (47, 53, 72)),
        ("spin-complement-gsd", (44, 51, 75)),
    ],
)
def test_counts_of_grimsley_et_al(pool: str, counts: tuple[int, ...], h6: Hamiltonian) -> None:
    """Operators to 1.6, 1.0 and 0.1 mHa for H6 at 1.5 Å; arXiv:1812.11173.

    There the pool of singlet singles and doubles ends with 63 operators at 0.248 mHa, where the
    norm of all derivatives falls below its threshold; here it goes on.
    """
    exact = qchem.fci(h6).value
    result = adapt(h6, pool, target=exact + 1e-4, gradient_threshold=1e-6, max_parameters=90)
    if pool == "singlet-gsd":
        first = result.properties["steps"][0]["largest_gradient"]
        assert first == pytest.approx(0.2020, abs=5e-5)
    for error, count in zip((1.6, 1.0, 0.1), counts, strict=True):
        step = steps_to(result, exact, error)
        assert step is not None
        assert abs(step["parameters"] - count) <= 2
    if pool == "singlet-sd":
        end = result.properties["steps"][62]["energy"]
        assert 1000 * (end - exact) == pytest.approx(0.248, abs=0.02)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("atoms", "published", "compressed"),
    [
        ("Li 0 0 0; H 0 0 3", 107, 58),
        ("Be 0 0 0; H 0 0 3; H 0 0 -3", 284, 239),
        (H6_1_5, 879, 840),
        ("; ".join(f"H 0 0 {3 * k}" for k in range(6)), 785, 768),
    ],
    ids=["LiH", "BeH2", "H6 1.5", "H6 3.0"],
)
def test_cnots_of_coupled_exchanges(atoms: str, published: int, compressed: int) -> None:
    """To 1.5936 mHa, against CEO-ADAPT-VQE* (arXiv:2407.08696) and the fewest found so far."""
    hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_atoms(atoms))
    result = adapt(
        hamiltonian, "ceo", select="disjoint", per_cnot=True, least_share=0.3,
        target=qchem.fci(hamiltonian).value + 1.5936e-3, gradient_threshold=1e-6,
    )  # fmt: skip
    assert result.converged
    assert result.properties["steps"][-1]["cnots"] < min(published, compressed)
