"""dimod's own files of binary quadratic models."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from qminima.errors import InputError, shorten
from qminima.library import read_bytes
from qminima.parsing import json_value
from qminima.storage import write_atomically

from ..interop.bqm import from_bqm, to_bqm
from ..problems.polynomial_problem import PolynomialProblem
from ..problems.problem import Problem
from .text import check_size

_MAGIC = b"DIMODBQM"
_HEADER = len(_MAGIC) + 2 + 4
_BIASES, _INDICES = ("float32", "float64"), ("int16", "int32", "int64")


def read_dimod(path: str | Path) -> PolynomialProblem:
    """Read what `dimod.BinaryQuadraticModel.to_file` wrote, with its labels.

    Raises:
        InputError: for a file that is missing or malformed.
    """
    from dimod import BinaryQuadraticModel

    content = read_bytes(path)
    _check(path, content)
    try:
        model = BinaryQuadraticModel.from_file(content)
        return from_bqm(model, name=Path(path).stem)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except Exception as error:
        raise InputError(f"{path}: dimod cannot read it ({shorten(error)})") from None


def write_dimod(problem: Problem, path: str | Path) -> None:
    """Write the cost of a problem as dimod's binary quadratic model, with its labels.

    Raises:
        InputError: if the cost is of a higher degree than two, or labels are not what JSON holds.
    """
    spins = isinstance(problem, PolynomialProblem) and problem.spins
    model = to_bqm(problem, vartype="SPIN" if spins else "BINARY")
    if isinstance(problem, PolynomialProblem):
        model.relabel_variables(dict(enumerate(problem.labels)))
    try:
        with model.to_file() as file:
            content = file.read()
    except (TypeError, ValueError) as error:
        raise InputError(f"dimod cannot write these labels ({error})") from None

    def write(file: BinaryIO) -> None:
        file.write(content)

    write_atomically(path, write)


def _check(path: str | Path, content: bytes) -> None:
    """Raise `InputError` unless sizes and indices agree, which the library takes on trust."""
    if content[: len(_MAGIC)] != _MAGIC or len(content) < _HEADER:
        raise InputError(f"{path}: expected a file of dimod, which begins with {_MAGIC.decode()}")
    (length,) = struct.unpack("<I", content[_HEADER - 4 : _HEADER])
    try:
        header: Any = json_value(content[_HEADER : _HEADER + length].decode("ascii"))
        (variables, interactions), vartype = header["shape"], header["vartype"]
        bias, index, start = (header[key] for key in ("dtype", "itype", "ntype"))
        sizes = [variables, interactions]
    except (ValueError, KeyError, TypeError):
        raise InputError(f"{path}: the header is not what dimod writes") from None
    known = bias in _BIASES and index in _INDICES and start in _INDICES
    if (
        not known
        or vartype not in ("SPIN", "BINARY")
        or any(type(size) is not int or size < 0 for size in sizes)
    ):
        raise InputError(f"{path}: the header is not what dimod writes")
    check_size(path, variables, "variables")
    linear = np.dtype([("start", start), ("bias", bias)])
    quadratic = np.dtype([("other", index), ("bias", bias)])
    first = _HEADER + length + np.dtype(bias).itemsize
    end = first + variables * linear.itemsize
    if len(content) < end + 2 * interactions * quadratic.itemsize:
        raise InputError(f"{path}: the file ends before its {interactions} interactions do")
    starts = np.frombuffer(content, linear, variables, first)["start"]
    others = np.frombuffer(content, quadratic, 2 * interactions, end)["other"]
    ascending = (np.diff(starts, append=2 * interactions) >= 0).all()
    if not ascending or (starts < 0).any() or (others < 0).any() or (others >= variables).any():
        raise InputError(f"{path}: an interaction names a variable beyond the {variables}")
