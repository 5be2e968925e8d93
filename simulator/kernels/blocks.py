"""Butterflies of several bits at a time, on registers.

The 2^bits positions of a *block* hold real and imaginary parts. Real parts at positions with an
even number of ones and imaginary parts at those with an odd number only meet each other, and so do
all others; each of these halves is done by itself, so that three bits fit into registers. A
butterfly of p at an even position and q at an odd one makes p - t q and q + t p.

These are intrinsics, which emit LLVM's language, because numba and LLVM need several times as long
for the same instructions when they come from nested functions.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba.core import types
from numba.core.types import UniTuple  # type: ignore[attr-defined]
from numba.extending import intrinsic

from .lanes import exchanged, fused, pointer, smallest_alignment


def _is_even(position: int) -> bool:
    return position.bit_count() % 2 == 0


def _load_half(
    context: Any, builder: Any, even: Any, odd: Any, start: Any, distance: Any, count: int, t: Any
) -> list[Any]:
    """Registers of one half of a block; `even` and `odd` are pairs of type and array."""
    found = []
    for position in range(count):
        array_type, array = even if _is_even(position) else odd
        place = builder.add(start, builder.mul(distance, ir.Constant(distance.type, position)))
        where = pointer(context, builder, array_type, array, place, t.type)
        found.append(builder.load(where, align=smallest_alignment(array_type)))
    return found


def _store_half(
    context: Any, builder: Any, even: Any, odd: Any, start: Any, distance: Any, half: list[Any]
) -> None:
    for position, numbers in enumerate(half):
        array_type, array = even if _is_even(position) else odd
        place = builder.add(start, builder.mul(distance, ir.Constant(distance.type, position)))
        where = pointer(context, builder, array_type, array, place, numbers.type)
        builder.store(numbers, where, align=smallest_alignment(array_type))


def _turn(builder: Any, half: list[Any], t: Any, n: Any) -> None:
    """All butterflies of one half of a block, bit by bit; n is -t."""
    bit = 1
    while bit < len(half):
        for one in range(len(half)):
            if not one & bit:
                even, odd = (one, one | bit) if _is_even(one) else (one | bit, one)
                p, q = half[even], half[odd]
                half[even], half[odd] = fused(builder, n, q, p), fused(builder, t, p, q)
        bit *= 2


@intrinsic(prefer_literal=True)
def turn_block(
    typing_context: Any, r: Any, i: Any, x: Any, d: Any, r_to: Any, i_to: Any, k: Any, h: Any,
    t: Any, n: Any, bits: Any,
) -> Any:  # fmt: skip
    """Butterflies of positions x + j d, j = 0 ... 2^bits - 1; what comes out goes to k + j h.

    Each position stands for as many neighbours as fill a register.
    """
    place = types.uintp
    signature = types.void(r, i, place, place, r_to, i_to, place, place, t, n, bits)

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds, count = signature.args, 1 << signature.args[10].literal_value
        re, im, re_to, im_to = ((kinds[k], args[k]) for k in (0, 1, 4, 5))
        x, d, k, h, t, n = (args[k] for k in (2, 3, 6, 7, 8, 9))
        for even, odd, even_to, odd_to, up, down in (
            (re, im, re_to, im_to, t, n), (im, re, im_to, re_to, n, t),
        ):  # fmt: skip
            half = _load_half(context, builder, even, odd, x, d, count, t)
            _turn(builder, half, up, down)
            _store_half(context, builder, even_to, odd_to, k, h, half)
        return context.get_dummy_value()

    return signature, codegen


@intrinsic(prefer_literal=True)
def turn_block_back(
    typing_context: Any, r: Any, i: Any, u: Any, v: Any, x: Any, d: Any, r_to: Any, i_to: Any,
    u_to: Any, v_to: Any, k: Any, h: Any, t: Any, n: Any, above: Any, below: Any, bits: Any,
) -> Any:  # fmt: skip
    """`turn_block` of one or two bits on psi = r + i i and lam = u + i v; two sums of overlaps.

    Of Re <lam|i X|psi> before, each half adds its part to one of the sums; that of the second
    half, `below`, has the other sign.
    """
    place = types.uintp
    signature = UniTuple(above, 2)(
        r, i, u, v, place, place, r_to, i_to, u_to, v_to, place, place, t, n, above, below, bits
    )

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        kinds, count = signature.args, 1 << signature.args[16].literal_value
        re, im, lre, lim = ((kinds[k], args[k]) for k in range(4))
        re_to, im_to, lre_to, lim_to = ((kinds[k], args[k]) for k in range(6, 10))
        x, d, k, h, t, n = (args[k] for k in (4, 5, 10, 11, 12, 13))
        sums = []
        for number, (states, to, up, down) in enumerate((
            (((re, im), (lre, lim)), ((re_to, im_to), (lre_to, lim_to)), t, n),
            (((im, re), (lim, lre)), ((im_to, re_to), (lim_to, lre_to)), n, t),
        )):  # fmt: skip
            ket, bra = (
                _load_half(context, builder, even, odd, x, d, count, t) for even, odd in states
            )
            sums.append(_overlap(builder, ket, bra, args[14 + number]))
            for half, (even, odd) in ((ket, to[0]), (bra, to[1])):
                _turn(builder, half, up, down)
                _store_half(context, builder, even, odd, k, h, half)
        return context.make_tuple(builder, signature.return_type, sums)

    return signature, codegen


def _overlap(builder: Any, ket: list[Any], bra: list[Any], sums: Any) -> Any:
    """Add sum over pairs of v p - u q: of up to two bits, each even position meets each odd one."""

    def added(half: list[Any], even: bool) -> Any:
        chosen = [numbers for k, numbers in enumerate(half) if _is_even(k) == even]
        return chosen[0] if len(chosen) == 1 else builder.fadd(*chosen)

    sums = fused(builder, added(bra, False), added(ket, True), sums)
    return fused(builder, builder.fneg(added(bra, True)), added(ket, False), sums)


@intrinsic
def turn_lanes(typing_context: Any, t: Any, n: Any, r: Any, i: Any) -> Any:
    """Butterflies between the lanes of a register of real and one of imaginary parts."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        t, n, r, i = args
        step = 1
        while step < signature.args[0].width:
            r, i = (
                fused(builder, n, exchanged(builder, i, step), r),
                fused(builder, t, exchanged(builder, r, step), i),
            )
            step *= 2
        return context.make_tuple(builder, signature.return_type, [r, i])

    return UniTuple(r, 2)(t, n, r, i), codegen


@intrinsic
def overlap_lanes(typing_context: Any, r: Any, i: Any, u: Any, v: Any, sums: Any) -> Any:
    """Re <lam|i X|psi> of the butterflies of `turn_lanes`, added to `sums`."""

    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        r, i, u, v, sums = args
        real, imag = exchanged(builder, r, 1), exchanged(builder, i, 1)
        step = 2
        while step < signature.args[0].width:
            real = builder.fadd(real, exchanged(builder, r, step))
            imag = builder.fadd(imag, exchanged(builder, i, step))
            step *= 2
        return fused(builder, v, real, fused(builder, builder.fneg(u), imag, sums))

    return sums(r, i, u, v, sums), codegen
