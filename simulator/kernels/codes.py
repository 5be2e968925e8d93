"""Labels of consecutive positions, several side by side; see `layout.Labels`.

One kernel serves codes of one byte and of two: which it is, is a branch that a loop always takes
to the same side.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.types import UniTuple  # type: ignore[attr-defined]
from numba.extending import intrinsic

from .kernel import inlined_helper
from .lanes import (
    check_flat,
    convert,
    converted,
    places_of,
    register_of,
    shuffle,
    smallest_alignment,
)
from .layout import NARROW, VALUES, WIDE


@intrinsic
def look_up(typing_context: Any, table: Any, narrow: Any, wide: Any, kind: Any, index: Any) -> Any:
    """First and second numbers of the pairs that consecutive codes name, a register of each.

    `table` lists pairs one behind the other. A pair is one load, which gathers of single numbers
    take twice, and slowly.
    """
    for array in (table, narrow, wide):
        check_flat(array)
    lanes = register_of(table)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pairs_type, index = signature.args[0], args[4]
        pairs = context.make_array(pairs_type)(context, builder, args[0]).data
        pair = ir.VectorType(context.get_data_type(pairs_type.dtype), 2)
        pairs, size = builder.bitcast(pairs, pair.as_pointer()), smallest_alignment(pairs_type)

        def load_codes(array_type: Any, array: Any) -> list[Any]:
            data, found = context.make_array(array_type)(context, builder, array).data, []
            for lane in range(lanes.width):
                place = builder.add(index, ir.Constant(index.type, lane))
                found.append(builder.zext(builder.load(builder.gep(data, [place])), index.type))
            return found

        codes = _by_width(builder, signature.args[1:3], args[1:4], load_codes)
        found = [builder.load(builder.gep(pairs, [code]), align=size) for code in codes]
        length = 2
        while len(found) > 1:
            length *= 2
            found = [
                builder.shuffle_vector(*found[k : k + 2], places_of(list(range(length))))
                for k in range(0, len(found), 2)
            ]
        both = [shuffle(builder, found[0], list(range(part, length, 2))) for part in (0, 1)]
        return context.make_tuple(builder, signature.return_type, both)

    return UniTuple(lanes, 2)(table, narrow, wide, types.int64, types.uintp), codegen


@intrinsic
def convert_codes(
    typing_context: Any, narrow: Any, wide: Any, kind: Any, index: Any, x: Any
) -> Any:
    """Consecutive codes in the type and width of x."""
    for array in (narrow, wide):
        check_flat(array)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        def load(array_type: Any, array: Any) -> list[Any]:
            return [converted(context, builder, array_type, array, args[3], args[4].type)]

        return _by_width(builder, signature.args[:2], args[:3], load)[0]

    return x(narrow, wide, types.int64, types.uintp, x), codegen


def _by_width(
    builder: Any, kinds: Any, args: Any, make: Callable[[Any, Any], list[Any]]
) -> list[Any]:
    """The values that a function makes of narrow or of wide codes, whichever there are."""
    narrow, wide, kind = args
    found = []
    is_wide = builder.icmp_signed("==", kind, ir.Constant(kind.type, WIDE))
    with builder.if_else(is_wide) as (then, other):
        for branch, array_type, array in ((then, kinds[1], wide), (other, kinds[0], narrow)):
            with branch:
                values = make(array_type, array)
                found.append((values, builder.block))
    chosen = []
    for pair in zip(*(values for values, _ in found), strict=True):
        phi = builder.phi(pair[0].type)
        for value, (_, block) in zip(pair, found, strict=True):
            phi.add_incoming(value, block)
        chosen.append(phi)
    return chosen


@inlined_helper
def load_labels(labels, index, x):
    """Consecutive labels, codes or values, in the type and width of x."""
    if labels.kind == VALUES:
        return convert(labels.values, index, x)
    return convert_codes(labels.narrow, labels.wide, labels.kind, index, x)


@inlined_helper
def label_at(labels, k):
    """The label of one position as a number."""
    if labels.kind == NARROW:
        return np.float64(labels.narrow[k])
    if labels.kind == WIDE:
        return np.float64(labels.wide[k])
    return labels.values[k]
