"""What there is, by name: `qopt list` shows it with the first line of each one's documentation."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from .ansatz import qaoa
from .classical.annealing import annealing
from .classical.breakout import breakout
from .classical.enumeration import enumeration
from .classical.greedy import greedy
from .classical.milp import milp
from .classical.native import native_milp
from .classical.one_exchange import one_exchange
from .classical.random_assignment import random_assignment
from .classical.semidefinite import goemans_williamson, semidefinite_bound
from .classical.tabu import tabu
from .classical.tree_decomposition import tree_decomposition
from .mixers import grover_mixer, x_mixer, xy_complete_mixer, xy_ring_mixer
from .multi_angle import multi_angle_qaoa
from .problems.makers import MAKERS
from .solvers.adaptive import solve_adapt
from .solvers.multi_angle import solve_multi_angle
from .solvers.qaoa import solve_qaoa
from .solvers.recursive import solve_recursive
from .solvers.starts import solve_multi_start
from .solvers.warm_start import solve_warm_start
from .warm_start import warm_start_qaoa

Names = dict[str, Callable[..., Any]]

# As `--method` spells them.
METHODS: Names = {
    "random": random_assignment,
    "greedy": greedy,
    "annealing": annealing,
    "tabu": tabu,
    "local": one_exchange,
    "breakout": breakout,
    "gw": goemans_williamson,
    "sdp": semidefinite_bound,
    "exact": enumeration,
    "milp": milp,
    "native": native_milp,
    "tree": tree_decomposition,
    "qaoa": solve_qaoa,
    "multi-start": solve_multi_start,
    "grover": grover_mixer,
    "multi-angle": solve_multi_angle,
    "warm-start": solve_warm_start,
    "recursive": solve_recursive,
    "adapt": solve_adapt,
}
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
    """What a problem is made of besides a graph, with defaults: " [colours=3]"."""
    hidden = ("graph", "name", "reference")
    found = [
        name if parameter.default is parameter.empty else f"{name}={parameter.default!r}"
        for name, parameter in signature(PROBLEMS[problem]).parameters.items()
        if name not in hidden
    ]
    return f" [{', '.join(found)}]" if found else ""
