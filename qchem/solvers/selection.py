"""The generators that a step of ADAPT-VQE appends."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from simulator.operators.generator import Generator, Support
from simulator.operators.ladder_sum import LadderSum
from simulator.typing import Floats

from ..properties.resources import cnot_resources
from .growth_options import Selection
from .growth_start import Candidate, GrowthStart

# Derivatives below this, in hartree, are rounding.
ROUNDING = 1e-8
# Digits in which derivatives are compared.
_TIE_DIGITS = 5


def selected(start: GrowthStart, gradients: Floats, selection: Selection) -> Iterator[Generator]:
    """The generators to append, largest derivative first.

    Args:
        start: candidates and their parts.
        gradients: derivatives by the candidates and then by the parts, in hartree, shape
            (candidates + parts,).
        selection: how many are taken, and by which score.
    """
    count = len(start.candidates)
    alive = [
        part
        for part, slope in zip(start.parts, gradients[count:], strict=True)
        if abs(slope) >= ROUNDING
    ]
    choices = _implementations(start.candidates, alive)
    scores = np.where(np.abs(gradients[:count]) < ROUNDING, 0.0, np.abs(gradients[:count]))
    if selection.per_cnot:
        scores /= [max((cnot_resources(choice) or (1, 1))[0], 1) for choice in choices]
    least, taken = selection.least_share * scores.max(), Support()
    # Scores that differ by rounding only are ties, which the order of the pool decides, so that
    # machines agree on molecules with degenerate orbitals.
    digits = np.round(scores / max(scores.max(), ROUNDING), _TIE_DIGITS)
    for number in np.argsort(-digits, kind="stable"):
        support = start.candidates[number].support
        if scores[number] == 0 or scores[number] < least:
            return
        if taken & support:
            continue
        yield from choices[number]
        taken |= support
        if selection.select == "one":
            return


def _implementations(
    candidates: Collection[Candidate], alive: Collection[LadderSum]
) -> list[list[Generator]]:
    """Each candidate, or the parts on its orbitals if several of them have a derivative."""
    parts_on: dict[Support, list[Generator]] = {}
    for part in alive:
        parts_on.setdefault(part.support, []).append(part)
    found: list[list[Generator]] = []
    for one in candidates:
        parts = parts_on.get(one.support, [])
        found.append(parts if len(parts) > 1 else [one])
    return found
