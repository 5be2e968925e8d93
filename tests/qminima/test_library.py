"""The instances that come with the package, and how a user names them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from qminima import InputError, Library
from qminima.errors import unknown_name
from qminima.library import read_text

SUFFIXES = {"molecules": (".xyz",), "problems": (".rud",)}
KNOWN = {"molecules": "h2o", "problems": "petersen"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("kind", SUFFIXES)
def test_every_indexed_file_exists(kind: str) -> None:
    library = Library(kind)
    assert library.index
    for name in library.index:
        assert library.path(name).is_file()
        assert library.path(name).suffix in SUFFIXES[kind]
        assert library.locate(name, SUFFIXES[kind]) == (library.path(name), name)
        assert library.entry(name) is library.index[name]


@pytest.mark.parametrize("kind", SUFFIXES)
def test_unknown_names_are_answered_with_near_and_all_known_ones(kind: str) -> None:
    library = Library(kind)
    misspelt = KNOWN[kind] + "q"
    for ask in (library.entry, library.path, lambda name: library.locate(name, ())):
        with pytest.raises(InputError) as caught:
            ask(misspelt)
        message = str(caught.value)
        assert f"unknown {kind.removesuffix('s')} '{misspelt}'" in message
        assert KNOWN[kind] in message.split("Known are")[0]
        assert all(name in message for name in library.index)


def test_nothing_near_is_suggested_for_nonsense() -> None:
    message = str(unknown_name("method", "qqqqqq", ["hf", "ccsd"]))
    assert message == "unknown method 'qqqqqq'. Known are: ccsd, hf"


def test_control_characters_in_names_are_escaped() -> None:
    assert str(unknown_name("method", "a\x1b[31m\x07", ["hf"])).isprintable()


def test_file_comes_before_name(folder: Path) -> None:
    (folder / "petersen").write_text("1 0\n")
    assert Library("problems").locate("petersen", (".rud",)) == (Path("petersen"), None)


def test_name_comes_before_folder(folder: Path) -> None:
    (folder / "petersen").mkdir()
    library = Library("problems")
    assert library.locate("petersen", (".rud",)) == (library.path("petersen"), "petersen")
    with pytest.raises(InputError, match="folder"):
        library.locate("./petersen", (".rud",))


def test_folders_are_named_as_such(folder: Path) -> None:
    (folder / "graphs").mkdir()
    (folder / "odd.rud").mkdir()
    for source in ("graphs", "odd.rud", ".", "..", str(folder), f"{folder}/"):
        with pytest.raises(InputError, match="is a folder"):
            Library("problems").locate(source, (".rud",))


@pytest.mark.parametrize("source", ["petersen.rud", "PETERSEN.RUD", "./petersen", "no/petersen"])
def test_paths_without_file(source: str) -> None:
    with pytest.raises(InputError, match="there is no file"):
        Library("problems").locate(source, (".rud",))


def test_paths_of_any_kind(folder: Path) -> None:
    path = folder / "my graph.RUD"
    path.write_text("1 0\n")
    library = Library("problems")
    for source in (path, str(path), "my graph.RUD", Path("my graph.RUD")):
        found, name = library.locate(source, (".rud",))
        assert found.samefile(path)
        assert name is None


@pytest.mark.parametrize("source", ["a" * 300, "a" * 300 + ".rud", "b/" * 3000, "nul\0byte"])
def test_names_that_no_file_can_have(source: str) -> None:
    with pytest.raises(InputError):
        Library("problems").locate(source, (".rud",))


def test_read_text(folder: Path) -> None:
    (folder / "text").write_text("Ångström\n", encoding="utf-8")
    assert read_text("text") == read_text(folder / "text") == "Ångström\n"


def test_what_cannot_be_read(folder: Path) -> None:
    (folder / "binary").write_bytes(b"\xff\x00\xfe")
    with pytest.raises(InputError, match="binary: expected text in UTF-8, got binary data"):
        read_text("binary")
    with pytest.raises(InputError, match=r"missing: cannot be read \(No such file"):
        read_text("missing")
    with pytest.raises(InputError, match="cannot be read"):
        read_text(folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read anything")
def test_file_without_read_permission(folder: Path) -> None:
    (folder / "secret").write_text("1 0\n")
    (folder / "secret").chmod(0)
    with pytest.raises(InputError, match="Permission denied"):
        read_text("secret")
