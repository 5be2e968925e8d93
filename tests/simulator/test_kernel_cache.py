"""Kernels that different processes compiled and stored work together in a third one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SETUP = """
import numpy as np
from simulator import FlipSymmetric
from simulator.layers import TiledLayers
run = TiledLayers(FlipSymmetric(14), None)
rng = np.random.default_rng(0)
state = rng.normal(size=(4, 1 << 13))
"""
# Functions compiled before the kernel shift the numbers that the compiler appends to names; after
# five of them, passes of different strides once had the same name in two kernels.
SHIFT = "import numba\nfor _ in range(5):\n    numba.njit(lambda x: x + 1)(1)\n"
ROTATE = "run.forward(state[:2].copy(), np.array([0, 0.6]))"
BACK = "run.backward(state[:2].copy(), state[2:].copy(), np.array([0, 0.6]))"
CHECK = """
work = state.copy()
run.backward(work[:2], work[2:], np.array([0, 0.6]))
run.forward(work[:2], np.array([0, 0.6]))
run.forward(work[2:], np.array([0, 0.6]))
assert np.abs(work - state).max() < 1e-12, np.abs(work - state).max()
"""


@pytest.mark.slow
def test_kernels_of_different_processes_do_not_mix(tmp_path: Path) -> None:
    """Symbols of helpers that share a name would be taken from whichever kernel came first."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    for code in (SHIFT + SETUP + ROTATE, SETUP + BACK, SETUP + BACK + "\n" + CHECK):
        subprocess.run([sys.executable, "-c", code], env=environment, check=True)
