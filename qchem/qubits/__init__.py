"""Hamiltonians and states on qubits."""
