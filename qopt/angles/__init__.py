"""Angles of QAOA: ramps, published tables, Fourier components."""
