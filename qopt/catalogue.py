"""Problems, circuits and mixers by name; `qopt list` shows the first line of their docstrings."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from .circuits.mixers import grover_mixer, x_mixer, xy_complete_mixer, xy_ring_mixer
from .circuits.multi_angle import multi_angle_qaoa
from .circuits.qaoa import qaoa
from .circuits.warm_start import warm_start_qaoa
from .problems.makers import MAKERS

Names = dict[str, Callable[..., Any]]

# As `--problem` spells them.
PROBLEMS: Names = dict(MAKERS)
CIRCUITS: Names = {
    function.__name__: function for function in (qaoa, multi_angle_qaoa, warm_start_qaoa)
}
MIXERS: Names = {
    function.__name__: function
    for function in (x_mixer, xy_ring_mixer, xy_complete_mixer, grover_mixer)
}


def arguments(problem: str) -> str:
    """The arguments of a problem besides a graph, with defaults: " [colours=3]"."""
    hidden = ("graph", "name", "reference")
    found = [
        name if parameter.default is parameter.empty else f"{name}={parameter.default!r}"
        for name, parameter in signature(PROBLEMS[problem]).parameters.items()
        if name not in hidden
    ]
    return f" [{', '.join(found)}]" if found else ""
