"""Molecules, basis sets with their potentials, and orbitals to compute in."""
