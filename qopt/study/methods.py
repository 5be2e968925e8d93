"""The methods of a comparison, by name: which there are, and with which controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from qminima.errors import InputError, check_name
from simulator.program import Precision

from ..circuits.qaoa import check_depth
from ..fits import check_fits
from ..solving import Instance
from .circuits import CIRCUITS, SOURCES
from .classical import SAMPLERS, WITH_LENGTH, Sampler
from .labels import LABELS

METHODS = (*SAMPLERS, *SOURCES)

# What runs unless methods are named; those that do not fit an instance are left out there.
USUAL = (
    "random", "local", "greedy", "annealing", "tabu", "breakout", "gw", "sdp", "exact", "tree",
    "qaoa-fixed", "qaoa",
)  # fmt: skip


@dataclass(frozen=True)
class Contender:
    """A method with what tells it from others of its kind.

    Attributes:
        method: out of `METHODS`.
        depth: of circuits.
        then_local: whether shots are followed by descents.
        control: whether it was added for comparison and not asked for.
    """

    method: str
    depth: int | None = None
    then_local: bool = False
    control: bool = False

    @property
    def label(self) -> str:
        """As tables show it, and as records name it."""
        text = LABELS[self.method]
        if self.depth is not None:
            text += f", p = {self.depth}"
        return text + " + one-exchange" * self.then_local

    @property
    def quantum(self) -> bool:
        """Whether circuits are run."""
        return self.method in SOURCES

    @property
    def kind(self) -> str:
        """As records have it."""
        return "bound" if self.method == "sdp" else "quantum" if self.quantum else "classical"

    @property
    def exact(self) -> bool:
        """Whether it is a solver that proves what it finds."""
        return self.method in ("exact", "milp", "native", "tree")

    @property
    def has_length(self) -> bool:
        """Whether it is told how long a run is."""
        return self.method in WITH_LENGTH

    @property
    def tuned(self) -> bool:
        """Whether there is something to be chosen on other instances."""
        return self.has_length or self.method == "qaoa-shared"

    @property
    def sampler(self) -> Sampler:
        """The method itself."""
        if self.quantum:
            return CIRCUITS[self.method, self.then_local]
        return SAMPLERS[self.method]

    def check_fits(self, instance: Instance, precision: Precision) -> None:
        """Raise `InputError` or `MemoryLimitError` if it is not made for an instance."""
        check_fits(instance, "qaoa" if self.quantum else self.method, self.depth or 1, precision)


def contenders(
    methods: Sequence[str], depths: Sequence[int], controls: bool, shared: bool
) -> tuple[Contender, ...]:
    """The methods of a comparison, circuits at each depth, with their controls.

    Controls are uniform samples, descents from these and, beside each circuit, descents from its
    shots.

    Args:
        methods: names.
        depths: of circuits.
        controls: whether they are added.
        shared: whether there are instances to train shared angles on.

    Raises:
        InputError: for unknown names, a name given twice, wrong depths, or shared angles without
            instances to train them on.
    """
    for method in methods:
        check_name("method", method, METHODS)
    if len(set(methods)) < len(methods):
        raise InputError(f"expected each method once, got {', '.join(methods)}")
    if not depths or len(set(depths)) < len(depths):
        raise InputError(f"expected different depths, got {list(depths)}")
    for depth in depths:
        check_depth(depth)
    if "qaoa-shared" in methods and not shared:
        raise InputError(
            "shared angles are trained on other instances; name some, by train_on (--train-on)"
        )
    found: list[Contender] = []
    for method in methods:
        if method not in SOURCES:
            found.append(Contender(method))
            continue
        for depth in sorted(map(int, depths)):
            found.append(Contender(method, depth))
            if controls:
                found.append(Contender(method, depth, then_local=True, control=True))
    if controls and any(one.quantum for one in found):
        added = [name for name in ("random", "local") if name not in methods]
        found = [*(Contender(name, control=True) for name in added), *found]
    return tuple(found)
