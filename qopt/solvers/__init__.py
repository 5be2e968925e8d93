"""Quantum solvers."""
