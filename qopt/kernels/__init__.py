"""Compiled loops of classical searches; each file stands for itself."""
