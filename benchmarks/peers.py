"""Environments of the packages that are measured beside this one, and their programs."""

from __future__ import annotations

import json
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
}


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


def measure(peer: str, system: str) -> dict[str, Any]:
    """Run a peer's program on one system and return what it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.json"
        done = subprocess.run(
            [environment(peer), HERE / f"peer_{peer}.py", system, path],
            cwd=HERE, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{peer} failed on {system}:\n{done.stderr[-2000:]}")
        content: dict[str, Any] = json.loads(path.read_text())
        return content
