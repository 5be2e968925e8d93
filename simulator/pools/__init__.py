"""Derivatives of the energy by every generator of a pool at once."""
