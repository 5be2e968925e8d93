"""Environments of the packages that are measured beside this one, and their programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDER = HERE.parent / ".peers"

# Their pins disagree with each other and with this package's.
REQUIREMENTS = {
    "tencirchem": ["tencirchem-ng==2024.10", "jax", "jaxlib"],
    "mindquantum": ["mindquantum==0.12.0", "openfermionpyscf"],
    "lightning": ["pennylane-lightning==0.45.0", "pennylane==0.45.1"],
    "aer": ["qiskit-aer==0.18.2", "qiskit==2.6.2"],
    "qulacs": ["qulacs==0.6.14"],
    "annealers": ["dwave-samplers==1.8.0", "openjij==0.12.2"],
}
CHEMISTRY = ("tencirchem", "mindquantum")
QAOA = ("lightning", "aer", "qulacs")


def environment(peer: str) -> Path:
    """The interpreter of a peer's environment, made if it is missing."""
    folder = FOLDER / peer
    stamp = folder / ".complete"
    if not (stamp.exists() and (folder / "bin" / "python").exists()):
        print(
            f"installing {peer} into {folder.relative_to(HERE.parent)}, a few minutes", flush=True
        )
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        command = [folder / "bin" / "python", "-m", "pip", "install", "--quiet"]
        subprocess.run([*command, *REQUIREMENTS[peer]], check=True)
        stamp.touch()
    return folder / "bin" / "python"


def versions(peer: str) -> str:
    """Name and version of the package itself."""
    requirement = REQUIREMENTS[peer][0]
    return requirement.replace("==", " ")


def measure(peer: str, request: str, threads: int | None = None) -> Any:
    """Run a peer's program on one request and return what it wrote.

    Args:
        peer: its name in `REQUIREMENTS`.
        request: what its program is asked for, a system's name or a job.
        threads: how many it may use, by OpenMP's variable; all cores unless given.
    """
    variables = {} if threads is None else {"OMP_NUM_THREADS": str(threads)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.json"
        done = subprocess.run(
            [environment(peer), HERE / f"peer_{peer}.py", request, path],
            cwd=HERE, env=os.environ | variables, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{peer} failed on {request}:\n{done.stderr[-2000:]}")
        return json.loads(path.read_text())
