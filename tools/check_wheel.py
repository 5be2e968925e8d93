"""Build a wheel, install it into an empty environment, and use it from outside the checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

SCRIPT = """
import qchem, qopt, simulator
assert "site-packages" in simulator.__file__, simulator.__file__
hamiltonian = qchem.electronic_hamiltonian(qchem.Molecule.from_name("h2"))
energy = qchem.vqe(hamiltonian, qchem.uccsd(hamiltonian)).value
assert abs(energy - qchem.fci(hamiltonian).value) < 1e-8
graph, _, _ = qopt.load_graph("petersen")
problem = qopt.maxcut(graph)
assert problem.score(qopt.solve_qaoa(problem, depth=2, seed=0).bitstring) == 12
print("the wheel works")
"""


def run(*command: str | Path, cwd: Path) -> None:
    """Run a command outside the checkout's environment; stop at a failure."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    subprocess.run([str(part) for part in command], cwd=cwd, env=environment, check=True)


def main() -> None:
    """Build, install, use."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT, cwd=folder)
        (wheel,) = folder.glob("*.whl")
        venv.create(folder / "empty", with_pip=True)
        binaries = folder / "empty" / "bin"
        run(
            binaries / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            wheel, cwd=folder,
        )  # fmt: skip
        run(binaries / "python", "-c", SCRIPT, cwd=folder)
        run(binaries / "qchem", "solve", "h2", "--json", "record.json", cwd=folder)
        run(binaries / "qopt", "solve", "petersen", "--method", "greedy,qaoa", cwd=folder)


if __name__ == "__main__":
    main()
