"""Public graphs are recognised by their content, and come with what is known of them."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import pytest

from qopt.instances import best_known as known
from qopt.instances.loading import load_problem

TEXT = "4 4\n1 2 1\n2 3 1\n3 4 1\n1 4 1\n"


@pytest.fixture
def graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that passes for G1."""
    path = tmp_path / "any-name.rud"
    path.write_text(TEXT)
    digest = sha256(TEXT.encode()).hexdigest()
    one = SimpleNamespace(set="gset", size=len(TEXT), checksum=digest, name="G1")
    monkeypatch.setattr(known, "instances", lambda: {"G1": one})
    known._graphs.cache_clear()
    return path


@pytest.fixture(autouse=True)
def forget() -> None:
    known._graphs.cache_clear()


def test_the_right_content(graph: Path) -> None:
    found = load_problem(graph).reference
    assert found is not None
    assert found.value == -11624
    assert found.certainty == "best known"
    assert found.source is not None
    assert "amplify-benchmark" in found.source
    assert found.source.endswith("read 2026-11-25")


def test_any_other_content_or_problem(graph: Path) -> None:
    assert load_problem(graph, "independent-set").reference is None
    graph.write_text(TEXT.replace("1 4 1", "1 4 2"))
    assert load_problem(graph).reference is None
    graph.write_text(TEXT + "\n")
    assert load_problem(graph).reference is None


def test_newer_values_have_their_own_source() -> None:
    found = known._reference("G70")
    assert found is not None
    assert "2311.09275" in str(found.source)
    assert known._reference("G100") is None


def test_every_public_graph_is_told_apart() -> None:
    sizes, graphs = known._graphs()
    assert len(graphs) == 71
    assert 186622 in sizes
