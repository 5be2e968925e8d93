"""Damage good files of every format; see that each is read or refused, soon, in little memory.

A damaged file may only give a valid problem, whose cost then agrees with its definition, or an
`InputError` of one line that names the file. Anything else, a file that takes five seconds, or a
process that grows by a gibibyte fails.

Usage: ``python tools/fuzz_formats.py [--count 2000] [--seed 0] [FORMAT ...]``
"""

from __future__ import annotations

import argparse
import gc
import re
import resource
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

import networkx as nx
import numpy as np

import qopt
from qminima import InputError
from qopt.formats.registry import FORMATS
from qopt.problems.registry import PROBLEMS

SECONDS, GROWTH = 5.0, 2**30

GRAPH = nx.Graph()
GRAPH.add_weighted_edges_from([(1, 2, 3), (2, 3, -1), (3, 4, 0.5), (4, 5, 2e-3), (5, 1, 1)])
TERMS = {(): 1.5, ("a",): -2.0, ("a", "b"): 3.25, ("b", "c"): -0.5, ("d",): 1.0}

# Fragments that parsers have stumbled over elsewhere.
SPLICES = [
    b"", b"-", b".", b" ", b"\n", b"\r\n", b"0", b"7", b"9" * 30, b"9" * 5000, b"1e9", b"1e308",
    b"1e999", b"nan", b"inf", b"-0", b"_", b"\x00", b"\xff", b"\xc3\xa9", b"\xd9\xa3", b"#", b"c ",
    b"p ", b"%", b"[", b"]" * 9, b"[" * 5000, b"{}", b"null", b"true", b"\"", b",", b"1000000000",
    b"4294967295", b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"__import__('os')", b"../../x",
]  # fmt: skip

WORD = re.compile(rb'-?[0-9.e]+|"[^"]*"')
WORDS = [
    b"0", b"1", b"2", b"-1", b"3", b"0.5", b"1e308", b"-1e308", b"1e-320", b"200000", b"999999999",
    b"9" * 400, b"true", b"null", b"NaN", b"Infinity", b'"a"', b'"5"', b"[]", b"[[]]", b"{}",
    b"[1, 2]", b'"spin-glass"', b'"labs"', b'"graph"', b'"terms"', b'"name"', b'"seed"',
]  # fmt: skip


def good_files(name: str, folder: Path) -> list[bytes]:
    """Files of a format that can be read."""
    holds = FORMATS[name].holds
    if holds == "graph":
        graph = nx.petersen_graph() if name == "col" else GRAPH
        contents: list[Any] = [graph, nx.empty_graph(3)]
    elif holds == "clauses":
        contents = [qopt.max_sat([(1, 2, -3), (-1, 4), (2, -4, 5), (-2,)])]
    elif holds == "quadratic":
        contents = [
            qopt.qubo({term: weight for term, weight in TERMS.items() if term or name != "sparse"})
        ]
        if name in ("coo", "dimod"):
            contents.append(qopt.ising(TERMS))
    else:
        contents = [
            *(
                qopt.load_problem("6", kind)
                for kind in (one.id for one in PROBLEMS.values() if one.random)
            ),
            qopt.ising({("x", "y", ("z", 1)): -2.0, ("x",): 0.5}),
            qopt.colouring(nx.path_graph(["a", "b", "c"]), 2),
        ]
    path = folder / f"good.{name}"
    files = []
    for content in contents:
        qopt.write_file(content, path, format=name)
        files.append(path.read_bytes())
    return files


def damaged(content: bytes, others: list[bytes], random: np.random.Generator) -> bytes:
    """The content with one to three splices, cuts, repetitions or swaps."""
    file = bytearray(content)
    for _ in range(random.integers(1, 4)):
        where = int(random.integers(len(file) + 1))
        end = min(len(file), where + int(random.integers(0, 9)))
        kind = random.integers(12)
        if kind == 0:
            file[where:end] = random.bytes(int(random.integers(1, 5)))
        elif kind == 1:
            del file[where:]
        elif kind == 2:
            file[where:where] = file[int(random.integers(where + 1)) : where]
        elif kind == 3:
            file[where:] = others[int(random.integers(len(others)))][where:]
        elif kind <= 9 and (words := list(WORD.finditer(file))):
            # The structure stays, so that what is read goes on to further checks.
            word = words[int(random.integers(len(words)))]
            file[word.start() : word.end()] = WORDS[int(random.integers(len(WORDS)))]
        else:
            file[where:end] = SPLICES[int(random.integers(len(SPLICES)))]
    return bytes(file)


def examine(name: str, path: Path) -> str | None:
    """The message with which a file was refused, None if it was read.

    Raises:
        AssertionError: if what was read contradicts itself, or the refusal is not one clear line.
    """
    try:
        content = qopt.read_file(path, format=name)
    except InputError as error:
        message = str(error)
        assert path.name in message, message
        assert "\n" not in message, message
        assert len(message) < 1000 + len(str(path)), message
        return message
    try:
        problem = qopt.maxcut(content) if isinstance(content, nx.Graph) else content
    except InputError as error:  # a graph, but none that can be cut: its weights are too large
        return str(error)
    n = problem.num_variables
    if n <= 100:
        bits = "".join("01"[(7 * j // 3) % 2] for j in range(n))
        value, cost = problem.value(bits), problem.cost.value(int(bits[::-1], 2))
        size = sum(abs(weight) for _, weight in problem.cost.terms)
        assert abs(value - cost) <= 1e-9 * max(size, 1e-300), (value, cost)
    return None


def fuzz(name: str, count: int, seed: int) -> tuple[int, int, float]:
    """How many files were read and refused, and the seconds of the slowest."""
    random = np.random.default_rng([seed, *name.encode()])
    read = refused = 0
    slowest = 0.0
    with tempfile.TemporaryDirectory() as folder:
        files = good_files(name, Path(folder))
        path = Path(folder) / "damaged-file"
        for content in files:
            path.write_bytes(content)
            assert examine(name, path) is None, content
        for number in range(count):
            content = damaged(files[number % len(files)], files, random)
            path.write_bytes(content)
            started = perf_counter()
            try:
                message = examine(name, path)
            except Exception:
                print(f"{name}, file {number}: {content!r}", file=sys.stderr)
                raise
            seconds = perf_counter() - started
            slowest = max(slowest, seconds)
            if seconds > 0.1:
                gc.collect()  # large graphs hold on to themselves until then
            read, refused = read + (message is None), refused + (message is not None)
    return read, refused, slowest


def main() -> int:
    """Damage the files and return the exit status."""
    parser = argparse.ArgumentParser(description="Damage files of every format.")
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help="formats (default: all)")
    parser.add_argument("--count", type=int, default=2000, help="files of each format (2000)")
    parser.add_argument("--seed", type=int, default=0, help="of the damage (0)")
    arguments = parser.parse_args()
    failed = False
    for name in arguments.formats or FORMATS:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        read, refused, slowest = fuzz(name, arguments.count, arguments.seed)
        # In kibibytes on Linux.
        growth = 1024 * (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
        failed |= slowest > SECONDS or growth > GROWTH
        print(
            f"{name:8s}{read:6d} read {refused:6d} refused   slowest {1000 * slowest:7.1f} ms   "
            f"{growth / 2**20:6.0f} MiB more",
            flush=True,
        )
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
