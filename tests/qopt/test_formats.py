"""Files of all formats: what goes out comes back, other programs agree, bad ones are named."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Hashable
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import dimod
import fuzz_formats
import networkx as nx
import numpy as np
import pytest
from dimod.serialization import coo
from hypothesis import given, settings
from hypothesis import strategies as st

import qopt
from qminima import InputError
from qopt.formats import rudy
from qopt.formats.registry import FORMATS
from qopt.problems.binary import BinaryProblem
from qopt.problems.polynomial_problem import PolynomialProblem
from qopt.problems.registry import PROBLEMS
from simulator import bitstring

RANDOM = [kind.id for kind in PROBLEMS.values() if kind.random]

WEIGHTS = st.integers(-1000, 1000) | st.floats(-1e6, 1e6, allow_nan=False)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("formats")


@st.composite
def quadratic(draw: st.DrawFn, *, spins: bool = False, constant: bool = True) -> PolynomialProblem:
    """Quadratic costs; some variables are in no term."""
    count = draw(st.integers(1, 6))
    keys: list[tuple[Hashable, ...]] = [*combinations(range(count), 1)]
    keys += combinations(range(count), 2)
    terms = draw(st.dictionaries(st.sampled_from(keys), WEIGHTS, max_size=10))
    if constant:
        terms[()] = draw(WEIGHTS)
    make = qopt.ising if spins else qopt.qubo
    return make(terms, labels=range(count))


def terms_of(problem: PolynomialProblem) -> dict[tuple[int, ...], float]:
    return {term: weight for term, weight in problem.terms if weight}


@pytest.mark.parametrize("name", [name for name in FORMATS if FORMATS[name].holds == "quadratic"])
@settings(max_examples=60)
@given(data=st.data())
def test_quadratic_costs_come_back(folder: Path, name: str, data: st.DataObject) -> None:
    """Every digit of every term, and the variables that have none."""
    spins = data.draw(st.booleans()) if name in ("coo", "dimod") else False
    problem = data.draw(quadratic(spins=spins, constant=name != "sparse"))
    path = folder / f"round.{name}"
    qopt.write_file(problem, path, format=name)
    again = qopt.read_file(path, format=name)
    assert terms_of(again) == terms_of(problem)
    assert (again.num_variables, again.spins) == (problem.num_variables, spins)
    first = path.read_bytes()
    qopt.write_file(again, path, format=name)
    if name != "qplib":  # which counts variables from 1, and names those that came as 0, 1, ...
        assert path.read_bytes() == first


@settings(max_examples=60)
@given(edges=st.sets(st.sampled_from(list(combinations(range(1, 8), 2)))))
def test_graphs_without_weights_come_back(folder: Path, edges: set[tuple[int, int]]) -> None:
    graph = nx.empty_graph(range(1, 8))
    graph.add_edges_from(edges)
    qopt.write_file(graph, folder / "g.col")
    again = qopt.read_file(folder / "g.col")
    assert nx.utils.graphs_equal(again, graph)


@settings(max_examples=60)
@given(data=st.data())
def test_clauses_come_back(folder: Path, data: st.DataObject) -> None:
    literals = st.integers(1, 6).flatmap(lambda v: st.sampled_from([v, -v]))
    clauses = st.lists(literals, min_size=1, max_size=4, unique_by=abs)
    problem = qopt.max_sat(data.draw(st.lists(clauses, max_size=6)), variables=6)
    qopt.write_file(problem, folder / "f.cnf")
    again = qopt.read_file(folder / "f.cnf")
    assert (again.clauses, again.variables) == (problem.clauses, 6)


def test_every_kind_of_problem_comes_back_from_json(tmp_path: Path) -> None:
    problems = [
        *(qopt.load_problem("6", kind, instance_seed=2) for kind in RANDOM),
        qopt.ising({("x", ("y", 1)): -2.0, ("x", ("y", 1), 3): 0.1}, maximise=True),
        qopt.colouring(nx.path_graph(["a", "b", "c"]), 2),
        qopt.maxcut(nx.Graph([(("r", 0), ("r", 1), {"weight": 0.1})])),
    ]
    assert {problem.kind for problem in problems} == {*PROBLEMS}
    for problem in problems:
        path = tmp_path / f"{problem.name}.json"
        qopt.write_file(problem, path)
        again = qopt.read_file(path)
        assert again.kind in (problem.kind, "ising")
        assert again.describe() | {"kind": problem.kind} == problem.describe()
        assert again.cost == problem.cost
        text = bitstring(5, problem.num_variables)
        assert again.score(text) == problem.score(text)
        assert again.feasible(text) == problem.feasible(text)
        assert isinstance(again, qopt.MaxCut) or again.maximise == problem.maximise
        if problem.feasible(text):
            assert again.decode(text) == problem.decode(text)


def test_dimod_reads_what_is_written(tmp_path: Path) -> None:
    terms: dict[tuple[Hashable, ...], float] = {("a", "b"): 1.5, ("b",): -2.0, (): 0.25}
    bits, spins = qopt.qubo(terms), qopt.ising(terms)
    for problem in (bits, spins):
        qopt.write_file(problem, tmp_path / "model.bqm")
        model = dimod.BinaryQuadraticModel.from_file((tmp_path / "model.bqm").read_bytes())
        assert dict(model.linear) == {"a": 0.0, "b": -2.0}
        assert dict(model.quadratic) == {("b", "a"): 1.5}
        assert (model.offset, model.vartype.name) == (0.25, "SPIN" if problem.spins else "BINARY")
    qopt.write_file(qopt.ising({(0, 1): -1.5, (1,): 2.0}), tmp_path / "model.coo")
    model = coo.load(io.StringIO((tmp_path / "model.coo").read_text()))
    assert model == dimod.BinaryQuadraticModel({0: 0.0, 1: 2.0}, {(0, 1): -1.5}, "SPIN")


def test_what_dimod_writes_is_read(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    for vartype in ("SPIN", "BINARY"):
        model = dimod.BinaryQuadraticModel(
            {f"v{j}": random.normal() for j in range(5)},
            {(f"v{i}", f"v{j}"): random.normal() for i, j in combinations(range(5), 2)},
            random.normal(),
            vartype,
        )
        path = tmp_path / "model.bqm"
        for version in (1, 2):
            with model.to_file(version=version) as file:
                path.write_bytes(file.read())
            problem = qopt.read_file(path)
            text = "01101"
            assert problem.score(text) == pytest.approx(model.energy(problem.decode(text)))
        integers = model.relabel_variables({f"v{j}": j for j in range(5)}, inplace=False)
        path = tmp_path / "model.coo"
        path.write_text(coo.dumps(integers, vartype_header=True))
        problem = qopt.read_file(path)
        expected = integers.energy(problem.decode(text)) - integers.offset  # which it does not hold
        assert problem.score(text) == pytest.approx(expected, abs=1e-5)  # of six digits


def test_matrices_of_biq_mac(tmp_path: Path) -> None:
    """Min x Q x, entries off the diagonal standing for two."""
    path = tmp_path / "small.sparse"
    path.write_text("3 4\n1 1 -10\n1 2 3\n2 3 -4\n3 3 1\n")
    problem = qopt.read_file(path)
    matrix = np.array([[-10, 3, 0], [3, 0, -4], [0, -4, 1]])
    for configuration in range(8):
        text = bitstring(configuration, 3)
        x = np.array([int(bit) for bit in text])
        assert problem.score(text) == x @ matrix @ x


QPLIB = """QPLIB_0001 # a name
QBB
maximize
3 # variables
2 ! quadratic terms
2 1 4.0
3 1 -3
0.5 # default linear coefficient
1
2 -1.5
7 # constant
1.0E30
0
0
0.0
0
1
3 last
0
"""


def test_qplib(tmp_path: Path) -> None:
    """An entry v of the lower triangle stands for v x_i x_j / 2; x_i without others for 1/2."""
    path = tmp_path / "small.qplib"
    path.write_text(QPLIB)
    problem = qopt.read_file(path)
    assert (problem.name, problem.maximise, problem.labels) == ("QPLIB_0001", True, (1, 2, "last"))
    for configuration in range(8):
        text = bitstring(configuration, 3)
        x, y, z = (int(bit) for bit in text)
        value = 2 * x * y - 1.5 * x * z + 0.5 * x - 1.5 * y + 0.5 * z + 7
        assert problem.score(text) == value
        assert problem.value(text) == -value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (QPLIB.replace("QBB", "QBL"), "constraints"),
        (QPLIB.replace("QBB", "QMN"), "no bits"),
        (QPLIB.replace("QBB", "XYZ"), "such as QBN"),
        (QPLIB.replace("maximize", "sideways"), "'minimize' or 'maximize'"),
        (QPLIB.replace("3 1 -3", "4 1 -3"), "variables from 1 to 3"),
        (QPLIB.replace("3 1 -3", "1 2 -3"), "occurs twice"),
        (QPLIB.replace("2 -1.5", "2 nan"), "finite"),
        (QPLIB + "1 more\n", "the end of the file"),
        (QPLIB[:60], "the file ends"),
    ],
)
def test_malformed_qplib(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "bad.qplib"
    path.write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        qopt.read_file(path)
    assert str(path) in str(caught.value)


def test_public_habits_of_dimacs_files(tmp_path: Path) -> None:
    """Edges in both directions, either count in the header, and SATLIB's end."""
    both = "c a triangle\np col 3 {}\ne 1 2\ne 2 1\ne 2 3\ne 3 2\ne 1 3\ne 3 1\n"
    for count in (3, 6):
        (tmp_path / "g.col").write_text(both.format(count))
        assert qopt.read_file(tmp_path / "g.col").number_of_edges() == 3
    (tmp_path / "f.cnf").write_text("c uf3\np cnf 3 2\n 1 -2\n 3 0 -3 0\n%\n0\n\n")
    assert qopt.read_file(tmp_path / "f.cnf").clauses == ((1, -2, 3), (-3,))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("bad.col", "e 1 2\n", "before all edges"),
        ("bad.col", "p edge 3\ne 1 2\n", "'p edge NODES EDGES'"),
        ("bad.col", "p edge 3 2\ne 1 2\n", "announces 2 edges, but 1 follow"),
        ("bad.col", "p edge 3 1\ne 1 2 5\n", "'e i j'"),
        ("bad.col", "p edge 3 1\ne 1 4\n", "nodes from 1 to 3"),
        ("bad.col", "p edge 3 1\ne 2 2\n", "an edge to itself"),
        ("bad.cnf", "p cnf 2 1\n1 2\n", "does not end with 0"),
        ("bad.cnf", "p cnf 2 2\n1 2 0\n", "announces 2 clauses, but 1 follow"),
        ("bad.cnf", "p cnf 2 1\n1 3 0\n", "literals up to 2, got 3"),
        ("bad.cnf", "p cnf 2 1\n0\n", "an empty one"),
        ("bad.cnf", "p cnf 2 1\n1 x 0\n", "literals and 0"),
        ("bad.sparse", "2 2\n1 2 3\n2 1 3\n", "occurs twice"),
        ("bad.sparse", "2 1\n1 3 3\n", "variables from 1 to 2"),
        ("bad.sparse", "2 2\n1 2 3\n", "announces 2 entries, but 1 follow"),
        ("bad.coo", "", "got none"),
        ("bad.coo", "# vartype=TRIT\n0 1 2\n", "vartype=SPIN"),
        ("bad.coo", "0 -1 2\n", "variables from 0"),
        ("bad.bqm", "DIMODBQM", "begins with DIMODBQM"),
        ("bad.json", "[1, 2]", '"problem": NAME'),
        ("bad.json", '{"problem": "knapsak"}', "did you mean knapsack"),
        ("bad.json", '{"problem": "knapsack", "values": [1]}', "weights of knapsack is missing"),
        ("bad.json", '{"problem": "labs", "length": 9, "n": 1}', "unknown argument of labs 'n'"),
        ("bad.json", '{"problem": "labs", "length": "9"}', "from 2 to 150"),
        (
            "bad.json",
            '{"problem": "labs", "length": 9, "name": "x"}',
            "unknown argument of labs 'name'",
        ),
        ("bad.json", '{"problem": "maxcut", "graph": 7}', "node_link_data"),
        (
            "bad.json",
            '{"problem": "maxcut", "graph": {"nodes": [], "edges": [{"source": 1, "target": 2}]}}',
            "nodes that are listed",
        ),
        ("bad.json", "[" * 100_000, "no JSON"),
    ],
)
def test_malformed_files(tmp_path: Path, name: str, text: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        qopt.read_file(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("name", list(FORMATS))
def test_damaged_files_are_refused_or_valid(name: str) -> None:
    """Two hundred of each here, thousands in `tools/fuzz_formats.py`."""
    read, refused, _ = fuzz_formats.fuzz(name, 200, seed=5)
    assert read + refused == 200
    assert min(read, refused) > 2


@pytest.mark.slow
def test_two_thousand_damaged_files_of_each_format(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["fuzz_formats.py", "--count", "2000", "--seed", "6"])
    assert fuzz_formats.main() == 0
    assert capsys.readouterr().out.count("refused") == len(FORMATS)


@pytest.mark.parametrize("name", list(FORMATS))
@settings(max_examples=100)
@given(content=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_any_bytes_are_refused_or_valid(folder: Path, name: str, content: bytes) -> None:
    path = folder / "any-bytes"
    path.write_bytes(content)
    fuzz_formats.examine(name, path)


def test_content_that_a_format_cannot_hold(tmp_path: Path) -> None:
    graph = nx.Graph([(1, 2, {"weight": 2})])
    refused: list[tuple[Any, str, str]] = [
        (graph, "g.col", "no weights"),
        (qopt.labs(5), "p.rud", "hold graphs, got the problem labs"),
        (qopt.labs(5), "p.cnf", "hold clauses, got the problem labs"),
        (qopt.labs(5), "p.bqm", "degree 4"),
        (qopt.partition([1, 2]), "p.sparse", "no place for the constant"),
        (qopt.qubo({(frozenset("a"),): 1.0}), "p.json", "JSON does not hold labels"),
        (nx.DiGraph([(1, 2)]), "g.rud", "undirected"),
    ]
    for content, name, words in refused:
        with pytest.raises(InputError, match=words):
            qopt.write_file(content, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_graph_becomes_the_cost_of_its_cut(tmp_path: Path) -> None:
    graph = nx.petersen_graph()
    for name in ("p.sparse", "p.qplib", "p.coo", "p.bqm", "p.json"):
        qopt.write_file(graph, tmp_path / name)
        problem = qopt.read_file(tmp_path / name)
        for text in ("0110100110", "1111100000"):
            assert problem.value(text) == -nx.cut_size(graph, [j for j in graph if text[j] == "1"])
    qopt.write_file(qopt.maxcut(graph), tmp_path / "p.rud")
    assert qopt.read_file(tmp_path / "p.rud").number_of_edges() == 15


def test_unknown_format_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean rudy"):
        qopt.read_file(tmp_path / "x", format="rudi")


def test_labels_of_all_variables() -> None:
    problem = qopt.qubo({("b",): 1.0}, labels=["a", "b"])
    assert problem.decode("01") == {"a": 0, "b": 1}
    with pytest.raises(InputError, match="not among the labels"):
        qopt.qubo({("c",): 1.0}, labels=["a", "b"])
    with pytest.raises(InputError, match="each label once"):
        qopt.qubo({("a",): 1.0}, labels=["a", "a"])
    with pytest.raises(InputError, match="2 labels, got 1"):
        qopt.qubo(np.eye(2), labels=["a"])


def test_largest_values_are_minus_the_cost() -> None:
    problem: BinaryProblem = qopt.qubo({("a",): 1.0, ("a", "b"): 2.0}, maximise=True)
    assert (problem.score("11"), problem.value("11")) == (3.0, -3.0)
    assert qopt.enumeration(problem).bitstring == "11"


@pytest.mark.parametrize("labels", [["#a", "!b", "%c"], [2, "2", 1], ["a b", "c", "d"]])
def test_labels_that_qplib_cannot_hold_are_numbered(tmp_path: Path, labels: list[Any]) -> None:
    problem = qopt.qubo({(labels[0], labels[1]): 2.0, (labels[2],): -1.0}, labels=labels,
                        name="#1 of all")  # fmt: skip
    qopt.write_file(problem, tmp_path / "p.qplib")
    again = qopt.read_file(tmp_path / "p.qplib")
    assert again.num_variables == 3
    assert again.cost == problem.cost


def test_attributes_that_node_link_data_has_no_place_for(tmp_path: Path) -> None:
    for graph in (nx.path_graph(2), nx.path_graph(2)):
        graph.nodes[0]["id"] = 7
        with pytest.raises(InputError, match="no place for an attribute called 'id'"):
            qopt.write_file(graph, tmp_path / "g.json")
    graph = nx.path_graph(2)
    graph.edges[0, 1].update(weight=1, source=3)
    with pytest.raises(InputError, match="'source'"):
        qopt.write_file(graph, tmp_path / "g.json")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("b.json", '{"problem": "labs", "length": 5, "length": 6}', "'length' occurs twice"),
        ("b.json", '{"problem": "spin-glass", "nodes": 6}', "at random"),
        ("b.json", '{"problem": "qubo", "terms": {"a": -1}}', "list of pairs"),
        ("b.json", '{"problem": "qubo", "terms": [[["a"], 1]], "maximise": "no"}', "true or false"),
        ("b.json", '{"problem": "max-sat", "clauses": [[1]], "variables": 2.5}', "variables"),
        ("b.json", '{"problem": "max-sat", "clauses": 3}', "list of clauses"),
        ("b.json", '{"nodes": [{"id": 1}, {"id": 1}], "edges": []}', "each node once"),
        (
            "b.json",
            (
                '{"problem": "portfolio", "returns": [1, 2], "covariance": [[1, 0], [0, 1]], '
                '"budget": 1, "labels": ["a", "a"]}'
            ),
            "each label once",
        ),
        ("b.coo", "# offset=1 2\n0 0 1\n", "offset=NUMBER"),
        ("b.coo", "0 1 1e308\n1 2 1e308\n", "b.coo"),
        ("b.dat", "1,2\n", "it was read as rudy"),
    ],
)
def test_more_malformed_files(tmp_path: Path, name: str, text: str, words: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(InputError, match=words) as caught:
        qopt.read_file(path)
    assert str(path) in str(caught.value)


def test_a_degree_that_would_explode_is_refused() -> None:
    with pytest.raises(InputError, match="lower degree"):
        qopt.qubo({tuple(range(30)): 1.0})
    assert qopt.ising({tuple(range(30)): 1.0}).value("0" * 30) == 1.0


def test_graphs_in_json_stand_for_themselves(tmp_path: Path) -> None:
    graph = nx.Graph([("a", "b", {"weight": 2}), ("b", "c", {"weight": -1})])
    for edges in ("edges", "links"):
        data = nx.node_link_data(graph, edges=edges)
        (tmp_path / "g.json").write_text(json.dumps(data))
        assert nx.utils.graphs_equal(qopt.read_file(tmp_path / "g.json"), graph)
        assert qopt.load_problem(tmp_path / "g.json").score("010") == 1
        assert qopt.load_problem(tmp_path / "g.json", "vertex-cover").decode("010") == {"b"}


def test_scores_are_no_keys_of_records() -> None:
    """A score stands beside the value, the error and all others of an entry."""
    keys = set(qopt.enumeration(qopt.labs(5)).entry()) | {"expectation", "history", "parameters"}
    for kind in RANDOM:
        assert qopt.load_problem("4", kind).score_name not in keys - {"energy"}


def test_equal_terms_add_up(tmp_path: Path) -> None:
    """As the same labels in another order do; Python's dictionaries would keep the last one."""
    path = tmp_path / "twice.json"
    path.write_text('{"problem": "qubo", "terms": [[["a"], 1], [["b"], 3], [["a"], -2]]}')
    assert qopt.enumeration(qopt.read_file(path)).value == -1
    for term in ('[["a"], "x"]', "[[true], 1]"):
        path.write_text(f'{{"problem": "qubo", "terms": [[["a"], 1], [["a"], 2], {term}]}}')
        with pytest.raises(InputError, match="expected"):
            qopt.read_file(path)


WORDS = st.sampled_from(["1", "2", "3", "4", "0", "-1", "01", "7", "--1", str(2**53 + 1), "-", ""])


@given(st.lists(st.lists(WORDS, min_size=2, max_size=4).map(" ".join), max_size=4), st.booleans())
def test_plain_rudy_files_read_line_by_line_or_at_once(lines: list[str], blank: bool) -> None:
    """Both ways to read a file agree in the graph, or only the careful one has a say."""
    text = "\n" * blank + "\n".join([f"4 {len(lines)}", *lines]) + "\n"
    at_once = rudy._plain_graph(text)
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr(rudy, "_plain_graph", lambda _: None)
        path = Path(folder, "a.rud")
        path.write_text(text)
        if at_once is not None:
            slowly = rudy.read_rudy(path)
            assert list(at_once) == list(slowly)
            assert list(at_once.edges(data=True)) == list(slowly.edges(data=True))


def test_plain_rudy_files_are_read_at_once() -> None:
    graph = rudy._plain_graph("3 2\n1 2 -4\n\n3 2 5\n")
    assert graph is not None
    assert list(graph.edges(data="weight")) == [(1, 2, -4), (2, 3, 5)]
    assert rudy._plain_graph("3 2\n1 2 -4\n2 1 5\n") is None
