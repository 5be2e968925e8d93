"""The programs of the documentation run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Those of the README take a minute together.
PAGES = {
    "docs/problems.md": False,
    "docs/qaoa-variants.md": False,
    "docs/comparison.md": False,
    "README.md": True,
}


def programs(page: str) -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL)


def cases() -> list[object]:
    return [
        pytest.param(page, k, marks=[pytest.mark.slow] * slow, id=f"{page} {k}")
        for page, slow in PAGES.items()
        for k in range(len(programs(page)))
    ]


@pytest.mark.parametrize(("page", "number"), cases())
def test_programs_run(page: str, number: int, tmp_path: Path) -> None:
    """Each in a folder and a process of its own; what a comment promises is printed."""
    program = programs(page)[number]
    command = [sys.executable, "-W", "error::DeprecationWarning:__main__", "-c", program]
    found = subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=tmp_path, timeout=300
    )
    assert found.returncode == 0, found.stderr
    printed = found.stdout.splitlines()
    for promised in re.findall(r"print\(.*\)  # (.+)$", program, re.MULTILINE):
        numbers = re.findall(r"-?\d+\.?\d*", promised)
        assert any(all(number in line for number in numbers) for line in printed), promised


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/*.md"])
def test_links_and_names_of_files_lead_somewhere(page: str) -> None:
    for path in sorted(ROOT.glob(page)):
        text = path.read_text(encoding="utf-8")
        for link in re.findall(r"\]\((?!http)([^)#]+)", text):
            assert (path.parent / link).exists(), f"{path.name}: {link}"
        for name in re.findall(r"`((?:\w+/)+\w+\.py)`", text):
            homes = (ROOT, path.parent, *(ROOT / room for room in ("simulator", "qchem", "qopt")))
            assert any((home / name).exists() for home in homes), f"{path.name}: {name}"
