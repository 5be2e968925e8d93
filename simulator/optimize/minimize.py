"""Minimisation of a program, or of any function with a gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import ArrayLike
from scipy import optimize

from ..objectives.objective import Mean
from ..program import Program
from ..spaces.integers import check_seed, whole_number
from ..timing import Stopwatch
from ..typing import Floats
from .methods import CIRCUIT_METHODS, GRADIENT_METHODS, METHODS
from .natural_gradient import descend
from .rotosolve import rotosolve
from .spsa import spsa


class Differentiable(Protocol):
    """A real function of parameters, shape (num_parameters,), with its gradient."""

    def __call__(self, params: Floats) -> float:
        """The value."""

    def value_and_gradient(self, params: Floats) -> tuple[float, Floats]:
        """The value and its gradient."""


@dataclass(frozen=True, eq=False)
class Minimum:
    """The result of a minimisation: the best point that was found.

    Attributes:
        value: the least value that was evaluated.
        parameters: the point where it was, shape (num_parameters,).
        evaluations: number of values, with or without gradient, that were computed.
        converged: whether the optimiser's own criterion was met.
        stop_reason: why it stopped.
        gradient_norm: largest component of the gradient there, if one was computed.
        inverse_hessian: the final estimate of BFGS, for a later start.
        history: (evaluations, best value so far) after each improvement.
    """

    value: float
    parameters: Floats
    evaluations: int
    converged: bool
    stop_reason: str
    gradient_norm: float | None = None
    history: tuple[tuple[int, float], ...] = field(default=(), repr=False)
    inverse_hessian: Floats | None = field(default=None, repr=False)


class Interrupted(KeyboardInterrupt):
    """Ctrl-C during a minimisation; `minimum` is the best point so far."""

    def __init__(self, minimum: Minimum) -> None:
        super().__init__("interrupted")
        self.minimum = minimum


# Why a minimisation ended that met a limit.
TIME_LIMIT = "time limit reached"
EVALUATION_LIMIT = "evaluation limit reached"


class _Stop(Exception):  # noqa: N818 - a signal, not an error
    """Ends an optimiser from inside its function."""


class _Recorder:
    """Counts evaluations, keeps the best point, and stops the optimiser at a limit."""

    def __init__(
        self,
        function: Differentiable,
        callback: Callable[[int, float], None] | None,
        time_limit: float | None,
        headroom: float,
        max_evaluations: int | None,
    ) -> None:
        self._function = function
        self._callback = callback
        self._time_limit = np.inf if time_limit is None else time_limit
        self._headroom = headroom
        self._max_evaluations = max_evaluations
        self.evaluations = 0
        self.best = np.inf
        self.parameters: Floats = np.empty(0)
        self.gradient: Floats | None = None
        self.history: list[tuple[int, float]] = []
        self.inverse_hessian: Floats | None = None
        self._all, self._last = Stopwatch(), Stopwatch()  # evaluations, and the last one

    def value(self, params: Floats) -> float:
        self._last.restart()
        value = self._function(params)
        self._record(params, value, None)
        return value

    def value_and_gradient(self, params: Floats) -> tuple[float, Floats]:
        self._last.restart()
        value, gradient = self._function.value_and_gradient(params)
        self._record(params, value, gradient)
        return value, gradient

    def metric(self, program: Program) -> Callable[[Floats], Callable[[Floats], Floats]]:
        """Products with the metric of a program, each counted as an evaluation."""

        def at(params: Floats) -> Callable[[Floats], Floats]:
            product = program.metric(params)

            def counted(vector: Floats) -> Floats:
                self.evaluations += 1
                self._check_limits()
                self._last.restart()
                return product(vector)

            return counted

        return at

    def _record(self, params: Floats, value: float, gradient: Floats | None) -> None:
        self.evaluations += 1
        if not np.isfinite(value):
            raise FloatingPointError(f"the function returned {value} at {params}")
        if value < self.best:
            self.best, self.parameters = value, np.array(params)
            self.gradient = None if gradient is None else gradient.copy()
            self.history.append((self.evaluations, value))
        elif gradient is not None and np.array_equal(params, self.parameters):
            self.gradient = (
                gradient.copy()
            )  # of a point that a line search had evaluated without gradient
        if self._callback is not None:
            self._callback(self.evaluations, self.best)
        self._check_limits()

    def _check_limits(self) -> None:
        if self._time_limit - self._all() <= self._headroom * self._last():
            raise _Stop(TIME_LIMIT)
        if self._max_evaluations is not None and self.evaluations >= self._max_evaluations:
            raise _Stop(EVALUATION_LIMIT)

    def minimum(self, *, converged: bool, reason: str) -> Minimum:
        return Minimum(
            value=float(self.best),
            parameters=self.parameters,
            evaluations=self.evaluations,
            converged=converged,
            stop_reason=reason,
            gradient_norm=(
                None if self.gradient is None else float(np.abs(self.gradient).max(initial=0.0))
            ),
            history=tuple(self.history),
            inverse_hessian=self.inverse_hessian,
        )


def minimize(
    function: Differentiable,
    start: ArrayLike,
    *,
    method: str = "L-BFGS-B",
    gradient_tolerance: float = 1e-6,
    inverse_hessian: ArrayLike | None = None,
    max_iterations: int = 10_000,
    max_evaluations: int | None = None,
    time_limit: float | None = None,
    headroom: float = 1.0,
    callback: Callable[[int, float], None] | None = None,
    seed: int | None = None,
) -> Minimum:
    """Minimise with one of SciPy's optimisers, or one made for circuits.

    Args:
        function: a `Program` or anything with the same two calls; "natural-gradient" and
            "Rotosolve" (`simulator.optimize.natural_gradient`, `.rotosolve`) need a program.
        start: first point, shape (num_parameters,).
        method: one of `simulator.optimize.methods.METHODS`.
        gradient_tolerance: L-BFGS-B, BFGS and CG stop when no component of the gradient is
            larger; the other methods take it as their own tolerance.
        inverse_hessian: where BFGS starts, symmetric and positive definite, shape
            (num_parameters, num_parameters); the identity unless given.
        max_iterations: limit on the optimiser's iterations.
        max_evaluations: limit on values computed.
        time_limit: in seconds, without the compilation of kernels. After the first evaluation
            another is made only if `headroom` times the time of the last one is left.
        headroom: 1 for the evaluation alone, more for what has to follow in the same time.
        callback: called with (evaluations, best value so far) after each evaluation.
        seed: of "SPSA", the only method that is random.

    Raises:
        ValueError: for an unknown method, one that does not fit the function, a limit out of
            range, or an inverse Hessian that cannot be used.
        Interrupted: on Ctrl-C, with the best point so far.
        FloatingPointError: if the function returns NaN or infinity.

    >>> from simulator import BasisState, Circuit, Expectation, PauliSum, Qubits, gates
    >>> turn = Circuit(Qubits(1), BasisState(0), (gates.rotation("Y0", 0),))
    >>> found = minimize(Expectation(turn, PauliSum({"X0": 0.6, "Z0": 0.8})), [0.1])
    >>> round(found.value, 9), found.converged
    (-1.0, True)
    """
    first = np.array(start, dtype=float)
    _check_options(method, max_evaluations, time_limit, seed)
    if inverse_hessian is not None:
        inverse_hessian = _check_hessian(inverse_hessian, first, method)
    recorder = _Recorder(function, callback, time_limit, headroom, max_evaluations)
    settings = _Settings(method, gradient_tolerance, max_iterations, inverse_hessian, seed)
    try:
        converged, reason = _run(recorder, function, first, settings)
    except _Stop as stop:
        converged, reason = False, str(stop)
    except KeyboardInterrupt:
        raise Interrupted(recorder.minimum(converged=False, reason="interrupted")) from None
    return recorder.minimum(converged=converged, reason=reason)


def _check_options(
    method: str, max_evaluations: int | None, time_limit: float | None, seed: int | None
) -> None:
    """Raise `ValueError` for an unknown method, limits out of range or what is no seed."""
    if method not in METHODS:
        raise ValueError(f"unknown optimiser {method!r}; known are {', '.join(METHODS)}")
    check_seed(seed)
    if max_evaluations is not None and whole_number("max_evaluations", max_evaluations) < 1:
        raise ValueError(f"expected a limit of at least one evaluation, got {max_evaluations}")
    if time_limit is not None and not time_limit > 0:
        raise ValueError(f"expected a time limit above zero seconds, got {time_limit}")


def _check_hessian(matrix: ArrayLike, start: Floats, method: str) -> Floats:
    """An inverse Hessian for BFGS; raises `ValueError` if it cannot be used."""
    if method != "BFGS":
        raise ValueError(f"a starting inverse Hessian is for BFGS, got {method}")
    found = np.asarray(matrix, dtype=float)
    if found.shape != 2 * start.shape:
        raise ValueError(
            f"expected an inverse Hessian of shape {2 * start.shape}, got {found.shape}"
        )
    if not np.isfinite(found).all() or np.linalg.eigvalsh(found + found.T).min(initial=1) <= 0:
        raise ValueError("expected a positive definite inverse Hessian, got another matrix")
    symmetric: Floats = (found + found.T) / 2  # SciPy asks for symmetry to the last digit
    return symmetric


class _Settings(NamedTuple):
    """The options of `minimize` that optimisers take."""

    method: str
    tolerance: float
    max_iterations: int
    inverse_hessian: Floats | None
    seed: int | None


def _run(
    recorder: _Recorder, function: Differentiable, start: Floats, settings: _Settings
) -> tuple[bool, str]:
    """Run an optimiser; return whether it converged, and why it stopped."""
    method, tolerance, iterations, _, seed = settings
    if start.size == 0:
        recorder.value(start)
        return True, "no parameters to optimise"
    if method == "SPSA":
        return spsa(recorder.value, start, tolerance, iterations, seed)
    if method not in CIRCUIT_METHODS:
        return _run_scipy(recorder, start, settings)
    if not isinstance(function, Program):
        raise ValueError(f"{method} needs a program, whose circuit it uses, got {function}")
    if method == "Rotosolve":
        if not isinstance(function.objective, Mean):
            raise ValueError("Rotosolve minimises expectation values; choose another method")
        return rotosolve(recorder.value, function.circuit, start, tolerance, iterations)
    return descend(
        recorder.value, recorder.value_and_gradient, recorder.metric(function), start, tolerance,
        iterations,
    )  # fmt: skip


def _run_scipy(recorder: _Recorder, start: Floats, settings: _Settings) -> tuple[bool, str]:
    """Run one of SciPy's optimisers."""
    method, tolerance, max_iterations, inverse_hessian, _ = settings
    options: dict[str, Any] = {"maxiter": max_iterations}
    if method == "L-BFGS-B":
        # ftol 0 leaves the gradient as the only criterion; energies are wanted to the last digit.
        options |= {"gtol": tolerance, "ftol": 0.0, "maxfun": 2**31 - 1, "maxcor": 20}
    elif method in ("BFGS", "CG"):
        options["gtol"] = tolerance
    if inverse_hessian is not None:
        options["hess_inv0"] = inverse_hessian
    with_gradient = method in GRADIENT_METHODS
    result = optimize.minimize(
        recorder.value_and_gradient if with_gradient else recorder.value,
        start,
        method=method,
        jac=with_gradient or None,
        tol=None if method in ("L-BFGS-B", "BFGS", "CG") else tolerance,
        options=options,
    )
    if method == "BFGS":
        recorder.inverse_hessian = np.asarray(result.hess_inv)
    message = result.message.decode() if isinstance(result.message, bytes) else result.message
    at_limit = result.status == (9 if method == "SLSQP" else 1)
    if result.success or at_limit or recorder.gradient is None:
        return bool(result.success), str(message)
    # A line search that finds no lower value within rounding may have arrived all the same.
    arrived = np.abs(recorder.gradient).max() < 100 * tolerance
    return bool(arrived), f"no further decrease within rounding ({message})"
