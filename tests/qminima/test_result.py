"""Results, references, comparisons and the records they are stored as."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest

from qminima import Comparison, Reference, Result

PROBLEM = {"name": "toy", "kind": "maxcut"}


def result(method: str = "QAOA", value: float = -3.0, **fields: Any) -> Result:
    return Result(method, "quantum", value, "cost", PROBLEM, 0.125, **fields)


def test_entry_leaves_out_what_is_not_known() -> None:
    assert result().entry() == {
        "method": "QAOA", "kind": "quantum", "value": -3.0, "unit": "cost", "error": None,
        "evaluations": 0, "seconds": 0.125, "settings": {}, "converged": True,
    }  # fmt: skip


def test_entry_holds_everything_that_is_known() -> None:
    full = result(
        evaluations=7, converged=False, error=1.0, settings={"depth": 2},
        parameters=np.array([0.5, 1.5]), history=[(1, -2.0), (7, -3.0)], expectation=-2.5,
        bitstring="011", stop_reason="time limit reached", warnings=("not converged",),
        properties={"cut": 3.0, "proven": False}, seed=4,
    )  # fmt: skip
    entry = full.entry()
    assert entry["parameters"] == [0.5, 1.5]
    assert entry["history"] == [
        {"evaluations": 1, "expectation": -2.0},
        {"evaluations": 7, "expectation": -3.0},
    ]
    assert entry["warnings"] == ["not converged"]
    assert (entry["cut"], entry["proven"]) == (3.0, False)
    assert (entry["expectation"], entry["bitstring"]) == (-2.5, "011")
    assert (entry["error"], entry["evaluations"], entry["converged"]) == (1.0, 7, False)
    assert entry["stop_reason"] == "time limit reached"


def test_numbers_of_numpy_become_plain_ones() -> None:
    numbers: dict[str, Any] = {
        "evaluations": np.int64(3),
        "converged": np.bool_(True),
        "error": np.float32(2),
        "parameters": np.ones(2, dtype=np.float32),
        "history": [(np.int64(1), np.float64(-1))],
    }
    entry = result(value=float(np.float32(-1)), **numbers).entry()
    plain = json.loads(json.dumps(entry))
    assert plain == entry
    assert (plain["value"], plain["evaluations"], plain["converged"]) == (-1.0, 3, True)


def test_record_of_a_result_alone() -> None:
    record = result(seed=9).record()
    assert record["results"] == [result().entry()]
    assert record["reference"] is None
    assert record["provenance"]["seed"] == 9
    assert record["problem"] == PROBLEM


def test_comparison_measures_errors_from_the_reference() -> None:
    plain = (result("a", -3.0), result("b", -5.0), result("c", -5.5, error=99.0))
    comparison = Comparison(PROBLEM, plain, Reference(-5.0, "exact", "proven"))
    assert [one.error for one in comparison.results] == [2.0, 0.0, -0.5]
    assert [one.error for one in plain] == [None, None, 99.0]
    assert [one.value for one in comparison.results] == [-3.0, -5.0, -5.5]


def test_comparison_without_reference_leaves_errors() -> None:
    comparison = Comparison(PROBLEM, (result(error=1.5), result()))
    assert [one.error for one in comparison.results] == [1.5, None]
    assert comparison.record()["reference"] is None


def test_result_by_method() -> None:
    comparison = Comparison(PROBLEM, (result("a", 1), result("b", 2), result("b", 3)))
    found = comparison.result("b")
    assert found is not None
    assert found.value == 2
    assert comparison.result("c") is None


def test_reference_entry_names_its_source_if_it_has_one() -> None:
    assert Reference(-1, "exact", "proven").entry() == {
        "value": -1.0, "method": "exact", "certainty": "proven",
    }  # fmt: skip
    assert Reference(-1, "exact", "best known", "a table").entry()["source"] == "a table"


def test_record_is_plain_data_with_fixed_keys() -> None:
    comparison = Comparison(
        PROBLEM,
        (result(),),
        Reference(-4, "exact", "estimate", "a table"),
        "classical wins.",
        warnings=("small basis",),
        skipped={"fci": "too large"},
        interrupted=True,
        seed=3,
    )
    record = comparison.record()
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert list(record) == [
        "schema", "problem", "results", "reference", "verdict", "warnings", "skipped",
        "interrupted", "provenance",
    ]  # fmt: skip
    assert record["schema"] == 1
    assert record["warnings"] == ["small basis"]
    assert record["skipped"] == {"fci": "too large"}
    assert record["interrupted"] is True
    assert record["verdict"] == "classical wins."
    assert record["results"][0]["error"] == 1.0


@pytest.mark.parametrize("instance", [result(), Reference(0, "x", "proven"), Comparison({}, ())])
def test_data_is_frozen(instance: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        instance.value = 1.0
