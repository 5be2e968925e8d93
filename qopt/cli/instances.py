"""The problem that the options of a command describe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from qminima.errors import InputError, shorten

if TYPE_CHECKING:
    from ..problems.binary import BinaryProblem


def load_with_warnings(
    source: str,
    problem: str | None,
    settings: list[str] | None,
    form: str | None,
    instance_seed: int | None,
) -> tuple[BinaryProblem, tuple[str, ...]]:
    """The problem that the options of an instance describe, and warnings of what it leaves out."""
    import warnings

    from ..instances.loading import load_problem
    from ..problems.graphs import UnusedAttributeWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UnusedAttributeWarning)
        loaded = load_problem(
            source,
            problem,
            format=form,
            instance_seed=instance_seed,
            settings=_settings(settings or []),
        )
    unused: list[str] = []
    for one in caught:
        if issubclass(one.category, UnusedAttributeWarning):
            unused.append(str(one.message))
        else:
            warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
    return loaded, tuple(unused)


def load_aloud(
    source: str,
    problem: str | None,
    settings: list[str] | None,
    form: str | None,
    instance_seed: int | None,
) -> BinaryProblem:
    """The same, with warnings on standard error."""
    loaded, warnings = load_with_warnings(source, problem, settings, form, instance_seed)
    for warning in warnings:
        typer.echo(f"warning: {loaded.name}: {warning}", err=True)
    return loaded


def _settings(pairs: list[str]) -> dict[str, object]:
    """Arguments of a problem from NAME=VALUE, values as in JSON or as plain text."""
    from qminima.parsing import json_value

    found: dict[str, object] = {}
    for pair in pairs:
        name, equals, text = pair.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name:
            raise InputError(f"expected --set NAME=VALUE, got {shorten(pair)!r}")
        if name in found:
            raise InputError(f"--set {shorten(name)} is given twice")
        try:
            found[name] = json_value(text)
        except InputError as error:
            raise InputError(f"--set {shorten(name)}: {error}") from None
        except ValueError:
            found[name] = text
    return found


def size_text(problem: BinaryProblem) -> str:
    """The description of a problem in words: "16 nodes, 24 edges"."""
    from qminima.tables import counted

    described = problem.describe()
    return ", ".join(
        counted(value, key.removesuffix("s"))
        if isinstance(value, int) and key.endswith("s")
        else f"{key} {value}"
        for key, value in described.items()
        if key not in ("name", "kind", "total_weight")
    )
