"""The recipes of CONTRIBUTING.md, followed in a copy of the project."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TOYS = Path(__file__).resolve().parent / "recipes"


@dataclass(frozen=True)
class Recipe:
    """A new thing, as a recipe says to add it.

    Attributes:
        lines: the file that each new piece of text goes into, the line that it follows, and the
            text. A file that does not exist is a copy of the one in `recipes/`.
        tests: what pytest runs then.
        command: of a command line that shows it.
        shows: text in the output.
    """

    lines: tuple[tuple[str, str, str], ...]
    tests: tuple[str, ...]
    command: tuple[str, ...]
    shows: str

    @property
    def source_files(self) -> set[str]:
        """The files besides tests that it touches."""
        return {file for file, _, _ in self.lines if not file.startswith("tests/")}


RECIPES = {
    "ansatz": Recipe(
        (
            ("qchem/ansatz/pair.py", "", ""),
            ("qchem/__init__.pyi", "", "from .ansatz.pair import pair as pair\n"),
            (
                "qchem/ansatz/registry.py",
                "ANSAETZE = {\n",
                '    "pair": Ansatz("pair", "the pair excitation across the gap"),\n',
            ),
        ),
        (
            "tests/qchem/test_ansaetze.py",
            "tests/qchem/test_qchem_cli.py::test_list_names_everything",
        ),
        ("qchem", "solve", "h2", "--ansatz", "pair"),
        "pair-VQE",
    ),
    "pool": Recipe(
        (
            (
                "qchem/ansatz/pools.py",
                "Orbitals = Sequence[int]\n",
                """

def paired_doubles(space: Electrons) -> Iterator[Excitation]:
    \"\"\"Both electrons of an occupied orbital move to an empty one.\"\"\"
    alpha, beta = space.nelec
    for i, a in product(range(min(alpha, beta)), range(max(alpha, beta), space.norb)):
        yield Excitation(((i,), (a,)), ((i,), (a,)))
""",
            ),
            (
                "qchem/ansatz/pools.py",
                "POOLS = {\n",
                '    "paired": PoolKind(paired_doubles, "paired doubles"),\n',
            ),
        ),
        (
            "tests/qchem/test_adapt.py",
            "tests/qchem/test_qchem_cli.py::test_list_names_everything",
        ),
        ("qchem", "solve", "h2", "--method", "adapt", "--pool", "paired"),
        "ADAPT-VQE (paired)",
    ),
    "problem": Recipe(
        (
            ("qopt/problems/subset_sum.py", "", ""),
            (
                "qopt/__init__.pyi",
                "",
                "from .problems.subset_sum import subset_sum as subset_sum\n",
            ),
            (
                "qopt/problems/registry.py",
                "from .satisfiability import max_sat, random_clauses\n",
                """
from .subset_sum import random_numbers as subset_sum_numbers
from .subset_sum import subset_sum
""",
            ),
            (
                "qopt/problems/registry.py",
                "_REGISTRY = (\n",
                """
    Kind("subset-sum", "numbers that add up to a target", subset_sum, subset_sum_numbers),
""",
            ),
            (
                "tests/qopt/test_problems.py",
                "PROBLEMS: dict[str, tuple[Callable[[], BinaryProblem], float]] = {\n",
                '    "subset sum": (lambda: qopt.subset_sum([2, 4, 8.5], 7), 1.0),\n',
            ),
        ),
        (
            "tests/qopt/test_problems.py",
            "tests/qopt/test_formats.py::test_every_kind_of_problem_comes_back_from_json",
            "tests/qopt/test_qopt_cli.py::test_list_names_everything",
            "tests/qopt/test_qopt_cli.py::test_every_problem_is_solved_from_a_size_and_from_a_file",
        ),
        ("qopt", "solve", "--problem", "subset-sum", "8", "--method", "exact,qaoa"),
        "subset-sum-8-0",
    ),
    "mixer": Recipe(
        (
            (
                "qopt/circuits/mixers.py",
                "",
                """

def xy_path_mixer(*registers: Iterable[int], exact: bool = False) -> Mixer:
    \"\"\"B = -sum (XX + YY)/2 over neighbours on a path, for each register by itself.\"\"\"
    pairs = [tuple(pairwise(register)) for register in _checked(registers)]
    return _xy_mixer("XY path", pairs, exact)
""",
            ),
            (
                "qopt/circuits/mixers.py",
                "from itertools import combinations",
                ", pairwise",
            ),
            (
                "qopt/__init__.pyi",
                "",
                "from .circuits.mixers import xy_path_mixer as xy_path_mixer\n",
            ),
            (
                "qopt/circuits/registry.py",
                "from .mixers import Mixer, grover_mixer, x_mixer, xy_complete_mixer, ",
                "xy_path_mixer, ",
            ),
            (
                "qopt/circuits/registry.py",
                "MIXERS = {\n",
                '    "xy_path_mixer": MixerEntry(xy_path_mixer, "neighbours on a path", True),\n',
            ),
        ),
        (
            "tests/qopt/test_mixers_qaoa.py",
            "tests/qopt/test_qopt_cli.py::test_list_names_everything",
        ),
        ("qopt", "list"),
        "xy_path_mixer",
    ),
    "classical method": Recipe(
        (
            ("qopt/classical/hill_climbing.py", "", ""),
            (
                "qopt/__init__.pyi",
                "",
                "from .classical.hill_climbing import hill_climbing as hill_climbing\n",
            ),
            (
                "qopt/methods/registry.py",
                "_REGISTRY = (\n",
                """
    Method(
        "hill-climbing",
        "hill climbing",
        "single flips in random order, each made if it lowers the cost",
        lambda i, o: qopt.hill_climbing(i.problem, seed=o.seed, time_limit=o.time_limit),
        _runs("hill_climbing"),
    ),
""",
            ),
        ),
        (
            "tests/qopt/test_qopt_comparison.py",
            "tests/qopt/test_limits.py",
            "tests/qopt/test_study_methods.py",
            "tests/qopt/test_qopt_cli.py::test_list_names_everything",
        ),
        ("qopt", "compare", "petersen", "--method", "hill-climbing,tabu", "--runs", "20"),
        "hill climbing",
    ),
}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the project."""
    copy = tmp_path / "project"
    ignored = shutil.ignore_patterns(".*", "__pycache__", "docs", "benchmarks")
    shutil.copytree(ROOT, copy, ignore=ignored)
    return copy


def run(tree: Path, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=tree, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_the_printed_ansatz_is_the_one_that_is_tried() -> None:
    code = (TOYS / "pair.py").read_text(encoding="utf-8")
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").replace("\n   ", "\n")
    assert code[code.index("from qchem") :] in text


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_recipe(name: str, tree: Path) -> None:
    recipe = RECIPES[name]
    assert len(recipe.source_files) <= 3
    for file, after, text in recipe.lines:
        path = tree / file
        if not path.exists():
            shutil.copy(TOYS / path.name, path)
            continue
        content = path.read_text(encoding="utf-8")
        assert after in content, f"{file} has no {after!r}"
        place = content.index(after) + len(after) if after else len(content)
        path.write_text(content[:place] + text + content[place:], encoding="utf-8")
    assert "passed" in run(
        tree, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *recipe.tests
    )
    package, *rest = recipe.command
    shown = run(tree, "-c", f"from {package}.cli import main; main()", *rest)
    assert recipe.shows in shown
