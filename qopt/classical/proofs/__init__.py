"""Branch and bound whose proofs can be checked, and what may be claimed of a value."""
