"""From what a user names to a problem: a file, an instance of the library, or a size."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

import networkx as nx

from qminima.errors import InputError, shorten, unknown_name
from qminima.library import Library
from qminima.limits import check_seed
from qminima.result import Reference

from ..formats.registry import SUFFIXES, find_format
from ..problems.binary import BinaryProblem
from ..problems.maxcut import MaxCut
from ..problems.registry import PROBLEMS, Kind, find_kind
from .best_known import known_reference

# Parts of a random instance that a user may choose.
_CHOICES = ("budget", "capacity")


def load_graph(source: str | Path) -> tuple[nx.Graph[Any], str, dict[str, Any]]:
    """A graph from the path of a file or from a name of the library.

    Returns:
        The graph, its name, and the library's entry on it (empty for a file).

    Raises:
        InputError: for a file that is missing, malformed or holds no graph, and for an unknown
            name, listing the known ones.
    """
    content, name, entry = _read(source, None)
    if not isinstance(content, nx.Graph):
        raise InputError(f"{shorten(source)}: expected a graph, got a problem of {content.kind}")
    return content, name, entry


def load_maxcut(source: str | Path) -> MaxCut:
    """The MaxCut problem of a graph's file or of a name of the library, with its best cut.

    Raises:
        InputError: as `load_problem`.
    """
    problem = load_problem(source, "maxcut")
    assert isinstance(problem, MaxCut)  # noqa: S101 - for the type checker
    return problem


def load_problem(
    source: str | Path,
    kind: str | None = None,
    *,
    format: str | None = None,  # noqa: A002
    instance_seed: int | None = None,
    settings: Mapping[str, Any] | None = None,
) -> BinaryProblem:
    """The problem that a user names.

    Args:
        source: a file; a name of the library; with a `kind`, the size of a random instance of it
            ("12"), or for protein folding the letters of the chain.
        kind: which problem, as `qopt list` names them. Unless given, graphs are cut, and other
            files say themselves what they hold.
        format: of the file; by its suffix unless given.
        instance_seed: of random instances, 0 unless given.
        settings: further arguments of the function that makes the problem, such as
            ``{"colours": 3}``.

    Raises:
        InputError: for what cannot be found or read, a kind, format, seed or settings that the
            source does not fit, and what the problem's function refuses.

    >>> load_problem("petersen", "independent-set").num_variables
    10
    >>> load_problem("6", "spin-glass", instance_seed=3).name
    'sk-6-3'
    """
    options, text = dict(settings or {}), str(source)
    chosen = None if kind is None else find_kind(kind)
    made = None if chosen is None else _generated(chosen, text, format, instance_seed, options)
    if made is not None:
        return made
    if chosen is None and is_size(text) and not Path(text).exists():
        raise InputError(f"{shorten(text)} is a size; say of which problem, by --problem")
    _check_no_seed(text, instance_seed)
    content, name, entry = _read(source, format, options.get("parallel"))
    if isinstance(content, nx.Graph):
        problem = _of_graph(chosen or find_kind("maxcut"), content, name, text, options)
        # What is known of an instance is known of it as it stands.
        return problem if options else _with_reference(problem, entry, source)
    if chosen is not None and chosen.id != content.kind:
        raise InputError(f"{shorten(text)} holds a problem of {content.kind}, not of {chosen.id}")
    if options:
        raise InputError(
            f"{shorten(text)} says all of its problem; {', '.join(options)} cannot be set beside it"
        )
    return _with_reference(content, entry, source)


def _generated(
    kind: Kind, text: str, form: str | None, instance_seed: int | None, options: dict[str, Any]
) -> BinaryProblem | None:
    """The random instance of a size, or the problem of a chain's letters; None for others."""
    if is_size(text):
        _check_no_format(text, form)
        check_seed(instance_seed)
        seed = int(instance_seed or 0)
        return _made(kind, _random(kind, text, seed), options, f"{kind.id}-{int(text)}-{seed}")
    if kind.id == "protein-folding" and text.isalpha() and not Path(text).exists():
        _check_no_format(text, form)
        _check_no_seed(text, instance_seed)
        return _made(kind, {"sequence": text}, options, text.upper())
    return None


def _of_graph(
    kind: Kind, graph: nx.Graph[Any], name: str, text: str, options: dict[str, Any]
) -> BinaryProblem:
    """The problem of a graph."""
    if kind.takes_graph:
        return _made(kind, {"graph": graph}, options, name)
    fitting = [one.id for one in PROBLEMS.values() if one.takes_graph]
    raise InputError(
        f"{shorten(text)} is a graph, of which no {kind.id} problem can be made; take one of "
        f"{', '.join(fitting)}, or the size of a random instance"
    )


def is_size(text: str) -> bool:
    """Whether a source is the size of a random instance."""
    return text.isascii() and text.isdecimal()


def _check_no_format(source: str, name: str | None) -> None:
    if name is not None:
        raise InputError(
            f"{shorten(source)} is no file, so that it has no format; leave --from out"
        )


def _check_no_seed(source: str, seed: int | None) -> None:
    if seed is not None:
        raise InputError(
            f"{shorten(source)} is no random instance; leave the seed of an instance out"
        )


def _read(
    source: str | Path, format_name: str | None, parallel: Any = None
) -> tuple[Any, str, dict[str, Any]]:
    """Content, name, and the library's entry."""
    library = Library("problems")
    path, name = library.locate(source, SUFFIXES)
    read: Callable[..., Any] = find_format(path, format_name).read
    if parallel is not None and "parallel" in signature(read).parameters:
        read = partial(read, parallel=parallel)
    content = read(path)
    return content, name or path.stem, library.entry(name) if name else {}


def _random(kind: Kind, size: str, seed: int) -> dict[str, Any]:
    """Arguments of a random instance."""
    if kind.random is None:
        raise InputError(f"there are no random instances of {kind.id}; name a file")
    most = kind.largest
    if len(size) > len(str(most)) or not 1 <= int(size) <= most:
        raise InputError(f"expected a size from 1 to {most} of {kind.id}, got {shorten(size)}")
    return kind.random(int(size), seed)


def _made(
    kind: Kind, arguments: dict[str, Any], options: dict[str, Any], name: str
) -> BinaryProblem:
    """The problem of a kind from what the source and what the user says."""
    make, parameters = kind.make, kind.parameters
    free = [key for key in parameters if key not in ("graph", "name", "reference", "seed")]
    free = [key for key in free if key not in arguments or key in _CHOICES]
    for key in options:
        if key in arguments and key not in _CHOICES:
            raise InputError(f"the instance itself says {key}; leave it out, or name another")
        if key not in free:
            raise unknown_name(f"argument of {make.__name__}", key, free or ["none"])
    arguments = {**arguments, **options}
    for key, parameter in parameters.items():
        if parameter.default is parameter.empty and key not in arguments:
            raise InputError(f"{make.__name__} needs {key}; say it as {key}=VALUE (--set)")
    named = {"name": name} if "name" in parameters else {}
    try:
        return make(**arguments, **named)
    except InputError:
        raise
    except (TypeError, ValueError, LookupError, AttributeError, OverflowError) as error:
        raise kind.misfit(options, error) from None


def _with_reference(
    problem: BinaryProblem, entry: Mapping[str, Any], source: str | Path
) -> BinaryProblem:
    """The problem with the best cost that is known of it, by the library or as a public graph."""
    best = entry.get("best")
    if best is not None and entry["kind"] == problem.kind:
        value = -float(best["value"]) if problem.maximise else float(best["value"])
        reference = Reference(value, best["method"], best["certainty"], "problems/index.toml")
        return replace(problem, reference=reference)
    known = known_reference(source) if not entry and isinstance(problem, MaxCut) else None
    return problem if known is None else replace(problem, reference=known)
