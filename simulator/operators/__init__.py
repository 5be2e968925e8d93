"""Generators and observables as values, without a space."""
