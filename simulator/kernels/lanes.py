"""Several numbers side by side, as one value in a kernel.

Compilers vectorise loops only where they can prove that nothing overlaps, which loops over
pairs of table entries never let them.  `Lanes` are LLVM's vectors: the same operation on all
numbers, whatever the width of the machine's registers.

    load(array, index)          eight consecutive numbers of a flat array
    store(array, index, x)      write them back
    splat(array, number)        the number eight times, in the type of the array
    load_register(array, index), splat_register(array, number)
                                the same with as many numbers as fill 32 bytes
    negate(x), add(x, y), multiply(x, y)   element by element
    multiply_add(x, y, z)       x y + z, rounded once where the machine can
    widen(x)                    the same numbers in double precision
    total(x)                    their sum
    exchange(x, step)           lane j ^ step in place of lane j
    reverse(x)                  the last number first
    convert(array, index, x)    consecutive numbers in the type and width of x
    transpose(a, b, ..., h)     of eight lanes: the first numbers of all, the second ones, ...
    odd(mask)                   of one unsigned integer: 1 if it has an odd number of ones, else 0

Eight numbers in single precision fill a register of most machines. Loops that hold many values
at a time, and do the same for any number of lanes, take registers instead: with eight in double
precision they would run out of them.

Indices are unsigned: numba treats signed ones as possibly counted from the end.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import cgutils, types
from numba.core.errors import TypingError
from numba.core.types import UniTuple, literal  # type: ignore[attr-defined]
from numba.extending import intrinsic, models, register_model

from .layout import WIDTH

REGISTER_BYTES = 32


class Lanes(types.Type):
    """The type of several floating-point numbers."""

    def __init__(self, dtype: Any, width: int = WIDTH) -> None:
        self.dtype = dtype
        self.width = width
        super().__init__(name=f"Lanes({dtype}, {width})")


@register_model(Lanes)
class LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    """Lanes are kept in one vector register (or as many as the machine needs)."""

    def __init__(self, manager: Any, lanes: Lanes) -> None:
        element = manager.lookup(lanes.dtype).get_data_type()
        super().__init__(manager, lanes, ir.VectorType(element, lanes.width))


def pointer(
    context: Any, builder: Any, array_type: Any, array: Any, index: Any, vector: Any
) -> Any:
    """Where consecutive numbers of an array begin, as a pointer to a vector."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())


def _pointer(
    context: Any, builder: Any, array_type: Any, array: Any, index: Any, width: int
) -> Any:
    vector = ir.VectorType(context.get_data_type(array_type.dtype), width)
    return pointer(context, builder, array_type, array, index, vector)


def check_flat(array: Any) -> None:
    """Refuse, at compile time, arrays whose numbers are not one behind the other."""
    if array.ndim != 1 or array.layout != "C":
        raise TypingError(f"lanes need a contiguous array of one dimension, got {array}")


def smallest_alignment(array_type: Any) -> int:
    """Bytes of a number."""
    return int(array_type.dtype.bitwidth) // 8


def register_of(array: Any) -> Lanes:
    """Lanes that fill a register with numbers of an array."""
    return Lanes(array.dtype, REGISTER_BYTES // smallest_alignment(array))


def _load(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    array_type, lanes = signature.args[0], signature.return_type
    pointer = _pointer(context, builder, array_type, args[0], args[1], lanes.width)
    return builder.load(pointer, align=smallest_alignment(array_type))


@intrinsic
def load(typing_context: Any, array: Any, index: Any) -> Any:
    """Eight consecutive numbers of a flat array."""
    check_flat(array)
    return Lanes(array.dtype)(array, types.uintp), _load


@intrinsic
def load_register(typing_context: Any, array: Any, index: Any) -> Any:
    """As many consecutive numbers as fill a register."""
    check_flat(array)
    return register_of(array)(array, types.uintp), _load


@intrinsic
def store(typing_context: Any, array: Any, index: Any, lanes: Any) -> Any:
    """Write consecutive numbers of a flat array."""
    check_flat(array)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array_type, _, lanes = signature.args
        pointer = _pointer(context, builder, array_type, args[0], args[1], lanes.width)
        builder.store(args[2], pointer, align=smallest_alignment(array_type))
        return context.get_dummy_value()

    return types.void(array, types.uintp, lanes), codegen


def _splat(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    number_type, lanes = signature.args[1], signature.return_type
    value = context.cast(builder, args[1], number_type, lanes.dtype)
    undefined = ir.Constant(context.get_value_type(lanes), ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, undefined, places_of([0] * lanes.width))


def places_of(places: list[int]) -> Any:
    """Which lanes a shuffle takes, as LLVM wants it."""
    return ir.Constant(ir.VectorType(ir.IntType(32), len(places)), places)


@intrinsic
def splat(typing_context: Any, array: Any, number: Any) -> Any:
    """One number eight times, in the type of the array."""
    return Lanes(array.dtype)(array, number), _splat


@intrinsic
def splat_register(typing_context: Any, array: Any, number: Any) -> Any:
    """One number in all lanes of a register, in the type of the array."""
    return register_of(array)(array, number), _splat


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
        return fused(builder, *args)

    return x(x, y, z), codegen


def fused(builder: Any, x: Any, y: Any, z: Any) -> Any:
    """The instruction of `multiply_add`."""
    bits = 32 if isinstance(x.type.element, ir.FloatType) else 64
    function_type = ir.FunctionType(x.type, [x.type] * 3)
    name = f"llvm.fmuladd.v{x.type.count}f{bits}"
    function = cgutils.get_or_insert_function(builder.module, function_type, name)
    return builder.call(function, [x, y, z])


@intrinsic
def widen(typing_context: Any, x: Any) -> Any:
    """The same numbers in double precision."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        vector = context.get_value_type(signature.return_type)
        return args[0] if args[0].type == vector else builder.fpext(args[0], vector)

    return Lanes(types.float64, x.width)(x), codegen


@intrinsic
def total(typing_context: Any, x: Any) -> Any:
    """The sum of all lanes."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        numbers = [
            builder.extract_element(args[0], ir.Constant(ir.IntType(32), lane))
            for lane in range(signature.args[0].width)
        ]
        while len(numbers) > 1:
            numbers = [builder.fadd(*numbers[k : k + 2]) for k in range(0, len(numbers), 2)]
        return numbers[0]

    return x.dtype(x), codegen


def shuffle(builder: Any, x: Any, places: list[int]) -> Any:
    """Those lanes of x, in their order."""
    return builder.shuffle_vector(x, ir.Constant(x.type, ir.Undefined), places_of(places))


@intrinsic(prefer_literal=True)
def exchange(typing_context: Any, x: Any, step: Any) -> Any:
    """Lane j ^ step in place of lane j; `step` is a constant, a power of two below the width."""
    distance = step.literal_value

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return exchanged(builder, args[0], distance)

    return x(x, literal(distance)), codegen


def exchanged(builder: Any, x: Any, step: int) -> Any:
    """The instruction of `exchange`."""
    width = x.type.count
    return shuffle(builder, x, [(lane ^ step) % width for lane in range(width)])


@intrinsic
def reverse(typing_context: Any, x: Any) -> Any:
    """The last number first."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return shuffle(builder, args[0], list(reversed(range(signature.args[0].width))))

    return x(x), codegen


@intrinsic
def convert(typing_context: Any, numbers: Any, index: Any, x: Any) -> Any:
    """Consecutive numbers, or unsigned integers, in the type and width of x."""
    check_flat(numbers)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return converted(context, builder, signature.args[0], args[0], args[1], args[2].type)

    return x(numbers, types.uintp, x), codegen


def converted(
    context: Any, builder: Any, array_type: Any, array: Any, index: Any, vector: Any
) -> Any:
    """The instructions of `convert`."""
    where = _pointer(context, builder, array_type, array, index, vector.count)
    loaded = builder.load(where, align=smallest_alignment(array_type))
    if isinstance(array_type.dtype, types.Integer):
        return builder.uitofp(loaded, vector)
    return loaded if loaded.type == vector else builder.fptrunc(loaded, vector)


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


@intrinsic
def odd(typing_context: Any, mask: Any) -> Any:
    """1 if an unsigned integer has an odd number of ones, else 0."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.and_(builder.ctpop(args[0]), ir.Constant(ir.IntType(64), 1))

    return types.int64(types.uint64), codegen
