"""Eight numbers side by side, as one value in a kernel.

Compilers vectorise loops only where they can prove that nothing overlaps, which loops over
pairs of table entries never let them.  `Lanes` are LLVM's vectors: the same operation on eight
numbers, whatever the width of the machine's registers.

    load(array, index)          eight consecutive numbers of a flat array
    store(array, index, x)      write them back
    splat(array, number)        the number eight times, in the type of the array
    negate(x), add(x, y), multiply(x, y)   element by element
    multiply_add(x, y, z)       x y + z, rounded once where the machine can
    widen(x)                    the same numbers in double precision
    total(x)                    their sum
    transpose(a, b, ..., h)     of eight lanes: the first numbers of all, the second ones, ...

Indices are unsigned: numba treats signed ones as possibly counted from the end.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.core.types import UniTuple  # type: ignore[attr-defined]
from numba.extending import intrinsic, models, register_model

WIDTH = 8


class Lanes(types.Type):
    """The type of eight floating-point numbers."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Lanes({dtype})")


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    """Lanes are kept in one vector register (or as many as the machine needs)."""

    def __init__(self, manager: Any, lanes: Lanes) -> None:
        element = manager.lookup(lanes.dtype).get_data_type()
        super().__init__(manager, lanes, ir.VectorType(element, WIDTH))


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    vector = ir.VectorType(context.get_data_type(array_type.dtype), WIDTH)
    return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())


def _check_flat(array: Any) -> None:
    """Refuse, at compile time, arrays whose numbers are not one behind the other."""
    if array.ndim != 1 or array.layout != "C":
        raise TypingError(f"lanes need a contiguous array of one dimension, got {array}")


def _bytes(array_type: Any) -> int:
    return int(array_type.dtype.bitwidth) // 8


@intrinsic
def load(typing_context: Any, array: Any, index: Any) -> Any:
    """Eight consecutive numbers of a flat array."""
    _check_flat(array)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array_type = signature.args[0]
        pointer = _pointer(context, builder, array_type, *args)
        return builder.load(pointer, align=_bytes(array_type))

    return Lanes(array.dtype)(array, types.uintp), codegen


@intrinsic
def store(typing_context: Any, array: Any, index: Any, lanes: Any) -> Any:
    """Write eight consecutive numbers of a flat array."""
    _check_flat(array)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array_type = signature.args[0]
        pointer = _pointer(context, builder, array_type, *args[:2])
        builder.store(args[2], pointer, align=_bytes(array_type))
        return context.get_dummy_value()

    return types.void(array, types.uintp, lanes), codegen


@intrinsic
def splat(typing_context: Any, array: Any, number: Any) -> Any:
    """One number eight times, in the type of the array."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        number_type = signature.args[1]
        value = context.cast(builder, args[1], number_type, signature.return_type.dtype)
        vector = context.get_value_type(signature.return_type)
        undefined = ir.Constant(vector, ir.Undefined)
        first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
        zeros = ir.Constant(ir.VectorType(ir.IntType(32), WIDTH), [0] * WIDTH)
        return builder.shuffle_vector(first, undefined, zeros)

    return Lanes(array.dtype)(array, number), codegen


@intrinsic
def negate(typing_context: Any, x: Any) -> Any:
    """-x."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fneg(args[0])

    return x(x), codegen


@intrinsic
def add(typing_context: Any, x: Any, y: Any) -> Any:
    """X + y, element by element."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fadd(*args)

    return x(x, y), codegen


@intrinsic
def multiply(typing_context: Any, x: Any, y: Any) -> Any:
    """X y, element by element."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fmul(*args)

    return x(x, y), codegen


@intrinsic
def multiply_add(typing_context: Any, x: Any, y: Any, z: Any) -> Any:
    """X y + z, element by element."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vector = context.get_value_type(signature.return_type)
        name = f"llvm.fmuladd.v{WIDTH}f{signature.return_type.dtype.bitwidth}"
        function_type = ir.FunctionType(vector, [vector] * 3)
        function = cgutils.get_or_insert_function(builder.module, function_type, name)
        return builder.call(function, args)

    return x(x, y, z), codegen


@intrinsic
def widen(typing_context: Any, x: Any) -> Any:
    """The same numbers in double precision."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vector = context.get_value_type(signature.return_type)
        return args[0] if args[0].type == vector else builder.fpext(args[0], vector)

    return Lanes(types.float64)(x), codegen


@intrinsic
def total(typing_context: Any, x: Any) -> Any:
    """The sum of all eight."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        numbers = [
            builder.extract_element(args[0], ir.Constant(ir.IntType(32), lane))
            for lane in range(WIDTH)
        ]
        while len(numbers) > 1:
            numbers = [builder.fadd(*numbers[k : k + 2]) for k in range(0, len(numbers), 2)]
        return numbers[0]

    return x.dtype(x), codegen


@intrinsic
def transpose(
    typing_context: Any, a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any
) -> Any:
    """Rows of an 8 x 8 matrix to its columns, by exchanging blocks of 1, 2 and 4."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        rows = list(args)
        for block in (1, 2, 4):
            # Of a pair of rows, the lanes with this bit clear and those with it set.
            clear = [j if not j & block else j - block + WIDTH for j in range(WIDTH)]
            every = [j + block if not j & block else j + WIDTH for j in range(WIDTH)]
            vector = ir.VectorType(ir.IntType(32), WIDTH)
            for i in range(WIDTH):
                if not i & block:
                    pair = rows[i], rows[i + block]
                    rows[i] = builder.shuffle_vector(*pair, ir.Constant(vector, clear))
                    rows[i + block] = builder.shuffle_vector(*pair, ir.Constant(vector, every))
        return context.make_tuple(builder, signature.return_type, rows)

    return UniTuple(a, WIDTH)(a, b, c, d, e, f, g, h), codegen
