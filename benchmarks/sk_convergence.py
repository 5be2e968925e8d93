"""Mean cost of QAOA on Sherrington-Kirkpatrick instances at `sk_angles`, as n grows.

At fixed angles the mean over instances approaches the tabulated energy like 1/n. Couplings are
random signs, which have variance 1 and fluctuate less than normal ones. Lines are weighted least
squares in 1/n; what counts is where they meet the axis, beside the table's value.

    python benchmarks/sk_convergence.py --plot sk.png
"""

from __future__ import annotations

import argparse
from pathlib import Path

import networkx as nx
import numpy as np
from numpy.typing import NDArray

import qopt
from simulator import Expectation

Floats = NDArray[np.float64]

DEPTHS = (1, 2, 3)
SIZES = (12, 14, 16, 18, 20, 22, 24)


def main() -> None:
    """Measure, fit, and print and draw the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--instances", type=int, default=100, help="for each size")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--plot", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    means, errors = measured(SIZES, arguments.instances, arguments.seed)
    print(f"{'n':>8}" + "".join(f"{f'p = {depth}':>20}" for depth in DEPTHS))
    for n, row, spread in zip(SIZES, means, errors, strict=True):
        cells = (f"{mean:.4f} +- {error:.4f}" for mean, error in zip(row, spread, strict=True))
        print(f"{n:>8}" + "".join(f"{cell:>20}" for cell in cells))
    fits = [line(SIZES, means[:, k], errors[:, k]) for k in range(len(DEPTHS))]
    print(f"{'fit':>8}" + "".join(f"{f'{fit[0]:.4f} +- {fit[2]:.4f}':>20}" for fit in fits))
    print(f"{'table':>8}" + "".join(f"{qopt.sk_energy(depth):>20.4f}" for depth in DEPTHS))
    if arguments.plot:
        draw(means, errors, fits, arguments.plot)


def measured(sizes: tuple[int, ...], instances: int, seed: int) -> tuple[Floats, Floats]:
    """Mean cost per spin and its standard error, each of shape (sizes, depths)."""
    samples = np.array(
        [[costs(n, [seed, n, number]) for number in range(instances)] for n in sizes]
    )
    return samples.mean(axis=1), samples.std(axis=1, ddof=1) / np.sqrt(instances)


def costs(n: int, seed: list[int]) -> list[float]:
    """Mean of sum_(i<j) J_ij z_i z_j / sqrt(n) per spin of one instance, depth by depth."""
    graph = nx.complete_graph(n)
    signs = np.random.default_rng(seed).choice([-1, 1], graph.number_of_edges())
    for edge, sign in zip(graph.edges, signs, strict=True):
        graph.edges[edge]["weight"] = 2 * int(sign)
    problem = qopt.maxcut(graph)
    # Whole weights stay codes of two bytes; the factor 1/sqrt(n) goes to the angles.
    scale = 1 / np.sqrt(n)
    means = []
    for depth in DEPTHS:
        energy = Expectation(qopt.qaoa(problem, depth), problem.cost, "single")
        angles = qopt.sk_angles(depth)
        angles[:depth] *= scale
        # MaxCut has (zz - 1)/2 for each weight.
        means.append(scale * (energy(angles) + float(signs.sum())) / n)
    return means


def line(sizes: tuple[int, ...], means: Floats, errors: Floats) -> tuple[float, float, float]:
    """Value at 1/n = 0, slope, and standard error of the value."""
    (slope, value), covariance = np.polyfit(
        1 / np.array(sizes), means, 1, w=1 / errors, cov="unscaled"
    )
    return float(value), float(slope), float(np.sqrt(covariance[1, 1]))


def draw(means: Floats, errors: Floats, fits: list[tuple[float, float, float]], path: Path) -> None:
    """Means with their fits over 1/n, and the table's values at zero."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.5), layout="constrained")
    axes = figure.subplots()
    inverse = 1 / np.array(SIZES)
    for k, depth in enumerate(DEPTHS):
        value, slope, _ = fits[k]
        color = f"C{k}"
        axes.errorbar(
            inverse, means[:, k], errors[:, k], fmt="o", color=color, label=f"p = {depth}"
        )
        axes.plot([0, inverse[0]], [value, value + slope * inverse[0]], "--", color=color)
        axes.plot(0, qopt.sk_energy(depth), "*", markersize=13, color=color, clip_on=False)
    axes.set_xlim(0, None)
    axes.set_xlabel("1/n")
    axes.set_ylabel("mean cost per spin")
    axes.set_title("Sherrington-Kirkpatrick at fixed angles; stars: n = infinity")
    axes.legend()
    figure.savefig(path, dpi=150)


if __name__ == "__main__":
    main()
