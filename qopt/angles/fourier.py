"""Angles as sums of a few waves, so that a deep circuit is trained in few parameters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from qminima.errors import InputError
from qminima.limits import check_count
from simulator.optimize.minimize import Differentiable
from simulator.typing import Floats

from .schedules import split_angles


def fourier_to_angles(u: ArrayLike, v: ArrayLike, depth: int) -> Floats:
    """The angles of p = `depth` layers that are made of q waves.

        gamma_l = sum_k u_k sin[(k - 1/2)(l - 1/2) pi/p]
        beta_l  = sum_k v_k cos[(k - 1/2)(l - 1/2) pi/p]

    Zhou et al., Phys. Rev. X 10, 021067 (2020), arXiv:1812.01041.

    Args:
        u: amplitudes of the gammas, shape (q,), 1 <= q <= p.
        v: amplitudes of the betas, shape (q,).
        depth: number of layers p.

    Raises:
        InputError: if u and v are not of one length between 1 and the depth, or not finite.

    >>> fourier_to_angles([1.0], [0.5], depth=1).round(4).tolist()
    [0.7071, 0.3536]
    """
    shapes = np.shape(u), np.shape(v)
    if len(shapes[0]) != 1 or shapes[0] != shapes[1]:
        raise InputError(
            f"expected as many u as v, got arrays of shape {shapes[0]} and {shapes[1]}"
        )
    amplitudes = split_angles(np.concatenate([u, v]))
    return _waves(depth, len(amplitudes[0])).angles(*amplitudes)


def angles_to_fourier(params: ArrayLike, components: int | None = None) -> tuple[Floats, Floats]:
    """The amplitudes u and v of `fourier_to_angles` for given angles.

    With fewer waves than layers, those of the nearest angles that these can form.

    Args:
        params: gamma_1 ... gamma_p, beta_1 ... beta_p.
        components: number of waves q, between 1 and p; p if not given.

    Raises:
        InputError: if q is out of range, or there are not as many gammas as betas.

    >>> u, v = angles_to_fourier(fourier_to_angles([0.3, -0.1], [0.5, 0.2], depth=6), 2)
    >>> u.round(6).tolist(), v.round(6).tolist()
    ([0.3, -0.1], [0.5, 0.2])
    """
    gammas, betas = split_angles(params)
    depth = len(gammas)
    u, v = _waves(depth, depth if components is None else components).pull_back(gammas, betas)
    # Waves are orthogonal, and each has the square p/2.
    return 2 / depth * u, 2 / depth * v


def extend_fourier(params: ArrayLike) -> Floats:
    """Angles for p + 1 layers from those for p, with the same waves and none of the new one.

    Zhou et al., arXiv:1812.01041, where this is called FOURIER.

    >>> extend_fourier(fourier_to_angles([1.0], [0.5], depth=1)).round(4).tolist()
    [0.3827, 0.9239, 0.4619, 0.1913]
    """
    u, v = angles_to_fourier(params)
    return fourier_to_angles(u, v, len(u) + 1)


@dataclass(frozen=True)
class FourierExpectation:
    """An energy of p layers as a function of the amplitudes u_1 ... u_q, v_1 ... v_q.

    `simulator.minimize` then searches among angles that are made of q waves only.

    Args:
        energy: function of gamma_1 ... gamma_p, beta_1 ... beta_p, such as an `Expectation` of
            `qaoa` or a `TreeExpectation`.
        depth: number of layers p.
        components: number of waves q, between 1 and p.

    Raises:
        InputError: if q is out of range.

    >>> from simulator import minimize
    >>> from qopt import TreeExpectation
    >>> smooth = FourierExpectation(TreeExpectation(depth=4), depth=4, components=2)
    >>> best = minimize(smooth, np.array([0.6, 0.0, 0.6, 0.0]))
    >>> round(best.value, 3), len(smooth.angles(best.parameters))    # -0.817 with four waves
    (-0.805, 8)
    """

    energy: Differentiable
    depth: int
    components: int

    def __post_init__(self) -> None:
        _waves(self.depth, self.components)

    @property
    def num_parameters(self) -> int:
        """Two for each wave."""
        return 2 * self.components

    def angles(self, params: ArrayLike) -> Floats:
        """gamma_1 ... gamma_p, beta_1 ... beta_p; raises `InputError` for a wrong number."""
        u, v = split_angles(params)
        if len(u) != self.components:
            raise InputError(f"expected {self.num_parameters} amplitudes, got {2 * len(u)}")
        return fourier_to_angles(u, v, self.depth)

    def __call__(self, params: ArrayLike) -> float:
        """The energy at amplitudes u_1 ... u_q, v_1 ... v_q."""
        return self.energy(self.angles(params))

    def value_and_gradient(self, params: ArrayLike) -> tuple[float, Floats]:
        """The energy and its derivatives by the amplitudes, shape (2q,)."""
        value, gradient = self.energy.value_and_gradient(self.angles(params))
        waves = _waves(self.depth, self.components)
        return value, np.concatenate(waves.pull_back(*np.split(gradient, 2)))


@dataclass(frozen=True, eq=False)
class _Waves:
    """The linear map from amplitudes to angles: two matrices of shape (p, q)."""

    sines: Floats
    cosines: Floats

    def angles(self, u: Floats, v: Floats) -> Floats:
        return np.concatenate([self.sines @ u, self.cosines @ v])

    def pull_back(self, gammas: Floats, betas: Floats) -> tuple[Floats, Floats]:
        """The transposed map."""
        return gammas @ self.sines, betas @ self.cosines


def _waves(depth: int, components: int) -> _Waves:
    check_count("a depth", depth)
    if not 1 <= components <= depth:
        raise InputError(
            f"expected between 1 and {depth} waves, as many as layers, got {components}"
        )
    layers, waves = np.arange(depth) + 0.5, np.arange(components) + 0.5
    phases = np.pi / depth * np.outer(layers, waves)
    return _Waves(np.sin(phases), np.cos(phases))
