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
    look_up(table, codes, index)
                                of pairs of numbers, those that consecutive codes name: all
                                first ones, all second ones; as many as fill 32 bytes
    convert(codes, index, x)    consecutive codes as numbers like x
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

WIDTH = 8
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


def _pointer(
    context: Any, builder: Any, array_type: Any, array: Any, index: Any, width: int
) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    vector = ir.VectorType(context.get_data_type(array_type.dtype), width)
    return builder.bitcast(builder.gep(data, [index]), vector.as_pointer())


def _check_flat(array: Any) -> None:
    """Refuse, at compile time, arrays whose numbers are not one behind the other."""
    if array.ndim != 1 or array.layout != "C":
        raise TypingError(f"lanes need a contiguous array of one dimension, got {array}")


def _bytes(array_type: Any) -> int:
    return int(array_type.dtype.bitwidth) // 8


def _register(array: Any) -> Lanes:
    """Lanes that fill a register with numbers of an array."""
    return Lanes(array.dtype, REGISTER_BYTES // _bytes(array))


def _load(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    array_type, lanes = signature.args[0], signature.return_type
    pointer = _pointer(context, builder, array_type, args[0], args[1], lanes.width)
    return builder.load(pointer, align=_bytes(array_type))


@intrinsic
def load(typing_context: Any, array: Any, index: Any) -> Any:
    """Eight consecutive numbers of a flat array."""
    _check_flat(array)
    return Lanes(array.dtype)(array, types.uintp), _load


@intrinsic
def load_register(typing_context: Any, array: Any, index: Any) -> Any:
    """As many consecutive numbers as fill a register."""
    _check_flat(array)
    return _register(array)(array, types.uintp), _load


@intrinsic
def store(typing_context: Any, array: Any, index: Any, lanes: Any) -> Any:
    """Write consecutive numbers of a flat array."""
    _check_flat(array)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array_type, _, lanes = signature.args
        pointer = _pointer(context, builder, array_type, args[0], args[1], lanes.width)
        builder.store(args[2], pointer, align=_bytes(array_type))
        return context.get_dummy_value()

    return types.void(array, types.uintp, lanes), codegen


def _splat(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    number_type, lanes = signature.args[1], signature.return_type
    value = context.cast(builder, args[1], number_type, lanes.dtype)
    undefined = ir.Constant(context.get_value_type(lanes), ir.Undefined)
    first = builder.insert_element(undefined, value, ir.Constant(ir.IntType(32), 0))
    return builder.shuffle_vector(first, undefined, _places([0] * lanes.width))


def _places(places: list[int]) -> Any:
    """Which lanes a shuffle takes, as LLVM wants it."""
    return ir.Constant(ir.VectorType(ir.IntType(32), len(places)), places)


@intrinsic
def splat(typing_context: Any, array: Any, number: Any) -> Any:
    """One number eight times, in the type of the array."""
    return Lanes(array.dtype)(array, number), _splat


@intrinsic
def splat_register(typing_context: Any, array: Any, number: Any) -> Any:
    """One number in all lanes of a register, in the type of the array."""
    return _register(array)(array, number), _splat


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
        lanes = signature.return_type
        vector = context.get_value_type(lanes)
        name = f"llvm.fmuladd.v{lanes.width}f{lanes.dtype.bitwidth}"
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


def _shuffle(builder: Any, x: Any, places: list[int]) -> Any:
    return builder.shuffle_vector(x, ir.Constant(x.type, ir.Undefined), _places(places))


@intrinsic(prefer_literal=True)
def exchange(typing_context: Any, x: Any, step: Any) -> Any:
    """Lane j ^ step in place of lane j; `step` is a constant, a power of two below the width."""
    distance = step.literal_value

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        width = signature.args[0].width
        return _shuffle(builder, args[0], [(lane ^ distance) % width for lane in range(width)])

    return x(x, literal(distance)), codegen


@intrinsic
def reverse(typing_context: Any, x: Any) -> Any:
    """The last number first."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _shuffle(builder, args[0], list(reversed(range(signature.args[0].width))))

    return x(x), codegen


@intrinsic
def look_up(typing_context: Any, table: Any, codes: Any, index: Any) -> Any:
    """First and second numbers of the pairs that consecutive codes name, a register of each.

    `table` lists pairs one behind the other. A pair is one load, which gathers of single numbers
    take twice, and slowly. Kernels that take numbers in place of codes compile, too.
    """
    _check_flat(table)
    _check_flat(codes)
    lanes = _register(table)
    whole = isinstance(codes.dtype, types.Integer)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        pairs_type, codes_type, _ = signature.args
        word = ir.IntType(64)
        element = context.get_data_type(pairs_type.dtype)
        pairs = context.make_array(pairs_type)(context, builder, args[0]).data
        pairs = builder.bitcast(pairs, ir.VectorType(element, 2).as_pointer())
        found = []
        for lane in range(lanes.width):
            place = builder.add(args[2], ir.Constant(word, lane))
            data = context.make_array(codes_type)(context, builder, args[1]).data
            code = builder.load(builder.gep(data, [place]))
            code = builder.zext(code, word) if whole else builder.fptoui(code, word)
            found.append(builder.load(builder.gep(pairs, [code]), align=_bytes(pairs_type)))
        length = 2
        while len(found) > 1:
            length *= 2
            found = [
                builder.shuffle_vector(*found[k : k + 2], _places(list(range(length))))
                for k in range(0, len(found), 2)
            ]
        both = [_shuffle(builder, found[0], list(range(part, length, 2))) for part in (0, 1)]
        return context.make_tuple(builder, signature.return_type, both)

    return UniTuple(lanes, 2)(table, codes, types.uintp), codegen


@intrinsic
def convert(typing_context: Any, codes: Any, index: Any, x: Any) -> Any:
    """Consecutive unsigned codes (or numbers) as numbers of the type and width of x."""
    _check_flat(codes)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        codes_type, _, lanes = signature.args
        pointer = _pointer(context, builder, codes_type, args[0], args[1], lanes.width)
        loaded = builder.load(pointer, align=_bytes(codes_type))
        vector = context.get_value_type(lanes)
        if isinstance(codes_type.dtype, types.Integer):
            return builder.uitofp(loaded, vector)
        return loaded if loaded.type == vector else builder.fptrunc(loaded, vector)

    return x(codes, types.uintp, x), codegen


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
