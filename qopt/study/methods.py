"""The methods of a comparison, by name: which there are, and with which controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qminima.errors import InputError, check_name

from ..circuits.qaoa import check_depth
from ..methods.registry import COMPARED, METHODS, Method
from ..sampling.drawn import Drawn
from ..sampling.task import Task


@dataclass(frozen=True)
class Contender:
    """A method with what tells it from others of its kind.

    Attributes:
        method: out of `COMPARED`.
        depth: of circuits.
        then_local: whether a local search follows each shot.
        control: whether it was added for comparison and not asked for.
    """

    method: str
    depth: int | None = None
    then_local: bool = False
    control: bool = False

    @property
    def spec(self) -> Method:
        """The registry's entry."""
        return METHODS[self.method]

    @property
    def id(self) -> str:
        """Identifier in checkpoints and records: "tabu", "qaoa-fixed@3+local"."""
        depth = "" if self.depth is None else f"@{self.depth}"
        return f"{self.method}{depth}{'+local' * self.then_local}"

    @property
    def label(self) -> str:
        """As tables show it."""
        return self._described(self.spec.label)

    @property
    def stream(self) -> str:
        """Name of its random numbers, and its key in checkpoints of version 0.1."""
        return self._described(self.spec.stream or self.spec.label)

    @property
    def chooser(self) -> Contender:
        """The contender whose choice on other instances it uses: itself without local search."""
        return replace(self, then_local=False, control=False)

    def named(self, name: str) -> bool:
        """Whether a name is its identifier or its label."""
        return name in (self.id, self.label)

    @property
    def quantum(self) -> bool:
        """Whether circuits are run."""
        return self.spec.quantum

    @property
    def kind(self) -> str:
        """As records have it."""
        return self.spec.kind

    @property
    def exact(self) -> bool:
        """Whether it is a solver that proves its solutions optimal."""
        return self.spec.exact

    @property
    def has_length(self) -> bool:
        """Whether its runs have a length."""
        return self.spec.shortest is not None

    @property
    def tuned(self) -> bool:
        """Whether it chooses something on other instances."""
        return self.has_length or self.spec.shares_angles

    def sample(self, task: Task) -> Drawn:
        """Independent runs within the budget of a task."""
        return self.spec.sample(replace(task, depth=self.depth, then_local=self.then_local))

    def _described(self, text: str) -> str:
        depth = "" if self.depth is None else f", p = {self.depth}"
        return f"{text}{depth}{' + one-exchange' * self.then_local}"


def contenders(
    methods: Sequence[str], depths: int | Sequence[int], controls: bool, shared: bool
) -> tuple[Contender, ...]:
    """The methods of a comparison, circuits at each depth, with their controls.

    Controls are uniform samples, local search from these and, beside each circuit, local search
    from its shots.

    Args:
        methods: names.
        depths: of circuits, one or several.
        controls: whether they are added.
        shared: whether there are instances to train shared angles on.

    Raises:
        InputError: for unknown names, a name given twice, wrong depths, or shared angles without
            instances to train them on.
    """
    depths = depths if isinstance(depths, Sequence) else [depths]
    for method in methods:
        check_name("method", method, COMPARED)
    if len(set(methods)) < len(methods):
        raise InputError(f"expected each method once, got {', '.join(methods)}")
    if not depths or len(set(depths)) < len(depths):
        raise InputError(f"expected different depths, got {list(depths)}")
    for depth in depths:
        check_depth(depth)
    if not shared and any(METHODS[method].shares_angles for method in methods):
        raise InputError(
            "shared angles are trained on other instances; name some, by train_on (--train-on)"
        )
    found: list[Contender] = []
    for method in methods:
        if not METHODS[method].quantum:
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
