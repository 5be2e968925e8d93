"""Proofs for large matrices by another process, which can be stopped at any time."""

from __future__ import annotations

import os
import subprocess
import sys
from select import select

import numpy as np
from scipy.sparse import csc_array

from qminima.limits import Deadline

from .positive import proven_shift

# Factorisations of fewer rows take a twentieth of a second at most, and are done here.
_QUICK = 500

# Seconds between two looks at the clock, and for which a proof is waited for once the time is over.
_BETWEEN, _GRACE = 0.05, 0.5

# Of the parts of a sparse matrix on their way: values, rows, starts of columns.
_TYPES = (np.float64, np.int32, np.int32)


class Abandoned(Exception):  # noqa: N818 - a signal, not an error
    """The time was over, or Ctrl-C came, before a proof was complete."""


class Prover:
    """`proven_shift` of one matrix for several shifts; a context manager.

    Args:
        matrix: symmetric.
        deadline: half a second after its end, or after Ctrl-C, which it remembers, proofs of large
            matrices are given up.
    """

    def __init__(self, matrix: csc_array, deadline: Deadline) -> None:
        self._matrix = matrix
        self._deadline = deadline
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Prover:
        if self._matrix.shape[0] > _QUICK:
            try:
                self._begin()
            except BaseException:  # after which `__exit__` is not called
                self._end()
                raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _begin(self) -> None:
        """Start the other process, and send it the matrix."""
        try:
            self._process = subprocess.Popen(  # noqa: S603 - this file, by the same interpreter
                [sys.executable, "-m", __name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                start_new_session=True,  # Ctrl-C is for this process
            )
        except OSError:  # for want of memory or processes
            raise Abandoned from None
        parts = (self._matrix.data, self._matrix.indices, self._matrix.indptr)
        lengths = " ".join(str(len(part)) for part in parts)
        arrays = (part.astype(kind) for part, kind in zip(parts, _TYPES, strict=True))
        self._send(f"{lengths}\n".encode(), *(array.tobytes() for array in arrays))

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.communicate()

    def __call__(self, shift: float) -> float | None:
        """The shift that `proven_shift` proves, or None.

        Raises:
            Abandoned: if the time was over before.
        """
        if self._process is None:
            return proven_shift(self._matrix, shift)
        self._send(f"{shift!r}\n".encode())
        stdout, ready = self._process.stdout, False
        assert stdout is not None  # noqa: S101 - a pipe, as asked for
        while not ready:
            try:
                ready = bool(select([stdout], [], [], _BETWEEN)[0])
            except KeyboardInterrupt:
                self._deadline.interrupt()
            if not ready and self._deadline.overdue(_GRACE):
                raise Abandoned
        reply = stdout.readline()
        if not reply:  # it died, for want of memory
            raise Abandoned
        return None if reply == b"None\n" else float(reply)

    def _send(self, *parts: bytes) -> None:
        assert self._process is not None  # noqa: S101 - only called where there is one
        assert self._process.stdin is not None  # noqa: S101 - a pipe, as asked for
        try:
            for part in parts:
                self._process.stdin.write(part)
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Abandoned from None


def main() -> None:
    """Read a matrix, then shift after shift, from standard input, and answer each."""
    source = sys.stdin.buffer
    lengths = map(int, source.readline().split())
    data, indices, indptr = (
        np.frombuffer(source.read(np.dtype(kind).itemsize * length), dtype=kind)
        for length, kind in zip(lengths, _TYPES, strict=True)
    )
    matrix = csc_array((data, indices, indptr), shape=2 * (len(indptr) - 1,))
    for line in source:
        print(proven_shift(matrix, float(line)), flush=True)


if __name__ == "__main__":
    main()
