"""Expectation values of QAOA on graphs too large to simulate."""
