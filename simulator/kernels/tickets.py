"""Tickets: how threads share the pieces of phases that must follow each other.

The pieces of each phase are numbered.  A thread takes the next number until none is left, and
goes on to the next phase as soon as all pieces are done:

    for thread in prange(threads):
        for phase in range(phases):
            piece = take(taken, phase)
            while piece < pieces:
                ...
                finish(done, phase)
                piece = take(taken, phase)
            wait(done, phase, pieces)

So a thread that other programs hold up takes fewer pieces, and the others wait for the piece that
it works on, not for its turn to say that nothing is left to do.  One thread that runs all rounds of
the outer loop one after the other does all pieces in the first.  Which thread takes which piece
is chance: whatever is added up must be kept by piece, not by thread.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.core.errors import TypingError
from numba.extending import intrinsic

from .kernel import helper

# So often, about a millisecond long, a thread looks whether others are done before it offers its
# processor to them.  Sooner would be worse: where other programs wait, it is gone for longer.
_LOOKS = 1 << 20

_yield_processor = types.ExternalFunction("sched_yield", types.int32())


def _pointer(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    data = context.make_array(signature.args[0])(context, builder, args[0]).data
    return builder.gep(data, [args[1]])


def _check_counters(counters: Any) -> None:
    """Refuse, at compile time, arrays whose elements are not the size of a counter."""
    if counters.ndim != 1 or counters.layout != "C" or counters.dtype != types.int64:
        raise TypingError(f"counters are a contiguous array of int64, got {counters}")


@intrinsic
def take(typing_context: Any, counters: Any, index: Any) -> Any:
    """Add one to counters[index]; return what it was, a number that no other thread gets."""
    _check_counters(counters)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, signature, args)
        return builder.atomic_rmw("add", pointer, ir.Constant(ir.IntType(64), 1), "monotonic")

    return types.int64(counters, types.intp), codegen


@intrinsic
def finish(typing_context: Any, counters: Any, index: Any) -> Any:
    """Add one to counters[index]; who sees it sees all that this thread wrote before."""
    _check_counters(counters)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, signature, args)
        builder.atomic_rmw("add", pointer, ir.Constant(ir.IntType(64), 1), "release")
        return context.get_dummy_value()

    return types.void(counters, types.intp), codegen


@intrinsic
def _look(typing_context: Any, counters: Any, index: Any) -> Any:
    """counters[index] as it is now, and with it all that others wrote before they finished."""
    _check_counters(counters)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, signature, args)
        return builder.load_atomic(pointer, "acquire", 8)

    return types.int64(counters, types.intp), codegen


@helper
def wait(counters, index, number):
    """Return as soon as counters[index] is `number` or more."""
    looks = 0
    while _look(counters, index) < number:
        looks += 1
        if looks >= _LOOKS:
            _yield_processor()


@helper
def new_counters(count):
    """Counters that start at zero."""
    return np.zeros(count, dtype=np.int64)
