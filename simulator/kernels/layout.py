"""Sizes that kernels and their callers share; nothing of numba is loaded here."""

from __future__ import annotations

from typing import Any, NamedTuple

# Numbers that vectorised loops take at a time.
WIDTH = 8

# Bits that butterflies need at least: four registers of eight numbers.
LEAST_BITS = 5

# Positions that are summed up by themselves.
BLOCK = 4096

# Up to so many positions circuits on qubits, and means of diagonals, need no kernel but NumPy.
SMALL_SIZE = 1 << 10

# Up to so many positions NumPy reads a distribution off a state faster than a kernel is loaded.
FEW = 1 << 16

# Kinds of labels, see `Labels`.
NOTHING, NARROW, WIDE, VALUES = 0, 1, 2, 3

# Kinds of jobs, see `excitations`.
TILES, GATHER, ROWS = 0, 1, 2

# Parts of a pass of `product_layers` whose sums are kept by themselves.
SHARES = 64


class Labels(NamedTuple):
    """A diagonal: for each position a label of one of several kinds.

    Attributes:
        kind: NARROW or WIDE: codes, of which a table lists the values; VALUES: the values
            themselves; NOTHING: there is no diagonal.
        narrow: codes of one byte.
        wide: codes of two bytes.
        values: numbers in double precision.
    """

    kind: int
    narrow: Any
    wide: Any
    values: Any


class Layers(NamedTuple):
    """The work in each layer.

    Attributes:
        tangents: of the angle of the mixer.
        kinds: of the labels in its phases, NOTHING for none.
        tables: pairs (cosine, sine) of each code, times the scale.
        turns: gamma as a fraction of a full turn.
        scales: the factor that butterflies leave out.
    """

    tangents: Any
    kinds: Any
    tables: Any
    turns: Any
    scales: Any


class ProductLayers(NamedTuple):
    """The work in each layer.

    Attributes:
        tangents: of the angle of each bit, the mirror last; shape (layers, bits + 1).
        masks: the products of spins, shape (terms,).
        turns: their weights, as fractions of a full turn, shape (layers + 1, terms).
        scales: the factors that butterflies leave out, shape (layers + 1,).
    """

    tangents: Any
    masks: Any
    turns: Any
    scales: Any
