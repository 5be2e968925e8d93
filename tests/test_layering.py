"""Imports run one way: qchem -> simulator <- qopt, and both use qminima."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("simulator", "qchem", "qopt", "qminima")

# What each package may import of the project, and which outside libraries belong to it alone.
ALLOWED = {
    "simulator": {"simulator"},
    "qminima": {"qminima"},
    "qchem": {"qchem", "simulator", "qminima"},
    "qopt": {"qopt", "simulator", "qminima"},
}
HOME = {
    "pyscf": "qchem",
    "openfermion": "qchem",
    "networkx": "qopt",
    "dimod": "qopt",
    "dwave": "qopt",
    "highspy": "qopt",
    "cvxpy": "tests",
    "clarabel": "tests",
    "numba": "simulator",
    "matplotlib": "qminima",
    "rich": "qminima",
    "threadpoolctl": "qminima",
}
FILES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Top-level names of all absolute imports, inside functions too."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_stay_in_their_room(package: str) -> None:
    wrong = [
        (str(path.relative_to(ROOT)), name)
        for path in FILES
        if path.relative_to(ROOT).parts[0] == package
        for name in imported(path)
        if name in set(PACKAGES) - ALLOWED[package] or HOME.get(name, package) != package
    ]
    assert wrong == []


def test_simulator_knows_no_other_library() -> None:
    outside = {
        name
        for path in FILES
        if path.relative_to(ROOT).parts[0] == "simulator"
        for name in imported(path)
        if name not in sys.stdlib_module_names
    }
    assert outside == {"simulator", "numpy", "scipy", "numba", "llvmlite", "lazy_loader"} & outside


def test_importing_the_packages_loads_nothing_heavy() -> None:
    heavy = ["pyscf", "openfermion", "cvxpy", "matplotlib", "numba", "scipy", "networkx", "rich"]
    code = f"import sys, qchem, qopt, simulator; print([n for n in {heavy} if n in sys.modules])"
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == "[]"
