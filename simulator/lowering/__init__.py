"""Generators and observables on one space: actions, operators and their tables."""
