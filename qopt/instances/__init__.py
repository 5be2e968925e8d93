"""Instances by name, from files, at random, and from the network."""
