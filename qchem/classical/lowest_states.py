"""Search for the lowest states over all determinants, one symmetry of the orbitals after the other.

The first symmetry is that of the reference determinant, where Davidson's iteration starts from a
state of its total spin, and keeps it (see `model_space`).  Every symmetry, this one included, is
then searched for a state below the lowest energy so far, of whatever spin, from a start that no low
state is orthogonal to.  Such a search ends early when its Ritz value lies above that energy by
several times the norm of its residual: then less than 4 % of its vector can belong to states below
the energy.  Those would have grown in the iteration, so that none is likely, but this is no proof.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from qminima.limits import Deadline
from simulator.spaces import Electrons
from simulator.typing import Floats

from ..hamiltonian import Hamiltonian
from ..properties.spin import spin_square
from .davidson import davidson
from .model_space import ModelSpace, model_space

if TYPE_CHECKING:
    from simulator.lowering.two_body import TwoBodyOperator


# Residual at convergence, in units of the spread of the model's levels (some two hartree in
# molecules); the energy is off by its square over the distance to the next state.
_RESIDUAL = 3e-7
# A search ends when its Ritz value is above the best energy by so many norms of its residual: the
# weight of its vector on states below that energy is then less than one in the square of this.
# Spaces up to the first size are searched until the state converges, and those up to the second
# one thoroughly: it costs little.
_NORMS, _THOROUGH_NORMS = 5.0, 50.0
_CONVERGED, _THOROUGH = 1 << 8, 1 << 14
# Energies nearer than this, in units of the same spread, belong to degenerate states.
_DEGENERATE = 1e-9
# How far <S^2> may be from that of a spin.
_IMPURE = 1e-3
_MOST_STEPS = 1000

Status = Literal["converged", "bounded", "open"]


class OutOfTimeError(Exception):
    """The time limit was reached."""


@dataclass(eq=False)
class State:
    """The lowest state of one symmetry, as far as it is known.

    Attributes:
        space: the determinants of this symmetry.
        energy: an upper bound to its energy, in hartree; the energy if converged; infinite as
            long as nothing is known.
        vector: amplitudes over the space, where they are kept.
        status: "converged"; "bounded" if the search ended because its residual put the state
            above the lowest one found; "open" if it was stopped.
        spin_square: <S^2>, where it was computed.
    """

    space: Electrons
    energy: float = np.inf
    vector: Floats | None = None
    status: Status = "open"
    spin_square: float | None = None

    def entry(self) -> dict[str, Any]:
        """The state as stored in records."""
        return {
            "symmetry": self.space.irrep,
            "energy": self.energy if np.isfinite(self.energy) else None,
            "spin_square": self.spin_square,
            "status": self.status,
        }


@dataclass(eq=False)
class Search:
    """All that was found so far; kept up to date, so that it can be stopped at any time.

    Attributes:
        hamiltonian: the problem.
        deadline: when to stop.
        states: that of the reference determinant's symmetry and spin, then one for each symmetry.
        spread: of the levels of the first model, a scale of energies.
        operator: H in the symmetry searched last.
    """

    hamiltonian: Hamiltonian
    deadline: Deadline
    states: list[State] = field(default_factory=list)
    spread: float = 1.0
    operator: TwoBodyOperator | None = None

    @property
    def tie(self) -> float:
        """Energies nearer than this are called equal."""
        return _DEGENERATE * self.spread

    @property
    def lowest(self) -> State:
        """The lowest state; the first of degenerate ones."""
        known = [state for state in self.states if state.vector is not None]
        most = min(state.energy for state in known) + self.tie
        return next(state for state in known if state.energy <= most)


def lowest_state(hamiltonian: Hamiltonian, space: Electrons) -> tuple[float, Floats]:
    """The lowest energy over the determinants of a space, and its state."""
    model = model_space(hamiltonian, space)
    state = State(space)
    _seek(Search(hamiltonian, Deadline(), [state], model.spread), state, model)
    assert state.vector is not None  # noqa: S101 - there is no bar to stop at
    return state.energy, state.vector


def symmetries(hamiltonian: Hamiltonian) -> list[Electrons]:
    """The spaces that labels of orbitals split the determinants into, the reference's first."""
    labels, space = hamiltonian.orbital_symmetry, hamiltonian.space
    if not any(labels):
        return [space]
    irreps, reference = {0}, 0
    for label in labels:
        irreps |= {label ^ other for other in irreps}
    for count in space.nelec:
        for label in labels[:count]:
            reference ^= label
    ordered = sorted(irreps, key=lambda irrep: (irrep != reference, irrep))
    parts = [Electrons(space.norb, space.nelec, labels, irrep) for irrep in ordered]
    return [part for part in parts if part.size]


def run_search(search: Search) -> None:
    """Find the lowest state of the reference's symmetry and spin, and look for lower ones."""
    home, *others = symmetries(search.hamiltonian)
    search.states = [State(space) for space in (home, home, *others)]
    model = model_space(search.hamiltonian, home)
    search.spread = model.spread
    _search_home(search, model)
    models = []
    for state in search.states:
        if state.space != home:
            _check(search)
            models.append((model_space(search.hamiltonian, state.space), state))
    for model, state in sorted(models, key=lambda pair: pair[0].lowest):
        _seek(search, state, model)


def _check(search: Search) -> None:
    if search.deadline():
        raise OutOfTimeError


def _search_home(search: Search, model: ModelSpace) -> None:
    """Search the symmetry of the reference determinant: with its spin, then with any."""
    spin = reference_spin(search.hamiltonian)
    pure = model if spin is None else model.of_spin(spin)
    reference, lower = search.states[:2]
    reference.energy, reference.vector = pure.lowest_state()
    if model.whole:
        _settle(search, reference)
    else:
        _iterate(search, reference, pure, reference.vector)
    vector = reference.vector
    _seek(search, lower, model, vector)
    if lower.status != "converged":
        return
    if lower.energy > reference.energy - search.tie:
        search.states.remove(lower)  # the same state, or one degenerate with it
    elif not (model.whole or spin is None or has_spin(lower, spin)):
        # A lower state of another spin may hide one of the reference's from the search above.
        another = State(reference.space)
        search.states.insert(1, another)
        start = pure.random_state(vector, outside=0.0)
        _iterate(search, another, pure, start, reference.energy, vector)
        if another.status != "converged" or another.energy > reference.energy - search.tie:
            search.states.remove(another)


def _seek(search: Search, state: State, model: ModelSpace, known: Floats | None = None) -> None:
    """Make it the lowest state of its symmetry, unless all are above the lowest one so far.

    Args:
        search: what is known so far.
        state: what is sought.
        model: of the symmetry.
        known: a state of it that is left out of the search.
    """
    _check(search)
    if model.whole:
        state.energy, state.vector = model.lowest_state()
        _settle(search, state)
    else:
        bar = min((other.energy for other in search.states if other is not state), default=np.inf)
        _iterate(search, state, model, model.random_state(known), bar, known)
    lowest = search.lowest
    for other in search.states:
        if other is not lowest:
            other.vector = None


def _settle(search: Search, state: State) -> None:
    """Mark a state as converged, and find its spin."""
    state.status = "converged"
    if search.hamiltonian.restricted and state.vector is not None:
        state.spin_square = spin_square(state.vector, state.space)


def has_spin(state: State, spin: float) -> bool:
    """Whether <S^2> of a state is known to be S(S+1) of a spin."""
    return state.spin_square is not None and abs(state.spin_square - spin) < _IMPURE


def _iterate(
    search: Search,
    state: State,
    model: ModelSpace,
    start: Floats,
    bar: float = np.inf,
    known: Floats | None = None,
) -> None:
    """Improve a state until it converges, or lies above an energy for all that is known."""
    steps = davidson(
        _application(search, state.space),
        model.precondition,
        start,
        orthogonal_to=() if known is None else (known,),
    )
    size = state.space.size
    norms = np.inf if size <= _CONVERGED else _THOROUGH_NORMS if size <= _THOROUGH else _NORMS
    for ritz in islice(steps, _MOST_STEPS):
        state.energy, state.vector = ritz.value, ritz.vector
        if ritz.residual <= _RESIDUAL * search.spread:
            _settle(search, state)
            return
        if ritz.value - norms * ritz.residual > bar:
            state.status, state.vector = "bounded", None
            return


def _application(search: Search, space: Electrons) -> Callable[[Floats, Floats], None]:
    """H on a space as Davidson's iteration takes it; stops at the time limit."""
    from simulator.kernels.kernel import compile_seconds
    from simulator.lowering.two_body import TwoBodyOperator

    hamiltonian, operator = search.hamiltonian, search.operator
    if operator is None or operator.space != space:
        operator = TwoBodyOperator(
            hamiltonian.one_electron,
            hamiltonian.two_electron,
            hamiltonian.core_energy,
            space,
            like=operator,
        )
        search.operator = operator

    def apply(vector: Floats, image: Floats) -> None:
        compiled = compile_seconds()
        for _ in operator.apply_in_parts(vector[None], image[None]):
            # The limit is on the search, not on what is compiled for it.
            search.deadline.charge(compiled - compile_seconds())
            compiled = compile_seconds()
            _check(search)

    return apply


def reference_spin(hamiltonian: Hamiltonian) -> float | None:
    """S(S+1) of the reference determinant; None where orbitals differ between the spins."""
    if not hamiltonian.restricted:
        return None
    spin = abs(hamiltonian.nelec[0] - hamiltonian.nelec[1]) / 2
    return spin * (spin + 1)


def reference_state(search: Search) -> State | None:
    """The lowest converged state with the reference determinant's symmetry and spin."""
    spin, home = reference_spin(search.hamiltonian), search.states[0].space
    fitting = [
        state
        for state in search.states
        if state.space == home
        and state.status == "converged"
        and (spin is None or has_spin(state, spin))
    ]
    return min(fitting, key=lambda state: state.energy, default=None)
