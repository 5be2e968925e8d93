"""Ansätze: functions that turn a Hamiltonian into a circuit."""
