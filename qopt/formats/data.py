"""Problems as JSON: the name of the function that makes one, and its arguments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

import networkx as nx
import numpy as np

from qminima.errors import InputError, shorten, unknown_name
from qminima.library import read_text
from qminima.parsing import json_value
from qminima.storage import write_atomically

from ..problems.graphs import add_weights, is_real_number
from ..problems.polynomial_problem import PolynomialProblem
from ..problems.problem import Problem
from ..problems.registry import Kind, find_kind
from .text import check_size, in_file

# Arguments that a file does not hold: they belong to whoever knows of the file.
_OUTSIDE = ("name", "reference", "seed")

# By whether edges have directions, and whether two nodes may have several; `check_graph` decides.
_KINDS: dict[tuple[bool, bool], type[nx.Graph[Any]]] = {
    (False, False): nx.Graph,
    (False, True): nx.MultiGraph,
    (True, False): nx.DiGraph,
    (True, True): nx.MultiDiGraph,
}


def read_data(path: str | Path) -> Problem | nx.Graph[Any]:
    """Read an object ``{"problem": NAME, ARGUMENT: VALUE, ...}``, or a graph in node-link data.

    Names and arguments are those of the functions of `qopt`: `{"problem": "knapsack", "values":
    [4, 3], "weights": [2, 1], "capacity": 2}`. A graph is networkx's node-link data, and terms are
    a list of pairs `[labels, weight]`; lists within lists of labels become tuples.

    Raises:
        InputError: for a file that is missing or malformed, and what the functions refuse.
    """
    try:
        content = json_value(read_text(path), _once)
    except ValueError as error:
        if isinstance(error, InputError):
            raise InputError(f"{path}: {str(error).removeprefix(f'{path}: ')}") from None
        raise InputError(f"{path}: it is no JSON ({shorten(error)})") from None
    if isinstance(content, dict) and "nodes" in content and "problem" not in content:
        with in_file(path):
            return _graph(content)
    if not isinstance(content, dict) or not isinstance(content.get("problem"), str):
        raise InputError(f'{path}: expected an object with "problem": NAME and its arguments')
    try:
        kind = find_kind(content.pop("problem"))
        arguments = {key: _decoded(key, value) for key, value in content.items()}
        _check_arguments(kind, arguments)
        extra = {"name": Path(path).stem} if "name" in kind.parameters else {}
        return kind.make(**arguments, **extra)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as error:
        raise InputError(f"{path}: {kind.misfit(content, error)}") from None


def write_data(problem: Problem, path: str | Path) -> None:
    """Write a problem with all its data.

    Raises:
        InputError: for labels that JSON does not hold (others than numbers, text and tuples of
            them), or if the file cannot be written.
    """
    # A spin glass is made from a seed; what it holds is an Ising model.
    name = "ising" if problem.kind == "spin-glass" else problem.kind
    arguments = {
        key: _encoded(key, getattr(problem, key), problem)
        for key in find_kind(name).parameters
        if key not in (*_OUTSIDE, "parallel")  # edges that were merged are single ones
    }
    text = json.dumps({"problem": name, **arguments}, indent=1, allow_nan=False) + "\n"

    def write(file: BinaryIO) -> None:
        file.write(text.encode())

    write_atomically(path, write)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose keys all differ."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        double = next(key for key in keys if keys.count(key) > 1)
        raise InputError(f"the key {shorten(double)!r} occurs twice in an object")
    return found


def _check_arguments(kind: Kind, arguments: dict[str, Any]) -> None:
    name = kind.make.__name__
    known = [key for key in kind.parameters if key not in _OUTSIDE]
    if "seed" in kind.parameters:
        raise InputError(
            f"{name} draws an instance at random, which no file can mean; write what it "
            "draws (qopt convert)"
        )
    for key in sorted(arguments.keys() - set(known)):
        raise unknown_name(f"argument of {name}", key, known)
    for key, parameter in kind.parameters.items():
        if parameter.default is parameter.empty and key not in arguments:
            raise InputError(f"the argument {key} of {name} is missing")


def _decoded(key: str, value: Any) -> Any:
    """An argument from JSON."""
    if key == "graph":
        return _graph(value)
    if key == "terms" and isinstance(value, dict):
        raise InputError('expected terms as a list of pairs [["a", "b"], 2.0], got an object')
    if key == "terms" and isinstance(value, list) and all(_is_term(term) for term in value):
        return _terms(value)
    if key == "labels" and isinstance(value, list):
        return [_label(label) for label in value]
    return value


def _terms(pairs: list[Any]) -> dict[tuple[Any, ...], Any]:
    """Terms by their labels; weights of equal ones add up, as those of "ab" and "ba" do."""
    terms: dict[tuple[Any, ...], Any] = {}
    for labels, weight in pairs:
        key = tuple(map(_label, labels))
        if key in terms:
            for one in (terms[key], weight):
                if not is_real_number(one):
                    raise InputError(
                        f"expected a finite number as weight of {shorten(labels)}, got "
                        f"{shorten(one)}"
                    )
            weight = add_weights(terms[key], weight)
        terms[key] = weight
    return terms


def _is_term(term: Any) -> bool:
    """Whether this is a list of labels with a weight, and no row of a matrix."""
    return isinstance(term, list) and len(term) == 2 and isinstance(term[0], list)


def _label(value: Any) -> Any:
    """A label: lists, which cannot be one, become tuples."""
    if isinstance(value, bool):  # which Python takes for 0 or 1
        raise InputError(f"expected text or numbers as labels, got {str(value).lower()}")
    return tuple(map(_label, value)) if isinstance(value, list) else value


def _graph(data: Any) -> nx.Graph[Any]:
    try:
        check_size("the graph", len(data["nodes"]), "nodes")
        directed, several = bool(data.get("directed")), bool(data.get("multigraph"))
        graph: nx.Graph[Any] = _KINDS[directed, several]()
        graph.add_nodes_from(
            (_label(node["id"]), {key: value for key, value in node.items() if key != "id"})
            for node in data["nodes"]
        )
        nodes = graph.number_of_nodes()
        ends = ("source", "target", "key") if several else ("source", "target")
        edges = data["edges"] if "edges" in data else data["links"]  # as older versions write
        graph.add_edges_from(
            (
                _label(edge["source"]),
                _label(edge["target"]),
                {key: value for key, value in edge.items() if key not in ends},
            )
            for edge in edges
        )
    except (KeyError, TypeError, AttributeError, nx.NetworkXError) as error:
        raise InputError(
            "expected a graph as networkx.node_link_data writes it, with nodes and edges "
            f"({shorten(error)})"
        ) from None
    if nodes != len(data["nodes"]):
        raise InputError("expected each node once")
    if graph.number_of_nodes() != nodes or graph.number_of_edges() != len(edges):
        raise InputError(
            "expected each edge once, between nodes that are listed; graphs with parallel edges "
            'say "multigraph": true'
        )
    return graph


def _encoded(key: str, value: Any, problem: Problem) -> Any:
    """An argument for JSON."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, nx.Graph):
        for node in value:
            _check_label(node)
        return {
            "nodes": [{"id": node, **_plain(data)} for node, data in value.nodes(data=True)],
            "edges": [
                {"source": u, "target": v, **_plain(data)} for u, v, data in value.edges(data=True)
            ],
        }
    if key == "labels":
        for label in value:
            _check_label(label)
    if key == "terms" and isinstance(problem, PolynomialProblem):
        return [[[problem.labels[j] for j in term], weight] for term, weight in value]
    return value


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    """Attributes with NumPy's numbers as Python's; others than numbers and text are left out."""
    for key in ("id", "source", "target"):
        if key in data:
            raise InputError(
                f"node-link data has no place for an attribute called {key!r}; rename it"
            )
    plain = {
        key: value.item() if isinstance(value, np.generic) else value for key, value in data.items()
    }
    return {key: value for key, value in plain.items() if isinstance(value, int | float | str)}


def _check_label(label: Any) -> None:
    if isinstance(label, tuple):
        for part in label:
            _check_label(part)
    elif not (isinstance(label, int | float | str) or label is None):
        raise InputError(
            f"JSON does not hold labels such as {shorten(repr(label))}; relabel by text or numbers"
        )
