"""Energy and gradient of a small system in one call.

For a few dozen amplitudes the calls from Python cost more than the arithmetic, and optimisers
make thousands of them.  Here one kernel maps parameters to angles, runs the excitations as
lists of coupled pairs, applies the observable as a sparse matrix and sweeps back.
"""

from __future__ import annotations

import numpy as np

from .kernel import serial_kernel


@serial_kernel
def value_and_gradient(
    params, gradient, psi, lam, angles, reference,
    offsets, step_range, parameters, coefficients,
    pair_range, low, high, sign, row_range, columns, elements,
):  # fmt: skip
    """Return <H>, and write its derivatives; NaN if a parameter is not finite.

    Args:
        params: the parameters.
        gradient: their derivatives, written.
        psi: scratch for the state.
        lam: scratch for the costate.
        angles: scratch, two numbers for each step.
        reference: position of the initial determinant.
        offsets: fixed part of each step's angle.
        step_range: range of coefficients of each step.
        parameters: parameter that each coefficient belongs to.
        coefficients: their values.
        pair_range: range of coupled pairs of each step.
        low: amplitude that an excitation starts from.
        high: amplitude that it leads to.
        sign: its sign.
        row_range: range of matrix elements of each row of H.
        columns: their columns.
        elements: their values.
    """
    for k in range(len(psi)):
        psi[k] = 0.0
    psi[reference] = 1.0
    for k in range(len(gradient)):
        gradient[k] = 0.0
    for step in range(len(offsets)):
        angle = offsets[step]
        for k in range(step_range[step], step_range[step + 1]):
            angle += coefficients[k] * params[parameters[k]]
        if not np.isfinite(angle):
            return np.nan
        cosine, sine = np.cos(angle), np.sin(angle)
        angles[step, 0], angles[step, 1] = cosine, sine
        for k in range(pair_range[step], pair_range[step + 1]):
            s, i, j = sine * sign[k], low[k], high[k]
            u, v = psi[i], psi[j]
            psi[i] = cosine * u - s * v
            psi[j] = cosine * v + s * u
    value = 0.0
    for row in range(len(psi)):
        image = 0.0
        for k in range(row_range[row], row_range[row + 1]):
            image += elements[k] * psi[columns[k]]
        lam[row] = image
        value += psi[row] * image
    for step in range(len(offsets) - 1, -1, -1):
        cosine, sine = angles[step, 0], angles[step, 1]
        overlap = 0.0
        for k in range(pair_range[step], pair_range[step + 1]):
            s, i, j = sine * sign[k], low[k], high[k]
            u, v, lu, lv = psi[i], psi[j], lam[i], lam[j]
            overlap += sign[k] * (lv * u - lu * v)
            psi[i] = cosine * u + s * v
            psi[j] = cosine * v - s * u
            lam[i] = cosine * lu + s * lv
            lam[j] = cosine * lv - s * lu
        for k in range(step_range[step], step_range[step + 1]):
            gradient[parameters[k]] += 2.0 * coefficients[k] * overlap
    return value
