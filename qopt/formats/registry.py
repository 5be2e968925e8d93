"""All formats, found by name or by the suffix of a file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import networkx as nx

from qminima.errors import InputError, check_name

from ..problems.maxcut import MaxCut, maxcut
from ..problems.satisfiability import Satisfiability
from .biq_mac import read_sparse, write_sparse
from .coo import read_coo, write_coo
from .data import read_data, write_data
from .dimacs_cnf import read_cnf, write_cnf
from .dimacs_col import read_dimacs_graph, write_dimacs_graph
from .dimod_model import read_dimod, write_dimod
from .qplib import read_qplib, write_qplib
from .rudy import read_rudy, write_rudy

# What files hold: a networkx graph, of which any problem of graphs can be made, or a problem.
Content = Any


@dataclass(frozen=True)
class Format:
    """A format of files.

    Attributes:
        name: as `--from` and `--to` spell it.
        suffixes: of its files.
        about: one line.
        holds: "graph", "clauses", "quadratic" for a quadratic cost, or "problem" for any.
        read: a file's content.
        write: a graph, or a problem that such files can hold, into a file.
    """

    name: str
    suffixes: tuple[str, ...]
    about: str
    holds: Literal["graph", "clauses", "quadratic", "problem"]
    read: Callable[[str | Path], Content]
    write: Callable[[Content, str | Path], None]


FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        Format(
            "rudy", (".rud", ".rudy", ".mc", ".gset", ".txt"),
            "Weighted graph: Gset, MaxCut of the Biq Mac library", "graph", read_rudy, write_rudy,
        ),
        Format(
            "col", (".col", ".clq"), "Graph without weights: DIMACS colouring and cliques",
            "graph", read_dimacs_graph, write_dimacs_graph,
        ),
        Format(
            "cnf", (".cnf", ".dimacs"), "Clauses: DIMACS, SATLIB", "clauses", read_cnf, write_cnf,
        ),
        Format(
            "sparse", (".sparse",), "Quadratic cost over bits: Biq Mac library", "quadratic",
            read_sparse, write_sparse,
        ),
        Format(
            "qplib", (".qplib",), "Quadratic cost over bits: QPLIB without constraints",
            "quadratic", read_qplib, write_qplib,
        ),
        Format(
            "coo", (".coo", ".qubo"), "Quadratic cost over bits or spins: coordinates, as of dimod",
            "quadratic", read_coo, write_coo,
        ),
        Format(
            "dimod", (".bqm",), "Quadratic cost over bits or spins: dimod's own", "quadratic",
            read_dimod, write_dimod,
        ),
        Format(
            "json", (".json",), "Any problem, with its arguments as in Python", "problem",
            read_data, write_data,
        ),
    )
}  # fmt: skip
SUFFIXES = tuple(suffix for one in FORMATS.values() for suffix in one.suffixes)


def find_format(path: str | Path, name: str | None = None) -> Format:
    """The format of a name, else of the file's suffix, else rudy, as Gset's files have none.

    Raises:
        InputError: for an unknown name.
    """
    if name is not None:
        check_name("format", name, FORMATS)
        return FORMATS[name]
    suffix = Path(path).suffix.lower()
    return next((f for f in FORMATS.values() if suffix in f.suffixes), FORMATS["rudy"])


def read_file(path: str | Path, *, format: str | None = None) -> Content:  # noqa: A002
    """A graph (of rudy and DIMACS files) or a problem (of all others) from a file.

    Args:
        path: of the file.
        format: name of its format, one of those that `qopt list` names; by the suffix unless
            given.

    Raises:
        InputError: for an unknown format, or a file that is missing or malformed.
    """
    known = format is not None or Path(path).suffix.lower() in SUFFIXES
    try:
        return find_format(path, format).read(path)
    except InputError as error:
        if known:
            raise
        raise InputError(
            f"{error}; it was read as rudy, as its suffix names no format: name one of "
            f"{', '.join(FORMATS)} (--from)"
        ) from None


def _weighted(problem: MaxCut) -> nx.Graph[Any]:
    """The graph of a cut, with its weights where files look for them."""
    if problem.weight == "weight":
        return problem.graph
    graph: nx.Graph[Any] = nx.Graph()
    graph.add_nodes_from(problem.graph)
    graph.add_weighted_edges_from(problem.graph.edges(data=problem.weight, default=1))
    return graph


def write_file(
    content: Content,
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002
) -> None:
    """Write a graph or a problem; the file appears whole or not at all.

    A graph in a format of problems is written as its MaxCut problem, and a MaxCut problem in a
    format of graphs as its graph. Formats of quadratic costs take any problem whose cost is of
    degree two; what they hold of it is the cost that is minimised, penalties included.

    Args:
        content: a networkx graph or a problem.
        path: of the file.
        format: name of the format; by the suffix unless given.

    Raises:
        InputError: for an unknown format, content that it cannot hold, or a file that cannot be
            written.

    >>> import qopt
    >>> write_file(qopt.maxcut(nx.path_graph(3)), "/dev/null", format="rudy")
    """
    if format is None and Path(path).suffix.lower() not in SUFFIXES:
        raise InputError(
            f"{path}: the suffix names no format; take one of {' '.join(SUFFIXES)}, or name one of "
            f"{', '.join(FORMATS)} (--to)"
        )
    target = find_format(path, format)
    if isinstance(content, nx.Graph):
        if target.holds != "graph":
            content = maxcut(content)
    elif target.holds == "graph":
        if not isinstance(content, MaxCut):
            raise InputError(
                f"files of the format {target.name} hold graphs, got the problem {content.kind}; "
                f"take {', '.join(name for name in FORMATS if FORMATS[name].holds != 'graph')}"
            )
        content = _weighted(content)
    if target.holds == "clauses" and not isinstance(content, Satisfiability):
        raise InputError(
            f"files of the format {target.name} hold clauses, got the problem {content.kind}"
        )
    target.write(content, path)
