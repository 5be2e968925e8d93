"""Fixtures of the simulator's tests."""

from __future__ import annotations

import pytest

from simulator import layers


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut states as if caches were small: three groups or more of 13 bits, many tiles."""
    monkeypatch.setattr(layers, "_STRIP_BYTES", 1 << 8)
    monkeypatch.setattr(layers, "_LOW_BYTES", 1 << 10)
    monkeypatch.setattr(layers, "_MOST_LOW_BYTES", 1 << 11)
    monkeypatch.setattr(layers, "_TILE_BYTES", 1 << 13)
    monkeypatch.setattr(layers, "_WIDTH_BYTES", 1 << 8)
    monkeypatch.setattr(layers, "_LEAST_WIDTH_BYTES", 1 << 8)
