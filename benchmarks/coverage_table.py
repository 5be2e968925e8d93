"""How often nominal 95 % intervals cover the truth: `make coverage-table`.

For each true success probability, 2,000 times 200 runs are simulated; the table shows in how many
of them the interval of the probability, and that of the time to solution, holds the true value.
"""

from __future__ import annotations

import argparse
from math import log1p
from pathlib import Path

import numpy as np
from machine import machine_line
from report import Report

from qminima.statistics import Estimate, success_probability, time_to_solution

PROBABILITIES = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9)
RUNS, REPLICATIONS = 200, 2000


def main() -> None:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", metavar="FILE", help="put the table into this page as well")
    arguments = parser.parse_args()
    report = Report("coverage", "make coverage-table", machine_line())
    rows = [coverage(probability) for probability in PROBABILITIES]
    means = ["mean", *np.mean([row[1:] for row in rows], axis=0).tolist()]
    report.table(
        f"Coverage of nominal 95 % intervals, {RUNS} runs, {REPLICATIONS:,} replications",
        ["p", "Jeffreys: p", "Jeffreys: time", "Wilson: p", "Wilson: time"],
        [*rows, means],
    )
    if arguments.write:
        report.write(Path(arguments.write))


def coverage(
    probability: float, *, runs: int = RUNS, replications: int = REPLICATIONS
) -> list[float]:
    """The probability, and the share of replications whose intervals hold the truth."""
    random = np.random.default_rng(int(1e6 * probability))
    successes = random.binomial(runs, probability, replications)
    truth = max(1.0, log1p(-0.99) / log1p(-probability))
    row = [probability]
    for method in ("jeffreys", "wilson"):
        intervals: dict[int, tuple[Estimate, Estimate]] = {
            k: (
                success_probability(k, runs, method=method),
                time_to_solution(k, runs, 1.0, method=method),
            )
            for k in set(successes.tolist())
        }
        found = [intervals[k] for k in successes.tolist()]
        row.append(float(np.mean([p.low <= probability <= p.high for p, _ in found])))
        row.append(float(np.mean([time.low <= truth <= time.high for _, time in found])))
    return row


if __name__ == "__main__":
    main()
