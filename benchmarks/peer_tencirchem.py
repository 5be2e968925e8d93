"""UCCSD in TenCirChem-NG, run in a separate environment: writes one JSON file.

usage: peer_tencirchem.py SYSTEM FILE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

import numpy as np
import tencirchem
from systems import atoms
from timing import median_seconds


def main(name: str, path: str) -> None:
    """Time one system; parameters are random with a seed."""
    tencirchem.set_backend("numpy")  # the fastest of its backends on processors
    geometry = [[symbol, *position] for symbol, position in atoms(name)]
    started = perf_counter()
    ucc = tencirchem.UCCSD(tencirchem.M(atom=geometry), run_fci=False)
    build = perf_counter() - started
    params = np.random.default_rng(0).normal(size=ucc.n_params) * 0.05
    energy, gradient = ucc.energy_and_grad(params)
    seconds = median_seconds(lambda: ucc.energy_and_grad(params))
    started = perf_counter()
    minimum = ucc.kernel()
    optimisation = perf_counter() - started
    norb = ucc.n_qubits // 2

    def factor(mode: int, *, creates: bool) -> list[int]:
        return [mode % norb, mode // norb, int(creates)]  # orbital, spin, creator or not

    gates = []
    for operator, parameter in zip(ucc.ex_ops, ucc.param_ids, strict=True):
        half = len(operator) // 2
        factors = [factor(mode, creates=k < half) for k, mode in enumerate(operator)]
        gates.append({"factors": factors, "coefficients": [[int(parameter), 1.0]]})
    with Path(path).open("w") as file:
        json.dump(
            {
                "name": "TenCirChem-NG", "build": build, "seconds": seconds,
                "optimisation": optimisation, "minimum": float(minimum),
                "evaluations": int(ucc.opt_res.nfev), "params": params.tolist(),
                "energy": float(energy), "gradient": np.asarray(gradient).tolist(),
                "start": np.asarray(ucc.init_guess, dtype=float).tolist(), "gates": gates,
                "h1": np.asarray(ucc.int1e).tolist(), "h2": np.asarray(ucc.int2e).tolist(),
                "core": float(ucc.e_core), "electrons": int(ucc.n_elec),
            },
            file,
        )  # fmt: skip


if __name__ == "__main__":
    main(*sys.argv[1:])
