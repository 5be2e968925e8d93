"""Records of long runs: whatever happens, the newest whole one is found."""

from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qminima import InputError
from qminima.checkpoint import Checkpoint


def test_the_newest_is_read_and_one_is_kept(tmp_path: Path) -> None:
    store = Checkpoint(tmp_path / "run.json", "test")
    assert store.load() is None
    for number in range(3):
        store.save({"number": number, "text": "Å", "list": [1.5, None, True]})
        assert store.load() == {"number": number, "text": "Å", "list": [1.5, None, True]}
    assert json.loads(store.previous.read_text())["content"]["number"] == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["run.json", "run.json.previous"]


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_flipped_bit_is_noticed(tmp_path: Path, data: st.DataObject) -> None:
    """The generation before is then read, or the same content, where the bit said nothing."""
    store = Checkpoint(tmp_path / "run.json", "test")
    for path in (store.path, store.previous):
        path.unlink(missing_ok=True)
    store.save({"number": 1, "values": [0.1, 2]})
    store.save({"number": 2, "values": [0.2, 3]})
    content = bytearray(store.path.read_bytes())
    place, bit = data.draw(st.integers(0, len(content) - 1)), data.draw(st.integers(0, 7))
    content[place] ^= 1 << bit
    store.path.write_bytes(content)
    found = store.load()
    assert found is not None
    assert found["number"] == (1 if store.damaged else 2)
    assert found["values"] == ([0.1, 2] if store.damaged else [0.2, 3])
    store.save({"number": 3})  # a damaged file never becomes the generation before
    assert store.load() == {"number": 3}
    assert json.loads(store.previous.read_text())["content"]["number"] in (1, 2)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"purpose": "other"}', b"\xff"])
def test_files_that_are_no_record(tmp_path: Path, content: bytes) -> None:
    store = Checkpoint(tmp_path / "run.json", "test")
    store.path.write_bytes(content)
    with pytest.raises(InputError, match="damaged, or no test"):
        store.load()
    Checkpoint(tmp_path / "run.json", "another").save({"a": 1})
    with pytest.raises(InputError, match="no test"):
        store.load()


def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Checkpoint(tmp_path / "run.json", "test")
    store.save({"number": 1})

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left"):
        store.save({"number": 2})
    assert store.load() == {"number": 1}
    monkeypatch.undo()
    store.save({"number": 3})
    assert store.load() == {"number": 3}
    assert {path.name for path in tmp_path.iterdir()} == {"run.json", "run.json.previous"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_read_only(tmp_path: Path) -> None:
    store = Checkpoint(tmp_path / "run.json", "test")
    store.save({"number": 1})
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="ermission denied"):
            store.save({"number": 2})
        assert store.load() == {"number": 1}
    finally:
        tmp_path.chmod(0o700)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        Checkpoint(tmp_path / "no" / "run.json", "test").save({"number": 1})


def test_killed_before_any_file_operation(tmp_path: Path) -> None:
    """SIGKILL before the first, second, ... operation on a file: a whole record is always there."""
    program = """
import os, signal, sys
from qminima.checkpoint import Checkpoint

left = int(sys.argv[2])

def kill_at_last(event, _):
    global left
    if event == "open" or event.startswith(("os.", "shutil.", "tempfile.")):
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

store = Checkpoint(sys.argv[1], "test")
number = store.load()["number"] + 1
sys.addaudithook(kill_at_last)
store.save({"number": number, "filler": ["x" * 50] * 97})
"""
    store, numbers = Checkpoint(tmp_path / "run.json", "test"), [1]
    store.save({"number": 1, "filler": []})
    status, operations = -signal.SIGKILL, 0
    while status == -signal.SIGKILL:
        operations += 1
        command = [sys.executable, "-c", program, str(store.path), str(operations)]
        status = subprocess.run(command, check=False).returncode
        found = store.load()
        assert found is not None
        assert found["number"] in (numbers[-1], numbers[-1] + 1)
        numbers.append(found["number"])
    assert status == 0
    assert operations > 5  # a file is made, written, linked and renamed
    assert numbers[-1] == numbers[-2] + 1
