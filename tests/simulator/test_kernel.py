"""What the user hears of compilation."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from simulator import announced_compilation
from simulator.kernels import kernel as module
from simulator.kernels.kernel import serial_kernel


def fresh() -> Any:
    """A kernel that this process has not compiled."""

    @serial_kernel
    def shifted(values):  # type: ignore[no-untyped-def]
        for k in range(len(values)):
            values[k] += 1.0

    return shifted


def test_slow_loading_is_announced_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOADING_SECONDS", 0.0)
    heard, happened = [], threading.Event()

    def announce() -> None:
        heard.append(threading.current_thread())
        happened.set()

    with announced_compilation(announce):
        values = np.zeros(3)
        fresh()(0, values)
        assert happened.wait(10)
        fresh()(0, values)
    assert len(heard) == 1
    assert values.tolist() == [2, 2, 2]


def test_quick_loading_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_LOADING_SECONDS", 60.0)
    heard: list[int] = []
    with announced_compilation(lambda: heard.append(1)):
        fresh()(0, np.zeros(1))
    assert not heard
    fresh()(0, np.zeros(1))  # and outside nobody listens
