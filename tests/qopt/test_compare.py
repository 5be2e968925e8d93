"""Comparisons as a whole: records, going on after interruptions, pictures and pages."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from typer.testing import CliRunner

import qopt
from qminima import InputError, Progress
from qminima.checkpoint import Checkpoint
from qopt.cli import app
from qopt.methods.registry import COMPARED, METHODS
from qopt.study.compare import compare
from qopt.study.pictures import panels
from qopt.study.report import page
from qopt.study.study import Study

RUN = "from qopt.cli import main; main()"
SIX = ["random", "local", "annealing", "tabu", "breakout", "qaoa-fixed"]


def cuts(sizes: tuple[int, ...], number: int = 1, first: int = 0) -> list[qopt.MaxCut]:
    return [
        qopt.maxcut(nx.random_regular_graph(3, n, seed=100 * n + k), name=f"cut-{n}-{k}")
        for n in sizes
        for k in range(first, first + number)
    ]


@pytest.fixture(scope="module")
def study() -> Study:
    return compare(
        cuts((8, 10, 12, 14), 2),
        [*SIX, "gw", "sdp", "milp", "qaoa-shared", "qaoa"],
        depths=(1, 2),
        train_on=cuts((8, 10), first=5),
        runs=200,
        evaluations=100_000,
        seed=1,
    )


def timeless(record: Any) -> Any:
    """A record without times, and without the words that tell them."""
    if isinstance(record, dict):
        hidden = ("verdict", "findings", "started", "command")
        return {
            key: timeless(value)
            for key, value in record.items()
            if key not in hidden and (key == "device_seconds" or "seconds" not in key)
        }
    return [timeless(one) for one in record] if isinstance(record, list) else record


def plain(study: Study) -> Any:
    return timeless(json.loads(json.dumps(study.record(), allow_nan=False)))


class TestStudy:
    def test_optima_and_gaps_are_those_of_networkx(self, study: Study) -> None:
        for one in study.instances:
            graph = one.instance.problem.graph  # type: ignore[attr-defined]
            nodes = list(graph)
            best = max(
                nx.cut_size(graph, [v for j, v in enumerate(nodes) if x >> j & 1])
                for x in range(1 << (len(nodes) - 1))
            )
            assert one.reference is not None
            assert (one.reference.value, one.reference.certainty) == (-best, "proven")
            assert one.bound == -best
            for row in one.results:
                if row.contender.kind == "bound":
                    assert row.runs.bound is not None
                    assert row.runs.bound <= -best
                    continue
                assert row.runs.best is not None
                side = [v for v, bit in zip(nodes, row.runs.best, strict=True) if bit == "1"]
                assert row.best == -nx.cut_size(graph, side)
                assert row.gap == pytest.approx(best + (row.best or 0.0))

    def test_budgets_are_kept(self, study: Study) -> None:
        for one in study.instances:
            for row in one.results:
                assert row.runs.number <= 200
                if row.runs.evaluations is not None and not row.contender.exact:
                    assert row.runs.evaluations <= 100_000 + 10 * one.size**2
                assert row.runs.training.evaluations <= 100_000

    def test_controls_and_training_stand_side_by_side(self, study: Study) -> None:
        labels = [one.contender.label for one in study.summary.overall]
        for angles in ("fixed", "shared", "trained"):
            assert f"QAOA, {angles} angles, p = 2" in labels
            assert f"QAOA, {angles} angles, p = 2 + one-exchange" in labels
        own = next(
            o for o in study.summary.overall if o.contender.label.endswith("trained angles, p = 2")
        )
        assert own.training["evaluations"] > 0
        assert own.with_training["evaluations"].value > own.to_solution["evaluations"].value
        choices = study.record()["choices"]
        assert set(choices) == {
            "annealing", "tabu", "breakout", "qaoa-shared@1", "qaoa-shared@2"
        }  # fmt: skip
        for choice in choices.values():
            assert 0 < choice["training"]["evaluations"] <= 100_000
        one = study.instances[0].result("tabu")
        assert one is not None
        assert one.runs.settings["sweeps"] == choices["tabu"]["sweeps"]

    def test_clocks_are_kept_apart(self, study: Study) -> None:
        for one in study.instances:
            for row in one.results:
                if row.contender.kind == "bound":
                    continue
                clocks = set(row.to_solution)
                if row.contender.quantum:
                    assert ("seconds" in clocks) == row.contender.then_local
                    assert row.runs.simulation_seconds > 0
                else:
                    assert "seconds" in clocks
                    assert "device_seconds" not in clocks
                    assert row.runs.simulation_seconds == 0

    def test_the_record_is_json_and_repeats(self, study: Study) -> None:
        record = plain(study)
        assert record["schema"] == 1
        again = compare(
            cuts((8, 10, 12, 14), 2),
            [*SIX, "gw", "sdp", "milp", "qaoa-shared", "qaoa"],
            depths=(1, 2),
            train_on=cuts((8, 10), first=5),
            runs=200,
            evaluations=100_000,
            seed=1,
        )
        assert plain(again) == record

    def test_known_values_are_held_against(self) -> None:
        """A better known value than was found is the goal; a worse one is not."""
        graph = nx.random_regular_graph(3, 30, seed=1)
        from qminima import Reference

        best = Reference(-1000.0, "a table", "best known", "a paper, 2020")
        problem = qopt.maxcut(graph, name="known", reference=best)
        found = compare(problem, ["tabu"], runs=20, seed=0).instances[0]
        assert found.reference == best
        row = found.result("tabu")
        assert row is not None
        assert not row.solved
        assert (
            "best known, a paper, 2020" in page(compare(problem, ["tabu"], runs=20, seed=0)).html()
        )

    def test_constraints(self) -> None:
        folio = qopt.load_problem("8", "portfolio")
        for constraints in ("mixer", "penalty"):
            found = compare(
                folio, ["annealing", "native", "qaoa-fixed"], constraints=constraints, runs=100,
                seed=0,
            ).instances[0]  # fmt: skip
            assert found.reference is not None
            assert found.reference.certainty == "proven"
            for row in found.results:
                if row.runs.best is not None:
                    assert folio.feasible(row.runs.best)
            kept = found.result("QAOA, fixed angles, p = 3")
            assert kept is not None
            assert (kept.runs.infeasible == 0) == (constraints == "mixer")

    def test_a_method_that_fits_nothing_raises_and_one_that_fits_something_is_told(self) -> None:
        cubic = qopt.qubo({("x", "y", "z"): -2.0, ("x",): 0.5})
        with pytest.raises(InputError, match="degree two"):
            compare(cubic, ["memetic"])
        found = compare([cubic, *cuts((8,))], ["memetic", "local"], runs=20, seed=0)
        (reason,) = found.instances[0].skipped.values()
        assert "degree two" in reason
        assert found.instances[1].result("memetic") is not None
        usual = compare(cubic, runs=20, seed=0).instances[0]
        skipped = {entry.id for entry in usual.skipped}
        assert {"gw", "annealing"} <= skipped
        assert not {"feasible", "pareto"} & skipped  # made for other problems

    def test_baselines_keep_constraints(self) -> None:
        bag = qopt.knapsack([4, 3, 2], [3, 2, 2], 4)
        for problem, label in (
            (qopt.load_problem("8", "portfolio"), "feasible local search"),
            (bag, "Pareto lists"),
        ):
            row = compare(problem, runs=20, seed=0).instances[0].result(label)
            assert row is not None
            assert row.runs.infeasible == 0
            assert row.solved

    def test_a_method_that_breaks_down_takes_nothing_with_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from qminima import MethodError

        def broken(_: Any) -> Any:
            raise MethodError("diverged")

        monkeypatch.setitem(METHODS, "tabu", replace(METHODS["tabu"], sampler=broken))
        found = compare(cuts((8,)), ["tabu", "local"], runs=20, seed=0).instances[0]
        assert {entry.id: reason for entry, reason in found.skipped.items()} == {"tabu": "diverged"}
        assert found.result("uniform + one-exchange") is not None

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"problems": []}, "at least one instance"),
            ({"problems": cuts((8, 8))}, "cut-8-0 and cut-8-0 are the same problem"),
            ({"problems": cuts((8,)), "train_on": cuts((8,))}, "tune on others"),
            ({"problems": cuts((8,)), "runs": 0}, "runs of at least 1"),
            ({"problems": cuts((8,)), "precision": "half"}, "unknown precision"),
            ({"problems": cuts((8,)), "constraints": "none"}, "unknown way of constraints"),
            ({"problems": cuts((8,)), "training_shots": 0}, "training_shots of at least 1"),
        ],
    )
    def test_what_cannot_be_compared(self, arguments: dict[str, Any], message: str) -> None:
        with pytest.raises(InputError, match=message):
            compare(**arguments)

    def test_names_of_methods_are_those_of_the_command(self) -> None:
        help_text = re.sub(r"\s+", " ", CliRunner().invoke(app, ["compare", "--help"]).stdout)
        said = help_text.split("Methods: ")[1].split("--depth")[0].replace("qaoa- ", "qaoa-")
        assert all(name in said for name in COMPARED)


class Stop(Progress):
    """Ctrl-C as soon as so many methods have begun."""

    def __init__(self, after: int) -> None:
        self._left = after

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        self._left -= 1
        if self._left < 0:
            raise KeyboardInterrupt
        yield


SMALL: dict[str, Any] = {"methods": SIX, "runs": 50, "evaluations": 20_000, "seed": 3}


class TestGoingOn:
    @pytest.fixture(scope="class")
    @staticmethod
    def undisturbed() -> Any:
        return plain(compare(cuts((8, 10), 2), train_on=cuts((8,), first=7), **SMALL))

    def go(self, path: Path, **more: Any) -> Study:
        return compare(
            cuts((8, 10), 2), train_on=cuts((8,), first=7), checkpoint=path, **{**SMALL, **more}
        )

    @pytest.mark.parametrize("after", [1, 4, 9, 30])
    def test_after_an_interruption(self, tmp_path: Path, undisturbed: Any, after: int) -> None:
        path = tmp_path / "part.json"
        try:
            stopped = self.go(path, progress=Stop(after))
        except KeyboardInterrupt:
            assert after <= 4  # nothing but tuning was done
        else:
            assert stopped.interrupted
            assert stopped.verdict
        found = self.go(path)
        assert plain(found) == undisturbed
        assert not found.interrupted

    def test_what_is_done_is_not_done_again(self, tmp_path: Path, undisturbed: Any) -> None:
        path = tmp_path / "part.json"
        first = self.go(path).record()
        again = self.go(path).record()
        for record in (first, again):
            record.pop("provenance")
        assert first == again  # times too

    def test_checkpoints_of_version_0_1_named_methods_by_their_labels(self, tmp_path: Path) -> None:
        path = tmp_path / "part.json"
        first = self.go(path)
        labels = {entry.id: entry.label for entry in first.entries}
        assert labels["qaoa-fixed@3+local"] == "QAOA, fixed angles, p = 3 + one-exchange"
        store = Checkpoint(path, "comparison")
        content = store.load()
        assert content is not None
        content["plan"]["methods"] = [labels[name] for name in content["plan"]["methods"]]
        cells: dict[str, Any] = content.pop("cells")
        content["cells"] = {
            f"{where}/{labels.get(what, what)}": cell
            for (where, what), cell in ((key.split("/", 1), cell) for key, cell in cells.items())
        }
        assert set(content["cells"]) != set(cells)
        store.save(content)
        again = self.go(path).record()
        assert again["instances"] == first.record()["instances"]  # times too
        assert again["choices"] == first.record()["choices"]

    def test_a_flipped_bit(self, tmp_path: Path, undisturbed: Any) -> None:
        path = tmp_path / "part.json"
        self.go(path, progress=Stop(15))
        good = path.read_bytes()
        rng = np.random.default_rng(0)
        for place in rng.integers(0, len(good), 3).tolist():
            damaged = bytearray(good)
            damaged[place] ^= 1 << int(rng.integers(8))
            path.write_bytes(damaged)
            assert plain(self.go(path)) == undisturbed

    def test_a_damaged_file_is_told(self, tmp_path: Path) -> None:
        said: list[str] = []

        class Listening(Progress):
            def say(self, text: str) -> None:
                said.append(text)

        path = tmp_path / "part.json"
        self.go(path, progress=Stop(15))
        path.write_bytes(path.read_bytes()[:-50])
        self.go(path, progress=Listening())
        assert any("is damaged; the generation before it is taken" in line for line in said)
        assert any("going on after" in line for line in said)

    @pytest.mark.parametrize(
        "damage",
        [
            lambda c: c.pop("plan"),
            lambda c: c.pop("cells"),
            lambda c: c.update(plan=None),
            lambda c: c.update(cells=[]),
            lambda c: c["cells"].update({"0/tabu": None}),
            lambda c: c["cells"].update({"0/tabu": {}}),
            lambda c: c["cells"].update({"99/tabu": {"runs": {}}}),
            lambda c: c["cells"]["0/tabu"]["runs"].pop("costs"),
            lambda c: c["cells"]["0/tabu"]["runs"].update(costs=[-99.0], counts=[1]),
            lambda c: c["cells"]["0/tabu"]["runs"].update(counts=[-10]),
            lambda c: c["cells"]["0/tabu"]["runs"].update(evaluations=-5),
            lambda c: c["cells"]["0/tabu"]["runs"].update(best="0" * 8),
            lambda c: c["cells"].update({"choice/tabu": {"sweeps": 0}}),
            lambda c: c["cells"].update({"goal/0": {}}),
        ],
    )
    def test_what_no_comparison_stores(self, tmp_path: Path, damage: Any) -> None:
        """With the right checksum: somebody wrote it by hand."""
        path = tmp_path / "part.json"
        self.go(path)
        store = Checkpoint(path, "comparison")
        content = store.load()
        assert content is not None
        damage(content)
        store.save(content)
        before = path.read_bytes()
        with pytest.raises(InputError, match=r"holds what no comparison stores|with other"):
            self.go(path)
        assert path.read_bytes() == before

    def test_a_disk_that_fills_on_the_way_ends_nothing(
        self, tmp_path: Path, undisturbed: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The comparison is finished, tells that it could not be stored, and goes on later."""
        path = tmp_path / "part.json"
        stored: list[Any] = []
        fsync = os.fsync

        def full(*arguments: Any) -> None:
            if len(stored) > 1:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            stored.append(fsync(*arguments))

        monkeypatch.setattr(os, "fsync", full)
        found = self.go(path)
        monkeypatch.undo()
        assert found.storage_error is not None
        assert "No space left" in found.storage_error
        assert plain(found) == undisturbed
        assert plain(self.go(path)) == undisturbed

    def test_a_full_disk_loses_nothing(
        self, tmp_path: Path, undisturbed: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "part.json"
        self.go(path, progress=Stop(12))
        before = path.read_bytes()

        def full(*_: Any) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(InputError, match="No space left"):
            self.go(path)
        monkeypatch.undo()
        assert path.read_bytes() == before
        assert plain(self.go(path)) == undisturbed

    @pytest.mark.parametrize(
        "other",
        [
            {"seed": 4},
            {"runs": 51},
            {"methods": SIX[:5]},
            {"evaluations": 20_001},
            {"tuning_evaluations": 20_001},
            {"training_shots": 10},
        ],
    )
    def test_a_file_of_another_comparison(self, tmp_path: Path, other: dict[str, Any]) -> None:
        path = tmp_path / "part.json"
        self.go(path, progress=Stop(10))
        before = path.read_bytes()
        with pytest.raises(InputError, match="holds a comparison with other"):
            self.go(path, **other)
        assert path.read_bytes() == before

    def test_other_instances(self, tmp_path: Path) -> None:
        path = tmp_path / "part.json"
        self.go(path, progress=Stop(10))
        with pytest.raises(InputError, match="with other instances"):
            compare(cuts((8, 12), 2), train_on=cuts((8,), first=7), checkpoint=path, **SMALL)

    def test_what_is_no_checkpoint(self, tmp_path: Path) -> None:
        path = tmp_path / "part.json"
        path.write_text("{}")
        with pytest.raises(InputError, match="damaged, or no comparison"):
            self.go(path)
        assert path.read_text() == "{}"


def killed_and_started_again(
    start: Callable[..., Any], folder: Path, arguments: list[str], kills: int
) -> None:
    """SIGKILL at the first or second cell of each start; then the end, as if nothing had been."""
    command = [sys.executable, "-c", RUN, "compare", *arguments]
    quiet: dict[str, Any] = {"cwd": folder, "stdout": subprocess.DEVNULL}
    subprocess.run([*command, "--json", "undisturbed.json"], check=True, **quiet)
    resumed = ["compare", *arguments, "--checkpoint", "part.json", "--json", "resumed.json"]
    for number in range(kills):
        process = start("qopt", *resumed, event="stage", count=2 + number % 3, **quiet)
        assert process.poll() is None
        process.kill()
        process.communicate()
    subprocess.run([sys.executable, "-c", RUN, *resumed], check=True, **quiet)
    records = [
        timeless(json.loads((folder / f"{name}.json").read_text()))
        for name in ("undisturbed", "resumed")
    ]
    assert records[0] == records[1]


def test_killed_once(tmp_path: Path, start_command: Callable[..., Any]) -> None:
    sizes = ["--problem", "maxcut", "8", "10", "--runs", "50", "--no-controls"]
    methods = ["--method", ",".join(SIX)]
    killed_and_started_again(start_command, tmp_path, [*sizes, *methods], kills=1)


@pytest.mark.slow
def test_killed_twenty_times(tmp_path: Path, start_command: Callable[..., Any]) -> None:
    """Twenty graphs, six methods."""
    sizes = ["--problem", "maxcut", "10", "12", "14", "16", "--instances", "5", "--no-controls"]
    methods = ["--train-on", "8", "--method", ",".join(SIX)]
    killed_and_started_again(start_command, tmp_path, [*sizes, *methods], kills=20)


class Outside(HTMLParser):
    """Whatever a page would load or lead to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.found += [
            value or ""
            for name, value in attributes
            if name in ("src", "href", "srcset", "action", "data", "poster")
        ]


class TestPage:
    def test_it_needs_nothing_from_outside(self, study: Study) -> None:
        html = page(study).html()
        parser = Outside()
        parser.feed(html)
        assert parser.found
        assert all(value.startswith("data:image/svg+xml;base64,") for value in parser.found)
        assert not {"script", "link", "iframe", "object", "embed"} & set(parser.tags)
        style = html.split("<style>")[1].split("</style>")[0]
        assert "url(" not in style
        assert "@import" not in style
        assert "default-src 'none'" in html

    def test_it_holds_what_the_study_holds(self, study: Study) -> None:
        html = page(study).html()
        for line in study.verdict.splitlines():
            assert line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in html
        for one in study.summary.overall:
            assert one.contender.label in html
        for found in study.instances:
            assert found.instance.problem.name in html
        for text in ("Repeat it", "What training costs", "Chosen on other instances", "(proven)"):
            assert text in html
        assert html.count("<img") == len(panels(study))

    def test_names_are_text_and_nothing_else(self) -> None:
        evil = qopt.maxcut(nx.cycle_graph(4), name="<script>alert(1)</script>\x1b[31m&")
        html = page(compare(evil, ["local"], runs=5, seed=0)).html()
        assert "<script>" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;?[31m&amp;" in html

    def test_pictures_show_what_was_measured(self, study: Study) -> None:
        found = panels(study)
        assert {"profile", "time profile", "distributions", "growth, evaluations"} <= set(found)
        growth = {curve.label: curve for curve in found["growth, evaluations"].curves}
        tabu = growth["tabu"]
        assert list(tabu.x) == [8, 10, 12, 14]
        for size, low, high in zip(tabu.x, tabu.low or (), tabu.high or (), strict=True):
            values = [
                one.result("tabu").to_solution["evaluations"].value  # type: ignore[union-attr]
                for one in study.instances
                if one.size == size
            ]
            assert min(values) == low
            assert max(values) == high
        for curve in found["distributions"].curves:
            assert all(a >= b - 1e-12 for a, b in zip(curve.y, curve.y[1:], strict=False))
            assert 0 <= curve.y[-1] <= curve.y[0] <= 1

    @pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
    def test_a_browser_opens_it_without_a_network(self, study: Study, tmp_path: Path) -> None:
        page(study).write(tmp_path / "study.html")
        picture = tmp_path / "page.png"
        done = subprocess.run(
            [
                "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND",
                f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1280,2400",
                "--enable-logging=stderr", f"--screenshot={picture}",
                (tmp_path / "study.html").as_uri(),
            ],
            capture_output=True, text=True, check=True, timeout=120,
        )  # fmt: skip
        assert "CONSOLE" not in done.stderr  # neither errors nor refusals of the policy
        from matplotlib.image import imread

        pixels = np.asarray(imread(str(picture)))[..., :3]
        assert pixels.shape[:2] == (2400, 1280)
        assert pixels.reshape(-1, 3).std(axis=0).min() > 0.02  # something is drawn


class TestCommand:
    @pytest.fixture(autouse=True)
    @staticmethod
    def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.chdir(tmp_path)
        return tmp_path

    def invoke(self, *arguments: str) -> Any:
        return CliRunner().invoke(app, ["compare", *arguments])

    def test_table_record_page_and_picture(self, folder: Path) -> None:
        result = self.invoke(
            "petersen", "3regular-12", "--method", "tabu,qaoa-fixed", "--depth", "1,2", "--runs",
            "100", "--json", "r.json", "--html", "r.html", "--plot", "r.svg", "--checkpoint",
            "r.part",
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        for text in ("tabu", "QAOA, fixed angles, p = 2 + one-exchange *", "2/2", "proven"):
            assert text in result.stdout
        record = json.loads((folder / "r.json").read_text())
        assert [one["problem"]["name"] for one in record["instances"]] == [
            "petersen",
            "3regular-12",
        ]
        assert record["instances"][0]["reference"]["value"] == -12
        assert record["settings"]["budget"]["runs"] == 100
        assert (folder / "r.html").read_text().startswith("<!DOCTYPE html>")
        assert b"<svg" in (folder / "r.svg").read_bytes()[:600]
        assert {path.name for path in folder.iterdir()} == {
            "r.json", "r.html", "r.svg", "r.part", "r.part.previous",
        }  # fmt: skip

    def test_random_instances_have_different_seeds_from_those_for_tuning(
        self, folder: Path
    ) -> None:
        result = self.invoke(
            "--problem", "maxcut", "8", "10", "--instances", "2", "--train-on", "8", "--method",
            "tabu,qaoa-shared", "--runs", "20", "--json", "r.json", "--instance-seed", "5",
        )  # fmt: skip
        assert result.exit_code == 0, result.output
        record = json.loads((folder / "r.json").read_text())
        names = [one["problem"]["name"] for one in record["instances"]]
        assert names == ["maxcut-8-5", "maxcut-8-6", "maxcut-10-5", "maxcut-10-6"]
        assert len(record["settings"]["tuned_on"]) == 2
        assert "qaoa-shared@3" in record["choices"]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ([], "Missing argument"),
            (["nowhere"], "unknown problem 'nowhere'"),
            (["petersen", "petersen"], "are the same problem"),
            (["10"], "say of which problem"),
            (["petersen", "--method", "tabbu"], "did you mean tabu"),
            (["petersen", "--method", "tabu,tabu"], "each method once"),
            (["petersen", "--method", "qaoa-shared"], "--train-on"),
            (["petersen", "--depth", "x"], "--depth P[,P]"),
            (["petersen", "--depth", "0"], "a depth of at least 1"),
            (["petersen", "--depth", "2,2"], "different depths"),
            (["petersen", "--method", "tabu", "--depth", "2"], "--depth is for qaoa"),
            (["petersen", "--instances", "3"], "--instances has nothing to act on"),
            (["petersen", "--instance-seed", "3"], "--instance-seed has nothing to act on"),
            (["petersen", "--method", "tabu", "--gate-time", "1e-3"], "--gate-time is for qaoa"),
            (
                ["petersen", "--method", "local,qaoa-fixed", "--train-on", "karate"],
                "nothing to act",
            ),
            (["petersen", "--method", "qaoa-fixed", "--training-shots", "3"], "nothing to act on"),
            (["petersen", "--instances", "99999999999"], "--instances"),
            (["petersen", "--checkpoint", "x" * 250], "ame too long"),
            (["petersen", "--json", "c.previous", "--checkpoint", "c"], "two files to c.previous"),
            (["petersen", "--html", "c.keeping", "--checkpoint", "c"], "two files to c.keeping"),
            (["petersen", "--checkpoint", "/dev/null"], "no ordinary file"),
            (
                ["petersen", "--method", "local", "--tuning-evaluations", "9"],
                "--tuning-evaluations",
            ),
            (["petersen", "--seconds", "-1"], "above zero"),
            (["petersen", "--seconds", "nan"], "above zero"),
            (["petersen", "--runs", "0"], "--runs"),
            (["petersen", "--gate-time", "0"], "gate_time above zero"),
            (["petersen", "--gate-time", "1e308"], "up to 1e+06 seconds"),
            (["petersen", "--readout-time", "nan"], "readout_time above zero"),
            (["petersen", "--precision", "half"], "unknown precision"),
            (["petersen", "--constraints", "no"], "unknown way of constraints"),
            (["petersen", "--json", "no/r.json"], "there is no folder"),
            (["petersen", "--html", "no/r.html"], "there is no folder"),
            (["petersen", "--checkpoint", "no/r"], "there is no folder"),
            (["petersen", "--html", "r", "--json", "r"], "cannot write two files to r"),
            (["petersen", "--plot", "r.bmp"], "expected a name ending in"),
            (["petersen", "--method", "native"], "no linear model"),
        ],
    )
    def test_refusals(self, arguments: list[str], message: str, folder: Path) -> None:
        result = self.invoke(*arguments)
        assert result.exit_code == 2, result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
        assert message in re.sub(r"[\s│]+", " ", result.stderr)
        assert list(folder.iterdir()) == []

    def test_files_that_are_read_are_not_written(self, folder: Path) -> None:
        (folder / "t.rud").write_text("3 3\n1 2\n2 3\n1 3\n")
        for option in ("--json", "--html", "--checkpoint"):
            result = self.invoke("petersen", "t.rud", option, "t.rud")
            assert result.exit_code == 2
            assert "it is the file that is read" in result.stderr
        assert (folder / "t.rud").read_text().startswith("3 3")

    def test_a_checkpoint_of_another_comparison(self, folder: Path) -> None:
        arguments = ["petersen", "--method", "local", "--runs", "10", "--checkpoint", "c"]
        assert self.invoke(*arguments).exit_code == 0
        result = self.invoke(*arguments, "--seed", "9")
        assert result.exit_code == 2
        assert "holds a comparison with other seed: 0 there, 9 here" in result.stderr

    @pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_that_is_read_only(self, folder: Path) -> None:
        arguments = ["petersen", "--method", "local", "--runs", "10", "--checkpoint", "c"]
        assert self.invoke(*arguments).exit_code == 0
        before = (folder / "c").read_bytes()
        folder.chmod(0o500)
        try:
            result = self.invoke(*arguments)
        finally:
            folder.chmod(0o700)
        assert result.exit_code == 2
        assert "ermission denied" in result.stderr
        assert (folder / "c").read_bytes() == before

    def test_interruption_from_outside(
        self, folder: Path, start_command: Callable[..., Any]
    ) -> None:
        """Ctrl-C shows and stores what is finished, and the comparison goes on from there."""
        arguments = [
            "compare", "--problem", "maxcut", "10", "--instances", "40", "--method",
            "local,annealing,tabu", "--json", "r.json", "--checkpoint", "c",
        ]  # fmt: skip
        process = start_command("qopt", *arguments, event="stage", count=12)
        process.send_signal(signal.SIGINT)
        output = process.communicate(timeout=60)[0]
        assert process.returncode == 130, output
        assert "interrupted: this is what was finished until then" in output
        record = json.loads(Path("r.json").read_text())
        assert record["interrupted"] is True
        assert 2 <= len(record["instances"]) <= 40
