"""Recompute the best cut of every instance in problems/ and compare it with its index.

Instances of up to 26 nodes are enumerated. Larger ones are solved by HiGHS with odd-cycle
inequalities; where the linear relaxation alone proves the cut, it does so in exact arithmetic.

Usage: ``python tools/prove_problems.py [NAME ...]``; without names all are recomputed. The exit
status is 1 if anything differs from the index.
"""

from __future__ import annotations

import argparse
import sys

import qopt
from qminima import Library, Result
from qopt.classical.enumeration import MAX_VARIABLES
from qopt.instances.loading import load_maxcut
from qopt.problems.maxcut import MaxCut


def prove(problem: MaxCut, limit: float) -> Result:
    """The method that the size calls for."""
    if problem.num_variables <= MAX_VARIABLES:
        return qopt.enumeration(problem)
    return qopt.milp(problem, time_limit=limit)


def check(name: str, limit: float) -> bool:
    """Recompute one instance, print a line about it and tell whether it agrees."""
    problem, best = load_maxcut(name), Library("problems").entry(name)["best"]
    result = prove(problem, limit)
    cut, proven = result.properties["cut"], result.properties["proven"]
    bound = cut if proven else result.properties["upper_bound"]
    method = f"{result.method}, {result.properties.get('bound_from', 'all cuts')}"
    print(f"{name:22s} cut {cut:6g} of at most {bound:6g}  {result.seconds:6.2f} s  {method}")
    agrees = cut == best["value"] and proven == (best["certainty"] == "proven")
    if not agrees:
        print(f"  MISMATCH: the index says {best['value']}, {best['certainty']}")
    return agrees


def unlisted(library: Library) -> list[str]:
    """Rudy files that the index does not mention."""
    listed = {entry["file"] for entry in library.index.values()}
    return sorted(path.name for path in library.folder.glob("*.rud") if path.name not in listed)


def main() -> int:
    """Recompute the instances and return the exit status."""
    library = Library("problems")
    parser = argparse.ArgumentParser(description="Recompute the best cuts of problems/index.toml.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="instances (default: all)")
    parser.add_argument("--limit", type=float, default=600, help="seconds for each (600)")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.names) - library.index.keys())
    if unknown:
        parser.error(f"not in the index: {', '.join(unknown)}")
    agreed = [check(name, arguments.limit) for name in arguments.names or library.index]
    missing = unlisted(library)
    for file in missing:
        print(f"MISMATCH: {file} is not in the index")
    return 0 if all(agreed) and not missing else 1


if __name__ == "__main__":
    sys.exit(main())
