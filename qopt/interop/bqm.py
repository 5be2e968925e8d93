"""Between problems and dimod's binary quadratic models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qminima.errors import InputError

from ..problems.polynomial_problem import PolynomialProblem, ising, qubo
from ..problems.problem import Problem
from ..problems.quadratic import bit_terms, check_quadratic

if TYPE_CHECKING:
    import dimod

# dimod's other models, and what makes a binary quadratic model of them, penalties for constraints.
_CONVERSIONS = {
    "ConstrainedQuadraticModel": "bqm, invert = dimod.cqm_to_bqm(cqm)",
    "DiscreteQuadraticModel": (
        "bqm, invert = "
        "dimod.cqm_to_bqm(dimod.ConstrainedQuadraticModel.from_discrete_quadratic_model(dqm))"
    ),
    "QuadraticModel": (
        "bqm, invert = dimod.cqm_to_bqm(dimod.ConstrainedQuadraticModel.from_quadratic_model(qm))"
    ),
}


def from_bqm(
    bqm: dimod.BinaryQuadraticModel | dimod.BinaryPolynomial, *, name: str = "bqm"
) -> PolynomialProblem:
    """A binary quadratic model, or a polynomial, as a problem with the same energies and labels.

    Bits are the model's binary variables; of a model of spins, bit 0 is +1.

    Args:
        bqm: of dimod, a `BinaryQuadraticModel`, or a `BinaryPolynomial` of any degree.
        name: shown in tables.

    Raises:
        InputError: for a model with constraints or discrete variables, saying how dimod converts
            it, for anything else, or if it has no variables.

    >>> import dimod
    >>> bqm = dimod.BinaryQuadraticModel({"a": 1.0}, {("a", "b"): -2.0}, 0.5, "BINARY")
    >>> from_bqm(bqm).score("11")
    -0.5
    >>> from_bqm(dimod.BinaryPolynomial({"abc": -2.0, "a": 0.5}, "SPIN")).score("110")
    -2.5
    """
    from dimod import BinaryPolynomial, BinaryQuadraticModel

    if isinstance(bqm, BinaryPolynomial):
        terms: dict[Any, float] = dict(bqm)
    elif isinstance(bqm, BinaryQuadraticModel):
        terms = {(v,): float(h) for v, h in bqm.linear.items()}
        terms |= {(u, v): float(j) for (u, v), j in bqm.quadratic.items()}
        terms[()] = float(bqm.offset)
    else:
        kind = type(bqm).__name__
        advice = _CONVERSIONS.get(kind, "")
        raise InputError(
            "expected a BinaryQuadraticModel or BinaryPolynomial of dimod, got "
            f"{kind}{advice and f'; convert it by {advice}'}"
        )
    return (ising if bqm.vartype.name == "SPIN" else qubo)(terms, name=name)


def to_bqm(problem: Problem, *, vartype: str = "BINARY") -> dimod.BinaryQuadraticModel:
    """The cost of a problem as a binary quadratic model, over its variables' numbers.

    Binary variables are the problem's bits; of spins, +1 is bit 0.

    Raises:
        InputError: if the cost is of a higher degree.

    >>> import networkx, qopt
    >>> float(to_bqm(qopt.maxcut(networkx.path_graph(2))).energy({0: 0, 1: 1}))
    -1.0
    """
    from dimod import BinaryQuadraticModel

    # dimod's own change of type would turn spin +1 into binary 1; here bit 0 is spin +1.
    spins = vartype == "SPIN"
    terms = check_quadratic(dict(problem.cost.terms)) if spins else bit_terms(problem)
    found = BinaryQuadraticModel(vartype)
    found.add_linear_from(dict.fromkeys(range(problem.num_variables), 0.0))
    for variables, weight in terms.items():
        if len(variables) == 2:
            found.add_quadratic(*variables, weight)
        elif variables:
            found.add_linear(*variables, weight)
        else:
            found.offset += weight
    return found
