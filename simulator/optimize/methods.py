"""Names of the optimisers of `minimize`, without the libraries that run them."""

from __future__ import annotations

GRADIENT_METHODS = ("L-BFGS-B", "BFGS", "SLSQP", "CG")
GRADIENT_FREE_METHODS = ("COBYLA", "Nelder-Mead", "Powell")
# These need a circuit, not only values.
CIRCUIT_METHODS = ("natural-gradient", "Rotosolve")
METHODS = {
    "L-BFGS-B": "Limited-memory quasi-Newton, with gradient",
    "BFGS": "Quasi-Newton with the whole inverse Hessian, with gradient",
    "SLSQP": "Sequential least squares, with gradient",
    "CG": "Nonlinear conjugate gradients, with gradient",
    "COBYLA": "Linear models in a trust region, values only",
    "Nelder-Mead": "Simplex, values only",
    "Powell": "Line searches along conjugate directions, values only",
    "SPSA": "Steps along random directions, two values each",
    "natural-gradient": "Steepest descent in the metric of states, with gradient",
    "Rotosolve": "Exact minimisation along one parameter after the other, values only",
}
