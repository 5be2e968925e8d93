"""The table that `qchem solve` prints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qminima.result import Comparison, Result
from qminima.tables import (
    Column,
    counted,
    evaluations,
    no_minus_zero,
    print_comparison,
    print_lines,
    seconds,
)

from ..methods.registry import EXACT


def show(comparison: Comparison) -> None:
    """Print the table of a comparison, its verdict, and properties of states if there are any."""
    _show_table(comparison)
    _show_states(comparison)


def _show_table(comparison: Comparison) -> None:
    problem = comparison.problem
    active_electrons, active_orbitals = problem["active_space"]
    charge, spin = problem["charge"], problem["spin"]
    print_comparison(
        comparison,
        title=f"{problem['name']}, {problem['basis']}",
        summary=[
            (
                f"charge {charge:+d}, 2S = {spin}, {counted(active_electrons, 'electron')} in "
                f"{counted(active_orbitals, 'orbital')}, {counted(problem['qubits'], 'qubit')}, "
                f"{counted(problem['determinants'], 'determinant')}"
            ),
            *([problem["charge_and_spin"]] if "charge_and_spin" in problem else []),
            *_potentials_line(problem),
            *_orbitals_line(problem),
            *(
                ["U/ROHF: unrestricted, on ROHF orbitals"]
                if any("orbitals" in result.settings for result in comparison.results)
                else []
            ),
            *_reference_line(comparison),
            *_searches_line(comparison),
        ],
        columns=[
            Column("method", _method_label, "left"),
            Column("energy / hartree", lambda result: f"{result.value:.9f}"),
            Column("error / mHa", _error_text),
            Column("<S²>", lambda result: _property(result, "spin_square", ".4f")),
            *(
                [Column("T1", lambda result: _property(result, "t1_diagnostic", ".4f"))]
                if any("t1_diagnostic" in result.properties for result in comparison.results)
                else []
            ),
            *_cnot_columns(comparison),
            *(
                [Column("energies", evaluations)]
                if any(result.evaluations for result in comparison.results)
                else []
            ),
            Column("seconds", seconds),
        ],
    )


def _potentials_line(problem: Mapping[str, Any]) -> list[str]:
    """Which potentials stand for core electrons, if any do."""
    used = [
        f"{symbol} {one['potential']} ({counted(one['electrons'], 'electron')})"
        for symbol, one in problem.get("core_potentials", {}).items()
    ]
    return [f"core potentials: {', '.join(used)}"] if used else []


def _orbitals_line(problem: Mapping[str, Any]) -> list[str]:
    """Which orbitals are active, if they are not the canonical ones."""
    if "active_orbitals" not in problem:
        return []
    occupations = problem.get("natural_occupations", [])
    numbers = " ".join(f"{n:.3f}" for n in occupations)
    line = f"active orbitals: {problem['active_orbitals']}"
    lines = [f"{line}, occupations {numbers}" if occupations else line]
    if "canonical_fci" in problem:
        lines.append(f"FCI over as many canonical orbitals: {problem['canonical_fci']:.9f} hartree")
    return lines


def _reference_line(comparison: Comparison) -> list[str]:
    """Where errors are measured from, if no row of the table is that."""
    reference = comparison.reference
    if reference is None or reference.source is None:
        return []
    return [f"errors from {reference.method} {reference.value:.9f} ({reference.source})"]


def _searches_line(comparison: Comparison) -> list[str]:
    """How far FCI can be relied on to have found the lowest state."""
    exact = comparison.result(EXACT)
    states = [] if exact is None else exact.properties.get("states", [])
    bounded = sum(state["status"] == "bounded" for state in states)
    if not bounded:
        return []
    searches = f"{bounded} of {len(states)} searches for lower states"
    return [f"FCI: {searches} ended when their residuals put them above it (no proof)"]


def _method_label(result: Result) -> str:
    return f"{result.method} (U/ROHF)" if "orbitals" in result.settings else result.method


def _error_text(result: Result) -> str:
    return "" if result.error is None else f"{no_minus_zero(result.error * 1000):+.4f}"


def _property(result: Result, name: str, style: str) -> str:
    value = result.properties.get(name)
    if value is None:
        return ""
    return format(no_minus_zero(value), style)


def _cnot_columns(comparison: Comparison) -> list[Column]:
    """Parameters and CNOTs, if the circuits' are known."""
    if not any("cnots" in result.properties for result in comparison.results):
        return []

    def parameters(result: Result) -> str:
        return "" if result.parameters is None else f"{len(result.parameters):,}"

    def cnots(result: Result) -> str:
        count = result.properties.get("cnots")
        return "" if count is None else f"{count:,}"

    return [Column("params", parameters), Column("CNOTs", cnots)]


def _show_states(comparison: Comparison) -> None:
    """Print the properties of the states, one line for each quantity."""
    for result in comparison.results:
        known, lines = result.properties, []
        if "leading_determinants" in known:
            text = ", ".join(
                f"{one['determinant']} {one['weight']:.4f}" for one in known["leading_determinants"]
            )
            lines.append(f"determinants: {text}")
        if "natural_occupations" in known:
            text = " ".join(f"{n:.4f}" for n in known["natural_occupations"])
            lines.append(f"natural occupations: {text}")
        if "dipole_debye" in known:
            x, y, z = (no_minus_zero(value) for value in known["dipole_debye"])
            size = (x * x + y * y + z * z) ** 0.5
            lines.append(f"dipole moment: {x:.4f} {y:.4f} {z:.4f}, {size:.4f} debye")
        if "mulliken_charges" in known:
            text = " ".join(f"{no_minus_zero(q):+.4f}" for q in known["mulliken_charges"])
            lines.append(f"Mulliken charges: {text}")
        if lines:
            print_lines(result.method, lines)
