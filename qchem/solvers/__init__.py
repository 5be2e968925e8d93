"""Solvers: functions that minimise a Hamiltonian's energy over a circuit."""
