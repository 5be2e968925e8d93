"""Files appear whole or not at all."""

from __future__ import annotations

import json
import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qminima import InputError, write_json
from qminima.storage import check_writable, read_json, write_atomically

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("storage")


@pytest.fixture
def umask() -> Iterator[int]:
    before = os.umask(0o027)
    yield 0o027
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def fail(*_: Any, **__: Any) -> None:
    raise OSError(28, "No space left on device")


@given(
    record=st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"]), max_size=5), JSON, max_size=4
    )
)
def test_records_come_back(folder: Path, record: dict[str, Any]) -> None:
    path = folder / "record.json"
    write_json(path, record)
    content = path.read_bytes()
    assert json.loads(content) == record
    assert content.endswith(b"\n")
    assert [entry.name for entry in folder.iterdir()] == ["record.json"]


def test_letters_stay_letters(tmp_path: Path) -> None:
    write_json(tmp_path / "r.json", {"name": "Möbius–Kantor 図"})
    assert "Möbius–Kantor 図" in (tmp_path / "r.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf")])
def test_numbers_that_are_not_finite_touch_nothing(tmp_path: Path, number: float) -> None:
    path = tmp_path / "r.json"
    path.write_text("precious")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"deep": [{"value": number}]})
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("broken", ["os.fsync", "pathlib.Path.replace", "pathlib.Path.chmod"])
@pytest.mark.parametrize("exists", [True, False])
def test_failure_midway_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str, exists: bool
) -> None:
    path = tmp_path / "r.json"
    if exists:
        path.write_text("precious")
    monkeypatch.setattr(broken, fail)
    with pytest.raises(InputError, match="No space left on device"):
        write_json(path, {"value": 1})
    monkeypatch.undo()
    assert [entry.name for entry in tmp_path.iterdir()] == (["r.json"] if exists else [])
    assert not exists or path.read_text() == "precious"


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError, MemoryError])
def test_writers_that_give_up_change_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    def write(file: BinaryIO) -> None:
        file.write(b"half of ")
        raise error

    path = tmp_path / "r.json"
    path.write_text("precious")
    with pytest.raises(error):
        write_atomically(path, write)
    assert path.read_text() == "precious"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("permissions", [0o600, 0o640, 0o664, 0o755, 0o444])
def test_permissions_of_an_existing_file_are_kept(tmp_path: Path, permissions: int) -> None:
    path = tmp_path / "r.json"
    path.write_text("old")
    path.chmod(permissions)
    write_json(path, {})
    assert mode(path) == permissions
    assert path.read_text() == "{}\n"


def test_new_files_follow_the_umask(tmp_path: Path, umask: int) -> None:
    write_json(tmp_path / "r.json", {})
    assert mode(tmp_path / "r.json") == 0o666 & ~umask
    assert os.umask(umask) == umask  # and leave it as it was


def test_symbolic_links_are_followed(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "target.json", tmp_path / "link.json"
    link.symlink_to(target)
    for content in ({"first": 1}, {"second": 2}):
        check_writable(link)
        write_json(link, content)
        assert link.is_symlink()
        assert json.loads(target.read_text()) == content
    assert list(target.parent.iterdir()) == [target]


def test_broken_links_and_loops_are_refused(tmp_path: Path) -> None:
    (tmp_path / "nowhere.json").symlink_to(tmp_path / "gone" / "r.json")
    (tmp_path / "loop.json").symlink_to("loop.json")
    for name in ("nowhere.json", "loop.json"):
        for use in (check_writable, lambda path: write_json(path, {})):
            with pytest.raises(InputError, match="cannot write"):
                use(tmp_path / name)
        assert (tmp_path / name).is_symlink()


def test_devices_are_written_not_replaced() -> None:
    check_writable(os.devnull)
    write_json(os.devnull, {"value": 1})
    assert Path(os.devnull).is_char_device()


def test_pipes_are_written_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    write_json(pipe, {"value": 1})
    reader.join(timeout=10)
    assert json.loads(read[0]) == {"value": 1}
    assert pipe.is_fifo()


def test_full_device_is_reported() -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full")
    with pytest.raises(InputError, match="cannot write /dev/full"):
        write_json("/dev/full", {"value": "x" * 100_000})


def test_folders_and_missing_folders_are_refused(tmp_path: Path) -> None:
    for path, words in (
        (tmp_path, "is a folder"),
        (tmp_path / "gone" / "r.json", "there is no folder"),
        (tmp_path / "file" / "r.json", "there is no folder"),
    ):
        (tmp_path / "file").touch()
        with pytest.raises(InputError, match=words):
            check_writable(path)
        with pytest.raises(InputError, match="cannot write"):
            write_json(path, {})
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file"]


def test_unwritable_folders_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise PermissionError(13, "Permission denied")

    # Patched instead of taken away, since the superuser may write anywhere.
    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    monkeypatch.setattr("tempfile.mkstemp", refuse)
    for use in (check_writable, lambda path: write_json(path, {})):
        with pytest.raises(InputError, match="Permission denied"):
            use(tmp_path / "r.json")


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_folder_without_write_permission(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="Permission denied"):
            check_writable(tmp_path / "r.json")
    finally:
        tmp_path.chmod(0o700)


def test_checking_leaves_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "r.json"
    check_writable(path)
    assert list(tmp_path.iterdir()) == []
    path.write_text("precious")
    before = path.stat().st_mtime_ns
    check_writable(path)
    assert path.read_text() == "precious"
    assert path.stat().st_mtime_ns == before


@pytest.mark.parametrize("length", [200, 240, 250, 255, 256])
def test_what_passes_the_check_can_be_written(tmp_path: Path, length: int) -> None:
    path = tmp_path / ("a" * length)
    try:
        check_writable(path)
    except InputError:
        with pytest.raises(InputError):
            write_json(path, {})
        assert length > 255
    else:
        write_json(path, {})
        assert path.exists()


def test_relative_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check_writable("r.json")
    write_json("r.json", {"value": 1})
    assert (tmp_path / "r.json").exists()


def test_records_that_cannot_be_read(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    with pytest.raises(InputError, match="No such file"):
        read_json(path)
    with pytest.raises(InputError, match="directory"):
        read_json(tmp_path)
    for content in (b"{", b"\xff\xfe", b"[" * 100_000):
        path.write_bytes(content)
        with pytest.raises(InputError, match="no JSON"):
            read_json(path)
    with pytest.raises(InputError, match=r"an ordinary file$"):
        read_json("/dev/null")
    path.write_text('{"a": [1]}')
    assert read_json(path) == {"a": [1]}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in the file system")
def test_pipes_that_nothing_reads_are_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pytest.raises(InputError, match="nothing reads this pipe"):
        check_writable(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    check_writable(pipe)
    os.close(reader)
