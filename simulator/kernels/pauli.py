"""Pauli strings on planar states: P|c> = phase (-1)^|c & z| |c xor x>."""

from __future__ import annotations

from numba import prange

from .kernel import kernel


@kernel
def rotate(re, im, x, z, fr, fi, c, s):
    """exp(a A) with A|c> = (fr + i fi) (-1)^|c & z| |c xor x> and A^2 = -1."""
    for k in prange(re.size):
        m = k ^ x
        if k > m:
            continue
        parity_k = k & z
        parity_m = m & z
        for shift in (32, 16, 8, 4, 2, 1):
            parity_k ^= parity_k >> shift
            parity_m ^= parity_m >> shift
        sk = s * (1 - 2 * (parity_k & 1))
        sm = s * (1 - 2 * (parity_m & 1))
        kr, ki, mr, mi = re[k], im[k], re[m], im[m]
        re[k] = c * kr + sm * (fr * mr - fi * mi)
        im[k] = c * ki + sm * (fr * mi + fi * mr)
        re[m] = c * mr + sk * (fr * kr - fi * ki)
        im[m] = c * mi + sk * (fr * ki + fi * kr)


@kernel
def apply(re, im, out_re, out_im, xs, zs, weights_re, weights_im):
    """Write sum_t weight_t P_t psi; the phases of the strings are part of the weights."""
    for k in prange(re.size):
        total_r = 0.0
        total_i = 0.0
        for t in range(xs.size):
            m = k ^ xs[t]
            parity = m & zs[t]
            for shift in (32, 16, 8, 4, 2, 1):
                parity ^= parity >> shift
            sign = 1 - 2 * (parity & 1)
            wr, wi = sign * weights_re[t], sign * weights_im[t]
            total_r += wr * re[m] - wi * im[m]
            total_i += wr * im[m] + wi * re[m]
        out_re[k] = total_r
        out_im[k] = total_i
