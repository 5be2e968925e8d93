"""The first run of all tells that it compiles; later ones start at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# The kernels of a molecule of any size, in both forms, are no more than this.
MOST_KERNELS = 12
PROGRAM = "import sys; sys.argv[0] = 'qchem'; from qchem.cli import main; main()"


def solve(name: str, cache: Path) -> str:
    """What `qchem solve NAME` says on standard error."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "solve", name],
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache)},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stderr


@pytest.mark.slow
def test_first_run_compiles_and_says_so(tmp_path: Path) -> None:
    assert "compiling" in solve("h2o", tmp_path)
    assert "compiling" not in solve("h2o", tmp_path)
    solve("h10", tmp_path)  # large enough for several threads
    stored = {path.name.split("-")[0] for path in tmp_path.rglob("*.nbi")}
    kernels = {name for name in stored if "_serial" in name or "_parallel" in name or "." in name}
    assert 3 <= len(kernels) <= MOST_KERNELS, kernels
