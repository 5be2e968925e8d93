"""Minimisation over the parameters of a circuit, with limits and history."""
