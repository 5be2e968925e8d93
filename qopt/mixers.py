"""Mixers: the part of a QAOA layer that moves between configurations."""

from __future__ import annotations

from simulator.generators import Generator, XMixer


def x_mixer() -> Generator:
    """exp(-i beta B) with B = -sum_j X_j: a rotation of every qubit, no constraint kept."""
    return XMixer()
