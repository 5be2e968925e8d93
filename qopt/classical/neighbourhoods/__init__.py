"""Searches among feasible bit strings, one module for each kind of constraint."""
