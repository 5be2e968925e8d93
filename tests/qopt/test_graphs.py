"""Graphs and rudy files: what goes out comes back, and what is malformed is named."""

from __future__ import annotations

import warnings
from collections.abc import Hashable
from decimal import Decimal
from fractions import Fraction
from itertools import combinations
from math import isfinite
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qminima import InputError, Library
from qopt import ising, load_graph, maxcut, qubo, read_rudy, write_rudy
from qopt.problems.graphs import UnusedAttributeWarning, check_graph

GOOD = "5 6\n1 2 3\n2 3 -1\n3 4 0.5\n4 5 2e-3\n1 5\n1 4 12\n"

LABELS = st.one_of(
    st.integers(), st.text(max_size=4), st.tuples(st.integers(), st.text(max_size=2)), st.none()
)
WEIGHTS = st.one_of(
    st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False, width=64)
)


@st.composite
def graphs(draw: st.DrawFn) -> nx.Graph[Hashable]:
    """Graphs with any labels and weights; some edges bear no weight at all."""
    labels = draw(st.lists(LABELS, min_size=1, max_size=7, unique_by=repr))
    labels = list(dict.fromkeys(labels))
    graph: nx.Graph[Hashable] = nx.Graph()
    graph.add_nodes_from(label for label in labels if label is not None)
    if not graph:
        graph.add_node("only")
    pairs = list(combinations(graph, 2))
    for u, v in draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else ():
        weight = draw(st.none() | WEIGHTS)
        graph.add_edge(u, v, **({} if weight is None else {"weight": weight}))
    return graph


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("graphs")


def one_edge(weight: Any) -> nx.Graph[int]:
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edge(0, 1, weight=weight)
    return graph


def refusal(path: Path, content: str | bytes) -> str:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(InputError) as caught:
        read_rudy(path)
    return str(caught.value)


@given(graph=graphs())
def test_written_graph_is_read_back(folder: Path, graph: nx.Graph[Hashable]) -> None:
    path = folder / "round.rud"
    write_rudy(graph, path)
    again = read_rudy(path)
    number = {node: index for index, node in enumerate(graph, start=1)}
    assert list(again) == list(range(1, len(graph) + 1))
    assert {
        frozenset({u, v}): weight for u, v, weight in again.edges(data="weight", default=1)
    } == {
        frozenset({number[u], number[v]}): weight
        for u, v, weight in graph.edges(data="weight", default=1)
    }


def test_reading_keeps_blank_lines_and_default_weights_apart(tmp_path: Path) -> None:
    path = tmp_path / "graph.rud"
    path.write_bytes(b"\r\n 4  2 \r\n\r\n1 2\r\n\t3 2  -2.50 \r\n\r\n")
    graph = read_rudy(str(path))
    assert sorted(graph) == [1, 2, 3, 4]
    assert dict(graph.edges) == {(1, 2): {"weight": 1}, (2, 3): {"weight": -2.5}}


def test_whole_weights_become_integers(tmp_path: Path) -> None:
    path = tmp_path / "graph.rud"
    path.write_text("3 2\n1 2 2.0\n2 3 2.5\n")
    assert [type(w) for _, _, w in read_rudy(path).edges(data="weight", default=1)] == [int, float]


@pytest.mark.parametrize("text", ["1 0", "1 0\n", "7 0\n\n"])
def test_graphs_without_edges(tmp_path: Path, text: str) -> None:
    (tmp_path / "graph.rud").write_text(text)
    graph = read_rudy(tmp_path / "graph.rud")
    assert len(graph) == int(text.split()[0])
    assert graph.number_of_edges() == 0


def test_another_weight_attribute_is_written(tmp_path: Path) -> None:
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edge("a", "b", weight=5, length=7)
    graph.add_edge("b", "c", weight=5)
    write_rudy(graph, tmp_path / "g.rud", weight="length")
    again = read_rudy(tmp_path / "g.rud")
    assert [w for _, _, w in again.edges(data="weight", default=1)] == [7, 1]


@pytest.mark.parametrize(
    "weight",
    [np.float64(0.1), np.float32(0.5), np.int64(-3), np.uint8(7), Fraction(1, 2), Decimal("0.25")],
    ids=lambda weight: type(weight).__name__,
)
def test_numbers_of_other_libraries_are_written_as_numbers(tmp_path: Path, weight: Any) -> None:
    write_rudy(one_edge(weight), tmp_path / "g.rud")
    assert read_rudy(tmp_path / "g.rud").edges[1, 2]["weight"] == float(weight)


@pytest.mark.parametrize("text", ["", "\n", " \n\t\n\r\n"])
def test_empty_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "empty.rud"
    message = refusal(path, text)
    assert str(path) in message
    assert "got nothing" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("3\n1 2\n", "first line"),
        ("3 1 1\n1 2\n", "first line"),
        ("a b\n1 2\n", "'a b'"),
        ("3.0 1\n1 2\n", "'3.0 1'"),
        ("nan 1\n1 2\n", "'nan 1'"),
        ("0x3 1\n1 2\n", "'0x3 1'"),
        ("0 0\n", "at least one node"),
        ("-3 1\n1 2\n", "at least one node"),
        ("3 -1\n", "-1 edges"),
        ("10000001 0\n", "check the header"),
        ("9" * 30 + " 0\n", "check the header"),
        ("9" * 5000 + " 0\n", "first line"),
        ("3 2\n1 2 1\n", "announces 2 edges, but 1 follow"),
        ("3 0\n1 2 1\n", "announces 0 edges, but 1 follow"),
        ("3 1\n1 2\n2 3\n", "announces 1 edges, but 2 follow"),
        ("3 1\n", "announces 1 edges, but 0 follow"),
    ],
)
def test_malformed_header(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.rud"
    message = refusal(path, text)
    assert str(path) in message
    assert words in message
    assert len(message) < 300 + len(str(path))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("3 1\n2 2 1\n", 2, "node 2 has an edge to itself"),
        ("3 2\n1 2 1\n2 1 1\n", 3, "occurs twice"),
        ("3 2\n1 2 1\n\n1 2 4\n", 4, "occurs twice"),
        ("\n\n3 1\n\n1 1 1\n", 5, "itself"),
        ("3 1\n0 1 1\n", 2, "nodes from 1 to 3, got 0 and 1"),
        ("3 1\n1 4 1\n", 2, "nodes from 1 to 3, got 1 and 4"),
        ("3 1\n-1 2 1\n", 2, "nodes from 1 to 3, got -1 and 2"),
        ("3 1\n1 2 nan\n", 2, "finite weight"),
        ("3 1\n1 2 inf\n", 2, "finite weight"),
        ("3 1\n1 2 -Infinity\n", 2, "finite weight"),
        ("3 1\n1 2 1e999\n", 2, "finite weight"),
        ("3 2\n1 2 1\n2 3 -1e999\n", 3, "finite weight"),
        ("3 1\n1\n", 2, "expected 'i j weight'"),
        ("3 1\n1 2 3 4\n", 2, "4 columns"),
        ("3 1\n1 2 3 4 5 6\n", 2, "6 columns"),
        ("3 1\n1 b\n", 2, "expected 'i j weight', got '1 b'"),
        ("3 1\n1 2 x\n", 2, "got '1 2 x'"),
        ("3 1\n1.0 2 1\n", 2, "got '1.0 2 1'"),
        ("3 1\n1 2 1j\n", 2, "got '1 2 1j'"),
        ("3 1\n1,2,1\n", 2, "got '1,2,1'"),
        ("3 1\n1 2 \x1b[31m\x07\n", 2, r"\x1b[31m"),
    ],
)
def test_malformed_line(tmp_path: Path, text: str, line: int, words: str) -> None:
    path = tmp_path / "bad.rud"
    message = refusal(path, text)
    assert message.startswith(f"{path}, line {line}: ")
    assert words in message
    assert message.isprintable()


@pytest.mark.parametrize(
    "line", ["x" * 10_000, "1 " + "9" * 4_000, "1 2 " + "9" * 5_000, "1 2 3 " * 4_000]
)
def test_long_lines_are_not_quoted_whole(tmp_path: Path, line: str) -> None:
    assert len(refusal(tmp_path / "bad.rud", f"3 1\n{line}\n")) < 300 + len(str(tmp_path))


def test_binary_file(tmp_path: Path) -> None:
    message = refusal(tmp_path / "picture.rud", b"\x89PNG\r\n\x1a\n\x00\xff\xfe")
    assert "picture.rud" in message
    assert "binary" in message
    assert "got" in refusal(tmp_path / "zeros.rud", bytes(100))


def test_missing_file_and_folder(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "missing.rud", tmp_path / "no" / "where.rud"):
        with pytest.raises(InputError, match="cannot be read"):
            read_rudy(path)


@settings(max_examples=300)
@given(data=st.data())
def test_damaged_file_is_refused_or_a_valid_graph(folder: Path, data: st.DataObject) -> None:
    content = bytearray(GOOD.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        where = data.draw(st.integers(0, len(content)))
        end = min(len(content), where + data.draw(st.integers(0, 3)))
        content[where:end] = data.draw(
            st.sampled_from(
                [b"", b"-", b".", b" ", b"\n", b"0", b"7", b"e9", b"e999", b"nan", b"_", b"\x00"]
            )
            | st.binary(max_size=2)
        )
    path = folder / "damaged.rud"
    path.write_bytes(content)
    try:
        graph = read_rudy(path)
    except InputError as error:
        message = str(error)
    else:
        message = ""
    if message:
        assert str(path) in message
        assert message.isprintable()
        return
    header = content.decode().split()[:2]
    assert [len(graph), graph.number_of_edges()] == [int(word) for word in header]
    assert nx.number_of_selfloops(graph) == 0
    assert all(isfinite(weight) for _, _, weight in graph.edges(data="weight", default=1))


@pytest.mark.parametrize(
    "graph",
    [
        nx.DiGraph([(0, 1)]),
        nx.MultiGraph([(0, 1)]),
        nx.MultiDiGraph([(0, 1)]),
        nx.Graph(),
        nx.Graph([(0, 1), (1, 1)]),
        [(0, 1)],
        None,
        np.eye(2),
    ],
    ids=str,
)
def test_graphs_that_cannot_be_cut(tmp_path: Path, graph: Any) -> None:
    with pytest.raises(InputError):
        check_graph(graph)
    with pytest.raises(InputError):
        write_rudy(graph, tmp_path / "g.rud")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "weight",
    [
        1j, 1 + 0j, np.complex128(2), np.complex64(1 + 2j), "1", "heavy", b"1", None, True,
        np.bool_(True), [1], float("nan"), float("inf"), -float("inf"), np.float64("nan"), 10**400,
        Decimal("nan"), object(),
    ],
    ids=lambda weight: f"{type(weight).__name__} {str(weight)[:8]}",
)  # fmt: skip
def test_weights_that_are_no_finite_real_numbers(weight: Any) -> None:
    with pytest.raises(InputError, match="finite number as weight"):
        check_graph(one_edge(weight))


@pytest.mark.parametrize("weight", [0, -1, 2.5, np.float32(1), np.int8(-3), Fraction(1, 3), -0.0])
def test_weights_that_can_be_used(weight: Any) -> None:
    check_graph(one_edge(weight))


def test_only_the_named_weight_is_checked() -> None:
    graph = one_edge("not a number")
    graph.edges[0, 1]["length"] = 2
    check_graph(graph, "length")
    with pytest.raises(InputError, match="no edge has an attribute 'lenght'; there are length"):
        check_graph(graph, "lenght")
    with pytest.raises(InputError):
        check_graph(graph)


def test_name_of_the_library() -> None:
    graph, name, entry = load_graph("petersen")
    assert nx.is_isomorphic(graph, nx.petersen_graph())
    assert name == "petersen"
    assert entry == Library("problems").entry("petersen")


def test_file_beside_the_library(tmp_path: Path) -> None:
    path = tmp_path / "my graph.rud"
    path.write_text(GOOD)
    graph, name, entry = load_graph(path)
    assert (len(graph), name, entry) == (5, "my graph", {})


def test_unknown_name_is_answered_with_near_ones() -> None:
    with pytest.raises(InputError, match="did you mean petersen"):
        load_graph("petersn")


@pytest.mark.parametrize("length", [300])
def test_names_too_long_for_the_file_system(length: int) -> None:
    for source in ("a" * length, "a" * length + ".rud"):
        with pytest.raises(InputError):
            load_graph(source)


class TestUnusedAttributes:
    """Numbers on edges that nobody uses may be weights by another name."""

    def graph(self, **attributes: Any) -> nx.Graph[int]:
        graph: nx.Graph[int] = nx.path_graph(3)
        nx.set_edge_attributes(graph, {(0, 1): attributes})
        return graph

    def test_a_warning_that_says_what_to_do(self) -> None:
        graph = self.graph(capacity=3, name="x")
        with pytest.warns(
            UnusedAttributeWarning, match="have capacity; .* say weight='capacity'"
        ) as found:
            assert maxcut(graph).score("010") == 2
        assert found[0].filename == __file__
        assert maxcut(graph, weight="capacity").score("010") == 4
        for make in (qubo, ising):
            with pytest.warns(
                UnusedAttributeWarning, match="capacity is the weight, rename"
            ) as found:
                make(graph)
            assert found[0].filename == __file__

    @pytest.mark.parametrize(
        "attributes",
        [{}, {"weight": 2, "capacity": 3}, {"colour": "red"}, {"used": True}, {"where": (1, 2)}],
    )
    def test_no_warning(self, attributes: dict[str, Any]) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            maxcut(self.graph(**attributes))
