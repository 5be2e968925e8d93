"""Numbers and JSON from strangers: read strictly, and refused before they take time or memory."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qminima import InputError
from qminima.checkpoint import Checkpoint
from qminima.errors import shorten
from qminima.parsing import fraction, json_value, real_number, whole_number
from qminima.storage import read_json
from qminima.tables import counted, distinct_digits, fixed_digits, fractions_text, number_text


@given(number=st.integers(-(10**300), 10**300))
def test_whole_numbers(number: int) -> None:
    assert whole_number(str(number)) == fraction(str(number)) == number
    assert json_value(str(number)) == number


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_real_numbers(number: float) -> None:
    assert real_number(repr(number)) == number
    assert json_value(repr(number)) == number
    assert fraction(str(Fraction(number))) == Fraction(number)  # of up to a thousand digits


@pytest.mark.parametrize("read", [whole_number, real_number, fraction])
@pytest.mark.parametrize("text", ["", "1_0", "1" * 5_001, "\u0661", "x", "1/"])
def test_refused_numbers(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError, match=r".*") as caught:
        read(text)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("text", ["1e999999999", "1/0", "1/00", "--1", "1 /2", "1.5"])
def test_refused_fractions(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        fraction(text)


LIMITS = {
    "long integer": "9" * 4_000,
    "longer integer": "9" * 5_001,
    "long decimal": "0." + "3" * 2_000,
    "large": "1e999999999",
    "infinity": "Infinity",
    "nan": "NaN",
    "deep list": "[" * 200 + "]" * 200,
    "deeper list": "[" * 100_000 + "]" * 100_000,
    "deep object": '{"a":' * 200 + "1" + "}" * 200,
}


@pytest.mark.parametrize("name", LIMITS)
def test_limits_of_json(name: str, tmp_path: Path) -> None:
    text = f'{{"inside": {LIMITS[name]}}}'
    with pytest.raises(InputError, match=r"digits|levels") as caught:
        json_value(text)
    assert len(str(caught.value)) < 200
    path = tmp_path / "record.json"
    path.write_text(text)
    with pytest.raises(InputError, match="cannot read"):
        read_json(path)
    path.write_text(f'{{"purpose": "test", "checksum": "", "content": {text}}}')
    with pytest.raises(InputError, match="damaged"):
        Checkpoint(path, "test").load()


def test_levels_that_are_allowed() -> None:
    assert json_value("[" * 90 + "]" * 90) == json.loads("[" * 90 + "]" * 90)
    with pytest.raises(json.JSONDecodeError):
        json_value("[1,")


def test_errors_show_anything() -> None:
    for thing in (10**5_000, [10**5_000], Fraction(1, 10**5_000)):
        assert shorten(thing) == f"a {type(thing).__name__} that is too long to be shown"


def test_numbers_as_text() -> None:
    assert counted(10**5_000, "node") == "about 10^5000 nodes"
    assert (
        fractions_text((Fraction(10) ** 400 / 3, Fraction(10) ** 400), 10)[0] == "3.333333333e+399"
    )
    assert fractions_text((Fraction(21, 2), Fraction(10)), 4) == ["10.5", "10"]


@pytest.mark.parametrize("value", [-0.0, -1e-9, -4e-5])
@pytest.mark.parametrize("scale", [0.0, 1.0, 12.5])
def test_no_zero_has_a_sign(value: float, scale: float) -> None:
    assert fixed_digits(value, scale) == "0.0000"
    assert number_text(-0.0, 10) == "0"


def test_signs_of_other_numbers_stay() -> None:
    assert fixed_digits(-1e-12, 1e-12) == "-1e-12"
    assert fixed_digits(-0.5, 1.0) == "-0.5000"
    assert number_text(-1e-300, 4) == "-1e-300"


@given(st.lists(st.floats(-1e15, 1e15), min_size=1, max_size=5))
def test_digits_tell_numbers_apart(values: list[float]) -> None:
    digits = distinct_digits(values, 4)
    assert 4 <= digits <= 15
    size = max(map(abs, values))
    texts = {value: number_text(value, digits) for value in values}
    for one in values:
        for other in values:
            if abs(one - other) > 1e-14 * size:
                assert texts[one] != texts[other]


def test_digits_of_a_single_number() -> None:
    assert (
        distinct_digits([12.0], 10)
        == distinct_digits([], 10)
        == distinct_digits([math.inf], 10)
        == 10
    )
