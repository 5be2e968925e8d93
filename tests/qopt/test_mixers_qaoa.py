"""QAOA with mixers that keep constraints, against dense circuits on all bit strings."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import networkx as nx
import numpy as np
import pytest
from scipy.linalg import expm

import qopt
from qminima import InputError
from qminima.result import Reference
from qopt.angles.schedules import rescale_gammas
from qopt.circuits.registry import MIXERS
from simulator import (
    BasisState,
    Expectation,
    FlipSymmetric,
    HammingWeight,
    Polynomial,
    Product,
    Qubits,
    Space,
    SpaceError,
    Subset,
    sample,
)
from simulator.operators.mixers import ring_pairs
from simulator.testing import check_generator, dense_polynomial, dense_state, dense_xy


@dataclass(frozen=True)
class Cost:
    """A problem that is nothing but its cost."""

    cost: Polynomial
    num_variables: int
    name: str = "cost"
    reference: Reference | None = None
    score_name: str = "score"
    kind: str = "polynomial"
    maximise: bool = False
    constrained: bool = False

    def value(self, bitstring: str) -> float:
        return self.cost.value(sum(int(bit) << j for j, bit in enumerate(bitstring)))

    def score(self, bitstring: str) -> float:
        return self.value(bitstring)

    def feasible(self, bitstring: str) -> bool:
        return True

    def decode(self, bitstring: str) -> Any:
        return bitstring

    def describe(self) -> dict[str, Any]:
        return {"name": self.name}


def random_qubo(n: int, seed: int) -> Cost:
    rng = np.random.default_rng(seed)
    terms: dict[tuple[int, ...], float] = {(j,): float(rng.normal()) for j in range(n)}
    terms |= {pair: float(rng.normal()) for pair in combinations(range(n), 2)}
    return Cost(Polynomial(terms), n)


def coloring(graph: nx.Graph[int], colors: int) -> Cost:
    """Edges whose ends have the same colour, one register of `colors` qubits for each node."""
    terms: dict[tuple[int, ...], float] = {}
    for (u, v), c in product(graph.edges, range(colors)):
        p, q = colors * u + c, colors * v + c
        for key, weight in (((), 0.25), ((p,), -0.25), ((q,), -0.25), ((p, q), 0.25)):
            terms[key] = terms.get(key, 0.0) + weight
    return Cost(Polynomial(terms), colors * graph.number_of_nodes())


PORTFOLIO = random_qubo(8, seed=1)
TRIANGLE = coloring(nx.complete_graph(3), 3)
CHOICES = HammingWeight(8, 4)
COLORINGS = Product(*[HammingWeight(3, 1)] * 3)
INSTANCES: list[tuple[Cost, Space, tuple[range, ...]]] = [
    (PORTFOLIO, CHOICES, (range(8),)),
    (TRIANGLE, COLORINGS, COLORINGS.registers),
]


def layers(kind: str, exact: bool, registers: tuple[range, ...], n: int, beta: float) -> Any:
    """exp(-i beta B) on all bit strings."""
    choose = ring_pairs if kind == "ring" else lambda r: tuple(combinations(r, 2))
    pairs = [pair for register in registers for pair in choose(register)]
    if exact:
        return expm(1j * beta * dense_xy(pairs, n))
    unitary = np.eye(1 << n, dtype=complex)
    for pair in pairs:
        coupling = dense_xy([pair], n)  # its cube is itself
        square = coupling @ coupling
        step = np.eye(1 << n) + (np.cos(beta) - 1) * square + 1j * np.sin(beta) * coupling
        unitary = step @ unitary
    return unitary


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("kind", ["ring", "complete"])
@pytest.mark.parametrize(("problem", "space", "registers"), INSTANCES, ids=["portfolio", "colors"])
def test_state_is_that_of_the_circuit_on_all_bit_strings(
    problem: Cost, space: Space, registers: tuple[range, ...], kind: str, exact: bool
) -> None:
    n = problem.num_variables
    make = qopt.xy_ring_mixer if kind == "ring" else qopt.xy_complete_mixer
    circuit = qopt.qaoa(problem, 2, space=space, mixer=make(*registers, exact=exact))
    params = np.array([0.4, -0.7, 0.9, 0.3])
    state = np.zeros(1 << n, dtype=complex)
    state[space.configurations()] = space.size**-0.5
    costs = np.diag(dense_polynomial(problem.cost, n))
    for gamma, beta in zip(params[:2], params[2:], strict=True):
        state = layers(kind, exact, registers, n, beta) @ (np.exp(-1j * gamma * costs) * state)
    program = Expectation(circuit, problem.cost)
    found = space.embed(program.state(params))
    np.testing.assert_allclose(found, state, atol=1e-12)


@pytest.mark.parametrize(("problem", "space", "registers"), INSTANCES, ids=["portfolio", "colors"])
@pytest.mark.parametrize("name", ["ring", "exact ring", "complete", "exact complete", "grover"])
def test_gradient_against_differences(
    problem: Cost, space: Space, registers: tuple[range, ...], name: str
) -> None:
    exact = name.startswith("exact")
    mixer = qopt.grover_mixer()
    if "ring" in name:
        mixer = qopt.xy_ring_mixer(*registers, exact=exact)
    elif "complete" in name:
        mixer = qopt.xy_complete_mixer(*registers, exact=exact)
    energy = Expectation(qopt.qaoa(problem, 2, space=space, mixer=mixer), problem.cost)
    params = np.array([0.4, -0.7, 0.9, 0.3])
    _, gradient = energy.value_and_gradient(params)
    for k, step in enumerate(1e-5 * np.eye(4)):
        difference = (energy(params + step) - energy(params - step)) / 2e-5
        assert gradient[k] == pytest.approx(difference, abs=1e-6)
    assert np.linalg.norm(energy.state(params)) == pytest.approx(1)


def optimum_probability(
    problem: Cost, space: Space, mixer: qopt.Mixer, depth: int, spread: float
) -> float:
    """At the end of a ramp, the cost scaled to values that far apart."""
    costs = np.array([problem.cost.value(int(c)) for c in space.configurations()])
    angles = rescale_gammas(qopt.linear_ramp(depth, step=0.2), spread / np.ptp(costs))
    circuit = qopt.qaoa(problem, depth, space=space, mixer=mixer)
    state = Expectation(circuit, problem.cost).state(angles)
    return float((np.abs(state[costs < costs.min() + 1e-9]) ** 2).sum())


@pytest.mark.parametrize(
    ("instance", "name", "depths", "spread"),
    [
        (0, "complete", (80, 320, 1280), 20.0),
        (0, "grover", (80, 320, 1280), 10.0),
        (1, "complete", (20, 80, 320), 3.0),
        (1, "grover", (20, 80, 320), 3.0),
    ],
)
def test_slow_ramps_are_adiabatic(
    instance: int, name: str, depths: tuple[int, ...], spread: float
) -> None:
    """The uniform state is the ground state of B, and ends in that of the cost."""
    problem, space, registers = INSTANCES[instance]
    mixer = qopt.grover_mixer()
    if name == "complete":
        mixer = qopt.xy_complete_mixer(*registers, exact=True)
    found = [optimum_probability(problem, space, mixer, depth, spread) for depth in depths]
    assert found[0] < found[1] < found[2]
    assert found[2] > 0.95


def test_states_stay_feasible_and_samples_too() -> None:
    circuit = qopt.qaoa(
        TRIANGLE, 1, space=COLORINGS, mixer=qopt.xy_ring_mixer(*COLORINGS.registers)
    )
    state = Expectation(circuit, TRIANGLE.cost).state([0.4, 0.3])
    for configuration in sample(COLORINGS, state, 50, seed=1):
        assert [(int(configuration) >> 3 * v & 7).bit_count() for v in range(3)] == [1, 1, 1]


def test_an_initial_state() -> None:
    mixer = qopt.xy_ring_mixer(range(8))
    circuit = qopt.qaoa(PORTFOLIO, 1, space=CHOICES, mixer=mixer, initial_state=BasisState(15))
    state = Expectation(circuit, PORTFOLIO.cost).state([0.5, 0.0])
    assert abs(state[CHOICES.index(15)]) == pytest.approx(1)
    circuit = qopt.qaoa(PORTFOLIO, 1, space=CHOICES, mixer=mixer, initial_state=BasisState(1))
    with pytest.raises(SpaceError, match="not a state"):
        Expectation(circuit, PORTFOLIO.cost)


def test_a_basis_state_is_not_symmetric() -> None:
    problem = qopt.maxcut(nx.cycle_graph(4))
    assert qopt.qaoa(problem, 1).space == FlipSymmetric(4)
    assert qopt.qaoa(problem, 1, initial_state=BasisState(5)).space == Qubits(4)


def test_the_default_mixer_is_x() -> None:
    problem = qopt.maxcut(nx.cycle_graph(4))
    assert qopt.qaoa(problem, 2, mixer=qopt.x_mixer()) == qopt.qaoa(problem, 2)


def test_a_listed_feasible_set() -> None:
    """Independent sets of a path: only the Grover mixer knows nothing of their structure."""
    path = nx.path_graph(5)
    feasible = [c for c in range(32) if not any(c >> u & c >> v & 1 for u, v in path.edges)]
    problem = Cost(Polynomial({(j,): 0.5 for j in range(5)}), 5)
    space = Subset(5, feasible)
    assert optimum_probability(problem, space, qopt.grover_mixer(), 320, 3.0) > 0.95
    circuit = qopt.qaoa(problem, 1, space=space, mixer=qopt.xy_ring_mixer(range(5)))
    with pytest.raises(SpaceError, match="leads from"):
        Expectation(circuit, problem.cost)


def test_parameters_are_numbered_gammas_first() -> None:
    circuit = qopt.qaoa(PORTFOLIO, 2, space=CHOICES, mixer=qopt.xy_ring_mixer(range(8)))
    assert circuit.num_parameters == 4
    numbers = [step.coefficients[0][0] for step in circuit.steps]
    assert numbers == [0] + 8 * [2] + [1] + 8 * [3]


@pytest.mark.parametrize("name", MIXERS)
def test_contract_of_every_mixer(name: str) -> None:
    """Each generator against matrix exponentials, and two layers of QAOA against dense ones."""
    mixer = MIXERS[name].on(4)
    space: Space = HammingWeight(4, 2) if mixer.constrained else Qubits(4)
    for generator in mixer.generators:
        check_generator(generator, space)
    cost = Cost(Polynomial([((0, 1), 0.5), ((1, 2, 3), -1.5), ((3,), 0.25)]), 4)
    circuit = qopt.qaoa(cost, 2, space=space, mixer=mixer)
    params = [0.3, -0.7, 0.4, 0.9]
    state = Expectation(circuit, cost.cost).state(params)
    np.testing.assert_allclose(state, dense_state(circuit, params), atol=1e-12)


def test_mixers_say_which_meaning_they_have() -> None:
    for make, name in ((qopt.xy_ring_mixer, "XY ring"), (qopt.xy_complete_mixer, "XY complete")):
        assert str(make(range(4))) == f"{name} (ordered product)"
        assert str(make(range(4), exact=True)) == f"{name} (exact exponential)"


@pytest.mark.parametrize(
    "registers", [(), (range(1),), (range(0),), (range(3), range(2, 5)), ((0, 1, 0),)]
)
def test_impossible_registers_are_refused(registers: tuple[Any, ...]) -> None:
    for make in (qopt.xy_ring_mixer, qopt.xy_complete_mixer):
        with pytest.raises(InputError, match="expected"):
            make(*registers)


def test_a_constrained_mixer_needs_a_space_that_fits() -> None:
    with pytest.raises(InputError, match=r"expected space= with the Grover mixer"):
        qopt.qaoa(PORTFOLIO, 1, mixer=qopt.grover_mixer())
    with pytest.raises(InputError, match="8 qubits, one for each variable"):
        qopt.qaoa(PORTFOLIO, 1, space=HammingWeight(7, 2), mixer=qopt.grover_mixer())
