"""Fixtures of the simulator's tests."""

from __future__ import annotations

import pytest

from simulator.evolution import tilings


@pytest.fixture(params=["many groups", "large low group"])
def small_tiles(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut states as if caches were small.

    Of 13 bits there are then three groups or more, or two, of which the lowest has bits inside
    strips, bits between them, and bits done while they are copied.
    """
    large = request.param == "large low group"
    monkeypatch.setattr(tilings, "_STRIP_BYTES", 1 << 8)
    monkeypatch.setattr(tilings, "_LOW_BYTES", 1 << (13 if large else 10))
    monkeypatch.setattr(tilings, "_MOST_LOW_BYTES", 1 << (12 if large else 10))
    monkeypatch.setattr(tilings, "_TILE_BYTES", 1 << (15 if large else 13))
    monkeypatch.setattr(tilings, "_WIDTH_BYTES", 1 << 8)
    monkeypatch.setattr(tilings, "_LEAST_WIDTH_BYTES", 1 << 8)


@pytest.fixture
def kernels_for_few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do few positions by the kernels for many, not in NumPy."""
    for module in ("actions", "operators"):
        monkeypatch.setattr(f"simulator.lowering.{module}.SMALL_SIZE", 0)
