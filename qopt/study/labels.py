"""Labels of the methods of a comparison, by the names that `--method` takes."""

from __future__ import annotations

# In tables and records.
LABELS = {
    "random": "uniform samples",
    "local": "uniform + one-exchange",
    "greedy": "greedy + one-exchange",
    "annealing": "simulated annealing",
    "tabu": "tabu",
    "breakout": "breakout local search",
    "gw": "Goemans-Williamson",
    "sdp": "semidefinite relaxation",
    "exact": "enumeration",
    "milp": "HiGHS",
    "native": "HiGHS, own model",
    "tree": "tree decomposition",
    "qaoa-fixed": "QAOA, fixed angles",
    "qaoa-shared": "QAOA, shared angles",
    "qaoa": "QAOA, trained angles",
}
