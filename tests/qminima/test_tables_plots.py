"""Comparisons as tables and pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qminima import Comparison, InputError, Reference, Result
from qminima.plots import FORMATS, check_plot_path, plot_comparison
from qminima.tables import Column, evaluations, print_comparison, print_names, printable, seconds

MAGIC = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}


def result(
    method: str = "greedy",
    value: float = -3.0,
    kind: Literal["classical", "quantum", "bound"] = "classical",
    **fields: Any,
) -> Result:
    return Result(method, kind, value, "cost", {}, **({"seconds": 0.1} | fields))


def comparison(*results: Result, **fields: Any) -> Comparison:
    return Comparison({"name": "toy"}, results, **fields)


FULL = comparison(
    result("greedy", -3.0),
    result("bound", -5.5, "bound"),
    result("QAOA", -4.0, "quantum", history=[(1, -1.0), (5, -2.5), (9, -4.0)]),
    reference=Reference(-5.0, "exact", "proven"),
)


@given(text=st.text())
def test_printable_text(text: str) -> None:
    shown = printable(text)
    assert len(shown) == len(text)
    assert shown.isprintable()
    assert all(new == old or not old.isprintable() for new, old in zip(shown, text, strict=True))


def test_printable_takes_anything() -> None:
    assert printable(3.5) == "3.5"
    assert printable("a\x00\x1b\x9b\u202e\ud800b") == "a?????b"


@pytest.mark.parametrize(
    ("time", "text"), [(0.0, "0.000"), (0.00049, "0.000"), (1.2345, "1.234"), (123.46, "123.5")]
)
def test_seconds(time: float, text: str) -> None:
    assert seconds(result(seconds=time)) == text


def test_evaluations() -> None:
    assert evaluations(result()) == ""
    assert evaluations(result(evaluations=1234567)) == "1,234,567"


COLUMNS = [
    Column("method", lambda one: one.method, "left"),
    Column("value", lambda one: f"{one.value:g}"),
    Column("a long heading that takes much room", lambda one: "x" * 40),
]


def test_table_shows_everything(capsys: pytest.CaptureFixture[str]) -> None:
    shown = comparison(
        result("one", 1.0, warnings=("not converged",)),
        result("two", 2.0, "quantum"),
        verdict="classical wins.",
        warnings=("small basis",),
        skipped={"fci": "too large"},
        interrupted=True,
    )
    print_comparison(shown, "Title", ["first line", "second line"], COLUMNS)
    output, errors = capsys.readouterr()
    assert errors == ""
    lines = output.splitlines()
    assert lines[:3] == ["Title", "first line", "second line"]
    for words in (
        "not run: fci: too large", "warning: small basis", "warning: one: not converged",
        "classical wins.", "x" * 40, "a long heading that takes much room",
    ):  # fmt: skip
        assert words in output
    assert any(line.startswith("interrupted") for line in lines)
    assert "\x1b" not in output


def test_table_without_anything(capsys: pytest.CaptureFixture[str]) -> None:
    print_comparison(comparison(), "", [], COLUMNS)
    output = capsys.readouterr().out
    assert "method" in output
    assert "interrupted" not in output


@pytest.mark.parametrize(
    "name", ["[bold red]x[/]", "[link=file:///]", "\x1b[31m\x07", "a\nb", ":)"]
)
def test_names_are_shown_literally(capsys: pytest.CaptureFixture[str], name: str) -> None:
    shown = comparison(
        result(name, warnings=(name,)),
        verdict=printable(name),  # which has lines
        warnings=(name,),
        skipped={name: name},
    )
    print_comparison(shown, name, [name], COLUMNS)
    output = capsys.readouterr().out
    plain = printable(name)
    assert output.count(plain) == 9
    assert output.splitlines()[0] == plain
    assert set(filter(lambda letter: not letter.isprintable(), output)) == {"\n"}


@pytest.mark.parametrize("suffix", FORMATS)
def test_pictures(tmp_path: Path, suffix: str) -> None:
    for name in (f"run.{suffix}", f"RUN.{suffix.upper()}"):
        plot_comparison(FULL, tmp_path / name, "Title", 1000.0, "error in milli")
        assert (tmp_path / name).read_bytes().startswith(MAGIC[suffix])
    assert len(list(tmp_path.iterdir())) == 2


@pytest.mark.parametrize(
    "title",
    [
        "$\\frac{",
        "$x$ and $y$",
        r"\$5 \frac $",
        "{}",
        "$",
        "$$",
        "\x1b[31m\x00\x07\n",
        "_^%&#~",
        "",
    ],
)
def test_titles_are_text_not_formulas(tmp_path: Path, title: str) -> None:
    shown = comparison(result(f"a {title}"), result(f"b {title}", history=[(1, 2.0)]))
    for suffix in FORMATS:
        plot_comparison(shown, tmp_path / f"run.{suffix}", title, 1.0, "cost")
        assert (tmp_path / f"run.{suffix}").stat().st_size > 1000


def test_letters_that_the_font_lacks(tmp_path: Path) -> None:
    """Every warning is an error in these tests, so this must not warn."""
    plot_comparison(FULL, tmp_path / "run.png", "図 graph", 1.0, "cost")


@pytest.mark.parametrize(
    "shown",
    [
        comparison(),
        comparison(result(value=0.0)),
        comparison(result(value=1e-12), reference=Reference(0.0, "exact", "proven")),
        comparison(result(value=-2.0), reference=Reference(-1.0, "exact", "best known")),
        comparison(result(value=1e300), reference=Reference(0.0, "exact", "proven")),
        comparison(result(history=[(1, 0.0)]), reference=Reference(0.0, "exact", "proven")),
        comparison(*(result(f"method {k}", float(k)) for k in range(25))),
    ],
    ids=["empty", "no reference", "tiny", "below the reference", "huge", "one point", "many"],
)
def test_unusual_comparisons_are_drawn(tmp_path: Path, shown: Comparison) -> None:
    plot_comparison(shown, tmp_path / "run.png", "Title", 1.0, "cost")
    assert (tmp_path / "run.png").stat().st_size > 1000


@pytest.mark.parametrize("name", ["run", "run.gif", "run.png.txt", "png", ".png/", "run.", ""])
def test_other_suffixes_are_refused(tmp_path: Path, name: str) -> None:
    for use in (check_plot_path, lambda path: plot_comparison(FULL, path, "", 1.0, "")):
        with pytest.raises(InputError):
            use(f"{tmp_path}/{name}")
    assert list(tmp_path.iterdir()) == []


def test_pictures_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "folder.png").mkdir()
    for name in ("folder.png", "gone/run.png"):
        with pytest.raises(InputError, match="cannot write"):
            check_plot_path(tmp_path / name)
        with pytest.raises(InputError, match="cannot write"):
            plot_comparison(FULL, tmp_path / name, "", 1.0, "")


def test_failed_picture_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "run.png").write_text("precious")
    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(InputError, match="No space left"):
        plot_comparison(FULL, tmp_path / "run.png", "Title", 1.0, "cost")
    assert (tmp_path / "run.png").read_text() == "precious"
    assert len(list(tmp_path.iterdir())) == 1


def test_nothing_is_printed_where_standard_output_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdout", None)
    print_names("methods", {"hf": "Hartree-Fock"})
